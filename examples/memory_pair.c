/* Joins a client and a server in memory: no socket, no file, no thread. Prints what happened on each side.
 * usage: memory_pair */
#include <nacre/nacre.h>
#include <stdio.h>
#include <string.h>

struct side {
	const char *name;
	nacre_conn *conn;
	const nacre_key *user_key;
};

static const char *const event_names[] = {
    [NACRE_EVENT_HOST_KEY] = "the server proved that it holds its host key",
    [NACRE_EVENT_AUTH] = "asked for a credential",
    [NACRE_EVENT_AUTH_REQUEST] = "a user wants to log in",
    [NACRE_EVENT_CHANNEL_OPEN] = "asked to open a channel",
    [NACRE_EVENT_CHANNEL_REQUEST] = "asked to run a command",
    [NACRE_EVENT_KEX_DONE] = "keys are in use",
    [NACRE_EVENT_AUTHENTICATED] = "authenticated",
    [NACRE_EVENT_CHANNEL_OPENED] = "a channel is open",
    [NACRE_EVENT_CHANNEL_REPLY] = "the command was accepted",
    [NACRE_EVENT_CHANNEL_DATA] = "data came",
    [NACRE_EVENT_CHANNEL_EXIT] = "the command has ended",
    [NACRE_EVENT_CHANNEL_CLOSED] = "the channel is closed",
    [NACRE_EVENT_CLOSED] = "the connection is over",
};

static void
serve_command(nacre_conn *conn, const struct nacre_event *ev)
{
	struct nacre_exit zero = {.kind = NACRE_EXIT_STATUS, .status = 0};

	nacre_conn_answer_request(conn, ev->token, true);
	nacre_conn_channel_write(conn, ev->channel, NACRE_STDOUT, "pearl\n", 6);
	nacre_conn_channel_exit(conn, ev->channel, &zero);
	nacre_conn_channel_close(conn, ev->channel);
}

static void
serve(struct side *side, const struct nacre_event *ev)
{
	enum nacre_auth_verdict verdict = NACRE_AUTH_REJECT;

	if (ev->type == NACRE_EVENT_AUTH_REQUEST) {
		/* The core has verified the signature before it asks: what is left is whose key it is. */
		if (ev->key != NULL && nacre_key_equal(ev->key, side->user_key))
			verdict = NACRE_AUTH_ACCEPT;
		nacre_conn_answer_auth_request(side->conn, ev->token, verdict, NULL);
	} else if (ev->type == NACRE_EVENT_CHANNEL_OPEN) {
		nacre_conn_answer_channel_open(side->conn, ev->token, 0, NULL);
	} else if (ev->type == NACRE_EVENT_CHANNEL_REQUEST) {
		serve_command(side->conn, ev);
	}
}

static void
show_data(nacre_conn *conn, const struct nacre_event *ev)
{
	size_t n;
	const uint8_t *p = nacre_conn_channel_peek(conn, ev->channel, ev->stream, &n);

	if (p != NULL)
		printf("        \"%.*s\"\n", (int)n - 1, (const char *)p);
	nacre_conn_channel_consume(conn, ev->channel, ev->stream, n);
}

static void
use(struct side *side, const struct nacre_event *ev)
{
	uint32_t channel;
	uint64_t reply;

	if (ev->type == NACRE_EVENT_HOST_KEY)
		nacre_conn_answer_host_key(side->conn, ev->token, NACRE_OK);
	else if (ev->type == NACRE_EVENT_AUTH)
		nacre_conn_answer_auth_publickey(side->conn, ev->token, "diver", side->user_key, false);
	else if (ev->type == NACRE_EVENT_AUTHENTICATED)
		nacre_conn_channel_open(side->conn, "session", NULL, 0, &channel);
	else if (ev->type == NACRE_EVENT_CHANNEL_OPENED)
		nacre_conn_channel_exec(side->conn, ev->channel, "open shell", 10, &reply);
	else if (ev->type == NACRE_EVENT_CHANNEL_DATA)
		show_data(side->conn, ev);
	else if (ev->type == NACRE_EVENT_CHANNEL_CLOSED)
		nacre_conn_disconnect(side->conn, 11, "done");
}

static bool
take_events(struct side *side, void (*react)(struct side *, const struct nacre_event *))
{
	struct nacre_event ev;
	bool any = false;

	for (; nacre_conn_next_event(side->conn, &ev) == 1; any = true) {
		if (event_names[ev.type] != NULL)
			printf("%s: %s\n", side->name, event_names[ev.type]);
		react(side, &ev);
	}
	return any;
}

/* What a socket would do. */
static bool
move_bytes(nacre_conn *from, nacre_conn *to)
{
	size_t n, room;
	const uint8_t *out = nacre_conn_output(from, &n);
	uint8_t *in = out == NULL ? NULL : nacre_conn_recv_space(to, &room);

	if (in == NULL)
		return false;
	if (n > room)
		n = room;
	memcpy(in, out, n);
	return nacre_conn_sent(from, n) == NACRE_OK && nacre_conn_received(to, n) == NACRE_OK;
}

static int
play(const nacre_key *host_key, const nacre_key *user_key)
{
	struct nacre_conn_options as_client = {.size = sizeof(as_client), .role = NACRE_CLIENT};
	struct nacre_conn_options as_server = {
	    .size = sizeof(as_server), .role = NACRE_SERVER, .host_keys = &host_key, .n_host_keys = 1};
	struct side client = {"client", NULL, user_key}, server = {"server", NULL, user_key};
	bool any = nacre_conn_new(nacre_env_default(), &as_client, &client.conn) == NACRE_OK &&
		   nacre_conn_new(nacre_env_default(), &as_server, &server.conn) == NACRE_OK,
	     made = any;

	while (any) {
		any = take_events(&client, use);
		any |= take_events(&server, serve);
		any |= move_bytes(client.conn, server.conn);
		any |= move_bytes(server.conn, client.conn);
	}
	nacre_conn_free(client.conn);
	nacre_conn_free(server.conn);
	return made ? 0 : 1;
}

int
main(void)
{
	const struct nacre_env *env = nacre_env_default();
	nacre_key *host_key = NULL, *user_key = NULL;
	int failed = 1;

	if (nacre_key_generate(env, "ssh-ed25519", 0, &host_key) == NACRE_OK &&
	    nacre_key_generate(env, "ssh-ed25519", 0, &user_key) == NACRE_OK)
		failed = play(host_key, user_key);
	nacre_key_free(host_key);
	nacre_key_free(user_key);
	return failed;
}
