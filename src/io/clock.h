/* clock: deadlines on nacre_clock_ms. Knows: milliseconds; -1 is "none". Must not know: what is waited for.
 * Serves: nothing on the wire. */
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include <stdint.h>
#include <nacre/io.h>

#define CLOCK_LEFT_MAX (24 * 60 * 60 * 1000) /* the longest single wait; who waits longer waits again */

/* Seconds since 1970, UTC, for what is valid until a day: certificates. It may jump; no deadline is measured by it. */
uint64_t clock_wall_s(void);

/* The time at which timeout_ms from now is over; -1 for a negative timeout. */
int64_t clock_deadline(int timeout_ms);
/* What poll wants: milliseconds from now to the deadline, 0 where it has passed, -1 where there is none. */
int clock_left(int64_t deadline, int64_t now);
/* The earlier of two deadlines. */
int64_t clock_sooner(int64_t a, int64_t b);

/* Microseconds on the same clock, for rates. */
int64_t clock_us(void);

#endif
