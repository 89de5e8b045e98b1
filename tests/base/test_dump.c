/* Bytes of the trace, row by row. */
#include <nacre/trace.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void
bytes_come_in_rows_of_sixteen(void **state)
{
	static const uint8_t bytes[] = "\x14hello, \x1b[31mred\x7f\x80 end";
	const struct nacre_trace line = {.length = sizeof(bytes) - 1, .bytes = bytes};
	char row[NACRE_TRACE_DUMP_MAX];

	(void)state;
	assert_int_equal(nacre_trace_dump(&line, 0, row), 16);
	assert_string_equal(row, "00000000  14 68 65 6c 6c 6f 2c 20  1b 5b 33 31 6d 72 65 64 |.hello, .[31mred|");
	assert_int_equal(nacre_trace_dump(&line, 16, row), 6);
	assert_string_equal(row, "00000010  7f 80 20 65 6e 64                                |.. end|");
	assert_int_equal(nacre_trace_dump(&line, 22, row), 0);
	assert_string_equal(row, "");
	assert_int_equal(nacre_trace_dump(&line, SIZE_MAX, row), 0);
}

static void
a_line_without_bytes_has_no_rows(void **state)
{
	const struct nacre_trace line = {.length = 100};
	char row[NACRE_TRACE_DUMP_MAX];

	(void)state;
	assert_int_equal(nacre_trace_dump(&line, 0, row), 0);
	assert_string_equal(row, "");
}

/* The longest row fills its room, whatever the offset. */
static void
no_row_is_longer_than_its_room(void **state)
{
	static const uint8_t bytes[16] = {0};
	struct nacre_trace line = {.length = SIZE_MAX, .bytes = bytes};
	char row[NACRE_TRACE_DUMP_MAX];

	(void)state;
	line.bytes = bytes;
	line.length = 16;
	assert_int_equal(nacre_trace_dump(&line, 0, row), 16);
	assert_true(strlen(row) < sizeof(row));
	assert_int_equal(strlen(row), 8 + 2 + 16 * 3 + 1 + 18);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes_come_in_rows_of_sixteen),
	    cmocka_unit_test(a_line_without_bytes_has_no_rows),
	    cmocka_unit_test(no_row_is_longer_than_its_room),
	};

	return cmocka_run_group_tests_name("dump", tests, NULL, NULL);
}
