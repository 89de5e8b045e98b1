/* pbkdf: see pbkdf.h. Knows: mbedTLS's PBKDF2 and MD5, libsodium's scrypt. Must not know: files. RFC 8018 5.2,
 * RFC 7914. */
#include "pbkdf.h"
#include "mbed.h"
#include "mem.h"

#include <mbedtls/md.h>
#include <sodium.h>

#define MD5_LEN 16

static int
finish(int r, uint8_t *key, size_t n)
{
	if (r == 0)
		return 0;
	mem_wipe(key, n);
	return NACRE_E_CRYPTO;
}

static mbedtls_md_type_t
md_of(enum pbkdf_hash hash)
{
	static const mbedtls_md_type_t types[] = {
	    [PBKDF_SHA1] = MBEDTLS_MD_SHA1,
	    [PBKDF_SHA224] = MBEDTLS_MD_SHA224,
	    [PBKDF_SHA256] = MBEDTLS_MD_SHA256,
	    [PBKDF_SHA384] = MBEDTLS_MD_SHA384,
	    [PBKDF_SHA512] = MBEDTLS_MD_SHA512,
	};

	return types[hash];
}

int
pbkdf2(enum pbkdf_hash hash, struct slice password, struct slice salt, uint32_t iterations, uint8_t *key, size_t n)
{
	return finish(mbed_pbkdf2((int)md_of(hash), password, salt, iterations, key, n), key, n);
}

int
pbkdf_scrypt(struct slice password, struct slice salt, uint64_t cost, uint32_t r, uint32_t p, uint8_t *key, size_t n)
{
	return finish(
	    crypto_pwhash_scryptsalsa208sha256_ll(password.p, password.n, salt.p, salt.n, cost, r, p, key, n), key, n);
}

static int
md5_block(mbedtls_md_context_t *md, struct slice before, struct slice password, struct slice salt, uint8_t *out)
{
	int r = mbedtls_md_starts(md);

	if (r == 0)
		r = mbedtls_md_update(md, before.p, before.n);
	if (r == 0)
		r = mbedtls_md_update(md, password.p, password.n);
	if (r == 0)
		r = mbedtls_md_update(md, salt.p, salt.n);
	return r == 0 ? mbedtls_md_finish(md, out) : r;
}

int
pbkdf_md5(struct slice password, struct slice salt, uint8_t *key, size_t n)
{
	struct slice before = SLICE_NONE;
	mbedtls_md_context_t md;
	uint8_t block[MD5_LEN];
	size_t at, len;
	int r;

	mbedtls_md_init(&md);
	r = mbedtls_md_setup(&md, mbedtls_md_info_from_type(MBEDTLS_MD_MD5), 0);
	for (at = 0; r == 0 && at < n; at += len) {
		len = n - at < MD5_LEN ? n - at : MD5_LEN;
		if ((r = md5_block(&md, before, password, salt, block)) == 0)
			memcpy(key + at, block, len);
		before = slice_of(block, MD5_LEN);
	}
	mbedtls_md_free(&md);
	mem_wipe(block, sizeof(block));
	return finish(r, key, n);
}

int
pbkdf_argon2(enum pbkdf_argon2 variant, struct slice password, const uint8_t salt[PBKDF_ARGON2_SALT_LEN],
    uint32_t memory_kib, uint32_t passes, uint8_t *key, size_t n)
{
	_Static_assert(crypto_pwhash_SALTBYTES == PBKDF_ARGON2_SALT_LEN, "Argon2's salt");
	int algorithm = variant == PBKDF_ARGON2I ? crypto_pwhash_ALG_ARGON2I13 : crypto_pwhash_ALG_ARGON2ID13;

	return finish(crypto_pwhash(key, n, (const char *)password.p, password.n, salt, passes,
			  (size_t)memory_kib * 1024, algorithm),
	    key, n);
}

int
pbkdf_hmac(enum pbkdf_hash hash, struct slice key, struct slice data, uint8_t *out)
{
	static const uint8_t none[1];

	return mbedtls_md_hmac(
		   mbedtls_md_info_from_type(md_of(hash)), key.n == 0 ? none : key.p, key.n, data.p, data.n, out) == 0
		   ? 0
		   : NACRE_E_CRYPTO;
}
