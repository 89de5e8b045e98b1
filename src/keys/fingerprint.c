/* fingerprint: see fingerprint.h. Knows: both spellings, and what a type is called in short. Must not know: trust.
 * OpenSSH ssh-keygen -l; RFC 4716 4 (MD5). */
#include "fingerprint.h"

#include <sodium.h>
#include <stdio.h>

static const struct {
	const char *name;
	enum hash_id hash;
} hashes[] = {{"SHA256", HASH_SHA256}, {"MD5", HASH_MD5}};

int
fingerprint_of_blob(struct slice blob, const char *hash, uint8_t digest[FINGERPRINT_MAX], size_t *n)
{
	size_t i;

	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (strcmp(hashes[i].name, hash) != 0)
			continue;
		*n = hash_len(hashes[i].hash);
		return hash_once(hashes[i].hash, blob, digest);
	}
	return NACRE_E_ARGUMENT;
}

int
fingerprint_digest(const nacre_key *key, const char *hash, uint8_t digest[FINGERPRINT_MAX], size_t *n)
{
	return fingerprint_of_blob(key_blob(key), hash, digest, n);
}

static void
print_base64(const uint8_t *digest, size_t n, char *out, size_t size)
{
	char base64[48];

	sodium_bin2base64(base64, sizeof(base64), digest, n, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	snprintf(out, size, "SHA256:%s", base64);
}

static void
print_hex(const uint8_t *digest, size_t n, char *out, size_t size)
{
	size_t i;

	snprintf(out, size, "MD5");
	for (i = 0; i < n; i++)
		snprintf(out + 3 + i * 3, size - 3 - i * 3, ":%02x", digest[i]);
}

int
fingerprint_text(struct slice blob, char out[FINGERPRINT_TEXT_MAX])
{
	uint8_t digest[FINGERPRINT_MAX];
	size_t n;
	int r;

	out[0] = '\0';
	if ((r = fingerprint_of_blob(blob, "SHA256", digest, &n)) == 0)
		print_base64(digest, n, out, FINGERPRINT_TEXT_MAX);
	return r;
}

int
nacre_key_fingerprint(const nacre_key *key, const char *hash, char *out, size_t size)
{
	uint8_t digest[FINGERPRINT_MAX];
	char text[64];
	size_t n;
	int r;

	if (key == NULL || hash == NULL || out == NULL || size == 0)
		return NACRE_E_ARGUMENT;
	out[0] = '\0';
	if ((r = fingerprint_digest(key, hash, digest, &n)) != 0)
		return r;
	if (strcmp(hash, "MD5") == 0)
		print_hex(digest, n, text, sizeof(text));
	else
		print_base64(digest, n, text, sizeof(text));
	if (strlen(text) >= size)
		return NACRE_E_ARGUMENT;
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

static const struct {
	const char *type, *name;
} short_names[] = {
    {"ssh-ed25519", "ED25519"},
    {"ssh-rsa", "RSA"},
    {"ssh-dss", "DSA"},
    {"ssh-mldsa44-ed25519", "MLDSA44-ED25519"},
    {"ecdsa-sha2-", "ECDSA"},
    {"sk-ssh-ed25519", "ED25519-SK"},
    {"sk-ecdsa-sha2-", "ECDSA-SK"},
};

const char *
nacre_key_short_type(const nacre_key *key)
{
	const char *type = nacre_key_type(key);
	size_t i;

	for (i = 0; i < sizeof(short_names) / sizeof(short_names[0]); i++)
		if (strncmp(type, short_names[i].type, strlen(short_names[i].type)) == 0)
			return short_names[i].name;
	return type;
}
