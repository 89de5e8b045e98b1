/* sftp_shell: what the commands of nacre sftp share. Knows: the session, a command's words, how failures are said. Must
 * not know: the protocol. sftp(1). */
#ifndef TOOL_SFTP_SHELL_H
#define TOOL_SFTP_SHELL_H

#include "sftp_line.h"
#include "transfer.h"

struct sftp_shell {
	nacre_sftp *sftp;
	struct transfer *t; /* the command line's options */
	bool shows_progress;
	bool is_over; /* by "bye", or the session's end */
	bool is_lost; /* the session's end */
};

/* A command, as it was typed. */
struct sftp_call {
	struct sftp_shell *shell;
	const char *name, *rest; /* rest: the line, for '!' */
	char flags[32]; /* the letters that were given */
	const struct sftp_word *words; /* without the command's name and the letters */
	size_t n;
};

/* 0, or 1 after saying what went wrong. */
typedef int sftp_command(struct sftp_call *call);

bool sftp_has(const struct sftp_call *call, char letter);
/* The word's text, or NULL where there is none. */
const char *sftp_word(const struct sftp_call *call, size_t i);

/* Prints what a server may have named, escaped. */
void sftp_print_name(FILE *to, const char *name);
/* "name: what"; returns 1. */
int sftp_say(const char *name, const char *what);
/* rc of a call about `name`: 0 for NACRE_OK, else 1 after saying why. */
int sftp_check(struct sftp_shell *shell, const char *name, int rc);
/* path/name, or name alone where path is "": the caller's to free. NULL after saying so. */
char *sftp_join(const char *path, const char *name);
int sftp_run_line(struct sftp_shell *shell, const struct sftp_line *line);
/* The i-th command's name; NULL behind the last. */
const char *sftp_command_name(size_t i);
/* Where its i-th path is: 'r' at the server, 'l' here; '-' where it is no path, or there is no such command. */
char sftp_command_side(const char *name, size_t i);

/* A list of names that grows. */
struct sftp_names {
	char **names;
	size_t n, cap;
};

/* The names that a word stands for, sorted: at the server, or here. A word without a wildcard is itself, whether it is
 * there or not; one that nothing fits is an error. 0, or 1 after saying so. Freed in any case. */
int sftp_glob_remote(struct sftp_shell *shell, const struct sftp_word *word, struct sftp_names *names);
int sftp_glob_local(const struct sftp_word *word, struct sftp_names *names);
void sftp_names_free(struct sftp_names *names);
/* Does it have a wildcard? */
bool sftp_is_pattern(const char *pattern);

sftp_command sftp_cd, sftp_pwd, sftp_mkdir, sftp_rmdir, sftp_rm, sftp_rename, sftp_ln, sftp_symlink;
sftp_command sftp_chmod, sftp_chown, sftp_chgrp, sftp_df;
sftp_command sftp_ls;
sftp_command sftp_get, sftp_reget, sftp_put, sftp_reput, sftp_copy;
sftp_command sftp_lcd, sftp_lpwd, sftp_lls, sftp_lmkdir, sftp_lumask, sftp_escape;

#endif
