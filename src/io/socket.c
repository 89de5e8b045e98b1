/* socket: a connected stream socket as a carrier. Knows: send, recv and their errors. Must not know: how it was
 * connected. Serves: RFC 4253 4.1 (use over TCP/IP). */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>
#include "carrier.h"

/* The context is the descriptor itself: nothing is allocated. */
static int
socket_fd(void *ctx)
{
	return (int)(intptr_t)ctx;
}

static int64_t
socket_error(void)
{
	/* ENOBUFS and ENOMEM: the kernel is short of buffers now; poll says when there is room again. */
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM)
		return NACRE_E_AGAIN;
	return NACRE_E_CONNECTION_LOST;
}

static int64_t
socket_read(void *ctx, void *p, size_t n)
{
	ssize_t k;

	do
		k = recv(socket_fd(ctx), p, n, MSG_DONTWAIT);
	while (k < 0 && errno == EINTR);
	return k < 0 ? socket_error() : k;
}

static int64_t
socket_write(void *ctx, const void *p, size_t n)
{
	ssize_t k;

	do
		k = send(socket_fd(ctx), p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (k < 0 && errno == EINTR);
	return k < 0 ? socket_error() : k;
}

static void
socket_close(void *ctx)
{
	(void)close(socket_fd(ctx));
}

struct nacre_carrier
socket_carrier(int fd)
{
	return (struct nacre_carrier){
	    .size = sizeof(struct nacre_carrier),
	    .ctx = (void *)(intptr_t)fd,
	    .read = socket_read,
	    .write = socket_write,
	    .fd = fd,
	    .close = socket_close,
	};
}
