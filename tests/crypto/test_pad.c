/* Padding: a stream that is never given twice, that a new seed changes, and that is not there without randomness. */
#include "pad.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <sodium.h>

#define STREAM (64 * 1024)

/* Every draw is the next part of the keystream, save for what is left at the end of a pool and too short for a draw. */
static void
draws_follow_the_keystream_and_never_repeat(void **state)
{
	static uint8_t stream[STREAM];
	static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES] = {0};
	struct pad p = {.used = 0};
	struct test_env t;
	uint8_t out[255];
	size_t at = 0, i;

	(void)state;
	test_env_init(&t, 5);
	assert_int_equal(pad_seed(&p, &t.env), 0);
	assert_int_equal(crypto_stream_chacha20(stream, sizeof(stream), nonce, p.key), 0);
	for (i = 0; i < 300; i++) {
		size_t n = i == 0 ? 255 : 1 + test_below(&t, 255), left = sizeof(p.pool) - at % sizeof(p.pool);

		if (n > left)
			at += left;
		pad_bytes(&p, out, n);
		assert_true(at + n <= sizeof(stream));
		assert_memory_equal(out, stream + at, n);
		at += n;
	}
}

static void
a_new_seed_gives_another_stream(void **state)
{
	struct pad p = {.used = 0};
	uint8_t first[64], second[64];
	struct test_env t;

	(void)state;
	test_env_init(&t, 5);
	assert_int_equal(pad_seed(&p, &t.env), 0);
	pad_bytes(&p, first, sizeof(first));
	assert_int_equal(pad_seed(&p, &t.env), 0);
	pad_bytes(&p, second, sizeof(second));
	assert_memory_not_equal(first, second, sizeof(first));
}

static void
nothing_is_drawn_for_no_padding(void **state)
{
	struct pad p = {.used = 0};
	uint8_t untouched[4] = {9, 9, 9, 9};
	struct test_env t;

	(void)state;
	test_env_init(&t, 5);
	assert_int_equal(pad_seed(&p, &t.env), 0);
	pad_bytes(&p, untouched, 0);
	assert_memory_equal(untouched, "\x09\x09\x09\x09", 4);
}

static void
no_randomness_is_an_error(void **state)
{
	struct pad p = {.used = 0};
	struct test_env t;

	(void)state;
	test_env_init(&t, 5);
	t.random_fails = true;
	assert_int_equal(pad_seed(&p, &t.env), NACRE_E_RANDOM);
	t.random_fails = false;
	assert_int_equal(pad_seed(&p, &t.env), 0);
}

static void
a_wiped_pad_holds_nothing(void **state)
{
	struct pad p, nothing;
	struct test_env t;
	uint8_t out[100];

	(void)state;
	memset(&nothing, 0, sizeof(nothing));
	test_env_init(&t, 5);
	assert_int_equal(pad_seed(&p, &t.env), 0);
	pad_bytes(&p, out, sizeof(out));
	pad_wipe(&p);
	assert_memory_equal(&p, &nothing, sizeof(p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws_follow_the_keystream_and_never_repeat),
	    cmocka_unit_test(a_new_seed_gives_another_stream),
	    cmocka_unit_test(nothing_is_drawn_for_no_padding),
	    cmocka_unit_test(no_randomness_is_an_error),
	    cmocka_unit_test(a_wiped_pad_holds_nothing),
	};

	return cmocka_run_group_tests_name("crypto/pad", tests, NULL, NULL);
}
