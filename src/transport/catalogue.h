/* catalogue: every algorithm by its kind, from whichever table it stands in, and which presets have it. Knows: names.
 * Must not know: how lists are edited (algorithm_list.c), what peers offer. Serves RFC 4250 4.11, RFC
 * 4253 6.2-6.5, 7.1. */
#ifndef TRANSPORT_CATALOGUE_H
#define TRANSPORT_CATALOGUE_H

#include "failure.h"
#include <nacre/algorithms.h>

struct catalogue_row {
	const char *name; /* NULL: past the end */
	bool legacy;
	bool slow; /* without AES in the CPU: then the others go before it */
	unsigned presets; /* NACRE_PRESET_* */
	const char *feature; /* or NULL */
};

/* The i-th of a kind, in its table's order. */
struct catalogue_row catalogue_at(enum nacre_algorithm_kind kind, size_t i);
bool catalogue_has(enum nacre_algorithm_kind kind, struct slice name);
/* The known name that a mistyped one is nearest to, or NULL. */
const char *catalogue_nearest(enum nacre_algorithm_kind kind, struct slice typed);

/* A preset by its name; NULL is the default. NACRE_E_ARGUMENT where there is no such preset. */
int preset_find(const char *name, unsigned *preset, struct failure *failure) NACRE_CHECK;
const char *preset_name(unsigned preset);

#endif
