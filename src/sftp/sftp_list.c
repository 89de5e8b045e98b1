/* sftp_list: see sftp_list.h. Knows: the loops. Must not know: files. draft-ietf-secsh-filexfer-02 4, 5, 7. */
#include "sftp_list.h"

struct sftp_names
sftp_names_of(struct slice names)
{
	struct sftp_names n = {.r = reader_of(names)};

	n.left = reader_u32(&n.r);
	return n;
}

bool
sftp_name_next(struct sftp_names *names, struct sftp_name_entry *out)
{
	*out = (struct sftp_name_entry){.filename = SLICE_NONE};
	if (names->r.bad || names->left == 0)
		return false;
	out->filename = reader_string(&names->r);
	out->longname = reader_string(&names->r);
	sftp_attrs_read(&names->r, &out->attrs);
	if (names->r.bad) {
		*out = (struct sftp_name_entry){.filename = SLICE_NONE};
		return false;
	}
	names->left--;
	return true;
}

void
sftp_name_put(struct buf *b, const struct sftp_name_entry *entry)
{
	buf_put_string(b, entry->filename);
	buf_put_string(b, entry->longname);
	sftp_attrs_put(b, &entry->attrs);
}

/* Ends at the latest with the bytes, whatever the count says. */
bool
sftp_names_are_whole(struct slice names)
{
	struct sftp_names n = sftp_names_of(names);
	struct sftp_name_entry entry;

	while (sftp_name_next(&n, &entry))
		continue;
	return n.left == 0 && reader_end(&n.r);
}

bool
sftp_pair_next(struct slice *pairs, struct slice *name, struct slice *data)
{
	struct reader r = reader_of(*pairs);

	*name = reader_string(&r);
	*data = reader_string(&r);
	if (r.bad) {
		*name = *data = SLICE_NONE;
		return false;
	}
	*pairs = reader_rest(&r);
	return true;
}

void
sftp_pair_put(struct buf *b, struct slice name, struct slice data)
{
	buf_put_string(b, name);
	buf_put_string(b, data);
}

bool
sftp_pairs_are_whole(struct slice pairs)
{
	struct slice name, data;

	while (sftp_pair_next(&pairs, &name, &data))
		continue;
	return pairs.n == 0;
}
