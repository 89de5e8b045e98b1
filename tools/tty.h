/* tty: the terminal that this program was started on, raw and as it was. Knows: termios and window sizes. Must not
 * know: what is typed. termios(3). */
#ifndef TOOL_TTY_H
#define TOOL_TTY_H

#include <nacre/terminal.h>
#include <nacre/channel.h>

/* Is standard input a terminal? Its modes and size are put into *modes and *pty (term is left alone). */
bool tty_read(struct nacre_modes *modes, struct nacre_pty *pty);
/* Only the size. False where there is no terminal, or it does not know. */
bool tty_read_size(struct nacre_pty *pty);
/* Keys go through as they are typed, and nothing is echoed. Whatever way this program ends from now on, but by SIGKILL
 * or a crash, the terminal is set back. False where standard input is no terminal that can be set. */
bool tty_make_raw(void);
/* As it was before tty_make_raw; nothing where it is so already. */
void tty_restore(void);
/* The end of a line on a terminal in this state. */
const char *tty_newline(void);

#endif
