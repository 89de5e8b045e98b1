/* keys: see keys.h. */
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>

const char *const test_key_types[KEY_COUNT] = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521", "ssh-rsa", "ssh-mldsa44-ed25519@openssh.com"};

static const char dsa_file[] = "-----BEGIN DSA PRIVATE KEY-----\n"
			       "MIIBvAIBAAKBgQCZeRDmJjyafeVSRrtqqDTpBDpsOO/cvTiBcuCwdUa3blwoNP/l\n"
			       "4JVOI61hKQJ61v7NBjRynHUKgr1vh1x+hmxOQC9nxqNbaqRQ5K1mAWJTVUHaYUg0\n"
			       "bYXRMT6WkwWJQhjoh00oaqBjf6ub7/Q3OqfyjLyMEannouhuDx+VNn6LbwIVAK7s\n"
			       "VoB4ZFQRAVWyZ4i5ZM3Z6F8fAoGAOOVFDiHauaMryskPoZ/6wv+1vZGCkdztssoI\n"
			       "UccmWeoi7LOWJ3DVr0QjkgAb+HAi+RWRj+84wyFyypRgVyxYvX08Ot0tFAD8Jc2J\n"
			       "cMqwHcGLuGa7DHptnSYZToKde8DX18IRcGSX+kwwvg+BJqkh6QX6Sz7SEjwQlmXs\n"
			       "x3GhtZ8CgYEAhrM7ampjyDqVw2xoNsTsIqoWNkEMqv2ZtwDSXfZ4udecV0sceBbX\n"
			       "NgVzdG72wrjzfanvf7QrJHCn3BZB2112IDj87nQ9TBdTnCzXa9gKDAWbNhgzz8wV\n"
			       "xO0PqzW8Iy6OTTrw6/S0J0fr2zYfI6ce4RaRWg7tU52yv3LuOOeWMcYCFQCTukBm\n"
			       "X6fZQg8ntvp4haM3umaNSg==\n"
			       "-----END DSA PRIVATE KEY-----\n";

static nacre_key *
read_dsa(const struct nacre_env *env)
{
	nacre_key *key = NULL;

	if (nacre_key_parse_private(env, (const uint8_t *)dsa_file, sizeof(dsa_file) - 1, NULL, &key, NULL, 0) != 0) {
		fprintf(stderr, "cannot read the DSA key\n");
		abort();
	}
	return key;
}

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
	keys->dsa = quick ? NULL : read_dsa(env);
	keys->other = make(env, "ssh-ed25519");
}

void
test_keys_free(struct test_keys *keys)
{
	int i;

	for (i = 0; i < KEY_COUNT; i++)
		nacre_key_free(keys->key[i]);
	nacre_key_free(keys->dsa);
	nacre_key_free(keys->other);
}
