/* config_reader: one reading of the sources for one host. Knows: where it stands, and what is active. Must not know:
 * what values mean. ssh_config(5). */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include "config_store.h"
#include "config_words.h"

struct config_source {
	struct config_source *next;
	char *name; /* NULL: an option */
	char *keyword; /* of an option whose value is apart, or NULL */
	uint8_t *text;
	size_t n, size; /* size: of the memory, in which a NUL may follow */
	bool user; /* else the system's */
};

struct config_reader {
	const struct nacre_env *env;
	const struct nacre_config_world *world;
	struct nacre_config_host *into;
	struct failure *why;
	const char *name; /* that Host is matched with */
	const char *command;
	bool allow_exec;
	bool final; /* the second reading */
	bool wants_final; /* somebody asks for one */
	struct buf *words_room, *out_room; /* of the line that is read */
	size_t files; /* included so far */

	/* Where it stands. */
	const char *file; /* kept by `into` */
	unsigned long line; /* 0: an option */
	const char *keyword; /* of the line, as it is written; or NULL */
	bool user, is_option;
	bool active; /* do values count here? */
	bool never; /* an included file's outer block does not match: only the form is checked */
	unsigned depth;
};

/* What a kind works on. */
struct config_taking {
	struct config_reader *reader;
	enum config_id id;
	const struct config_row *row;
	const char *const *words; /* n left */
	size_t n;
	struct slice rest; /* the line behind the keyword, as it is written */
	struct buf *out; /* the words that are kept, each with a NUL */
	size_t n_out;
	bool nothing; /* the line is good, and sets nothing */
};

/* The failure of the line that is read; returns its code. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int
config_fail(struct config_reader *r, int code, const char *format, ...);
/* The same with a word of the file behind the text, escaped. */
int config_fail_word(struct config_reader *r, const char *text, const char *word);

/* Reads the lines of a source. */
int config_read_source(struct config_reader *r, const struct config_source *source) NACRE_CHECK;

/* Reads the lines of a text, in the file that r->file names. */
int config_read_text(struct config_reader *r, struct slice text) NACRE_CHECK;

/* --- config_include.c --- */
int config_include(struct config_reader *r, const struct config_words *words) NACRE_CHECK;
/* --- config_match.c --- */
int config_match(struct config_reader *r, const struct config_words *words, bool *matches) NACRE_CHECK;

/* --- config_canon.c --- */
/* The host's name as it is known at this point of the reading; freed with mem_free_str. */
int config_name_now(struct config_reader *r, char **name) NACRE_CHECK;
/* Finds into->hostname, after the first reading. */
int config_canonicalize(struct config_reader *r) NACRE_CHECK;

/* --- for kinds --- */
/* The next word, or NULL. */
const char *config_take(struct config_taking *t);
/* The same, and a failure where there is none or it is empty. */
int config_need(struct config_taking *t, const char **word) NACRE_CHECK;
void config_keep(struct config_taking *t, const char *word);

#endif
