/* failure: what went wrong, kept by whoever failed. Knows: a code, an origin and sentences. Must not know: the
 * protocol. The first failure stays until failure_clear: what follows from it does not hide it. */
#ifndef BASE_FAILURE_H
#define BASE_FAILURE_H

#include "mem.h"

#define FAILURE_TEXT_MAX 240

struct failure {
	int code; /* 0: none */
	enum nacre_origin origin;
	enum nacre_phase phase;
	int system_error; /* errno, or 0 */
	unsigned long peer_reason, line;
	char text[FAILURE_TEXT_MAX];
	char *ours, *theirs, *peer_text, *file; /* NULL, or owned; escaped */
	char hint[FAILURE_TEXT_MAX]; /* empty: the code's own */
};

/* Keeps the failure if there was none, and returns the code that is now kept, so that `return failure_set(...)` reads
 * well. The text is formatted as printf does, and escaped. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
int
failure_set(struct failure *f, int code, enum nacre_origin origin, const char *format, ...);

/* Adds what is ours and what is theirs: the two lists of a failed negotiation, two fingerprints (status.h); SLICE_NONE
 * for one that there is not. Without memory the failure stands without them. */
void failure_add_lists(struct failure *f, const struct nacre_env *env, struct slice ours, struct slice theirs);
/* Adds the peer's own words and its reason number. */
void failure_add_peer(struct failure *f, const struct nacre_env *env, unsigned long reason, struct slice text);
/* Adds the file, and the line in it (0: none). */
void failure_add_file(struct failure *f, const struct nacre_env *env, const char *path, unsigned long line);
/* A hint that says more than the code's own. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void
failure_set_hint(struct failure *f, const char *format, ...);
void failure_empty(struct failure *f, const struct nacre_env *env);
/* Each call of the facade begins with a clear one: it seldom has to be made so. */
static inline void
failure_clear(struct failure *f, const struct nacre_env *env)
{
	if (f->code != 0 || f->ours != NULL || f->theirs != NULL || f->peer_text != NULL || f->file != NULL ||
	    f->hint[0] != 0)
		failure_empty(f, env);
}
/* A view for the caller; lives as long as f does. */
void failure_view(const struct failure *f, struct nacre_error *out);

/* The origin that a code usually has, from errors.def. */
static inline enum nacre_origin
failure_origin(int code)
{
	return nacre_status_origin(code);
}

#endif
