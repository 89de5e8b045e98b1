/* blocking: waiting for a connection. Knows: one socket, poll, deadlines. Must not know: events and what they mean.
 * Serves: nothing on the wire. */
#include <errno.h>
#include <string.h>
#include "blocking.h"
#include "clock.h"

void
blocking_flush(struct blocking *b)
{
	(void)nacre_pump(b->conn, b->fd, false);
}

static struct pollfd
blocking_interest(const struct blocking *b)
{
	unsigned wants = nacre_conn_wants(b->conn);
	struct pollfd interest = {.fd = b->fd};

	if (wants & NACRE_WANT_READ)
		interest.events |= POLLIN;
	if (wants & NACRE_WANT_WRITE)
		interest.events |= POLLOUT;
	/* Without an interest poll would still report a hang-up, again and again. */
	if (interest.events == 0)
		interest.fd = -1;
	return interest;
}

/* How many of the fds are ready; 0 also for an interrupted wait, after which the deadlines are looked at anew. */
static int
blocking_poll(struct pollfd *fds, size_t n, int timeout)
{
	int ready = poll(fds, (nfds_t)n, timeout);

	if (ready >= 0)
		return ready;
	for (size_t i = 0; i < n; i++)
		fds[i].revents = 0;
	return errno == EINTR || errno == EAGAIN ? 0 : NACRE_E_SYSTEM;
}

static int
blocking_wait(struct blocking *b, int64_t deadline, struct pollfd *others, size_t n, bool *readable)
{
	struct pollfd fds[1 + BLOCKING_OTHERS_MAX];
	int64_t sooner = clock_sooner(deadline, nacre_conn_deadline(b->conn));
	int ready;

	fds[0] = blocking_interest(b);
	if (n > 0)
		memcpy(fds + 1, others, n * sizeof(*others));
	ready = blocking_poll(fds, n + 1, sooner < 0 ? -1 : clock_left(sooner, nacre_clock_ms()));
	if (n > 0)
		memcpy(others, fds + 1, n * sizeof(*others));
	*readable = (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
	return ready;
}

int
blocking_turn(struct blocking *b, int64_t deadline, struct pollfd *others, size_t n)
{
	bool idle, readable = false;
	unsigned did;
	int ready = 0;
	int64_t now;

	if (n > BLOCKING_OTHERS_MAX)
		return NACRE_E_ARGUMENT;
	did = nacre_pump(b->conn, b->fd, b->more);
	/* What was written made room, and what was read made events: poll only where the turn found nothing to do. */
	idle = did == 0 && !b->more;
	if (idle || n > 0)
		ready = blocking_wait(b, idle ? deadline : nacre_clock_ms(), others, n, &readable);
	if (ready < 0)
		return ready;

	now = nacre_clock_ms();
	(void)nacre_conn_tick(b->conn, now);
	if (idle && readable)
		did = nacre_pump(b->conn, b->fd, true);
	b->more = (did & NACRE_PUMP_MORE) != 0;
	return deadline >= 0 && now >= deadline ? NACRE_E_TIMEOUT : NACRE_OK;
}
