/* What the core asks of the world: memory, randomness, and where a trace goes.
 *
 * The core does no I/O and has no globals: everything comes in through this struct. Time is not here: it enters by
 * nacre_conn_tick. nacre_env_default() is what programs use; tests put counting allocators and seeded randomness here.
 * Who brings an environment of their own calls nacre_env_default() once before, for libsodium's sake. */
#ifndef NACRE_ENV_H
#define NACRE_ENV_H

#include <stddef.h>
#include <stdbool.h>
#include <nacre/status.h>
#include <nacre/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/* CPU features that the core may use. */
#define NACRE_CPU_AES 1u /* hardware AES and carry-less multiply, as libsodium's AES-256-GCM needs them */

struct nacre_env {
	size_t size; /* sizeof(struct nacre_env): lets the struct grow */
	void *ctx;   /* passed to each function below */

	/* Returns n bytes aligned as malloc aligns, or NULL. n is never 0. */
	void *(*alloc)(void *ctx, size_t n);
	/* Takes back what alloc gave; n is the size that was asked for. p is never NULL. */
	void (*free)(void *ctx, void *p, size_t n);
	/* Fills out with n unpredictable bytes. Returns 0, or nonzero where there is no randomness: what needed it
	 * fails. */
	int (*random)(void *ctx, void *out, size_t n);
	/* Receives every packet in words; NULL for no trace. */
	nacre_trace_fn *trace;

	unsigned cpu; /* NACRE_CPU_* that are there */
	/* Policy: the smallest RSA key, in bits, that is read, made or verified by. 0: 2048. Nothing below 1024 is ever
	 * taken, whatever stands here. */
	unsigned rsa_bits_min;
	/* Gives the trace the bytes of each packet as well, but of those that may hold a secret (trace.h). What a
	 * channel carries is shown: what is typed there too. */
	bool trace_bytes;
};

/* The ordinary environment: malloc, libsodium's randomness, no trace, the CPU as it is. Initialises libsodium on first
 * use, may be called from any thread. Returns NULL where libsodium cannot start (no source of randomness). Static. */
NACRE_API const struct nacre_env *nacre_env_default(void);

#ifdef __cplusplus
}
#endif
#endif
