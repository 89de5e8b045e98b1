/* questions: the peer's requests that want a reply, of one channel or of the connection, until their replies have left.
 * Knows: their order, which no answer changes. Must not know: what was asked. RFC 4254 4, 5.4. */
#ifndef CHANNEL_QUESTIONS_H
#define CHANNEL_QUESTIONS_H

#include "mem.h"

#define QUESTIONS_MAX 64 /* unanswered */

enum answer { ANSWER_OPEN, ANSWER_NO, ANSWER_YES };

struct question {
	uint64_t token; /* 0: nobody was asked */
	enum answer answer;
	uint8_t *data; /* owned; what follows a global success that had to wait for its turn */
	size_t data_len;
};

struct questions {
	struct question *ring; /* NULL, or QUESTIONS_MAX of them */
	unsigned first, n;
	/* Requests behind the last one of a full ring: they are refused in their turn, and a number remembers them
	 * all. */
	uint64_t overdue;
};

/* Is there a place for one more? 0; NACRE_E_LIMIT: no, and it was noted as overdue; NACRE_E_NOMEM. */
int questions_admit(struct questions *q, const struct nacre_env *env) NACRE_CHECK;
/* Puts one more behind the others, after questions_admit. */
void questions_add(struct questions *q, uint64_t token, enum answer answer);
/* The open question of that token, or NULL. */
struct question *questions_find(struct questions *q, uint64_t token);
/* Answers all that are open with no. */
void questions_refuse(struct questions *q);
/* The first one where it has been answered, or NULL. */
struct question *questions_ready(struct questions *q);
void questions_pop(struct questions *q, const struct nacre_env *env);
/* Gives the ring back where nothing is in it. */
void questions_trim(struct questions *q, const struct nacre_env *env);
void questions_free(struct questions *q, const struct nacre_env *env);

#endif
