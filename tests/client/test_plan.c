/* The default strategy against a scripted server: every order of methods, and what a password and a passphrase are used
 * for. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "stage.h"

#define ALL "publickey,password,keyboard-interactive"

static const struct peer_prompt two_rounds[] = {
    {0, "Code: ", "42", true}, {0, "PIN: ", "0000", false}, {1, NULL, NULL, false}};
static const struct peer_prompt one_password[] = {{0, "Password: ", "secret", false}};

struct person {
	unsigned dialogs, prompts;
	char words[256];
	const char *const *answers; /* one for each prompt, in order; NULL: gives up */
};

static int
answer_prompts(void *ctx, const struct nacre_prompts *prompts, char *const *answers, size_t cap)
{
	struct person *person = ctx;
	size_t n = strlen(person->words);

	person->dialogs++;
	for (size_t i = 0; i < prompts->n; i++) {
		const char *given = person->answers[person->prompts];

		n += (size_t)snprintf(person->words + n, sizeof(person->words) - n, "%.*s|",
		    (int)prompts->prompts[i].text.n, (const char *)prompts->prompts[i].text.p);
		if (given == NULL)
			return -1;
		person->prompts++;
		snprintf(answers[i], cap, "%s", given);
	}
	return 0;
}

static const char *const right[] = {"42", "0000", "42", "0000", "42", "0000", NULL};

static void
stage_with_all(struct stage *s, struct person *person)
{
	stage_init(s);
	*person = (struct person){.answers = right};
	s->script.methods = ALL;
	s->script.dialog = two_rounds;
	s->script.n_dialog = 3;
	s->options.password = "secret";
	s->options.prompts = answer_prompts;
	s->options.prompts_ctx = person;
}

static const char *const orders[] = {"publickey", "password", "keyboard-interactive", "publickey,password",
    "publickey,keyboard-interactive", "password,publickey", "password,keyboard-interactive",
    "keyboard-interactive,publickey", "keyboard-interactive,password", "publickey,password,keyboard-interactive",
    "publickey,keyboard-interactive,password", "password,publickey,keyboard-interactive",
    "password,keyboard-interactive,publickey", "keyboard-interactive,publickey,password",
    "keyboard-interactive,password,publickey"};

#define N_ORDERS (sizeof(orders) / sizeof(orders[0]))

static void
every_order_of_methods_leads_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ORDERS; i++) {
		for (int any = 0; any <= 1; any++) {
			struct person person;
			struct stage s;
			const struct nacre_attempt *attempts;
			size_t n, partial = 0, wanted = 0;

			stage_with_all(&s, &person);
			s.script.chain = orders[i];
			s.script.any_order = any;
			if (stage_connect(&s) != NACRE_OK)
				fail_msg("%s: %s", orders[i], stage_error(&s).message);
			attempts = nacre_client_auth_attempts(s.client, &n);
			for (size_t k = 0; k < n; k++)
				partial += attempts[k].result == NACRE_ATTEMPT_PARTIAL;
			for (const char *p = orders[i]; *p != '\0'; p++)
				wanted += *p == ',';
			assert_int_equal(partial, wanted);
			assert_int_equal(attempts[n - 1].result, NACRE_ATTEMPT_ACCEPTED);
			assert_false(nacre_client_auth_was_trivial(s.client));
			stage_end(&s);
		}
	}
}

/* The reference took some partial successes for the whole. */
static void
no_partial_success_of_any_combination_is_a_connection(void **state)
{
	static const char *const wrong[] = {"43", "0000", NULL};

	(void)state;
	for (size_t i = 0; i < N_ORDERS; i++) {
		for (int missing = 0; missing < 6; missing++) { /* each not there, or wrong */
			static const char *const names[] = {"publickey", "password", "keyboard-interactive"};
			bool needed = strstr(orders[i], names[missing % 3]) != NULL;
			struct person person;
			struct stage s;
			int rc;

			stage_with_all(&s, &person);
			s.script.chain = orders[i];
			if (missing == 0)
				s.options.key = NULL;
			if (missing == 1)
				s.options.password = NULL;
			if (missing == 2)
				s.options.prompts = NULL;
			if (missing == 3)
				s.options.key = stage_keys[STAGE_USER_2];
			if (missing == 4)
				s.options.password = "guess";
			if (missing == 5)
				person.answers = wrong;
			rc = stage_connect(&s);
			assert_int_equal(rc == NACRE_OK, !needed);
			if (needed && rc != NACRE_E_AUTH && rc != NACRE_E_AUTH_PARTIAL && rc != NACRE_E_AUTH_METHODS)
				fail_msg("%s without %d: %s", orders[i], missing, stage_error(&s).message);
			assert_int_equal(nacre_client_is_active(s.client), !needed);
			stage_end(&s);
		}
	}
}

static void
partial_names_what_is_still_wanted(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.chain = "publickey,password,keyboard-interactive";
	s.script.any_order = true;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH_PARTIAL);
	assert_string_equal(stage_error(&s).theirs, "password,keyboard-interactive");
	assert_non_null(strstr(stage_error(&s).message, "publickey (given) (accepted, not enough)"));
	stage_end(&s);
}

static void
each_failure_has_its_own_code_and_lists_the_attempts(void **state)
{
	const struct nacre_attempt *attempts;
	struct stage s;
	size_t n;

	(void)state;
	stage_init(&s);
	s.options.key = stage_keys[STAGE_USER_2];
	s.options.password = "guess";
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	attempts = nacre_client_auth_attempts(s.client, &n);
	assert_int_equal(n, 2);
	assert_string_equal(attempts[0].method, "publickey");
	assert_string_equal(attempts[0].key_type, "ssh-ed25519");
	assert_int_equal(strncmp(attempts[0].fingerprint, "SHA256:", 7), 0);
	assert_int_equal(attempts[0].source, NACRE_KEY_GIVEN);
	assert_int_equal(attempts[0].result, NACRE_ATTEMPT_REFUSED);
	assert_string_equal(attempts[0].remaining, "publickey,password");
	assert_string_equal(attempts[1].method, "password");
	assert_non_null(strstr(stage_error(&s).message, "publickey (given) (refused), password (refused)"));
	assert_null(strstr(stage_error(&s).message, "guess"));

	s.script.methods = "keyboard-interactive";
	s.options.password = NULL;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH_METHODS);
	assert_string_equal(stage_error(&s).theirs, "keyboard-interactive");

	s.options.key = NULL;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH_NOTHING);
	assert_string_equal(stage_error(&s).theirs, "keyboard-interactive");
	stage_end(&s);
}

/* --- the password in place of a person --- */

static void
the_password_answers_one_secret_prompt_of_the_first_round_once(void **state)
{
	static const struct peer_prompt echoed[] = {{0, "Name: ", "secret", true}};
	static const struct peer_prompt later[] = {{0, NULL, NULL, false}, {1, "Password: ", "secret", false}};
	static const struct peer_prompt again[] = {
	    {0, "Password: ", "secret", false}, {1, "Password: ", "secret", false}};
	static const struct {
		const struct peer_prompt *dialog;
		size_t n;
		int result;
		const char *auth;
	} rows[] = {
	    {one_password, 1, NACRE_OK, "keyboard-interactive keyboard-interactive"},
	    {two_rounds, 3, NACRE_E_AUTH, "keyboard-interactive"},
	    {echoed, 1, NACRE_E_AUTH, "keyboard-interactive"},
	    {later, 2, NACRE_E_AUTH, "keyboard-interactive keyboard-interactive"},
	    {again, 2, NACRE_E_AUTH, "keyboard-interactive keyboard-interactive"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage s;

		stage_init(&s);
		s.options.key = NULL;
		s.options.password = "secret";
		s.script.methods = "keyboard-interactive";
		s.script.dialog = rows[i].dialog;
		s.script.n_dialog = rows[i].n;
		if (stage_connect(&s) != rows[i].result)
			fail_msg("row %zu: %s", i, stage_error(&s).message);
		stage_close(&s);
		assert_string_equal(s.peer.auth, rows[i].auth);
		stage_end(&s);
	}
}

/* What was sent as a password is not sent again as the answer to something else. */
static void
a_password_that_was_sent_as_one_answers_no_prompt(void **state)
{
	static const struct peer_prompt code[] = {{0, "One-time code: ", "secret", false}};
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.password = "secret";
	s.script.chain = "password,keyboard-interactive";
	s.script.methods = ALL;
	s.script.dialog = code;
	s.script.n_dialog = 1;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH_PARTIAL);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "password");

	s.script.chain = NULL;
	s.options.password = "guess";
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "password");
	stage_end(&s);
}

static void
a_person_is_asked_each_round_with_its_echo_and_three_times_in_all(void **state)
{
	static const char *const answers[] = {"43", "0000", "44", "0000", "42", "0000", NULL};
	static const char *const wrong[] = {"1", "1", "2", "2", "3", "3", "4", "4", NULL};
	struct person person = {.answers = answers};
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.prompts = answer_prompts;
	s.options.prompts_ctx = &person;
	s.script.methods = "keyboard-interactive";
	s.script.dialog = two_rounds;
	s.script.n_dialog = 3;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_string_equal(nacre_client_auth_method(s.client), "keyboard-interactive");
	assert_string_equal(person.words, "Code: |PIN: |Code: |PIN: |Code: |PIN: |");
	assert_int_equal(person.dialogs, 4); /* and the words of the last round */
	stage_close(&s);

	person = (struct person){.answers = wrong};
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	assert_int_equal(person.prompts, 6);

	person = (struct person){.answers = wrong + 8};
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	assert_int_equal(person.dialogs, 1); /* who gives up is not asked again */
	assert_non_null(strstr(stage_error(&s).message, "keyboard-interactive (not used)"));
	stage_end(&s);
}

/* --- success that proves nothing --- */

static int
none_first(void *ctx, const struct nacre_auth_state *state, struct nacre_auth_next *next)
{
	if (state->n_attempts > 0)
		return nacre_auth_default(ctx, state, next);
	next->kind = NACRE_AUTH_NONE;
	return 0;
}

static void
a_trivial_success_is_refused_where_a_credential_was_given(void **state)
{
	(void)state;
	for (int by_none = 0; by_none <= 1; by_none++) {
		for (int row = 0; row < 3; row++) { /* given; given and allowed; nothing given */
			int expected = row == 0 ? NACRE_E_AUTH_TRIVIAL : NACRE_OK;
			struct person person = {.answers = right};
			struct stage s;

			stage_init(&s);
			s.script.none_is_enough = by_none;
			s.script.methods = "keyboard-interactive";
			s.options.key = NULL;
			s.options.password = row < 2 ? "secret" : NULL;
			s.options.allow_trivial_auth = row == 1;
			s.options.auth_strategy = by_none ? none_first : NULL;
			s.options.prompts = answer_prompts;
			s.options.prompts_ctx = &person;
			if (stage_connect(&s) != expected)
				fail_msg("%d %d: %s", by_none, row, stage_error(&s).message);
			assert_true(nacre_client_auth_was_trivial(s.client));
			assert_int_equal(nacre_client_is_active(s.client), row > 0);
			stage_end(&s);
		}
	}
}

/* --- strategies --- */

struct script {
	const enum nacre_auth_kind *kinds;
	size_t n, next;
	size_t seen;
	bool partial;
};

static int
by_script(void *ctx, const struct nacre_auth_state *state, struct nacre_auth_next *next)
{
	struct script *script = ctx;

	assert_string_equal(state->user, "diver");
	assert_string_equal(state->host, "reef");
	script->seen = state->n_attempts;
	script->partial = state->partial;
	if (script->next == script->n)
		return 0;
	next->kind = script->kinds[script->next++];
	next->password = "secret";
	next->key = stage_keys[STAGE_USER];
	return 0;
}

static void
a_strategy_of_the_callers_decides_alone(void **state)
{
	static const enum nacre_auth_kind kinds[] = {
	    NACRE_AUTH_NONE, NACRE_AUTH_PASSWORD, NACRE_AUTH_KEY, NACRE_AUTH_INTERACTIVE};
	struct script script = {.kinds = kinds, .n = 4};
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.auth_strategy = by_script;
	s.options.auth_strategy_ctx = &script;
	s.script.methods = ALL;
	s.script.chain = "password,publickey,keyboard-interactive";
	s.script.dialog = one_password;
	s.script.n_dialog = 1;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(script.seen, 3);
	assert_true(script.partial);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "none password publickey keyboard-interactive keyboard-interactive");

	script = (struct script){.kinds = kinds, .n = 0};
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH_NOTHING);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "");
	stage_end(&s);
}

static void
the_order_of_methods_can_be_named_and_what_is_not_named_is_not_used(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.password = "guess";
	s.options.auth_methods = "password,publickey";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "password publickey");

	s.options.auth_methods = "password";
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "password");
	stage_end(&s);
}

/* --- expired passwords --- */

static int
renew(void *ctx, struct nacre_bytes words, char *answer, size_t cap)
{
	const char *const *given = ctx;

	assert_int_equal(words.n, strlen("choose another"));
	if (*given == NULL)
		return -1;
	snprintf(answer, cap, "%s", *given);
	return 0;
}

static void
an_expired_password_is_changed_by_a_callback(void **state)
{
	const char *fresh = "secret";
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.password = "stale";
	s.options.new_password = renew;
	s.options.new_password_ctx = &fresh;
	s.script.expired = "stale";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "password password!");

	fresh = NULL;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	s.options.new_password = NULL;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "password");
	stage_end(&s);
}

static void
gss_is_not_built_in_and_says_so(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		struct stage s;

		stage_init(&s);
		s.options.gss_auth = i == 0;
		s.options.gss_kex = i == 1;
		s.options.gss_deleg_creds = i == 2;
		s.options.gss_trust_dns = i == 3;
		s.options.gss_host = i == 4 ? "reef" : NULL;
		assert_int_equal(stage_connect(&s), NACRE_E_UNSUPPORTED);
		assert_non_null(strstr(stage_error(&s).message, "gss_"));
		assert_non_null(strstr(stage_error(&s).message, "not built in"));
		stage_end(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_order_of_methods_leads_in),
	    cmocka_unit_test(no_partial_success_of_any_combination_is_a_connection),
	    cmocka_unit_test(partial_names_what_is_still_wanted),
	    cmocka_unit_test(each_failure_has_its_own_code_and_lists_the_attempts),
	    cmocka_unit_test(the_password_answers_one_secret_prompt_of_the_first_round_once),
	    cmocka_unit_test(a_password_that_was_sent_as_one_answers_no_prompt),
	    cmocka_unit_test(a_person_is_asked_each_round_with_its_echo_and_three_times_in_all),
	    cmocka_unit_test(a_trivial_success_is_refused_where_a_credential_was_given),
	    cmocka_unit_test(a_strategy_of_the_callers_decides_alone),
	    cmocka_unit_test(the_order_of_methods_can_be_named_and_what_is_not_named_is_not_used),
	    cmocka_unit_test(an_expired_password_is_changed_by_a_callback),
	    cmocka_unit_test(gss_is_not_built_in_and_says_so),
	};

	return cmocka_run_group_tests_name("client, the plan", tests, stage_setup, stage_teardown);
}
