/* settings: what -F, -o and letters say, in ssh_config's words, and what of it is the tool's own business. Knows: a few
 * keywords. Must not know: how a configuration is read, what a connection does with it. ssh_config(5). */
#ifndef TOOL_SETTINGS_H
#define TOOL_SETTINGS_H

#include "config_source.h"

enum host_key_checking { CHECK_ASK, CHECK_STRICT, CHECK_ACCEPT_NEW, CHECK_OFF };
enum log_level { LOG_QUIET, LOG_ERROR, LOG_INFO, LOG_VERBOSE, LOG_DEBUG };

struct settings {
	nacre_config *config; /* what was given so far, and then the files */
	nacre_config_host *found; /* what it comes to for the host; NULL until settings_find */
	const char *file; /* -F; borrowed from the command line */
	enum log_level log_level;
	bool batch; /* never ask */
};

/* 0, or TOOL_FAILED after saying what is wrong; so do all. Freed by settings_free in any case. */
int settings_init(struct settings *settings);
void settings_free(struct settings *settings);
/* Takes "Keyword=value" or "Keyword value". */
int settings_take(struct settings *settings, const char *text);
/* The same with the two halves apart; for letters. */
int settings_set(struct settings *settings, const char *keyword, const char *value);
/* Reads the files and finds what they say of a host. command: what is to be run, or NULL. */
int settings_find(struct settings *settings, const char *host, const char *command);
/* Without files, for a server, which serves only some keywords. */
int settings_find_server(struct settings *settings);
/* The value of a keyword; NULL where it is not set. */
const char *settings_text(const struct settings *settings, const char *keyword);
/* StrictHostKeyChecking of one host, be it the server or a jump host; NULL: nothing is known of it. */
enum host_key_checking settings_checking(const nacre_config_host *found);
/* RekeyLimit's bytes (part 0) or seconds (part 1); 0: the usual. */
uint64_t settings_rekey(const struct settings *settings, size_t part);

#endif
