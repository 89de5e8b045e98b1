/* quiet: see quiet.h. Knows: a thread's signal mask. Must not know: what is written. Serves: nothing on the wire. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>
#include "quiet.h"

static bool
quiet_is_pending(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

/* Takes our own SIGPIPE back; errno stays. */
static void
quiet_take(const sigset_t *pipe_only)
{
	const struct timespec now = {0, 0};
	int error = errno;

	while (sigtimedwait(pipe_only, NULL, &now) < 0 && errno == EINTR)
		continue;
	errno = error;
}

/* The disposition of SIGPIPE is the program's and stays as it is: only this thread does not hear of this one write. */
ssize_t
quiet_write(int fd, const void *p, size_t n)
{
	sigset_t pipe_only, before;
	bool was_pending;
	ssize_t k;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	if ((errno = pthread_sigmask(SIG_BLOCK, &pipe_only, &before)) != 0)
		return -1;
	was_pending = quiet_is_pending();
	do
		k = write(fd, p, n);
	while (k < 0 && errno == EINTR);
	if (k < 0 && errno == EPIPE && !was_pending)
		quiet_take(&pipe_only);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return k;
}
