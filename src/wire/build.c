/* build: the struct of a row into bytes. Knows: field kinds. Must not know: any one message. RFC 4251 5. */
#include "message.h"

#define COOKIE_LEN 16

static struct slice
slice_at(const struct field_row *field, const void *in)
{
	return *(const struct slice *)(const void *)((const uint8_t *)in + field->offset);
}

/* An mpint's bytes: the magnitude, and a 00 before a high bit. */
static bool
needs_zero(struct slice s)
{
	return s.n > 0 && (s.p[0] & 0x80) != 0;
}

static size_t
field_size(const struct field_row *field, const void *in)
{
	switch (field->kind) {
	case KIND_U8:
	case KIND_BOOL:
		return 1;
	case KIND_U32:
		return 4;
	case KIND_U64:
		return 8;
	case KIND_COOKIE:
		return COOKIE_LEN;
	case KIND_REST:
		return slice_at(field, in).n;
	case KIND_MPINT:
		return 4 + slice_at(field, in).n + (needs_zero(slice_at(field, in)) ? 1 : 0);
	default:
		return 4 + slice_at(field, in).n;
	}
}

size_t
msg_size(enum msg_id id, const void *in)
{
	const struct msg_row *row = &msg_rows[id];
	size_t n = row->number != 0 ? 1 : 0, i;

	for (i = 0; i < row->n_fields; i++)
		n += field_size(&row->fields[i], in);
	return n;
}

static uint8_t *
write_bytes(uint8_t *p, struct slice s)
{
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p + s.n;
}

static uint8_t *
write_string(uint8_t *p, struct slice s)
{
	put_be32(p, (uint32_t)s.n);
	return write_bytes(p + 4, s);
}

static uint8_t *
write_mpint(uint8_t *p, struct slice s)
{
	bool pad = needs_zero(s);

	put_be32(p, (uint32_t)s.n + (pad ? 1 : 0));
	p += 4;
	if (pad)
		*p++ = 0;
	return write_bytes(p, s);
}

static uint8_t *
write_field(uint8_t *p, const struct field_row *field, const void *in)
{
	const void *member = (const uint8_t *)in + field->offset;
	uint64_t v;

	switch (field->kind) {
	case KIND_U8:
		*p = *(const uint8_t *)member;
		return p + 1;
	case KIND_BOOL:
		*p = *(const bool *)member ? 1 : 0;
		return p + 1;
	case KIND_U32:
		put_be32(p, *(const uint32_t *)member);
		return p + 4;
	case KIND_U64:
		v = *(const uint64_t *)member;
		put_be32(p, (uint32_t)(v >> 32));
		put_be32(p + 4, (uint32_t)v);
		return p + 8;
	case KIND_COOKIE:
	case KIND_REST:
		return write_bytes(p, slice_at(field, in));
	case KIND_MPINT:
		return write_mpint(p, slice_at(field, in));
	default:
		return write_string(p, slice_at(field, in));
	}
}

void
msg_write(enum msg_id id, const void *in, uint8_t *p)
{
	const struct msg_row *row = &msg_rows[id];
	size_t i;

	if (row->number != 0)
		*p++ = row->number;
	for (i = 0; i < row->n_fields; i++)
		p = write_field(p, &row->fields[i], in);
}

int
msg_send(struct outbox *out, enum msg_id id, const void *in)
{
	int error;
	uint8_t *p = out->reserve(out->ctx, msg_size(id, in), &error);

	if (p == NULL)
		return error;
	msg_write(id, in, p);
	return out->commit(out->ctx);
}

void
msg_put(struct buf *b, enum msg_id id, const void *in)
{
	size_t n = msg_size(id, in);
	uint8_t *p = buf_reserve(b, n);

	if (p == NULL)
		return;
	msg_write(id, in, p);
	b->n += n;
}
