/* sftp_dir_beneath: paths that cannot leave the root. Knows: openat2's confinement, and who stands in for it. Must not
 * know: what is done with a file. Serves openat2(2). */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "sftp_dir.h"
#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

#define PATH_ROOM 8193 /* of the longest path that a handler gets, and a NUL */
#define TRIES 64 /* openat2 says EAGAIN where a directory moved while ".." was looked at */

static bool
is_dots(const char *p, size_t n)
{
	return (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.');
}

/* The path as a string that begins below the root: the root is its own parent, as it is to any process. */
static int
relative_path(struct nacre_bytes path, char out[PATH_ROOM])
{
	const char *p = (const char *)path.p;
	size_t at = 0, n;

	if (path.n >= PATH_ROOM || memchr(p, '\0', path.n) != NULL) {
		errno = path.n >= PATH_ROOM ? ENAMETOOLONG : ENOENT;
		return -1;
	}
	for (;;) {
		while (at < path.n && p[at] == '/')
			at++;
		for (n = 0; at + n < path.n && p[at + n] != '/';)
			n++;
		if (n == 0 || !is_dots(p + at, n))
			break;
		at += n;
	}
	memcpy(out, p + at, path.n - at);
	out[path.n - at] = '\0';
	if (at == path.n)
		memcpy(out, ".", 2);
	return 0;
}

#ifdef SYS_openat2
static int
kernel_open(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
	    .flags = (unsigned)flags,
	    .mode = (flags & O_CREAT) != 0 ? mode : 0,
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int tries = TRIES;
	long fd;

	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || (errno == EAGAIN && --tries > 0)));
	return (int)fd;
}
#else
static int
kernel_open(int root, const char *path, int flags, mode_t mode)
{
	(void)root;
	(void)path;
	(void)flags;
	(void)mode;
	errno = ENOSYS;
	return -1;
}
#endif

static int
open_below(const struct nacre_sftp_dir *d, const char *path, int flags, mode_t mode)
{
	if (d->by_walk)
		return walk_open(d->root, path, flags | O_CLOEXEC, mode);
	return kernel_open(d->root, path, flags | O_CLOEXEC, mode);
}

int
beneath_open(const struct nacre_sftp_dir *d, struct nacre_bytes path, int flags, mode_t mode)
{
	char relative[PATH_ROOM];

	if (relative_path(path, relative) != 0)
		return -1;
	return open_below(d, relative, flags, mode);
}

int
beneath_place(const struct nacre_sftp_dir *d, struct nacre_bytes path, struct dir_place *out)
{
	char relative[PATH_ROOM];
	size_t n, from;

	out->dir = -1;
	if (relative_path(path, relative) != 0)
		return -1;
	for (n = strlen(relative); n > 0 && relative[n - 1] == '/';)
		n--;
	for (from = n; from > 0 && relative[from - 1] != '/';)
		from--;
	if (n - from > DIR_NAME_MAX || n == from || is_dots(relative + from, n - from)) {
		errno = n - from > DIR_NAME_MAX ? ENAMETOOLONG : EINVAL;
		return -1;
	}
	memcpy(out->name, relative + from, n - from);
	out->name[n - from] = '\0';
	relative[from] = '\0';
	out->dir = open_below(d, from == 0 ? "." : relative, O_PATH | O_DIRECTORY, 0);
	return out->dir < 0 ? -1 : 0;
}

/* Old kernels have no openat2, and what confines containers sometimes forbids it: EPERM. */
static bool
needs_walk(int root)
{
	int fd = kernel_open(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

	if (fd < 0)
		return true;
	(void)close(fd);
	return false;
}

int
nacre_sftp_dir_open(const struct nacre_env *env, const char *root, nacre_sftp_dir **out)
{
	struct nacre_sftp_dir *d;

	*out = NULL;
	if (env == NULL && (env = nacre_env_default()) == NULL)
		return NACRE_E_RANDOM;
	if ((d = mem_new(env, sizeof(*d))) == NULL)
		return NACRE_E_NOMEM;
	d->env = env;
	d->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->root < 0) {
		mem_free(env, d, sizeof(*d));
		return NACRE_E_FILE;
	}
	d->by_walk = needs_walk(d->root);
	*out = d;
	return NACRE_OK;
}

void
nacre_sftp_dir_free(nacre_sftp_dir *d)
{
	if (d == NULL)
		return;
	(void)close(d->root);
	mem_free(d->env, d, sizeof(*d));
}
