/* Jump hosts: clients within a client, by scripted peers. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "jump_list.h"
#include "stage.h"

/* A peer "reef" that leads to a peer "lagoon", which has another key and wants a password. */
struct chain {
	struct stage s;
	struct peer behind;
	struct peer_script script; /* of the one behind */
	int joint;
	unsigned asked; /* times that the callback for hops came */
	const nacre_key *hop_key;
};

static int
to_the_first_peer(void *ctx, unsigned hop, const char **host, struct nacre_connect_options *options)
{
	struct chain *chain = ctx;

	chain->asked++;
	assert_int_equal(hop, 0);
	assert_string_equal(*host, "reef");
	assert_null(options->password);
	assert_null(options->prompts);
	options->sock = &chain->s.peer.client_fd;
	options->key = chain->hop_key;
	return 0;
}

static void
chain_init(struct chain *chain)
{
	static const char *const names[] = {"lagoon", "reef"};
	char line[1024];

	memset(chain, 0, sizeof(*chain));
	stage_init(&chain->s);
	stage_line(line, sizeof(line), "", names[0], stage_keys[STAGE_HOST_OTHER]);
	assert_int_equal(
	    nacre_client_load_system_host_keys(chain->s.client, stage_file("known_lagoon", line, strlen(line), 0600)),
	    NACRE_OK);
	chain->script = (struct peer_script){.host_key = stage_keys[STAGE_HOST_OTHER], .password = "secret"};
	chain->hop_key = stage_keys[STAGE_USER];
	chain->behind.joined = true;
	chain->joint = -1;
	chain->s.options.key = NULL;
	chain->s.options.password = "secret";
	chain->s.options.no_look_for_keys = chain->s.options.no_agent = true;
	chain->s.options.jump = "diver@reef";
	chain->s.options.hop = to_the_first_peer;
	chain->s.options.hop_ctx = chain;
}

static void
chain_join(struct chain *chain)
{
	peer_join(&chain->s.peer);
	/* A first peer that never served has not closed what leads to the second. */
	if (chain->joint >= 0)
		(void)shutdown(chain->joint, SHUT_RDWR);
	peer_join(&chain->behind);
	chain->joint = -1;
}

static int
chain_connect(struct chain *chain)
{
	chain_join(chain);
	peer_start(&chain->behind, &chain->script);
	chain->joint = chain->behind.client_fd;
	chain->s.script.behind = &chain->joint;
	peer_start(&chain->s.peer, &chain->s.script);
	return nacre_client_connect(chain->s.client, "lagoon", &chain->s.options);
}

static void
chain_end(struct chain *chain)
{
	nacre_client_free(chain->s.client);
	chain->s.client = NULL;
	chain_join(chain);
	stage_end(&chain->s);
}

static void
a_command_runs_behind_a_jump_host(void **state)
{
	struct nacre_result result;
	char peer[128];
	struct chain chain;

	(void)state;
	chain_init(&chain);
	if (chain_connect(&chain) != NACRE_OK)
		fail_msg("%s", stage_error(&chain.s).message);
	assert_int_equal(nacre_client_failed_hop(chain.s.client), 0);
	assert_int_equal(nacre_client_peer_address(chain.s.client, peer, sizeof(peer)), NACRE_OK);
	assert_string_equal(peer, "lagoon port 22 through reef");
	assert_int_equal(nacre_client_run(chain.s.client, "both 300000", NULL, &result), NACRE_OK);
	assert_int_equal(result.out_len, 300000);
	assert_int_equal(result.err_len, 300000);
	nacre_result_free(&result);
	assert_int_equal(nacre_client_rekey(chain.s.client), NACRE_OK);
	assert_true(nacre_client_is_active(chain.s.client));
	nacre_client_close(chain.s.client);
	chain_join(&chain);
	assert_int_equal(chain.asked, 1);
	/* The password went to the target alone, and the hop only relayed. */
	assert_string_equal(chain.s.peer.auth, "publickey");
	assert_string_equal(chain.behind.auth, "password");
	assert_string_equal(chain.s.peer.requests, "direct-tcpip");
	chain_end(&chain);
}

static void
expect_hop_failure(struct chain *chain, int code, unsigned hop)
{
	assert_int_equal(chain_connect(chain), code);
	assert_int_equal(stage_error(&chain->s).code, code);
	assert_int_equal(nacre_client_failed_hop(chain->s.client), hop);
	if ((strstr(stage_error(&chain->s).message, "jump host reef port 22: ") != NULL) != (hop == 1))
		fail_msg("%s", stage_error(&chain->s).message);
	assert_int_equal(nacre_client_fd(chain->s.client), -1);
}

static void
each_failure_says_at_which_host(void **state)
{
	struct chain chain;

	(void)state;
	chain_init(&chain);
	chain.hop_key = stage_keys[STAGE_USER_2];
	expect_hop_failure(&chain, NACRE_E_AUTH, 1);
	assert_string_equal(chain.behind.auth, "");
	chain.hop_key = stage_keys[STAGE_USER];
	chain.s.script.host_key = stage_keys[STAGE_USER_3];
	expect_hop_failure(&chain, NACRE_E_HOST_KEY_CHANGED, 1);
	chain.s.script.host_key = stage_keys[STAGE_HOST];
	chain.s.script.refuse_open = 2;
	expect_hop_failure(&chain, NACRE_E_CHANNEL_REFUSED, 1);
	assert_int_equal(stage_error(&chain.s).peer_reason, 2);
	chain.s.script.refuse_open = 0;
	chain.script.host_key = stage_keys[STAGE_HOST];
	expect_hop_failure(&chain, NACRE_E_HOST_KEY_CHANGED, 0);
	chain.script.host_key = stage_keys[STAGE_HOST_OTHER];
	chain.script.password = "another";
	expect_hop_failure(&chain, NACRE_E_AUTH, 0);
	chain.script.password = "secret";
	chain.s.options.banner_timeout_ms = chain.s.options.kex_timeout_ms = 100;
	chain.script.stall = STALL_KEX;
	expect_hop_failure(&chain, NACRE_E_TIMEOUT_KEX, 0);
	chain.script.stall = STALL_NEVER;
	chain.s.script.stall = STALL_IDENT;
	expect_hop_failure(&chain, NACRE_E_TIMEOUT_BANNER, 1);
	chain_end(&chain);
}

static void
lists_of_hops_are_read_as_openssh_does(void **state)
{
	static const struct {
		const char *list, *user, *host;
		unsigned port;
	} rows[] = {
	    {"reef", "", "reef", 0},
	    {"diver@reef:2222", "diver", "reef", 2222},
	    {"a@b@reef", "a@b", "reef", 0},
	    {"ssh://diver@reef:22/", "diver", "reef", 22},
	    {"ssh://reef", "", "reef", 0},
	    {"[::1]:22", "", "::1", 22},
	    {"diver@[fe80::1%eth0]", "diver", "fe80::1%eth0", 0},
	    {"::1", "", "::1", 0},
	};
	static const char *const wrong[] = {"", "@reef", "diver@", "reef:", "reef:0", "reef:65536", "reef:22x", "[::1",
	    "[::1]22", "[]", "reef,", ",reef", "ssh://"};
	struct hop hop;
	const char *list;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		list = rows[i].list;
		assert_int_equal(jump_list_next(&list, &hop), NACRE_OK);
		assert_string_equal(hop.user, rows[i].user);
		assert_string_equal(hop.host, rows[i].host);
		assert_int_equal(hop.port, rows[i].port);
		assert_string_equal(list, "");
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		list = wrong[i];
		if (jump_list_next(&list, &hop) == NACRE_OK)
			fail_msg("\"%s\" was read as a hop", wrong[i]);
	}
	list = "a,b:7";
	assert_int_equal(jump_list_next(&list, &hop), NACRE_OK);
	assert_string_equal(list, "b:7");
}

static void
a_connected_client_may_be_the_way(void **state)
{
	nacre_client *inner;
	struct chain chain;
	struct nacre_connect_options through;
	struct nacre_result result;

	(void)state;
	chain_init(&chain);
	peer_start(&chain.behind, &chain.script);
	chain.joint = chain.behind.client_fd;
	chain.s.script.behind = &chain.joint;
	through = chain.s.options;
	chain.s.options.jump = NULL;
	chain.s.options.key = stage_keys[STAGE_USER];
	assert_int_equal(stage_connect(&chain.s), NACRE_OK);
	inner = nacre_client_new(&chain.s.env.env);
	assert_int_equal(nacre_client_load_system_host_keys(inner, stage_path("known_lagoon")), NACRE_OK);
	through.jump = NULL;
	assert_int_equal(nacre_client_open_tcp(chain.s.client, "lagoon", 22, &through.jump_channel), NACRE_OK);
	assert_int_equal(nacre_client_connect(inner, "lagoon", &through), NACRE_OK);
	assert_int_equal(nacre_client_run(inner, "exit 4", NULL, &result), NACRE_OK);
	assert_int_equal(result.exit.status, 4);
	nacre_result_free(&result);
	/* The client below goes first: the one above has lost its way, and nothing else. */
	nacre_client_close(chain.s.client);
	assert_int_equal(nacre_client_run(inner, "exit 4", NULL, &result), NACRE_E_CONNECTION_LOST);
	nacre_client_free(inner);
	chain_end(&chain);
}

/* Every allocation of the client's fails in turn: it says so, and leaves nothing behind. */
static void
no_memory_at_any_moment_is_survived(void **state)
{
	uint64_t before, needed;
	struct chain chain;
	int rc;

	(void)state;
	chain_init(&chain);
	before = chain.s.env.allocations;
	assert_int_equal(chain_connect(&chain), NACRE_OK);
	needed = chain.s.env.allocations - before;
	nacre_client_close(chain.s.client);
	for (uint64_t i = 1; i <= needed; i += 1 + needed / 60) {
		chain.s.env.fail_at = chain.s.env.allocations + i;
		chain.s.env.fail_once = true;
		chain.asked = 0;
		rc = chain_connect(&chain);
		chain.s.env.fail_at = 0;
		if (chain.asked == 0) /* the socket was never handed over */
			close(chain.s.peer.client_fd);
		if (rc != NACRE_OK)
			assert_int_not_equal(stage_error(&chain.s).code, NACRE_OK);
		nacre_client_close(chain.s.client);
	}
	chain_end(&chain);
}

static int
close_the_hop(void *ctx, nacre_client *client, const char *name, const nacre_key *key)
{
	(void)ctx;
	(void)name;
	(void)key;
	nacre_client_free(client); /* not ours: it closes, and the outer one is freed */
	return 0;
}

static void
a_policy_may_end_the_client_while_a_hop_connects(void **state)
{
	struct chain chain;

	(void)state;
	chain_init(&chain);
	chain.s.script.host_key = stage_keys[STAGE_HOST];
	nacre_client_set_missing_host_key_policy(chain.s.client, close_the_hop, NULL);
	chain.s.options.jump = "diver@reef:2222"; /* unknown there */
	assert_int_equal(chain_connect(&chain), NACRE_E_CANCELLED);
	chain.s.client = NULL;
	chain_end(&chain);
}

/* The names of the files, too, live while the client does. */
static void
name_config(struct chain *chain, const char *text)
{
	chain->s.options.config_file = stage_file("config", text, strlen(text), 0600);
}

static int
to_a_configured_peer(void *ctx, unsigned hop, const char **host, struct nacre_connect_options *options)
{
	struct chain *chain = ctx;

	assert_non_null(options->config);
	assert_string_equal(nacre_config_original(options->config), "gate");
	assert_string_equal(nacre_config_value(options->config, "User"), "diver");
	assert_int_equal(options->port, 2222);
	assert_null(options->ciphers); /* the target's */
	return to_the_first_peer(chain, hop, host, options);
}

static void
a_jump_host_is_looked_up_in_the_same_files(void **state)
{
	struct nacre_conn_info info;
	struct chain chain;
	char line[1024];

	(void)state;
	chain_init(&chain);
	stage_line(line, sizeof(line), "", "[reef]:2222", stage_keys[STAGE_HOST]);
	assert_int_equal(
	    nacre_client_load_system_host_keys(chain.s.client, stage_file("known_2222", line, strlen(line), 0600)),
	    NACRE_OK);
	name_config(&chain, "Host lagoon\n ProxyJump gate\n Ciphers aes128-ctr\n"
			    "Host gate\n Hostname reef\n Port 2222\n User diver\n Ciphers aes256-ctr\n");
	chain.s.options.jump = NULL;
	chain.s.options.hop = to_a_configured_peer;
	if (chain_connect(&chain) != NACRE_OK)
		fail_msg("%s", stage_error(&chain.s).message);
	nacre_conn_get_info(nacre_client_conn(chain.s.client), &info);
	assert_string_equal(info.cipher_out, "aes128-ctr");
	assert_int_equal(chain.asked, 1);
	nacre_client_close(chain.s.client);
	chain_join(&chain);
	assert_string_equal(chain.s.peer.auth, "publickey");
	/* What the caller names goes by the files as well. */
	chain.s.options.jump = "gate";
	assert_int_equal(chain_connect(&chain), NACRE_OK);
	nacre_client_close(chain.s.client);
	chain_join(&chain);
	chain_end(&chain);
}

static int
elsewhere(void *ctx, unsigned hop, const char **host, struct nacre_connect_options *options)
{
	struct chain *chain = ctx;

	*host = "reef";
	options->port = 22;
	options->user = "diver";
	return to_the_first_peer(chain, hop, host, options);
}

static void
a_callback_that_names_another_host_leaves_the_files_answer(void **state)
{
	struct chain chain;

	(void)state;
	chain_init(&chain);
	name_config(&chain, "Host gate\n Hostname wreck\n Port 2222\n User nobody\n");
	chain.s.options.jump = "gate";
	chain.s.options.hop = elsewhere;
	if (chain_connect(&chain) != NACRE_OK)
		fail_msg("%s", stage_error(&chain.s).message);
	nacre_client_close(chain.s.client);
	chain_join(&chain);
	chain_end(&chain);
}

/* Nothing is dialled: the whole way is planned first. */
static void
a_way_that_leads_through_itself_or_too_deep_is_refused(void **state)
{
	static const struct {
		const char *config, *words;
	} rows[] = {
	    {"Host lagoon\n ProxyJump gate\nHost gate\n Hostname reef\n ProxyJump lagoon\n", "leads through itself"},
	    {"Host lagoon\n ProxyJump gate\nHost gate\n ProxyJump GATE\n", "leads through itself"},
	    {"Host *\n ProxyJump gate\n", "the host is its own hop"},
	    {"Host lagoon\n ProxyJump h1\nHost h1\n ProxyJump h2\nHost h2\n ProxyJump h3\nHost h3\n ProxyJump h4\n"
	     "Host h4\n ProxyJump h5\nHost h5\n ProxyJump h6\nHost h6\n ProxyJump h7\nHost h7\n ProxyJump h8\n"
	     "Host h8\n ProxyJump h9\nHost h9\n ProxyJump h10\n",
		"more than 8 deep"},
	    {"Host lagoon\n ProxyJump gate\nHost gate\n Port x\n", "config line 4"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage s;

		stage_init(&s);
		s.options.config_file = stage_file("config", rows[i].config, strlen(rows[i].config), 0600);
		assert_int_not_equal(nacre_client_connect(s.client, "lagoon", &s.options), NACRE_OK);
		if (strstr(stage_error(&s).message, rows[i].words) == NULL && strstr(s.log, rows[i].words) == NULL)
			fail_msg("row %zu: %s", i, stage_error(&s).message);
		stage_end(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_command_runs_behind_a_jump_host),
	    cmocka_unit_test(a_jump_host_is_looked_up_in_the_same_files),
	    cmocka_unit_test(a_callback_that_names_another_host_leaves_the_files_answer),
	    cmocka_unit_test(a_way_that_leads_through_itself_or_too_deep_is_refused),
	    cmocka_unit_test(each_failure_says_at_which_host),
	    cmocka_unit_test(lists_of_hops_are_read_as_openssh_does),
	    cmocka_unit_test(a_connected_client_may_be_the_way),
	    cmocka_unit_test(no_memory_at_any_moment_is_survived),
	    cmocka_unit_test(a_policy_may_end_the_client_while_a_hop_connects),
	};

	return cmocka_run_group_tests_name("client: jump", tests, stage_setup, stage_teardown);
}
