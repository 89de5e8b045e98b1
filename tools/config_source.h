/* config_source: where the tool's settings come from. Knows: -F, -o and letters; the usual files. Must not know: what a
 * setting is for. ssh(1). */
#ifndef TOOL_CONFIG_SOURCE_H
#define TOOL_CONFIG_SOURCE_H

#include "tool.h"

/* A config without sources, on the system; NULL after saying why. */
nacre_config *config_source_new(const struct nacre_env *env);
/* -o's text. 0, or TOOL_FAILED after saying what is wrong. */
int config_source_option(nacre_config *config, const char *text);
/* A keyword for a letter. The same. */
int config_source_set(nacre_config *config, const char *keyword, const char *value);
/* The files: NULL for the usual ones, "none" for none. The same. */
int config_source_files(nacre_config *config, const char *path);
/* Cuts "[user@]host" at the last '@', for a user's name may hold one; *host is in `text`, which is changed. A user from
 * an option counts more than this one. The same. */
int config_source_destination(nacre_config *config, char *text, const char **host);
/* What is found for a host; Match exec is allowed, as ssh allows it. The same. */
int config_source_lookup(nacre_config *config, const char *host, const char *command, nacre_config_host **found);

#endif
