/* mlkem_poly: polynomials of ML-KEM. Knows: 256 coefficients modulo q = 3329. Must not know: keys and ciphertexts.
 * Serves FIPS 203 4.2 and 4.3 (algorithms 5 to 12). Only mlkem_sample_ntt, whose seed is public, takes a time that
 * depends on values.
 *
 * Products are Montgomery's: a times b comes out as ab/R with R = 2^16. The constants of the NTT hold a factor R, so
 * that a transform adds none; a product of two polynomials lacks one, which mlkem_poly_inverse_ntt or
 * mlkem_poly_restore gives back. */
#ifndef CRYPTO_MLKEM_POLY_H
#define CRYPTO_MLKEM_POLY_H

#include "slice.h"

#define MLKEM_N 256
#define MLKEM_Q 3329
#define MLKEM_SEED_LEN 32
#define MLKEM_POLY_LEN(d) ((d)*MLKEM_N / 8) /* bytes of an encoded polynomial, d bits for each coefficient */

/* Residues of either sign. Below q in size, where nothing else is said. */
struct mlkem_poly {
	int16_t c[MLKEM_N];
};

/* Algorithm 5, ByteEncode_d: the coefficients are 0 to 2^d - 1. Algorithm 6, ByteDecode_d; 12 bits may be q and
 * more. */
void mlkem_poly_encode(const struct mlkem_poly *p, unsigned d, uint8_t *out);
void mlkem_poly_decode(struct mlkem_poly *p, unsigned d, const uint8_t *in);
/* (4.7), Compress_d, and (4.8), Decompress_d, of every coefficient: d is 1, 4 or 10. Any residues; 0 to q - 1 come
 * back. */
void mlkem_poly_compress(struct mlkem_poly *p, unsigned d);
void mlkem_poly_decompress(struct mlkem_poly *p, unsigned d);

/* Algorithm 7, SampleNTT: the entry of the matrix in row i and column j. */
void mlkem_sample_ntt(struct mlkem_poly *p, const uint8_t rho[MLKEM_SEED_LEN], size_t i, size_t j);
/* Algorithm 8, SamplePolyCBD_2 of PRF_2(seed, nonce). */
void mlkem_sample_noise(struct mlkem_poly *p, const uint8_t seed[MLKEM_SEED_LEN], uint8_t nonce);

/* Algorithm 9. */
void mlkem_poly_ntt(struct mlkem_poly *p);
/* Algorithm 10, of a sum of at most three products. */
void mlkem_poly_inverse_ntt(struct mlkem_poly *p);
/* Algorithm 11, MultiplyNTTs, added to sum, which holds at most three of them. One factor may be what decode gives. */
void mlkem_poly_add_product(struct mlkem_poly *sum, const struct mlkem_poly *a, const struct mlkem_poly *b);
/* Gives a sum of at most three products its factor R back. */
void mlkem_poly_restore(struct mlkem_poly *p);

void mlkem_poly_add(struct mlkem_poly *sum, const struct mlkem_poly *a);
/* p becomes a - p. */
void mlkem_poly_subtract_from(struct mlkem_poly *p, const struct mlkem_poly *a);
/* Of any residues those from 0 to q - 1. */
void mlkem_poly_canonical(struct mlkem_poly *p);

#endif
