/* build: the struct of a row into bytes. Knows: field kinds. Must not know: any one message. RFC 4251 5. */
#include "message.h"

static struct slice
slice_at(const struct field_row *field, const void *in)
{
	return *(const struct slice *)(const void *)((const uint8_t *)in + field->offset);
}

/* RFC 4251 5: an mpint has no leading zero bytes, but for the one before a high bit. */
static struct slice
magnitude(struct slice s)
{
	while (s.n > 0 && s.p[0] == 0)
		s = slice_from(s, 1);
	return s;
}

static bool
needs_zero(struct slice s)
{
	return s.n > 0 && (s.p[0] & 0x80) != 0;
}

static size_t
mpint_size(struct slice s)
{
	s = magnitude(s);
	return 4 + s.n + (needs_zero(s) ? 1 : 0);
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
		return FIELD_COOKIE_LEN;
	case KIND_REST:
		return slice_at(field, in).n;
	case KIND_MPINT:
		return mpint_size(slice_at(field, in));
	default:
		return 4 + slice_at(field, in).n;
	}
}

size_t
fields_size(const struct field_row *rows, size_t n_rows, const void *in)
{
	size_t n = 0, i;

	for (i = 0; i < n_rows; i++)
		n += field_size(&rows[i], in);
	return n;
}

size_t
msg_size(enum msg_id id, const void *in)
{
	const struct msg_row *row = &msg_rows[id];

	return (row->number != 0 ? 1 : 0) + fields_size(row->fields, row->n_fields, in);
}

static uint8_t *
write_bytes(uint8_t *p, struct slice s)
{
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p + s.n;
}

/* A shorter cookie is filled up with zeros: msg_size promised all of its bytes. */
static uint8_t *
write_cookie(uint8_t *p, struct slice s)
{
	memset(p, 0, FIELD_COOKIE_LEN);
	write_bytes(p, slice_of(s.p, s.n < FIELD_COOKIE_LEN ? s.n : FIELD_COOKIE_LEN));
	return p + FIELD_COOKIE_LEN;
}

/* The length fits: no outbox and no buffer has room for 4 GiB. */
static uint8_t *
write_string(uint8_t *p, struct slice s)
{
	put_be32(p, (uint32_t)s.n);
	return write_bytes(p + 4, s);
}

static uint8_t *
write_mpint(uint8_t *p, struct slice s)
{
	bool pad;

	s = magnitude(s);
	pad = needs_zero(s);
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
		return write_cookie(p, slice_at(field, in));
	case KIND_REST:
		return write_bytes(p, slice_at(field, in));
	case KIND_MPINT:
		return write_mpint(p, slice_at(field, in));
	default:
		return write_string(p, slice_at(field, in));
	}
}

uint8_t *
fields_write(const struct field_row *rows, size_t n_rows, const void *in, uint8_t *p)
{
	size_t i;

	for (i = 0; i < n_rows; i++)
		p = write_field(p, &rows[i], in);
	return p;
}

void
msg_write(enum msg_id id, const void *in, uint8_t *p)
{
	const struct msg_row *row = &msg_rows[id];

	if (row->number != 0)
		*p++ = row->number;
	fields_write(row->fields, row->n_fields, in, p);
}

int
msg_send(struct outbox *out, enum msg_id id, const void *in)
{
	int error = NACRE_E_NOMEM;
	uint8_t *p = out->reserve(out->ctx, msg_size(id, in), &error);

	if (p == NULL)
		return error;
	msg_write(id, in, p);
	return out->commit(out->ctx);
}

/* Everything of a message before the bytes of its last field, a string. */
static void
write_head(const struct msg_row *row, const void *in, uint8_t *p)
{
	size_t last = row->n_fields - 1;

	*p++ = row->number;
	p = fields_write(row->fields, last, in, p);
	put_be32(p, (uint32_t)slice_at(&row->fields[last], in).n);
}

int
msg_send_from(struct outbox *out, enum msg_id id, const void *in, uint8_t *data)
{
	const struct msg_row *row = &msg_rows[id];
	size_t data_n = slice_at(&row->fields[row->n_fields - 1], in).n, head_n = msg_size(id, in) - data_n;
	uint8_t before[OUTBOX_MARGIN], behind[OUTBOX_MARGIN];
	int r;

	if (out->send_from == NULL)
		return msg_send(out, id, in);
	memcpy(before, data - OUTBOX_MARGIN, OUTBOX_MARGIN);
	memcpy(behind, data + data_n, OUTBOX_MARGIN);
	write_head(row, in, data - head_n);
	r = out->send_from(out->ctx, data - head_n, head_n + data_n);
	memcpy(data - OUTBOX_MARGIN, before, OUTBOX_MARGIN);
	memcpy(data + data_n, behind, OUTBOX_MARGIN);
	return r;
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
