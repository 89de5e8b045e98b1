/* algorithm_list: one list of names, from a preset, an edit and what is disabled. Knows: "+", "-", "^", wildcards. Must
 * not know: KEXINIT, keys. Serves RFC 4253 7.1, ssh_config(5). */
#ifndef TRANSPORT_ALGORITHM_LIST_H
#define TRANSPORT_ALGORITHM_LIST_H

#include "catalogue.h"

struct list_wish {
	enum nacre_algorithm_kind kind;
	const char *option; /* what a failure calls it: "ciphers" */
	unsigned preset;
	const char *edit; /* or NULL: the preset's list */
	const char *disabled; /* patterns, or NULL */
};

/* Comma-separated names, each known and none twice; freed with mem_free_str. NACRE_E_ARGUMENT where a name is unknown
 * or none is left. *out is NULL on failure. */
int algorithm_list_make(
    const struct list_wish *wish, const struct nacre_env *env, char **out, struct failure *failure) NACRE_CHECK;

#endif
