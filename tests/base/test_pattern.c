/* Patterns of host names. The long rows would not end in a matcher that tries every way. */
#include "pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct {
	const char *pattern, *text;
	bool matches;
} patterns[] = {
    {"", "", true},
    {"", "a", false},
    {"a", "", false},
    {"*", "", true},
    {"*", "anything", true},
    {"**", "x", true},
    {"?", "", false},
    {"?", "x", true},
    {"?", "xy", false},
    {"?*", "x", true},
    {"?*", "", false},
    {"host", "host", true},
    {"host", "HOST", true},
    {"HoSt", "hOsT", true},
    {"host", "hosts", false},
    {"hosts", "host", false},
    {"*.example.com", "a.example.com", true},
    {"*.example.com", "a.b.example.com", true},
    {"*.example.com", "example.com", false},
    {"*.example.com", "a.example.com.evil", false},
    {"a*c", "abcbc", true},
    {"a*b*c", "aXbYbZc", true},
    {"a*b*c", "aXcYb", false},
    {"192.168.?.?", "192.168.1.2", true},
    {"192.168.?.?", "192.168.1.22", false},
    {"[host]:2222", "[host]:2222", true},
    {"[h*]:22*", "[host]:2222", true},
    {"[hx]", "h", false},
    {"a.c", "abc", false},
};

static void
patterns_match_what_the_manual_says(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (pattern_match(slice_str(patterns[i].pattern), slice_str(patterns[i].text)) != patterns[i].matches)
			fail_msg("%s against %s", patterns[i].pattern, patterns[i].text);
}

static void
exact_patterns_tell_letters_apart(void **state)
{
	(void)state;
	assert_true(pattern_match_exact(SLICE_LIT("h?s*"), SLICE_LIT("hOst")));
	assert_false(pattern_match_exact(SLICE_LIT("host"), SLICE_LIT("hOst")));
	assert_int_equal(pattern_list_match_exact(SLICE_LIT("a,h*"), SLICE_LIT("host")), PATTERN_MATCH);
	assert_int_equal(pattern_list_match_exact(SLICE_LIT("a,H*"), SLICE_LIT("host")), PATTERN_NONE);
	assert_int_equal(pattern_list_match_exact(SLICE_LIT("h*,!host"), SLICE_LIT("host")), PATTERN_NEGATED);
	assert_int_equal(pattern_list_match_exact(SLICE_LIT("h*,!HOST"), SLICE_LIT("host")), PATTERN_MATCH);
}

static void
a_pattern_of_many_stars_ends_soon(void **state)
{
	static char pattern[60001], text[256];
	size_t i;

	(void)state;
	for (i = 0; i + 1 < sizeof(pattern); i++)
		pattern[i] = i % 2 == 0 ? '*' : 'a';
	memset(text, 'a', 255);
	assert_false(pattern_match(slice_str(pattern), slice_str(text)));
	pattern[200] = '\0';
	assert_true(pattern_match(slice_str(pattern), slice_str(text)));
	pattern[199] = 'b';
	assert_false(pattern_match(slice_str(pattern), slice_str(text)));
}

static void
a_nul_is_a_byte_like_others(void **state)
{
	(void)state;
	assert_true(pattern_match(SLICE_LIT("a\0b"), SLICE_LIT("a\0b")));
	assert_false(pattern_match(SLICE_LIT("a\0b"), SLICE_LIT("a\0c")));
	assert_true(pattern_match(SLICE_LIT("a?b"), SLICE_LIT("a\0b")));
}

static const struct {
	const char *list, *text;
	enum pattern_verdict verdict;
} lists[] = {
    {"", "a", PATTERN_NONE},
    {"a", "a", PATTERN_MATCH},
    {"b,a", "a", PATTERN_MATCH},
    {"a,b", "c", PATTERN_NONE},
    {"!a", "a", PATTERN_NEGATED},
    {"!a", "b", PATTERN_NONE},
    {"*,!a", "a", PATTERN_NEGATED},
    {"!a,*", "a", PATTERN_NEGATED},
    {"!a,*", "b", PATTERN_MATCH},
    {"*.x,!*.y.x", "a.y.x", PATTERN_NEGATED},
    {"*.x,!*.y.x", "a.z.x", PATTERN_MATCH},
    {",,a,", "a", PATTERN_MATCH},
    {",,a,", "", PATTERN_NONE},
    {"!", "", PATTERN_NONE},
    {"!!a", "a", PATTERN_NONE},
};

static void
a_negated_element_wins_over_the_list(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (pattern_list_match(slice_str(lists[i].list), slice_str(lists[i].text)) != lists[i].verdict)
			fail_msg("%s against %s", lists[i].list, lists[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(patterns_match_what_the_manual_says),
	    cmocka_unit_test(exact_patterns_tell_letters_apart),
	    cmocka_unit_test(a_pattern_of_many_stars_ends_soon),
	    cmocka_unit_test(a_nul_is_a_byte_like_others),
	    cmocka_unit_test(a_negated_element_wins_over_the_list),
	};

	return cmocka_run_group_tests_name("patterns", tests, NULL, NULL);
}
