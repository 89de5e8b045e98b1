/* listen: sockets that wait for connections. Knows: TCP addresses. Must not know: SSH.
 * Serves: RFC 4253 4.1 (use over TCP/IP). */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "address.h"
#include "listen.h"

#define LISTEN_BACKLOG 128

/* 0 and *fd, or an errno. */
static int
listen_one(const struct addrinfo *at, int *fd)
{
	int one = 1, error;
	int s = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);

	if (s < 0)
		return errno;
	(void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s, at->ai_addr, at->ai_addrlen) == 0 && listen(s, LISTEN_BACKLOG) == 0) {
		*fd = s;
		return 0;
	}
	error = errno;
	(void)close(s);
	return error;
}

static void
listen_describe(int fd, unsigned *chosen, char *text, size_t cap)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof(address);
	char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "0";
	bool v6;

	*chosen = 0;
	if (getsockname(fd, (struct sockaddr *)&address, &n) == 0)
		(void)getnameinfo((struct sockaddr *)&address, n, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	(void)sscanf(port, "%u", chosen);
	v6 = strchr(host, ':') != NULL;
	if (text != NULL && cap > 0)
		snprintf(text, cap, "%s%s%s:%s", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

int
listen_on(const char *host, unsigned port, int *fd, unsigned *chosen, char *text, size_t cap, struct failure *why)
{
	const char *name = host == NULL ? "127.0.0.1" : host;
	struct addrinfo *list = NULL;
	int rc, error = EADDRNOTAVAIL;

	*fd = -1;
	*chosen = 0;
	rc = address_lookup(name[0] == '\0' ? NULL : name, port, AF_UNSPEC, AI_PASSIVE, &list, why);
	if (rc != NACRE_OK)
		return rc;
	for (const struct addrinfo *at = list; at != NULL && *fd < 0; at = at->ai_next)
		error = listen_one(at, fd);
	freeaddrinfo(list);
	if (*fd < 0)
		return failure_set(why, NACRE_E_SYSTEM, NACRE_ORIGIN_RESOURCE, "listen on %s port %u: %s", name, port,
		    strerror(error));
	listen_describe(*fd, chosen, text, cap);
	return NACRE_OK;
}

/* The queue moves on: the connection that was offered is gone, and says nothing about the listener (accept(2)). */
static bool
accept_is_passing(int error)
{
	return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN || error == EHOSTDOWN ||
	       error == ENETUNREACH || error == EHOSTUNREACH || error == EPERM;
}

static int
accept_error(int error)
{
	if (error == EAGAIN || error == EWOULDBLOCK || accept_is_passing(error))
		return NACRE_E_AGAIN;
	if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM)
		return NACRE_E_LIMIT;
	return NACRE_E_SYSTEM;
}

int
listen_accept(int listener, int *fd, char *peer, size_t cap)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof(address);
	int one = 1;

	if (peer != NULL && cap > 0)
		peer[0] = '\0';
	*fd = accept4(listener, (struct sockaddr *)&address, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (*fd < 0)
		return accept_error(errno);
	(void)setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (peer != NULL && cap > 0)
		address_text((const struct sockaddr *)&address, n, peer, cap);
	return NACRE_OK;
}
