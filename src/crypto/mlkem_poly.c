/* mlkem_poly: see mlkem_poly.h. Knows: the number theoretic transform modulo 3329. Must not know: keys and ciphertexts.
 * FIPS 203 4.2.1, 4.2.2, 4.3. */
#include "mlkem_poly.h"
#include "keccak.h"
#include "mem.h"

#define Q MLKEM_Q
#define Q_INVERSE (-3327) /* of q, modulo 2^16 */
#define R_SQUARED 1353 /* 2^32 modulo q */
#define R_SQUARED_OVER_128 1441

/* FIPS 203 appendix A: 17^BitRev7(i), here times R. */
static const int16_t zeta[128] = {
    -1044,
    -758,
    -359,
    -1517,
    1493,
    1422,
    287,
    202,
    -171,
    622,
    1577,
    182,
    962,
    -1202,
    -1474,
    1468,
    573,
    -1325,
    264,
    383,
    -829,
    1458,
    -1602,
    -130,
    -681,
    1017,
    732,
    608,
    -1542,
    411,
    -205,
    -1571,
    1223,
    652,
    -552,
    1015,
    -1293,
    1491,
    -282,
    -1544,
    516,
    -8,
    -320,
    -666,
    -1618,
    -1162,
    126,
    1469,
    -853,
    -90,
    -271,
    830,
    107,
    -1421,
    -247,
    -951,
    -398,
    961,
    -1508,
    -725,
    448,
    -1065,
    677,
    -1275,
    -1103,
    430,
    555,
    843,
    -1251,
    871,
    1550,
    105,
    422,
    587,
    177,
    -235,
    -291,
    -460,
    1574,
    1653,
    -246,
    778,
    1159,
    -147,
    -777,
    1483,
    -602,
    1119,
    -1590,
    644,
    -872,
    349,
    418,
    329,
    -156,
    -75,
    817,
    1097,
    603,
    610,
    1322,
    -1285,
    -1465,
    384,
    -1215,
    -136,
    1218,
    -1335,
    -874,
    220,
    -1187,
    -1659,
    -1185,
    -1530,
    -1278,
    794,
    -1510,
    -854,
    -870,
    478,
    -108,
    -308,
    996,
    991,
    958,
    -1460,
    1522,
    1628,
};

/* a / R modulo q, below q in size where a is below q * 2^15: a - tq is a multiple of R. */
static inline int16_t
montgomery(int32_t a)
{
	int16_t t = (int16_t)((int16_t)a * Q_INVERSE);

	return (int16_t)((a - (int32_t)t * Q) >> 16);
}

/* The residue that is at most q/2 in size: 20159 is 2^26 / q, rounded. */
static inline int16_t
barrett(int16_t a)
{
	int16_t t = (int16_t)((20159 * (int32_t)a + (1 << 25)) >> 26);

	return (int16_t)(a - t * Q);
}

static inline int16_t
canonical(int16_t a)
{
	int16_t r = barrett(a);

	return (int16_t)(r + ((r >> 15) & Q));
}

void
mlkem_poly_encode(const struct mlkem_poly *p, unsigned d, uint8_t *out)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i;

	for (i = 0; i < MLKEM_N; i++) {
		bits |= (uint32_t)p->c[i] << have;
		for (have += d; have >= 8; have -= 8) {
			*out++ = (uint8_t)bits;
			bits >>= 8;
		}
	}
}

void
mlkem_poly_decode(struct mlkem_poly *p, unsigned d, const uint8_t *in)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i;

	for (i = 0; i < MLKEM_N; i++) {
		for (; have < d; have += 8)
			bits |= (uint32_t)*in++ << have;
		p->c[i] = (int16_t)(bits & ((1u << d) - 1));
		bits >>= d;
		have -= d;
	}
}

/* round(2^d x / q) modulo 2^d. A division's time could depend on the secret x, so that 1/q is a product: 20642679 is
 * 2^36 / q, rounded up, and exact for all that is below 2^24. */
void
mlkem_poly_compress(struct mlkem_poly *p, unsigned d)
{
	uint64_t x;
	size_t i;

	for (i = 0; i < MLKEM_N; i++) {
		x = ((uint64_t)canonical(p->c[i]) << d) + Q / 2;
		p->c[i] = (int16_t)((x * 20642679 >> 36) & ((1u << d) - 1));
	}
}

/* round(q y / 2^d). */
void
mlkem_poly_decompress(struct mlkem_poly *p, unsigned d)
{
	size_t i;

	for (i = 0; i < MLKEM_N; i++)
		p->c[i] = (int16_t)((p->c[i] * Q + (1 << (d - 1))) >> d);
}

/* Takes those of the numbers of 12 bits in a block that are residues. Returns how many coefficients there are then. */
static size_t
take_residues(struct mlkem_poly *p, size_t n, const uint8_t block[SHAKE128_BLOCK])
{
	size_t i;

	for (i = 0; i < SHAKE128_BLOCK && n < MLKEM_N; i += 3) {
		unsigned d1 = block[i] | (block[i + 1] & 0xfu) << 8,
			 d2 = block[i + 1] >> 4 | (unsigned)block[i + 2] << 4;

		if (d1 < Q)
			p->c[n++] = (int16_t)d1;
		if (d2 < Q && n < MLKEM_N)
			p->c[n++] = (int16_t)d2;
	}
	return n;
}

void
mlkem_sample_ntt(struct mlkem_poly *p, const uint8_t rho[MLKEM_SEED_LEN], size_t i, size_t j)
{
	const uint8_t at[2] = {(uint8_t)j, (uint8_t)i};
	uint8_t block[SHAKE128_BLOCK];
	struct keccak xof;
	size_t n = 0;

	keccak_init(&xof, keccak_shake128);
	keccak_absorb(&xof, slice_of(rho, MLKEM_SEED_LEN));
	keccak_absorb(&xof, slice_of(at, sizeof(at)));
	keccak_finish(&xof);
	while (n < MLKEM_N) {
		keccak_squeeze(&xof, block, sizeof(block));
		n = take_residues(p, n, block);
	}
}

/* Four bits a coefficient: the sum of two less the sum of the others. The sums of all pairs of 32 bits are made at
 * once. */
static void
noise_of(struct mlkem_poly *p, const uint8_t bytes[MLKEM_POLY_LEN(4)])
{
	size_t i, j;

	for (i = 0; i < MLKEM_N / 8; i++) {
		const uint8_t *b = bytes + 4 * i;
		uint32_t bits = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
		uint32_t sums = (bits & 0x55555555) + (bits >> 1 & 0x55555555);

		for (j = 0; j < 8; j++)
			p->c[8 * i + j] = (int16_t)((int)(sums >> 4 * j & 3) - (int)(sums >> (4 * j + 2) & 3));
	}
}

void
mlkem_sample_noise(struct mlkem_poly *p, const uint8_t seed[MLKEM_SEED_LEN], uint8_t nonce)
{
	uint8_t bytes[MLKEM_POLY_LEN(4)];

	keccak_hash(keccak_shake256, slice_of(seed, MLKEM_SEED_LEN), slice_of(&nonce, 1), bytes, sizeof(bytes));
	noise_of(p, bytes);
	mem_wipe(bytes, sizeof(bytes));
}

/* Each of the seven layers adds less than q to the size: 8q fits. */
void
mlkem_poly_ntt(struct mlkem_poly *p)
{
	size_t length, start, j, i = 1;
	int16_t z, t;

	for (length = 128; length >= 2; length /= 2)
		for (start = 0; start < MLKEM_N; start += 2 * length) {
			z = zeta[i++];
			for (j = start; j < start + length; j++) {
				t = montgomery((int32_t)z * p->c[j + length]);
				p->c[j + length] = (int16_t)(p->c[j] - t);
				p->c[j] = (int16_t)(p->c[j] + t);
			}
		}
	for (j = 0; j < MLKEM_N; j++)
		p->c[j] = barrett(p->c[j]);
}

void
mlkem_poly_inverse_ntt(struct mlkem_poly *p)
{
	size_t length, start, j, i = 127;
	int16_t z, t;

	for (length = 2; length <= 128; length *= 2)
		for (start = 0; start < MLKEM_N; start += 2 * length) {
			z = zeta[i--];
			for (j = start; j < start + length; j++) {
				t = p->c[j];
				p->c[j] = barrett((int16_t)(t + p->c[j + length]));
				p->c[j + length] = montgomery((int32_t)z * (p->c[j + length] - t));
			}
		}
	for (j = 0; j < MLKEM_N; j++)
		p->c[j] = montgomery((int32_t)R_SQUARED_OVER_128 * p->c[j]);
}

/* Algorithm 12, BaseCaseMultiply: (a0 + a1 X)(b0 + b1 X) modulo X^2 - gamma, added to sum. */
static inline void
add_base_case(int16_t sum[2], const int16_t a[2], const int16_t b[2], int16_t gamma)
{
	int32_t a1b1 = montgomery((int32_t)a[1] * b[1]);

	sum[0] = (int16_t)(sum[0] + montgomery(a1b1 * gamma + (int32_t)a[0] * b[0]));
	sum[1] = (int16_t)(sum[1] + montgomery((int32_t)a[0] * b[1] + (int32_t)a[1] * b[0]));
}

/* gamma is 17^(2 BitRev7(i) + 1): the last 64 zetas, and their negatives. */
void
mlkem_poly_add_product(struct mlkem_poly *sum, const struct mlkem_poly *a, const struct mlkem_poly *b)
{
	size_t i;

	for (i = 0; i < 64; i++) {
		int16_t gamma = zeta[64 + i];

		add_base_case(sum->c + 4 * i, a->c + 4 * i, b->c + 4 * i, gamma);
		add_base_case(sum->c + 4 * i + 2, a->c + 4 * i + 2, b->c + 4 * i + 2, (int16_t)-gamma);
	}
}

void
mlkem_poly_restore(struct mlkem_poly *p)
{
	size_t i;

	for (i = 0; i < MLKEM_N; i++)
		p->c[i] = montgomery((int32_t)R_SQUARED * p->c[i]);
}

void
mlkem_poly_add(struct mlkem_poly *sum, const struct mlkem_poly *a)
{
	size_t i;

	for (i = 0; i < MLKEM_N; i++)
		sum->c[i] = (int16_t)(sum->c[i] + a->c[i]);
}

void
mlkem_poly_subtract_from(struct mlkem_poly *p, const struct mlkem_poly *a)
{
	size_t i;

	for (i = 0; i < MLKEM_N; i++)
		p->c[i] = (int16_t)(a->c[i] - p->c[i]);
}

void
mlkem_poly_canonical(struct mlkem_poly *p)
{
	size_t i;

	for (i = 0; i < MLKEM_N; i++)
		p->c[i] = canonical(p->c[i]);
}
