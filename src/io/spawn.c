/* spawn: a command in a child process, with three pipes. Knows: fork, exec, pipes, waitpid. Must not know: channels.
 * Serves: nothing on the wire; RFC 4254 6.5's "exec" ends here on a server that offers it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
pipes_open(struct spawn_pipes *pipes)
{
	*pipes = (struct spawn_pipes){{-1, -1}, {-1, -1}, {-1, -1}};
	return pipe2(pipes->in, O_CLOEXEC) == 0 && pipe2(pipes->out, O_CLOEXEC) == 0 &&
	       pipe2(pipes->err, O_CLOEXEC) == 0;
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

_Noreturn static void
child_run(const struct spawn_pipes *pipes, char *command, char **env)
{
	char shell[] = "sh", option[] = "-c";
	char *argv[] = {shell, option, command, NULL};
	int in, out, err;

	(void)setsid();
	child_signals();
	/* Above 2 first: where this process began with its standard descriptors closed, a pipe may sit at 0, 1 or 2. */
	in = fcntl(pipes->in[END_READ], F_DUPFD_CLOEXEC, 3);
	out = fcntl(pipes->out[END_WRITE], F_DUPFD_CLOEXEC, 3);
	err = fcntl(pipes->err[END_WRITE], F_DUPFD_CLOEXEC, 3);
	if (child_place(in, 0) && child_place(out, 1) && child_place(err, 2)) {
#ifdef SYS_close_range
		(void)syscall(SYS_close_range, 3u, ~0u, 0u);
#endif
		(void)execve("/bin/sh", argv, env);
	}
	_exit(127);
}

/* This process's environment with the additions; the strings themselves are borrowed. */
static char **
env_joined(const char *const *added)
{
	size_t n = 0, k = 0;
	char **out;

	while (environ != NULL && environ[n] != NULL && n < SPAWN_ENV_MAX)
		n++;
	while (added != NULL && added[k] != NULL)
		k++;
	if ((out = calloc(n + k + 1, sizeof(*out))) == NULL)
		return NULL;
	/* The additions first: getenv takes the first of two. */
	if (k > 0)
		memcpy(out, added, k * sizeof(*out));
	if (n > 0)
		memcpy(out + k, environ, n * sizeof(*out));
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

int
spawn_shell(struct spawn *child, struct slice command, const char *const *env, struct failure *why)
{
	struct spawn_pipes pipes = {{-1, -1}, {-1, -1}, {-1, -1}};
	char *text = NULL, **environment = NULL;
	int rc = NACRE_OK;
	pid_t pid;

	*child = (struct spawn){0, -1, -1, -1, -1};
	if (command.n > 0 && memchr(command.p, 0, command.n) != NULL)
		return failure_set(why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "the command holds a NUL byte");
	text = strndup(command.n == 0 ? "" : (const char *)command.p, command.n);
	environment = env_joined(env);
	if (text == NULL || environment == NULL) {
		rc = failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "out of memory");
		goto out;
	}
	if (!pipes_open(&pipes) || (pid = fork()) < 0) {
		rc = failure_set(why, NACRE_E_SYSTEM, NACRE_ORIGIN_RESOURCE, "a child process: %s", strerror(errno));
		goto out;
	}
	if (pid == 0)
		child_run(&pipes, text, environment);
	child_adopt(child, pid, &pipes);
out:
	pipes_close(&pipes);
	free(environment);
	free(text);
	return rc;
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
