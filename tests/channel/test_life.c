/* How channels come and go: both sides' opens and closes, in every order; a number is free after both CLOSEs and the
 * owner's own (RFC 4254 5.1, 5.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "end.h"

static int
put_open(struct end *e, uint32_t sender, uint32_t window, uint32_t max_packet)
{
	struct msg_channel_open msg = {.type = SLICE_LIT("session"),
	    .sender = sender,
	    .window = window,
	    .max_packet = max_packet,
	    .tail = SLICE_LIT("x")};

	return end_put(e, MSG_channel_open, &msg);
}

static int
put_confirmation(struct end *e, uint32_t ch, uint32_t sender, uint32_t window, uint32_t max_packet)
{
	struct msg_channel_open_confirmation msg = {
	    .recipient = ch, .sender = sender, .window = window, .max_packet = max_packet, .tail = SLICE_LIT("yz")};

	return end_put(e, MSG_channel_open_confirmation, &msg);
}

static int
put_close(struct end *e, uint32_t ch)
{
	struct msg_channel_close msg = {.recipient = ch};

	return end_put(e, MSG_channel_close, &msg);
}

static uint32_t
open_one(struct end *e)
{
	struct msg_channel_open msg;
	uint32_t ch = UINT32_MAX;

	assert_int_equal(mux_open(e->mux, SLICE_LIT("session"), SLICE_LIT("tail"), &ch), 0);
	end_take(e, MSG_channel_open, &msg);
	assert_int_equal(msg.sender, ch);
	return ch;
}

static void
take_close(struct end *e, uint32_t peer)
{
	struct msg_channel_close msg;

	end_take(e, MSG_channel_close, &msg);
	assert_int_equal(msg.recipient, peer);
	assert_true(end_is_silent(e));
}

static void
an_open_says_type_window_and_packet_size(void **state)
{
	struct end e;
	struct msg_channel_open msg;
	const struct end_event *ev;
	uint32_t ch;

	(void)state;
	end_init(&e, NACRE_CLIENT, 12345, 20000, 0);
	assert_int_equal(mux_open(e.mux, SLICE_LIT("direct-tcpip"), SLICE_LIT("where"), &ch), 0);
	end_take(&e, MSG_channel_open, &msg);
	assert_true(slice_is(msg.type, "direct-tcpip"));
	assert_true(slice_is(msg.tail, "where"));
	assert_int_equal(msg.window, 12345);
	assert_int_equal(msg.max_packet, 32768);
	assert_int_equal(put_confirmation(&e, ch, 77, 5, 6), 0);
	ev = end_event(&e, NACRE_EVENT_CHANNEL_OPENED);
	assert_int_equal(ev->event.channel, ch);
	assert_memory_equal(ev->data, "yz", 2);
	end_free(&e);
}

static void
a_refused_open_tells_why_and_frees_the_number(void **state)
{
	struct end e;
	struct msg_channel_open_failure msg = {.reason = 2, .description = SLICE_LIT("no route")};
	const struct end_event *ev;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	msg.recipient = open_one(&e);
	assert_int_equal(end_put(&e, MSG_channel_open_failure, &msg), 0);
	ev = end_event(&e, NACRE_EVENT_CHANNEL_REFUSED);
	assert_int_equal(ev->event.channel, msg.recipient);
	assert_int_equal(ev->event.reason, 2);
	assert_memory_equal(ev->data, "no route", 8);
	assert_int_equal(mux_close(e.mux, msg.recipient), NACRE_E_MISUSE);
	assert_int_equal(open_one(&e), msg.recipient);
	end_free(&e);
}

static void
a_peers_open_is_a_question_and_the_answer_leaves(void **state)
{
	struct end e;
	struct msg_channel_open_confirmation yes;
	struct msg_channel_open_failure no;
	const struct end_event *ev;
	uint64_t token;

	(void)state;
	end_init(&e, NACRE_SERVER, 1000, 2000, 0);
	assert_int_equal(put_open(&e, 40, 0, 1), 0);
	ev = end_event(&e, NACRE_EVENT_CHANNEL_OPEN);
	token = ev->event.token;
	assert_memory_equal(ev->name, "session", 7);
	assert_memory_equal(ev->data, "x", 1);
	assert_true(end_is_silent(&e));
	assert_int_equal(mux_answer_open(e.mux, token + 1, 0, NULL), NACRE_E_MISUSE);
	assert_int_equal(mux_answer_open(e.mux, token, 0, NULL), 0);
	assert_int_equal(mux_answer_open(e.mux, token, 0, NULL), NACRE_E_MISUSE);
	end_take(&e, MSG_channel_open_confirmation, &yes);
	assert_int_equal(yes.recipient, 40);
	assert_int_equal(yes.sender, ev->event.channel);
	assert_int_equal(yes.window, 1000);
	assert_int_equal(yes.max_packet, 32768);

	assert_int_equal(put_open(&e, 41, 0, 1), 0);
	token = end_event(&e, NACRE_EVENT_CHANNEL_OPEN)->event.token;
	assert_int_equal(mux_answer_open(e.mux, token, 1, "not here"), 0);
	end_take(&e, MSG_channel_open_failure, &no);
	assert_int_equal(no.recipient, 41);
	assert_int_equal(no.reason, 1);
	assert_true(slice_is(no.description, "not here"));
	end_free(&e);
}

static void
a_packet_size_of_zero_is_refused_and_a_window_of_zero_is_not(void **state)
{
	struct end e;

	(void)state;
	end_init(&e, NACRE_SERVER, 0, 0, 0);
	assert_int_equal(put_open(&e, 1, 0, 1), 0);
	assert_int_equal(put_open(&e, 2, 1000, 0), NACRE_E_PROTOCOL);
	end_assert_failed(&e, NACRE_E_PROTOCOL, "channel_open: max_packet is 0");
	end_free(&e);

	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	assert_int_equal(put_confirmation(&e, open_one(&e), 3, 0, 1), 0);
	assert_int_equal(put_confirmation(&e, open_one(&e), 4, 1000, 0), NACRE_E_PROTOCOL);
	end_assert_failed(&e, NACRE_E_PROTOCOL, "channel_open_confirmation: max_packet is 0");
	end_free(&e);
}

static void
the_largest_window_and_packet_size_are_taken(void **state)
{
	struct end e;
	uint32_t ch;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	ch = end_open(&e, 3, UINT32_MAX, UINT32_MAX);
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, "x", 1), 1);
	assert_false(end_is_silent(&e));
	end_free(&e);
}

static void
an_answer_to_an_open_channel_is_a_failure(void **state)
{
	struct end e;
	struct msg_channel_open_failure msg = {0};

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	assert_int_equal(put_confirmation(&e, end_open(&e, 3, 1, 1), 4, 1, 1), NACRE_E_ORDER);
	end_assert_failed(&e, NACRE_E_ORDER, "channel_open_confirmation: not the time for channel 0");
	end_free(&e);

	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	msg.recipient = end_open(&e, 3, 1, 1);
	assert_int_equal(end_put(&e, MSG_channel_open_failure, &msg), NACRE_E_ORDER);
	end_free(&e);
}

static void
an_answer_to_the_peers_own_open_is_a_failure(void **state)
{
	struct end e;

	(void)state;
	end_init(&e, NACRE_SERVER, 0, 0, 0);
	assert_int_equal(put_open(&e, 3, 1, 1), 0);
	assert_int_equal(put_confirmation(&e, 0, 4, 1, 1), NACRE_E_ORDER);
	end_free(&e);
}

static void
data_before_the_open_is_answered_is_a_failure(void **state)
{
	struct end e;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	assert_int_equal(end_data(&e, open_one(&e), "x", 1), NACRE_E_ORDER);
	end_assert_failed(&e, NACRE_E_ORDER, "channel_data: not the time for channel 0");
	end_free(&e);

	end_init(&e, NACRE_SERVER, 0, 0, 0);
	assert_int_equal(put_open(&e, 3, 1, 1), 0);
	assert_int_equal(end_data(&e, 0, "x", 1), NACRE_E_ORDER);
	end_free(&e);
}

static void
a_peer_that_uses_one_of_its_numbers_twice_fails(void **state)
{
	struct end e;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	end_open(&e, 3, 1, 1);
	end_open(&e, 4, 1, 1);
	assert_int_equal(put_confirmation(&e, open_one(&e), 3, 1, 1), NACRE_E_PROTOCOL);
	end_assert_failed(&e, NACRE_E_PROTOCOL, "channel_open_confirmation: sender 3 is in use");
	end_free(&e);

	end_init(&e, NACRE_SERVER, 0, 0, 0);
	assert_int_equal(put_open(&e, 3, 1, 1), 0);
	assert_int_equal(put_open(&e, 3, 1, 1), NACRE_E_PROTOCOL);
	end_free(&e);
}

static void
a_peer_may_use_its_number_again_after_both_closes(void **state)
{
	struct end e;
	uint32_t ch;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	ch = end_open(&e, 3, 1, 1);
	assert_int_equal(put_close(&e, ch), 0);
	take_close(&e, 3);
	end_event(&e, NACRE_EVENT_CHANNEL_CLOSED);
	/* Our owner has not let go: our number is still taken, the peer's is not. */
	assert_int_not_equal(end_open(&e, 3, 1, 1), ch);
	end_free(&e);
}

static void
the_peers_close_is_answered_once_and_what_came_can_be_read(void **state)
{
	struct end e;
	uint32_t ch;
	size_t n;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	ch = end_open(&e, 3, 0, 1);
	assert_int_equal(end_data(&e, ch, "last words", 10), 0);
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, "unsent", 6), 6);
	end_event(&e, NACRE_EVENT_CHANNEL_DATA);
	assert_int_equal(put_close(&e, ch), 0);
	take_close(&e, 3);
	end_event(&e, NACRE_EVENT_CHANNEL_CLOSED);
	assert_true(mux_flushed(e.mux, ch));
	assert_null(mux_write_space(e.mux, ch, NACRE_STDOUT, &n));
	assert_int_equal(mux_eof(e.mux, ch), 0);
	assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("x"), SLICE_NONE, NULL), NACRE_E_CHANNEL_CLOSED);
	assert_int_equal(mux_peek(e.mux, ch, NACRE_STDOUT).n, 10);
	assert_int_equal(end_consume_all(&e, ch, NACRE_STDOUT), 0);
	assert_int_equal(mux_close(e.mux, ch), 0);
	assert_int_equal(mux_close(e.mux, ch), NACRE_E_MISUSE);
	assert_true(end_is_silent(&e));
	assert_int_equal(open_one(&e), ch);
	end_free(&e);
}

static void
our_close_is_sent_once_and_the_number_waits_for_the_peers(void **state)
{
	struct end e;
	uint32_t ch;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	ch = end_open(&e, 3, 1, 1);
	assert_int_equal(mux_close(e.mux, ch), 0);
	take_close(&e, 3);
	assert_int_equal(mux_close(e.mux, ch), NACRE_E_MISUSE);
	assert_int_not_equal(end_open(&e, 4, 1, 1), ch);
	assert_int_equal(put_close(&e, ch), 0);
	assert_true(end_is_silent(&e));
	assert_true(end_is_quiet(&e));
	assert_int_equal(open_one(&e), ch);
	/* Now the number is another channel's: a second CLOSE is not ignored. */
	assert_int_equal(put_close(&e, ch), NACRE_E_ORDER);
	end_free(&e);
}

static void
closes_may_cross(void **state)
{
	struct end a, b;
	uint32_t at_a, at_b;

	(void)state;
	end_init(&a, NACRE_CLIENT, 0, 0, 0);
	end_init(&b, NACRE_SERVER, 0, 0, 0);
	end_open_pair(&a, &b, &at_a, &at_b);
	assert_int_equal(mux_close(a.mux, at_a), 0);
	assert_int_equal(mux_close(b.mux, at_b), 0);
	end_carry_all(&a, &b);
	assert_int_equal(open_one(&a), at_a);
	assert_true(end_is_quiet(&a) && end_is_quiet(&b));
	end_free(&a);
	end_free(&b);
}

/* CVE-2026-59850: everything that may follow a CLOSE is ignored for as long as the number is known, and a failure
 * later. */
static void
what_follows_the_peers_close_is_ignored_until_the_number_is_free(void **state)
{
	static const enum msg_id ids[] = {MSG_channel_data, MSG_channel_extended_data, MSG_channel_eof,
	    MSG_channel_close, MSG_channel_request, MSG_channel_window_adjust};
	union msg_any msg;
	struct end e;
	uint32_t ch;
	size_t i;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	ch = end_open(&e, 3, 1, 1);
	assert_int_equal(put_close(&e, ch), 0);
	take_close(&e, 3);
	end_event(&e, NACRE_EVENT_CHANNEL_CLOSED);
	memset(&msg, 0, sizeof(msg));
	msg.channel_eof.recipient = ch;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_int_equal(end_put(&e, ids[i], &msg), 0);
	assert_true(end_is_quiet(&e));
	assert_true(end_is_silent(&e));
	assert_int_equal(mux_close(e.mux, ch), 0);
	assert_int_equal(end_put(&e, MSG_channel_data, &msg), NACRE_E_PROTOCOL);
	end_free(&e);
}

static void
data_for_a_channel_that_we_closed_is_counted_and_dropped(void **state)
{
	static uint8_t block[1000];
	struct end e;
	uint32_t ch;
	size_t before;

	(void)state;
	end_init(&e, NACRE_CLIENT, 1000, 1000, 0);
	ch = end_open(&e, 3, 1, 1);
	before = e.te.live_bytes;
	assert_int_equal(mux_close(e.mux, ch), 0);
	take_close(&e, 3);
	assert_int_equal(end_data(&e, ch, block, 1000), 0);
	assert_true(end_is_silent(&e));
	assert_true(end_is_quiet(&e));
	assert_int_equal(e.te.live_bytes, before);
	assert_int_equal(end_data(&e, ch, block, 1), NACRE_E_PROTOCOL);
	end_free(&e);
}

static void
a_channel_that_is_closed_with_staged_bytes_keeps_the_peer_going(void **state)
{
	static uint8_t block[1000];
	struct end e;
	struct msg_channel_window_adjust adjust = {.bytes = 6};
	struct msg_channel_data data;
	int i;

	(void)state;
	end_init(&e, NACRE_CLIENT, 1000, 1000, 0);
	adjust.recipient = end_open(&e, 3, 0, 1000);
	assert_int_equal(end_write(&e, adjust.recipient, NACRE_STDOUT, "unsent", 6), 6);
	assert_int_equal(end_data(&e, adjust.recipient, block, 1000), 0);
	assert_int_equal(mux_close(e.mux, adjust.recipient), 0);
	for (i = 0; i < 10; i++) {
		struct msg_channel_window_adjust credit;

		end_take(&e, MSG_channel_window_adjust, &credit);
		assert_int_equal(credit.bytes, 1000);
		assert_int_equal(end_data(&e, adjust.recipient, block, 1000), 0);
	}
	end_hush(&e);
	assert_int_equal(end_put(&e, MSG_channel_window_adjust, &adjust), 0);
	end_take(&e, MSG_channel_data, &data);
	assert_memory_equal(data.data.p, "unsent", 6);
	take_close(&e, 3);
	end_free(&e);
}

static void
a_channel_closed_while_opening_is_closed_on_confirmation(void **state)
{
	struct end e;
	struct msg_channel_open_failure no = {.reason = 1};
	uint32_t ch;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	ch = open_one(&e);
	assert_int_equal(mux_close(e.mux, ch), 0);
	assert_int_equal(mux_close(e.mux, ch), NACRE_E_MISUSE);
	assert_true(end_is_silent(&e));
	assert_int_equal(put_confirmation(&e, ch, 5, 1, 1), 0);
	take_close(&e, 5);
	assert_int_equal(put_close(&e, ch), 0);
	assert_true(end_is_quiet(&e));

	/* And where the peer refuses, nothing is left of it. */
	no.recipient = open_one(&e);
	assert_int_equal(no.recipient, ch);
	assert_int_equal(mux_close(e.mux, ch), 0);
	assert_int_equal(end_put(&e, MSG_channel_open_failure, &no), 0);
	assert_true(end_is_quiet(&e));
	assert_int_equal(open_one(&e), ch);
	end_free(&e);
}

static void
calls_in_the_wrong_state_are_misuse_and_change_nothing(void **state)
{
	struct end e;
	uint32_t ch, asked;
	uint64_t operation;
	size_t n;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	ch = open_one(&e);
	assert_int_equal(put_open(&e, 9, 1, 1), 0);
	asked = end_event(&e, NACRE_EVENT_CHANNEL_OPEN)->event.channel;
	assert_int_equal(mux_close(e.mux, asked), NACRE_E_MISUSE);
	assert_int_equal(mux_eof(e.mux, ch), NACRE_E_MISUSE);
	assert_int_equal(mux_eof(e.mux, asked), NACRE_E_MISUSE);
	assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("shell"), SLICE_NONE, &operation), NACRE_E_MISUSE);
	assert_int_equal(operation, 0);
	assert_null(mux_write_space(e.mux, ch, NACRE_STDOUT, &n));
	assert_int_equal(mux_close(e.mux, 1000), NACRE_E_MISUSE);
	assert_true(end_is_silent(&e));
	assert_int_equal(e.failure.code, 0);
	assert_int_equal(put_confirmation(&e, ch, 2, 1, 1), 0);
	end_event(&e, NACRE_EVENT_CHANNEL_OPENED);
	assert_int_equal(mux_eof(e.mux, ch), 0);
	end_free(&e);
}

static void
the_limit_of_channels_holds_for_either_side(void **state)
{
	struct end e;
	struct msg_channel_open_failure no;
	uint32_t ch;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 3);
	ch = end_open(&e, 1, 1, 1);
	(void)open_one(&e);
	assert_int_equal(put_open(&e, 9, 1, 1), 0);
	end_event(&e, NACRE_EVENT_CHANNEL_OPEN);
	assert_int_equal(mux_open(e.mux, SLICE_LIT("session"), SLICE_NONE, &(uint32_t){0}), NACRE_E_LIMIT);
	assert_int_equal(put_open(&e, 10, 1, 1), 0);
	end_take(&e, MSG_channel_open_failure, &no);
	assert_int_equal(no.recipient, 10);
	assert_int_equal(no.reason, 4);
	assert_true(end_is_quiet(&e));
	/* Room for one more after a close of both sides. */
	assert_int_equal(put_close(&e, ch), 0);
	assert_int_equal(mux_close(e.mux, ch), 0);
	take_close(&e, 1);
	(void)open_one(&e);
	end_free(&e);
}

static char moves[1024];

static void
note_move(void *ctx, const struct nacre_trace *line)
{
	(void)ctx;
	assert_int_equal(line->kind, NACRE_TRACE_STATE);
	assert_string_equal(line->name, "channel");
	strncat(moves, line->text, sizeof(moves) - strlen(moves) - 1);
	strncat(moves, "\n", sizeof(moves) - strlen(moves) - 1);
}

static void
every_move_is_traced(void **state)
{
	struct end e;
	struct msg_channel_eof eof = {0};

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	e.te.env.trace = note_move;
	eof.recipient = end_open(&e, 3, 0, 1);
	assert_int_equal(end_write(&e, eof.recipient, NACRE_STDOUT, "x", 1), 1);
	assert_int_equal(mux_eof(e.mux, eof.recipient), 0);
	assert_int_equal(end_put(&e, MSG_channel_eof, &eof), 0);
	assert_int_equal(put_close(&e, eof.recipient), 0);
	assert_int_equal(mux_close(e.mux, eof.recipient), 0);
	assert_string_equal(moves, "channel=0 life: opening -> open\n"
				   "channel=0 tx: open -> eof due\n"
				   "channel=0 rx: open -> eof\n"
				   "channel=0 rx: eof -> closed\n"
				   "channel=0 tx: eof due -> closed\n"
				   "channel=0 owner: holds -> gone\n");
	end_free(&e);
}

static void
arguments_that_fit_no_packet_are_refused(void **state)
{
	static uint8_t big[32001];
	struct end e;
	uint32_t ch;

	(void)state;
	end_init(&e, NACRE_CLIENT, 0, 0, 0);
	assert_int_equal(mux_open(e.mux, SLICE_NONE, SLICE_NONE, &ch), NACRE_E_ARGUMENT);
	assert_int_equal(mux_open(e.mux, slice_of(big, 256), SLICE_NONE, &ch), NACRE_E_ARGUMENT);
	assert_int_equal(mux_open(e.mux, SLICE_LIT("x"), slice_of(big, 32001), &ch), NACRE_E_ARGUMENT);
	assert_int_equal(mux_global_request(e.mux, SLICE_NONE, SLICE_NONE, NULL), NACRE_E_ARGUMENT);
	assert_true(end_is_silent(&e));
	assert_int_equal(mux_open(e.mux, slice_of(big, 255), slice_of(big, 32000), &ch), 0);
	end_free(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_open_says_type_window_and_packet_size),
	    cmocka_unit_test(a_refused_open_tells_why_and_frees_the_number),
	    cmocka_unit_test(a_peers_open_is_a_question_and_the_answer_leaves),
	    cmocka_unit_test(a_packet_size_of_zero_is_refused_and_a_window_of_zero_is_not),
	    cmocka_unit_test(the_largest_window_and_packet_size_are_taken),
	    cmocka_unit_test(an_answer_to_an_open_channel_is_a_failure),
	    cmocka_unit_test(an_answer_to_the_peers_own_open_is_a_failure),
	    cmocka_unit_test(data_before_the_open_is_answered_is_a_failure),
	    cmocka_unit_test(a_peer_that_uses_one_of_its_numbers_twice_fails),
	    cmocka_unit_test(a_peer_may_use_its_number_again_after_both_closes),
	    cmocka_unit_test(the_peers_close_is_answered_once_and_what_came_can_be_read),
	    cmocka_unit_test(our_close_is_sent_once_and_the_number_waits_for_the_peers),
	    cmocka_unit_test(closes_may_cross),
	    cmocka_unit_test(what_follows_the_peers_close_is_ignored_until_the_number_is_free),
	    cmocka_unit_test(data_for_a_channel_that_we_closed_is_counted_and_dropped),
	    cmocka_unit_test(a_channel_that_is_closed_with_staged_bytes_keeps_the_peer_going),
	    cmocka_unit_test(a_channel_closed_while_opening_is_closed_on_confirmation),
	    cmocka_unit_test(calls_in_the_wrong_state_are_misuse_and_change_nothing),
	    cmocka_unit_test(the_limit_of_channels_holds_for_either_side),
	    cmocka_unit_test(every_move_is_traced),
	    cmocka_unit_test(arguments_that_fit_no_packet_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
