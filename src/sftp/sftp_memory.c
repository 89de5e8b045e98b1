/* sftp_memory: a file system in memory, as a handler. Knows: what each operation does to the tree. Must not know: the
 * wire. draft-ietf-secsh-filexfer-02 6, OpenSSH PROTOCOL 4. */
#include "sftp_memory.h"

#define BYTES_MAX ((size_t)16 << 20)
#define NODES_MAX 4096u
#define PERMISSIONS 07777u
#define BLOCK 4096u

/* What a client has open. */
struct memory_open {
	struct memory_node *node;
	uint32_t flags;
	uint64_t serial; /* of a directory: the last entry that was told */
};

int
nacre_sftp_memory_new(
    const struct nacre_env *env, const struct nacre_sftp_memory_options *options, nacre_sftp_memory **out)
{
	struct nacre_sftp_memory *m;

	*out = NULL;
	if (env == NULL ||
	    (options != NULL && (options->size != sizeof(*options) || options->bytes_max > SIZE_MAX / 4)))
		return NACRE_E_ARGUMENT;
	if ((m = mem_new(env, sizeof(*m))) == NULL)
		return NACRE_E_NOMEM;
	m->env = env;
	if (options != NULL)
		m->options = *options;
	if (m->options.bytes_max == 0)
		m->options.bytes_max = BYTES_MAX;
	if (m->options.nodes_max == 0)
		m->options.nodes_max = NODES_MAX;
	if ((m->root = memory_node_new(m, MEMORY_DIR | 0755)) == NULL) {
		mem_free(env, m, sizeof(*m));
		return NACRE_E_NOMEM;
	}
	m->root->links = 2;
	m->root->parent = m->root;
	*out = m;
	return NACRE_OK;
}

/* Without recursion: the tree may be as deep as a client liked. */
void
nacre_sftp_memory_free(nacre_sftp_memory *m)
{
	struct memory_node *dir = m == NULL ? NULL : m->root;

	while (dir != NULL && (dir != m->root || dir->first != NULL)) {
		struct memory_node *parent = dir->parent;

		if (dir->first == NULL) {
			struct memory_entry *e = parent->first; /* the walk always goes into the first */

			memory_unlink(m, parent, slice_of(e->name, e->name_n));
			dir = parent;
		} else if (memory_is(dir->first->node, MEMORY_DIR)) {
			dir = dir->first->node;
		} else {
			memory_unlink(m, dir, slice_of(dir->first->name, dir->first->name_n));
		}
	}
	if (m == NULL)
		return;
	mem_free(m->env, m->root, sizeof(*m->root));
	mem_free(m->env, m, sizeof(*m));
}

static int
reply_open(struct nacre_sftp_memory *m, struct nacre_sftp_request r, struct memory_node *node, uint32_t flags)
{
	struct memory_open *o = mem_new(m->env, sizeof(*o));

	if (o == NULL)
		return NACRE_SFTP_FAILURE;
	o->node = node;
	o->flags = flags;
	node->opens++;
	if (nacre_sftp_reply_handle(r, o) == NACRE_OK)
		return NACRE_SFTP_LATER;
	node->opens--;
	mem_free(m->env, o, sizeof(*o));
	return NACRE_SFTP_FAILURE;
}

static int
op_open(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, uint32_t flags,
    const struct nacre_sftp_attrs *attrs)
{
	bool exclusive = (flags & NACRE_SFTP_CREAT) != 0 && (flags & NACRE_SFTP_EXCL) != 0;
	struct memory_place place;
	int status = memory_walk(ctx, path, !exclusive, &place);

	if (status != NACRE_SFTP_OK)
		return status;
	if (place.node == NULL && (flags & NACRE_SFTP_CREAT) == 0)
		return NACRE_SFTP_NO_SUCH_FILE;
	if (place.node == NULL) {
		if ((status = memory_make(ctx, &place, MEMORY_FILE | memory_mode_of(attrs, 0666), &place.node)) !=
		    NACRE_SFTP_OK)
			return status;
	} else if (exclusive || !memory_is(place.node, MEMORY_FILE)) {
		return NACRE_SFTP_FAILURE;
	}
	if ((flags & NACRE_SFTP_TRUNC) != 0 && (flags & NACRE_SFTP_WRITE) != 0)
		(void)memory_resize(ctx, place.node, 0);
	return reply_open(ctx, r, place.node, flags);
}

static int
op_close(void *ctx, struct nacre_sftp_request r, void *file)
{
	struct nacre_sftp_memory *m = ctx;
	struct memory_open *o = file;

	(void)r;
	o->node->opens--;
	memory_node_drop(m, o->node);
	mem_free(m->env, o, sizeof(*o));
	return NACRE_SFTP_OK;
}

static int
op_read(void *ctx, struct nacre_sftp_request r, void *file, uint64_t offset, uint32_t length)
{
	const struct memory_node *node = ((struct memory_open *)file)->node;
	size_t room, n = offset >= node->n ? 0 : node->n - (size_t)offset;
	uint8_t *p;

	(void)ctx;
	(void)length;
	if (n == 0)
		return NACRE_SFTP_EOF;
	if ((p = nacre_sftp_reply_space(r, &room)) == NULL)
		return NACRE_SFTP_FAILURE;
	n = n < room ? n : room;
	memcpy(p, node->p + offset, n);
	return nacre_sftp_reply_data(r, n) == NACRE_OK ? NACRE_SFTP_LATER : NACRE_SFTP_FAILURE;
}

static int
op_pread(void *ctx, void *file, uint64_t offset, uint8_t *p, size_t n, size_t *got)
{
	const struct memory_node *node = ((struct memory_open *)file)->node;
	size_t left = offset >= node->n ? 0 : node->n - (size_t)offset;

	(void)ctx;
	*got = n < left ? n : left;
	if (*got > 0)
		memcpy(p, node->p + offset, *got);
	return NACRE_SFTP_OK;
}

static int
op_write(void *ctx, struct nacre_sftp_request r, void *file, uint64_t offset, struct nacre_bytes data)
{
	struct memory_open *o = file;
	struct memory_node *node = o->node;

	(void)r;
	if ((o->flags & NACRE_SFTP_APPEND) != 0)
		offset = node->n;
	if (data.n == 0)
		return NACRE_SFTP_OK;
	if (offset + data.n > node->n && !memory_resize(ctx, node, offset + data.n))
		return NACRE_SFTP_FAILURE;
	memcpy(node->p + offset, data.p, data.n);
	node->mtime = memory_now(ctx);
	return NACRE_SFTP_OK;
}

static struct nacre_sftp_attrs
attrs_of(const struct memory_node *node)
{
	return (struct nacre_sftp_attrs){
	    .flags =
		NACRE_SFTP_ATTR_SIZE | NACRE_SFTP_ATTR_UIDGID | NACRE_SFTP_ATTR_PERMISSIONS | NACRE_SFTP_ATTR_ACMODTIME,
	    .size = node->n,
	    .uid = node->uid,
	    .gid = node->gid,
	    .permissions = node->mode,
	    .atime = node->atime,
	    .mtime = node->mtime,
	};
}

static int
reply_attrs(struct nacre_sftp_request r, const struct memory_node *node)
{
	struct nacre_sftp_attrs attrs = attrs_of(node);

	return nacre_sftp_reply_attrs(r, &attrs) == NACRE_OK ? NACRE_SFTP_LATER : NACRE_SFTP_FAILURE;
}

static int
op_fstat(void *ctx, struct nacre_sftp_request r, void *file)
{
	(void)ctx;
	return reply_attrs(r, ((struct memory_open *)file)->node);
}

static int
stat_path(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, bool follow)
{
	struct memory_node *node;
	int status = memory_find(ctx, path, follow, &node);

	return status == NACRE_SFTP_OK ? reply_attrs(r, node) : status;
}

static int
op_stat(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	return stat_path(ctx, r, path, true);
}

static int
op_lstat(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	return stat_path(ctx, r, path, false);
}

/* The size first: where it is refused, nothing is changed. */
static int
set(struct nacre_sftp_memory *m, struct memory_node *node, const struct nacre_sftp_attrs *attrs)
{
	if ((attrs->flags & NACRE_SFTP_ATTR_SIZE) != 0) {
		if (!memory_is(node, MEMORY_FILE) || !memory_resize(m, node, attrs->size))
			return NACRE_SFTP_FAILURE;
		node->mtime = memory_now(m);
	}
	if ((attrs->flags & NACRE_SFTP_ATTR_PERMISSIONS) != 0)
		node->mode = (node->mode & ~PERMISSIONS) | (attrs->permissions & PERMISSIONS);
	if ((attrs->flags & NACRE_SFTP_ATTR_UIDGID) != 0) {
		node->uid = attrs->uid;
		node->gid = attrs->gid;
	}
	if ((attrs->flags & NACRE_SFTP_ATTR_ACMODTIME) != 0) {
		node->atime = attrs->atime;
		node->mtime = attrs->mtime;
	}
	return NACRE_SFTP_OK;
}

static int
op_fsetstat(void *ctx, struct nacre_sftp_request r, void *file, const struct nacre_sftp_attrs *attrs)
{
	struct memory_open *o = file;

	(void)r;
	if ((attrs->flags & NACRE_SFTP_ATTR_SIZE) != 0 && (o->flags & NACRE_SFTP_WRITE) == 0)
		return NACRE_SFTP_PERMISSION_DENIED;
	return set(ctx, o->node, attrs);
}

static int
set_path(void *ctx, struct nacre_bytes path, bool follow, const struct nacre_sftp_attrs *attrs)
{
	struct memory_node *node;
	int status = memory_find(ctx, path, follow, &node);

	return status == NACRE_SFTP_OK ? set(ctx, node, attrs) : status;
}

static int
op_setstat(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs)
{
	(void)r;
	return set_path(ctx, path, true, attrs);
}

static int
op_lsetstat(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs)
{
	(void)r;
	return set_path(ctx, path, false, attrs);
}

static int
op_opendir(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	struct memory_node *node;
	int status = memory_find(ctx, path, true, &node);

	if (status != NACRE_SFTP_OK)
		return status;
	return memory_is(node, MEMORY_DIR) ? reply_open(ctx, r, node, 0) : NACRE_SFTP_NO_SUCH_FILE;
}

static int
op_readdir(void *ctx, struct nacre_sftp_request r, void *dir)
{
	struct memory_open *o = dir;
	const struct memory_entry *e;

	(void)ctx;
	for (e = o->node->first; e != NULL; e = e->next) {
		struct nacre_sftp_attrs attrs = attrs_of(e->node);

		if (e->serial <= o->serial)
			continue;
		if (!nacre_sftp_reply_entry(r, (struct nacre_bytes){e->name, e->name_n}, &attrs, e->node->links))
			break;
		o->serial = e->serial;
	}
	return nacre_sftp_reply_entries(r) == NACRE_OK ? NACRE_SFTP_LATER : NACRE_SFTP_FAILURE;
}

static int
reply_space_left(struct nacre_sftp_memory *m, struct nacre_sftp_request r)
{
	struct nacre_sftp_statvfs fs = {
	    .bsize = BLOCK,
	    .frsize = BLOCK,
	    .blocks = m->options.bytes_max / BLOCK,
	    .bfree = (m->options.bytes_max - m->bytes) / BLOCK,
	    .bavail = (m->options.bytes_max - m->bytes) / BLOCK,
	    .files = m->options.nodes_max,
	    .ffree = m->options.nodes_max - m->n_nodes,
	    .favail = m->options.nodes_max - m->n_nodes,
	    .flag = 2,
	    .namemax = MEMORY_NAME_MAX,
	};

	return nacre_sftp_reply_statvfs(r, &fs) == NACRE_OK ? NACRE_SFTP_LATER : NACRE_SFTP_FAILURE;
}

static int
op_statvfs(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	struct memory_node *node;
	int status = memory_find(ctx, path, true, &node);

	return status == NACRE_SFTP_OK ? reply_space_left(ctx, r) : status;
}

static int
op_fstatvfs(void *ctx, struct nacre_sftp_request r, void *file)
{
	(void)file;
	return reply_space_left(ctx, r);
}

static int
op_fsync(void *ctx, struct nacre_sftp_request r, void *file)
{
	(void)ctx;
	(void)r;
	(void)file;
	return NACRE_SFTP_OK; /* it is as safe as it will ever be */
}

static int
op_copy(void *ctx, struct nacre_sftp_request r, void *from, uint64_t from_offset, uint64_t length, void *to,
    uint64_t to_offset)
{
	struct memory_node *a = ((struct memory_open *)from)->node, *b = ((struct memory_open *)to)->node;
	uint64_t n = from_offset >= a->n ? 0 : a->n - from_offset;

	(void)r;
	if (a == b)
		return NACRE_SFTP_FAILURE;
	n = length != 0 && length < n ? length : n;
	if ((((struct memory_open *)to)->flags & NACRE_SFTP_APPEND) != 0)
		to_offset = b->n;
	if (n == 0)
		return NACRE_SFTP_OK;
	if (to_offset + n > b->n && !memory_resize(ctx, b, to_offset + n))
		return NACRE_SFTP_FAILURE;
	memcpy(b->p + to_offset, a->p + from_offset, (size_t)n);
	b->mtime = memory_now(ctx);
	return NACRE_SFTP_OK;
}

static const struct nacre_sftp_handler handler = {
    .size = sizeof(handler),
    .open = op_open,
    .close = op_close,
    .read = op_read,
    .write = op_write,
    .fstat = op_fstat,
    .stat = op_stat,
    .lstat = op_lstat,
    .fsetstat = op_fsetstat,
    .setstat = op_setstat,
    .lsetstat = op_lsetstat,
    .opendir = op_opendir,
    .readdir = op_readdir,
    .closedir = op_close,
    .remove = memory_op_remove,
    .mkdir = memory_op_mkdir,
    .rmdir = memory_op_rmdir,
    .rename = memory_op_rename,
    .posix_rename = memory_op_posix_rename,
    .symlink = memory_op_symlink,
    .readlink = memory_op_readlink,
    .hardlink = memory_op_hardlink,
    .statvfs = op_statvfs,
    .fstatvfs = op_fstatvfs,
    .fsync = op_fsync,
    .copy = op_copy,
    .pread = op_pread,
};

const struct nacre_sftp_handler *
nacre_sftp_memory_handler(void)
{
	return &handler;
}
