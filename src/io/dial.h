/* dial: a TCP connection to a host. Knows: names, addresses, sockets, deadlines. Must not know: SSH.
 * Serves: RFC 4253 4.1 (use over TCP/IP). */
#ifndef IO_DIAL_H
#define IO_DIAL_H

#include <nacre/io.h>
#include "failure.h"

/* As nacre_dial, with the reason kept as a failure. */
int dial(const char *host, unsigned port, int timeout_ms, int *fd, struct failure *why) NACRE_CHECK;

/* "192.0.2.1 port 22" or "[2001:db8::1] port 22" of the other end; "unix socket" and the like where it has no port.
 * Always NUL-terminates. 0, or NACRE_E_SYSTEM where fd has no other end. */
int dial_peer_name(int fd, char *out, size_t cap) NACRE_CHECK;

/* "192.0.2.1": the address alone. NACRE_E_SYSTEM, NACRE_E_UNSUPPORTED where it has none. */
int dial_peer_host(int fd, char *out, size_t cap) NACRE_CHECK;

/* Closes *fd and makes it -1; -1 is fine. */
void dial_close(int *fd);

#endif
