/* The input buffer and the output queue: what is lent stays put, memory is bounded, and a steady flow allocates nothing. */
#include "inbox.h"
#include "bounds.h"
#include "outq.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void
put(struct outq *q, uint8_t value, size_t n)
{
	uint8_t *p = outq_reserve(q, n);

	assert_non_null(p);
	memset(p, value, n);
	outq_commit(q, n);
}

static void
lent_output_does_not_move_while_more_is_queued(void **state)
{
	struct test_env te;
	struct outq q;
	struct slice lent;
	size_t i;

	(void)state;
	test_env_init(&te, 1);
	outq_init(&q, &te.env);
	put(&q, 1, 100);
	lent = outq_peek(&q);
	for (i = 0; i < 1000; i++)
		put(&q, 2, 3000);
	assert_int_equal(lent.n, 100);
	assert_int_equal(lent.p[0], 1);
	assert_int_equal(lent.p[99], 1);
	assert_true(outq_sent(&q, 100));
	outq_free(&q);
	assert_int_equal(te.live_blocks, 0);
}

/* Bytes go in and out in random portions; the order must hold. */
static void
bytes_leave_in_the_order_they_came(void **state)
{
	struct test_env te;
	struct outq q;
	uint8_t in = 0, out = 0;
	size_t round, i;

	(void)state;
	test_env_init(&te, 2);
	outq_init(&q, &te.env);
	for (round = 0; round < 20000; round++) {
		size_t n = 1 + test_below(&te, 4000);
		struct slice s;
		uint8_t *p;

		if (q.n < 500000) {
			p = outq_reserve(&q, n);
			assert_non_null(p);
			for (i = 0; i < n; i++)
				p[i] = in++;
			outq_commit(&q, n);
		}
		s = outq_peek(&q);
		assert_true((s.n == 0) == (q.n == 0));
		n = s.n == 0 ? 0 : test_below(&te, s.n + 1);
		for (i = 0; i < n; i++)
			assert_int_equal(s.p[i], out++);
		assert_true(outq_sent(&q, n));
	}
	outq_free(&q);
	assert_int_equal(te.live_blocks, 0);
}

static void
a_steady_flow_allocates_nothing(void **state)
{
	struct test_env te;
	struct outq q;
	uint64_t before;
	size_t round, i;

	(void)state;
	test_env_init(&te, 3);
	outq_init(&q, &te.env);
	for (round = 0; round < 100; round++) {
		if (round == 10)
			before = te.allocations;
		for (i = 0; i < 8; i++)
			put(&q, 0, 32800);
		while (outq_peek(&q).n > 0)
			assert_true(outq_sent(&q, outq_peek(&q).n));
	}
	assert_int_equal(te.allocations, before);
	outq_trim(&q);
	assert_int_equal(te.live_blocks, 0);
}

static void
more_than_was_lent_cannot_be_sent(void **state)
{
	struct test_env te;
	struct outq q;

	(void)state;
	test_env_init(&te, 4);
	outq_init(&q, &te.env);
	assert_false(outq_sent(&q, 1));
	put(&q, 0, 10);
	assert_false(outq_sent(&q, 11));
	assert_true(outq_sent(&q, 10));
	outq_free(&q);
}

static void
output_without_memory_is_refused_and_nothing_is_lost(void **state)
{
	struct test_env te;
	struct outq q;

	(void)state;
	test_env_init(&te, 5);
	outq_init(&q, &te.env);
	put(&q, 7, 2000);
	te.fail_at = te.allocations + 1;
	assert_null(outq_reserve(&q, 5000));
	assert_int_equal(outq_peek(&q).n, 2000);
	assert_true(outq_sent(&q, 2000));
	assert_null(outq_reserve(&q, 5000));
	assert_non_null(outq_reserve(&q, 100));
	outq_free(&q);
	assert_int_equal(te.live_blocks, 0);
}

static void
the_input_grows_only_as_bytes_arrive(void **state)
{
	struct test_env te;
	struct inbox in;
	size_t n, total = 0;

	(void)state;
	test_env_init(&te, 6);
	inbox_init(&in, &te.env);
	assert_non_null(inbox_space(&in, &n));
	assert_int_equal(n, LIMIT_INPUT_FIRST);
	assert_true(inbox_add(&in, 10));
	assert_non_null(inbox_space(&in, &n));
	assert_int_equal(n, LIMIT_INPUT_FIRST - 10);
	total = 10;
	while (inbox_space(&in, &n) != NULL) {
		assert_true(inbox_add(&in, n));
		total += n;
		assert_true(te.live_bytes <= total * 8);
	}
	assert_int_equal(total, LIMIT_INPUT);
	assert_false(inbox_has_room(&in));
	inbox_take(&in, 1);
	assert_true(inbox_has_room(&in));
	inbox_free(&in);
	assert_int_equal(te.live_blocks, 0);
}

static void
more_input_than_there_was_room_for_is_refused(void **state)
{
	struct test_env te;
	struct inbox in;
	size_t n;

	(void)state;
	test_env_init(&te, 7);
	inbox_init(&in, &te.env);
	assert_false(inbox_add(&in, 1));
	assert_non_null(inbox_space(&in, &n));
	assert_false(inbox_add(&in, n + 1));
	assert_true(inbox_add(&in, n));
	inbox_free(&in);
}

static void
freed_input_holds_no_secret(void **state)
{
	struct test_env te;
	struct inbox in;
	uint8_t *p;
	size_t n, i;

	(void)state;
	test_env_init(&te, 8);
	te.secret = "hunter2!";
	te.secret_len = 8;
	inbox_init(&in, &te.env);
	for (i = 0; i < 5; i++) { /* 4, 16, 64, 256, 288 KiB */
		p = inbox_space(&in, &n);
		assert_non_null(p);
		memset(p, ' ', n);
		memcpy(p + n - 8, "hunter2!", 8);
		assert_true(inbox_add(&in, n));
	}
	inbox_take(&in, inbox_len(&in));
	inbox_trim(&in);
	assert_int_equal(te.live_blocks, 0);
	assert_int_equal(te.secret_leaks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lent_output_does_not_move_while_more_is_queued),
		cmocka_unit_test(bytes_leave_in_the_order_they_came),
		cmocka_unit_test(a_steady_flow_allocates_nothing),
		cmocka_unit_test(more_than_was_lent_cannot_be_sent),
		cmocka_unit_test(output_without_memory_is_refused_and_nothing_is_lost),
		cmocka_unit_test(the_input_grows_only_as_bytes_arrive),
		cmocka_unit_test(more_input_than_there_was_room_for_is_refused),
		cmocka_unit_test(freed_input_holds_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
