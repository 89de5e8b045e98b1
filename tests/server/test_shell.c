/* Commands in a child process: streams apart, status and signals, EOF both ways, and nobody left behind. */
#include "guest.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((uint64_t)1 << 20)

static void
open_shell(struct guest *g)
{
	static const char *const accepted[] = {"LC_*", NULL};

	guest_init(g);
	g->options.shell = true;
	g->options.n_commands = 0;
	g->options.accept_env = accepted;
	guest_start(g);
	guest_login(g);
	assert_true(g->authenticated);
}

static const struct {
	const char *command;
	uint64_t input;
	const char *out, *err;
	enum nacre_exit_kind kind;
	uint32_t status;
	const char *signal;
} rows[] = {
    {"echo out; echo err >&2; exit 7", 0, "out\n", "err\n", NACRE_EXIT_STATUS, 7, ""},
    {"kill -TERM $$", 0, "", "", NACRE_EXIT_SIGNAL, 0, "TERM"},
    {"wc -c | tr -d ' '", 70000, "70000\n", "", NACRE_EXIT_STATUS, 0, ""},
    {"exec <&-; exit 2", 3 * MIB, "", "", NACRE_EXIT_STATUS, 2, ""},
    {"head -c 1 >/dev/null; echo one", 3 * MIB, "one\n", "", NACRE_EXIT_STATUS, 0, ""},
    {"exec >&- 2>&-; read line; exit 4", 0, "", "", NACRE_EXIT_STATUS, 4, ""},
    {"", 0, "", "", NACRE_EXIT_STATUS, 0, ""},
};

static void
a_child_has_three_streams_and_an_end(void **state)
{
	struct guest g;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest_channel *ch;

		open_shell(&g);
		ch = guest_run(&g, rows[i].command, rows[i].input);
		assert_int_equal(ch->yes, 1);
		assert_string_equal(ch->text[0], rows[i].out);
		assert_string_equal(ch->text[1], rows[i].err);
		assert_int_equal(ch->exit.kind, rows[i].kind);
		assert_int_equal(ch->exit.status, rows[i].status);
		assert_string_equal(ch->exit.signal, rows[i].signal);
		guest_end(&g);
	}
}

static void
bulk_passes_a_child_both_ways_in_bounded_memory(void **state)
{
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	open_shell(&g);
	ch = guest_run(&g, "cat", 16 * MIB);
	assert_int_equal(ch->got[0], 16 * MIB);
	assert_int_equal(ch->sum[0], ch->sent_sum);
	assert_true(g.server_env.peak_bytes < 20 * MIB);
	guest_end(&g);
}

static void
both_streams_of_a_child_flood_at_once(void **state)
{
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	open_shell(&g);
	ch = guest_run(&g, "head -c 2000000 /dev/zero >&2 & head -c 2000000 /dev/zero; wait", 0);
	assert_int_equal(ch->got[0], 2000000);
	assert_int_equal(ch->got[1], 2000000);
	assert_int_equal(ch->exit.status, 0);
	guest_end(&g);
}

static bool
has_output(const struct guest *g)
{
	return strchr(g->channels[0].text[0], '\n') != NULL;
}

static void
a_stream_that_floods_does_not_hide_the_other(void **state)
{
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	open_shell(&g);
	ch = guest_session(&g);
	guest_exec(&g, ch, "cat /dev/zero >&2 & echo here; kill $!; wait");
	assert_true(guest_until(&g, has_output));
	assert_string_equal(ch->text[0], "here\n");
	guest_end(&g);
}

/* The child's number, which it says first. */
static pid_t
start_sleeper(struct guest *g)
{
	struct guest_channel *ch = guest_session(g);

	guest_exec(g, ch, "echo $$; exec sleep 1000");
	assert_true(guest_until(g, has_output));
	return (pid_t)strtol(ch->text[0], NULL, 10);
}

static void
a_child_ends_with_its_channel(void **state)
{
	struct guest g;
	pid_t pid;

	(void)state;
	open_shell(&g);
	pid = start_sleeper(&g);
	assert_true(pid > 1);
	assert_int_equal(kill(pid, 0), 0);
	assert_int_equal(nacre_conn_channel_close(g.conn, g.channels[0].number), NACRE_OK);
	while (kill(pid, 0) == 0)
		guest_turn(&g, 20);
	assert_int_equal(errno, ESRCH);
	guest_end(&g);
}

static void
a_child_ends_with_its_server(void **state)
{
	struct guest g;
	pid_t pid;

	(void)state;
	open_shell(&g);
	pid = start_sleeper(&g);
	assert_int_equal(kill(pid, 0), 0);
	guest_end(&g);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void
a_signal_reaches_the_child(void **state)
{
	struct guest g;

	(void)state;
	open_shell(&g);
	assert_true(start_sleeper(&g) > 1);
	assert_int_equal(nacre_conn_channel_signal(g.conn, g.channels[0].number, "NOSUCH"), NACRE_OK);
	assert_int_equal(nacre_conn_channel_signal(g.conn, g.channels[0].number, "USR1"), NACRE_OK);
	guest_wait_closed(&g);
	assert_int_equal(g.channels[0].exit.kind, NACRE_EXIT_SIGNAL);
	assert_string_equal(g.channels[0].exit.signal, "USR1");
	guest_end(&g);
}

static void
the_end_is_told_although_somebody_holds_the_streams(void **state)
{
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	open_shell(&g);
	ch = guest_session(&g);
	guest_exec(&g, ch, "sleep 1000 & exit 5");
	while (!ch->exited)
		guest_turn(&g, 20);
	assert_int_equal(ch->exit.status, 5);
	assert_false(ch->closed);
	guest_end(&g);
}

/* A client that closes at EOF must have heard the status by then. */
static void
the_status_comes_before_the_end_of_the_output(void **state)
{
	struct guest g;

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct guest_channel *ch;

		open_shell(&g);
		ch = guest_run(&g, "exit 7", 0);
		assert_int_equal(ch->exit.status, 7);
		assert_false(ch->exit_after_eof);
		guest_end(&g);
	}
}

static void
a_child_that_only_closed_its_output_is_waited_for(void **state)
{
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	open_shell(&g);
	ch = guest_session(&g);
	guest_exec(&g, ch, "exec >&- 2>&-; read line; exit 4");
	while (!ch->eof)
		guest_turn(&g, 20);
	assert_false(ch->exited);
	assert_int_equal(nacre_conn_channel_write(g.conn, ch->number, NACRE_STDOUT, "go\n", 3), 3);
	guest_wait_closed(&g);
	assert_int_equal(ch->exit.status, 4);
	assert_true(ch->exit_after_eof);
	guest_end(&g);
}

static void
a_session_without_a_command_is_a_shell(void **state)
{
	static const char script[] = "echo $LC_TIME; exit 3\n";
	struct guest_channel *ch;
	uint64_t operation;
	struct guest g;

	(void)state;
	open_shell(&g);
	ch = guest_session(&g);
	assert_int_equal(nacre_conn_channel_env(g.conn, ch->number, "LC_TIME", "noon", &operation), NACRE_OK);
	assert_int_equal(nacre_conn_channel_shell(g.conn, ch->number, &operation), NACRE_OK);
	guest_wait_replies(&g, 2);
	assert_int_equal(
	    nacre_conn_channel_write(g.conn, ch->number, NACRE_STDOUT, script, strlen(script)), strlen(script));
	guest_wait_closed(&g);
	assert_string_equal(ch->text[0], "noon\n");
	assert_int_equal(ch->exit.status, 3);
	guest_end(&g);
}

static void
a_command_with_a_nul_is_refused(void **state)
{
	struct guest_channel *ch;
	uint64_t operation;
	struct guest g;

	(void)state;
	open_shell(&g);
	ch = guest_session(&g);
	assert_int_equal(nacre_conn_channel_exec(g.conn, ch->number, "ec\0ho", 5, &operation), NACRE_OK);
	guest_wait_replies(&g, 1);
	assert_int_equal(ch->no, 1);
	guest_end(&g);
}

static void
commands_come_before_the_shell(void **state)
{
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	guest_init(&g);
	g.options.shell = true;
	guest_start(&g);
	guest_login(&g);
	ch = guest_run(&g, "sink", 3);
	assert_string_equal(ch->text[0], "3\n");
	ch = guest_run(&g, "printf '%s' 'from a shell'", 0);
	assert_string_equal(ch->text[0], "from a shell");
	guest_end(&g);
}

static bool
is_ready(const struct guest *g)
{
	return strstr(g->channels[0].text[0], "ready") != NULL;
}

static void
a_child_in_a_terminal_has_its_size_modes_and_signals(void **state)
{
	static const uint8_t no_echo[] = {53, 0, 0, 0, 0, 0};
	struct nacre_pty pty = {.size = sizeof(pty),
	    .term = "vt220",
	    .columns = 90,
	    .rows = 30,
	    .modes = no_echo,
	    .modes_len = sizeof(no_echo)};
	struct guest_channel *ch;
	uint64_t operation;
	struct guest g;

	(void)state;
	assert_int_equal(setenv("TERM", "dumb", 1), 0); /* the server's own is not the client's */
	open_shell(&g);
	ch = guest_session(&g);
	assert_int_equal(nacre_conn_channel_pty(g.conn, ch->number, &pty, &operation), NACRE_OK);
	assert_int_equal(nacre_conn_channel_pty(g.conn, ch->number, &pty, &operation), NACRE_OK); /* one is enough */
	guest_wait_replies(&g, 2);
	assert_int_equal(ch->yes, 1);
	assert_int_equal(ch->no, 1);
	guest_exec(&g, ch,
	    "echo $TERM; stty size; stty -a | grep -o ' -echo '; trap 'stty size; exit 3' INT; echo ready; "
	    "while :; do sleep 1; done");
	assert_true(guest_until(&g, is_ready));
	pty.columns = 132;
	pty.rows = 50;
	assert_int_equal(nacre_conn_channel_window_change(g.conn, ch->number, &pty), NACRE_OK);
	assert_int_equal(nacre_conn_channel_signal(g.conn, ch->number, "INT"), NACRE_OK);
	guest_wait_closed(&g);
	assert_string_equal(ch->text[0], "vt220\r\n30 90\r\n -echo \r\nready\r\n50 132\r\n");
	assert_string_equal(ch->text[1], "");
	assert_int_equal(ch->exit.kind, NACRE_EXIT_STATUS);
	assert_int_equal(ch->exit.status, 3);
	guest_end(&g);
}

static void
a_terminal_that_nothing_runs_in_is_given_back(void **state)
{
	struct nacre_pty pty = {.size = sizeof(pty), .term = "a\nb"};
	struct guest_channel *ch;
	uint64_t operation;
	struct guest g;

	(void)state;
	open_shell(&g);
	ch = guest_session(&g);
	assert_int_equal(nacre_conn_channel_pty(g.conn, ch->number, &pty, &operation), NACRE_OK);
	guest_wait_replies(&g, 1);
	assert_int_equal(ch->no, 1); /* no terminal's type looks like that */
	pty.term = "xterm";
	assert_int_equal(nacre_conn_channel_pty(g.conn, ch->number, &pty, &operation), NACRE_OK);
	guest_wait_replies(&g, 2);
	assert_int_equal(ch->yes, 1);
	guest_end(&g); /* with the channel open */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_child_has_three_streams_and_an_end),
	    cmocka_unit_test(bulk_passes_a_child_both_ways_in_bounded_memory),
	    cmocka_unit_test(both_streams_of_a_child_flood_at_once),
	    cmocka_unit_test(a_stream_that_floods_does_not_hide_the_other),
	    cmocka_unit_test(a_child_ends_with_its_channel),
	    cmocka_unit_test(a_child_ends_with_its_server),
	    cmocka_unit_test(a_signal_reaches_the_child),
	    cmocka_unit_test(the_end_is_told_although_somebody_holds_the_streams),
	    cmocka_unit_test(the_status_comes_before_the_end_of_the_output),
	    cmocka_unit_test(a_child_that_only_closed_its_output_is_waited_for),
	    cmocka_unit_test(a_session_without_a_command_is_a_shell),
	    cmocka_unit_test(a_command_with_a_nul_is_refused),
	    cmocka_unit_test(commands_come_before_the_shell),
	    cmocka_unit_test(a_child_in_a_terminal_has_its_size_modes_and_signals),
	    cmocka_unit_test(a_terminal_that_nothing_runs_in_is_given_back),
	};

	return cmocka_run_group_tests(tests, guest_setup, guest_teardown);
}
