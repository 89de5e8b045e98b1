/* sftp_operations: names made, moved and removed. Knows: each call's request. Must not know: files' bytes. Serves
 * draft-ietf-secsh-filexfer-02 6.5, 6.6, 6.10; OpenSSH PROTOCOL 4.3, 4.5. */
#include "sftp.h"

/* The requests that are one path, and STATUS: REMOVE, RMDIR (6.5, 6.6) have one layout. */
static int
ask_of_path(struct nacre_sftp *s, enum sftp_id type, const char *path)
{
	struct sftp_msg_remove msg = {.number = 0};
	struct sftp_call call;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK || (rc = sftp_path(s, 0, path, &msg.filename)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	rc = sftp_call(s, &call, type, &msg, path);
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}

int
nacre_sftp_remove(nacre_sftp *s, const char *path)
{
	return ask_of_path(s, SFTP_remove, path);
}

int
nacre_sftp_rmdir(nacre_sftp *s, const char *path)
{
	return ask_of_path(s, SFTP_rmdir, path);
}

int
nacre_sftp_mkdir(nacre_sftp *s, const char *path, uint32_t mode)
{
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_PERMISSIONS, .permissions = mode};
	struct sftp_msg_mkdir msg = {.number = 0};
	struct sftp_call call;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK || (rc = sftp_path(s, 0, path, &msg.path)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	msg.attrs = sftp_attrs_in(&s->paths[1], &attrs);
	rc = sftp_call(s, &call, SFTP_mkdir, &msg, path);
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}

int
nacre_sftp_rename(nacre_sftp *s, const char *from, const char *to)
{
	struct sftp_msg_rename msg = {.number = 0};
	struct sftp_call call;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK || (rc = sftp_path(s, 0, from, &msg.oldpath)) != NACRE_OK ||
	    (rc = sftp_path(s, 1, to, &msg.newpath)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	rc = sftp_call(s, &call, SFTP_rename, &msg, from);
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}

/* posix-rename and hardlink have one layout (OpenSSH PROTOCOL 4.3, 4.5). */
static int
ask_of_two(struct nacre_sftp *s, enum sftp_extension_id ext, const char *from, const char *to)
{
	struct sftp_ext_posix_rename msg = {.id = 0};
	struct sftp_call call;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK || (rc = sftp_path(s, 0, from, &msg.oldpath)) != NACRE_OK ||
	    (rc = sftp_path(s, 1, to, &msg.newpath)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	rc = sftp_call_ext(s, &call, ext, &msg, from);
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}

int
nacre_sftp_posix_rename(nacre_sftp *s, const char *from, const char *to)
{
	return ask_of_two(s, SFTP_EXT_posix_rename, from, to);
}

int
nacre_sftp_hardlink(nacre_sftp *s, const char *from, const char *to)
{
	return ask_of_two(s, SFTP_EXT_hardlink, from, to);
}

/* OpenSSH's order is what servers read, but AsyncSSH, which reads the draft's from everybody whom it does not take for
 * OpenSSH. */
static bool
reads_drafts_order(const struct nacre_sftp *s)
{
	static const char name[] = "AsyncSSH";
	struct nacre_conn_info info;
	struct slice ident;

	nacre_conn_get_info(s->ch->client->conn, &info);
	for (ident = slice_of_bytes(info.peer_ident); ident.n > 0; ident = slice_from(ident, 1)) {
		if (slice_starts(ident, SLICE_LIT(name)))
			return true;
	}
	return false;
}

int
nacre_sftp_symlink(nacre_sftp *s, const char *target, const char *path)
{
	struct sftp_msg_symlink msg = {.targetpath = slice_str(target)};
	struct sftp_call call;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK || (rc = sftp_path(s, 0, path, &msg.linkpath)) != NACRE_OK)
		return rc;
	if (target == NULL)
		return sftp_fail(s, NACRE_E_ARGUMENT, path, "symlink: there is no target");
	if (reads_drafts_order(s))
		msg = (struct sftp_msg_symlink){.targetpath = msg.linkpath, .linkpath = msg.targetpath};
	sftp_call_init(&call, s);
	rc = sftp_call(s, &call, SFTP_symlink, &msg, path);
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}
