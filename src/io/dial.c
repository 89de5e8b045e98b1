/* dial: a connection to a host, or to a UNIX socket. Knows: names, addresses, deadlines. Must not know: SSH.
 * Serves: RFC 4253 4.1 (use over TCP/IP). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "address.h"
#include "clock.h"
#include "dial.h"
#include "dial_race.h"
#include "qos.h"

#define DIAL_TIMEOUT_MS 30000

void
dial_tell(const struct nacre_dial_log *log, char *out, size_t cap)
{
	size_t n = 0;
	int k;

	out[0] = '\0';
	for (size_t i = 0; i < log->n && n < cap - 1; i++) {
		const struct nacre_dial_attempt *a = &log->attempts[i];

		k = snprintf(out + n, cap - n, "%s%s: %s", i == 0 ? "" : "; ", a->address, strerror(a->system_error));
		n += k > 0 ? (size_t)k : 0;
	}
}

static const int families[] = {
    [NACRE_FAMILY_ANY] = AF_UNSPEC,
    [NACRE_FAMILY_INET] = AF_INET,
    [NACRE_FAMILY_INET6] = AF_INET6,
};

/* The addresses of the host, and ours to connect from. Both are the caller's to free, whatever the result. */
static int
look_up(const char *host, unsigned port, const struct dial_options *options, struct addrinfo **list,
    struct addrinfo **from, struct failure *why)
{
	int family = families[options->family], rc;

	*from = NULL;
	if ((rc = address_lookup(host, port, family, 0, list, why)) != NACRE_OK)
		return rc;
	if (options->bind_address == NULL)
		return NACRE_OK;
	return address_lookup(options->bind_address, 0, family, AI_PASSIVE, from, why);
}

static int
check(const char *host, unsigned port, const struct dial_options *options, struct failure *why)
{
	if (host == NULL || host[0] == '\0' || port == 0)
		return failure_set(why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "a host and a port are needed");
	if ((unsigned)options->family >= sizeof(families) / sizeof(families[0]))
		return failure_set(why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "an unknown address family");
	return NACRE_OK;
}

int
dial(const char *host, unsigned port, const struct dial_options *options, int *fd, struct nacre_dial_log *log,
    struct failure *why)
{
	struct addrinfo *list = NULL, *from = NULL;
	char story[FAILURE_TEXT_MAX];
	int rc;

	*fd = -1;
	log->n = 0;
	if ((rc = check(host, port, options, why)) != NACRE_OK)
		return rc;
	if ((rc = look_up(host, port, options, &list, &from, why)) == NACRE_OK) {
		rc = dial_race(list, from, options, fd, log);
		dial_tell(log, story, sizeof(story));
		if (rc != NACRE_OK)
			(void)failure_set(why, rc, NACRE_ORIGIN_RESOURCE, "%s", story);
	}
	if (list != NULL)
		freeaddrinfo(list);
	if (from != NULL)
		freeaddrinfo(from);
	return rc;
}

/* A listener whose queue is full lets connect wait, and poll knows nothing of it (unix(7)): the socket's own limit for
 * sending counts for it. 0 or an errno. */
static int
connect_unix(int fd, const struct sockaddr_un *address, int64_t deadline)
{
	int left;
	struct timeval limit;

	for (;;) {
		left = clock_left(deadline, nacre_clock_ms());
		if (left == 0)
			return ETIMEDOUT;
		limit = (struct timeval){0, 0}; /* none */
		if (left > 0)
			limit = (struct timeval){left / 1000, left % 1000 * 1000};
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
			return 0;
		if (errno != EINTR && errno != EAGAIN)
			return errno;
	}
}

int
dial_unix(const char *path, int64_t deadline, int *fd, struct failure *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval none = {0, 0};
	int error;

	*fd = -1;
	if (path[0] == '\0' || strlen(path) >= sizeof(address.sun_path))
		return failure_set(
		    why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "the path of the UNIX socket is empty or too long");
	memcpy(address.sun_path, path, strlen(path) + 1);
	if ((*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		error = errno;
	else
		error = connect_unix(*fd, &address, deadline);
	if (error == 0) {
		(void)setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
		(void)fcntl(*fd, F_SETFL, O_NONBLOCK);
		return NACRE_OK;
	}
	dial_close(fd);
	return failure_set(why, error == ETIMEDOUT ? NACRE_E_TIMEOUT_CONNECT : NACRE_E_CONNECT, NACRE_ORIGIN_RESOURCE,
	    "%s: %s", path, strerror(error));
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

static int
dial_options_of(const struct nacre_dial_options *given, struct dial_options *out, struct failure *why)
{
	struct nacre_dial_options o = {.size = 0};
	int both;

	if (given != NULL && given->size < sizeof(given->size))
		return failure_set(
		    why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "options.size is not set to the struct's size");
	if (given != NULL)
		memcpy(&o, given, given->size < sizeof(o) ? given->size : sizeof(o));
	*out = (struct dial_options){
	    .deadline = clock_deadline(o.timeout_ms == 0 ? DIAL_TIMEOUT_MS : o.timeout_ms),
	    .family = o.family,
	    .bind_address = o.bind_address,
	    .rounds = o.attempts,
	    .tcp_keepalive = !o.no_tcp_keepalive,
	    .qos = QOS_NONE,
	};
	if (o.ip_qos != NULL && qos_parse(o.ip_qos, &out->qos, &both) != NACRE_OK)
		return failure_set(why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "ip_qos: \"%.32s\" is none", o.ip_qos);
	return NACRE_OK;
}

int
nacre_dial_addresses(const char *host, unsigned port, const struct nacre_dial_options *given, int *fd,
    struct nacre_dial_log *log, char *why, size_t why_size)
{
	struct failure failure = {.code = 0};
	struct dial_options options;
	struct nacre_dial_log own;
	int rc = dial_options_of(given, &options, &failure);

	*fd = -1;
	if (log == NULL)
		log = &own;
	log->n = 0;
	if (rc == NACRE_OK)
		rc = dial(host, port, &options, fd, log, &failure);
	if (why != NULL && why_size > 0)
		snprintf(why, why_size, "%s", failure.text);
	return rc;
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
	struct dial_options options = {.deadline = clock_deadline(timeout_ms), .tcp_keepalive = true, .qos = QOS_NONE};
	struct nacre_dial_log log;
	int rc = dial(host, port, &options, fd, &log, &failure);

	if (why != NULL && why_size > 0)
		snprintf(why, why_size, "%s", failure.text);
	return rc;
}
