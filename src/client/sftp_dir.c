/* sftp_dir: directories, entry by entry. Knows: that a server's names are not to be trusted. Must not know:
 * local files. Serves draft-ietf-secsh-filexfer-02 6.7. */
#include "sftp.h"

#define EMPTY_MAX 16 /* replies without an entry, one after the other: then the server is not getting anywhere */

struct nacre_sftp_dir {
	struct nacre_sftp *sftp; /* NULL: dead */
	const struct nacre_env *env;
	struct nacre_sftp_dir *next;
	struct sftp_handle handle;
	struct buf reply; /* the names that the server gave last */
	struct sftp_names names; /* of it: what is still to be told */
	bool ended;
	unsigned empty;
	char *name; /* of the entry that was told last; NUL-terminated, name_cap bytes */
	size_t name_cap;
};

bool
sftp_name_is_plain(struct slice name)
{
	if (name.n == 0 || slice_is(name, ".") || slice_is(name, ".."))
		return false;
	return memchr(name.p, '/', name.n) == NULL && memchr(name.p, '\0', name.n) == NULL;
}

void
sftp_detach_dirs(struct nacre_sftp *s)
{
	for (struct nacre_sftp_dir *dir = s->dirs; dir != NULL; dir = dir->next)
		dir->sftp = NULL;
	s->dirs = NULL;
}

static void
dir_free(struct nacre_sftp_dir *dir)
{
	buf_free(&dir->reply);
	mem_free(dir->env, dir->name, dir->name_cap);
	mem_free(dir->env, dir, sizeof(*dir));
}

int
sftp_dir_open(struct nacre_sftp *s, const char *path, struct nacre_sftp_dir **out)
{
	struct sftp_msg_opendir msg = {.number = 0};
	struct nacre_sftp_dir *dir;
	struct sftp_call call;
	int rc;

	if ((rc = sftp_path(s, 0, path, &msg.path)) != NACRE_OK)
		return rc;
	if ((dir = mem_new(s->env, sizeof(*dir))) == NULL)
		return sftp_fail(s, NACRE_E_NOMEM, path, "out of memory");
	sftp_call_init(&call, s);
	rc = sftp_call(s, &call, SFTP_opendir, &msg, path);
	buf_free(&call.bytes);
	if (rc != NACRE_OK) {
		mem_free(s->env, dir, sizeof(*dir));
		return rc;
	}
	*dir = (struct nacre_sftp_dir){.sftp = s, .env = s->env, .next = s->dirs, .handle = call.handle};
	buf_init(&dir->reply, s->env, SFTP_FRAME_MAX);
	s->dirs = dir;
	*out = dir;
	return NACRE_OK;
}

void
sftp_dir_close(struct nacre_sftp_dir *dir)
{
	struct nacre_sftp *s = dir->sftp;
	struct sftp_msg_close msg = {.handle = sftp_handle_slice(&dir->handle)};
	struct nacre_sftp_dir **at;

	if (s != NULL) {
		for (at = &s->dirs; *at != dir; at = &(*at)->next)
			;
		*at = dir->next;
		if (s->ch->client != NULL)
			sftp_tell(s, SFTP_close, &msg);
	}
	dir_free(dir);
}

/* The next names of the server. An end is no error: dir->ended. */
static int
dir_fetch(struct nacre_sftp_dir *dir)
{
	struct nacre_sftp *s = dir->sftp;
	struct sftp_msg_readdir msg = {.handle = sftp_handle_slice(&dir->handle)};
	struct sftp_call call;
	int rc;

	sftp_call_init(&call, s);
	rc = sftp_call(s, &call, SFTP_readdir, &msg, NULL);
	if (rc != NACRE_OK) {
		buf_free(&call.bytes);
		dir->ended = rc == NACRE_E_SFTP && call.status == SFTP_EOF;
		return dir->ended ? NACRE_OK : rc;
	}
	buf_free(&dir->reply);
	dir->reply = call.bytes;
	dir->names = sftp_names_of(buf_slice(&dir->reply));
	dir->empty = dir->names.left == 0 ? dir->empty + 1 : 0;
	if (dir->empty >= EMPTY_MAX)
		return sftp_fail(s, NACRE_E_PROTOCOL, NULL, "readdir: the server gives neither names nor an end");
	return NACRE_OK;
}

static int
dir_tell(struct nacre_sftp_dir *dir, const struct sftp_name_entry *entry, struct nacre_sftp_entry *out)
{
	size_t need = entry->filename.n + 1;

	if (need > dir->name_cap) {
		mem_free(dir->env, dir->name, dir->name_cap);
		dir->name_cap = 0;
		if ((dir->name = mem_raw(dir->env, need)) == NULL)
			return sftp_fail(dir->sftp, NACRE_E_NOMEM, NULL, "out of memory");
		dir->name_cap = need;
	}
	memcpy(dir->name, entry->filename.p, entry->filename.n);
	dir->name[entry->filename.n] = '\0';
	*out = (struct nacre_sftp_entry){.name = dir->name, .name_len = entry->filename.n};
	sftp_attrs_out(&entry->attrs, &out->attrs);
	return 1;
}

static bool
is_dots(struct slice name)
{
	return slice_is(name, ".") || slice_is(name, "..");
}

int
sftp_dir_next(struct nacre_sftp_dir *dir, struct nacre_sftp_entry *out)
{
	struct sftp_name_entry entry;
	int rc;

	for (;;) {
		while (sftp_name_next(&dir->names, &entry)) {
			if (sftp_name_is_plain(entry.filename))
				return dir_tell(dir, &entry, out);
			if (!is_dots(entry.filename))
				client_log_peer(dir->sftp->ch->client, NACRE_LOG_WARNING,
				    "left out an entry whose name is none", bytes_of(entry.filename));
		}
		if (dir->ended)
			return 0;
		if ((rc = dir_fetch(dir)) != NACRE_OK)
			return rc;
	}
}

int
nacre_sftp_opendir(nacre_sftp *s, const char *path, nacre_sftp_dir **dir)
{
	int rc = sftp_enter(s);

	*dir = NULL;
	return rc != NACRE_OK ? rc : sftp_leave(s, sftp_dir_open(s, path, dir));
}

int
nacre_sftp_readdir(nacre_sftp_dir *dir, struct nacre_sftp_entry *entry)
{
	int rc = dir == NULL ? NACRE_E_ARGUMENT : NACRE_E_CLOSED;

	*entry = (struct nacre_sftp_entry){.name = NULL};
	if (dir == NULL || dir->sftp == NULL || (rc = sftp_enter(dir->sftp)) != NACRE_OK)
		return rc;
	rc = sftp_dir_next(dir, entry);
	if (rc == 0) /* the server's "end of file" was no failure of this call */
		sftp_forgive(dir->sftp);
	return sftp_leave(dir->sftp, rc);
}

void
nacre_sftp_closedir(nacre_sftp_dir *dir)
{
	if (dir != NULL)
		sftp_dir_close(dir);
}
