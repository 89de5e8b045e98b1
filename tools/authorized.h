/* authorized: the public keys that may enter. Knows: authorized_keys, plain lines only. Must not know: who connects.
 * sshd(8), AUTHORIZED_KEYS FILE FORMAT. */
#ifndef TOOL_AUTHORIZED_H
#define TOOL_AUTHORIZED_H

#include "tool.h"

struct authorized {
	nacre_key **keys; /* owned */
	size_t n;
};

/* Adds the keys of a file. A line that is not a plain key, such as one with options, lets nobody in and is told.
 * 0, or TOOL_FAILED after saying why. */
int authorized_load(struct authorized *authorized, const char *path);
bool authorized_has(const struct authorized *authorized, const nacre_key *key);
void authorized_free(struct authorized *authorized);

#endif
