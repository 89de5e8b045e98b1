/* armor: base64, and the lines around it. Knows: text. Must not know: what is inside. RFC 4648 4, RFC 7468 2. */
#ifndef KEYS_ARMOR_H
#define KEYS_ARMOR_H

#include "buf.h"

/* Appends the bytes that `text` stands for; white space in it is passed over. NACRE_E_KEY_FORMAT where it is not
 * base64. */
int armor_decode(struct buf *out, struct slice text) NACRE_CHECK;
/* Appends base64 with its padding, a newline after each `width` characters (0: none). */
void armor_encode(struct buf *out, struct slice bytes, size_t width);
/* The next line of *text without its line end (LF or CR LF); false at the end. */
bool armor_next_line(struct slice *text, struct slice *line);

#endif
