/* Taking values out of bytes, and name-lists. Every input stands in a block of its exact size, so that a sanitizer sees
 * one byte too many. RFC 4251 5. */
#include "reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

/* One value of each kind. */
static const uint8_t sample[] = {0x7f, 0x12, 0x34, 0x56, 0x78, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0xaa, 0xbb, 0, 0, 0, 3, 'a',
    'b', 'c', 0, 0, 0, 3, 'x', ',', 'y', 0, 0, 0, 2, 0, 0x80};

struct values {
	uint8_t u8;
	uint32_t u32;
	uint64_t u64;
	bool flag;
	struct slice bytes, string, names, mpint;
};

static struct values
read_all(struct reader *r)
{
	struct values v;

	v.u8 = reader_u8(r);
	v.u32 = reader_u32(r);
	v.u64 = reader_u64(r);
	v.flag = reader_bool(r);
	v.bytes = reader_bytes(r, 2);
	v.string = reader_string(r);
	v.names = reader_names(r);
	v.mpint = reader_mpint(r);
	return v;
}

static void
values_come_out_as_they_went_in(void **state)
{
	struct reader r = reader_of(slice_of(sample, sizeof(sample)));
	struct values v = read_all(&r);

	(void)state;
	assert_true(reader_end(&r));
	assert_int_equal(v.u8, 0x7f);
	assert_int_equal(v.u32, 0x12345678);
	assert_true(v.u64 == UINT64_C(0x0102030405060708));
	assert_true(v.flag);
	assert_true(slice_eq(v.bytes, SLICE_LIT("\xaa\xbb")));
	assert_true(slice_is(v.string, "abc"));
	assert_true(slice_is(v.names, "x,y"));
	assert_true(slice_eq(v.mpint, SLICE_LIT("\x80")));
}

static void
a_cut_at_any_byte_is_bad_and_stays_bad(void **state)
{
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(sample); n++) {
		uint8_t *copy = malloc(n == 0 ? 1 : n);
		struct reader r = reader_of(slice_of(copy, n));
		struct values v;

		assert_non_null(copy);
		memcpy(copy, sample, n);
		v = read_all(&r);
		assert_true(r.bad);
		assert_false(reader_end(&r));
		assert_int_equal(v.mpint.n, 0);
		assert_int_equal(reader_u8(&r), 0);
		assert_int_equal(reader_u32(&r), 0);
		assert_true(reader_u64(&r) == 0);
		assert_int_equal(reader_string(&r).n, 0);
		assert_int_equal(reader_rest(&r).n, 0);
		assert_false(reader_end(&r));
		free(copy);
	}
}

static void
one_byte_left_over_is_no_end(void **state)
{
	uint8_t more[sizeof(sample) + 1] = {0};
	struct reader r = reader_of(slice_of(more, sizeof(more)));

	(void)state;
	memcpy(more, sample, sizeof(sample));
	(void)read_all(&r);
	assert_false(r.bad);
	assert_false(reader_end(&r));
	assert_int_equal(reader_rest(&r).n, 1);
	assert_true(reader_end(&r));
}

static void
a_length_of_4_gib_is_only_short(void **state)
{
	static const uint8_t huge[] = {0xff, 0xff, 0xff, 0xff, 'a'};
	struct reader r = reader_of(slice_of(huge, sizeof(huge)));

	(void)state;
	assert_int_equal(reader_string(&r).n, 0);
	assert_true(r.bad);
	r = reader_of(slice_of(huge, sizeof(huge)));
	assert_int_equal(reader_bytes(&r, SIZE_MAX).n, 0);
	assert_true(r.bad);
}

static void
nothing_can_be_read_from_nothing(void **state)
{
	struct reader r = reader_of(SLICE_NONE);

	(void)state;
	assert_true(reader_end(&r));
	assert_int_equal(reader_bytes(&r, 0).n, 0);
	assert_int_equal(reader_rest(&r).n, 0);
	assert_true(reader_end(&r));
	assert_int_equal(reader_u8(&r), 0);
	assert_true(r.bad);
}

static const struct {
	uint8_t byte;
	bool value;
} bools[] = {{0, false}, {1, true}, {2, true}, {0xff, true}};

static void
any_nonzero_byte_is_true(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bools) / sizeof(bools[0]); i++) {
		struct reader r = reader_of(slice_of(&bools[i].byte, 1));

		assert_int_equal(reader_bool(&r), bools[i].value);
		assert_true(reader_end(&r));
	}
}

#define NAME_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	struct slice list;
	bool is_good;
} name_lists[] = {
    {SLICE_INIT(""), true},
    {SLICE_INIT("a"), true},
    {SLICE_INIT("a,b,c@example.com"), true},
    {SLICE_INIT(NAME_64), true},
    {SLICE_INIT(NAME_64 "a"), false},
    {SLICE_INIT("x," NAME_64), true},
    {SLICE_INIT("x," NAME_64 "a"), false},
    {SLICE_INIT(","), true},
    {SLICE_INIT("a,"), true},
    {SLICE_INIT(",a"), true},
    {SLICE_INIT("a,,b"), true},
    {SLICE_INIT("a,," NAME_64 "a"), false},
    {SLICE_INIT("a b,"), false},
    {SLICE_INIT("a b"), false},
    {SLICE_INIT("a\0b"), false},
    {SLICE_INIT("a\x1f"), false},
    {SLICE_INIT("a\x7f"), false},
    {SLICE_INIT("a\xc3\xa9"), false},
    {SLICE_INIT("!~"), true},
};

static void
name_lists_are_ascii_and_their_names_are_short(void **state)
{
	uint8_t bytes[256] = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(name_lists) / sizeof(name_lists[0]); i++) {
		struct slice list = name_lists[i].list, got;
		struct reader r = reader_of(slice_of(bytes, 4 + list.n));

		bytes[3] = (uint8_t)list.n;
		memcpy(bytes + 4, list.p, list.n);
		got = reader_names(&r);
		if (r.bad == name_lists[i].is_good)
			fail_msg("name-list %zu", i);
		assert_true(slice_eq(got, name_lists[i].is_good ? list : SLICE_NONE));
	}
}

static const struct {
	struct slice field, magnitude;
	bool is_good;
} mpints[] = {
    {SLICE_INIT("\0\0\0\0"), {NULL, 0}, true}, {SLICE_INIT("\0\0\0\1\1"), SLICE_INIT("\1"), true},
    {SLICE_INIT("\0\0\0\1\x7f"), SLICE_INIT("\x7f"), true}, {SLICE_INIT("\0\0\0\2\0\x80"), SLICE_INIT("\x80"), true},
    {SLICE_INIT("\0\0\0\2\1\0"), SLICE_INIT("\1\0"), true},
    {SLICE_INIT("\0\0\0\1\0"), {NULL, 0}, false}, /* zero is empty */
    {SLICE_INIT("\0\0\0\2\0\x7f"), {NULL, 0}, false}, /* a zero too many */
    {SLICE_INIT("\0\0\0\3\0\0\x80"), {NULL, 0}, false}, /* two */
    {SLICE_INIT("\0\0\0\1\x80"), {NULL, 0}, false}, /* negative */
    {SLICE_INIT("\0\0\0\2\xff\x01"), {NULL, 0}, false}, /* negative */
};

static void
mpints_are_non_negative_and_shortest(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mpints) / sizeof(mpints[0]); i++) {
		struct reader r = reader_of(mpints[i].field);
		struct slice got = reader_mpint(&r);

		if (reader_end(&r) != mpints[i].is_good)
			fail_msg("mpint %zu", i);
		assert_true(slice_eq(got, mpints[i].magnitude));
	}
}

static void
names_are_taken_off_one_by_one(void **state)
{
	struct slice list = SLICE_LIT("a,bc,d"), name;

	(void)state;
	assert_true(slice_next_name(&list, &name));
	assert_true(slice_is(name, "a"));
	assert_true(slice_next_name(&list, &name));
	assert_true(slice_is(name, "bc"));
	assert_true(slice_next_name(&list, &name));
	assert_true(slice_is(name, "d"));
	assert_false(slice_next_name(&list, &name));
	assert_int_equal(name.n, 0);
}

static void
empty_names_are_passed_over(void **state)
{
	static const char *const lists[] = {"a,b", "a,b,", ",a,b", "a,,b", ",,a,,,b,,"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct slice list = slice_str(lists[i]), name;

		assert_true(slice_next_name(&list, &name));
		assert_true(slice_is(name, "a"));
		assert_true(slice_next_name(&list, &name));
		assert_true(slice_is(name, "b"));
		assert_false(slice_next_name(&list, &name));
		assert_false(slice_has_name(slice_str(lists[i]), SLICE_NONE));
	}
}

static void
a_name_is_found_whole_or_not_at_all(void **state)
{
	struct slice list = SLICE_LIT("aes,aes256,x");

	(void)state;
	assert_true(slice_has_name(list, SLICE_LIT("aes")));
	assert_true(slice_has_name(list, SLICE_LIT("x")));
	assert_false(slice_has_name(list, SLICE_LIT("aes25")));
	assert_false(slice_has_name(list, SLICE_LIT("aes,aes256")));
	assert_false(slice_has_name(list, SLICE_LIT("")));
	assert_false(slice_has_name(SLICE_NONE, SLICE_LIT("x")));
}

static void
slices_compare_by_their_bytes(void **state)
{
	struct slice s = SLICE_LIT("abc");

	(void)state;
	assert_true(slice_eq(s, slice_str("abc")));
	assert_false(slice_eq(s, slice_str("abd")));
	assert_false(slice_eq(s, slice_str("abcd")));
	assert_true(slice_eq(SLICE_NONE, slice_str(NULL)));
	assert_true(slice_starts(s, SLICE_LIT("ab")));
	assert_true(slice_starts(s, SLICE_NONE));
	assert_false(slice_starts(s, SLICE_LIT("abcd")));
	assert_true(slice_ends(s, SLICE_LIT("bc")));
	assert_true(slice_ends(SLICE_NONE, SLICE_NONE));
	assert_false(slice_ends(s, SLICE_LIT("xabc")));
	assert_true(slice_is(slice_from(s, 1), "bc"));
	assert_int_equal(slice_from(s, 3).n, 0);
	assert_int_equal(slice_from(s, SIZE_MAX).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_come_out_as_they_went_in),
	    cmocka_unit_test(a_cut_at_any_byte_is_bad_and_stays_bad),
	    cmocka_unit_test(one_byte_left_over_is_no_end),
	    cmocka_unit_test(a_length_of_4_gib_is_only_short),
	    cmocka_unit_test(nothing_can_be_read_from_nothing),
	    cmocka_unit_test(any_nonzero_byte_is_true),
	    cmocka_unit_test(name_lists_are_ascii_and_their_names_are_short),
	    cmocka_unit_test(mpints_are_non_negative_and_shortest),
	    cmocka_unit_test(names_are_taken_off_one_by_one),
	    cmocka_unit_test(empty_names_are_passed_over),
	    cmocka_unit_test(a_name_is_found_whole_or_not_at_all),
	    cmocka_unit_test(slices_compare_by_their_bytes),
	};

	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
