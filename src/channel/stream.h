/* stream: bytes that arrived and were not read yet, in chunks that never move. Knows: a queue of chunks, a pool of empty
 * ones. Must not know: windows, messages. A peeked run stays where it is until it is consumed. */
#ifndef CHANNEL_STREAM_H
#define CHANNEL_STREAM_H

#include "mem.h"

#define CHUNK_LEN 65536       /* bytes of a chunk */
#define CHUNK_SMALL_LEN 2048  /* of a stream's first: most commands say little */
#define POOL_MAX 4            /* empty chunks kept for the next data */

struct chunk;

/* Shared by all streams of a connection. */
struct chunk_pool {
	const struct nacre_env *env;
	struct chunk *free; /* full-sized, empty */
	size_t n;
};

struct stream {
	struct chunk *head, *tail;
	size_t n; /* unread bytes */
};

void pool_init(struct chunk_pool *pool, const struct nacre_env *env);
/* Gives the empty chunks back. */
void pool_trim(struct chunk_pool *pool);

/* Appends a copy. NACRE_E_NOMEM: nothing was appended. */
int stream_put(struct stream *s, struct chunk_pool *pool, struct slice data) NACRE_CHECK;
/* The first run. */
struct slice stream_peek(const struct stream *s);
/* False where fewer were peeked. */
bool stream_consume(struct stream *s, struct chunk_pool *pool, size_t n);
void stream_free(struct stream *s, struct chunk_pool *pool);

#endif
