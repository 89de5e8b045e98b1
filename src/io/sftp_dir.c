/* sftp_dir: a directory of this machine as a handler. Knows: reading, writing and looking at files. Must not know: how
 * paths stay inside. draft-ietf-secsh-filexfer-02 6, OpenSSH PROTOCOL 4. */
#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "sftp_dir.h"

#define MODE_MASK 0777u /* no set-id bits by a client's word */
#define COPY_PIECE ((size_t)65536)

/* As OpenSSH tells them. */
static const struct {
	int error;
	int status;
	const char *text; /* NULL: the code's own */
} refusals[] = {
    {ENOENT, NACRE_SFTP_NO_SUCH_FILE, NULL},
    {ENOTDIR, NACRE_SFTP_NO_SUCH_FILE, NULL},
    {EBADF, NACRE_SFTP_NO_SUCH_FILE, NULL},
    {ELOOP, NACRE_SFTP_NO_SUCH_FILE, NULL},
    {EPERM, NACRE_SFTP_PERMISSION_DENIED, NULL},
    {EACCES, NACRE_SFTP_PERMISSION_DENIED, NULL},
    {EXDEV, NACRE_SFTP_PERMISSION_DENIED, "The path leads out of the served directory"},
    {ENAMETOOLONG, NACRE_SFTP_BAD_MESSAGE, NULL},
    {EINVAL, NACRE_SFTP_BAD_MESSAGE, NULL},
    {ENOSYS, NACRE_SFTP_OP_UNSUPPORTED, NULL},
};

int
dir_refuse(struct nacre_sftp_request r, int error)
{
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (refusals[i].error != error)
			continue;
		(void)nacre_sftp_reply_status(r, refusals[i].status, refusals[i].text);
		return NACRE_SFTP_LATER;
	}
	(void)nacre_sftp_reply_status(r, NACRE_SFTP_FAILURE, strerror(error));
	return NACRE_SFTP_LATER;
}

int
dir_status(struct nacre_sftp_request r, int result)
{
	return result == 0 ? NACRE_SFTP_OK : dir_refuse(r, errno);
}

struct dir_file *
dir_file_new(const struct nacre_sftp_dir *d, int fd)
{
	struct dir_file *f = mem_new(d->env, sizeof(*f));

	if (f == NULL)
		(void)close(fd);
	else
		f->fd = fd;
	return f;
}

static int
open_flags(uint32_t flags)
{
	int out = O_NONBLOCK | O_NOCTTY; /* a FIFO or a device makes nobody wait */

	if ((flags & NACRE_SFTP_WRITE) == 0)
		return out | O_RDONLY | ((flags & NACRE_SFTP_CREAT) != 0 ? O_CREAT : 0) |
		       ((flags & NACRE_SFTP_EXCL) != 0 && (flags & NACRE_SFTP_CREAT) != 0 ? O_EXCL : 0);
	out |= (flags & NACRE_SFTP_READ) != 0 ? O_RDWR : O_WRONLY;
	out |= (flags & NACRE_SFTP_APPEND) != 0 ? O_APPEND : 0;
	out |= (flags & NACRE_SFTP_TRUNC) != 0 ? O_TRUNC : 0;
	if ((flags & NACRE_SFTP_CREAT) != 0)
		out |= O_CREAT | ((flags & NACRE_SFTP_EXCL) != 0 ? O_EXCL : 0);
	return out;
}

static int
op_open(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, uint32_t flags,
    const struct nacre_sftp_attrs *attrs)
{
	mode_t mode = (attrs->flags & NACRE_SFTP_ATTR_PERMISSIONS) != 0 ? attrs->permissions & MODE_MASK : 0666;
	struct nacre_sftp_dir *d = ctx;
	struct dir_file *f;
	struct stat st;
	int fd = beneath_open(d, path, open_flags(flags), mode);

	if (fd < 0)
		return dir_refuse(r, errno);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		(void)nacre_sftp_reply_status(r, NACRE_SFTP_FAILURE, "Not a regular file");
		return NACRE_SFTP_LATER;
	}
	if ((f = dir_file_new(d, fd)) == NULL)
		return NACRE_SFTP_FAILURE;
	(void)nacre_sftp_reply_handle(r, f);
	return NACRE_SFTP_LATER;
}

static int
op_close(void *ctx, struct nacre_sftp_request r, void *file)
{
	struct nacre_sftp_dir *d = ctx;
	struct dir_file *f = file;
	int result = close(f->fd); /* may be the first to tell of a full disk, on some file systems */

	mem_free(d->env, f, sizeof(*f));
	return result == 0 || errno == EINTR ? NACRE_SFTP_OK : dir_refuse(r, errno);
}

static int
op_read(void *ctx, struct nacre_sftp_request r, void *file, uint64_t offset, uint32_t length)
{
	const struct dir_file *f = file;
	uint8_t *p;
	ssize_t n;
	size_t room;

	(void)ctx;
	(void)length;
	if ((p = nacre_sftp_reply_space(r, &room)) == NULL)
		return NACRE_SFTP_FAILURE;
	do
		n = pread(f->fd, p, room, (off_t)offset);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return dir_refuse(r, errno);
	(void)nacre_sftp_reply_data(r, (size_t)n);
	return NACRE_SFTP_LATER;
}

static int
op_pread(void *ctx, void *file, uint64_t offset, uint8_t *p, size_t n, size_t *got)
{
	ssize_t k;

	(void)ctx;
	do
		k = pread(((struct dir_file *)file)->fd, p, n, (off_t)offset);
	while (k < 0 && errno == EINTR);
	*got = k < 0 ? 0 : (size_t)k;
	return k < 0 ? NACRE_SFTP_FAILURE : NACRE_SFTP_OK;
}

/* With O_APPEND the system goes to the end, whatever the offset. */
static int
write_all(int fd, const uint8_t *p, size_t n, uint64_t offset)
{
	while (n > 0) {
		ssize_t k = pwrite(fd, p, n, (off_t)offset);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		p += k;
		n -= (size_t)k;
		offset += (uint64_t)k;
	}
	return 0;
}

static int
op_write(void *ctx, struct nacre_sftp_request r, void *file, uint64_t offset, struct nacre_bytes data)
{
	(void)ctx;
	return dir_status(r, write_all(((struct dir_file *)file)->fd, data.p, data.n, offset));
}

/* The wire has 32 bits for seconds. */
static uint32_t
seconds_of(time_t t)
{
	if (t < 0)
		return 0;
	return (uint64_t)t > UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

struct nacre_sftp_attrs
dir_attrs_of(const struct stat *st)
{
	return (struct nacre_sftp_attrs){
	    .flags =
		NACRE_SFTP_ATTR_SIZE | NACRE_SFTP_ATTR_UIDGID | NACRE_SFTP_ATTR_PERMISSIONS | NACRE_SFTP_ATTR_ACMODTIME,
	    .size = (uint64_t)st->st_size,
	    .uid = st->st_uid,
	    .gid = st->st_gid,
	    .permissions = st->st_mode,
	    .atime = seconds_of(st->st_atime),
	    .mtime = seconds_of(st->st_mtime),
	};
}

static int
reply_stat(struct nacre_sftp_request r, int fd)
{
	struct nacre_sftp_attrs attrs;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return dir_refuse(r, errno);
	attrs = dir_attrs_of(&st);
	(void)nacre_sftp_reply_attrs(r, &attrs);
	return NACRE_SFTP_LATER;
}

static int
op_fstat(void *ctx, struct nacre_sftp_request r, void *file)
{
	(void)ctx;
	return reply_stat(r, ((struct dir_file *)file)->fd);
}

static int
stat_path(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, int flags)
{
	int fd = beneath_open(ctx, path, O_PATH | flags, 0), rc;

	if (fd < 0)
		return dir_refuse(r, errno);
	rc = reply_stat(r, fd);
	(void)close(fd);
	return rc;
}

static int
op_stat(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	return stat_path(ctx, r, path, 0);
}

static int
op_lstat(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	return stat_path(ctx, r, path, O_NOFOLLOW);
}

static int
reply_statvfs(struct nacre_sftp_request r, int fd)
{
	struct statvfs st;

	if (fstatvfs(fd, &st) != 0)
		return dir_refuse(r, errno);
	(void)nacre_sftp_reply_statvfs(
	    r, &(struct nacre_sftp_statvfs){
		   .bsize = st.f_bsize,
		   .frsize = st.f_frsize,
		   .blocks = st.f_blocks,
		   .bfree = st.f_bfree,
		   .bavail = st.f_bavail,
		   .files = st.f_files,
		   .ffree = st.f_ffree,
		   .favail = st.f_favail,
		   .fsid = st.f_fsid,
		   .flag = ((st.f_flag & ST_RDONLY) != 0 ? 1u : 0u) | ((st.f_flag & ST_NOSUID) != 0 ? 2u : 0u),
		   .namemax = st.f_namemax,
	       });
	return NACRE_SFTP_LATER;
}

static int
op_statvfs(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	int fd = beneath_open(ctx, path, O_PATH, 0), rc;

	if (fd < 0)
		return dir_refuse(r, errno);
	rc = reply_statvfs(r, fd);
	(void)close(fd);
	return rc;
}

static int
op_fstatvfs(void *ctx, struct nacre_sftp_request r, void *file)
{
	(void)ctx;
	return reply_statvfs(r, ((struct dir_file *)file)->fd);
}

static int
op_fsync(void *ctx, struct nacre_sftp_request r, void *file)
{
	(void)ctx;
	return dir_status(r, fsync(((struct dir_file *)file)->fd));
}

/* Through us, where the system cannot. */
static int
copy_slowly(const struct nacre_sftp_dir *d, int from, uint64_t from_offset, uint64_t left, int to, uint64_t to_offset)
{
	uint8_t *p = mem_raw(d->env, COPY_PIECE);
	ssize_t k = 0;
	int result = 0;

	if (p == NULL) {
		errno = ENOMEM;
		return -1;
	}
	while (result == 0 && left > 0) {
		k = pread(from, p, left < COPY_PIECE ? (size_t)left : COPY_PIECE, (off_t)from_offset);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			break;
		result = write_all(to, p, (size_t)k, to_offset);
		from_offset += (uint64_t)k;
		to_offset += (uint64_t)k;
		left -= (uint64_t)k;
	}
	mem_wipe_free(d->env, p, COPY_PIECE);
	return k < 0 ? -1 : result;
}

static int
copy_range(const struct nacre_sftp_dir *d, int from, uint64_t from_offset, uint64_t left, int to, uint64_t to_offset)
{
	off_t in = (off_t)from_offset, out = (off_t)to_offset;

	while (left > 0) {
		ssize_t k = copy_file_range(from, &in, to, &out, left < INT32_MAX ? (size_t)left : INT32_MAX, 0);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return copy_slowly(d, from, (uint64_t)in, left, to, (uint64_t)out);
		if (k == 0)
			return 0;
		left -= (uint64_t)k;
	}
	return 0;
}

static int
op_copy(void *ctx, struct nacre_sftp_request r, void *from, uint64_t from_offset, uint64_t length, void *to,
    uint64_t to_offset)
{
	int in = ((struct dir_file *)from)->fd, out = ((struct dir_file *)to)->fd;
	struct stat a, b;

	if (fstat(in, &a) != 0 || fstat(out, &b) != 0)
		return dir_refuse(r, errno);
	/* One file by two names: what is copied would grow under the copying. */
	if (a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		return NACRE_SFTP_FAILURE;
	return dir_status(r, copy_range(ctx, in, from_offset, length == 0 ? INT64_MAX : length, out, to_offset));
}

static const struct nacre_sftp_handler handler = {
    .size = sizeof(handler),
    .open = op_open,
    .close = op_close,
    .read = op_read,
    .write = op_write,
    .fstat = op_fstat,
    .stat = op_stat,
    .lstat = op_lstat,
    .fsetstat = dir_op_fsetstat,
    .setstat = dir_op_setstat,
    .lsetstat = dir_op_lsetstat,
    .opendir = dir_op_opendir,
    .readdir = dir_op_readdir,
    .closedir = dir_op_closedir,
    .remove = dir_op_remove,
    .mkdir = dir_op_mkdir,
    .rmdir = dir_op_rmdir,
    .rename = dir_op_rename,
    .posix_rename = dir_op_posix_rename,
    .symlink = dir_op_symlink,
    .readlink = dir_op_readlink,
    .hardlink = dir_op_hardlink,
    .statvfs = op_statvfs,
    .fstatvfs = op_fstatvfs,
    .fsync = op_fsync,
    .copy = op_copy,
    .id_name = dir_op_id_name,
    .pread = op_pread,
};

const struct nacre_sftp_handler *
nacre_sftp_dir_handler(void)
{
	return &handler;
}
