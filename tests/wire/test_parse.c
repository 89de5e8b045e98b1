/* Reading and writing by the rows: what holds for every row, on random messages, and each field kind's own rules.
 * RFC 4251 5. Payloads are copied into blocks of their exact size, so that a sanitizer sees one byte too many. */
#include "random_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define ROUNDS 40

static uint8_t *
built(enum msg_id id, const union msg_any *msg, size_t *n)
{
	uint8_t *p;

	*n = msg_size(id, msg);
	assert_true(*n <= MESSAGE_MAX);
	p = malloc(*n + 1); /* never malloc(0) */
	assert_non_null(p);
	p[*n] = 0xa5;
	msg_write(id, msg, p);
	assert_int_equal(p[*n], 0xa5);
	return p;
}

/* A parse of the first n bytes, in a block of just that size. */
static int
parse_cut(enum msg_id id, const uint8_t *p, size_t n, union msg_any *out, const char **field)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);
	int r;

	assert_non_null(copy);
	memcpy(copy, p, n);
	r = msg_parse_field(id, slice_of(copy, n), out, field);
	free(copy);
	return r;
}

static void
every_row_reads_back_what_it_wrote(void **state)
{
	struct message_store store;
	union msg_any in, out;
	struct test_env t;
	unsigned id, round;
	uint8_t *p;
	size_t n;

	(void)state;
	test_env_init(&t, 11);
	for (id = 0; id < MSG_COUNT; id++)
		for (round = 0; round < ROUNDS; round++) {
			message_random(&t, (enum msg_id)id, &in, &store);
			p = built((enum msg_id)id, &in, &n);
			assert_int_equal(msg_parse((enum msg_id)id, slice_of(p, n), &out), 0);
			assert_true(message_equal((enum msg_id)id, &in, &out));
			free(p);
		}
}

static bool
has_rest(const struct msg_row *row)
{
	return row->n_fields > 0 && row->fields[row->n_fields - 1].kind == KIND_REST;
}

/* Where a payload may end: after all fields, before one that may be left out, or anywhere in a REST. */
static bool
may_end_at(enum msg_id id, const union msg_any *msg, size_t n)
{
	const struct msg_row *row = &msg_rows[id];
	size_t k;

	for (k = 0; k <= row->n_fields; k++) {
		bool is_end = k == row->n_fields || (row->fields[k].flags & FIELD_OPT) != 0;

		if (is_end && n == message_prefix(id, msg, k))
			return true;
	}
	return has_rest(row) && n >= message_prefix(id, msg, row->n_fields - 1);
}

static bool
is_zero(const void *p, size_t n)
{
	const uint8_t *byte = p;

	while (n > 0 && byte[n - 1] == 0)
		n--;
	return n == 0;
}

static void
a_row_cut_at_any_byte_is_refused_unless_only_optional_fields_are_missing(void **state)
{
	struct message_store store;
	union msg_any in, out;
	struct test_env t;
	const char *field;
	unsigned id, round;
	size_t n, cut;
	uint8_t *p;
	int r;

	(void)state;
	test_env_init(&t, 12);
	for (id = 0; id < MSG_COUNT; id++)
		for (round = 0; round < ROUNDS / 4; round++) {
			message_random(&t, (enum msg_id)id, &in, &store);
			p = built((enum msg_id)id, &in, &n);
			for (cut = 0; cut < n; cut++) {
				r = parse_cut((enum msg_id)id, p, cut, &out, &field);
				assert_int_equal(r, may_end_at((enum msg_id)id, &in, cut) ? 0 : NACRE_E_FORMAT);
				if (r != 0) {
					assert_non_null(field);
					assert_true(is_zero(&out, msg_rows[id].size));
				}
			}
			free(p);
		}
}

static void
a_trailing_byte_is_refused_unless_the_row_ends_with_a_rest(void **state)
{
	struct message_store store;
	union msg_any in, out;
	struct test_env t;
	const char *field;
	unsigned id;
	uint8_t *p;
	size_t n;
	int r;

	(void)state;
	test_env_init(&t, 13);
	for (id = 0; id < MSG_COUNT; id++) {
		message_random(&t, (enum msg_id)id, &in, &store);
		p = built((enum msg_id)id, &in, &n);
		r = parse_cut((enum msg_id)id, p, n + 1, &out, &field);
		if (has_rest(&msg_rows[id])) {
			assert_int_equal(r, 0);
		} else {
			assert_int_equal(r, NACRE_E_FORMAT);
			assert_string_equal(field, "end");
			assert_true(is_zero(&out, msg_rows[id].size));
		}
		free(p);
	}
}

static void
a_message_with_another_number_is_refused(void **state)
{
	static const uint8_t eof[] = {NUM_channel_eof, 0, 0, 0, 7}, close_[] = {NUM_channel_close, 0, 0, 0, 7};
	struct msg_channel_eof msg;
	const char *field;

	(void)state;
	assert_int_equal(msg_parse(MSG_channel_eof, slice_of(eof, sizeof(eof)), &msg), 0);
	assert_int_equal(msg.number, NUM_channel_eof);
	assert_int_equal(msg.recipient, 7);
	assert_int_equal(
	    msg_parse_field(MSG_channel_eof, slice_of(close_, sizeof(close_)), &msg, &field), NACRE_E_FORMAT);
	assert_string_equal(field, "number");
	assert_int_equal(msg_parse_field(MSG_channel_eof, SLICE_NONE, &msg, &field), NACRE_E_FORMAT);
	assert_string_equal(field, "number");
}

/* Random damage: what still parses is what its own bytes say, and nothing is read outside of them. */
static void
damaged_payloads_parse_to_themselves_or_not_at_all(void **state)
{
	struct message_store store;
	union msg_any in, out, again;
	struct test_env t;
	unsigned round;
	uint8_t *p, *q;
	size_t n, m;

	(void)state;
	test_env_init(&t, 14);
	for (round = 0; round < 20000; round++) {
		enum msg_id id = (enum msg_id)test_below(&t, MSG_COUNT);

		message_random(&t, id, &in, &store);
		p = built(id, &in, &n);
		if (n > 0)
			p[test_below(&t, n)] = (uint8_t)test_random(&t);
		if (msg_parse(id, slice_of(p, n), &out) == 0) {
			q = built(id, &out, &m);
			assert_true(m >= n); /* longer where optional fields were left out */
			assert_int_equal(msg_parse(id, slice_of(q, m), &again), 0);
			assert_true(message_equal(id, &out, &again));
			free(q);
		}
		free(p);
	}
}

/* RFC 4253 11.1: old servers leave the language out, some the description too. */
static void
optional_fields_may_be_left_out_whole_but_not_in_part(void **state)
{
	static const uint8_t full[] = {1, 0, 0, 0, 11, 0, 0, 0, 3, 'b', 'y', 'e', 0, 0, 0, 2, 'e', 'n'};
	struct msg_disconnect msg;
	const char *field;

	(void)state;
	assert_int_equal(msg_parse(MSG_disconnect, slice_of(full, sizeof(full)), &msg), 0);
	assert_true(slice_is(msg.description, "bye") && slice_is(msg.language, "en"));

	assert_int_equal(msg_parse(MSG_disconnect, slice_of(full, 12), &msg), 0);
	assert_true(slice_is(msg.description, "bye") && msg.language.n == 0);

	assert_int_equal(msg_parse(MSG_disconnect, slice_of(full, 5), &msg), 0);
	assert_int_equal(msg.reason, 11);
	assert_true(msg.description.n == 0 && msg.language.n == 0);

	assert_int_equal(msg_parse_field(MSG_disconnect, slice_of(full, 8), &msg, &field), NACRE_E_FORMAT);
	assert_string_equal(field, "description");
	assert_int_equal(msg_parse_field(MSG_disconnect, slice_of(full, 17), &msg, &field), NACRE_E_FORMAT);
	assert_string_equal(field, "language");
	assert_int_equal(msg_parse_field(MSG_disconnect, slice_of(full, 4), &msg, &field), NACRE_E_FORMAT);
	assert_string_equal(field, "reason");
}

struct one_of_each {
	uint8_t u8;
	bool flag;
	uint32_t u32;
	uint64_t u64;
	struct slice cookie, names, mpint, rest;
};

#define ROW(kind_, name_)                                                                                              \
	{                                                                                                              \
		.name = #name_, .kind = KIND_##kind_, .offset = offsetof(struct one_of_each, name_)                    \
	}

static void
each_kind_has_its_bytes(void **state)
{
	static const struct field_row rows[] = {ROW(U8, u8), ROW(BOOL, flag), ROW(U32, u32), ROW(U64, u64),
	    ROW(COOKIE, cookie), ROW(NAMES, names), ROW(MPINT, mpint), ROW(REST, rest)};
	static const uint8_t want[] = {7, 1, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 'c', 'o', 'o', 'k', 'i', 'e', '-', 'o',
	    'f', '-', 's', 'i', 'x', 't', 'e', 'e', 0, 0, 0, 3, 'a', ',', 'b', 0, 0, 0, 2, 0, 0x80, 'z'};
	const struct one_of_each in = {7, true, 0x01020304, UINT64_C(0x0102030405060708), SLICE_LIT("cookie-of-sixtee"),
	    SLICE_LIT("a,b"), SLICE_LIT("\x80"), SLICE_LIT("z")};
	struct one_of_each out;
	uint8_t bytes[sizeof(want)];

	(void)state;
	memset(&out, 0, sizeof(out));
	assert_int_equal(fields_size(rows, 8, &in), sizeof(want));
	assert_ptr_equal(fields_write(rows, 8, &in, bytes), bytes + sizeof(bytes));
	assert_memory_equal(bytes, want, sizeof(want));
	assert_int_equal(fields_parse(rows, 8, slice_of(want, sizeof(want)), &out, NULL), 0);
	assert_true(out.u8 == 7 && out.flag && out.u32 == 0x01020304 && out.u64 == UINT64_C(0x0102030405060708));
	assert_true(slice_eq(out.cookie, in.cookie) && slice_eq(out.names, in.names));
	assert_true(slice_eq(out.mpint, in.mpint) && slice_eq(out.rest, in.rest));
}

/* RFC 4251 5: "All non-zero values MUST be interpreted as TRUE". */
static void
any_nonzero_byte_is_true(void **state)
{
	static const struct field_row row = ROW(BOOL, flag);
	struct one_of_each out;
	unsigned v;

	(void)state;
	for (v = 0; v < 256; v++) {
		uint8_t byte = (uint8_t)v;

		memset(&out, 0, sizeof(out));
		assert_int_equal(fields_parse(&row, 1, slice_of(&byte, 1), &out, NULL), 0);
		assert_true(out.flag == (v != 0));
	}
}

static void
strings_names_numbers_and_cookies_follow_their_rules(void **state)
{
	const struct {
		enum field_kind kind;
		struct slice bytes;
		bool good;
	} vectors[] = {
	    {KIND_NAMES, SLICE_LIT("\0\0\0\0"), true},
	    {KIND_NAMES, SLICE_LIT("\0\0\0\3a,b"), true},
	    {KIND_NAMES, SLICE_LIT("\0\0\0\3a,,"), true},
	    {KIND_NAMES, SLICE_LIT("\0\0\0\2,a"), true},
	    {KIND_NAMES, SLICE_LIT("\0\0\0\2a,"), true},
	    {KIND_NAMES, SLICE_LIT("\0\0\0\1\xe9"), false},
	    {KIND_NAMES, SLICE_LIT("\0\0\0\2a\0"), false},
	    {KIND_NAMES, SLICE_LIT("\0\0\0\3a b"), false},
	    {KIND_MPINT, SLICE_LIT("\0\0\0\0"), true},
	    {KIND_MPINT, SLICE_LIT("\0\0\0\1\x7f"), true},
	    {KIND_MPINT, SLICE_LIT("\0\0\0\2\0\x80"), true},
	    {KIND_MPINT, SLICE_LIT("\0\0\0\1\0"), false},
	    {KIND_MPINT, SLICE_LIT("\0\0\0\2\0\x7f"), false},
	    {KIND_MPINT, SLICE_LIT("\0\0\0\1\x80"), false},
	    {KIND_COOKIE, SLICE_LIT("0123456789abcdef"), true},
	    {KIND_COOKIE, SLICE_LIT("0123456789abcde"), false},
	    {KIND_STRING, SLICE_LIT("\0\0\0\2ab"), true},
	    {KIND_STRING, SLICE_LIT("\0\0\0\3ab"), false},
	    {KIND_STRING, SLICE_LIT("\xff\xff\xff\xff"), false},
	    {KIND_STRING, SLICE_LIT("\0\0\0"), false},
	};
	struct one_of_each out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct field_row row = {
		    .name = "x", .kind = vectors[i].kind, .offset = offsetof(struct one_of_each, rest)};
		int want = vectors[i].good ? 0 : NACRE_E_FORMAT;

		memset(&out, 0, sizeof(out));
		if (fields_parse(&row, 1, vectors[i].bytes, &out, NULL) != want)
			fail_msg("vector %zu", i);
	}
}

static void
a_written_mpint_is_in_its_shortest_form(void **state)
{
	static const struct field_row row = ROW(MPINT, mpint);
	const struct {
		struct slice in, want;
	} vectors[] = {
	    {SLICE_LIT(""), SLICE_LIT("\0\0\0\0")},
	    {SLICE_LIT("\0\0"), SLICE_LIT("\0\0\0\0")},
	    {SLICE_LIT("\0\0\x12"), SLICE_LIT("\0\0\0\1\x12")},
	    {SLICE_LIT("\0\xff"), SLICE_LIT("\0\0\0\2\0\xff")},
	    {SLICE_LIT("\xff\0"), SLICE_LIT("\0\0\0\3\0\xff\0")},
	};
	uint8_t bytes[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct one_of_each in = {.mpint = vectors[i].in};

		assert_int_equal(fields_size(&row, 1, &in), vectors[i].want.n);
		fields_write(&row, 1, &in, bytes);
		assert_memory_equal(bytes, vectors[i].want.p, vectors[i].want.n);
	}
}

static void
a_cookie_takes_sixteen_bytes_whatever_it_was_given(void **state)
{
	static const struct field_row row = ROW(COOKIE, cookie);
	const struct one_of_each brief = {.cookie = SLICE_LIT("abc")},
				 lengthy = {.cookie = SLICE_LIT("0123456789abcdefXYZ")};
	uint8_t bytes[FIELD_COOKIE_LEN];

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(fields_size(&row, 1, &brief), FIELD_COOKIE_LEN);
	fields_write(&row, 1, &brief, bytes);
	assert_memory_equal(bytes, "abc\0\0\0\0\0\0\0\0\0\0\0\0\0", sizeof(bytes));
	fields_write(&row, 1, &lengthy, bytes);
	assert_memory_equal(bytes, "0123456789abcdef", sizeof(bytes));
}

/* An outbox over memory, and what it was asked. */
struct memory_outbox {
	struct outbox box;
	uint8_t bytes[64];
	size_t n;
	unsigned commits;
	int refusal, commit_result;
};

static uint8_t *
memory_reserve(void *ctx, size_t n, int *error)
{
	struct memory_outbox *m = ctx;

	if (m->refusal != 0) {
		*error = m->refusal;
		return NULL;
	}
	m->n = n;
	return n <= sizeof(m->bytes) ? m->bytes : NULL;
}

static int
memory_commit(void *ctx)
{
	struct memory_outbox *m = ctx;

	m->commits++;
	return m->commit_result;
}

static void
memory_outbox_init(struct memory_outbox *m)
{
	*m = (struct memory_outbox){.box = {.ctx = m, .reserve = memory_reserve, .commit = memory_commit}};
}

static void
send_reserves_the_exact_size_and_commits_once(void **state)
{
	static const uint8_t want[] = {NUM_channel_data, 0, 0, 0, 3, 0, 0, 0, 2, 'h', 'i'};
	struct msg_channel_data msg = {.recipient = 3, .data = SLICE_LIT("hi")};
	struct memory_outbox m;

	(void)state;
	memory_outbox_init(&m);
	assert_int_equal(msg_send(&m.box, MSG_channel_data, &msg), 0);
	assert_int_equal(m.n, sizeof(want));
	assert_memory_equal(m.bytes, want, sizeof(want));
	assert_int_equal(m.commits, 1);
}

/* Writes over everything that it may write over. */
static int
memory_send_from(void *ctx, uint8_t *payload, size_t n)
{
	struct memory_outbox *m = ctx;

	assert_true(n <= sizeof(m->bytes));
	memcpy(m->bytes, payload, n);
	m->n = n;
	memset(payload - 5, 0xee, 5);
	memset(payload + n, 0xee, OUTBOX_MARGIN);
	return memory_commit(m);
}

/* The bulk bytes `hi`, in the middle of memory that is somebody's. */
static uint8_t *
bulk_init(uint8_t memory[2 * OUTBOX_MARGIN + 2], struct msg_channel_data *msg)
{
	memset(memory, 0x55, 2 * OUTBOX_MARGIN + 2);
	memcpy(memory + OUTBOX_MARGIN, "hi", 2);
	*msg = (struct msg_channel_data){.recipient = 3, .data = slice_of(memory + OUTBOX_MARGIN, 2)};
	return memory + OUTBOX_MARGIN;
}

static void
bulk_data_is_sent_from_where_it_stands_and_its_surroundings_come_back(void **state)
{
	static const uint8_t want[] = {NUM_channel_data, 0, 0, 0, 3, 0, 0, 0, 2, 'h', 'i'};
	uint8_t memory[2 * OUTBOX_MARGIN + 2], before[sizeof(memory)];
	struct msg_channel_data msg;
	struct memory_outbox m;
	uint8_t *data = bulk_init(memory, &msg);
	int moves;

	(void)state;
	memcpy(before, memory, sizeof(memory));
	for (moves = 0; moves <= 1; moves++) {
		memory_outbox_init(&m);
		m.box.send_from = moves ? memory_send_from : NULL;
		assert_int_equal(msg_send_from(&m.box, MSG_channel_data, &msg, data), 0);
		assert_int_equal(m.n, sizeof(want));
		assert_memory_equal(m.bytes, want, sizeof(want));
		assert_memory_equal(memory, before, sizeof(memory));
		assert_int_equal(m.commits, 1);
	}
	m.commit_result = NACRE_E_LIMIT;
	assert_int_equal(msg_send_from(&m.box, MSG_channel_data, &msg, data), NACRE_E_LIMIT);
	assert_memory_equal(memory, before, sizeof(memory));
}

static void
send_hands_on_what_the_outbox_refuses_with(void **state)
{
	struct msg_newkeys msg = {0};
	struct memory_outbox m;

	(void)state;
	memory_outbox_init(&m);
	m.refusal = NACRE_E_CLOSED;
	assert_int_equal(msg_send(&m.box, MSG_newkeys, &msg), NACRE_E_CLOSED);
	assert_int_equal(m.commits, 0);
	memory_outbox_init(&m);
	m.commit_result = NACRE_E_LIMIT;
	assert_int_equal(msg_send(&m.box, MSG_newkeys, &msg), NACRE_E_LIMIT);
	assert_int_equal(m.commits, 1);
}

static void
put_appends_within_the_buffers_bound(void **state)
{
	struct msg_channel_request_exec exec = {.command = SLICE_LIT("ls")};
	struct msg_channel_request_shell shell = {0};
	struct test_env t;
	struct buf b;

	(void)state;
	test_env_init(&t, 15);
	buf_init(&b, &t.env, 12);
	msg_put(&b, MSG_channel_request_shell, &shell);
	assert_int_equal(b.n, 0);
	msg_put(&b, MSG_channel_request_exec, &exec);
	msg_put(&b, MSG_channel_request_exec, &exec);
	assert_int_equal(b.bad, 0);
	assert_memory_equal(b.p, "\0\0\0\2ls\0\0\0\2ls", 12);
	msg_put(&b, MSG_channel_request_exec, &exec);
	assert_int_equal(b.bad, NACRE_E_LIMIT);
	assert_int_equal(b.n, 12);
	buf_free(&b);
	assert_int_equal(t.live_blocks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_reads_back_what_it_wrote),
	    cmocka_unit_test(a_row_cut_at_any_byte_is_refused_unless_only_optional_fields_are_missing),
	    cmocka_unit_test(a_trailing_byte_is_refused_unless_the_row_ends_with_a_rest),
	    cmocka_unit_test(a_message_with_another_number_is_refused),
	    cmocka_unit_test(damaged_payloads_parse_to_themselves_or_not_at_all),
	    cmocka_unit_test(optional_fields_may_be_left_out_whole_but_not_in_part),
	    cmocka_unit_test(each_kind_has_its_bytes),
	    cmocka_unit_test(any_nonzero_byte_is_true),
	    cmocka_unit_test(strings_names_numbers_and_cookies_follow_their_rules),
	    cmocka_unit_test(a_written_mpint_is_in_its_shortest_form),
	    cmocka_unit_test(a_cookie_takes_sixteen_bytes_whatever_it_was_given),
	    cmocka_unit_test(send_reserves_the_exact_size_and_commits_once),
	    cmocka_unit_test(bulk_data_is_sent_from_where_it_stands_and_its_surroundings_come_back),
	    cmocka_unit_test(send_hands_on_what_the_outbox_refuses_with),
	    cmocka_unit_test(put_appends_within_the_buffers_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
