/* der: see der.h. Knows: X.690's distinguished encoding. Must not know: keys. X.690 8.1.3, 8.3, 10.1. */
#include "der.h"

#define LENGTH_OCTETS_MAX 4

bool
der_is_next(const struct reader *r, uint8_t tag)
{
	return !r->bad && r->n > 0 && r->p[0] == tag;
}

/* X.690 10.1: the definite form, in as few octets as it takes. */
static size_t
read_length(struct reader *r)
{
	uint8_t first = reader_u8(r), n = first & 0x7f, i;
	size_t length = 0;

	if (first < 0x80)
		return first;
	if (n == 0 || n > LENGTH_OCTETS_MAX) {
		r->bad = true;
		return 0;
	}
	for (i = 0; i < n; i++)
		length = length << 8 | reader_u8(r);
	if (length < 0x80 || (n > 1 && length >> 8 * (n - 1) == 0))
		r->bad = true;
	return length;
}

struct slice
der_value(struct reader *r, uint8_t tag)
{
	size_t length;

	if (reader_u8(r) != tag)
		r->bad = true;
	length = read_length(r);
	return reader_bytes(r, length);
}

struct reader
der_enter(struct reader *r, uint8_t tag)
{
	struct reader inner = reader_of(der_value(r, tag));

	inner.bad = r->bad;
	return inner;
}

struct slice
der_integer(struct reader *r)
{
	struct slice s = der_value(r, DER_INTEGER);

	/* X.690 8.3.2: the first nine bits are not all the same; and nothing here is negative. */
	if (s.n == 0 || (s.p[0] & 0x80) != 0 || (s.n > 1 && s.p[0] == 0 && (s.p[1] & 0x80) == 0)) {
		r->bad = true;
		return SLICE_NONE;
	}
	return s.p[0] == 0 ? slice_from(s, 1) : s;
}

uint32_t
der_number(struct reader *r)
{
	struct slice s = der_integer(r);
	uint32_t n = 0;
	size_t i;

	if (s.n > 4) {
		r->bad = true;
		return 0;
	}
	for (i = 0; i < s.n; i++)
		n = n << 8 | s.p[i];
	return n;
}

struct slice
der_bits(struct reader *r, uint8_t tag)
{
	struct slice s = der_value(r, tag);

	if (s.n == 0 || s.p[0] != 0) {
		r->bad = true;
		return SLICE_NONE;
	}
	return slice_from(s, 1);
}

size_t
der_begin(struct buf *b, uint8_t tag)
{
	buf_put_u8(b, tag);
	return b->n;
}

static size_t
make_length(uint8_t out[1 + LENGTH_OCTETS_MAX], size_t length)
{
	size_t n = 0, rest, i;

	if (length < 0x80) {
		out[0] = (uint8_t)length;
		return 1;
	}
	for (rest = length; rest > 0; rest >>= 8)
		n++;
	out[0] = (uint8_t)(0x80 | n);
	for (i = 0; i < n; i++)
		out[1 + i] = (uint8_t)(length >> 8 * (n - 1 - i));
	return 1 + n;
}

/* The contents move to make room for their length. */
void
der_end(struct buf *b, size_t mark)
{
	uint8_t octets[1 + LENGTH_OCTETS_MAX];
	size_t n;

	if (b->bad != 0)
		return;
	n = make_length(octets, b->n - mark);
	if (buf_reserve(b, n) == NULL)
		return;
	memmove(b->p + mark + n, b->p + mark, b->n - mark);
	memcpy(b->p + mark, octets, n);
	b->n += n;
}

void
der_put(struct buf *b, uint8_t tag, struct slice contents)
{
	size_t mark = der_begin(b, tag);

	buf_put_slice(b, contents);
	der_end(b, mark);
}

void
der_put_integer(struct buf *b, struct slice magnitude)
{
	size_t mark = der_begin(b, DER_INTEGER);

	while (magnitude.n > 0 && magnitude.p[0] == 0)
		magnitude = slice_from(magnitude, 1);
	if (magnitude.n == 0 || (magnitude.p[0] & 0x80) != 0)
		buf_put_u8(b, 0);
	buf_put_slice(b, magnitude);
	der_end(b, mark);
}

void
der_put_number(struct buf *b, uint32_t n)
{
	uint8_t be[4];

	put_be32(be, n);
	der_put_integer(b, slice_of(be, sizeof(be)));
}

void
der_put_bits(struct buf *b, struct slice octets)
{
	size_t mark = der_begin(b, DER_BITS);

	buf_put_u8(b, 0);
	buf_put_slice(b, octets);
	der_end(b, mark);
}
