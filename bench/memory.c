/* memory: what a connection holds while idle, and whether it allocates while busy. Knows: the core, an allocator that
 * counts. Must not know: sockets. Prints "idle BYTES", "busy ALLOCATIONS PACKETS". usage: memory */
#include <nacre/nacre.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_BYTES (16u << 20)
#define WARM_BYTES (2u << 20)

struct count {
	size_t held, allocations;
};

struct side {
	nacre_conn *conn;
	struct count count;
	struct nacre_env env;
	uint64_t sent, got;
	uint32_t channel;
	bool open;
};

static const nacre_key *user_key;

static void *
counted_alloc(void *ctx, size_t n)
{
	struct count *count = ctx;

	count->held += n;
	count->allocations++;
	return malloc(n);
}

static void
counted_free(void *ctx, void *p, size_t n)
{
	struct count *count = ctx;

	count->held -= n;
	free(p);
}

static void
answer(struct side *side, const struct nacre_event *event)
{
	nacre_conn *conn = side->conn;

	if (event->type == NACRE_EVENT_HOST_KEY)
		nacre_conn_answer_host_key(conn, event->token, NACRE_OK);
	else if (event->type == NACRE_EVENT_AUTH)
		nacre_conn_answer_auth_publickey(conn, event->token, "bench", user_key, false);
	else if (event->type == NACRE_EVENT_AUTH_REQUEST)
		nacre_conn_answer_auth_request(conn, event->token, NACRE_AUTH_ACCEPT, NULL);
	else if (event->type == NACRE_EVENT_CHANNEL_OPEN)
		nacre_conn_answer_channel_open(conn, event->token, 0, NULL);
}

static void
handle(struct side *side, const struct nacre_event *event)
{
	size_t n;

	answer(side, event);
	if (event->type == NACRE_EVENT_CHANNEL_OPEN || event->type == NACRE_EVENT_CHANNEL_OPENED) {
		side->channel = event->channel;
		side->open = true;
	}
	if (event->type != NACRE_EVENT_CHANNEL_DATA)
		return;
	nacre_conn_channel_peek(side->conn, event->channel, event->stream, &n);
	nacre_conn_channel_consume(side->conn, event->channel, event->stream, n);
	side->got += n;
}

static bool
take_events(struct side *side)
{
	struct nacre_event event;
	bool any = false;

	for (; nacre_conn_next_event(side->conn, &event) == 1; any = true)
		handle(side, &event);
	return any;
}

static bool
move_bytes(struct side *from, struct side *to)
{
	size_t n, room;
	const uint8_t *out = nacre_conn_output(from->conn, &n);
	uint8_t *in = out == NULL ? NULL : nacre_conn_recv_space(to->conn, &room);

	if (in == NULL)
		return false;
	if (n > room)
		n = room;
	memcpy(in, out, n);
	return nacre_conn_sent(from->conn, n) == NACRE_OK && nacre_conn_received(to->conn, n) == NACRE_OK;
}

static void
settle(struct side *a, struct side *b)
{
	bool any = true;

	while (any) {
		any = take_events(a);
		any |= take_events(b);
		any |= move_bytes(a, b);
		any |= move_bytes(b, a);
	}
}

static void
send_bytes(struct side *from, struct side *to, uint64_t until)
{
	size_t room;
	uint8_t *p;

	while (from->sent < until) {
		p = nacre_conn_channel_write_space(from->conn, from->channel, NACRE_STDOUT, &room);
		if (p != NULL) {
			if (room > until - from->sent)
				room = (size_t)(until - from->sent);
			memset(p, 'n', room);
			nacre_conn_channel_commit(from->conn, from->channel, NACRE_STDOUT, room);
			from->sent += room;
		}
		settle(from, to);
	}
}

static int
open_side(struct side *side, enum nacre_role role, const nacre_key *const *host_key)
{
	struct nacre_conn_options options = {.size = sizeof(options), .role = role, .host_keys = host_key};

	options.n_host_keys = host_key == NULL ? 0 : 1;
	side->env = *nacre_env_default();
	side->env.ctx = &side->count;
	side->env.alloc = counted_alloc;
	side->env.free = counted_free;
	return nacre_conn_new(&side->env, &options, &side->conn);
}

/* The time that gives idle buffers back passes in a few large steps, short of a keepalive or a rekey by time. */
static void
idle(struct side *a, struct side *b)
{
	for (int64_t now = 10000; now <= 600000; now += 10000) {
		nacre_conn_tick(a->conn, now);
		nacre_conn_tick(b->conn, now);
		settle(a, b);
	}
}

static void
busy(struct side *from, struct side *to, const char *name)
{
	struct nacre_conn_info before, after;
	size_t allocations;

	send_bytes(from, to, from->sent + WARM_BYTES);
	nacre_conn_get_info(from->conn, &before);
	allocations = from->count.allocations + to->count.allocations;
	send_bytes(from, to, from->sent + BUSY_BYTES);
	nacre_conn_get_info(from->conn, &after);
	printf("%s %zu %llu\n", name, from->count.allocations + to->count.allocations - allocations,
	    (unsigned long long)(after.packets_out - before.packets_out));
}

static int
measure(const nacre_key *host_key)
{
	struct side client = {.conn = NULL}, server = {.conn = NULL};

	if (open_side(&client, NACRE_CLIENT, NULL) != 0 || open_side(&server, NACRE_SERVER, &host_key) != 0)
		return 1;
	settle(&client, &server);
	idle(&client, &server);
	printf("idle %zu\n", client.count.held);
	if (nacre_conn_channel_open(client.conn, "session", NULL, 0, &client.channel) != 0)
		return 1;
	settle(&client, &server);
	busy(&server, &client, "download");
	busy(&client, &server, "upload");
	idle(&client, &server);
	printf("idle-again %zu\n", client.count.held);
	nacre_conn_free(client.conn);
	nacre_conn_free(server.conn);
	return client.open && server.got == BUSY_BYTES + WARM_BYTES ? 0 : 1;
}

int
main(void)
{
	const struct nacre_env *env = nacre_env_default();
	nacre_key *host_key = NULL, *key = NULL;
	int failed = 1;

	if (nacre_key_generate(env, "ssh-ed25519", 0, &host_key) == 0 &&
	    nacre_key_generate(env, "ssh-ed25519", 0, &key) == 0) {
		user_key = key;
		failed = measure(host_key);
	}
	nacre_key_free(host_key);
	nacre_key_free(key);
	return failed;
}
