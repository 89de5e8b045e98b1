/* fingerprint: a key's blob, hashed for people. Knows: both spellings. Must not know: trust. OpenSSH ssh-keygen -l;
 * RFC 4716 4 (MD5). */
#include "key.h"

#include <mbedtls/md.h>
#include <sodium.h>
#include <stdio.h>

static int
print_sha256(struct slice blob, char *out, size_t size)
{
	uint8_t digest[32];
	char base64[48];
	int r = hash_once(HASH_SHA256, blob, digest);

	if (r != 0)
		return r;
	sodium_bin2base64(base64, sizeof(base64), digest, sizeof(digest), sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	return (size_t)snprintf(out, size, "SHA256:%s", base64) < size ? 0 : NACRE_E_ARGUMENT;
}

static int
print_md5(struct slice blob, char *out, size_t size)
{
	uint8_t digest[16];
	size_t i;

	if (size < 4 + 16 * 3)
		return NACRE_E_ARGUMENT;
	if (mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_MD5), blob.p, blob.n, digest) != 0)
		return NACRE_E_CRYPTO;
	memcpy(out, "MD5", 4);
	for (i = 0; i < sizeof(digest); i++)
		snprintf(out + 3 + i * 3, size - 3 - i * 3, ":%02x", digest[i]);
	return 0;
}

int
nacre_key_fingerprint(const nacre_key *key, const char *hash, char *out, size_t size)
{
	if (key == NULL || hash == NULL || out == NULL || size == 0)
		return NACRE_E_ARGUMENT;
	out[0] = '\0';
	if (strcmp(hash, "SHA256") == 0)
		return print_sha256(key_blob(key), out, size);
	return strcmp(hash, "MD5") == 0 ? print_md5(key_blob(key), out, size) : NACRE_E_ARGUMENT;
}
