/* sftp_dir_list: listings, and the names of owners in them. Knows: readdir, the user database. Must not know: how paths
 * stay inside. draft-ietf-secsh-filexfer-02 6.7. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>
#include "sftp_dir.h"

#define LOOKUP_ROOM 16384

int
dir_op_opendir(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	int fd = beneath_open(ctx, path, O_RDONLY | O_DIRECTORY, 0);
	struct nacre_sftp_dir *d = ctx;
	struct dir_file *f;

	if (fd < 0)
		return dir_refuse(r, errno);
	if ((f = dir_file_new(d, fd)) == NULL)
		return NACRE_SFTP_FAILURE;
	if ((f->stream = fdopendir(fd)) == NULL) {
		(void)close(fd);
		mem_free(d->env, f, sizeof(*f));
		return NACRE_SFTP_FAILURE;
	}
	(void)nacre_sftp_reply_handle(r, f);
	return NACRE_SFTP_LATER;
}

int
dir_op_closedir(void *ctx, struct nacre_sftp_request r, void *dir)
{
	struct nacre_sftp_dir *d = ctx;
	struct dir_file *f = dir;

	(void)r;
	(void)closedir(f->stream);
	mem_free(d->env, f, sizeof(*f));
	return NACRE_SFTP_OK;
}

/* The next file, into `f`. What vanished meanwhile is passed over, and so are "." and "..": of what lies above the root
 * nothing is told. False at the end, or where errno says why not. */
static bool
next_entry(struct dir_file *f)
{
	const struct dirent *e;
	struct stat st;

	for (;;) {
		errno = 0;
		if ((e = readdir(f->stream)) == NULL)
			return false;
		f->name_n = strlen(e->d_name);
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || f->name_n > DIR_NAME_MAX)
			continue;
		if (fstatat(dirfd(f->stream), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		memcpy(f->name, e->d_name, f->name_n + 1);
		f->attrs = dir_attrs_of(&st);
		f->links = (uint32_t)st.st_nlink;
		return true;
	}
}

int
dir_op_readdir(void *ctx, struct nacre_sftp_request r, void *dir)
{
	struct dir_file *f = dir;
	bool more = f->pending || next_entry(f), any = more;

	(void)ctx;
	while (more && nacre_sftp_reply_entry(
			   r, (struct nacre_bytes){(const uint8_t *)f->name, f->name_n}, &f->attrs, f->links))
		more = next_entry(f);
	f->pending = more;
	if (!any && errno != 0)
		return dir_refuse(r, errno);
	(void)nacre_sftp_reply_entries(r);
	return NACRE_SFTP_LATER;
}

static void
look_up(struct dir_id *entry, bool is_group)
{
	char room[LOOKUP_ROOM];
	struct passwd pw, *user = NULL;
	struct group gr, *group = NULL;
	const char *name = NULL;

	if (is_group && getgrgid_r(entry->id, &gr, room, sizeof(room), &group) == 0 && group != NULL)
		name = group->gr_name;
	if (!is_group && getpwuid_r(entry->id, &pw, room, sizeof(room), &user) == 0 && user != NULL)
		name = user->pw_name;
	entry->known = true;
	entry->n = name == NULL ? 0 : strlen(name);
	if (entry->n > sizeof(entry->name))
		entry->n = 0;
	if (entry->n > 0)
		memcpy(entry->name, name, entry->n);
}

size_t
dir_op_id_name(void *ctx, bool is_group, uint32_t id, char *out, size_t cap)
{
	struct nacre_sftp_dir *d = ctx;
	struct dir_id *entry = &d->ids[is_group ? 1 : 0];

	if (!entry->known || entry->id != id) {
		entry->id = id;
		look_up(entry, is_group);
	}
	if (entry->n > cap)
		return 0;
	memcpy(out, entry->name, entry->n);
	return entry->n;
}
