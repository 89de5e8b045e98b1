/* blowfish: Blowfish with the expensive key schedule of bcrypt. Knows: 16 rounds, four boxes. Must not know: passwords,
 * formats. Provos and Mazieres, "A Future-Adaptable Password Scheme" (USENIX 1999); Schneier 1993. Its lookups depend
 * on the key, as bcrypt's do everywhere: it is for passphrases on this machine, not for traffic. */
#ifndef CRYPTO_BLOWFISH_H
#define CRYPTO_BLOWFISH_H

#include "slice.h"

#define BLOWFISH_SUBKEYS 18

struct blowfish {
	uint32_t p[BLOWFISH_SUBKEYS];
	uint32_t s[4][256];
};

/* The digits of pi: the state before any key. */
void blowfish_init(struct blowfish *b);
/* Mixes key (not empty) and salt (empty, or a multiple of 8 bytes) into the state. */
void blowfish_expand(struct blowfish *b, struct slice key, struct slice salt);
/* One block, in place. */
void blowfish_encrypt(const struct blowfish *b, uint32_t block[2]);

#endif
