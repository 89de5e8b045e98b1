/* listen: sockets that wait for connections. Knows: TCP addresses. Must not know: SSH.
 * Serves: RFC 4253 4.1 (use over TCP/IP). */
#ifndef IO_LISTEN_H
#define IO_LISTEN_H

#include "failure.h"

/* Listens on the first usable address of host (NULL: 127.0.0.1; "": every address) and port (0: a free one). *fd:
 * non-blocking, closed on exec, the caller's; -1 on failure. *chosen: the port. text: room for cap bytes of
 * "127.0.0.1:2222" or "[::1]:2222" (NULL is fine). */
int listen_on(const char *host, unsigned port, int *fd, unsigned *chosen, char *text, size_t cap,
    struct failure *why) NACRE_CHECK;
/* Takes one connection: *fd non-blocking, closed on exec, TCP_NODELAY; -1 on failure. peer: room for its address as
 * text (NULL is fine). NACRE_E_AGAIN where none waits; NACRE_E_LIMIT where this process has no descriptor or memory
 * left (one still waits, and a pause is due); NACRE_E_SYSTEM where the socket itself is broken. */
int listen_accept(int listener, int *fd, char *peer, size_t cap) NACRE_CHECK;

#endif
