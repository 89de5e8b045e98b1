/* modes: encoded terminal modes, made and read. Knows: opcodes and their values. Must not know: terminals.
 * RFC 4254 8, RFC 8160. */
#include <string.h>
#include <nacre/terminal.h>
#include "reader.h"

#define MODE_SIZE 5 /* the opcode and a uint32 */

void
nacre_modes_init(struct nacre_modes *modes)
{
	modes->bytes[0] = NACRE_MODE_END;
	modes->n = 1;
}

static void
put_value(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 24);
	p[1] = (uint8_t)(value >> 16);
	p[2] = (uint8_t)(value >> 8);
	p[3] = (uint8_t)value;
}

int
nacre_modes_set(struct nacre_modes *modes, unsigned opcode, uint32_t value)
{
	size_t at = 0;

	if (opcode == NACRE_MODE_END || opcode > NACRE_MODE_MAX)
		return NACRE_E_ARGUMENT;
	while (at + MODE_SIZE < modes->n && modes->bytes[at] != opcode)
		at += MODE_SIZE;
	/* Each opcode stands there once: there is room for all of them. */
	if (modes->bytes[at] != opcode) {
		modes->bytes[at] = (uint8_t)opcode;
		modes->bytes[at + MODE_SIZE] = NACRE_MODE_END;
		modes->n = at + MODE_SIZE + 1;
	}
	put_value(modes->bytes + at + 1, value);
	return NACRE_OK;
}

int
nacre_modes_next(struct nacre_bytes *rest, unsigned *opcode, uint32_t *value)
{
	struct reader r = reader_of(slice_of(rest->p, rest->n));
	uint8_t code;

	*opcode = NACRE_MODE_END;
	*value = 0;
	if (rest->n == 0)
		return 0;
	code = reader_u8(&r);
	if (code == NACRE_MODE_END || code > NACRE_MODE_MAX)
		return 0;
	*value = reader_u32(&r);
	if (r.bad)
		return NACRE_E_FORMAT;
	*opcode = code;
	*rest = (struct nacre_bytes){rest->p + MODE_SIZE, rest->n - MODE_SIZE};
	return 1;
}

int
nacre_modes_get(struct nacre_bytes encoded, unsigned opcode, uint32_t *value)
{
	unsigned found;
	uint32_t said;
	int known = 0;

	*value = 0;
	while (nacre_modes_next(&encoded, &found, &said) == 1) {
		if (found != opcode)
			continue;
		*value = said;
		known = 1;
	}
	return known;
}
