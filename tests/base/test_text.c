/* What a peer's bytes look like when shown. RFC 3629; Unicode's bidirectional controls. */
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct {
	struct slice bytes;
	const char *shown;
} rows[] = {
    {SLICE_INIT(""), ""},
    {SLICE_INIT("plain text ~"), "plain text ~"},
    {SLICE_INIT("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
    /* C0, DEL, and what a terminal would obey */
    {SLICE_INIT("a\0b"), "a\\x00b"},
    {SLICE_INIT("\x1b[31m"), "\\x1b[31m"},
    {SLICE_INIT("a\nb\tc\rd"), "a\\x0ab\\x09c\\x0dd"},
    {SLICE_INIT("\x7f"), "\\x7f"},
    /* C1, as characters and as bytes */
    {SLICE_INIT("\xc2\x9b"), "\\xc2\\x9b"},
    {SLICE_INIT("\xc2\x80"), "\\xc2\\x80"},
    {SLICE_INIT("\xc2\xa0"), "\xc2\xa0"},
    {SLICE_INIT("\x9b"), "\\x9b"},
    /* bidirectional overrides, isolates, marks; line and paragraph separators; BOM */
    {SLICE_INIT("\xe2\x80\xae"), "\\xe2\\x80\\xae"},
    {SLICE_INIT("\xe2\x80\xaa"), "\\xe2\\x80\\xaa"},
    {SLICE_INIT("\xe2\x81\xa6"), "\\xe2\\x81\\xa6"},
    {SLICE_INIT("\xe2\x81\xa9"), "\\xe2\\x81\\xa9"},
    {SLICE_INIT("\xe2\x80\x8e"), "\\xe2\\x80\\x8e"},
    {SLICE_INIT("\xd8\x9c"), "\\xd8\\x9c"},
    {SLICE_INIT("\xe2\x80\xa8"), "\\xe2\\x80\\xa8"},
    {SLICE_INIT("\xef\xbb\xbf"), "\\xef\\xbb\\xbf"},
    {SLICE_INIT("\xe2\x80\xa6"), "\xe2\x80\xa6"}, /* an ellipsis is none of these */
    /* not UTF-8: continuation alone, overlong, surrogate, beyond the end, cut */
    {SLICE_INIT("\x80"), "\\x80"},
    {SLICE_INIT("\xc0\xaf"), "\\xc0\\xaf"},
    {SLICE_INIT("\xc1\xbf"), "\\xc1\\xbf"},
    {SLICE_INIT("\xe0\x80\xaf"), "\\xe0\\x80\\xaf"},
    {SLICE_INIT("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf"},
    {SLICE_INIT("\xed\xa0\x80"), "\\xed\\xa0\\x80"},
    {SLICE_INIT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"},
    {SLICE_INIT("\xf8\x88\x80\x80\x80"), "\\xf8\\x88\\x80\\x80\\x80"},
    {SLICE_INIT("\xff\xfe"), "\\xff\\xfe"},
    {SLICE_INIT("\xe2\x82"), "\\xe2\\x82"},
    {SLICE_INIT("\xc3"), "\\xc3"},
    {SLICE_INIT("\xc3(x"), "\\xc3(x"},
};

static void
what_could_steer_a_terminal_is_escaped(void **state)
{
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(text_escape(out, sizeof(out), rows[i].bytes, false), strlen(rows[i].shown));
		assert_string_equal(out, rows[i].shown);
	}
}

static void
lines_are_kept_where_asked_for(void **state)
{
	char out[64];

	(void)state;
	text_escape(out, sizeof(out), SLICE_LIT("a\r\n\tb\x1b"), true);
	assert_string_equal(out, "a\\x0d\n\tb\\x1b");
}

static const struct {
	const char *bytes;
	size_t cap;
	const char *shown;
} cuts[] = {
    {"abc", 4, "abc"}, {"abc", 3, "ab"}, {"abc", 1, ""}, {"a\xe2\x82\xac", 5, "a\xe2\x82\xac"},
    {"a\xe2\x82\xac", 4, "a"}, {"a\x01", 6, "a\\x01"}, {"a\x01", 5, "a"}, {"a\xe2\x80\xae", 14, "a\\xe2\\x80\\xae"},
    {"a\xe2\x80\xae", 13, "a"},
    {"a\xe2\x82\xac"
     "b",
	4, "a"}, /* nothing behind what did not fit */
};

static void
a_cut_is_between_characters(void **state)
{
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		memset(out, 'z', sizeof(out));
		text_escape(out, cuts[i].cap, slice_str(cuts[i].bytes), false);
		assert_string_equal(out, cuts[i].shown);
		assert_int_equal(out[cuts[i].cap], 'z');
	}
}

static const struct {
	const char *text;
	int64_t max, value;
} numbers[] = {
    {"0", 10, 0},
    {"10", 10, 10},
    {"11", 10, -1},
    {"007", 10, 7},
    {"", 10, -1},
    {"-1", 10, -1},
    {"+1", 10, -1},
    {" 1", 10, -1},
    {"1 ", 10, -1},
    {"1x", 10, -1},
    {"0x1", 100, -1},
    {"999999999999999999", INT64_MAX, 999999999999999999},
    {"1000000000000000000", INT64_MAX, -1},
    {"99999999999999999999999999", INT64_MAX, -1},
};

static void
numbers_are_digits_and_nothing_else(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (text_number(slice_str(numbers[i].text), numbers[i].max) != numbers[i].value)
			fail_msg("\"%s\"", numbers[i].text);
	assert_true(text_number(SLICE_LIT("1\0"), 10) == -1);
}

static void
case_is_ascii_alone(void **state)
{
	(void)state;
	assert_true(text_eq_nocase(SLICE_LIT("aZ09-"), SLICE_LIT("Az09-")));
	assert_false(text_eq_nocase(SLICE_LIT("a"), SLICE_LIT("ab")));
	assert_false(text_eq_nocase(SLICE_LIT("@"), SLICE_LIT("`")));
	assert_false(text_eq_nocase(SLICE_LIT("["), SLICE_LIT("{")));
	assert_false(text_eq_nocase(SLICE_LIT("\xc3\xa9"), SLICE_LIT("\xc3\x89")));
	assert_true(text_eq_nocase(SLICE_NONE, SLICE_LIT("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_could_steer_a_terminal_is_escaped),
	    cmocka_unit_test(lines_are_kept_where_asked_for),
	    cmocka_unit_test(a_cut_is_between_characters),
	    cmocka_unit_test(numbers_are_digits_and_nothing_else),
	    cmocka_unit_test(case_is_ascii_alone),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
