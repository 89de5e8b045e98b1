/* file: reading whole files, safely. Knows: open, fstat. Must not know: what is in them.
 * Serves: nothing on the wire. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nacre/io.h>
#include "file.h"

static int
file_refuse(struct failure *why, const char *path, const char *text)
{
	return failure_set(why, NACRE_E_FILE, NACRE_ORIGIN_RESOURCE, "%s: %s", path, text);
}

static int
file_refuse_as(struct failure *why, const char *path, int error)
{
	int code = error == ENOENT || error == ENOTDIR ? NACRE_E_FILE_MISSING : NACRE_E_FILE;

	if (why->code == NACRE_OK)
		why->system_error = error;
	return failure_set(why, code, NACRE_ORIGIN_RESOURCE, "%s: %s", path, strerror(error));
}

/* OpenSSH's rule: another user's key is not ours to use, and a key of ours that others can read is no secret. */
static const char *
file_secret_problem(const struct stat *st)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return "is owned by another user";
	if (st->st_uid == geteuid() && (st->st_mode & 077) != 0)
		return "can be read or written by other users (chmod 600 helps)";
	return NULL;
}

/* OpenSSH's rule for configurations: they may run commands. */
static const char *
file_own_problem(const struct stat *st)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return "is owned by another user";
	return (st->st_mode & 022) != 0 ? "can be written by other users (chmod go-w helps)" : NULL;
}

/* fstat of the open file, not stat of the name: the name may point elsewhere by now. */
static int
file_check(int fd, const char *path, size_t max, enum file_care care, struct stat *st, struct failure *why)
{
	const char *problem;

	if (fstat(fd, st) != 0)
		return file_refuse_as(why, path, errno);
	if (!S_ISREG(st->st_mode))
		return file_refuse(why, path, "is not a regular file");
	if (st->st_size < 0 || (uintmax_t)st->st_size > max)
		return failure_set(
		    why, NACRE_E_LIMIT, NACRE_ORIGIN_RESOURCE, "%s: is larger than %zu bytes", path, max);
	if (care == FILE_OWN && (problem = file_own_problem(st)) != NULL)
		return file_refuse(why, path, problem);
	if (care == FILE_SECRET && (problem = file_secret_problem(st)) != NULL)
		return file_refuse(why, path, problem);
	return NACRE_OK;
}

/* Reads until the end or `n` bytes; a file that shrinks meanwhile is simply shorter. -1 and errno on failure. */
static ssize_t
file_fill(int fd, uint8_t *p, size_t n)
{
	size_t got = 0;
	ssize_t k;

	while (got < n) {
		k = read(fd, p + got, n - got);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		if (k == 0)
			break;
		got += (size_t)k;
	}
	return (ssize_t)got;
}

static int
file_load(
    const struct nacre_env *env, int fd, const char *path, size_t size, struct file_bytes *out, struct failure *why)
{
	uint8_t *p = mem_new(env, size + 1);
	ssize_t got;

	if (p == NULL)
		return failure_set(why, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "%s: out of memory", path);
	got = file_fill(fd, p, size);
	/* A short file would leave an allocation whose size the caller does not know. */
	if (got != (ssize_t)size) {
		int error = errno;

		mem_wipe_free(env, p, size + 1);
		return got < 0 ? file_refuse_as(why, path, error) : file_refuse(why, path, "changed while it was read");
	}
	*out = (struct file_bytes){p, size};
	return NACRE_OK;
}

int
file_take(const struct nacre_env *env, int fd, const char *path, size_t max, enum file_care care,
    struct file_bytes *out, struct failure *why)
{
	struct stat st;
	int rc;

	*out = (struct file_bytes){NULL, 0};
	if ((rc = file_check(fd, path, max, care, &st, why)) != NACRE_OK)
		return rc;
	return file_load(env, fd, path, (size_t)st.st_size, out, why);
}

int
file_read(const struct nacre_env *env, const char *path, size_t max, enum file_care care, struct file_bytes *out,
    struct failure *why)
{
	int rc, fd;

	*out = (struct file_bytes){NULL, 0};
	/* O_NONBLOCK: opening a FIFO must not wait for a writer (CVE-2026-0965). */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return file_refuse_as(why, path, errno);
	rc = file_take(env, fd, path, max, care, out, why);
	(void)close(fd);
	return rc;
}

void
file_bytes_free(const struct nacre_env *env, struct file_bytes *bytes)
{
	if (bytes->p != NULL)
		mem_wipe_free(env, bytes->p, bytes->n + 1);
	*bytes = (struct file_bytes){NULL, 0};
}

int
nacre_file_read(
    const struct nacre_env *env, const char *path, size_t max, uint8_t **p, size_t *n, char *why, size_t why_size)
{
	struct failure failure = {.code = 0};
	struct file_bytes bytes;
	int rc;

	*p = NULL;
	*n = 0;
	if (env == NULL && (env = nacre_env_default()) == NULL)
		return NACRE_E_RANDOM;
	if (path == NULL)
		return NACRE_E_ARGUMENT;
	rc = file_read(env, path, max, FILE_PUBLIC, &bytes, &failure);
	if (why != NULL && why_size > 0)
		snprintf(why, why_size, "%s", failure.text);
	if (rc != NACRE_OK)
		return rc;
	*p = bytes.p;
	*n = bytes.n;
	return NACRE_OK;
}

void
nacre_file_free(const struct nacre_env *env, uint8_t *p, size_t n)
{
	struct file_bytes bytes = {p, n};

	if (env == NULL && (env = nacre_env_default()) == NULL)
		return;
	file_bytes_free(env, &bytes);
}
