/* bcrypt_pbkdf against published keys, at its bounds, without memory, and without leaving anything behind. */
#include "bcrypt_pbkdf.h"
#include "buf.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define SALT SLICE_LIT("salt")
#define PASSWORD SLICE_LIT("password")

static void
published_keys_are_derived(void **state)
{
	uint8_t key[BCRYPT_KEY_MAX];
	struct vectors v;
	struct test_env t;

	(void)state;
	test_env_init(&t, 1);
	vectors_open(&v, "bcrypt_pbkdf.txt");
	while (vectors_next(&v)) {
		struct slice wanted = vectors_field(&v, 4);

		vectors_expect(&v,
		    bcrypt_pbkdf(&t.env, vectors_field(&v, 2), vectors_field(&v, 3), get_be32(vectors_field(&v, 1).p),
			key, wanted.n),
		    0);
		vectors_expect_bytes(&v, key, wanted);
	}
	assert_int_equal(v.cases, 12);
	vectors_close(&v);
	assert_int_equal(t.live_blocks, 0);
}

static void
the_bounds_hold(void **state)
{
	static const uint8_t long_salt[BCRYPT_SALT_MAX + 1] = {1};
	uint8_t key[BCRYPT_KEY_MAX + 1];
	const struct {
		struct slice password, salt;
		uint32_t rounds;
		size_t n;
		int code;
	} rows[] = {
	    {PASSWORD, SALT, 1, 1, 0},
	    {PASSWORD, slice_of(long_salt, BCRYPT_SALT_MAX), 1, 33, 0},
	    {PASSWORD, SALT, 1, BCRYPT_KEY_MAX, 0},
	    {SLICE_NONE, SALT, 1, 32, NACRE_E_ARGUMENT},
	    {PASSWORD, SLICE_NONE, 1, 32, NACRE_E_ARGUMENT},
	    {PASSWORD, slice_of(long_salt, BCRYPT_SALT_MAX + 1), 1, 32, NACRE_E_ARGUMENT},
	    {PASSWORD, SALT, 0, 32, NACRE_E_ARGUMENT},
	    {PASSWORD, SALT, BCRYPT_ROUNDS_MAX + 1, 32, NACRE_E_ARGUMENT},
	    {PASSWORD, SALT, 1, 0, NACRE_E_ARGUMENT},
	    {PASSWORD, SALT, 1, BCRYPT_KEY_MAX + 1, NACRE_E_ARGUMENT},
	};
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 2);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bcrypt_pbkdf(&t.env, rows[i].password, rows[i].salt, rows[i].rounds, key, rows[i].n) !=
		    rows[i].code)
			fail_msg("row %zu", i);
	t.fail_at = t.allocations + 1;
	assert_int_equal(bcrypt_pbkdf(&t.env, PASSWORD, SALT, 1, key, 32), NACRE_E_NOMEM);
	assert_int_equal(t.live_blocks, 0);
}

static void
nothing_of_a_key_stays_in_memory(void **state)
{
	uint8_t key[32], again[32];
	struct test_env t;

	(void)state;
	test_env_init(&t, 3);
	assert_int_equal(bcrypt_pbkdf(&t.env, PASSWORD, SALT, 2, key, sizeof(key)), 0);
	t.secret = key;
	t.secret_len = sizeof(key);
	assert_int_equal(bcrypt_pbkdf(&t.env, PASSWORD, SALT, 2, again, sizeof(again)), 0);
	assert_memory_equal(key, again, sizeof(key));
	assert_int_equal(t.secret_leaks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published_keys_are_derived),
	    cmocka_unit_test(the_bounds_hold),
	    cmocka_unit_test(nothing_of_a_key_stays_in_memory),
	};

	return cmocka_run_group_tests_name("bcrypt_pbkdf", tests, NULL, NULL);
}
