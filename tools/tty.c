/* tty: see tty.h. Knows: termios and window sizes. Must not know: what is typed. termios(3), ioctl_tty(2). */
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "tty.h"

static struct termios as_it_was;
static bool is_raw, is_registered;

bool
tty_read_size(struct nacre_pty *pty)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0)
		return false;
	pty->columns = size.ws_col;
	pty->rows = size.ws_row;
	pty->width_px = size.ws_xpixel;
	pty->height_px = size.ws_ypixel;
	return true;
}

bool
tty_read(struct nacre_modes *modes, struct nacre_pty *pty)
{
	struct termios now;

	if (tcgetattr(STDIN_FILENO, &now) != 0 || nacre_modes_from_termios(&now, modes) != NACRE_OK)
		return false;
	(void)tty_read_size(pty);
	return true;
}

static bool
tty_set(const struct termios *to)
{
	int rc;

	do
		rc = tcsetattr(STDIN_FILENO, TCSADRAIN, to);
	while (rc != 0 && errno == EINTR);
	return rc == 0;
}

bool
tty_make_raw(void)
{
	struct termios raw;

	if (!is_raw && tcgetattr(STDIN_FILENO, &as_it_was) != 0)
		return false;
	if (!is_registered && atexit(tty_restore) != 0)
		return false;
	is_registered = true;
	raw = as_it_was;
	raw.c_iflag |= IGNPAR;
	raw.c_iflag &= ~(tcflag_t)(ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXANY | IXOFF);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_lflag &= ~(tcflag_t)(ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	is_raw = true; /* a change that went half way is taken back, too */
	return tty_set(&raw);
}

void
tty_restore(void)
{
	if (!is_raw)
		return;
	is_raw = false;
	(void)tty_set(&as_it_was);
}

const char *
tty_newline(void)
{
	return is_raw ? "\r\n" : "\n";
}
