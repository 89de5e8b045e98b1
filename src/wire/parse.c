/* parse: bytes into the struct of a row. Knows: field kinds. Must not know: any one message. RFC 4251 5. */
#include "message.h"

static void
read_field(struct reader *r, const struct field_row *field, void *out)
{
	void *member = (uint8_t *)out + field->offset;

	switch (field->kind) {
	case KIND_U8:
		*(uint8_t *)member = reader_u8(r);
		return;
	case KIND_BOOL:
		*(bool *)member = reader_bool(r);
		return;
	case KIND_U32:
		*(uint32_t *)member = reader_u32(r);
		return;
	case KIND_U64:
		*(uint64_t *)member = reader_u64(r);
		return;
	case KIND_COOKIE:
		*(struct slice *)member = reader_bytes(r, FIELD_COOKIE_LEN);
		return;
	case KIND_NAMES:
		*(struct slice *)member = reader_names(r);
		return;
	case KIND_MPINT:
		*(struct slice *)member = reader_mpint(r);
		return;
	case KIND_REST:
		*(struct slice *)member = reader_rest(r);
		return;
	default:
		*(struct slice *)member = reader_string(r);
	}
}

/* OPT fields are strings. */
static void
leave_out(const struct field_row *field, void *out)
{
	void *member = (uint8_t *)out + field->offset;

	*(struct slice *)member = SLICE_NONE;
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
			leave_out(&rows[i], out);
		else
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
		payload = slice_from(payload, 1);
	}
	*(uint8_t *)out = row->number; /* each struct begins with it */
	return fields_parse(row->fields, row->n_fields, payload, out, field);
}

int
msg_parse_field(enum msg_id id, struct slice payload, void *out, const char **field)
{
	const struct msg_row *row = &msg_rows[id];
	int r = parse_row(row, payload, out, field);

	if (r != 0)
		memset(out, 0, row->size);
	return r;
}
