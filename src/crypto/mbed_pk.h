/* mbed_pk: mbedTLS's public-key calls in one shape for 2.28 and 3.6. Knows: the library's contexts. Must not know: what
 * is signed, SSH framing. RFC 8017 8.2. */
#ifndef CRYPTO_MBED_PK_H
#define CRYPTO_MBED_PK_H

#include "hash.h"
#include "sign.h"
#include <nacre/env.h>

#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/rsa.h>

/* The environment's randomness in mbedTLS's shape: give mbed_random a struct mbed_rng. It remembers a failure, because
 * the library folds it into numbers of its own. */
struct mbed_rng {
	const struct nacre_env *env;
	bool failed;
};

int mbed_random(void *rng, unsigned char *out, size_t n);
/* What the library's result r means here: 0, NACRE_E_RANDOM, or NACRE_E_CRYPTO. */
int mbed_status(const struct mbed_rng *rng, int r) NACRE_CHECK;

mbedtls_md_type_t mbed_md(enum hash_id hash);
mbedtls_ecp_group_id mbed_curve(enum curve_id curve);

void mbed_rsa_init(mbedtls_rsa_context *rsa);
/* The library's own results: 0, or one of its errors. sig has the modulus's length. */
int mbed_rsa_sign(
    mbedtls_rsa_context *rsa, struct mbed_rng *rng, enum hash_id hash, const uint8_t *digest, uint8_t *sig) NACRE_CHECK;
int mbed_rsa_verify(mbedtls_rsa_context *rsa, enum hash_id hash, const uint8_t *digest, const uint8_t *sig) NACRE_CHECK;

#endif
