/* strait: see strait.h. */
#include "strait.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

/* False where this way is over. */
static bool
carry(struct strait *s, bool down)
{
	int from = down ? s->far : s->near, to = down ? s->near : s->far;
	long left = atomic_load(&s->left[down]);
	uint8_t bytes[4096];
	ssize_t n = recv(from, bytes, left >= 0 && left < (long)sizeof(bytes) ? (size_t)left : sizeof(bytes), 0);

	if (n <= 0 || send(to, bytes, (size_t)n, MSG_NOSIGNAL) != n)
		return false;
	if (left >= 0)
		atomic_fetch_sub(&s->left[down], n);
	atomic_fetch_add(&s->passed[down], n);
	return atomic_load(&s->left[down]) != 0;
}

static void *
ferry(void *arg)
{
	struct strait *s = arg;
	struct pollfd fds[2] = {{.fd = s->near, .events = POLLIN}, {.fd = s->far, .events = POLLIN}};
	bool open = true;

	while (open && poll(fds, 2, -1) > 0) {
		for (int down = 0; down < 2 && open; down++) {
			if (fds[down].revents != 0)
				open = carry(s, down == 1);
		}
	}
	(void)close(s->near);
	(void)close(s->far);
	return NULL;
}

void
strait_link(void *strait, int ends[2])
{
	struct strait *s = strait;
	int near[2], far[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, near), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, far), 0);
	ends[0] = near[0];
	ends[1] = far[0];
	s->near = near[1];
	s->far = far[1];
	for (int down = 0; down < 2; down++)
		strait_allow(s, down == 1, -1);
	assert_int_equal(pthread_create(&s->thread, NULL, ferry, s), 0);
}

void
strait_allow(struct strait *s, bool down, long n)
{
	atomic_store(&s->passed[down], 0);
	atomic_store(&s->left[down], n);
}

long
strait_passed(struct strait *s, bool down)
{
	return atomic_load(&s->passed[down]);
}

void
strait_end(struct strait *s)
{
	assert_int_equal(pthread_join(s->thread, NULL), 0);
}
