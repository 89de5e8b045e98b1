/* pty: a terminal that a program makes for another one. Knows: both of its ends, its size and modes. Must not know: who
 * asked for it. RFC 4254 6.2, 6.7, 8; pty(7). */
#ifndef IO_PTY_H
#define IO_PTY_H

#include <nacre/terminal.h>
#include "failure.h"

#define PTY_NAME_MAX 64

struct pty {
	int master, slave; /* closed on exec; the master does not wait. -1 where there is none */
	char name[PTY_NAME_MAX]; /* "/dev/pts/3" */
};

struct pty_size {
	uint32_t columns, rows, width_px, height_px;
};

/* Opens one, with these modes of a peer's over the system's own; modes that are malformed are set as far as they make
 * sense. NACRE_E_SYSTEM: there is none left. */
int pty_open(struct pty *pty, const struct pty_size *size, struct nacre_bytes modes, struct failure *why) NACRE_CHECK;
/* Tells a new size to whoever runs there. More than 65535 is 65535. */
void pty_resize(int master, const struct pty_size *size);
/* The process group that has the terminal; 0 where nobody has. */
int pty_foreground(int master);
void pty_close(struct pty *pty);

#endif
