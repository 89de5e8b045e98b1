/* What goes wrong on a connection that stands, and which test provokes each error of the library. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "expect.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define SHORT_MS 50

static void
open_it(struct stage *s)
{
	if (stage_connect(s) != NACRE_OK)
		fail_msg("connect: %s", stage_error(s).message);
}

/* A command that must not start, or must not go on. */
static void
run_it(struct stage *s, const char *command)
{
	struct nacre_result result;

	open_it(s);
	assert_int_not_equal(nacre_client_run(s->client, command, NULL, &result), NACRE_OK);
	nacre_result_free(&result);
}

static void
no_room_for_a_channel(struct stage *s)
{
	s->script.refuse_open = 4;
	run_it(s, "exit 0");
}

static void
a_channel_that_is_forbidden(struct stage *s)
{
	s->script.refuse_open = 1;
	run_it(s, "exit 0");
}

static void
no_answer_about_a_channel(struct stage *s)
{
	s->script.stall = STALL_OPEN;
	s->options.channel_timeout_ms = SHORT_MS;
	run_it(s, "exit 0");
}

static void
a_command_that_is_refused(struct stage *s)
{
	s->script.refuse_exec = true;
	run_it(s, "exit 0");
}

static void
no_answer_about_a_command(struct stage *s)
{
	s->script.stall = STALL_EXEC;
	s->options.channel_timeout_ms = SHORT_MS;
	run_it(s, "exit 0");
}

static void
a_global_request_that_is_refused(struct stage *s)
{
	uint8_t reply[8];
	size_t n = sizeof(reply);

	open_it(s);
	assert_int_not_equal(nacre_client_global_request(s->client, "nothing@test", NULL, 0, reply, &n), NACRE_OK);
}

static void
a_command_without_an_end(struct stage *s)
{
	struct nacre_run_options options = {.size = sizeof(options), .timeout_ms = SHORT_MS};
	struct nacre_result result;

	open_it(s);
	assert_int_not_equal(nacre_client_run(s->client, "hang", &options, &result), NACRE_OK);
	nacre_result_free(&result);
}

static void
more_output_than_is_wanted(struct stage *s)
{
	struct nacre_run_options options = {.size = sizeof(options), .output_max = 10};
	struct nacre_result result;

	open_it(s);
	assert_int_not_equal(nacre_client_run(s->client, "endless", &options, &result), NACRE_OK);
	nacre_result_free(&result);
}

static void
a_peer_that_ends_the_connection(struct stage *s)
{
	run_it(s, "disconnect");
}

static void
a_line_that_goes_dead(struct stage *s)
{
	run_it(s, "vanish");
}

static void
a_peer_without_a_sign_of_life(struct stage *s)
{
	s->options.keepalive_ms = SHORT_MS;
	s->options.keepalive_max = 2;
	run_it(s, "silence");
}

static void
a_write_behind_the_end(struct stage *s)
{
	nacre_channel *ch;

	open_it(s);
	assert_int_equal(nacre_client_exec_command(s->client, "cat", NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_send_eof(ch), NACRE_OK);
	assert_int_equal(nacre_channel_write(ch, "x", 1), NACRE_E_CHANNEL_CLOSED);
	nacre_channel_close(ch);
}

static void
a_channel_without_a_connection(struct stage *s)
{
	nacre_channel *ch;

	assert_int_not_equal(nacre_client_open_channel(s->client, "session", NULL, 0, &ch), NACRE_OK);
}

static void
a_second_connect(struct stage *s)
{
	open_it(s);
	s->options.sock = NULL;
	assert_int_not_equal(nacre_client_connect(s->client, "reef", &s->options), NACRE_OK);
}

static void
a_host_of_two_lines(struct stage *s)
{
	s->options.sock = NULL;
	assert_int_not_equal(nacre_client_connect(s->client, "reef\nrm", &s->options), NACRE_OK);
}

static void
gssapi(struct stage *s)
{
	s->options.gss_auth = true;
	assert_int_not_equal(stage_connect(s), NACRE_OK);
}

static int
close_it(void *ctx, nacre_client *client, const char *name, const nacre_key *key)
{
	(void)ctx;
	(void)name;
	(void)key;
	nacre_client_close(client);
	return 0;
}

static void
a_callback_that_closes(struct stage *s)
{
	s->options.port = 2222;
	nacre_client_set_missing_host_key_policy(s->client, close_it, NULL);
	assert_int_not_equal(stage_connect(s), NACRE_OK);
}

static void
a_connection_that_was_ended_here(struct stage *s)
{
	nacre_channel *ch;

	open_it(s);
	assert_int_equal(nacre_conn_disconnect(nacre_client_conn(s->client), 11, "enough"), NACRE_OK);
	assert_int_not_equal(nacre_client_open_channel(s->client, "session", NULL, 0, &ch), NACRE_OK);
}

static const struct expect rows[] = {
    {"no room for a channel", no_room_for_a_channel, NACRE_E_CHANNEL_REFUSED, NACRE_ORIGIN_PEER, NACRE_PHASE_OPEN,
	.message = "refused to open", .peer_text = "no\\x07 room", .reason = 4},
    {"a channel that is forbidden", a_channel_that_is_forbidden, NACRE_E_CHANNEL_REFUSED, NACRE_ORIGIN_PEER,
	NACRE_PHASE_OPEN, .message = "refused to open", .peer_text = "no\\x07 room", .reason = 1},
    {"no answer about a channel", no_answer_about_a_channel, NACRE_E_TIMEOUT_CHANNEL, NACRE_ORIGIN_RESOURCE,
	NACRE_PHASE_OPEN, .message = "open a channel: no answer within 50 ms"},
    {"a command that is refused", a_command_that_is_refused, NACRE_E_REQUEST_REFUSED, NACRE_ORIGIN_PEER,
	NACRE_PHASE_OPEN, .message = "exec: the server refused"},
    {"no answer about a command", no_answer_about_a_command, NACRE_E_TIMEOUT_CHANNEL, NACRE_ORIGIN_RESOURCE,
	NACRE_PHASE_OPEN, .message = "exec: no answer within 50 ms"},
    {"a global request that is refused", a_global_request_that_is_refused, NACRE_E_REQUEST_REFUSED, NACRE_ORIGIN_PEER,
	NACRE_PHASE_OPEN, .message = "nothing@test: the server refused"},
    {"a command without an end", a_command_without_an_end, NACRE_E_TIMEOUT, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_OPEN,
	.message = "did not end within 50 ms"},
    {"more output than is wanted", more_output_than_is_wanted, NACRE_E_LIMIT, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_OPEN,
	.message = "output_max"},
    {"a peer that ends the connection", a_peer_that_ends_the_connection, NACRE_E_DISCONNECTED, NACRE_ORIGIN_PEER,
	NACRE_PHASE_OPEN, .message = "reason 12", .peer_text = "too many\\x1b[31m connections", .reason = 12},
    {"a line that goes dead", a_line_that_goes_dead, NACRE_E_CONNECTION_LOST, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_OPEN,
	.message = "connection"},
    {"a peer without a sign of life", a_peer_without_a_sign_of_life, NACRE_E_TIMEOUT_KEEPALIVE, NACRE_ORIGIN_RESOURCE,
	NACRE_PHASE_OPEN, .message = "sign of life"},
    {"a write behind the end", a_write_behind_the_end, NACRE_E_CHANNEL_CLOSED, NACRE_ORIGIN_LOCAL, NACRE_PHASE_OPEN,
	.message = "after the end of the stream"},
    {"a channel without a connection", a_channel_without_a_connection, NACRE_E_MISUSE, NACRE_ORIGIN_LOCAL,
	NACRE_PHASE_NONE, .message = "not connected"},
    {"a second connect", a_second_connect, NACRE_E_MISUSE, NACRE_ORIGIN_LOCAL, NACRE_PHASE_OPEN,
	.message = "connected already"},
    {"a host of two lines", a_host_of_two_lines, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, NACRE_PHASE_NONE,
	.message = "host"},
    {"GSSAPI", gssapi, NACRE_E_UNSUPPORTED, NACRE_ORIGIN_LOCAL, NACRE_PHASE_NONE, .message = "gss_auth"},
    {"a callback that closes", a_callback_that_closes, NACRE_E_CANCELLED, NACRE_ORIGIN_LOCAL, NACRE_PHASE_NONE,
	.message = "a callback closed the client"},
    {"a connection that was ended here", a_connection_that_was_ended_here, NACRE_E_CLOSED, NACRE_ORIGIN_LOCAL,
	NACRE_PHASE_OPEN, .message = "closed by this side"},
};

static void
what_goes_wrong_on_a_connection_is_named(void **state)
{
	(void)state;
	expect_rows(rows, N(rows));
}

/* Where each error is provoked: a new row of errors.def names its test here. */
static const char *const provoked[][2] = {
    {"NOMEM", "base/test_buf"},
    {"MISUSE", "client/test_errors_use"},
    {"ARGUMENT", "client/test_errors_use"},
    {"LIMIT", "client/test_errors_use"},
    {"TIMEOUT", "client/test_errors_use"},
    {"CANCELLED", "client/test_errors_use"},
    {"CLOSED", "client/test_errors_use"},
    {"AGAIN", "client/test_timeouts"},
    {"UNSUPPORTED", "client/test_errors_use"},
    {"FORMAT", "client/test_errors"},
    {"PROTOCOL", "channel/test_receive"},
    {"IDENT", "client/test_errors"},
    {"PACKET", "client/test_errors"},
    {"MAC", "conn/test_faults"},
    {"NEGOTIATION", "client/test_errors"},
    {"KEX", "conn/test_kex_hostile"},
    {"CRYPTO", "keys/test_signature"},
    {"RANDOM", "conn/test_faults"},
    {"DISCONNECTED", "client/test_errors_use"},
    {"CONNECTION_LOST", "client/test_errors"},
    {"TIMEOUT_CONNECT", "client/test_errors"},
    {"TIMEOUT_BANNER", "client/test_errors"},
    {"TIMEOUT_KEX", "client/test_errors"},
    {"TIMEOUT_AUTH", "client/test_errors"},
    {"TIMEOUT_CHANNEL", "client/test_errors_use"},
    {"TIMEOUT_KEEPALIVE", "client/test_errors_use"},
    {"ORDER", "client/test_errors"},
    {"HOST_KEY_SIGNATURE", "conn/test_faults"},
    {"HOST_KEY_UNKNOWN", "client/test_errors"},
    {"HOST_KEY_CHANGED", "client/test_errors"},
    {"HOST_KEY_REVOKED", "client/test_errors"},
    {"HOST_KEY_REKEY", "conn/test_rekey"},
    {"HOST_KEY_PIN", "client/test_errors"},
    {"AUTH", "client/test_errors"},
    {"AUTH_METHODS", "client/test_errors"},
    {"AUTH_PARTIAL", "client/test_errors"},
    {"SERVICE", "auth/test_server"},
    {"AUTH_NOTHING", "client/test_errors"},
    {"AUTH_TRIVIAL", "client/test_plan"},
    {"AGENT_OWNER", "client/test_plan_faults"},
    {"CHANNEL_REFUSED", "client/test_errors_use"},
    {"REQUEST_REFUSED", "client/test_errors_use"},
    {"CHANNEL_CLOSED", "client/test_errors_use"},
    {"KEY_FORMAT", "client/test_errors"},
    {"KEY_PASSPHRASE", "client/test_errors"},
    {"KEY_PASSPHRASE_WRONG", "client/test_errors"},
    {"KEY_TYPE", "keys/test_write"},
    {"CERTIFICATE", "keys/test_cert_use"},
    {"SIGNER", "config/test_allowed_signers"},
    {"AGENT", "keys/test_agent"},
    {"FILE", "client/test_errors"},
    {"RESOLVE", "client/test_errors"},
    {"CONNECT", "client/test_errors"},
    {"SYSTEM", "io/test_socket"},
    {"SFTP", "server/test_sftp_calls"},
    {"SFTP_MISMATCH", "live/sftp_probe"},
    {"FILE_MISSING", "client/test_errors"},
    {"KEY_TYPE_UNKNOWN", "client/test_errors"},
    {"PROXY", "client/test_errors"},
    {"DEADLINE", "client/test_errors"},
    {"CONFIG", "client/test_errors"},
    {"CONFIG_NAME", "config/test_config"},
    {"CONFIG_REFUSED", "config/test_config"},
    {"CONFIG_UNSAFE", "config/test_config"},
    {"CONFIG_EXEC", "config/test_config"},
};

static const char *
find_provoker(const char *name)
{
	for (size_t i = 0; i < N(provoked); i++)
		if (strcmp(provoked[i][0], name) == 0)
			return provoked[i][1];
	return NULL;
}

/* Does the source of "client/test_errors" speak of the error? */
static bool
speaks_of(const char *test, const char *name)
{
	static char text[1 << 20];
	char path[512], code[64];

	snprintf(path, sizeof(path), "%s/%s.c", TESTS_DIR, test);
	snprintf(code, sizeof(code), "NACRE_E_%s", name);
	stage_slurp(path, text, sizeof(text));
	return strstr(text, code) != NULL;
}

static void
every_error_has_a_test_that_provokes_it(void **state)
{
	static const char *const names[] = {
#define E(name, number, ...) #name,
#include <nacre/errors.def>
#undef E
	};

	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		const char *test = find_provoker(names[i]);

		if (test == NULL)
			fail_msg("%s: name the test that provokes it in tests/client/test_errors_use.c", names[i]);
		if (!speaks_of(test, names[i]))
			fail_msg("%s: %s does not provoke it", names[i], test);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_goes_wrong_on_a_connection_is_named),
	    cmocka_unit_test(every_error_has_a_test_that_provokes_it),
	};

	return cmocka_run_group_tests_name("client: errors of a connection", tests, stage_setup, stage_teardown);
}
