/* cost_kex: one half of a key exchange, n times, for who counts instructions. Knows: the library's inside, whose work
 * it isolates. Must not know: who counts.
 *
 *   cost_kex init|respond|finish KEX N    what comes before the half is done once */
#include "dh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sodium.h>

static uint8_t ours[KEX_PUBLIC_MAX], theirs[KEX_PUBLIC_MAX], secret[KEX_SECRET_MAX];
static struct kex_state initiator;

/* The same numbers in each run, so that two runs differ by the work alone (xorshift64, by G. Marsaglia). */
static int
fill(void *ctx, void *out, size_t n)
{
	uint64_t *x = ctx;
	uint8_t *p = out;
	size_t i;

	for (i = 0; i < n; i++) {
		*x ^= *x << 13;
		*x ^= *x >> 7;
		*x ^= *x << 17;
		p[i] = (uint8_t)(*x >> 32);
	}
	return 0;
}

static void *
take(void *ctx, size_t n)
{
	(void)ctx;
	return malloc(n);
}

static void
give(void *ctx, void *p, size_t n)
{
	(void)ctx;
	(void)n;
	free(p);
}

static int
init(const struct kex *kex, const struct nacre_env *env)
{
	if (kex->shape == KEX_SHAPE_DH)
		return dh_init(kex->group, &initiator, env, ours);
	return kex->init(&initiator, env, ours);
}

static int
respond(const struct kex *kex, const struct nacre_env *env)
{
	if (kex->shape == KEX_SHAPE_DH)
		return dh_respond(kex->group, env, slice_of(ours, kex->group->p.n), theirs, secret);
	return kex->respond(env, ours, theirs, secret);
}

/* Of a copy: what it finishes is wiped. */
static int
finish(const struct kex *kex, const struct nacre_env *env)
{
	static struct kex_state st;

	(void)env;
	st = initiator;
	if (kex->shape == KEX_SHAPE_DH)
		return dh_finish(kex->group, &st, slice_of(theirs, kex->group->p.n), secret);
	return kex->finish(&st, theirs, secret);
}

static int (*const halves[])(const struct kex *kex, const struct nacre_env *env) = {init, respond, finish};
static const char *const names[] = {"init", "respond", "finish"};

#define N_HALVES (sizeof(halves) / sizeof(halves[0]))

static int
run(const struct nacre_env *env, const struct kex *kex, size_t half, unsigned long n)
{
	int r = 0;
	size_t i;

	for (i = 0; i < half && r == 0; i++)
		r = halves[i](kex, env);
	for (; n > 0 && r == 0; n--)
		r = halves[half](kex, env);
	return r;
}

int
main(int argc, char **argv)
{
	uint64_t seed = 88172645463325252;
	struct nacre_env env = {.size = sizeof(env), .ctx = &seed, .alloc = take, .free = give, .random = fill};
	const struct kex *kex = argc == 4 ? kex_find(slice_str(argv[2])) : NULL;
	size_t half = 0;

	while (half < N_HALVES && argc == 4 && strcmp(argv[1], names[half]) != 0)
		half++;
	if (kex == NULL || kex->shape == KEX_SHAPE_GEX || half == N_HALVES || sodium_init() < 0) {
		fprintf(stderr, "usage: cost_kex init|respond|finish KEX N    (KEX: not a group exchange)\n");
		return 2;
	}
	return run(&env, kex, half, strtoul(argv[3], NULL, 10)) == 0 ? 0 : 1;
}
