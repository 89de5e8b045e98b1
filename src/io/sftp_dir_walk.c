/* sftp_dir_walk: a path gone component by component, where the kernel cannot confine it. Knows: links and "..". Must
 * not know: what is done with a file. Serves openat2(2), RESOLVE_BENEATH.
 *
 * Every directory on the way is held open: ".." goes back to the one that we came through, wherever it may have been
 * moved to meanwhile, and no component is ever opened through a link that was not read here. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "sftp_dir.h"

#define DEPTH_MAX 128 /* directories held open at once */
#define LINKS_MAX 40 /* as Linux has it */
#define ROOM 8193

struct walk {
	int fds[DEPTH_MAX + 1]; /* fds[0] is the root, which is not ours */
	unsigned depth, links;
	char left[ROOM]; /* what is still to be gone */
};

static int
fail(int error)
{
	errno = error;
	return -1;
}

static int
top(const struct walk *w)
{
	return w->fds[w->depth];
}

static void
leave(struct walk *w)
{
	(void)close(w->fds[w->depth]);
	w->depth--;
}

/* Takes the first component off; *last where nothing but slashes follows, *slash where one does. */
static int
take(struct walk *w, char name[DIR_NAME_MAX + 1], bool *last, bool *slash)
{
	size_t from = 0, n, next;

	while (w->left[from] == '/')
		from++;
	for (n = 0; w->left[from + n] != '\0' && w->left[from + n] != '/';)
		n++;
	if (n > DIR_NAME_MAX)
		return fail(ENAMETOOLONG);
	memcpy(name, w->left + from, n);
	name[n] = '\0';
	*slash = w->left[from + n] == '/';
	for (next = from + n; w->left[next] == '/';)
		next++;
	*last = w->left[next] == '\0';
	memmove(w->left, w->left + next, strlen(w->left + next) + 1);
	return 0;
}

/* The link's target comes in front of what is left. */
static int
follow(struct walk *w, const char *target, size_t n, bool slash)
{
	size_t left = strlen(w->left), between = left > 0 || slash ? 1 : 0;

	if (++w->links > LINKS_MAX)
		return fail(ELOOP);
	if (n == 0)
		return fail(ENOENT);
	if (target[0] == '/')
		return fail(EXDEV);
	if (n + between + left >= sizeof(w->left))
		return fail(ENAMETOOLONG);
	memmove(w->left + n + between, w->left, left + 1);
	memcpy(w->left, target, n);
	if (between == 1)
		w->left[n] = '/';
	return 0;
}

static int
enter(struct walk *w, const char *name)
{
	int fd;

	if (w->depth == DEPTH_MAX)
		return fail(ENAMETOOLONG);
	fd = openat(top(w), name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	w->fds[++w->depth] = fd;
	return 0;
}

static int
go_up(struct walk *w)
{
	if (w->depth == 0)
		return fail(EXDEV);
	leave(w);
	return 0;
}

/* Where we stand is the end of the path. */
static int
open_here(const struct walk *w, int flags)
{
	if ((flags & O_CREAT) != 0)
		return fail((flags & O_EXCL) != 0 ? EEXIST : EISDIR);
	return openat(top(w), ".", flags | O_NOFOLLOW);
}

/* One component. 1: *fd is the result, or errno says why it is none. */
static int
step(struct walk *w, int flags, mode_t mode, int *fd)
{
	bool last, slash, follows = (flags & O_NOFOLLOW) == 0 && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
	char name[DIR_NAME_MAX + 1], target[ROOM];
	ssize_t n;

	if (take(w, name, &last, &slash) != 0)
		return 1;
	if (strcmp(name, "..") == 0 && go_up(w) != 0)
		return 1;
	if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		if (last)
			*fd = open_here(w, flags);
		return last ? 1 : 0;
	}
	if (!last || slash || follows) {
		n = readlinkat(top(w), name, target, sizeof(target));
		if (n >= 0)
			return follow(w, target, (size_t)n, slash && last) == 0 ? 0 : 1;
	}
	if (!last)
		return enter(w, name) == 0 ? 0 : 1;
	*fd = openat(top(w), name, flags | O_NOFOLLOW | (slash ? O_DIRECTORY : 0), mode);
	return 1;
}

int
walk_open(int root, const char *path, int flags, mode_t mode)
{
	struct walk w = {.fds = {root}};
	size_t n = strlen(path);
	int fd = -1, error;

	if (n >= sizeof(w.left))
		return fail(ENAMETOOLONG);
	memcpy(w.left, path, n + 1);
	while (step(&w, flags, mode, &fd) == 0)
		continue;
	error = errno;
	while (w.depth > 0)
		leave(&w);
	errno = error;
	return fd;
}
