/* file_edit: see file_edit.h. Knows: flock, realpath, rename. Must not know: what is in the file.
 * Serves: nothing on the wire. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "file_edit.h"

#define LOCK_TRIES 200
#define LOCK_PAUSE_MS 20 /* with the tries: four seconds */
#define LINE_MAX_BYTES ((size_t)1 << 16)
#define MODE_BITS 0777

static int
edit_fail(struct failure *why, const char *path, const char *what, int error)
{
	return failure_set(why, NACRE_E_FILE, NACRE_ORIGIN_RESOURCE, "%s: %s: %s", path, what, strerror(error));
}

/* 0 or an errno. A lock that is never given back must not hold a connection up for ever. */
static int
lock_wait(int fd)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return errno;
		(void)poll(NULL, 0, LOCK_PAUSE_MS);
	}
	return EWOULDBLOCK;
}

/* Does the open file still go by this name? A writer that replaced it while we waited left us with the old one. */
static bool
file_is_still(int fd, const char *path)
{
	struct stat open_one, named;

	return fstat(fd, &open_one) == 0 && stat(path, &named) == 0 && open_one.st_dev == named.st_dev &&
	       open_one.st_ino == named.st_ino;
}

/* The locked file, or -1. */
static int
open_locked(const char *path, struct failure *why)
{
	int fd, error;

	for (int i = 0; i < LOCK_TRIES; i++) {
		/* O_NONBLOCK: opening a FIFO must not wait for somebody (CVE-2026-0965). */
		fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);
		if (fd < 0) {
			(void)edit_fail(why, path, "open", errno);
			return -1;
		}
		if ((error = lock_wait(fd)) != 0) {
			(void)edit_fail(why, path, "lock", error);
			(void)close(fd);
			return -1;
		}
		if (file_is_still(fd, path))
			return fd;
		(void)close(fd);
	}
	(void)edit_fail(why, path, "lock", EWOULDBLOCK);
	return -1;
}

/* rename takes the place of a symbolic link, and not of what it leads to. */
static int
take_path(struct file_edit *edit, const char *path, struct failure *why)
{
	char *whole = realpath(path, NULL);

	if (whole == NULL)
		return edit_fail(why, path, "realpath", errno);
	edit->path = mem_str(edit->env, slice_str(whole));
	free(whole);
	if (edit->path == NULL)
		return failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "%s: out of memory", path);
	if (!file_is_still(edit->fd, edit->path))
		return edit_fail(why, path, "lock", ESTALE);
	return NACRE_OK;
}

int
file_edit_begin(struct file_edit *edit, const struct nacre_env *env, const char *path, size_t max, struct failure *why)
{
	int rc;

	*edit = (struct file_edit){.env = env, .fd = -1};
	if ((edit->fd = open_locked(path, why)) < 0)
		return NACRE_E_FILE;
	rc = file_take(env, edit->fd, path, max, FILE_PUBLIC, &edit->old, why);
	if (rc == NACRE_OK && fstat(edit->fd, &edit->st) != 0)
		rc = edit_fail(why, path, "fstat", errno);
	if (rc == NACRE_OK)
		rc = take_path(edit, path, why);
	if (rc != NACRE_OK)
		file_edit_end(edit);
	return rc;
}

int
file_edit_append(struct file_edit *edit, struct slice line, struct failure *why)
{
	bool unfinished = edit->old.n > 0 && edit->old.p[edit->old.n - 1] != '\n';
	size_t n = 0, size = line.n + 2;
	char *whole;
	int error;

	if (line.n > LINE_MAX_BYTES || memchr(line.p, '\n', line.n) != NULL)
		return failure_set(why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "%s: not one line", edit->path);
	if ((whole = mem_new(edit->env, size)) == NULL)
		return failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "%s: out of memory", edit->path);
	if (unfinished)
		whole[n++] = '\n';
	memcpy(whole + n, line.p, line.n);
	n += line.n;
	whole[n++] = '\n';
	/* One write at the end of the file: a crash leaves the old file or the new one. */
	error = file_write_all(edit->fd, slice_of(whole, n));
	mem_free(edit->env, whole, size);
	return error == 0 ? NACRE_OK : edit_fail(why, edit->path, "write", error);
}

int
file_edit_replace(struct file_edit *edit, struct slice text, struct failure *why)
{
	size_t n = strlen(edit->path) + sizeof(".XXXXXX");
	char *name = mem_new(edit->env, n);
	int rc = NACRE_OK, error;

	if (name == NULL)
		return failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "%s: out of memory", edit->path);
	snprintf(name, n, "%s.XXXXXX", edit->path);
	if ((error = file_write_beside(name, text, edit->st.st_mode & MODE_BITS, &edit->st)) != 0) {
		rc = edit_fail(why, edit->path, "write", error);
	} else if (rename(name, edit->path) != 0) {
		rc = edit_fail(why, edit->path, "rename", errno);
		(void)unlink(name);
	}
	mem_free(edit->env, name, n);
	return rc;
}

void
file_edit_end(struct file_edit *edit)
{
	file_bytes_free(edit->env, &edit->old);
	mem_free_str(edit->env, edit->path);
	if (edit->fd >= 0)
		(void)close(edit->fd); /* gives the lock back */
	*edit = (struct file_edit){.fd = -1};
}
