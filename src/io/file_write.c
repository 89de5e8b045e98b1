/* file: appending to files and replacing them. Knows: open, locks, rename. Must not know: what is in them.
 * Serves: nothing on the wire. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "file.h"

#define LOCK_TRIES 200
#define LOCK_PAUSE_MS 20 /* with the tries: four seconds */
#define LINE_MAX_BYTES ((size_t)1 << 16)

static int
file_fail(struct failure *why, const char *path, const char *what, int error)
{
	return failure_set(why, NACRE_E_FILE, NACRE_ORIGIN_RESOURCE, "%s: %s: %s", path, what, strerror(error));
}

/* 0 or an errno. */
static int
write_all(int fd, struct slice bytes)
{
	ssize_t k;

	while (bytes.n > 0) {
		k = write(fd, bytes.p, bytes.n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return errno;
		bytes = slice_from(bytes, (size_t)k);
	}
	return 0;
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
		fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);
		if (fd < 0) {
			(void)file_fail(why, path, "open", errno);
			return -1;
		}
		if ((error = lock_wait(fd)) != 0) {
			(void)file_fail(why, path, "lock", error);
			(void)close(fd);
			return -1;
		}
		if (file_is_still(fd, path))
			return fd;
		(void)close(fd);
	}
	(void)file_fail(why, path, "lock", EWOULDBLOCK);
	return -1;
}

/* Whether a newline is needed before a new line; the reason is set where the file is not one to append to. */
static int
file_tail(int fd, const char *path, bool *unfinished, struct failure *why)
{
	struct stat st;
	char last = '\n';

	*unfinished = false;
	if (fstat(fd, &st) != 0)
		return file_fail(why, path, "fstat", errno);
	if (!S_ISREG(st.st_mode))
		return failure_set(why, NACRE_E_FILE, NACRE_ORIGIN_RESOURCE, "%s: is not a regular file", path);
	if (st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) != 1)
		return file_fail(why, path, "read", errno);
	*unfinished = last != '\n';
	return NACRE_OK;
}

int
file_append_line(const char *path, struct slice line, struct failure *why)
{
	char *whole = NULL;
	bool unfinished;
	size_t n = 0;
	int fd, rc, error;

	if (line.n > LINE_MAX_BYTES || memchr(line.p, '\n', line.n) != NULL)
		return failure_set(why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "%s: not one line", path);
	if ((fd = open_locked(path, why)) < 0)
		return NACRE_E_FILE;
	if ((rc = file_tail(fd, path, &unfinished, why)) != NACRE_OK)
		goto out;
	if ((whole = malloc(line.n + 2)) == NULL) {
		rc = failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "%s: out of memory", path);
		goto out;
	}
	if (unfinished)
		whole[n++] = '\n';
	memcpy(whole + n, line.p, line.n);
	n += line.n;
	whole[n++] = '\n';
	/* One write at the end of the file: a crash leaves the old file or the new one. */
	if ((error = write_all(fd, slice_of(whole, n))) != 0)
		rc = file_fail(why, path, "write", error);
out:
	free(whole);
	(void)close(fd); /* gives the lock back */
	return rc;
}

/* 0 or an errno; the new file is complete on the disk, or gone. */
static int
write_beside(char *name, struct slice bytes, mode_t mode)
{
	int fd = mkostemp(name, O_CLOEXEC); /* O_EXCL and 0600 from the start (CVE-2022-24302) */
	int error;

	if (fd < 0)
		return errno;
	error = write_all(fd, bytes);
	if (error == 0 && (fchmod(fd, mode) != 0 || fsync(fd) != 0))
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error != 0)
		(void)unlink(name);
	return error;
}

/* 0 or an errno. link, unlike rename, does not take the place of a file that is there. */
static int
move_in_place(const char *name, const char *path, bool replaces)
{
	int error = 0;

	if ((replaces ? rename(name, path) : link(name, path)) != 0)
		error = errno;
	if (!replaces || error != 0)
		(void)unlink(name);
	return error;
}

int
file_put(const char *path, struct slice bytes, unsigned mode, bool replaces, struct failure *why)
{
	size_t n = strlen(path) + sizeof(".XXXXXX");
	char *name = malloc(n);
	int rc = NACRE_OK, error;

	if (name == NULL)
		return failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "%s: out of memory", path);
	snprintf(name, n, "%s.XXXXXX", path);
	if ((error = write_beside(name, bytes, (mode_t)mode)) != 0)
		rc = file_fail(why, path, "write", error);
	else if ((error = move_in_place(name, path, replaces)) != 0)
		rc = file_fail(why, path, replaces ? "rename" : "link", error);
	free(name);
	return rc;
}

int
file_replace(const char *path, struct slice bytes, struct failure *why)
{
	return file_put(path, bytes, 0600, true, why);
}
