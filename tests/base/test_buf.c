/* Growing buffers: values, bounds, memory that runs out, and that nothing stays behind. RFC 4251 5. */
#include "buf.h"
#include "reader.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void
assert_clean(const struct test_env *t)
{
	assert_int_equal(t->live_blocks, 0);
	assert_int_equal(t->wrong_sizes, 0);
}

static void
what_is_written_reads_back(void **state)
{
	struct test_env t;
	struct reader r;
	struct buf b;
	size_t mark;

	(void)state;
	test_env_init(&t, 1);
	buf_init(&b, &t.env, 1000);
	assert_int_equal(buf_slice(&b).n, 0);
	buf_put_u8(&b, 0xfe);
	buf_put_u32(&b, 0x12345678);
	buf_put_u64(&b, UINT64_C(0x0102030405060708));
	buf_put_string(&b, SLICE_LIT("a\0b"));
	buf_put_cstring(&b, "text");
	mark = buf_begin_string(&b);
	buf_put_name(&b, b.n, SLICE_LIT("one"));
	buf_put_name(&b, mark + 4, SLICE_LIT("two"));
	buf_end_string(&b, mark);
	buf_put(&b, "xyz", 3);
	assert_int_equal(b.bad, 0);

	r = reader_of(buf_slice(&b));
	assert_int_equal(reader_u8(&r), 0xfe);
	assert_int_equal(reader_u32(&r), 0x12345678);
	assert_true(reader_u64(&r) == UINT64_C(0x0102030405060708));
	assert_true(slice_eq(reader_string(&r), SLICE_LIT("a\0b")));
	assert_true(slice_is(reader_string(&r), "text"));
	assert_true(slice_is(reader_names(&r), "one,two"));
	assert_true(slice_is(reader_rest(&r), "xyz"));
	assert_true(reader_end(&r));
	buf_free(&b);
	assert_clean(&t);
}

static const struct {
	struct slice number, field;
} mpints[] = {
    {{NULL, 0}, SLICE_INIT("\0\0\0\0")},
    {SLICE_INIT("\0"), SLICE_INIT("\0\0\0\0")},
    {SLICE_INIT("\0\0\0"), SLICE_INIT("\0\0\0\0")},
    {SLICE_INIT("\1"), SLICE_INIT("\0\0\0\1\1")},
    {SLICE_INIT("\0\0\1"), SLICE_INIT("\0\0\0\1\1")},
    {SLICE_INIT("\x7f"), SLICE_INIT("\0\0\0\1\x7f")},
    {SLICE_INIT("\x80"), SLICE_INIT("\0\0\0\2\0\x80")},
    {SLICE_INIT("\0\x80"), SLICE_INIT("\0\0\0\2\0\x80")},
    /* RFC 4251 5's own */
    {SLICE_INIT("\x09\xa3\x78\xf9\xb2\xe3\x32\xa7"), SLICE_INIT("\0\0\0\x08\x09\xa3\x78\xf9\xb2\xe3\x32\xa7")},
};

static void
mpints_are_written_in_their_shortest_form(void **state)
{
	struct test_env t;
	struct buf b;
	size_t i;

	(void)state;
	test_env_init(&t, 2);
	buf_init(&b, &t.env, 100);
	for (i = 0; i < sizeof(mpints) / sizeof(mpints[0]); i++) {
		buf_put_mpint(&b, mpints[i].number);
		if (!slice_eq(buf_slice(&b), mpints[i].field))
			fail_msg("mpint %zu", i);
		buf_reset(&b);
	}
	buf_free(&b);
	assert_clean(&t);
}

static void
the_last_byte_fits_and_one_more_does_not(void **state)
{
	static const size_t maxima[] = {1, 2, 63, 64, 65, 100, 128, 1000};
	uint8_t bytes[1000] = {0};
	struct test_env t;
	struct buf b;
	size_t i;

	(void)state;
	test_env_init(&t, 3);
	for (i = 0; i < sizeof(maxima) / sizeof(maxima[0]); i++) {
		buf_init(&b, &t.env, maxima[i]);
		buf_put(&b, bytes, maxima[i] - 1);
		buf_put_u8(&b, 1);
		assert_int_equal(b.bad, 0);
		assert_int_equal(b.n, maxima[i]);
		assert_true(b.cap <= maxima[i]);
		buf_put_u8(&b, 1);
		assert_int_equal(b.bad, NACRE_E_LIMIT);
		assert_int_equal(b.n, maxima[i]);
		buf_free(&b);
	}
	assert_clean(&t);
}

static void
a_failure_stays_and_stops_every_writer(void **state)
{
	struct test_env t;
	struct buf b;
	size_t mark;

	(void)state;
	test_env_init(&t, 4);
	buf_init(&b, &t.env, 8);
	buf_put_u32(&b, 1);
	buf_put_u64(&b, 2); /* the first half fits, the second does not */
	assert_int_equal(b.bad, NACRE_E_LIMIT);
	mark = b.n;
	buf_put_u8(&b, 1);
	buf_put_string(&b, SLICE_LIT("x"));
	buf_put_mpint(&b, SLICE_LIT("x"));
	buf_end_string(&b, buf_begin_string(&b));
	assert_null(buf_reserve(&b, 0));
	assert_int_equal(b.n, mark);
	buf_reset(&b);
	buf_put_u64(&b, 2);
	assert_int_equal(b.bad, 0);
	assert_int_equal(b.n, 8);
	buf_free(&b);
	assert_clean(&t);
}

static void
a_size_that_would_wrap_is_a_limit(void **state)
{
	struct test_env t;
	struct buf b;

	(void)state;
	test_env_init(&t, 5);
	buf_init(&b, &t.env, SIZE_MAX);
	buf_put_u8(&b, 1);
	assert_null(buf_reserve(&b, SIZE_MAX));
	assert_int_equal(b.bad, NACRE_E_LIMIT);
	assert_int_equal(b.n, 1);
	buf_free(&b);
	assert_clean(&t);
}

static void
reserved_room_is_the_callers_to_fill(void **state)
{
	struct test_env t;
	struct buf b;
	uint8_t *p;

	(void)state;
	test_env_init(&t, 6);
	buf_init(&b, &t.env, 500);
	buf_put_u8(&b, 'a');
	p = buf_reserve(&b, 300);
	assert_non_null(p);
	assert_int_equal(b.n, 1);
	memset(p, 'b', 300);
	b.n += 300;
	assert_int_equal(b.p[0], 'a');
	assert_int_equal(b.p[300], 'b');
	buf_free(&b);
	assert_null(b.p);
	assert_int_equal(b.n, 0);
	buf_put_u8(&b, 'c'); /* usable again */
	assert_int_equal(b.n, 1);
	buf_free(&b);
	assert_clean(&t);
}

static void
growth_wipes_what_it_leaves(void **state)
{
	static const char secret[] = "a secret that may not stay";
	struct test_env t;
	struct buf b;
	size_t i;

	(void)state;
	test_env_init(&t, 7);
	t.secret = secret;
	t.secret_len = sizeof(secret) - 1;
	buf_init(&b, &t.env, 100000);
	buf_put(&b, secret, sizeof(secret));
	for (i = 0; i < 5000; i++)
		buf_put_u64(&b, i);
	assert_true(t.allocations > 5);
	assert_memory_equal(b.p, secret, sizeof(secret));
	buf_free(&b);
	buf_put(&b, secret, sizeof(secret));
	buf_reset(&b);
	assert_int_equal(b.p[0], 0);
	buf_free(&b);
	assert_int_equal(t.secret_leaks, 0);
	assert_clean(&t);
}

/* The watch itself must be able to see something. */
static void
a_block_that_was_not_wiped_would_be_seen(void **state)
{
	struct test_env t;
	char *p;

	(void)state;
	test_env_init(&t, 8);
	t.secret = "secret";
	t.secret_len = 6;
	p = mem_str(&t.env, SLICE_LIT("my secret"));
	assert_non_null(p);
	mem_free_str(&t.env, p);
	assert_int_equal(t.secret_leaks, 1);
	p = mem_new(&t.env, 32);
	assert_non_null(p);
	memcpy(p, "my secret", 9);
	mem_wipe_free(&t.env, p, 32);
	assert_int_equal(t.secret_leaks, 1);
	assert_clean(&t);
}

static void
without_memory_the_bytes_so_far_stay(void **state)
{
	struct test_env t;
	struct buf b;

	(void)state;
	test_env_init(&t, 9);
	buf_init(&b, &t.env, 10000);
	buf_put_cstring(&b, "kept");
	t.fail_at = t.allocations + 1;
	while (b.bad == 0)
		buf_put_u64(&b, 0);
	assert_int_equal(b.bad, NACRE_E_NOMEM);
	assert_true(b.n <= b.cap);
	assert_memory_equal(b.p + 4, "kept", 4);
	t.fail_at = 0;
	buf_free(&b);
	assert_int_equal(b.bad, 0);
	assert_clean(&t);
}

static void
memory_comes_zeroed_and_may_be_null(void **state)
{
	struct test_env t;
	uint8_t *p;
	size_t i;

	(void)state;
	test_env_init(&t, 10);
	p = mem_new(&t.env, 100);
	assert_non_null(p);
	for (i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	mem_free(&t.env, p, 100);
	mem_free(&t.env, NULL, 1);
	mem_wipe_free(&t.env, NULL, 1);
	mem_free_str(&t.env, NULL);
	t.fail_at = 1;
	assert_null(mem_new(&t.env, 1));
	assert_null(mem_str(&t.env, SLICE_LIT("x")));
	assert_clean(&t);
}

static void
randomness_that_fails_is_an_error(void **state)
{
	struct test_env t;
	uint8_t a[16] = {0}, b[16] = {0};

	(void)state;
	test_env_init(&t, 11);
	assert_int_equal(mem_random(&t.env, a, sizeof(a)), 0);
	assert_int_equal(mem_random(&t.env, b, sizeof(b)), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	t.random_fails = true;
	assert_int_equal(mem_random(&t.env, a, sizeof(a)), NACRE_E_RANDOM);
}

static void
big_endian_helpers_agree(void **state)
{
	uint8_t p[4];

	(void)state;
	put_be32(p, 0xfedcba98);
	assert_memory_equal(p, "\xfe\xdc\xba\x98", 4);
	assert_true(get_be32(p) == 0xfedcba98);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_reads_back),
	    cmocka_unit_test(mpints_are_written_in_their_shortest_form),
	    cmocka_unit_test(the_last_byte_fits_and_one_more_does_not),
	    cmocka_unit_test(a_failure_stays_and_stops_every_writer),
	    cmocka_unit_test(a_size_that_would_wrap_is_a_limit),
	    cmocka_unit_test(reserved_room_is_the_callers_to_fill),
	    cmocka_unit_test(growth_wipes_what_it_leaves),
	    cmocka_unit_test(a_block_that_was_not_wiped_would_be_seen),
	    cmocka_unit_test(without_memory_the_bytes_so_far_stay),
	    cmocka_unit_test(memory_comes_zeroed_and_may_be_null),
	    cmocka_unit_test(randomness_that_fails_is_an_error),
	    cmocka_unit_test(big_endian_helpers_agree),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
