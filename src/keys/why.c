/* why: see why.h. Knows: escaping. Must not know: what failed. */
#include "why.h"
#include "text.h"

#include <stdio.h>

int
why_fail(struct why *why, int code, const char *text)
{
	if (why->p != NULL && why->size > 0)
		snprintf(why->p, why->size, "%s", text);
	return code;
}

int
why_fail_name(struct why *why, int code, const char *text, struct slice name)
{
	char shown[80];

	text_escape(shown, sizeof(shown), name, false);
	if (why->p != NULL && why->size > 0)
		snprintf(why->p, why->size, "%s: %s", text, shown);
	return code;
}
