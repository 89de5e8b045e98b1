/* pbkdf: the key derivations of PEM and PKCS#8. Knows: PBKDF2, scrypt, and the one of old PEM files. Must not know:
 * files, bounds of cost: the caller sets them. RFC 8018 5.2, RFC 7914, RFC 1423 as OpenSSL's EVP_BytesToKey does it. */
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

#endif
