/* mbed: see mbed.h and mbed_pk.h. Knows: mbedTLS 2.28 and 3.6, and where they differ. Must not know: SSH. SP 800-38A,
 * SP 800-38D, RFC 8017. */
#include "mbed.h"
#include "mbed_pk.h"

#include <mbedtls/aes.h>
#include <mbedtls/gcm.h>
#include <mbedtls/md5.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha512.h>
#include <mbedtls/version.h>

#if MBEDTLS_VERSION_NUMBER < 0x03000000
#define mbedtls_md5_starts mbedtls_md5_starts_ret
#define mbedtls_md5_update mbedtls_md5_update_ret
#define mbedtls_md5_finish mbedtls_md5_finish_ret
#define mbedtls_sha1_starts mbedtls_sha1_starts_ret
#define mbedtls_sha1_update mbedtls_sha1_update_ret
#define mbedtls_sha1_finish mbedtls_sha1_finish_ret
#define mbedtls_sha512_starts mbedtls_sha512_starts_ret
#define mbedtls_sha512_update mbedtls_sha512_update_ret
#define mbedtls_sha512_finish mbedtls_sha512_finish_ret
#endif

struct ctr_state {
	mbedtls_aes_context aes;
	size_t offset;
	unsigned char counter[16], stream[16];
};

_Static_assert(sizeof(mbedtls_sha512_context) <= sizeof(((struct hash *)0)->state), "SHA-384 state");
_Static_assert(sizeof(mbedtls_sha1_context) <= sizeof(((struct hash *)0)->state), "SHA-1 state");
_Static_assert(sizeof(mbedtls_md5_context) <= sizeof(((struct hash *)0)->state), "MD5 state");
_Static_assert(sizeof(mbedtls_gcm_context) <= MBED_GCM_STATE, "GCM state");
_Static_assert(sizeof(struct ctr_state) <= MBED_CTR_STATE, "CTR state");

static int
status(int r)
{
	return r == 0 ? 0 : NACRE_E_CRYPTO;
}

int
mbed_hash_init(struct hash *h)
{
	void *state = h->state;

	switch (h->id) {
	case HASH_MD5:
		mbedtls_md5_init(state);
		return status(mbedtls_md5_starts(state));
	case HASH_SHA1:
		mbedtls_sha1_init(state);
		return status(mbedtls_sha1_starts(state));
	default:
		mbedtls_sha512_init(state);
		return status(mbedtls_sha512_starts(state, 1));
	}
}

int
mbed_hash_update(struct hash *h, struct slice s)
{
	void *state = h->state;

	switch (h->id) {
	case HASH_MD5:
		return status(mbedtls_md5_update(state, s.p, s.n));
	case HASH_SHA1:
		return status(mbedtls_sha1_update(state, s.p, s.n));
	default:
		return status(mbedtls_sha512_update(state, s.p, s.n));
	}
}

static int
hash_finish(struct hash *h, uint8_t digest[64])
{
	void *state = h->state;

	switch (h->id) {
	case HASH_MD5:
		return mbedtls_md5_finish(state, digest);
	case HASH_SHA1:
		return mbedtls_sha1_finish(state, digest);
	default:
		return mbedtls_sha512_finish(state, digest);
	}
}

int
mbed_hash_final(struct hash *h, uint8_t *out)
{
	uint8_t digest[64];
	int r = hash_finish(h, digest);

	if (r == 0)
		memcpy(out, digest, hash_len(h->id));
	mbedtls_platform_zeroize(digest, sizeof(digest));
	return status(r);
}

void
mbed_hash_free(struct hash *h)
{
	void *state = h->state;

	switch (h->id) {
	case HASH_MD5:
		mbedtls_md5_free(state);
		break;
	case HASH_SHA1:
		mbedtls_sha1_free(state);
		break;
	default:
		mbedtls_sha512_free(state);
	}
}

int
mbed_gcm_init(void *state, const uint8_t *key, size_t key_len)
{
	mbedtls_gcm_init(state);
	return status(mbedtls_gcm_setkey(state, MBEDTLS_CIPHER_ID_AES, key, (unsigned)key_len * 8));
}

int
mbed_gcm_seal(
    void *state, const uint8_t nonce[12], struct slice ad, const uint8_t *p, size_t n, uint8_t *out, uint8_t tag[16])
{
	return status(mbedtls_gcm_crypt_and_tag(state, MBEDTLS_GCM_ENCRYPT, n, nonce, 12, ad.p, ad.n, p, out, 16, tag));
}

int
mbed_gcm_open(void *state, const uint8_t nonce[12], struct slice ad, const uint8_t *p, size_t n, const uint8_t tag[16],
    uint8_t *out)
{
	int r = mbedtls_gcm_auth_decrypt(state, n, nonce, 12, ad.p, ad.n, tag, 16, p, out);

	return r == MBEDTLS_ERR_GCM_AUTH_FAILED ? NACRE_E_MAC : status(r);
}

void
mbed_gcm_free(void *state)
{
	mbedtls_gcm_free(state);
}

int
mbed_ctr_init(void *state, const uint8_t *key, size_t key_len, const uint8_t iv[16])
{
	struct ctr_state *ctr = state;

	mbedtls_aes_init(&ctr->aes);
	ctr->offset = 0;
	memcpy(ctr->counter, iv, sizeof(ctr->counter));
	return status(mbedtls_aes_setkey_enc(&ctr->aes, key, (unsigned)key_len * 8));
}

int
mbed_ctr_crypt(void *state, uint8_t *p, size_t n)
{
	struct ctr_state *ctr = state;

	return status(mbedtls_aes_crypt_ctr(&ctr->aes, n, &ctr->offset, ctr->counter, ctr->stream, p, p));
}

void
mbed_ctr_free(void *state)
{
	struct ctr_state *ctr = state;

	mbedtls_aes_free(&ctr->aes);
	mbedtls_platform_zeroize(ctr, sizeof(*ctr));
}

int
mbed_pbkdf2(int md, struct slice password, struct slice salt, uint32_t iterations, uint8_t *key, size_t n)
{
#if MBEDTLS_VERSION_NUMBER < 0x03000000
	mbedtls_md_context_t context;
	int r;

	mbedtls_md_init(&context);
	if ((r = mbedtls_md_setup(&context, mbedtls_md_info_from_type((mbedtls_md_type_t)md), 1)) == 0)
		r = mbedtls_pkcs5_pbkdf2_hmac(
		    &context, password.p, password.n, salt.p, salt.n, iterations, (uint32_t)n, key);
	mbedtls_md_free(&context);
	return status(r);
#else
	return status(mbedtls_pkcs5_pbkdf2_hmac_ext(
	    (mbedtls_md_type_t)md, password.p, password.n, salt.p, salt.n, iterations, (uint32_t)n, key));
#endif
}

int
mbed_random(void *rng, unsigned char *out, size_t n)
{
	struct mbed_rng *source = rng;

	if (source->env->random(source->env->ctx, out, n) == 0)
		return 0;
	source->failed = true;
	return MBEDTLS_ERR_ECP_RANDOM_FAILED;
}

int
mbed_status(const struct mbed_rng *rng, int r)
{
	if (r == 0)
		return 0;
	return rng->failed ? NACRE_E_RANDOM : NACRE_E_CRYPTO;
}

mbedtls_md_type_t
mbed_md(enum hash_id hash)
{
	static const mbedtls_md_type_t types[] = {
	    [HASH_NONE] = MBEDTLS_MD_NONE,
	    [HASH_SHA1] = MBEDTLS_MD_SHA1,
	    [HASH_SHA256] = MBEDTLS_MD_SHA256,
	    [HASH_SHA384] = MBEDTLS_MD_SHA384,
	    [HASH_SHA512] = MBEDTLS_MD_SHA512,
	    [HASH_MD5] = MBEDTLS_MD_MD5,
	};

	return types[hash];
}

mbedtls_ecp_group_id
mbed_curve(enum curve_id curve)
{
	static const mbedtls_ecp_group_id groups[] = {
	    [CURVE_P256] = MBEDTLS_ECP_DP_SECP256R1,
	    [CURVE_P384] = MBEDTLS_ECP_DP_SECP384R1,
	    [CURVE_P521] = MBEDTLS_ECP_DP_SECP521R1,
	};

	return groups[curve];
}

void
mbed_rsa_init(mbedtls_rsa_context *rsa)
{
#if MBEDTLS_VERSION_NUMBER < 0x03000000
	mbedtls_rsa_init(rsa, MBEDTLS_RSA_PKCS_V15, 0);
#else
	mbedtls_rsa_init(rsa);
#endif
}

int
mbed_rsa_sign(mbedtls_rsa_context *rsa, struct mbed_rng *rng, enum hash_id hash, const uint8_t *digest, uint8_t *sig)
{
	unsigned n = (unsigned)hash_len(hash);

#if MBEDTLS_VERSION_NUMBER < 0x03000000
	return mbedtls_rsa_pkcs1_sign(rsa, mbed_random, rng, MBEDTLS_RSA_PRIVATE, mbed_md(hash), n, digest, sig);
#else
	return mbedtls_rsa_pkcs1_sign(rsa, mbed_random, rng, mbed_md(hash), n, digest, sig);
#endif
}

int
mbed_rsa_verify(mbedtls_rsa_context *rsa, enum hash_id hash, const uint8_t *digest, const uint8_t *sig)
{
	unsigned n = (unsigned)hash_len(hash);

#if MBEDTLS_VERSION_NUMBER < 0x03000000
	return mbedtls_rsa_pkcs1_verify(rsa, NULL, NULL, MBEDTLS_RSA_PUBLIC, mbed_md(hash), n, digest, sig);
#else
	return mbedtls_rsa_pkcs1_verify(rsa, mbed_md(hash), n, digest, sig);
#endif
}
