/* The connection itself: rekey, keepalive, requests by name, waiting, the log; and the README's example over TCP. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <unistd.h>
#include "stage.h"

static struct nacre_conn_info
info_of(struct stage *s)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(nacre_client_conn(s->client), &info);
	return info;
}

static void
rekey_changes_the_keys_and_the_session_id_stays(void **state)
{
	struct nacre_result result;
	uint8_t id[64];
	size_t n;
	struct stage s;

	(void)state;
	stage_open(&s);
	n = info_of(&s).session_id.n;
	memcpy(id, info_of(&s).session_id.p, n);
	assert_int_equal(info_of(&s).kex_count, 1);
	assert_int_equal(nacre_client_rekey(s.client), NACRE_OK);
	assert_int_equal(info_of(&s).kex_count, 2);
	assert_memory_equal(info_of(&s).session_id.p, id, n);
	assert_int_equal(nacre_client_run(s.client, "echo on", NULL, &result), NACRE_OK);
	assert_string_equal(result.out, "on");
	nacre_result_free(&result);
	stage_end(&s);
}

static void
ignore_and_keepalive_reach_the_peer(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_send_ignore(s.client, 100), NACRE_OK);
	assert_int_equal(nacre_client_send_ignore(s.client, 40000), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_client_keepalive(s.client, 0), NACRE_OK);
	assert_int_equal(info_of(&s).keepalive_replies, 1);
	stage_end(&s);
}

static void
global_requests_by_name_bring_their_reply(void **state)
{
	uint8_t reply[8] = {0};
	size_t n = sizeof(reply);
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_global_request(s.client, "port@test", "\0\0\x08\xae", 4, reply, &n), NACRE_OK);
	assert_int_equal(n, 4);
	assert_memory_equal(reply, "\0\0\x08\xae", 4);
	n = 2; /* cut, and the true length told */
	memset(reply, 0, sizeof(reply));
	assert_int_equal(nacre_client_global_request(s.client, "port@test", "abcd", 4, reply, &n), NACRE_OK);
	assert_int_equal(n, 4);
	assert_memory_equal(reply, "ab\0\0", 4);
	n = sizeof(reply);
	assert_int_equal(
	    nacre_client_global_request(s.client, "other@test", NULL, 0, reply, &n), NACRE_E_REQUEST_REFUSED);
	assert_int_equal(nacre_client_global_request(s.client, "quiet@test", NULL, 0, NULL, NULL), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.requests, "port@test port@test other@test quiet@test");
	stage_end(&s);
}

static void
channels_of_any_type_can_be_opened(void **state)
{
	nacre_channel *ch;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_open_channel(s.client, "anything@test", "payload", 7, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_request(ch, "shell", NULL, 0, true), NACRE_OK);
	nacre_channel_close(ch);
	assert_int_equal(nacre_client_open_channel(s.client, NULL, NULL, 0, &ch), NACRE_E_ARGUMENT);
	stage_end(&s);
}

static void
a_channel_that_the_server_opens_is_refused(void **state)
{
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "open", NULL, &result), NACRE_OK);
	nacre_result_free(&result);
	assert_non_null(strstr(s.log, "forwarded-tcpip"));
	stage_close(&s);
	assert_true(s.peer.channel_was_refused);
	stage_end(&s);
}

static void
the_end_of_the_peer_is_noticed_without_waiting(void **state)
{
	nacre_channel *ch;
	struct pollfd ready;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_true(nacre_client_is_active(s.client));
	assert_int_equal(nacre_client_exec_command(s.client, "vanish", NULL, &ch), NACRE_OK);
	/* The socket tells when there is something to see. */
	ready = (struct pollfd){.fd = nacre_client_fd(s.client), .events = POLLIN};
	while (nacre_client_is_active(s.client))
		(void)poll(&ready, 1, -1);
	assert_true(nacre_channel_ready(ch) & NACRE_READY_CLOSED);
	assert_int_equal(nacre_client_wait(s.client, NULL, 0, -1), NACRE_E_CONNECTION_LOST);
	nacre_channel_close(ch);
	stage_end(&s);
}

/* Data between a pipe and a command, the way that a program with other descriptors does it. */
static void
waiting_covers_the_callers_descriptors_too(void **state)
{
	struct pollfd fd = {.events = POLLIN};
	char text[64];
	int ends[2];
	nacre_channel *ch;
	int64_t k;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(pipe(ends), 0);
	fd.fd = ends[0];
	assert_int_equal(nacre_client_exec_command(s.client, "cat", NULL, &ch), NACRE_OK);
	nacre_channel_set_timeout(ch, 0);
	while (nacre_client_wait(s.client, &fd, 1, 0) == NACRE_OK) /* news of the exec itself */
		continue;
	assert_failed(&s, NACRE_E_TIMEOUT);

	assert_int_equal(write(ends[1], "tide", 4), 4);
	assert_int_equal(nacre_client_wait(s.client, &fd, 1, -1), NACRE_OK);
	assert_true(fd.revents & POLLIN);
	assert_int_equal(read(ends[0], text, sizeof(text)), 4);
	assert_true(nacre_channel_ready(ch) & NACRE_READY_WRITE);
	assert_int_equal(nacre_channel_write(ch, text, 4), 4);
	while ((nacre_channel_ready(ch) & NACRE_READY_STDOUT) == 0)
		assert_int_equal(nacre_client_wait(s.client, &fd, 1, -1), NACRE_OK);
	k = nacre_channel_read(ch, text, sizeof(text));
	assert_int_equal(k, 4);
	assert_memory_equal(text, "tide", 4);
	close(ends[0]);
	close(ends[1]);
	nacre_channel_close(ch);
	stage_end(&s);
}

static void
the_log_goes_to_the_named_channel(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_non_null(strstr(s.log, "I nacre.transport authenticated as diver by publickey\n"));
	stage_close(&s);
	assert_int_equal(nacre_client_set_log_channel(s.client, "reef.dive"), NACRE_OK);
	s.log[0] = '\0';
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_non_null(strstr(s.log, "I reef.dive authenticated"));
	assert_null(strstr(s.log, "nacre.transport"));
	assert_int_equal(nacre_client_set_log_channel(
			     s.client, "a name that is far longer than any name of a log channel ever has to be"),
	    NACRE_E_ARGUMENT);
	stage_end(&s);
}

struct closer {
	nacre_client *client;
	const char *at;
};

static void
close_at(void *ctx, enum nacre_log_level level, const char *channel, const char *message)
{
	struct closer *closer = ctx;

	(void)level;
	(void)channel;
	if (strstr(message, closer->at) != NULL)
		nacre_client_close(closer->client);
}

static void
a_log_callback_may_close_the_client(void **state)
{
	struct closer closer = {.at = "authenticated"};
	struct stage s;

	(void)state;
	stage_init(&s);
	closer.client = s.client;
	nacre_client_set_log(s.client, close_at, &closer);
	assert_int_equal(stage_connect(&s), NACRE_E_CANCELLED);
	closer.at = "connected to";
	assert_int_equal(stage_connect(&s), NACRE_E_CANCELLED);
	assert_null(nacre_client_conn(s.client));
	nacre_client_set_log(s.client, NULL, NULL);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

struct channel_closer {
	nacre_client *client;
	nacre_channel *channel;
	bool free_too;
};

static void
close_channel_at_rekey(void *ctx, enum nacre_log_level level, const char *channel, const char *message)
{
	struct channel_closer *closer = ctx;

	(void)level;
	(void)channel;
	if (strstr(message, "keys changed") == NULL || closer->channel == NULL)
		return;
	nacre_channel_close(closer->channel);
	closer->channel = NULL;
	if (closer->free_too)
		nacre_client_free(closer->client);
}

/* The call that runs still works on the channel: it goes when that call has returned. */
static void
a_log_callback_may_close_the_channel_that_is_waited_for(void **state)
{
	(void)state;
	for (int free_too = 0; free_too <= 1; free_too++) {
		struct channel_closer closer = {.free_too = free_too != 0};
		struct stage s;
		char p[8];

		stage_open(&s);
		assert_int_equal(nacre_client_open_channel(s.client, "session", NULL, 0, &closer.channel), NACRE_OK);
		closer.client = s.client;
		nacre_client_set_log(s.client, close_channel_at_rekey, &closer);
		nacre_channel_set_timeout(closer.channel, 300);
		assert_int_equal(nacre_conn_rekey(nacre_client_conn(s.client)), NACRE_OK);
		assert_int_equal(
		    nacre_channel_read(closer.channel, p, sizeof(p)), free_too ? NACRE_E_CANCELLED : NACRE_E_TIMEOUT);
		assert_null(closer.channel);
		if (free_too)
			s.client = NULL;
		else
			nacre_client_set_log(s.client, NULL, NULL);
		stage_end(&s);
	}
}

/* A peer behind a TCP listener: *port and a thread that serves the first connection. */
struct tcp_peer {
	int listener;
	struct peer peer;
	struct peer_script script;
	pthread_t thread;
};

static void *
accept_one(void *arg)
{
	struct tcp_peer *tcp = arg;
	int fd = accept(tcp->listener, NULL, NULL);

	if (fd < 0)
		return NULL;
	peer_start_on(&tcp->peer, &tcp->script, fd);
	peer_join(&tcp->peer);
	return NULL;
}

static unsigned
tcp_start(struct tcp_peer *tcp)
{
	unsigned port;

	*tcp = (struct tcp_peer){.script = {.host_key = stage_keys[STAGE_HOST], .user_key = stage_keys[STAGE_USER]}};
	tcp->listener = peer_silent_listener(&port);
	assert_int_equal(pthread_create(&tcp->thread, NULL, accept_one, tcp), 0);
	return port;
}

static void
tcp_end(struct tcp_peer *tcp)
{
	shutdown(tcp->listener, SHUT_RDWR);
	pthread_join(tcp->thread, NULL);
	close(tcp->listener);
}

static void
connecting_by_name_dials_and_tells_the_address(void **state)
{
	char address[64], expected[64], line[1024], name[64];
	struct tcp_peer tcp;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.port = tcp_start(&tcp);
	snprintf(name, sizeof(name), "[127.0.0.1]:%u", s.options.port);
	stage_line(line, sizeof(line), "", name, stage_keys[STAGE_HOST]);
	assert_int_equal(nacre_client_load_host_keys(s.client, stage_file("tcp", line, strlen(line), 0600)), NACRE_OK);
	assert_int_equal(nacre_client_connect(s.client, "127.0.0.1", &s.options), NACRE_OK);
	assert_int_equal(nacre_client_peer_address(s.client, address, sizeof(address)), NACRE_OK);
	snprintf(expected, sizeof(expected), "127.0.0.1 port %u", s.options.port);
	assert_string_equal(address, expected);
	nacre_client_close(s.client);
	assert_int_equal(nacre_client_peer_address(s.client, address, sizeof(address)), NACRE_E_MISUSE);
	tcp_end(&tcp);
	stage_end(&s);
}

static int
run_program(const char *program, unsigned port, const char *extra, char *out, size_t cap)
{
	char command[2048];
	FILE *f;

	snprintf(
	    command, sizeof(command), "cd '%s' && exec '%s' 127.0.0.1 %u %s 2>&1", stage_dir, program, port, extra);
	f = popen(command, "r");
	assert_non_null(f);
	out[fread(out, 1, cap - 1, f)] = '\0';
	return pclose(f);
}

static void
the_readme_example_works(void **state)
{
	char line[1024], name[64], out[512];
	struct tcp_peer tcp;
	unsigned port = tcp_start(&tcp);

	(void)state;
	snprintf(name, sizeof(name), "[127.0.0.1]:%u", port);
	stage_line(line, sizeof(line), "", name, stage_keys[STAGE_HOST]);
	(void)stage_file("known_hosts", line, strlen(line), 0600);
	(void)stage_key_file("id_ed25519", stage_keys[STAGE_USER]);
	assert_int_equal(run_program(README_PROGRAM, port, "", out, sizeof(out)), 0);
	assert_string_equal(out, "Nacre test peer\n");
	tcp_end(&tcp);

	/* Nobody listens there any more. */
	assert_int_not_equal(run_program(README_PROGRAM, port, "", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "NACRE_E_CONNECT"));
}

static void
the_poll_example_works(void **state)
{
	char extra[256], fingerprint[96], out[512];
	struct tcp_peer tcp;
	unsigned port = tcp_start(&tcp);
	int status;

	(void)state;
	(void)stage_key_file("id_ed25519", stage_keys[STAGE_USER]);
	assert_int_equal(
	    nacre_key_fingerprint(stage_keys[STAGE_HOST], "SHA256", fingerprint, sizeof(fingerprint)), NACRE_OK);
	snprintf(extra, sizeof(extra), "diver id_ed25519 %s 'echo polled'", fingerprint);
	status = run_program(POLL_PROGRAM, port, extra, out, sizeof(out));
	assert_string_equal(out, "polled");
	assert_int_equal(status, 0);
	tcp_end(&tcp);

	port = tcp_start(&tcp);
	snprintf(extra, sizeof(extra), "diver id_ed25519 SHA256:other 'echo polled'");
	status = run_program(POLL_PROGRAM, port, extra, out, sizeof(out));
	assert_int_equal(WEXITSTATUS(status), 255);
	tcp_end(&tcp);
}

static void
the_memory_example_works(void **state)
{
	char out[2048];

	(void)state;
	assert_int_equal(run_program(MEMORY_PROGRAM, 0, "", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "client: authenticated"));
	assert_non_null(strstr(out, "\"pearl\""));
	assert_non_null(strstr(out, "client: the command has ended"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rekey_changes_the_keys_and_the_session_id_stays),
	    cmocka_unit_test(ignore_and_keepalive_reach_the_peer),
	    cmocka_unit_test(global_requests_by_name_bring_their_reply),
	    cmocka_unit_test(channels_of_any_type_can_be_opened),
	    cmocka_unit_test(a_channel_that_the_server_opens_is_refused),
	    cmocka_unit_test(the_end_of_the_peer_is_noticed_without_waiting),
	    cmocka_unit_test(waiting_covers_the_callers_descriptors_too),
	    cmocka_unit_test(the_log_goes_to_the_named_channel),
	    cmocka_unit_test(a_log_callback_may_close_the_client),
	    cmocka_unit_test(a_log_callback_may_close_the_channel_that_is_waited_for),
	    cmocka_unit_test(connecting_by_name_dials_and_tells_the_address),
	    cmocka_unit_test(the_readme_example_works),
	    cmocka_unit_test(the_poll_example_works),
	    cmocka_unit_test(the_memory_example_works),
	};

	return cmocka_run_group_tests_name("client: operations", tests, stage_setup, stage_teardown);
}
