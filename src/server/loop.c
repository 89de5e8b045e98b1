/* loop: one thread serves everybody. Knows: poll, deadlines, turns. Must not know: what is behind a descriptor.
 * Serves: nothing on the wire. */
#include <unistd.h>
#include <nacre/io.h>
#include "clock.h"
#include "server_internal.h"

static int
loop_gather(struct nacre_server *server, int64_t now)
{
	struct pollset *set = &server->pollset;
	int rc;

	pollset_clear(set);
	if ((rc = pollset_add(set, server->env, &server->wake)) != NACRE_OK)
		return rc;
	for (unsigned i = 0; i < server->n_listeners && listener_may_accept(server, now); i++) {
		if ((rc = pollset_add(set, server->env, &server->listeners[i])) != NACRE_OK)
			return rc;
	}
	for (struct session *s = server->sessions; s != NULL; s = s->next) {
		if ((rc = session_watch(s, set)) != NACRE_OK)
			return rc;
	}
	return NACRE_OK;
}

/* The earliest of all deadlines. */
static int64_t
loop_deadline(const struct nacre_server *server, int64_t now)
{
	int64_t deadline = server->accept_again_ms > now ? server->accept_again_ms : -1;

	for (const struct session *s = server->sessions; s != NULL; s = s->next)
		deadline = clock_sooner(deadline, session_deadline(s));
	return deadline;
}

static void
loop_take_wake(struct nacre_server *server)
{
	char bytes[64];

	if (server->wake.revents == 0)
		return;
	server->stopped = true;
	while (read(server->wake.fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		continue;
}

static void
loop_sweep(struct nacre_server *server, int64_t now)
{
	struct session **at = &server->sessions;

	while (*at != NULL) {
		struct session *session = *at;

		if (!session_is_over(session, now)) {
			at = &session->next;
			continue;
		}
		*at = session->next;
		server->n_sessions--;
		session_free(session);
	}
}

int
nacre_server_turn(nacre_server *server, int timeout_ms)
{
	int64_t now = nacre_clock_ms();
	int64_t deadline = clock_sooner(timeout_ms < 0 ? -1 : now + timeout_ms, loop_deadline(server, now));
	int rc = loop_gather(server, now);

	if (rc == NACRE_OK)
		rc = pollset_wait(&server->pollset, clock_left(deadline, now));
	if (rc != NACRE_OK)
		return rc;
	now = nacre_clock_ms();
	loop_take_wake(server);
	listener_turn(server, now);
	for (struct session *s = server->sessions; s != NULL; s = s->next)
		session_turn(s, now);
	loop_sweep(server, now);
	return NACRE_OK;
}

int
nacre_server_run(nacre_server *server)
{
	int rc = NACRE_OK;

	while (rc == NACRE_OK && !server->stopped && (server->n_listeners > 0 || server->n_sessions > 0))
		rc = nacre_server_turn(server, -1);
	server->stopped = false;
	return rc;
}

int
nacre_server_serve_fd(nacre_server *server, int fd)
{
	if (fd < 0)
		return NACRE_E_MISUSE;
	if (server->n_sessions >= server->options.connections_max) {
		(void)close(fd);
		return NACRE_E_LIMIT;
	}
	return session_new(server, fd, "a socket that was given");
}
