/* escape: see escape.h. Knows: lines and one character of memory. Must not know: terminals, connections. ssh(1), ESCAPE
 * CHARACTERS. */
#include <stdio.h>
#include "escape.h"

#define CONTROL_Z 26

static const struct {
	unsigned char key;
	enum escape_order order;
	const char *shown, *help;
} rows[] = {
    {'.', ORDER_DISCONNECT, ".", "ends the connection"},
    {CONTROL_Z, ORDER_SUSPEND, "^Z", "suspends this program"},
    {'R', ORDER_REKEY, "R", "changes the keys of the connection"},
    {'B', ORDER_BREAK, "B", "sends a break"},
    {'?', ORDER_HELP, "?", "shows this"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

void
escape_init(struct escape *escape, int character)
{
	*escape = (struct escape){.character = character, .line_begins = true};
}

static enum escape_order
find_order(unsigned char key)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].key == key)
			return rows[i].order;
	}
	return ORDER_NONE;
}

/* One byte; true where it goes to the server, behind the held one if that goes too. */
static bool
take_byte(struct escape *e, unsigned char c, bool *with_held, enum escape_order *order)
{
	bool was_held = e->held;

	*with_held = false;
	e->held = !was_held && e->line_begins && c == e->character;
	if (e->held)
		return false;
	if (was_held && (*order = find_order(c)) != ORDER_NONE)
		return false; /* the line has still not begun */
	*with_held = was_held && c != e->character; /* twice means once */
	e->line_begins = c == '\r' || c == '\n';
	return true;
}

size_t
escape_filter(
    struct escape *e, const unsigned char *in, size_t n, unsigned char *out, size_t *out_n, enum escape_order *order)
{
	size_t taken = 0;
	bool with_held;

	*order = ORDER_NONE;
	*out_n = 0;
	while (taken < n && *order == ORDER_NONE) {
		unsigned char c = in[taken++];

		if (!take_byte(e, c, &with_held, order))
			continue;
		if (with_held)
			out[(*out_n)++] = (unsigned char)e->character;
		out[(*out_n)++] = c;
	}
	return taken;
}

void
escape_help(const struct escape *e, char *text, size_t cap)
{
	char shown[3] = {(char)e->character, '\0', '\0'};
	size_t n = 0;

	text[0] = '\0';
	if (e->character < ' ') {
		shown[0] = '^';
		shown[1] = (char)(e->character + '@');
	}
	for (size_t i = 0; i < N_ROWS && n < cap; i++)
		n += (size_t)snprintf(text + n, cap - n, " %s%-3s %s\r\n", shown, rows[i].shown, rows[i].help);
	if (n < cap)
		(void)snprintf(text + n, cap - n,
		    " %s%-3s sends the character itself\r\n(at the beginning of a line)\r\n", shown, shown);
}
