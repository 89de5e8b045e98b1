/* transfer_file: see transfer_file.h. Knows: openat, pread, pwrite, holes. Must not know: what moves the bytes.
 * Serves: nothing on the wire. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "transfer_file.h"

#define NEW_MODE 0666 /* before the umask */

static bool
name_is_fit(const struct transfer_place *place)
{
	const char *name = place->name;

	if (!place->strict)
		return name[0] != '\0';
	return name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strchr(name, '/') == NULL;
}

static int
open_at(const struct transfer_place *place, int flags, mode_t mode, int *fd)
{
	*fd = -1;
	if (!name_is_fit(place))
		return EINVAL;
	if (place->strict)
		flags |= O_NOFOLLOW;
	do
		*fd = openat(place->dir, place->name, flags | O_CLOEXEC | O_NOCTTY, mode);
	while (*fd < 0 && errno == EINTR);
	return *fd < 0 ? errno : 0;
}

static uint32_t
seconds(time_t t)
{
	if (t < 0)
		return 0;
	return (uintmax_t)t > UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

static void
stat_out(const struct stat *in, struct transfer_stat *out)
{
	*out = (struct transfer_stat){.size = in->st_size < 0 ? 0 : (uint64_t)in->st_size,
	    .mode = in->st_mode,
	    .atime = seconds(in->st_atime),
	    .mtime = seconds(in->st_mtime)};
}

/* Of the open file, not of the name. */
static int
check_regular(int *fd, struct transfer_stat *out)
{
	struct stat st;
	int error = 0;

	if (fstat(*fd, &st) != 0)
		error = errno;
	else if (S_ISDIR(st.st_mode))
		error = EISDIR;
	else if (!S_ISREG(st.st_mode))
		error = EINVAL;
	if (error == 0)
		stat_out(&st, out);
	else
		(void)transfer_close(fd);
	return error;
}

int
transfer_open_read(const struct transfer_place *place, int *fd, struct transfer_stat *st)
{
	int error = open_at(place, O_RDONLY | O_NONBLOCK, 0, fd);

	return error != 0 ? error : check_regular(fd, st);
}

static const int how_flags[] = {
    [TRANSFER_NEW] = O_CREAT,
    [TRANSFER_ONTO] = O_CREAT,
    [TRANSFER_ONLY_NEW] = O_CREAT | O_EXCL,
};

/* Emptied only when it is known to be a regular file. */
int
transfer_open_write(
    const struct transfer_place *place, enum transfer_how how, uint32_t mode, int *fd, struct transfer_stat *st)
{
	int flags = O_RDWR | O_NONBLOCK | how_flags[how], error;

	error = open_at(place, flags, mode == 0 ? NEW_MODE : (mode_t)(mode & 0777), fd);
	if (error == 0)
		error = check_regular(fd, st);
	if (error != 0 || how != TRANSFER_NEW || st->size == 0)
		return error;
	st->size = 0;
	if ((error = transfer_set_size(*fd, 0)) != 0)
		(void)transfer_close(fd);
	return error;
}

int
transfer_close(int *fd)
{
	int error = *fd >= 0 && close(*fd) != 0 && errno != EINTR ? errno : 0;

	*fd = -1;
	return error;
}

static bool
is_zero(const uint8_t *p, size_t n)
{
	return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

int
transfer_write(int fd, uint64_t at, const uint8_t *p, size_t n)
{
	ssize_t k;

	if (at > INT64_MAX - n)
		return EFBIG;
	if (n == 0 || is_zero(p, n))
		return 0;
	while (n > 0) {
		k = pwrite(fd, p, n, (off_t)at);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return errno;
		p += k;
		n -= (size_t)k;
		at += (uint64_t)k;
	}
	return 0;
}

int
transfer_read(int fd, uint64_t at, uint8_t *p, size_t n, size_t *got)
{
	ssize_t k = 1;

	for (*got = 0; *got < n && k != 0;) {
		k = pread(fd, p + *got, n - *got, (off_t)(at + *got));
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return errno;
		*got += (size_t)k;
	}
	return 0;
}

static uint64_t
seek_to(int fd, uint64_t at, int whence, uint64_t otherwise)
{
	off_t found = at > INT64_MAX ? -1 : lseek(fd, (off_t)at, whence);

	return found < 0 ? otherwise : (uint64_t)found;
}

/* A file system that knows no holes says so by an error, which then is no ENXIO. */
uint64_t
transfer_next_data(int fd, uint64_t at, uint64_t end)
{
	uint64_t found;

	errno = 0;
	found = seek_to(fd, at, SEEK_DATA, UINT64_MAX);
	if (found == UINT64_MAX)
		return errno == ENXIO ? end : at;
	return found < end ? found : end;
}

uint64_t
transfer_data_end(int fd, uint64_t at, uint64_t end)
{
	uint64_t found = seek_to(fd, at, SEEK_HOLE, end);

	return found < end ? found : end;
}

int
transfer_set_size(int fd, uint64_t size)
{
	if (size > INT64_MAX)
		return EFBIG;
	return ftruncate(fd, (off_t)size) == 0 ? 0 : errno;
}

int
transfer_set_attrs(int fd, uint32_t mode, uint32_t atime, uint32_t mtime)
{
	struct timespec times[2] = {{.tv_sec = (time_t)atime}, {.tv_sec = (time_t)mtime}};

	if (fchmod(fd, (mode_t)(mode & 0777)) != 0)
		return errno;
	return futimens(fd, times) == 0 ? 0 : errno;
}

int
transfer_sync(int fd)
{
	return fsync(fd) == 0 ? 0 : errno;
}

int
transfer_remove(const struct transfer_place *place)
{
	if (!name_is_fit(place))
		return EINVAL;
	return unlinkat(place->dir, place->name, 0) == 0 ? 0 : errno;
}

int
transfer_rename(const struct transfer_place *from, const struct transfer_place *to)
{
	if (!name_is_fit(from) || !name_is_fit(to))
		return EINVAL;
	return renameat(from->dir, from->name, to->dir, to->name) == 0 ? 0 : errno;
}

int
transfer_lstat(const struct transfer_place *place, struct transfer_stat *out)
{
	struct stat st;

	if (!name_is_fit(place))
		return EINVAL;
	if (fstatat(place->dir, place->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno;
	stat_out(&st, out);
	return 0;
}
