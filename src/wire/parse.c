/* parse: bytes into the struct of a row. Knows: field kinds. Must not know: any one message. RFC 4251 5. */
#include "message.h"

#define COOKIE_LEN 16

static struct slice
read_slice(struct reader *r, enum field_kind kind)
{
	switch (kind) {
	case KIND_COOKIE:
		return reader_bytes(r, COOKIE_LEN);
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
refuse(const struct msg_row *row, void *out, const char *name, const char **field)
{
	memset(out, 0, row->size);
	if (field != NULL)
		*field = name;
	return NACRE_E_FORMAT;
}

int
msg_parse_field(enum msg_id id, struct slice payload, void *out, const char **field)
{
	const struct msg_row *row = &msg_rows[id];
	struct reader r = reader_of(payload);
	size_t i;

	memset(out, 0, row->size);
	if (row->number != 0) {
		*(uint8_t *)out = reader_u8(&r); /* each struct begins with its number */
		if (r.bad || *(uint8_t *)out != row->number)
			return refuse(row, out, "number", field);
	}
	for (i = 0; i < row->n_fields; i++) {
		if ((row->fields[i].flags & FIELD_OPT) != 0 && r.n == 0)
			break;
		read_field(&r, &row->fields[i], out);
		if (r.bad)
			return refuse(row, out, row->fields[i].name, field);
	}
	return reader_end(&r) ? 0 : refuse(row, out, "end", field);
}
