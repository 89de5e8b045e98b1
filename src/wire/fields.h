/* fields: one reader and one writer for every table of messages: SSH's here, SFTP's in its own folder. Knows: the types
 * of RFC 4251 5, and where a struct keeps them. Must not know: which messages there are. */
#ifndef WIRE_FIELDS_H
#define WIRE_FIELDS_H

#include "buf.h"

enum field_kind {
	KIND_U8,
	KIND_BOOL,
	KIND_U32,
	KIND_U64,
	KIND_COOKIE,
	KIND_STRING,
	KIND_TEXT,
	KIND_NAMES,
	KIND_MPINT,
	KIND_REST
};
enum field_flag { FIELD_OPT = 1, FIELD_SECRET = 2 };

#define FIELD_COOKIE_LEN 16 /* RFC 4253 7.1 */

/* The type of the member that holds a field. */
#define CTYPE_U8 uint8_t
#define CTYPE_BOOL bool
#define CTYPE_U32 uint32_t
#define CTYPE_U64 uint64_t
#define CTYPE_COOKIE struct slice
#define CTYPE_STRING struct slice
#define CTYPE_TEXT struct slice
#define CTYPE_NAMES struct slice
#define CTYPE_MPINT struct slice
#define CTYPE_REST struct slice

struct field_row {
	const char *name;
	enum field_kind kind;
	unsigned flags;
	size_t offset; /* of the member in its struct */
};

/* Reads all of `bytes` into the members of *out, every one of them; its slices borrow from `bytes`. 0, or
 * NACRE_E_FORMAT: then *out is partly filled, and *field (may be NULL) names the field that was wrong, or "end". */
int fields_parse(
    const struct field_row *rows, size_t n_rows, struct slice bytes, void *out, const char **field) NACRE_CHECK;

/* How many bytes fields_write writes. */
size_t fields_size(const struct field_row *rows, size_t n_rows, const void *in);
/* Writes every field at p, and returns the end. */
uint8_t *fields_write(const struct field_row *rows, size_t n_rows, const void *in, uint8_t *p);

#endif
