/* sntrup_poly: see sntrup_poly.h. Knows: residues and products. Must not know: how an inverse is found
 * (sntrup_invert.c). NTRU Prime 3.2. */
#include "sntrup_poly.h"
#include "mem.h"

#define P SNTRUP_P
#define Q SNTRUP_Q
#define ROWS 8 /* coefficients of the small factor that are taken at once */
#define P_PADDED 768 /* P, rounded up to whole rows */
#define WIDTH (P_PADDED + ROWS)

/* 239492840 is 2^40 / q, rounded. A division's time could depend on what is divided. */
int16_t
sntrup_mod_q(int32_t x)
{
	int32_t t = (int32_t)(((int64_t)x * 239492840 + ((int64_t)1 << 39)) >> 40);

	return (int16_t)(x - t * Q);
}

/* 10923 is 2^15 / 3, rounded. */
int8_t
sntrup_mod_3(int16_t x)
{
	return (int8_t)(x - 3 * ((x * 10923 + (1 << 14)) >> 15));
}

/* A residue between -400 and 5100, for any x between -19000 and 24000: 14 is nearly 2^16 / q. */
static inline int16_t
about_mod_q(int16_t x)
{
	return (int16_t)(x - (int16_t)((x * 14) >> 16) * Q);
}

/* Eight rows of the schoolbook at once: sum gets (s[0] + s[1] x + ... + s[7] x^7) b. Eight times HALF, and a residue,
 * fit 16 bits, so that compilers find eight coefficients in a vector. b has ROWS zeros before and after its
 * coefficients. */
static void
add_rows(int16_t *restrict sum, const int16_t s[ROWS], const int16_t *restrict b)
{
	size_t k;

	for (k = 0; k < WIDTH; k++) {
		int16_t x = (int16_t)(sum[k] + s[0] * b[k + 8] + s[1] * b[k + 7] + s[2] * b[k + 6] + s[3] * b[k + 5] +
				      s[4] * b[k + 4] + s[5] * b[k + 3] + s[6] * b[k + 2] + s[7] * b[k + 1]);

		sum[k] = about_mod_q(x);
	}
}

/* x^p is x + 1: what is above p - 1 is added twice. */
static void
fold(struct sntrup_rq *out, const int16_t *product)
{
	size_t i;

	for (i = 0; i < P; i++) {
		int32_t sum = product[i] + product[i + P];

		if (i > 0)
			sum += product[i + P - 1];
		out->c[i] = sntrup_mod_q(sum);
	}
}

void
sntrup_rq_multiply(struct sntrup_rq *out, const struct sntrup_rq *a, const struct sntrup_small *b)
{
	struct {
		int16_t a[ROWS + WIDTH], b[P_PADDED], product[P_PADDED + WIDTH];
	} w;
	size_t i;

	memset(&w, 0, sizeof(w));
	memcpy(w.a + ROWS, a->c, sizeof(a->c));
	for (i = 0; i < P; i++)
		w.b[i] = b->c[i];
	for (i = 0; i < P_PADDED; i += ROWS)
		add_rows(w.product + i, w.b + i, w.a);
	fold(out, w.product);
	mem_wipe(&w, sizeof(w));
}

/* No coefficient of the product is beyond 2p - 1 < HALF, so that R/q's is the same as R's. */
void
sntrup_r3_multiply(struct sntrup_small *out, const struct sntrup_small *a, const struct sntrup_small *b)
{
	struct sntrup_rq product;
	size_t i;

	for (i = 0; i < P; i++)
		product.c[i] = a->c[i];
	sntrup_rq_multiply(&product, &product, b);
	for (i = 0; i < P; i++)
		out->c[i] = sntrup_mod_3(product.c[i]);
	mem_wipe(&product, sizeof(product));
}
