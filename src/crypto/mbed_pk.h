/* mbed_pk: mbedTLS's RSA calls in one shape for 2.28 and 3.6. Knows: the differences. Must not know: what is signed. */
#ifndef CRYPTO_MBED_PK_H
#define CRYPTO_MBED_PK_H

#include "hash.h"

#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/rsa.h>
#include <mbedtls/version.h>

static inline mbedtls_md_type_t
mbed_md(enum hash_id hash)
{
	switch (hash) {
	case HASH_SHA1:
		return MBEDTLS_MD_SHA1;
	case HASH_SHA256:
		return MBEDTLS_MD_SHA256;
	case HASH_SHA384:
		return MBEDTLS_MD_SHA384;
	case HASH_SHA512:
		return MBEDTLS_MD_SHA512;
	case HASH_NONE:
		break;
	}
	return MBEDTLS_MD_NONE;
}

static inline void
mbed_rsa_init(mbedtls_rsa_context *rsa)
{
#if MBEDTLS_VERSION_NUMBER < 0x03000000
	mbedtls_rsa_init(rsa, MBEDTLS_RSA_PKCS_V15, 0);
#else
	mbedtls_rsa_init(rsa);
#endif
}

typedef int mbed_rng_fn(void *ctx, unsigned char *out, size_t n);

static inline int
mbed_rsa_sign(mbedtls_rsa_context *rsa, mbed_rng_fn *rng, void *rng_ctx, enum hash_id hash, const uint8_t *digest,
    uint8_t *sig)
{
#if MBEDTLS_VERSION_NUMBER < 0x03000000
	return mbedtls_rsa_pkcs1_sign(rsa, rng, rng_ctx, MBEDTLS_RSA_PRIVATE, mbed_md(hash), (unsigned)hash_len(hash),
	    digest, sig);
#else
	return mbedtls_rsa_pkcs1_sign(rsa, rng, rng_ctx, mbed_md(hash), (unsigned)hash_len(hash), digest, sig);
#endif
}

static inline int
mbed_rsa_verify(mbedtls_rsa_context *rsa, enum hash_id hash, const uint8_t *digest, const uint8_t *sig)
{
#if MBEDTLS_VERSION_NUMBER < 0x03000000
	return mbedtls_rsa_pkcs1_verify(rsa, NULL, NULL, MBEDTLS_RSA_PUBLIC, mbed_md(hash), (unsigned)hash_len(hash),
	    digest, sig);
#else
	return mbedtls_rsa_pkcs1_verify(rsa, mbed_md(hash), (unsigned)hash_len(hash), digest, sig);
#endif
}

#endif
