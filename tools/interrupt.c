/* interrupt: see interrupt.h. Knows: SIGINT. Must not know: what is interrupted. Serves: nothing on the wire. */
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
