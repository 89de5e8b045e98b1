/* sftp_message: what sftp_messages.def says, as structs and rows. Knows: the layout of SFTP 3's messages. Must not
 * know: files, channels, which request a reply belongs to. Serves draft-ietf-secsh-filexfer-02 3 to 8. */
#ifndef SFTP_MESSAGE_H
#define SFTP_MESSAGE_H

#include "fields.h"

#define SFTP_VERSION 3
#define SFTP_HANDLE_MAX 256 /* filexfer-02 6.3 */

enum sftp_from { SFTP_FROM_CLIENT = 1, SFTP_FROM_SERVER = 2 };

/* What a field must hold besides its kind: above field_flag's bits. */
enum sftp_flag { SFTP_FLAG_HANDLE = 16, SFTP_FLAG_ATTRS = 32, SFTP_FLAG_NAME_LIST = 64, SFTP_FLAG_PAIRS = 128 };

/* The ids, in table order: SFTP_init, ... */
enum sftp_id {
#define MSG(id, number, from, clause) SFTP_##id,
#define FIELD(id, kind, name, flags)
#define END(id)
#include "sftp_messages.def"
#undef MSG
#undef FIELD
#undef END
	SFTP_COUNT,
	SFTP_none = SFTP_COUNT
};

/* The structs: struct sftp_msg_open { ... }. Slices borrow from the payload; `number` is set by a parse and not
 * looked at by a build. */
#define MSG(id, num, from, clause)                                                                                     \
	struct sftp_msg_##id {                                                                                         \
		uint8_t number;
#define FIELD(id, kind, name, flags) CTYPE_##kind name;
#define END(id)                                                                                                        \
	}                                                                                                              \
	;
#include "sftp_messages.def"
#undef MSG
#undef FIELD
#undef END

/* Room for the struct of any row. */
union sftp_any {
#define MSG(id, number, from, clause) struct sftp_msg_##id id;
#define FIELD(id, kind, name, flags)
#define END(id)
#include "sftp_messages.def"
#undef MSG
#undef FIELD
#undef END
};

struct sftp_row {
	const char *name;
	uint8_t number;
	enum sftp_from from;
	const char *clause;
	const struct field_row *fields;
	size_t n_fields;
	size_t size; /* of the struct */
};

extern const struct sftp_row sftp_rows[SFTP_COUNT];

/* filexfer-02 7 */
enum sftp_status_code {
	SFTP_OK = 0,
	SFTP_EOF = 1,
	SFTP_NO_SUCH_FILE = 2,
	SFTP_PERMISSION_DENIED = 3,
	SFTP_FAILURE = 4,
	SFTP_BAD_MESSAGE = 5,
	SFTP_NO_CONNECTION = 6,
	SFTP_CONNECTION_LOST = 7,
	SFTP_OP_UNSUPPORTED = 8
};

/* filexfer-02 6.3 */
enum sftp_pflag {
	SFTP_PFLAG_READ = 1,
	SFTP_PFLAG_WRITE = 2,
	SFTP_PFLAG_APPEND = 4,
	SFTP_PFLAG_CREAT = 8,
	SFTP_PFLAG_TRUNC = 16,
	SFTP_PFLAG_EXCL = 32
};

/* The row of a number, or SFTP_none. */
enum sftp_id sftp_find(uint8_t number);

/* Reads a whole payload (a frame without its length) into the struct of `id`: every byte is consumed, and attributes,
 * lists and handles are what they must be. 0, or NACRE_E_FORMAT: then *out is zeroed and *field (may be NULL) names the
 * field that was wrong. */
int sftp_parse(enum sftp_id id, struct slice payload, void *out, const char **field) NACRE_CHECK;

/* fields_parse, and then what the flags ask. *out is not zeroed where that fails. */
int sftp_fields_parse(
    const struct field_row *rows, size_t n_rows, struct slice bytes, void *out, const char **field) NACRE_CHECK;

/* The request id of a payload, also of a number that has no row (it is answered with OP_UNSUPPORTED). False for INIT
 * and VERSION, which have none, and where it is cut off. */
bool sftp_request_id(struct slice payload, uint32_t *id);

/* Appends the whole frame, with its length. b->bad is NACRE_E_LIMIT where it would be larger than SFTP_FRAME_MAX. */
void sftp_put(struct buf *b, enum sftp_id id, const void *in);

#endif
