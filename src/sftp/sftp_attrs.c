/* sftp_attrs: see sftp_attrs.h. Knows: flags and their fields. Must not know: files. draft-ietf-secsh-filexfer-02 5. */
#include "sftp_attrs.h"

#include <stddef.h>

#define PAIR_LEN_MIN 8 /* two empty strings */
#define KNOWN_FLAGS                                                                                                    \
	(SFTP_ATTR_SIZE | SFTP_ATTR_UIDGID | SFTP_ATTR_PERMISSIONS | SFTP_ATTR_ACMODTIME | SFTP_ATTR_EXTENDED)

/* The 32-bit fields, in wire order: after the size, before the extensions. */
static const struct {
	uint32_t flag;
	size_t offset;
} words[] = {
    {SFTP_ATTR_UIDGID, offsetof(struct sftp_attrs, uid)},
    {SFTP_ATTR_UIDGID, offsetof(struct sftp_attrs, gid)},
    {SFTP_ATTR_PERMISSIONS, offsetof(struct sftp_attrs, permissions)},
    {SFTP_ATTR_ACMODTIME, offsetof(struct sftp_attrs, atime)},
    {SFTP_ATTR_ACMODTIME, offsetof(struct sftp_attrs, mtime)},
};

#define N_WORDS (sizeof(words) / sizeof(words[0]))

static void
read_words(struct reader *r, struct sftp_attrs *out)
{
	uint32_t value;
	size_t i;

	for (i = 0; i < N_WORDS; i++) {
		if ((out->flags & words[i].flag) == 0)
			continue;
		value = reader_u32(r);
		memcpy((uint8_t *)out + words[i].offset, &value, sizeof(value));
	}
}

/* A count that the remaining bytes cannot hold is refused before the first turn of the loop. */
static void
read_extended(struct reader *r, struct sftp_attrs *out)
{
	uint32_t count = reader_u32(r), i;
	struct slice start = slice_of(r->p, r->n);

	if (r->bad || count > r->n / PAIR_LEN_MIN) {
		r->bad = true;
		return;
	}
	for (i = 0; i < count && !r->bad; i++) {
		reader_string(r);
		reader_string(r);
	}
	out->n_extended = count;
	out->extended = slice_of(start.p, start.n - r->n); /* cannot wrap: reading only shortens */
}

void
sftp_attrs_read(struct reader *r, struct sftp_attrs *out)
{
	*out = (struct sftp_attrs){.flags = reader_u32(r) & KNOWN_FLAGS};
	if ((out->flags & SFTP_ATTR_SIZE) != 0)
		out->size = reader_u64(r);
	read_words(r, out);
	if ((out->flags & SFTP_ATTR_EXTENDED) != 0)
		read_extended(r, out);
	if (r->bad)
		*out = (struct sftp_attrs){0};
}

void
sftp_attrs_put(struct buf *b, const struct sftp_attrs *attrs)
{
	uint32_t flags = attrs->flags & KNOWN_FLAGS, value;
	size_t i;

	buf_put_u32(b, flags);
	if ((flags & SFTP_ATTR_SIZE) != 0)
		buf_put_u64(b, attrs->size);
	for (i = 0; i < N_WORDS; i++) {
		if ((flags & words[i].flag) == 0)
			continue;
		memcpy(&value, (const uint8_t *)attrs + words[i].offset, sizeof(value));
		buf_put_u32(b, value);
	}
	if ((flags & SFTP_ATTR_EXTENDED) != 0) {
		buf_put_u32(b, attrs->n_extended);
		buf_put_slice(b, attrs->extended);
	}
}

bool
sftp_attrs_are_whole(struct slice bytes)
{
	struct reader r = reader_of(bytes);
	struct sftp_attrs attrs;

	sftp_attrs_read(&r, &attrs);
	return reader_end(&r);
}
