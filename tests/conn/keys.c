/* keys: see keys.h. */
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>

const char *const test_key_types[KEY_COUNT] = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp521", "ssh-rsa"};

static nacre_key *
make(const struct nacre_env *env, const char *type)
{
	nacre_key *key = NULL;

	if (nacre_key_generate(env, type, 0, &key) != 0) {
		fprintf(stderr, "cannot make a key of type %s\n", type);
		abort();
	}
	return key;
}

void
test_keys_make(struct test_keys *keys, const struct nacre_env *env, int quick)
{
	int i;

	for (i = 0; i < KEY_COUNT; i++)
		keys->key[i] = quick && i != KEY_ED25519 ? NULL : make(env, test_key_types[i]);
	keys->other = make(env, "ssh-ed25519");
}

void
test_keys_free(struct test_keys *keys)
{
	int i;

	for (i = 0; i < KEY_COUNT; i++)
		nacre_key_free(keys->key[i]);
	nacre_key_free(keys->other);
}
