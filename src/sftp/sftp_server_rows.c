/* sftp_server_rows: how each request is served. Knows: which fields are paths, handles and attributes, and which
 * function of the handler is asked. Must not know: when. draft-ietf-secsh-filexfer-02 6, OpenSSH PROTOCOL 4. */
#include <stddef.h>
#include "sftp_server.h"

#define ON_FILE SERVE_ON_FILE
#define ON_DIR SERVE_ON_DIR
#define CHANGES SERVE_CHANGES

static int
serve_open(const struct serve_call *c)
{
	struct sftp_handle *h = c->handle[0];

	h->flags = c->ask->msg.open.pflags;
	/* What asks for nothing may read, as with open(2)'s O_RDONLY. */
	if ((h->flags & (NACRE_SFTP_READ | NACRE_SFTP_WRITE | NACRE_SFTP_APPEND)) == 0)
		h->flags |= NACRE_SFTP_READ;
	if ((h->flags & NACRE_SFTP_APPEND) != 0)
		h->flags |= NACRE_SFTP_WRITE;
	return c->handler->open(c->ctx, c->r, c->path[0], h->flags, &c->attrs);
}

static int
serve_close(const struct serve_call *c)
{
	bool is_dir = c->handle[0]->state == HANDLE_DIR;

	c->handle[0]->state = HANDLE_CLOSING;
	return (is_dir ? c->handler->closedir : c->handler->close)(c->ctx, c->r, c->handle[0]->file);
}

static int
serve_read(const struct serve_call *c)
{
	const struct sftp_msg_read *msg = &c->ask->msg.read;

	if ((c->handle[0]->flags & NACRE_SFTP_READ) == 0)
		return NACRE_SFTP_PERMISSION_DENIED;
	if (msg->len == 0 || msg->offset > INT64_MAX)
		return NACRE_SFTP_EOF;
	return c->handler->read(c->ctx, c->r, c->handle[0]->file, msg->offset, request_find(c->r)->length);
}

static int
serve_write(const struct serve_call *c)
{
	const struct sftp_msg_write *msg = &c->ask->msg.write;

	if ((c->handle[0]->flags & NACRE_SFTP_WRITE) == 0)
		return NACRE_SFTP_PERMISSION_DENIED;
	if (msg->offset > INT64_MAX - SFTP_FRAME_MAX)
		return NACRE_SFTP_FAILURE;
	return c->handler->write(
	    c->ctx, c->r, c->handle[0]->file, msg->offset, (struct nacre_bytes){msg->data.p, msg->data.n});
}

#define SERVE_BY_PATH(name)                                                                                            \
	static int serve_##name(const struct serve_call *c)                                                            \
	{                                                                                                              \
		return c->handler->name(c->ctx, c->r, c->path[0]);                                                     \
	}
#define SERVE_BY_PATHS(name)                                                                                           \
	static int serve_##name(const struct serve_call *c)                                                            \
	{                                                                                                              \
		return c->handler->name(c->ctx, c->r, c->path[0], c->path[1]);                                         \
	}
#define SERVE_BY_PATH_AND_ATTRS(name)                                                                                  \
	static int serve_##name(const struct serve_call *c)                                                            \
	{                                                                                                              \
		return c->handler->name(c->ctx, c->r, c->path[0], &c->attrs);                                          \
	}
#define SERVE_BY_HANDLE(name)                                                                                          \
	static int serve_##name(const struct serve_call *c)                                                            \
	{                                                                                                              \
		return c->handler->name(c->ctx, c->r, c->handle[0]->file);                                             \
	}

SERVE_BY_PATH(stat)
SERVE_BY_PATH(lstat)
SERVE_BY_PATH(opendir)
SERVE_BY_PATH(remove)
SERVE_BY_PATH(rmdir)
SERVE_BY_PATH(readlink)
SERVE_BY_PATH(statvfs)
SERVE_BY_PATHS(rename)
SERVE_BY_PATHS(posix_rename)
SERVE_BY_PATHS(hardlink)
SERVE_BY_PATH_AND_ATTRS(setstat)
SERVE_BY_PATH_AND_ATTRS(lsetstat)
SERVE_BY_PATH_AND_ATTRS(mkdir)
SERVE_BY_HANDLE(fstat)
SERVE_BY_HANDLE(readdir)
SERVE_BY_HANDLE(fstatvfs)
SERVE_BY_HANDLE(fsync)

static int
serve_fsetstat(const struct serve_call *c)
{
	return c->handler->fsetstat(c->ctx, c->r, c->handle[0]->file, &c->attrs);
}

/* The target stands in the link as it was given. */
static int
serve_symlink(const struct serve_call *c)
{
	const struct sftp_msg_symlink *msg = &c->ask->msg.symlink;
	bool link_first = c->server->options.symlink_link_first;
	struct slice target = link_first ? msg->linkpath : msg->targetpath;
	struct slice link = link_first ? msg->targetpath : msg->linkpath;
	struct nacre_bytes path;
	int status = path_absolute(c->server, link, c->server->path[0], &path);

	if (status != NACRE_SFTP_OK)
		return status;
	if (target.n == 0 || memchr(target.p, 0, target.n) != NULL)
		return NACRE_SFTP_NO_SUCH_FILE;
	if (target.n > SFTP_SERVER_PATH_MAX)
		return NACRE_SFTP_BAD_MESSAGE;
	return c->handler->symlink(c->ctx, c->r, (struct nacre_bytes){target.p, target.n}, path);
}

static int
serve_copy_data(const struct serve_call *c)
{
	const struct sftp_ext_copy_data *ext = &c->ask->ext.copy_data;

	if ((c->handle[0]->flags & NACRE_SFTP_READ) == 0 || (c->handle[1]->flags & NACRE_SFTP_WRITE) == 0)
		return NACRE_SFTP_PERMISSION_DENIED;
	/* filexfer-extensions-00 7: a file that is copied into itself could grow without end */
	if (c->handle[0] == c->handle[1] || ext->from_offset > INT64_MAX || ext->to_offset > INT64_MAX ||
	    ext->length > INT64_MAX)
		return NACRE_SFTP_FAILURE;
	return c->handler->copy(
	    c->ctx, c->r, c->handle[0]->file, ext->from_offset, ext->length, c->handle[1]->file, ext->to_offset);
}

#define OP(name) .op = offsetof(struct nacre_sftp_handler, name)
#define MSG_AT(id, field) offsetof(struct sftp_msg_##id, field)
#define EXT_AT(id, field) offsetof(struct sftp_ext_##id, field)

static const struct serve_row rows[SFTP_COUNT] = {
    /* That which only reads is marked as no change; request_take looks at the flags. */
    [SFTP_open] = {.serve = serve_open,
	OP(open),
	.answer = ANSWER_HANDLE,
	.flags = SERVE_OPENS | ON_FILE,
	.path = {MSG_AT(open, filename)},
	.attrs = MSG_AT(open, attrs)},
    [SFTP_close] = {.serve = serve_close,
	OP(close),
	.flags = SERVE_CLOSES | ON_FILE | ON_DIR,
	.handle = {MSG_AT(close, handle)}},
    [SFTP_read] =
	{.serve = serve_read, OP(read), .answer = ANSWER_DATA, .flags = ON_FILE, .handle = {MSG_AT(read, handle)}},
    [SFTP_write] = {.serve = serve_write, OP(write), .flags = CHANGES | ON_FILE, .handle = {MSG_AT(write, handle)}},
    [SFTP_lstat] = {.serve = serve_lstat, OP(lstat), .answer = ANSWER_ATTRS, .path = {MSG_AT(lstat, path)}},
    [SFTP_fstat] =
	{.serve = serve_fstat, OP(fstat), .answer = ANSWER_ATTRS, .flags = ON_FILE, .handle = {MSG_AT(fstat, handle)}},
    [SFTP_setstat] = {.serve = serve_setstat,
	OP(setstat),
	.flags = CHANGES,
	.path = {MSG_AT(setstat, path)},
	.attrs = MSG_AT(setstat, attrs)},
    [SFTP_fsetstat] = {.serve = serve_fsetstat,
	OP(fsetstat),
	.flags = CHANGES | ON_FILE,
	.handle = {MSG_AT(fsetstat, handle)},
	.attrs = MSG_AT(fsetstat, attrs)},
    [SFTP_opendir] = {.serve = serve_opendir,
	OP(opendir),
	.answer = ANSWER_HANDLE,
	.flags = SERVE_OPENS | ON_DIR,
	.path = {MSG_AT(opendir, path)}},
    [SFTP_readdir] = {.serve = serve_readdir,
	OP(readdir),
	.answer = ANSWER_ENTRIES,
	.flags = ON_DIR,
	.handle = {MSG_AT(readdir, handle)}},
    [SFTP_remove] = {.serve = serve_remove, OP(remove), .flags = CHANGES, .path = {MSG_AT(remove, filename)}},
    [SFTP_mkdir] = {.serve = serve_mkdir,
	OP(mkdir),
	.flags = CHANGES,
	.path = {MSG_AT(mkdir, path)},
	.attrs = MSG_AT(mkdir, attrs)},
    [SFTP_rmdir] = {.serve = serve_rmdir, OP(rmdir), .flags = CHANGES, .path = {MSG_AT(rmdir, path)}},
    [SFTP_realpath] = {.serve = serve_realpath, .answer = ANSWER_PATH},
    [SFTP_stat] = {.serve = serve_stat, OP(stat), .answer = ANSWER_ATTRS, .path = {MSG_AT(stat, path)}},
    [SFTP_rename] = {.serve = serve_rename,
	OP(rename),
	.flags = CHANGES,
	.path = {MSG_AT(rename, oldpath), MSG_AT(rename, newpath)}},
    [SFTP_readlink] = {.serve = serve_readlink, OP(readlink), .answer = ANSWER_PATH, .path = {MSG_AT(readlink, path)}},
    [SFTP_symlink] = {.serve = serve_symlink, OP(symlink), .flags = CHANGES},
};

static const struct serve_row extension_rows[SFTP_EXT_COUNT] = {
    [SFTP_EXT_posix_rename] = {.serve = serve_posix_rename,
	OP(posix_rename),
	.flags = CHANGES,
	.path = {EXT_AT(posix_rename, oldpath), EXT_AT(posix_rename, newpath)}},
    [SFTP_EXT_statvfs] = {.serve = serve_statvfs,
	OP(statvfs),
	.answer = ANSWER_STATVFS,
	.path = {EXT_AT(statvfs, path)}},
    [SFTP_EXT_fstatvfs] = {.serve = serve_fstatvfs,
	OP(fstatvfs),
	.answer = ANSWER_STATVFS,
	.flags = ON_FILE,
	.handle = {EXT_AT(fstatvfs, handle)}},
    [SFTP_EXT_hardlink] = {.serve = serve_hardlink,
	OP(hardlink),
	.flags = CHANGES,
	.path = {EXT_AT(hardlink, oldpath), EXT_AT(hardlink, newpath)}},
    [SFTP_EXT_fsync] = {.serve = serve_fsync, OP(fsync), .flags = CHANGES | ON_FILE, .handle = {EXT_AT(fsync, handle)}},
    [SFTP_EXT_lsetstat] = {.serve = serve_lsetstat,
	OP(lsetstat),
	.flags = CHANGES,
	.path = {EXT_AT(lsetstat, path)},
	.attrs = EXT_AT(lsetstat, attrs)},
    [SFTP_EXT_limits] = {.serve = serve_limits},
    [SFTP_EXT_expand_path] = {.serve = serve_expand_path, .answer = ANSWER_PATH},
    [SFTP_EXT_copy_data] = {.serve = serve_copy_data,
	OP(copy),
	.flags = CHANGES | ON_FILE,
	.handle = {EXT_AT(copy_data, from), EXT_AT(copy_data, to)}},
    [SFTP_EXT_home_directory] = {.serve = serve_home_directory, .answer = ANSWER_PATH},
    [SFTP_EXT_users_groups] = {.serve = serve_users_groups, OP(id_name)},
    [SFTP_EXT_check_file] =
	{.serve = serve_check_file, OP(pread), .flags = ON_FILE, .handle = {EXT_AT(check_file, handle)}},
    [SFTP_EXT_check_file_handle] =
	{.serve = serve_check_file, OP(pread), .flags = ON_FILE, .handle = {EXT_AT(check_file_handle, handle)}},
};

const struct serve_row *
serve_row_of(enum sftp_id id, enum sftp_extension_id ext)
{
	const struct serve_row *row = NULL;

	if (id == SFTP_extended && ext < SFTP_EXT_COUNT)
		row = &extension_rows[ext];
	if (id != SFTP_extended && id < SFTP_COUNT)
		row = &rows[id];
	return row == NULL || row->serve == NULL ? NULL : row;
}

bool
serve_has_op(const struct nacre_sftp_handler *handler, size_t op)
{
	void (*function)(void);

	/* Every member behind the size is a pointer to a function, and all of these have one representation. */
	memcpy(&function, (const uint8_t *)handler + op, sizeof(function));
	return function != NULL;
}

bool
serve_row_is_offered(const struct nacre_sftp_server *s, const struct serve_row *row)
{
	if (s->options.read_only && (row->flags & SERVE_CHANGES) != 0)
		return false;
	return row->op == 0 || serve_has_op(s->handler, row->op);
}
