/* peer_join: a channel of a peer's that is joined with a socket. See peer.h. */
#include <errno.h>
#include <sys/socket.h>
#include "peer.h"

static void
move_out(struct peer *peer, struct peer_channel *ch, int fd)
{
	const uint8_t *p;
	size_t n;
	ssize_t k = 1;

	while (k > 0 && (p = nacre_conn_channel_peek(peer->conn, ch->number, NACRE_STDOUT, &n)) != NULL && n > 0) {
		/* It waits where the other end does not read: that one never waits for this peer. */
		k = send(fd, p, n, MSG_NOSIGNAL);
		if (k > 0)
			(void)nacre_conn_channel_consume(peer->conn, ch->number, NACRE_STDOUT, (size_t)k);
	}
	if (ch->eof)
		(void)shutdown(fd, SHUT_WR);
}

bool
peer_move(struct peer *peer, struct peer_channel *ch)
{
	int fd = *peer->script.behind;
	uint8_t *p;
	size_t n;
	ssize_t k = 1;

	move_out(peer, ch, fd);
	while (
	    k > 0 && (p = nacre_conn_channel_write_space(peer->conn, ch->number, NACRE_STDOUT, &n)) != NULL && n > 0) {
		k = recv(fd, p, n, MSG_DONTWAIT);
		(void)nacre_conn_channel_commit(peer->conn, ch->number, NACRE_STDOUT, k > 0 ? (size_t)k : 0);
	}
	return k > 0 || (k < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}
