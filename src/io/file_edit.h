/* file_edit: changing a file that others may change, too. Knows: locks, symbolic links, whose a file is. Must not know:
 * what is in it. Serves: nothing on the wire. */
#ifndef IO_FILE_EDIT_H
#define IO_FILE_EDIT_H

#include <sys/stat.h>
#include "file.h"

/* A file that is locked against everybody else who uses these functions. */
struct file_edit {
	const struct nacre_env *env;
	char *path; /* owned; what a symbolic link leads to */
	int fd;
	struct stat st;
	struct file_bytes old; /* what it holds */
};

/* Opens, locks and reads a regular file of at most max bytes; one that is not there is made, empty and with mode 0600.
 * Waits for others a few seconds at most. NACRE_E_FILE, NACRE_E_LIMIT, NACRE_E_NOMEM: nothing is open. */
int file_edit_begin(
    struct file_edit *edit, const struct nacre_env *env, const char *path, size_t max, struct failure *why) NACRE_CHECK;
/* Adds a line (without its newline) behind the others; a last line without a newline is ended first. */
int file_edit_append(struct file_edit *edit, struct slice line, struct failure *why) NACRE_CHECK;
/* Puts a new file in its place, with its mode and owner: whole, or not at all. */
int file_edit_replace(struct file_edit *edit, struct slice text, struct failure *why) NACRE_CHECK;
/* Gives the lock and everything else back. */
void file_edit_end(struct file_edit *edit);

/* --- file_write.c --- */
/* 0 or an errno. */
int file_write_all(int fd, struct slice bytes);
/* Writes a new file whose name ends in "XXXXXX", which are filled in; owner NULL: whoever we are. 0 or an errno; the
 * file is complete on the disk, or gone. */
int file_write_beside(char *name, struct slice bytes, unsigned mode, const struct stat *owner);

#endif
