/* keys: one key of each type for the tests of a connection, made once for each test program. */
#ifndef TESTS_CONN_KEYS_H
#define TESTS_CONN_KEYS_H

#include <nacre/key.h>

enum { KEY_ED25519, KEY_P256, KEY_P384, KEY_P521, KEY_RSA, KEY_MLDSA, KEY_COUNT };

struct test_keys {
	nacre_key *key[KEY_COUNT];
	nacre_key *dsa; /* out of a file: none is made */
	nacre_key *other; /* another ed25519 one */
};

extern const char *const test_key_types[KEY_COUNT];

/* All of them; only the ed25519 ones with quick. */
void test_keys_make(struct test_keys *keys, const struct nacre_env *env, int quick);
void test_keys_free(struct test_keys *keys);

#endif
