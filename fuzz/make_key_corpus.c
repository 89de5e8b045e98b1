/* make_key_corpus: writes the seeds of fuzz_key, with real keys: one of each type in each form that is read.
 *
 *   make_key_corpus DIR */
#include "corpus_file.h"
#include "fuzz.h"
#include "key.h"
#include "test_env.h"

#include <sodium.h>

/* The first byte of a seed: which reader. */
enum reader_choice { READ_PRIVATE, READ_PRIVATE_WITH_PASSPHRASE, READ_PEEK, READ_LINE, READ_BLOB, READ_SIGNATURE };

static void
seed(const char *dir, const struct nacre_env *env, enum reader_choice which, const char *type, struct slice bytes)
{
	static const char *const names[] = {"private", "passphrase", "peek", "line", "blob", "signature"};
	struct buf b;
	char name[80];

	buf_init(&b, env, 65536);
	buf_put_u8(&b, (uint8_t)which);
	buf_put_slice(&b, bytes);
	FUZZ_CHECK(b.bad == 0);
	snprintf(name, sizeof(name), "%s-%s", names[which], type);
	corpus_file(dir, "key", name, buf_slice(&b));
	buf_free(&b);
}

static void
signature_seed(const char *dir, const struct nacre_env *env, const nacre_key *key)
{
	const struct sigalg *algorithm;
	struct buf b;

	for (algorithm = sigalg_table; strcmp(algorithm->key_type, nacre_key_type(key)) != 0; algorithm++)
		continue;
	buf_init(&b, env, 8192);
	buf_put_string(&b, key_blob(key));
	FUZZ_CHECK(key_sign(key, env, algorithm, SLICE_LIT("another text"), &b) == 0 && b.bad == 0);
	seed(dir, env, READ_SIGNATURE, nacre_key_type(key), buf_slice(&b));
	buf_free(&b);
}

static void
key_seeds(const char *dir, const struct nacre_env *env, const char *type, unsigned bits)
{
	nacre_key *key;
	char *text;
	size_t n;

	FUZZ_CHECK(nacre_key_generate(env, type, bits, &key) == 0);
	FUZZ_CHECK(nacre_key_write_private(env, key, "a comment", &text, &n) == 0);
	seed(dir, env, READ_PRIVATE, type, slice_of(text, n));
	seed(dir, env, READ_PRIVATE_WITH_PASSPHRASE, type, slice_of(text, n));
	seed(dir, env, READ_PEEK, type, slice_of(text, n));
	nacre_key_text_free(env, text, n);
	FUZZ_CHECK(nacre_key_write_public(env, key, "a comment", &text, &n) == 0);
	seed(dir, env, READ_LINE, type, slice_of(text, n));
	nacre_key_text_free(env, text, n);
	seed(dir, env, READ_BLOB, type, key_blob(key));
	signature_seed(dir, env, key);
	nacre_key_free(key);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *type;
		unsigned bits;
	} types[] = {
	    {"ssh-ed25519", 0},
	    {"ecdsa-sha2-nistp256", 0},
	    {"ecdsa-sha2-nistp384", 0},
	    {"ecdsa-sha2-nistp521", 0},
	    {"ssh-rsa", 2048},
	};
	struct test_env t;
	size_t i;

	if (argc != 2 || sodium_init() < 0) {
		fprintf(stderr, "usage: make_key_corpus DIR\n");
		return 1;
	}
	test_env_init(&t, 71);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		key_seeds(argv[1], &t.env, types[i].type, types[i].bits);
	FUZZ_CHECK(t.live_blocks == 0);
	return 0;
}
