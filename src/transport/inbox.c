/* inbox: see inbox.h. Knows: one block of memory. Must not know: packets. */
#include "inbox.h"
#include "bounds.h"

void
inbox_init(struct inbox *in, const struct nacre_env *env)
{
	*in = (struct inbox){.env = env};
}

void
inbox_free(struct inbox *in)
{
	/* Decrypted packets were here: passwords among them. */
	mem_wipe_free(in->env, in->p, in->cap);
	inbox_init(in, in->env);
}

static bool
resize(struct inbox *in, size_t cap)
{
	uint8_t *p = mem_new(in->env, cap);

	if (p == NULL)
		return false;
	if (inbox_len(in) > 0)
		memcpy(p, inbox_bytes(in), inbox_len(in));
	mem_wipe_free(in->env, in->p, in->cap);
	in->end = inbox_len(in);
	in->start = 0;
	in->p = p;
	in->cap = cap;
	return true;
}

static void
to_front(struct inbox *in)
{
	if (in->start == 0)
		return;
	memmove(in->p, inbox_bytes(in), inbox_len(in));
	in->end = inbox_len(in);
	in->start = 0;
}

uint8_t *
inbox_space(struct inbox *in, size_t *n)
{
	size_t wanted = in->cap == 0 ? LIMIT_INPUT_FIRST : in->cap;

	*n = 0;
	to_front(in);
	if (in->cap > 0 && (in->filled || in->end == in->cap))
		wanted = in->cap * 4 < LIMIT_INPUT ? in->cap * 4 : LIMIT_INPUT;
	in->filled = false;
	/* Without memory for more, what is there still serves. */
	if (wanted > in->cap && !resize(in, wanted) && in->end == in->cap)
		return NULL;
	if (in->end == in->cap)
		return NULL;
	*n = in->cap - in->end;
	return in->p + in->end;
}

bool
inbox_add(struct inbox *in, size_t n)
{
	if (n > in->cap - in->end)
		return false;
	in->end += n;
	in->filled = in->end == in->cap;
	return true;
}

void
inbox_take(struct inbox *in, size_t n)
{
	in->start += n;
}

bool
inbox_has_room(const struct inbox *in)
{
	return in->cap < LIMIT_INPUT || inbox_len(in) < in->cap;
}

void
inbox_trim(struct inbox *in)
{
	if (inbox_len(in) == 0)
		inbox_free(in);
}
