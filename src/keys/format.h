/* format: a key file's format, as a row. Knows: who reads and writes which. Must not know: any format's inside. */
#ifndef KEYS_FORMAT_H
#define KEYS_FORMAT_H

#include "key.h"
#include "why.h"

#define FORMAT_TEXT_MAX ((size_t)2 << 20) /* of a file that is written */

/* What to write, with every default filled in. */
struct format_order {
	const char *comment; /* not NULL */
	const char *passphrase; /* NULL: no encryption */
	const char *cipher; /* NULL: the format's usual */
	unsigned rounds; /* 0: the format's usual */
};

/* Appends the file's text. */
typedef int format_write_fn(struct buf *text, const nacre_key *key, const struct format_order *order, struct why *why);

#endif
