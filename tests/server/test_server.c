/* Who may enter, what is refused, how many are served, and that every failure of memory ends cleanly. */
#include "guest.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <nacre/io.h>

enum callbacks { NEITHER = 0, BY_PASSWORD = 1, BY_KEY = 2, EITHER = 3 };

static const struct {
	enum callbacks callbacks;
	enum guest_auth auth;
	const char *user, *password;
	bool other_key;
	bool enters;
	const char *methods; /* named in the refusal */
} logins[] = {
    {EITHER, GUEST_PASSWORD, "diver", "pearl", false, true, ""},
    {EITHER, GUEST_PASSWORD, "diver", "pearls", false, false, "publickey,password"},
    {EITHER, GUEST_PASSWORD, "diver", "", false, false, "publickey,password"},
    {EITHER, GUEST_PASSWORD, "other", "pearl", false, false, "publickey,password"},
    {EITHER, GUEST_KEY, "diver", "", false, true, ""},
    {EITHER, GUEST_PROBE, "diver", "", false, true, ""},
    {EITHER, GUEST_KEY, "diver", "", true, false, "publickey,password"},
    {EITHER, GUEST_PROBE, "diver", "", true, false, "publickey,password"},
    {EITHER, GUEST_KEY, "other", "", false, false, "publickey,password"},
    {EITHER, GUEST_NONE, "diver", "", false, false, "publickey,password"},
    {BY_PASSWORD, GUEST_KEY, "diver", "", false, false, "password"},
    {BY_PASSWORD, GUEST_PASSWORD, "diver", "pearl", false, true, ""},
    {BY_KEY, GUEST_PASSWORD, "diver", "pearl", false, false, "publickey"},
    {BY_KEY, GUEST_KEY, "diver", "", false, true, ""},
    {NEITHER, GUEST_PASSWORD, "diver", "pearl", false, false, "publickey,password"},
    {NEITHER, GUEST_KEY, "diver", "", false, false, "publickey,password"},
    {NEITHER, GUEST_NONE, "diver", "", false, false, "publickey,password"},
};

static void
only_who_is_allowed_enters(void **state)
{
	struct guest g;

	(void)state;
	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++) {
		guest_init(&g);
		if ((logins[i].callbacks & BY_PASSWORD) == 0)
			g.options.password = NULL;
		if ((logins[i].callbacks & BY_KEY) == 0)
			g.options.key = NULL;
		g.auth = logins[i].auth;
		g.user = logins[i].user;
		g.password = logins[i].password;
		g.key = logins[i].other_key ? guest_other_key : guest_user_key;
		guest_start(&g);
		guest_login(&g);
		assert_int_equal(g.authenticated, logins[i].enters);
		assert_int_equal(g.refused, !logins[i].enters);
		assert_string_equal(g.methods, logins[i].enters ? "" : logins[i].methods);
		guest_end(&g);
	}
}

static void
the_log_tells_who_came_and_never_a_password(void **state)
{
	struct guest g;

	(void)state;
	guest_init(&g);
	g.user = "d\xe2\x80\xaeX"; /* right-to-left override: the log must not turn around */
	g.password = "swordfish";
	guest_start(&g);
	guest_login(&g);
	assert_non_null(strstr(g.log, "d\\xe2\\x80\\xaeX was refused: password"));
	assert_null(strstr(g.log, "swordfish"));
	guest_end(&g);

	guest_open(&g);
	assert_non_null(strstr(g.log, "diver logged in by password"));
	assert_null(strstr(g.log, "pearl"));
	guest_end(&g);
}

static void
a_banner_is_shown_before_the_answer(void **state)
{
	struct guest g;

	(void)state;
	guest_init(&g);
	g.options.banner = "mind the reef\n";
	guest_start(&g);
	guest_login(&g);
	assert_true(g.authenticated);
	assert_string_equal(g.banner, "mind the reef\n");
	guest_end(&g);
}

static void
passwords_compare_as_a_whole(void **state)
{
	const uint8_t *p = (const uint8_t *)"pearl\0x";

	(void)state;
	assert_true(nacre_server_password_is((struct nacre_bytes){p, 5}, "pearl"));
	assert_false(nacre_server_password_is((struct nacre_bytes){p, 4}, "pearl"));
	assert_false(nacre_server_password_is((struct nacre_bytes){p, 7}, "pearl"));
	assert_false(nacre_server_password_is((struct nacre_bytes){NULL, 0}, "pearl"));
	assert_true(nacre_server_password_is((struct nacre_bytes){NULL, 0}, ""));
}

static void
requests_that_nobody_serves_are_refused(void **state)
{
	const struct nacre_pty pty = {.size = sizeof(pty)};
	struct guest_channel *ch;
	uint64_t operation;
	struct guest g;

	(void)state;
	guest_open(&g);
	ch = guest_session(&g);
	assert_int_equal(nacre_conn_channel_pty(g.conn, ch->number, &pty, &operation), NACRE_OK);
	assert_int_equal(nacre_conn_channel_subsystem(g.conn, ch->number, "sftp", &operation), NACRE_OK);
	assert_int_equal(nacre_conn_channel_shell(g.conn, ch->number, &operation), NACRE_OK);
	assert_int_equal(nacre_conn_channel_env(g.conn, ch->number, "PATH", "/tmp", &operation), NACRE_OK);
	assert_int_equal(nacre_conn_channel_request(g.conn, ch->number, "x@y", NULL, 0, &operation), NACRE_OK);
	guest_exec(&g, ch, "uname -a");
	guest_wait_replies(&g, 6);
	assert_int_equal(ch->no, 6);

	/* The channel is none the worse for it; but only one command runs in it. */
	guest_exec(&g, ch, "cat");
	guest_exec(&g, ch, "cat");
	guest_wait_replies(&g, 8);
	assert_int_equal(ch->yes, 1);
	assert_int_equal(ch->no, 7);
	guest_end(&g);
}

static bool
is_refused(const struct guest *g)
{
	return g->channels[0].refused;
}

static void
only_sessions_are_opened(void **state)
{
	struct guest g;

	(void)state;
	guest_open(&g);
	g.n_channels = 1;
	assert_int_equal(nacre_conn_channel_open(g.conn, "direct-tcpip", NULL, 0, &g.channels[0].number), NACRE_OK);
	assert_true(guest_until(&g, is_refused));
	assert_int_equal(g.channels[0].reason, 3);
	guest_end(&g);
}

static void
sessions_are_counted(void **state)
{
	struct guest_channel *first, *third;
	struct guest g;

	(void)state;
	guest_init(&g);
	g.options.sessions_max = 2;
	guest_start(&g);
	guest_login(&g);
	first = guest_session(&g);
	assert_true(guest_session(&g)->opened);
	third = guest_session(&g);
	assert_true(third->refused);
	assert_int_equal(third->reason, 4);

	guest_exec(&g, first, "true");
	while (!first->closed)
		guest_turn(&g, 20);
	assert_true(guest_session(&g)->opened);
	guest_end(&g);
}

static const char *const environment[] = {"LANG", "LC_*", "*X", NULL};
static const char *const everything[] = {"*", NULL};

static void
environment_names_are_matched_exactly_or_by_their_beginning(void **state)
{
	static const struct {
		const char *const *list;
		const char *name;
		bool accepted;
	} rows[] = {
	    {environment, "LANG", true},
	    {environment, "LANGUAGE", false},
	    {environment, "LAN", false},
	    {environment, "LC_ALL", true},
	    {environment, "LC_", true},
	    {environment, "LC", false},
	    {environment, "*X", true},
	    {environment, "AX", false},
	    {everything, "LD_PRELOAD", true},
	    {NULL, "LANG", false},
	};
	struct guest g;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest_channel *ch;
		uint64_t operation;

		guest_init(&g);
		g.options.accept_env = rows[i].list;
		guest_start(&g);
		guest_login(&g);
		ch = guest_session(&g);
		assert_int_equal(nacre_conn_channel_env(g.conn, ch->number, rows[i].name, "v", &operation), NACRE_OK);
		guest_wait_replies(&g, 1);
		assert_int_equal(ch->yes, rows[i].accepted);
		guest_end(&g);
	}
}

static void
variables_are_bounded(void **state)
{
	static char large[5000];
	struct guest_channel *ch;
	uint64_t operation;
	struct guest g;

	(void)state;
	memset(large, 'v', sizeof(large) - 1);
	guest_init(&g);
	g.options.accept_env = everything;
	guest_start(&g);
	guest_login(&g);
	ch = guest_session(&g);
	for (unsigned i = 0; i < 66; i++) {
		char name[16];

		snprintf(name, sizeof(name), "V%u", i);
		assert_int_equal(nacre_conn_channel_env(g.conn, ch->number, name, "", &operation), NACRE_OK);
		guest_wait_replies(&g, i + 1);
	}
	assert_int_equal(ch->yes, 64);
	assert_int_equal(nacre_conn_channel_env(g.conn, ch->number, "V0", large, &operation), NACRE_OK);
	guest_wait_replies(&g, 67);
	assert_int_equal(ch->yes, 64);
	assert_int_equal(nacre_conn_channel_env(g.conn, ch->number, "V0", "again", &operation), NACRE_OK);
	guest_wait_replies(&g, 68);
	assert_int_equal(ch->yes, 65);
	guest_end(&g);
}

static void
options_that_cannot_work_are_refused(void **state)
{
	const struct nacre_command stepless = {.name = "nothing"};
	nacre_key *public_only = NULL;
	const nacre_key *const no_private[] = {NULL};
	nacre_server *server;
	char why[128] = "";
	struct guest g;

	(void)state;
	guest_init(&g);
	assert_int_equal(nacre_server_new(NULL, NULL, &server), NACRE_E_ARGUMENT);
	g.options.size--;
	assert_int_equal(nacre_server_new(NULL, &g.options, &server), NACRE_E_ARGUMENT);
	guest_init(&g);
	g.options.n_host_keys = 0;
	assert_int_equal(nacre_server_new(NULL, &g.options, &server), NACRE_E_ARGUMENT);
	guest_init(&g);
	g.options.host_keys = no_private;
	assert_int_equal(nacre_server_new(NULL, &g.options, &server), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_key_copy_public(nacre_env_default(), guest_host_key, &public_only), NACRE_OK);
	g.options.host_keys = (const nacre_key *const *)&public_only;
	assert_int_equal(nacre_server_new(NULL, &g.options, &server), NACRE_E_ARGUMENT);
	nacre_key_free(public_only);
	guest_init(&g);
	g.options.commands = &stepless;
	g.options.n_commands = 1;
	assert_int_equal(nacre_server_new(NULL, &g.options, &server), NACRE_E_ARGUMENT);
	guest_init(&g);
	g.connection.ciphers = "rot13";
	g.connection.why = why;
	g.connection.why_size = sizeof(why);
	assert_int_equal(nacre_server_new(NULL, &g.options, &server), NACRE_E_ARGUMENT);
	assert_non_null(strstr(why, "rot13"));
	assert_null(server);
	guest_init(&g);
	assert_int_equal(nacre_server_new(NULL, &g.options, &server), NACRE_OK);
	nacre_server_free(server);
	nacre_server_free(NULL);
}

static void
connections_are_counted_and_the_next_one_waits(void **state)
{
	unsigned port = 0;
	char text[96];
	struct guest g;
	int fd, ends[2];

	(void)state;
	guest_init(&g);
	g.options.connections_max = 1;
	guest_start(&g);
	assert_int_equal(nacre_server_listen(g.server, NULL, 0, &port, text, sizeof(text)), NACRE_OK);
	assert_true(port > 0);
	assert_int_equal(strncmp(text, "127.0.0.1:", 10), 0);
	guest_login(&g);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(nacre_server_serve_fd(g.server, ends[1]), NACRE_E_LIMIT);
	assert_int_equal(read(ends[0], text, 1), 0);
	(void)close(ends[0]);

	assert_int_equal(nacre_dial("127.0.0.1", port, 10000, &fd, NULL, 0), NACRE_OK);
	guest_turn(&g, 0);
	assert_int_equal(nacre_server_connections(g.server), 1);
	assert_true(strstr(g.log, "127.0.0.1 port") == NULL);

	nacre_conn_free(g.conn);
	(void)close(g.fd);
	g.authenticated = false;
	guest_join(&g, fd);
	guest_login(&g);
	assert_true(g.authenticated);
	assert_int_equal(nacre_server_connections(g.server), 1);
	assert_non_null(strstr(g.log, "127.0.0.1 port"));
	guest_end(&g);
}

static void
addresses_that_cannot_be_listened_on_say_why(void **state)
{
	struct nacre_error error;
	unsigned port, other;
	struct guest g;

	(void)state;
	guest_init(&g);
	guest_start(&g);
	assert_int_equal(nacre_server_listen(g.server, "127.0.0.1", 65536, &port, NULL, 0), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_server_listen(g.server, NULL, 0, &port, NULL, 0), NACRE_OK);
	assert_int_equal(nacre_server_listen(g.server, NULL, port, &other, NULL, 0), NACRE_E_SYSTEM);
	nacre_server_error(g.server, &error);
	assert_int_equal(error.code, NACRE_E_SYSTEM);
	assert_non_null(strstr(error.message, "127.0.0.1"));
	for (int i = 1; i < 8; i++)
		assert_int_equal(nacre_server_listen(g.server, NULL, 0, NULL, NULL, 0), NACRE_OK);
	assert_int_equal(nacre_server_listen(g.server, NULL, 0, NULL, NULL, 0), NACRE_E_LIMIT);
	guest_end(&g);
}

static void
a_run_ends_by_stop_and_can_be_taken_up_again(void **state)
{
	struct guest g;

	(void)state;
	guest_init(&g);
	guest_start(&g);
	assert_int_equal(nacre_server_listen(g.server, NULL, 0, NULL, NULL, 0), NACRE_OK);
	nacre_server_stop(g.server);
	assert_int_equal(nacre_server_run(g.server), NACRE_OK);
	assert_int_equal(nacre_server_connections(g.server), 1);
	nacre_server_stop(g.server);
	nacre_server_stop(g.server);
	assert_int_equal(nacre_server_run(g.server), NACRE_OK);
	guest_login(&g);
	assert_true(g.authenticated);
	guest_end(&g);
}

static void
a_run_ends_when_nothing_is_left_to_serve(void **state)
{
	struct guest g;

	(void)state;
	guest_init(&g);
	guest_start(&g);
	(void)close(g.fd);
	g.fd = -1;
	assert_int_equal(nacre_server_run(g.server), NACRE_OK);
	assert_int_equal(nacre_server_connections(g.server), 0);
	guest_end(&g);
}

static void
who_does_not_speak_in_time_is_sent_away(void **state)
{
	struct guest g;

	(void)state;
	guest_init(&g);
	g.connection.ident_timeout_ms = 30;
	assert_int_equal(nacre_server_new(&g.server_env.env, &g.options, &g.server), NACRE_OK);
	{
		int ends[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
		g.fd = ends[0];
		assert_int_equal(nacre_server_serve_fd(g.server, ends[1]), NACRE_OK);
	}
	assert_int_equal(nacre_server_run(g.server), NACRE_OK);
	assert_non_null(strstr(g.log, "ended: "));
	guest_end(&g);
}

static void
a_server_that_goes_says_so(void **state)
{
	struct nacre_error error;
	struct guest g;

	(void)state;
	guest_open(&g);
	nacre_server_free(g.server);
	g.server = NULL;
	while (!g.closed) {
		struct nacre_event ev;

		(void)nacre_pump(g.conn, g.fd, true);
		while (nacre_conn_next_event(g.conn, &ev) == 1)
			g.closed |= ev.type == NACRE_EVENT_CLOSED;
	}
	nacre_conn_error(g.conn, &error);
	assert_int_equal(error.code, NACRE_E_DISCONNECTED);
	assert_string_equal(error.peer_text, "the server is going away");
	guest_end(&g);
}

static bool
is_settled(const struct guest *g)
{
	return g->closed || g->channels[0].refused || g->channels[0].closed || g->channels[0].no > 0;
}

/* Everything from the socket to the command's end; the n-th allocation of the server fails. */
static bool
live_with_failure(uint64_t n)
{
	struct guest g;
	bool whole;

	guest_init(&g);
	g.options.accept_env = everything;
	g.options.shell = true;
	guest_start(&g);
	g.server_env.fail_at = g.server_env.allocations + n;
	g.server_env.fail_once = true;
	guest_login(&g);
	if (g.authenticated && nacre_conn_channel_open(g.conn, "session", NULL, 0, &g.channels[0].number) == NACRE_OK) {
		g.n_channels = 1;
		while (!g.channels[0].opened && !is_settled(&g))
			guest_turn(&g, 20);
	}
	if (g.channels[0].opened) {
		uint64_t operation;

		(void)nacre_conn_channel_env(g.conn, g.channels[0].number, "A", "b", &operation);
		guest_exec(&g, &g.channels[0], n % 2 == 0 ? "both 100" : "printf y");
		g.channels[0].no = 0;
		assert_true(guest_until(&g, is_settled));
	}
	whole = g.channels[0].closed && g.channels[0].exited;
	guest_end(&g);
	return whole;
}

static void
every_failed_allocation_ends_cleanly(void **state)
{
	uint64_t n = 1;
	unsigned whole = 0;

	(void)state;
	while (whole < 40 && n < 2000)
		whole = live_with_failure(n++) ? whole + 1 : 0;
	assert_int_equal(whole, 40);
	assert_true(n > 45);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_who_is_allowed_enters),
	    cmocka_unit_test(the_log_tells_who_came_and_never_a_password),
	    cmocka_unit_test(a_banner_is_shown_before_the_answer),
	    cmocka_unit_test(passwords_compare_as_a_whole),
	    cmocka_unit_test(requests_that_nobody_serves_are_refused),
	    cmocka_unit_test(only_sessions_are_opened),
	    cmocka_unit_test(sessions_are_counted),
	    cmocka_unit_test(environment_names_are_matched_exactly_or_by_their_beginning),
	    cmocka_unit_test(variables_are_bounded),
	    cmocka_unit_test(options_that_cannot_work_are_refused),
	    cmocka_unit_test(connections_are_counted_and_the_next_one_waits),
	    cmocka_unit_test(addresses_that_cannot_be_listened_on_say_why),
	    cmocka_unit_test(a_run_ends_by_stop_and_can_be_taken_up_again),
	    cmocka_unit_test(a_run_ends_when_nothing_is_left_to_serve),
	    cmocka_unit_test(who_does_not_speak_in_time_is_sent_away),
	    cmocka_unit_test(a_server_that_goes_says_so),
	    cmocka_unit_test(every_failed_allocation_ends_cleanly),
	};

	return cmocka_run_group_tests(tests, guest_setup, guest_teardown);
}
