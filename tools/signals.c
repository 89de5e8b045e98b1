/* signals: see signals.h. Knows: sigaction and a pipe. Must not know: what is done about a signal. signal-safety(7). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>
#include "signals.h"

static const int caught[] = {SIGWINCH, SIGCONT, SIGTSTP, SIGINT, SIGTERM, SIGHUP, SIGQUIT};

#define N_CAUGHT (sizeof(caught) / sizeof(caught[0]))

static volatile sig_atomic_t came[N_CAUGHT];
static int ends[2] = {-1, -1}; /* of a pipe: a byte in it means that something came */
static struct sigaction before[N_CAUGHT];

/* A full pipe says enough. */
static void
on_signal(int number)
{
	int error = errno;
	ssize_t k;

	for (size_t i = 0; i < N_CAUGHT; i++) {
		if (caught[i] == number)
			came[i] = 1;
	}
	k = write(ends[1], "", 1);
	(void)k;
	errno = error;
}

static void
catch_one(size_t i)
{
	struct sigaction catch = {.sa_handler = on_signal};

	sigemptyset(&catch.sa_mask);
	came[i] = 0;
	if (sigaction(caught[i], NULL, &before[i]) == 0 && before[i].sa_handler != SIG_IGN)
		(void)sigaction(caught[i], &catch, NULL);
}

bool
signals_begin(void)
{
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	for (size_t i = 0; i < N_CAUGHT; i++)
		catch_one(i);
	return true;
}

int
signals_fd(void)
{
	return ends[0];
}

int
signals_take(void)
{
	char bytes[64];

	/* Emptied first: what comes behind it makes the pipe readable anew. */
	while (read(ends[0], bytes, sizeof(bytes)) > 0)
		continue;
	for (size_t i = 0; i < N_CAUGHT; i++) {
		if (came[i] == 0)
			continue;
		came[i] = 0;
		return caught[i];
	}
	return 0;
}

void
signals_stop_here(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL}, ours;
	sigset_t only, mask;

	sigemptyset(&standard.sa_mask);
	sigemptyset(&only);
	sigaddset(&only, SIGTSTP);
	(void)sigaction(SIGTSTP, &standard, &ours);
	(void)sigprocmask(SIG_UNBLOCK, &only, &mask);
	(void)raise(SIGTSTP);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	(void)sigaction(SIGTSTP, &ours, NULL);
}

void
signals_end(void)
{
	if (ends[0] < 0)
		return;
	for (size_t i = 0; i < N_CAUGHT; i++)
		(void)sigaction(caught[i], &before[i], NULL);
	for (int i = 0; i < 2; i++) {
		(void)close(ends[i]);
		ends[i] = -1;
	}
}
