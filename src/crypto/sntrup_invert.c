/* sntrup_invert: inverses in R/q and R/3. Knows: divsteps. Must not know: keys. Bernstein and Yang, "Fast constant-time
 * gcd computation and modular inversion" 5 to 7: of f = x^p - x - 1 and of a, both written backwards, 2p - 1 divsteps
 * make a constant and 0, whatever a is; v and r keep track of which multiple of a, but for multiples of f, each of them
 * is. */
#include "sntrup_poly.h"
#include "mem.h"
#include "sntrup_divstep.h"

#define P SNTRUP_P
#define Q SNTRUP_Q
#define STEPS (2 * P - 1)
#define N SNTRUP_STEP_N
#define WORDS SNTRUP_STEP_WORDS

#define Q_INVERSE 15631 /* of q, modulo 2^16 */

/* All bits where delta is positive and the constant of g is not 0: f and g, v and r change places. */
static int32_t
swap_mask(int32_t delta, int32_t g0)
{
	uint32_t positive = (uint32_t)-delta >> 31, nonzero = (uint32_t)(g0 | -g0) >> 31;

	return -(int32_t)(positive & nonzero);
}

static int32_t
next_delta(int32_t delta, int32_t swap)
{
	return (delta ^ (swap & (delta ^ -delta))) + 1;
}

struct rq_steps {
	int16_t f[N], g[N], v[N], r[N];
};

static int32_t
rq_divstep(struct rq_steps *w, int32_t delta)
{
	int16_t f0 = sntrup_mod_q(w->f[0]), g0 = sntrup_mod_q(w->g[0]), swap = (int16_t)swap_mask(delta, g0);
	int16_t t = (int16_t)((f0 ^ g0) & swap), a = (int16_t)(f0 ^ t), b = (int16_t)(g0 ^ t);
	struct sntrup_rq_step s = {swap, a, (int16_t)(a * Q_INVERSE), b, (int16_t)(b * Q_INVERSE)};

	memmove(w->v + 1, w->v, (N - 1) * sizeof(w->v[0]));
	w->v[0] = 0;
	sntrup_rq_pair(w->f, w->g, s);
	sntrup_rq_pair(w->v, w->r, s);
	memmove(w->g, w->g + 1, (N - 1) * sizeof(w->g[0]));
	w->g[N - 1] = 0;
	return next_delta(delta, swap);
}

/* By Fermat: a^(q - 2). */
static int16_t
fq_invert(int16_t a)
{
	int16_t result = 1;
	int bit;

	for (bit = 12; bit >= 0; bit--) {
		result = sntrup_mod_q(result * result);
		if (((Q - 2) >> bit & 1) != 0)
			result = sntrup_mod_q(result * a);
	}
	return result;
}

void
sntrup_rq_invert_thrice(struct sntrup_rq *out, const struct sntrup_small *a)
{
	struct rq_steps w;
	int32_t delta = 1;
	int16_t scale;
	size_t i;

	memset(&w, 0, sizeof(w));
	w.f[0] = 1;
	w.f[P - 1] = w.f[P] = -1;
	for (i = 0; i < P; i++)
		w.g[P - 1 - i] = a->c[i];
	w.r[0] = fq_invert(3);
	for (i = 0; i < STEPS; i++)
		delta = rq_divstep(&w, delta);
	scale = fq_invert(sntrup_mod_q(w.f[0]));
	for (i = 0; i < P; i++)
		out->c[i] = sntrup_mod_q(scale * sntrup_mod_q(w.v[P - 1 - i]));
	mem_wipe(&w, sizeof(w));
}

static void
planes_set(struct sntrup_planes *p, size_t i, int8_t c)
{
	uint64_t some = (uint64_t)(c & 1), minus = (uint64_t)(c & 2) >> 1;

	p->some[i / 64] |= some << i % 64;
	p->minus[i / 64] |= minus << i % 64;
}

static int8_t
planes_get(const struct sntrup_planes *p, size_t i)
{
	int some = (int)(p->some[i / 64] >> i % 64 & 1), minus = (int)(p->minus[i / 64] >> i % 64 & 1);

	return (int8_t)(some - 2 * minus);
}

static void
times_x(uint64_t words[WORDS])
{
	size_t i;

	for (i = WORDS - 1; i > 0; i--)
		words[i] = words[i] << 1 | words[i - 1] >> 63;
	words[0] <<= 1;
}

static void
divided_by_x(uint64_t words[WORDS])
{
	size_t i;

	for (i = 0; i < WORDS - 1; i++)
		words[i] = words[i] >> 1 | words[i + 1] << 63;
	words[WORDS - 1] >>= 1;
}

struct r3_steps {
	struct sntrup_planes f, g, v, r;
};

/* The factor is -g(0) f(0), the same before the swap as after it. f(0) is never 0. */
static int32_t
r3_divstep(struct r3_steps *w, int32_t delta)
{
	uint64_t some = w->f.some[0] & w->g.some[0] & 1, minus = some & ~(w->f.minus[0] ^ w->g.minus[0]);
	int32_t swap = swap_mask(delta, (int32_t)(w->g.some[0] & 1));
	struct sntrup_r3_step s = {(uint64_t)(int64_t)swap, 0 - some, 0 - minus};

	times_x(w->v.some);
	times_x(w->v.minus);
	sntrup_r3_pair(&w->f, &w->g, s);
	sntrup_r3_pair(&w->v, &w->r, s);
	divided_by_x(w->g.some);
	divided_by_x(w->g.minus);
	return next_delta(delta, swap);
}

bool
sntrup_r3_invert(struct sntrup_small *out, const struct sntrup_small *a)
{
	struct r3_steps w;
	int32_t delta = 1;
	int8_t f0;
	size_t i;

	memset(&w, 0, sizeof(w));
	planes_set(&w.f, 0, 1);
	planes_set(&w.f, P - 1, -1);
	planes_set(&w.f, P, -1);
	for (i = 0; i < P; i++)
		planes_set(&w.g, P - 1 - i, a->c[i]);
	planes_set(&w.r, 0, 1);
	for (i = 0; i < STEPS; i++)
		delta = r3_divstep(&w, delta);
	f0 = planes_get(&w.f, 0);
	for (i = 0; i < P; i++)
		out->c[i] = (int8_t)(f0 * planes_get(&w.v, P - 1 - i));
	mem_wipe(&w, sizeof(w));
	return delta == 0;
}
