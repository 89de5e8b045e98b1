/* known_lines: the lines of a set of known hosts, in order. Knows: fields. Must not know: which host is asked for.
 * sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
#ifndef CONFIG_KNOWN_LINES_H
#define CONFIG_KNOWN_LINES_H

#include "mem.h"
#include <nacre/known_hosts.h>

/* One line; what the slices borrow stands behind the struct, in the same block. */
struct known_line {
	struct known_line *next;
	size_t size; /* of the block */
	enum nacre_known_hosts_kind kind;
	const char *source; /* borrowed from the set, or NULL */
	unsigned long number; /* 0: added in memory */
	struct slice hosts;
	const char *type; /* NUL-terminated */
	struct slice blob;
};

struct known_source {
	struct known_source *next;
	char *name;
};

struct known_list {
	struct known_line *first, *last;
	struct known_source *sources;
	size_t counts[NACRE_KNOWN_HOSTS_UNREADABLE + 1];
};

struct nacre_known_hosts {
	const struct nacre_env *env;
	struct known_list list;
};

/* Appends a copy of *line, whose next and size are not looked at. */
int known_list_add(struct known_list *list, const struct nacre_env *env, const struct known_line *line) NACRE_CHECK;
/* Appends what a file's text says. On failure the list may hold a part of it. */
int known_list_parse(
    struct known_list *list, const struct nacre_env *env, const char *source, struct slice text) NACRE_CHECK;
/* Moves what `more` holds behind the end. */
void known_list_join(struct known_list *list, struct known_list *more);
void known_list_free(struct known_list *list, const struct nacre_env *env);

#endif
