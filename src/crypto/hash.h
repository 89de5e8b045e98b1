/* hash: SHA-2, SHA-1, MD5. Knows: the hash functions by id. Must not know: what is hashed. Serves RFC 4253 6.4, 7.2, 8;
 * RFC 6234, RFC 1321. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "slice.h"
#include <nacre/status.h>

enum hash_id { HASH_NONE, HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_MD5 };

#define HASH_MAX_LEN 64

struct hash {
	enum hash_id id;
	_Alignas(16) uint8_t state[256]; /* the library's own context; sizes are asserted in hash.c */
};

size_t hash_len(enum hash_id id);
int hash_init(struct hash *h, enum hash_id id) NACRE_CHECK;
int hash_update(struct hash *h, struct slice s) NACRE_CHECK;
/* Writes hash_len bytes and wipes the state. */
int hash_final(struct hash *h, uint8_t *out) NACRE_CHECK;
/* All at once. */
int hash_once(enum hash_id id, struct slice s, uint8_t *out) NACRE_CHECK;
/* Gives back what an unfinished hash holds; a finished or zeroed one is fine. */
void hash_wipe(struct hash *h);

#endif
