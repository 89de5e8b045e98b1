/* sftp_local: the commands on this side. Knows: directories, umask, a shell of the user's. Must not know: the session.
 * sftp(1). */
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sftp_shell.h"

extern char **environ;

int
sftp_lcd(struct sftp_call *call)
{
	const char *to = call->n == 0 ? getenv("HOME") : call->words[0].text;

	if (to == NULL)
		return sftp_say("HOME", "not set");
	return chdir(to) == 0 ? 0 : sftp_say(to, strerror(errno));
}

int
sftp_lpwd(struct sftp_call *call)
{
	char here[PATH_MAX];

	(void)call;
	if (getcwd(here, sizeof(here)) == NULL)
		return sftp_say("the working directory", strerror(errno));
	fputs("Local working directory: ", stdout);
	sftp_print_name(stdout, here);
	putchar('\n');
	return 0;
}

int
sftp_lmkdir(struct sftp_call *call)
{
	return mkdir(call->words[0].text, 0777) == 0 ? 0 : sftp_say(call->words[0].text, strerror(errno));
}

int
sftp_lumask(struct sftp_call *call)
{
	char *end;
	unsigned long mask = strtoul(call->words[0].text, &end, 8);

	if (*end != '\0' || end == call->words[0].text || call->words[0].text[0] == '-' || mask > 0777)
		return sftp_say(call->words[0].text, "not a mask");
	(void)umask((mode_t)mask);
	printf("Local umask: %03lo\n", mask);
	return 0;
}

/* With our three streams. How the program ends is told, but fails nothing: so it is with OpenSSH. */
static int
run_here(const char *path, char **argv)
{
	pid_t pid;
	int status, rc;

	fflush(stdout);
	if ((rc = posix_spawn(&pid, path, NULL, NULL, argv, environ)) != 0)
		return sftp_say(path, strerror(rc));
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return sftp_say(path, strerror(errno));
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		fprintf(stderr, "nacre: it ended with status %d\n", WEXITSTATUS(status));
	else if (!WIFEXITED(status))
		fprintf(stderr, "nacre: it did not end by itself\n");
	return 0;
}

int
sftp_escape(struct sftp_call *call)
{
	const char *command = call->rest + strspn(call->rest, "! \t");
	const char *shell = getenv("SHELL");
	char name[] = "sh", option[] = "-c", *line = strdup(command);
	char *argv[] = {name, NULL, NULL, NULL};
	int rc;

	if (line == NULL)
		return sftp_say("out of memory", NULL);
	if (line[0] != '\0') {
		argv[1] = option;
		argv[2] = line;
	}
	rc = run_here(shell == NULL || shell[0] == '\0' ? "/bin/sh" : shell, argv);
	free(line);
	return rc;
}

/* The letters are ls's own; the words' wildcards are ours to fill in, as no shell is between. */
int
sftp_lls(struct sftp_call *call)
{
	char name[] = "ls", *argv[SFTP_WORDS_MAX + 2] = {name};
	struct sftp_names names[SFTP_WORDS_MAX] = {{.n = 0}};
	size_t n = 1;
	int rc = 0;

	for (size_t w = 0; rc == 0 && w < call->n; w++) {
		rc = sftp_glob_local(&call->words[w], &names[w]);
		for (size_t i = 0; rc == 0 && i < names[w].n; i++) {
			if (n > SFTP_WORDS_MAX)
				rc = sftp_say("too many names", NULL);
			else
				argv[n++] = names[w].names[i];
		}
	}
	if (rc == 0)
		rc = run_here("/bin/ls", argv);
	for (size_t w = 0; w < call->n; w++)
		sftp_names_free(&names[w]);
	return rc;
}
