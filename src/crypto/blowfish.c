/* blowfish: see blowfish.h. Knows: the cipher and its key schedule. Must not know: bcrypt's loop. USENIX 1999, Provos
 * and Mazieres. */
#include "blowfish.h"

static const uint32_t pi[BLOWFISH_SUBKEYS + 4 * 256] = {
#include "blowfish_pi.def"
};

void
blowfish_init(struct blowfish *b)
{
	memcpy(b->p, pi, sizeof(b->p));
	memcpy(b->s, pi + BLOWFISH_SUBKEYS, sizeof(b->s));
}

static uint32_t
mix(const struct blowfish *b, uint32_t x)
{
	return ((b->s[0][x >> 24] + b->s[1][x >> 16 & 0xff]) ^ b->s[2][x >> 8 & 0xff]) + b->s[3][x & 0xff];
}

void
blowfish_encrypt(const struct blowfish *b, uint32_t block[2])
{
	uint32_t left = block[0], right = block[1];
	size_t i;

	for (i = 0; i < 16; i += 2) {
		left ^= b->p[i];
		right ^= mix(b, left);
		right ^= b->p[i + 1];
		left ^= mix(b, right);
	}
	block[0] = right ^ b->p[17];
	block[1] = left ^ b->p[16];
}

/* The next four bytes, big-endian; at its end the string begins again. */
static uint32_t
next_word(struct slice s, size_t *at)
{
	uint32_t word = 0;
	size_t i;

	if (s.n == 0)
		return 0;
	for (i = 0; i < 4; i++) {
		word = word << 8 | s.p[*at];
		*at = *at + 1 == s.n ? 0 : *at + 1;
	}
	return word;
}

static void
fill(struct blowfish *b, uint32_t *words, size_t n, uint32_t block[2], struct slice salt, size_t *salt_at)
{
	size_t i;

	for (i = 0; i < n; i += 2) {
		block[0] ^= next_word(salt, salt_at);
		block[1] ^= next_word(salt, salt_at);
		blowfish_encrypt(b, block);
		words[i] = block[0];
		words[i + 1] = block[1];
	}
}

void
blowfish_expand(struct blowfish *b, struct slice key, struct slice salt)
{
	uint32_t block[2] = {0, 0};
	size_t at = 0, salt_at = 0, i;

	for (i = 0; i < BLOWFISH_SUBKEYS; i++)
		b->p[i] ^= next_word(key, &at);
	fill(b, b->p, BLOWFISH_SUBKEYS, block, salt, &salt_at);
	for (i = 0; i < 4; i++)
		fill(b, b->s[i], 256, block, salt, &salt_at);
}
