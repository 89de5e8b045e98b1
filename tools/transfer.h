/* transfer: what nacre sftp takes over from nacre get and put. Knows: the letters, the server's connection, the line of
 * progress. Must not know: commands. scp(1), sftp(1). */
#ifndef TOOL_TRANSFER_H
#define TOOL_TRANSFER_H

#include "exec.h"

#define TRANSFER_WORDS_MAX 64

struct transfer {
	bool put, sftp, recursive, trace, shown;
	struct nacre_sftp_transfer options;
	const char *usage;
	const char *batch; /* -b, which nacre sftp alone has; NULL: none */
	const char *source, *target; /* target: NULL for the source's last name */
	const char *words[TRANSFER_WORDS_MAX]; /* for nacre exec's reader */
	int n_words;
};

/* Takes the options at argv[*at] and behind it, up to the first word that is none; argv[0] is the subcommand. 0, or
 * TOOL_FAILED after saying what is wrong; as the next one. */
int transfer_take_options(struct transfer *t, int argc, char **argv, int *at);
/* "[user@]host:path", which is cut apart; *path: what is behind the colon, "." for nothing there. nacre sftp may leave
 * out the colon: then it is NULL. */
int transfer_take_remote(struct transfer *t, char *text, const char **path);

/* What is done with a session; the result is the exit code. */
typedef int transfer_fn(struct transfer *t, nacre_sftp *sftp);
/* Connects, and runs it. */
int transfer_connect(struct transfer *t, transfer_fn *run);

/* nacre_sftp_progress_fn over a struct transfer: a line on standard error that is written over itself. */
int transfer_show(void *ctx, const struct nacre_sftp_progress *progress);
/* Ends that line, where one was shown. */
void transfer_shown(struct transfer *t);
/* What is behind the last slash. */
const char *transfer_last_name(const char *path);

#endif
