/* Failures are kept and told; every status has its words. */
#include "failure.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void
the_first_failure_stays(void **state)
{
	struct failure f = {.code = 0};
	struct nacre_error error;
	struct test_env t;

	(void)state;
	test_env_init(&t, 1);
	assert_int_equal(failure_set(&f, NACRE_E_MAC, NACRE_ORIGIN_CRYPTO, "packet %d: %s", 7, "tag"), NACRE_E_MAC);
	assert_int_equal(failure_set(&f, NACRE_E_CLOSED, NACRE_ORIGIN_LOCAL, "later"), NACRE_E_MAC);
	failure_view(&f, &error);
	assert_int_equal(error.code, NACRE_E_MAC);
	assert_int_equal(error.origin, NACRE_ORIGIN_CRYPTO);
	assert_string_equal(error.message, "packet 7: tag");
	assert_string_equal(error.hint, nacre_status_hint(NACRE_E_MAC));
	assert_null(error.ours);
	assert_null(error.theirs);
	assert_null(error.peer_text);
	failure_clear(&f, &t.env);
	assert_int_equal(failure_set(&f, NACRE_E_CLOSED, NACRE_ORIGIN_LOCAL, "later"), NACRE_E_CLOSED);
	failure_set_hint(&f, "a hint of its %s", "own");
	failure_view(&f, &error);
	assert_string_equal(error.hint, "a hint of its own");
}

static void
no_failure_has_a_view_too(void **state)
{
	struct failure f = {.code = 0};
	struct nacre_error error;

	(void)state;
	failure_view(&f, &error);
	assert_int_equal(error.code, 0);
	assert_int_equal(error.origin, NACRE_ORIGIN_NONE);
	assert_string_equal(error.message, "no error");
	assert_string_equal(error.hint, "");
}

static void
a_long_text_is_cut(void **state)
{
	struct failure f = {.code = 0};
	char text[FAILURE_TEXT_MAX * 2];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	failure_set(&f, NACRE_E_FORMAT, NACRE_ORIGIN_PROTOCOL, "%s", text);
	assert_int_equal(strlen(f.text), FAILURE_TEXT_MAX - 1);
}

static void
no_control_character_is_in_a_text_or_a_hint(void **state)
{
	struct failure f = {.code = 0};

	(void)state;
	failure_set(&f, NACRE_E_FILE, NACRE_ORIGIN_RESOURCE, "%s: \xc3\xa4 \xc2\x9b", "a\nb\x1b[2J");
	failure_set_hint(&f, "%s", "\xe2\x80\xae\x7f");
	assert_string_equal(f.text, "a\\x0ab\\x1b[2J: \xc3\xa4 \\xc2\\x9b");
	assert_string_equal(f.hint, "\\xe2\\x80\\xae\\x7f");
}

static void
lists_and_the_peers_words_are_kept_escaped(void **state)
{
	struct failure f = {.code = 0};
	struct nacre_error error;
	struct test_env t;

	(void)state;
	test_env_init(&t, 2);
	failure_set(&f, NACRE_E_NEGOTIATION, NACRE_ORIGIN_PROTOCOL, "kex");
	failure_add_lists(&f, &t.env, SLICE_LIT("a,b"), SLICE_LIT("c\x1b"));
	failure_add_lists(&f, &t.env, SLICE_LIT("x"), SLICE_LIT("y"));
	failure_add_peer(&f, &t.env, 2, SLICE_LIT("go\naway"));
	failure_add_peer(&f, &t.env, 3, SLICE_LIT("again"));
	failure_view(&f, &error);
	assert_string_equal(error.ours, "a,b");
	assert_string_equal(error.theirs, "c\\x1b");
	assert_string_equal(error.peer_text, "go\\x0aaway");
	assert_true(error.peer_reason == 2);
	failure_clear(&f, &t.env);
	assert_int_equal(t.live_blocks, 0);
	assert_int_equal(t.wrong_sizes, 0);
}

static void
without_memory_the_failure_stands_without_words(void **state)
{
	struct failure f = {.code = 0};
	struct nacre_error error;
	struct test_env t;

	(void)state;
	test_env_init(&t, 3);
	t.fail_at = 2;
	failure_set(&f, NACRE_E_NEGOTIATION, NACRE_ORIGIN_PROTOCOL, "kex");
	failure_add_lists(&f, &t.env, SLICE_LIT("a"), SLICE_LIT("b"));
	failure_add_peer(&f, &t.env, 2, SLICE_LIT("words"));
	failure_view(&f, &error);
	assert_int_equal(error.code, NACRE_E_NEGOTIATION);
	assert_string_equal(error.ours, "a");
	assert_null(error.theirs);
	assert_null(error.peer_text);
	failure_clear(&f, &t.env);
	assert_int_equal(t.live_blocks, 0);
}

static void
every_status_has_a_name_and_a_sentence(void **state)
{
	static const int codes[] = {
#define E(name, number, ...) number,
#include <nacre/errors.def>
#undef E
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		assert_true(codes[i] < 0);
		assert_memory_equal(nacre_status_name(codes[i]), "NACRE_E_", 8);
		assert_true(strlen(nacre_status_text(codes[i])) > 0);
		assert_true(strlen(nacre_status_cause(codes[i])) > 0);
		assert_true(strlen(nacre_status_hint(codes[i])) > 0);
		assert_int_not_equal(failure_origin(codes[i]), NACRE_ORIGIN_NONE);
		for (j = 0; j < i; j++)
			assert_int_not_equal(codes[i], codes[j]);
	}
	assert_string_equal(nacre_status_name(NACRE_E_TIMEOUT), "NACRE_E_TIMEOUT");
	assert_string_equal(nacre_status_name(0), "NACRE_OK");
	assert_string_equal(nacre_status_name(1), "unknown");
	assert_string_equal(nacre_status_name(-9999), "unknown");
	assert_string_equal(nacre_status_hint(-9999), "");
}

static void
origins_have_names_and_codes_have_origins(void **state)
{
	static const char *const names[] = {"none", "peer", "protocol", "local", "resource", "crypto"};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(nacre_origin_name((enum nacre_origin)i), names[i]);
	assert_string_equal(nacre_origin_name((enum nacre_origin)99), "unknown");
	assert_int_equal(failure_origin(0), NACRE_ORIGIN_NONE);
	assert_int_equal(failure_origin(NACRE_E_NOMEM), NACRE_ORIGIN_RESOURCE);
	assert_int_equal(failure_origin(NACRE_E_FORMAT), NACRE_ORIGIN_PROTOCOL);
	assert_int_equal(failure_origin(NACRE_E_MAC), NACRE_ORIGIN_CRYPTO);
	assert_int_equal(failure_origin(NACRE_E_AUTH), NACRE_ORIGIN_PEER);
	assert_int_equal(failure_origin(NACRE_E_MISUSE), NACRE_ORIGIN_LOCAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_failure_stays),
	    cmocka_unit_test(no_failure_has_a_view_too),
	    cmocka_unit_test(a_long_text_is_cut),
	    cmocka_unit_test(no_control_character_is_in_a_text_or_a_hint),
	    cmocka_unit_test(lists_and_the_peers_words_are_kept_escaped),
	    cmocka_unit_test(without_memory_the_failure_stands_without_words),
	    cmocka_unit_test(every_status_has_a_name_and_a_sentence),
	    cmocka_unit_test(origins_have_names_and_codes_have_origins),
	};

	return cmocka_run_group_tests_name("failure", tests, NULL, NULL);
}
