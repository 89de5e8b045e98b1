/* test_env: see test_env.h. Each block has its size in front of it. */
#include "test_env.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 16

static void *
take(void *ctx, size_t n)
{
	struct test_env *t = ctx;
	uint8_t *p;

	t->allocations++;
	if (t->fail_at != 0 && (t->fail_once ? t->allocations == t->fail_at : t->allocations >= t->fail_at))
		return NULL;
	if ((p = malloc(n + HEAD)) == NULL)
		return NULL;
	memcpy(p, &n, sizeof(n));
	t->live_bytes += n;
	t->live_blocks++;
	if (t->live_bytes > t->peak_bytes)
		t->peak_bytes = t->live_bytes;
	return p + HEAD;
}

static bool
holds(const uint8_t *p, size_t n, const void *what, size_t len)
{
	size_t i;

	for (i = 0; len > 0 && i + len <= n; i++)
		if (memcmp(p + i, what, len) == 0)
			return true;
	return false;
}

static void
give(void *ctx, void *p, size_t n)
{
	struct test_env *t = ctx;
	uint8_t *block = (uint8_t *)p - HEAD;
	size_t size;

	memcpy(&size, block, sizeof(size));
	if (size != n)
		t->wrong_sizes++;
	if (t->secret != NULL && holds(p, size, t->secret, t->secret_len))
		t->secret_leaks++;
	t->live_bytes -= size;
	t->live_blocks--;
	free(block);
}

uint64_t
test_random(struct test_env *t)
{
	uint64_t z = (t->state += UINT64_C(0x9e3779b97f4a7c15)); /* splitmix64 */

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t
test_below(struct test_env *t, size_t n)
{
	return (size_t)(test_random(t) % n);
}

static int
fill(void *ctx, void *out, size_t n)
{
	struct test_env *t = ctx;
	uint8_t *p = out;

	if (t->random_fails)
		return -1;
	while (n-- > 0)
		*p++ = (uint8_t)test_random(t);
	return 0;
}

void
test_env_init(struct test_env *t, uint64_t seed)
{
	if (sodium_init() < 0)
		abort();
	*t = (struct test_env){.state = seed};
	t->env = (struct nacre_env){
		.size = sizeof(t->env),
		.ctx = t,
		.alloc = take,
		.free = give,
		.random = fill,
		.cpu = NACRE_CPU_AES,
	};
}
