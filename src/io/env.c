/* env: the ordinary environment of the core. Knows: malloc, libsodium's randomness and CPU detection.
 * Must not know: connections.
 * Serves: RFC 4251 9.1 (the source of randomness). */
#include <pthread.h>
#include <stdlib.h>
#include <sodium.h>
#include <nacre/env.h>

/* The one mutable thing: written once, before anybody gets its address. */
static struct nacre_env env_ordinary;
static pthread_once_t env_once = PTHREAD_ONCE_INIT;

static void *
env_alloc(void *ctx, size_t n)
{
	(void)ctx;
	return malloc(n);
}

static void
env_free(void *ctx, void *p, size_t n)
{
	(void)ctx;
	(void)n;
	free(p);
}

/* libsodium aborts the process where the kernel has no randomness at all; it never returns weak bytes. */
static int
env_random(void *ctx, void *out, size_t n)
{
	(void)ctx;
	randombytes_buf(out, n);
	return 0;
}

static void
env_start(void)
{
	/* sodium_init must come first: libsodium's AES refuses to work without its CPU detection. */
	if (sodium_init() < 0)
		return;
	env_ordinary = (struct nacre_env){
	    .size = sizeof(env_ordinary),
	    .alloc = env_alloc,
	    .free = env_free,
	    .random = env_random,
	    .cpu = crypto_aead_aes256gcm_is_available() ? NACRE_CPU_AES : 0,
	};
}

const struct nacre_env *
nacre_env_default(void)
{
	if (pthread_once(&env_once, env_start) != 0 || env_ordinary.alloc == NULL)
		return NULL;
	return &env_ordinary;
}
