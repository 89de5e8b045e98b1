/* mem: allocation through the environment. Knows: the environment's hooks. Must not know: what the memory is for. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "slice.h"
#include <nacre/env.h>

/* n zeroed bytes, or NULL. n is not 0. Freed with mem_free and the same n. */
void *mem_new(const struct nacre_env *env, size_t n);

/* The same, but not zeroed: for buffers that are written before they are read. */
void *mem_raw(const struct nacre_env *env, size_t n);

/* Takes p back; NULL is fine. */
void mem_free(const struct nacre_env *env, void *p, size_t n);

/* Wipes n bytes, then takes p back; NULL is fine. */
void mem_wipe_free(const struct nacre_env *env, void *p, size_t n);

/* A NUL-terminated copy of s, which holds no NUL itself, or NULL. Freed with mem_free_str. */
char *mem_str(const struct nacre_env *env, struct slice s);
void mem_free_str(const struct nacre_env *env, char *s);

/* A variable that is written as a whole before it is read: the build need not zero it first. */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define MEM_SET_LATER __attribute__((uninitialized))
#endif
#endif
#ifndef MEM_SET_LATER
#define MEM_SET_LATER
#endif

/* Zeroes n bytes in a way that no compiler leaves out. */
void mem_wipe(void *p, size_t n);

/* The one entry for randomness: 0 or NACRE_E_RANDOM. */
int mem_random(const struct nacre_env *env, void *out, size_t n) NACRE_CHECK;

#endif
