/* The client's half of SFTP without a server: bytes in, requests and answers out; every split, every wrong answer.
 * draft-ietf-secsh-filexfer-02 3, 4, 6, 7; OpenSSH PROTOCOL 4.8. */
#include "sftp_client.h"
#include "sftp_list.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define SENT_MAX (1u << 20)

struct desk {
	struct test_env t;
	struct sftp_client s;
	struct buf in; /* what the server says */
	uint8_t sent[4096]; /* what the client said since it was last looked at */
	size_t n_sent;
};

/* What came of one request. */
struct told {
	unsigned times;
	int code;
	uint32_t status, id;
	enum sftp_id kind;
	char text[64];
	uint8_t bytes[512];
	size_t n;
};

static void
on_told(void *ctx, const struct sftp_answer *answer)
{
	struct told *told = ctx;

	told->times++;
	told->code = answer->code;
	told->status = answer->status;
	snprintf(told->text, sizeof(told->text), "%.*s", (int)answer->text.n, (const char *)answer->text.p);
	if (answer->code == 0)
		told->kind = sftp_find(answer->msg->status.number);
}

static void
on_bytes(void *ctx, size_t at, struct slice bytes)
{
	struct told *told = ctx;

	assert_int_equal(at, told->n);
	assert_true(told->n + bytes.n <= sizeof(told->bytes));
	memcpy(told->bytes + told->n, bytes.p, bytes.n);
	told->n += bytes.n;
}

static void
fill_letters(void *ctx, size_t at, uint8_t *p, size_t n)
{
	size_t i;

	(void)ctx;
	for (i = 0; i < n; i++)
		p[i] = (uint8_t)('a' + (at + i) % 26);
}

/* --- the server's side --- */

static void
say(struct desk *d, enum sftp_id id, const void *msg)
{
	sftp_put(&d->in, id, msg);
	assert_int_equal(d->in.bad, 0);
}

static void
say_status(struct desk *d, uint32_t id, uint32_t code, const char *text)
{
	struct sftp_msg_status msg = {.id = id, .code = code, .message = slice_str(text), .language = SLICE_LIT("en")};

	say(d, SFTP_status, &msg);
}

static void
say_data(struct desk *d, uint32_t id, const void *p, size_t n)
{
	struct sftp_msg_data msg = {.id = id, .data = slice_of(p, n)};

	say(d, SFTP_data, &msg);
}

static void
say_version(struct desk *d, uint32_t version, const char *extension, const char *data)
{
	struct sftp_msg_version msg = {.version = version};
	struct buf pairs;

	buf_init(&pairs, &d->t.env, 4096);
	if (extension != NULL)
		sftp_pair_put(&pairs, slice_str(extension), slice_str(data));
	msg.extensions = buf_slice(&pairs);
	say(d, SFTP_version, &msg);
	buf_free(&pairs);
}

/* A reply of any row with the least that it can hold. */
static void
say_any(struct desk *d, enum sftp_id kind, uint32_t id)
{
	static const char name[] = "\0\0\0\1\0\0\0\1f\0\0\0\0\0\0\0\0";
	union sftp_any msg = {.status = {.number = 0}};

	if (kind == SFTP_name)
		msg.name.names = SLICE_LIT(name);
	if (kind == SFTP_attrs)
		msg.attrs.attrs = SLICE_LIT("\0\0\0\0");
	if (kind == SFTP_handle)
		msg.handle.handle = SLICE_LIT("h");
	if (kind == SFTP_data)
		msg.data.data = SLICE_LIT("d");
	if (kind != SFTP_version)
		msg.status.id = id; /* every reply has its id at this place */
	say(d, kind, &msg);
}

/* Hands over what was said, in pieces of `step` bytes. */
static int
hear(struct desk *d, size_t step)
{
	struct slice in = buf_slice(&d->in);
	uint8_t *piece = malloc(step);
	int r = 0;

	assert_non_null(piece);
	while (in.n > 0) {
		size_t n = in.n < step ? in.n : step;

		memcpy(piece, in.p, n); /* reading past a piece is seen */
		r = sftp_client_receive(&d->s, slice_of(piece, n));
		in = slice_from(in, n);
	}
	free(piece);
	buf_reset(&d->in);
	return r;
}

static void
desk_open(struct desk *d)
{
	test_env_init(&d->t, 7);
	buf_init(&d->in, &d->t.env, 16u << 20);
	assert_int_equal(sftp_client_init(&d->s, &d->t.env), 0);
	d->n_sent = 0;
}

static void
desk_take(struct desk *d)
{
	d->n_sent = sftp_client_send(&d->s, d->sent, sizeof(d->sent));
}

static void
desk_ready(struct desk *d)
{
	desk_open(d);
	desk_take(d);
	say_version(d, 3, NULL, NULL);
	assert_int_equal(hear(d, 9999), 0);
	assert_int_equal(d->s.state, SFTP_CLIENT_READY);
}

static void
desk_close(struct desk *d)
{
	sftp_client_free(&d->s);
	buf_free(&d->in);
	assert_int_equal(d->t.live_blocks, 0);
	assert_int_equal(d->t.wrong_sizes, 0);
}

static uint32_t
ask(struct desk *d, enum sftp_id type, const void *msg, struct told *told)
{
	struct sftp_ask a = {
	    .type = type, .msg = msg, .done = on_told, .data = on_bytes, .fill = fill_letters, .ctx = told};
	uint32_t id = 0;

	if (type == SFTP_extended)
		a.ext = SFTP_EXT_fsync;
	assert_int_equal(sftp_client_submit(&d->s, &a, &id), 0);
	return id;
}

static uint32_t
ask_stat(struct desk *d, struct told *told)
{
	struct sftp_msg_stat msg = {.path = SLICE_LIT("pearl")};

	return ask(d, SFTP_stat, &msg, told);
}

static uint32_t
ask_read(struct desk *d, uint32_t n, struct told *told)
{
	struct sftp_msg_read msg = {.handle = SLICE_LIT("h"), .len = n};

	return ask(d, SFTP_read, &msg, told);
}

/* --- the beginning --- */

static void
a_session_begins_with_init_and_is_ready_after_version(void **state)
{
	struct desk d;

	(void)state;
	for (size_t step = 1; step < 40; step++) {
		desk_open(&d);
		desk_take(&d);
		assert_int_equal(d.n_sent, 9);
		assert_memory_equal(d.sent, "\0\0\0\5\1\0\0\0\3", 9);
		say_version(&d, 3, "posix-rename@openssh.com", "1");
		assert_int_equal(hear(&d, step), 0);
		assert_int_equal(d.s.state, SFTP_CLIENT_READY);
		assert_true(sftp_client_can(&d.s, SFTP_EXT_posix_rename));
		assert_false(sftp_client_can(&d.s, SFTP_EXT_statvfs));
		assert_true(d.s.limits_known);
		assert_false(sftp_client_has_output(&d.s));
		desk_close(&d);
	}
}

static void
a_request_before_version_is_misuse(void **state)
{
	struct sftp_msg_stat msg = {.path = SLICE_LIT("pearl")};
	struct sftp_ask a = {.type = SFTP_stat, .msg = &msg};
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(sftp_client_submit(&d.s, &a, NULL), NACRE_E_MISUSE);
	desk_close(&d);
}

static void
another_version_is_refused(void **state)
{
	static const uint32_t versions[] = {0, 1, 2, 4, 6, UINT32_MAX};
	struct desk d;

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		desk_open(&d);
		say_version(&d, versions[i], NULL, NULL);
		assert_int_equal(hear(&d, 5), NACRE_E_UNSUPPORTED);
		assert_non_null(strstr(d.s.failure.text, "version"));
		desk_close(&d);
	}
}

static void
an_extension_in_another_version_is_not_there(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	say_version(&d, 3, "statvfs@openssh.com", "1");
	assert_int_equal(hear(&d, 99), 0);
	assert_false(sftp_client_can(&d.s, SFTP_EXT_statvfs));
	desk_close(&d);

	desk_open(&d);
	say_version(&d, 3, "statvfs@openssh.com", "2");
	assert_int_equal(hear(&d, 99), 0);
	assert_true(sftp_client_can(&d.s, SFTP_EXT_statvfs));
	desk_close(&d);
}

static const struct {
	uint64_t read, write;
	uint32_t want_read, want_write;
} limits[] = {
    {261120, 261120, 261120, 261120}, /* OpenSSH 9.2 */
    {0, 0, 261120, 261120}, /* "no limit" */
    {UINT64_MAX, UINT64_MAX, 261120, 261120},
    {1, 1, 4096, 1}, /* a read may be answered with less, a write may not be larger */
    {100000, 65536, 100000, 65536},
};

static void
limits_are_asked_for_and_clamped(void **state)
{
	struct sftp_ext_limits_reply reply = {.packet_length = 262144, .open_handles = 9};
	struct desk d;
	struct slice data;

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		desk_open(&d);
		desk_take(&d);
		say_version(&d, 3, "limits@openssh.com", "1");
		assert_int_equal(hear(&d, 3), 0);
		assert_int_equal(d.s.limits.read, 32768);
		assert_false(d.s.limits_known);
		desk_take(&d);
		data = slice_of(d.sent, d.n_sent);
		assert_true(slice_ends(data, SLICE_LIT("\0\0\0\22limits@openssh.com")));
		reply.id = get_be32(d.sent + 5);
		reply.read_length = limits[i].read;
		reply.write_length = limits[i].write;
		sftp_extension_put(&d.in, SFTP_EXT_limits_reply, &reply);
		assert_int_equal(hear(&d, 3), 0);
		assert_true(d.s.limits_known);
		assert_int_equal(d.s.limits.read, limits[i].want_read);
		assert_int_equal(d.s.limits.write, limits[i].want_write);
		assert_int_equal(d.s.limits.handles, 9);
		desk_close(&d);
	}
}

static void
limits_that_are_refused_leave_the_usual_sizes(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_take(&d);
	say_version(&d, 3, "limits@openssh.com", "1");
	assert_int_equal(hear(&d, 99), 0);
	desk_take(&d);
	say_status(&d, get_be32(d.sent + 5), SFTP_OP_UNSUPPORTED, "no");
	assert_int_equal(hear(&d, 99), 0);
	assert_true(d.s.limits_known);
	assert_int_equal(d.s.limits.read, 32768);
	assert_int_equal(d.s.limits.write, 32768);
	desk_close(&d);
}

static const struct {
	const char *said, *shown;
} texts[] = {
    {"Welcome to the reef!\n", "began: Welcome to the reef!"},
    {"\r\n\nhi\r\nmore\r\n", "began: hi"},
    {"x", "began: x"},
    {"\tindented\n", "began: "},
    {"\x1b[31mred\n", "began: \\x1b[31mred"},
    {"This account is currently not available.\n\0\0\0\5", "not available."},
};

static void
text_before_sftp_is_shown(void **state)
{
	struct desk d;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (size_t step = 1; step < 30; step++) {
			desk_open(&d);
			buf_put_cstring(&d.in, texts[i].said);
			memmove(d.in.p, d.in.p + 4, d.in.n - 4);
			d.in.n -= 4;
			(void)hear(&d, step);
			sftp_client_end(&d.s, NACRE_E_CHANNEL_CLOSED, "the server closed the channel");
			assert_int_equal(d.s.failure.code, NACRE_E_PROTOCOL);
			assert_non_null(strstr(d.s.failure.text, "the server printed text before SFTP began: "));
			assert_non_null(strstr(d.s.failure.text, texts[i].shown));
			desk_close(&d);
		}
	}
}

static void
an_end_before_version_says_so(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	sftp_client_end(&d.s, NACRE_E_CHANNEL_CLOSED, "the server closed the channel");
	assert_int_equal(d.s.failure.code, NACRE_E_CHANNEL_CLOSED);
	assert_string_equal(d.s.failure.text, "the server closed the channel before SFTP began");
	desk_close(&d);
}

/* --- requests --- */

static const struct {
	enum sftp_id type, want;
} pairs[] = {
    {SFTP_open, SFTP_handle},
    {SFTP_close, SFTP_status},
    {SFTP_read, SFTP_data},
    {SFTP_write, SFTP_status},
    {SFTP_lstat, SFTP_attrs},
    {SFTP_fstat, SFTP_attrs},
    {SFTP_setstat, SFTP_status},
    {SFTP_fsetstat, SFTP_status},
    {SFTP_opendir, SFTP_handle},
    {SFTP_readdir, SFTP_name},
    {SFTP_remove, SFTP_status},
    {SFTP_mkdir, SFTP_status},
    {SFTP_rmdir, SFTP_status},
    {SFTP_realpath, SFTP_name},
    {SFTP_stat, SFTP_attrs},
    {SFTP_rename, SFTP_status},
    {SFTP_readlink, SFTP_name},
    {SFTP_symlink, SFTP_status},
    {SFTP_extended, SFTP_status},
};

#define N_PAIRS (sizeof(pairs) / sizeof(pairs[0]))

static uint32_t
ask_any(struct desk *d, enum sftp_id type, struct told *told)
{
	union sftp_any msg;
	struct sftp_ext_fsync fsync = {.handle = SLICE_LIT("h")};

	memset(&msg, 0, sizeof(msg));
	if (type == SFTP_read)
		msg.read.len = 100;
	if (type == SFTP_open)
		msg.open.attrs = SLICE_LIT("\0\0\0\0");
	if (type == SFTP_setstat)
		msg.setstat.attrs = SLICE_LIT("\0\0\0\0");
	if (type == SFTP_fsetstat)
		msg.fsetstat.attrs = SLICE_LIT("\0\0\0\0");
	if (type == SFTP_mkdir)
		msg.mkdir.attrs = SLICE_LIT("\0\0\0\0");
	return ask(d, type, type == SFTP_extended ? (const void *)&fsync : (const void *)&msg, told);
}

/* Each request goes out whole and is read back by the table; each of its answers comes in at every split. */
static void
each_request_is_answered_at_every_split(void **state)
{
	struct slice out, payload;
	union sftp_any any;
	size_t missing;
	struct desk d;

	(void)state;
	for (size_t i = 0; i < N_PAIRS; i++) {
		for (size_t step = 1; step < 24; step++) {
			struct told told = {.times = 0};
			uint32_t id;

			desk_ready(&d);
			id = ask_any(&d, pairs[i].type, &told);
			desk_take(&d);
			out = slice_of(d.sent, d.n_sent);
			assert_int_equal(sftp_frame_take(&out, &payload, &missing), 1);
			assert_int_equal(out.n, 0);
			assert_int_equal(sftp_parse(pairs[i].type, payload, &any, NULL), 0);
			say_any(&d, pairs[i].want, id);
			assert_int_equal(hear(&d, step), 0);
			assert_int_equal(told.times, 1);
			assert_int_equal(told.code, 0);
			assert_int_equal(d.s.in_flight, 0);
			assert_int_equal(told.n, pairs[i].type == SFTP_read ? 1 : 0);
			desk_close(&d);
		}
	}
}

/* What was asked for is an answer, and so is a STATUS that says no; everything else breaks the protocol. Whatever
 * comes, the callback runs once. */
static void
a_reply_of_every_kind_to_every_request_has_its_verdict(void **state)
{
	struct desk d;

	(void)state;
	for (size_t i = 0; i < N_PAIRS; i++) {
		for (unsigned kind = 0; kind < SFTP_COUNT; kind++) {
			struct told told = {.times = 0};
			uint32_t id;

			desk_ready(&d);
			id = ask_any(&d, pairs[i].type, &told);
			desk_take(&d);
			say_any(&d, (enum sftp_id)kind, id);
			if (kind == pairs[i].want)
				assert_int_equal(hear(&d, 4), 0);
			else
				assert_int_equal(hear(&d, 4), NACRE_E_PROTOCOL);
			assert_int_equal(told.times, 1);
			assert_int_equal(told.code, kind == pairs[i].want ? 0 : NACRE_E_PROTOCOL);
			desk_close(&d);
		}
		for (uint32_t code = 1; code < 12; code++) {
			struct told told = {.times = 0};

			desk_ready(&d);
			uint32_t id = ask_any(&d, pairs[i].type, &told);
			desk_take(&d);
			say_status(&d, id, code, "the tide is out");
			assert_int_equal(hear(&d, 4), 0);
			assert_int_equal(told.code, NACRE_E_SFTP);
			assert_int_equal(told.status, code);
			assert_string_equal(told.text, "the tide is out");
			desk_close(&d);
		}
	}
}

static void
a_status_may_lack_its_texts(void **state)
{
	struct told told = {.times = 0};
	struct desk d;
	uint32_t id;

	(void)state;
	desk_ready(&d);
	id = ask_stat(&d, &told);
	desk_take(&d);
	buf_put_u32(&d.in, 9);
	buf_put_u8(&d.in, 101);
	buf_put_u32(&d.in, id);
	buf_put_u32(&d.in, SFTP_NO_SUCH_FILE);
	assert_int_equal(hear(&d, 2), 0);
	assert_int_equal(told.code, NACRE_E_SFTP);
	assert_int_equal(told.status, SFTP_NO_SUCH_FILE);
	assert_string_equal(told.text, "");
	desk_close(&d);
}

static void
an_answer_to_no_request_breaks_the_protocol(void **state)
{
	struct told told = {.times = 0};
	struct desk d;
	uint32_t id;

	(void)state;
	desk_ready(&d);
	id = ask_stat(&d, &told);
	say_any(&d, SFTP_attrs, id + 1);
	assert_int_equal(hear(&d, 99), NACRE_E_PROTOCOL);
	assert_non_null(strstr(d.s.failure.text, "no request"));
	assert_int_equal(told.times, 1);
	desk_close(&d);

	/* The second reply with the same id, also where the slot has a new user. */
	for (int again = 0; again < 2; again++) {
		struct told first = {.times = 0}, second = {.times = 0};

		desk_ready(&d);
		id = ask_stat(&d, &first);
		say_any(&d, SFTP_attrs, id);
		assert_int_equal(hear(&d, 99), 0);
		if (again)
			assert_int_not_equal(ask_stat(&d, &second), id);
		say_any(&d, SFTP_attrs, id);
		assert_int_equal(hear(&d, 99), NACRE_E_PROTOCOL);
		assert_int_equal(first.times, 1);
		assert_int_equal(second.times, again);
		desk_close(&d);
	}
}

static void
a_malformed_reply_names_its_field(void **state)
{
	struct told told = {.times = 0};
	struct desk d;
	uint32_t id;

	(void)state;
	desk_ready(&d);
	id = ask_stat(&d, &told);
	buf_put_u32(&d.in, 8);
	buf_put_u8(&d.in, 105);
	buf_put_u32(&d.in, id);
	buf_put(&d.in, "\0\0\0", 3);
	assert_int_equal(hear(&d, 99), NACRE_E_FORMAT);
	assert_non_null(strstr(d.s.failure.text, "attrs"));
	assert_int_equal(told.code, NACRE_E_FORMAT);
	desk_close(&d);
}

static void
frames_of_impossible_length_are_refused(void **state)
{
	static const uint32_t lengths[] = {0, SFTP_FRAME_MAX + 1, UINT32_MAX};
	struct desk d;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct told told = {.times = 0};

		desk_ready(&d);
		ask_stat(&d, &told);
		buf_put_u32(&d.in, lengths[i]);
		assert_int_equal(hear(&d, 1), lengths[i] == 0 ? NACRE_E_FORMAT : NACRE_E_LIMIT);
		assert_int_equal(told.times, 1);
		assert_int_equal(told.code, d.s.failure.code);
		desk_close(&d);
	}
}

/* --- READ --- */

static void
data_beyond_what_was_asked_for_is_refused_before_a_byte_is_handed_on(void **state)
{
	struct told told = {.times = 0};
	struct desk d;

	(void)state;
	desk_ready(&d);
	say_data(&d, ask_read(&d, 4, &told), "12345", 5);
	assert_int_equal(hear(&d, 1), NACRE_E_PROTOCOL);
	assert_int_equal(told.n, 0);
	desk_close(&d);

	told = (struct told){.times = 0};
	desk_ready(&d);
	say_data(&d, ask_read(&d, 4, &told), "1234", 4);
	assert_int_equal(hear(&d, 1), 0);
	assert_int_equal(told.n, 4);
	desk_close(&d);
}

static void
data_that_is_not_as_long_as_its_packet_is_refused(void **state)
{
	struct told told = {.times = 0};
	struct desk d;
	uint32_t id;

	(void)state;
	for (uint32_t n = 0; n < 8; n++) {
		told = (struct told){.times = 0};
		desk_ready(&d);
		id = ask_read(&d, 100, &told);
		buf_put_u32(&d.in, 13);
		buf_put_u8(&d.in, 103);
		buf_put_u32(&d.in, id);
		buf_put_u32(&d.in, n);
		buf_put(&d.in, "1234", 4);
		assert_int_equal(hear(&d, 2), n == 4 ? 0 : NACRE_E_FORMAT);
		assert_int_equal(told.times, 1);
		desk_close(&d);
	}
}

static void
data_without_bytes_fails_the_read_and_not_the_session(void **state)
{
	struct told told = {.times = 0}, next = {.times = 0};
	struct desk d;

	(void)state;
	desk_ready(&d);
	say_data(&d, ask_read(&d, 4, &told), "", 0);
	assert_int_equal(hear(&d, 1), 0);
	assert_int_equal(told.times, 1);
	assert_int_equal(told.code, NACRE_E_PROTOCOL);
	say_data(&d, ask_read(&d, 4, &next), "ok", 2);
	assert_int_equal(hear(&d, 1), 0);
	assert_int_equal(next.n, 2);
	desk_close(&d);
}

/* 40 READs answered in any order, in pieces of any size: each hears its own bytes. */
static void
replies_in_any_order_find_their_requests(void **state)
{
	struct told told[40];
	uint32_t ids[40];
	char bytes[64];
	struct desk d;

	(void)state;
	for (unsigned round = 0; round < 30; round++) {
		desk_ready(&d);
		memset(told, 0, sizeof(told));
		for (size_t i = 0; i < 40; i++)
			ids[i] = ask_read(&d, 64, &told[i]);
		for (size_t left = 40; left > 0; left--) {
			size_t k = (round * 7 + left * 13) % left, who;
			uint32_t id = ids[k];

			who = id % SFTP_CLIENT_REQUESTS_MAX; /* the slots were given out from 0 on */
			memset(bytes, (int)('A' + who), sizeof(bytes));
			say_data(&d, id, bytes, 1 + who);
			ids[k] = ids[left - 1];
		}
		assert_int_equal(hear(&d, 1 + round), 0);
		for (size_t i = 0; i < 40; i++) {
			assert_int_equal(told[i].times, 1);
			assert_int_equal(told[i].n, 1 + i);
			assert_int_equal(told[i].bytes[i], 'A' + i);
		}
		assert_int_equal(d.s.in_flight, 0);
		desk_close(&d);
	}
}

/* --- WRITE --- */

/* Writes and other requests leave in the order in which they were asked, whatever the room at a time. */
static void
payloads_stand_where_they_belong_at_every_room(void **state)
{
	static const size_t sizes[] = {1, 26, 100, 0, 300};
	struct desk d;

	(void)state;
	for (size_t room = 1; room < 64; room++) {
		struct told told = {.times = 0};
		uint8_t *all = malloc(SENT_MAX), *space = malloc(room);
		struct slice out, payload;
		union sftp_any any;
		size_t n = 0, k, missing;

		assert_true(all != NULL && space != NULL);
		desk_ready(&d);
		for (size_t i = 0; i < 5; i++) {
			struct sftp_msg_write msg = {.handle = SLICE_LIT("h"), .offset = i};
			struct sftp_ask a = {
			    .type = SFTP_write, .msg = &msg, .fill = fill_letters, .fill_len = sizes[i]};

			assert_int_equal(sftp_client_submit(&d.s, &a, NULL), 0);
			if (i % 2 == 0)
				ask_stat(&d, &told);
		}
		while ((k = sftp_client_send(&d.s, space, room)) > 0) {
			memcpy(all + n, space, k);
			n += k;
		}
		assert_false(sftp_client_has_output(&d.s));
		out = slice_of(all, n);
		for (size_t i = 0; i < 5; i++) {
			assert_int_equal(sftp_frame_take(&out, &payload, &missing), 1);
			assert_int_equal(sftp_parse(SFTP_write, payload, &any, NULL), 0);
			assert_int_equal(any.write.offset, i);
			assert_int_equal(any.write.data.n, sizes[i]);
			for (k = 0; k < sizes[i]; k++)
				assert_int_equal(any.write.data.p[k], 'a' + k % 26);
			if (i % 2 == 0) {
				assert_int_equal(sftp_frame_take(&out, &payload, &missing), 1);
				assert_int_equal(sftp_parse(SFTP_stat, payload, &any, NULL), 0);
			}
		}
		assert_int_equal(out.n, 0);
		free(all);
		free(space);
		desk_close(&d);
	}
}

static void
a_write_that_is_answered_before_it_was_sent_breaks_the_protocol(void **state)
{
	struct sftp_msg_write msg = {.handle = SLICE_LIT("h")};
	struct told told = {.times = 0};
	struct sftp_ask a = {
	    .type = SFTP_write, .msg = &msg, .fill = fill_letters, .fill_len = 5000, .done = on_told, .ctx = &told};
	struct desk d;
	uint32_t id;

	(void)state;
	desk_ready(&d);
	assert_int_equal(sftp_client_submit(&d.s, &a, &id), 0);
	desk_take(&d); /* 4096 bytes of it */
	say_status(&d, id, SFTP_OK, "");
	assert_int_equal(hear(&d, 99), NACRE_E_PROTOCOL);
	assert_int_equal(told.times, 1);
	desk_close(&d);

	told = (struct told){.times = 0};
	desk_ready(&d);
	assert_int_equal(sftp_client_submit(&d.s, &a, &id), 0);
	desk_take(&d);
	desk_take(&d);
	say_status(&d, id, SFTP_OK, "");
	assert_int_equal(hear(&d, 99), 0);
	assert_int_equal(told.times, 1);
	desk_close(&d);
}

/* --- giving up, and bounds --- */

static void
an_abandoned_request_is_silent_and_its_handle_is_closed(void **state)
{
	struct told told = {.times = 0};
	struct slice out, payload;
	union sftp_any any;
	size_t missing;
	struct desk d;
	uint32_t id;

	(void)state;
	desk_ready(&d);
	id = ask_any(&d, SFTP_open, &told);
	sftp_client_abandon(&d.s, id);
	desk_take(&d);
	say_any(&d, SFTP_handle, id);
	assert_int_equal(hear(&d, 3), 0);
	desk_take(&d);
	out = slice_of(d.sent, d.n_sent);
	assert_int_equal(sftp_frame_take(&out, &payload, &missing), 1);
	assert_int_equal(sftp_parse(SFTP_close, payload, &any, NULL), 0);
	assert_true(slice_is(any.close.handle, "h"));

	id = ask_read(&d, 10, &told);
	sftp_client_abandon(&d.s, id);
	say_data(&d, id, "12345", 5);
	assert_int_equal(hear(&d, 2), 0);
	assert_int_equal(told.times, 0);
	assert_int_equal(told.n, 0);
	desk_close(&d);
}

static void
a_write_abandoned_half_way_ends_the_session(void **state)
{
	struct sftp_msg_write msg = {.handle = SLICE_LIT("h")};
	struct told told = {.times = 0};
	struct sftp_ask a = {
	    .type = SFTP_write, .msg = &msg, .fill = fill_letters, .fill_len = 5000, .done = on_told, .ctx = &told};
	struct desk d;
	uint32_t id;

	(void)state;
	for (int sent = 0; sent < 2; sent++) {
		desk_ready(&d);
		assert_int_equal(sftp_client_submit(&d.s, &a, &id), 0);
		desk_take(&d);
		if (sent)
			desk_take(&d);
		sftp_client_abandon(&d.s, id);
		assert_int_equal(d.s.state, sent ? SFTP_CLIENT_READY : SFTP_CLIENT_FAILED);
		assert_int_equal(told.times, 0);
		assert_int_equal(sftp_client_has_output(&d.s), false);
		desk_close(&d);
	}
}

static void
the_end_answers_everything_once(void **state)
{
	struct told told[100];
	struct desk d;

	(void)state;
	memset(told, 0, sizeof(told));
	desk_ready(&d);
	for (size_t i = 0; i < 100; i++)
		ask_stat(&d, &told[i]);
	assert_int_equal(d.s.n_requests, 100);
	sftp_client_end(&d.s, NACRE_E_CHANNEL_CLOSED, "the server closed the channel");
	sftp_client_end(&d.s, NACRE_E_TIMEOUT, "again");
	for (size_t i = 0; i < 100; i++) {
		assert_int_equal(told[i].times, 1);
		assert_int_equal(told[i].code, NACRE_E_CHANNEL_CLOSED);
	}
	assert_int_equal(d.s.n_requests, 0);
	desk_close(&d);
}

static void
bytes_under_way_are_bounded_and_come_back(void **state)
{
	struct sftp_msg_read msg = {.handle = SLICE_LIT("h"), .len = 1u << 20};
	struct sftp_ask a = {.type = SFTP_read, .msg = &msg};
	uint32_t first = 0, id;
	struct desk d;
	unsigned n = 0;
	int r;

	(void)state;
	desk_ready(&d);
	while ((r = sftp_client_submit(&d.s, &a, &id)) == 0 && n < 1000)
		first = n++ == 0 ? id : first;
	assert_int_equal(r, NACRE_E_AGAIN);
	assert_int_equal(n, 64);
	say_status(&d, first, SFTP_EOF, "");
	assert_int_equal(hear(&d, 99), 0);
	assert_int_equal(sftp_client_submit(&d.s, &a, NULL), 0);
	assert_int_equal(sftp_client_submit(&d.s, &a, NULL), NACRE_E_AGAIN);
	desk_close(&d);
}

static void
a_request_that_fits_no_frame_is_refused_and_leaves_no_trace(void **state)
{
	static uint8_t path[SFTP_FRAME_MAX];
	struct sftp_msg_stat msg = {.path = {path, sizeof(path)}};
	struct sftp_ask a = {.type = SFTP_stat, .msg = &msg};
	struct told told = {.times = 0};
	struct desk d;

	(void)state;
	desk_ready(&d);
	assert_int_equal(sftp_client_submit(&d.s, &a, NULL), NACRE_E_LIMIT);
	assert_false(sftp_client_has_output(&d.s));
	assert_int_equal(d.s.n_requests, 0);
	say_any(&d, SFTP_attrs, ask_stat(&d, &told));
	assert_int_equal(hear(&d, 99), 0);
	assert_int_equal(told.times, 1);
	desk_close(&d);
}

static void
without_memory_each_step_fails_by_itself(void **state)
{
	struct sftp_msg_stat msg = {.path = SLICE_LIT("pearl")};
	struct sftp_ask a = {.type = SFTP_stat, .msg = &msg};
	struct buf version;
	struct test_env t, other;
	struct sftp_client s;
	int r = NACRE_E_NOMEM;

	(void)state;
	test_env_init(&other, 1);
	buf_init(&version, &other.env, 1000);
	sftp_put(&version, SFTP_version, &(struct sftp_msg_version){.version = 3});
	for (uint64_t at = 1; r != 0 && at < 100; at++) {
		test_env_init(&t, 1);
		t.fail_at = at;
		t.fail_once = true;
		r = sftp_client_init(&s, &t.env);
		for (size_t i = 0; r == 0 && i < version.n; i++)
			r = sftp_client_receive(&s, slice_of(version.p + i, 1));
		if (r == 0)
			r = sftp_client_submit(&s, &a, NULL);
		assert_true(r == 0 || r == NACRE_E_NOMEM);
		sftp_client_free(&s);
		assert_int_equal(t.live_blocks, 0);
	}
	assert_int_equal(r, 0);
	buf_free(&version);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_session_begins_with_init_and_is_ready_after_version),
	    cmocka_unit_test(a_request_before_version_is_misuse),
	    cmocka_unit_test(another_version_is_refused),
	    cmocka_unit_test(an_extension_in_another_version_is_not_there),
	    cmocka_unit_test(limits_are_asked_for_and_clamped),
	    cmocka_unit_test(limits_that_are_refused_leave_the_usual_sizes),
	    cmocka_unit_test(text_before_sftp_is_shown),
	    cmocka_unit_test(an_end_before_version_says_so),
	    cmocka_unit_test(each_request_is_answered_at_every_split),
	    cmocka_unit_test(a_reply_of_every_kind_to_every_request_has_its_verdict),
	    cmocka_unit_test(a_status_may_lack_its_texts),
	    cmocka_unit_test(an_answer_to_no_request_breaks_the_protocol),
	    cmocka_unit_test(a_malformed_reply_names_its_field),
	    cmocka_unit_test(frames_of_impossible_length_are_refused),
	    cmocka_unit_test(data_beyond_what_was_asked_for_is_refused_before_a_byte_is_handed_on),
	    cmocka_unit_test(data_that_is_not_as_long_as_its_packet_is_refused),
	    cmocka_unit_test(data_without_bytes_fails_the_read_and_not_the_session),
	    cmocka_unit_test(replies_in_any_order_find_their_requests),
	    cmocka_unit_test(payloads_stand_where_they_belong_at_every_room),
	    cmocka_unit_test(a_write_that_is_answered_before_it_was_sent_breaks_the_protocol),
	    cmocka_unit_test(an_abandoned_request_is_silent_and_its_handle_is_closed),
	    cmocka_unit_test(a_write_abandoned_half_way_ends_the_session),
	    cmocka_unit_test(the_end_answers_everything_once),
	    cmocka_unit_test(bytes_under_way_are_bounded_and_come_back),
	    cmocka_unit_test(a_request_that_fits_no_frame_is_refused_and_leaves_no_trace),
	    cmocka_unit_test(without_memory_each_step_fails_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
