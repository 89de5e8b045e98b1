/* scan: the command line of nacre scan. Knows: ssh-keyscan's letters. Must not know: servers. ssh-keyscan(1). */
#ifndef TOOL_SCAN_H
#define TOOL_SCAN_H

#include "tool.h"

#define SCAN_FILES_MAX 16

struct scan_options {
	unsigned port;
	int timeout_ms;
	const char *types, *preset, *user; /* NULL: the defaults */
	bool hashed, json, quiet;
	const char *files[SCAN_FILES_MAX];
	unsigned n_files;
};

/* The index of the first host in argv, argc where there is none (then there are files); -1 after saying what is
 * wrong. */
int scan_options_read(struct scan_options *options, int argc, char **argv);

#endif
