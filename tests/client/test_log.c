/* The log: which lines there are, at which level, under which name, and what they can never hold. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "expect.h"

static void
only_the_levels_that_are_wanted_are_told(void **state)
{
	static const struct {
		enum nacre_log_level least;
		const char *there[2], *absent[2];
	} rows[] = {
	    {NACRE_LOG_DEBUG, {"D nacre.transport keys in use: ", "I nacre.transport authenticated as diver"}, {NULL}},
	    {NACRE_LOG_INFO, {"I nacre.transport authenticated as diver", NULL}, {"D nacre", NULL}},
	    {NACRE_LOG_WARNING, {NULL}, {"D nacre", "I nacre"}},
	    {NACRE_LOG_ERROR, {NULL}, {"D nacre", "I nacre"}},
	};
	struct stage s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		stage_init(&s);
		nacre_client_set_log_level(s.client, rows[i].least);
		assert_int_equal(stage_connect(&s), NACRE_OK);
		for (size_t k = 0; k < 2 && rows[i].there[k] != NULL; k++)
			assert_non_null(strstr(s.log, rows[i].there[k]));
		for (size_t k = 0; k < 2 && rows[i].absent[k] != NULL; k++)
			assert_null(strstr(s.log, rows[i].absent[k]));
		stage_end(&s);
	}
}

static void
why_no_connection_came_about_is_an_error_line(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	nacre_client_set_log_level(s.client, NACRE_LOG_ERROR);
	s.options.port = 2222;
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	assert_non_null(
	    strstr(s.log, "E nacre.transport no connection to reef: the host key of [reef]:2222 is not known"));
	stage_end(&s);
}

static void
what_ended_a_connection_is_an_error_line_but_where_it_was_closed_here(void **state)
{
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "disconnect", NULL, &result), NACRE_E_DISCONNECTED);
	nacre_result_free(&result);
	assert_non_null(strstr(s.log, "E nacre.transport the connection has ended: disconnect: reason 12"));
	stage_close(&s);
	s.log[0] = '\0';
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_null(strstr(s.log, "E nacre"));
	stage_end(&s);
}

static void
two_clients_log_under_names_of_their_own(void **state)
{
	struct stage a, b;

	(void)state;
	stage_init(&a);
	stage_init(&b);
	assert_int_equal(nacre_client_set_log_channel(a.client, "first"), NACRE_OK);
	assert_int_equal(nacre_client_set_log_channel(b.client, "second"), NACRE_OK);
	assert_int_equal(stage_connect(&a), NACRE_OK);
	assert_int_equal(stage_connect(&b), NACRE_OK);
	assert_non_null(strstr(a.log, "I first authenticated"));
	assert_null(strstr(a.log, "second"));
	assert_non_null(strstr(b.log, "I second authenticated"));
	assert_null(strstr(b.log, "first"));
	stage_end(&b);
	stage_end(&a);
}

/* C0, DEL, C1 in UTF-8 and as a byte, an override of the direction, what is no UTF-8. */
#define ODD                                                                                                            \
	"\x1b]0;x\x07 \x7f \xc2\x9b"                                                                                   \
	"1m \x9b \xe2\x80\xae \xe2\x81\xa6 \xff \n\r"

static bool
is_plain(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (((unsigned char)*p < 0x20 && *p != '\n') || *p == 0x7f || (unsigned char)*p >= 0x80)
			return false;
	return true;
}

static void
a_banner_is_shown_without_its_control_characters(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.banner = ODD;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_non_null(strstr(s.log,
	    "banner of the server: \\x1b]0;x\\x07 \\x7f \\xc2\\x9b1m \\x9b \\xe2\\x80\\xae \\xe2\\x81\\xa6 "
	    "\\xff \\x0a\\x0d\n"));
	assert_true(is_plain(s.log));
	stage_end(&s);
}

static void
what_a_server_says_in_the_place_of_an_identification_is_shown_the_same_way(void **state)
{
	static const char text[] = ODD;
	struct nacre_error error;
	struct stage s;

	(void)state;
	stage_init(&s);
	expect_raw(&s, text, sizeof(text) - 1, true);
	error = stage_error(&s);
	assert_int_equal(error.code, NACRE_E_IDENT);
	assert_true(is_plain(error.message) && is_plain(error.peer_text) && is_plain(s.log));
	assert_non_null(strstr(error.peer_text, "\\x1b]0;x\\x07 \\x7f \\xc2\\x9b1m"));
	assert_non_null(strstr(s.log, "\\x1b]0;x"));
	stage_end(&s);
}

/* A name of the caller's own may hold a newline: one event is one line all the same. */
static void
no_path_makes_two_lines_of_one(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.key_file = stage_path("two\nlines\x1b[2J");
	assert_int_equal(stage_connect(&s), NACRE_E_FILE_MISSING);
	assert_non_null(strstr(s.log, "two\\x0alines\\x1b[2J: "));
	assert_true(is_plain(s.log));
	assert_true(is_plain(stage_error(&s).file));
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_the_levels_that_are_wanted_are_told),
	    cmocka_unit_test(why_no_connection_came_about_is_an_error_line),
	    cmocka_unit_test(what_ended_a_connection_is_an_error_line_but_where_it_was_closed_here),
	    cmocka_unit_test(two_clients_log_under_names_of_their_own),
	    cmocka_unit_test(a_banner_is_shown_without_its_control_characters),
	    cmocka_unit_test(what_a_server_says_in_the_place_of_an_identification_is_shown_the_same_way),
	    cmocka_unit_test(no_path_makes_two_lines_of_one),
	};

	return cmocka_run_group_tests_name("client: log", tests, stage_setup, stage_teardown);
}
