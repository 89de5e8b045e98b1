/* landing: where a large packet may be decrypted to, so that its data need not be copied out of the input buffer.
 * Knows: a place. Must not know: packets, channels. Filled in by conn (the multiplexer's next chunk); empty before
 * there is one. */
#ifndef WIRE_LANDING_H
#define WIRE_LANDING_H

#include <stddef.h>
#include <stdint.h>

#define LANDING_LEAST 8192 /* a smaller packet is not worth a chunk of its own */

struct landing {
	void *ctx;
	/* Room for n bytes, or NULL: the packet is then decrypted where it stands. What is written there stays until
	 * the next call. NULL itself: there is no such place. */
	uint8_t *(*take)(void *ctx, size_t n);
};

#endif
