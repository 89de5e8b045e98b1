/* buf: a growing byte buffer that was born with a maximum. Knows: bytes, and RFC 4251 5's ways of writing values.
 * Must not know: messages. Growth copies, wipes and frees the old block, so a secret never stays behind.
 * Writers do nothing after a first failure: check buf.bad once, at the end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "mem.h"

struct buf {
	const struct nacre_env *env;
	uint8_t *p; /* NULL until the first byte */
	size_t n; /* bytes written */
	size_t cap, max;
	int bad; /* 0, NACRE_E_NOMEM, or NACRE_E_LIMIT: sticky */
};

void buf_init(struct buf *b, const struct nacre_env *env, size_t max);
/* Wipes and gives back the memory; the buffer can be used again. */
void buf_free(struct buf *b);
/* Forgets the bytes (wiped), keeps the memory. */
void buf_reset(struct buf *b);
/* Room for n more bytes at the end, or NULL (b->bad is set). The caller fills them and adds to b->n. */
uint8_t *buf_reserve(struct buf *b, size_t n);

void buf_put(struct buf *b, const void *p, size_t n);
void buf_put_slice(struct buf *b, struct slice s);
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
void buf_put_string(struct buf *b, struct slice s); /* uint32 length, then the bytes */
void buf_put_cstring(struct buf *b, const char *s);
/* The big-endian unsigned number s as an mpint: leading zeros dropped, a 00 added where the high bit is set. */
void buf_put_mpint(struct buf *b, struct slice s);
/* A comma before `name` unless the buffer is at byte `start`. */
void buf_put_name(struct buf *b, size_t start, struct slice name);
/* A string whose length is not yet known: begin returns a mark, end fills the length in. */
size_t buf_begin_string(struct buf *b);
void buf_end_string(struct buf *b, size_t mark);

static inline struct slice
buf_slice(const struct buf *b)
{
	return slice_of(b->p, b->n);
}

static inline void
put_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline uint32_t
get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

#endif
