/* sftp_input: where nacre sftp's lines come from. Knows: a file or pipe, and a person at a terminal. Must not know:
 * what lines mean. Serves: nothing on the wire. */
#ifndef TOOL_SFTP_INPUT_H
#define TOOL_SFTP_INPUT_H

#include "sftp_shell.h"

struct sftp_editor;

struct sftp_input {
	FILE *from;
	bool prompts; /* somebody sits there */
	struct sftp_editor *editor; /* NULL: lines are taken as the terminal gives them */
	char *text;
	size_t cap;
};

void sftp_input_begin(struct sftp_input *input, struct sftp_shell *shell, FILE *from, bool prompts);
void sftp_input_end(struct sftp_input *input);
/* The next line without its newline, which lives until the next call. NULL at the end, and where Ctrl-C came. */
char *sftp_input_line(struct sftp_input *input, bool *interrupted);

/* sftp_edit.c: editing, history and completion by libedit, where the tool was built with it. NULL: not here. */
struct sftp_editor *sftp_edit_new(struct sftp_shell *shell);
void sftp_edit_free(struct sftp_editor *editor);
/* As sftp_input_line; shows the prompt. */
char *sftp_edit_line(struct sftp_editor *editor, bool *interrupted);

/* sftp_complete.c: what a line may go on with at its end. */
struct sftp_completion {
	struct sftp_names names; /* that fit what is there, sorted */
	char *
	    insert; /* what all of them go on with, quoted as it must be; a single one with what stands behind it. NULL: out
		       * of memory */
};
void sftp_complete(struct sftp_shell *shell, const char *line, size_t n, struct sftp_completion *out);
void sftp_completion_free(struct sftp_completion *completion);

#endif
