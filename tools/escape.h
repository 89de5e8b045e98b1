/* escape: what is typed behind an escape character at the beginning of a line is for us. Knows: lines and one character
 * of memory. Must not know: terminals, connections. ssh(1), ESCAPE CHARACTERS. */
#ifndef TOOL_ESCAPE_H
#define TOOL_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#define ESCAPE_NONE (-1)

enum escape_order {
	ORDER_NONE,
	ORDER_DISCONNECT, /* ~. */
	ORDER_SUSPEND, /* ~^Z */
	ORDER_HELP, /* ~? */
	ORDER_REKEY, /* ~R */
	ORDER_BREAK /* ~B */
};

struct escape {
	int character; /* or ESCAPE_NONE */
	bool line_begins, held; /* held: the character came, and waits for the next */
};

void escape_init(struct escape *escape, int character);
/* Takes typed bytes from in, up to the first order: returns how many, and *order. What goes to the server is put at
 * out, which has room for n + 1 bytes; *out_n says how many those are. */
size_t escape_filter(struct escape *escape, const unsigned char *in, size_t n, unsigned char *out, size_t *out_n,
    enum escape_order *order);
/* The lines that ~? shows, each ended by CR LF; for a character as it is set. Into text, always NUL-terminated. */
void escape_help(const struct escape *escape, char *text, size_t cap);

#endif
