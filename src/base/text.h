/* text: showing a peer's bytes to a person. Knows: UTF-8. Must not know: where the bytes came from.
 * Control characters (C0, DEL, C1), bidirectional overrides and bytes that are not UTF-8 come out as \xNN. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "slice.h"

/* Writes s, escaped, into out (cap bytes, cap > 0, always NUL-terminated; cut at a whole character where it does not
 * fit). With keep_lines, newline and tab pass as they are. Returns the length without the NUL. */
size_t text_escape(char *out, size_t cap, struct slice s, bool keep_lines);

/* A decimal number 0..max from the whole of s; -1 where it is not one. */
int64_t text_number(struct slice s, int64_t max);

/* ASCII only, whatever the locale. */
bool text_eq_nocase(struct slice a, struct slice b);

#endif
