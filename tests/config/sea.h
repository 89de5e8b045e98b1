/* sea: a world for configurations that stands in tables: files, variables, names. Knows: what a test put there. Must not
 * know: keywords. */
#ifndef TESTS_SEA_H
#define TESTS_SEA_H

#include "test_env.h"
#include <nacre/config.h>

#define SEA_MAX 16

struct sea_row {
	const char *name, *text;
};

struct sea {
	struct test_env t;
	struct nacre_config_world world;
	struct sea_row files[SEA_MAX]; /* a text of NULL cannot be read */
	struct sea_row variables[SEA_MAX];
	struct sea_row names[SEA_MAX]; /* and their canonical ones */
	const char *addresses[SEA_MAX];
	char asked[512]; /* names that were looked up, each with a blank behind it */
	char ran[512]; /* commands, each with a newline behind it */
	int status; /* of all commands */
	nacre_config *config;
};

void sea_init(struct sea *sea);
void sea_free(struct sea *sea);
/* Adds a user's file. */
void sea_text(struct sea *sea, const char *name, const char *text);
/* What is found for a host in one file; NULL where that fails. */
nacre_config_host *sea_find(struct sea *sea, const char *text, const char *host);
/* The value of a keyword in what is found; "" for none. Lives until the next call. */
const char *sea_value(struct sea *sea, const char *text, const char *host, const char *keyword);
/* How looking up fails; the message is in sea_error. */
int sea_failure(struct sea *sea, const char *text, const char *host);
const char *sea_message(const struct sea *sea);

#endif
