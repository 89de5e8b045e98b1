/* sntrup761: key encapsulation by Streamlined NTRU Prime. Knows: keys, ciphertexts and secrets as bytes. Must not know:
 * SSH. Serves "NTRU Prime: round 3" (2020) 3 and 4, which RFC 9941 refers to. Time and memory accesses do not depend on
 * secrets. */
#ifndef CRYPTO_SNTRUP761_H
#define CRYPTO_SNTRUP761_H

#include "slice.h"
#include <nacre/env.h>

#define SNTRUP761_PK_LEN 1158
#define SNTRUP761_SK_LEN 1763 /* holds the public key */
#define SNTRUP761_CT_LEN 1039
#define SNTRUP761_SECRET_LEN 32

/* NACRE_E_RANDOM, NACRE_E_CRYPTO. */
int sntrup761_keygen(const struct nacre_env *env, uint8_t *pk, uint8_t *sk) NACRE_CHECK;
/* Any bytes are a public key. NACRE_E_RANDOM, NACRE_E_CRYPTO. */
int sntrup761_encaps(const struct nacre_env *env, const uint8_t *pk, uint8_t *ct, uint8_t *secret) NACRE_CHECK;
/* A ciphertext of another's making gives a secret too, which that other does not know. NACRE_E_CRYPTO. */
int sntrup761_decaps(const uint8_t *sk, const uint8_t *ct, uint8_t *secret) NACRE_CHECK;

#endif
