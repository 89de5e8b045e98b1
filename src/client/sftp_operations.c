/* sftp_operations: names made, moved, removed and looked up. Knows: each call's request. Must not know: files' bytes.
 * Serves draft-ietf-secsh-filexfer-02 6.5 to 6.11; OpenSSH PROTOCOL 4.3 to 4.5, 4.9; filexfer-extensions-00 5. */
#include "sftp.h"

#define FILE_TYPE 0170000u /* of st_mode */
#define DIRECTORY 0040000u

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

/* --- names that the server gives --- */

/* REALPATH and READLINK have one layout (6.10, 6.11). */
static int
ask_name(struct nacre_sftp *s, enum sftp_id type, const char *path, char *out, size_t cap)
{
	struct sftp_msg_realpath msg = {.number = 0};
	struct sftp_call call;
	int rc;

	if ((rc = sftp_path(s, 0, path, &msg.path)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	if ((rc = sftp_call(s, &call, type, &msg, path)) == NACRE_OK)
		rc = sftp_one_name(s, &call, path, out, cap);
	buf_free(&call.bytes);
	return rc;
}

static int
enter_named(struct nacre_sftp *s, char *out, size_t cap)
{
	int rc = sftp_enter(s);

	if (cap > 0)
		out[0] = '\0';
	return rc == NACRE_OK && cap == 0 ? sftp_fail(s, NACRE_E_ARGUMENT, NULL, "no room for a name") : rc;
}

int
nacre_sftp_readlink(nacre_sftp *s, const char *path, char *out, size_t cap)
{
	int rc = enter_named(s, out, cap);

	return rc != NACRE_OK ? rc : sftp_leave(s, ask_name(s, SFTP_readlink, path, out, cap));
}

int
nacre_sftp_normalize(nacre_sftp *s, const char *path, char *out, size_t cap)
{
	int rc = enter_named(s, out, cap);

	return rc != NACRE_OK ? rc : sftp_leave(s, ask_name(s, SFTP_realpath, path, out, cap));
}

/* expand-path and home-directory have one layout, and paths of their own kind: chdir is not for them. */
static int
ask_ext_name(struct nacre_sftp *s, enum sftp_extension_id ext, const char *text, char *out, size_t cap)
{
	struct sftp_ext_expand_path msg = {.path = slice_str(text)};
	struct sftp_call call;
	int rc = enter_named(s, out, cap);

	if (rc != NACRE_OK)
		return rc;
	if (text == NULL)
		return sftp_fail(s, NACRE_E_ARGUMENT, NULL, "there is no path");
	sftp_call_init(&call, s);
	if ((rc = sftp_call_ext(s, &call, ext, &msg, text)) == NACRE_OK)
		rc = sftp_one_name(s, &call, text, out, cap);
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}

int
nacre_sftp_expand_path(nacre_sftp *s, const char *path, char *out, size_t cap)
{
	return ask_ext_name(s, SFTP_EXT_expand_path, path, out, cap);
}

int
nacre_sftp_home(nacre_sftp *s, const char *user, char *out, size_t cap)
{
	return ask_ext_name(s, SFTP_EXT_home_directory, user, out, cap);
}

/* --- the working directory --- */

static int
cwd_check(struct nacre_sftp *s, const char *path, const char *absolute)
{
	struct sftp_msg_stat msg = {.path = slice_str(absolute)};
	struct sftp_call call;
	int rc;

	sftp_call_init(&call, s);
	if ((rc = sftp_call(s, &call, SFTP_stat, &msg, path)) == NACRE_OK &&
	    (call.attrs.flags & SFTP_ATTR_PERMISSIONS) != 0 && (call.attrs.permissions & FILE_TYPE) != DIRECTORY)
		rc = sftp_fail(s, NACRE_E_ARGUMENT, path, "chdir: is not a directory");
	buf_free(&call.bytes);
	return rc;
}

static int
cwd_set(struct nacre_sftp *s, const char *path)
{
	char *room = mem_raw(s->env, SFTP_PATH_MAX), *cwd = NULL;
	int rc;

	if (room == NULL)
		return sftp_fail(s, NACRE_E_NOMEM, path, "out of memory");
	if ((rc = ask_name(s, SFTP_realpath, path, room, SFTP_PATH_MAX)) != NACRE_OK ||
	    (rc = cwd_check(s, path, room)) != NACRE_OK)
		goto out;
	if ((cwd = mem_str(s->env, slice_str(room))) == NULL) {
		rc = sftp_fail(s, NACRE_E_NOMEM, path, "out of memory");
		goto out;
	}
	mem_free_str(s->env, s->cwd);
	s->cwd = cwd;
out:
	mem_free(s->env, room, SFTP_PATH_MAX);
	return rc;
}

int
nacre_sftp_chdir(nacre_sftp *s, const char *path)
{
	int rc = sftp_enter(s);

	if (rc != NACRE_OK)
		return rc;
	if (path != NULL)
		return sftp_leave(s, cwd_set(s, path));
	mem_free_str(s->env, s->cwd);
	s->cwd = NULL;
	return NACRE_OK;
}

const char *
nacre_sftp_getcwd(const nacre_sftp *s)
{
	return s == NULL ? NULL : s->cwd;
}

/* --- file systems --- */

int
nacre_sftp_statvfs(nacre_sftp *s, const char *path, struct nacre_sftp_statvfs *out)
{
	struct sftp_ext_statvfs msg = {.id = 0};
	struct sftp_ext_statvfs_reply reply;
	struct sftp_call call;
	const char *field;
	int rc = sftp_enter(s);

	*out = (struct nacre_sftp_statvfs){.bsize = 0};
	if (rc != NACRE_OK || (rc = sftp_path(s, 0, path, &msg.path)) != NACRE_OK)
		return rc;
	sftp_call_init(&call, s);
	rc = sftp_call_ext(s, &call, SFTP_EXT_statvfs, &msg, path);
	if (rc == NACRE_OK &&
	    sftp_extension_parse(SFTP_EXT_statvfs_reply, 0, buf_slice(&call.bytes), &reply, &field) != 0)
		rc = sftp_fail(s, NACRE_E_FORMAT, path, "statvfs: %s", field);
	if (rc == NACRE_OK)
		*out = (struct nacre_sftp_statvfs){.bsize = reply.bsize,
		    .frsize = reply.frsize,
		    .blocks = reply.blocks,
		    .bfree = reply.bfree,
		    .bavail = reply.bavail,
		    .files = reply.files,
		    .ffree = reply.ffree,
		    .favail = reply.favail,
		    .fsid = reply.fsid,
		    .flag = reply.flag,
		    .namemax = reply.namemax};
	buf_free(&call.bytes);
	return sftp_leave(s, rc);
}
