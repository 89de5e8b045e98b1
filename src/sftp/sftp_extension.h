/* sftp_extension: what sftp_extensions.def says, as structs and rows. Knows: the layout of the extensions' requests and
 * replies. Must not know: who offers which. Serves OpenSSH PROTOCOL 4.3 to 4.11,
 * draft-ietf-secsh-filexfer-extensions-00. */
#ifndef SFTP_EXTENSION_H
#define SFTP_EXTENSION_H

#include "sftp_message.h"

/* The ids, in table order: SFTP_EXT_posix_rename, ... */
enum sftp_extension_id {
#define EXT(id, name, version, clause) SFTP_EXT_##id,
#define REPLY(id, clause) SFTP_EXT_##id,
#define FIELD(id, kind, name, flags)
#define END(id)
#include "sftp_extensions.def"
#undef EXT
#undef REPLY
#undef FIELD
#undef END
	SFTP_EXT_COUNT,
	SFTP_EXT_none = SFTP_EXT_COUNT
};

/* The structs: struct sftp_ext_statvfs { uint32_t id; ... }, with the request's id, which a parse sets and a build
 * sends. Slices borrow from the payload. */
#define EXT(eid, name, version, clause)                                                                                \
	struct sftp_ext_##eid {                                                                                        \
		uint32_t id;
#define REPLY(eid, clause)                                                                                             \
	struct sftp_ext_##eid {                                                                                        \
		uint32_t id;
#define FIELD(eid, kind, name, flags) CTYPE_##kind name;
#define END(eid)                                                                                                       \
	}                                                                                                              \
	;
#include "sftp_extensions.def"
#undef EXT
#undef REPLY
#undef FIELD
#undef END

/* Room for the struct of any row. */
union sftp_any_ext {
	uint32_t id;
#define EXT(eid, name, version, clause) struct sftp_ext_##eid eid;
#define REPLY(eid, clause) struct sftp_ext_##eid eid;
#define FIELD(eid, kind, name, flags)
#define END(eid)
#include "sftp_extensions.def"
#undef EXT
#undef REPLY
#undef FIELD
#undef END
};

struct sftp_extension_row {
	const char *name; /* of a request, on the wire; NULL for a reply */
	const char *version; /* of a request, as VERSION announces it; "": by another row's name */
	const char *clause;
	const struct field_row *fields;
	size_t n_fields;
	size_t size; /* of the struct */
};

extern const struct sftp_extension_row sftp_extension_rows[SFTP_EXT_COUNT];

/* The request of that name, or SFTP_EXT_none. */
enum sftp_extension_id sftp_extension_find(struct slice name);

/* Reads the tail of an EXTENDED or EXTENDED_REPLY (its `data`) that carries the request id `id`. Results as
 * sftp_parse's. */
int sftp_extension_parse(
    enum sftp_extension_id ext, uint32_t id, struct slice data, void *out, const char **field) NACRE_CHECK;
/* Appends the whole frame: EXTENDED with the row's name, or EXTENDED_REPLY. b->bad as for sftp_put. */
void sftp_extension_put(struct buf *b, enum sftp_extension_id ext, const void *in);

#endif
