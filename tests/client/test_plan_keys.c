/* Which keys are offered, in which order, how many; what a password and a passphrase open. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "stage.h"

static const char *const discovered[] = {"id_ed25519", "id_ecdsa", "id_rsa"};

/* Into the home directory, which is the stage's. */
static void
home_key(const char *name, const nacre_key *key, const char *passphrase)
{
	const struct nacre_key_write_options options = {
	    .size = sizeof(options), .comment = name, .passphrase = passphrase, .rounds = 1};
	char path[64], *text;
	size_t n;

	(void)mkdir(stage_path(".ssh"), 0700);
	snprintf(path, sizeof(path), ".ssh/%s", name);
	assert_int_equal(nacre_key_write_private(nacre_env_default(), key, &options, &text, &n, NULL, 0), NACRE_OK);
	(void)stage_file(path, text, n, 0600);
	nacre_key_text_free(nacre_env_default(), text, n);
}

static void
empty_home(void)
{
	for (size_t i = 0; i < sizeof(discovered) / sizeof(discovered[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), ".ssh/%s", discovered[i]);
		(void)unlink(stage_path(path));
	}
}

static void
keys_are_found_at_home_unless_nobody_shall_look(void **state)
{
	const struct nacre_attempt *attempts;
	struct stage s;
	size_t n;

	(void)state;
	stage_init(&s);
	home_key("id_ed25519", stage_keys[STAGE_USER_2], NULL);
	home_key("id_rsa", stage_keys[STAGE_USER], NULL); /* a name says nothing about a key */
	s.options.key = NULL;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	attempts = nacre_client_auth_attempts(s.client, &n);
	assert_int_equal(n, 3);
	assert_int_equal(attempts[2].source, NACRE_KEY_DISCOVERED);
	assert_non_null(strstr(attempts[2].name, "/.ssh/id_rsa"));
	stage_close(&s);
	assert_string_equal(s.peer.auth, "none publickey? publickey? publickey");

	for (int i = 0; i < 2; i++) {
		s.options.no_look_for_keys = i == 0;
		s.options.identities_only = i == 1;
		assert_int_equal(stage_connect(&s), NACRE_E_AUTH_NOTHING);
		peer_join(&s.peer);
		assert_string_equal(s.peer.auth, "none");
	}
	empty_home();
	stage_end(&s);
}

/* Nobody has named it: that no algorithm of its type is enabled is no failure of the caller's. */
static void
a_found_key_without_an_enabled_algorithm_is_passed_over(void **state)
{
	const struct nacre_attempt *attempts;
	struct stage s;
	size_t n;

	(void)state;
	stage_init(&s);
	home_key("id_ed25519", stage_keys[STAGE_USER], NULL);
	s.options.key = NULL;
	s.options.password = "secret";
	s.options.pubkey_algorithms = "ecdsa-sha2-nistp256";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	attempts = nacre_client_auth_attempts(s.client, &n);
	assert_int_equal(n, 2);
	assert_int_equal(attempts[0].error, NACRE_E_KEY_TYPE);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "password");
	s.options.password = "guess";
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	s.options.key = stage_keys[STAGE_USER]; /* named, it is one */
	assert_int_equal(stage_connect(&s), NACRE_E_KEY_TYPE);
	empty_home();
	stage_end(&s);
}

static void
named_keys_go_first_and_a_found_one_is_not_offered_twice(void **state)
{
	const char *files[2] = {NULL};
	struct stage s;

	(void)state;
	stage_init(&s);
	home_key("id_ed25519", stage_keys[STAGE_USER_2], NULL); /* as the file */
	home_key("id_ecdsa", stage_keys[STAGE_USER], NULL);
	files[0] = stage_key_file("named", stage_keys[STAGE_USER_2]);
	s.options.key = stage_keys[STAGE_USER_3];
	s.options.key_files = files;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey? publickey? publickey? publickey");
	empty_home();
	stage_end(&s);
}

/* The plan as data: any number of keys, and nobody to sign. */
static struct nacre_auth_next
ask(const struct nacre_connect_options *options, size_t refused, size_t n_keys, const char *methods)
{
	struct nacre_attempt attempts[12] = {{.method = NULL}};
	struct nacre_auth_key keys[12] = {{.key = NULL}};
	struct nacre_auth_state state = {.host = "reef",
	    .user = "diver",
	    .options = options,
	    .methods = methods,
	    .attempts = attempts,
	    .n_attempts = refused,
	    .keys = keys,
	    .n_keys = n_keys};
	struct nacre_auth_next next = {.kind = NACRE_AUTH_STOP};

	for (size_t i = 0; i < n_keys; i++)
		keys[i] = (struct nacre_auth_key){
		    .key = stage_keys[STAGE_USER], .source = NACRE_KEY_AGENT, .name = "", .tried = i < refused};
	for (size_t i = 0; i < refused; i++) {
		attempts[i] = (struct nacre_attempt){
		    .method = "publickey", .result = NACRE_ATTEMPT_REFUSED, .source = NACRE_KEY_AGENT};
		snprintf(attempts[i].remaining, sizeof(attempts[i].remaining), "%s", methods);
	}
	assert_int_equal(nacre_auth_default(NULL, &state, &next), 0);
	return next;
}

static void
automatic_keys_leave_room_for_the_password(void **state)
{
	const struct nacre_connect_options with = {.size = sizeof(with), .password = "secret"};
	const struct nacre_connect_options without = {.size = sizeof(without)};
	const char *both = "publickey,password", *keys = "publickey";

	(void)state;
	for (size_t refused = 0; refused < 10; refused++) {
		enum nacre_auth_kind expected = refused < 4 ? NACRE_AUTH_KEY : NACRE_AUTH_PASSWORD;

		assert_int_equal(ask(&with, refused, 10, both).kind, expected);
		assert_int_equal(ask(&with, refused, 10, keys).kind, NACRE_AUTH_KEY);
		assert_int_equal(ask(&without, refused, 10, both).kind, NACRE_AUTH_KEY);
		assert_true(ask(&without, refused, 10, both).probe);
	}
	assert_int_equal(ask(&without, 10, 10, both).kind, NACRE_AUTH_STOP);
}

/* Password and passphrase: what opens the key, and what the server gets to see as a password. */
static void
the_matrix_of_password_and_passphrase(void **state)
{
	static const struct {
		const char *password, *passphrase; /* the key's is "open", the server's is "secret" */
		bool key_is_welcome;
		int result;
		const char *auth;
	} rows[] = {
	    {NULL, NULL, true, NACRE_E_KEY_PASSPHRASE, "publickey?"},
	    {NULL, "open", true, NACRE_OK, "publickey? publickey"},
	    {NULL, "shut", true, NACRE_E_KEY_PASSPHRASE_WRONG, "publickey?"},
	    {"open", NULL, true, NACRE_OK, "publickey? publickey"}, /* the password opens the key */
	    {"open", "shut", true, NACRE_E_KEY_PASSPHRASE_WRONG, "publickey? password"}, /* not beside a passphrase */
	    {"open", NULL, false, NACRE_E_AUTH, "publickey? password"},
	    {"secret", NULL, true, NACRE_OK, "publickey? password"},
	    {"secret", "open", true, NACRE_OK, "publickey? publickey"},
	    {"secret", "shut", true, NACRE_OK, "publickey? password"},
	    {"secret", "open", false, NACRE_OK, "publickey? password"},
	    {NULL, "secret", false, NACRE_E_AUTH, "publickey?"}, /* the passphrase is never a password */
	    {NULL, "secret", true, NACRE_E_KEY_PASSPHRASE_WRONG, "publickey?"},
	    {"guess", NULL, true, NACRE_E_KEY_PASSPHRASE, "publickey? password"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage s;

		stage_init(&s);
		home_key("locked", stage_keys[STAGE_USER], "open");
		s.options.key = NULL;
		s.options.key_file = stage_path(".ssh/locked");
		s.options.password = rows[i].password;
		s.options.passphrase = rows[i].passphrase;
		s.script.user_key = rows[i].key_is_welcome ? stage_keys[STAGE_USER] : NULL;
		if (stage_connect(&s) != rows[i].result)
			fail_msg("row %zu: %s", i, stage_error(&s).message);
		stage_close(&s);
		assert_string_equal(s.peer.auth, rows[i].auth);
		stage_end(&s);
	}
}

/* What is found at home may be anything: it hinders nobody. */
static void
a_found_file_that_is_no_key_is_passed_over(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	home_key("id_ecdsa", stage_keys[STAGE_USER], NULL);
	(void)stage_file(".ssh/id_ed25519", "noise", 5, 0600);
	(void)stage_file(".ssh/id_rsa", "noise", 5, 0644);
	s.options.key = NULL;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "none publickey? publickey");
	empty_home();
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_are_found_at_home_unless_nobody_shall_look),
	    cmocka_unit_test(a_found_key_without_an_enabled_algorithm_is_passed_over),
	    cmocka_unit_test(named_keys_go_first_and_a_found_one_is_not_offered_twice),
	    cmocka_unit_test(automatic_keys_leave_room_for_the_password),
	    cmocka_unit_test(the_matrix_of_password_and_passphrase),
	    cmocka_unit_test(a_found_file_that_is_no_key_is_passed_over),
	};

	return cmocka_run_group_tests_name("client, the plan's keys", tests, stage_setup, stage_teardown);
}
