/* mem: see mem.h. Knows: the hooks. Must not know: malloc. */
#include "mem.h"

#include <sodium.h>

void *
mem_new(const struct nacre_env *env, size_t n)
{
	void *p = env->alloc(env->ctx, n);

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

void *
mem_raw(const struct nacre_env *env, size_t n)
{
	return env->alloc(env->ctx, n);
}

void
mem_free(const struct nacre_env *env, void *p, size_t n)
{
	if (p != NULL)
		env->free(env->ctx, p, n);
}

void
mem_wipe_free(const struct nacre_env *env, void *p, size_t n)
{
	if (p == NULL)
		return;
	mem_wipe(p, n);
	env->free(env->ctx, p, n);
}

char *
mem_str(const struct nacre_env *env, struct slice s)
{
	char *copy = env->alloc(env->ctx, s.n + 1);

	if (copy == NULL)
		return NULL;
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

void
mem_free_str(const struct nacre_env *env, char *s)
{
	if (s != NULL)
		env->free(env->ctx, s, strlen(s) + 1);
}

void
mem_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

int
mem_random(const struct nacre_env *env, void *out, size_t n)
{
	return env->random(env->ctx, out, n) == 0 ? 0 : NACRE_E_RANDOM;
}
