/* carrier: see carrier.h. */
#include <errno.h>
#include <string.h>
#include "carrier.h"

int
carrier_take(struct nacre_carrier *out, const struct nacre_carrier *given, struct failure *why)
{
	*out = (struct nacre_carrier){.fd = -1};
	if (given->size < sizeof(given->size))
		return failure_set(
		    why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "carrier.size is not set to the struct's size");
	memcpy(out, given, given->size < sizeof(*out) ? given->size : sizeof(*out));
	if (out->read != NULL && out->write != NULL && (out->wait != NULL || out->fd >= 0))
		return NACRE_OK;
	if (out->close != NULL)
		out->close(out->ctx);
	*out = (struct nacre_carrier){.fd = -1};
	return failure_set(why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL,
	    "a carrier needs read, write, and a way to wait: a function or a descriptor");
}

static int
poll_all(struct pollfd *fds, size_t n, int timeout)
{
	int ready = poll(fds, (nfds_t)n, timeout);

	if (ready >= 0)
		return ready;
	for (size_t i = 0; i < n; i++)
		fds[i].revents = 0;
	return errno == EINTR || errno == EAGAIN ? 0 : NACRE_E_SYSTEM;
}

int
carrier_poll(struct pollfd *own, size_t n_own, struct pollfd *others, size_t n, int timeout)
{
	struct pollfd fds[CARRIER_OWN_MAX + CARRIER_OTHERS_MAX];
	int ready;

	if (n_own > CARRIER_OWN_MAX || n > CARRIER_OTHERS_MAX)
		return NACRE_E_ARGUMENT;
	memcpy(fds, own, n_own * sizeof(*own));
	if (n > 0)
		memcpy(fds + n_own, others, n * sizeof(*others));
	ready = poll_all(fds, n_own + n, timeout);
	memcpy(own, fds, n_own * sizeof(*own));
	if (n > 0)
		memcpy(others, fds + n_own, n * sizeof(*others));
	return ready;
}

/* The caller's functions with a descriptor to poll. */
static int
wait_for_fd(int fd, unsigned wants, struct pollfd *others, size_t n, int timeout)
{
	struct pollfd own = {.fd = fd};
	unsigned ready = 0;
	int rc;

	if (wants & NACRE_WANT_READ)
		own.events |= POLLIN;
	if (wants & NACRE_WANT_WRITE)
		own.events |= POLLOUT;
	/* Without an interest poll would still report a hang-up, again and again. */
	if (own.events == 0)
		own.fd = -1;
	if ((rc = carrier_poll(&own, 1, others, n, timeout)) < 0)
		return rc;
	if (own.revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
		ready |= NACRE_WANT_READ;
	if (own.revents & POLLOUT)
		ready |= NACRE_WANT_WRITE;
	return (int)ready;
}

int
carrier_wait(const struct nacre_carrier *carrier, unsigned wants, struct pollfd *others, size_t n, int timeout)
{
	if (carrier->wait != NULL)
		return carrier->wait(carrier->ctx, wants, others, n, timeout);
	return wait_for_fd(carrier->fd, wants, others, n, timeout);
}

void
carrier_close(struct nacre_carrier *carrier)
{
	struct nacre_carrier old = *carrier;

	*carrier = (struct nacre_carrier){.fd = -1};
	if (carrier_is_open(&old) && old.close != NULL)
		old.close(old.ctx);
}
