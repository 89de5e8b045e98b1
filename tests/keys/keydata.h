/* keydata: the key files under data/, and what every key test needs. */
#ifndef TESTS_KEYDATA_H
#define TESTS_KEYDATA_H

#include "key.h"
#include "test_env.h"

#define KEYDATA_MAX 8192

struct keydata {
	char p[KEYDATA_MAX]; /* NUL-terminated */
	size_t n;
};

/* The file `name` with `suffix`; the test fails where it cannot be read. */
void keydata_read(const char *name, const char *suffix, struct keydata *out);
/* Any file. */
void keydata_read_path(const char *path, struct keydata *out);
/* The private key in it. */
nacre_key *keydata_private(struct test_env *t, const char *name);
/* The key in its `.pub` line. */
nacre_key *keydata_public(struct test_env *t, const char *name);
/* No memory left, and every block freed with its own size. */
void keydata_assert_clean(const struct test_env *t);

#endif
