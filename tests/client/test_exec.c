/* Commands: three streams, how they end, what is refused, and what run() keeps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "stage.h"

static int64_t
read_all(nacre_channel *ch, int64_t (*read)(nacre_channel *, void *, size_t), char *out, size_t cap)
{
	size_t n = 0;
	int64_t k;

	while ((k = read(ch, out + n, cap - 1 - n)) > 0)
		n += (size_t)k;
	out[n] = '\0';
	return k < 0 ? k : (int64_t)n;
}

static void
a_command_has_three_streams_and_an_exit_status(void **state)
{
	char text[256];
	nacre_channel *ch;
	struct nacre_exit exit;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "cat", NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_write(ch, "pearl ", 6), 6);
	assert_int_equal(nacre_channel_read(ch, text, sizeof(text)), 6);
	assert_memory_equal(text, "pearl ", 6);
	assert_int_equal(nacre_channel_write(ch, "diver", 5), 5);
	assert_int_equal(nacre_channel_send_eof(ch), NACRE_OK); /* this is what ends cat */
	assert_int_equal(nacre_channel_send_eof(ch), NACRE_OK);
	assert_int_equal(nacre_channel_write(ch, "x", 1), NACRE_E_CHANNEL_CLOSED);
	assert_int_equal(read_all(ch, nacre_channel_read, text, sizeof(text)), 5);
	assert_string_equal(text, "diver");
	assert_int_equal(read_all(ch, nacre_channel_read_stderr, text, sizeof(text)), 0);
	assert_int_equal(nacre_channel_wait_exit(ch, &exit), NACRE_OK);
	assert_int_equal(exit.kind, NACRE_EXIT_STATUS);
	assert_int_equal(exit.status, 0);
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
each_way_to_end_is_told_apart(void **state)
{
	static const struct {
		const char *command;
		enum nacre_exit_kind kind;
		uint32_t status;
	} rows[] = {
	    {"exit 0", NACRE_EXIT_STATUS, 0},
	    {"exit 7", NACRE_EXIT_STATUS, 7},
	    {"signal", NACRE_EXIT_SIGNAL, 0},
	    {"quiet", NACRE_EXIT_NONE, 0},
	};
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_open(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(nacre_client_run(s.client, rows[i].command, NULL, &result), NACRE_OK);
		assert_int_equal(result.exit.kind, rows[i].kind);
		assert_int_equal(result.exit.status, rows[i].status);
		if (rows[i].kind == NACRE_EXIT_SIGNAL) {
			assert_string_equal(result.exit.signal, "TERM");
			assert_string_equal(result.exit.message, "stopped");
			assert_true(result.exit.core_dumped);
		}
		nacre_result_free(&result);
	}
	stage_end(&s);
}

static void
a_refused_channel_and_a_refused_command_differ(void **state)
{
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.refuse_open = 1;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "exit 0", NULL, &ch), NACRE_E_CHANNEL_REFUSED);
	assert_null(ch);
	assert_int_equal(stage_error(&s).origin, NACRE_ORIGIN_PEER);
	assert_int_equal(stage_error(&s).peer_reason, 1);
	assert_string_equal(stage_error(&s).peer_text, "no\\x07 room");
	assert_true(nacre_client_is_active(s.client));
	stage_close(&s);

	s.script.refuse_open = 0;
	s.script.refuse_exec = true;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "exit 0", NULL, &ch), NACRE_E_REQUEST_REFUSED);
	assert_null(ch);
	assert_true(nacre_client_is_active(s.client));
	stage_end(&s);
}

static void
a_refused_terminal_refuses_the_command(void **state)
{
	struct nacre_pty pty = {.size = sizeof(pty), .term = "xterm"};
	struct nacre_exec_options options = {.size = sizeof(options), .pty = &pty};
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.refuse_pty = true;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "exit 0", &options, &ch), NACRE_E_REQUEST_REFUSED);
	stage_close(&s);
	assert_string_equal(s.peer.requests, "pty-req");

	s.script.refuse_pty = false;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "exit 0", &options, &ch), NACRE_OK);
	nacre_channel_close(ch);
	stage_close(&s);
	assert_string_equal(s.peer.requests, "pty-req exec");
	stage_end(&s);
}

static void
variables_reach_the_command(void **state)
{
	static const struct nacre_variable env[] = {{"LANG", "C"}, {"DEPTH", "40 m"}};
	struct nacre_run_options options = {.size = sizeof(options), .env = env, .n_env = 2};
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "env", &options, &result), NACRE_OK);
	assert_string_equal(result.out, "LANG=C\nDEPTH=40 m\n");
	nacre_result_free(&result);
	stage_end(&s);
}

static void
a_refused_request_leaves_the_channel_usable(void **state)
{
	char text[32];
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "cat", NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_request(ch, "unknown@test", "x", 1, true), NACRE_E_REQUEST_REFUSED);
	assert_int_equal(nacre_channel_request(ch, "known@test", NULL, 0, true), NACRE_OK);
	assert_int_equal(nacre_channel_request(ch, "unknown@test", NULL, 0, false), NACRE_OK);
	assert_int_equal(nacre_channel_write(ch, "still here", 10), 10);
	assert_int_equal(nacre_channel_read(ch, text, sizeof(text)), 10);
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
run_keeps_both_streams_apart(void **state)
{
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "echo hello", NULL, &result), NACRE_OK);
	assert_string_equal(result.out, "hello");
	assert_int_equal(result.out_len, 5);
	assert_string_equal(result.err, "");
	nacre_result_free(&result);
	nacre_result_free(&result);
	assert_int_equal(nacre_client_run(s.client, "stderr woe", NULL, &result), NACRE_OK);
	assert_string_equal(result.out, "");
	assert_string_equal(result.err, "woe");
	assert_int_equal(result.exit.status, 1);
	nacre_result_free(&result);
	stage_end(&s);
}

/* More of each than the window holds: reading only one of them would stall. */
static void
run_reads_two_full_streams_at_once(void **state)
{
	struct nacre_run_options options = {.size = sizeof(options), .output_max = 16 << 20};
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.window = 64 << 10;
	s.options.window_max = 64 << 10;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_run(s.client, "both 3000000", &options, &result), NACRE_OK);
	assert_int_equal(result.out_len, 3000000);
	assert_int_equal(result.err_len, 3000000);
	nacre_result_free(&result);
	stage_end(&s);
}

static void
run_feeds_its_input_and_ends_it(void **state)
{
	static char input[1 << 20];
	struct nacre_run_options options = {
	    .size = sizeof(options), .input = input, .input_len = sizeof(input), .output_max = sizeof(input)};
	struct nacre_result result;
	struct stage s;

	(void)state;
	for (size_t i = 0; i < sizeof(input); i++)
		input[i] = (char)(i * 31 + (i >> 8));
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "cat", &options, &result), NACRE_OK);
	assert_int_equal(result.out_len, sizeof(input));
	assert_memory_equal(result.out, input, sizeof(input));
	nacre_result_free(&result);
	stage_end(&s);
}

static void
run_stops_at_its_limit_and_keeps_the_beginning(void **state)
{
	struct nacre_run_options options = {.size = sizeof(options), .output_max = 5};
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "echo hello", &options, &result), NACRE_OK);
	nacre_result_free(&result);
	assert_int_equal(nacre_client_run(s.client, "echo hello!", &options, &result), NACRE_E_LIMIT);
	assert_string_equal(result.out, "hello");
	nacre_result_free(&result);
	assert_int_equal(nacre_client_run(s.client, "endless", &options, &result), NACRE_E_LIMIT);
	assert_int_equal(result.out_len, 5);
	nacre_result_free(&result);
	/* The connection goes on. */
	assert_int_equal(nacre_client_run(s.client, "echo on", &options, &result), NACRE_OK);
	assert_string_equal(result.out, "on");
	nacre_result_free(&result);
	stage_end(&s);
}

static void
a_large_transfer_both_ways_through_one_channel(void **state)
{
	static char block[65536], back[65536];
	size_t sent = 0, got = 0, total = 4 << 20;
	nacre_channel *ch;
	int64_t k;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.rekey_bytes = 1 << 20;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "cat", NULL, &ch), NACRE_OK);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)(i * 7 + (i >> 9));
	while (got < total) {
		if (sent < total) {
			k = nacre_channel_write(ch, block + sent % sizeof(block), sizeof(block) - sent % sizeof(block));
			assert_true(k > 0);
			sent += (size_t)k;
		}
		k = nacre_channel_read(ch, back, sizeof(back));
		assert_true(k > 0);
		for (int64_t i = 0; i < k; i++)
			assert_int_equal(back[i], block[(got + (size_t)i) % sizeof(block)]);
		got += (size_t)k;
	}
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
channels_of_a_closed_client_are_dead_handles(void **state)
{
	struct nacre_exit exit;
	nacre_channel *ch, *other;
	char byte;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "cat", NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "cat", NULL, &other), NACRE_OK);
	stage_close(&s);
	assert_int_equal(nacre_channel_read(ch, &byte, 1), NACRE_E_CLOSED);
	assert_int_equal(nacre_channel_write(ch, "x", 1), NACRE_E_CLOSED);
	assert_int_equal(nacre_channel_wait_exit(ch, &exit), NACRE_E_CLOSED);
	assert_int_equal(nacre_channel_ready(ch), NACRE_READY_CLOSED);
	nacre_channel_close(ch);
	nacre_client_free(s.client);
	s.client = NULL;
	nacre_channel_close(other);
	nacre_channel_close(NULL);
	stage_end(&s);
}

static void
what_arrived_before_the_end_can_still_be_read(void **state)
{
	char text[32];
	nacre_channel *ch, *other;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "echo last words", NULL, &ch), NACRE_OK);
	/* Its output has arrived by the time that the next command was answered. */
	assert_int_equal(nacre_client_exec_command(s.client, "disconnect", NULL, &other), NACRE_OK);
	assert_int_equal(nacre_channel_read(other, text, sizeof(text)), NACRE_E_DISCONNECTED);
	assert_int_equal(stage_error(&s).peer_reason, 12);
	assert_string_equal(stage_error(&s).peer_text, "too many\\x1b[31m connections");
	assert_int_equal(read_all(ch, nacre_channel_read, text, sizeof(text)), 10);
	assert_string_equal(text, "last words");
	nacre_channel_close(ch);
	nacre_channel_close(other);
	stage_end(&s);
}

static void
nothing_works_before_connect(void **state)
{
	struct nacre_result result;
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "exit 0", NULL, &ch), NACRE_E_MISUSE);
	assert_int_equal(nacre_client_run(s.client, "exit 0", NULL, &result), NACRE_E_MISUSE);
	assert_int_equal(nacre_client_rekey(s.client), NACRE_E_MISUSE);
	assert_int_equal(nacre_client_wait(s.client, NULL, 0, 0), NACRE_E_MISUSE);
	assert_false(nacre_client_is_active(s.client));
	assert_int_equal(nacre_client_exec_command(NULL, "exit 0", NULL, &ch), NACRE_E_ARGUMENT);
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_command_has_three_streams_and_an_exit_status),
	    cmocka_unit_test(each_way_to_end_is_told_apart),
	    cmocka_unit_test(a_refused_channel_and_a_refused_command_differ),
	    cmocka_unit_test(a_refused_terminal_refuses_the_command),
	    cmocka_unit_test(variables_reach_the_command),
	    cmocka_unit_test(a_refused_request_leaves_the_channel_usable),
	    cmocka_unit_test(run_keeps_both_streams_apart),
	    cmocka_unit_test(run_reads_two_full_streams_at_once),
	    cmocka_unit_test(run_feeds_its_input_and_ends_it),
	    cmocka_unit_test(run_stops_at_its_limit_and_keeps_the_beginning),
	    cmocka_unit_test(a_large_transfer_both_ways_through_one_channel),
	    cmocka_unit_test(channels_of_a_closed_client_are_dead_handles),
	    cmocka_unit_test(what_arrived_before_the_end_can_still_be_read),
	    cmocka_unit_test(nothing_works_before_connect),
	};

	return cmocka_run_group_tests_name("client: exec", tests, stage_setup, stage_teardown);
}
