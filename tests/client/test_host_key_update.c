/* A server tells all its host keys: who learns them, after which proof, and what is left alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "buf.h"
#include "host_proof.h"
#include "stage.h"

static nacre_key *ecdsa, *old_key;

static int
setup(void **state)
{
	if (stage_setup(state) != 0)
		return -1;
	if (nacre_key_generate(nacre_env_default(), "ecdsa-sha2-nistp256", 0, &ecdsa) != 0)
		return -1;
	return nacre_key_generate(nacre_env_default(), "ecdsa-sha2-nistp384", 0, &old_key);
}

static int
teardown(void **state)
{
	nacre_key_free(ecdsa);
	nacre_key_free(old_key);
	return stage_teardown(state);
}

/* A client that knows nobody, and a server with two more keys. */
static void
init(struct stage *s)
{
	static const nacre_key *more[2];

	stage_init(s);
	nacre_client_free(s->client);
	s->client = nacre_client_new(&s->env.env);
	assert_non_null(s->client);
	more[0] = ecdsa;
	more[1] = stage_keys[STAGE_HOST_OTHER];
	s->script.more_host_keys = more;
	s->script.n_more_host_keys = 2;
	s->options.update_host_keys = NACRE_UPDATE_HOST_KEYS_YES;
}

static void
load_known(struct stage *s, const char *name, const char *prefix, const char *host)
{
	char text[2048];

	stage_line(text, sizeof(text), prefix, host, stage_keys[STAGE_HOST]);
	assert_int_equal(nacre_client_load_host_keys(s->client, stage_file(name, text, strlen(text), 0600)), NACRE_OK);
}

/* Connects and runs a command, behind whose end everything that was announced has been dealt with. */
static void
visit(struct stage *s)
{
	struct nacre_result result = {.out = NULL};

	if (stage_connect(s) != NACRE_OK)
		fail_msg("connect: %s", stage_error(s).message);
	assert_int_equal(nacre_client_run(s->client, "echo pearl", NULL, &result), NACRE_OK);
	assert_memory_equal(result.out, "pearl", 5);
	nacre_result_free(&result);
	stage_close(s);
}

static bool
knows(const struct stage *s, const nacre_key *key)
{
	struct nacre_known_hosts_match match;

	assert_int_equal(
	    nacre_known_hosts_check(nacre_client_get_host_keys(s->client), "reef", 22, key, &match), NACRE_OK);
	return match.result == NACRE_KNOWN_HOSTS_MATCH;
}

static size_t
count(const struct stage *s)
{
	return nacre_known_hosts_count(nacre_client_get_host_keys(s->client), NACRE_KNOWN_HOSTS_KEY);
}

static void
proved_keys_are_learned_and_saved_and_old_ones_go(void **state)
{
	char text[4096], old_line[1024];
	struct stage s;

	(void)state;
	init(&s);
	load_known(&s, "another", "", "trench");
	load_known(&s, "rotating", "", "reef");
	stage_line(old_line, sizeof(old_line), "", "atoll,reef,lagoon", old_key);
	stage_slurp(stage_path("rotating"), text, sizeof(text));
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s# the end\n", old_line);
	assert_int_equal(
	    nacre_client_load_host_keys(s.client, stage_file("rotating", text, strlen(text), 0600)), NACRE_OK);
	visit(&s);
	assert_true(knows(&s, stage_keys[STAGE_HOST]));
	assert_true(knows(&s, stage_keys[STAGE_HOST_OTHER]));
	assert_true(knows(&s, ecdsa));
	assert_false(knows(&s, old_key));
	stage_end(&s);

	stage_slurp(stage_path("rotating"), text, sizeof(text));
	assert_non_null(strstr(text, "\natoll,lagoon ecdsa-sha2-nistp384 ")); /* the others keep it */
	assert_non_null(strstr(text, "# the end\nreef "));
	assert_null(strstr(text, "trench")); /* another file's line stays there */
	/* The file has what was learned: the next server may have the new key alone. */
	init(&s);
	s.script.n_more_host_keys = 0;
	s.script.host_key = stage_keys[STAGE_HOST_OTHER];
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_path("rotating")), NACRE_OK);
	visit(&s);
	stage_end(&s);
}

static void
nothing_happens_unless_it_is_asked_for(void **state)
{
	struct stage s;

	(void)state;
	init(&s);
	s.options.update_host_keys = NACRE_UPDATE_HOST_KEYS_NO;
	load_known(&s, "asleep", "", "reef");
	visit(&s);
	assert_int_equal(count(&s), 1);
	assert_null(strstr(s.peer.requests, "hostkeys"));
	stage_end(&s);
}

static void
only_a_host_that_the_local_file_knew_by_its_own_name_may_tell_more(void **state)
{
	char text[1024];
	struct stage s;

	(void)state;
	/* From the system set. */
	init(&s);
	stage_line(text, sizeof(text), "", "reef", stage_keys[STAGE_HOST]);
	assert_int_equal(
	    nacre_client_load_system_host_keys(s.client, stage_file("sys", text, strlen(text), 0600)), NACRE_OK);
	visit(&s);
	assert_int_equal(count(&s), 0);
	stage_end(&s);
	/* By a pattern. */
	init(&s);
	load_known(&s, "pattern", "", "re*");
	visit(&s);
	assert_int_equal(count(&s), 1);
	stage_end(&s);
	/* Just added. */
	init(&s);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_accept_new, NULL);
	visit(&s);
	assert_int_equal(count(&s), 1);
	/* The next time it was known before. */
	visit(&s);
	assert_int_equal(count(&s), 3);
	stage_end(&s);
	/* Where an authority speaks for it. */
	init(&s);
	load_known(&s, "ca", "", "reef");
	stage_line(text, sizeof(text), "@cert-authority ", "reef", ecdsa);
	assert_int_equal(
	    nacre_client_load_system_host_keys(s.client, stage_file("sys", text, strlen(text), 0600)), NACRE_OK);
	visit(&s);
	assert_int_equal(count(&s), 1);
	stage_end(&s);
	/* By a pin. */
	init(&s);
	load_known(&s, "pinned", "", "reef");
	assert_int_equal(nacre_key_fingerprint(stage_keys[STAGE_HOST], "SHA256", text, sizeof(text)), NACRE_OK);
	s.options.host_key_fingerprints = (const char *const[]){text, NULL};
	visit(&s);
	assert_int_equal(count(&s), 1);
	stage_end(&s);
}

static void
a_hashed_name_is_the_hosts_own_and_stays_hidden(void **state)
{
	char text[4096], *line;
	struct stage s;
	size_t n;

	(void)state;
	init(&s);
	assert_int_equal(
	    nacre_known_hosts_line(nacre_env_default(), "reef", 22, stage_keys[STAGE_HOST], true, &line, &n), NACRE_OK);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_file("hashed", line, n, 0600)), NACRE_OK);
	nacre_known_hosts_line_free(nacre_env_default(), line, n);
	nacre_client_set_hash_host_keys(s.client, true);
	visit(&s);
	assert_int_equal(count(&s), 3);
	stage_slurp(stage_path("hashed"), text, sizeof(text));
	assert_null(strstr(text, "reef"));
	stage_end(&s);
}

static void
a_revoked_key_is_never_learned(void **state)
{
	char text[1024];
	struct stage s;

	(void)state;
	init(&s);
	load_known(&s, "withdrawn", "", "reef");
	stage_line(text, sizeof(text), "@revoked ", "*", ecdsa);
	assert_int_equal(
	    nacre_client_load_system_host_keys(s.client, stage_file("sys", text, strlen(text), 0600)), NACRE_OK);
	visit(&s);
	assert_true(knows(&s, stage_keys[STAGE_HOST_OTHER]));
	assert_false(knows(&s, ecdsa));
	stage_end(&s);
}

struct asked {
	unsigned times;
	size_t added, removed;
	int verdict;
	bool close;
};

static int
ask(void *ctx, nacre_client *client, const struct nacre_host_keys_update *update)
{
	struct asked *asked = ctx;

	asked->times++;
	asked->added = update->n_added;
	asked->removed = update->n_removed;
	assert_string_equal(update->name, "reef");
	assert_true(nacre_key_equal(update->added[0], ecdsa));
	if (asked->close)
		nacre_client_close(client);
	return asked->verdict;
}

static void
a_person_may_say_no(void **state)
{
	struct asked asked = {.verdict = -1};
	struct nacre_result result;
	struct stage s;

	(void)state;
	init(&s);
	load_known(&s, "asking", "", "reef");
	assert_int_equal(nacre_known_hosts_add(nacre_client_get_host_keys(s.client), "reef", 22, old_key), NACRE_OK);
	s.options.update_host_keys = NACRE_UPDATE_HOST_KEYS_ASK;
	assert_int_equal(stage_connect(&s), NACRE_E_ARGUMENT);
	s.options.update_host_keys_ask = ask;
	s.options.update_host_keys_ctx = &asked;
	visit(&s);
	assert_int_equal(asked.times, 1);
	assert_int_equal(asked.added, 2);
	assert_int_equal(asked.removed, 1);
	assert_int_equal(count(&s), 2);
	asked.close = true;
	assert_int_equal(
	    stage_connect(&s) == NACRE_OK ? nacre_client_run(s.client, "echo x", NULL, &result) : NACRE_E_CANCELLED,
	    NACRE_E_CANCELLED);
	assert_int_equal(count(&s), 2);
	asked = (struct asked){.verdict = 0};
	visit(&s);
	assert_int_equal(count(&s), 3);
	assert_false(knows(&s, old_key));
	stage_end(&s);
}

/* A server that says what it likes. */
enum lie {
	LIE_NONE,
	LIE_OTHER_CONTEXT,
	LIE_OTHER_SESSION,
	LIE_OTHER_KEY,
	LIE_SHORT,
	LIE_LONG,
	LIE_REFUSES,
	LIE_TWICE_THE_SAME,
	LIE_BROKEN_LIST,
	LIE_EMPTY_LIST,
	LIE_COUNT
};

static void
announce(struct peer *peer, enum lie lie)
{
	struct buf list;

	buf_init(&list, nacre_env_default(), 1 << 16);
	buf_put_string(&list, key_blob(stage_keys[STAGE_HOST]));
	buf_put_string(&list, key_blob(ecdsa));
	if (lie == LIE_TWICE_THE_SAME)
		buf_put_string(&list, key_blob(ecdsa));
	if (lie == LIE_BROKEN_LIST)
		buf_put_u32(&list, 77);
	if (lie == LIE_EMPTY_LIST)
		buf_reset(&list);
	for (int i = 0; i < 2; i++) /* the second is one too many */
		(void)nacre_conn_global_request(peer->conn, "hostkeys-00@openssh.com", list.p, list.n, NULL);
	buf_free(&list);
}

static void
prove(struct peer *peer, const struct nacre_event *ev, enum lie lie)
{
	struct host_proof_names names = *host_proof_usual();
	struct nacre_conn_info info;
	struct slice session;
	struct buf data, reply;
	uint8_t *signature;
	size_t n;

	nacre_conn_get_info(peer->conn, &info);
	buf_init(&data, nacre_env_default(), 1 << 16);
	buf_init(&reply, nacre_env_default(), 1 << 16);
	session = slice_of(info.session_id.p, info.session_id.n);
	if (lie == LIE_OTHER_CONTEXT)
		names.context = "hostkeys-prove-0";
	if (lie == LIE_OTHER_SESSION)
		session.n--;
	host_proof_put(&data, &names, session, key_blob(lie == LIE_OTHER_KEY ? old_key : ecdsa));
	if (nacre_key_sign(nacre_env_default(), lie == LIE_OTHER_KEY ? old_key : ecdsa, NULL, data.p, data.n,
		&signature, &n) == NACRE_OK) {
		buf_put_string(&reply, slice_of(signature, n));
		nacre_key_signature_free(nacre_env_default(), signature, n);
	}
	if (lie == LIE_SHORT)
		reply.n--;
	if (lie == LIE_LONG)
		buf_put_u8(&reply, 0);
	(void)nacre_conn_answer_global(peer->conn, ev->token, lie != LIE_REFUSES, reply.p, reply.n);
	buf_free(&data);
	buf_free(&reply);
}

static bool
lie_about_keys(struct peer *peer, const struct nacre_event *ev)
{
	enum lie lie = *(const enum lie *)peer->script.hook_ctx;

	if (ev->type == NACRE_EVENT_AUTHENTICATED)
		announce(peer, lie);
	if (ev->type != NACRE_EVENT_GLOBAL_REQUEST || ev->token == 0)
		return false;
	prove(peer, ev, lie);
	return true;
}

static void
a_key_that_was_not_proved_is_not_learned(void **state)
{
	struct stage s;

	(void)state;
	for (enum lie lie = LIE_NONE; lie < LIE_COUNT; lie++) {
		init(&s);
		load_known(&s, "lied to", "", "reef");
		assert_int_equal(
		    nacre_known_hosts_add(nacre_client_get_host_keys(s.client), "reef", 22, old_key), NACRE_OK);
		s.script.n_more_host_keys = 0;
		s.script.hook = lie_about_keys;
		s.script.hook_ctx = &lie;
		visit(&s);
		assert_int_equal(knows(&s, ecdsa), lie == LIE_NONE);
		assert_int_equal(knows(&s, old_key), lie != LIE_NONE); /* all or nothing */
		assert_true(knows(&s, stage_keys[STAGE_HOST]));
		stage_end(&s);
	}
}

static bool
announce_when_told(struct peer *peer, const struct nacre_event *ev)
{
	if (ev->type != NACRE_EVENT_GLOBAL_REQUEST)
		return false;
	if (ev->token == 0)
		announce(peer, LIE_NONE);
	else
		prove(peer, ev, LIE_NONE);
	return true;
}

/* Our KEXINIT is out when it arrives: what is asked waits until the new keys are in use. */
static void
an_announcement_may_come_during_a_key_exchange(void **state)
{
	struct nacre_result result = {.out = NULL};
	struct nacre_conn_info info;
	struct stage s;

	(void)state;
	init(&s);
	load_known(&s, "busy", "", "reef");
	s.script.n_more_host_keys = 0;
	s.script.hook = announce_when_told;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_global_request(s.client, "now@test", NULL, 0, NULL, NULL), NACRE_OK);
	assert_int_equal(nacre_conn_rekey(nacre_client_conn(s.client)), NACRE_OK);
	assert_int_equal(nacre_client_run(s.client, "echo pearl", NULL, &result), NACRE_OK);
	nacre_result_free(&result);
	nacre_conn_get_info(nacre_client_conn(s.client), &info);
	assert_int_equal(info.kex_count, 2);
	stage_close(&s);
	assert_true(knows(&s, ecdsa));
	stage_end(&s);
}

static void
no_memory_learns_nothing_false(void **state)
{
	struct stage s;
	uint64_t i;

	(void)state;
	for (i = 1; i < 2000; i += i < 40 ? 1 : 7) {
		bool whole;

		init(&s);
		load_known(&s, "tight", "", "reef");
		s.env.fail_at = s.env.allocations + i;
		s.env.fail_once = true;
		if (stage_connect(&s) == NACRE_OK) {
			struct nacre_result result;

			(void)!nacre_client_run(s.client, "echo pearl", NULL, &result);
			nacre_result_free(&result);
		}
		whole = s.env.allocations < s.env.fail_at;
		s.env.fail_at = 0;
		assert_true(knows(&s, stage_keys[STAGE_HOST]));
		assert_false(knows(&s, old_key));
		stage_end(&s);
		if (whole)
			break;
	}
	assert_true(i < 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(proved_keys_are_learned_and_saved_and_old_ones_go),
	    cmocka_unit_test(nothing_happens_unless_it_is_asked_for),
	    cmocka_unit_test(only_a_host_that_the_local_file_knew_by_its_own_name_may_tell_more),
	    cmocka_unit_test(a_hashed_name_is_the_hosts_own_and_stays_hidden),
	    cmocka_unit_test(an_announcement_may_come_during_a_key_exchange),
	    cmocka_unit_test(a_revoked_key_is_never_learned),
	    cmocka_unit_test(a_person_may_say_no),
	    cmocka_unit_test(a_key_that_was_not_proved_is_not_learned),
	    cmocka_unit_test(no_memory_learns_nothing_false),
	};

	return cmocka_run_group_tests_name("client: host keys that change", tests, setup, teardown);
}
