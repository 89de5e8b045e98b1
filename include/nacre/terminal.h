/* Terminal modes: how a terminal is set up, as it is told to the other side (RFC 4254 8).
 *
 *   struct nacre_modes modes;
 *   nacre_modes_init(&modes);
 *   rc = nacre_modes_set(&modes, NACRE_MODE_ECHO, 1);              // one by one, or
 *   rc = nacre_modes_from_termios(&termios, &modes);               // as a terminal of this machine has them
 *   pty.modes = modes.bytes;  pty.modes_len = modes.n;             // struct nacre_pty of channel.h
 *
 * No function here waits; only nacre_modes_from_termios and nacre_modes_to_termios know of this system. */
#ifndef NACRE_TERMINAL_H
#define NACRE_TERMINAL_H

#include <nacre/event.h>

#ifdef __cplusplus
extern "C" {
#endif

struct termios;

/* RFC 4254 8's opcodes. Characters of control are values 0 to 255, 255: none; flags are 0 or 1; speeds are bits per
 * second. */
enum nacre_mode {
	NACRE_MODE_END = 0,
	NACRE_MODE_VINTR = 1,
	NACRE_MODE_VQUIT = 2,
	NACRE_MODE_VERASE = 3,
	NACRE_MODE_VKILL = 4,
	NACRE_MODE_VEOF = 5,
	NACRE_MODE_VEOL = 6,
	NACRE_MODE_VEOL2 = 7,
	NACRE_MODE_VSTART = 8,
	NACRE_MODE_VSTOP = 9,
	NACRE_MODE_VSUSP = 10,
	NACRE_MODE_VDSUSP = 11,
	NACRE_MODE_VREPRINT = 12,
	NACRE_MODE_VWERASE = 13,
	NACRE_MODE_VLNEXT = 14,
	NACRE_MODE_VFLUSH = 15,
	NACRE_MODE_VSWTCH = 16,
	NACRE_MODE_VSTATUS = 17,
	NACRE_MODE_VDISCARD = 18,
	NACRE_MODE_IGNPAR = 30,
	NACRE_MODE_PARMRK = 31,
	NACRE_MODE_INPCK = 32,
	NACRE_MODE_ISTRIP = 33,
	NACRE_MODE_INLCR = 34,
	NACRE_MODE_IGNCR = 35,
	NACRE_MODE_ICRNL = 36,
	NACRE_MODE_IUCLC = 37,
	NACRE_MODE_IXON = 38,
	NACRE_MODE_IXANY = 39,
	NACRE_MODE_IXOFF = 40,
	NACRE_MODE_IMAXBEL = 41,
	NACRE_MODE_IUTF8 = 42, /* RFC 8160 */
	NACRE_MODE_ISIG = 50,
	NACRE_MODE_ICANON = 51,
	NACRE_MODE_XCASE = 52,
	NACRE_MODE_ECHO = 53,
	NACRE_MODE_ECHOE = 54,
	NACRE_MODE_ECHOK = 55,
	NACRE_MODE_ECHONL = 56,
	NACRE_MODE_NOFLSH = 57,
	NACRE_MODE_TOSTOP = 58,
	NACRE_MODE_IEXTEN = 59,
	NACRE_MODE_ECHOCTL = 60,
	NACRE_MODE_ECHOKE = 61,
	NACRE_MODE_PENDIN = 62,
	NACRE_MODE_OPOST = 70,
	NACRE_MODE_OLCUC = 71,
	NACRE_MODE_ONLCR = 72,
	NACRE_MODE_OCRNL = 73,
	NACRE_MODE_ONOCR = 74,
	NACRE_MODE_ONLRET = 75,
	NACRE_MODE_CS7 = 90,
	NACRE_MODE_CS8 = 91,
	NACRE_MODE_PARENB = 92,
	NACRE_MODE_PARODD = 93,
	NACRE_MODE_ISPEED = 128,
	NACRE_MODE_OSPEED = 129
};

#define NACRE_MODE_MAX 159 /* opcodes up to here carry a uint32; those above end the list */
#define NACRE_MODES_MAX (NACRE_MODE_MAX * 5 + 1) /* bytes: each once, and the end */

/* Encoded modes: n bytes, of which the last is NACRE_MODE_END. */
struct nacre_modes {
	uint8_t bytes[NACRE_MODES_MAX];
	size_t n;
};

/* No modes: the other side's own stay as they are. */
NACRE_API void nacre_modes_init(struct nacre_modes *modes);
/* Says one mode, in the place of what was said of it before. opcode: 1 to NACRE_MODE_MAX, of the table or not.
 * NACRE_OK, or NACRE_E_ARGUMENT. */
NACRE_API int nacre_modes_set(struct nacre_modes *modes, unsigned opcode, uint32_t value);
/* What encoded modes say of an opcode; where they say it twice the last word counts. 1 and *value, or 0: nothing. Of
 * bytes that are malformed what stands before that is read. */
NACRE_API int nacre_modes_get(struct nacre_bytes encoded, unsigned opcode, uint32_t *value);
/* Takes the next mode off encoded bytes, which come from a peer: 1, *opcode and *value, and *rest is what follows; 0 at
 * the end: at NACRE_MODE_END, at the end of the bytes, or at an opcode above NACRE_MODE_MAX (RFC 4254 8: it stops the
 * parsing); NACRE_E_FORMAT where a value is cut short. */
NACRE_API int nacre_modes_next(struct nacre_bytes *rest, unsigned *opcode, uint32_t *value);

/* Says all modes that this system's terminals have and RFC 4254 8 names: modes is made anew. */
NACRE_API int nacre_modes_from_termios(const struct termios *termios, struct nacre_modes *modes);
/* Sets what encoded modes of a peer say in *termios, and leaves the rest of it alone: opcodes that this system does not
 * have are passed over, as are speeds that it has not. NACRE_OK, or NACRE_E_FORMAT: what stood before that is set. */
NACRE_API int nacre_modes_to_termios(struct nacre_bytes encoded, struct termios *termios);

#ifdef __cplusplus
}
#endif
#endif
