/* What arrives on a channel: the window and packet size that we granted are enforced to the byte, what is read is given
 * back, and a borrowed slice stays where it is (RFC 4254 5.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "end.h"

static uint8_t block[40000];

static uint32_t
start(struct end *e, uint32_t window, uint32_t window_max)
{
	end_init(e, NACRE_CLIENT, window, window_max, 0);
	return end_open(e, 7, 1000000, 32768);
}

static void
data_that_fills_the_window_is_taken_and_a_byte_more_is_a_failure(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000, 1000);

	(void)state;
	assert_int_equal(end_data(&e, ch, block, 999), 0);
	assert_int_equal(end_data(&e, ch, block, 1), 0);
	assert_int_equal(mux_peek(e.mux, ch, NACRE_STDOUT).n, 1000);
	assert_int_equal(end_data(&e, ch, block, 1), NACRE_E_PROTOCOL);
	end_assert_failed(&e, NACRE_E_PROTOCOL, "channel_data: beyond the window");
	end_free(&e);
}

static void
a_peer_far_beyond_the_window_costs_no_memory(void **state)
{
	static const size_t sizes[] = {1001, 1200, 10000, 32768};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct end e;
		uint32_t ch = start(&e, 1000, 1000);
		size_t before = e.te.live_bytes;

		assert_int_equal(end_data(&e, ch, block, sizes[i]), NACRE_E_PROTOCOL);
		assert_int_equal(e.te.live_bytes, before);
		end_free(&e);
	}
}

static void
a_packet_of_the_granted_size_is_taken_and_a_byte_more_is_a_failure(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 0);

	(void)state;
	assert_int_equal(end_data(&e, ch, block, 32768), 0);
	assert_int_equal(end_data(&e, ch, block, 32769), NACRE_E_PROTOCOL);
	end_assert_failed(&e, NACRE_E_PROTOCOL, "channel_data: beyond the packet size");
	end_free(&e);
}

static void
both_streams_share_the_window(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000, 1000);
	struct msg_channel_extended_data err = {.recipient = ch, .data_type = 1, .data = slice_of(block, 600)};

	(void)state;
	assert_int_equal(end_data(&e, ch, block, 400), 0);
	assert_int_equal(end_put(&e, MSG_channel_extended_data, &err), 0);
	assert_int_equal(mux_peek(e.mux, ch, NACRE_STDOUT).n, 400);
	assert_int_equal(mux_peek(e.mux, ch, NACRE_STDERR).n, 600);
	assert_int_equal(end_event(&e, NACRE_EVENT_CHANNEL_DATA)->event.stream, NACRE_STDOUT);
	assert_int_equal(end_event(&e, NACRE_EVENT_CHANNEL_DATA)->event.stream, NACRE_STDERR);
	err.data.n = 1;
	assert_int_equal(end_put(&e, MSG_channel_extended_data, &err), NACRE_E_PROTOCOL);
	end_assert_failed(&e, NACRE_E_PROTOCOL, "channel_extended_data: beyond the window");
	end_free(&e);
}

static void
combined_streams_share_an_order_too(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000, 1000);
	struct msg_channel_extended_data err = {.recipient = ch, .data_type = 1, .data = SLICE_LIT("two ")};
	uint8_t text[16];

	(void)state;
	assert_int_equal(end_put(&e, MSG_channel_extended_data, &err), 0);
	assert_int_equal(mux_combine(e.mux, ch, true), 0);
	assert_int_equal(end_data(&e, ch, "one ", 4), 0);
	assert_int_equal(end_put(&e, MSG_channel_extended_data, &err), 0);
	assert_int_equal(end_data(&e, ch, "three", 5), 0);
	assert_int_equal(mux_read(e.mux, ch, NACRE_STDOUT, text, sizeof(text)), 13);
	assert_memory_equal(text, "one two three", 13);
	assert_int_equal(mux_peek(e.mux, ch, NACRE_STDERR).n, 4); /* what came before stays there */
	assert_int_equal(mux_combine(e.mux, ch, false), 0);
	assert_int_equal(end_put(&e, MSG_channel_extended_data, &err), 0);
	assert_int_equal(mux_peek(e.mux, ch, NACRE_STDERR).n, 8);
	assert_int_equal(mux_combine(e.mux, ch + 1, true), NACRE_E_MISUSE);
	end_free(&e);
}

/* The window comes back although nobody reads, and what breaks it is still a failure. */
static void
what_nobody_reads_any_more_is_dropped_and_its_window_returned(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000, 1000);
	struct msg_channel_extended_data err = {.recipient = ch, .data_type = 1, .data = slice_of(block, 500)};
	struct msg_channel_window_adjust adjust;

	(void)state;
	assert_int_equal(end_data(&e, ch, block, 1000), 0);
	assert_int_equal(mux_shutdown_read(e.mux, ch), 0);
	assert_int_equal(mux_peek(e.mux, ch, NACRE_STDOUT).n, 0);
	end_take(&e, MSG_channel_window_adjust, &adjust);
	assert_int_equal(adjust.bytes, 1000);
	end_forget_events(&e);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(end_data(&e, ch, block, 500), 0);
		assert_int_equal(end_put(&e, MSG_channel_extended_data, &err), 0);
		end_take(&e, MSG_channel_window_adjust, &adjust);
		end_hush(&e);
	}
	assert_true(end_is_quiet(&e)); /* no CHANNEL_DATA */
	assert_int_equal(mux_peek(e.mux, ch, NACRE_STDERR).n, 0);
	assert_int_equal(mux_combine(e.mux, ch, true), NACRE_E_MISUSE);
	assert_int_equal(mux_shutdown_read(e.mux, ch + 1), NACRE_E_MISUSE);
	assert_int_equal(end_data(&e, ch, block, 1001), NACRE_E_PROTOCOL);
	end_free(&e);
}

static void
a_stderr_flood_while_only_stdout_is_read_stops_at_the_window(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 65536, 65536);
	struct msg_channel_extended_data err = {.recipient = ch, .data_type = 1, .data = slice_of(block, 32768)};

	(void)state;
	assert_int_equal(end_put(&e, MSG_channel_extended_data, &err), 0);
	assert_int_equal(end_put(&e, MSG_channel_extended_data, &err), 0);
	assert_int_equal(end_consume_all(&e, ch, NACRE_STDOUT), 0);
	assert_true(end_is_silent(&e));
	/* Reading stderr sets it going again. */
	assert_int_equal(end_consume_all(&e, ch, NACRE_STDERR), 0);
	assert_false(end_is_silent(&e));
	end_free(&e);
}

static void
unknown_extended_data_is_dropped_and_its_window_returned(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000, 1000);
	struct msg_channel_extended_data odd = {.recipient = ch, .data_type = 2, .data = slice_of(block, 1000)};
	struct msg_channel_window_adjust adjust;
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		assert_int_equal(end_put(&e, MSG_channel_extended_data, &odd), 0);
		end_take(&e, MSG_channel_window_adjust, &adjust);
		assert_int_equal(adjust.recipient, 7);
		assert_int_equal(adjust.bytes, 1000);
	}
	assert_true(end_is_quiet(&e));
	assert_int_equal(mux_peek(e.mux, ch, NACRE_STDERR).n, 0);
	end_free(&e);
}

static void
the_window_is_returned_in_large_steps(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000, 1000);
	struct msg_channel_window_adjust adjust;
	int i;

	(void)state;
	assert_int_equal(end_data(&e, ch, block, 900), 0);
	for (i = 0; i < 499; i++)
		assert_int_equal(mux_consume(e.mux, ch, NACRE_STDOUT, 1), 0);
	assert_true(end_is_silent(&e));
	assert_int_equal(mux_consume(e.mux, ch, NACRE_STDOUT, 1), 0);
	end_take(&e, MSG_channel_window_adjust, &adjust);
	assert_int_equal(adjust.bytes, 500);
	/* 400 are unread; read to the end, a quarter is enough. */
	assert_int_equal(end_consume_all(&e, ch, NACRE_STDOUT), 0);
	end_take(&e, MSG_channel_window_adjust, &adjust);
	assert_int_equal(adjust.bytes, 400);
	assert_true(end_is_silent(&e));
	end_free(&e);
}

static void
a_window_of_one_byte_works(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1, 1);
	struct msg_channel_window_adjust adjust;
	int i;

	(void)state;
	for (i = 0; i < 50; i++) {
		assert_int_equal(end_data(&e, ch, block, 1), 0);
		assert_true(end_is_silent(&e));
		assert_int_equal(end_consume_all(&e, ch, NACRE_STDOUT), 0);
		end_take(&e, MSG_channel_window_adjust, &adjust);
		assert_int_equal(adjust.bytes, 1);
	}
	end_free(&e);
}

/* Reads until only `keep` of `unread` bytes are left. */
static void
read_down_to(struct end *e, uint32_t ch, size_t *unread, size_t keep)
{
	size_t n;

	while (*unread > keep) {
		n = mux_peek(e->mux, ch, NACRE_STDOUT).n;
		if (n > *unread - keep)
			n = *unread - keep;
		assert_int_equal(mux_consume(e->mux, ch, NACRE_STDOUT, n), 0);
		*unread -= n;
	}
}

/* 1000 bytes arrive at a time, until it is `total`; a lazy reader leaves a byte, and reads only at every ninth. What
 * was granted. */
static uint64_t
run_through(struct end *e, uint32_t ch, size_t total, bool lazy)
{
	struct msg_channel_window_adjust adjust;
	uint64_t granted = 0;
	size_t done, unread = 0;

	for (done = 0; done < total; done += 1000) {
		assert_int_equal(end_data(e, ch, block, 1000), 0);
		unread += 1000;
		if (!lazy || done % 9000 == 8000)
			read_down_to(e, ch, &unread, lazy ? 1 : 0);
		while (!end_is_silent(e)) {
			end_take(e, MSG_channel_window_adjust, &adjust);
			granted += adjust.bytes;
		}
	}
	return granted;
}

static void
the_window_grows_for_a_reader_that_keeps_up_and_not_past_its_maximum(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 16000, 50000);

	(void)state;
	/* What was granted beyond what was sent is the growth. */
	assert_in_range(run_through(&e, ch, 400000, false), 400000 + 34000 - 12500, 400000 + 34000);
	end_free(&e);
}

static void
the_window_does_not_grow_for_a_reader_that_lags_behind(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 16000, 50000);

	(void)state;
	assert_in_range(run_through(&e, ch, 400000, true), 400000 - 16000, 400000);
	end_free(&e);
}

static void
data_is_announced_once_until_all_was_consumed(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 0);

	(void)state;
	assert_int_equal(end_data(&e, ch, block, 10), 0);
	assert_int_equal(end_event(&e, NACRE_EVENT_CHANNEL_DATA)->event.channel, ch);
	assert_int_equal(end_data(&e, ch, block, 10), 0);
	assert_int_equal(mux_consume(e.mux, ch, NACRE_STDOUT, 19), 0);
	assert_int_equal(end_data(&e, ch, block, 10), 0);
	assert_true(end_is_quiet(&e));
	assert_int_equal(end_consume_all(&e, ch, NACRE_STDOUT), 0);
	assert_int_equal(end_data(&e, ch, block, 0), 0);
	assert_true(end_is_quiet(&e));
	assert_int_equal(end_data(&e, ch, block, 1), 0);
	end_event(&e, NACRE_EVENT_CHANNEL_DATA);
	end_free(&e);
}

static void
a_peeked_slice_stays_while_more_arrives(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 0);
	struct slice before;
	int i;

	(void)state;
	assert_int_equal(end_data(&e, ch, "first", 5), 0);
	before = mux_peek(e.mux, ch, NACRE_STDOUT);
	for (i = 0; i < 40; i++)
		assert_int_equal(end_data(&e, ch, block, 30000), 0);
	mux_trim(e.mux);
	assert_ptr_equal(mux_peek(e.mux, ch, NACRE_STDOUT).p, before.p);
	assert_memory_equal(before.p, "first", 5);
	end_free(&e);
}

static void
more_than_was_peeked_cannot_be_consumed(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 0);

	(void)state;
	assert_int_equal(end_data(&e, ch, block, 10), 0);
	assert_int_equal(mux_consume(e.mux, ch, NACRE_STDOUT, 11), NACRE_E_MISUSE);
	assert_int_equal(mux_consume(e.mux, ch, NACRE_STDERR, 1), NACRE_E_MISUSE);
	assert_int_equal(mux_consume(e.mux, ch + 1, NACRE_STDOUT, 1), NACRE_E_MISUSE);
	assert_int_equal(e.failure.code, 0);
	assert_int_equal(mux_consume(e.mux, ch, NACRE_STDOUT, 10), 0);
	end_free(&e);
}

static void
eof_is_told_once_and_data_after_it_is_a_failure(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 0, 0);
	struct msg_channel_eof eof = {.recipient = ch};

	(void)state;
	assert_int_equal(end_data(&e, ch, "tail", 4), 0);
	end_event(&e, NACRE_EVENT_CHANNEL_DATA);
	assert_int_equal(end_put(&e, MSG_channel_eof, &eof), 0);
	assert_int_equal(end_event(&e, NACRE_EVENT_CHANNEL_EOF)->event.channel, ch);
	assert_int_equal(end_put(&e, MSG_channel_eof, &eof), 0);
	assert_true(end_is_quiet(&e));
	assert_int_equal(mux_peek(e.mux, ch, NACRE_STDOUT).n, 4);
	assert_int_equal(end_data(&e, ch, "x", 1), NACRE_E_ORDER);
	end_assert_failed(&e, NACRE_E_ORDER, "channel_data: after EOF");
	end_free(&e);
}

static void
no_window_is_returned_after_eof(void **state)
{
	struct end e;
	uint32_t ch = start(&e, 1000, 1000);
	struct msg_channel_eof eof = {.recipient = ch};

	(void)state;
	assert_int_equal(end_data(&e, ch, block, 1000), 0);
	assert_int_equal(end_put(&e, MSG_channel_eof, &eof), 0);
	assert_int_equal(end_consume_all(&e, ch, NACRE_STDOUT), 0);
	assert_true(end_is_silent(&e));
	end_free(&e);
}

static void
a_message_for_an_unknown_channel_is_a_failure(void **state)
{
	static const struct {
		enum msg_id id;
		const char *text;
	} rows[] = {
	    {MSG_channel_data, "channel_data: unknown channel 5"},
	    {MSG_channel_extended_data, "channel_extended_data: unknown channel 5"},
	    {MSG_channel_window_adjust, "channel_window_adjust: unknown channel 5"},
	    {MSG_channel_eof, "channel_eof: unknown channel 5"},
	    {MSG_channel_close, "channel_close: unknown channel 5"},
	    {MSG_channel_request, "channel_request: unknown channel 5"},
	    {MSG_channel_open_confirmation, "channel_open_confirmation: unknown channel 5"},
	    {MSG_channel_open_failure, "channel_open_failure: unknown channel 5"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		union msg_any msg;
		struct end e;

		(void)start(&e, 0, 0);
		memset(&msg, 0, sizeof(msg));
		msg.channel_eof.recipient = 5;
		assert_int_equal(end_put(&e, rows[i].id, &msg), NACRE_E_PROTOCOL);
		end_assert_failed(&e, NACRE_E_PROTOCOL, rows[i].text);
		end_free(&e);
	}
}

/* CVE-2019-3857 and its kin: every message of the family, cut at every byte, and with a byte too many. */
static void
a_message_cut_at_any_byte_is_malformed(void **state)
{
	static const enum msg_id ids[] = {MSG_global_request, MSG_channel_open, MSG_channel_open_confirmation,
	    MSG_channel_window_adjust, MSG_channel_data, MSG_channel_extended_data, MSG_channel_eof, MSG_channel_close,
	    MSG_channel_success, MSG_channel_failure};
	size_t i, n, cut;

	(void)state;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		union msg_any msg;
		uint8_t payload[128];

		memset(&msg, 0, sizeof(msg));
		n = msg_size(ids[i], &msg);
		msg_write(ids[i], &msg, payload);
		for (cut = 1; cut < n; cut++) {
			struct end e;

			(void)start(&e, 0, 0);
			assert_int_equal(end_put_bytes(&e, payload, cut), NACRE_E_FORMAT);
			assert_int_equal(e.failure.code, NACRE_E_FORMAT);
			end_free(&e);
		}
	}
}

static void
a_number_that_is_not_the_connection_protocols_is_a_failure(void **state)
{
	static const uint8_t numbers[] = {0, 79, 83, 89, 101, 127, 192, 255};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers); i++) {
		struct end e;

		(void)start(&e, 0, 0);
		assert_int_equal(end_put_bytes(&e, &numbers[i], 1), NACRE_E_ORDER);
		end_free(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(data_that_fills_the_window_is_taken_and_a_byte_more_is_a_failure),
	    cmocka_unit_test(a_peer_far_beyond_the_window_costs_no_memory),
	    cmocka_unit_test(a_packet_of_the_granted_size_is_taken_and_a_byte_more_is_a_failure),
	    cmocka_unit_test(both_streams_share_the_window),
	    cmocka_unit_test(combined_streams_share_an_order_too),
	    cmocka_unit_test(what_nobody_reads_any_more_is_dropped_and_its_window_returned),
	    cmocka_unit_test(a_stderr_flood_while_only_stdout_is_read_stops_at_the_window),
	    cmocka_unit_test(unknown_extended_data_is_dropped_and_its_window_returned),
	    cmocka_unit_test(the_window_is_returned_in_large_steps),
	    cmocka_unit_test(a_window_of_one_byte_works),
	    cmocka_unit_test(the_window_grows_for_a_reader_that_keeps_up_and_not_past_its_maximum),
	    cmocka_unit_test(the_window_does_not_grow_for_a_reader_that_lags_behind),
	    cmocka_unit_test(data_is_announced_once_until_all_was_consumed),
	    cmocka_unit_test(a_peeked_slice_stays_while_more_arrives),
	    cmocka_unit_test(more_than_was_peeked_cannot_be_consumed),
	    cmocka_unit_test(eof_is_told_once_and_data_after_it_is_a_failure),
	    cmocka_unit_test(no_window_is_returned_after_eof),
	    cmocka_unit_test(a_message_for_an_unknown_channel_is_a_failure),
	    cmocka_unit_test(a_message_cut_at_any_byte_is_malformed),
	    cmocka_unit_test(a_number_that_is_not_the_connection_protocols_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
