/* stage: a channel's staging area: bytes that were committed and have not left yet, and the room that is lent for more.
 * Knows: a ring of one packet's size. Must not know: windows, packets. docs/design.md, "The core"; RFC 4254 5.2.
 *
 * The lent room always begins right behind the staged bytes, and bytes leave at the other end: so nothing ever
 * moves. */
#ifndef CHANNEL_STAGE_H
#define CHANNEL_STAGE_H

#include "mem.h"
#include "outbox.h"
#include <nacre/event.h>

#define STAGE_SIZE 32768

struct stage {
	uint8_t *p; /* NULL, or STAGE_SIZE bytes, with OUTBOX_MARGIN bytes before and behind them */
	size_t first, n; /* the staged bytes */
	size_t lent; /* bytes that the caller may be writing now */
	enum nacre_stream stream; /* of all staged and lent bytes */
};

/* Lends room for *n bytes of a stream. NULL and 0 where there is none: full, or bytes of the other stream are staged.
 * *error is NACRE_E_NOMEM where memory is what is missing, else 0. */
uint8_t *stage_lend(
    struct stage *st, const struct nacre_env *env, enum nacre_stream stream, size_t *n, int *error) NACRE_CHECK;
/* The caller wrote n bytes into what was lent. NACRE_E_MISUSE where that was not lent for this stream. */
int stage_commit(struct stage *st, enum nacre_stream stream, size_t n) NACRE_CHECK;
/* The first staged bytes, as many as lie together: *n of them. */
uint8_t *stage_peek(const struct stage *st, size_t *n);
/* The first n of them have left. */
void stage_consume(struct stage *st, size_t n);
/* Forgets the staged bytes; what is lent stays where it is. */
void stage_drop(struct stage *st);
/* Gives the area back where nothing is staged or lent. */
void stage_trim(struct stage *st, const struct nacre_env *env);
void stage_free(struct stage *st, const struct nacre_env *env);

#endif
