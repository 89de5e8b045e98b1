/* stage: see stage.h. Knows: offsets in a ring. Must not know: why bytes wait. docs/design.md, "The core". */
#include "stage.h"

#define STAGE_BYTES (OUTBOX_MARGIN + STAGE_SIZE + OUTBOX_MARGIN)

static size_t
end_of(const struct stage *st)
{
	return (st->first + st->n) % STAGE_SIZE;
}

/* The bytes behind the staged ones, up to the ring's end or the first staged byte. */
static size_t
room_of(const struct stage *st)
{
	size_t end = end_of(st);

	if (st->n == STAGE_SIZE)
		return 0;
	return end >= st->first ? STAGE_SIZE - end : st->first - end;
}

static bool
is_idle(const struct stage *st)
{
	return st->n == 0 && st->lent == 0;
}

static int
stage_new(struct stage *st, const struct nacre_env *env)
{
	uint8_t *p = mem_new(env, STAGE_BYTES);

	if (p == NULL)
		return NACRE_E_NOMEM;
	st->p = p + OUTBOX_MARGIN;
	return 0;
}

uint8_t *
stage_lend(struct stage *st, const struct nacre_env *env, enum nacre_stream stream, size_t *n, int *error)
{
	*n = 0;
	*error = 0;
	if (st->p == NULL && (*error = stage_new(st, env)) != 0)
		return NULL;
	if (is_idle(st))
		st->first = 0;
	if (st->n == 0)
		st->stream = stream;
	if (st->stream != stream || room_of(st) == 0)
		return NULL;
	*n = st->lent = room_of(st);
	return st->p + end_of(st);
}

int
stage_commit(struct stage *st, enum nacre_stream stream, size_t n)
{
	if (st->lent == 0 || st->stream != stream || n > st->lent)
		return NACRE_E_MISUSE;
	st->lent = 0;
	st->n += n;
	return 0;
}

uint8_t *
stage_peek(const struct stage *st, size_t *n)
{
	size_t together = STAGE_SIZE - st->first;

	*n = st->n < together ? st->n : together;
	return st->n == 0 ? NULL : st->p + st->first;
}

void
stage_consume(struct stage *st, size_t n)
{
	st->first = (st->first + n) % STAGE_SIZE;
	st->n -= n;
}

void
stage_drop(struct stage *st)
{
	stage_consume(st, st->n);
}

void
stage_trim(struct stage *st, const struct nacre_env *env)
{
	if (is_idle(st))
		stage_free(st, env);
}

void
stage_free(struct stage *st, const struct nacre_env *env)
{
	if (st->p != NULL)
		mem_wipe_free(env, st->p - OUTBOX_MARGIN, STAGE_BYTES);
	*st = (struct stage){.p = NULL};
}
