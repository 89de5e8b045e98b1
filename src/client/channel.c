/* channel: a channel of a client's connection. Knows: what the caller may do with one, and when to wait. Must not know:
 * windows, packets.
 * Serves: RFC 4254 5, 6. */
#include "clock.h"
#include "facade.h"

/* A wait on one stream, or a write of n bytes. */
struct channel_wait {
	struct nacre_channel *ch;
	enum nacre_stream stream;
	const uint8_t *p;
	size_t n, done;
	int error;
};

size_t
channel_readable(const struct nacre_channel *ch, enum nacre_stream stream)
{
	size_t n = 0;

	if (ch->client != NULL)
		(void)nacre_conn_channel_peek(ch->client->conn, ch->number, stream, &n);
	return n;
}

int64_t
channel_take(struct nacre_channel *ch, enum nacre_stream stream, void *p, size_t n)
{
	return (int64_t)nacre_conn_channel_read(ch->client->conn, ch->number, stream, p, n);
}

int
channel_enter(struct nacre_channel *ch)
{
	if (ch == NULL)
		return NACRE_E_ARGUMENT;
	if (ch->client == NULL)
		return NACRE_E_CLOSED;
	return client_enter(ch->client);
}

/* With timeout 0 nobody waited: there is nothing now, and no error to tell of. */
static int
channel_overdue_after(struct nacre_channel *ch, int rc, const char *what, int timeout_ms)
{
	if (rc != NACRE_E_TIMEOUT)
		return rc;
	if (timeout_ms == 0)
		return NACRE_E_AGAIN;
	return client_fail(ch->client, rc, "%s: nothing happened within %d ms", what, timeout_ms);
}

static int
channel_overdue(struct nacre_channel *ch, int rc, const char *what)
{
	return channel_overdue_after(ch, rc, what, ch->timeout_ms);
}

/* Will no more bytes come? */
static bool
channel_is_at_end(const struct nacre_channel *ch)
{
	return ch->eof || ch->closed || ch->read_shut;
}

static bool
is_readable(struct nacre_client *c, void *arg)
{
	const struct channel_wait *wait = arg;

	(void)c;
	return channel_readable(wait->ch, wait->stream) > 0 || channel_is_at_end(wait->ch);
}

static int64_t
wait_and_take(struct nacre_channel *ch, enum nacre_stream stream, void *p, size_t n)
{
	struct channel_wait wait = {.ch = ch, .stream = stream};
	struct nacre_client *c = ch->client;
	int64_t taken = 0;
	int rc = client_run_until(c, is_readable, &wait, clock_deadline(ch->timeout_ms));

	if ((rc = channel_overdue(ch, rc, "read")) == NACRE_OK)
		taken = channel_take(ch, stream, p, n);
	rc = client_leave(c, rc);
	return rc == NACRE_OK ? taken : rc;
}

static int64_t
channel_read(struct nacre_channel *ch, enum nacre_stream stream, void *p, size_t n)
{
	int64_t taken;
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	if (p == NULL || n == 0)
		return client_fail(ch->client, NACRE_E_ARGUMENT, "read: no room");
	/* What is here already costs no system call. */
	if ((taken = channel_take(ch, stream, p, n)) > 0)
		return taken;
	return wait_and_take(ch, stream, p, n);
}

int64_t
nacre_channel_read(nacre_channel *ch, void *p, size_t n)
{
	return channel_read(ch, NACRE_STDOUT, p, n);
}

int64_t
nacre_channel_read_stderr(nacre_channel *ch, void *p, size_t n)
{
	return channel_read(ch, NACRE_STDERR, p, n);
}

static bool
is_written(struct nacre_client *c, void *arg)
{
	struct channel_wait *wait = arg;
	int64_t k;

	if (wait->ch->closed)
		wait->error = NACRE_E_CHANNEL_CLOSED;
	if (wait->error != NACRE_OK || c->ended)
		return wait->error != NACRE_OK;
	k = nacre_conn_channel_write(
	    c->conn, wait->ch->number, NACRE_STDOUT, wait->p + wait->done, wait->n - wait->done);
	if (k < 0)
		wait->error = (int)k;
	else
		wait->done += (size_t)k;
	return wait->error != NACRE_OK || wait->done == wait->n;
}

static int
write_all(struct nacre_channel *ch, struct channel_wait *wait)
{
	struct nacre_client *c = ch->client;
	int rc;

	if (ch->eof_sent)
		return client_fail(c, NACRE_E_CHANNEL_CLOSED, "write: after the end of the stream");
	rc = client_run_until(c, is_written, wait, clock_deadline(ch->timeout_ms));
	if (!client_is_cancelled(c))
		client_flush(c);
	if (rc == NACRE_OK && wait->error != NACRE_OK)
		return client_refused(c, wait->error, "write");
	return channel_overdue(ch, rc, "write");
}

int64_t
nacre_channel_write(nacre_channel *ch, const void *p, size_t n)
{
	struct channel_wait wait = {.ch = ch, .p = p, .n = n};
	struct nacre_client *c;
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	c = ch->client;
	if (p == NULL && n > 0)
		return client_fail(c, NACRE_E_ARGUMENT, "write: no bytes");
	rc = client_leave(c, write_all(ch, &wait));
	/* Bytes that were taken are on their way: the failure shows at the next call. */
	return wait.done > 0 || rc == NACRE_OK ? (int64_t)wait.done : rc;
}

int
nacre_channel_send_eof(nacre_channel *ch)
{
	struct nacre_client *c;
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	c = ch->client;
	if (ch->eof_sent || ch->closed)
		return NACRE_OK;
	if ((rc = nacre_conn_channel_eof(c->conn, ch->number)) != NACRE_OK)
		return client_leave(c, client_refused(c, rc, "send EOF"));
	ch->eof_sent = true;
	client_take_events(c); /* what was staged leaves as far as the window allows, EOF behind it */
	if (!client_is_cancelled(c))
		client_flush(c);
	return client_leave(c, NACRE_OK);
}

static bool
is_exited(struct nacre_client *c, void *arg)
{
	const struct nacre_channel *ch = arg;

	(void)c;
	return ch->exit_seen || ch->closed;
}

int
nacre_channel_recv_exit_status(nacre_channel *ch, int timeout_ms, struct nacre_exit *exit)
{
	struct nacre_client *c;
	int rc = channel_enter(ch);

	*exit = (struct nacre_exit){.kind = NACRE_EXIT_NONE};
	if (rc != NACRE_OK)
		return rc;
	c = ch->client;
	rc = client_run_until(c, is_exited, ch, clock_deadline(timeout_ms));
	if (rc == NACRE_OK)
		*exit = ch->exit;
	return client_leave(c, channel_overdue_after(ch, rc, "wait for the exit status", timeout_ms));
}

int
nacre_channel_wait_exit(nacre_channel *ch, struct nacre_exit *exit)
{
	return nacre_channel_recv_exit_status(ch, ch == NULL ? 0 : ch->timeout_ms, exit);
}

static bool
is_replied(struct nacre_client *c, void *arg)
{
	const struct nacre_channel *ch = arg;

	(void)c;
	return ch->replied || ch->closed;
}

int
channel_wait_reply(struct nacre_channel *ch, const char *what, int64_t deadline)
{
	struct nacre_client *c = ch->client;
	int rc = client_run_until(c, is_replied, ch, clock_sooner(clock_deadline(c->channel_timeout_ms), deadline));
	bool replied = ch->replied, ok = ch->reply_ok;

	ch->operation = 0;
	ch->replied = false;
	if (rc == NACRE_E_TIMEOUT)
		return client_fail(
		    c, NACRE_E_TIMEOUT_CHANNEL, "%s: no answer within %d ms", what, c->channel_timeout_ms);
	if (rc != NACRE_OK)
		return rc;
	if (!replied)
		return client_fail(
		    c, NACRE_E_CHANNEL_CLOSED, "%s: the server closed the channel instead of answering", what);
	return ok ? NACRE_OK : client_fail(c, NACRE_E_REQUEST_REFUSED, "%s: the server refused the request", what);
}

int
nacre_channel_request(nacre_channel *ch, const char *name, const void *payload, size_t n, bool want_reply)
{
	struct nacre_client *c;
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	c = ch->client;
	rc = nacre_conn_channel_request(c->conn, ch->number, name, payload, n, want_reply ? &ch->operation : NULL);
	if (rc != NACRE_OK)
		return client_leave(c, client_refused(c, rc, name == NULL ? "request" : name));
	if (want_reply)
		return client_leave(c, channel_wait_reply(ch, name, -1));
	client_flush(c);
	return client_leave(c, NACRE_OK);
}

void
nacre_channel_set_timeout(nacre_channel *ch, int timeout_ms)
{
	if (ch != NULL)
		ch->timeout_ms = timeout_ms < 0 ? -1 : timeout_ms;
}

unsigned
nacre_channel_ready(const nacre_channel *ch)
{
	unsigned ready = 0;
	size_t room = 0;

	if (ch == NULL || ch->client == NULL)
		return NACRE_READY_CLOSED;
	if (channel_is_at_end(ch) || channel_readable(ch, NACRE_STDOUT) > 0)
		ready |= NACRE_READY_STDOUT;
	if (channel_is_at_end(ch) || channel_readable(ch, NACRE_STDERR) > 0)
		ready |= NACRE_READY_STDERR;
	if (!ch->eof_sent && !ch->closed &&
	    nacre_conn_channel_write_space(ch->client->conn, ch->number, NACRE_STDOUT, &room) != NULL && room > 0)
		ready |= NACRE_READY_WRITE;
	if (ch->exit_seen || ch->closed)
		ready |= NACRE_READY_EXIT;
	if (ch->closed || ch->client->ended)
		ready |= NACRE_READY_CLOSED;
	return ready;
}

uint32_t
nacre_channel_number(const nacre_channel *ch)
{
	return ch == NULL ? 0 : ch->number;
}
