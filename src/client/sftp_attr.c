/* sftp_attr: a file's attributes, asked for and set. Knows: which of them a call is about. Must not know: handles'
 * files. Serves draft-ietf-secsh-filexfer-02 5, 6.8, 6.9; OpenSSH PROTOCOL 4.7. */
#include "sftp.h"

void
sftp_attrs_out(const struct sftp_attrs *in, struct nacre_sftp_attrs *out)
{
	*out = (struct nacre_sftp_attrs){
	    .flags = in->flags & (SFTP_ATTR_SIZE | SFTP_ATTR_UIDGID | SFTP_ATTR_PERMISSIONS | SFTP_ATTR_ACMODTIME),
	    .size = in->size,
	    .uid = in->uid,
	    .gid = in->gid,
	    .permissions = in->permissions,
	    .atime = in->atime,
	    .mtime = in->mtime,
	};
}

struct slice
sftp_attrs_in(struct buf *b, const struct nacre_sftp_attrs *in)
{
	struct sftp_attrs attrs = {
	    .flags = in->flags & (SFTP_ATTR_SIZE | SFTP_ATTR_UIDGID | SFTP_ATTR_PERMISSIONS | SFTP_ATTR_ACMODTIME),
	    .size = in->size,
	    .uid = in->uid,
	    .gid = in->gid,
	    .permissions = in->permissions,
	    .atime = in->atime,
	    .mtime = in->mtime,
	};

	buf_reset(b);
	sftp_attrs_put(b, &attrs);
	return buf_slice(b);
}

/* stat and lstat have one layout (6.8). */
static int
ask_attrs(struct nacre_sftp *s, enum sftp_id type, const char *path, struct nacre_sftp_attrs *attrs)
{
	struct sftp_msg_stat msg = {.number = 0};
	struct sftp_call call;
	int rc = sftp_enter(s);

	*attrs = (struct nacre_sftp_attrs){.flags = 0};
	if (rc != NACRE_OK || (rc = sftp_path(s, 0, path, &msg.path)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	if ((rc = sftp_call(s, &call, type, &msg, path)) == NACRE_OK)
		sftp_attrs_out(&call.attrs, attrs);
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}

int
nacre_sftp_stat(nacre_sftp *s, const char *path, struct nacre_sftp_attrs *attrs)
{
	return ask_attrs(s, SFTP_stat, path, attrs);
}

int
nacre_sftp_lstat(nacre_sftp *s, const char *path, struct nacre_sftp_attrs *attrs)
{
	return ask_attrs(s, SFTP_lstat, path, attrs);
}

int
nacre_sftp_setstat(nacre_sftp *s, const char *path, const struct nacre_sftp_attrs *attrs)
{
	struct sftp_msg_setstat msg = {.number = 0};
	struct sftp_call call;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK || (rc = sftp_path(s, 0, path, &msg.path)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	msg.attrs = sftp_attrs_in(&s->paths[1], attrs);
	rc = sftp_call(s, &call, SFTP_setstat, &msg, path);
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}

int
nacre_sftp_lsetstat(nacre_sftp *s, const char *path, const struct nacre_sftp_attrs *attrs)
{
	struct sftp_ext_lsetstat msg = {.id = 0};
	struct sftp_call call;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK || (rc = sftp_path(s, 0, path, &msg.path)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	msg.attrs = sftp_attrs_in(&s->paths[1], attrs);
	rc = sftp_call_ext(s, &call, SFTP_EXT_lsetstat, &msg, path);
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}

int
nacre_sftp_chmod(nacre_sftp *s, const char *path, uint32_t mode)
{
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_PERMISSIONS, .permissions = mode};

	return nacre_sftp_setstat(s, path, &attrs);
}

int
nacre_sftp_chown(nacre_sftp *s, const char *path, uint32_t uid, uint32_t gid)
{
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_UIDGID, .uid = uid, .gid = gid};

	return nacre_sftp_setstat(s, path, &attrs);
}

int
nacre_sftp_utime(nacre_sftp *s, const char *path, uint32_t atime, uint32_t mtime)
{
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_ACMODTIME, .atime = atime, .mtime = mtime};

	return nacre_sftp_setstat(s, path, &attrs);
}

int
nacre_sftp_truncate(nacre_sftp *s, const char *path, uint64_t size)
{
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_SIZE, .size = size};

	return nacre_sftp_setstat(s, path, &attrs);
}
