/* interrupt: see interrupt.h. Knows: SIGINT. Must not know: what is interrupted. Serves: nothing on the wire. */
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include "interrupt.h"

static volatile sig_atomic_t came;

static void
on_interrupt(int number)
{
	if (came) {
		(void)signal(number, SIG_DFL);
		(void)raise(number);
	}
	came = 1;
}

void
interrupt_begin(void)
{
	struct sigaction action = {.sa_handler = on_interrupt};

	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
}

bool
interrupt_came(void)
{
	return came != 0;
}

void
interrupt_forget(void)
{
	came = 0;
}

/* The signal is let in while poll waits and at no other time: it cannot come between the look at it and the wait. */
bool
interrupt_wait(int fd)
{
	struct pollfd input = {.fd = fd, .events = POLLIN};
	sigset_t block, before;
	int ready = -1;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &block, &before);
	if (!came)
		ready = ppoll(&input, 1, NULL, &before);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return ready > 0 || !came;
}
