/* Trust: what known_hosts says about a server's key, and what each policy does about a missing one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "stage.h"

/* A client that knows nobody. */
static void
init_stranger(struct stage *s)
{
	stage_init(s);
	nacre_client_free(s->client);
	s->client = nacre_client_new(&s->env.env);
	assert_non_null(s->client);
}

static const char *
line_file(const char *name, const char *prefix, const char *host, const nacre_key *key)
{
	char line[1024];

	stage_line(line, sizeof(line), prefix, host, key);
	return stage_file(name, line, strlen(line), 0600);
}

static void
an_unknown_host_is_refused_before_anything_secret_is_sent(void **state)
{
	char fingerprint[96];
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	assert_int_equal(
	    nacre_key_fingerprint(stage_keys[STAGE_HOST], "SHA256", fingerprint, sizeof(fingerprint)), NACRE_OK);
	assert_non_null(strstr(stage_error(&s).message, fingerprint));
	assert_non_null(strstr(stage_error(&s).message, "reef"));
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "");
	stage_end(&s);
}

static void
a_changed_key_is_refused_whatever_the_policy(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.host_key = stage_keys[STAGE_HOST_OTHER];
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_auto_add, NULL);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_CHANGED);
	assert_non_null(strstr(stage_error(&s).message, "known_hosts"));
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "");
	s.script.host_key = stage_keys[STAGE_HOST];
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
a_revoked_key_is_refused_even_where_it_is_known(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_warn, NULL);
	assert_int_equal(
	    nacre_client_load_host_keys(s.client, line_file("revoked", "@revoked ", "*", stage_keys[STAGE_HOST])),
	    NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_REVOKED);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "");
	stage_end(&s);
}

static void
both_sets_are_searched(void **state)
{
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(
	    nacre_client_load_system_host_keys(s.client, line_file("sys", "", "atoll", stage_keys[STAGE_HOST])),
	    NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	assert_int_equal(
	    nacre_client_load_host_keys(s.client, line_file("loc", "", "reef", stage_keys[STAGE_HOST])), NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
system_files_are_merged(void **state)
{
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(
	    nacre_client_load_system_host_keys(s.client, line_file("sys1", "", "reef", stage_keys[STAGE_HOST])),
	    NACRE_OK);
	assert_int_equal(
	    nacre_client_load_system_host_keys(s.client, line_file("sys2", "", "atoll", stage_keys[STAGE_HOST_OTHER])),
	    NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
a_named_system_file_must_be_there_and_a_local_one_may_be_absent(void **state)
{
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(nacre_client_load_system_host_keys(s.client, stage_path("absent")), NACRE_E_FILE_MISSING);
	assert_failed(&s, NACRE_E_FILE_MISSING);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("absent")), NACRE_OK);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_dir), NACRE_E_FILE);
	assert_int_equal(nacre_client_load_host_keys(s.client, NULL), NACRE_E_ARGUMENT);
	stage_end(&s);
}

static void
the_users_own_file_may_be_absent(void **state)
{
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(setenv("HOME", stage_dir, 1), 0);
	assert_int_equal(nacre_client_load_system_host_keys(s.client, NULL), NACRE_OK);
	assert_int_equal(mkdir(stage_path(".ssh"), 0700), 0);
	(void)line_file(".ssh/known_hosts", "", "reef", stage_keys[STAGE_HOST]);
	assert_int_equal(nacre_client_load_system_host_keys(s.client, NULL), NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
another_port_is_another_name(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.port = 2222;
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	assert_non_null(strstr(stage_error(&s).message, "[reef]:2222"));
	assert_int_equal(
	    nacre_client_load_host_keys(s.client, line_file("ported", "", "[reef]:2222", stage_keys[STAGE_HOST])),
	    NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
auto_add_remembers_the_key_and_appends_it_to_the_local_file(void **state)
{
	static const char unfinished[] = "# reefs\natoll ssh-ed25519 AAAA";
	char expected[1024], line[512], text[1024];
	const char *path = stage_file("local", unfinished, sizeof(unfinished) - 1, 0600);
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(nacre_client_load_host_keys(s.client, path), NACRE_OK);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_auto_add, NULL);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	stage_slurp(path, text, sizeof(text));
	stage_line(line, sizeof(line), "", "reef", stage_keys[STAGE_HOST]);
	line[strcspn(line, "\n")] = '\0';
	while (line[strlen(line) - 1] == ' ')
		line[strlen(line) - 1] = '\0';
	snprintf(expected, sizeof(expected), "%s\n%s\n", unfinished, line);
	assert_string_equal(text, expected);

	/* Known now: a second connection adds nothing, and another key is a changed one. */
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	stage_slurp(path, text, sizeof(text));
	assert_string_equal(text, expected);
	s.script.host_key = stage_keys[STAGE_HOST_OTHER];
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_CHANGED);
	stage_end(&s);
}

static void
auto_add_makes_a_missing_file_for_its_user_alone(void **state)
{
	char line[512], text[1024];
	struct stat st;
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("fresh")), NACRE_OK);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_auto_add, NULL);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(stat(stage_path("fresh"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	stage_slurp(stage_path("fresh"), text, sizeof(text));
	stage_line(line, sizeof(line), "", "reef", stage_keys[STAGE_HOST]);
	assert_memory_equal(text, line, strlen("reef ssh-ed25519 AAAA"));
	stage_end(&s);
}

static void
keep_warning(void *ctx, enum nacre_log_level level, const char *channel, const char *message)
{
	(void)channel;
	if (level == NACRE_LOG_WARNING)
		snprintf(ctx, 512, "%s", message);
}

static void
a_key_that_cannot_be_saved_is_a_warning(void **state)
{
	char warning[512] = "";
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("no/such/dir")), NACRE_OK);
	nacre_client_set_log(s.client, keep_warning, warning);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_auto_add, NULL);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_non_null(strstr(warning, "not saved"));
	stage_end(&s);
}

static void
warn_goes_on_and_remembers_nothing(void **state)
{
	char warning[512] = "";
	struct stage s;

	(void)state;
	init_stranger(&s);
	nacre_client_set_log(s.client, keep_warning, warning);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_warn, NULL);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_non_null(strstr(warning, "SHA256:"));
	stage_close(&s);
	nacre_client_set_missing_host_key_policy(s.client, NULL, NULL);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	stage_end(&s);
}

struct judge {
	int verdict, times;
	char name[64];
	nacre_client *client;
	int close, nested;
};

static int
judge(void *ctx, nacre_client *client, const char *name, const nacre_key *key)
{
	struct judge *j = ctx;

	j->times++;
	snprintf(j->name, sizeof(j->name), "%s", name);
	j->client = client;
	assert_true(nacre_key_equal(key, stage_keys[STAGE_HOST]));
	j->nested = nacre_client_connect(client, "reef", NULL);
	if (j->close == 1)
		nacre_client_close(client);
	if (j->close == 2)
		nacre_client_free(client);
	return j->verdict;
}

static void
a_callback_decides(void **state)
{
	struct judge j = {.verdict = 0};
	struct stage s;

	(void)state;
	init_stranger(&s);
	nacre_client_set_missing_host_key_policy(s.client, judge, &j);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(j.times, 1);
	assert_string_equal(j.name, "reef");
	assert_ptr_equal(j.client, s.client);
	assert_int_equal(j.nested, NACRE_E_MISUSE);
	stage_close(&s);
	j.verdict = -1;
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	assert_int_equal(j.times, 2);
	stage_end(&s);
}

static void
a_callback_may_close_the_client(void **state)
{
	struct judge j = {.close = 1};
	struct stage s;

	(void)state;
	init_stranger(&s);
	nacre_client_set_missing_host_key_policy(s.client, judge, &j);
	assert_int_equal(stage_connect(&s), NACRE_E_CANCELLED);
	assert_failed(&s, NACRE_E_CANCELLED);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "");
	j.close = 0;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
a_callback_may_free_the_client(void **state)
{
	struct judge j = {.close = 2};
	struct stage s;

	(void)state;
	init_stranger(&s);
	nacre_client_set_missing_host_key_policy(s.client, judge, &j);
	assert_int_equal(stage_connect(&s), NACRE_E_CANCELLED);
	s.client = NULL; /* freed by the callback */
	stage_end(&s);
}

static void
broken_lines_and_markers_do_not_make_a_file_unreadable(void **state)
{
	static const char noise[] =
	    "@cert-authority * ssh-ed25519 AAAA\n@unknown x y z\nreef\nreef ssh-foo AAAA\n\x01\x02\n|1|x|y z\n";
	char text[2048], line[512];
	struct stage s;

	(void)state;
	init_stranger(&s);
	stage_line(line, sizeof(line), "", "reef", stage_keys[STAGE_HOST]);
	snprintf(text, sizeof(text), "%s%s", noise, line);
	assert_int_equal(
	    nacre_client_load_system_host_keys(s.client, stage_file("noisy", text, strlen(text), 0644)), NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_unknown_host_is_refused_before_anything_secret_is_sent),
	    cmocka_unit_test(a_changed_key_is_refused_whatever_the_policy),
	    cmocka_unit_test(a_revoked_key_is_refused_even_where_it_is_known),
	    cmocka_unit_test(both_sets_are_searched),
	    cmocka_unit_test(system_files_are_merged),
	    cmocka_unit_test(a_named_system_file_must_be_there_and_a_local_one_may_be_absent),
	    cmocka_unit_test(the_users_own_file_may_be_absent),
	    cmocka_unit_test(another_port_is_another_name),
	    cmocka_unit_test(auto_add_remembers_the_key_and_appends_it_to_the_local_file),
	    cmocka_unit_test(auto_add_makes_a_missing_file_for_its_user_alone),
	    cmocka_unit_test(a_key_that_cannot_be_saved_is_a_warning),
	    cmocka_unit_test(warn_goes_on_and_remembers_nothing),
	    cmocka_unit_test(a_callback_decides),
	    cmocka_unit_test(a_callback_may_close_the_client),
	    cmocka_unit_test(a_callback_may_free_the_client),
	    cmocka_unit_test(broken_lines_and_markers_do_not_make_a_file_unreadable),
	};

	return cmocka_run_group_tests_name("client: trust", tests, stage_setup, stage_teardown);
}
