/* sftp_tree: a directory and all below it, either way. Knows: which names go where, and that links are left out. Must
 * not know: how a file moves. Serves draft-ietf-secsh-filexfer-02 6.6, 6.7. */
#include <errno.h>
#include <stdio.h>
#include "sftp_transfer.h"

#define DEPTH_MAX 64
#define FILE_TYPE 0170000u /* of st_mode */
#define DIRECTORY 0040000u
#define REGULAR 0100000u

/* Paths that grow and shrink while the tree is walked: the remote one, and what a filter sees. */
struct tree {
	struct sftp_transfer t;
	char remote[TRANSFER_PATH_MAX];
	size_t top; /* length of the tree's own path in remote */
	unsigned depth;
};

static bool
tree_enter(struct tree *tree, const char *name, size_t *was)
{
	size_t n = strlen(tree->remote), k = strlen(name);
	bool slash = n > 0 && tree->remote[n - 1] != '/';

	*was = n;
	if (n + slash + k + 1 > sizeof(tree->remote) || tree->depth >= DEPTH_MAX)
		return false;
	if (slash)
		tree->remote[n++] = '/';
	memcpy(tree->remote + n, name, k + 1);
	tree->depth++;
	return true;
}

static void
tree_leave(struct tree *tree, size_t was)
{
	tree->remote[was] = '\0';
	tree->depth--;
}

static bool
is_wanted(struct tree *tree, const struct nacre_sftp_attrs *attrs)
{
	const struct nacre_sftp_transfer *o = &tree->t.options;
	const char *path = tree->remote + tree->top;

	return o->filter == NULL || o->filter(o->filter_ctx, path[0] == '/' ? path + 1 : path, attrs);
}

static int
local_fail(struct tree *tree, const char *name, int error)
{
	return sftp_fail(tree->t.s, NACRE_E_FILE, name, "%s: %s", name, strerror(error));
}

static int get_dir(struct tree *tree, int dir);

static int
get_entry(struct tree *tree, int dir, const struct nacre_sftp_entry *entry)
{
	uint32_t type = entry->attrs.permissions & FILE_TYPE;
	struct transfer_place place = {.dir = dir, .name = entry->name, .strict = true};
	int sub, own, rc, error;

	if (!is_wanted(tree, &entry->attrs))
		return NACRE_OK;
	if (type == DIRECTORY) {
		if ((error = transfer_open_dir(&place, true, &sub)) != 0)
			return local_fail(tree, entry->name, error);
		rc = get_dir(tree, sub);
		(void)transfer_close(&sub);
		return rc;
	}
	if (type != REGULAR) {
		client_log_peer(tree->t.s->ch->client, NACRE_LOG_INFO, "left out, since it is no file",
		    bytes_of(slice_str(entry->name)));
		return NACRE_OK;
	}
	if ((rc = transfer_wait_room(&tree->t)) != NACRE_OK)
		return rc;
	place = (struct transfer_place){.dir = dir, .name = ".", .strict = false};
	if ((error = transfer_open_dir(&place, false, &own)) != 0)
		return local_fail(tree, entry->name, error);
	return job_start(&tree->t, false, tree->remote, own, entry->name, true, entry->attrs.size);
}

static int
get_named(struct tree *tree, int dir, const struct nacre_sftp_entry *entry)
{
	size_t was;
	int rc;

	if (!tree_enter(tree, entry->name, &was))
		return sftp_fail(tree->t.s, NACRE_E_LIMIT, entry->name, "the tree is too deep, or a path too long");
	rc = get_entry(tree, dir, entry);
	tree_leave(tree, was);
	return rc;
}

/* The directory is listed whole before its files start: so no handle stays open while they move. */
static int
get_dir(struct tree *tree, int dir)
{
	struct nacre_sftp_listing all;
	int rc = sftp_hold(tree->t.s, tree->remote, &all);

	for (size_t i = 0; rc == NACRE_OK && i < all.n && !tree->t.cancelled; i++)
		rc = get_named(tree, dir, &all.entries[i]);
	sftp_release(tree->t.s, &all);
	return rc;
}

/* A directory that is there already is as good as a new one; whether it is one, its files will tell. */
static int
make_remote(struct tree *tree)
{
	struct nacre_sftp *s = tree->t.s;
	struct sftp_msg_mkdir msg = {.path = slice_str(tree->remote), .attrs = SLICE_LIT("\0\0\0\0")};
	struct sftp_msg_stat look = {.path = msg.path};
	struct sftp_call call;
	int rc;

	sftp_call_init(&call, s);
	if (sftp_call(s, &call, SFTP_mkdir, &msg, tree->remote) == NACRE_OK)
		return NACRE_OK;
	rc = call.code != NACRE_E_SFTP ? s->failure.code : NACRE_OK;
	if (rc != NACRE_OK)
		return rc;
	sftp_forgive(s);
	return sftp_call(s, &call, SFTP_stat, &look, tree->remote);
}

static int put_dir(struct tree *tree, int dir);

static int
put_entry(struct tree *tree, int dir, const char *name)
{
	struct transfer_place place = {.dir = dir, .name = name, .strict = true};
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_SIZE | NACRE_SFTP_ATTR_PERMISSIONS};
	struct transfer_stat st;
	int sub, rc, error = transfer_lstat(&place, &st);

	if (error != 0)
		return local_fail(tree, name, error);
	attrs.size = st.size;
	attrs.permissions = st.mode;
	if (!is_wanted(tree, &attrs))
		return NACRE_OK;
	if ((st.mode & FILE_TYPE) == DIRECTORY) {
		if ((error = transfer_open_dir(&place, false, &sub)) != 0)
			return local_fail(tree, name, error);
		rc = put_dir(tree, sub);
		(void)transfer_close(&sub);
		return rc;
	}
	if ((st.mode & FILE_TYPE) != REGULAR) {
		client_log(tree->t.s->ch->client, NACRE_LOG_INFO, "left out, since it is no file: %s", name);
		return NACRE_OK;
	}
	if ((rc = transfer_wait_room(&tree->t)) != NACRE_OK)
		return rc;
	place = (struct transfer_place){.dir = dir, .name = ".", .strict = false};
	if ((error = transfer_open_dir(&place, false, &sub)) != 0)
		return local_fail(tree, name, error);
	return job_start(&tree->t, true, tree->remote, sub, name, true, st.size);
}

static int
put_named(struct tree *tree, int dir, const char *name)
{
	size_t was;
	int rc;

	if (!tree_enter(tree, name, &was))
		return sftp_fail(tree->t.s, NACRE_E_LIMIT, name, "the tree is too deep, or a path too long");
	rc = put_entry(tree, dir, name);
	tree_leave(tree, was);
	return rc;
}

static int
put_dir(struct tree *tree, int dir)
{
	char name[TRANSFER_PATH_MAX];
	void *cursor = NULL;
	int rc = make_remote(tree), more = 0;

	while (
	    rc == NACRE_OK && !tree->t.cancelled && (more = transfer_list_next(dir, &cursor, name, sizeof(name))) == 1)
		rc = put_named(tree, dir, name);
	transfer_list_end(&cursor);
	if (rc == NACRE_OK && more < 0)
		rc = local_fail(tree, tree->remote, -more);
	return rc;
}

static int
tree_begin(struct tree *tree, struct nacre_sftp *s, const char *remote, const char *local,
    const struct nacre_sftp_transfer *given)
{
	struct slice whole;
	int rc;

	transfer_init(&tree->t, s);
	tree->depth = 0;
	if ((rc = transfer_options(&tree->t, given)) != NACRE_OK || (rc = sftp_path(s, 0, remote, &whole)) != NACRE_OK)
		return rc;
	if (local == NULL || whole.n + 1 > sizeof(tree->remote))
		return sftp_fail(s, NACRE_E_ARGUMENT, remote, "there is no local path, or the remote one is too long");
	if (whole.n > 0)
		memcpy(tree->remote, whole.p, whole.n);
	tree->remote[whole.n] = '\0';
	tree->top = whole.n;
	return NACRE_OK;
}

static int
run_tree(struct nacre_sftp *s, bool put, const char *remote, const char *local, const struct nacre_sftp_transfer *given)
{
	struct transfer_place place = {.dir = TRANSFER_HERE, .name = local};
	struct tree *tree = mem_raw(s->env, sizeof(*tree));
	int rc, error, dir = -1;

	if (tree == NULL)
		return sftp_fail(s, NACRE_E_NOMEM, remote, "out of memory");
	if ((rc = tree_begin(tree, s, remote, local, given)) != NACRE_OK)
		goto out;
	if ((error = transfer_open_dir(&place, !put, &dir)) != 0)
		rc = local_fail(tree, local, error);
	else
		rc = put ? put_dir(tree, dir) : get_dir(tree, dir);
	rc = transfer_finish(&tree->t, rc);
	(void)transfer_close(&dir);
out:
	mem_free(s->env, tree, sizeof(*tree));
	return rc;
}

int
nacre_sftp_get_tree(nacre_sftp *s, const char *remote, const char *local, const struct nacre_sftp_transfer *options)
{
	int rc = sftp_enter(s);

	return rc != NACRE_OK ? rc : sftp_leave(s, run_tree(s, false, remote, local, options));
}

int
nacre_sftp_put_tree(nacre_sftp *s, const char *local, const char *remote, const struct nacre_sftp_transfer *options)
{
	int rc = sftp_enter(s);

	return rc != NACRE_OK ? rc : sftp_leave(s, run_tree(s, true, remote, local, options));
}
