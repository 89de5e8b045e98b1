/* sshfp: a key, and what the domain name system says of it. Knows: numbers of algorithms and of hashes. Must not know:
 * how names are resolved. RFC 4255 3.1, RFC 6594, RFC 7479. */
#include "key.h"
#include <nacre/cert.h>
#include <nacre/sshfp.h>

/* RFC 4255 3.1.1, RFC 6594 5.1, RFC 7479 2. Security keys have no number. */
static const struct {
	const char *type;
	uint8_t algorithm;
} algorithms[] = {
    {"ssh-rsa", 1},
    {"ecdsa-sha2-nistp256", 3},
    {"ecdsa-sha2-nistp384", 3},
    {"ecdsa-sha2-nistp521", 3},
    {"ssh-ed25519", 4},
};

/* The better hash first: where it has a record the other does not count. */
static const struct {
	uint8_t type;
	enum hash_id hash;
} hashes[] = {{2, HASH_SHA256}, {1, HASH_SHA1}};

static uint8_t
algorithm_of(const nacre_key *key)
{
	size_t i;

	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (strcmp(algorithms[i].type, nacre_key_type(key)) == 0)
			return algorithms[i].algorithm;
	return 0;
}

/* A record of the wrong length is about this key, and does not match. */
static enum nacre_sshfp_result
compare(const struct nacre_sshfp_record *records, size_t n, uint8_t algorithm, uint8_t type, struct slice digest)
{
	enum nacre_sshfp_result result = NACRE_SSHFP_NONE;
	size_t i;

	for (i = 0; i < n; i++) {
		if (records[i].algorithm != algorithm || records[i].type != type)
			continue;
		if (slice_eq(slice_of(records[i].fingerprint, records[i].n), digest))
			return NACRE_SSHFP_MATCH;
		result = NACRE_SSHFP_MISMATCH;
	}
	return result;
}

int
nacre_sshfp_check(const nacre_key *key, const struct nacre_sshfp_record *records, size_t n, bool secure,
    enum nacre_sshfp_result *result)
{
	uint8_t digest[HASH_MAX_LEN], algorithm;
	enum nacre_sshfp_result found = NACRE_SSHFP_NONE;
	size_t i;

	if (result == NULL)
		return NACRE_E_ARGUMENT;
	*result = NACRE_SSHFP_NONE;
	if (key == NULL || nacre_key_is_certificate(key) || (records == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	if (!secure || (algorithm = algorithm_of(key)) == 0)
		return 0;
	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]) && found == NACRE_SSHFP_NONE; i++) {
		if (hash_once(hashes[i].hash, key_blob(key), digest) != 0)
			return NACRE_E_CRYPTO;
		found = compare(records, n, algorithm, hashes[i].type, slice_of(digest, hash_len(hashes[i].hash)));
	}
	*result = found;
	return 0;
}
