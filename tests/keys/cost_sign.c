/* cost_sign: signs, or checks a signature, n times, for who counts instructions. Knows: the library's inside, whose
 * work it isolates. Must not know: who counts.
 *
 *   cost_sign sign|verify ALGORITHM KEYFILE N    the text is as long as a client's proof in authentication */
#include "key.h"
#include <nacre/io.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE_MAX 4096
#define TEXT_LEN 256

static const uint8_t text[TEXT_LEN] = {7};

static int
sign(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct buf *out)
{
	buf_reset(out);
	return key_sign(key, env, algorithm, slice_of(text, sizeof(text)), out);
}

static int
verify(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct buf *made)
{
	return key_verify(key, env, algorithm, slice_of(text, sizeof(text)), buf_slice(made));
}

static int
run(const struct nacre_env *env, const nacre_key *key, const struct sigalg *algorithm, bool verifies, unsigned long n)
{
	struct buf b;
	int r;

	buf_init(&b, env, SIGNATURE_MAX);
	r = verifies ? sign(key, env, algorithm, &b) : 0;
	for (; n > 0 && r == 0; n--)
		r = (verifies ? verify : sign)(key, env, algorithm, &b);
	buf_free(&b);
	return r;
}

int
main(int argc, char **argv)
{
	const struct nacre_env *env = nacre_env_default();
	const struct sigalg *algorithm = argc == 5 ? sigalg_find(slice_str(argv[2])) : NULL;
	bool verifies = argc == 5 && strcmp(argv[1], "verify") == 0;
	nacre_key *key = NULL;
	int r;

	if (env == NULL || algorithm == NULL || (!verifies && strcmp(argv[1], "sign") != 0)) {
		fprintf(stderr, "usage: cost_sign sign|verify ALGORITHM KEYFILE N\n");
		return 2;
	}
	if ((r = nacre_key_load(env, argv[3], NULL, &key, NULL, 0)) == 0)
		r = run(env, key, algorithm, verifies, strtoul(argv[4], NULL, 10));
	nacre_key_free(key);
	return r == 0 ? 0 : 1;
}
