/* SFTP's table: every row's bytes as the draft has them, whole, cut at each byte, and with one byte too many.
 * draft-ietf-secsh-filexfer-02. */
#include "sftp_frame.h"
#include "sftp_message.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define ID "\1\2\3\4"
#define PATH "\0\0\0\2/a"
#define HANDLE "\0\0\0\3h\0i"
#define NO_ATTRS "\0\0\0\0"
#define SIZE_ATTRS "\0\0\0\1\0\0\0\0\0\0\0\7"

/* One payload for each row, in the table's order. */
#define SAMPLES(X)                                                                                                     \
	X(init, "\1\0\0\0\3")                                                                                          \
	X(version, "\2\0\0\0\3\0\0\0\1x\0\0\0\1y")                                                                     \
	X(open, "\3" ID PATH "\0\0\0\x1a" NO_ATTRS)                                                                    \
	X(close, "\4" ID HANDLE)                                                                                       \
	X(read, "\5" ID HANDLE "\0\0\0\1\0\0\0\0\0\0\x80\0")                                                           \
	X(write, "\6" ID HANDLE "\0\0\0\0\0\0\0\5\0\0\0\4data")                                                        \
	X(lstat, "\7" ID PATH)                                                                                         \
	X(fstat, "\x08" ID HANDLE)                                                                                     \
	X(setstat, "\x09" ID PATH SIZE_ATTRS)                                                                          \
	X(fsetstat, "\x0a" ID HANDLE SIZE_ATTRS)                                                                       \
	X(opendir, "\x0b" ID PATH)                                                                                     \
	X(readdir, "\x0c" ID HANDLE)                                                                                   \
	X(remove, "\x0d" ID PATH)                                                                                      \
	X(mkdir, "\x0e" ID PATH NO_ATTRS)                                                                              \
	X(rmdir, "\x0f" ID PATH)                                                                                       \
	X(realpath, "\x10" ID PATH)                                                                                    \
	X(stat, "\x11" ID PATH)                                                                                        \
	X(rename, "\x12" ID PATH PATH)                                                                                 \
	X(readlink, "\x13" ID PATH)                                                                                    \
	X(symlink, "\x14" ID PATH PATH)                                                                                \
	X(status, "\x65" ID "\0\0\0\2\0\0\0\2no\0\0\0\2en")                                                            \
	X(handle, "\x66" ID HANDLE)                                                                                    \
	X(data, "\x67" ID "\0\0\0\3abc")                                                                               \
	X(name, "\x68" ID "\0\0\0\1" PATH PATH NO_ATTRS)                                                               \
	X(attrs, "\x69" ID SIZE_ATTRS)                                                                                 \
	X(extended, "\xc8" ID "\0\0\0\1xrest")                                                                         \
	X(extended_reply, "\xc9" ID "rest")

static const struct sample {
	enum sftp_id id;
	const char *bytes;
	size_t n;
} samples[] = {
#define X(id, s) {SFTP_##id, s, sizeof(s) - 1},
    SAMPLES(X)
#undef X
};

#define N_SAMPLES (sizeof(samples) / sizeof(samples[0]))

/* A parse of the first n bytes, in a block of just that size. */
static int
parse_cut(enum sftp_id id, const char *p, size_t n, union sftp_any *out, const char **field)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);
	int r;

	assert_non_null(copy);
	memcpy(copy, p, n);
	r = sftp_parse(id, slice_of(copy, n), out, field);
	free(copy);
	return r;
}

static void
every_row_has_a_sample_a_clause_and_its_own_number(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(N_SAMPLES, SFTP_COUNT);
	for (i = 0; i < SFTP_COUNT; i++) {
		assert_int_equal(samples[i].id, i);
		assert_int_equal((uint8_t)samples[i].bytes[0], sftp_rows[i].number);
		assert_int_equal(sftp_find(sftp_rows[i].number), i);
		assert_true(strncmp(sftp_rows[i].clause, "filexfer-02 ", 12) == 0);
		assert_true(sftp_rows[i].from == SFTP_FROM_CLIENT || sftp_rows[i].from == SFTP_FROM_SERVER);
	}
	print_message("# %d rows\n", SFTP_COUNT);
}

static void
numbers_without_a_row_are_not_found(void **state)
{
	static const uint8_t numbers[] = {0, 21, 100, 106, 199, 202, 255};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers); i++)
		assert_int_equal(sftp_find(numbers[i]), SFTP_none);
}

/* filexfer-02 3: the length does not count itself. */
static void
every_row_is_written_as_it_was_read_with_its_length_in_front(void **state)
{
	union sftp_any msg;
	struct test_env t;
	struct buf b;
	size_t i;

	(void)state;
	test_env_init(&t, 31);
	for (i = 0; i < N_SAMPLES; i++) {
		buf_init(&b, &t.env, 1024);
		assert_int_equal(sftp_parse(samples[i].id, slice_of(samples[i].bytes, samples[i].n), &msg, NULL), 0);
		sftp_put(&b, samples[i].id, &msg);
		assert_int_equal(b.bad, 0);
		assert_int_equal(b.n, 4 + samples[i].n);
		assert_int_equal(get_be32(b.p), samples[i].n);
		assert_memory_equal(b.p + 4, samples[i].bytes, samples[i].n);
		buf_free(&b);
	}
	assert_int_equal(t.live_blocks, 0);
}

/* Where a sample may end before its end. */
static bool
may_end_at(enum sftp_id id, size_t n)
{
	switch (id) {
	case SFTP_version:
		return n == 5; /* no extensions */
	case SFTP_status:
		return n == 9 || n == 15; /* without texts; without a language */
	case SFTP_extended:
		return n >= 10;
	case SFTP_extended_reply:
		return n >= 5;
	default:
		return false;
	}
}

static void
a_row_cut_at_any_byte_is_refused_unless_only_optional_fields_are_missing(void **state)
{
	union sftp_any msg;
	const char *field;
	size_t i, n;

	(void)state;
	for (i = 0; i < N_SAMPLES; i++)
		for (n = 0; n < samples[i].n; n++) {
			int want = may_end_at(samples[i].id, n) ? 0 : NACRE_E_FORMAT;

			if (parse_cut(samples[i].id, samples[i].bytes, n, &msg, &field) != want)
				fail_msg("%s cut at %zu", sftp_rows[i].name, n);
		}
}

static void
a_trailing_byte_is_refused_unless_the_tail_is_free(void **state)
{
	union sftp_any msg;
	const char *field;
	size_t i;

	(void)state;
	for (i = 0; i < N_SAMPLES; i++) {
		bool is_free = samples[i].id == SFTP_extended || samples[i].id == SFTP_extended_reply ||
			       samples[i].id == SFTP_write;

		/* the string's own NUL is the byte too many */
		assert_int_equal(parse_cut(samples[i].id, samples[i].bytes, samples[i].n + 1, &msg, &field),
		    is_free ? 0 : NACRE_E_FORMAT);
	}
}

static void
a_refused_message_is_zeroed_and_names_its_field(void **state)
{
	struct sftp_msg_read msg;
	const char *field;

	(void)state;
	assert_int_equal(sftp_parse(SFTP_read, SLICE_LIT("\5" ID HANDLE "\0\0\0"), &msg, &field), NACRE_E_FORMAT);
	assert_string_equal(field, "offset");
	assert_int_equal(msg.id, 0);
	assert_int_equal(msg.handle.n, 0);
	assert_int_equal(sftp_parse(SFTP_read, SLICE_LIT("\6" ID), &msg, &field), NACRE_E_FORMAT);
	assert_string_equal(field, "number");
}

static void
fields_mean_what_the_draft_says(void **state)
{
	struct sftp_msg_read read_;
	struct sftp_msg_symlink link_;

	(void)state;
	assert_int_equal(
	    sftp_parse(SFTP_read, SLICE_LIT("\5" ID HANDLE "\0\0\0\1\0\0\0\2\0\0\x80\0"), &read_, NULL), 0);
	assert_int_equal(read_.id, 0x01020304);
	assert_memory_equal(read_.handle.p, "h\0i", 3);
	assert_true(read_.offset == UINT64_C(0x100000002));
	assert_int_equal(read_.len, 0x8000);
	assert_int_equal(sftp_parse(SFTP_symlink, SLICE_LIT("\x14" ID "\0\0\0\1t\0\0\0\1l"), &link_, NULL), 0);
	assert_true(slice_is(link_.targetpath, "t") && slice_is(link_.linkpath, "l"));
}

/* filexfer-02 6.3: "The length of the handle string MUST NOT exceed 256 data bytes." */
static void
a_handle_of_256_bytes_passes_and_one_of_257_does_not(void **state)
{
	struct sftp_msg_handle msg = {.id = 1}, out;
	uint8_t handle[SFTP_HANDLE_MAX + 1];
	const char *field;
	struct test_env t;
	struct buf b;
	size_t n;

	(void)state;
	memset(handle, 'h', sizeof(handle));
	test_env_init(&t, 32);
	for (n = SFTP_HANDLE_MAX; n <= SFTP_HANDLE_MAX + 1; n++) {
		buf_init(&b, &t.env, 1024);
		msg.handle = slice_of(handle, n);
		sftp_put(&b, SFTP_handle, &msg);
		if (n == SFTP_HANDLE_MAX) {
			assert_int_equal(sftp_parse(SFTP_handle, slice_from(buf_slice(&b), 4), &out, &field), 0);
			assert_int_equal(out.handle.n, n);
		} else {
			assert_int_equal(
			    sftp_parse(SFTP_handle, slice_from(buf_slice(&b), 4), &out, &field), NACRE_E_FORMAT);
			assert_string_equal(field, "handle");
		}
		buf_free(&b);
	}
}

static void
a_request_id_is_read_even_where_the_number_is_unknown(void **state)
{
	uint32_t id;

	(void)state;
	assert_true(sftp_request_id(SLICE_LIT("\x63" ID "rest"), &id));
	assert_int_equal(id, 0x01020304);
	assert_true(sftp_request_id(SLICE_LIT("\5" ID), &id));
	assert_false(sftp_request_id(SLICE_LIT("\5\1\2\3"), &id));
	assert_false(sftp_request_id(SLICE_NONE, &id));
	assert_false(sftp_request_id(SLICE_LIT("\1\0\0\0\3"), &id)); /* INIT's word is a version */
	assert_false(sftp_request_id(SLICE_LIT("\2\0\0\0\3"), &id));
}

/* The largest frame is written, one byte more is not. */
static void
a_frame_is_never_written_over_its_limit(void **state)
{
	const size_t head = 1 + 4 + 4; /* number, id, the string's length */
	struct sftp_msg_data msg = {.id = 1};
	struct test_env t;
	uint8_t *bytes;
	struct buf b;

	(void)state;
	test_env_init(&t, 33);
	bytes = calloc(1, SFTP_FRAME_MAX);
	assert_non_null(bytes);
	buf_init(&b, &t.env, 4 + SFTP_FRAME_MAX);
	msg.data = slice_of(bytes, SFTP_FRAME_MAX - head);
	sftp_put(&b, SFTP_data, &msg);
	assert_int_equal(b.bad, 0);
	assert_int_equal(b.n, 4 + SFTP_FRAME_MAX);
	buf_free(&b);

	buf_init(&b, &t.env, 8 + SFTP_FRAME_MAX);
	msg.data.n++;
	sftp_put(&b, SFTP_data, &msg);
	assert_int_equal(b.bad, NACRE_E_LIMIT);
	assert_int_equal(b.n, 0);
	buf_free(&b);
	free(bytes);
}

static void
damaged_messages_never_read_outside_their_bytes(void **state)
{
	union sftp_any msg;
	struct test_env t;
	unsigned round;
	char bytes[64];

	(void)state;
	test_env_init(&t, 34);
	for (round = 0; round < 20000; round++) {
		const struct sample *s = &samples[test_below(&t, N_SAMPLES)];
		const char *field = NULL;
		int r;

		assert_true(s->n <= sizeof(bytes));
		memcpy(bytes, s->bytes, s->n);
		bytes[test_below(&t, s->n)] = (char)test_random(&t);
		r = parse_cut(s->id, bytes, s->n, &msg, &field);
		assert_true(r == 0 || (r == NACRE_E_FORMAT && field != NULL));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_has_a_sample_a_clause_and_its_own_number),
	    cmocka_unit_test(numbers_without_a_row_are_not_found),
	    cmocka_unit_test(every_row_is_written_as_it_was_read_with_its_length_in_front),
	    cmocka_unit_test(a_row_cut_at_any_byte_is_refused_unless_only_optional_fields_are_missing),
	    cmocka_unit_test(a_trailing_byte_is_refused_unless_the_tail_is_free),
	    cmocka_unit_test(a_refused_message_is_zeroed_and_names_its_field),
	    cmocka_unit_test(fields_mean_what_the_draft_says),
	    cmocka_unit_test(a_handle_of_256_bytes_passes_and_one_of_257_does_not),
	    cmocka_unit_test(a_request_id_is_read_even_where_the_number_is_unknown),
	    cmocka_unit_test(a_frame_is_never_written_over_its_limit),
	    cmocka_unit_test(damaged_messages_never_read_outside_their_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
