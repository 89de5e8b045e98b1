/* stream: see stream.h. Knows: a list of chunks, filled at its end and read at its front. Must not know: who reads.
 * RFC 4254 5.2. */
#include "stream.h"

/* A few typed bytes need no room for a packet: a channel that is hardly used costs a small chunk. The pool keeps what
 * one burst of packets needs (as many as the input buffer holds, and one on its way), and no more: what a slow reader
 * once let pile up must not go on counting against the connection's budget, or it would never read again. */
#define PACKET_EXTRA 320 /* a packet's own bytes around its data: the message's fields, and the padding */

static const struct {
	uint32_t size;
	unsigned keep;
} chunk_kinds[CHUNK_KINDS] = {
    [CHUNK_SMALL] = {.size = 2048, .keep = 16},
    [CHUNK_MEDIUM] = {.size = 16384 + PACKET_EXTRA, .keep = 18},
    [CHUNK_LARGE] = {.size = 32768 + PACKET_EXTRA, .keep = 10},
};

static size_t
block_size(enum chunk_kind kind)
{
	return sizeof(struct chunk) + chunk_kinds[kind].size;
}

struct chunk *
chunk_take(struct chunk_pool *pool, enum chunk_kind kind)
{
	struct chunk *c = pool->free[kind];

	if (c == NULL) {
		c = mem_raw(pool->env, block_size(kind));
	} else {
		pool->free[kind] = c->next;
		pool->n[kind]--;
	}
	if (c != NULL)
		*c = (struct chunk){.kind = kind, .size = chunk_kinds[kind].size};
	return c;
}

void
chunk_give(struct chunk_pool *pool, struct chunk *c)
{
	if (pool->n[c->kind] >= chunk_kinds[c->kind].keep) {
		mem_wipe_free(pool->env, c, block_size(c->kind));
		return;
	}
	c->next = pool->free[c->kind];
	pool->free[c->kind] = c;
	pool->n[c->kind]++;
}

enum chunk_kind
chunk_kind_for(size_t n)
{
	int kind = CHUNK_SMALL;

	while (kind < CHUNK_KINDS && n > chunk_kinds[kind].size)
		kind++;
	return (enum chunk_kind)kind;
}

void
chunk_pool_trim(struct chunk_pool *pool)
{
	struct chunk *c;
	int kind;

	for (kind = 0; kind < CHUNK_KINDS; kind++) {
		while ((c = pool->free[kind]) != NULL) {
			pool->free[kind] = c->next;
			mem_wipe_free(pool->env, c, block_size(c->kind));
		}
		pool->n[kind] = 0;
	}
}

static void
append(struct stream *s, struct chunk *c)
{
	if (s->tail == NULL)
		s->head = c;
	else
		s->tail->next = c;
	s->tail = c;
}

void
stream_adopt(struct stream *s, struct chunk *c, struct slice bytes)
{
	c->from = (uint32_t)(bytes.p - c->bytes);
	c->to = c->from + (uint32_t)bytes.n;
	append(s, c);
}

static int
stream_extend(struct stream *s, struct chunk_pool *pool, size_t n)
{
	bool few = s->tail == NULL && n <= chunk_kinds[CHUNK_SMALL].size;
	struct chunk *c = chunk_take(pool, few ? CHUNK_SMALL : CHUNK_LARGE);

	if (c == NULL)
		return NACRE_E_NOMEM;
	append(s, c);
	return 0;
}

static size_t
tail_room(const struct stream *s)
{
	return s->tail == NULL ? 0 : s->tail->size - s->tail->to;
}

int
stream_store(struct stream *s, struct chunk_pool *pool, struct slice bytes)
{
	size_t n;

	while (bytes.n > 0) {
		if (tail_room(s) == 0 && stream_extend(s, pool, bytes.n) != 0)
			return NACRE_E_NOMEM;
		n = bytes.n < tail_room(s) ? bytes.n : tail_room(s);
		memcpy(s->tail->bytes + s->tail->to, bytes.p, n);
		s->tail->to += (uint32_t)n;
		bytes = slice_from(bytes, n);
	}
	return 0;
}

static void
drop_head(struct stream *s, struct chunk_pool *pool)
{
	struct chunk *c = s->head;

	s->head = c->next;
	if (s->head == NULL)
		s->tail = NULL;
	chunk_give(pool, c);
}

void
stream_consume(struct stream *s, struct chunk_pool *pool, size_t n)
{
	if (s->head == NULL)
		return;
	s->head->from += (uint32_t)n;
	if (s->head->from == s->head->to)
		drop_head(s, pool);
}

void
stream_drop(struct stream *s, struct chunk_pool *pool)
{
	while (s->head != NULL)
		drop_head(s, pool);
}
