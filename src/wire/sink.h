/* sink: where a layer puts what its owner must hear. Knows: events. Must not know: who reads them, and when. Filled in
 * by conn (a small ring); by tests over an array. Pointers in an event borrow from the payload at hand or from the
 * pushing object: the ring's owner sees to it that they live long enough. */
#ifndef WIRE_SINK_H
#define WIRE_SINK_H

#include <nacre/event.h>
#include "slice.h"

struct sink {
	void *ctx;
	/* Takes a copy of *event. A question gets a token (never 0, never used twice), which is also returned; a notice
	 * returns 0. There is always room for the events of one packet: at most four. */
	uint64_t (*push)(void *ctx, const struct nacre_event *event, bool is_question);
};

static inline struct nacre_bytes
bytes_of(struct slice s)
{
	return (struct nacre_bytes){s.p, s.n};
}

static inline struct slice
slice_of_bytes(struct nacre_bytes b)
{
	return slice_of(b.p, b.n);
}

#endif
