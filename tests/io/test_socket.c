/* Sockets and children: dialling, listening, and commands with three pipes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <nacre/dial.h>
#include <nacre/io.h>
#include "clock.h"
#include "dial.h"
#include "listen.h"
#include "spawn.h"

static int
listen_free(unsigned *port)
{
	struct failure failure = {.code = 0};
	char text[64], expected[64];
	int fd;

	assert_int_equal(listen_on(NULL, 0, &fd, port, text, sizeof(text), &failure), NACRE_OK);
	snprintf(expected, sizeof(expected), "127.0.0.1:%u", *port);
	assert_string_equal(text, expected);
	return fd;
}

static void
wait_readable(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&ready, 1, -1), 1);
}

static void
a_dialled_socket_is_set_up_for_the_core(void **state)
{
	char peer[64], why[256];
	int listener, fd, other;
	unsigned port;

	(void)state;
	listener = listen_free(&port);
	assert_int_equal(listen_accept(listener, &other, NULL, 0), NACRE_E_AGAIN);
	assert_int_equal(other, -1);
	assert_int_equal(nacre_dial("127.0.0.1", port, 5000, &fd, why, sizeof(why)), NACRE_OK);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	wait_readable(listener);
	assert_int_equal(listen_accept(listener, &other, peer, sizeof(peer)), NACRE_OK);
	assert_true(fcntl(other, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(other, F_GETFD) & FD_CLOEXEC);
	assert_memory_equal(peer, "127.0.0.1 port ", 15);
	assert_int_equal(dial_peer_name(fd, why, sizeof(why)), NACRE_OK);
	snprintf(peer, sizeof(peer), "127.0.0.1 port %u", port);
	assert_string_equal(why, peer);
	close(fd);
	close(other);
	close(listener);
}

static void
every_failure_to_dial_has_its_name(void **state)
{
	char why[256];
	unsigned port;
	int fd = listen_free(&port);

	(void)state;
	close(fd);
	assert_int_equal(nacre_dial("127.0.0.1", port, 5000, &fd, why, sizeof(why)), NACRE_E_CONNECT);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(why, "127.0.0.1 port"));
	assert_non_null(strstr(why, strerror(ECONNREFUSED)));
	/* localhost has one address or two: each is named. */
	assert_int_equal(nacre_dial("localhost", port, 5000, &fd, why, sizeof(why)), NACRE_E_CONNECT);
	assert_int_equal(nacre_dial("no such name", port, 5000, &fd, why, sizeof(why)), NACRE_E_RESOLVE);
	assert_non_null(strstr(why, "no such name"));
	assert_int_equal(nacre_dial("127.0.0.1", 0, 5000, &fd, why, sizeof(why)), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_dial("127.0.0.1", 65536, 5000, &fd, why, sizeof(why)), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_dial("", 22, 5000, &fd, why, sizeof(why)), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_dial(NULL, 22, 5000, &fd, NULL, 0), NACRE_E_ARGUMENT);
}

static void
what_became_of_each_address_is_told(void **state)
{
	struct nacre_dial_options options = {.size = sizeof(options), .timeout_ms = 5000, .bind_address = "127.0.0.1"};
	struct nacre_dial_log log;
	char expected[NACRE_DIAL_ADDRESS_MAX], why[256];
	unsigned port;
	int fd, listener = listen_free(&port);

	(void)state;
	snprintf(expected, sizeof(expected), "127.0.0.1 port %u", port);
	assert_int_equal(nacre_dial_addresses("127.0.0.1", port, &options, &fd, &log, why, sizeof(why)), NACRE_OK);
	close(fd);
	assert_int_equal(log.n, 1);
	assert_string_equal(log.attempts[0].address, expected);
	assert_int_equal(log.attempts[0].system_error, 0);
	assert_int_equal(nacre_dial_addresses("127.0.0.1", port, NULL, &fd, NULL, NULL, 0), NACRE_OK);
	close(fd);
	close(listener);
	assert_int_equal(
	    nacre_dial_addresses("127.0.0.1", port, &options, &fd, &log, why, sizeof(why)), NACRE_E_CONNECT);
	assert_int_equal(fd, -1);
	assert_int_equal(log.n, 1);
	assert_int_equal(log.attempts[0].system_error, ECONNREFUSED);

	options.family = NACRE_FAMILY_INET6;
	assert_int_equal(
	    nacre_dial_addresses("127.0.0.1", port, &options, &fd, &log, why, sizeof(why)), NACRE_E_RESOLVE);
	assert_int_equal(log.n, 0);
	options.ip_qos = "soon";
	assert_int_equal(nacre_dial_addresses("127.0.0.1", port, &options, &fd, NULL, NULL, 0), NACRE_E_ARGUMENT);
	options.size = 0;
	assert_int_equal(nacre_dial_addresses("127.0.0.1", port, &options, &fd, NULL, NULL, 0), NACRE_E_ARGUMENT);
}

static void
listening_twice_on_a_port_is_refused(void **state)
{
	struct failure failure = {.code = 0};
	unsigned port, again;
	int fd = listen_free(&port), other;

	(void)state;
	assert_int_equal(listen_on("127.0.0.1", port, &other, &again, NULL, 0, &failure), NACRE_E_SYSTEM);
	assert_int_equal(other, -1);
	close(fd);
	failure.code = 0;
	assert_int_equal(listen_on("127.0.0.1", port, &other, &again, NULL, 0, &failure), NACRE_OK);
	assert_int_equal(again, port);
	close(other);
}

static void
a_descriptor_beyond_1024_works(void **state)
{
	struct rlimit limit;
	unsigned port;
	int listener, fd, high;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max <= 1200) {
		print_message("the limit of descriptors is too low\n");
		skip();
	}
	limit.rlim_cur = 1200;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	listener = listen_free(&port);
	high = fcntl(listener, F_DUPFD_CLOEXEC, 1100);
	assert_true(high >= 1100);
	assert_int_equal(nacre_dial("127.0.0.1", port, 5000, &fd, NULL, 0), NACRE_OK);
	wait_readable(high);
	close(fd);
	assert_int_equal(listen_accept(high, &fd, NULL, 0), NACRE_OK);
	close(fd);
	close(high);
	close(listener);
}

static void
deadlines_count_what_is_left(void **state)
{
	(void)state;
	assert_int_equal(clock_deadline(-1), -1);
	assert_int_equal(clock_left(-1, 5), -1);
	assert_int_equal(clock_left(10, 5), 5);
	assert_int_equal(clock_left(10, 10), 0);
	assert_int_equal(clock_left(10, 11), 0);
	assert_int_equal(clock_left(INT64_MAX, 0), CLOCK_LEFT_MAX);
	assert_int_equal(clock_sooner(-1, 7), 7);
	assert_int_equal(clock_sooner(7, -1), 7);
	assert_int_equal(clock_sooner(7, 3), 3);
	assert_true(nacre_clock_ms() >= 0);
}

static struct spawn_end
run_to_end(struct spawn *child, char *out, size_t out_cap, char *err, size_t err_cap)
{
	size_t n_out = 0, n_err = 0;
	struct spawn_end end;
	ssize_t k;

	do {
		wait_readable(child->out);
		k = read(child->out, out + n_out, out_cap - 1 - n_out);
		n_out += k > 0 ? (size_t)k : 0;
	} while (k > 0);
	do {
		wait_readable(child->err);
		k = read(child->err, err + n_err, err_cap - 1 - n_err);
		n_err += k > 0 ? (size_t)k : 0;
	} while (k > 0);
	out[n_out] = err[n_err] = '\0';
	while (spawn_poll(child, &end) == 0) {
		if (child->alive >= 0)
			wait_readable(child->alive);
	}
	return end;
}

static struct spawn_end
run_shell(const char *command, const char *const *env, char *out, char *err)
{
	struct failure failure = {.code = 0};
	struct spawn_end end;
	struct spawn child;

	assert_int_equal(spawn_shell(&child, slice_str(command), env, &failure), NACRE_OK);
	spawn_close_in(&child);
	end = run_to_end(&child, out, 256, err, 256);
	assert_int_equal(spawn_kill(&child, SIGTERM), NACRE_E_MISUSE); /* reaped: its number may be another's by now */
	spawn_free(&child);
	return end;
}

static void
a_child_has_three_pipes_and_an_exit_status(void **state)
{
	static const char *const env[] = {"DEPTH=40 m", NULL};
	char out[256], err[256];
	struct spawn_end end = run_shell("echo \"$DEPTH\"; echo woe >&2; cat; exit 7", env, out, err);

	(void)state;
	assert_string_equal(out, "40 m\n");
	assert_string_equal(err, "woe\n");
	assert_false(end.by_signal);
	assert_int_equal(end.status, 7);
}

static void
a_child_that_is_killed_says_by_what(void **state)
{
	char out[256], err[256];
	struct spawn_end end = run_shell("kill -TERM $$", NULL, out, err);

	(void)state;
	assert_true(end.by_signal);
	assert_string_equal(end.signal, "TERM");
	assert_false(end.core_dumped);
}

/* SIGPIPE and SIGCHLD are often ignored by servers; a child must not inherit that. */
static void
a_child_starts_with_default_signals_and_no_descriptors(void **state)
{
	char out[256], err[256];
	int leak = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
	struct spawn_end end;

	(void)state;
	assert_true(leak > 2);
	assert_int_not_equal((int)(intptr_t)signal(SIGPIPE, SIG_IGN), (int)(intptr_t)SIG_ERR);
	end = run_shell("kill -PIPE $$; echo survived", NULL, out, err);
	(void)signal(SIGPIPE, SIG_DFL);
	assert_true(end.by_signal);
	assert_string_equal(end.signal, "PIPE");
	end = run_shell("ls /proc/self/fd | wc -l", NULL, out, err);
	assert_int_equal(end.status, 0);
	assert_int_equal(atoi(out), 4); /* 0, 1, 2, and the directory that ls reads */
	close(leak);
}

static void
a_child_that_still_runs_is_killed_with_its_own_children(void **state)
{
	struct failure failure = {.code = 0};
	struct spawn child;
	char byte;
	int out;

	(void)state;
	assert_int_equal(spawn_shell(&child, slice_str("sleep 1000 & sleep 1000"), NULL, &failure), NACRE_OK);
	out = fcntl(child.out, F_DUPFD_CLOEXEC, 0);
	spawn_free(&child);
	assert_int_equal(child.pid, 0);
	wait_readable(out); /* all holders of the pipe are gone */
	assert_int_equal(read(out, &byte, 1), 0);
	close(out);
	spawn_free(&child);
}

static void
a_command_with_a_nul_is_refused(void **state)
{
	struct failure failure = {.code = 0};
	struct spawn child;

	(void)state;
	assert_int_equal(spawn_shell(&child, slice_of("true\0rm", 7), NULL, &failure), NACRE_E_ARGUMENT);
	assert_int_equal(child.pid, 0);
	assert_int_equal(spawn_signal_number(SLICE_LIT("TERM")), SIGTERM);
	assert_int_equal(spawn_signal_number(SLICE_LIT("TER")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_dialled_socket_is_set_up_for_the_core),
	    cmocka_unit_test(every_failure_to_dial_has_its_name),
	    cmocka_unit_test(what_became_of_each_address_is_told),
	    cmocka_unit_test(listening_twice_on_a_port_is_refused),
	    cmocka_unit_test(a_descriptor_beyond_1024_works),
	    cmocka_unit_test(deadlines_count_what_is_left),
	    cmocka_unit_test(a_child_has_three_pipes_and_an_exit_status),
	    cmocka_unit_test(a_child_that_is_killed_says_by_what),
	    cmocka_unit_test(a_child_starts_with_default_signals_and_no_descriptors),
	    cmocka_unit_test(a_child_that_still_runs_is_killed_with_its_own_children),
	    cmocka_unit_test(a_command_with_a_nul_is_refused),
	};

	return cmocka_run_group_tests_name("io: sockets and children", tests, NULL, NULL);
}
