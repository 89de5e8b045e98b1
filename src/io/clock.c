/* clock: the time. Knows: CLOCK_MONOTONIC, CLOCK_REALTIME, TZ. Must not know: what a deadline is for.
 * Serves: nothing on the wire. */
#include <time.h>
#include <nacre/io.h>
#include "clock.h"

int64_t
nacre_clock_ms(void)
{
	struct timespec now = {0, 0};

	/* Cannot fail on a system that has this clock; 0 would only make deadlines late. */
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t
clock_wall_s(void)
{
	struct timespec now = {0, 0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec < 0 ? 0 : (uint64_t)now.tv_sec;
}

int
nacre_clock_local(void *ctx, const struct nacre_local_time *local, uint64_t *seconds)
{
	struct tm tm = {
	    .tm_year = (int)local->year - 1900,
	    .tm_mon = (int)local->month - 1,
	    .tm_mday = (int)local->day,
	    .tm_hour = (int)local->hour,
	    .tm_min = (int)local->minute,
	    .tm_sec = (int)local->second,
	    .tm_isdst = -1,
	};
	time_t t = mktime(&tm);

	(void)ctx;
	*seconds = t < 0 ? 0 : (uint64_t)t;
	return t < 0 ? -1 : 0;
}

int64_t
clock_us(void)
{
	struct timespec now = {0, 0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_deadline(int timeout_ms)
{
	return timeout_ms < 0 ? -1 : nacre_clock_ms() + timeout_ms;
}

int
clock_left(int64_t deadline, int64_t now)
{
	if (deadline < 0)
		return -1;
	if (deadline <= now)
		return 0;
	return deadline - now > CLOCK_LEFT_MAX ? CLOCK_LEFT_MAX : (int)(deadline - now);
}

int64_t
clock_sooner(int64_t a, int64_t b)
{
	if (a < 0)
		return b;
	return b >= 0 && b < a ? b : a;
}
