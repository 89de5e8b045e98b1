/* shell: a child process on a channel. Knows: its pipes, the channel's streams, who waits for whom. Must not know:
 * packets, or who asked. RFC 4254 5.2, 5.3, 6.5, 6.10. */
#ifndef SERVER_SHELL_H
#define SERVER_SHELL_H

#include <poll.h>
#include <nacre/channel.h>
#include "pollset.h"
#include "spawn.h"

struct shell {
	nacre_conn *conn;
	uint32_t channel;
	struct spawn child;
	struct pollfd in, out, err, alive; /* what it waits for; fd -1: not */
	bool full; /* the channel had no room: CHANNEL_WRITABLE says when */
	bool err_first; /* the stream that had its turn last goes second */
	bool eof_sent;
	bool in_terminal;
	int64_t eof_due_ms; /* from the end of both streams on, in a terminal from that of the child; 0 before */
	bool ended; /* the child was reaped, and its end is in `exit` */
	struct nacre_exit exit;
};

/* Starts `/bin/sh -c text`. env: NAME=value strings, NULL at the end; NULL: none. pty: where it runs, taken over
 * whatever the result; NULL: three pipes. */
int shell_start(struct shell *shell, nacre_conn *conn, uint32_t channel, struct slice text, const char *const *env,
    struct pty *pty, struct failure *why) NACRE_CHECK;
/* Moves what can be moved now, both ways. input_ended: the client has sent EOF. True where everything is over: the
 * child was reaped and both of its streams were read to the end. */
bool shell_step(struct shell *shell, bool input_ended);
/* After poll: is a step worth while? */
bool shell_is_ready(const struct shell *shell);
/* The channel has room again. */
void shell_writable(struct shell *shell);
int shell_watch(struct shell *shell, const struct nacre_env *env, struct pollset *set) NACRE_CHECK;
/* Milliseconds after which it wants a step although no descriptor tells; -1: none. */
int shell_patience(const struct shell *shell);
void shell_signal(struct shell *shell, struct slice name);
/* False where it runs in no terminal. */
bool shell_resize(struct shell *shell, const struct pty_size *size);
/* Kills a child that still runs. */
void shell_free(struct shell *shell);

#endif
