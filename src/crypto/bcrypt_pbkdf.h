/* bcrypt_pbkdf: keys from passphrases, as openssh-key-v1 files want them. Knows: bcrypt over SHA-512. Must not know:
 * files. OpenBSD's bcrypt_pbkdf(3): PBKDF2 with bcrypt as its function, the output's bytes interleaved. */
#ifndef CRYPTO_BCRYPT_PBKDF_H
#define CRYPTO_BCRYPT_PBKDF_H

#include "slice.h"
#include <nacre/env.h>

#define BCRYPT_KEY_MAX 1024
#define BCRYPT_SALT_MAX 1024
#define BCRYPT_ROUNDS_MAX ((uint32_t)1 << 16) /* about ten milliseconds each */

/* Fills key[0..n). NACRE_E_ARGUMENT where the password or the salt is empty, or one of the bounds is passed;
 * NACRE_E_NOMEM; NACRE_E_CRYPTO. */
int bcrypt_pbkdf(const struct nacre_env *env, struct slice password, struct slice salt, uint32_t rounds, uint8_t *key,
    size_t n) NACRE_CHECK;

#endif
