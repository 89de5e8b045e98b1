/* outbox: where a layer puts the messages that it sends, without knowing who carries them. Knows: payload bytes.
 * Must not know: packets, keys, sockets. Filled in by transport; by tests over memory. */
#ifndef WIRE_OUTBOX_H
#define WIRE_OUTBOX_H

#include "slice.h"
#include <nacre/status.h>

struct outbox {
	void *ctx;
	/* Room for a payload of exactly n bytes, written in place; commit follows before any other call. NULL where
	 * there is no memory or the connection has failed: the failure is kept by the owner and *error says its code.
	 * During a key exchange small payloads are held and leave after it; that store is bounded. */
	uint8_t *(*reserve)(void *ctx, size_t n, int *error);
	int (*commit)(void *ctx);
	/* How many bytes of bulk data may be sent now; 0 during a key exchange and when the output is full. Only bulk
	 * data asks: replies and credits always go through reserve. */
	size_t (*room)(void *ctx);
	/* Sends a payload out of its owner's memory, so that bulk data is encrypted from there instead of being copied
	 * first. The OUTBOX_MARGIN bytes before and behind it are written over; the payload stays as it is. NULL: there
	 * is no such way (msg_send_from then copies). */
	int (*send_from)(void *ctx, uint8_t *payload, size_t n);
};

#define OUTBOX_MARGIN 32 /* a packet's own bytes before and behind a payload, and a message's before its data */

#endif
