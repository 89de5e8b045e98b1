/* The identification: a table of lines, bounds at the limit and one past it, and every split. */
#include "ident.h"
#include "bounds.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum outcome { GOOD, BAD, MORE };

static const struct {
	enum nacre_role peer;
	const char *in;
	size_t n;
	enum outcome outcome;
	const char *ident;
} rows[] = {
#define ROW(peer, text, outcome, ident) {peer, text, sizeof(text) - 1, outcome, ident}
	ROW(NACRE_SERVER, "SSH-2.0-x\r\n", GOOD, "SSH-2.0-x"),
	ROW(NACRE_SERVER, "SSH-2.0-x\n", GOOD, "SSH-2.0-x"),
	ROW(NACRE_SERVER, "SSH-2.0-x a comment\r\n", GOOD, "SSH-2.0-x a comment"),
	ROW(NACRE_SERVER, "SSH-1.99-x\r\n", GOOD, "SSH-1.99-x"),
	ROW(NACRE_SERVER, "hello\r\nSSH-2.0-x\r\n", GOOD, "SSH-2.0-x"),
	ROW(NACRE_SERVER, "\n\r\nSSH-2.0-x\r\nrest", GOOD, "SSH-2.0-x"),
	ROW(NACRE_CLIENT, "SSH-2.0-x\r\n", GOOD, "SSH-2.0-x"),
	ROW(NACRE_CLIENT, "hello\r\nSSH-2.0-x\r\n", BAD, NULL),
	ROW(NACRE_CLIENT, "\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-1.5-x\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-3.0-x\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-2.0-\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-2.0- x\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-2.0\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-2.0-x\0y\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-2.0-x\ry\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-2.0-x\r\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-2.0-x\xc3\xa9\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-2.0-x\033[2J\r\n", BAD, NULL),
	ROW(NACRE_SERVER, "SSH-2.0-x", MORE, NULL),
	ROW(NACRE_SERVER, "", MORE, NULL),
	ROW(NACRE_SERVER, "hello\r\n", MORE, NULL),
};

static int
take_all(enum nacre_role peer, const void *p, size_t n, struct slice *ident, struct failure *failure)
{
	struct ident_scan scan = {0};
	size_t used;

	return ident_take(&scan, peer, slice_of(p, n), &used, ident, failure);
}

static void
each_line_of_the_table_has_its_outcome(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct failure failure = {0};
		struct slice ident;
		int r = take_all(rows[i].peer, rows[i].in, rows[i].n, &ident, &failure);

		if (r != (rows[i].outcome == GOOD ? 1 : rows[i].outcome == BAD ? NACRE_E_IDENT : 0))
			fail_msg("row %zu: %s gave %d", i, rows[i].in, r);
		if (r == 1)
			assert_true(slice_is(ident, rows[i].ident));
		assert_int_equal(failure.code, rows[i].outcome == BAD ? NACRE_E_IDENT : 0);
	}
}

static void
an_identification_is_found_at_every_split(void **state)
{
	static const char in[] = "welcome\r\nto this\nSSH-2.0-x y\r\n";
	size_t split;

	(void)state;
	for (split = 0; split < sizeof(in) - 1; split++) {
		struct ident_scan scan = {0};
		struct failure failure = {0};
		struct slice ident;
		size_t used, used2;

		assert_int_equal(ident_take(&scan, NACRE_SERVER, slice_of(in, split), &used, &ident, &failure), 0);
		assert_int_equal(ident_take(&scan, NACRE_SERVER, slice_of(in + used, sizeof(in) - 1 - used), &used2, &ident,
				     &failure), 1);
		assert_true(slice_is(ident, "SSH-2.0-x y"));
		assert_int_equal(used + used2, sizeof(in) - 1);
	}
}

/* A line of n bytes with its CR LF. */
static int
try_ident_of(size_t n)
{
	struct failure failure = {0};
	struct slice ident;
	char line[1024];

	memset(line, 'x', sizeof(line));
	memcpy(line, "SSH-2.0-", 8);
	memcpy(line + n - 2, "\r\n", 2);
	return take_all(NACRE_SERVER, line, n, &ident, &failure);
}

static void
an_identification_of_255_bytes_is_taken_and_256_is_not(void **state)
{
	(void)state;
	assert_int_equal(try_ident_of(LIMIT_IDENT_LINE), 1);
	assert_int_equal(try_ident_of(LIMIT_IDENT_LINE + 1), NACRE_E_IDENT);
}

static int
try_text_line_of(size_t n)
{
	struct failure failure = {0};
	struct slice ident;
	char *text = malloc(n + 11);
	int r;

	memset(text, 'x', n);
	text[n - 1] = '\n';
	memcpy(text + n, "SSH-2.0-x\r\n", 11);
	r = take_all(NACRE_SERVER, text, n + 11, &ident, &failure);
	free(text);
	return r;
}

static void
a_line_of_8192_bytes_is_skipped_and_8193_is_not(void **state)
{
	(void)state;
	assert_int_equal(try_text_line_of(LIMIT_PRE_IDENT_LINE), 1);
	assert_int_equal(try_text_line_of(LIMIT_PRE_IDENT_LINE + 1), NACRE_E_IDENT);
}

static int
try_lines(unsigned lines)
{
	struct ident_scan scan = {0};
	struct failure failure = {0};
	struct slice ident;
	size_t used;
	int r = 0;

	while (lines-- > 0 && r == 0)
		r = ident_take(&scan, NACRE_SERVER, SLICE_LIT("text\n"), &used, &ident, &failure);
	return r != 0 ? r : ident_take(&scan, NACRE_SERVER, SLICE_LIT("SSH-2.0-x\n"), &used, &ident, &failure);
}

static void
lines_before_it_1024_are_skipped_and_1025_are_not(void **state)
{
	(void)state;
	assert_int_equal(try_lines(1023), 1);
	assert_int_equal(try_lines(LIMIT_PRE_IDENT_LINES), 1);
	assert_int_equal(try_lines(LIMIT_PRE_IDENT_LINES + 1), NACRE_E_IDENT);
}

static void
a_line_without_an_end_is_given_up_at_the_bound(void **state)
{
	static char text[LIMIT_PRE_IDENT_LINE];
	struct failure failure = {0};
	struct slice ident;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(take_all(NACRE_SERVER, text, sizeof(text) - 1, &ident, &failure), 0);
	assert_int_equal(take_all(NACRE_SERVER, text, sizeof(text), &ident, &failure), NACRE_E_IDENT);
	failure = (struct failure){0};
	assert_int_equal(take_all(NACRE_CLIENT, text, LIMIT_IDENT_LINE, &ident, &failure), NACRE_E_IDENT);
}

static void
our_own_software_version_is_checked(void **state)
{
	(void)state;
	assert_true(ident_software_is_valid(SLICE_LIT("Nacre_1.0")));
	assert_false(ident_software_is_valid(SLICE_LIT("")));
	assert_false(ident_software_is_valid(SLICE_LIT("a b")));
	assert_false(ident_software_is_valid(SLICE_LIT("a-b")));
	assert_false(ident_software_is_valid(SLICE_LIT("a\n")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_of_the_table_has_its_outcome),
		cmocka_unit_test(an_identification_is_found_at_every_split),
		cmocka_unit_test(an_identification_of_255_bytes_is_taken_and_256_is_not),
		cmocka_unit_test(a_line_of_8192_bytes_is_skipped_and_8193_is_not),
		cmocka_unit_test(lines_before_it_1024_are_skipped_and_1025_are_not),
		cmocka_unit_test(a_line_without_an_end_is_given_up_at_the_bound),
		cmocka_unit_test(our_own_software_version_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
