/* blocking: waiting for a connection. Knows: its carrier, deadlines. Must not know: events and what they mean.
 * Serves: nothing on the wire. */
#include "blocking.h"
#include "clock.h"

void
blocking_flush(struct blocking *b)
{
	(void)nacre_pump_carrier(b->conn, &b->carrier, false);
}

/* Is the carrier readable? Or a negative error. */
static int
blocking_wait(struct blocking *b, int64_t deadline, struct pollfd *others, size_t n)
{
	int64_t sooner = clock_sooner(deadline, nacre_conn_deadline(b->conn));
	int timeout = sooner < 0 ? -1 : clock_left(sooner, nacre_clock_ms());
	unsigned wants = nacre_conn_wants(b->conn) & (NACRE_WANT_READ | NACRE_WANT_WRITE);
	int ready = carrier_wait(&b->carrier, wants, others, n, timeout);

	return ready < 0 ? ready : (ready & (int)NACRE_WANT_READ) != 0;
}

int
blocking_turn(struct blocking *b, int64_t deadline, struct pollfd *others, size_t n)
{
	bool idle;
	unsigned did;
	int ready = 0;
	int64_t now;

	if (n > CARRIER_OTHERS_MAX)
		return NACRE_E_ARGUMENT;
	did = nacre_pump_carrier(b->conn, &b->carrier, b->more);
	/* What was written made room, and what was read made events: poll only where the turn found nothing to do. */
	idle = did == 0 && !b->more;
	if (idle || n > 0)
		ready = blocking_wait(b, idle ? deadline : nacre_clock_ms(), others, n);
	if (ready < 0)
		return ready;

	now = nacre_clock_ms();
	(void)nacre_conn_tick(b->conn, now);
	if (idle && ready == 1)
		did = nacre_pump_carrier(b->conn, &b->carrier, true);
	b->more = (did & NACRE_PUMP_MORE) != 0;
	return deadline >= 0 && now >= deadline ? NACRE_E_TIMEOUT : NACRE_OK;
}
