/* The escape character of the tool: what goes to the server, and what is an order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "escape.h"

/* Filters in pieces of `step` bytes; orders are noted as letters between the bytes. */
static void
filter(int character, const char *typed, size_t step, char *result)
{
	static const char letters[] = "-D^?RB";
	struct escape escape;
	size_t n = strlen(typed);

	escape_init(&escape, character);
	while (n > 0) {
		size_t piece = n < step ? n : step, out_n, taken;
		enum escape_order order;

		taken = escape_filter(
		    &escape, (const unsigned char *)typed, piece, (unsigned char *)result, &out_n, &order);
		assert_in_range(taken, 1, piece);
		assert_true(out_n <= taken + 1);
		result += out_n;
		if (order != ORDER_NONE) {
			*result++ = '<';
			*result++ = letters[order];
			*result++ = '>';
		}
		typed += taken;
		n -= taken;
	}
	*result = '\0';
}

static const struct {
	int character;
	const char *typed, *result;
} rows[] = {
    {'~', "ls\r", "ls\r"},
    {'~', "~.", "<D>"}, /* the first line begins */
    {'~', "a~.", "a~."},
    {'~', "a\r~.b", "a\r<D>b"},
    {'~', "a\n~.", "a\n<D>"},
    {'~', "~~.", "~."},
    {'~', "\r~~~.", "\r~~."},
    {'~', "~?~R~B~\x1a~.", "<?><R><B><^><D>"}, /* behind an order the line still begins */
    {'~', "~x", "~x"},
    {'~', "~\r~.", "~\r<D>"},
    {'~', "~ ~.", "~ ~."},
    {'%', "~.\r%.", "~.\r<D>"},
    {ESCAPE_NONE, "~.\r~.\xff", "~.\r~.\xff"},
};

static void
orders_are_read_only_where_a_line_begins(void **state)
{
	char result[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t step = 1; step < 16; step++) {
			filter(rows[i].character, rows[i].typed, step, result);
			assert_string_equal(result, rows[i].result);
		}
	}
}

static void
help_names_the_character_that_is_set(void **state)
{
	struct escape escape;
	char text[512], little[20];

	(void)state;
	escape_init(&escape, '%');
	escape_help(&escape, text, sizeof(text));
	assert_non_null(strstr(text, " %.   ends the connection\r\n"));
	assert_non_null(strstr(text, " %%   sends"));
	escape_init(&escape, 1);
	escape_help(&escape, text, sizeof(text));
	assert_non_null(strstr(text, " ^A.   ends"));
	escape_help(&escape, little, sizeof(little));
	assert_int_equal(strlen(little), sizeof(little) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(orders_are_read_only_where_a_line_begins),
	    cmocka_unit_test(help_names_the_character_that_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
