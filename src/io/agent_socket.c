/* agent_socket: the agent that listens on a UNIX socket. Knows: SSH_AUTH_SOCK, lengths in front of messages, deadlines,
 * whose process is there. Must not know: what is asked, but for whether a person may be. draft-ietf-sshm-ssh-agent 3;
 * ssh-agent(1). */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "agent_message.h"
#include "clock.h"
#include "mem.h"

#define SIGN_TIMEOUT_MS 120000 /* a person may be asked to confirm, or to touch a device */
#define TIMEOUT_MS 20000 /* for what nobody is asked */

struct agent_socket {
	const struct nacre_env *env;
	int fd;
	int timeout_ms; /* 0: the two above */
};

static int
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd ready = {.fd = fd, .events = events};
	int k;

	do
		k = poll(&ready, 1, clock_left(deadline, nacre_clock_ms()));
	while ((k < 0 && errno == EINTR) || (k == 0 && clock_left(deadline, nacre_clock_ms()) != 0));
	if (k < 0)
		return NACRE_E_SYSTEM;
	return k == 0 ? NACRE_E_TIMEOUT : NACRE_OK;
}

static int
send_all(int fd, const uint8_t *p, size_t n, int64_t deadline)
{
	int rc = NACRE_OK;

	while (n > 0 && rc == NACRE_OK) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (k >= 0) {
			p += k;
			n -= (size_t)k;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			rc = wait_for(fd, POLLOUT, deadline);
		} else if (errno != EINTR) {
			rc = NACRE_E_CONNECTION_LOST;
		}
	}
	return rc;
}

static int
receive_all(int fd, uint8_t *p, size_t n, int64_t deadline)
{
	int rc = NACRE_OK;

	while (n > 0 && rc == NACRE_OK) {
		ssize_t k = recv(fd, p, n, MSG_DONTWAIT);

		if (k > 0) {
			p += k;
			n -= (size_t)k;
		} else if (k < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			rc = wait_for(fd, POLLIN, deadline);
		} else if (k == 0 || errno != EINTR) {
			rc = NACRE_E_CONNECTION_LOST;
		}
	}
	return rc;
}

static int64_t
deadline_of(const struct agent_socket *s, uint8_t type)
{
	if (s->timeout_ms != 0)
		return clock_deadline(s->timeout_ms);
	return clock_deadline(type == AGENT_SIGN_REQUEST ? SIGN_TIMEOUT_MS : TIMEOUT_MS);
}

static int
exchange(void *ctx, const uint8_t *request, size_t n, uint8_t *reply, size_t size, size_t *reply_n)
{
	struct agent_socket *s = ctx;
	int64_t deadline = deadline_of(s, request[0]);
	uint8_t head[4];
	uint32_t length;
	int rc;

	put_be32(head, (uint32_t)n);
	if ((rc = send_all(s->fd, head, sizeof(head), deadline)) != NACRE_OK ||
	    (rc = send_all(s->fd, request, n, deadline)) != NACRE_OK ||
	    (rc = receive_all(s->fd, head, sizeof(head), deadline)) != NACRE_OK)
		return rc;
	if ((length = get_be32(head)) == 0 || length > size)
		return NACRE_E_PROTOCOL;
	*reply_n = length;
	return receive_all(s->fd, reply, length, deadline);
}

static void
end(void *ctx)
{
	struct agent_socket *s = ctx;

	(void)close(s->fd);
	mem_free(s->env, s, sizeof(*s));
}

/* A socket whose queue is full makes connect wait (unix(7)): nobody waits here, an agent has time for its owner. */
static int
dial_agent(const char *path, int *fd, char *why, size_t why_size)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int rc = NACRE_OK;

	if (strlen(path) >= sizeof(address.sun_path)) {
		snprintf(why, why_size, "the path of the agent's socket is too long");
		return NACRE_E_ARGUMENT;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if ((*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
		rc = NACRE_E_SYSTEM;
	else if (connect(*fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		rc = NACRE_E_CONNECT;
	if (rc == NACRE_OK)
		return rc;
	snprintf(why, why_size, "%s: %s", path, strerror(errno));
	if (*fd >= 0)
		(void)close(*fd);
	return rc;
}

/* Who can read what passes, and could sign in the user's name anyway: the user and root. Somebody else has put the
 * socket there, or an agent was handed on. */
static bool
is_foreign(int fd)
{
	uid_t uid;
#ifdef SO_PEERCRED
	struct ucred peer;
	socklen_t n = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0 || n != sizeof(peer))
		return true;
	uid = peer.uid;
#else
	gid_t unused;

	if (getpeereid(fd, &uid, &unused) != 0)
		return true;
#endif
	return uid != 0 && uid != geteuid();
}

static int
wrap(const struct nacre_env *env, int fd, int timeout_ms, nacre_agent **agent)
{
	struct agent_socket *s = mem_new(env, sizeof(*s));
	int rc = NACRE_E_NOMEM;

	if (s == NULL) {
		(void)close(fd);
		return rc;
	}
	*s = (struct agent_socket){.env = env, .fd = fd, .timeout_ms = timeout_ms};
	if ((rc = nacre_agent_new(env, exchange, s, agent)) != NACRE_OK)
		end(s);
	else
		agent_on_close(*agent, end, is_foreign(fd));
	return rc;
}

int
nacre_agent_open(
    const struct nacre_env *env, const char *path, int timeout_ms, nacre_agent **agent, char *why, size_t why_size)
{
	char unheard[1];
	int rc, fd;

	*agent = NULL;
	if (why == NULL || why_size == 0) {
		why = unheard;
		why_size = sizeof(unheard);
	}
	why[0] = '\0';
	if (env == NULL && (env = nacre_env_default()) == NULL)
		return NACRE_E_RANDOM;
	if (path == NULL && ((path = getenv("SSH_AUTH_SOCK")) == NULL || path[0] == '\0')) {
		snprintf(why, why_size, "SSH_AUTH_SOCK is not set");
		return NACRE_E_CONNECT;
	}
	if ((rc = dial_agent(path, &fd, why, why_size)) != NACRE_OK)
		return rc;
	return wrap(env, fd, timeout_ms, agent);
}
