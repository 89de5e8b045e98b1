/* mldsa_encode: see mldsa_poly.h. Knows: coefficients as bits, hints as places. Must not know: what they are. FIPS 204
 * 7.2. */
#include "mldsa_poly.h"

#include <sodium.h>

void
mldsa_encode(const struct mldsa_poly *p, unsigned bits, int32_t top, uint8_t *out)
{
	unsigned held = 0, i;
	uint32_t pool = 0;

	for (i = 0; i < MLDSA_N; i++) {
		uint32_t value = (uint32_t)(top == 0 ? p->c[i] : top - p->c[i]);

		pool |= value << held;
		for (held += bits; held >= 8; held -= 8) {
			*out++ = (uint8_t)pool;
			pool >>= 8;
		}
	}
}

void
mldsa_decode(struct mldsa_poly *p, unsigned bits, int32_t top, const uint8_t *in)
{
	unsigned held = 0, i;
	uint32_t pool = 0;

	for (i = 0; i < MLDSA_N; i++) {
		int32_t value;

		for (; held < bits; held += 8)
			pool |= (uint32_t)*in++ << held;
		value = (int32_t)(pool & ((1u << bits) - 1));
		pool >>= bits;
		held -= bits;
		p->c[i] = top == 0 ? value : top - value;
	}
}

void
mldsa_hint_encode(const struct mldsa_poly hint[MLDSA_K], uint8_t out[MLDSA_HINT_LEN])
{
	unsigned n = 0, i, j;

	memset(out, 0, MLDSA_HINT_LEN);
	for (i = 0; i < MLDSA_K; i++) {
		for (j = 0; j < MLDSA_N; j++)
			if (hint[i].c[j] != 0)
				out[n++] = (uint8_t)j;
		out[MLDSA_OMEGA + i] = (uint8_t)n;
	}
}

/* Places rise within a polynomial, ends never fall, and what is left over is zero: one hint, one encoding. */
bool
mldsa_hint_decode(struct mldsa_poly hint[MLDSA_K], const uint8_t in[MLDSA_HINT_LEN])
{
	unsigned n = 0, first, end, i;

	for (i = 0; i < MLDSA_K; i++) {
		hint[i] = (struct mldsa_poly){{0}};
		end = in[MLDSA_OMEGA + i];
		if (end < n || end > MLDSA_OMEGA)
			return false;
		for (first = n; n < end; n++) {
			if (n > first && in[n - 1] >= in[n])
				return false;
			hint[i].c[in[n]] = 1;
		}
	}
	for (; n < MLDSA_OMEGA; n++)
		if (in[n] != 0)
			return false;
	return true;
}

bool
mldsa_is_challenge(const uint8_t a[MLDSA_SEED_LEN], const uint8_t b[MLDSA_SEED_LEN])
{
	return sodium_memcmp(a, b, MLDSA_SEED_LEN) == 0;
}
