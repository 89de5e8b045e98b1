/* blocking: waiting for a connection. Knows: its carrier, deadlines. Must not know: events and what they mean.
 * Serves: nothing on the wire. */
#ifndef IO_BLOCKING_H
#define IO_BLOCKING_H

#include <nacre/io.h>
#include "carrier.h"

struct blocking {
	nacre_conn *conn;
	struct nacre_carrier carrier; /* all zero: none, or closed */
	bool more; /* the last read was large: read again before polling */
};

/* Writes what is queued, without waiting. */
void blocking_flush(struct blocking *b);

/* One turn, after all events were taken: writes, and waits until the carrier is ready, one of `others` is (n of them,
 * at most CARRIER_OTHERS_MAX; their revents are filled in), the connection's own deadline, or `deadline` (on
 * nacre_clock_ms; -1: none). Tells the connection the time and reads once.
 * Returns NACRE_OK, also where nothing happened; NACRE_E_TIMEOUT where `deadline` is over: the caller takes the events
 * of this last turn before it gives up; or NACRE_E_SYSTEM. */
int blocking_turn(struct blocking *b, int64_t deadline, struct pollfd *others, size_t n);

#endif
