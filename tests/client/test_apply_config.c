/* A configuration in nacre_client_connect: what it sets, what counts more, what is told of the rest. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Connects to `host` with a configuration in a file of its own; "@" stands for the directory of the test. */
static int
connect_by(struct stage *s, const char *host, const char *config)
{
	char text[2048];
	size_t n = 0;

	for (; *config != '\0'; config++)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, *config == '@' ? "%s" : "%.1s", *config == '@' ? stage_dir : config);
	s->options.config_file = stage_file("config", text, n, 0600);
	peer_join(&s->peer);
	peer_start(&s->peer, &s->script);
	s->options.sock = &s->peer.client_fd;
	return nacre_client_connect(s->client, host, &s->options);
}

static void
open_by(struct stage *s, const char *host, const char *config)
{
	if (connect_by(s, host, config) != NACRE_OK)
		fail_msg("connect: %s", stage_error(s).message);
}

/* Is a value in use, set but not served, or not set at all: 1, 0, -1? */
static int
is_applied(const struct stage *s, const char *keyword)
{
	struct nacre_config_directive d;
	const void *at = NULL;

	if (!nacre_config_next_of(nacre_client_config(s->client), keyword, &at, &d))
		return -1;
	return d.applied;
}

static void
an_alias_gets_its_name_user_and_key(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.user = NULL;
	s.options.key = NULL;
	(void)stage_key_file("id_alias", stage_keys[STAGE_USER]);
	open_by(
	    &s, "alias", "Host alias\n Hostname reef\n User diver\n IdentityFile @/id_alias\n IdentityFile @/absent\n");
	assert_string_equal(nacre_client_auth_method(s.client), "publickey");
	assert_int_equal(is_applied(&s, "IdentityFile"), 1);
	assert_int_equal(is_applied(&s, "User"), 1);
	assert_string_equal(nacre_config_original(nacre_client_config(s.client)), "alias");
	assert_string_equal(nacre_client_host_key_result(s.client)->name, "reef");
	stage_end(&s);
}

static void
without_a_wish_no_configuration_is_read(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_null(nacre_client_config(s.client));
	assert_null(nacre_client_config(NULL));
	stage_end(&s);
}

static void
what_the_caller_says_counts_more(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.port = 22;
	s.options.ciphers = "aes128-ctr";
	open_by(&s, "reef", "User nobody\nPort 2222\nCiphers aes256-ctr\nIdentityFile none\n");
	assert_string_equal(nacre_client_host_key_result(s.client)->name, "reef"); /* not [reef]:2222 */
	{
		struct nacre_conn_info info;

		nacre_conn_get_info(nacre_client_conn(s.client), &info);
		assert_string_equal(info.cipher_out, "aes128-ctr");
	}
	stage_end(&s);
}

static void
algorithms_and_ports_come_from_the_configuration(void **state)
{
	struct nacre_conn_info info;
	struct stage s;
	char line[1024];

	(void)state;
	stage_init(&s);
	stage_line(line, sizeof(line), "", "[reef]:2222", stage_keys[STAGE_HOST]);
	(void)stage_file("known_2222", line, strlen(line), 0600);
	open_by(&s, "reef",
	    "Port 2222\nUserKnownHostsFile @/known_2222 @/absent\nCiphers aes192-ctr\nMACs hmac-sha2-512\n");
	nacre_conn_get_info(nacre_client_conn(s.client), &info);
	assert_string_equal(info.cipher_out, "aes192-ctr");
	assert_string_equal(info.mac_out, "hmac-sha2-512");
	assert_string_equal(nacre_client_host_key_result(s.client)->name, "[reef]:2222");
	stage_end(&s);
}

static void
methods_that_are_switched_off_are_not_tried(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.password = "secret";
	open_by(&s, "reef", "PubkeyAuthentication no\n");
	assert_string_equal(nacre_client_auth_method(s.client), "password");
	stage_close(&s);
	open_by(&s, "reef", "PreferredAuthentications gssapi-with-mic,password,publickey\n");
	assert_string_equal(nacre_client_auth_method(s.client), "password");
	assert_int_equal(is_applied(&s, "PreferredAuthentications"), 1);
	stage_close(&s);
	open_by(&s, "reef", "PasswordAuthentication no\n");
	assert_string_equal(nacre_client_auth_method(s.client), "publickey");
	stage_end(&s);
}

static void
a_policy_by_configuration_counts_for_one_connect(void **state)
{
	char known[2048];
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(connect_by(&s, "wreck", "StrictHostKeyChecking yes\n"), NACRE_E_HOST_KEY_UNKNOWN);
	open_by(&s, "wreck", "StrictHostKeyChecking accept-new\nUserKnownHostsFile @/learned\nHashKnownHosts yes\n");
	stage_close(&s);
	stage_slurp(stage_path("learned"), known, sizeof(known));
	assert_non_null(strstr(known, "|1|"));
	assert_int_equal(connect_by(&s, "other", "Compression no\n"), NACRE_E_HOST_KEY_UNKNOWN);
	stage_end(&s);
}

/* The first hop is the peer, by its socket. */
static int
hop_by_socket(void *ctx, unsigned hop, const char **host, struct nacre_connect_options *options)
{
	struct stage *s = ctx;

	(void)hop;
	(void)host;
	peer_join(&s->peer);
	peer_start(&s->peer, &s->script);
	options->sock = &s->peer.client_fd;
	return 0;
}

static int
jump_by(struct stage *s, const char *jump, const char *config)
{
	s->options.config_file = stage_file("config", config, strlen(config), 0600);
	s->options.sock = NULL;
	s->options.jump = jump;
	s->options.hop = hop_by_socket;
	s->options.hop_ctx = s;
	return nacre_client_connect(s->client, "target", &s->options);
}

static void
a_policy_by_configuration_does_not_count_for_a_jump_host(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.refuse_open = 1; /* RFC 4254 5.1: how far a hop comes that is believed */
	assert_int_equal(jump_by(&s, "wreck", "Host target\n StrictHostKeyChecking no\n"), NACRE_E_HOST_KEY_UNKNOWN);
	assert_int_equal(nacre_client_failed_hop(s.client), 1);
	/* A known one, and one that the caller's own policy takes. */
	assert_int_equal(jump_by(&s, "reef", "Host target\n StrictHostKeyChecking no\n"), NACRE_E_CHANNEL_REFUSED);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_warn, NULL);
	assert_int_equal(jump_by(&s, "wreck", "Host target\n StrictHostKeyChecking yes\n"), NACRE_E_CHANNEL_REFUSED);
	stage_end(&s);
}

/* With known hosts of its own. */
static int
hop_with_files(void *ctx, unsigned hop, const char **host, struct nacre_connect_options *options)
{
	static char text[512];

	snprintf(text, sizeof(text), "UserKnownHostsFile %s\n", stage_path("of_hops"));
	options->config_file = stage_file("hop_config", text, strlen(text), 0600);
	return hop_by_socket(ctx, hop, host, options);
}

static void
what_is_learned_of_the_server_does_not_go_to_a_jump_hosts_file(void **state)
{
	char text[2048];
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.refuse_open = 1;
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_accept_new, NULL);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("of_servers")), NACRE_OK);
	s.options.jump = "wreck";
	s.options.hop = hop_with_files;
	s.options.hop_ctx = &s;
	s.options.sock = NULL;
	assert_int_equal(nacre_client_connect(s.client, "target", &s.options), NACRE_E_CHANNEL_REFUSED);
	stage_slurp(stage_path("of_hops"), text, sizeof(text));
	assert_non_null(strstr(text, "wreck"));
	assert_int_equal(
	    nacre_known_hosts_add(nacre_client_get_host_keys(s.client), "target", 22, stage_keys[STAGE_HOST_OTHER]),
	    NACRE_OK);
	assert_int_equal(nacre_client_save_host_keys(s.client, NULL), NACRE_OK);
	stage_slurp(stage_path("of_servers"), text, sizeof(text));
	assert_non_null(strstr(text, "target"));
	stage_slurp(stage_path("of_hops"), text, sizeof(text));
	assert_null(strstr(text, "target"));
	stage_end(&s);
}

static void
what_a_jump_hosts_files_know_says_nothing_of_the_server(void **state)
{
	char lines[2048];
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.refuse_open = 1;
	stage_line(lines, sizeof(lines), "", "wreck,target", stage_keys[STAGE_HOST]);
	(void)stage_file("of_hops", lines, strlen(lines), 0600);
	s.options.jump = "wreck";
	s.options.hop = hop_with_files;
	s.options.hop_ctx = &s;
	s.options.sock = NULL;
	assert_int_equal(nacre_client_connect(s.client, "target", &s.options), NACRE_E_CHANNEL_REFUSED);
	s.options.jump = NULL;
	s.options.hop = NULL;
	peer_join(&s.peer);
	peer_start(&s.peer, &s.script);
	s.options.sock = &s.peer.client_fd;
	assert_int_equal(nacre_client_connect(s.client, "target", &s.options), NACRE_E_HOST_KEY_UNKNOWN);
	stage_end(&s);
}

/* And for no other connection. */
static void
a_servers_files_count_on_the_way_there(void **state)
{
	char line[1024], option[512];
	nacre_config_host *found;
	nacre_config *config;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.refuse_open = 1;
	stage_line(line, sizeof(line), "", "wreck", stage_keys[STAGE_HOST]);
	snprintf(option, sizeof(option), "UserKnownHostsFile=%s", stage_file("of_target", line, strlen(line), 0600));
	assert_int_equal(nacre_config_new(&s.env.env, nacre_config_system(), &config), NACRE_OK);
	assert_int_equal(nacre_config_option(config, option), NACRE_OK);
	assert_int_equal(nacre_config_lookup(config, "target", NULL, &found), NACRE_OK);
	nacre_config_free(config);
	s.options.config = found;
	assert_int_equal(jump_by(&s, "wreck", "Compression no\n"), NACRE_E_CHANNEL_REFUSED);
	s.options.config = NULL;
	assert_int_equal(jump_by(&s, "wreck", "Compression no\n"), NACRE_E_HOST_KEY_UNKNOWN);
	s.options.config = found;
	s.options.config_file = NULL;
	assert_int_equal(nacre_client_connect(s.client, "target", &s.options), NACRE_E_CHANNEL_REFUSED);
	nacre_client_free(s.client);
	s.client = NULL;
	nacre_config_host_free(found);
	stage_end(&s);
}

static void
what_one_hosts_files_know_says_nothing_of_another(void **state)
{
	char lines[2048];
	struct stage s;

	(void)state;
	stage_init(&s);
	stage_line(lines, sizeof(lines), "", "wreck,other", stage_keys[STAGE_HOST]);
	(void)stage_file("of_wreck", lines, strlen(lines), 0600);
	open_by(&s, "wreck", "UserKnownHostsFile @/of_wreck\n");
	assert_string_equal(nacre_client_host_key_result(s.client)->file, stage_path("of_wreck"));
	assert_int_equal(nacre_client_host_key_result(s.client)->line, 1);
	stage_close(&s);
	assert_int_equal(connect_by(&s, "other", "Compression no\n"), NACRE_E_HOST_KEY_UNKNOWN);
	open_by(&s, "wreck", "GlobalKnownHostsFile @/of_wreck\n");
	stage_close(&s);
	assert_int_equal(connect_by(&s, "other", "UserKnownHostsFile @/absent\n"), NACRE_E_HOST_KEY_UNKNOWN);
	/* By its own word it is known, and so is, all the time, who stands in the caller's file. */
	open_by(&s, "other", "UserKnownHostsFile @/of_wreck\n");
	stage_close(&s);
	open_by(&s, "reef", "UserKnownHostsFile @/of_wreck\n");
	stage_end(&s);
}

static void
what_is_learned_goes_to_the_hosts_own_file(void **state)
{
	char text[2048], line[1024];
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("callers")), NACRE_OK);
	open_by(&s, "first", "StrictHostKeyChecking accept-new\nUserKnownHostsFile @/firsts\nHashKnownHosts yes\n");
	stage_close(&s);
	open_by(&s, "second", "StrictHostKeyChecking accept-new\nUserKnownHostsFile @/seconds\n");
	stage_close(&s);
	open_by(&s, "third", "StrictHostKeyChecking accept-new\n");
	stage_close(&s);
	stage_slurp(stage_path("firsts"), text, sizeof(text));
	assert_memory_equal(text, "|1|", 3);
	assert_ptr_equal(strchr(text, '\n') + 1, text + strlen(text));
	stage_line(line, sizeof(line), "", "second", stage_keys[STAGE_HOST]);
	stage_slurp(stage_path("seconds"), text, sizeof(text));
	assert_string_equal(text, line);
	stage_line(line, sizeof(line), "", "third", stage_keys[STAGE_HOST]);
	stage_slurp(stage_path("callers"), text, sizeof(text));
	assert_string_equal(text, line);
	/* What was learned is forgotten with its file. */
	assert_int_equal(connect_by(&s, "first", "UserKnownHostsFile @/seconds\n"), NACRE_E_HOST_KEY_UNKNOWN);
	stage_end(&s);
}

static void
what_is_learned_without_a_file_is_forgotten(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	open_by(&s, "wreck", "StrictHostKeyChecking accept-new\nUserKnownHostsFile /dev/null\n");
	stage_close(&s);
	assert_int_equal(connect_by(&s, "wreck", "UserKnownHostsFile none\n"), NACRE_E_HOST_KEY_UNKNOWN);
	stage_end(&s);
}

/* The set and the file are those of the last connect's configuration, until the close. */
static void
the_local_set_is_the_configurations_while_it_counts(void **state)
{
	nacre_known_hosts *callers;
	char text[2048];
	struct stage s;

	(void)state;
	stage_init(&s);
	callers = nacre_client_get_host_keys(s.client);
	assert_int_equal(connect_by(&s, "wreck", "UserKnownHostsFile @/wrecks\n"), NACRE_E_HOST_KEY_UNKNOWN);
	assert_ptr_not_equal(nacre_client_get_host_keys(s.client), callers);
	assert_int_equal(
	    nacre_known_hosts_add(nacre_client_get_host_keys(s.client), "wreck", 22, stage_keys[STAGE_HOST]), NACRE_OK);
	assert_int_equal(nacre_client_save_host_keys(s.client, NULL), NACRE_OK);
	stage_slurp(stage_path("wrecks"), text, sizeof(text));
	assert_memory_equal(text, "wreck ", 6);
	open_by(&s, "wreck", "UserKnownHostsFile @/wrecks\n");
	stage_close(&s);
	assert_ptr_equal(nacre_client_get_host_keys(s.client), callers);
	assert_int_equal(nacre_client_save_host_keys(s.client, NULL), NACRE_E_ARGUMENT);
	stage_end(&s);
}

static void
keys_that_are_revoked_by_configuration_are_refused(void **state)
{
	char line[1024];
	struct stage s;

	(void)state;
	stage_init(&s);
	stage_line(line, sizeof(line), "", "", stage_keys[STAGE_HOST]);
	(void)stage_file("revoked", line + 1, strlen(line + 1), 0600);
	assert_int_equal(connect_by(&s, "reef", "RevokedHostKeys @/revoked\n"), NACRE_E_HOST_KEY_REVOKED);
	assert_int_equal(connect_by(&s, "reef", "RevokedHostKeys @/no-such-list\n"), NACRE_E_FILE_MISSING);
	open_by(&s, "reef", "Compression no\n"); /* where nobody has revoked it */
	stage_end(&s);
}

static void
variables_go_with_every_session(void **state)
{
	nacre_channel *channel;
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(setenv("NACRE_TEST_SENT", "pearl", 1), 0);
	open_by(&s, "reef", "SetEnv SHELL_COLOUR=white\nSendEnv NACRE_TEST_SEN? NO_SUCH_*\n");
	assert_int_equal(nacre_client_exec_command(s.client, "true", NULL, &channel), NACRE_OK);
	nacre_channel_close(channel);
	stage_close(&s);
	assert_non_null(strstr(s.peer.env, "NACRE_TEST_SENT=pearl"));
	assert_non_null(strstr(s.peer.env, "SHELL_COLOUR=white"));
	stage_end(&s);
}

static void
what_is_not_served_is_told_and_can_be_found(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	open_by(&s, "reef",
	    "ForwardX11 yes\nForwardAgent no\nGSSAPIAuthentication yes\nRequiredRSASize 8192\nRequiredRSASize "
	    "1024\nPort 22\n");
	assert_int_equal(is_applied(&s, "ForwardX11"), 0);
	assert_int_equal(is_applied(&s, "GSSAPIAuthentication"), 0);
	assert_int_equal(is_applied(&s, "RequiredRSASize"), 1);
	assert_int_equal(is_applied(&s, "ForwardAgent"), 1); /* asks for nothing */
	assert_int_equal(is_applied(&s, "Port"), 1);
	assert_int_equal(is_applied(&s, "Tunnel"), -1);
	assert_non_null(strstr(s.log, "config line 1: ForwardX11 yes: a connection does not serve this"));
	assert_null(strstr(s.log, "ForwardAgent"));
	stage_end(&s);
}

static void
a_mistake_in_a_file_fails_the_connect_with_its_place(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(connect_by(&s, "reef", "Port 22\nCiphres x\n"), NACRE_E_CONFIG);
	assert_non_null(strstr(stage_error(&s).message, "config line 2: Ciphres: there is no such keyword"));
	assert_int_equal(stage_error(&s).line, 2);
	assert_int_equal(connect_by(&s, "reef", "Match exec true\n Port 22\n"), NACRE_E_CONFIG_EXEC);
	s.options.config_allow_exec = true;
	open_by(&s, "reef", "Match exec true\n Port 22\n");
	stage_close(&s);
	assert_int_equal(connect_by(&s, "reef", "IdentityFile ${NO_SUCH_VARIABLE_HERE}\n"), NACRE_E_CONFIG);
	assert_int_equal(connect_by(&s, "reef", "Ciphers no-such-cipher\n"), NACRE_E_ARGUMENT);
	s.options.config_file = "/no/such/config";
	peer_join(&s.peer);
	peer_start(&s.peer, &s.script);
	assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_E_FILE_MISSING);
	stage_end(&s);
}

static void
what_was_looked_up_elsewhere_can_be_used(void **state)
{
	nacre_config_host *found;
	nacre_config *config;
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(nacre_config_new(&s.env.env, nacre_config_system(), &config), NACRE_OK);
	assert_int_equal(nacre_config_option(config, "Hostname=reef"), NACRE_OK);
	assert_int_equal(nacre_config_lookup(config, "alias", NULL, &found), NACRE_OK);
	nacre_config_free(config);
	s.options.config = found;
	peer_start(&s.peer, &s.script);
	s.options.sock = &s.peer.client_fd;
	assert_int_equal(nacre_client_connect(s.client, "somebody", &s.options), NACRE_E_ARGUMENT);
	peer_join(&s.peer);
	peer_start(&s.peer, &s.script);
	assert_int_equal(nacre_client_connect(s.client, "alias", &s.options), NACRE_OK);
	assert_ptr_equal(nacre_client_config(s.client), found);
	nacre_client_free(s.client);
	s.client = NULL;
	nacre_config_host_free(found);
	stage_end(&s);
}

static void
every_allocation_may_fail_while_it_is_applied(void **state)
{
	struct stage s;
	uint64_t n;
	int rc = NACRE_E_NOMEM;

	(void)state;
	(void)stage_key_file("id_alias", stage_keys[STAGE_USER]);
	for (n = 1; rc != NACRE_OK; n += 3) {
		stage_init(&s);
		s.env.allocations = 0;
		s.env.fail_at = n;
		s.env.fail_once = true;
		rc = connect_by(&s, "alias",
		    "Host alias\n Hostname reef\n IdentityFile @/id_alias\n UserKnownHostsFile @/k\n SetEnv A=1\n"
		    " PreferredAuthentications publickey\n");
		/* Some of what is only useful (a line of the log, an agent) may be missed without harm. */
		if (rc == NACRE_OK && s.env.allocations >= n)
			rc = NACRE_E_NOMEM;
		assert_true(n < 4000);
		s.env.fail_at = 0;
		stage_end(&s);
	}
	assert_true(n > 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_alias_gets_its_name_user_and_key),
	    cmocka_unit_test(without_a_wish_no_configuration_is_read),
	    cmocka_unit_test(what_the_caller_says_counts_more),
	    cmocka_unit_test(algorithms_and_ports_come_from_the_configuration),
	    cmocka_unit_test(methods_that_are_switched_off_are_not_tried),
	    cmocka_unit_test(a_policy_by_configuration_counts_for_one_connect),
	    cmocka_unit_test(a_policy_by_configuration_does_not_count_for_a_jump_host),
	    cmocka_unit_test(what_is_learned_of_the_server_does_not_go_to_a_jump_hosts_file),
	    cmocka_unit_test(what_a_jump_hosts_files_know_says_nothing_of_the_server),
	    cmocka_unit_test(a_servers_files_count_on_the_way_there),
	    cmocka_unit_test(what_one_hosts_files_know_says_nothing_of_another),
	    cmocka_unit_test(what_is_learned_goes_to_the_hosts_own_file),
	    cmocka_unit_test(what_is_learned_without_a_file_is_forgotten),
	    cmocka_unit_test(the_local_set_is_the_configurations_while_it_counts),
	    cmocka_unit_test(keys_that_are_revoked_by_configuration_are_refused),
	    cmocka_unit_test(variables_go_with_every_session),
	    cmocka_unit_test(what_is_not_served_is_told_and_can_be_found),
	    cmocka_unit_test(a_mistake_in_a_file_fails_the_connect_with_its_place),
	    cmocka_unit_test(what_was_looked_up_elsewhere_can_be_used),
	    cmocka_unit_test(every_allocation_may_fail_while_it_is_applied),
	};

	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
