/* fuzz_modes: encoded terminal modes of a peer. Knows: what reading them may not do. RFC 4254 8. */
#include "fuzz.h"
#include <string.h>
#include <termios.h>
#include <nacre/terminal.h>

/* What was read is said anew: it must fit, and read the same. */
static void
say_again(struct nacre_bytes encoded)
{
	struct nacre_bytes rest = encoded;
	struct nacre_modes modes;
	uint32_t value, again;
	unsigned opcode;
	int rc;

	nacre_modes_init(&modes);
	while ((rc = nacre_modes_next(&rest, &opcode, &value)) == 1) {
		FUZZ_CHECK(opcode >= 1 && opcode <= NACRE_MODE_MAX);
		FUZZ_CHECK(nacre_modes_set(&modes, opcode, value) == NACRE_OK);
		FUZZ_CHECK(modes.n <= NACRE_MODES_MAX && modes.bytes[modes.n - 1] == NACRE_MODE_END);
	}
	FUZZ_CHECK(rc == 0 || rc == NACRE_E_FORMAT);
	FUZZ_CHECK(rest.n <= encoded.n && opcode == 0 && value == 0);
	for (opcode = 1; opcode <= NACRE_MODE_MAX; opcode++) {
		rc = nacre_modes_get(encoded, opcode, &value);
		FUZZ_CHECK(nacre_modes_get((struct nacre_bytes){modes.bytes, modes.n}, opcode, &again) == rc);
		FUZZ_CHECK(again == value);
	}
}

/* A terminal that was set once is not set any further by the same words, nor by its own. */
static void
set_terminal(struct nacre_bytes encoded)
{
	struct termios once, twice;
	struct nacre_modes modes;
	int rc;

	memset(&once, 0, sizeof(once));
	rc = nacre_modes_to_termios(encoded, &once);
	FUZZ_CHECK(rc == 0 || rc == NACRE_E_FORMAT);
	twice = once;
	FUZZ_CHECK(nacre_modes_to_termios(encoded, &twice) == rc);
	FUZZ_CHECK(memcmp(&once, &twice, sizeof(once)) == 0);
	FUZZ_CHECK(nacre_modes_from_termios(&once, &modes) == NACRE_OK);
	FUZZ_CHECK(nacre_modes_to_termios((struct nacre_bytes){modes.bytes, modes.n}, &twice) == NACRE_OK);
	FUZZ_CHECK(once.c_iflag == twice.c_iflag && once.c_oflag == twice.c_oflag && once.c_lflag == twice.c_lflag);
	FUZZ_CHECK(memcmp(once.c_cc, twice.c_cc, sizeof(once.c_cc)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nacre_bytes encoded = {data, size};

	say_again(encoded);
	set_terminal(encoded);
	return 0;
}
