/* spawn: a command in a child process, with three pipes or in a terminal. Knows: fork, exec, pipes, waitpid. Must not
 * know: channels. Serves: nothing on the wire; RFC 4254 6.5's "exec" ends here on a server that offers it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "spawn.h"

extern char **environ;

#define SPAWN_ENV_MAX 4096 /* strings of this process's environment that are handed on */

enum { END_READ, END_WRITE };

struct spawn_pipes {
	int in[2], out[2], err[2];
};

static const struct {
	const char *name;
	int number;
} signal_names[] = {
    {"ABRT", SIGABRT},
    {"ALRM", SIGALRM},
    {"FPE", SIGFPE},
    {"HUP", SIGHUP},
    {"ILL", SIGILL},
    {"INT", SIGINT},
    {"KILL", SIGKILL},
    {"PIPE", SIGPIPE},
    {"QUIT", SIGQUIT},
    {"SEGV", SIGSEGV},
    {"TERM", SIGTERM},
    {"USR1", SIGUSR1},
    {"USR2", SIGUSR2},
};

#define N_SIGNAL_NAMES (sizeof(signal_names) / sizeof(signal_names[0]))

int
spawn_signal_number(struct slice name)
{
	for (size_t i = 0; i < N_SIGNAL_NAMES; i++) {
		if (slice_is(name, signal_names[i].name))
			return signal_names[i].number;
	}
	return 0;
}

/* Signals without a name in RFC 4254 6.10 get one in its form for local extensions. */
static void
signal_name(int number, char *out, size_t cap)
{
	for (size_t i = 0; i < N_SIGNAL_NAMES; i++) {
		if (signal_names[i].number == number) {
			snprintf(out, cap, "%s", signal_names[i].name);
			return;
		}
	}
	snprintf(out, cap, "%d@posix", number);
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void
pipes_close(struct spawn_pipes *pipes)
{
	for (int i = 0; i < 2; i++) {
		close_fd(&pipes->in[i]);
		close_fd(&pipes->out[i]);
		close_fd(&pipes->err[i]);
	}
}

static bool
pipes_open(struct spawn_pipes *pipes, bool in_is_socket)
{
	bool ok;

	*pipes = (struct spawn_pipes){{-1, -1}, {-1, -1}, {-1, -1}};
	if (in_is_socket)
		ok = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pipes->in) == 0;
	else
		ok = pipe2(pipes->in, O_CLOEXEC) == 0;
	return ok && pipe2(pipes->out, O_CLOEXEC) == 0 && pipe2(pipes->err, O_CLOEXEC) == 0;
}

/* In the child only async-signal-safe calls are allowed: another thread may have held any lock at the fork. */
static void
child_signals(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &standard, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Puts fd at number `as`, open across exec. An fd that is there already only loses its flag. */
static bool
child_place(int fd, int as)
{
	if (fd == as)
		return fcntl(fd, F_SETFD, 0) == 0;
	return dup2(fd, as) == as;
}

/* Puts the three at 0, 1 and 2, and runs the command. */
_Noreturn static void
child_exec(int in, int out, int err, char *command, char **env)
{
	char shell[] = "sh", option[] = "-c";
	char *argv[] = {shell, option, command, NULL};

	if (child_place(in, 0) && child_place(out, 1) && child_place(err, 2)) {
#ifdef SYS_close_range
		(void)syscall(SYS_close_range, 3u, ~0u, 0u);
#endif
		(void)execve("/bin/sh", argv, env);
	}
	_exit(127);
}

/* Above 2 first: where this process began with its standard descriptors closed, a pipe may sit at 0, 1 or 2. */
static int
child_lift(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

_Noreturn static void
child_run(const struct spawn_pipes *pipes, char *command, char **env)
{
	(void)setsid();
	child_signals();
	child_exec(child_lift(pipes->in[END_READ]), child_lift(pipes->out[END_WRITE]),
	    child_lift(pipes->err[END_WRITE]), command, env);
}

_Noreturn static void
child_run_in_terminal(int slave, char *command, char **env)
{
	(void)setsid();
	child_signals();
	slave = child_lift(slave);
	if (ioctl(slave, TIOCSCTTY, 0) != 0)
		_exit(127);
	child_exec(slave, slave, slave, command, env);
}

/* Is the variable among these, with whatever value? */
static bool
env_has(char *const *list, size_t n, const char *variable)
{
	size_t name = strcspn(variable, "=");

	for (size_t i = 0; i < n; i++) {
		if (strncmp(list[i], variable, name) == 0 && list[i][name] == '=')
			return true;
	}
	return false;
}

/* The additions, and this process's environment without what they replace: of two values some programs take the first,
 * and some the last. The strings themselves are borrowed. */
static char **
env_joined(const char *const *added)
{
	size_t n = 0, k = 0, used;
	char **out;

	while (environ != NULL && environ[n] != NULL && n < SPAWN_ENV_MAX)
		n++;
	while (added != NULL && added[k] != NULL)
		k++;
	if ((out = calloc(n + k + 1, sizeof(*out))) == NULL)
		return NULL;
	if (k > 0)
		memcpy(out, added, k * sizeof(*out));
	used = k;
	for (size_t i = 0; i < n; i++) {
		if (!env_has(out, k, environ[i]))
			out[used++] = environ[i];
	}
	return out;
}

static int
pidfd_of(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0u); /* closed on exec by its nature */
#else
	(void)pid;
	return -1;
#endif
}

/* Our ends go to *child, the child's ends are closed. */
static void
child_adopt(struct spawn *child, pid_t pid, struct spawn_pipes *pipes)
{
	*child = (struct spawn){pid, pipes->in[END_WRITE], pipes->out[END_READ], pipes->err[END_READ], pidfd_of(pid)};
	pipes->in[END_WRITE] = pipes->out[END_READ] = pipes->err[END_READ] = -1;
	(void)fcntl(child->in, F_SETFL, O_NONBLOCK);
	(void)fcntl(child->out, F_SETFL, O_NONBLOCK);
	(void)fcntl(child->err, F_SETFL, O_NONBLOCK);
}

/* What is run, made before the fork: nothing can be allocated behind it. */
struct spawn_words {
	char *text, **env; /* the strings of env are borrowed */
};

static void
words_free(struct spawn_words *words)
{
	free(words->env);
	free(words->text);
}

static int
words_make(struct spawn_words *words, struct slice command, const char *const *env, struct failure *why)
{
	*words = (struct spawn_words){NULL, NULL};
	if (command.n > 0 && memchr(command.p, 0, command.n) != NULL)
		return failure_set(why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "the command holds a NUL byte");
	words->text = strndup(command.n == 0 ? "" : (const char *)command.p, command.n);
	words->env = env_joined(env);
	if (words->text == NULL || words->env == NULL)
		return failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "out of memory");
	return NACRE_OK;
}

static int
no_child(struct failure *why)
{
	return failure_set(why, NACRE_E_SYSTEM, NACRE_ORIGIN_RESOURCE, "a child process: %s", strerror(errno));
}

static int
spawn(struct spawn *child, struct slice command, const char *const *env, bool in_is_socket, struct failure *why)
{
	struct spawn_pipes pipes = {{-1, -1}, {-1, -1}, {-1, -1}};
	struct spawn_words words;
	pid_t pid;
	int rc;

	*child = (struct spawn){0, -1, -1, -1, -1};
	if ((rc = words_make(&words, command, env, why)) != NACRE_OK)
		goto out;
	if (!pipes_open(&pipes, in_is_socket) || (pid = fork()) < 0) {
		rc = no_child(why);
		goto out;
	}
	if (pid == 0)
		child_run(&pipes, words.text, words.env);
	child_adopt(child, pid, &pipes);
out:
	pipes_close(&pipes);
	words_free(&words);
	return rc;
}

int
spawn_in_terminal(
    struct spawn *child, struct slice command, const char *const *env, struct pty *pty, struct failure *why)
{
	struct spawn_words words;
	int in = -1, rc;
	pid_t pid;

	*child = (struct spawn){0, -1, -1, -1, -1};
	if ((rc = words_make(&words, command, env, why)) != NACRE_OK)
		goto out;
	if ((in = fcntl(pty->master, F_DUPFD_CLOEXEC, 3)) < 0 || (pid = fork()) < 0) {
		rc = no_child(why);
		goto out;
	}
	if (pid == 0)
		child_run_in_terminal(pty->slave, words.text, words.env);
	*child = (struct spawn){pid, in, pty->master, -1, pidfd_of(pid)};
	in = pty->master = -1;
out:
	close_fd(&in);
	pty_close(pty);
	words_free(&words);
	return rc;
}

int
spawn_shell(struct spawn *child, struct slice command, const char *const *env, struct failure *why)
{
	return spawn(child, command, env, false, why);
}

int
spawn_proxy(struct spawn *child, const char *command, struct failure *why)
{
	return spawn(child, slice_str(command), NULL, true, why);
}

int
spawn_poll(struct spawn *child, struct spawn_end *end)
{
	int status;
	pid_t k;

	*end = (struct spawn_end){.status = 0};
	if (child->pid <= 0)
		return 0;
	do
		k = waitpid(child->pid, &status, WNOHANG);
	while (k < 0 && errno == EINTR);
	if (k == 0)
		return 0;

	/* k < 0: somebody else reaped it (SIGCHLD ignored): it has ended, and nobody knows how. */
	child->pid = 0;
	close_fd(&child->alive);
	end->status = k < 0 ? 255 : WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	end->by_signal = k > 0 && WIFSIGNALED(status);
	if (!end->by_signal)
		return 1;
	signal_name(WTERMSIG(status), end->signal, sizeof(end->signal));
	end->core_dumped = WCOREDUMP(status);
	return 1;
}

int
spawn_kill(const struct spawn *child, int signal)
{
	/* kill(-1) would mean every process of this user (CVE-2026-59845). */
	if (child->pid <= 1)
		return NACRE_E_MISUSE;
	/* The session has its own process group from setsid on; before that only the child itself is there. */
	if (kill(-child->pid, signal) == 0 || kill(child->pid, signal) == 0)
		return NACRE_OK;
	return NACRE_E_SYSTEM;
}

int
spawn_kill_foreground(const struct spawn *child, int master, int signal)
{
	int group = master < 0 || child->pid <= 1 ? 0 : pty_foreground(master);

	if (group > 1 && kill(-group, signal) == 0)
		return NACRE_OK;
	return spawn_kill(child, signal);
}

void
spawn_close_in(struct spawn *child)
{
	close_fd(&child->in);
}

void
spawn_free(struct spawn *child)
{
	close_fd(&child->in);
	close_fd(&child->out);
	close_fd(&child->err);
	if (child->pid > 1) {
		(void)spawn_kill(child, SIGKILL);
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	child->pid = 0;
	close_fd(&child->alive);
}
