/* file: putting whole files in place. Knows: temporary names, rename. Must not know: what is in them.
 * Serves: nothing on the wire. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "file_edit.h"

static int
file_fail(struct failure *why, const char *path, const char *what, int error)
{
	if (why->code == NACRE_OK)
		why->system_error = error;
	return failure_set(why, NACRE_E_FILE, NACRE_ORIGIN_RESOURCE, "%s: %s: %s", path, what, strerror(error));
}

int
file_write_all(int fd, struct slice bytes)
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

/* Root may keep another user's file theirs; whoever cannot leaves it alone. */
static int
set_owner(int fd, const struct stat *owner)
{
	struct stat st;

	if (owner == NULL)
		return 0;
	if (fstat(fd, &st) != 0)
		return errno;
	if (st.st_uid == owner->st_uid && st.st_gid == owner->st_gid)
		return 0;
	return fchown(fd, owner->st_uid, owner->st_gid) == 0 ? 0 : errno;
}

int
file_write_beside(char *name, struct slice bytes, unsigned mode, const struct stat *owner)
{
	int fd = mkostemp(name, O_CLOEXEC); /* O_EXCL and 0600 from the start (CVE-2022-24302) */
	int error;

	if (fd < 0)
		return errno;
	if ((error = file_write_all(fd, bytes)) == 0)
		error = set_owner(fd, owner);
	if (error == 0 && (fchmod(fd, (mode_t)mode) != 0 || fsync(fd) != 0))
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
	if ((error = file_write_beside(name, bytes, mode, NULL)) != 0)
		rc = file_fail(why, path, "write", error);
	else if ((error = move_in_place(name, path, replaces)) != 0)
		rc = file_fail(why, path, replaces ? "rename" : "link", error);
	free(name);
	return rc;
}
