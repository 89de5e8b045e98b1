/* sntrup_poly: polynomials of sntrup761. Knows: the rings R/q and R/3, R = Z[x]/(x^p - x - 1). Must not know: keys and
 * ciphertexts. Serves "NTRU Prime: round 3" (2020) 2 and 3; the inversions are those of Bernstein and Yang, "Fast
 * constant-time gcd computation and modular inversion" (2019). Time and memory accesses do not depend on values. */
#ifndef CRYPTO_SNTRUP_POLY_H
#define CRYPTO_SNTRUP_POLY_H

#include "slice.h"

#define SNTRUP_P 761
#define SNTRUP_Q 4591
#define SNTRUP_W 286 /* coefficients that are not 0 in a short polynomial */
#define SNTRUP_HALF ((SNTRUP_Q - 1) / 2)

/* Coefficients -1, 0 and 1: an element of R, or of R/3. */
struct sntrup_small {
	int8_t c[SNTRUP_P];
};

/* An element of R/q: coefficients from -HALF to HALF. */
struct sntrup_rq {
	int16_t c[SNTRUP_P];
};

/* The residue modulo q from -HALF to HALF; x is below 2^23 in size. */
int16_t sntrup_mod_q(int32_t x);
/* The residue modulo 3 from -1 to 1; x is below 2^13 in size. */
int8_t sntrup_mod_3(int16_t x);

/* out may be a. */
void sntrup_rq_multiply(struct sntrup_rq *out, const struct sntrup_rq *a, const struct sntrup_small *b);
/* a b in R/3. */
void sntrup_r3_multiply(struct sntrup_small *out, const struct sntrup_small *a, const struct sntrup_small *b);

/* 1/(3a) in R/q, a field: a is not 0. */
void sntrup_rq_invert_thrice(struct sntrup_rq *out, const struct sntrup_small *a);
/* 1/a in R/3. False where a has no inverse. */
bool sntrup_r3_invert(struct sntrup_small *out, const struct sntrup_small *a);

#endif
