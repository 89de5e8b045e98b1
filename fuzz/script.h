/* script: the input of fuzz_client and fuzz_server: what the peer sends, and what the application does meanwhile.
 *
 *   flags in_step out_step   three bytes: SCRIPT_* flags; how many bytes move at a time (0: all)
 *   steps                    each an octet `argument << 4 | operation` and what the operation takes
 *
 * Payloads stand bare: the runner frames them, so that a mutated one still is a packet. RAW bytes are not touched.
 * Every byte string is a script: what is cut off is short, an unknown operation does nothing. */
#ifndef FUZZ_SCRIPT_H
#define FUZZ_SCRIPT_H

#include "buf.h"
#include "reader.h"

#define SCRIPT_STRICT 1u /* require strict key exchange */
#define SCRIPT_KEEPALIVE 2u
#define SCRIPT_REKEY_OFTEN 4u
#define SCRIPT_SMALL_WINDOWS 8u
#define SCRIPT_SMALL_MEMORY 16u
#define SCRIPT_READ_SLOWLY 32u /* data is consumed by halves */
#define SCRIPT_FEW_CHANNELS 64u
#define SCRIPT_OTHER 128u /* server: a banner, other methods; client: known key types */

enum script_operation {
	SCRIPT_PACKET, /* uint16 length, payload */
	SCRIPT_RAW, /* uint16 length, bytes of the stream */
	SCRIPT_TIME, /* argument: which span */
	SCRIPT_POLICY, /* argument: how questions are answered from now on */
	SCRIPT_CALL, /* argument: which call; one byte for it */
	SCRIPT_END, /* the stream ends */
	SCRIPT_NOMEM /* one byte: that allocation from now fails, once */
};

struct script_header {
	uint8_t flags, in_step, out_step;
};

struct script_step {
	enum script_operation operation;
	unsigned argument;
	uint8_t byte; /* CALL, NOMEM */
	struct slice bytes; /* PACKET, RAW */
};

struct script_header script_header(struct reader *r);
/* The next step; false at the end. */
bool script_next(struct reader *r, struct script_step *step);

void script_put_header(struct buf *b, const struct script_header *header);
void script_put(struct buf *b, const struct script_step *step);

#endif
