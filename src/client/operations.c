/* operations: what a caller may do to the connection itself. Knows: which calls wait for an answer. Must not know:
 * packets. Serves: RFC 4253 9, 11.2, RFC 4254 4. */
#include <stdio.h>
#include "clock.h"
#include "facade.h"

/* The beginning of each call that needs an authenticated connection. */
static int
operation_enter(struct nacre_client *c)
{
	int rc = client_enter(c);

	if (rc != NACRE_OK)
		return rc;
	if (c->conn == NULL)
		return client_fail(c, NACRE_E_MISUSE, "not connected");
	return c->ended ? client_fail_as_conn(c) : NACRE_OK;
}

int
nacre_client_peer_address(nacre_client *c, char *out, size_t cap)
{
	int rc = client_enter(c);

	if (cap > 0)
		out[0] = '\0';
	if (rc != NACRE_OK)
		return rc;
	if (!carrier_is_open(&c->io.carrier))
		return client_fail(c, NACRE_E_MISUSE, "not connected");
	if (c->peer[0] == '\0')
		return client_fail(c, NACRE_E_SYSTEM, "nothing is known of the other end");
	if (cap > 0)
		snprintf(out, cap, "%s", c->peer);
	return NACRE_OK;
}

static unsigned
kex_count(const struct nacre_client *c)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(c->conn, &info);
	return info.kex_count;
}

static bool
is_rekeyed(struct nacre_client *c, void *arg)
{
	return kex_count(c) != *(const unsigned *)arg;
}

int
nacre_client_rekey(nacre_client *c)
{
	unsigned before;
	int rc = operation_enter(c);

	if (rc != NACRE_OK)
		return rc;
	before = kex_count(c);
	if ((rc = nacre_conn_rekey(c->conn)) != NACRE_OK)
		return client_leave(c, client_refused(c, rc, "rekey"));
	/* The core's own deadline ends an exchange that stalls. */
	return client_leave(c, client_run_until(c, is_rekeyed, &before, -1));
}

struct ignore {
	size_t n;
	int rc;
};

static bool
is_ignore_sent(struct nacre_client *c, void *arg)
{
	struct ignore *ignore = arg;

	if (c->ended)
		return false;
	ignore->rc = nacre_conn_send_ignore(c->conn, ignore->n);
	return ignore->rc != NACRE_E_AGAIN;
}

int
nacre_client_send_ignore(nacre_client *c, size_t n)
{
	struct ignore ignore = {.n = n};
	int rc = operation_enter(c);

	if (rc != NACRE_OK)
		return rc;
	rc = client_run_until(c, is_ignore_sent, &ignore, clock_deadline(c->channel_timeout_ms));
	if (rc == NACRE_E_TIMEOUT)
		rc =
		    client_fail(c, NACRE_E_TIMEOUT_CHANNEL, "send IGNORE: no room within %d ms", c->channel_timeout_ms);
	if (rc == NACRE_OK && ignore.rc != NACRE_OK)
		rc = client_refused(c, ignore.rc, "send IGNORE");
	if (rc == NACRE_OK)
		client_flush(c);
	return client_leave(c, rc);
}

static uint64_t
keepalive_replies(const struct nacre_client *c)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(c->conn, &info);
	return info.keepalive_replies;
}

static bool
is_alive(struct nacre_client *c, void *arg)
{
	return keepalive_replies(c) != *(const uint64_t *)arg;
}

int
nacre_client_keepalive(nacre_client *c, int timeout_ms)
{
	uint64_t before;
	int rc = operation_enter(c);

	if (rc != NACRE_OK)
		return rc;
	before = keepalive_replies(c);
	timeout_ms = client_timeout(timeout_ms, c->channel_timeout_ms);
	if ((rc = nacre_conn_keepalive(c->conn)) != NACRE_OK)
		return client_leave(c, client_refused(c, rc, "keepalive"));
	rc = client_run_until(c, is_alive, &before, clock_deadline(timeout_ms));
	if (rc == NACRE_E_TIMEOUT)
		rc = client_fail(c, rc, "keepalive: no sign of life within %d ms", timeout_ms);
	return client_leave(c, rc);
}

static bool
is_global_replied(struct nacre_client *c, void *arg)
{
	(void)arg;
	return c->reply.seen;
}

static int
wait_global_reply(struct nacre_client *c, const char *name, size_t *reply_len)
{
	int rc = client_run_until(c, is_global_replied, NULL, clock_deadline(c->channel_timeout_ms));

	if (rc == NACRE_E_TIMEOUT)
		rc = client_fail(c, NACRE_E_TIMEOUT_CHANNEL, "%s: no answer within %d ms", name, c->channel_timeout_ms);
	else if (rc == NACRE_OK && !c->reply.ok)
		rc = client_fail(c, NACRE_E_REQUEST_REFUSED, "%s: the server refused the request", name);
	*reply_len = rc == NACRE_OK ? c->reply.n : 0;
	c->reply = (struct global_reply){.operation = 0};
	return rc;
}

int
nacre_client_global_request(
    nacre_client *c, const char *name, const void *payload, size_t n, void *reply, size_t *reply_len)
{
	int rc = operation_enter(c);

	if (rc != NACRE_OK)
		return rc;
	if (name == NULL || (payload == NULL && n > 0) || (reply != NULL && reply_len == NULL))
		return client_fail(c, NACRE_E_ARGUMENT, "global request: no name, payload or length");
	if (reply != NULL)
		c->reply = (struct global_reply){.p = reply, .cap = *reply_len};
	rc = nacre_conn_global_request(c->conn, name, payload, n, reply == NULL ? NULL : &c->reply.operation);
	if (rc != NACRE_OK)
		return client_leave(c, client_refused(c, rc, name));
	if (reply != NULL)
		return client_leave(c, wait_global_reply(c, name, reply_len));
	client_flush(c);
	return client_leave(c, NACRE_OK);
}
