/* sftp_glob: names that fit a pattern. Knows: fnmatch(3), one part of a path after the other. Must not know: requests.
 * Serves glob(7). */
#include <fnmatch.h>
#include "sftp.h"

static bool
is_pattern(struct slice part)
{
	for (size_t i = 0; i < part.n; i++) {
		if (part.p[i] == '\\' && i + 1 < part.n)
			i++;
		else if (part.p[i] == '*' || part.p[i] == '?' || part.p[i] == '[')
			return true;
	}
	return false;
}

/* Without the backslashes that quote. */
static struct slice
unquote(struct slice part, char *room)
{
	size_t n = 0;

	for (size_t i = 0; i < part.n; i++) {
		if (part.p[i] == '\\' && i + 1 < part.n)
			i++;
		room[n++] = (char)part.p[i];
	}
	return slice_of(room, n);
}

/* The next part, slashes skipped; empty at the end. */
static struct slice
next_part(struct slice *rest)
{
	struct slice part;
	size_t n = 0;

	while (rest->n > 0 && rest->p[0] == '/')
		*rest = slice_from(*rest, 1);
	while (n < rest->n && rest->p[n] != '/')
		n++;
	part = slice_of(rest->p, n);
	*rest = slice_from(*rest, n);
	return part;
}

/* What a directory has that fits; one that cannot be read has nothing. */
static int
add_fitting(struct nacre_sftp *s, const char *directory, const char *pattern, struct sftp_namelist *to)
{
	struct nacre_sftp_listing all;
	int rc = sftp_hold(s, directory[0] == '\0' ? "." : directory, &all);

	if (rc == NACRE_E_SFTP) {
		sftp_forgive(s);
		return NACRE_OK;
	}
	for (size_t i = 0; rc == NACRE_OK && i < all.n; i++) {
		if (fnmatch(pattern, all.entries[i].name, FNM_PERIOD) == 0 &&
		    sftp_namelist_add(
			to, slice_str(directory), slice_of(all.entries[i].name, all.entries[i].name_len)) != NACRE_OK)
			rc = sftp_fail(s, NACRE_E_LIMIT, NULL, "glob: no room for the names");
	}
	sftp_release(s, &all);
	return rc;
}

/* Is the last name of the list there? If not it is taken off again. */
static int
keep_if_there(struct nacre_sftp *s, struct sftp_namelist *list)
{
	struct sftp_msg_lstat msg = {.number = 0};
	struct sftp_call call;
	int rc;

	if ((rc = sftp_path(s, 0, list->names[list->n - 1], &msg.path)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	rc = sftp_call(s, &call, SFTP_lstat, &msg, NULL);
	buf_free(&call.bytes);
	if (rc != NACRE_E_SFTP)
		return rc;
	sftp_forgive(s);
	mem_free_str(s->env, list->names[--list->n]);
	return NACRE_OK;
}

struct glob {
	struct nacre_sftp *s;
	char *room; /* as long as the pattern, with a NUL */
	struct sftp_namelist now, next;
};

/* One part further: each path so far with what fits the part below it. */
static int
go_on(struct glob *g, struct slice part, bool is_last)
{
	bool wild = is_pattern(part);
	struct slice plain = wild ? part : unquote(part, g->room);
	int rc = NACRE_OK;

	if (wild)
		memcpy(g->room, part.p, part.n);
	g->room[plain.n] = '\0';
	for (size_t i = 0; i < g->now.n && rc == NACRE_OK; i++) {
		if (wild) {
			rc = add_fitting(g->s, g->now.names[i], g->room, &g->next);
			continue;
		}
		if (sftp_namelist_add(&g->next, slice_str(g->now.names[i]), plain) != NACRE_OK)
			rc = sftp_fail(g->s, NACRE_E_LIMIT, NULL, "glob: no room for the names");
		else if (is_last)
			rc = keep_if_there(g->s, &g->next);
	}
	sftp_namelist_free(&g->now);
	g->now = g->next;
	g->next = (struct sftp_namelist){.env = g->s->env};
	return rc;
}

static int
glob_run(struct glob *g, struct slice pattern)
{
	struct slice rest = pattern, part = next_part(&rest), after;
	int rc =
	    sftp_namelist_add(&g->now, SLICE_NONE, slice_starts(pattern, SLICE_LIT("/")) ? SLICE_LIT("/") : SLICE_NONE);

	if (rc != NACRE_OK)
		return sftp_fail(g->s, rc, NULL, "out of memory");
	for (; part.n > 0 && rc == NACRE_OK; part = after) {
		after = next_part(&rest);
		rc = go_on(g, part, after.n == 0);
	}
	return rc;
}

static int
glob_names(struct nacre_sftp *s, const char *pattern, struct nacre_sftp_names *names)
{
	struct glob g = {.s = s, .now = {.env = s->env}, .next = {.env = s->env}};
	size_t n = strlen(pattern) + 1;
	int rc;

	if ((g.room = mem_raw(s->env, n)) == NULL)
		return sftp_fail(s, NACRE_E_NOMEM, pattern, "out of memory");
	if ((rc = glob_run(&g, slice_str(pattern))) == NACRE_OK && sftp_namelist_give(&g.now, true, names) != NACRE_OK)
		rc = sftp_fail(s, NACRE_E_NOMEM, pattern, "out of memory");
	sftp_namelist_free(&g.now);
	sftp_namelist_free(&g.next);
	mem_free(s->env, g.room, n);
	return rc;
}

int
nacre_sftp_glob(nacre_sftp *s, const char *pattern, struct nacre_sftp_names *names)
{
	int rc = sftp_enter(s);

	*names = (struct nacre_sftp_names){.names = NULL};
	if (rc != NACRE_OK)
		return rc;
	if (pattern == NULL || pattern[0] == '\0')
		return sftp_fail(s, NACRE_E_ARGUMENT, NULL, "glob: there is no pattern");
	return sftp_leave(s, glob_names(s, pattern, names));
}
