/* sntrup_encode: see sntrup_encode.h. Knows: mixed-radix numbers as bytes. Must not know: rings. NTRU Prime 3.1.
 *
 * A sequence of digits, each below its own bound, becomes bytes: two digits become one, which is below the product of
 * their bounds; as long as that is large, its lowest byte is written and taken away. Half as many digits are left,
 * until it is one. The bounds are public, and the same for everybody: so is which byte is written when. */
#include "sntrup_encode.h"
#include "mem.h"

#define P SNTRUP_P
#define Q SNTRUP_Q
#define LARGE 16384 /* digits stay below it: their products fit 28 bits */
#define DIGITS 1536 /* of all rounds: 761 + 381 + 191 + 96 + 48 + 24 + 12 + 6 + 3 + 2 + 1 = 1525 */

static uint32_t
bound_without_byte(uint32_t bound)
{
	return (bound + 255) >> 8;
}

static uint8_t *
put_lowest(uint8_t *out, uint32_t *digit, uint32_t *bound, uint32_t limit)
{
	while (*bound >= limit) {
		*out++ = (uint8_t)*digit;
		*digit >>= 8;
		*bound = bound_without_byte(*bound);
	}
	return out;
}

/* Encode(R, M). Both are used up. */
static void
encode(uint16_t *digit, uint16_t *bound, size_t n, uint8_t *out)
{
	uint32_t d, b;
	size_t i;

	for (; n > 1; n = (n + 1) / 2) {
		for (i = 0; i + 1 < n; i += 2) {
			d = digit[i] + (uint32_t)digit[i + 1] * bound[i];
			b = (uint32_t)bound[i] * bound[i + 1];
			out = put_lowest(out, &d, &b, LARGE);
			digit[i / 2] = (uint16_t)d;
			bound[i / 2] = (uint16_t)b;
		}
		if (n % 2 == 1) {
			digit[n / 2] = digit[n - 1];
			bound[n / 2] = bound[n - 1];
		}
	}
	d = digit[0];
	b = bound[0];
	(void)put_lowest(out, &d, &b, 2);
}

/* What decoding knows of every digit of every round: its bound, and for those of later rounds which bytes were taken
 * away. */
struct rounds {
	uint16_t bound[DIGITS], low[DIGITS];
	uint8_t low_bits[DIGITS];
};

static const uint8_t *
take_lowest(const uint8_t *in, uint32_t *low, unsigned *bits, uint32_t *bound, uint32_t limit)
{
	*low = 0;
	for (*bits = 0; *bound >= limit; *bits += 8) {
		*low |= (uint32_t)*in++ << *bits;
		*bound = bound_without_byte(*bound);
	}
	return in;
}

/* One round of encoding as the bytes tell it: from the n digits at `at` those that follow them. */
static const uint8_t *
read_round(struct rounds *r, size_t at, size_t n, const uint8_t *in)
{
	uint32_t low, bound;
	unsigned bits;
	size_t i, next = at + n;

	for (i = 0; i + 1 < n; i += 2, next++) {
		bound = (uint32_t)r->bound[at + i] * r->bound[at + i + 1];
		in = take_lowest(in, &low, &bits, &bound, LARGE);
		r->bound[next] = (uint16_t)bound;
		r->low[next] = (uint16_t)low;
		r->low_bits[next] = (uint8_t)bits;
	}
	if (n % 2 == 1)
		r->bound[next] = r->bound[at + n - 1];
	return in;
}

/* A round undone: each of the digits becomes two, in place, from the last to the first. What no encoder writes is
 * reduced. */
static void
undo_round(const struct rounds *r, size_t at, size_t n, uint16_t *digit)
{
	size_t i, next = at + n;

	if (n % 2 == 1)
		digit[n - 1] = digit[n / 2];
	for (i = n / 2; i-- > 0;) {
		uint32_t d = r->low[next + i] + ((uint32_t)digit[i] << r->low_bits[next + i]);
		uint16_t b0 = r->bound[at + 2 * i], b1 = r->bound[at + 2 * i + 1];

		digit[2 * i] = (uint16_t)(d % b0);
		digit[2 * i + 1] = (uint16_t)(d / b0 % b1);
	}
}

/* Decode(S, M) of P digits with the same bound. Divides: for public bytes only. */
static void
decode(uint16_t digit[P], uint16_t bound, const uint8_t *in)
{
	size_t at = 0, n, i, sizes[16], depth = 0;
	struct rounds r;
	uint32_t low, last;
	unsigned bits;

	for (i = 0; i < P; i++)
		r.bound[i] = bound;
	for (n = P; n > 1; n = (n + 1) / 2) {
		in = read_round(&r, at, n, in);
		at += n;
		sizes[depth++] = n;
	}
	last = r.bound[at];
	(void)take_lowest(in, &low, &bits, &last, 2);
	digit[0] = (uint16_t)(low % r.bound[at]);
	while (depth-- > 0) {
		at -= sizes[depth];
		undo_round(&r, at, sizes[depth], digit);
	}
}

/* Four coefficients in a byte, and the last alone. */
void
sntrup_small_encode(const struct sntrup_small *a, uint8_t *out)
{
	size_t i;

	memset(out, 0, SNTRUP_SMALL_LEN);
	for (i = 0; i < P; i++)
		out[i / 4] |= (uint8_t)((a->c[i] + 1) << 2 * (i % 4));
}

void
sntrup_small_decode(struct sntrup_small *a, const uint8_t *in)
{
	size_t i;

	for (i = 0; i < P; i++)
		a->c[i] = (int8_t)((in[i / 4] >> 2 * (i % 4) & 3) - 1);
}

static void
encode_below(uint16_t digit[P], uint16_t bound, uint8_t *out)
{
	uint16_t bounds[P];
	size_t i;

	for (i = 0; i < P; i++)
		bounds[i] = bound;
	encode(digit, bounds, P, out);
	mem_wipe(digit, P * sizeof(digit[0]));
}

void
sntrup_rq_encode(const struct sntrup_rq *a, uint8_t *out)
{
	uint16_t digit[P];
	size_t i;

	for (i = 0; i < P; i++)
		digit[i] = (uint16_t)(a->c[i] + SNTRUP_HALF);
	encode_below(digit, Q, out);
}

void
sntrup_rq_decode(struct sntrup_rq *a, const uint8_t *in)
{
	uint16_t digit[P];
	size_t i;

	decode(digit, Q, in);
	for (i = 0; i < P; i++)
		a->c[i] = (int16_t)(digit[i] - SNTRUP_HALF);
}

/* A third, without a division: 10923 is 2^15 / 3, rounded, and exact here. */
void
sntrup_rounded_encode(const struct sntrup_rq *a, uint8_t *out)
{
	uint16_t digit[P];
	size_t i;

	for (i = 0; i < P; i++)
		digit[i] = (uint16_t)(((uint32_t)(a->c[i] + SNTRUP_HALF) * 10923) >> 15);
	encode_below(digit, (Q + 2) / 3, out);
}

void
sntrup_rounded_decode(struct sntrup_rq *a, const uint8_t *in)
{
	uint16_t digit[P];
	size_t i;

	decode(digit, (Q + 2) / 3, in);
	for (i = 0; i < P; i++)
		a->c[i] = (int16_t)(3 * digit[i] - SNTRUP_HALF);
}
