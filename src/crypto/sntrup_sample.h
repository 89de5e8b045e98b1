/* sntrup_sample: random polynomials of sntrup761. Knows: the environment's randomness. Must not know: what they are
 * for. Serves "NTRU Prime: round 3" (2020) 3.2 (random small and short elements). */
#ifndef CRYPTO_SNTRUP_SAMPLE_H
#define CRYPTO_SNTRUP_SAMPLE_H

#include "sntrup_poly.h"
#include <nacre/env.h>

/* Any coefficients. NACRE_E_RANDOM. */
int sntrup_sample_small(struct sntrup_small *out, const struct nacre_env *env) NACRE_CHECK;
/* Exactly W of them are not 0. NACRE_E_RANDOM. */
int sntrup_sample_short(struct sntrup_small *out, const struct nacre_env *env) NACRE_CHECK;

/* Ascending; the comparisons are always the same. */
void sntrup_sort(uint32_t *x, size_t n);

#endif
