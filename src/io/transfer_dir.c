/* transfer_dir: local directories of a transfer. Knows: openat, mkdirat, readdir. Must not know: what is in the files.
 * Serves: nothing on the wire. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "transfer_file.h"

int
transfer_open_dir(const struct transfer_place *place, bool make, int *fd)
{
	const char *name = place->name;
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (place->strict ? O_NOFOLLOW : 0);

	*fd = -1;
	if (place->strict && (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strchr(name, '/') != NULL))
		return EINVAL;
	if (make && mkdirat(place->dir, name, 0777) != 0 && errno != EEXIST)
		return errno;
	*fd = openat(place->dir, name, flags);
	return *fd < 0 ? errno : 0;
}

static DIR *
list_begin(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (list == NULL && fd >= 0)
		(void)close(fd);
	return list;
}

int
transfer_list_next(int dir, void **cursor, char *out, size_t cap)
{
	struct dirent *entry;
	int error;

	if (*cursor == NULL && (*cursor = list_begin(dir)) == NULL)
		return -errno;
	do {
		errno = 0;
		entry = readdir(*cursor);
		error = errno;
	} while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	if (entry != NULL && strlen(entry->d_name) < cap) {
		memcpy(out, entry->d_name, strlen(entry->d_name) + 1);
		return 1;
	}
	transfer_list_end(cursor);
	return entry == NULL ? -error : -ENAMETOOLONG;
}

void
transfer_list_end(void **cursor)
{
	if (*cursor != NULL)
		(void)closedir(*cursor);
	*cursor = NULL;
}
