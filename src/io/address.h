/* address: socket addresses as text. Knows: getaddrinfo, getnameinfo. Must not know: what is done with a socket.
 * Serves: nothing on the wire. */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include <netdb.h>
#include <sys/socket.h>
#include "failure.h"

#define ADDRESS_TEXT_MAX 96

/* The stream addresses of host (NULL: loopback, or with AI_PASSIVE any) and port, of a family or AF_UNSPEC;
 * freeaddrinfo by the caller. */
int address_lookup(
    const char *host, unsigned port, int family, int flags, struct addrinfo **list, struct failure *why) NACRE_CHECK;
/* "192.0.2.1 port 22". Always NUL-terminates. */
void address_text(const struct sockaddr *address, socklen_t n, char *out, size_t cap);

#endif
