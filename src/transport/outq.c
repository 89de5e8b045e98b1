/* outq: see outq.h. Knows: a list of segments. Must not know: who fills them. */
#include "outq.h"
#include "bounds.h"

struct outq_segment {
	struct outq_segment *next;
	size_t start, end, cap;
	uint8_t p[];
};

void
outq_init(struct outq *q, const struct nacre_env *env)
{
	*q = (struct outq){.env = env};
}

static void
segment_free(struct outq *q, struct outq_segment *s)
{
	if (s != NULL)
		mem_free(q->env, s, sizeof(*s) + s->cap);
}

void
outq_free(struct outq *q)
{
	struct outq_segment *s, *next;

	for (s = q->head; s != NULL; s = next) {
		next = s->next;
		segment_free(q, s);
	}
	segment_free(q, q->spare);
	outq_init(q, q->env);
}

/* Each new segment is four times the last, so that a short session stays small and a flow gets long writes. */
static size_t
next_cap(const struct outq *q, size_t n)
{
	size_t cap = q->tail == NULL ? LIMIT_SEGMENT_FIRST : q->tail->cap * 4;

	if (cap > LIMIT_SEGMENT)
		cap = LIMIT_SEGMENT;
	return cap < n ? n : cap;
}

static struct outq_segment *
segment_new(struct outq *q, size_t n)
{
	struct outq_segment *s = q->spare;
	size_t cap;

	if (s != NULL && s->cap >= n) {
		q->spare = NULL;
		s->start = s->end = 0;
		s->next = NULL;
		return s;
	}
	cap = next_cap(q, n);
	if ((s = mem_new(q->env, sizeof(*s) + cap)) == NULL)
		return NULL;
	s->cap = cap;
	return s;
}

/* A drained segment that is too small for what comes gives way, so that the first segment is never an empty one with
 * bytes behind it. */
static void
drop_drained(struct outq *q)
{
	struct outq_segment *s = q->tail;

	if (s == NULL || s != q->head || s->start != s->end)
		return;
	q->head = q->tail = NULL;
	segment_free(q, s);
}

static struct outq_segment *
append_segment(struct outq *q, size_t n)
{
	struct outq_segment *s = segment_new(q, n);

	if (s == NULL)
		return NULL;
	drop_drained(q);
	if (q->tail == NULL)
		q->head = s;
	else
		q->tail->next = s;
	q->tail = s;
	return s;
}

uint8_t *
outq_reserve(struct outq *q, size_t n)
{
	struct outq_segment *s = q->tail;

	if (s == NULL || s->cap - s->end < n)
		s = append_segment(q, n);
	return s == NULL ? NULL : s->p + s->end;
}

void
outq_commit(struct outq *q, size_t n)
{
	q->tail->end += n;
	q->n += n;
}

struct slice
outq_peek(const struct outq *q)
{
	const struct outq_segment *s = q->head;

	/* The first segment is empty only where nothing waits: outq_sent drops it as soon as another stands behind. */
	return s == NULL || q->closed ? SLICE_NONE : slice_of(s->p + s->start, s->end - s->start);
}

static void
keep_larger(struct outq *q, struct outq_segment *s)
{
	if (q->spare != NULL && q->spare->cap >= s->cap) {
		segment_free(q, s);
		return;
	}
	segment_free(q, q->spare);
	q->spare = s;
}

bool
outq_sent(struct outq *q, size_t n)
{
	struct outq_segment *s = q->head;

	if (n == 0)
		return true;
	if (s == NULL || n > s->end - s->start)
		return false;
	if (q->closed) /* lent before */
		return true;
	s->start += n;
	q->n -= n;
	if (s->start < s->end)
		return true;
	if (s->next == NULL) { /* reused from its front */
		s->start = s->end = 0;
		return true;
	}
	q->head = s->next;
	keep_larger(q, s);
	return true;
}

void
outq_close(struct outq *q)
{
	q->n = 0;
	q->closed = true;
}

void
outq_trim(struct outq *q)
{
	if (q->n == 0) {
		outq_free(q);
		return;
	}
	segment_free(q, q->spare);
	q->spare = NULL;
}
