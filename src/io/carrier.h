/* carrier: what carries the bytes of one connection, and how it is waited for. Knows: nacre_carrier, poll. Must not
 * know: what kind of carrier it is, or what is carried. Serves: RFC 4253 4 (a reliable 8-bit clean transport). */
#ifndef IO_CARRIER_H
#define IO_CARRIER_H

#include <poll.h>
#include <nacre/carrier.h>
#include "failure.h"

#define CARRIER_OTHERS_MAX 15 /* descriptors of the caller's in one wait */
#define CARRIER_OWN_MAX 3 /* those of a carrier */

/* One that is closed, or was never opened: all zero. */
static inline bool
carrier_is_open(const struct nacre_carrier *carrier)
{
	return carrier->read != NULL;
}

/* A caller's carrier of any age becomes *out; what makes it unusable is kept in `why`, and it is
 * closed then. */
int carrier_take(struct nacre_carrier *out, const struct nacre_carrier *given, struct failure *why) NACRE_CHECK;
/* A mask of NACRE_WANT_READ and _WRITE, or a negative error; see nacre_carrier.wait. */
int carrier_wait(const struct nacre_carrier *carrier, unsigned wants, struct pollfd *others, size_t n, int timeout);
/* For carriers with descriptors: polls `own` (at most CARRIER_OWN_MAX; fd -1 is not polled) together with others, and
 * fills in all revents. How many are ready; 0 also for an interrupted wait; or NACRE_E_SYSTEM. */
int carrier_poll(struct pollfd *own, size_t n_own, struct pollfd *others, size_t n, int timeout);
/* Closes it and makes it all zero; a closed one is fine. */
void carrier_close(struct nacre_carrier *carrier);

/* A connected stream socket as a carrier; it owns fd. */
struct nacre_carrier socket_carrier(int fd);

#endif
