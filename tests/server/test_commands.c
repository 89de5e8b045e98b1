/* Commands that are functions: what each builtin does, that any amount flows in bounded memory, and the registry. */
#include "guest.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MIB ((uint64_t)1 << 20)

static const struct {
	const char *command;
	uint64_t input;
	const char *out, *err;
	enum nacre_exit_kind kind;
	uint32_t status;
	const char *signal;
} rows[] = {
    {"echo hello  there", 0, "hello  there\n", "", NACRE_EXIT_STATUS, 0, ""},
    {"echo", 0, "\n", "", NACRE_EXIT_STATUS, 0, ""},
    {"echo    led by spaces", 0, "led by spaces\n", "", NACRE_EXIT_STATUS, 0, ""},
    {"stderr help", 0, "", "help\n", NACRE_EXIT_STATUS, 0, ""},
    {"true", 0, "", "", NACRE_EXIT_STATUS, 0, ""},
    {"false", 0, "", "", NACRE_EXIT_STATUS, 1, ""},
    {"exit 7", 0, "", "", NACRE_EXIT_STATUS, 7, ""},
    {"exit 4294967295", 0, "", "", NACRE_EXIT_STATUS, 4294967295u, ""},
    {"exit 4294967296", 0, "", "a number is wanted\n", NACRE_EXIT_STATUS, 2, ""},
    {"exit now", 0, "", "a number is wanted\n", NACRE_EXIT_STATUS, 2, ""},
    {"signal TERM", 0, "", "", NACRE_EXIT_SIGNAL, 0, "TERM"},
    {"vanish", 0, "", "", NACRE_EXIT_NONE, 0, ""},
    {"yes 5", 0, "y\ny\ny", "", NACRE_EXIT_STATUS, 0, ""},
    {"yes 0", 0, "", "", NACRE_EXIT_STATUS, 0, ""},
    {"both 3", 0, "y\ny", "y\ny", NACRE_EXIT_STATUS, 0, ""},
    {"sink", 1000, "1000\n", "", NACRE_EXIT_STATUS, 0, ""},
    {"sink", 0, "0\n", "", NACRE_EXIT_STATUS, 0, ""},
    {"true", 100000, "", "", NACRE_EXIT_STATUS, 0, ""},
};

static void
each_builtin_does_what_it_says(void **state)
{
	struct guest g;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest_channel *ch;

		guest_open(&g);
		ch = guest_run(&g, rows[i].command, rows[i].input);
		assert_int_equal(ch->yes, 1);
		assert_string_equal(ch->text[0], rows[i].out);
		assert_string_equal(ch->text[1], rows[i].err);
		assert_int_equal(ch->exited, rows[i].kind != NACRE_EXIT_NONE);
		assert_int_equal(ch->exit.kind, rows[i].kind);
		assert_int_equal(ch->exit.status, rows[i].status);
		assert_string_equal(ch->exit.signal, rows[i].signal);
		guest_end(&g);
	}
}

static void
cat_gives_every_byte_back_in_bounded_memory(void **state)
{
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	guest_init(&g);
	g.connection.window_max = 2 * MIB;
	g.connection.rekey_bytes = MIB;
	guest_start(&g);
	guest_login(&g);
	ch = guest_run(&g, "cat", 64 * MIB);
	assert_int_equal(ch->got[0], 64 * MIB);
	assert_int_equal(ch->sum[0], ch->sent_sum);
	assert_int_equal(ch->exit.status, 0);
	assert_true(g.server_env.peak_bytes < 8 * MIB);
	guest_end(&g);
}

static void
both_streams_arrive_whole_however_little_room_there_is(void **state)
{
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	guest_open(&g);
	ch = guest_run(&g, "both 3000001", 0);
	assert_int_equal(ch->got[0], 3000001);
	assert_int_equal(ch->got[1], 3000001);
	assert_int_equal(ch->sum[0], ch->sum[1]);
	guest_end(&g);
}

static bool
is_stalled(const struct guest *g)
{
	static uint64_t before;
	static unsigned same;
	uint64_t now = g->server_env.allocations + g->client_env.allocations + g->client_env.live_bytes;

	same = now == before ? same + 1 : 0;
	before = now;
	return same > 10;
}

static void
a_client_that_reads_nothing_stops_the_command(void **state)
{
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	guest_open(&g);
	ch = guest_session(&g);
	ch->deaf = true;
	guest_exec(&g, ch, "yes 100000000");
	assert_true(guest_until(&g, is_stalled));
	assert_false(ch->exited);
	assert_true(g.server_env.peak_bytes < 2 * MIB);

	ch->deaf = false;
	guest_wait_closed(&g);
	assert_int_equal(ch->got[0], 100000000);
	assert_int_equal(ch->exit.status, 0);
	guest_end(&g);
}

static void
a_long_echo_is_written_in_steps(void **state)
{
	static char command[30001] = "echo ";
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	memset(command + 5, 'x', sizeof(command) - 6);
	guest_open(&g);
	ch = guest_run(&g, command, 0);
	assert_int_equal(ch->got[0], sizeof(command) - 5);
	guest_end(&g);
}

static void
commands_of_one_connection_run_side_by_side(void **state)
{
	struct guest_channel *first, *second;
	struct guest g;

	(void)state;
	guest_open(&g);
	first = guest_session(&g);
	guest_exec(&g, first, "cat");
	second = guest_run(&g, "exit 3", 0);
	assert_int_equal(second->exit.status, 3);
	assert_false(first->closed);
	first->to_send = 10;
	first->eof_after = true;
	while (!first->closed)
		guest_turn(&g, 20);
	assert_int_equal(first->got[0], 10);
	assert_int_equal(first->exit.status, 0);
	guest_end(&g);
}

static void
a_signal_ends_a_command(void **state)
{
	struct guest_channel *ch;
	struct guest g;

	(void)state;
	guest_open(&g);
	ch = guest_session(&g);
	guest_exec(&g, ch, "cat");
	guest_wait_replies(&g, 1);
	assert_int_equal(nacre_conn_channel_signal(g.conn, ch->number, "NOSUCH"), NACRE_OK);
	assert_int_equal(nacre_conn_channel_signal(g.conn, ch->number, "INT"), NACRE_OK);
	guest_wait_closed(&g);
	assert_int_equal(ch->exit.kind, NACRE_EXIT_SIGNAL);
	assert_string_equal(ch->exit.signal, "INT");
	guest_end(&g);
}

struct seen {
	unsigned steps, ends;
	char text[128];
};

static void
step_tell(nacre_task *task, void *ctx)
{
	struct seen *seen = ctx;
	struct nacre_bytes command = nacre_task_command(task), user = nacre_task_user(task);
	const char *language = nacre_task_variable(task, "LC_ALL");
	unsigned *memory = nacre_task_state(task);

	seen->steps++;
	assert_int_equal(*memory, 0);
	*memory = 1;
	snprintf(seen->text, sizeof(seen->text), "%.*s|%.*s|%s|%s", (int)command.n, (const char *)command.p,
	    (int)user.n, (const char *)user.p, language == NULL ? "-" : language,
	    nacre_task_variable(task, "SECRET") == NULL ? "-" : "set");
	nacre_task_exit(task, 0);
	nacre_task_exit(task, 9);
	assert_int_equal(nacre_task_write(task, NACRE_STDOUT, "late", 4), 0);
}

static void
end_tell(nacre_task *task, void *ctx)
{
	assert_int_equal(*(unsigned *)nacre_task_state(task), 1);
	((struct seen *)ctx)->ends++;
}

static void
a_row_without_a_name_serves_the_rest(void **state)
{
	static const char *const accepted[] = {"LANG", "LC_*", NULL};
	struct seen seen = {0};
	struct nacre_command any = {NULL, step_tell, end_tell, sizeof(unsigned), &seen};
	struct guest_channel *ch;
	struct guest g;
	uint64_t operation;

	(void)state;
	guest_init(&g);
	g.options.commands = &any;
	g.options.n_commands = 1;
	g.options.accept_env = accepted;
	guest_start(&g);
	guest_login(&g);
	ch = guest_session(&g);
	assert_int_equal(nacre_conn_channel_env(g.conn, ch->number, "LC_ALL", "C", &operation), NACRE_OK);
	assert_int_equal(nacre_conn_channel_env(g.conn, ch->number, "LC_ALL", "C.UTF-8", &operation), NACRE_OK);
	assert_int_equal(nacre_conn_channel_env(g.conn, ch->number, "SECRET", "1", &operation), NACRE_OK);
	assert_int_equal(nacre_conn_channel_env(g.conn, ch->number, "LC_A=B", "1", &operation), NACRE_OK);
	guest_exec(&g, ch, "any thing");
	guest_wait_closed(&g);
	assert_int_equal(ch->yes, 3);
	assert_int_equal(ch->no, 2);
	assert_string_equal(seen.text, "any thing|diver|C.UTF-8|-");
	assert_int_equal(seen.steps, 1);
	assert_int_equal(seen.ends, 1);
	assert_int_equal(ch->exit.status, 0);
	assert_int_equal(ch->got[0], 0);
	guest_end(&g);
}

static void
step_wait(nacre_task *task, void *ctx)
{
	size_t n;

	(void)nacre_task_input(task, &n);
	((struct seen *)ctx)->steps++;
}

static void
end_wait(nacre_task *task, void *ctx)
{
	assert_null(nacre_task_state(task));
	((struct seen *)ctx)->ends++;
}

static void
a_command_that_is_cut_off_still_ends(void **state)
{
	struct seen seen = {0};
	struct nacre_command wait = {"wait", step_wait, end_wait, 0, &seen};
	struct guest g;

	(void)state;
	guest_init(&g);
	g.options.commands = &wait;
	g.options.n_commands = 1;
	guest_start(&g);
	guest_login(&g);
	guest_exec(&g, guest_session(&g), "wait");
	guest_wait_replies(&g, 1);
	assert_int_equal(nacre_server_connections(g.server), 1);
	assert_int_equal(seen.steps, 1);
	assert_int_equal(seen.ends, 0);
	(void)close(g.fd);
	g.fd = -1;
	while (nacre_server_connections(g.server) > 0)
		assert_int_equal(nacre_server_turn(g.server, 20), NACRE_OK);
	assert_int_equal(seen.ends, 1);
	guest_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_builtin_does_what_it_says),
	    cmocka_unit_test(cat_gives_every_byte_back_in_bounded_memory),
	    cmocka_unit_test(both_streams_arrive_whole_however_little_room_there_is),
	    cmocka_unit_test(a_client_that_reads_nothing_stops_the_command),
	    cmocka_unit_test(a_long_echo_is_written_in_steps),
	    cmocka_unit_test(commands_of_one_connection_run_side_by_side),
	    cmocka_unit_test(a_signal_ends_a_command),
	    cmocka_unit_test(a_row_without_a_name_serves_the_rest),
	    cmocka_unit_test(a_command_that_is_cut_off_still_ends),
	};

	return cmocka_run_group_tests(tests, guest_setup, guest_teardown);
}
