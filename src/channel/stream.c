/* stream: see stream.h. Knows: chunks. Must not know: channels. */
#include "stream.h"

struct chunk {
	struct chunk *next;
	size_t start, end, cap;
	uint8_t p[];
};

void
pool_init(struct chunk_pool *pool, const struct nacre_env *env)
{
	*pool = (struct chunk_pool){.env = env};
}

static void
chunk_free(struct chunk_pool *pool, struct chunk *c)
{
	mem_free(pool->env, c, sizeof(*c) + c->cap);
}

void
pool_trim(struct chunk_pool *pool)
{
	struct chunk *c;

	while ((c = pool->free) != NULL) {
		pool->free = c->next;
		chunk_free(pool, c);
	}
	pool->n = 0;
}

static struct chunk *
chunk_new(struct chunk_pool *pool, size_t cap)
{
	struct chunk *c = pool->free;

	if (c != NULL) {
		pool->free = c->next;
		pool->n--;
		c->next = NULL;
		c->start = c->end = 0;
		return c;
	}
	if ((c = mem_new(pool->env, sizeof(*c) + cap)) != NULL)
		c->cap = cap;
	return c;
}

static void
chunk_release(struct chunk_pool *pool, struct chunk *c)
{
	if (c->cap != CHUNK_LEN || pool->n == POOL_MAX) {
		chunk_free(pool, c);
		return;
	}
	c->next = pool->free;
	pool->free = c;
	pool->n++;
}

static size_t
fill(struct chunk *c, struct slice data)
{
	size_t room = c->cap - c->end, n = data.n < room ? data.n : room;

	memcpy(c->p + c->end, data.p, n);
	c->end += n;
	return n;
}

static int
append_chunk(struct stream *s, struct chunk_pool *pool, size_t n)
{
	size_t cap = s->tail == NULL && n <= CHUNK_SMALL_LEN ? CHUNK_SMALL_LEN : CHUNK_LEN;
	struct chunk *c = chunk_new(pool, cap);

	if (c == NULL)
		return NACRE_E_NOMEM;
	if (s->tail == NULL)
		s->head = c;
	else
		s->tail->next = c;
	s->tail = c;
	return 0;
}

/* A packet is at most half a chunk: it needs one new chunk at most, so that it goes in whole or not at all. */
int
stream_put(struct stream *s, struct chunk_pool *pool, struct slice data)
{
	size_t done = 0, room = s->tail == NULL ? 0 : s->tail->cap - s->tail->end;
	struct chunk *old = s->tail;
	int r;

	if (data.n > room && (r = append_chunk(s, pool, data.n - room)) != 0)
		return r;
	if (old != NULL)
		done = fill(old, data);
	if (done < data.n)
		done += fill(s->tail, slice_from(data, done));
	s->n += done;
	return 0;
}

/* A drained chunk at the front is kept for the next data; it counts as nothing. */
static struct chunk *
first(const struct stream *s)
{
	struct chunk *c = s->head;

	return c != NULL && c->start == c->end ? c->next : c;
}

struct slice
stream_peek(const struct stream *s)
{
	const struct chunk *c = first(s);

	return c == NULL ? SLICE_NONE : slice_of(c->p + c->start, c->end - c->start);
}

static void
drop_drained(struct stream *s, struct chunk_pool *pool)
{
	struct chunk *c = s->head;

	if (c->next == NULL) { /* the last one serves again */
		c->start = c->end = 0;
		return;
	}
	s->head = c->next;
	chunk_release(pool, c);
}

bool
stream_consume(struct stream *s, struct chunk_pool *pool, size_t n)
{
	struct chunk *c;

	if (n == 0)
		return true;
	if (n > stream_peek(s).n)
		return false;
	if (s->head->start == s->head->end)
		drop_drained(s, pool);
	c = s->head;
	c->start += n;
	s->n -= n;
	if (c->start == c->end)
		drop_drained(s, pool);
	return true;
}

void
stream_free(struct stream *s, struct chunk_pool *pool)
{
	struct chunk *c;

	while ((c = s->head) != NULL) {
		s->head = c->next;
		chunk_release(pool, c);
	}
	*s = (struct stream){NULL, NULL, 0};
}
