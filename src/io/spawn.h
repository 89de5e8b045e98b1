/* spawn: a command in a child process, with three pipes or in a terminal. Knows: fork, exec, pipes, waitpid. Must not
 * know: channels. Serves: nothing on the wire; RFC 4254 6.5's "exec" ends here on a server that offers it. */
#ifndef IO_SPAWN_H
#define IO_SPAWN_H

#include <sys/types.h>
#include "failure.h"
#include "pty.h"

struct spawn {
	pid_t pid; /* 0: none, or reaped */
	int in, out, err; /* our ends, non-blocking and closed on exec; -1 once closed */
	int alive; /* readable (poll POLLIN) once the child has ended; -1 where the system has no pidfd */
};

struct spawn_end {
	bool by_signal;
	int status; /* exit status */
	char signal[16]; /* "TERM", without "SIG" */
	bool core_dumped;
};

/* Runs `/bin/sh -c command` in its own session, with default signal actions and none of our descriptors. env:
 * "NAME=value" strings added to this process's environment, NULL-terminated (NULL: none). NACRE_E_ARGUMENT where the
 * command holds a NUL; NACRE_E_SYSTEM; NACRE_E_NOMEM. */
int spawn_shell(struct spawn *child, struct slice command, const char *const *env, struct failure *why) NACRE_CHECK;
/* The same in a terminal, which becomes the session's own: `in` and `out` of the child are its master, err is -1. *pty
 * is taken over and closed, whatever the result. */
int spawn_in_terminal(struct spawn *child, struct slice command, const char *const *env, struct pty *pty,
    struct failure *why) NACRE_CHECK;
/* The same for a command that carries a connection: its standard input is a socket, which can be written to without a
 * signal where nobody reads. */
int spawn_proxy(struct spawn *child, const char *command, struct failure *why) NACRE_CHECK;
/* Has it ended? 1 and *end, once: it is reaped then. 0: not yet. Never waits. */
int spawn_poll(struct spawn *child, struct spawn_end *end);
/* Sends a signal to the child's whole session. NACRE_E_MISUSE where there is no child. */
int spawn_kill(const struct spawn *child, int signal);
/* Sends a signal to whoever has the terminal whose master this is, or else as spawn_kill. */
int spawn_kill_foreground(const struct spawn *child, int master, int signal);
/* The number of a signal by RFC 4254 6.10's name ("TERM"); 0 for an unknown one. */
int spawn_signal_number(struct slice name);
void spawn_close_in(struct spawn *child);
/* Closes the pipes; kills (SIGKILL) and reaps a child that still runs. */
void spawn_free(struct spawn *child);

#endif
