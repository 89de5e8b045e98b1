/* sntrup_sample: see sntrup_sample.h. Knows: a sorting network. Must not know: keys. NTRU Prime 3.2; Knuth, The Art of
 * Computer Programming 3, 5.2.2, algorithm M (Batcher's merge exchange). */
#include "sntrup_sample.h"
#include "mem.h"

#define P SNTRUP_P

static int
random_words(const struct nacre_env *env, uint32_t word[P])
{
	uint8_t bytes[4 * P];
	int r = mem_random(env, bytes, sizeof(bytes));
	size_t i;

	for (i = 0; i < P; i++)
		word[i] = r != 0 ? 0
				 : (uint32_t)bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 |
				       (uint32_t)bytes[4 * i + 2] << 16 | (uint32_t)bytes[4 * i + 3] << 24;
	mem_wipe(bytes, sizeof(bytes));
	return r;
}

/* Of 30 bits, three times as much in units of 2^30: 0, 1 or 2. */
int
sntrup_sample_small(struct sntrup_small *out, const struct nacre_env *env)
{
	uint32_t word[P];
	int r = random_words(env, word);
	size_t i;

	for (i = 0; i < P; i++)
		out->c[i] = (int8_t)((int8_t)((word[i] & 0x3fffffff) * 3 >> 30) - 1);
	mem_wipe(word, sizeof(word));
	return r;
}

/* The larger of two numbers goes up, by their difference's borrow. */
static inline void
compare_exchange(uint32_t *low, uint32_t *high)
{
	uint32_t wrong = (uint32_t)(((uint64_t)*high - *low) >> 32), swap = (*low ^ *high) & wrong;

	*low ^= swap;
	*high ^= swap;
}

/* Which pairs are compared depends on n alone. The names are Knuth's. */
void
sntrup_sort(uint32_t *x, size_t n)
{
	size_t top = 1, p, q, r, d, i;

	while (2 * top < n)
		top *= 2;
	for (p = top; p > 0; p /= 2) {
		r = 0;
		d = p;
		for (q = top; d > 0; q /= 2) {
			for (i = 0; i + d < n; i++)
				if ((i & p) == r)
					compare_exchange(&x[i], &x[i + d]);
			d = q > p ? q - p : 0;
			r = p;
		}
	}
}

/* The two lowest bits of W words say 0 or 2, those of the others 1; sorting by the other thirty mixes them. */
int
sntrup_sample_short(struct sntrup_small *out, const struct nacre_env *env)
{
	uint32_t word[P];
	int r = random_words(env, word);
	size_t i;

	for (i = 0; i < P; i++)
		word[i] = i < SNTRUP_W ? word[i] & ~1u : (word[i] & ~3u) | 1;
	sntrup_sort(word, P);
	for (i = 0; i < P; i++)
		out->c[i] = (int8_t)((int8_t)(word[i] & 3) - 1);
	mem_wipe(word, sizeof(word));
	return r;
}
