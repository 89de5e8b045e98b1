/* Requests of channels and of the connection, both ways: replies keep the order of the requests, what nobody asked for
 * is ignored, a command's end reaches the caller whole (RFC 4254 4, 5.4, 6.10). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "end.h"

static uint32_t
start(struct end *e, enum nacre_role role)
{
	end_init(e, role, 0, 0, 0);
	return end_open(e, 70, 1000000, 32768);
}

static int
put_request(struct end *e, uint32_t ch, const char *name, bool want_reply, struct slice tail)
{
	struct msg_channel_request msg = {
	    .recipient = ch, .request = slice_str(name), .want_reply = want_reply, .tail = tail};

	return end_put(e, MSG_channel_request, &msg);
}

static int
put_exit_status(struct end *e, uint32_t ch, bool want_reply, uint32_t status)
{
	uint8_t tail[4];

	put_be32(tail, status);
	return put_request(e, ch, "exit-status", want_reply, slice_of(tail, 4));
}

static int
put_exit_signal(struct end *e, uint32_t ch, struct slice name, bool core, struct slice message)
{
	struct msg_channel_request_exit_signal msg = {.name = name, .core_dumped = core, .message = message};
	struct buf tail;
	int r;

	buf_init(&tail, &e->te.env, 4096);
	msg_put(&tail, MSG_channel_request_exit_signal, &msg);
	r = put_request(e, ch, "exit-signal", false, buf_slice(&tail));
	buf_free(&tail);
	return r;
}

static int
put_global(struct end *e, const char *name, bool want_reply)
{
	struct msg_global_request msg = {.request = slice_str(name), .want_reply = want_reply, .tail = SLICE_LIT("t")};

	return end_put(e, MSG_global_request, &msg);
}

static uint64_t
take_question(struct end *e, enum nacre_event_type type)
{
	uint64_t token = end_event(e, type)->event.token;

	assert_int_not_equal(token, 0);
	return token;
}

static void
take_success(struct end *e)
{
	struct msg_channel_success msg;

	end_take(e, MSG_channel_success, &msg);
	assert_int_equal(msg.recipient, 70);
}

static void
take_failure(struct end *e)
{
	struct msg_channel_failure msg;

	end_take(e, MSG_channel_failure, &msg);
	assert_int_equal(msg.recipient, 70);
}

static void
a_request_carries_its_name_and_payload(void **state)
{
	struct end e;
	struct msg_channel_request msg;
	uint32_t ch = start(&e, NACRE_CLIENT);
	uint64_t operation;

	(void)state;
	assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("shell"), SLICE_NONE, NULL), 0);
	end_take(&e, MSG_channel_request, &msg);
	assert_true(slice_is(msg.request, "shell") && !msg.want_reply && msg.tail.n == 0);
	assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("x@y"), SLICE_LIT("tail"), &operation), 0);
	end_take(&e, MSG_channel_request, &msg);
	assert_true(slice_is(msg.request, "x@y") && msg.want_reply && slice_is(msg.tail, "tail"));
	assert_int_equal(msg.recipient, 70);
	assert_int_not_equal(operation, 0);
	end_free(&e);
}

static void
replies_answer_our_requests_in_order(void **state)
{
	struct end e;
	uint32_t ch = start(&e, NACRE_CLIENT), other = end_open(&e, 71, 1, 1);
	struct msg_channel_success yes = {.recipient = ch};
	struct msg_channel_failure no = {.recipient = ch};
	uint64_t operations[3], elsewhere;
	const struct end_event *ev;

	(void)state;
	assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("a"), SLICE_NONE, &operations[0]), 0);
	assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("b"), SLICE_NONE, NULL), 0);
	assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("c"), SLICE_NONE, &operations[1]), 0);
	assert_int_equal(mux_request(e.mux, other, SLICE_LIT("d"), SLICE_NONE, &elsewhere), 0);
	assert_int_not_equal(operations[0], operations[1]);
	assert_int_not_equal(operations[0], elsewhere);
	assert_int_equal(end_put(&e, MSG_channel_success, &yes), 0);
	assert_int_equal(end_put(&e, MSG_channel_failure, &no), 0);
	ev = end_event(&e, NACRE_EVENT_CHANNEL_REPLY);
	assert_true(ev->event.ok && ev->event.operation == operations[0] && ev->event.channel == ch);
	ev = end_event(&e, NACRE_EVENT_CHANNEL_REPLY);
	assert_true(!ev->event.ok && ev->event.operation == operations[1]);
	assert_true(end_is_quiet(&e));
	end_free(&e);
}

static void
the_sixty_fifth_unanswered_request_waits(void **state)
{
	struct end e;
	uint32_t ch = start(&e, NACRE_CLIENT);
	struct msg_channel_success yes = {.recipient = ch};
	struct msg_request_failure no = {0};
	uint64_t operation;
	int i;

	(void)state;
	for (i = 0; i < 64; i++) {
		assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("x"), SLICE_NONE, &operation), 0);
		assert_int_equal(mux_global_request(e.mux, SLICE_LIT("x"), SLICE_NONE, &operation), 0);
	}
	end_hush(&e);
	assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("x"), SLICE_NONE, &operation), NACRE_E_AGAIN);
	assert_int_equal(mux_global_request(e.mux, SLICE_LIT("x"), SLICE_NONE, &operation), NACRE_E_AGAIN);
	assert_true(end_is_silent(&e));
	assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("x"), SLICE_NONE, NULL), 0);
	assert_int_equal(end_put(&e, MSG_channel_success, &yes), 0);
	assert_int_equal(end_put(&e, MSG_request_failure, &no), 0);
	assert_int_equal(mux_request(e.mux, ch, SLICE_LIT("x"), SLICE_NONE, &operation), 0);
	assert_int_equal(mux_global_request(e.mux, SLICE_LIT("x"), SLICE_NONE, &operation), 0);
	end_free(&e);
}

/* CVE-2026-39830: a storm of replies that nobody asked for changes nothing, and the next real one is still matched. */
static void
stray_replies_are_ignored(void **state)
{
	static const enum msg_id ids[] = {
	    MSG_request_success, MSG_request_failure, MSG_channel_success, MSG_channel_failure};
	struct end e;
	union msg_any msg;
	uint32_t ch = start(&e, NACRE_CLIENT);
	uint64_t operation;
	size_t live = e.te.live_bytes, i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		memset(&msg, 0, sizeof(msg));
		if (i % 4 > 1)
			msg.channel_success.recipient = i % 8 > 3 ? ch : 12345;
		assert_int_equal(end_put(&e, ids[i % 4], &msg), 0);
	}
	assert_true(end_is_quiet(&e) && end_is_silent(&e));
	assert_int_equal(e.te.live_bytes, live);
	assert_int_equal(mux_global_request(e.mux, SLICE_LIT("x"), SLICE_NONE, &operation), 0);
	assert_int_equal(end_put_bytes(&e, "\x51ok", 3), 0);
	assert_int_equal(end_event(&e, NACRE_EVENT_GLOBAL_REPLY)->event.operation, operation);
	end_free(&e);
}

static void
replies_to_the_peer_keep_the_order_of_its_requests(void **state)
{
	struct end e;
	uint32_t ch = start(&e, NACRE_SERVER);
	uint64_t tokens[3];
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(put_request(&e, ch, "env", true, SLICE_LIT("p")), 0);
		tokens[i] = take_question(&e, NACRE_EVENT_CHANNEL_REQUEST);
	}
	assert_int_equal(mux_answer_request(e.mux, tokens[2], true), 0);
	assert_int_equal(mux_answer_request(e.mux, tokens[1], false), 0);
	assert_true(end_is_silent(&e));
	assert_int_equal(mux_answer_request(e.mux, tokens[1], true), NACRE_E_MISUSE);
	assert_int_equal(mux_answer_request(e.mux, tokens[0], true), 0);
	take_success(&e);
	take_failure(&e);
	take_success(&e);
	assert_true(end_is_silent(&e));
	assert_int_equal(mux_answer_request(e.mux, tokens[0], true), NACRE_E_MISUSE);
	assert_int_equal(mux_answer_request(e.mux, 0, true), NACRE_E_MISUSE);
	end_free(&e);
}

static void
a_request_without_reply_is_a_notice(void **state)
{
	struct end e;
	uint32_t ch = start(&e, NACRE_SERVER);
	const struct end_event *ev;

	(void)state;
	assert_int_equal(put_request(&e, ch, "eow@openssh.com", false, SLICE_LIT("pay")), 0);
	ev = end_event(&e, NACRE_EVENT_CHANNEL_REQUEST);
	assert_int_equal(ev->event.token, 0);
	assert_memory_equal(ev->name, "eow@openssh.com", 15);
	assert_memory_equal(ev->data, "pay", 3);
	assert_int_equal(put_global(&e, "no-more-sessions@openssh.com", false), 0);
	assert_int_equal(end_event(&e, NACRE_EVENT_GLOBAL_REQUEST)->event.token, 0);
	assert_true(end_is_silent(&e));
	end_free(&e);
}

static void
requests_beyond_the_queue_are_refused_in_their_turn(void **state)
{
	static struct end e;
	uint32_t ch = start(&e, NACRE_SERVER);
	uint64_t first = 0;
	size_t live = 0;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		assert_int_equal(put_request(&e, ch, "x", true, SLICE_NONE), 0);
		if (i == 0) {
			first = take_question(&e, NACRE_EVENT_CHANNEL_REQUEST);
			live = e.te.live_bytes;
		}
	}
	assert_true(end_is_silent(&e));
	assert_int_equal(e.te.live_bytes, live);
	assert_int_equal(e.event_to - e.event_from, 63);
	for (i = 63; i > 0; i--)
		assert_int_equal(mux_answer_request(e.mux, first + (uint64_t)i, true), 0);
	e.room = 0;
	assert_int_equal(mux_answer_request(e.mux, first, true), 0);
	for (i = 0; i < 64; i++)
		take_success(&e);
	/* The rest are refusals; they wait for room, and so does whatever is asked behind them. */
	assert_true(end_is_silent(&e));
	end_forget_events(&e);
	assert_int_equal(put_request(&e, ch, "x", true, SLICE_NONE), 0);
	assert_true(end_is_quiet(&e));
	e.room = SIZE_MAX;
	assert_int_equal(mux_flush(e.mux), 0);
	for (i = 64; i < 100001; i++)
		take_failure(&e);
	assert_true(end_is_silent(&e));
	assert_int_equal(put_request(&e, ch, "x", true, SLICE_NONE), 0);
	take_question(&e, NACRE_EVENT_CHANNEL_REQUEST);
	end_free(&e);
}

static void
global_replies_keep_their_order_and_their_data(void **state)
{
	struct end e;
	struct msg_request_success yes;
	struct msg_request_failure no;
	uint64_t tokens[3];
	int i;

	(void)state;
	(void)start(&e, NACRE_SERVER);
	for (i = 0; i < 3; i++) {
		assert_int_equal(put_global(&e, "tcpip-forward", true), 0);
		tokens[i] = take_question(&e, NACRE_EVENT_GLOBAL_REQUEST);
	}
	assert_int_equal(mux_answer_global(e.mux, tokens[2], true, SLICE_LIT("late")), 0);
	assert_int_equal(mux_answer_global(e.mux, tokens[1], false, SLICE_LIT("unused")), 0);
	assert_true(end_is_silent(&e));
	assert_int_equal(mux_answer_global(e.mux, tokens[0], true, SLICE_NONE), 0);
	end_take(&e, MSG_request_success, &yes);
	assert_int_equal(yes.data.n, 0);
	end_take(&e, MSG_request_failure, &no);
	end_take(&e, MSG_request_success, &yes);
	assert_true(slice_is(yes.data, "late"));
	assert_int_equal(mux_answer_global(e.mux, tokens[2], true, SLICE_NONE), NACRE_E_MISUSE);
	end_free(&e);
}

static void
global_requests_beyond_the_queue_are_refused_in_their_turn(void **state)
{
	struct end e;
	struct msg_request_success yes;
	struct msg_request_failure no;
	uint64_t first;
	int i;

	(void)state;
	(void)start(&e, NACRE_SERVER);
	for (i = 0; i < 70; i++)
		assert_int_equal(put_global(&e, "x", true), 0);
	first = take_question(&e, NACRE_EVENT_GLOBAL_REQUEST);
	for (i = 63; i >= 0; i--)
		assert_int_equal(mux_answer_global(e.mux, first + (uint64_t)i, true, SLICE_NONE), 0);
	for (i = 0; i < 64; i++)
		end_take(&e, MSG_request_success, &yes);
	for (i = 64; i < 70; i++)
		end_take(&e, MSG_request_failure, &no);
	assert_true(end_is_silent(&e));
	end_free(&e);
}

static void
an_exit_status_is_told_once_even_after_eof(void **state)
{
	struct end e;
	uint32_t ch = start(&e, NACRE_CLIENT);
	struct msg_channel_eof eof = {.recipient = ch};
	const struct end_event *ev;
	size_t live;
	int i;

	(void)state;
	assert_int_equal(end_put(&e, MSG_channel_eof, &eof), 0);
	end_event(&e, NACRE_EVENT_CHANNEL_EOF);
	assert_int_equal(put_exit_status(&e, ch, false, 7), 0);
	ev = end_event(&e, NACRE_EVENT_CHANNEL_EXIT);
	assert_int_equal(ev->event.channel, ch);
	assert_int_equal(ev->exit.kind, NACRE_EXIT_STATUS);
	assert_int_equal(ev->exit.status, 7);
	live = e.te.live_bytes;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(put_exit_status(&e, ch, false, 8), 0);
		assert_int_equal(put_exit_signal(&e, ch, SLICE_LIT("HUP"), false, SLICE_LIT("")), 0);
	}
	assert_true(end_is_quiet(&e) && end_is_silent(&e));
	assert_int_equal(e.te.live_bytes, live);
	end_free(&e);
}

static void
an_exit_signal_is_told_with_core_and_message(void **state)
{
	struct end e;
	uint32_t ch = start(&e, NACRE_CLIENT);
	const struct end_event *ev;

	(void)state;
	assert_int_equal(put_exit_signal(&e, ch, SLICE_LIT("SEGV"), true, SLICE_LIT("ouch\x1b[2J")), 0);
	ev = end_event(&e, NACRE_EVENT_CHANNEL_EXIT);
	assert_int_equal(ev->exit.kind, NACRE_EXIT_SIGNAL);
	assert_string_equal(ev->exit.signal, "SEGV");
	assert_true(ev->exit.core_dumped);
	assert_string_equal(ev->exit.message, "ouch\\x1b[2J");
	end_free(&e);
}

static void
a_long_exit_signal_is_cut_to_its_place(void **state)
{
	static uint8_t name[200], message[3000];
	struct end e;
	uint32_t ch = start(&e, NACRE_CLIENT);
	const struct end_event *ev;

	(void)state;
	memset(name, 'N', sizeof(name));
	memset(message, 'm', sizeof(message));
	assert_int_equal(
	    put_exit_signal(&e, ch, slice_of(name, sizeof(name)), false, slice_of(message, sizeof(message))), 0);
	ev = end_event(&e, NACRE_EVENT_CHANNEL_EXIT);
	assert_int_equal(strlen(ev->exit.signal), sizeof(ev->exit.signal) - 1);
	assert_int_equal(strlen(ev->exit.message), sizeof(ev->exit.message) - 1);
	end_free(&e);
}

static void
an_exit_status_that_wants_a_reply_gets_it_in_order(void **state)
{
	struct end e;
	uint32_t ch = start(&e, NACRE_CLIENT);
	uint64_t token;

	(void)state;
	assert_int_equal(put_request(&e, ch, "x@y", true, SLICE_NONE), 0);
	token = take_question(&e, NACRE_EVENT_CHANNEL_REQUEST);
	assert_int_equal(put_exit_status(&e, ch, true, 0), 0);
	end_event(&e, NACRE_EVENT_CHANNEL_EXIT);
	assert_true(end_is_silent(&e));
	assert_int_equal(mux_answer_request(e.mux, token, false), 0);
	take_failure(&e);
	take_success(&e);
	end_free(&e);
}

static void
a_sign_of_life_is_given_in_its_turn_and_bothers_nobody(void **state)
{
	static const char *const probes[] = {"keepalive@openssh.com", "winadj@putty.projects.tartarus.org"};
	struct msg_request_failure no;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct end e;
		uint32_t ch = start(&e, NACRE_CLIENT);
		uint64_t token;

		assert_int_equal(put_request(&e, ch, "x@y", true, SLICE_NONE), 0);
		token = take_question(&e, NACRE_EVENT_CHANNEL_REQUEST);
		assert_int_equal(put_request(&e, ch, probes[i], true, SLICE_NONE), 0);
		assert_int_equal(put_request(&e, ch, probes[i], false, SLICE_NONE), 0);
		assert_int_equal(put_global(&e, probes[i], true), 0);
		assert_int_equal(put_global(&e, probes[i], false), 0);
		assert_true(end_is_quiet(&e));
		end_take(&e, MSG_request_failure, &no);
		assert_true(end_is_silent(&e));
		assert_int_equal(mux_answer_request(e.mux, token, true), 0);
		take_success(&e);
		take_failure(&e);
		assert_true(end_is_silent(&e));
		end_free(&e);
	}
}

/* CVE-2019-3857: an end that is cut short is an error, not a zero. */
static void
a_malformed_exit_is_a_failure(void **state)
{
	static const struct {
		const char *name;
		const char *tail;
		size_t n;
		int result;
	} rows[] = {
	    {"exit-status", "\0\0\0\1", 4, 0},
	    {"exit-status", "", 0, NACRE_E_FORMAT},
	    {"exit-status", "\0\0\0", 3, NACRE_E_FORMAT},
	    {"exit-status", "\0\0\0\1\0", 5, NACRE_E_FORMAT},
	    {"exit-signal", "\0\0\0\2XY\0\0\0\0\0\0\0\0\0", 15, 0},
	    {"exit-signal", "\0\0\0\2XY\0", 7, 0}, /* peers are known to leave the texts out */
	    {"exit-signal", "\0\0\0\2XY\0\0\0\0\1", 11, NACRE_E_FORMAT},
	    {"exit-signal", "\0\0\0\2XY", 6, NACRE_E_FORMAT},
	    {"exit-signal", "\xff\xff\xff\xffXY\0", 7, NACRE_E_FORMAT},
	    {"exit-signal", "", 0, NACRE_E_FORMAT},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct end e;
		uint32_t ch = start(&e, NACRE_CLIENT);

		assert_int_equal(
		    put_request(&e, ch, rows[i].name, false, slice_of(rows[i].tail, rows[i].n)), rows[i].result);
		assert_int_equal(e.failure.code, rows[i].result);
		end_free(&e);
	}
}

static void
a_client_cannot_tell_a_server_how_a_command_ended(void **state)
{
	struct end e;
	uint32_t ch = start(&e, NACRE_SERVER);

	(void)state;
	assert_int_equal(put_exit_status(&e, ch, true, 3), 0);
	assert_int_equal(mux_answer_request(e.mux, take_question(&e, NACRE_EVENT_CHANNEL_REQUEST), false), 0);
	take_failure(&e);
	end_free(&e);
}

static void
a_close_refuses_what_was_not_answered(void **state)
{
	struct end e;
	struct msg_channel_close close;
	uint32_t ch = start(&e, NACRE_SERVER);
	uint64_t token;

	(void)state;
	assert_int_equal(put_request(&e, ch, "exec", true, SLICE_NONE), 0);
	token = take_question(&e, NACRE_EVENT_CHANNEL_REQUEST);
	assert_int_equal(mux_close(e.mux, ch), 0);
	take_failure(&e);
	end_take(&e, MSG_channel_close, &close);
	assert_int_equal(mux_answer_request(e.mux, token, true), NACRE_E_MISUSE);
	assert_int_equal(put_request(&e, ch, "exec", true, SLICE_NONE), 0);
	assert_true(end_is_silent(&e) && end_is_quiet(&e));
	end_free(&e);
}

static void
an_answer_after_the_peers_close_says_nothing(void **state)
{
	struct end e;
	uint32_t ch = start(&e, NACRE_SERVER);
	struct msg_channel_close close = {.recipient = ch};
	uint64_t token;

	(void)state;
	assert_int_equal(put_request(&e, ch, "exec", true, SLICE_NONE), 0);
	token = take_question(&e, NACRE_EVENT_CHANNEL_REQUEST);
	assert_int_equal(end_put(&e, MSG_channel_close, &close), 0);
	end_take(&e, MSG_channel_close, &close);
	assert_int_equal(mux_answer_request(e.mux, token, true), 0);
	assert_true(end_is_silent(&e));
	end_free(&e);
}

static void
requests_behind_a_close_of_ours_that_waits_are_refused(void **state)
{
	struct end e;
	uint32_t ch;

	(void)state;
	end_init(&e, NACRE_SERVER, 0, 0, 0);
	ch = end_open(&e, 70, 0, 1000);
	assert_int_equal(end_write(&e, ch, NACRE_STDOUT, "staged", 6), 6);
	assert_int_equal(mux_close(e.mux, ch), 0);
	assert_int_equal(put_request(&e, ch, "exec", true, SLICE_NONE), 0);
	take_failure(&e);
	assert_int_equal(put_request(&e, ch, "exec", false, SLICE_NONE), 0);
	assert_true(end_is_quiet(&e) && end_is_silent(&e));
	end_free(&e);
}

static void
parse(const char *name, struct slice tail, struct nacre_request *out, int result)
{
	struct nacre_event event = {
	    .type = NACRE_EVENT_CHANNEL_REQUEST, .name = bytes_of(slice_str(name)), .data = bytes_of(tail)};

	assert_int_equal(nacre_request_parse(&event, out), result);
}

static bool
bytes_are(struct nacre_bytes b, const char *s)
{
	return slice_is(slice_of_bytes(b), s);
}

static void
the_usual_requests_are_parsed(void **state)
{
	static const char pty[] = "\0\0\0\5xterm\0\0\0\120\0\0\0\30\0\0\2\200\0\0\1\340\0\0\0\1";
	struct nacre_request out;

	(void)state;
	parse("pty-req", slice_of(pty, sizeof(pty)), &out, 0);
	assert_int_equal(out.kind, NACRE_REQUEST_PTY);
	assert_true(bytes_are(out.name, "xterm") && out.value.n == 1 && out.value.p[0] == 0);
	assert_true(out.columns == 80 && out.rows == 24 && out.width_px == 640 && out.height_px == 480);
	parse("env", SLICE_LIT("\0\0\0\1K\0\0\0\2VV"), &out, 0);
	assert_true(out.kind == NACRE_REQUEST_ENV && bytes_are(out.name, "K") && bytes_are(out.value, "VV"));
	parse("exec", SLICE_LIT("\0\0\0\2ls"), &out, 0);
	assert_true(out.kind == NACRE_REQUEST_EXEC && bytes_are(out.value, "ls"));
	parse("subsystem", SLICE_LIT("\0\0\0\4sftp"), &out, 0);
	assert_true(out.kind == NACRE_REQUEST_SUBSYSTEM && bytes_are(out.name, "sftp"));
	parse("signal", SLICE_LIT("\0\0\0\4TERM"), &out, 0);
	assert_true(out.kind == NACRE_REQUEST_SIGNAL && bytes_are(out.name, "TERM"));
	parse("window-change", SLICE_LIT("\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4"), &out, 0);
	assert_true(out.kind == NACRE_REQUEST_WINDOW_CHANGE && out.columns == 1 && out.rows == 2);
	assert_true(out.width_px == 3 && out.height_px == 4);
	parse("shell", SLICE_NONE, &out, 0);
	assert_int_equal(out.kind, NACRE_REQUEST_SHELL);
	parse("x11-req@nobody", SLICE_LIT("anything"), &out, 0);
	assert_int_equal(out.kind, NACRE_REQUEST_OTHER);
}

static void
requests_cut_short_or_with_more_behind_do_not_parse(void **state)
{
	struct nacre_request out;

	(void)state;
	parse("exec", SLICE_LIT("\0\0\0\3ls"), &out, NACRE_E_FORMAT);
	assert_int_equal(out.kind, NACRE_REQUEST_OTHER);
	parse("exec", SLICE_LIT("\0\0\0\2lsX"), &out, NACRE_E_FORMAT);
	parse("exec", SLICE_NONE, &out, NACRE_E_FORMAT);
	parse("shell", SLICE_LIT("x"), &out, NACRE_E_FORMAT);
	parse("env", SLICE_LIT("\0\0\0\1K"), &out, NACRE_E_FORMAT);
	parse("pty-req", SLICE_LIT("\0\0\0\5xterm\0\0"), &out, NACRE_E_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_carries_its_name_and_payload),
	    cmocka_unit_test(replies_answer_our_requests_in_order),
	    cmocka_unit_test(the_sixty_fifth_unanswered_request_waits),
	    cmocka_unit_test(stray_replies_are_ignored),
	    cmocka_unit_test(replies_to_the_peer_keep_the_order_of_its_requests),
	    cmocka_unit_test(a_request_without_reply_is_a_notice),
	    cmocka_unit_test(requests_beyond_the_queue_are_refused_in_their_turn),
	    cmocka_unit_test(global_replies_keep_their_order_and_their_data),
	    cmocka_unit_test(global_requests_beyond_the_queue_are_refused_in_their_turn),
	    cmocka_unit_test(an_exit_status_is_told_once_even_after_eof),
	    cmocka_unit_test(an_exit_signal_is_told_with_core_and_message),
	    cmocka_unit_test(a_long_exit_signal_is_cut_to_its_place),
	    cmocka_unit_test(an_exit_status_that_wants_a_reply_gets_it_in_order),
	    cmocka_unit_test(a_sign_of_life_is_given_in_its_turn_and_bothers_nobody),
	    cmocka_unit_test(a_malformed_exit_is_a_failure),
	    cmocka_unit_test(a_client_cannot_tell_a_server_how_a_command_ended),
	    cmocka_unit_test(a_close_refuses_what_was_not_answered),
	    cmocka_unit_test(an_answer_after_the_peers_close_says_nothing),
	    cmocka_unit_test(requests_behind_a_close_of_ours_that_waits_are_refused),
	    cmocka_unit_test(the_usual_requests_are_parsed),
	    cmocka_unit_test(requests_cut_short_or_with_more_behind_do_not_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
