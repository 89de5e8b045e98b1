/* outq: the bytes that wait to be written, in segments that never move: what output() lent stays where it is until
 * sent(). Knows: runs of bytes. Must not know: packets. One emptied segment is kept, so that a steady flow allocates
 * nothing. */
#ifndef TRANSPORT_OUTQ_H
#define TRANSPORT_OUTQ_H

#include "mem.h"

struct outq_segment;

struct outq {
	const struct nacre_env *env;
	struct outq_segment *head, *tail, *spare;
	size_t n; /* bytes waiting */
	bool closed; /* nothing waits any more, but what was lent stays where it is */
};

void outq_init(struct outq *q, const struct nacre_env *env);
void outq_free(struct outq *q);
/* n bytes in one run, to be filled and then committed; a new reserve forgets the last. NULL without memory. */
uint8_t *outq_reserve(struct outq *q, size_t n);
void outq_commit(struct outq *q, size_t n);
/* The first run of waiting bytes. */
struct slice outq_peek(const struct outq *q);
/* False where fewer were lent. */
bool outq_sent(struct outq *q, size_t n);
/* Nobody will read it: nothing is lent any more. What was lent before stays where it is until outq_free. */
void outq_close(struct outq *q);
/* Gives back what is not needed now. */
void outq_trim(struct outq *q);

#endif
