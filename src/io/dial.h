/* dial: a connection to a host, or to a UNIX socket. Knows: names, addresses, sockets, deadlines. Must not know: SSH.
 * Serves: RFC 4253 4.1 (use over TCP/IP), RFC 8305 5. */
#ifndef IO_DIAL_H
#define IO_DIAL_H

#include <nacre/dial.h>
#include <nacre/io.h>
#include "failure.h"

struct dial_options {
	int64_t deadline; /* on nacre_clock_ms, -1: none */
	enum nacre_address_family family;
	const char *bind_address;
	unsigned rounds;
	bool tcp_keepalive;
	int qos; /* qos.h */
};

/* As nacre_dial_addresses, with the reason kept as a failure. log: not NULL. */
int dial(const char *host, unsigned port, const struct dial_options *options, int *fd, struct nacre_dial_log *log,
    struct failure *why) NACRE_CHECK;
/* What became of each address, in one line. What does not fit is cut; the first addresses say most. */
void dial_tell(const struct nacre_dial_log *log, char *out, size_t cap);
/* A UNIX socket that listens at path. */
int dial_unix(const char *path, int64_t deadline, int *fd, struct failure *why) NACRE_CHECK;

/* "192.0.2.1 port 22" or "[2001:db8::1] port 22" of the other end; "unix socket" and the like where it has no port.
 * Always NUL-terminates. 0, or NACRE_E_SYSTEM where fd has no other end. */
int dial_peer_name(int fd, char *out, size_t cap) NACRE_CHECK;

/* "192.0.2.1": the address alone. NACRE_E_SYSTEM, NACRE_E_UNSUPPORTED where it has none. */
int dial_peer_host(int fd, char *out, size_t cap) NACRE_CHECK;

/* Closes *fd and makes it -1; -1 is fine. */
void dial_close(int *fd);

#endif
