/* config_store: what was found for a host. Knows: values by keyword, where they stand. Must not know: how they are
 * read. Serves: nothing on the wire. */
#ifndef CONFIG_STORE_H
#define CONFIG_STORE_H

#include "buf.h"
#include "config_rows.h"
#include "failure.h"
#include <nacre/config.h>

/* One value; its words stand behind the struct, in the same block. */
struct config_value {
	struct config_value *next;
	size_t size;
	const char *keyword; /* of CONFIG_PAST; else NULL */
	const char *file;
	unsigned long line;
	bool user, applied;
	size_t n_words;
	const char **words;
	const char *shown;
};

struct config_slot {
	struct config_value *first;
	size_t n;
};

struct config_name {
	struct config_name *next;
	char *text;
};

#define CONFIG_FACTS (NACRE_CONFIG_VERSION + 1)

struct nacre_config_host {
	const struct nacre_env *env;
	const struct nacre_config_world *world;
	char *original, *hostname; /* owned; hostname is NULL until it is known */
	char *facts[CONFIG_FACTS]; /* owned; NULL: nobody knows */
	struct config_slot slots[CONFIG_PAST + 1]; /* that of CONFIG_ROWS is empty */
	size_t n_values;
	struct config_name *names; /* of files */
};

struct config_where {
	const char *file;
	unsigned long line;
	bool user;
};

/* A name that lives as long as the host; NULL without memory. */
const char *config_store_name(struct nacre_config_host *host, const char *name);
/* Adds a value of n words, each with its NUL, at the end of the slot. keyword: copied, or NULL. */
int config_store_add(struct nacre_config_host *host, enum config_id id, const char *keyword, struct slice words,
    size_t n, const struct config_where *where) NACRE_CHECK;
void config_store_clear(struct nacre_config_host *host, enum config_id id);
/* Takes the values whose text matches a pattern out. */
void config_store_remove(struct nacre_config_host *host, enum config_id id, struct slice pattern);

/* The first value, or NULL. */
static inline const struct config_value *
config_first(const struct nacre_config_host *host, enum config_id id)
{
	return host->slots[id].first;
}

static inline const char *
config_shown(const struct nacre_config_host *host, enum config_id id)
{
	return host->slots[id].first == NULL ? NULL : host->slots[id].first->shown;
}

/* Is it set, and to this? */
bool config_is(const struct nacre_config_host *host, enum config_id id, const char *shown);
bool config_is_none(const struct nacre_config_host *host, enum config_id id);

#endif
