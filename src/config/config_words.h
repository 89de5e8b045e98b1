/* config_words: a line of a configuration file, cut into words. Knows: quotes, escapes, comments, "=". Must not know:
 * keywords. ssh_config(5), the paragraphs before Host. */
#ifndef CONFIG_WORDS_H
#define CONFIG_WORDS_H

#include "buf.h"
#include <nacre/config.h>

#define CONFIG_KEYWORD_MAX 64 /* bytes, with the NUL */

struct config_words {
	const char *at[NACRE_CONFIG_WORDS_MAX];
	size_t n;
};

/* Takes the keyword off a line's front, without quotes, and the "=" behind it; *rest has neither blanks around it nor a
 * line end. False: there is none, the line is empty or a comment. */
bool config_line_split(struct slice line, struct slice *keyword, struct slice *rest);

/* Cuts the text into words, up to a "#" at the beginning of one. They stand in `room`, which is emptied first and holds
 * them until it is next used. Returns NULL, or what is wrong; without memory room->bad is set. */
const char *config_words_cut(struct buf *room, struct slice text, struct config_words *words);

#endif
