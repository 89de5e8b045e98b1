/* stream: bytes that have arrived and were not read yet. Knows: chunks that never move, so that a borrowed slice stays
 * where it is; the pool that keeps chunks for the next packet. Must not know: windows, channels. RFC 4254 5.2. */
#ifndef CHANNEL_STREAM_H
#define CHANNEL_STREAM_H

#include "mem.h"

enum chunk_kind { CHUNK_SMALL, CHUNK_MEDIUM, CHUNK_LARGE, CHUNK_KINDS };

struct chunk {
	struct chunk *next;
	enum chunk_kind kind;
	uint32_t from, to; /* unread bytes */
	uint32_t size;
	uint8_t bytes[];
};

/* Chunks that nothing uses now, of each kind up to a bound. */
struct chunk_pool {
	const struct nacre_env *env;
	struct chunk *free[CHUNK_KINDS];
	unsigned n[CHUNK_KINDS];
};

struct stream {
	struct chunk *head, *tail; /* NULL where all was read */
};

/* Gives the pooled chunks back, wiped. */
void chunk_pool_trim(struct chunk_pool *pool);

/* The smallest kind of chunk that holds a packet of n bytes; CHUNK_KINDS where none does. */
enum chunk_kind chunk_kind_for(size_t n);
/* An empty chunk, or NULL without memory. It is given to a stream by stream_adopt, or back by chunk_give. */
struct chunk *chunk_take(struct chunk_pool *pool, enum chunk_kind kind);
void chunk_give(struct chunk_pool *pool, struct chunk *c);
/* Do these bytes stand in that chunk? */
static inline bool
chunk_holds(const struct chunk *c, struct slice bytes)
{
	return c != NULL && bytes.p >= c->bytes && bytes.p < c->bytes + c->size;
}

/* The chunk, in which the bytes stand, becomes the stream's end: nothing is copied. */
void stream_adopt(struct stream *s, struct chunk *c, struct slice bytes);

/* Copies the bytes to the end. NACRE_E_NOMEM: some of them may have been stored. */
int stream_store(struct stream *s, struct chunk_pool *pool, struct slice bytes) NACRE_CHECK;
/* The first unread bytes, as many as lie together. They stay there, and more may follow them, until they are
 * consumed. */
static inline struct slice
stream_peek(const struct stream *s)
{
	return s->head == NULL ? SLICE_NONE : slice_of(s->head->bytes + s->head->from, s->head->to - s->head->from);
}

/* n is not more than stream_peek gave. */
void stream_consume(struct stream *s, struct chunk_pool *pool, size_t n);
void stream_drop(struct stream *s, struct chunk_pool *pool);

static inline bool
stream_is_empty(const struct stream *s)
{
	return s->head == NULL;
}

#endif
