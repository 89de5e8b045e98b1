/* What an agent and a signer can do wrong, and that the next credential is tried all the same. */
#include <nacre/cert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "stage.h"

#define SIGN_REQUEST 13

/* An agent that is good until it is asked to sign; then it does `fault`. */
enum fault {
	SIGNS,
	REFUSES,
	DIES,
	FALLS_SILENT,
	SAYS_NOTHING,
	SAYS_TOO_MUCH,
	SAYS_SOMETHING_ELSE,
	NAMES_ANOTHER_ALGORITHM,
	SIGNS_WRONGLY,
	FAULTS
};

struct moody {
	struct stage s;
	nacre_agent_memory *memory;
	nacre_agent *agent;
	enum fault fault;
	unsigned asked; /* requests of any kind after the first fault: a lost agent is not asked again */
	bool has_failed;
	char path[STAGE_PATH_MAX * 2];
};

static int
answer_wrongly(struct moody *m, uint8_t *reply, size_t size, size_t *n)
{
	switch (m->fault) {
	case REFUSES:
		reply[0] = 5;
		*n = 1;
		return NACRE_OK;
	case DIES:
		return NACRE_E_CONNECTION_LOST;
	case FALLS_SILENT:
		return NACRE_E_TIMEOUT;
	case SAYS_NOTHING:
		*n = 0;
		return NACRE_OK;
	case SAYS_TOO_MUCH:
		*n = size + 1;
		return NACRE_OK;
	case SAYS_SOMETHING_ELSE:
		reply[0] = 12;
		memset(reply + 1, 0, 4);
		*n = 5;
		return NACRE_OK;
	case NAMES_ANOTHER_ALGORITHM:
		memcpy(reply + 9, "ssh-ed25518", 11); /* behind the type and two lengths */
		return NACRE_OK;
	default:
		reply[*n - 1] ^= 1;
		return NACRE_OK;
	}
}

static int
exchange(void *ctx, const uint8_t *request, size_t n, uint8_t *reply, size_t size, size_t *reply_n)
{
	struct moody *m = ctx;

	m->asked += m->has_failed;
	assert_int_equal(nacre_agent_memory_answer(m->memory, request, n, reply, size, reply_n), NACRE_OK);
	if (request[0] != SIGN_REQUEST || m->fault == SIGNS)
		return NACRE_OK;
	m->has_failed = true;
	return answer_wrongly(m, reply, size, reply_n);
}

static void
moody_begin(struct moody *m, enum fault fault)
{
	stage_init(&m->s);
	m->fault = fault;
	m->asked = 0;
	m->has_failed = false;
	assert_int_equal(nacre_agent_memory_new(&m->s.env.env, NULL, &m->memory), NACRE_OK);
	assert_int_equal(nacre_agent_new(&m->s.env.env, exchange, m, &m->agent), NACRE_OK);
	assert_int_equal(nacre_agent_add(m->agent, stage_keys[STAGE_USER], NULL), NACRE_OK);
	assert_int_equal(nacre_agent_add(m->agent, stage_keys[STAGE_USER_2], NULL), NACRE_OK);
	m->s.options.key = NULL;
	m->s.options.agent = m->agent;
	m->s.script.user_key2 = stage_keys[STAGE_USER_2];
}

static void
moody_end(struct moody *m)
{
	nacre_client_close(m->s.client);
	nacre_agent_close(m->agent);
	nacre_agent_memory_free(m->memory);
	stage_end(&m->s);
}

/* Both of its keys are welcome, so both are asked for where it still answers; one that is lost is not asked again, nor
 * does the server hear of its other key. */
static void
whatever_an_agent_does_instead_of_signing_the_password_is_next(void **state)
{
	(void)state;
	for (int fault = REFUSES; fault < FAULTS; fault++) {
		bool lost = fault >= DIES && fault <= SAYS_SOMETHING_ELSE;
		const struct nacre_attempt *attempts;
		struct moody m;
		size_t n;

		moody_begin(&m, (enum fault)fault);
		m.s.options.password = "secret";
		if (stage_connect(&m.s) != NACRE_OK)
			fail_msg("fault %d: %s", fault, stage_error(&m.s).message);
		attempts = nacre_client_auth_attempts(m.s.client, &n);
		assert_int_equal(n, lost ? 2 : 3);
		assert_int_equal(attempts[0].result, NACRE_ATTEMPT_GIVEN_UP);
		assert_int_not_equal(attempts[0].error, NACRE_OK);
		assert_non_null(strstr(m.s.log, "made no signature"));
		stage_close(&m.s);
		assert_string_equal(m.s.peer.auth, lost ? "publickey? password" : "publickey? publickey? password");
		if (lost)
			assert_int_equal(m.asked, 0);
		moody_end(&m);
	}
}

static void
without_another_credential_it_is_said_why(void **state)
{
	static const struct {
		enum fault fault;
		int result;
	} rows[] = {{REFUSES, NACRE_E_AGENT}, {DIES, NACRE_E_CONNECTION_LOST}, {FALLS_SILENT, NACRE_E_TIMEOUT},
	    {SAYS_NOTHING, NACRE_E_PROTOCOL}, {NAMES_ANOTHER_ALGORITHM, NACRE_E_AGENT}, {SIGNS_WRONGLY, NACRE_E_CRYPTO},
	    {SIGNS, NACRE_OK}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct moody m;

		moody_begin(&m, rows[i].fault);
		m.s.script.password = NULL;
		if (stage_connect(&m.s) != rows[i].result)
			fail_msg("row %zu: %s", i, stage_error(&m.s).message);
		moody_end(&m);
	}
}

static void
write_text(const char *name, const nacre_key *key, const char *passphrase, bool is_public)
{
	const struct nacre_key_write_options options = {
	    .size = sizeof(options), .comment = "diver", .passphrase = passphrase, .rounds = 1};
	char *text;
	size_t n;

	assert_int_equal((is_public ? nacre_key_write_public : nacre_key_write_private)(
			     nacre_env_default(), key, &options, &text, &n, NULL, 0),
	    NACRE_OK);
	(void)stage_file(name, text, n, is_public ? 0644 : 0600);
	nacre_key_text_free(nacre_env_default(), text, n);
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

/* The server has already said that it would take the key: it is the same request that is then signed by the file. */
static void
where_the_agent_does_not_sign_the_locked_file_does(void **state)
{
	nacre_key *cert = certify(stage_keys[STAGE_USER]);

	(void)state;
	write_text("locked", stage_keys[STAGE_USER], "open", false);
	for (int certified = 0; certified <= 1; certified++) {
		for (int fault = SIGNS; fault < FAULTS; fault++) {
			struct moody m;

			if (certified)
				write_text("locked-cert.pub", cert, NULL, true);
			moody_begin(&m, (enum fault)fault);
			snprintf(m.path, sizeof(m.path), "%s", stage_path("locked"));
			m.s.options.key_file = m.path;
			m.s.options.passphrase = "open";
			m.s.script.password = NULL;
			m.s.script.user_key = certified ? cert : stage_keys[STAGE_USER];
			m.s.script.user_key2 = NULL;
			if (stage_connect(&m.s) != NACRE_OK)
				fail_msg("fault %d: %s", fault, stage_error(&m.s).message);
			stage_close(&m.s);
			assert_string_equal(m.s.peer.auth, "publickey? publickey");
			m.s.options.passphrase = "shut";
			if (fault == DIES)
				assert_int_equal(stage_connect(&m.s), NACRE_E_KEY_PASSPHRASE_WRONG);
			moody_end(&m);
		}
	}
	assert_int_equal(unlink(stage_path("locked-cert.pub")), 0);
	nacre_key_free(cert);
}

static int
make_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	(void)unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* It takes the connection, and never says a word: to the list, which costs one deadline and no more. */
static void
a_silent_agent_is_passed_over_and_the_log_says_so(void **state)
{
	char path[STAGE_PATH_MAX * 2];
	struct stage s;
	int fd;

	(void)state;
	stage_init(&s);
	snprintf(path, sizeof(path), "%s", stage_path("silent"));
	fd = make_socket(path);
	assert_int_equal(listen(fd, 4), 0);
	s.options.key = NULL;
	s.options.agent_path = path;
	s.options.agent_timeout_ms = 1;
	s.options.password = "secret";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_non_null(strstr(s.log, "W nacre.transport the agent: it does not list its keys"));
	stage_close(&s);
	assert_string_equal(s.peer.auth, "password");

	s.options.password = NULL;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH_NOTHING);
	assert_non_null(strstr(stage_error(&s).hint, "the agent: it does not list its keys"));
	assert_int_equal(close(fd), 0);
	stage_end(&s);
}

/* What stands in the socket before the question is asked is taken for the answer. */
static void
lengths_of_an_agents_messages_are_bounded_and_must_be_true(void **state)
{
	static const struct {
		const char *says;
		size_t n;
		bool closes;
		int result;
	} rows[] = {
	    {"\0\0\0\5\x0c\0\0\0\0", 9, false, NACRE_OK},
	    {"\0\0\0\0", 4, false, NACRE_E_PROTOCOL},
	    {"\xff\xff\xff\xff", 4, false, NACRE_E_PROTOCOL},
	    {"\0\4\0\1", 4, false, NACRE_E_PROTOCOL},
	    {"\0\0\0\6\x0c\0\0\0\0!", 10, false, NACRE_E_PROTOCOL},
	    {"\0\0\0\5\x0c\0\0\0\1", 9, false, NACRE_E_PROTOCOL},
	    {"\0\0\0\5\x0c\0\0", 7, false, NACRE_E_TIMEOUT},
	    {"\0\0\0\5\x0c\0\0", 7, true, NACRE_E_CONNECTION_LOST},
	    {"\0\0", 2, true, NACRE_E_CONNECTION_LOST},
	    {"", 0, true, NACRE_E_CONNECTION_LOST},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = make_socket(stage_path("says")), peer;
		struct nacre_agent_list list;
		nacre_agent *agent;

		assert_int_equal(listen(fd, 4), 0);
		assert_int_equal(nacre_agent_open(NULL, stage_path("says"), 20, &agent, NULL, 0), NACRE_OK);
		assert_true((peer = accept(fd, NULL, NULL)) >= 0);
		assert_int_equal(send(peer, rows[i].says, rows[i].n, 0), rows[i].n);
		if (rows[i].closes)
			assert_int_equal(shutdown(peer, SHUT_WR), 0);
		if (nacre_agent_list(agent, &list) != rows[i].result)
			fail_msg("row %zu", i);
		nacre_agent_list_free(&list);
		nacre_agent_close(agent);
		assert_int_equal(close(peer), 0);
		assert_int_equal(close(fd), 0);
	}
}

/* unix(7): the socket's owner is who has called listen. */
static void
listen_as_somebody_else(int fd)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(setuid(65534) == 0 && listen(fd, 4) == 0 ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
somebody_elses_agent_is_a_warning_or_a_refusal(void **state)
{
	char path[STAGE_PATH_MAX * 2];
	nacre_agent *agent;
	struct stage s;
	int fd;

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can become somebody else */
	stage_init(&s);
	snprintf(path, sizeof(path), "%s", stage_path("foreign"));
	fd = make_socket(path);
	listen_as_somebody_else(fd);
	assert_int_equal(nacre_agent_open(NULL, path, 1, &agent, NULL, 0), NACRE_OK);
	assert_true(nacre_agent_is_foreign(agent));
	nacre_agent_close(agent);

	s.options.agent_path = path;
	s.options.agent_timeout_ms = 1;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	s.options.agent_refuse_foreign = true;
	assert_int_equal(stage_connect(&s), NACRE_E_AGENT_OWNER);
	assert_non_null(strstr(stage_error(&s).message, "belongs to another user"));
	s.options.agent_path = NULL; /* nobody has named it: it is passed over */
	assert_int_equal(setenv("SSH_AUTH_SOCK", path, 1), 0);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_non_null(strstr(s.log, "W nacre.transport the agent: it belongs to another user"));
	assert_int_equal(unsetenv("SSH_AUTH_SOCK"), 0);
	assert_int_equal(close(fd), 0);
	stage_end(&s);
}

static void
ones_own_agent_is_not_foreign(void **state)
{
	nacre_agent *agent;
	int fd = make_socket(stage_path("own"));

	(void)state;
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(nacre_agent_open(NULL, stage_path("own"), 1, &agent, NULL, 0), NACRE_OK);
	assert_false(nacre_agent_is_foreign(agent));
	nacre_agent_close(agent);
	assert_false(nacre_agent_is_foreign(NULL));
	assert_int_equal(close(fd), 0);
}

/* Which of an agent's keys are used can be said by their comments. */
static void
an_agents_keys_are_chosen_by_their_comments(void **state)
{
	static const struct {
		const char *patterns, *auth;
	} rows[] = {{NULL, "none publickey? publickey"}, {"*", "none publickey? publickey"}, {"pearl", "none"},
	    {"dive*", "none publickey? publickey"}, {"*,!diver", "none"}, {"DIVER", "none"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct moody m;
		nacre_key *named;

		moody_begin(&m, SIGNS);
		assert_int_equal(nacre_agent_remove_all(m.agent), NACRE_OK);
		write_text("commented", stage_keys[STAGE_USER], NULL, false);
		assert_int_equal(nacre_key_load(NULL, stage_path("commented"), NULL, &named, NULL, 0), NACRE_OK);
		assert_int_equal(nacre_agent_add(m.agent, named, NULL), NACRE_OK);
		m.s.options.agent_comments = rows[i].patterns;
		m.s.script.password = NULL;
		(void)!stage_connect(&m.s);
		stage_close(&m.s);
		assert_string_equal(m.s.peer.auth, rows[i].auth);
		nacre_key_free(named);
		moody_end(&m);
	}
}

/* Seven refusals do not fit the message; the list beside it and the record have them all. What an agent calls its keys
 * is shown as what a server says: without control characters. */
static void
many_attempts_are_all_told_and_odd_comments_are_escaped(void **state)
{
	const struct nacre_attempt *attempts;
	struct moody m;
	size_t n;

	(void)state;
	moody_begin(&m, SIGNS);
	assert_int_equal(nacre_agent_remove_all(m.agent), NACRE_OK);
	for (int i = 0; i < 7; i++) {
		const struct nacre_key_write_options options = {.size = sizeof(options), .comment = "a\x1b[31mred"};
		nacre_key *key, *named;
		size_t text_n;
		char *text;

		assert_int_equal(nacre_key_generate(nacre_env_default(), "ssh-ed25519", 0, &key), NACRE_OK);
		assert_int_equal(
		    nacre_key_write_private(nacre_env_default(), key, &options, &text, &text_n, NULL, 0), NACRE_OK);
		assert_int_equal(
		    nacre_key_parse_private(nacre_env_default(), (const uint8_t *)text, text_n, NULL, &named, NULL, 0),
		    NACRE_OK);
		assert_int_equal(nacre_agent_add(m.agent, named, NULL), NACRE_OK);
		nacre_key_text_free(nacre_env_default(), text, text_n);
		nacre_key_free(named);
		nacre_key_free(key);
	}
	assert_int_equal(stage_connect(&m.s), NACRE_E_AUTH);
	attempts = nacre_client_auth_attempts(m.s.client, &n);
	assert_int_equal(n, 8);
	assert_string_equal(attempts[7].name, "a\\x1b[31mred");
	assert_non_null(strstr(stage_error(&m.s).message, "...; the server would still accept: "));
	n = 0;
	for (const char *p = stage_error(&m.s).ours; (p = strstr(p, "red (refused)")) != NULL; p++)
		n++;
	assert_int_equal(n, 7);
	assert_null(strchr(m.s.log, '\x1b'));
	moody_end(&m);
}

/* Both ends of the agent's protocol and the plan share the memory that runs out: nothing is lost, and who got in has
 * got in by the key. */
static void
any_allocation_may_fail_with_an_agent(void **state)
{
	bool reached = true;
	uint64_t n;

	(void)state;
	for (n = 1; reached; n++) {
		struct moody m;
		int rc;

		moody_begin(&m, SIGNS);
		m.s.env.allocations = 0;
		m.s.env.fail_at = n;
		m.s.env.fail_once = true;
		rc = stage_connect(&m.s);
		reached = m.s.env.allocations >= n;
		m.s.env.fail_at = 0;
		if (rc == NACRE_OK)
			assert_string_equal(nacre_client_auth_method(m.s.client), "publickey");
		else
			assert_true(reached);
		moody_end(&m);
	}
	assert_true(n > 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whatever_an_agent_does_instead_of_signing_the_password_is_next),
	    cmocka_unit_test(without_another_credential_it_is_said_why),
	    cmocka_unit_test(where_the_agent_does_not_sign_the_locked_file_does),
	    cmocka_unit_test(a_silent_agent_is_passed_over_and_the_log_says_so),
	    cmocka_unit_test(lengths_of_an_agents_messages_are_bounded_and_must_be_true),
	    cmocka_unit_test(somebody_elses_agent_is_a_warning_or_a_refusal),
	    cmocka_unit_test(ones_own_agent_is_not_foreign),
	    cmocka_unit_test(an_agents_keys_are_chosen_by_their_comments),
	    cmocka_unit_test(any_allocation_may_fail_with_an_agent),
	    cmocka_unit_test(many_attempts_are_all_told_and_odd_comments_are_escaped),
	};

	return cmocka_run_group_tests_name("client/plan_faults", tests, stage_setup, stage_teardown);
}
