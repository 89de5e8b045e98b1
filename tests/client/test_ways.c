/* Ways to a server: functions of the caller's, callbacks, UNIX sockets, proxy commands, deadlines. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "stage.h"

#define SHORT_MS 100

/* A socket behind functions, which count. */
struct pair {
	int fd;
	unsigned reads, waits, closes;
};

static int64_t
pair_read(void *ctx, void *p, size_t n)
{
	struct pair *pair = ctx;
	ssize_t k = recv(pair->fd, p, n > 700 ? 700 : n, MSG_DONTWAIT);

	pair->reads++;
	return k >= 0 ? k : errno == EAGAIN ? NACRE_E_AGAIN : NACRE_E_CONNECTION_LOST;
}

static int64_t
pair_write(void *ctx, const void *p, size_t n)
{
	const struct pair *pair = ctx;
	ssize_t k = send(pair->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	return k >= 0 ? k : errno == EAGAIN ? NACRE_E_AGAIN : NACRE_E_CONNECTION_LOST;
}

static int
pair_wait(void *ctx, unsigned wants, struct pollfd *fds, size_t n, int timeout_ms)
{
	struct pair *pair = ctx;
	struct pollfd own = {.fd = pair->fd, .events = POLLIN};

	pair->waits++;
	assert_int_equal(n, 0);
	(void)fds;
	(void)poll(&own, 1, timeout_ms);
	return own.revents != 0 ? (int)(wants & NACRE_WANT_READ) : 0;
}

static void
pair_close(void *ctx)
{
	struct pair *pair = ctx;

	pair->closes++;
	(void)close(pair->fd);
}

static struct nacre_carrier
pair_carrier(struct pair *pair)
{
	return (struct nacre_carrier){.size = sizeof(struct nacre_carrier),
	    .ctx = pair,
	    .read = pair_read,
	    .write = pair_write,
	    .fd = pair->fd,
	    .close = pair_close,
	    .name = "a string between two cans"};
}

static void
run_and_close(struct stage *s)
{
	struct nacre_result result;

	assert_int_equal(nacre_client_run(s->client, "both 100000", NULL, &result), NACRE_OK);
	assert_int_equal(result.out_len, 100000);
	nacre_result_free(&result);
	nacre_client_close(s->client);
	peer_join(&s->peer);
}

static void
functions_carry_a_connection(void **state)
{
	struct pair pair = {.fd = -1};
	struct nacre_carrier carrier;
	char name[64];
	struct stage s;

	(void)state;
	stage_init(&s);
	for (int own_wait = 0; own_wait < 2; own_wait++) {
		peer_start(&s.peer, &s.script);
		pair = (struct pair){.fd = s.peer.client_fd};
		carrier = pair_carrier(&pair);
		carrier.wait = own_wait ? pair_wait : NULL;
		s.options.carrier = &carrier;
		assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_OK);
		assert_int_equal(nacre_client_fd(s.client), pair.fd);
		assert_int_equal(nacre_client_peer_address(s.client, name, sizeof(name)), NACRE_OK);
		assert_string_equal(name, "a string between two cans");
		run_and_close(&s);
		assert_int_equal(pair.closes, 1);
		assert_true(pair.reads > 100 && (pair.waits > 0) == (own_wait == 1));
	}
	stage_end(&s);
}

static void
what_is_handed_over_is_closed_even_where_it_is_no_use(void **state)
{
	struct nacre_carrier carrier;
	struct pair pair;
	int ends[2];
	struct stage s;

	(void)state;
	stage_init(&s);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
		pair = (struct pair){.fd = ends[0]};
		carrier = pair_carrier(&pair);
		s.options.carrier = &carrier;
		s.options.unix_path = i == 0 ? "/nowhere" : NULL;
		s.options.ip_qos = i == 1 ? "gold" : NULL;
		carrier.write = i == 2 ? NULL : pair_write;
		assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_E_ARGUMENT);
		assert_int_equal(pair.closes, 1);
		close(ends[1]);
	}
	stage_end(&s);
}

struct factory {
	int fd, rc;
	unsigned calls;
	struct nacre_carrier carrier;
};

static int
make_transport(void *ctx, nacre_client *client, const char *host, unsigned port, int timeout_ms, int *sock,
    struct nacre_carrier *carrier)
{
	struct factory *factory = ctx;

	(void)client;
	factory->calls++;
	assert_string_equal(host, "reef");
	assert_int_equal(port, 22);
	assert_true(timeout_ms > 0);
	*sock = factory->fd;
	*carrier = factory->carrier;
	return factory->rc;
}

static void
a_callback_makes_the_transport(void **state)
{
	struct factory factory = {.fd = -1};
	struct pair pair;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.transport = make_transport;
	s.options.transport_ctx = &factory;
	assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_E_CONNECT);
	factory.rc = NACRE_E_PROXY;
	assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_E_PROXY);
	factory.rc = NACRE_OK;
	peer_start(&s.peer, &s.script);
	factory.fd = s.peer.client_fd;
	assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_OK);
	run_and_close(&s);
	peer_start(&s.peer, &s.script);
	factory.fd = -1;
	pair = (struct pair){.fd = s.peer.client_fd};
	factory.carrier = pair_carrier(&pair);
	assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_OK);
	run_and_close(&s);
	assert_int_equal(pair.closes, 1);
	assert_int_equal(factory.calls, 4);
	stage_end(&s);
}

static void
a_unix_socket_is_a_way(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int queue[2], n = 0;
	struct stage s;

	(void)state;
	stage_init(&s);
	snprintf(at.sun_path, sizeof(at.sun_path), "%.90s", stage_path("sock"));
	s.options.unix_path = at.sun_path;
	assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_E_CONNECT);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listener, 0), 0);
	/* A queue that is full: nobody waits longer than allowed. */
	for (; n < 2; n++) {
		queue[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)!connect(queue[n], (struct sockaddr *)&at, sizeof(at));
	}
	s.options.connect_timeout_ms = SHORT_MS;
	assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_E_TIMEOUT_CONNECT);
	while (n > 0)
		close(queue[--n]);
	close(listener);
	stage_end(&s);
}

static void
descriptors_of_any_number_will_do(void **state)
{
	struct rlimit limit, more;
	int numbers[2] = {0, 1500}, fd, saved = fcntl(0, F_DUPFD_CLOEXEC, 10);
	struct stage s;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	more = limit;
	more.rlim_cur = limit.rlim_max < 2048 ? limit.rlim_max : 2048;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &more), 0);
	stage_init(&s);
	for (size_t i = 0; i < 2 && more.rlim_cur > 1501; i++) {
		peer_start(&s.peer, &s.script);
		fd = dup2(s.peer.client_fd, numbers[i]);
		assert_int_equal(fd, numbers[i]);
		close(s.peer.client_fd);
		s.options.sock = &fd;
		assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_OK);
		assert_int_equal(nacre_client_fd(s.client), numbers[i]);
		run_and_close(&s);
	}
	stage_end(&s);
	if (saved >= 0) {
		(void)dup2(saved, 0);
		close(saved);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void
the_time_of_the_whole_has_an_error_of_its_own(void **state)
{
	static const enum peer_stall stalls[] = {STALL_IDENT, STALL_KEX, STALL_AUTH};
	static const enum nacre_phase phases[] = {NACRE_PHASE_BANNER, NACRE_PHASE_KEX, NACRE_PHASE_AUTH};
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.timeout_ms = SHORT_MS;
	for (size_t i = 0; i < sizeof(stalls) / sizeof(stalls[0]); i++) {
		s.script.stall = stalls[i];
		s.options.timeout_ms = stalls[i] == STALL_AUTH ? 10 * SHORT_MS : SHORT_MS;
		assert_int_equal(stage_connect(&s), NACRE_E_DEADLINE);
		assert_int_equal(stage_error(&s).phase, phases[i]);
		assert_true(nacre_status_is_timeout(NACRE_E_DEADLINE));
	}
	s.script.stall = STALL_NEVER;
	s.options.timeout_ms = 60000;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
what_became_of_each_address_is_kept(void **state)
{
	struct nacre_connect_options options = {.size = sizeof(options), .user = "diver", .connection_attempts = 1};
	const struct nacre_dial_log *log;
	struct stage s;

	(void)state;
	stage_init(&s);
	options.port = 1; /* nobody listens there, or this is an unusual machine */
	assert_null(nacre_client_dial_log(s.client));
	assert_int_equal(nacre_client_connect(s.client, "127.0.0.1", &options), NACRE_E_CONNECT);
	assert_non_null(log = nacre_client_dial_log(s.client));
	assert_int_equal(log->n, 1);
	assert_string_equal(log->attempts[0].address, "127.0.0.1 port 1");
	assert_int_equal(log->attempts[0].system_error, ECONNREFUSED);
	assert_non_null(strstr(stage_error(&s).ours, "127.0.0.1 port 1"));
	stage_end(&s);
}

static void
tokens_of_a_proxy_command_are_replaced(void **state)
{
	static const struct {
		const char *command, *user;
		int code;
		const char *words;
	} rows[] = {
	    {"echo %h %n %p %r %% >&2; exit 3", "diver", NACRE_E_PROXY, "reef reef 22 diver %\\x0a"},
	    {"echo %r", "a b", NACRE_E_ARGUMENT, NULL},
	    {"echo %r", "$HOME", NACRE_E_ARGUMENT, NULL},
	    {"echo %r", "a`id`", NACRE_E_ARGUMENT, NULL},
	    {"echo %r", "DOMAIN\\diver", NACRE_E_ARGUMENT, NULL},
	    {"exit 4", "DOMAIN\\diver", NACRE_E_PROXY, NULL},
	    {"echo %x", "diver", NACRE_E_ARGUMENT, NULL},
	    {"echo %", "diver", NACRE_E_ARGUMENT, NULL},
	};
	struct stage s;

	(void)state;
	stage_init(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s.options.proxy_command = rows[i].command;
		s.options.user = rows[i].user;
		if (nacre_client_connect(s.client, "reef", &s.options) != rows[i].code)
			fail_msg("row %zu: %s", i, stage_error(&s).message);
		if (rows[i].words != NULL)
			assert_string_equal(stage_error(&s).peer_text, rows[i].words);
	}
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(functions_carry_a_connection),
	    cmocka_unit_test(what_is_handed_over_is_closed_even_where_it_is_no_use),
	    cmocka_unit_test(a_callback_makes_the_transport),
	    cmocka_unit_test(a_unix_socket_is_a_way),
	    cmocka_unit_test(descriptors_of_any_number_will_do),
	    cmocka_unit_test(the_time_of_the_whole_has_an_error_of_its_own),
	    cmocka_unit_test(what_became_of_each_address_is_kept),
	    cmocka_unit_test(tokens_of_a_proxy_command_are_replaced),
	};

	return cmocka_run_group_tests_name("client: ways", tests, stage_setup, stage_teardown);
}
