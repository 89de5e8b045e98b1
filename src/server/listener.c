/* listener: sockets that wait for connections. Knows: limits and pauses. Must not know: what a connection does.
 * RFC 4253 4.1 (use over TCP/IP). */
#include <unistd.h>
#include <nacre/io.h>
#include "listen.h"
#include "server_internal.h"

#define LISTENER_PAUSE_MS 200 /* after the process ran out of descriptors: trying at once would only spin */

int
nacre_server_listen(nacre_server *server, const char *host, unsigned port, unsigned *chosen, char *text, size_t cap)
{
	char address[SERVER_PEER_MAX];
	unsigned got;
	int fd, rc;

	if (chosen != NULL)
		*chosen = 0;
	failure_clear(&server->failure, server->env);
	if (server->n_listeners == SERVER_LISTENERS_MAX)
		return failure_set(&server->failure, NACRE_E_LIMIT, NACRE_ORIGIN_LOCAL,
		    "at most %d addresses are listened on", SERVER_LISTENERS_MAX);
	rc = listen_on(host, port, &fd, &got, text != NULL ? text : address, text != NULL ? cap : sizeof(address),
	    &server->failure);
	if (rc != NACRE_OK)
		return rc;
	server->listeners[server->n_listeners] = (struct pollfd){.fd = fd, .events = POLLIN};
	server->n_listeners++;
	if (chosen != NULL)
		*chosen = got;
	return NACRE_OK;
}

bool
listener_may_accept(const struct nacre_server *server, int64_t now)
{
	return server->n_sessions < server->options.connections_max && now >= server->accept_again_ms;
}

static void
listener_close(struct nacre_server *server, unsigned i)
{
	(void)close(server->listeners[i].fd);
	server->n_listeners--;
	server->listeners[i] = server->listeners[server->n_listeners];
}

void
listener_close_all(struct nacre_server *server)
{
	while (server->n_listeners > 0)
		listener_close(server, 0);
}

static void
listener_pause(struct nacre_server *server, int64_t now, const char *why)
{
	server_log(server, "accepting pauses: %s", why);
	server->accept_again_ms = now + LISTENER_PAUSE_MS;
}

/* Takes everything that waits at one listener. Returns why it stopped. */
static int
listener_accept_all(struct nacre_server *server, int listener, int64_t now)
{
	char peer[SERVER_PEER_MAX];
	int fd, rc;

	while (listener_may_accept(server, now)) {
		rc = listen_accept(listener, &fd, peer, sizeof(peer));
		if (rc == NACRE_E_LIMIT)
			listener_pause(server, now, "no descriptors or memory");
		if (rc != NACRE_OK)
			return rc;
		if ((rc = session_new(server, fd, peer)) != NACRE_OK)
			listener_pause(server, now, nacre_status_text(rc));
	}
	return NACRE_OK;
}

void
listener_turn(struct nacre_server *server, int64_t now)
{
	for (unsigned i = 0; i < server->n_listeners;) {
		bool ready = server->listeners[i].revents != 0;

		server->listeners[i].revents = 0;
		if (ready && listener_accept_all(server, server->listeners[i].fd, now) == NACRE_E_SYSTEM) {
			server_log(server, "a listening socket is broken, and was closed");
			listener_close(server, i);
			continue;
		}
		i++;
	}
}
