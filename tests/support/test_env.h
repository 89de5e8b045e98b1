/* test_env: an environment for tests: memory that is counted and can be made to run out, randomness from a seed.
 * Wiping is watched: a freed block that still holds the planted secret is remembered. */
#ifndef TESTS_TEST_ENV_H
#define TESTS_TEST_ENV_H

#include <nacre/env.h>
#include <stdbool.h>
#include <stdint.h>

struct test_env {
	struct nacre_env env;     /* hand &t.env out */
	uint64_t state;           /* of the generator */
	size_t live_bytes, live_blocks, peak_bytes;
	uint64_t allocations;     /* so far */
	uint64_t fail_at;         /* the allocation of this number (from 1) and all after it fail; 0: none does */
	bool fail_once;           /* only that one fails */
	bool random_fails;
	const void *secret;       /* planted; NULL: nothing is looked for */
	size_t secret_len;
	unsigned secret_leaks;    /* freed blocks that held it */
	unsigned wrong_sizes;     /* frees whose size was not that of the allocation */
};

void test_env_init(struct test_env *t, uint64_t seed);
uint64_t test_random(struct test_env *t);
/* A number below n. */
size_t test_below(struct test_env *t, size_t n);

#endif
