/* umac: UMAC-64 and UMAC-128: a universal hash of the message, hidden by a block of AES over the nonce. Knows: RFC
 * 4418. Must not know: SSH, sequence numbers. RFC 4418, draft-miller-secsh-umac-01. */
#ifndef CRYPTO_UMAC_H
#define CRYPTO_UMAC_H

#include "slice.h"
#include <nacre/status.h>

#define UMAC_KEY_LEN 16
#define UMAC_STREAMS_MAX 4 /* 32 bits of tag from each */
#define UMAC_MESSAGE_MAX (UINT32_C(1) << 24) /* over it RFC 4418 5.4 has another polynomial, which no packet needs */

struct umac {
	_Alignas(16) uint8_t pad_cipher[320]; /* AES under the key of the pads (mbed_block.h) */
	uint32_t nh_key[256 + 4 * (UMAC_STREAMS_MAX - 1)]; /* each stream's begins four words behind the last one's */
	uint64_t poly_key[UMAC_STREAMS_MAX];
	uint64_t inner_key[UMAC_STREAMS_MAX][4];
	uint32_t inner_mask[UMAC_STREAMS_MAX];
	unsigned streams; /* tag bytes / 4 */
};

/* tag_len is 8 or 16. On failure umac_wipe is still right. */
int umac_init(struct umac *u, const uint8_t key[UMAC_KEY_LEN], size_t tag_len) NACRE_CHECK;
/* The tag of p[0..n) under the nonce, 8 bytes big-endian. No nonce may be used for two messages. */
int umac_tag(struct umac *u, uint64_t nonce, const uint8_t *p, size_t n, uint8_t *tag) NACRE_CHECK;
void umac_wipe(struct umac *u);

#endif
