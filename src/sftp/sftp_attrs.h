/* sftp_attrs: a file's attributes as SFTP 3 carries them: a word of flags, and what they announce. Knows: their order.
 * Must not know: files. Serves draft-ietf-secsh-filexfer-02 5. */
#ifndef SFTP_ATTRS_H
#define SFTP_ATTRS_H

#include "buf.h"
#include "reader.h"

enum sftp_attr_flag {
	SFTP_ATTR_SIZE = 1,
	SFTP_ATTR_UIDGID = 2,
	SFTP_ATTR_PERMISSIONS = 4,
	SFTP_ATTR_ACMODTIME = 8,
};
#define SFTP_ATTR_EXTENDED UINT32_C(0x80000000)

struct sftp_attrs {
	uint32_t flags; /* which of the following are there; bits that version 3 does not have are dropped */
	uint64_t size;
	uint32_t uid, gid;
	uint32_t permissions; /* as st_mode */
	uint32_t atime, mtime;
	struct slice extended; /* pairs for sftp_pair_next; borrowed */
	uint32_t n_extended;
};

/* Reads one set of attributes; a short or impossible one makes the reader bad, and *out is zeroed. */
void sftp_attrs_read(struct reader *r, struct sftp_attrs *out);
/* Appends one set. */
void sftp_attrs_put(struct buf *b, const struct sftp_attrs *attrs);
/* Does `bytes` hold one set of attributes and nothing else? */
bool sftp_attrs_are_whole(struct slice bytes);

#endif
