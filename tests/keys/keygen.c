/* keygen: see keygen.h. */
#define _POSIX_C_SOURCE 200809L
#include "keygen.h"

#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

extern char **environ;

static void
drain(int fd, char *out, size_t size)
{
	size_t used = 0;
	char c;

	while (read(fd, &c, 1) == 1)
		if (used + 1 < size)
			out[used++] = c;
	out[used] = '\0';
}

int
keygen_run(const char *const argv[], char *out, size_t size)
{
	posix_spawn_file_actions_t actions;
	int ends[2], status = 0, r;
	char *args[16];
	size_t i;
	pid_t pid;

	for (i = 0; i < 15 && argv[i] != NULL; i++)
		args[i] = (char *)(uintptr_t)argv[i]; /* posix_spawn does not write to it */
	args[i] = NULL;
	assert_int_equal(pipe(ends), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	r = posix_spawnp(&pid, args[0], &actions, NULL, args, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	drain(ends[0], out, size);
	close(ends[0]);
	if (r != 0)
		return -1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) != 127 ? WEXITSTATUS(status) : -1;
}

/* Without arguments that make sense it ends at once with a status of its own. */
bool
keygen_is_here(void)
{
	static const char *const argv[] = {"ssh-keygen", "-l", "-f", "/dev/null", NULL};
	char out[16];

	if (keygen_run(argv, out, sizeof(out)) != -1)
		return true;
	print_message("skipped: there is no ssh-keygen in PATH\n");
	return false;
}

void
keygen_file(const void *p, size_t n, char path[64])
{
	char dir[] = "/tmp/nacre-test-XXXXXX";
	int fd;

	assert_non_null(mkdtemp(dir));
	snprintf(path, 64, "%s/file", dir);
	assert_true((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) >= 0);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	assert_int_equal(close(fd), 0);
}

void
keygen_remove(const char *path)
{
	char dir[64];

	assert_int_equal(unlink(path), 0);
	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	assert_int_equal(rmdir(dir), 0);
}
