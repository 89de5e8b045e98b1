/* sftp_memory: the tree of a file system in memory. Knows: nodes, names, links, limits. Must not know: requests.
 * Serves docs/design.md, "SFTP". */
#ifndef SFTP_MEMORY_H
#define SFTP_MEMORY_H

#include <nacre/sftp_server.h>
#include "mem.h"

#define MEMORY_TYPE 0170000u
#define MEMORY_DIR 0040000u
#define MEMORY_FILE 0100000u
#define MEMORY_LINK 0120000u
#define MEMORY_NAME_MAX 255u

struct memory_node {
	uint32_t mode, uid, gid, atime, mtime;
	uint32_t links; /* names; of a directory, with its own "." and its children's ".." */
	uint32_t opens;
	/* a file's content, or a link's target */
	uint8_t *p;
	size_t n, cap;
	/* a directory's */
	struct memory_node *parent; /* of the root: itself; NULL once it is removed */
	struct memory_entry *first, *last;
};

struct memory_entry {
	struct memory_entry *next;
	struct memory_node *node;
	uint64_t serial; /* rises in the order of making: a listing goes on where it was, whatever was removed */
	size_t name_n;
	uint8_t name[];
};

struct nacre_sftp_memory {
	const struct nacre_env *env;
	struct nacre_sftp_memory_options options;
	struct memory_node *root;
	size_t bytes; /* of all contents */
	unsigned n_nodes;
	uint64_t serial;
};

/* Where a path leads. */
struct memory_place {
	struct memory_node *dir; /* that has the last component, or would have it */
	struct memory_node *node; /* NULL where there is nothing */
	struct slice name; /* the last component; empty for the root, "." and ".." */
	uint8_t room[MEMORY_NAME_MAX];
};

static inline bool
memory_is(const struct memory_node *node, uint32_t type)
{
	return node != NULL && (node->mode & MEMORY_TYPE) == type;
}

uint32_t memory_now(const struct nacre_sftp_memory *m);
/* Follows the path; the last component's link, too, where `follow` says so. An enum nacre_sftp_status: OK also where
 * only the last component is missing. */
int memory_walk(struct nacre_sftp_memory *m, struct nacre_bytes path, bool follow, struct memory_place *out);
/* The same, and it must be there. */
int memory_find(struct nacre_sftp_memory *m, struct nacre_bytes path, bool follow, struct memory_node **node);

/* A node without a name; NULL where there are too many, or no memory. */
struct memory_node *memory_node_new(struct nacre_sftp_memory *m, uint32_t mode);
/* Frees it where neither a name nor a handle holds it. */
void memory_node_drop(struct nacre_sftp_memory *m, struct memory_node *node);
/* Gives the node a name in a directory. False: no memory. */
bool memory_link(struct nacre_sftp_memory *m, struct memory_node *dir, struct slice name, struct memory_node *node);
/* Takes the name away; the node may go with it. */
void memory_unlink(struct nacre_sftp_memory *m, struct memory_node *dir, struct slice name);
/* Makes a file's content n bytes; new ones are zero. False: over the limit, or no memory. */
bool memory_resize(struct nacre_sftp_memory *m, struct memory_node *node, uint64_t n);

/* sftp_memory_names.c: a new node at a place where there is nothing yet, and the mode it gets. */
int memory_make(struct nacre_sftp_memory *m, const struct memory_place *place, uint32_t mode, struct memory_node **out);
uint32_t memory_mode_of(const struct nacre_sftp_attrs *attrs, uint32_t otherwise);
/* Operations; ctx is the memory. */
int memory_op_remove(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
int memory_op_rmdir(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);
int memory_op_mkdir(
    void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, const struct nacre_sftp_attrs *attrs);
int memory_op_rename(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to);
int memory_op_posix_rename(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to);
int memory_op_hardlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes from, struct nacre_bytes to);
int memory_op_symlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes target, struct nacre_bytes path);
int memory_op_readlink(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);

#endif
