/* Sessions: shells, terminals, what is refused and what goes on, exits, streams. */
#include <stdio.h>
#include <string.h>
#include <nacre/session.h>
#include "stage.h"

static void
read_exactly(nacre_channel *ch, const char *expected)
{
	char text[256];
	size_t n = 0, wanted = strlen(expected);
	int64_t k = 1;

	while (n < wanted && (k = nacre_channel_read(ch, text + n, wanted - n)) > 0)
		n += (size_t)k;
	text[n] = '\0';
	assert_string_equal(text, expected);
}

static void
a_shell_gets_a_vt100_of_80_by_24(void **state)
{
	nacre_channel *ch;
	struct nacre_exit exit;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_invoke_shell(s.client, NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_write(ch, "pearl", 5), 5);
	read_exactly(ch, "pearl");
	assert_int_equal(nacre_channel_shutdown_write(ch), NACRE_OK);
	assert_int_equal(nacre_channel_recv_exit_status(ch, -1, &exit), NACRE_OK);
	assert_int_equal(exit.kind, NACRE_EXIT_STATUS);
	nacre_channel_close(ch);
	stage_close(&s);
	assert_string_equal(s.peer.requests, "pty-req shell");
	assert_string_equal(s.peer.terminal, "vt100 80x24 0x0 1\n");
	stage_end(&s);
}

static void
a_shell_takes_a_terminal_modes_and_variables_or_no_terminal(void **state)
{
	static const struct nacre_variable env[] = {{"LANG", "C.UTF-8"}, {"SECRET", "x"}, {"LC_ALL", ""}};
	struct nacre_modes modes;
	struct nacre_pty pty = {.size = sizeof(pty),
	    .term = "xterm-256color",
	    .columns = 132,
	    .rows = 43,
	    .width_px = 1320,
	    .height_px = 860};
	bool refused[3] = {true, false, true};
	struct nacre_shell_options options = {
	    .size = sizeof(options), .pty = &pty, .env = env, .n_env = 3, .env_refused = refused};
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.refuse_env = "SECRET";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	nacre_modes_init(&modes);
	assert_int_equal(nacre_modes_set(&modes, NACRE_MODE_ECHO, 0), NACRE_OK);
	pty.modes = modes.bytes;
	pty.modes_len = modes.n;
	assert_int_equal(nacre_client_invoke_shell(s.client, &options, &ch), NACRE_OK);
	assert_false(refused[0]);
	assert_true(refused[1]);
	assert_false(refused[2]);
	assert_non_null(strstr(s.log, "did not take the variable SECRET"));
	assert_int_equal(stage_error(&s).code, NACRE_OK);
	nacre_channel_close(ch);

	options = (struct nacre_shell_options){.size = sizeof(options), .no_pty = true};
	assert_int_equal(nacre_client_invoke_shell(s.client, &options, &ch), NACRE_OK);
	nacre_channel_close(ch);
	stage_close(&s);
	assert_string_equal(s.peer.requests, "env env env pty-req shell shell");
	assert_string_equal(s.peer.terminal, "xterm-256color 132x43 1320x860 6\n");
	assert_string_equal(s.peer.env, "LANG=C.UTF-8\nLC_ALL=\n");
	stage_end(&s);
}

static void
a_refused_terminal_or_shell_is_told_apart(void **state)
{
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.refuse_pty = true;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_invoke_shell(s.client, NULL, &ch), NACRE_E_REQUEST_REFUSED);
	assert_null(ch);
	assert_non_null(strstr(stage_error(&s).message, "pty-req"));
	stage_close(&s);

	s.script.refuse_pty = false;
	s.script.refuse_shell = true;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_invoke_shell(s.client, NULL, &ch), NACRE_E_REQUEST_REFUSED);
	assert_null(ch);
	assert_non_null(strstr(stage_error(&s).message, "shell"));
	assert_true(nacre_client_is_active(s.client));
	stage_end(&s);
}

static void
a_session_that_got_no_terminal_can_go_on_without(void **state)
{
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.refuse_pty = true;
	s.script.refuse_env = "B";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_open_session(s.client, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_set_environment_variable(ch, "A", "1", true), NACRE_OK);
	assert_int_equal(nacre_channel_set_environment_variable(ch, "B", "2", true), NACRE_E_REQUEST_REFUSED);
	assert_int_equal(nacre_channel_set_environment_variable(ch, "B", "2", false), NACRE_OK);
	assert_int_equal(nacre_channel_set_environment_variable(ch, NULL, "2", false), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_channel_get_pty(ch, NULL), NACRE_E_REQUEST_REFUSED);
	assert_int_equal(nacre_channel_exec_command(ch, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_channel_exec_command(ch, "env"), NACRE_OK);
	read_exactly(ch, "A=1\n");
	nacre_channel_close(ch);

	assert_int_equal(nacre_client_open_session(s.client, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_invoke_subsystem(ch, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_channel_invoke_subsystem(ch, "copy"), NACRE_OK);
	assert_int_equal(nacre_channel_write(ch, "tide", 4), 4);
	read_exactly(ch, "tide");
	nacre_channel_close(ch);
	stage_close(&s);
	assert_string_equal(s.peer.requests, "env env env pty-req exec subsystem");
	stage_end(&s);
}

static void
sizes_signals_and_breaks_reach_the_server(void **state)
{
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_invoke_shell(s.client, NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_resize_pty(ch, 100, 50, 1000, 800), NACRE_OK);
	assert_int_equal(nacre_channel_resize_pty(ch, 0, 0, 0, 0), NACRE_OK);
	assert_int_equal(nacre_channel_send_signal(ch, "INT"), NACRE_OK);
	assert_int_equal(nacre_channel_send_signal(ch, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_channel_send_break(ch, 500), NACRE_OK);
	assert_int_equal(nacre_channel_send_break(ch, 3001), NACRE_E_REQUEST_REFUSED);
	assert_int_equal(nacre_channel_write(ch, "still here", 10), 10);
	read_exactly(ch, "still here");
	nacre_channel_close(ch);
	stage_close(&s);
	assert_string_equal(s.peer.requests, "pty-req shell window-change window-change signal break break");
	assert_string_equal(
	    s.peer.terminal, "vt100 80x24 0x0 1\n100x50 1000x800\n80x24 0x0\nsignal INT\nbreak 500\nbreak 3001\n");
	stage_end(&s);
}

static void
flow_control_is_what_the_server_said_last(void **state)
{
	static const struct {
		const char *command;
		int said;
	} rows[] = {{"exit 0", -1}, {"flow 1", 1}, {"flow 0", 0}};
	struct nacre_exit exit;
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_open(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(nacre_client_exec_command(s.client, rows[i].command, NULL, &ch), NACRE_OK);
		assert_int_equal(nacre_channel_wait_exit(ch, &exit), NACRE_OK);
		assert_int_equal(nacre_channel_flow_control(ch), rows[i].said);
		nacre_channel_close(ch);
	}
	assert_int_equal(nacre_channel_flow_control(NULL), -1);
	stage_end(&s);
}

static void
an_exit_status_is_waited_for_within_a_time(void **state)
{
	struct nacre_exit exit;
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "cat", NULL, &ch), NACRE_OK);
	assert_false(nacre_channel_exit_status_ready(ch));
	assert_int_equal(nacre_channel_recv_exit_status(ch, 0, &exit), NACRE_E_AGAIN);
	assert_int_equal(nacre_channel_recv_exit_status(ch, 20, &exit), NACRE_E_TIMEOUT);
	assert_int_equal(exit.kind, NACRE_EXIT_NONE);
	assert_int_equal(nacre_channel_send_eof(ch), NACRE_OK);
	assert_int_equal(nacre_channel_recv_exit_status(ch, -1, &exit), NACRE_OK);
	assert_int_equal(exit.kind, NACRE_EXIT_STATUS);
	assert_true(nacre_channel_exit_status_ready(ch));
	assert_int_equal(nacre_channel_recv_exit_status(ch, 0, &exit), NACRE_OK);
	nacre_channel_close(ch);

	assert_int_equal(nacre_client_exec_command(s.client, "signal", NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_recv_exit_status(ch, -1, &exit), NACRE_OK);
	assert_int_equal(exit.kind, NACRE_EXIT_SIGNAL);
	assert_string_equal(exit.signal, "TERM");
	assert_string_equal(exit.message, "stopped");
	assert_true(exit.core_dumped);
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
combined_streams_keep_their_order(void **state)
{
	struct nacre_exec_options options = {.size = sizeof(options), .combine_stderr = true};
	struct nacre_run_options run = {.size = sizeof(run), .combine_stderr = true};
	struct nacre_result result;
	nacre_channel *ch;
	char text[16];
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "mixed", &options, &ch), NACRE_OK);
	read_exactly(ch, "one two three four");
	assert_int_equal(nacre_channel_read_stderr(ch, text, sizeof(text)), 0);
	nacre_channel_close(ch);

	assert_int_equal(nacre_client_open_session(s.client, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_set_combine_stderr(ch, true), NACRE_OK);
	assert_int_equal(nacre_channel_set_combine_stderr(ch, false), NACRE_OK);
	assert_int_equal(nacre_channel_exec_command(ch, "mixed"), NACRE_OK);
	read_exactly(ch, "one three ");
	assert_int_equal(nacre_channel_read_stderr(ch, text, sizeof(text)), 8);
	nacre_channel_close(ch);

	assert_int_equal(nacre_client_run(s.client, "mixed", &run, &result), NACRE_OK);
	assert_string_equal(result.out, "one two three four");
	assert_string_equal(result.err, "");
	nacre_result_free(&result);
	stage_end(&s);
}

/* 8 MiB are more than the window: a server that was stopped by it would never come to its end. */
static void
a_stream_that_is_not_read_any_more_does_not_stop_the_command(void **state)
{
	struct nacre_exit exit;
	nacre_channel *ch;
	char text[16];
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.window = s.options.window_max = 65536;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "both 8388608", NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_shutdown_read(ch), NACRE_OK);
	assert_int_equal(nacre_channel_read(ch, text, sizeof(text)), 0);
	assert_int_equal(nacre_channel_read_stderr(ch, text, sizeof(text)), 0);
	assert_false(nacre_channel_recv_ready(ch));
	assert_int_equal(nacre_channel_set_combine_stderr(ch, true), NACRE_E_MISUSE);
	assert_int_equal(nacre_channel_wait_exit(ch, &exit), NACRE_OK);
	assert_int_equal(exit.kind, NACRE_EXIT_STATUS);
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
what_is_ready_can_be_asked(void **state)
{
	struct nacre_exit exit;
	nacre_channel *ch;
	char text[16];
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "cat", NULL, &ch), NACRE_OK);
	assert_true(nacre_channel_send_ready(ch));
	assert_false(nacre_channel_recv_ready(ch));
	assert_false(nacre_channel_eof_received(ch));
	assert_false(nacre_channel_is_closed(ch));
	assert_int_equal(nacre_channel_write(ch, "ab", 2), 2);
	assert_int_equal(nacre_channel_read(ch, text, 1), 1);
	assert_true(nacre_channel_recv_ready(ch));
	assert_false(nacre_channel_recv_stderr_ready(ch));
	assert_int_equal(nacre_channel_shutdown_write(ch), NACRE_OK);
	assert_false(nacre_channel_send_ready(ch));
	assert_int_equal(nacre_channel_wait_exit(ch, &exit), NACRE_OK);
	assert_int_equal(nacre_channel_read(ch, text, sizeof(text)), 1);
	assert_int_equal(nacre_channel_read(ch, text, sizeof(text)), 0);
	assert_true(nacre_channel_eof_received(ch));
	nacre_client_close(s.client);
	assert_true(nacre_channel_is_closed(ch));
	assert_int_equal(nacre_channel_resize_pty(ch, 1, 1, 0, 0), NACRE_E_CLOSED);
	assert_int_equal(nacre_channel_recv_exit_status(ch, 0, &exit), NACRE_E_CLOSED);
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
what_cannot_be_used_is_refused(void **state)
{
	struct nacre_shell_options options = {.size = sizeof(options), .n_env = 1};
	struct nacre_exit exit;
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_invoke_shell(s.client, &options, &ch), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_client_invoke_shell(NULL, NULL, &ch), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_channel_recv_exit_status(NULL, 0, &exit), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_channel_resize_pty(NULL, 1, 1, 0, 0), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_channel_get_pty(NULL, NULL), NACRE_E_ARGUMENT);
	assert_false(nacre_channel_recv_ready(NULL));
	assert_true(nacre_channel_is_closed(NULL));
	nacre_client_close(s.client);
	assert_int_equal(nacre_client_invoke_shell(s.client, NULL, &ch), NACRE_E_MISUSE);
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_shell_gets_a_vt100_of_80_by_24),
	    cmocka_unit_test(a_shell_takes_a_terminal_modes_and_variables_or_no_terminal),
	    cmocka_unit_test(a_refused_terminal_or_shell_is_told_apart),
	    cmocka_unit_test(a_session_that_got_no_terminal_can_go_on_without),
	    cmocka_unit_test(sizes_signals_and_breaks_reach_the_server),
	    cmocka_unit_test(flow_control_is_what_the_server_said_last),
	    cmocka_unit_test(an_exit_status_is_waited_for_within_a_time),
	    cmocka_unit_test(combined_streams_keep_their_order),
	    cmocka_unit_test(a_stream_that_is_not_read_any_more_does_not_stop_the_command),
	    cmocka_unit_test(what_is_ready_can_be_asked),
	    cmocka_unit_test(what_cannot_be_used_is_refused),
	};

	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
