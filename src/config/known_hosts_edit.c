/* known_hosts_edit: keys that come to a host, and keys that go. Knows: which lines name a host by itself. Must not
 * know: how the file is written again (known_hosts_write.c). sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
#include "host_name.h"
#include "key.h"
#include "known_lines.h"
#include <nacre/cert.h>

static bool
is_meant(const struct known_line *line, const struct known_removal *removal)
{
	bool is_same = slice_eq(line->blob, removal->blob);

	if (line->kind != NACRE_KNOWN_HOSTS_KEY || line->state == KNOWN_GONE)
		return false;
	if (removal->type.n > 0 && !slice_is(removal->type, line->type))
		return false;
	return removal->which == KNOWN_EVERY_KEY || is_same == (removal->which == KNOWN_THIS_KEY);
}

/* What is left of the field is never longer than it was: it takes its place. */
static int
remove_from(struct known_line *line, const struct host_name *name, struct buf *rest, bool *was_there)
{
	int r;

	buf_reset(rest);
	if ((r = host_field_without(line->hosts, name, rest, was_there)) != 0 || !*was_there)
		return r;
	if (rest->n > 0)
		memcpy((uint8_t *)(line + 1), rest->p, rest->n);
	line->hosts = slice_of(line + 1, rest->n);
	line->state = rest->n == 0 ? KNOWN_GONE : KNOWN_EDITED;
	return 0;
}

int
known_list_remove(
    struct known_list *list, const struct nacre_env *env, const struct known_removal *removal, size_t *lines)
{
	struct host_name name = {.n = removal->name.n};
	struct known_line *line;
	bool was_there;
	struct buf rest;
	int r = 0;

	*lines = 0;
	memcpy(name.text, removal->name.p, removal->name.n);
	for (line = list->first; line != NULL && r == 0; line = line->next) {
		if (!is_meant(line, removal))
			continue;
		buf_init(&rest, env, line->hosts.n + 1);
		r = remove_from(line, &name, &rest, &was_there);
		*lines += r == 0 && was_there;
		buf_free(&rest);
	}
	return r;
}

void
known_list_sweep(struct known_list *list, const struct nacre_env *env)
{
	struct known_line **at = &list->first, *line;

	list->last = NULL;
	while ((line = *at) != NULL) {
		if (line->state != KNOWN_GONE) {
			list->last = line;
			at = &line->next;
			continue;
		}
		*at = line->next;
		list->counts[line->kind]--;
		mem_free(env, line, line->size);
	}
}

void
known_removals_free(struct nacre_known_hosts *set)
{
	struct known_removal *removal, *next;

	for (removal = set->removals; removal != NULL; removal = next) {
		next = removal->next;
		mem_free(set->env, removal, removal->size);
	}
	set->removals = NULL;
	set->removals_end = &set->removals;
}

static struct slice
copy_behind(uint8_t **to, struct slice s)
{
	struct slice copy = slice_of(*to, s.n);

	if (s.n > 0)
		memcpy(*to, s.p, s.n);
	*to += s.n;
	return copy;
}

static struct known_removal *
keep_removal(const struct nacre_env *env, const struct known_removal *meant)
{
	size_t size = sizeof(*meant) + meant->name.n + meant->type.n + meant->blob.n;
	struct known_removal *removal = mem_new(env, size);
	uint8_t *p;

	if (removal == NULL)
		return NULL;
	p = (uint8_t *)(removal + 1);
	*removal = *meant;
	removal->next = NULL;
	removal->size = size;
	removal->name = copy_behind(&p, meant->name);
	removal->type = copy_behind(&p, meant->type);
	removal->blob = copy_behind(&p, meant->blob);
	return removal;
}

/* What the set never had is left alone in the file, too: somebody else may have written it since. */
static int
remove_keys(struct nacre_known_hosts *set, const struct known_removal *meant, size_t *lines)
{
	struct known_removal *removal = keep_removal(set->env, meant);
	int r;

	*lines = 0;
	if (removal == NULL)
		return NACRE_E_NOMEM;
	r = known_list_remove(&set->list, set->env, removal, lines);
	known_list_sweep(&set->list, set->env);
	if (*lines == 0) {
		mem_free(set->env, removal, removal->size);
		return r;
	}
	*set->removals_end = removal;
	set->removals_end = &removal->next;
	return r;
}

static int
has_key(const struct nacre_known_hosts *set, const struct host_name *name, struct slice blob, bool *answer)
{
	const struct known_line *line;
	int r = 0;

	*answer = false;
	for (line = set->list.first; line != NULL && r == 0 && !*answer; line = line->next)
		if (line->kind == NACRE_KNOWN_HOSTS_KEY && slice_eq(line->blob, blob))
			r = host_field_match(line->hosts, name, answer);
	return r;
}

static int
put_key(struct nacre_known_hosts *set, const struct host_name *name, const nacre_key *key)
{
	struct known_line line = {.kind = NACRE_KNOWN_HOSTS_KEY, .hosts = host_name_slice(name)};
	bool is_there;
	int r;

	line.type = nacre_key_type(key);
	line.blob = key_blob(key);
	if ((r = has_key(set, name, line.blob, &is_there)) != 0 || is_there)
		return r;
	return known_list_add(&set->list, set->env, &line);
}

static bool
is_editable(const struct nacre_known_hosts *set, const char *host, unsigned port, struct host_name *name)
{
	return set != NULL && host_name_set(name, host, port) == 0 && host_is_writable(host);
}

int
known_hosts_put(struct nacre_known_hosts *set, const char *host, unsigned port, const nacre_key *key)
{
	struct host_name name;

	if (!is_editable(set, host, port, &name) || key == NULL || nacre_key_is_certificate(key))
		return NACRE_E_ARGUMENT;
	return put_key(set, &name, key);
}

/* The new key first: a failure behind it leaves one key too many, and never a host without its key. */
int
nacre_known_hosts_add(nacre_known_hosts *set, const char *host, unsigned port, const nacre_key *key)
{
	struct known_removal others = {.which = KNOWN_OTHER_KEYS};
	struct host_name name;
	size_t lines;
	int r;

	if (!is_editable(set, host, port, &name) || key == NULL || nacre_key_is_certificate(key))
		return NACRE_E_ARGUMENT;
	others.name = host_name_slice(&name);
	others.type = slice_str(nacre_key_type(key));
	others.blob = key_blob(key);
	if ((r = put_key(set, &name, key)) != 0)
		return r;
	return remove_keys(set, &others, &lines);
}

int
nacre_known_hosts_remove(nacre_known_hosts *set, const char *host, unsigned port, const char *type, size_t *removed)
{
	struct known_removal meant = {.which = KNOWN_EVERY_KEY, .type = slice_str(type)};
	struct host_name name;
	size_t lines = 0;
	int r;

	if (removed != NULL)
		*removed = 0;
	if (!is_editable(set, host, port, &name))
		return NACRE_E_ARGUMENT;
	meant.name = host_name_slice(&name);
	r = remove_keys(set, &meant, &lines);
	if (removed != NULL)
		*removed = lines;
	return r;
}

int
known_hosts_remove_blob(
    struct nacre_known_hosts *set, const struct host_name *name, struct slice blob, size_t *lines)
{
	struct known_removal meant = {.which = KNOWN_THIS_KEY, .name = host_name_slice(name), .blob = blob};

	return remove_keys(set, &meant, lines);
}

int
nacre_known_hosts_remove_key(
    nacre_known_hosts *set, const char *host, unsigned port, const nacre_key *key, size_t *removed)
{
	struct host_name name;
	size_t lines = 0;
	int r;

	if (removed != NULL)
		*removed = 0;
	if (!is_editable(set, host, port, &name) || key == NULL)
		return NACRE_E_ARGUMENT;
	r = known_hosts_remove_blob(set, &name, key_blob(key), &lines);
	if (removed != NULL)
		*removed = lines;
	return r;
}
