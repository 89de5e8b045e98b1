/* publine: one public key as a word of a line. Knows: "type base64 comment". Must not know: which file the line is
 * in. */
#ifndef KEYS_PUBLINE_H
#define KEYS_PUBLINE_H

#include "key.h"
#include "why.h"

/* The next word of a line, spaces and tabs around it dropped; false where there is none. */
bool publine_word(struct slice *line, struct slice *word);
/* Reads "type base64" off the front of *line; what is left is the comment. In front of it may stand an authorized_keys
 * line's options, which end at a space outside of quotation marks: *options gets them, empty where the line begins with
 * the key. NACRE_E_KEY_TYPE_UNKNOWN for a type that this build does not know, NACRE_E_KEY_FORMAT, NACRE_E_KEY_TYPE,
 * NACRE_E_CRYPTO (a certificate whose signature does not hold), NACRE_E_NOMEM. */
int publine_split(const struct nacre_env *env, struct slice *line, struct slice *options, nacre_key **key) NACRE_CHECK;
/* The first line of a file: a key and its comment. options: NULL where none may stand in front. */
int publine_read(const struct nacre_env *env, struct slice text, struct slice *options, nacre_key **key,
    struct why *why) NACRE_CHECK;
/* Neither CR nor LF is in it. */
bool publine_is_one_line(const char *comment);
/* Appends the line with its newline. NACRE_E_ARGUMENT for a comment of more than one line. */
int publine_write(struct buf *text, const nacre_key *key, const char *comment) NACRE_CHECK;

#endif
