/* mldsa_poly: polynomials of ML-DSA-44. Knows: 256 coefficients modulo q = 8380417. Must not know: keys and signatures.
 * Serves FIPS 204 7.1 to 7.6 (algorithms 16 to 19, 29 to 42). What depends on values: mldsa_sample_uniform, whose seed
 * is public; mldsa_sample_ball and mldsa_hint_encode, whose input a signature shows; and which candidates
 * mldsa_sample_short throws away, which says nothing about those it keeps.
 *
 * Products are Montgomery's: a times b comes out as ab/R with R = 2^32; mldsa_inverse_ntt gives one R back. */
#ifndef CRYPTO_MLDSA_POLY_H
#define CRYPTO_MLDSA_POLY_H

#include "slice.h"

#define MLDSA_N 256
#define MLDSA_Q 8380417
#define MLDSA_D 13 /* bits that are dropped from t */
#define MLDSA_ETA 2
#define MLDSA_TAU 39 /* coefficients of the challenge that are 1 or -1 */
#define MLDSA_BETA (MLDSA_TAU * MLDSA_ETA)
#define MLDSA_GAMMA1 (1 << 17)
#define MLDSA_GAMMA2 ((MLDSA_Q - 1) / 88)
#define MLDSA_K 4 /* rows; columns, too */
#define MLDSA_OMEGA 80 /* ones of a hint, at most */
#define MLDSA_SEED_LEN 32
#define MLDSA_MASK_SEED_LEN 64
#define MLDSA_POLY_LEN(bits) ((bits)*MLDSA_N / 8) /* bytes of a polynomial, so many bits for each coefficient */
#define MLDSA_HINT_LEN (MLDSA_OMEGA + MLDSA_K)

/* Residues of either sign, below q in size where nothing else is said. */
struct mldsa_poly {
	int32_t c[MLDSA_N];
};

/* Algorithm 30, RejNTTPoly: the entry of the matrix in this row and column. */
void mldsa_sample_uniform(struct mldsa_poly *p, const uint8_t rho[MLDSA_SEED_LEN], unsigned row, unsigned column);
/* Algorithm 31, RejBoundedPoly: -2 to 2. */
void mldsa_sample_short(struct mldsa_poly *p, const uint8_t seed[MLDSA_MASK_SEED_LEN], unsigned nonce);
/* Is this half a byte one of algorithm 15's? */
bool mldsa_is_short(unsigned half);
/* A polynomial of algorithm 34, ExpandMask. */
void mldsa_sample_mask(struct mldsa_poly *p, const uint8_t seed[MLDSA_MASK_SEED_LEN], unsigned nonce);
/* Algorithm 29, SampleInBall. */
void mldsa_sample_ball(struct mldsa_poly *p, const uint8_t seed[MLDSA_SEED_LEN]);

/* Algorithms 41 and 42; the second reduces first what may be a sum of several. */
void mldsa_ntt(struct mldsa_poly *p);
void mldsa_inverse_ntt(struct mldsa_poly *p);
/* Algorithm 45, added to sum, which holds at most four of them; p may be sum's only factor. */
void mldsa_add_product(struct mldsa_poly *sum, const struct mldsa_poly *a, const struct mldsa_poly *b);
void mldsa_product(struct mldsa_poly *out, const struct mldsa_poly *a, const struct mldsa_poly *b);
void mldsa_add(struct mldsa_poly *sum, const struct mldsa_poly *a);
void mldsa_subtract(struct mldsa_poly *p, const struct mldsa_poly *a);
/* From any residues those from 0 to q - 1; those around 0. */
void mldsa_canonical(struct mldsa_poly *p);
void mldsa_centre(struct mldsa_poly *p);

/* Algorithm 35, Power2Round, of 0 to q - 1: p becomes the high part. */
void mldsa_power2round(struct mldsa_poly *p, struct mldsa_poly *low);
/* Algorithm 36, Decompose, of 0 to q - 1: p becomes the high part, 0 to 43. */
void mldsa_decompose(struct mldsa_poly *p, struct mldsa_poly *low);
/* Algorithm 40, UseHint, of 0 to q - 1; the hint has 0 and 1. */
void mldsa_use_hint(struct mldsa_poly *p, const struct mldsa_poly *hint);
/* Are all coefficients, around 0, below the bound in size? */
bool mldsa_is_bounded(const struct mldsa_poly *p, int32_t bound);

/* Are the two challenges the same? */
bool mldsa_is_challenge(const uint8_t a[MLDSA_SEED_LEN], const uint8_t b[MLDSA_SEED_LEN]);

/* Algorithms 16 and 17: the coefficients are `top` minus what is written in so many bits (top 0: what is written). */
void mldsa_encode(const struct mldsa_poly *p, unsigned bits, int32_t top, uint8_t *out);
void mldsa_decode(struct mldsa_poly *p, unsigned bits, int32_t top, const uint8_t *in);
/* Algorithms 20 and 21. Decoding is false for what no encoding gives. */
void mldsa_hint_encode(const struct mldsa_poly hint[MLDSA_K], uint8_t out[MLDSA_HINT_LEN]);
bool mldsa_hint_decode(struct mldsa_poly hint[MLDSA_K], const uint8_t in[MLDSA_HINT_LEN]);

#endif
