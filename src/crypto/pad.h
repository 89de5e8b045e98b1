/* pad: a stream of padding bytes. Knows: ChaCha20 under a key of its own. Must not know: packets.
 * Seeded once for each connection and anew at NEWKEYS, so that padding costs no system call for a packet. */
#ifndef CRYPTO_PAD_H
#define CRYPTO_PAD_H

#include "slice.h"
#include <nacre/env.h>

struct pad {
	uint8_t key[32];
	uint64_t block; /* the next ChaCha20 block */
	uint8_t pool[512]; /* bytes ready to be given */
	size_t used; /* of pool; all of it before the first seed */
};

int pad_seed(struct pad *p, const struct nacre_env *env) NACRE_CHECK;
void pad_bytes(struct pad *p, uint8_t *out, size_t n); /* n at most 255 */
void pad_wipe(struct pad *p);

#endif
