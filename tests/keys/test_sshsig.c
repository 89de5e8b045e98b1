/* SSHSIG: ours are taken by ssh-keygen -Y, its are taken by us, and nothing else is. OpenSSH PROTOCOL.sshsig. */
#include "armor.h"
#include "keydata.h"
#include "keygen.h"
#include <nacre/sshsig.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define MESSAGE "the message"

static const char *const files[] = {"ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048"};

#define FILES (sizeof(files) / sizeof(files[0]))

/* In pieces: a byte, nothing, the rest. */
static void
feed(nacre_sshsig *sig, const char *message)
{
	const uint8_t *p = (const uint8_t *)message;
	size_t n = strlen(message);

	assert_int_equal(nacre_sshsig_update(sig, p, n > 0), 0);
	assert_int_equal(nacre_sshsig_update(sig, NULL, 0), 0);
	assert_int_equal(nacre_sshsig_update(sig, p + (n > 0), n - (n > 0)), 0);
}

static int
verify(struct test_env *t, const char *text, size_t n, const char *name_space, const char *message)
{
	nacre_sshsig *sig;
	int r = nacre_sshsig_parse(&t->env, text, n, &sig);

	assert_true((r == 0) == (sig != NULL));
	if (r != 0)
		return r;
	feed(sig, message);
	r = nacre_sshsig_verify(sig, name_space, 0);
	if (r != NACRE_E_ARGUMENT)
		assert_int_equal(nacre_sshsig_verify(sig, name_space, 0), NACRE_E_MISUSE);
	nacre_sshsig_free(sig);
	return r;
}

static void
sign(struct test_env *t, const nacre_key *key, const char *name_space, const char *hash, char **text, size_t *n)
{
	nacre_sshsig *sig;

	assert_int_equal(nacre_sshsig_new(&t->env, key, name_space, hash, &sig), 0);
	feed(sig, MESSAGE);
	assert_int_equal(nacre_sshsig_verify(sig, name_space, 0), NACRE_E_MISUSE);
	assert_int_equal(nacre_sshsig_sign(sig, text, n), 0);
	assert_int_equal(nacre_sshsig_update(sig, (const uint8_t *)"x", 1), NACRE_E_MISUSE);
	nacre_sshsig_free(sig);
}

static void
signatures_of_ssh_keygen_hold(void **state)
{
	struct keydata file;
	struct test_env t;
	nacre_sshsig *sig;
	nacre_key *key;
	size_t i;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < FILES; i++) {
		key = keydata_public(&t, files[i]);
		keydata_read(files[i], ".sig", &file);
		assert_int_equal(verify(&t, file.p, file.n, "test", MESSAGE), 0);
		assert_int_equal(verify(&t, file.p, file.n, "file", MESSAGE), NACRE_E_ARGUMENT);
		assert_int_equal(verify(&t, file.p, file.n, "test", "the massage"), NACRE_E_CRYPTO);
		assert_int_equal(verify(&t, file.p, file.n, "test", ""), NACRE_E_CRYPTO);
		assert_int_equal(nacre_sshsig_parse(&t.env, file.p, file.n, &sig), 0);
		assert_true(nacre_key_equal(nacre_sshsig_key(sig), key));
		assert_string_equal(nacre_sshsig_hash(sig), "sha512");
		assert_int_equal(nacre_sshsig_namespace(sig).n, 4);
		nacre_sshsig_free(sig);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
ours_hold_with_either_hash(void **state)
{
	static const char *const hashes[] = {NULL, "sha512", "sha256"};
	struct test_env t;
	nacre_key *key;
	char *text;
	size_t i, k, n;

	(void)state;
	test_env_init(&t, 2);
	for (i = 0; i < FILES; i++)
		for (k = 0; k < 3; k++) {
			key = keydata_private(&t, files[i]);
			sign(&t, key, "file", hashes[k], &text, &n);
			assert_int_equal(verify(&t, text, n, "file", MESSAGE), 0);
			assert_int_equal(verify(&t, text, n, "git", MESSAGE), NACRE_E_ARGUMENT);
			assert_int_equal(verify(&t, text, n, "file", "another"), NACRE_E_CRYPTO);
			nacre_sshsig_text_free(&t.env, text, n);
			nacre_key_free(key);
		}
	keydata_assert_clean(&t);
}

/* Ed25519 has no randomness in it: what we write is what ssh-keygen wrote, to the byte. */
static void
a_signature_by_ed25519_is_the_one_of_ssh_keygen(void **state)
{
	struct keydata file;
	struct test_env t;
	nacre_key *key;
	char *text;
	size_t n;

	(void)state;
	test_env_init(&t, 3);
	key = keydata_private(&t, "ed25519");
	keydata_read("ed25519", ".sig", &file);
	sign(&t, key, "test", NULL, &text, &n);
	assert_string_equal(text, file.p);
	assert_int_equal(n, file.n);
	nacre_sshsig_text_free(&t.env, text, n);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
what_can_not_be_signed_is_refused(void **state)
{
	static char long_name[NACRE_SSHSIG_NAMESPACE_MAX + 2];
	struct test_env t;
	nacre_key *key, *half, *dsa;
	struct keydata file;
	nacre_sshsig *sig;

	(void)state;
	test_env_init(&t, 4);
	dsa = keydata_private(&t, "dsa1024");
	assert_int_equal(nacre_sshsig_new(&t.env, dsa, "file", NULL, &sig), NACRE_E_KEY_TYPE);
	nacre_key_free(dsa);
	keydata_read("dsa1024", ".sig", &file);
	assert_int_equal(nacre_sshsig_parse(&t.env, file.p, file.n, &sig), NACRE_E_KEY_TYPE);
	key = keydata_private(&t, "ed25519");
	half = keydata_public(&t, "ed25519");
	assert_int_equal(nacre_sshsig_new(&t.env, half, "file", NULL, &sig), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_sshsig_new(&t.env, key, "", NULL, &sig), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_sshsig_new(&t.env, key, NULL, NULL, &sig), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_sshsig_new(&t.env, key, "file", "sha1", &sig), NACRE_E_UNSUPPORTED);
	assert_int_equal(nacre_sshsig_new(&t.env, key, "file", "sha384", &sig), NACRE_E_UNSUPPORTED);
	memset(long_name, 'x', NACRE_SSHSIG_NAMESPACE_MAX + 1);
	assert_int_equal(nacre_sshsig_new(&t.env, key, long_name, NULL, &sig), NACRE_E_ARGUMENT);
	long_name[NACRE_SSHSIG_NAMESPACE_MAX] = '\0';
	assert_int_equal(nacre_sshsig_new(&t.env, key, long_name, NULL, &sig), 0);
	nacre_sshsig_free(sig);
	nacre_key_free(key);
	nacre_key_free(half);
	keydata_assert_clean(&t);
}

/* A signature with any field as a test wants it. */
struct fields {
	const char *magic;
	uint32_t version;
	struct slice name_space, reserved;
	const char *hash, *algorithm;
	struct slice tail;
};

static int
forged(struct test_env *t, const struct fields *f, const nacre_key *key)
{
	uint8_t digest[HASH_MAX_LEN];
	struct buf covered, signature, blob, text;
	int r;

	buf_init(&covered, &t->env, 8192);
	buf_init(&signature, &t->env, 8192);
	buf_init(&blob, &t->env, 8192);
	buf_init(&text, &t->env, 16384);
	assert_int_equal(hash_once(HASH_SHA512, SLICE_LIT(MESSAGE), digest), 0);
	buf_put_slice(&covered, SLICE_LIT("SSHSIG"));
	buf_put_string(&covered, f->name_space);
	buf_put_string(&covered, f->reserved);
	buf_put_cstring(&covered, f->hash);
	buf_put_string(&covered, slice_of(digest, 64));
	assert_int_equal(
	    key_sign(key, &t->env, sigalg_find(slice_str(f->algorithm)), buf_slice(&covered), &signature), 0);
	buf_put_slice(&blob, slice_str(f->magic));
	buf_put_u32(&blob, f->version);
	buf_put_string(&blob, key_blob(key));
	buf_put_string(&blob, f->name_space);
	buf_put_string(&blob, f->reserved);
	buf_put_cstring(&blob, f->hash);
	buf_put_string(&blob, buf_slice(&signature));
	buf_put_slice(&blob, f->tail);
	buf_put_slice(&text, SLICE_LIT("-----BEGIN SSH SIGNATURE-----\n"));
	armor_encode(&text, buf_slice(&blob), 70);
	buf_put_slice(&text, SLICE_LIT("-----END SSH SIGNATURE-----\n"));
	r = verify(t, (const char *)text.p, text.n, "n", MESSAGE);
	buf_free(&covered);
	buf_free(&signature);
	buf_free(&blob);
	buf_free(&text);
	return r;
}

static void
each_field_is_held_to_its_form(void **state)
{
	static const struct {
		struct fields f;
		int wanted;
	} rows[] = {
	    {{"SSHSIG", 1, SLICE_INIT("n"), SLICE_INIT(""), "sha512", "rsa-sha2-512", SLICE_INIT("")}, 0},
	    {{"SSHSIG", 1, SLICE_INIT("n"), SLICE_INIT(""), "sha512", "rsa-sha2-256", SLICE_INIT("")}, 0},
	    /* The field that means nothing yet is covered, and passed over. */
	    {{"SSHSIG", 1, SLICE_INIT("n"), SLICE_INIT("later"), "sha512", "rsa-sha2-512", SLICE_INIT("")}, 0},
	    {{"SSHSIG", 1, SLICE_INIT("n"), SLICE_INIT(""), "sha512", "ssh-rsa", SLICE_INIT("")}, NACRE_E_CRYPTO},
	    {{"SSHSIH", 1, SLICE_INIT("n"), SLICE_INIT(""), "sha512", "rsa-sha2-512", SLICE_INIT("")}, NACRE_E_FORMAT},
	    {{"SSHSIG", 2, SLICE_INIT("n"), SLICE_INIT(""), "sha512", "rsa-sha2-512", SLICE_INIT("")},
		NACRE_E_UNSUPPORTED},
	    {{"SSHSIG", 0, SLICE_INIT("n"), SLICE_INIT(""), "sha512", "rsa-sha2-512", SLICE_INIT("")},
		NACRE_E_UNSUPPORTED},
	    {{"SSHSIG", 1, SLICE_INIT(""), SLICE_INIT(""), "sha512", "rsa-sha2-512", SLICE_INIT("")}, NACRE_E_FORMAT},
	    {{"SSHSIG", 1, SLICE_INIT("n\0n"), SLICE_INIT(""), "sha512", "rsa-sha2-512", SLICE_INIT("")},
		NACRE_E_FORMAT},
	    {{"SSHSIG", 1, SLICE_INIT("n"), SLICE_INIT(""), "sha1", "rsa-sha2-512", SLICE_INIT("")},
		NACRE_E_UNSUPPORTED},
	    {{"SSHSIG", 1, SLICE_INIT("n"), SLICE_INIT(""), "sha512", "rsa-sha2-512", SLICE_INIT("x")}, NACRE_E_FORMAT},
	};
	struct test_env t;
	nacre_key *key;
	size_t i;
	int r;

	(void)state;
	test_env_init(&t, 5);
	key = keydata_private(&t, "rsa2048");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((r = forged(&t, &rows[i].f, key)) != rows[i].wanted)
			fail_msg("row %zu: %d", i, r);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
the_armour_is_held_to_its_form(void **state)
{
	static const struct {
		const char *before, *after;
		size_t cut; /* bytes off the end of the text */
		int wanted;
	} rows[] = {
	    {"", "", 0, 0},
	    {"\n \n", "\n\n", 0, 0},
	    {"x\n", "", 0, NACRE_E_FORMAT},
	    {"", "x", 0, NACRE_E_FORMAT},
	    {"", "", 1, 0}, /* the last newline */
	    {"", "", 2, NACRE_E_FORMAT},
	    {"", "", 60, NACRE_E_FORMAT},
	};
	struct keydata file;
	struct test_env t;
	char text[KEYDATA_MAX + 16];
	size_t i;

	(void)state;
	test_env_init(&t, 6);
	keydata_read("ed25519", ".sig", &file);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int n = snprintf(
		    text, sizeof(text), "%s%.*s%s", rows[i].before, (int)(file.n - rows[i].cut), file.p, rows[i].after);

		assert_int_equal(verify(&t, text, (size_t)n, "test", MESSAGE), rows[i].wanted);
	}
	assert_int_equal(verify(&t, "", 0, "test", MESSAGE), NACRE_E_FORMAT);
	keydata_assert_clean(&t);
}

static void
every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
	struct keydata file;
	struct test_env t;
	uint64_t at;
	int r;

	(void)state;
	keydata_read("ed25519", ".sig", &file);
	for (at = 1;; at++) {
		test_env_init(&t, 7);
		t.fail_at = at;
		r = verify(&t, file.p, file.n, "test", MESSAGE);
		keydata_assert_clean(&t);
		if (r == 0)
			break;
		assert_int_equal(r, NACRE_E_NOMEM);
	}
	assert_true(at > 4);
}

static void
ssh_keygen_takes_ours(void **state)
{
	char path[64], command[256], out[1024], *text;
	const char *argv[] = {"sh", "-c", command, NULL};
	struct test_env t;
	nacre_key *key;
	size_t i, n;

	(void)state;
	if (!keygen_is_here())
		skip();
	test_env_init(&t, 8);
	for (i = 0; i < FILES; i++) {
		key = keydata_private(&t, files[i]);
		sign(&t, key, "file", i % 2 == 0 ? "sha512" : "sha256", &text, &n);
		keygen_file(text, n, path);
		snprintf(command, sizeof(command), "printf '%%s' '%s' | ssh-keygen -Y check-novalidate -n file -s %s",
		    MESSAGE, path);
		assert_int_equal(keygen_run(argv, out, sizeof(out)), 0);
		assert_non_null(strstr(out, "Good \"file\" signature with"));
		snprintf(
		    command, sizeof(command), "printf '%%s' 'no' | ssh-keygen -Y check-novalidate -n file -s %s", path);
		assert_int_not_equal(keygen_run(argv, out, sizeof(out)), 0);
		keygen_remove(path);
		nacre_sshsig_text_free(&t.env, text, n);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signatures_of_ssh_keygen_hold),
	    cmocka_unit_test(ours_hold_with_either_hash),
	    cmocka_unit_test(a_signature_by_ed25519_is_the_one_of_ssh_keygen),
	    cmocka_unit_test(what_can_not_be_signed_is_refused),
	    cmocka_unit_test(each_field_is_held_to_its_form),
	    cmocka_unit_test(the_armour_is_held_to_its_form),
	    cmocka_unit_test(every_failing_allocation_is_an_error_and_leaks_nothing),
	    cmocka_unit_test(ssh_keygen_takes_ours),
	};

	return cmocka_run_group_tests_name("sshsig", tests, NULL, NULL);
}
