/* known_lines: the lines of a set of known hosts, in order. Knows: fields. Must not know: which host is asked for.
 * sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
#ifndef CONFIG_KNOWN_LINES_H
#define CONFIG_KNOWN_LINES_H

#include "mem.h"
#include <nacre/known_hosts.h>

enum known_state {
	KNOWN_AS_IT_WAS,
	KNOWN_EDITED, /* hosts lacks a name that it had */
	KNOWN_GONE /* the last name is gone; the line is to be swept */
};

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
	struct slice comment; /* what stands behind the key */
	enum known_state state;
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

enum known_which { KNOWN_EVERY_KEY, KNOWN_THIS_KEY, KNOWN_OTHER_KEYS };

/* Which keys of a host are to go: kept, so that they go from the file, too, when it is written. */
struct known_removal {
	struct known_removal *next;
	size_t size; /* of the block, with what the slices borrow behind it */
	struct slice name; /* as struct host_name has it */
	struct slice type; /* empty: of every type */
	enum known_which which;
	struct slice blob; /* the key meant by `which` */
};

struct nacre_known_hosts {
	const struct nacre_env *env;
	struct known_list list;
	struct known_removal *removals, **removals_end; /* in their order */
};

/* Appends a copy of *line, whose next and size are not looked at. */
int known_list_add(struct known_list *list, const struct nacre_env *env, const struct known_line *line) NACRE_CHECK;
/* Appends what a file's text says. On failure the list may hold a part of it. */
int known_list_parse(
    struct known_list *list, const struct nacre_env *env, const char *source, struct slice text) NACRE_CHECK;
/* A copy of a file's name that lives as long as the list; NULL for none. The last one is used again where it is the
 * same. */
int known_list_source(
    struct known_list *list, const struct nacre_env *env, const char *name, const char **kept) NACRE_CHECK;
/* Moves what `more` holds behind the end. */
void known_list_join(struct known_list *list, struct known_list *more);
void known_list_free(struct known_list *list, const struct nacre_env *env);
/* Takes the name out of the lines of plain keys that the removal means, by the state of each line. Returns how many
 * lines had it. NACRE_E_CRYPTO: nobody knows, and some lines may have lost it; NACRE_E_NOMEM likewise. */
int known_list_remove(struct known_list *list, const struct nacre_env *env, const struct known_removal *removal,
    size_t *lines) NACRE_CHECK;
/* Frees the lines that are gone. */
void known_list_sweep(struct known_list *list, const struct nacre_env *env);
void known_removals_free(struct nacre_known_hosts *set);
/* Adds a key beside those that are there, unless a line has it. */
int known_hosts_put(struct nacre_known_hosts *set, const char *host, unsigned port, const nacre_key *key) NACRE_CHECK;
/* As nacre_known_hosts_write; KNOWN_ADDED: without the lines that other files brought. */
enum known_share { KNOWN_ALL, KNOWN_ADDED };
int known_hosts_write_share(const nacre_known_hosts *set, enum known_share share, const char *source, struct slice old,
    bool hashed, char **text, size_t *n) NACRE_CHECK;
/* What a file says of a key by its text, but for the lines that the set has lost since and that are not saved yet. Only
 * the result is told. */
int known_hosts_check_text(const struct nacre_known_hosts *set, struct slice text, const char *host, unsigned port,
    const nacre_key *key, struct nacre_known_hosts_match *match) NACRE_CHECK;
/* Takes a key from a host, by its blob. */
struct host_name;
int known_hosts_remove_blob(
    struct nacre_known_hosts *set, const struct host_name *name, struct slice blob, size_t *lines) NACRE_CHECK;

#endif
