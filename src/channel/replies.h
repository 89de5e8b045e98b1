/* replies: who waits for an answer, in order (RFC 4254 4, 5.4: replies carry no number, only their order counts).
 * Knows: a bounded queue. Must not know: what was asked. */
#ifndef CHANNEL_REPLIES_H
#define CHANNEL_REPLIES_H

#include "mem.h"

#define REPLIES_MAX 64

enum reply_verdict { REPLY_OPEN, REPLY_YES, REPLY_NO };

struct reply {
	uint64_t number; /* an operation of ours, or a question's token; 0: nobody asks */
	enum reply_verdict verdict;
};

struct replies {
	struct reply *at; /* REPLIES_MAX of them, made with the first */
	unsigned first, n;
};

/* NACRE_E_AGAIN where it is full; NACRE_E_NOMEM. */
int replies_put(struct replies *q, const struct nacre_env *env, struct reply reply) NACRE_CHECK;
/* Takes the oldest; false where there is none. */
bool replies_take(struct replies *q, struct reply *reply);
/* Takes the oldest where its verdict is known. */
bool replies_take_answered(struct replies *q, struct reply *reply);
/* The newest entry was not sent after all. */
void replies_undo(struct replies *q);
/* Gives the open entry of that number its verdict; false where there is none. */
bool replies_answer(struct replies *q, uint64_t number, bool yes);
/* Changes the newest entry's number: a question's token is known only after it was pushed. */
void replies_name_last(struct replies *q, uint64_t number);
/* Gives the memory back where nothing waits. */
void replies_trim(struct replies *q, const struct nacre_env *env);
void replies_free(struct replies *q, const struct nacre_env *env);

#endif
