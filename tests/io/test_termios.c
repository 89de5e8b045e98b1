/* Encoded terminal modes: made, read, and from and to a terminal of this system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <nacre/terminal.h>

static struct nacre_bytes
encoded(const struct nacre_modes *modes)
{
	return (struct nacre_bytes){modes->bytes, modes->n};
}

static void
modes_are_the_bytes_of_the_rfc(void **state)
{
	static const uint8_t expected[] = {53, 0, 0, 0, 1, 128, 0, 0, 0x96, 0, 42, 0, 0, 0, 0, 0};
	struct nacre_modes modes;

	(void)state;
	nacre_modes_init(&modes);
	assert_int_equal(modes.n, 1);
	assert_int_equal(nacre_modes_set(&modes, NACRE_MODE_ECHO, 0), NACRE_OK);
	assert_int_equal(nacre_modes_set(&modes, NACRE_MODE_ISPEED, 38400), NACRE_OK);
	assert_int_equal(nacre_modes_set(&modes, NACRE_MODE_IUTF8, 0), NACRE_OK);
	assert_int_equal(nacre_modes_set(&modes, NACRE_MODE_ECHO, 1), NACRE_OK); /* in its old place */
	assert_int_equal(modes.n, sizeof(expected));
	assert_memory_equal(modes.bytes, expected, sizeof(expected));
}

static void
every_opcode_fits_once_and_no_other(void **state)
{
	struct nacre_modes modes;
	uint32_t value;

	(void)state;
	nacre_modes_init(&modes);
	for (unsigned twice = 0; twice < 2; twice++) {
		for (unsigned opcode = 1; opcode <= NACRE_MODE_MAX; opcode++)
			assert_int_equal(nacre_modes_set(&modes, opcode, UINT32_MAX - opcode - twice), NACRE_OK);
	}
	assert_int_equal(modes.n, NACRE_MODES_MAX);
	assert_int_equal(modes.bytes[NACRE_MODES_MAX - 1], NACRE_MODE_END);
	for (unsigned opcode = 1; opcode <= NACRE_MODE_MAX; opcode++) {
		assert_int_equal(nacre_modes_get(encoded(&modes), opcode, &value), 1);
		assert_int_equal(value, UINT32_MAX - opcode - 1);
	}
	assert_int_equal(nacre_modes_set(&modes, 0, 1), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_modes_set(&modes, NACRE_MODE_MAX + 1, 1), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_modes_set(&modes, 256 + NACRE_MODE_ECHO, 1), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_modes_get(encoded(&modes), 0, &value), 0);
}

static void
reading_stops_where_the_rfc_says(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		int modes, end; /* how many are read, and what reading ends with */
	} rows[] = {
	    {"", 0, 0, 0},
	    {"\0", 1, 0, 0},
	    {"\x35\0\0\0\1", 5, 1, 0}, /* without an end, as some clients have it */
	    {"\x35\0\0\0\1\0\x33\0\0\0\1", 11, 1, 0}, /* nothing counts behind the end */
	    {"\x35\0\0\0\1\xa0\0\0\0\1", 10, 1, 0}, /* 160: parsing stops */
	    {"\x9f\0\0\0\1\x35\0\0\0\1\0", 11, 2, 0}, /* 159: unknown, but it has a value */
	    {"\x35\0\0\0", 4, 0, NACRE_E_FORMAT},
	    {"\x35", 1, 0, NACRE_E_FORMAT},
	    {"\x35\0\0\0\1\x33\0\0", 8, 1, NACRE_E_FORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nacre_bytes rest = {(const uint8_t *)rows[i].bytes, rows[i].n};
		struct termios t = {.c_lflag = 0};
		unsigned opcode;
		uint32_t value;
		int n = 0, rc;

		while ((rc = nacre_modes_next(&rest, &opcode, &value)) == 1)
			n++;
		assert_int_equal(n, rows[i].modes);
		assert_int_equal(rc, rows[i].end);
		assert_int_equal(opcode, 0);
		rest = (struct nacre_bytes){(const uint8_t *)rows[i].bytes, rows[i].n};
		assert_int_equal(nacre_modes_to_termios(rest, &t), rows[i].end);
		assert_int_equal((t.c_lflag & ECHO) != 0, rows[i].modes > 0);
	}
}

static void
the_last_word_about_a_mode_counts(void **state)
{
	static const uint8_t bytes[] = {53, 0, 0, 0, 1, 53, 0, 0, 0, 0, 0};
	struct termios t = {.c_lflag = 0};
	uint32_t value;

	(void)state;
	assert_int_equal(nacre_modes_get((struct nacre_bytes){bytes, sizeof(bytes)}, NACRE_MODE_ECHO, &value), 1);
	assert_int_equal(value, 0);
	assert_int_equal(nacre_modes_to_termios((struct nacre_bytes){bytes, sizeof(bytes)}, &t), NACRE_OK);
	assert_int_equal(t.c_lflag & ECHO, 0);
}

/* Each bit of this one and of its opposite comes back, whatever was there before. */
static void
a_terminal_survives_the_way_there_and_back(void **state)
{
	struct termios ways[3] = {{.c_lflag = 0}, {.c_lflag = 0}, {.c_lflag = 0}};

	(void)state;
	ways[0].c_iflag = ICRNL | IXON | IMAXBEL | IUTF8;
	ways[0].c_oflag = OPOST | ONLCR;
	ways[0].c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | IEXTEN | ECHOCTL | ECHOKE;
	ways[0].c_cflag = CS8;
	ways[1].c_cflag = CS7 | PARENB | PARODD;
	ways[1].c_iflag = IGNPAR | INPCK | ISTRIP;
	ways[2].c_cflag = CS8;
	for (size_t i = 0; i < 3; i++) {
		for (unsigned c = 0; c < NCCS; c++)
			ways[i].c_cc[c] = (cc_t)(c + i);
		ways[i].c_cc[VEOL2] = _POSIX_VDISABLE;
		assert_int_equal(cfsetispeed(&ways[i], B9600), 0);
		assert_int_equal(cfsetospeed(&ways[i], i == 0 ? B115200 : B38400), 0);
	}
	for (size_t i = 0; i < 9; i++) {
		const struct termios *from = &ways[i / 3];
		struct termios to = ways[i % 3];
		struct nacre_modes modes;

		assert_int_equal(nacre_modes_from_termios(from, &modes), NACRE_OK);
		assert_int_equal(nacre_modes_to_termios(encoded(&modes), &to), NACRE_OK);
		assert_int_equal(to.c_iflag, from->c_iflag);
		assert_int_equal(to.c_oflag, from->c_oflag);
		assert_int_equal(to.c_lflag, from->c_lflag);
		assert_int_equal(to.c_cflag & (CSIZE | PARENB | PARODD), from->c_cflag & (CSIZE | PARENB | PARODD));
		assert_int_equal(cfgetospeed(&to), cfgetospeed(from));
		assert_int_equal(to.c_cc[VINTR], from->c_cc[VINTR]);
		assert_int_equal(to.c_cc[VEOL2], _POSIX_VDISABLE);
		assert_int_equal(to.c_cc[VMIN], ways[i % 3].c_cc[VMIN]); /* not the RFC's to say */
	}
}

static void
what_a_peer_cannot_mean_changes_nothing(void **state)
{
	struct termios before = {.c_cflag = CS8}, t;
	struct nacre_modes modes;

	(void)state;
	assert_int_equal(cfsetospeed(&before, B9600), 0);
	before.c_cc[VINTR] = 3;
	t = before;
	nacre_modes_init(&modes);
	assert_int_equal(nacre_modes_set(&modes, NACRE_MODE_VINTR, 256), NACRE_OK); /* no character */
	assert_int_equal(nacre_modes_set(&modes, NACRE_MODE_OSPEED, 0), NACRE_OK); /* it would hang up */
	assert_int_equal(nacre_modes_set(&modes, NACRE_MODE_ISPEED, 12345), NACRE_OK);
	assert_int_equal(nacre_modes_set(&modes, NACRE_MODE_VSTATUS, 20), NACRE_OK); /* not on Linux */
	assert_int_equal(nacre_modes_set(&modes, 29, 1), NACRE_OK);
	assert_int_equal(nacre_modes_to_termios(encoded(&modes), &t), NACRE_OK);
	assert_memory_equal(&t, &before, sizeof(t));
	assert_int_equal(nacre_modes_from_termios(NULL, &modes), NACRE_E_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(modes_are_the_bytes_of_the_rfc),
	    cmocka_unit_test(every_opcode_fits_once_and_no_other),
	    cmocka_unit_test(reading_stops_where_the_rfc_says),
	    cmocka_unit_test(the_last_word_about_a_mode_counts),
	    cmocka_unit_test(a_terminal_survives_the_way_there_and_back),
	    cmocka_unit_test(what_a_peer_cannot_mean_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
