/* Target: everything that becomes a key. The first byte chooses the reader: a private file (without and with a
 * passphrase), its public half, a .pub line, a blob, a signature. What is read must be written to what reads the same.
 */
#include "fuzz.h"
#include "key.h"
#include "reader.h"
#include "test_env.h"

#include <sodium.h>

static void
check_text(const struct nacre_env *env, const nacre_key *key, bool with_private)
{
	nacre_key *again = NULL;
	char *text = NULL;
	size_t n = 0;
	int r;

	if (with_private)
		r = nacre_key_write_private(env, key, NULL, &text, &n, NULL, 0);
	else
		r = nacre_key_write_public(env, key, NULL, &text, &n, NULL, 0);
	FUZZ_CHECK(r == 0 && text[n] == '\0');
	if (with_private)
		r = nacre_key_parse_private(env, (const uint8_t *)text, n, NULL, &again, NULL, 0);
	else
		r = nacre_key_parse_public(env, text, n, &again, NULL, 0);
	FUZZ_CHECK(r == 0 && nacre_key_equal(key, again));
	FUZZ_CHECK(nacre_key_has_private(again) == with_private);
	nacre_key_free(again);
	nacre_key_text_free(env, text, n);
}

static void
check_key(const struct nacre_env *env, const nacre_key *key)
{
	char fingerprint[64];
	nacre_key *again = NULL;
	size_t n;
	const uint8_t *blob = nacre_key_blob(key, &n);

	FUZZ_CHECK(nacre_key_type(key) != NULL && nacre_key_bits(key) >= 256 && nacre_key_comment(key) != NULL);
	FUZZ_CHECK(nacre_key_fingerprint(key, "SHA256", fingerprint, sizeof(fingerprint)) == 0);
	FUZZ_CHECK(nacre_key_from_blob(env, blob, n, &again) == 0 && nacre_key_equal(key, again));
	nacre_key_free(again);
	check_text(env, key, false);
	if (nacre_key_has_private(key))
		check_text(env, key, true);
}

/* A signature blob against a key that did not make it: never accepted. The blob comes behind the key's. */
static int
read_signature(const struct nacre_env *env, struct slice s, nacre_key **key)
{
	struct reader r = reader_of(s);
	struct slice blob = reader_string(&r), signature = reader_rest(&r);
	const struct sigalg *algorithm;
	int result = key_parse_blob(env, blob, key);

	for (algorithm = sigalg_table; result == 0 && algorithm->name != NULL; algorithm++)
		FUZZ_CHECK(key_verify(*key, env, algorithm, SLICE_LIT("never signed"), signature) != 0);
	return result;
}

static int
read_key(const struct nacre_env *env, unsigned which, struct slice s, nacre_key **key, char *why, size_t why_size)
{
	switch (which % 6) {
	case 0:
		return nacre_key_parse_private(env, s.p, s.n, NULL, key, why, why_size);
	case 1:
		return nacre_key_parse_private(env, s.p, s.n, "passphrase", key, why, why_size);
	case 2:
		return nacre_key_peek_public(env, s.p, s.n, key, why, why_size);
	case 3:
		return nacre_key_parse_public(env, (const char *)s.p, s.n, key, why, why_size);
	case 4:
		return nacre_key_from_blob(env, s.p, s.n, key);
	default:
		return read_signature(env, s, key);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	nacre_key *key = NULL;
	struct test_env t;
	char why[128] = "";
	int r;

	if (size == 0 || sodium_init() < 0)
		return 0;
	test_env_init(&t, 1);
	r = read_key(&t.env, data[0], slice_of(data + 1, size - 1), &key, why, sizeof(why));
	FUZZ_CHECK((r == 0) == (key != NULL));
	FUZZ_CHECK(memchr(why, '\0', sizeof(why)) != NULL);
	if (r == 0)
		check_key(&t.env, key);
	nacre_key_free(key);
	FUZZ_CHECK(t.live_blocks == 0 && t.wrong_sizes == 0);
	return 0;
}
