/* sftp_list: SFTP's counted and uncounted lists: NAME's files, and the pairs of strings that announce extensions.
 * Knows: their shape. Must not know: files. Serves draft-ietf-secsh-filexfer-02 4, 5 and 7. A list is proved whole
 * once, by the parse of its message; taking elements off it then needs no error path. */
#ifndef SFTP_LIST_H
#define SFTP_LIST_H

#include "sftp_attrs.h"

/* One file of a NAME reply. The names are the peer's bytes: not checked for slashes, dots or control characters. */
struct sftp_name_entry {
	struct slice filename, longname;
	struct sftp_attrs attrs;
};

/* The files of a NAME message's `names`, which sftp_parse has proved whole. */
struct sftp_names {
	struct reader r;
	uint32_t left;
};

struct sftp_names sftp_names_of(struct slice names);
/* The next file; false at the end. */
bool sftp_name_next(struct sftp_names *names, struct sftp_name_entry *out);
/* Appends a file; its count is written before by the caller. */
void sftp_name_put(struct buf *b, const struct sftp_name_entry *entry);
/* Is it a count and just that many files? */
bool sftp_names_are_whole(struct slice names);

/* The next pair off the front of *pairs; false at the end, or where the rest is no pair. */
bool sftp_pair_next(struct slice *pairs, struct slice *name, struct slice *data);
void sftp_pair_put(struct buf *b, struct slice name, struct slice data);
/* Are these pairs to the last byte? */
bool sftp_pairs_are_whole(struct slice pairs);

#endif
