/* pbkdf: the key derivations of PEM, PKCS#8 and PuTTY's files. Knows: PBKDF2, scrypt, Argon2, and what old PEM has.
 * Must not know: files, bounds of cost: the caller sets them. RFC 8018 5.2, RFC 7914, RFC 1423 as OpenSSL's
 * EVP_BytesToKey does it. */
#ifndef CRYPTO_PBKDF_H
#define CRYPTO_PBKDF_H

#include "slice.h"
#include <nacre/status.h>

enum pbkdf_hash { PBKDF_SHA1, PBKDF_SHA224, PBKDF_SHA256, PBKDF_SHA384, PBKDF_SHA512 };

/* Each fills key[0..n); 0 or NACRE_E_CRYPTO, then the key is wiped. */
int pbkdf2(enum pbkdf_hash hash, struct slice password, struct slice salt, uint32_t iterations, uint8_t *key,
    size_t n) NACRE_CHECK;
/* cost is N, a power of two above 1. */
int pbkdf_scrypt(struct slice password, struct slice salt, uint64_t cost, uint32_t r, uint32_t p, uint8_t *key,
    size_t n) NACRE_CHECK;
/* MD5 over the block before, the password and the salt, once. */
int pbkdf_md5(struct slice password, struct slice salt, uint8_t *key, size_t n) NACRE_CHECK;

enum pbkdf_argon2 { PBKDF_ARGON2I, PBKDF_ARGON2ID };
#define PBKDF_ARGON2_SALT_LEN 16

/* With one lane, which is what libsodium has. memory_kib: at least 8. passes: at least 1, for Argon2i 3. n: at
 * least 16. */
int pbkdf_argon2(enum pbkdf_argon2 variant, struct slice password, const uint8_t salt[PBKDF_ARGON2_SALT_LEN],
    uint32_t memory_kib, uint32_t passes, uint8_t *key, size_t n) NACRE_CHECK;
/* HMAC (RFC 2104) with SHA-1 or SHA-256; out gets hash_len bytes. */
int pbkdf_hmac(enum pbkdf_hash hash, struct slice key, struct slice data, uint8_t *out) NACRE_CHECK;

#endif
