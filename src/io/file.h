/* file: whole files, safely. Knows: open, fstat, rename. Must not know: what is in them.
 * Serves: nothing on the wire. */
#ifndef IO_FILE_H
#define IO_FILE_H

#include "failure.h"

#define FILE_KEY_MAX ((size_t)1 << 20) /* a key file */
#define FILE_KNOWN_HOSTS_MAX ((size_t)64 << 20) /* a known_hosts file */

enum file_care {
	FILE_PUBLIC, /* anybody may have written it */
	FILE_OWN, /* owned by us or root, and nobody else may write it */
	FILE_SECRET /* owned by us or root, and closed to others where it is ours */
};

struct file_bytes {
	uint8_t *p; /* n bytes, and a NUL after them */
	size_t n;
};

/* Reads a regular file of at most max bytes; never waits for a FIFO or a device. NACRE_E_FILE_MISSING, NACRE_E_FILE,
 * NACRE_E_LIMIT, NACRE_E_NOMEM; the reason names the path and the check, and has errno as a field. */
int file_read(const struct nacre_env *env, const char *path, size_t max, enum file_care care, struct file_bytes *out,
    struct failure *why) NACRE_CHECK;
/* The same from a file that is open, at its beginning; path is only for words. */
int file_take(const struct nacre_env *env, int fd, const char *path, size_t max, enum file_care care,
    struct file_bytes *out, struct failure *why) NACRE_CHECK;
/* Wipes and gives back. */
void file_bytes_free(const struct nacre_env *env, struct file_bytes *bytes);

/* Puts a file in place, whole or not at all; it has mode 0600 until it is whole. A file that is there stays, and is an
 * error, unless `replaces`. */
int file_put(const char *path, struct slice bytes, unsigned mode, bool replaces, struct failure *why) NACRE_CHECK;

#endif
