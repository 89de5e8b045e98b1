/* mldsa44: signatures by ML-DSA-44. Knows: keys and signatures as bytes. Must not know: SSH. Serves FIPS 204 5 and 6
 * (algorithms 1 to 3, 6 to 8). A private key is its seed. */
#ifndef CRYPTO_MLDSA44_H
#define CRYPTO_MLDSA44_H

#include "slice.h"
#include <nacre/env.h>

#define MLDSA44_SEED_LEN 32
#define MLDSA44_PUBLIC_LEN 1312
#define MLDSA44_SIG_LEN 2420
#define MLDSA44_CONTEXT_MAX 255

/* Algorithm 6, ML-DSA.KeyGen_internal, of which the public half. NACRE_E_NOMEM. */
int mldsa44_public(const struct nacre_env *env, const uint8_t seed[MLDSA44_SEED_LEN],
    uint8_t public_key[MLDSA44_PUBLIC_LEN]) NACRE_CHECK;
/* Algorithm 2, ML-DSA.Sign, hedged by rnd (zeros: deterministic); verified before it leaves. NACRE_E_NOMEM,
 * NACRE_E_CRYPTO (a context that is too long, or what does not verify). */
int mldsa44_sign(const struct nacre_env *env, const uint8_t seed[MLDSA44_SEED_LEN], const uint8_t rnd[32],
    struct slice message, struct slice context, uint8_t sig[MLDSA44_SIG_LEN]) NACRE_CHECK;
/* Algorithm 3, ML-DSA.Verify: 0, or NACRE_E_CRYPTO; NACRE_E_NOMEM. */
int mldsa44_verify(const struct nacre_env *env, const uint8_t public_key[MLDSA44_PUBLIC_LEN], struct slice message,
    struct slice context, struct slice sig) NACRE_CHECK;

#endif
