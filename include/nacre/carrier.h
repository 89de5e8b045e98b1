/* What carries the bytes of a connection where that is not a socket: functions of the caller's.
 *
 * A client takes one in struct nacre_connect_options: a tunnel of another library, a serial line, a pair of pipes, what
 * Paramiko calls `sock`. Jump hosts and proxy commands are carriers of the library's own. */
#ifndef NACRE_CARRIER_H
#define NACRE_CARRIER_H

#include <stddef.h>
#include <stdint.h>
#include <nacre/conn.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pollfd;

/* No function is called from another thread than the one that uses the client, and none may call the client. ctx is
 * handed to each. */
struct nacre_carrier {
	size_t size; /* sizeof(struct nacre_carrier) */
	void *ctx;

	/* Reads up to n bytes (n is not 0) without waiting. Returns how many; 0 where the peer has ended its side;
	 * NACRE_E_AGAIN where there is nothing now; any other NACRE_E_* where it is broken. Not NULL. */
	int64_t (*read)(void *ctx, void *p, size_t n);
	/* Writes up to n bytes (n is not 0) without waiting. Returns how many were taken, NACRE_E_AGAIN where none can
	 * be taken now, or any other NACRE_E_* where it is broken. Not NULL. */
	int64_t (*write)(void *ctx, const void *p, size_t n);

	/* Waits until it could be read (wants has NACRE_WANT_READ) or written (NACRE_WANT_WRITE), one of the n
	 * descriptors at fds is ready, as with poll(2), or the time is over (timeout_ms: 0 does not wait, -1: no
	 * limit). It may return earlier, and say that something is ready which is not; it must not return at once again
	 * and again. Returns a mask of what is ready, 0 for nothing, or a negative NACRE_E_*. The revents of fds are
	 * always filled in.
	 *
	 * NULL: fd is polled instead. */
	int (*wait)(void *ctx, unsigned wants, struct pollfd *fds, size_t n, int timeout_ms);
	/* A descriptor that polls readable and writable when read and write would get somewhere: for wait, where that
	 * is NULL, and for nacre_client_fd. -1 where there is none; then wait is needed. It stays the carrier's. */
	int fd;

	/* Called once, when the client is done with the carrier, whatever became of the connection. NULL is fine. */
	void (*close)(void *ctx);

	/* Why did reading end or fail? Writes a sentence (NUL-terminated, cap is not 0) and returns the NACRE_E_* that
	 * the connection then fails with instead of NACRE_E_CONNECTION_LOST; 0: it does not know. Called before close.
	 * NULL is fine. */
	int (*why)(void *ctx, char *out, size_t cap);
	/* What it is, for nacre_client_peer_address and the log ("127.0.0.1 port 22"). NULL is fine. */
	const char *name; /* borrowed until close */
};

/* As nacre_pump (io.h), for a carrier. */
NACRE_API unsigned nacre_pump_carrier(nacre_conn *conn, const struct nacre_carrier *carrier, bool readable);

#ifdef __cplusplus
}
#endif
#endif
