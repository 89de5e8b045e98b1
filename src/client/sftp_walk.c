/* sftp_walk: trees at the server: made, walked, removed. Knows: paths that grow and shrink. Must not know: files'
 * bytes. Serves draft-ietf-secsh-filexfer-02 6.5 to 6.8. */
#include "sftp.h"
#include "sftp_file.h"

#define DEPTH_MAX 64
#define PATH_MAX_LEN 8192
#define REMOVALS_MAX 256 /* under way at once */
#define FILE_TYPE 0170000u /* of st_mode */
#define DIRECTORY 0040000u

static bool
is_directory(const struct nacre_sftp_attrs *attrs)
{
	return (attrs->flags & NACRE_SFTP_ATTR_PERMISSIONS) != 0 && (attrs->permissions & FILE_TYPE) == DIRECTORY;
}

/* STAT and LSTAT have one layout. */
static int
look(struct nacre_sftp *s, enum sftp_id type, struct slice path, const char *shown, struct nacre_sftp_attrs *attrs)
{
	struct sftp_msg_stat msg = {.path = path};
	struct sftp_call call;
	int rc;

	*attrs = (struct nacre_sftp_attrs){.flags = 0};
	sftp_call_init(&call, s);
	if ((rc = sftp_call(s, &call, type, &msg, shown)) == NACRE_OK)
		sftp_attrs_out(&call.attrs, attrs);
	buf_free(&call.bytes);
	return rc;
}

/* What is there already is as good; a server's refusal stands where it is not. */
static int
make_one(struct nacre_sftp *s, struct slice path, uint32_t mode, const char *shown)
{
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_PERMISSIONS, .permissions = mode};
	struct sftp_msg_mkdir msg = {.path = path};
	struct sftp_call call;
	int rc, made;

	sftp_call_init(&call, s);
	msg.attrs = sftp_attrs_in(&s->paths[1], &attrs);
	made = sftp_call(s, &call, SFTP_mkdir, &msg, shown);
	buf_free(&call.bytes);
	if (made != NACRE_E_SFTP)
		return made;
	sftp_forgive(s);
	if ((rc = look(s, SFTP_stat, path, shown, &attrs)) == NACRE_OK && is_directory(&attrs))
		return NACRE_OK;
	if (rc != NACRE_OK && rc != NACRE_E_SFTP)
		return rc;
	sftp_forgive(s);
	return sftp_fail_answer(s, "mkdir", shown, made, call.status,
	    slice_of(call.text, call.text_len < sizeof(call.text) ? call.text_len : 0));
}

/* From the top: whoever may not look at the upper ones may still know that they are there. */
static int
make_all(struct nacre_sftp *s, struct slice whole, uint32_t mode, const char *shown)
{
	struct nacre_sftp_attrs attrs;
	int rc = look(s, SFTP_stat, whole, shown, &attrs);

	if (rc == NACRE_OK && is_directory(&attrs))
		return NACRE_OK;
	if (rc != NACRE_OK && rc != NACRE_E_SFTP)
		return rc;
	sftp_forgive(s);
	rc = NACRE_OK;
	for (size_t at = 1; at <= whole.n && rc == NACRE_OK; at++) {
		if ((at == whole.n || whole.p[at] == '/') && whole.p[at - 1] != '/')
			rc = make_one(s, slice_of(whole.p, at), mode, shown);
	}
	return rc;
}

int
nacre_sftp_mkdirs(nacre_sftp *s, const char *path, uint32_t mode)
{
	struct slice whole;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK || (rc = sftp_path(s, 0, path, &whole)) != NACRE_OK)
		return rc;
	return sftp_leave(s, make_all(s, whole, mode, path));
}

struct walk {
	struct nacre_sftp *s;
	nacre_sftp_walk_fn *visit; /* NULL: the tree is removed */
	void *ctx;
	unsigned depth;
	unsigned removals; /* under way */
	struct sftp_result result; /* of the first that failed */
	size_t n;
	char path[PATH_MAX_LEN];
};

static int walk_below(struct walk *w);

static int
walk_enter(struct walk *w, const struct nacre_sftp_entry *entry, size_t *was)
{
	bool slash = w->n > 0 && w->path[w->n - 1] != '/';

	*was = w->n;
	if (w->n + slash + entry->name_len + 1 > sizeof(w->path) || w->depth >= DEPTH_MAX)
		return sftp_fail(w->s, NACRE_E_LIMIT, w->path, "the tree is too deep, or a path too long");
	if (slash)
		w->path[w->n++] = '/';
	memcpy(w->path + w->n, entry->name, entry->name_len + 1);
	w->n += entry->name_len;
	w->depth++;
	return NACRE_OK;
}

static void
walk_leave(struct walk *w, size_t was)
{
	w->n = was;
	w->path[was] = '\0';
	w->depth--;
}

/* A server that does not tell the type with the name is asked for it. */
static int
know_type(struct walk *w, struct nacre_sftp_attrs *attrs)
{
	if ((attrs->flags & NACRE_SFTP_ATTR_PERMISSIONS) != 0 && (attrs->permissions & FILE_TYPE) != 0)
		return NACRE_OK;
	return look(w->s, SFTP_lstat, slice_of(w->path, w->n), w->path, attrs);
}

static void
on_removed(void *ctx, const struct sftp_answer *answer)
{
	struct walk *w = ctx;

	w->removals--;
	sftp_result_keep(&w->result, answer);
}

static bool
has_room(void *arg)
{
	return ((const struct walk *)arg)->removals < REMOVALS_MAX;
}

static bool
is_answered(void *arg)
{
	return ((const struct walk *)arg)->removals == 0;
}

/* Many at once: nobody waits for a single answer. */
static int
remove_file(struct walk *w)
{
	struct sftp_msg_remove msg = {.filename = slice_of(w->path, w->n)};
	struct sftp_ask ask = {.type = SFTP_remove, .msg = &msg, .done = on_removed, .ctx = w};
	int rc;

	if (!has_room(w) && (rc = sftp_wait(w->s, has_room, w)) != NACRE_OK)
		return rc;
	w->removals++;
	if ((rc = sftp_submit(w->s, &ask, NULL)) != NACRE_OK)
		w->removals--;
	return rc;
}

static int
remove_directory(struct walk *w)
{
	struct sftp_msg_rmdir msg = {.path = slice_of(w->path, w->n)};
	struct sftp_call call;
	int rc;

	if (!is_answered(w) && (rc = sftp_wait(w->s, is_answered, w)) != NACRE_OK)
		return rc;
	if ((rc = sftp_result_fail(w->s, &w->result, "remove")) != NACRE_OK)
		return rc;
	sftp_call_init(&call, w->s);
	rc = sftp_call(w->s, &call, SFTP_rmdir, &msg, w->path);
	buf_free(&call.bytes);
	return rc;
}

static int
walk_entry(struct walk *w, struct nacre_sftp_attrs *attrs)
{
	int rc = know_type(w, attrs);

	if (rc != NACRE_OK)
		return rc;
	if (w->visit != NULL) {
		rc = w->visit(w->ctx, w->path, attrs);
		if (w->s->ch->client == NULL)
			return NACRE_E_CANCELLED;
		if (rc != NACRE_OK && rc != NACRE_SFTP_WALK_PAST)
			return sftp_fail(
			    w->s, rc < 0 ? rc : NACRE_E_CANCELLED, w->path, "the walk was ended by the caller");
		return rc == NACRE_OK && is_directory(attrs) ? walk_below(w) : NACRE_OK;
	}
	if (!is_directory(attrs))
		return remove_file(w);
	return (rc = walk_below(w)) != NACRE_OK ? rc : remove_directory(w);
}

/* The listing is whole before its directories are entered: no handle stays open on the way down. */
static int
walk_below(struct walk *w)
{
	struct nacre_sftp_listing all;
	size_t was;
	int rc = sftp_hold(w->s, w->path, &all);

	for (size_t i = 0; rc == NACRE_OK && i < all.n; i++) {
		if ((rc = walk_enter(w, &all.entries[i], &was)) != NACRE_OK)
			break;
		rc = walk_entry(w, &all.entries[i].attrs);
		walk_leave(w, was);
	}
	sftp_release(w->s, &all);
	return rc;
}

static int
walk_begin(struct walk *w, struct nacre_sftp *s, const char *path)
{
	struct slice whole;
	int rc;

	*w = (struct walk){.s = s};
	if ((rc = sftp_path(s, 0, path, &whole)) != NACRE_OK)
		return rc;
	if (whole.n == 0)
		whole = SLICE_LIT(".");
	if (whole.n >= sizeof(w->path))
		return sftp_fail(s, NACRE_E_LIMIT, path, "the path is too long");
	memcpy(w->path, whole.p, whole.n);
	w->n = whole.n;
	return NACRE_OK;
}

/* The path that a failure names may be one of the walk's own: it is copied there before the walk goes. */
static int
walk_run(struct nacre_sftp *s, const char *path, int (*run)(struct walk *w), nacre_sftp_walk_fn *visit, void *ctx)
{
	struct walk *w = mem_raw(s->env, sizeof(*w));
	int rc;

	if (w == NULL)
		return sftp_fail(s, NACRE_E_NOMEM, path, "out of memory");
	if ((rc = walk_begin(w, s, path)) == NACRE_OK) {
		w->visit = visit;
		w->ctx = ctx;
		rc = run(w);
	}
	if (w->removals > 0) { /* given up in the middle: late answers would find nobody */
		int waited = sftp_wait(s, is_answered, w);

		if (waited != NACRE_OK)
			sftp_client_end(&s->engine, NACRE_E_CANCELLED, "a removal was given up");
	}
	mem_free(s->env, w, sizeof(*w));
	return rc;
}

int
nacre_sftp_walk(nacre_sftp *s, const char *path, nacre_sftp_walk_fn *visit, void *ctx)
{
	int rc = sftp_enter(s);

	if (rc != NACRE_OK)
		return rc;
	if (visit == NULL)
		return sftp_fail(s, NACRE_E_ARGUMENT, path, "walk: nobody to visit");
	return sftp_leave(s, walk_run(s, path, walk_below, visit, ctx));
}

static int
remove_tree(struct walk *w)
{
	struct nacre_sftp_attrs attrs;
	int rc = look(w->s, SFTP_lstat, slice_of(w->path, w->n), w->path, &attrs);

	if (rc != NACRE_OK)
		return rc;
	if (!is_directory(&attrs))
		return sftp_fail(w->s, NACRE_E_ARGUMENT, w->path, "rmtree: is not a directory");
	return (rc = walk_below(w)) != NACRE_OK ? rc : remove_directory(w);
}

int
nacre_sftp_rmtree(nacre_sftp *s, const char *path)
{
	int rc = sftp_enter(s);

	return rc != NACRE_OK ? rc : sftp_leave(s, walk_run(s, path, remove_tree, NULL, NULL));
}
