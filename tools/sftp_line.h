/* sftp_line: a line of nacre sftp, cut into words. Knows: quotes, backslashes, the marks before a command. Must not
 * know: commands. sftp(1). */
#ifndef TOOL_SFTP_LINE_H
#define TOOL_SFTP_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define SFTP_LINE_MAX 8192
#define SFTP_WORDS_MAX 256

struct sftp_word {
	const char *text; /* what it says */
	const char *pattern; /* the same for fnmatch(3): what was quoted has a backslash before it */
};

struct sftp_line {
	bool may_fail; /* '-': its failure does not end a batch */
	bool silent; /* '@': it is not echoed */
	const char *rest; /* behind the marks; for '!' */
	size_t n;
	struct sftp_word words[SFTP_WORDS_MAX];
	char texts[SFTP_LINE_MAX + SFTP_WORDS_MAX], patterns[2 * SFTP_LINE_MAX + SFTP_WORDS_MAX];
};

/* Takes a line without its newline, which stays the caller's and is pointed to. NULL, or what is wrong with it. */
const char *sftp_line_parse(struct sftp_line *line, const char *text);

#endif
