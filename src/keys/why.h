/* why: a sentence about a failure, in the caller's memory. Knows: text. Must not know: formats. */
#ifndef KEYS_WHY_H
#define KEYS_WHY_H

#include "slice.h"

struct why {
	char *p; /* may be NULL */
	size_t size;
};

/* Writes the sentence and returns the code. */
int why_fail(struct why *why, int code, const char *text);
/* The same, with bytes of the file escaped behind it. */
int why_fail_name(struct why *why, int code, const char *text, struct slice name);

#endif
