/* shell: see shell.h. Knows: pipes that do not wait. Must not know: packets. RFC 4254 5.2, 5.3, 6.5, 6.10. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <nacre/io.h>
#include "clock.h"
#include "quiet.h"
#include "shell.h"

#define SHELL_READS_MAX 16 /* of one stream in one step, so that one child does not hold up the others */
#define SHELL_PATIENCE_MS 50 /* between looks at a child that has no descriptor to wait for */
#define SHELL_GRACE_MS 200 /* between the end of a child's output and EOF, while the child is still there */

int
shell_start(struct shell *shell, nacre_conn *conn, uint32_t channel, struct slice text, const char *const *env,
    struct pty *pty, struct failure *why)
{
	*shell = (struct shell){.conn = conn, .channel = channel, .in_terminal = pty != NULL};
	return pty == NULL ? spawn_shell(&shell->child, text, env, why)
			   : spawn_in_terminal(&shell->child, text, env, pty, why);
}

static bool
shell_is_later(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK;
}

/* The client's bytes to the child. A child that has closed its input wants none: the rest is thrown away, so that the
 * client is not stopped on its account. */
static void
shell_feed(struct shell *shell)
{
	const uint8_t *p;
	ssize_t k;
	size_t n;

	while ((p = nacre_conn_channel_peek(shell->conn, shell->channel, NACRE_STDOUT, &n)) != NULL) {
		k = shell->child.in < 0 ? (ssize_t)n : quiet_write(shell->child.in, p, n);
		if (k < 0 && shell_is_later(errno))
			return;
		if (k < 0) {
			spawn_close_in(&shell->child);
			continue;
		}
		(void)nacre_conn_channel_consume(shell->conn, shell->channel, NACRE_STDOUT, (size_t)k);
	}
}

static bool
shell_has_input(const struct shell *shell)
{
	size_t n;

	return nacre_conn_channel_peek(shell->conn, shell->channel, NACRE_STDOUT, &n) != NULL;
}

static void
shell_close_stream(int *fd)
{
	(void)close(*fd);
	*fd = -1;
}

/* One read. False where there was nothing to read, or no room for it. */
static bool
shell_read(struct shell *shell, int *fd, enum nacre_stream stream)
{
	size_t room;
	uint8_t *space;
	bool later;
	ssize_t k;

	if (*fd < 0)
		return false;
	space = nacre_conn_channel_write_space(shell->conn, shell->channel, stream, &room);
	if (space == NULL) {
		shell->full = true;
		return false;
	}
	do
		k = read(*fd, space, room);
	while (k < 0 && errno == EINTR);
	later = k < 0 && shell_is_later(errno);
	(void)nacre_conn_channel_commit(shell->conn, shell->channel, stream, k > 0 ? (size_t)k : 0);
	if (k <= 0 && !later)
		shell_close_stream(fd);
	return k > 0;
}

/* The streams take turns: a stream that floods must not keep the other one out of the area that they share. True where
 * there may be more to read. */
static bool
shell_drain(struct shell *shell)
{
	bool more = true;

	for (int i = 0; more && !shell->full && i < SHELL_READS_MAX; i++) {
		more = shell->err_first ? shell_read(shell, &shell->child.err, NACRE_STDERR)
					: shell_read(shell, &shell->child.out, NACRE_STDOUT);
		more |= shell->err_first ? shell_read(shell, &shell->child.out, NACRE_STDOUT)
					 : shell_read(shell, &shell->child.err, NACRE_STDERR);
		shell->err_first = !shell->err_first;
	}
	return more || shell->full;
}

/* RFC 4254 6.10: the status, or the signal. */
static void
shell_reap(struct shell *shell)
{
	struct spawn_end end;

	if (shell->ended || spawn_poll(&shell->child, &end) == 0)
		return;
	shell->ended = true;
	shell->exit = (struct nacre_exit){
	    .kind = end.by_signal ? NACRE_EXIT_SIGNAL : NACRE_EXIT_STATUS,
	    .status = (uint32_t)end.status,
	    .core_dumped = end.core_dumped,
	};
	snprintf(shell->exit.signal, sizeof(shell->exit.signal), "%s", end.signal);
}

static bool
shell_is_silent(const struct shell *shell)
{
	return shell->child.out < 0 && shell->child.err < 0;
}

/* Some clients (Dropbear's) close the channel as soon as they have seen both EOFs, and would miss the status that comes
 * a moment later. A child that closes its output mostly ends right after it: EOF waits for that, but not for long. */
static void
shell_end_output(struct shell *shell, int64_t now)
{
	if (shell->eof_due_ms == 0)
		shell->eof_due_ms = now + SHELL_GRACE_MS;
	if (shell->eof_sent || now < shell->eof_due_ms)
		return;
	shell->eof_sent = true;
	(void)nacre_conn_channel_eof(shell->conn, shell->channel);
}

/* A terminal has no end while anybody left behind holds it. The session is over with its leader all the same: what was
 * written by then is there in a moment. */
static void
shell_leave_terminal(struct shell *shell, int64_t now, bool more)
{
	if (!shell->in_terminal || !shell->ended || shell->child.out < 0)
		return;
	if (shell->eof_due_ms == 0)
		shell->eof_due_ms = now + SHELL_GRACE_MS;
	if (now >= shell->eof_due_ms && !more)
		shell_close_stream(&shell->child.out);
}

bool
shell_step(struct shell *shell, bool input_ended)
{
	bool more;

	shell_feed(shell);
	if (input_ended && !shell_has_input(shell))
		spawn_close_in(&shell->child);
	more = shell_drain(shell);
	shell_reap(shell);
	shell_leave_terminal(shell, nacre_clock_ms(), more);
	if (shell_is_silent(shell) && !shell->ended)
		shell_end_output(shell, nacre_clock_ms());
	return shell_is_silent(shell) && shell->ended;
}

bool
shell_is_ready(const struct shell *shell)
{
	short any = shell->in.revents | shell->out.revents | shell->err.revents | shell->alive.revents;

	return any != 0 || shell_patience(shell) >= 0;
}

void
shell_writable(struct shell *shell)
{
	shell->full = false;
}

static struct pollfd
shell_interest(int fd, short events)
{
	return (struct pollfd){.fd = fd, .events = events};
}

int
shell_watch(struct shell *shell, const struct nacre_env *env, struct pollset *set)
{
	short from_child = shell->full ? 0 : POLLIN;
	int rc;

	/* Not without input: that the other end is gone would be reported again and again. */
	shell->in = shell_interest(shell_has_input(shell) ? shell->child.in : -1, POLLOUT);
	shell->out = shell_interest(shell->child.out, from_child);
	shell->err = shell_interest(shell->child.err, from_child);
	shell->alive = shell_interest(shell->child.alive, POLLIN);
	if ((rc = pollset_add(set, env, &shell->in)) != NACRE_OK ||
	    (rc = pollset_add(set, env, &shell->out)) != NACRE_OK ||
	    (rc = pollset_add(set, env, &shell->err)) != NACRE_OK)
		return rc;
	return pollset_add(set, env, &shell->alive);
}

int
shell_patience(const struct shell *shell)
{
	int eof = -1;

	if (shell->in_terminal && shell->ended && shell->child.out >= 0 && !shell->full)
		return clock_left(shell->eof_due_ms, nacre_clock_ms());
	if (!shell_is_silent(shell) || shell->ended)
		return -1;
	if (!shell->eof_sent)
		eof = clock_left(shell->eof_due_ms, nacre_clock_ms());
	return shell->child.alive < 0 ? SHELL_PATIENCE_MS : eof;
}

void
shell_signal(struct shell *shell, struct slice name)
{
	int number = spawn_signal_number(name);

	if (number != 0 && !shell->ended)
		(void)spawn_kill_foreground(&shell->child, shell->in_terminal ? shell->child.out : -1, number);
}

bool
shell_resize(struct shell *shell, const struct pty_size *size)
{
	if (!shell->in_terminal || shell->child.out < 0)
		return false;
	pty_resize(shell->child.out, size);
	return true;
}

void
shell_free(struct shell *shell)
{
	spawn_free(&shell->child);
}
