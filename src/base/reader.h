/* reader: the only way to take values out of bytes (RFC 4251 5). Knows: a cursor. Must not know: messages.
 * Nothing is read past the end: the first short or malformed field sets `bad`, and every read after it gives zero or
 * an empty slice. A parse ends with reader_end, which also proves that nothing is left over. */
#ifndef BASE_READER_H
#define BASE_READER_H

#include "slice.h"

struct reader {
	const uint8_t *p;
	size_t n; /* bytes left */
	bool bad;
};

static inline struct reader
reader_of(struct slice s)
{
	return (struct reader){s.p, s.n, false};
}

static inline struct slice
reader_bytes(struct reader *r, size_t n)
{
	struct slice s;

	if (r->bad || n > r->n) {
		r->bad = true;
		return SLICE_NONE;
	}
	s = slice_of(r->p, n);
	if (n > 0) {
		r->p += n;
		r->n -= n;
	}
	return s;
}

static inline uint32_t
reader_u32(struct reader *r)
{
	struct slice s = reader_bytes(r, 4);

	if (s.n == 0)
		return 0;
	return (uint32_t)s.p[0] << 24 | (uint32_t)s.p[1] << 16 | (uint32_t)s.p[2] << 8 | s.p[3];
}

static inline struct slice
reader_string(struct reader *r)
{
	uint32_t n = reader_u32(r);

	return reader_bytes(r, n);
}

uint8_t reader_u8(struct reader *r);
uint64_t reader_u64(struct reader *r);
bool reader_bool(struct reader *r); /* any nonzero byte is true */
/* A string that is a name-list: US-ASCII, each name at most 64 bytes. Empty names may stand in it: slice_next_name
 * passes over them. */
struct slice reader_names(struct reader *r);
/* A non-negative mpint in its shortest form, as its magnitude without a leading zero byte; else bad. */
struct slice reader_mpint(struct reader *r);
struct slice reader_rest(struct reader *r);

/* True where every read was good and every byte was read. */
static inline bool
reader_end(const struct reader *r)
{
	return !r->bad && r->n == 0;
}

#endif
