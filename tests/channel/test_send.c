/* What leaves on a channel: never more than the peer's window and packet size, never while the output has no room, and
 * the staging area stays where it was lent (RFC 4254 5.2, 5.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "end.h"

static uint8_t block[65536];

static uint32_t
start(struct end *e, uint32_t window, uint32_t max_packet)
{
	size_t i;

	for (i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)(i * 7 + i / 251);
	end_init(e, NACRE_CLIENT, 0, 0, 0);
	return end_open(e, 9, window, max_packet);
}

static int
adjust(struct end *e, uint32_t ch, uint32_t bytes)
{
	struct msg_channel_window_adjust msg = {.recipient = ch, .bytes = bytes};

	return end_put(e, MSG_channel_window_adjust, &msg);
}

static size_t
take_data(struct end *e)
{
	struct msg_channel_data msg;

	end_take(e, MSG_channel_data, &msg);
	assert_int_equal(msg.recipient, 9);
	return msg.data.n;
}

static void
committed_bytes_leave_at_once_in_one_packet(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000000, 32768);
	struct msg_channel_data msg;
	size_t n;

	(void)state;
	assert_non_null(mux_write_space(e.mux, ch, NACRE_STDOUT, &n));
	assert_int_equal(n, 32768);
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, block, 32768), 32768);
	end_take(&e, MSG_channel_data, &msg);
	assert_int_equal(msg.data.n, 32768);
	assert_memory_equal(msg.data.p, block, 32768);
	assert_true(mux_flushed(e.mux, ch));
	end_free(&e);
}

static void
the_stderr_stream_is_extended_data_of_type_1(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 100, 32768);
	struct msg_channel_extended_data msg;

	(void)state;
	assert_int_equal(end_write(&e, ch, NACRE_STDERR, "oh", 2), 2);
	end_take(&e, MSG_channel_extended_data, &msg);
	assert_int_equal(msg.data_type, 1);
	assert_int_equal(msg.recipient, 9);
	assert_memory_equal(msg.data.p, "oh", 2);
	end_free(&e);
}

static void
a_packet_is_never_larger_than_the_peers_maximum(void **state)
{
	static const uint32_t maxima[] = {1, 2, 999, 32768, 32769, UINT32_MAX};
	size_t i, sum, n;

	(void)state;
	for (i = 0; i < sizeof(maxima) / sizeof(maxima[0]); i++) {
		struct end e;
		uint32_t ch = start(&e, UINT32_MAX, maxima[i]);

		assert_int_equal(end_write(&e, ch, NACRE_STDOUT, block, 2000), 2000);
		for (sum = 0; sum < 2000; sum += n) {
			n = take_data(&e);
			assert_true(n <= maxima[i] && n <= 32768);
		}
		assert_true(end_is_silent(&e));
		end_free(&e);
	}
}

static void
a_window_of_zero_sends_nothing_until_it_grows_byte_by_byte(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 32768);
	struct msg_channel_data msg;
	size_t i;

	(void)state;
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, block, 300), 300);
	assert_true(end_is_silent(&e));
	assert_false(mux_flushed(e.mux, ch));
	for (i = 0; i < 300; i++) {
		assert_int_equal(adjust(&e, ch, 1), 0);
		end_take(&e, MSG_channel_data, &msg);
		assert_int_equal(msg.data.n, 1);
		assert_int_equal(msg.data.p[0], block[i]);
	}
	assert_true(mux_flushed(e.mux, ch));
	end_free(&e);
}

/* Dropbear#377: such a peer gives room only once all of it was used, so the last byte of a window must not be held back. */
static void
a_peer_that_adjusts_only_an_empty_window_gets_everything(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000, 300);
	struct msg_channel_data msg;
	size_t window = 1000, got = 0, rounds = 0;

	(void)state;
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, block, 10500), 10500);
	while (got < 10500) {
		while (!end_is_silent(&e)) {
			end_take(&e, MSG_channel_data, &msg);
			assert_memory_equal(msg.data.p, block + got, msg.data.n);
			assert_true(msg.data.n <= window);
			window -= msg.data.n;
			got += msg.data.n;
		}
		assert_true(window == 0 || got == 10500);
		window += 1000;
		rounds++;
		assert_int_equal(adjust(&e, ch, 1000), 0);
	}
	assert_int_equal(rounds, 11);
	assert_true(mux_flushed(e.mux, ch));
	end_free(&e);
}

static void
a_window_may_grow_to_its_limit_and_not_past_it(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 32768);

	(void)state;
	assert_int_equal(adjust(&e, ch, UINT32_MAX - 1), 0);
	assert_int_equal(adjust(&e, ch, 0), 0);
	assert_int_equal(adjust(&e, ch, 1), 0);
	assert_int_equal(adjust(&e, ch, 1), NACRE_E_PROTOCOL);
	end_assert_failed(&e, NACRE_E_PROTOCOL, "channel_window_adjust: the window passes 2^32 - 1");
	end_free(&e);
}

static void
a_window_may_grow_after_either_sides_eof(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 32768);
	struct msg_channel_eof eof = {.recipient = ch};

	(void)state;
	assert_int_equal(end_put(&e, MSG_channel_eof, &eof), 0);
	assert_int_equal(mux_eof(e.mux, ch), 0);
	end_take(&e, MSG_channel_eof, &eof);
	assert_int_equal(adjust(&e, ch, 5), 0);
	assert_int_equal(adjust(&e, ch, UINT32_MAX), NACRE_E_PROTOCOL);
	end_free(&e);
}

static void
nothing_leaves_while_the_output_has_no_room(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000000, 32768);

	(void)state;
	e.room = 0;
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, block, 20000), 20000);
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, block, 20000), 12768);
	assert_int_equal(mux_flush(e.mux), 0);
	assert_true(end_is_silent(&e));
	e.room = 1;
	assert_int_equal(mux_flush(e.mux), 0);
	assert_int_equal(take_data(&e), 32768);
	assert_true(end_is_silent(&e));
	end_free(&e);
}

static void
writable_is_told_only_after_there_was_no_room(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 40000, 32768);

	(void)state;
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, block, 32768), 32768);
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, block, 32768), 32768);
	assert_int_equal(adjust(&e, ch, 1), 0);
	assert_true(end_is_quiet(&e));
	/* 25535 bytes are staged. The ring's end comes first, then what lies before the staged bytes, then nothing. */
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, block, 32768), 7233);
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, block, 32768), 0);
	assert_int_equal(adjust(&e, ch, 10000), 0);
	assert_true(end_is_quiet(&e));
	assert_int_equal(adjust(&e, ch, 10000), 0);
	assert_int_equal(end_event(&e, NACRE_EVENT_CHANNEL_WRITABLE)->event.channel, ch);
	assert_int_equal(adjust(&e, ch, 10000), 0);
	assert_true(end_is_quiet(&e));
	end_free(&e);
}

static void
a_lent_area_stays_where_it_is(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 32768);
	struct msg_channel_data msg;
	uint8_t *space;
	size_t n, again;

	(void)state;
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, "abc", 3), 3);
	space = mux_write_space(e.mux, ch, NACRE_STDOUT, &n);
	memcpy(space, "def", 3);
	assert_int_equal(adjust(&e, ch, 3), 0);
	assert_int_equal(mux_flush(e.mux), 0);
	mux_trim(e.mux);
	assert_ptr_equal(mux_write_space(e.mux, ch, NACRE_STDOUT, &again), space);
	assert_int_equal(adjust(&e, ch, 3), 0);
	assert_int_equal(mux_commit(e.mux, ch, NACRE_STDOUT, 3), 0);
	end_take(&e, MSG_channel_data, &msg);
	assert_memory_equal(msg.data.p, "abc", 3);
	end_take(&e, MSG_channel_data, &msg);
	assert_memory_equal(msg.data.p, "def", 3);
	end_free(&e);
}

static void
a_commit_of_what_was_not_lent_is_misuse(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000, 32768);
	size_t n;

	(void)state;
	assert_int_equal(mux_commit(e.mux, ch, NACRE_STDOUT, 1), NACRE_E_MISUSE);
	assert_non_null(mux_write_space(e.mux, ch, NACRE_STDOUT, &n));
	assert_int_equal(mux_commit(e.mux, ch, NACRE_STDOUT, n + 1), NACRE_E_MISUSE);
	assert_int_equal(mux_commit(e.mux, ch, NACRE_STDERR, 1), NACRE_E_MISUSE);
	assert_int_equal(mux_commit(e.mux, ch + 1, NACRE_STDOUT, 1), NACRE_E_MISUSE);
	assert_int_equal(e.failure.code, 0);
	assert_int_equal(mux_commit(e.mux, ch, NACRE_STDOUT, 1), 0);
	assert_int_equal(take_data(&e), 1);
	assert_int_equal(mux_commit(e.mux, ch, NACRE_STDOUT, 1), NACRE_E_MISUSE);
	end_free(&e);
}

static void
the_other_stream_waits_until_staged_bytes_have_left(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 32768);
	struct msg_channel_extended_data err;
	size_t n;

	(void)state;
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, "out", 3), 3);
	assert_null(mux_write_space(e.mux, ch, NACRE_STDERR, &n));
	assert_int_equal(n, 0);
	/* Nor may the first stream go on, or the other would never have its turn. */
	assert_null(mux_write_space(e.mux, ch, NACRE_STDOUT, &n));
	assert_int_equal(adjust(&e, ch, 2), 0);
	assert_true(end_is_quiet(&e));
	assert_int_equal(adjust(&e, ch, 10), 0);
	end_event(&e, NACRE_EVENT_CHANNEL_WRITABLE);
	assert_int_equal(end_write(&e, ch, NACRE_STDERR, "err", 3), 3);
	assert_int_equal(take_data(&e), 2);
	assert_int_equal(take_data(&e), 1);
	end_take(&e, MSG_channel_extended_data, &err);
	end_free(&e);
}

static void
eof_and_close_follow_the_staged_bytes(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 32768);
	struct msg_channel_eof eof;
	struct msg_channel_close close;
	size_t n;

	(void)state;
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, "abc", 3), 3);
	assert_int_equal(mux_eof(e.mux, ch), 0);
	assert_int_equal(mux_eof(e.mux, ch), 0);
	assert_null(mux_write_space(e.mux, ch, NACRE_STDOUT, &n));
	assert_int_equal(mux_close(e.mux, ch), 0);
	assert_true(end_is_silent(&e));
	assert_int_equal(adjust(&e, ch, 3), 0);
	assert_int_equal(take_data(&e), 3);
	end_take(&e, MSG_channel_eof, &eof);
	end_take(&e, MSG_channel_close, &close);
	assert_true(end_is_silent(&e));
	assert_true(end_is_quiet(&e));
	end_free(&e);
}

static void
two_channels_share_the_output_in_turn(void **state)
{
	struct end e;
	uint32_t a = start(&e, UINT32_MAX, 32768);
	uint32_t b = end_open(&e, 10, UINT32_MAX, 32768);
	unsigned from_a = 0, from_b = 0, i;
	struct msg_channel_data msg;

	(void)state;
	for (i = 0; i < 100; i++) {
		e.room = 0;
		(void)end_write(&e, a, NACRE_STDOUT, block, 32768);
		(void)end_write(&e, b, NACRE_STDOUT, block, 32768);
		e.room = 1;
		assert_int_equal(mux_flush(e.mux), 0);
		end_take(&e, MSG_channel_data, &msg);
		from_a += msg.recipient == 9;
		from_b += msg.recipient == 10;
	}
	assert_int_equal(from_a, 50);
	assert_int_equal(from_b, 50);
	end_free(&e);
}

static void
an_output_that_fails_is_reported(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000, 32768);
	size_t n;

	(void)state;
	assert_non_null(mux_write_space(e.mux, ch, NACRE_STDOUT, &n));
	e.outbox_error = NACRE_E_NOMEM;
	assert_int_equal(mux_commit(e.mux, ch, NACRE_STDOUT, 5), NACRE_E_NOMEM);
	assert_int_equal(e.failure.code, NACRE_E_NOMEM);
	/* Over: what is here can still be given back, and asks nothing of the output. */
	assert_int_equal(mux_close(e.mux, ch), 0);
	assert_int_equal(mux_close(e.mux, ch), NACRE_E_MISUSE);
	end_free(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(committed_bytes_leave_at_once_in_one_packet),
	    cmocka_unit_test(the_stderr_stream_is_extended_data_of_type_1),
	    cmocka_unit_test(a_packet_is_never_larger_than_the_peers_maximum),
	    cmocka_unit_test(a_window_of_zero_sends_nothing_until_it_grows_byte_by_byte),
	    cmocka_unit_test(a_peer_that_adjusts_only_an_empty_window_gets_everything),
	    cmocka_unit_test(a_window_may_grow_to_its_limit_and_not_past_it),
	    cmocka_unit_test(a_window_may_grow_after_either_sides_eof),
	    cmocka_unit_test(nothing_leaves_while_the_output_has_no_room),
	    cmocka_unit_test(writable_is_told_only_after_there_was_no_room),
	    cmocka_unit_test(a_lent_area_stays_where_it_is),
	    cmocka_unit_test(a_commit_of_what_was_not_lent_is_misuse),
	    cmocka_unit_test(the_other_stream_waits_until_staged_bytes_have_left),
	    cmocka_unit_test(eof_and_close_follow_the_staged_bytes),
	    cmocka_unit_test(two_channels_share_the_output_in_turn),
	    cmocka_unit_test(an_output_that_fails_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
