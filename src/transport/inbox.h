/* inbox: the bytes that came from the peer and are not handled yet, in one run. Knows: where they are. Must not know:
 * what they mean. Grows only as bytes arrive, up to LIMIT_INPUT; a length field alone allocates nothing. */
#ifndef TRANSPORT_INBOX_H
#define TRANSPORT_INBOX_H

#include "mem.h"

struct inbox {
	const struct nacre_env *env;
	uint8_t *p;
	size_t start, end, cap;
	bool filled; /* the last read used all the room that it was given: the next one gets more */
};

void inbox_init(struct inbox *in, const struct nacre_env *env);
void inbox_free(struct inbox *in);
/* Room for *n more bytes; moves what is unhandled to the front. NULL where there is no memory or no room. */
uint8_t *inbox_space(struct inbox *in, size_t *n);
/* n bytes were put there: false where they cannot have been. */
bool inbox_add(struct inbox *in, size_t n);
void inbox_take(struct inbox *in, size_t n);
/* Would inbox_space find room? */
bool inbox_has_room(const struct inbox *in);
/* Gives the memory back where nothing is in it. */
void inbox_trim(struct inbox *in);

static inline uint8_t *
inbox_bytes(const struct inbox *in)
{
	return in->p + in->start;
}

static inline size_t
inbox_len(const struct inbox *in)
{
	return in->end - in->start;
}

#endif
