/* mldsa_poly: see mldsa_poly.h. Knows: the number theoretic transform modulo 8380417. Must not know: keys and
 * signatures. FIPS 204 7.1 to 7.6. */
#include "mldsa_poly.h"
#include "keccak.h"

#define Q MLDSA_Q
#define Q_INVERSE 58728449u /* of q, modulo 2^32 */
#define R_SQUARED_OVER_256 41978
#define BUCKET (2 * MLDSA_GAMMA2)

/* FIPS 204 appendix B: 1753^BitRev8(i), here times R. */
/* clang-format off */
static const int32_t zeta[256] = {
    -4186625, 25847, -2608894, -518909, 237124, -777960, -876248, 466468, 1826347, 2353451, -359251, -2091905,
    3119733, -2884855, 3111497, 2680103, 2725464, 1024112, -1079900, 3585928, -549488, -1119584, 2619752, -2108549,
    -2118186, -3859737, -1399561, -3277672, 1757237, -19422, 4010497, 280005, 2706023, 95776, 3077325, 3530437,
    -1661693, -3592148, -2537516, 3915439, -3861115, -3043716, 3574422, -2867647, 3539968, -300467, 2348700,
    -539299, -1699267, -1643818, 3505694, -3821735, 3507263, -2140649, -1600420, 3699596, 811944, 531354, 954230,
    3881043, 3900724, -2556880, 2071892, -2797779, -3930395, -1528703, -3677745, -3041255, -1452451, 3475950,
    2176455, -1585221, -1257611, 1939314, -4083598, -1000202, -3190144, -3157330, -3632928, 126922, 3412210,
    -983419, 2147896, 2715295, -2967645, -3693493, -411027, -2477047, -671102, -1228525, -22981, -1308169, -381987,
    1349076, 1852771, -1430430, -3343383, 264944, 508951, 3097992, 44288, -1100098, 904516, 3958618, -3724342,
    -8578, 1653064, -3249728, 2389356, -210977, 759969, -1316856, 189548, -3553272, 3159746, -1851402, -2409325,
    -177440, 1315589, 1341330, 1285669, -1584928, -812732, -1439742, -3019102, -3881060, -3628969, 3839961,
    2091667, 3407706, 2316500, 3817976, -3342478, 2244091, -2446433, -3562462, 266997, 2434439, -1235728, 3513181,
    -3520352, -3759364, -1197226, -3193378, 900702, 1859098, 909542, 819034, 495491, -1613174, -43260, -522500,
    -655327, -3122442, 2031748, 3207046, -3556995, -525098, -768622, -3595838, 342297, 286988, -2437823, 4108315,
    3437287, -3342277, 1735879, 203044, 2842341, 2691481, -2590150, 1265009, 4055324, 1247620, 2486353, 1595974,
    -3767016, 1250494, 2635921, -3548272, -2994039, 1869119, 1903435, -1050970, -1333058, 1237275, -3318210,
    -1430225, -451100, 1312455, 3306115, -1962642, -1279661, 1917081, -2546312, -1374803, 1500165, 777191, 2235880,
    3406031, -542412, -2831860, -1671176, -1846953, -2584293, -3724270, 594136, -3776993, -2013608, 2432395,
    2454455, -164721, 1957272, 3369112, 185531, -1207385, -3183426, 162844, 1616392, 3014001, 810149, 1652634,
    -3694233, -1799107, -3038916, 3523897, 3866901, 269760, 2213111, -975884, 1717735, 472078, -426683, 1723600,
    -1803090, 1910376, -1667432, -1104333, -260646, -3833893, -2939036, -2235985, -420899, -2286327, 183443,
    -976891, 1612842, -3545687, -554416, 3919660, -48306, -1362209, 3937738, 1400424, -846154, 1976782
};
/* clang-format on */

/* a/R, below q in size for a below 2^31 q in size. */
static int32_t
reduce_product(int64_t a)
{
	int32_t t = (int32_t)((uint32_t)a * Q_INVERSE);

	return (int32_t)((a - (int64_t)t * Q) >> 32);
}

/* Below 6283009 in size. */
static int32_t
reduce(int32_t a)
{
	int32_t t = (a + (1 << 22)) >> 23;

	return a - t * Q;
}

/* 1 for a < 0, else 0. */
static int32_t
is_negative(int32_t a)
{
	return (int32_t)((uint32_t)a >> 31);
}

static int32_t
canonical(int32_t a)
{
	a = reduce(a);
	return a + is_negative(a) * Q;
}

void
mldsa_ntt(struct mldsa_poly *p)
{
	unsigned length, start, j, k = 0;

	for (length = MLDSA_N / 2; length > 0; length /= 2)
		for (start = 0; start < MLDSA_N; start += 2 * length) {
			int32_t z = zeta[++k];

			for (j = start; j < start + length; j++) {
				int32_t t = reduce_product((int64_t)z * p->c[j + length]);

				p->c[j + length] = p->c[j] - t;
				p->c[j] += t;
			}
		}
}

/* Sums double with each layer: 256 q is below 2^31. */
void
mldsa_inverse_ntt(struct mldsa_poly *p)
{
	unsigned length, start, j, k = MLDSA_N;

	for (j = 0; j < MLDSA_N; j++)
		p->c[j] = reduce(p->c[j]);
	for (length = 1; length < MLDSA_N; length *= 2)
		for (start = 0; start < MLDSA_N; start += 2 * length) {
			int32_t z = -zeta[--k];

			for (j = start; j < start + length; j++) {
				int32_t t = p->c[j];

				p->c[j] = t + p->c[j + length];
				p->c[j + length] = reduce_product((int64_t)z * (t - p->c[j + length]));
			}
		}
	for (j = 0; j < MLDSA_N; j++)
		p->c[j] = reduce_product((int64_t)R_SQUARED_OVER_256 * p->c[j]);
}

void
mldsa_product(struct mldsa_poly *out, const struct mldsa_poly *a, const struct mldsa_poly *b)
{
	unsigned i;

	for (i = 0; i < MLDSA_N; i++)
		out->c[i] = reduce_product((int64_t)a->c[i] * b->c[i]);
}

void
mldsa_add_product(struct mldsa_poly *sum, const struct mldsa_poly *a, const struct mldsa_poly *b)
{
	unsigned i;

	for (i = 0; i < MLDSA_N; i++)
		sum->c[i] += reduce_product((int64_t)a->c[i] * b->c[i]);
}

void
mldsa_add(struct mldsa_poly *sum, const struct mldsa_poly *a)
{
	unsigned i;

	for (i = 0; i < MLDSA_N; i++)
		sum->c[i] += a->c[i];
}

void
mldsa_subtract(struct mldsa_poly *p, const struct mldsa_poly *a)
{
	unsigned i;

	for (i = 0; i < MLDSA_N; i++)
		p->c[i] -= a->c[i];
}

void
mldsa_canonical(struct mldsa_poly *p)
{
	unsigned i;

	for (i = 0; i < MLDSA_N; i++)
		p->c[i] = canonical(p->c[i]);
}

void
mldsa_centre(struct mldsa_poly *p)
{
	unsigned i;

	for (i = 0; i < MLDSA_N; i++) {
		int32_t a = canonical(p->c[i]);

		p->c[i] = a - is_negative((Q - 1) / 2 - a) * Q;
	}
}

void
mldsa_power2round(struct mldsa_poly *p, struct mldsa_poly *low)
{
	unsigned i;

	for (i = 0; i < MLDSA_N; i++) {
		int32_t high = (p->c[i] + (1 << (MLDSA_D - 1)) - 1) >> MLDSA_D;

		low->c[i] = p->c[i] - (high << MLDSA_D);
		p->c[i] = high;
	}
}

/* The quotient by a product that stands for the division, rounded, ties down; 44 buckets, of which the last is the
 * first: there the low part is one less. */
static int32_t
decompose(int32_t a, int32_t *low)
{
	int32_t high = (int32_t)(((int64_t)a + MLDSA_GAMMA2 - 1) * 11275 >> 31), wraps;

	high += 1 - is_negative(a + MLDSA_GAMMA2 - 1 - (high + 1) * BUCKET); /* the product may be one too few */
	wraps = 1 - is_negative(high - 44);
	*low = a - high * BUCKET;
	*low -= wraps;
	return high * (1 - wraps);
}

void
mldsa_decompose(struct mldsa_poly *p, struct mldsa_poly *low)
{
	unsigned i;

	for (i = 0; i < MLDSA_N; i++)
		p->c[i] = decompose(p->c[i], &low->c[i]);
}

/* Of a public key and a signature: all is public. */
void
mldsa_use_hint(struct mldsa_poly *p, const struct mldsa_poly *hint)
{
	unsigned i;

	for (i = 0; i < MLDSA_N; i++) {
		int32_t low, high = decompose(p->c[i], &low);

		if (hint->c[i] != 0)
			high = (high + (low > 0 ? 1 : 43)) % 44;
		p->c[i] = high;
	}
}

bool
mldsa_is_bounded(const struct mldsa_poly *p, int32_t bound)
{
	int32_t beyond = 0;
	unsigned i;

	for (i = 0; i < MLDSA_N; i++)
		beyond |= is_negative(bound - 1 - p->c[i]) | is_negative(bound - 1 + p->c[i]);
	return beyond == 0;
}

bool
mldsa_is_short(unsigned half)
{
	return half < 15;
}
