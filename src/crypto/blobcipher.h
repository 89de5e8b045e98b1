/* blobcipher: ciphers over a whole blob at once, for keys at rest. Knows: one algorithm a row, in place. Must not know:
 * packets, files, where keys come from. OpenSSH PROTOCOL.key, RFC 1423, RFC 8018 B.2. */
#ifndef CRYPTO_BLOBCIPHER_H
#define CRYPTO_BLOBCIPHER_H

#include "slice.h"
#include <nacre/status.h>

#define BLOBCIPHER_KEY_MAX 64
#define BLOBCIPHER_IV_MAX 16
#define BLOBCIPHER_TAG_MAX 16

struct blobcipher {
	const char *name; /* SSH's own */
	uint8_t key_len, iv_len, block_len, tag_len;
	int (*crypt)(
	    const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, bool seal, uint8_t *p, size_t n);
};

extern const struct blobcipher blobcipher_table[]; /* ended by a NULL name */
const struct blobcipher *blobcipher_find(struct slice name);

/* Encrypts p[0..n) in place and writes the tag, if the cipher has one, at p[n]. n is a multiple of block_len.
 * NACRE_E_ARGUMENT where it is not; NACRE_E_CRYPTO. */
int blobcipher_seal(
    const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, uint8_t *p, size_t n) NACRE_CHECK;
/* The way back. NACRE_E_MAC, and nothing is decrypted, where the tag at p[n] is wrong. */
int blobcipher_open(
    const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, uint8_t *p, size_t n) NACRE_CHECK;

#endif
