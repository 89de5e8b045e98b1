/* config_words: see config_words.h. Knows: characters. Must not know: what the words mean. ssh_config(5). */
#include "config_words.h"

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice
skip_blanks(struct slice s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = slice_from(s, 1);
	return s;
}

/* A form feed at the end of a line is white space, too. */
static struct slice
trim_end(struct slice s)
{
	while (s.n > 0 && (is_blank(s.p[s.n - 1]) || s.p[s.n - 1] == '\f'))
		s.n--;
	return s;
}

static size_t
keyword_end(struct slice s)
{
	size_t n = 0;

	while (n < s.n && !is_blank(s.p[n]) && s.p[n] != '=')
		n++;
	return n;
}

static bool
take_keyword(struct slice *s, struct slice *keyword)
{
	const uint8_t *end;

	if (s->p[0] != '"') {
		*keyword = slice_of(s->p, keyword_end(*s));
		*s = slice_from(*s, keyword->n);
		return keyword->n > 0;
	}
	*s = slice_from(*s, 1);
	end = s->n == 0 ? NULL : memchr(s->p, '"', s->n);
	*keyword = end == NULL ? *s : slice_of(s->p, (size_t)(end - s->p));
	*s = slice_from(*s, keyword->n + 1);
	return true;
}

bool
config_line_split(struct slice line, struct slice *keyword, struct slice *rest)
{
	struct slice s = skip_blanks(trim_end(line));

	*keyword = *rest = SLICE_NONE;
	if (s.n == 0 || s.p[0] == '#' || !take_keyword(&s, keyword))
		return false;
	s = skip_blanks(s);
	if (s.n > 0 && s.p[0] == '=')
		s = skip_blanks(slice_from(s, 1));
	*rest = s;
	return true;
}

/* Does a backslash at the front take the next character as it is? Before anything else it is one itself, so that
 * Windows' names need no care. */
static bool
is_escape(struct slice s, uint8_t quote)
{
	if (s.n < 2 || s.p[0] != '\\')
		return false;
	return s.p[1] == '\'' || s.p[1] == '"' || s.p[1] == '\\' || (quote == 0 && s.p[1] == ' ');
}

/* One word off the front of *s to *to, with its NUL. False: a quotation mark is left open. */
static bool
take_word(struct slice *s, char **to)
{
	uint8_t quote = 0;

	for (; s->n > 0; *s = slice_from(*s, 1)) {
		uint8_t c = s->p[0];

		if (is_escape(*s, quote)) {
			*s = slice_from(*s, 1);
			*(*to)++ = (char)s->p[0];
			continue;
		}
		if (quote == 0 && (c == ' ' || c == '\t'))
			break;
		if (quote == 0 && (c == '"' || c == '\''))
			quote = c;
		else if (quote != 0 && c == quote)
			quote = 0;
		else
			*(*to)++ = (char)c;
	}
	*(*to)++ = '\0';
	return quote == 0;
}

const char *
config_words_cut(struct buf *room, struct slice text, struct config_words *words)
{
	char *to;

	words->n = 0;
	buf_reset(room);
	/* No word is longer than what it is cut from, and a blank or the end gives room for each NUL. */
	if ((to = (char *)buf_reserve(room, text.n + 1)) == NULL)
		return room->bad == NACRE_E_LIMIT ? "the line is too long" : "out of memory";
	for (;;) {
		while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
			text = slice_from(text, 1);
		if (text.n == 0 || text.p[0] == '#')
			return NULL;
		if (words->n == NACRE_CONFIG_WORDS_MAX)
			return "the line has too many words";
		words->at[words->n++] = to;
		if (!take_word(&text, &to))
			return "a quotation mark is left open";
	}
}
