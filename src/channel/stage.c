/* stage: see stage.h. Knows: offsets in a ring. Must not know: why bytes wait. docs/design.md, "The core". */
#include "stage.h"

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

uint8_t *
stage_lend(struct stage *st, const struct nacre_env *env, enum nacre_stream stream, size_t *n, int *error)
{
	*n = 0;
	*error = 0;
	if (st->p == NULL && (st->p = mem_new(env, STAGE_SIZE)) == NULL) {
		*error = NACRE_E_NOMEM;
		return NULL;
	}
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

struct slice
stage_peek(const struct stage *st)
{
	size_t together = STAGE_SIZE - st->first;

	return st->n == 0 ? SLICE_NONE : slice_of(st->p + st->first, st->n < together ? st->n : together);
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
	mem_wipe_free(env, st->p, st->p == NULL ? 0 : STAGE_SIZE);
	*st = (struct stage){.p = NULL};
}
