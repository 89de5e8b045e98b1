/* An agent's keys in the plan: their place, which named keys they stand for, and how many are tried. */
#include <nacre/cert.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "stage.h"

struct keeper {
	struct stage s;
	nacre_agent_memory *memory;
	nacre_agent *agent;
	unsigned bound;
	char path[STAGE_PATH_MAX * 2];
};

static void
note_bound(void *ctx, const nacre_key *host_key, struct nacre_bytes session_id, bool forwarding)
{
	struct keeper *k = ctx;

	assert_true(nacre_key_equal(host_key, stage_keys[STAGE_HOST]) && session_id.n == 32 && !forwarding);
	k->bound++;
}

static void
keeper_begin(struct keeper *k)
{
	const struct nacre_agent_memory_options options = {.size = sizeof(options), .bound = note_bound, .ctx = k};

	stage_init(&k->s);
	k->bound = 0;
	assert_int_equal(nacre_agent_memory_new(&k->s.env.env, &options, &k->memory), NACRE_OK);
	assert_int_equal(nacre_agent_new(&k->s.env.env, nacre_agent_memory_answer, k->memory, &k->agent), NACRE_OK);
	k->s.options.key = NULL;
	k->s.options.agent = k->agent;
	k->s.script.password = NULL;
}

static void
keeper_end(struct keeper *k)
{
	nacre_client_close(k->s.client);
	nacre_agent_close(k->agent);
	nacre_agent_memory_free(k->memory);
	stage_end(&k->s);
}

/* For options that live longer than stage_path's room. */
static void
name_file(struct keeper *k, const char *name)
{
	snprintf(k->path, sizeof(k->path), "%s", stage_path(name));
	k->s.options.key_file = k->path;
}

static void
hold(struct keeper *k, const nacre_key *key)
{
	assert_int_equal(nacre_agent_add(k->agent, key, NULL), NACRE_OK);
}

static void
connects(struct keeper *k, int result, const char *auth)
{
	assert_int_equal(stage_connect(&k->s), result);
	stage_close(&k->s);
	assert_string_equal(k->s.peer.auth, auth);
}

static nacre_key *
certify(const nacre_key *subject)
{
	static const char *const principals[] = {"diver"};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_USER,
	    .principals = principals,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER};
	nacre_key *cert;

	assert_int_equal(
	    nacre_cert_issue(nacre_env_default(), &fields, subject, stage_keys[STAGE_HOST_OTHER], &cert), NACRE_OK);
	return cert;
}

static void
write_text(const char *name, const nacre_key *key, const char *passphrase, bool is_public)
{
	const struct nacre_key_write_options options = {.size = sizeof(options), .passphrase = passphrase, .rounds = 1};
	char *text;
	size_t n;

	assert_int_equal((is_public ? nacre_key_write_public : nacre_key_write_private)(
			     nacre_env_default(), key, &options, &text, &n, NULL, 0),
	    NACRE_OK);
	(void)stage_file(name, text, n, is_public ? 0644 : 0600);
	nacre_key_text_free(nacre_env_default(), text, n);
}

static void
the_agents_keys_come_after_named_ones_and_sign(void **state)
{
	const struct nacre_attempt *attempts;
	struct keeper k;
	size_t n;

	(void)state;
	keeper_begin(&k);
	hold(&k, stage_keys[STAGE_USER_3]);
	hold(&k, stage_keys[STAGE_USER]);
	assert_int_equal(stage_connect(&k.s), NACRE_OK);
	attempts = nacre_client_auth_attempts(k.s.client, &n);
	assert_int_equal(n, 3);
	assert_int_equal(attempts[1].source, NACRE_KEY_AGENT);
	assert_int_equal(k.bound, 1);
	stage_close(&k.s);
	assert_string_equal(k.s.peer.auth, "none publickey? publickey? publickey");

	k.s.options.key = stage_keys[STAGE_USER_2];
	connects(&k, NACRE_OK, "publickey publickey? publickey? publickey");
	k.s.options.no_agent = true;
	connects(&k, NACRE_E_AUTH, "publickey");
	keeper_end(&k);
}

static void
four_refusals_of_its_keys_leave_room_for_the_password(void **state)
{
	nacre_key *strangers[6];
	struct keeper k;

	(void)state;
	keeper_begin(&k);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(nacre_key_generate(nacre_env_default(), "ssh-ed25519", 0, &strangers[i]), NACRE_OK);
		hold(&k, strangers[i]);
	}
	k.s.script.password = k.s.options.password = "secret";
	connects(&k, NACRE_OK, "publickey? publickey? publickey? publickey? password");
	for (size_t i = 0; i < 6; i++)
		nacre_key_free(strangers[i]);
	keeper_end(&k);
}

static void
with_identities_only_it_signs_for_named_keys_alone(void **state)
{
	struct keeper k;

	(void)state;
	keeper_begin(&k);
	hold(&k, stage_keys[STAGE_USER_2]);
	hold(&k, stage_keys[STAGE_USER]);
	k.s.options.identities_only = true;
	connects(&k, NACRE_E_AUTH_NOTHING, "none");
	write_text("named.pub", stage_keys[STAGE_USER], NULL, true);
	name_file(&k, "named.pub");
	connects(&k, NACRE_OK, "publickey? publickey");
	keeper_end(&k);
}

static void
a_public_half_that_no_agent_knows_is_an_error_before_anything_is_sent(void **state)
{
	struct keeper k;

	(void)state;
	keeper_begin(&k);
	write_text("alone.pub", stage_keys[STAGE_USER], NULL, true);
	name_file(&k, "alone.pub");
	connects(&k, NACRE_E_KEY_FORMAT, "");
	assert_non_null(strstr(stage_error(&k.s).message, "alone.pub: holds a public key, and no agent"));
	keeper_end(&k);
}

static void
a_locked_key_that_the_agent_has_asks_for_no_passphrase(void **state)
{
	nacre_key *cert = certify(stage_keys[STAGE_USER]);
	struct keeper k;

	(void)state;
	keeper_begin(&k);
	write_text("locked", stage_keys[STAGE_USER], "open", false);
	name_file(&k, "locked");
	connects(&k, NACRE_E_KEY_PASSPHRASE, "publickey?");
	hold(&k, stage_keys[STAGE_USER]);
	connects(&k, NACRE_OK, "publickey? publickey");
	/* The certificate beside it is shown, and signed for by the plain key, which is all that the agent has. */
	write_text("locked-cert.pub", cert, NULL, true);
	k.s.script.user_key = cert;
	connects(&k, NACRE_OK, "publickey? publickey");
	assert_int_equal(unlink(stage_path("locked-cert.pub")), 0);
	nacre_key_free(cert);
	keeper_end(&k);
}

static void
an_agent_that_refuses_or_is_locked_is_passed_over(void **state)
{
	struct keeper k;

	(void)state;
	keeper_begin(&k);
	hold(&k, stage_keys[STAGE_USER]);
	assert_int_equal(nacre_agent_lock(k.agent, "shut"), NACRE_OK);
	k.s.script.password = k.s.options.password = "secret";
	connects(&k, NACRE_OK, "password");
	keeper_end(&k);
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

/* It takes the connection, and never says a word. */
static void
a_silent_agent_is_left_in_time(void **state)
{
	nacre_agent *agent;
	struct nacre_agent_list list;
	char why[200];
	struct keeper k;
	int fd;

	(void)state;
	keeper_begin(&k);
	fd = listen_at(stage_path("silent"));
	assert_int_equal(nacre_agent_open(NULL, stage_path("silent"), 1, &agent, why, sizeof(why)), NACRE_OK);
	assert_int_equal(nacre_agent_list(agent, &list), NACRE_E_TIMEOUT);
	assert_int_equal(nacre_agent_list(agent, &list), NACRE_E_CONNECTION_LOST);
	nacre_agent_close(agent);
	assert_int_equal(close(fd), 0);
	keeper_end(&k);
}

static void
nobody_at_a_named_path_is_an_error_and_nobody_anywhere_is_none(void **state)
{
	nacre_agent *agent;
	char why[200], path[300];
	struct keeper k;

	(void)state;
	keeper_begin(&k);
	k.s.options.agent = NULL;
	k.s.options.key = stage_keys[STAGE_USER];
	connects(&k, NACRE_OK, "publickey");
	k.s.options.agent_path = stage_path("nobody");
	connects(&k, NACRE_E_CONNECT, "");
	assert_non_null(strstr(stage_error(&k.s).message, "nobody: No such file"));
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(nacre_agent_open(NULL, path, 0, &agent, why, sizeof(why)), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_agent_open(NULL, NULL, 0, &agent, why, sizeof(why)), NACRE_E_CONNECT);
	assert_string_equal(why, "SSH_AUTH_SOCK is not set");
	keeper_end(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_agents_keys_come_after_named_ones_and_sign),
	    cmocka_unit_test(four_refusals_of_its_keys_leave_room_for_the_password),
	    cmocka_unit_test(with_identities_only_it_signs_for_named_keys_alone),
	    cmocka_unit_test(a_public_half_that_no_agent_knows_is_an_error_before_anything_is_sent),
	    cmocka_unit_test(a_locked_key_that_the_agent_has_asks_for_no_passphrase),
	    cmocka_unit_test(an_agent_that_refuses_or_is_locked_is_passed_over),
	    cmocka_unit_test(a_silent_agent_is_left_in_time),
	    cmocka_unit_test(nobody_at_a_named_path_is_an_error_and_nobody_anywhere_is_none),
	};

	return cmocka_run_group_tests_name("client/plan_agent", tests, stage_setup, stage_teardown);
}
