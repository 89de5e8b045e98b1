/* session: what a session's channel can do besides reading and writing. Knows: requests without an answer, and what was
 * heard. Must not know: how one is set up (session_life.c), packets. RFC 4254 5.3, 6.7-6.10, RFC 4335. */
#include "facade.h"

/* The end of a call that only sends. */
static int
session_sent(struct nacre_channel *ch, int rc, const char *what)
{
	if (rc != NACRE_OK)
		return client_leave(ch->client, client_refused(ch->client, rc, what));
	client_flush(ch->client);
	return client_leave(ch->client, NACRE_OK);
}

int
nacre_channel_resize_pty(nacre_channel *ch, uint32_t columns, uint32_t rows, uint32_t width_px, uint32_t height_px)
{
	struct nacre_pty pty = {
	    .size = sizeof(pty), .columns = columns, .rows = rows, .width_px = width_px, .height_px = height_px};
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	return session_sent(ch, nacre_conn_channel_window_change(ch->client->conn, ch->number, &pty), "window-change");
}

int
nacre_channel_send_break(nacre_channel *ch, uint32_t length_ms)
{
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	rc = nacre_conn_channel_break(ch->client->conn, ch->number, length_ms, &ch->operation);
	if (rc != NACRE_OK)
		return client_leave(ch->client, client_refused(ch->client, rc, "break"));
	return client_leave(ch->client, channel_wait_reply(ch, "break", -1));
}

int
nacre_channel_send_signal(nacre_channel *ch, const char *name)
{
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	return session_sent(ch, nacre_conn_channel_signal(ch->client->conn, ch->number, name), "signal");
}

int
nacre_channel_flow_control(const nacre_channel *ch)
{
	static const int said[] = {[FLOW_UNSAID] = -1, [FLOW_SERVER] = 0, [FLOW_CLIENT] = 1};

	return ch == NULL ? -1 : said[ch->flow];
}

bool
nacre_channel_exit_status_ready(const nacre_channel *ch)
{
	return (nacre_channel_ready(ch) & (NACRE_READY_EXIT | NACRE_READY_CLOSED)) != 0;
}

int
nacre_channel_set_combine_stderr(nacre_channel *ch, bool on)
{
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	rc = nacre_conn_channel_combine(ch->client->conn, ch->number, on);
	return client_leave(ch->client, rc == NACRE_OK ? rc : client_refused(ch->client, rc, "combine stderr"));
}

bool
nacre_channel_recv_ready(const nacre_channel *ch)
{
	return ch != NULL && channel_readable(ch, NACRE_STDOUT) > 0;
}

bool
nacre_channel_recv_stderr_ready(const nacre_channel *ch)
{
	return ch != NULL && channel_readable(ch, NACRE_STDERR) > 0;
}

bool
nacre_channel_send_ready(const nacre_channel *ch)
{
	return (nacre_channel_ready(ch) & NACRE_READY_WRITE) != 0;
}

bool
nacre_channel_is_closed(const nacre_channel *ch)
{
	return (nacre_channel_ready(ch) & NACRE_READY_CLOSED) != 0;
}

bool
nacre_channel_eof_received(const nacre_channel *ch)
{
	return ch == NULL || ch->eof || ch->closed;
}

int
nacre_channel_shutdown_read(nacre_channel *ch)
{
	int rc = channel_enter(ch);

	if (rc != NACRE_OK)
		return rc;
	if ((rc = nacre_conn_channel_shutdown_read(ch->client->conn, ch->number)) == NACRE_OK)
		ch->read_shut = true;
	return session_sent(ch, rc, "shutdown read");
}

int
nacre_channel_shutdown_write(nacre_channel *ch)
{
	return nacre_channel_send_eof(ch);
}
