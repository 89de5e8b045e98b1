/* transfer_file: the local end of a transfer: files read and written at offsets, in a directory that nobody can lead
 * out of. Knows: openat, holes, times. Must not know: what moves the bytes. Serves: nothing on the wire.
 *
 * Names are relative to a directory's descriptor. With `strict` a name is one component, and no link is followed: so a
 * server's names cannot reach outside. Functions return 0 or an errno unless they say otherwise. */
#ifndef IO_TRANSFER_FILE_H
#define IO_TRANSFER_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRANSFER_HERE (-100) /* the working directory, as AT_FDCWD */

struct transfer_place {
	int dir; /* a directory, or TRANSFER_HERE */
	const char *name;
	bool strict;
};

struct transfer_stat {
	uint64_t size;
	uint32_t mode; /* with the file's type */
	uint32_t atime, mtime; /* seconds since 1970, within 32 bits */
};

enum transfer_how {
	TRANSFER_NEW, /* emptied, or made */
	TRANSFER_ONTO, /* kept as it is, or made */
	TRANSFER_ONLY_NEW /* must not be there */
};

/* Regular files alone: a FIFO or a device is EINVAL, a directory EISDIR. *fd is -1 on failure. */
int transfer_open_read(const struct transfer_place *place, int *fd, struct transfer_stat *st);
int transfer_open_write(
    const struct transfer_place *place, enum transfer_how how, uint32_t mode, int *fd, struct transfer_stat *st);
/* Closes and sets -1. An error of a file that was written is one of its bytes'. */
int transfer_close(int *fd);

/* Writes n bytes at an offset where nothing was written before. Zeros alone are left out, they are there already:
 * whoever ends the file sets its size. */
int transfer_write(int fd, uint64_t at, const uint8_t *p, size_t n);
/* Reads up to n bytes; *got is less only at the end. */
int transfer_read(int fd, uint64_t at, uint8_t *p, size_t n, size_t *got);
/* The next data at or behind `at`, or `end` where only a hole is left. */
uint64_t transfer_next_data(int fd, uint64_t at, uint64_t end);
/* Where the data that begins at `at` ends. */
uint64_t transfer_data_end(int fd, uint64_t at, uint64_t end);
int transfer_set_size(int fd, uint64_t size);
/* Permission bits and times. */
int transfer_set_attrs(int fd, uint32_t mode, uint32_t atime, uint32_t mtime);
int transfer_sync(int fd);

int transfer_remove(const struct transfer_place *place);
/* Within one directory. */
int transfer_rename(const struct transfer_place *from, const struct transfer_place *to);
/* Opens a directory, which is made where there is none and `make` says so. */
int transfer_open_dir(const struct transfer_place *place, bool make, int *fd);

/* The next name of an open directory into out, but "." and "..": 1, 0 at the end, or a negative errno. *cursor: NULL at
 * first; whoever stops before the end calls transfer_list_end. */
int transfer_list_next(int dir, void **cursor, char *out, size_t cap);
void transfer_list_end(void **cursor);
/* lstat. */
int transfer_lstat(const struct transfer_place *place, struct transfer_stat *st);

#endif
