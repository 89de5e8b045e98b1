/* sftp_listing: directories, whole. Knows: how many entries are too many. Must not know: requests. Serves
 * draft-ietf-secsh-filexfer-02 6.7. */
#include <stdlib.h>
#include "sftp.h"

#define FIRST_ENTRIES 64

/* Entries in a growing array; names one behind the other in a buffer, and pointed to when both are complete. */
struct listing {
	const struct nacre_env *env;
	struct nacre_sftp_entry *entries;
	size_t n, cap;
	struct buf names;
};

static int
listing_grow(struct listing *l)
{
	size_t cap = l->cap == 0 ? FIRST_ENTRIES : l->cap * 2;
	struct nacre_sftp_entry *entries = mem_new(l->env, cap * sizeof(*entries));

	if (entries == NULL)
		return NACRE_E_NOMEM;
	if (l->n > 0)
		memcpy(entries, l->entries, l->n * sizeof(*entries));
	mem_free(l->env, l->entries, l->cap * sizeof(*entries));
	l->entries = entries;
	l->cap = cap;
	return NACRE_OK;
}

static int
listing_add(struct listing *l, const struct nacre_sftp_entry *entry)
{
	int rc = l->n == l->cap ? listing_grow(l) : NACRE_OK;

	if (rc != NACRE_OK)
		return rc;
	buf_put(&l->names, entry->name, entry->name_len + 1);
	if (l->names.bad != 0)
		return l->names.bad;
	l->entries[l->n++] = *entry;
	return NACRE_OK;
}

static void
listing_drop(struct listing *l)
{
	const struct nacre_env *env = l->env;

	mem_free(env, l->entries, l->cap * sizeof(*l->entries));
	buf_free(&l->names);
	mem_free(env, l, sizeof(*l));
}

static int
listing_read(struct nacre_sftp *s, struct nacre_sftp_dir *dir, struct listing *l)
{
	struct nacre_sftp_entry entry;
	int rc;

	while ((rc = sftp_dir_next(dir, &entry)) == 1) {
		if (l->n + s->held >= SFTP_NAMES_MAX)
			return sftp_fail(s, NACRE_E_LIMIT, NULL, "readdir: more than %d entries", SFTP_NAMES_MAX);
		if ((rc = listing_add(l, &entry)) != NACRE_OK)
			return sftp_fail(s, rc, NULL, "readdir: no room for the entries");
	}
	return rc;
}

static void
listing_give(struct listing *l, struct nacre_sftp_listing *out)
{
	const char *name = (const char *)l->names.p;

	for (size_t i = 0; i < l->n; i++) {
		l->entries[i].name = name;
		name += l->entries[i].name_len + 1;
	}
	*out = (struct nacre_sftp_listing){.entries = l->entries, .n = l->n, .memory_ = l};
}

int
sftp_list(struct nacre_sftp *s, const char *path, struct nacre_sftp_listing *out)
{
	struct nacre_sftp_dir *dir;
	struct listing *l;
	int rc;

	*out = (struct nacre_sftp_listing){.entries = NULL};
	if ((rc = sftp_dir_open(s, path, &dir)) != NACRE_OK)
		return rc;
	if ((l = mem_new(s->env, sizeof(*l))) == NULL) {
		rc = sftp_fail(s, NACRE_E_NOMEM, path, "out of memory");
		goto out;
	}
	l->env = s->env;
	buf_init(&l->names, s->env, SFTP_NAMES_BYTES_MAX - s->held_bytes);
	if ((rc = listing_read(s, dir, l)) == NACRE_OK) {
		sftp_forgive(s); /* the server's "end of file" */
		listing_give(l, out);
	} else {
		listing_drop(l);
	}
out:
	sftp_dir_close(dir);
	return rc;
}

int
sftp_hold(struct nacre_sftp *s, const char *path, struct nacre_sftp_listing *out)
{
	int rc = sftp_list(s, path, out);

	if (rc == NACRE_OK) {
		s->held += out->n;
		s->held_bytes += ((const struct listing *)out->memory_)->names.n;
	}
	return rc;
}

void
sftp_release(struct nacre_sftp *s, struct nacre_sftp_listing *listing)
{
	if (listing->memory_ == NULL)
		return;
	s->held -= listing->n;
	s->held_bytes -= ((const struct listing *)listing->memory_)->names.n;
	nacre_sftp_listing_free(listing);
}

int
nacre_sftp_listdir_attr(nacre_sftp *s, const char *path, struct nacre_sftp_listing *listing)
{
	int rc = sftp_enter(s);

	*listing = (struct nacre_sftp_listing){.entries = NULL};
	return rc != NACRE_OK ? rc : sftp_leave(s, sftp_list(s, path, listing));
}

void
nacre_sftp_listing_free(struct nacre_sftp_listing *listing)
{
	if (listing == NULL || listing->memory_ == NULL)
		return;
	listing_drop(listing->memory_);
	*listing = (struct nacre_sftp_listing){.entries = NULL};
}

/* Names alone, in an array of their own. */
static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
names_grow(struct sftp_namelist *list)
{
	size_t cap = list->cap == 0 ? FIRST_ENTRIES : list->cap * 2;
	char **names = mem_new(list->env, cap * sizeof(*names));

	if (names == NULL)
		return NACRE_E_NOMEM;
	if (list->n > 0)
		memcpy(names, list->names, list->n * sizeof(*names));
	mem_free(list->env, list->names, list->cap * sizeof(*names));
	list->names = names;
	list->cap = cap;
	return NACRE_OK;
}

int
sftp_namelist_add(struct sftp_namelist *list, struct slice directory, struct slice name)
{
	size_t slash = directory.n > 0 && directory.p[directory.n - 1] != '/';
	char *copy;
	int rc;

	if (list->n >= SFTP_NAMES_MAX)
		return NACRE_E_LIMIT;
	if (list->n == list->cap && (rc = names_grow(list)) != NACRE_OK)
		return rc;
	if ((copy = mem_raw(list->env, directory.n + slash + name.n + 1)) == NULL)
		return NACRE_E_NOMEM;
	if (directory.n > 0)
		memcpy(copy, directory.p, directory.n);
	copy[directory.n] = '/';
	if (name.n > 0)
		memcpy(copy + directory.n + slash, name.p, name.n);
	copy[directory.n + slash + name.n] = '\0';
	list->names[list->n++] = copy;
	return NACRE_OK;
}

void
sftp_namelist_free(struct sftp_namelist *list)
{
	for (size_t i = 0; i < list->n; i++)
		mem_free_str(list->env, list->names[i]);
	mem_free(list->env, list->names, list->cap * sizeof(*list->names));
	*list = (struct sftp_namelist){.env = list->env};
}

int
sftp_namelist_give(struct sftp_namelist *list, bool sorted, struct nacre_sftp_names *out)
{
	struct sftp_namelist *kept = mem_new(list->env, sizeof(*kept));

	if (kept == NULL)
		return NACRE_E_NOMEM;
	if (sorted && list->n > 1)
		qsort(list->names, list->n, sizeof(*list->names), compare_names);
	*kept = *list;
	*list = (struct sftp_namelist){.env = list->env};
	*out = (struct nacre_sftp_names){.names = (const char *const *)kept->names, .n = kept->n, .memory_ = kept};
	return NACRE_OK;
}

void
nacre_sftp_names_free(struct nacre_sftp_names *names)
{
	struct sftp_namelist *list = names == NULL ? NULL : names->memory_;

	if (list == NULL)
		return;
	sftp_namelist_free(list);
	mem_free(list->env, list, sizeof(*list));
	*names = (struct nacre_sftp_names){.names = NULL};
}

static int
list_names(struct nacre_sftp *s, const char *path, struct nacre_sftp_names *names)
{
	struct sftp_namelist list = {.env = s->env};
	struct nacre_sftp_listing listing;
	int rc = sftp_list(s, path, &listing);

	if (rc != NACRE_OK)
		return rc;
	for (size_t i = 0; rc == NACRE_OK && i < listing.n; i++)
		rc = sftp_namelist_add(
		    &list, SLICE_NONE, slice_of(listing.entries[i].name, listing.entries[i].name_len));
	nacre_sftp_listing_free(&listing);
	if (rc == NACRE_OK)
		rc = sftp_namelist_give(&list, true, names);
	sftp_namelist_free(&list);
	return rc == NACRE_OK ? rc : sftp_fail(s, rc, path, "listdir: no room for the names");
}

int
nacre_sftp_listdir(nacre_sftp *s, const char *path, struct nacre_sftp_names *names)
{
	int rc = sftp_enter(s);

	*names = (struct nacre_sftp_names){.names = NULL};
	return rc != NACRE_OK ? rc : sftp_leave(s, list_names(s, path, names));
}
