/* SFTP's frames, attributes and lists: the limits of each, and that a count never decides how long a loop runs.
 * draft-ietf-secsh-filexfer-02 3, 5, 7. */
#include "sftp_frame.h"
#include "sftp_list.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void
frames_are_taken_one_after_the_other(void **state)
{
	struct slice in = SLICE_LIT("\0\0\0\2ab\0\0\0\1c\0\0"), payload;
	size_t missing;

	(void)state;
	assert_int_equal(sftp_frame_take(&in, &payload, &missing), 1);
	assert_true(slice_is(payload, "ab"));
	assert_int_equal(sftp_frame_take(&in, &payload, &missing), 1);
	assert_true(slice_is(payload, "c"));
	assert_int_equal(sftp_frame_take(&in, &payload, &missing), 0);
	assert_int_equal(missing, 2);
	assert_int_equal(in.n, 2);
	assert_int_equal(payload.n, 0);
}

static void
a_frame_that_is_not_yet_whole_says_how_much_is_missing(void **state)
{
	static const char frame[] = "\0\0\0\3abc";
	struct slice in, payload;
	size_t n, missing;

	(void)state;
	for (n = 0; n < 7; n++) {
		in = slice_of(frame, n);
		assert_int_equal(sftp_frame_take(&in, &payload, &missing), 0);
		assert_int_equal(missing, n < 4 ? 4 - n : 7 - n);
		assert_int_equal(in.n, n);
	}
	in = slice_of(frame, 7);
	assert_int_equal(sftp_frame_take(&in, &payload, &missing), 1);
	assert_int_equal(in.n, 0);
}

static void
an_empty_frame_and_one_over_the_limit_are_refused_at_once(void **state)
{
	static const struct {
		char length[4];
		int want;
	} vectors[] = {
	    {{0, 0, 0, 0}, NACRE_E_FORMAT}, {{0, 4, 0, 0}, 0}, /* 256 KiB: waits for it */
	    {{0, 4, 0, 1}, NACRE_E_LIMIT}, {{'\xff', '\xff', '\xff', '\xff'}, NACRE_E_LIMIT},
	    {{'S', 'S', 'H', '-'}, NACRE_E_LIMIT}, /* a login script's output before SFTP */
	};
	struct slice in, payload;
	size_t i, missing;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		in = slice_of(vectors[i].length, 4);
		assert_int_equal(sftp_frame_take(&in, &payload, &missing), vectors[i].want);
		assert_int_equal(payload.n, 0);
	}
}

static const struct sftp_attrs full = {
    .flags = SFTP_ATTR_SIZE | SFTP_ATTR_UIDGID | SFTP_ATTR_PERMISSIONS | SFTP_ATTR_ACMODTIME | SFTP_ATTR_EXTENDED,
    .size = UINT64_C(0x100000002),
    .uid = 1000,
    .gid = 1001,
    .permissions = 0100644,
    .atime = 7,
    .mtime = 8,
    .extended = {(const uint8_t *)"\0\0\0\1a\0\0\0\1b", 10},
    .n_extended = 1,
};

static const char full_bytes[] = "\x80\0\0\x0f\0\0\0\1\0\0\0\2\0\0\x03\xe8\0\0\x03\xe9\0\0\x81\xa4\0\0\0\7\0\0\0\x08"
				 "\0\0\0\1\0\0\0\1a\0\0\0\1b";

static bool
attrs_equal(const struct sftp_attrs *a, const struct sftp_attrs *b)
{
	return a->flags == b->flags && a->size == b->size && a->uid == b->uid && a->gid == b->gid &&
	       a->permissions == b->permissions && a->atime == b->atime && a->mtime == b->mtime &&
	       a->n_extended == b->n_extended && slice_eq(a->extended, b->extended);
}

static void
attributes_are_written_in_the_drafts_order(void **state)
{
	struct test_env t;
	struct buf b;

	(void)state;
	test_env_init(&t, 41);
	buf_init(&b, &t.env, 256);
	sftp_attrs_put(&b, &full);
	assert_int_equal(b.n, sizeof(full_bytes) - 1);
	assert_memory_equal(b.p, full_bytes, b.n);
	buf_free(&b);
}

static void
attributes_read_back_under_every_choice_of_flags(void **state)
{
	static const uint32_t bits[] = {
	    SFTP_ATTR_SIZE, SFTP_ATTR_UIDGID, SFTP_ATTR_PERMISSIONS, SFTP_ATTR_ACMODTIME, SFTP_ATTR_EXTENDED};
	struct sftp_attrs in, out, again;
	struct test_env t;
	unsigned choice, i;
	struct reader r;
	struct buf b, c;

	(void)state;
	test_env_init(&t, 42);
	for (choice = 0; choice < 32; choice++) {
		in = full;
		in.flags = 0;
		for (i = 0; i < 5; i++)
			if ((choice >> i & 1) != 0)
				in.flags |= bits[i];
		buf_init(&b, &t.env, 256);
		buf_init(&c, &t.env, 256);
		sftp_attrs_put(&b, &in);
		r = reader_of(buf_slice(&b));
		sftp_attrs_read(&r, &out);
		assert_true(reader_end(&r));
		assert_int_equal(out.flags, in.flags);
		sftp_attrs_put(&c, &out);
		r = reader_of(buf_slice(&c));
		sftp_attrs_read(&r, &again);
		assert_true(reader_end(&r) && attrs_equal(&out, &again));
		buf_free(&b);
		buf_free(&c);
	}
	assert_int_equal(t.live_blocks, 0);
}

static void
attributes_cut_at_any_byte_are_refused(void **state)
{
	struct sftp_attrs out;
	struct reader r;
	uint8_t *copy;
	size_t n;

	(void)state;
	assert_true(sftp_attrs_are_whole(slice_of(full_bytes, sizeof(full_bytes) - 1)));
	assert_false(sftp_attrs_are_whole(slice_of(full_bytes, sizeof(full_bytes))));
	for (n = 0; n + 1 < sizeof(full_bytes); n++) {
		copy = malloc(n == 0 ? 1 : n);
		assert_non_null(copy);
		memcpy(copy, full_bytes, n);
		r = reader_of(slice_of(copy, n));
		sftp_attrs_read(&r, &out);
		assert_true(r.bad);
		assert_int_equal(out.flags, 0);
		free(copy);
	}
}

/* Version 3 gives these bits no bytes; servers that speak more versions set them. */
static void
unknown_attribute_bits_are_dropped(void **state)
{
	struct reader r = reader_of(SLICE_LIT("\x00\x00\x01\x10"));
	struct sftp_attrs out;

	(void)state;
	sftp_attrs_read(&r, &out);
	assert_true(reader_end(&r));
	assert_int_equal(out.flags, 0);
}

static void
a_count_of_extensions_that_cannot_fit_is_refused(void **state)
{
	(void)state;
	assert_true(sftp_attrs_are_whole(SLICE_LIT("\x80\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0")));
	assert_false(sftp_attrs_are_whole(SLICE_LIT("\x80\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0")));
	assert_false(sftp_attrs_are_whole(SLICE_LIT("\x80\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0")));
}

static void
names_come_back_in_order(void **state)
{
	struct sftp_name_entry in[] = {
	    {.filename = SLICE_LIT("a"), .longname = SLICE_LIT("-rw a"), .attrs = full},
	    {.filename = SLICE_LIT(""), .longname = SLICE_LIT("")},
	    {.filename = SLICE_LIT("../b\0c"), .longname = SLICE_LIT("x")},
	};
	struct sftp_name_entry out;
	struct sftp_names names;
	struct test_env t;
	struct buf b;
	size_t i;

	(void)state;
	test_env_init(&t, 43);
	buf_init(&b, &t.env, 512);
	buf_put_u32(&b, 3);
	for (i = 0; i < 3; i++)
		sftp_name_put(&b, &in[i]);
	assert_true(sftp_names_are_whole(buf_slice(&b)));
	names = sftp_names_of(buf_slice(&b));
	for (i = 0; i < 3; i++) {
		assert_true(sftp_name_next(&names, &out));
		assert_true(slice_eq(out.filename, in[i].filename) && slice_eq(out.longname, in[i].longname));
		assert_true(attrs_equal(&out.attrs, &in[i].attrs));
	}
	assert_false(sftp_name_next(&names, &out));
	for (i = 0; i < b.n; i++)
		assert_false(sftp_names_are_whole(slice_of(b.p, i)));
	buf_free(&b);
}

/* The loop ends with the bytes, not with the count. */
static void
a_count_of_names_that_is_not_theirs_is_refused(void **state)
{
	(void)state;
	assert_true(sftp_names_are_whole(SLICE_LIT("\0\0\0\0")));
	assert_true(sftp_names_are_whole(SLICE_LIT("\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0")));
	assert_false(sftp_names_are_whole(SLICE_LIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")));
	assert_false(sftp_names_are_whole(SLICE_LIT("\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0")));
	assert_false(sftp_names_are_whole(SLICE_LIT("\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0")));
	assert_false(sftp_names_are_whole(SLICE_NONE));
}

static void
pairs_are_taken_to_the_last_byte(void **state)
{
	struct slice pairs, name, data;
	struct test_env t;
	struct buf b;

	(void)state;
	test_env_init(&t, 44);
	buf_init(&b, &t.env, 128);
	sftp_pair_put(&b, SLICE_LIT("posix-rename@openssh.com"), SLICE_LIT("1"));
	sftp_pair_put(&b, SLICE_LIT("x"), SLICE_NONE);
	pairs = buf_slice(&b);
	assert_true(sftp_pairs_are_whole(pairs));
	assert_true(sftp_pair_next(&pairs, &name, &data));
	assert_true(slice_is(name, "posix-rename@openssh.com") && slice_is(data, "1"));
	assert_true(sftp_pair_next(&pairs, &name, &data));
	assert_true(slice_is(name, "x") && data.n == 0);
	assert_false(sftp_pair_next(&pairs, &name, &data));
	assert_false(sftp_pairs_are_whole(slice_of(b.p, b.n - 1)));
	assert_true(sftp_pairs_are_whole(SLICE_NONE));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frames_are_taken_one_after_the_other),
	    cmocka_unit_test(a_frame_that_is_not_yet_whole_says_how_much_is_missing),
	    cmocka_unit_test(an_empty_frame_and_one_over_the_limit_are_refused_at_once),
	    cmocka_unit_test(attributes_are_written_in_the_drafts_order),
	    cmocka_unit_test(attributes_read_back_under_every_choice_of_flags),
	    cmocka_unit_test(attributes_cut_at_any_byte_are_refused),
	    cmocka_unit_test(unknown_attribute_bits_are_dropped),
	    cmocka_unit_test(a_count_of_extensions_that_cannot_fit_is_refused),
	    cmocka_unit_test(names_come_back_in_order),
	    cmocka_unit_test(a_count_of_names_that_is_not_theirs_is_refused),
	    cmocka_unit_test(pairs_are_taken_to_the_last_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
