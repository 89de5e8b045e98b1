/* sntrup_divstep: what one divstep does to a pair of polynomials. Knows: swapping and combining. Must not know: which
 * step it is. Serves Bernstein and Yang (see sntrup_invert.c). These are the loops that inverting is made of. */
#ifndef CRYPTO_SNTRUP_DIVSTEP_H
#define CRYPTO_SNTRUP_DIVSTEP_H

#include "sntrup_poly.h"

#define SNTRUP_STEP_N 768 /* p + 1 coefficients, rounded up to whole vectors and words */
#define SNTRUP_STEP_WORDS (SNTRUP_STEP_N / 64)

struct sntrup_rq_step {
	int16_t swap; /* all ones or 0 */
	int16_t f0, f0_low, g0, g0_low; /* the constants after the swap, and they times 1/q modulo 2^16 */
};

/* Swaps f and g, then g becomes f0 g - g0 f, over 2^16, modulo q. What is below 2q in size stays so. */
void sntrup_rq_pair(int16_t *f, int16_t *g, struct sntrup_rq_step s);

/* Coefficients of R/3, 64 in two words: which are not 0, and which of those are -1. */
struct sntrup_planes {
	uint64_t some[SNTRUP_STEP_WORDS], minus[SNTRUP_STEP_WORDS];
};

/* Each is all ones or 0. */
struct sntrup_r3_step {
	uint64_t swap, some, minus; /* and the factor: is it not 0, is it -1? */
};

/* Swaps f and g, then adds the factor times f to g. */
void sntrup_r3_pair(struct sntrup_planes *f, struct sntrup_planes *g, struct sntrup_r3_step s);

#endif
