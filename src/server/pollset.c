/* pollset: see pollset.h. Knows: poll. Must not know: what is behind a descriptor. Serves: nothing on the wire. */
#include <errno.h>
#include "pollset.h"

#define POLLSET_FIRST 16

void
pollset_clear(struct pollset *set)
{
	set->n = 0;
}

static int
pollset_grow(struct pollset *set, const struct nacre_env *env)
{
	size_t cap = set->cap == 0 ? POLLSET_FIRST : set->cap * 2;
	struct pollfd *fds = mem_new(env, cap * sizeof(*fds));
	struct pollfd **owners = mem_new(env, cap * sizeof(*owners));

	if (fds == NULL || owners == NULL) {
		mem_free(env, fds, cap * sizeof(*fds));
		mem_free(env, owners, cap * sizeof(*owners));
		return NACRE_E_NOMEM;
	}
	if (set->n > 0) {
		memcpy(fds, set->fds, set->n * sizeof(*fds));
		memcpy(owners, set->owners, set->n * sizeof(*owners));
	}
	mem_free(env, set->fds, set->cap * sizeof(*fds));
	mem_free(env, set->owners, set->cap * sizeof(*owners));
	set->fds = fds;
	set->owners = owners;
	set->cap = cap;
	return NACRE_OK;
}

int
pollset_add(struct pollset *set, const struct nacre_env *env, struct pollfd *owner)
{
	int rc;

	owner->revents = 0;
	/* Without an interest poll would still report a hang-up, again and again. */
	if (owner->fd < 0 || owner->events == 0)
		return NACRE_OK;
	if (set->n == set->cap && (rc = pollset_grow(set, env)) != NACRE_OK)
		return rc;
	set->fds[set->n] = *owner;
	set->owners[set->n] = owner;
	set->n++;
	return NACRE_OK;
}

int
pollset_wait(struct pollset *set, int timeout_ms)
{
	int ready = poll(set->fds, (nfds_t)set->n, timeout_ms);

	if (ready < 0)
		return errno == EINTR || errno == EAGAIN ? NACRE_OK : NACRE_E_SYSTEM;
	for (size_t i = 0; i < set->n; i++)
		set->owners[i]->revents = set->fds[i].revents;
	return NACRE_OK;
}

void
pollset_free(struct pollset *set, const struct nacre_env *env)
{
	mem_free(env, set->fds, set->cap * sizeof(*set->fds));
	mem_free(env, set->owners, set->cap * sizeof(*set->owners));
	*set = (struct pollset){.n = 0};
}
