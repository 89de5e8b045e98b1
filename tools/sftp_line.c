/* sftp_line: see sftp_line.h. Knows: the quoting of OpenSSH's sftp. Must not know: commands, files.
 * sftp(1), INTERACTIVE COMMANDS. */
#include <string.h>
#include "sftp_line.h"

/* Where the words are written to. Room: a character of the line makes one of a text and at most two of a pattern. */
struct cutter {
	const char *p;
	char *text, *pattern;
};

static void
put_literal(struct cutter *c, char ch)
{
	if (strchr("*?[]\\", ch) != NULL)
		*c->pattern++ = '\\';
	*c->pattern++ = ch;
	*c->text++ = ch;
}

static void
put_plain(struct cutter *c, char ch)
{
	*c->pattern++ = ch;
	*c->text++ = ch;
}

/* Between quotes a backslash keeps its meaning before the same quote and another backslash only. */
static const char *
take_quoted(struct cutter *c)
{
	char quote = *c->p++;

	for (; *c->p != quote; c->p++) {
		if (*c->p == '\0')
			return "a quote is not closed";
		if (*c->p == '\\' && (c->p[1] == quote || c->p[1] == '\\'))
			c->p++;
		put_literal(c, *c->p);
	}
	c->p++;
	return NULL;
}

static const char *
take_word(struct cutter *c)
{
	while (*c->p != '\0' && *c->p != ' ' && *c->p != '\t') {
		const char *wrong = NULL;

		if (*c->p == '"' || *c->p == '\'') {
			wrong = take_quoted(c);
		} else if (*c->p == '\\') {
			if (c->p[1] == '\0')
				return "nothing stands behind the last backslash";
			put_literal(c, c->p[1]);
			c->p += 2;
		} else {
			put_plain(c, *c->p++);
		}
		if (wrong != NULL)
			return wrong;
	}
	*c->text++ = '\0';
	*c->pattern++ = '\0';
	return NULL;
}

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t\r");
}

static const char *
take_marks(struct sftp_line *line, const char *p)
{
	for (p = skip_blanks(p); *p == '-' || *p == '@'; p = skip_blanks(p + 1)) {
		line->may_fail = line->may_fail || *p == '-';
		line->silent = line->silent || *p == '@';
	}
	return p;
}

const char *
sftp_line_parse(struct sftp_line *line, const char *text)
{
	struct cutter c = {.text = line->texts, .pattern = line->patterns};

	line->may_fail = line->silent = false;
	line->n = 0;
	line->rest = c.p = take_marks(line, text);
	if (strlen(text) > SFTP_LINE_MAX)
		return "the line is too long";
	if (*c.p == '#' || *c.p == '!')
		return NULL;
	for (; *c.p != '\0'; c.p = skip_blanks(c.p)) {
		const char *wrong;

		if (line->n == SFTP_WORDS_MAX)
			return "the line has too many words";
		line->words[line->n] = (struct sftp_word){c.text, c.pattern};
		if ((wrong = take_word(&c)) != NULL)
			return wrong;
		line->n++;
	}
	return NULL;
}
