/* over_channel: a channel of one client as the carrier of another's connection. Knows: both clients' turns. Must not
 * know: why the one goes through the other. Serves: RFC 4254 5 (a channel is a stream both ways). */
#include <stdio.h>
#include <string.h>
#include "clock.h"
#include "facade.h"

struct over_channel {
	const struct nacre_env *env;
	struct nacre_client *above; /* whose carrier this is */
	struct nacre_channel *channel;
	struct nacre_client *owned; /* NULL: it is the caller's */
	char name[CLIENT_PEER_MAX];
};

/* The client that must run so that anything moves; NULL where it cannot: it is gone, or in a callback. */
static struct nacre_client *
runner_of(const struct over_channel *over)
{
	struct nacre_client *c = over->channel->client;

	return c == NULL || c->in_callback > 0 ? NULL : c;
}

/* What comes beside the stream is nobody's, and would fill the window (RFC 4254 5.2). */
static void
drop_stderr(struct nacre_client *c, const struct nacre_channel *ch)
{
	size_t n = channel_readable(ch, NACRE_STDERR);

	if (n > 0)
		(void)nacre_conn_channel_consume(c->conn, ch->number, NACRE_STDERR, n);
}

static int64_t
over_read(void *ctx, void *p, size_t n)
{
	struct over_channel *over = ctx;
	struct nacre_channel *ch = over->channel;
	struct nacre_client *c = runner_of(over);
	int64_t k;

	if (c == NULL)
		return NACRE_E_CONNECTION_LOST;
	drop_stderr(c, ch);
	if ((k = channel_take(ch, NACRE_STDOUT, p, n)) > 0)
		return k;
	if (ch->eof || ch->closed)
		return 0;
	return c->ended ? NACRE_E_CONNECTION_LOST : NACRE_E_AGAIN;
}

static int64_t
over_write(void *ctx, const void *p, size_t n)
{
	struct over_channel *over = ctx;
	struct nacre_client *c = runner_of(over);
	int64_t k;

	if (c == NULL || c->ended || over->channel->closed)
		return NACRE_E_CONNECTION_LOST;
	k = nacre_conn_channel_write(c->conn, over->channel->number, NACRE_STDOUT, p, n);
	if (k < 0)
		return NACRE_E_CONNECTION_LOST;
	client_flush(c);
	return k == 0 ? NACRE_E_AGAIN : k;
}

static unsigned
over_ready(const struct over_channel *over, unsigned wants)
{
	static const unsigned reads = NACRE_READY_STDOUT | NACRE_READY_STDERR | NACRE_READY_CLOSED;
	unsigned ready = nacre_channel_ready(over->channel), mask = 0;

	if (ready & reads)
		mask |= NACRE_WANT_READ;
	if (ready & (NACRE_READY_WRITE | NACRE_READY_CLOSED))
		mask |= NACRE_WANT_WRITE;
	return mask & wants;
}

/* One turn of the client below, which waits in its turn for what carries it: at the bottom there is one poll for
 * all. */
static int
over_wait(void *ctx, unsigned wants, struct pollfd *fds, size_t n, int timeout_ms)
{
	struct over_channel *over = ctx;
	struct nacre_client *c = runner_of(over);
	bool ready;
	int rc;

	for (size_t i = 0; i < n; i++)
		fds[i].revents = 0;
	if (c == NULL || c->ended)
		return (int)(wants | NACRE_WANT_READ);
	ready = over_ready(over, wants) != 0;
	/* A callback of the client below may end the one above, whose turn this is: it waits until then. */
	over->above->in_callback++;
	rc = client_turn(c, fds, n, ready ? nacre_clock_ms() : clock_deadline(timeout_ms));
	over->above->in_callback--;
	if (over->owned == NULL && client_is_cancelled(c))
		(void)client_leave(c, NACRE_E_CANCELLED);
	/* Where it failed reading tells of it. */
	if (rc != NACRE_OK && rc != NACRE_E_TIMEOUT)
		return (int)(wants | NACRE_WANT_READ);
	return (int)over_ready(over, wants);
}

static void
over_close(void *ctx)
{
	struct over_channel *over = ctx;

	nacre_channel_close(over->channel);
	nacre_client_free(over->owned);
	mem_free(over->env, over, sizeof(*over));
}

static int
over_why(void *ctx, char *out, size_t cap)
{
	const struct over_channel *over = ctx;
	const struct nacre_client *c = over->channel->client;
	struct nacre_error error = {.code = 0};

	if (c != NULL && c->ended && c->way_problem.code != 0)
		failure_view(&c->way_problem, &error);
	else if (c != NULL && c->ended)
		nacre_conn_error(c->conn, &error);
	if (error.code == 0) {
		snprintf(out, cap, "%s: %s", over->name,
		    c == NULL ? "the client in between was closed" : "the host in between ended the channel");
		return NACRE_E_CONNECTION_LOST;
	}
	snprintf(out, cap, "%s port %u, in between: %s", c->host, c->port, error.message);
	return error.code;
}

static void
over_drop(struct nacre_channel *channel, struct nacre_client *owned)
{
	nacre_channel_close(channel);
	nacre_client_free(owned);
}

int
over_channel(struct nacre_client *above, struct nacre_channel *channel, struct nacre_client *owned, const char *name,
    struct nacre_carrier *out)
{
	struct over_channel *over = mem_new(channel->env, sizeof(*over));

	if (over == NULL) {
		over_drop(channel, owned);
		return NACRE_E_NOMEM;
	}
	*over = (struct over_channel){.env = channel->env, .above = above, .channel = channel, .owned = owned};
	snprintf(over->name, sizeof(over->name), "%s", name);
	*out = (struct nacre_carrier){
	    .size = sizeof(*out),
	    .ctx = over,
	    .read = over_read,
	    .write = over_write,
	    .wait = over_wait,
	    .fd = channel->client == NULL ? -1 : nacre_client_fd(channel->client),
	    .close = over_close,
	    .why = over_why,
	    .name = over->name,
	};
	return NACRE_OK;
}
