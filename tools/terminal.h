/* terminal: questions to a person, on /dev/tty. Knows: echo, signals while it is off. Must not know: what is asked for.
 * Serves: nothing on the wire. */
#ifndef TOOL_TERMINAL_H
#define TOOL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Asks, and reads a line into answer (cap bytes, without its newline). secret: nothing is echoed. False without a
 * terminal, at the end of its input, or where the line is too long. */
bool terminal_ask(const char *question, bool secret, char *answer, size_t cap);
/* Moves to a new line where the last answer was not echoed; call it when the questions are over. */
void terminal_done(void);

#endif
