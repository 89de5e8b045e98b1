/* dial_race: several connects at once, of which the first that succeeds is taken. Knows: sockets, poll, the race's
 * order. Must not know: names. Serves: RFC 8305 5. */
#ifndef IO_DIAL_RACE_H
#define IO_DIAL_RACE_H

#include <netdb.h>
#include "dial.h"

/* Connects to one of the addresses, from the one of `from` that is of its family (NULL: from any). 0 and *fd; or
 * NACRE_E_CONNECT or _TIMEOUT_CONNECT, with everything that was opened closed again. The log, empty before, tells
 * each. */
int dial_race(const struct addrinfo *list, const struct addrinfo *from, const struct dial_options *options, int *fd,
    struct nacre_dial_log *log) NACRE_CHECK;

#endif
