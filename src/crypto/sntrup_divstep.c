/* sntrup_divstep: see sntrup_divstep.h. Knows: residues modulo q and 3. Must not know: which step it is. A file of its
 * own: compilers that see what the callers do with the first coefficient no longer take eight at a time. */
#include "sntrup_divstep.h"

/* a b / 2^16 modulo q (Montgomery), b_low = b / q modulo 2^16. Below 0.8 q in size for a below 2q, b below q/2. */
static inline int16_t
scaled(int16_t a, int16_t b, int16_t b_low)
{
	int16_t high = (int16_t)((a * b) >> 16), low = (int16_t)(a * b_low);

	return (int16_t)(high - (int16_t)((low * SNTRUP_Q) >> 16));
}

void
sntrup_rq_pair(int16_t *restrict f, int16_t *restrict g, struct sntrup_rq_step s)
{
	size_t i;

	for (i = 0; i < SNTRUP_STEP_N; i++) {
		int16_t t = (int16_t)((f[i] ^ g[i]) & s.swap), a = (int16_t)(f[i] ^ t), b = (int16_t)(g[i] ^ t);

		f[i] = a;
		g[i] = (int16_t)(scaled(b, s.f0, s.f0_low) - scaled(a, s.g0, s.g0_low));
	}
}

void
sntrup_r3_pair(struct sntrup_planes *restrict f, struct sntrup_planes *restrict g, struct sntrup_r3_step s)
{
	size_t i;

	for (i = 0; i < SNTRUP_STEP_WORDS; i++) {
		uint64_t t0 = (f->some[i] ^ g->some[i]) & s.swap, t1 = (f->minus[i] ^ g->minus[i]) & s.swap;
		uint64_t f0 = f->some[i] ^ t0, f1 = f->minus[i] ^ t1, g0 = g->some[i] ^ t0, g1 = g->minus[i] ^ t1;
		uint64_t a0 = f0 & s.some, a1 = (f1 ^ (f0 & s.minus)) & s.some;
		uint64_t x = g0 ^ a1, y = g1 ^ a0;

		f->some[i] = f0;
		f->minus[i] = f1;
		g->some[i] = (x ^ g1) | (y ^ a1);
		g->minus[i] = x & y;
	}
}
