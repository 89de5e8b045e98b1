/* fingerprint_read: a fingerprint that somebody wrote down. Knows: both spellings. Must not know: what it is compared
 * for. OpenSSH ssh-keygen -l; RFC 4716 4 (MD5). */
#include "fingerprint.h"

#include <sodium.h>

#define MD5_LEN 16
#define SHA256_LEN 32

struct written {
	const char *hash;
	uint8_t digest[FINGERPRINT_MAX];
	size_t n;
};

static bool
read_base64(struct slice text, struct written *out)
{
	const char *end = NULL;

	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	return sodium_base642bin(out->digest, sizeof(out->digest), (const char *)text.p, text.n, NULL, &out->n, &end,
		   sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
	       end == (const char *)text.p + text.n && out->n == SHA256_LEN;
}

/* Pairs of digits with a colon between them, and nothing else. */
static bool
read_hex(struct slice text, struct written *out)
{
	size_t i, n;

	if (text.n != MD5_LEN * 3 - 1)
		return false;
	for (i = 0; i < MD5_LEN; i++) {
		if (i > 0 && text.p[i * 3 - 1] != ':')
			return false;
		if (sodium_hex2bin(out->digest + i, 1, (const char *)text.p + i * 3, 2, NULL, &n, NULL) != 0 || n != 1)
			return false;
	}
	out->n = MD5_LEN;
	return true;
}

static bool
read_any(struct slice text, struct written *out)
{
	if (slice_starts(text, SLICE_LIT("SHA256:"))) {
		out->hash = "SHA256";
		return read_base64(slice_from(text, 7), out);
	}
	out->hash = "MD5";
	return read_hex(slice_starts(text, SLICE_LIT("MD5:")) ? slice_from(text, 4) : text, out);
}

bool
fingerprint_is_one(const char *text)
{
	struct written written = {.n = 0};

	return text != NULL && read_any(slice_str(text), &written);
}

int
nacre_key_has_fingerprint(const nacre_key *key, const char *text, bool *answer)
{
	uint8_t digest[FINGERPRINT_MAX];
	struct written written = {.n = 0};
	size_t n;
	int r;

	if (answer == NULL)
		return NACRE_E_ARGUMENT;
	*answer = false;
	if (key == NULL || text == NULL || !read_any(slice_str(text), &written))
		return NACRE_E_ARGUMENT;
	if ((r = fingerprint_digest(key, written.hash, digest, &n)) != 0)
		return r;
	*answer = slice_eq(slice_of(digest, n), slice_of(written.digest, written.n));
	return 0;
}
