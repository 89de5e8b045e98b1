/* sftp_message: the rows of sftp_messages.def, read and written by wire's interpreters. Knows: the table, and what its
 * flags ask. Must not know: any one message. draft-ietf-secsh-filexfer-02 3. */
#include "sftp_message.h"
#include "sftp_frame.h"
#include "sftp_list.h"

#include <stddef.h>

#define OPT FIELD_OPT
#define HANDLE SFTP_FLAG_HANDLE
#define ATTRS SFTP_FLAG_ATTRS
#define NAME_LIST SFTP_FLAG_NAME_LIST
#define PAIRS SFTP_FLAG_PAIRS

/* Every SFTP message has a field, so no array is empty. */
#define MSG(id, number, from, clause) static const struct field_row rows_of_##id[] = {
#define FIELD(id, kind, name, flags) {#name, KIND_##kind, flags, offsetof(struct sftp_msg_##id, name)},
#define END(id)                                                                                                        \
	}                                                                                                              \
	;
#include "sftp_messages.def"
#undef MSG
#undef FIELD
#undef END

const struct sftp_row sftp_rows[SFTP_COUNT] = {
#define MSG(id, num, fr, cl)                                                                                           \
	[SFTP_##id] = {.name = #id,                                                                                    \
	    .number = (num),                                                                                           \
	    .from = SFTP_FROM_##fr,                                                                                    \
	    .clause = cl,                                                                                              \
	    .fields = rows_of_##id,                                                                                    \
	    .n_fields = sizeof(rows_of_##id) / sizeof(rows_of_##id[0]),                                                \
	    .size = sizeof(struct sftp_msg_##id)},
#define FIELD(id, kind, name, flags)
#define END(id)
#include "sftp_messages.def"
#undef MSG
#undef FIELD
#undef END
};

enum sftp_id
sftp_find(uint8_t number)
{
	unsigned id;

	for (id = 0; id < SFTP_COUNT; id++)
		if (sftp_rows[id].number == number)
			return (enum sftp_id)id;
	return SFTP_none;
}

static bool
is_handle(struct slice s)
{
	return s.n <= SFTP_HANDLE_MAX;
}

static const struct {
	unsigned flag;
	bool (*holds)(struct slice s);
} checks[] = {
    {SFTP_FLAG_HANDLE, is_handle},
    {SFTP_FLAG_ATTRS, sftp_attrs_are_whole},
    {SFTP_FLAG_NAME_LIST, sftp_names_are_whole},
    {SFTP_FLAG_PAIRS, sftp_pairs_are_whole},
};

static bool
field_holds(const struct field_row *field, const void *msg)
{
	struct slice s;
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if ((field->flags & checks[i].flag) == 0)
			continue;
		memcpy(&s, (const uint8_t *)msg + field->offset, sizeof(s));
		if (!checks[i].holds(s))
			return false;
	}
	return true;
}

static int
refuse(const char **field, const char *name)
{
	if (field != NULL)
		*field = name;
	return NACRE_E_FORMAT;
}

int
sftp_fields_parse(const struct field_row *rows, size_t n_rows, struct slice bytes, void *out, const char **field)
{
	size_t i;

	if (fields_parse(rows, n_rows, bytes, out, field) != 0)
		return NACRE_E_FORMAT;
	for (i = 0; i < n_rows; i++)
		if (!field_holds(&rows[i], out))
			return refuse(field, rows[i].name);
	return 0;
}

static int
parse_row(const struct sftp_row *row, struct slice payload, void *out, const char **field)
{
	if (payload.n == 0 || payload.p[0] != row->number)
		return refuse(field, "number");
	memcpy(out, payload.p, 1); /* each struct begins with its number */
	return sftp_fields_parse(row->fields, row->n_fields, slice_from(payload, 1), out, field);
}

int
sftp_parse(enum sftp_id id, struct slice payload, void *out, const char **field)
{
	int r;

	memset(out, 0, sftp_rows[id].size);
	if ((r = parse_row(&sftp_rows[id], payload, out, field)) != 0)
		memset(out, 0, sftp_rows[id].size);
	return r;
}

bool
sftp_request_id(struct slice payload, uint32_t *id)
{
	struct reader r = reader_of(payload);
	uint8_t number = reader_u8(&r);

	*id = reader_u32(&r);
	return !r.bad && number != sftp_rows[SFTP_init].number && number != sftp_rows[SFTP_version].number;
}

void
sftp_put(struct buf *b, enum sftp_id id, const void *in)
{
	const struct sftp_row *row = &sftp_rows[id];
	size_t n = 1 + fields_size(row->fields, row->n_fields, in);
	uint8_t *p;

	if (n > SFTP_FRAME_MAX && b->bad == 0)
		b->bad = NACRE_E_LIMIT;
	if ((p = buf_reserve(b, 4 + n)) == NULL)
		return;
	put_be32(p, (uint32_t)n);
	p[4] = row->number;
	fields_write(row->fields, row->n_fields, in, p + 5);
	b->n += 4 + n;
}
