/* peer: see peer.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "peer.h"

static void
note(char *log, size_t cap, struct nacre_bytes name, const char *suffix)
{
	size_t n = strlen(log);

	snprintf(log + n, cap - n, "%s%.*s%s", n == 0 ? "" : " ", (int)name.n, (const char *)name.p, suffix);
}

static bool
is(struct nacre_bytes bytes, const char *text)
{
	return bytes.n == strlen(text) && memcmp(bytes.p, text, bytes.n) == 0;
}

static bool
starts(const char *command, const char *word)
{
	return strncmp(command, word, strlen(word)) == 0;
}

static bool
falls_silent(struct peer *peer, enum peer_stall stall)
{
	peer->silent |= peer->script.stall == stall;
	return peer->silent;
}

static struct peer_channel *
find(struct peer *peer, uint32_t number)
{
	for (size_t i = 0; i < PEER_CHANNELS; i++) {
		if (peer->channels[i].used && peer->channels[i].number == number)
			return &peer->channels[i];
	}
	return NULL;
}

static void
say(struct peer *peer, const struct peer_channel *ch, enum nacre_stream stream, const char *text)
{
	(void)nacre_conn_channel_write(peer->conn, ch->number, stream, text, strlen(text));
}

static void
end(struct peer *peer, struct peer_channel *ch, enum nacre_exit_kind kind, uint32_t status)
{
	struct nacre_exit how = {
	    .kind = kind, .status = status, .core_dumped = true, .signal = "TERM", .message = "stopped"};

	if (kind != NACRE_EXIT_NONE)
		(void)nacre_conn_channel_exit(peer->conn, ch->number, &how);
	(void)nacre_conn_channel_eof(peer->conn, ch->number);
	(void)nacre_conn_channel_close(peer->conn, ch->number);
	ch->used = false;
}

static void
echo_input(struct peer *peer, struct peer_channel *ch)
{
	const uint8_t *p;
	size_t n;
	int64_t k;

	while ((p = nacre_conn_channel_peek(peer->conn, ch->number, NACRE_STDOUT, &n)) != NULL && n > 0) {
		k = nacre_conn_channel_write(peer->conn, ch->number, NACRE_STDOUT, p, n);
		if (k <= 0)
			return;
		(void)nacre_conn_channel_consume(peer->conn, ch->number, NACRE_STDOUT, (size_t)k);
	}
	if (ch->eof)
		end(peer, ch, NACRE_EXIT_STATUS, 0);
}

static void
fill(struct peer *peer, struct peer_channel *ch)
{
	static const char block[4096] = {'n', 'a', 'c', 'r', 'e'};
	int64_t k;

	for (int s = 0; s < 2; s++) {
		while (ch->left[s] > 0) {
			k = nacre_conn_channel_write(peer->conn, ch->number, s == 0 ? NACRE_STDOUT : NACRE_STDERR,
			    block, ch->left[s] < sizeof(block) ? ch->left[s] : sizeof(block));
			if (k <= 0)
				return;
			ch->left[s] -= (size_t)k;
		}
	}
	end(peer, ch, NACRE_EXIT_STATUS, 0);
}

/* Commands that go on after they were started. */
static void
go_on(struct peer *peer, struct peer_channel *ch)
{
	if (ch->joined && !peer_move(peer, ch))
		end(peer, ch, NACRE_EXIT_NONE, 0);
	else if (starts(ch->command, "cat"))
		echo_input(peer, ch);
	else if (starts(ch->command, "both") || starts(ch->command, "endless"))
		fill(peer, ch);
}

static void
start(struct peer *peer, struct peer_channel *ch)
{
	const char *command = ch->command;
	uint32_t number;

	ch->running = true;
	if (starts(command, "echo ")) {
		say(peer, ch, NACRE_STDOUT, command + 5);
		end(peer, ch, NACRE_EXIT_STATUS, 0);
	} else if (starts(command, "uname")) {
		say(peer, ch, NACRE_STDOUT, "Nacre test peer\n");
		end(peer, ch, NACRE_EXIT_STATUS, 0);
	} else if (starts(command, "env")) {
		say(peer, ch, NACRE_STDOUT, peer->env);
		end(peer, ch, NACRE_EXIT_STATUS, 0);
	} else if (starts(command, "stderr ")) {
		say(peer, ch, NACRE_STDERR, command + 7);
		end(peer, ch, NACRE_EXIT_STATUS, 1);
	} else if (starts(command, "mixed")) {
		say(peer, ch, NACRE_STDOUT, "one ");
		say(peer, ch, NACRE_STDERR, "two ");
		say(peer, ch, NACRE_STDOUT, "three ");
		say(peer, ch, NACRE_STDERR, "four");
		end(peer, ch, NACRE_EXIT_STATUS, 0);
	} else if (starts(command, "flow ")) {
		(void)nacre_conn_channel_xon_xoff(peer->conn, ch->number, command[5] == '1');
		end(peer, ch, NACRE_EXIT_STATUS, 0);
	} else if (starts(command, "exit ")) {
		end(peer, ch, NACRE_EXIT_STATUS, (uint32_t)atoi(command + 5));
	} else if (starts(command, "signal")) {
		end(peer, ch, NACRE_EXIT_SIGNAL, 0);
	} else if (starts(command, "quiet")) {
		end(peer, ch, NACRE_EXIT_NONE, 0);
	} else if (starts(command, "both ")) {
		ch->left[0] = ch->left[1] = (size_t)atol(command + 5);
	} else if (starts(command, "endless")) {
		ch->left[0] = SIZE_MAX;
	} else if (starts(command, "deaf")) {
		peer->silent = peer->deaf = true;
	} else if (starts(command, "silence")) {
		peer->silent = true;
	} else if (starts(command, "vanish")) {
		peer->vanish = true;
	} else if (starts(command, "disconnect")) {
		(void)nacre_conn_disconnect(peer->conn, 12, "too many\x1b[31m connections");
	} else if (starts(command, "open")) {
		(void)nacre_conn_channel_open(peer->conn, "forwarded-tcpip", NULL, 0, &number);
	}
}

static void
note_line(struct peer *peer, const char *line)
{
	size_t n = strlen(peer->terminal);

	snprintf(peer->terminal + n, sizeof(peer->terminal) - n, "%s%s", line, strlen(line) > 0 ? "\n" : "");
}

static void
note_terminal(struct peer *peer, const struct nacre_request *r)
{
	char line[128] = "";

	if (r->kind == NACRE_REQUEST_PTY)
		snprintf(line, sizeof(line), "%.*s %ux%u %ux%u %zu", (int)r->name.n, (const char *)r->name.p,
		    r->columns, r->rows, r->width_px, r->height_px, r->value.n);
	if (r->kind == NACRE_REQUEST_WINDOW_CHANGE)
		snprintf(line, sizeof(line), "%ux%u %ux%u", r->columns, r->rows, r->width_px, r->height_px);
	if (r->kind == NACRE_REQUEST_SIGNAL)
		snprintf(line, sizeof(line), "signal %.*s", (int)r->name.n, (const char *)r->name.p);
	if (r->kind == NACRE_REQUEST_BREAK)
		snprintf(line, sizeof(line), "break %u", r->length_ms);
	note_line(peer, line);
}

/* A shell here is what copies its input. */
static bool
is_start(const struct nacre_request *r)
{
	return r->kind == NACRE_REQUEST_EXEC || r->kind == NACRE_REQUEST_SHELL || r->kind == NACRE_REQUEST_SUBSYSTEM;
}

static void
keep_command(struct peer_channel *ch, const struct nacre_request *r)
{
	if (r->kind == NACRE_REQUEST_EXEC)
		snprintf(ch->command, sizeof(ch->command), "%.*s", (int)r->value.n, (const char *)r->value.p);
	else
		snprintf(ch->command, sizeof(ch->command), "cat");
}

static void
on_request(struct peer *peer, const struct nacre_event *ev)
{
	struct peer_channel *ch = find(peer, ev->channel);
	struct nacre_request request;
	bool refused = false;

	note(peer->requests, sizeof(peer->requests), ev->name, "");
	if (ch == NULL || nacre_request_parse(ev, &request) != NACRE_OK)
		return;
	note_terminal(peer, &request);
	if (request.kind == NACRE_REQUEST_ENV)
		refused = peer->script.refuse_env != NULL && is(request.name, peer->script.refuse_env);
	if (request.kind == NACRE_REQUEST_ENV && !refused)
		snprintf(peer->env + strlen(peer->env), sizeof(peer->env) - strlen(peer->env), "%.*s=%.*s\n",
		    (int)request.name.n, (const char *)request.name.p, (int)request.value.n,
		    (const char *)request.value.p);
	if (request.kind == NACRE_REQUEST_PTY)
		refused = peer->script.refuse_pty;
	if (request.kind == NACRE_REQUEST_EXEC)
		refused = peer->script.refuse_exec;
	if (request.kind == NACRE_REQUEST_SHELL)
		refused = peer->script.refuse_shell;
	if (request.kind == NACRE_REQUEST_BREAK)
		refused = request.length_ms > 3000;
	if (request.kind == NACRE_REQUEST_OTHER)
		refused = !is(ev->name, "known@test");
	if (request.kind == NACRE_REQUEST_EXEC && falls_silent(peer, STALL_EXEC))
		return;
	if (ev->token != 0)
		(void)nacre_conn_answer_request(peer->conn, ev->token, !refused);
	if (!is_start(&request) || refused)
		return;
	keep_command(ch, &request);
	start(peer, ch);
}

static void
on_open(struct peer *peer, const struct nacre_event *ev)
{
	bool direct = is(ev->name, "direct-tcpip"), refused = direct && peer->script.behind == NULL;

	if (falls_silent(peer, STALL_OPEN))
		return;

	if (direct)
		note(peer->requests, sizeof(peer->requests), ev->name, "");
	for (size_t i = 0; i < PEER_CHANNELS && peer->script.refuse_open == 0 && !refused; i++) {
		if (peer->channels[i].used)
			continue;
		peer->channels[i] =
		    (struct peer_channel){.used = true, .number = ev->channel, .joined = direct, .running = direct};
		(void)nacre_conn_answer_channel_open(peer->conn, ev->token, 0, NULL);
		return;
	}
	(void)nacre_conn_answer_channel_open(
	    peer->conn, ev->token, peer->script.refuse_open == 0 ? 4 : peer->script.refuse_open, "no\x07 room");
}

static void
on_global(struct peer *peer, const struct nacre_event *ev)
{
	note(peer->requests, sizeof(peer->requests), ev->name, "");
	if (ev->token == 0 || falls_silent(peer, STALL_GLOBAL))
		return;
	if (is(ev->name, "port@test"))
		(void)nacre_conn_answer_global(peer->conn, ev->token, true, ev->data.p, ev->data.n);
	else
		(void)nacre_conn_answer_global(peer->conn, ev->token, false, NULL, 0);
}

static void
on_refused(struct peer *peer)
{
	peer->channel_was_refused = true;
	for (size_t i = 0; i < PEER_CHANNELS; i++) {
		if (peer->channels[i].used && starts(peer->channels[i].command, "open"))
			end(peer, &peer->channels[i], NACRE_EXIT_STATUS, 0);
	}
}

static void
on_channel_end(struct peer *peer, const struct nacre_event *ev)
{
	struct peer_channel *ch = find(peer, ev->channel);

	if (ch == NULL)
		return;
	if (ev->type == NACRE_EVENT_CHANNEL_EOF) {
		ch->eof = true;
		return;
	}
	(void)nacre_conn_channel_close(peer->conn, ch->number);
	ch->used = false;
}

static void
handle(struct peer *peer, const struct nacre_event *ev)
{
	if (peer->script.hook != NULL && peer->script.hook(peer, ev))
		return;
	switch (ev->type) {
	case NACRE_EVENT_AUTH_REQUEST:
		note(peer->auth, sizeof(peer->auth), ev->method, ev->probe ? "?" : ev->change ? "!" : "");
		if (!falls_silent(peer, STALL_AUTH))
			peer_on_auth(peer, ev);
		break;
	case NACRE_EVENT_CHANNEL_OPEN:
		on_open(peer, ev);
		break;
	case NACRE_EVENT_CHANNEL_REQUEST:
		on_request(peer, ev);
		break;
	case NACRE_EVENT_GLOBAL_REQUEST:
		on_global(peer, ev);
		break;
	case NACRE_EVENT_CHANNEL_REFUSED:
		on_refused(peer);
		break;
	case NACRE_EVENT_CHANNEL_EOF:
	case NACRE_EVENT_CHANNEL_CLOSED:
		on_channel_end(peer, ev);
		break;
	default:
		break;
	}
}

static bool
take_events(struct peer *peer)
{
	struct nacre_event ev;
	bool any = false;

	for (; !peer->silent && nacre_conn_next_event(peer->conn, &ev) == 1; any = true)
		handle(peer, &ev);
	return any;
}

static void
turn(struct peer *peer)
{
	struct pollfd ready[2] = {{.fd = peer->fd, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
	unsigned did;

	while (take_events(peer))
		;
	for (size_t i = 0; i < PEER_CHANNELS; i++) {
		if (peer->channels[i].used && peer->channels[i].running)
			go_on(peer, &peer->channels[i]);
		if (peer->channels[i].used && peer->channels[i].joined)
			ready[1].fd = *peer->script.behind;
	}
	did = nacre_pump(peer->conn, peer->fd, false);
	peer->answered |= (did & NACRE_PUMP_WROTE) != 0;
	if (did != 0 || (nacre_conn_wants(peer->conn) & NACRE_WANT_CLOSED))
		return;
	if (nacre_conn_wants(peer->conn) & NACRE_WANT_WRITE)
		ready[0].events |= POLLOUT;
	(void)poll(ready, 2, -1);
	if ((ready[0].revents & (POLLIN | POLLHUP | POLLERR)) == 0)
		return;
	peer->flights += peer->answered;
	peer->answered = false;
	(void)nacre_pump(peer->conn, peer->fd, true);
}

/* Takes what comes and says nothing, until the client has had enough. */
static void
be_silent(int fd)
{
	char sink[4096];
	ssize_t k;

	do
		k = read(fd, sink, sizeof(sink));
	while (k > 0 || (k < 0 && errno == EINTR));
}

/* Takes nothing any more: what is sent to it stays in the socket. */
static void
be_deaf(int fd)
{
	struct pollfd hung_up = {.fd = fd, .events = 0};

	while (poll(&hung_up, 1, -1) < 0 && errno == EINTR)
		;
}

static void
serve(struct peer *peer)
{
	const nacre_key *host_keys[PEER_HOST_KEYS] = {peer->script.host_key};
	struct nacre_conn_options options = {
	    .size = sizeof(options),
	    .role = NACRE_SERVER,
	    .now_ms = nacre_clock_ms(),
	    .host_keys = host_keys,
	    .n_host_keys = 1 + peer->script.n_more_host_keys,
	    .announce_host_keys = peer->script.n_more_host_keys > 0,
	    .auth_banner = peer->script.banner,
	    .auth_methods = peer->script.methods,
	    .auth_tries_max = 20,
	    .ciphers = peer->script.ciphers,
	};
	struct nacre_error error;

	for (size_t i = 0; i < peer->script.n_more_host_keys; i++)
		host_keys[1 + i] = peer->script.more_host_keys[i];
	if ((peer->error = nacre_conn_new(nacre_env_default(), &options, &peer->conn)) != NACRE_OK)
		return;
	while (!peer->vanish && !peer->silent && !(nacre_conn_wants(peer->conn) & NACRE_WANT_CLOSED))
		turn(peer);
	if (peer->silent) {
		(void)nacre_pump(peer->conn, peer->fd, false); /* what was answered before */
		if (peer->deaf)
			be_deaf(peer->fd);
		else
			be_silent(peer->fd);
	}
	if (peer->script.behind != NULL)
		(void)close(*peer->script.behind);
	nacre_conn_error(peer->conn, &error);
	peer->error = error.code;
	nacre_conn_free(peer->conn);
	peer->conn = NULL;
}

static void *
run(void *arg)
{
	struct peer *peer = arg;
	static const char ident[] = "SSH-2.0-silent\r\n";

	if (peer->script.stall == STALL_KEX)
		(void)!write(peer->fd, ident, sizeof(ident) - 1);
	if (peer->script.stall == STALL_IDENT || peer->script.stall == STALL_KEX)
		be_silent(peer->fd);
	else
		serve(peer);
	(void)close(peer->fd);
	return NULL;
}

void
peer_start_on(struct peer *peer, const struct peer_script *script, int fd)
{
	*peer = (struct peer){.script = *script, .fd = fd, .client_fd = -1};
	if (pthread_create(&peer->thread, NULL, run, peer) != 0)
		abort();
}

int
peer_silent_listener(unsigned *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, 0) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		abort();
	*port = ntohs(at.sin_port);
	return fd;
}

void
peer_start(struct peer *peer, const struct peer_script *script)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		abort();
	*peer = (struct peer){.script = *script, .fd = ends[0], .client_fd = ends[1]};
	if (pthread_create(&peer->thread, NULL, run, peer) != 0)
		abort();
}

void
peer_join(struct peer *peer)
{
	if (!peer->joined)
		(void)pthread_join(peer->thread, NULL);
	peer->joined = true;
}
