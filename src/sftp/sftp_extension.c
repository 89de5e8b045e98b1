/* sftp_extension: see sftp_extension.h. Knows: the table. Must not know: any one extension. OpenSSH PROTOCOL 4,
 * draft-ietf-secsh-filexfer-extensions-00. */
#include "sftp_extension.h"
#include "sftp_frame.h"

#include <stddef.h>

#define HANDLE SFTP_FLAG_HANDLE
#define ATTRS SFTP_FLAG_ATTRS

/* A last row that counts for nothing, since "limits" has no field and an array has one. */
#define EXT(id, name, version, clause) static const struct field_row rows_of_##id[] = {
#define REPLY(id, clause) static const struct field_row rows_of_##id[] = {
#define FIELD(id, kind, name, flags) {#name, KIND_##kind, flags, offsetof(struct sftp_ext_##id, name)},
#define END(id)                                                                                                        \
	{                                                                                                              \
		.name = NULL                                                                                           \
	}                                                                                                              \
	}                                                                                                              \
	;
#include "sftp_extensions.def"
#undef EXT
#undef REPLY
#undef FIELD
#undef END

#define ROW(id, na, ve, cl)                                                                                            \
	[SFTP_EXT_##id] = {.name = (na),                                                                               \
	    .version = (ve),                                                                                           \
	    .clause = cl,                                                                                              \
	    .fields = rows_of_##id,                                                                                    \
	    .n_fields = sizeof(rows_of_##id) / sizeof(rows_of_##id[0]) - 1,                                            \
	    .size = sizeof(struct sftp_ext_##id)},

const struct sftp_extension_row sftp_extension_rows[SFTP_EXT_COUNT] = {
#define EXT(id, name, version, clause) ROW(id, name, version, clause)
#define REPLY(id, clause) ROW(id, NULL, NULL, clause)
#define FIELD(id, kind, name, flags)
#define END(id)
#include "sftp_extensions.def"
#undef EXT
#undef REPLY
#undef FIELD
#undef END
};

enum sftp_extension_id
sftp_extension_find(struct slice name)
{
	unsigned ext;

	for (ext = 0; ext < SFTP_EXT_COUNT; ext++)
		if (sftp_extension_rows[ext].name != NULL && slice_is(name, sftp_extension_rows[ext].name))
			return (enum sftp_extension_id)ext;
	return SFTP_EXT_none;
}

int
sftp_extension_parse(enum sftp_extension_id ext, uint32_t id, struct slice data, void *out, const char **field)
{
	const struct sftp_extension_row *row = &sftp_extension_rows[ext];
	int r;

	memset(out, 0, row->size);
	if ((r = sftp_fields_parse(row->fields, row->n_fields, data, out, field)) != 0)
		memset(out, 0, row->size);
	else
		memcpy(out, &id, sizeof(id)); /* each struct begins with it */
	return r;
}

static size_t
name_size(const struct sftp_extension_row *row)
{
	return row->name == NULL ? 0 : 4 + strlen(row->name);
}

void
sftp_extension_put(struct buf *b, enum sftp_extension_id ext, const void *in)
{
	const struct sftp_extension_row *row = &sftp_extension_rows[ext];
	size_t fields = fields_size(row->fields, row->n_fields, in);
	size_t n = 1 + 4 + name_size(row) + fields;
	uint32_t id;
	uint8_t *p;

	if (n > SFTP_FRAME_MAX && b->bad == 0)
		b->bad = NACRE_E_LIMIT;
	if (b->bad != 0)
		return;
	memcpy(&id, in, sizeof(id));
	buf_put_u32(b, (uint32_t)n);
	buf_put_u8(b, sftp_rows[row->name == NULL ? SFTP_extended_reply : SFTP_extended].number);
	buf_put_u32(b, id);
	if (row->name != NULL)
		buf_put_cstring(b, row->name);
	if (fields == 0 || (p = buf_reserve(b, fields)) == NULL)
		return;
	fields_write(row->fields, row->n_fields, in, p);
	b->n += fields;
}
