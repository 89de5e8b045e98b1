/* dial: a TCP connection to a host. Knows: names, addresses, sockets, deadlines. Must not know: SSH.
 * Serves: RFC 4253 4.1 (use over TCP/IP). */
#include <errno.h>
#include <poll.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "address.h"
#include "clock.h"
#include "dial.h"

/* What became of each address, in one line. */
struct dial_story {
	char text[FAILURE_TEXT_MAX];
	size_t n;
	bool timed_out, refused;
};

static void
story_add(struct dial_story *story, const struct addrinfo *at, int error)
{
	char address[ADDRESS_TEXT_MAX];
	int k;

	if (error == ETIMEDOUT)
		story->timed_out = true;
	else
		story->refused = true;
	address_text(at->ai_addr, at->ai_addrlen, address, sizeof(address));
	k = snprintf(story->text + story->n, sizeof(story->text) - story->n, "%s%s: %s", story->n == 0 ? "" : "; ",
	    address, strerror(error));
	/* What does not fit is cut; the first addresses say most. */
	if (k > 0)
		story->n += (size_t)k < sizeof(story->text) - story->n ? (size_t)k : sizeof(story->text) - story->n - 1;
}

/* 0 or an errno: how the connect that was begun ended. */
static int
dial_wait(int fd, int64_t deadline)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	int error = 0, k;
	socklen_t n = sizeof(error);

	do
		k = poll(&ready, 1, clock_left(deadline, nacre_clock_ms()));
	while ((k < 0 && errno == EINTR) || (k == 0 && clock_left(deadline, nacre_clock_ms()) != 0));

	if (k < 0)
		return errno;
	if (k == 0)
		return ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
		return errno;
	return error;
}

/* 0 and *fd, or an errno. */
static int
dial_one(const struct addrinfo *at, int64_t deadline, int *fd)
{
	int one = 1, error = 0;
	int s = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);

	if (s < 0)
		return errno;
	/* RFC 4253 has many small packets that wait for an answer; Nagle's delay would be felt at each. */
	(void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	/* An interrupted connect goes on by itself (POSIX), so EINTR waits just like EINPROGRESS. */
	if (connect(s, at->ai_addr, at->ai_addrlen) != 0)
		error = errno == EINPROGRESS || errno == EINTR ? dial_wait(s, deadline) : errno;
	if (error != 0) {
		(void)close(s);
		return error;
	}
	*fd = s;
	return 0;
}

static unsigned
dial_count(const struct addrinfo *list)
{
	unsigned n = 0;

	for (; list != NULL; list = list->ai_next)
		n++;
	return n;
}

/* Each address gets an equal share of what is left, so that one that swallows packets cannot use up the time of the
 * next. */
static int64_t
dial_share(int64_t deadline, unsigned addresses)
{
	int64_t now = nacre_clock_ms();

	if (deadline < 0)
		return -1;
	return deadline <= now ? now : now + (deadline - now) / addresses;
}

static int
dial_list(const struct addrinfo *list, int64_t deadline, int *fd, struct dial_story *story)
{
	unsigned left = dial_count(list);
	int error;

	for (const struct addrinfo *at = list; at != NULL; at = at->ai_next) {
		error = dial_one(at, dial_share(deadline, left--), fd);
		if (error == 0)
			return NACRE_OK;
		story_add(story, at, error);
	}
	return story->timed_out && !story->refused ? NACRE_E_TIMEOUT_CONNECT : NACRE_E_CONNECT;
}

int
dial(const char *host, unsigned port, int timeout_ms, int *fd, struct failure *why)
{
	struct dial_story story = {.n = 0};
	struct addrinfo *list = NULL;
	int64_t deadline = clock_deadline(timeout_ms);
	int rc;

	*fd = -1;
	if (host == NULL || host[0] == '\0' || port == 0)
		return failure_set(why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "a host and a port are needed");
	if ((rc = address_lookup(host, port, 0, &list, why)) != NACRE_OK)
		return rc;
	rc = dial_list(list, deadline, fd, &story);
	freeaddrinfo(list);
	if (rc != NACRE_OK)
		return failure_set(why, rc, NACRE_ORIGIN_RESOURCE, "%s", story.text);
	return NACRE_OK;
}

void
dial_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

int
dial_peer_name(int fd, char *out, size_t cap)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof(address);

	out[0] = '\0';
	if (getpeername(fd, (struct sockaddr *)&address, &n) != 0)
		return NACRE_E_SYSTEM;
	address_text((const struct sockaddr *)&address, n, out, cap);
	return NACRE_OK;
}

int
dial_peer_host(int fd, char *out, size_t cap)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof(address);

	out[0] = '\0';
	if (getpeername(fd, (struct sockaddr *)&address, &n) != 0)
		return NACRE_E_SYSTEM;
	if (address.ss_family != AF_INET && address.ss_family != AF_INET6)
		return NACRE_E_UNSUPPORTED;
	return getnameinfo((const struct sockaddr *)&address, n, out, (socklen_t)cap, NULL, 0, NI_NUMERICHOST) == 0
		   ? NACRE_OK
		   : NACRE_E_SYSTEM;
}

int
nacre_dial(const char *host, unsigned port, int timeout_ms, int *fd, char *why, size_t why_size)
{
	struct failure failure = {.code = 0};
	int rc = dial(host, port, timeout_ms, fd, &failure);

	if (why != NULL && why_size > 0)
		snprintf(why, why_size, "%s", failure.text);
	return rc;
}
