/* Connecting to a host by TCP, with what became of each of its addresses.
 *
 * The addresses of a name are tried as RFC 8305 has it: families take turns, and the next address begins 250 ms after
 * the one before, or at once where that failed; the first that answers wins, and the others are closed.
 * nacre_client_connect does this by itself; a program with its own loop may call nacre_dial_addresses. */
#ifndef NACRE_DIAL_H
#define NACRE_DIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <nacre/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum nacre_address_family { NACRE_FAMILY_ANY, NACRE_FAMILY_INET, NACRE_FAMILY_INET6 };

struct nacre_dial_options {
	size_t size; /* sizeof(struct nacre_dial_options) */
	/* For looking the name up and all addresses together, in ms; 0: 30 s, -1: none. The system's resolver cannot be
	 * interrupted and starts no thread here: a name server that is silent delays the return by the resolver's own
	 * limits (resolv.conf(5): by default 5 s, twice, for each server). Numeric addresses are not looked up. */
	int timeout_ms;
	enum nacre_address_family family;
	const char *bind_address; /* connect from this address of ours, a name or a number; NULL: the system chooses */
	unsigned attempts; /* rounds over all addresses, a second apart; 0: one */
	bool no_tcp_keepalive; /* else SO_KEEPALIVE is set: a peer that is gone is noticed after hours */
	/* What packets should be treated like (RFC 2474), by ssh_config's names: "af21", "cs1", "ef", "lowdelay",
	 * "none", or a number. NULL: as the system has it. */
	const char *ip_qos;
};

#define NACRE_DIAL_ADDRESS_MAX 96
#define NACRE_DIAL_ATTEMPTS_MAX 64

/* One address that was tried. */
struct nacre_dial_attempt {
	char address[NACRE_DIAL_ADDRESS_MAX]; /* "192.0.2.1 port 22" */
	unsigned round; /* from 0 */
	int system_error; /* errno: 0 for the one that won, ECANCELED for those that another one outran, ETIMEDOUT */
	int took_ms; /* until then */
};

/* The first NACRE_DIAL_ATTEMPTS_MAX of them, in the order in which they began. */
struct nacre_dial_log {
	size_t n;
	struct nacre_dial_attempt attempts[NACRE_DIAL_ATTEMPTS_MAX];
};

/* Connects. host: a name or an address, not NULL. port: 1 to 65535. options: NULL for the defaults. *fd: the socket, -1
 * on failure; non-blocking, closed on exec, TCP_NODELAY; the caller's. log: filled in whatever the result; NULL is
 * fine. why: room for `why_size` bytes of text that names each address and what happened to it; NULL is fine.
 *
 * Returns NACRE_OK
 *         NACRE_E_ARGUMENT  host, port or an option is not usable
 *         NACRE_E_RESOLVE   the name (or bind_address) has no address of this family
 *         NACRE_E_CONNECT   no address took the connection
 *         NACRE_E_TIMEOUT_CONNECT  no address took it in time */
NACRE_API int nacre_dial_addresses(const char *host, unsigned port, const struct nacre_dial_options *options, int *fd,
    struct nacre_dial_log *log, char *why, size_t why_size) NACRE_CHECK;

#ifdef __cplusplus
}
#endif
#endif
