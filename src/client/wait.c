/* wait: running the connection until something is true. Knows: turns and deadlines. Must not know: what is waited for.
 * Serves: nothing on the wire. */
#include "clock.h"
#include "facade.h"

void
client_flush(struct nacre_client *c)
{
	if (c->conn != NULL && carrier_is_open(&c->io.carrier))
		blocking_flush(&c->io);
}

static int
turn_failed(struct nacre_client *c, int rc)
{
	(void)nacre_conn_received_end(c->conn, rc);
	client_take_events(c);
	return client_fail_as_conn(c);
}

int
client_run_until(struct nacre_client *c, client_until_fn *done, void *arg, int64_t deadline)
{
	int rc = NACRE_OK;

	/* The events of the last turn are looked at before its deadline counts: an answer that is there wins. */
	for (;;) {
		client_take_events(c);
		if (client_is_cancelled(c))
			return NACRE_E_CANCELLED;
		if (done(c, arg))
			return NACRE_OK;
		if (c->ended)
			return client_fail_as_conn(c);
		if (rc == NACRE_E_TIMEOUT)
			return rc;
		if (rc != NACRE_OK)
			return turn_failed(c, rc);
		rc = blocking_turn(&c->io, deadline, NULL, 0);
	}
}

int
client_turn(struct nacre_client *c, struct pollfd *fds, size_t n, int64_t deadline)
{
	int rc = blocking_turn(&c->io, deadline, fds, n);

	client_take_events(c);
	if (client_is_cancelled(c))
		return NACRE_E_CANCELLED;
	if (c->ended)
		return client_fail_as_conn(c);
	return rc == NACRE_OK || rc == NACRE_E_TIMEOUT ? rc : turn_failed(c, rc);
}

static bool
any_ready(const struct pollfd *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fds[i].revents != 0)
			return true;
	}
	return false;
}

/* News that came during other calls ends the wait at once, but the caller's descriptors are looked at all the same: a
 * busy connection must not starve them. */
static int
wait_for_news(struct nacre_client *c, struct pollfd *fds, size_t n, int64_t deadline)
{
	int rc;

	do {
		rc = client_turn(c, fds, n, c->news ? nacre_clock_ms() : deadline);
		if (rc != NACRE_OK && rc != NACRE_E_TIMEOUT)
			return rc;
	} while (rc == NACRE_OK && !c->news && !any_ready(fds, n));
	if (rc == NACRE_E_TIMEOUT && !c->news && !any_ready(fds, n))
		return client_fail(c, NACRE_E_TIMEOUT, "nothing happened in time");
	c->news = false;
	return NACRE_OK;
}

int
nacre_client_wait(nacre_client *c, struct pollfd *fds, size_t n, int timeout_ms)
{
	int rc = client_enter(c);

	if (rc != NACRE_OK)
		return rc;
	if (n > CARRIER_OTHERS_MAX || (n > 0 && fds == NULL))
		return client_fail(c, NACRE_E_ARGUMENT, "wait: at most %d descriptors", CARRIER_OTHERS_MAX);
	if (c->conn == NULL)
		return client_fail(c, NACRE_E_MISUSE, "wait: not connected");
	if (c->ended)
		return client_fail_as_conn(c);
	return client_leave(c, wait_for_news(c, fds, n, clock_deadline(timeout_ms)));
}

bool
nacre_client_is_active(nacre_client *c)
{
	bool active;

	if (c == NULL || c->conn == NULL)
		return false;
	if (c->in_callback == 0 && !c->ended) {
		/* Looking may end the connection; that is this function's answer, not a failed call. */
		(void)blocking_turn(&c->io, nacre_clock_ms(), NULL, 0);
		client_take_events(c);
	}
	active = c->authenticated && !c->ended && !client_is_cancelled(c);
	return client_leave(c, NACRE_OK) == NACRE_OK && active;
}
