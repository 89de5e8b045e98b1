/* sftp_dir_names: making, moving and removing names. Knows: the calls that take a directory and one name in it. Must
 * not know: how paths stay inside. draft-ietf-secsh-filexfer-02 6.5, 6.6, 6.10; OpenSSH PROTOCOL 4.3, 4.5. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "sftp_dir.h"

#define TARGET_MAX 4096

static int
close_place(struct dir_place *place, int result)
{
	int error = errno;

	(void)close(place->dir);
	errno = error;
	return result;
}

static int
remove_name(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, int flags)
{
	struct dir_place place;

	if (beneath_place(ctx, path, &place) != 0)
		return dir_refuse(r, errno);
	return dir_status(r, close_place(&place, unlinkat(place.dir, place.name, flags)));
}

int
dir_op_remove(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	return remove_name(ctx, r, path, 0);
}

int
dir_op_rmdir(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	return remove_name(ctx, r, path, AT_REMOVEDIR);
}

int
dir_op_mkdir(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs)
{
	mode_t mode = (attrs->flags & NACRE_SFTP_ATTR_PERMISSIONS) != 0 ? attrs->permissions & 0777 : 0777;
	struct dir_place place;

	if (beneath_place(ctx, path, &place) != 0)
		return dir_refuse(r, errno);
	return dir_status(r, close_place(&place, mkdirat(place.dir, place.name, mode)));
}

/* link(2) refuses an existing name, too. A directory has no second link: there, only an empty directory that is made
 * between the look and the renaming could be replaced. */
static int
rename_by_link(const struct dir_place *from, const struct dir_place *to)
{
	struct stat st;

	if (linkat(from->dir, from->name, to->dir, to->name, 0) == 0)
		return unlinkat(from->dir, from->name, 0);
	if (errno == EEXIST || fstatat(from->dir, from->name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
		return -1;
	if (fstatat(to->dir, to->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(from->dir, from->name, to->dir, to->name);
}

/* filexfer-02 6.5: "It is an error if there already exists a file with the name specified by newpath." */
static int
rename_no_replace(const struct dir_place *from, const struct dir_place *to)
{
	int result = renameat2(from->dir, from->name, to->dir, to->name, RENAME_NOREPLACE);

	if (result == 0 || (errno != EINVAL && errno != ENOSYS && errno != EPERM))
		return result;
	return rename_by_link(from, to); /* file systems that do not know the flag */
}

static int
rename_replace(const struct dir_place *from, const struct dir_place *to)
{
	return renameat(from->dir, from->name, to->dir, to->name);
}

static int
link_names(const struct dir_place *from, const struct dir_place *to)
{
	return linkat(from->dir, from->name, to->dir, to->name, 0);
}

static int
with_two(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to,
    int (*act)(const struct dir_place *from, const struct dir_place *to))
{
	struct dir_place a, b;
	int result;

	if (beneath_place(ctx, from, &a) != 0)
		return dir_refuse(r, errno);
	if (beneath_place(ctx, to, &b) != 0)
		result = -1;
	else
		result = close_place(&b, act(&a, &b));
	return dir_status(r, close_place(&a, result));
}

int
dir_op_rename(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to)
{
	return with_two(ctx, r, from, to, rename_no_replace);
}

int
dir_op_posix_rename(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to)
{
	return with_two(ctx, r, from, to, rename_replace);
}

int
dir_op_hardlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to)
{
	return with_two(ctx, r, from, to, link_names);
}

/* It may say anything: here nobody follows it out. */
int
dir_op_symlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes target, struct nacre_bytes path)
{
	char text[TARGET_MAX + 1];
	struct dir_place place;

	if (target.n > TARGET_MAX)
		return dir_refuse(r, ENAMETOOLONG);
	memcpy(text, target.p, target.n);
	text[target.n] = '\0';
	if (beneath_place(ctx, path, &place) != 0)
		return dir_refuse(r, errno);
	return dir_status(r, close_place(&place, symlinkat(text, place.dir, place.name)));
}

int
dir_op_readlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	char text[TARGET_MAX];
	int fd = beneath_open(ctx, path, O_PATH | O_NOFOLLOW, 0), error;
	ssize_t n;

	if (fd < 0)
		return dir_refuse(r, errno);
	n = readlinkat(fd, "", text, sizeof(text));
	error = errno;
	(void)close(fd);
	if (n < 0) /* ENOENT, of a descriptor: it is no link */
		return dir_refuse(r, error == ENOENT ? EINVAL : error);
	(void)nacre_sftp_reply_path(r, (struct nacre_bytes){(const uint8_t *)text, (size_t)n});
	return NACRE_SFTP_LATER;
}
