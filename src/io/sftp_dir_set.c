/* sftp_dir_set: sizes, modes, owners and times of files. Knows: how each is set through a descriptor. Must not know:
 * how paths stay inside. draft-ietf-secsh-filexfer-02 6.9, OpenSSH PROTOCOL 4.7. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "sftp_dir.h"

#define MODE_MASK 0777u /* no set-id bits by a client's word */
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452 /* the same on every architecture */
#endif

/* The name by which the system knows a descriptor: it leads to what is open, whatever became of its path. */
static void
name_of(int fd, char out[32])
{
	snprintf(out, 32, "/proc/self/fd/%d", fd);
}

/* fd may be O_PATH, for which older kernels have no fchmod. */
static int
set_mode(int fd, mode_t mode)
{
	char name[32];

	if (fchmod(fd, mode) == 0)
		return 0;
	if (errno != EBADF)
		return -1;
	if (syscall(SYS_fchmodat2, fd, "", mode, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != ENOSYS && errno != EPERM)
		return -1;
	name_of(fd, name);
	return chmod(name, mode);
}

static int
set_times(int fd, const struct nacre_sftp_attrs *attrs)
{
	struct timespec times[2] = {{.tv_sec = attrs->atime}, {.tv_sec = attrs->mtime}};
	char name[32];

	if (futimens(fd, times) == 0)
		return 0;
	if (errno != EBADF)
		return -1;
	if (utimensat(fd, "", times, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != EINVAL)
		return -1;
	name_of(fd, name);
	return utimensat(AT_FDCWD, name, times, 0);
}

/* All but the size. The times last, since the others change them; the owner before the mode, which it may reset. */
static int
set_by_fd(int fd, const struct nacre_sftp_attrs *attrs, bool is_link)
{
	if ((attrs->flags & NACRE_SFTP_ATTR_UIDGID) != 0 &&
	    fchownat(fd, "", attrs->uid, attrs->gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if ((attrs->flags & NACRE_SFTP_ATTR_PERMISSIONS) != 0 && !is_link &&
	    set_mode(fd, attrs->permissions & MODE_MASK) != 0)
		return -1;
	if ((attrs->flags & NACRE_SFTP_ATTR_ACMODTIME) != 0 && set_times(fd, attrs) != 0)
		return -1;
	return 0;
}

static int
set_size(int fd, uint64_t size)
{
	int result;

	if (size > INT64_MAX) {
		errno = EFBIG;
		return -1;
	}
	do
		result = ftruncate(fd, (off_t)size);
	while (result != 0 && errno == EINTR);
	return result;
}

int
dir_op_fsetstat(void *ctx, struct nacre_sftp_request r, void *file, const struct nacre_sftp_attrs *attrs)
{
	int fd = ((struct dir_file *)file)->fd;

	(void)ctx;
	if ((attrs->flags & NACRE_SFTP_ATTR_SIZE) != 0 && set_size(fd, attrs->size) != 0)
		return dir_refuse(r, errno);
	return dir_status(r, set_by_fd(fd, attrs, false));
}

static int
set_size_of_path(const struct nacre_sftp_dir *d, struct nacre_bytes path, uint64_t size)
{
	int fd = beneath_open(d, path, O_WRONLY | O_NONBLOCK | O_NOCTTY, 0), result, error;

	if (fd < 0)
		return -1;
	result = set_size(fd, size);
	error = errno;
	(void)close(fd);
	errno = error;
	return result;
}

static int
set_path(struct nacre_sftp_dir *d, struct nacre_bytes path, int flags, const struct nacre_sftp_attrs *attrs)
{
	int fd = beneath_open(d, path, O_PATH | flags, 0), result = -1, error;
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0)
		result = set_by_fd(fd, attrs, S_ISLNK(st.st_mode));
	error = errno;
	(void)close(fd);
	errno = error;
	return result;
}

int
dir_op_setstat(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs)
{
	if ((attrs->flags & NACRE_SFTP_ATTR_SIZE) != 0 && set_size_of_path(ctx, path, attrs->size) != 0)
		return dir_refuse(r, errno);
	return dir_status(r, set_path(ctx, path, 0, attrs));
}

/* A link has no size to set, and no mode that anybody looks at. */
int
dir_op_lsetstat(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs)
{
	if ((attrs->flags & NACRE_SFTP_ATTR_SIZE) != 0)
		return NACRE_SFTP_BAD_MESSAGE;
	return dir_status(r, set_path(ctx, path, O_NOFOLLOW, attrs));
}
