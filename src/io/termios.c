/* termios: a terminal's modes of this system, as RFC 4254 8 has them and back. Knows: struct termios. Must not know:
 * who sends them. RFC 4254 8, RFC 8160. */
#include <termios.h>
#include <unistd.h>
#include <nacre/terminal.h>

#define NO_CHARACTER 255 /* RFC 4254 8: the character is off */

enum word { WORD_INPUT, WORD_OUTPUT, WORD_LOCAL, WORD_CONTROL };

static const struct {
	enum nacre_mode opcode;
	unsigned index; /* in c_cc */
} characters[] = {
    {NACRE_MODE_VINTR, VINTR},
    {NACRE_MODE_VQUIT, VQUIT},
    {NACRE_MODE_VERASE, VERASE},
    {NACRE_MODE_VKILL, VKILL},
    {NACRE_MODE_VEOF, VEOF},
    {NACRE_MODE_VEOL, VEOL},
    {NACRE_MODE_VEOL2, VEOL2},
    {NACRE_MODE_VSTART, VSTART},
    {NACRE_MODE_VSTOP, VSTOP},
    {NACRE_MODE_VSUSP, VSUSP},
    {NACRE_MODE_VREPRINT, VREPRINT},
    {NACRE_MODE_VWERASE, VWERASE},
    {NACRE_MODE_VLNEXT, VLNEXT},
    {NACRE_MODE_VDISCARD, VDISCARD},
};

static const struct {
	enum nacre_mode opcode;
	enum word word;
	tcflag_t mask, bits; /* on: the bits of mask are `bits` */
} flags[] = {
    {NACRE_MODE_IGNPAR, WORD_INPUT, IGNPAR, IGNPAR},
    {NACRE_MODE_PARMRK, WORD_INPUT, PARMRK, PARMRK},
    {NACRE_MODE_INPCK, WORD_INPUT, INPCK, INPCK},
    {NACRE_MODE_ISTRIP, WORD_INPUT, ISTRIP, ISTRIP},
    {NACRE_MODE_INLCR, WORD_INPUT, INLCR, INLCR},
    {NACRE_MODE_IGNCR, WORD_INPUT, IGNCR, IGNCR},
    {NACRE_MODE_ICRNL, WORD_INPUT, ICRNL, ICRNL},
#ifdef IUCLC
    {NACRE_MODE_IUCLC, WORD_INPUT, IUCLC, IUCLC},
#endif
    {NACRE_MODE_IXON, WORD_INPUT, IXON, IXON},
    {NACRE_MODE_IXANY, WORD_INPUT, IXANY, IXANY},
    {NACRE_MODE_IXOFF, WORD_INPUT, IXOFF, IXOFF},
    {NACRE_MODE_IMAXBEL, WORD_INPUT, IMAXBEL, IMAXBEL},
#ifdef IUTF8
    {NACRE_MODE_IUTF8, WORD_INPUT, IUTF8, IUTF8},
#endif
    {NACRE_MODE_ISIG, WORD_LOCAL, ISIG, ISIG},
    {NACRE_MODE_ICANON, WORD_LOCAL, ICANON, ICANON},
#ifdef XCASE
    {NACRE_MODE_XCASE, WORD_LOCAL, XCASE, XCASE},
#endif
    {NACRE_MODE_ECHO, WORD_LOCAL, ECHO, ECHO},
    {NACRE_MODE_ECHOE, WORD_LOCAL, ECHOE, ECHOE},
    {NACRE_MODE_ECHOK, WORD_LOCAL, ECHOK, ECHOK},
    {NACRE_MODE_ECHONL, WORD_LOCAL, ECHONL, ECHONL},
    {NACRE_MODE_NOFLSH, WORD_LOCAL, NOFLSH, NOFLSH},
    {NACRE_MODE_TOSTOP, WORD_LOCAL, TOSTOP, TOSTOP},
    {NACRE_MODE_IEXTEN, WORD_LOCAL, IEXTEN, IEXTEN},
    {NACRE_MODE_ECHOCTL, WORD_LOCAL, ECHOCTL, ECHOCTL},
    {NACRE_MODE_ECHOKE, WORD_LOCAL, ECHOKE, ECHOKE},
#ifdef PENDIN
    {NACRE_MODE_PENDIN, WORD_LOCAL, PENDIN, PENDIN},
#endif
    {NACRE_MODE_OPOST, WORD_OUTPUT, OPOST, OPOST},
#ifdef OLCUC
    {NACRE_MODE_OLCUC, WORD_OUTPUT, OLCUC, OLCUC},
#endif
    {NACRE_MODE_ONLCR, WORD_OUTPUT, ONLCR, ONLCR},
    {NACRE_MODE_OCRNL, WORD_OUTPUT, OCRNL, OCRNL},
    {NACRE_MODE_ONOCR, WORD_OUTPUT, ONOCR, ONOCR},
    {NACRE_MODE_ONLRET, WORD_OUTPUT, ONLRET, ONLRET},
    {NACRE_MODE_CS7, WORD_CONTROL, CSIZE, CS7},
    {NACRE_MODE_CS8, WORD_CONTROL, CSIZE, CS8},
    {NACRE_MODE_PARENB, WORD_CONTROL, PARENB, PARENB},
    {NACRE_MODE_PARODD, WORD_CONTROL, PARODD, PARODD},
};

static const struct {
	uint32_t bits_per_second;
	speed_t speed;
} speeds[] = {
    {0, B0},
    {50, B50},
    {75, B75},
    {110, B110},
    {134, B134},
    {150, B150},
    {200, B200},
    {300, B300},
    {600, B600},
    {1200, B1200},
    {1800, B1800},
    {2400, B2400},
    {4800, B4800},
    {9600, B9600},
    {19200, B19200},
    {38400, B38400},
#ifdef B57600
    {57600, B57600},
    {115200, B115200},
    {230400, B230400},
#endif
#ifdef B460800
    {460800, B460800},
    {921600, B921600},
#endif
};

#define N_CHARACTERS (sizeof(characters) / sizeof(characters[0]))
#define N_FLAGS (sizeof(flags) / sizeof(flags[0]))
#define N_SPEEDS (sizeof(speeds) / sizeof(speeds[0]))

static tcflag_t *
word_of(struct termios *t, enum word word)
{
	tcflag_t *const words[] = {
	    [WORD_INPUT] = &t->c_iflag,
	    [WORD_OUTPUT] = &t->c_oflag,
	    [WORD_LOCAL] = &t->c_lflag,
	    [WORD_CONTROL] = &t->c_cflag,
	};

	return words[word];
}

static uint32_t
bits_per_second(speed_t speed)
{
	for (size_t i = 0; i < N_SPEEDS; i++) {
		if (speeds[i].speed == speed)
			return speeds[i].bits_per_second;
	}
	return 38400; /* what a terminal without a line says */
}

int
nacre_modes_from_termios(const struct termios *termios, struct nacre_modes *modes)
{
	struct termios copy, *t = &copy;
	int rc = NACRE_OK;

	if (termios == NULL || modes == NULL)
		return NACRE_E_ARGUMENT;
	copy = *termios;
	nacre_modes_init(modes);
	/* Speeds first, as other clients have it. */
	rc |= nacre_modes_set(modes, NACRE_MODE_OSPEED, bits_per_second(cfgetospeed(t)));
	rc |= nacre_modes_set(modes, NACRE_MODE_ISPEED, bits_per_second(cfgetispeed(t)));
	for (size_t i = 0; i < N_CHARACTERS; i++) {
		cc_t c = t->c_cc[characters[i].index];

		rc |= nacre_modes_set(modes, characters[i].opcode, c == _POSIX_VDISABLE ? NO_CHARACTER : c);
	}
	for (size_t i = 0; i < N_FLAGS; i++)
		rc |= nacre_modes_set(
		    modes, flags[i].opcode, (*word_of(t, flags[i].word) & flags[i].mask) == flags[i].bits);
	return rc == NACRE_OK ? NACRE_OK : NACRE_E_ARGUMENT; /* every opcode of the tables is one */
}

static void
set_character(struct termios *t, unsigned opcode, uint32_t value)
{
	for (size_t i = 0; i < N_CHARACTERS; i++) {
		if (characters[i].opcode == opcode && value <= UINT8_MAX)
			t->c_cc[characters[i].index] = value == NO_CHARACTER ? _POSIX_VDISABLE : (cc_t)value;
	}
}

/* CS7 and CS8 share bits, and off means only that this one is not it. */
static void
set_flag(struct termios *t, unsigned opcode, bool on)
{
	for (size_t i = 0; i < N_FLAGS; i++) {
		tcflag_t *word = word_of(t, flags[i].word);

		if (flags[i].opcode != opcode || (!on && flags[i].mask == CSIZE))
			continue;
		*word &= ~flags[i].mask;
		*word |= on ? flags[i].bits : 0;
	}
}

static void
set_speed(struct termios *t, unsigned opcode, uint32_t value)
{
	/* Not 0: that would hang up. */
	for (size_t i = 1; i < N_SPEEDS; i++) {
		if (speeds[i].bits_per_second != value)
			continue;
		if (opcode == NACRE_MODE_ISPEED)
			(void)cfsetispeed(t, speeds[i].speed);
		if (opcode == NACRE_MODE_OSPEED)
			(void)cfsetospeed(t, speeds[i].speed);
	}
}

int
nacre_modes_to_termios(struct nacre_bytes encoded, struct termios *t)
{
	unsigned opcode;
	uint32_t value;
	int rc;

	while ((rc = nacre_modes_next(&encoded, &opcode, &value)) == 1) {
		set_character(t, opcode, value);
		set_flag(t, opcode, value != 0);
		set_speed(t, opcode, value);
	}
	return rc;
}
