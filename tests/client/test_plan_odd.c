/* Servers that refuse, accept by halves and name methods as they please: the plan ends, and says what it was. */
#include <stdio.h>
#include <string.h>
#include "stage.h"

static unsigned dialogs;

static int
answer_anything(void *ctx, const struct nacre_prompts *prompts, char *const *answers, size_t cap)
{
	(void)ctx;
	dialogs++;
	for (size_t i = 0; i < prompts->n; i++)
		snprintf(answers[i], cap, "anything");
	return 0;
}

static int
type_anything(void *ctx, enum nacre_ask what, const char *about, char *answer, size_t cap)
{
	(void)ctx;
	(void)what;
	(void)about;
	snprintf(answer, cap, "anything");
	return 0;
}

/* A key and a password are given, of which the server says the same whatever it is shown. */
static void
a_list_is_taken_as_it_is_and_the_plan_ends(void **state)
{
	static const struct {
		const char *says;
		enum peer_whim whim;
		bool person;
		int result;
		const char *auth;
	} rows[] = {
	    {"", WHIM_REFUSES, false, NACRE_E_AUTH_METHODS, "publickey"},
	    {"gssapi-with-mic,hostbased", WHIM_REFUSES, true, NACRE_E_AUTH_METHODS, "publickey"},
	    {"PASSWORD,Publickey", WHIM_REFUSES, true, NACRE_E_AUTH_METHODS, "publickey"},
	    {"password,password,password", WHIM_REFUSES, false, NACRE_E_AUTH, "publickey password"},
	    {",,password,", WHIM_REFUSES, false, NACRE_E_AUTH, "publickey password"},
	    {"none,publickey", WHIM_REFUSES, true, NACRE_E_AUTH, "publickey"},
	    {"publickey,password", WHIM_REFUSES, true, NACRE_E_AUTH, "publickey password password password password"},
	    {"publickey,password", WHIM_PARTIAL, false, NACRE_E_AUTH_PARTIAL, "publickey password"},
	    {"publickey,password", WHIM_PARTIAL, true, NACRE_E_AUTH_PARTIAL,
		"publickey password password password password"},
	    {"", WHIM_PARTIAL, true, NACRE_E_AUTH_PARTIAL, "publickey"},
	    {"keyboard-interactive", WHIM_PARTIAL, true, NACRE_E_AUTH_PARTIAL,
		"publickey keyboard-interactive keyboard-interactive keyboard-interactive"},
	    {"keyboard-interactive", WHIM_REFUSES, true, NACRE_E_AUTH,
		"publickey keyboard-interactive keyboard-interactive keyboard-interactive"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage s;

		stage_init(&s);
		s.options.password = "secret";
		s.options.ask = rows[i].person ? type_anything : NULL;
		s.options.prompts = rows[i].person ? answer_anything : NULL;
		s.script.methods = "publickey,password,keyboard-interactive";
		s.script.says = rows[i].says;
		s.script.whim = rows[i].whim;
		if (stage_connect(&s) != rows[i].result)
			fail_msg("row %zu: %s", i, stage_error(&s).message);
		assert_false(nacre_client_is_active(s.client));
		peer_join(&s.peer);
		assert_string_equal(s.peer.auth, rows[i].auth);
		assert_string_equal(stage_error(&s).theirs, rows[i].says);
		stage_end(&s);
	}
}

/* It would take the key, and does not take the signature: that is one refusal, and no reason to sign again. */
static void
a_server_that_takes_a_key_and_not_its_signature_gets_one(void **state)
{
	const struct nacre_attempt *attempts;
	const char *files[2] = {NULL};
	struct stage s;
	size_t n;

	(void)state;
	stage_init(&s);
	files[0] = stage_key_file("second", stage_keys[STAGE_USER_2]); /* with two, each is offered first */
	s.options.key_files = files;
	s.script.user_key2 = stage_keys[STAGE_USER_2];
	s.script.whim = WHIM_TAKES_NO_SIGNATURE;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	attempts = nacre_client_auth_attempts(s.client, &n);
	assert_int_equal(n, 2);
	assert_int_equal(attempts[0].refusals, 1);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "publickey? publickey publickey? publickey");
	stage_end(&s);
}

/* The names of what was tried and what the server says stand in the error, and nothing that was typed. */
static void
a_hostile_list_is_escaped_and_cut(void **state)
{
	char says[3000];
	struct stage s;

	(void)state;
	stage_init(&s);
	memset(says, 'x', sizeof(says) - 1);
	says[sizeof(says) - 1] = '\0';
	for (size_t i = 30; i < sizeof(says) - 1; i += 31)
		says[i] = ',';
	s.script.says = says;
	s.script.whim = WHIM_REFUSES;
	s.options.password = "secret";
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH_METHODS);
	assert_non_null(strstr(stage_error(&s).message, "publickey (given) (refused)"));
	assert_null(strstr(stage_error(&s).message, "secret"));
	assert_null(strstr(s.log, "secret"));
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_is_taken_as_it_is_and_the_plan_ends),
	    cmocka_unit_test(a_server_that_takes_a_key_and_not_its_signature_gets_one),
	    cmocka_unit_test(a_hostile_list_is_escaped_and_cut),
	};

	return cmocka_run_group_tests_name("client/plan_odd", tests, stage_setup, stage_teardown);
}
