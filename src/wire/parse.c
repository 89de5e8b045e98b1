/* parse: bytes into the struct of a row. Knows: field kinds. Must not know: any one message. RFC 4251 5. */
#include "message.h"

static struct slice
read_slice(struct reader *r, enum field_kind kind)
{
	switch (kind) {
	case KIND_COOKIE:
		return reader_bytes(r, FIELD_COOKIE_LEN);
	case KIND_NAMES:
		return reader_names(r);
	case KIND_MPINT:
		return reader_mpint(r);
	case KIND_REST:
		return reader_rest(r);
	default:
		return reader_string(r);
	}
}

static void
read_field(struct reader *r, const struct field_row *field, void *out)
{
	uint8_t *member = (uint8_t *)out + field->offset;

	switch (field->kind) {
	case KIND_U8:
		*(uint8_t *)(void *)member = reader_u8(r);
		return;
	case KIND_BOOL:
		*(bool *)(void *)member = reader_bool(r);
		return;
	case KIND_U32:
		*(uint32_t *)(void *)member = reader_u32(r);
		return;
	case KIND_U64:
		*(uint64_t *)(void *)member = reader_u64(r);
		return;
	default:
		*(struct slice *)(void *)member = read_slice(r, field->kind);
	}
}

static int
refuse(const char **field, const char *name)
{
	if (field != NULL)
		*field = name;
	return NACRE_E_FORMAT;
}

int
fields_parse(const struct field_row *rows, size_t n_rows, struct slice bytes, void *out, const char **field)
{
	struct reader r = reader_of(bytes);
	size_t i;

	for (i = 0; i < n_rows; i++) {
		if ((rows[i].flags & FIELD_OPT) != 0 && r.n == 0)
			continue; /* left out as a whole: its member stays zero */
		read_field(&r, &rows[i], out);
		if (r.bad)
			return refuse(field, rows[i].name);
	}
	return reader_end(&r) ? 0 : refuse(field, "end");
}

static int
parse_row(const struct msg_row *row, struct slice payload, void *out, const char **field)
{
	if (row->number != 0) {
		if (payload.n == 0 || payload.p[0] != row->number)
			return refuse(field, "number");
		*(uint8_t *)out = payload.p[0]; /* each struct begins with its number */
		payload = slice_from(payload, 1);
	}
	return fields_parse(row->fields, row->n_fields, payload, out, field);
}

int
msg_parse_field(enum msg_id id, struct slice payload, void *out, const char **field)
{
	const struct msg_row *row = &msg_rows[id];
	int r;

	memset(out, 0, row->size);
	if ((r = parse_row(row, payload, out, field)) != 0)
		memset(out, 0, row->size);
	return r;
}
