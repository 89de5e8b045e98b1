/* pump: one non-blocking turn of a carrier for a connection. Knows: reading, writing, and how both fail.
 * Must not know: events, or who waits.
 * Serves: RFC 4253 4 (a reliable 8-bit clean transport). */
#include <nacre/io.h>
#include "carrier.h"

/* A read of this size was bulk data: while it was handled more has probably come. Below it polling first is cheaper. */
#define PUMP_BULK 32768

struct pump {
	nacre_conn *conn;
	const struct nacre_carrier *carrier;
	unsigned did; /* NACRE_PUMP_* */
	bool broken; /* writing failed */
	bool empty; /* there was nothing to read, or nothing is read any more */
};

/* Everything that is queued leaves in as few calls as the carrier allows: the core keeps it in one piece. */
static void
pump_write(struct pump *pump)
{
	const uint8_t *p;
	size_t n;
	int64_t k;

	while ((p = nacre_conn_output(pump->conn, &n)) != NULL && n > 0) {
		k = pump->carrier->write(pump->carrier->ctx, p, n);
		/* What says that it took nothing, or more than there was, is not believed. */
		if (k <= 0 || (uint64_t)k > n) {
			pump->broken = k != NACRE_E_AGAIN && k != 0;
			return;
		}
		pump->did |= NACRE_PUMP_WROTE;
		(void)nacre_conn_sent(pump->conn, (size_t)k);
		if ((size_t)k < n)
			return; /* a short write: it is full, asking again would only say so */
	}
}

static void
pump_read(struct pump *pump)
{
	uint8_t *p;
	size_t n;
	int64_t k;

	pump->empty = (p = nacre_conn_recv_space(pump->conn, &n)) == NULL || n == 0;
	if (pump->empty)
		return;
	k = pump->carrier->read(pump->carrier->ctx, p, n);
	pump->empty = k == NACRE_E_AGAIN;
	if (pump->empty)
		return;
	if (k <= 0 || (uint64_t)k > n) {
		(void)nacre_conn_received_end(pump->conn, k == 0 ? 0 : NACRE_E_CONNECTION_LOST);
		return;
	}
	(void)nacre_conn_received(pump->conn, (size_t)k); /* a failure is the connection's own: its last event tells */
	/* After a failed write there is no way but on to the end of what the peer said. */
	if ((size_t)k == n || k >= PUMP_BULK || pump->broken)
		pump->did |= NACRE_PUMP_MORE;
}

/* Nothing can be written and nothing is left to read: what is still queued went down with the carrier. */
static void
pump_give_up(struct pump *pump)
{
	size_t n;

	(void)nacre_conn_received_end(pump->conn, NACRE_E_CONNECTION_LOST);
	while (nacre_conn_output(pump->conn, &n) != NULL && n > 0)
		(void)nacre_conn_sent(pump->conn, n);
}

unsigned
nacre_pump_carrier(nacre_conn *conn, const struct nacre_carrier *carrier, bool readable)
{
	struct pump pump = {.conn = conn, .carrier = carrier};

	pump_write(&pump);
	if (readable || pump.broken)
		pump_read(&pump);
	if (pump.broken && pump.empty)
		pump_give_up(&pump);
	return pump.did;
}

unsigned
nacre_pump(nacre_conn *conn, int fd, bool readable)
{
	struct nacre_carrier carrier = socket_carrier(fd);

	return nacre_pump_carrier(conn, &carrier, readable);
}
