/* exec_options: the command line of nacre exec. Knows: OpenSSH's letters. Must not know: connections. ssh(1). */
#ifndef TOOL_EXEC_OPTIONS_H
#define TOOL_EXEC_OPTIONS_H

#include "escape.h"
#include "settings.h"

/* Whether the server is asked for a terminal: ssh(1)'s -T, nothing, -t, -tt. */
enum terminal_wish { TERMINAL_USUAL, TERMINAL_NEVER, TERMINAL_WANTED, TERMINAL_FORCED };

struct exec_options {
	struct settings settings;
	enum say_trace trace;
	bool is_shell; /* nacre shell: without a command the login shell */
	enum terminal_wish terminal;
	int escape; /* the character, or ESCAPE_NONE */
	char *destination; /* owned */
	const char *host; /* borrowed from it */
	char *command; /* owned: the words joined by spaces, as OpenSSH does; NULL: the login shell */
};

/* 0, or TOOL_FAILED after saying what is wrong. Freed by exec_options_free in any case. */
int exec_options_read(struct exec_options *options, int argc, char **argv);
int exec_options_read_shell(struct exec_options *options, int argc, char **argv);
void exec_options_free(struct exec_options *options);

#endif
