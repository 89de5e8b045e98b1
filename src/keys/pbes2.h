/* pbes2: encrypted PKCS#8. Knows: PBES2 with PBKDF2 or scrypt, and CBC. Must not know: what is encrypted. RFC 8018 6.2
 * and A, RFC 7914 7, RFC 5958 3. What a file may ask for is bounded. */
#ifndef KEYS_PBES2_H
#define KEYS_PBES2_H

#include "buf.h"
#include "why.h"

#define PBES2_ITERATIONS_MAX 10000000u /* of PBKDF2: some seconds */
#define PBES2_SCRYPT_MEMORY_MAX ((uint64_t)256 << 20) /* 128 * r * (N + p) bytes */
#define PBES2_SCRYPT_PARALLEL_MAX 16u

/* EncryptedPrivateKeyInfo into the DER that it holds, in place. passphrase: NULL where there is none. */
int pbes2_decrypt(struct buf *der, const char *passphrase, struct why *why) NACRE_CHECK;
/* The way back, with PBKDF2, HMAC-SHA-256 and AES-256-CBC. iterations: 0 for the usual. */
int pbes2_encrypt(struct buf *der, const char *passphrase, uint32_t iterations) NACRE_CHECK;

#endif
