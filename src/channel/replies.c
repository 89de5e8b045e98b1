/* replies: see replies.h. Knows: a ring. Must not know: messages. */
#include "replies.h"

static struct reply *
entry(struct replies *q, unsigned i)
{
	return &q->at[(q->first + i) % REPLIES_MAX];
}

int
replies_put(struct replies *q, const struct nacre_env *env, struct reply reply)
{
	if (q->n == REPLIES_MAX)
		return NACRE_E_AGAIN;
	if (q->at == NULL && (q->at = mem_new(env, REPLIES_MAX * sizeof(*q->at))) == NULL)
		return NACRE_E_NOMEM;
	*entry(q, q->n) = reply;
	q->n++;
	return 0;
}

bool
replies_take(struct replies *q, struct reply *reply)
{
	if (q->n == 0)
		return false;
	*reply = *entry(q, 0);
	q->first = (q->first + 1) % REPLIES_MAX;
	q->n--;
	return true;
}

bool
replies_take_answered(struct replies *q, struct reply *reply)
{
	return q->n > 0 && entry(q, 0)->verdict != REPLY_OPEN && replies_take(q, reply);
}

void
replies_undo(struct replies *q)
{
	if (q->n > 0)
		q->n--;
}

bool
replies_answer(struct replies *q, uint64_t number, bool yes)
{
	unsigned i;

	for (i = 0; i < q->n; i++) {
		if (entry(q, i)->number != number || entry(q, i)->verdict != REPLY_OPEN)
			continue;
		entry(q, i)->verdict = yes ? REPLY_YES : REPLY_NO;
		return true;
	}
	return false;
}

void
replies_name_last(struct replies *q, uint64_t number)
{
	if (q->n > 0)
		entry(q, q->n - 1)->number = number;
}

void
replies_trim(struct replies *q, const struct nacre_env *env)
{
	if (q->n == 0)
		replies_free(q, env);
}

void
replies_free(struct replies *q, const struct nacre_env *env)
{
	mem_free(env, q->at, REPLIES_MAX * sizeof(*q->at));
	*q = (struct replies){.at = NULL};
}
