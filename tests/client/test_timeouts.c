/* Deadlines: a peer that falls silent at each stage is left by the right one. Only its passing matters, not how fast.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "stage.h"

#define SHORT_MS 50

static void
each_stage_of_connecting_has_its_own_deadline(void **state)
{
	static const struct {
		enum peer_stall stall;
		size_t offset;
		int code;
		const char *word;
	} rows[] = {
	    {STALL_IDENT, offsetof(struct nacre_connect_options, banner_timeout_ms), NACRE_E_TIMEOUT_BANNER,
		"identify"},
	    {STALL_KEX, offsetof(struct nacre_connect_options, kex_timeout_ms), NACRE_E_TIMEOUT_KEX, "key exchange"},
	    {STALL_AUTH, offsetof(struct nacre_connect_options, auth_timeout_ms), NACRE_E_TIMEOUT_AUTH,
		"authentication"},
	};
	const int short_ms = SHORT_MS;
	struct stage s;

	(void)state;
	stage_init(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s.script.stall = rows[i].stall;
		s.options.banner_timeout_ms = s.options.kex_timeout_ms = s.options.auth_timeout_ms = 60000;
		memcpy((char *)&s.options + rows[i].offset, &short_ms, sizeof(short_ms));
		assert_int_equal(stage_connect(&s), rows[i].code);
		assert_failed(&s, rows[i].code);
		assert_true(nacre_status_is_timeout(rows[i].code));
		if (strstr(stage_error(&s).message, rows[i].word) == NULL)
			fail_msg("row %zu: \"%s\" lacks \"%s\"", i, stage_error(&s).message, rows[i].word);
		assert_int_equal(nacre_client_fd(s.client), -1);
	}
	stage_end(&s);
}

static void
an_address_that_never_answers_is_left_in_time(void **state)
{
	/* Nobody accepts, and the queue is full: the next connect on loopback waits for ever. */
	int listener, filler[8], port_fd = -1;
	struct nacre_connect_options options = {
	    .size = sizeof(options), .connect_timeout_ms = SHORT_MS, .user = "diver"};
	char why[256];
	unsigned port;
	struct stage s;
	int rc = NACRE_OK, n = 0;

	(void)state;
	listener = peer_silent_listener(&port);
	while (n < 8 && (rc = nacre_dial("127.0.0.1", port, SHORT_MS, &filler[n], why, sizeof(why))) == NACRE_OK)
		n++;
	assert_int_equal(rc, NACRE_E_TIMEOUT_CONNECT);
	assert_non_null(strstr(why, "127.0.0.1"));
	assert_int_equal(nacre_dial("127.0.0.1", port, 0, &port_fd, NULL, 0), NACRE_E_TIMEOUT_CONNECT);
	assert_int_equal(port_fd, -1);

	stage_init(&s);
	options.port = port;
	assert_int_equal(nacre_client_connect(s.client, "127.0.0.1", &options), NACRE_E_TIMEOUT_CONNECT);
	stage_end(&s);
	while (n > 0)
		close(filler[--n]);
	close(listener);
}

static void
an_unanswered_open_ends_by_the_channel_timeout(void **state)
{
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.stall = STALL_OPEN;
	s.options.channel_timeout_ms = SHORT_MS;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "exit 0", NULL, &ch), NACRE_E_TIMEOUT_CHANNEL);
	assert_null(ch);
	assert_true(nacre_client_is_active(s.client));
	stage_end(&s);
}

static void
an_unanswered_exec_ends_by_the_channel_timeout(void **state)
{
	nacre_channel *ch;
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.stall = STALL_EXEC;
	s.options.channel_timeout_ms = SHORT_MS;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "exit 0", NULL, &ch), NACRE_E_TIMEOUT_CHANNEL);
	assert_non_null(strstr(stage_error(&s).message, "exec"));
	assert_int_equal(nacre_client_run(s.client, "exit 0", NULL, &result), NACRE_E_TIMEOUT_CHANNEL);
	stage_end(&s);
}

static void
a_silent_command_times_each_operation_out_and_goes_on(void **state)
{
	struct nacre_exec_options options = {.size = sizeof(options), .timeout_ms = SHORT_MS};
	char text[16];
	struct nacre_exit exit;
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "cat", &options, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_read(ch, text, sizeof(text)), NACRE_E_TIMEOUT);
	assert_failed(&s, NACRE_E_TIMEOUT);
	assert_int_equal(nacre_channel_read_stderr(ch, text, sizeof(text)), NACRE_E_TIMEOUT);
	assert_int_equal(nacre_channel_wait_exit(ch, &exit), NACRE_E_TIMEOUT);
	assert_int_equal(exit.kind, NACRE_EXIT_NONE);
	nacre_channel_set_timeout(ch, 0);
	assert_int_equal(nacre_channel_read(ch, text, sizeof(text)), NACRE_E_AGAIN);
	nacre_channel_set_timeout(ch, -1);
	assert_int_equal(nacre_channel_write(ch, "awake", 5), 5);
	assert_int_equal(nacre_channel_read(ch, text, sizeof(text)), 5);
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
a_write_that_nobody_reads_times_out_with_what_was_taken(void **state)
{
	struct nacre_exec_options options = {.size = sizeof(options), .timeout_ms = SHORT_MS};
	static char block[1 << 20];
	size_t taken = 0;
	nacre_channel *ch;
	int64_t k;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "hang", &options, &ch), NACRE_OK);
	while ((k = nacre_channel_write(ch, block, sizeof(block))) > 0)
		taken += (size_t)k;
	assert_int_equal(k, NACRE_E_TIMEOUT);
	/* The window and what the channel may stage: bounded, and more than nothing. */
	assert_in_range(taken, 1 << 20, 8 << 20);
	nacre_channel_close(ch);
	assert_true(nacre_client_is_active(s.client));
	stage_end(&s);
}

static void
run_ends_at_its_deadline_and_keeps_what_came(void **state)
{
	struct nacre_run_options options = {.size = sizeof(options), .timeout_ms = SHORT_MS};
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "hang", &options, &result), NACRE_E_TIMEOUT);
	assert_string_equal(result.out, "");
	assert_int_equal(result.exit.kind, NACRE_EXIT_NONE);
	nacre_result_free(&result);
	assert_int_equal(nacre_client_run(s.client, "exit 3", NULL, &result), NACRE_OK);
	assert_int_equal(result.exit.status, 3);
	nacre_result_free(&result);
	stage_end(&s);
}

/* The time of a run is for everything: the server's silence before the command counts, whatever the channel timeout. */
static void
run_ends_at_its_deadline_where_the_command_never_starts(void **state)
{
	struct nacre_run_options options = {.size = sizeof(options), .timeout_ms = SHORT_MS};
	static const enum peer_stall stalls[] = {STALL_OPEN, STALL_EXEC};
	struct nacre_result result;
	struct stage s;
	int64_t start;

	(void)state;
	for (size_t i = 0; i < sizeof(stalls) / sizeof(stalls[0]); i++) {
		stage_init(&s);
		s.script.stall = stalls[i];
		assert_int_equal(stage_connect(&s), NACRE_OK);
		start = nacre_clock_ms();
		assert_int_equal(nacre_client_run(s.client, "exit 0", &options, &result), NACRE_E_TIMEOUT);
		assert_true(nacre_clock_ms() - start < 20000);
		assert_null(result.out);
		assert_non_null(strstr(stage_error(&s).message, "did not start"));
		stage_end(&s);
	}
}

/* Output without end keeps the socket busy: the deadline counts all the same. */
static void
run_ends_at_its_deadline_while_data_flows(void **state)
{
	struct nacre_run_options options = {
	    .size = sizeof(options), .timeout_ms = SHORT_MS, .output_max = (size_t)1 << 34};
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "endless", &options, &result), NACRE_E_TIMEOUT);
	assert_true(result.out_len > 0);
	nacre_result_free(&result);
	stage_end(&s);
}

static void
a_global_request_and_a_keepalive_have_deadlines(void **state)
{
	uint8_t reply[4];
	size_t n = sizeof(reply);
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.stall = STALL_GLOBAL;
	s.options.channel_timeout_ms = SHORT_MS;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(
	    nacre_client_global_request(s.client, "port@test", NULL, 0, reply, &n), NACRE_E_TIMEOUT_CHANNEL);
	assert_int_equal(n, 0);
	assert_int_equal(nacre_client_keepalive(s.client, SHORT_MS), NACRE_E_TIMEOUT);
	stage_end(&s);
}

static void
a_peer_that_gives_no_sign_of_life_is_left(void **state)
{
	char byte;
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.keepalive_ms = SHORT_MS;
	s.options.keepalive_max = 2;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "silence", NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_read(ch, &byte, 1), NACRE_E_TIMEOUT_KEEPALIVE);
	assert_non_null(strstr(stage_error(&s).message, "sign of life"));
	assert_false(nacre_client_is_active(s.client));
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
linger(int ms)
{
	struct timespec pause = {.tv_nsec = ms * 1000000L};

	nanosleep(&pause, NULL);
}

static int
slow_policy(void *ctx, nacre_client *client, const char *name, const nacre_key *key)
{
	(void)ctx;
	(void)client;
	(void)name;
	(void)key;
	linger(4 * SHORT_MS);
	return 0;
}

static int
slow_answer(void *ctx, enum nacre_ask what, const char *about, char *out, size_t cap)
{
	(void)ctx;
	(void)what;
	(void)about;
	linger(4 * SHORT_MS);
	snprintf(out, cap, "secret");
	return 0;
}

/* The deadlines are far longer than what the peer needs, and shorter than what the person takes. */
static void
no_deadline_runs_while_a_person_thinks(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.port = 2222; /* unknown there */
	s.options.ask = slow_answer;
	s.options.kex_timeout_ms = s.options.auth_timeout_ms = 3 * SHORT_MS;
	nacre_client_set_missing_host_key_policy(s.client, slow_policy, NULL);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
closing_never_waits_for_a_peer_that_does_not_read(void **state)
{
	static char block[1 << 20];
	struct nacre_exec_options options = {.size = sizeof(options), .timeout_ms = SHORT_MS};
	int64_t before;
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "hang", &options, &ch), NACRE_OK);
	while (nacre_channel_write(ch, block, sizeof(block)) > 0)
		continue;
	before = nacre_clock_ms();
	nacre_channel_close(ch);
	nacre_client_close(s.client);
	assert_true(nacre_clock_ms() - before < 10000); /* not a matter of speed: no deadline is anywhere near */
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_stage_of_connecting_has_its_own_deadline),
	    cmocka_unit_test(an_address_that_never_answers_is_left_in_time),
	    cmocka_unit_test(an_unanswered_open_ends_by_the_channel_timeout),
	    cmocka_unit_test(an_unanswered_exec_ends_by_the_channel_timeout),
	    cmocka_unit_test(a_silent_command_times_each_operation_out_and_goes_on),
	    cmocka_unit_test(a_write_that_nobody_reads_times_out_with_what_was_taken),
	    cmocka_unit_test(run_ends_at_its_deadline_and_keeps_what_came),
	    cmocka_unit_test(run_ends_at_its_deadline_where_the_command_never_starts),
	    cmocka_unit_test(run_ends_at_its_deadline_while_data_flows),
	    cmocka_unit_test(a_global_request_and_a_keepalive_have_deadlines),
	    cmocka_unit_test(a_peer_that_gives_no_sign_of_life_is_left),
	    cmocka_unit_test(no_deadline_runs_while_a_person_thinks),
	    cmocka_unit_test(closing_never_waits_for_a_peer_that_does_not_read),
	};

	return cmocka_run_group_tests_name("client: timeouts", tests, stage_setup, stage_teardown);
}
