/* pollset: everything that one poll waits for. Knows: struct pollfd; who owns each one. Must not know: what is behind a
 * descriptor. Serves: nothing on the wire. */
#ifndef SERVER_POLLSET_H
#define SERVER_POLLSET_H

#include <poll.h>
#include "mem.h"

struct pollset {
	struct pollfd *fds;
	struct pollfd **owners; /* fds[i] is a copy of *owners[i] */
	size_t n, cap;
};

/* Forgets the entries, keeps the memory. */
void pollset_clear(struct pollset *set);
/* Adds an entry unless its fd is negative or it waits for nothing; its revents become 0. It stays where it is until
 * pollset_wait has returned. */
int pollset_add(struct pollset *set, const struct nacre_env *env, struct pollfd *owner) NACRE_CHECK;
/* Waits and fills in the owners' revents. timeout_ms: -1 for no limit. An interrupted wait is NACRE_OK with nothing
 * ready. */
int pollset_wait(struct pollset *set, int timeout_ms) NACRE_CHECK;
void pollset_free(struct pollset *set, const struct nacre_env *env);

#endif
