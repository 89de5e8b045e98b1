/* sftp_memory_names: making, moving and removing names. Knows: what each operation does to the tree. Must not know: the
 * wire. draft-ietf-secsh-filexfer-02 6.5, 6.6, 6.10; OpenSSH PROTOCOL 4.3, 4.5. */
#include "sftp_memory.h"

/* A new node at a place where there is nothing yet. */
int
memory_make(struct nacre_sftp_memory *m, const struct memory_place *place, uint32_t mode, struct memory_node **out)
{
	struct memory_node *node;

	*out = NULL;
	if (place->name.n == 0 || (place->dir == NULL))
		return NACRE_SFTP_FAILURE;
	if ((node = memory_node_new(m, mode)) == NULL)
		return NACRE_SFTP_FAILURE;
	if (!memory_link(m, place->dir, place->name, node)) {
		memory_node_drop(m, node);
		return NACRE_SFTP_FAILURE;
	}
	*out = node;
	return NACRE_SFTP_OK;
}

uint32_t
memory_mode_of(const struct nacre_sftp_attrs *attrs, uint32_t otherwise)
{
	return (attrs->flags & NACRE_SFTP_ATTR_PERMISSIONS) != 0 ? attrs->permissions & 0777 : otherwise;
}

/* A name that may be taken away. */
static int
find_name(struct nacre_sftp_memory *m, struct nacre_bytes path, struct memory_place *place)
{
	int status = memory_walk(m, path, false, place);

	if (status != NACRE_SFTP_OK)
		return status;
	if (place->name.n == 0)
		return NACRE_SFTP_FAILURE;
	return place->node == NULL ? NACRE_SFTP_NO_SUCH_FILE : NACRE_SFTP_OK;
}

int
memory_op_remove(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	struct memory_place place;
	int status = find_name(ctx, path, &place);

	(void)r;
	if (status != NACRE_SFTP_OK)
		return status;
	if (memory_is(place.node, MEMORY_DIR))
		return NACRE_SFTP_FAILURE;
	memory_unlink(ctx, place.dir, place.name);
	return NACRE_SFTP_OK;
}

int
memory_op_rmdir(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	struct memory_place place;
	int status = find_name(ctx, path, &place);

	(void)r;
	if (status != NACRE_SFTP_OK)
		return status;
	if (!memory_is(place.node, MEMORY_DIR))
		return NACRE_SFTP_NO_SUCH_FILE;
	if (place.node->first != NULL)
		return NACRE_SFTP_FAILURE;
	memory_unlink(ctx, place.dir, place.name);
	return NACRE_SFTP_OK;
}

int
memory_op_mkdir(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs)
{
	struct memory_place place;
	struct memory_node *node;
	int status = memory_walk(ctx, path, false, &place);

	(void)r;
	if (status != NACRE_SFTP_OK)
		return status;
	if (place.node != NULL || place.dir == NULL || place.dir->parent == NULL)
		return NACRE_SFTP_FAILURE;
	return memory_make(ctx, &place, MEMORY_DIR | memory_mode_of(attrs, 0777), &node);
}

/* A directory cannot go into itself. */
static bool
is_inside(const struct memory_node *dir, const struct memory_node *above)
{
	for (; dir != NULL; dir = dir->parent) {
		if (dir == above)
			return true;
		if (dir == dir->parent)
			return false;
	}
	return false;
}

/* rename(2): files replace files, directories empty directories. */
static int
may_replace(const struct memory_node *from, const struct memory_node *to)
{
	bool is_dir = memory_is(from, MEMORY_DIR);

	if (is_dir != memory_is(to, MEMORY_DIR))
		return NACRE_SFTP_FAILURE;
	return is_dir && to->first != NULL ? NACRE_SFTP_FAILURE : NACRE_SFTP_OK;
}

static int
move(struct nacre_sftp_memory *m, struct nacre_bytes from, struct nacre_bytes to, bool replace)
{
	struct memory_place a, b;
	int status = find_name(m, from, &a);

	if (status != NACRE_SFTP_OK || (status = memory_walk(m, to, false, &b)) != NACRE_SFTP_OK)
		return status;
	if (b.name.n == 0 || (b.node != NULL && !replace) || b.dir->parent == NULL)
		return NACRE_SFTP_FAILURE;
	if (a.node == b.node)
		return NACRE_SFTP_OK; /* rename(2): two names of one file both stay */
	if (memory_is(a.node, MEMORY_DIR) && is_inside(b.dir, a.node))
		return NACRE_SFTP_FAILURE;
	if (b.node != NULL && (status = may_replace(a.node, b.node)) != NACRE_SFTP_OK)
		return status;
	/* The new name first, so that a lack of memory loses nothing. It stands behind the one that it replaces. */
	if (!memory_link(m, b.dir, b.name, a.node))
		return NACRE_SFTP_FAILURE;
	if (b.node != NULL)
		memory_unlink(m, b.dir, b.name);
	memory_unlink(m, a.dir, a.name);
	if (memory_is(a.node, MEMORY_DIR))
		a.node->parent = b.dir;
	return NACRE_SFTP_OK;
}

int
memory_op_rename(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to)
{
	(void)r;
	return move(ctx, from, to, false);
}

int
memory_op_posix_rename(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to)
{
	(void)r;
	return move(ctx, from, to, true);
}

int
memory_op_hardlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to)
{
	struct memory_place a, b;
	int status = find_name(ctx, from, &a);

	(void)r;
	if (status != NACRE_SFTP_OK || (status = memory_walk(ctx, to, false, &b)) != NACRE_SFTP_OK)
		return status;
	if (memory_is(a.node, MEMORY_DIR))
		return NACRE_SFTP_PERMISSION_DENIED;
	if (b.node != NULL || b.name.n == 0 || b.dir->parent == NULL)
		return NACRE_SFTP_FAILURE;
	return memory_link(ctx, b.dir, b.name, a.node) ? NACRE_SFTP_OK : NACRE_SFTP_FAILURE;
}

int
memory_op_symlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes target, struct nacre_bytes path)
{
	struct memory_place place;
	struct memory_node *node;
	int status = memory_walk(ctx, path, false, &place);

	(void)r;
	if (status != NACRE_SFTP_OK)
		return status;
	if (place.node != NULL || place.dir == NULL || place.dir->parent == NULL)
		return NACRE_SFTP_FAILURE;
	if ((status = memory_make(ctx, &place, MEMORY_LINK | 0777, &node)) != NACRE_SFTP_OK)
		return status;
	if (!memory_resize(ctx, node, target.n)) {
		memory_unlink(ctx, place.dir, place.name);
		return NACRE_SFTP_FAILURE;
	}
	memcpy(node->p, target.p, target.n);
	return NACRE_SFTP_OK;
}

int
memory_op_readlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	struct memory_node *node;
	int status = memory_find(ctx, path, false, &node);

	if (status != NACRE_SFTP_OK)
		return status;
	if (!memory_is(node, MEMORY_LINK))
		return NACRE_SFTP_BAD_MESSAGE; /* as OpenSSH tells EINVAL */
	return nacre_sftp_reply_path(r, (struct nacre_bytes){node->p, node->n}) == NACRE_OK ? NACRE_SFTP_LATER
											    : NACRE_SFTP_FAILURE;
}
