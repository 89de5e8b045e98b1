/* config_sources: a config and its sources. Knows: their order. Must not know: what is in them. Serves: nothing on the
 * wire. */
#ifndef CONFIG_SOURCES_H
#define CONFIG_SOURCES_H

#include "config_reader.h"

struct nacre_config {
	const struct nacre_env *env;
	const struct nacre_config_world *world;
	struct config_source *options, *files; /* in order */
	size_t n_options, n_files;
	struct failure failure;
};

/* The call's failure, with its place where it has one. */
int config_keep_failure(struct nacre_config *config, int code, const char *file, unsigned long line);

#endif
