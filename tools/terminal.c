/* terminal: see terminal.h. Knows: termios. Must not know: what is asked for. Serves: nothing on the wire. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "terminal.h"

/* A program that dies while the echo is off leaves a terminal that seems dead. */
static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGALRM};

#define N_CAUGHT (sizeof(caught) / sizeof(caught[0]))

static volatile sig_atomic_t interrupted; /* the signal that came, or 0 */
static bool line_is_open; /* the newline after the last answer was not echoed */

static void
on_signal(int number)
{
	interrupted = number;
}

static void
catch_signals(struct sigaction *before)
{
	struct sigaction catch = {.sa_handler = on_signal}; /* without SA_RESTART: read must return */

	interrupted = 0;
	sigemptyset(&catch.sa_mask);
	for (size_t i = 0; i < N_CAUGHT; i++)
		(void)sigaction(caught[i], &catch, &before[i]);
}

static void
release_signals(const struct sigaction *before)
{
	for (size_t i = 0; i < N_CAUGHT; i++)
		(void)sigaction(caught[i], &before[i], NULL);
	if (interrupted != 0)
		(void)raise(interrupted);
}

static void
say(int tty, const char *text)
{
	ssize_t k = write(tty, text, strlen(text));

	(void)k;
}

/* The question and a newline that is still owed leave in one write. */
static void
say_question(int tty, const char *question)
{
	char text[1024] = "";

	if (line_is_open)
		strncat(text, "\n", sizeof(text) - 1);
	strncat(text, question, sizeof(text) - strlen(text) - 1);
	say(tty, text);
	line_is_open = false;
}

static bool
read_line(int tty, char *answer, size_t cap)
{
	size_t n = 0;
	ssize_t k;
	char c;

	while ((k = read(tty, &c, 1)) == 1 && c != '\n' && c != '\r') {
		if (n + 1 < cap)
			answer[n] = c;
		n++;
	}
	answer[n < cap ? n : cap - 1] = '\0';
	return k == 1 && n < cap;
}

/* What was typed before the question is not an answer to it: it is flushed. */
static bool
ask(int tty, const char *question, bool secret, char *answer, size_t cap)
{
	struct termios before, quiet;
	bool changed = secret && tcgetattr(tty, &before) == 0, answered;

	if (changed) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
		changed = tcsetattr(tty, TCSAFLUSH, &quiet) == 0;
	}
	/* Where the echo cannot be turned off, a secret is not asked for. */
	if (secret && !changed)
		return false;
	say_question(tty, question);
	answered = read_line(tty, answer, cap);
	line_is_open = secret;
	if (changed)
		(void)tcsetattr(tty, TCSAFLUSH, &before);
	return answered;
}

bool
terminal_ask(const char *question, bool secret, char *answer, size_t cap)
{
	struct sigaction before[N_CAUGHT];
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	bool answered;

	answer[0] = '\0';
	if (tty < 0)
		return false;
	catch_signals(before);
	answered = ask(tty, question, secret, answer, cap);
	if (interrupted != 0)
		terminal_done();
	release_signals(before);
	(void)close(tty);
	return answered;
}

void
terminal_done(void)
{
	int tty = line_is_open ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;

	line_is_open = false;
	if (tty < 0)
		return;
	say(tty, "\n");
	(void)close(tty);
}
