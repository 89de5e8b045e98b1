/* config_rows: every keyword of ssh_config(5), and what its values look like. Knows: names, kinds, defaults. Must not
 * know: files, hosts. ssh_config(5). */
#ifndef CONFIG_ROWS_H
#define CONFIG_ROWS_H

#include "slice.h"

enum config_id {
#define C(name, kind, about, fallback, flags) CONFIG_##name,
#include "config_keywords.def"
#undef C
	CONFIG_ROWS,
	CONFIG_PAST /* a keyword that once meant something, or does elsewhere: kept, never used */
};

#define CONFIG_ALL 1u /* every value counts, not only the first */
#define CONFIG_EACH 2u /* printed a line for each word */
#define CONFIG_UNIQUE 4u /* a value that is there already is not added */
#define CONFIG_OWNED 2048u /* but one of the user's files beside one of the system's */
#define CONFIG_NONE 8u /* "none" is no value in the end */
#define CONFIG_TILDE 16u /* a path that may begin with "~" */
#define CONFIG_VARIABLES 32u /* ${NAME} */
#define CONFIG_TOKENS 64u /* the usual %tokens */
#define CONFIG_PROXY 128u /* %% %h %n %p %r alone */
#define CONFIG_SHELL 256u /* goes to a shell: what is put in must be harmless */
#define CONFIG_SHOWN 512u /* printed as it is used */
#define CONFIG_SPENT 1024u /* the lookup itself acts on it */
#define CONFIG_FIRST 8192u /* set by the first reading alone */
#define CONFIG_NAME 4096u /* %% and %h alone */
#define CONFIG_PATH (CONFIG_TILDE | CONFIG_VARIABLES | CONFIG_TOKENS)

struct config_taking;
/* Reads a value: the words that are kept go to the taking's output. 0, or a failure that was told. */
typedef int config_kind_fn(struct config_taking *taking);

/* One of several words, and what it is kept as. */
struct config_choice {
	const char *word, *means;
};

struct config_row {
	const char *name;
	config_kind_fn *take;
	const struct config_choice *choices; /* a row without a word at the end; or NULL */
	const char *fallback; /* what is printed where no source sets it; NULL: nothing */
	unsigned flags;
};

extern const struct config_row config_rows[CONFIG_ROWS];

/* By any of its names, in any case. CONFIG_ROWS: there is no such keyword. */
enum config_id config_row_find(struct slice name);

#endif
