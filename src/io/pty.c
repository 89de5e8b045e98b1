/* pty: see pty.h. Knows: posix_openpt and its kin. Must not know: who asked for it. RFC 4254 6.2, 6.7, 8; pty(7). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "pty.h"

static void
close_end(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void
pty_close(struct pty *pty)
{
	close_end(&pty->slave);
	close_end(&pty->master);
}

static unsigned short
cut(uint32_t n)
{
	return n > UINT16_MAX ? UINT16_MAX : (unsigned short)n;
}

void
pty_resize(int master, const struct pty_size *size)
{
	const struct winsize to = {.ws_col = cut(size->columns),
	    .ws_row = cut(size->rows),
	    .ws_xpixel = cut(size->width_px),
	    .ws_ypixel = cut(size->height_px)};

	(void)ioctl(master, TIOCSWINSZ, &to);
}

int
pty_foreground(int master)
{
	pid_t group = tcgetpgrp(master);

	return group > 1 ? (int)group : 0;
}

static bool
open_ends(struct pty *pty)
{
	*pty = (struct pty){.master = -1, .slave = -1};
	pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (pty->master < 0 || grantpt(pty->master) != 0 || unlockpt(pty->master) != 0 ||
	    ptsname_r(pty->master, pty->name, sizeof(pty->name)) != 0)
		return false;
	pty->slave = open(pty->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return pty->slave >= 0;
}

/* RFC 4254 8: modes that are not known, or make no sense, are ignored. */
static void
set_modes(int slave, struct nacre_bytes modes)
{
	struct termios termios;

	if (tcgetattr(slave, &termios) != 0)
		return;
	(void)nacre_modes_to_termios(modes, &termios);
	(void)tcsetattr(slave, TCSANOW, &termios);
}

int
pty_open(struct pty *pty, const struct pty_size *size, struct nacre_bytes modes, struct failure *why)
{
	if (!open_ends(pty)) {
		int error = errno;

		pty_close(pty);
		return failure_set(why, NACRE_E_SYSTEM, NACRE_ORIGIN_RESOURCE, "a terminal: %s", strerror(error));
	}
	set_modes(pty->slave, modes);
	pty_resize(pty->master, size);
	return NACRE_OK;
}
