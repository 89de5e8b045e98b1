/* System calls: how few a client needs, and what it does when they fail, are interrupted, or do less than asked. The
 * calls of the client's thread go through this file; those of the peer's thread are left alone. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "stage.h"

#define BULK 32768 /* after a read of this size nobody polls */

enum fault { FAULT_NONE, FAULT_EINTR, FAULT_EAGAIN, FAULT_ENOBUFS, FAULT_SHORT, FAULT_BROKEN_WRITE };

static _Thread_local bool watched;
static _Thread_local enum fault fault;
static _Thread_local unsigned calls, sends, recvs, polls, clocks, randoms, polls_after_bulk, sends_without_flag;
static _Thread_local ssize_t last_recv;

/* Every second call fails, so that each one is tried again. */
static bool
fails_now(int *error)
{
	calls++;
	if (calls % 2 == 0)
		return false;
	*error = fault == FAULT_EINTR ? EINTR : fault == FAULT_EAGAIN ? EAGAIN : fault == FAULT_ENOBUFS ? ENOBUFS : 0;
	return *error != 0;
}

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	int error;

	if (watched) {
		sends++;
		sends_without_flag += (flags & (MSG_NOSIGNAL | MSG_DONTWAIT)) != (MSG_NOSIGNAL | MSG_DONTWAIT);
		if (fault == FAULT_BROKEN_WRITE) {
			errno = EPIPE;
			return -1;
		}
		if (fails_now(&error)) {
			errno = error;
			return -1;
		}
		if (fault == FAULT_SHORT && n > 1)
			n = 1 + n / 3;
	}
	return syscall(SYS_sendto, fd, p, n, flags, NULL, 0);
}

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	int error;

	if (watched) {
		recvs++;
		if (fault != FAULT_ENOBUFS && fails_now(&error)) {
			errno = error;
			return -1;
		}
		if (fault == FAULT_SHORT && n > 7)
			n = 7;
	}
	last_recv = syscall(SYS_recvfrom, fd, p, n, flags, NULL, NULL);
	return last_recv;
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct timespec time = {timeout / 1000, timeout % 1000 * 1000000L};
	int error;

	if (watched) {
		polls++;
		polls_after_bulk += last_recv >= BULK;
		last_recv = 0;
		if (fault == FAULT_EINTR && fails_now(&error)) {
			errno = error;
			return -1;
		}
	}
	return (int)syscall(SYS_ppoll, fds, n, timeout < 0 ? NULL : &time, NULL, 0);
}

int
clock_gettime(clockid_t id, struct timespec *now)
{
	clocks += watched;
	return (int)syscall(SYS_clock_gettime, id, now);
}

static int (*fill)(void *ctx, void *out, size_t n);

static int
count_random(void *ctx, void *out, size_t n)
{
	randoms += watched;
	return fill(ctx, out, n);
}

static void
watch(enum fault kind)
{
	calls = sends = recvs = polls = clocks = randoms = polls_after_bulk = sends_without_flag = 0;
	last_recv = 0;
	fault = kind;
	watched = true;
}

static void
ping_pong_takes_three_calls_for_each_round_trip(void **state)
{
	nacre_channel *ch;
	char byte = 'x';
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "cat", NULL, &ch), NACRE_OK);
	watch(FAULT_NONE);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(nacre_channel_write(ch, &byte, 1), 1);
		assert_int_equal(nacre_channel_read(ch, &byte, 1), 1);
	}
	watched = false;
	assert_in_range(sends + recvs + polls, 200, 300);
	assert_int_equal(sends, 100);
	assert_int_equal(randoms, 0);
	assert_in_range(clocks, 0, 500);
	assert_int_equal(sends_without_flag, 0);
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
nobody_polls_while_bulk_data_is_there(void **state)
{
	struct nacre_run_options options = {.size = sizeof(options), .output_max = 64 << 20};
	struct nacre_conn_info info;
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_init(&s);
	fill = s.env.env.random;
	s.env.env.random = count_random;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	watch(FAULT_NONE);
	assert_int_equal(nacre_client_run(s.client, "both 4000000", &options, &result), NACRE_OK);
	watched = false;
	assert_int_equal(result.out_len, 4000000);
	nacre_conn_get_info(nacre_client_conn(s.client), &info);
	assert_true(recvs > 0);
	assert_int_equal(polls_after_bulk, 0);
	/* One turn may ask for the time before it waits and after; packets never do. */
	assert_in_range(clocks, 0, 2 * (recvs + polls + sends) + 8);
	assert_in_range(randoms, 0, 2);
	nacre_result_free(&result);
	stage_end(&s);
}

static void
everything_works_when_calls_are_interrupted_refused_or_short(void **state)
{
	static const enum fault faults[] = {FAULT_EINTR, FAULT_EAGAIN, FAULT_ENOBUFS, FAULT_SHORT};
	static char input[100000];
	struct nacre_run_options options = {.size = sizeof(options), .input = input, .input_len = sizeof(input)};
	struct nacre_result result;
	struct stage s;

	(void)state;
	memset(input, 'i', sizeof(input));
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		stage_init(&s);
		watch(faults[i]);
		assert_int_equal(stage_connect(&s), NACRE_OK);
		assert_int_equal(nacre_client_run(s.client, "cat", &options, &result), NACRE_OK);
		assert_int_equal(result.out_len, sizeof(input));
		assert_memory_equal(result.out, input, sizeof(input));
		nacre_result_free(&result);
		stage_close(&s);
		watched = false;
		stage_end(&s);
	}
}

/* The peer has said good-bye, and our next write fails before we have read it: its words count, not our error. */
static void
a_failed_write_still_reads_the_peers_last_words(void **state)
{
	nacre_channel *ch;
	struct stage s;
	char byte;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "disconnect", NULL, &ch), NACRE_OK);
	peer_join(&s.peer);
	watch(FAULT_BROKEN_WRITE);
	(void)nacre_channel_write(ch, "x", 1);
	assert_int_equal(nacre_channel_read(ch, &byte, 1), NACRE_E_DISCONNECTED);
	watched = false;
	assert_int_equal(stage_error(&s).peer_reason, 12);
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
a_broken_socket_ends_the_connection(void **state)
{
	nacre_channel *ch;
	struct stage s;
	char byte;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "cat", NULL, &ch), NACRE_OK);
	watch(FAULT_BROKEN_WRITE);
	(void)nacre_channel_write(ch, "x", 1);
	assert_int_equal(nacre_channel_read(ch, &byte, 1), NACRE_E_CONNECTION_LOST);
	watched = false;
	assert_false(nacre_client_is_active(s.client));
	nacre_channel_close(ch);
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ping_pong_takes_three_calls_for_each_round_trip),
	    cmocka_unit_test(nobody_polls_while_bulk_data_is_there),
	    cmocka_unit_test(everything_works_when_calls_are_interrupted_refused_or_short),
	    cmocka_unit_test(a_failed_write_still_reads_the_peers_last_words),
	    cmocka_unit_test(a_broken_socket_ends_the_connection),
	};

	return cmocka_run_group_tests_name("client: turns", tests, stage_setup, stage_teardown);
}
