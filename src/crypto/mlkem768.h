/* mlkem768: key encapsulation by ML-KEM-768. Knows: keys, ciphertexts and secrets as bytes. Must not know: SSH. Serves
 * FIPS 203 7 (algorithms 19 to 21). libsodium's own where it has it (1.0.22), else mlkem_fips203. */
#ifndef CRYPTO_MLKEM768_H
#define CRYPTO_MLKEM768_H

#include "slice.h"
#include <nacre/env.h>

#define MLKEM768_EK_LEN 1184 /* encapsulation key: public */
#define MLKEM768_DK_LEN 2400 /* decapsulation key: secret, holds the public one */
#define MLKEM768_CT_LEN 1088
#define MLKEM768_SECRET_LEN 32
#define MLKEM768_SEED_LEN 64 /* d, then z */
#define MLKEM768_M_LEN 32

/* Algorithm 19, ML-KEM.KeyGen. NACRE_E_RANDOM, NACRE_E_CRYPTO. */
int mlkem768_keygen(const struct nacre_env *env, uint8_t *ek, uint8_t *dk) NACRE_CHECK;
/* Algorithm 20, ML-KEM.Encaps. NACRE_E_KEX: the key fails mlkem768_check; NACRE_E_RANDOM, NACRE_E_CRYPTO. */
int mlkem768_encaps(const struct nacre_env *env, const uint8_t *ek, uint8_t *ct, uint8_t *secret) NACRE_CHECK;
/* Algorithm 21, ML-KEM.Decaps. A ciphertext of another's making gives a secret too, which that other does not know.
 * NACRE_E_CRYPTO: the key is damaged (7.3: the hash in it is not that of its public half). */
int mlkem768_decaps(const uint8_t *dk, const uint8_t *ct, uint8_t *secret) NACRE_CHECK;

/* 7.2: may this be an encapsulation key? Cheap; ek is public. */
bool mlkem768_check(const uint8_t *ek);

/* The same from given randomness, which has to be as good. */
int mlkem768_keygen_from(const uint8_t *seed, uint8_t *ek, uint8_t *dk) NACRE_CHECK;
int mlkem768_encaps_from(const uint8_t *ek, const uint8_t *m, uint8_t *ct, uint8_t *secret) NACRE_CHECK;

#endif
