/* sftp_names: names that the server gives, and where relative ones begin. Knows: each call's request. Must not know:
 * files' bytes. Serves draft-ietf-secsh-filexfer-02 6.10, 6.11; OpenSSH PROTOCOL 4.9; filexfer-extensions-00 5. */
#include "sftp.h"

#define FILE_TYPE 0170000u /* of st_mode */
#define DIRECTORY 0040000u

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
		return sftp_leave(s, sftp_fail(s, NACRE_E_ARGUMENT, NULL, "there is no path"));
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
