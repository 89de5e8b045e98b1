/* sftp_dir: what the files of the directory backend share. Knows: its root, and what is open in it. Must not know:
 * SFTP's messages. Serves docs/design.md, "SFTP". */
#ifndef IO_SFTP_DIR_H
#define IO_SFTP_DIR_H

#include <dirent.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <nacre/sftp_server.h>
#include "mem.h"

#define DIR_NAME_MAX 255
#define DIR_ID_NAME_MAX 64

/* The last names that were looked up: a listing asks for the same ones again and again. */
struct dir_id {
	bool known;
	uint32_t id;
	size_t n;
	char name[DIR_ID_NAME_MAX];
};

struct nacre_sftp_dir {
	const struct nacre_env *env;
	int root; /* O_PATH */
	bool by_walk; /* the kernel has no openat2, or we may not call it */
	struct dir_id ids[2]; /* user, group */
};

/* A file or a directory that a client has open. */
struct dir_file {
	int fd;
	DIR *stream; /* of a directory; owns fd */
	/* the entry that the last reply had no room for */
	bool pending;
	struct nacre_sftp_attrs attrs;
	uint32_t links;
	size_t name_n;
	char name[DIR_NAME_MAX + 1];
};

/* The last component of a path, and the directory that it is in. */
struct dir_place {
	int dir; /* O_PATH; to be closed */
	char name[DIR_NAME_MAX + 1];
};

/* sftp_dir_beneath.c: opens a path below the root as openat does, and never anything else; flags without O_CREAT need
 * no mode. -1 and errno: EXDEV where the path leads out. */
int beneath_open(const struct nacre_sftp_dir *d, struct nacre_bytes path, int flags, mode_t mode);
/* Opens the directory of the path's last component, which need not be there. -1 and errno, nothing is open: EINVAL
 * where that is none, "." or "..". */
int beneath_place(const struct nacre_sftp_dir *d, struct nacre_bytes path, struct dir_place *out);
/* sftp_dir_walk.c: beneath_open without the kernel's help. path: relative, not empty. */
int walk_open(int root, const char *path, int flags, mode_t mode);

/* sftp_dir.c: answers with what errno says; NACRE_SFTP_LATER. */
int dir_refuse(struct nacre_sftp_request r, int error);
/* The status for what a system call returned. */
int dir_status(struct nacre_sftp_request r, int result);
struct nacre_sftp_attrs dir_attrs_of(const struct stat *st);
/* New memory for an open file; closes fd where there is none. */
struct dir_file *dir_file_new(const struct nacre_sftp_dir *d, int fd);

/* Operations, in sftp_dir_set.c, sftp_dir_names.c and sftp_dir_list.c; ctx is the nacre_sftp_dir. */
int dir_op_fsetstat(void *ctx, struct nacre_sftp_request r, void *file, const struct nacre_sftp_attrs *attrs);
int dir_op_setstat(
    void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs);
int dir_op_lsetstat(
    void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs);
int dir_op_remove(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
int dir_op_mkdir(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs);
int dir_op_rmdir(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
int dir_op_rename(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to);
int dir_op_posix_rename(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to);
int dir_op_hardlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to);
int dir_op_symlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes target, struct nacre_bytes path);
int dir_op_readlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
int dir_op_opendir(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
int dir_op_readdir(void *ctx, struct nacre_sftp_request r, void *dir);
int dir_op_closedir(void *ctx, struct nacre_sftp_request r, void *dir);
size_t dir_op_id_name(void *ctx, bool is_group, uint32_t id, char *out, size_t cap);

#endif
