/* pump: one non-blocking turn of a socket for a connection. Knows: send, recv and their errors.
 * Must not know: events, or who waits.
 * Serves: RFC 4253 4 (a reliable 8-bit clean transport). */
#include <errno.h>
#include <sys/socket.h>
#include <nacre/io.h>

/* A read of this size was bulk data: while it was handled more has probably come. Below it polling first is cheaper. */
#define PUMP_BULK 32768

struct pump {
	nacre_conn *conn;
	int fd;
	unsigned did; /* NACRE_PUMP_* */
	bool broken; /* writing failed */
	bool empty; /* there was nothing to read, or nothing is read any more */
};

static bool
pump_is_full(int error)
{
	/* ENOBUFS and ENOMEM: the kernel is short of buffers now; poll says when there is room again. */
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ENOMEM;
}

/* Everything that is queued leaves in as few calls as the socket allows: the core keeps it in one piece. */
static void
pump_write(struct pump *pump)
{
	const uint8_t *p;
	size_t n;
	ssize_t k;

	while ((p = nacre_conn_output(pump->conn, &n)) != NULL && n > 0) {
		k = send(pump->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0) {
			pump->broken = !pump_is_full(errno);
			return;
		}
		pump->did |= NACRE_PUMP_WROTE;
		(void)nacre_conn_sent(pump->conn, (size_t)k);
		if ((size_t)k < n)
			return; /* a short write: the socket is full, asking again would only say so */
	}
}

static void
pump_read(struct pump *pump)
{
	uint8_t *p;
	size_t n;
	ssize_t k;

	pump->empty = (p = nacre_conn_recv_space(pump->conn, &n)) == NULL || n == 0;
	if (pump->empty)
		return;
	do
		k = recv(pump->fd, p, n, MSG_DONTWAIT);
	while (k < 0 && errno == EINTR);

	pump->empty = k < 0 && pump_is_full(errno);
	if (pump->empty)
		return;
	if (k <= 0) {
		(void)nacre_conn_received_end(pump->conn, k == 0 ? 0 : NACRE_E_CONNECTION_LOST);
		return;
	}
	(void)nacre_conn_received(pump->conn, (size_t)k); /* a failure is the connection's own: its last event tells */
	/* After a failed write there is no way but on to the end of what the peer said. */
	if ((size_t)k == n || k >= PUMP_BULK || pump->broken)
		pump->did |= NACRE_PUMP_MORE;
}

/* Nothing can be written and nothing is left to read: what is still queued went down with the socket. */
static void
pump_give_up(struct pump *pump)
{
	size_t n;

	(void)nacre_conn_received_end(pump->conn, NACRE_E_CONNECTION_LOST);
	while (nacre_conn_output(pump->conn, &n) != NULL && n > 0)
		(void)nacre_conn_sent(pump->conn, n);
}

unsigned
nacre_pump(nacre_conn *conn, int fd, bool readable)
{
	struct pump pump = {.conn = conn, .fd = fd};

	pump_write(&pump);
	if (readable || pump.broken)
		pump_read(&pump);
	if (pump.broken && pump.empty)
		pump_give_up(&pump);
	return pump.did;
}
