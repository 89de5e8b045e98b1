/* sender: the bench's own server, which keeps the socket full. Knows: the core and the pump. Must not know: the client.
 * RFC 4254 6.5. usage: sender HOST_KEY; prints "listening on PORT". Serves one connection after the other; whoever
 * comes with a key is let in, which is why it listens on the loopback address only. Commands: "send N" (N bytes),
 * "cat", anything else takes its input and ends with status 0. */
#include <nacre/nacre.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct desk {
	nacre_conn *conn;
	uint64_t left; /* bytes still to send */
	uint32_t channel;
	bool sending, echoing;
};

static void
finish(struct desk *desk)
{
	struct nacre_exit zero = {.kind = NACRE_EXIT_STATUS, .status = 0};

	desk->sending = desk->echoing = false;
	nacre_conn_channel_eof(desk->conn, desk->channel);
	nacre_conn_channel_exit(desk->conn, desk->channel, &zero);
	nacre_conn_channel_close(desk->conn, desk->channel);
}

static void
fill(struct desk *desk)
{
	size_t room;
	uint8_t *p;

	while (desk->sending && desk->left > 0) {
		p = nacre_conn_channel_write_space(desk->conn, desk->channel, NACRE_STDOUT, &room);
		if (p == NULL)
			return;
		if (room > desk->left)
			room = (size_t)desk->left;
		memset(p, 'n', room);
		nacre_conn_channel_commit(desk->conn, desk->channel, NACRE_STDOUT, room);
		desk->left -= room;
	}
	if (desk->sending && nacre_conn_channel_flushed(desk->conn, desk->channel))
		finish(desk);
}

static void
take(struct desk *desk, uint32_t channel)
{
	size_t n;
	const uint8_t *p = nacre_conn_channel_peek(desk->conn, channel, NACRE_STDOUT, &n);

	if (desk->echoing && n > 0)
		n = (size_t)nacre_conn_channel_write(desk->conn, channel, NACRE_STDOUT, p, n);
	nacre_conn_channel_consume(desk->conn, channel, NACRE_STDOUT, n);
}

static void
start(struct desk *desk, const struct nacre_event *event)
{
	struct nacre_request request;
	char command[64] = "";

	if (nacre_request_parse(event, &request) != NACRE_OK || request.value.n >= sizeof(command)) {
		nacre_conn_answer_request(desk->conn, event->token, false);
		return;
	}
	memcpy(command, request.value.p, request.value.n);
	desk->channel = event->channel;
	desk->sending = sscanf(command, "send %lu", &desk->left) == 1;
	desk->echoing = strcmp(command, "cat") == 0;
	nacre_conn_answer_request(desk->conn, event->token, true);
	if (strcmp(command, "true") == 0)
		finish(desk);
}

static void
handle(struct desk *desk, const struct nacre_event *event)
{
	if (event->type == NACRE_EVENT_AUTH_REQUEST)
		nacre_conn_answer_auth_request(
		    desk->conn, event->token, event->key != NULL ? NACRE_AUTH_ACCEPT : NACRE_AUTH_REJECT, NULL);
	else if (event->type == NACRE_EVENT_CHANNEL_OPEN)
		nacre_conn_answer_channel_open(desk->conn, event->token, 0, NULL);
	else if (event->type == NACRE_EVENT_CHANNEL_REQUEST)
		start(desk, event);
	else if (event->type == NACRE_EVENT_GLOBAL_REQUEST && event->token != 0)
		nacre_conn_answer_global(desk->conn, event->token, false, NULL, 0);
	else if (event->type == NACRE_EVENT_CHANNEL_DATA)
		take(desk, event->channel);
	else if (event->type == NACRE_EVENT_CHANNEL_EOF && !desk->sending)
		finish(desk);
}

static void
tell_failure(const nacre_conn *conn)
{
	struct nacre_error error;

	nacre_conn_error(conn, &error);
	if (error.code != NACRE_OK && error.code != NACRE_E_DISCONNECTED && error.code != NACRE_E_CONNECTION_LOST)
		fprintf(stderr, "sender: %s: %s\n", nacre_status_name(error.code), error.message);
}

static void
serve(int fd, const nacre_key *host_key)
{
	struct nacre_conn_options options = {.size = sizeof(options), .role = NACRE_SERVER, .now_ms = nacre_clock_ms()};
	struct pollfd ready = {.fd = fd, .revents = 0};
	struct desk desk = {.conn = NULL};
	struct nacre_event event;
	unsigned pumped;

	options.host_keys = &host_key;
	options.n_host_keys = 1;
	if (nacre_conn_new(nacre_env_default(), &options, &desk.conn) != NACRE_OK)
		exit(1);
	do {
		pumped = nacre_pump(desk.conn, fd, ready.revents != 0);
		while (nacre_conn_next_event(desk.conn, &event) == 1)
			handle(&desk, &event);
		fill(&desk);
		ready.events = nacre_conn_wants(desk.conn) & NACRE_WANT_WRITE ? POLLIN | POLLOUT : POLLIN;
		poll(&ready, 1, pumped != 0 ? 0 : 1000);
		nacre_conn_tick(desk.conn, nacre_clock_ms());
	} while ((nacre_conn_wants(desk.conn) & NACRE_WANT_CLOSED) == 0);
	tell_failure(desk.conn);
	nacre_conn_free(desk.conn);
}

static int
listen_on_loopback(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t n = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, n) != 0 || listen(fd, 64) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &n) != 0)
		exit(1);
	printf("listening on %d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	nacre_key *host_key;
	int listener, fd, on = 1;

	if (argc != 2 || nacre_key_load(NULL, argv[1], NULL, &host_key, NULL, 0) != NACRE_OK)
		return 2;
	listener = listen_on_loopback();
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		serve(fd, host_key);
		close(fd);
	}
	return 1;
}
