/* questions: see questions.h. Knows: a ring in the order of arrival. Must not know: how replies are sent.
 * RFC 4254 4, 5.4. */
#include "questions.h"

#define RING_SIZE (QUESTIONS_MAX * sizeof(struct question))

static struct question *
question_at(const struct questions *q, unsigned i)
{
	return &q->ring[(q->first + i) % QUESTIONS_MAX];
}

int
questions_admit(struct questions *q, const struct nacre_env *env)
{
	if (q->n == QUESTIONS_MAX || q->overdue > 0) {
		q->overdue++;
		return NACRE_E_LIMIT;
	}
	if (q->ring == NULL && (q->ring = mem_new(env, RING_SIZE)) == NULL)
		return NACRE_E_NOMEM;
	return 0;
}

void
questions_add(struct questions *q, uint64_t token, enum answer answer)
{
	*question_at(q, q->n) = (struct question){.token = token, .answer = answer};
	q->n++;
}

struct question *
questions_find(struct questions *q, uint64_t token)
{
	unsigned i;

	for (i = 0; token != 0 && i < q->n; i++)
		if (question_at(q, i)->token == token && question_at(q, i)->answer == ANSWER_OPEN)
			return question_at(q, i);
	return NULL;
}

void
questions_refuse(struct questions *q)
{
	unsigned i;

	for (i = 0; i < q->n; i++)
		if (question_at(q, i)->answer == ANSWER_OPEN)
			question_at(q, i)->answer = ANSWER_NO;
}

struct question *
questions_ready(struct questions *q)
{
	return q->n > 0 && question_at(q, 0)->answer != ANSWER_OPEN ? question_at(q, 0) : NULL;
}

void
questions_pop(struct questions *q, const struct nacre_env *env)
{
	struct question *first = question_at(q, 0);

	mem_free(env, first->data, first->data_len);
	q->first = (q->first + 1) % QUESTIONS_MAX;
	q->n--;
}

void
questions_trim(struct questions *q, const struct nacre_env *env)
{
	if (q->n > 0)
		return;
	mem_free(env, q->ring, RING_SIZE);
	q->ring = NULL;
	q->first = 0;
}

void
questions_free(struct questions *q, const struct nacre_env *env)
{
	while (q->n > 0)
		questions_pop(q, env);
	questions_trim(q, env);
	q->overdue = 0;
}
