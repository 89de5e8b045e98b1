/* Encrypted openssh-key-v1 files: every cipher, with ssh-keygen as the witness; wrong passphrases; what is altered, cut
 * or beyond the bounds. OpenSSH PROTOCOL.key. */
#include "armor.h"
#include "bcrypt_pbkdf.h"
#include "keydata.h"
#include "keyfile.h"
#include "keygen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define PASSPHRASE "correct horse"

static const char *const names[] = {"ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048", "dsa1024"};

#define NAMES (sizeof(names) / sizeof(names[0]))

/* One round: the derivation is tested elsewhere. */
static struct nacre_key_write_options
options_of(const char *cipher)
{
	return (struct nacre_key_write_options){
	    .size = sizeof(struct nacre_key_write_options), .passphrase = PASSPHRASE, .cipher = cipher, .rounds = 1};
}

static int
read_text(struct test_env *t, const char *text, size_t n, const char *passphrase, nacre_key **key)
{
	char why[200];
	int r = nacre_key_parse_private(&t->env, (const uint8_t *)text, n, passphrase, key, why, sizeof(why));

	assert_int_equal(r == 0, *key != NULL);
	assert_int_equal(r == 0, why[0] == '\0');
	return r;
}

static void
reads_only_with_its_passphrase(struct test_env *t, const nacre_key *key, const char *text, size_t n)
{
	nacre_key *again;

	assert_int_equal(read_text(t, text, n, NULL, &again), NACRE_E_KEY_PASSPHRASE);
	assert_int_equal(read_text(t, text, n, "", &again), NACRE_E_KEY_PASSPHRASE);
	assert_int_equal(read_text(t, text, n, "correct horsf", &again), NACRE_E_KEY_PASSPHRASE_WRONG);
	assert_int_equal(read_text(t, text, n, PASSPHRASE, &again), 0);
	assert_true(nacre_key_equal(key, again));
	assert_string_equal(nacre_key_comment(key), nacre_key_comment(again));
	assert_int_equal(again->secret_len, key->secret_len);
	assert_memory_equal(again->secret, key->secret, key->secret_len);
	nacre_key_free(again);
	assert_int_equal(nacre_key_peek_public(&t->env, (const uint8_t *)text, n, &again, NULL, 0), 0);
	assert_true(nacre_key_equal(key, again));
	nacre_key_free(again);
}

static void
every_cipher_and_type_reads_back_with_its_passphrase(void **state)
{
	const struct blobcipher *c;
	struct test_env t;
	nacre_key *key;
	char *text;
	size_t i, n;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		for (c = blobcipher_table; c->name != NULL; c++) {
			struct nacre_key_write_options options = options_of(c->name);

			assert_int_equal(nacre_key_write_private(&t.env, key, &options, &text, &n, NULL, 0), 0);
			reads_only_with_its_passphrase(&t, key, text, n);
			nacre_key_text_free(&t.env, text, n);
		}
		nacre_key_free(key);
	}
	assert_int_equal(c - blobcipher_table, 10);
	keydata_assert_clean(&t);
}

/* 24 rounds, aes256-ctr: what ssh-keygen does unasked, and what we do. */
static void
the_usual_file_reads_with_its_passphrase(void **state)
{
	static const struct nacre_key_write_options usual = {.size = sizeof(usual), .passphrase = "passphrase"};
	nacre_key *key, *expected;
	struct keydata file;
	struct test_env t;
	struct keyfile f;
	struct why why = {NULL, 0};
	char *text;
	size_t n;

	(void)state;
	test_env_init(&t, 2);
	keydata_read("encrypted", "", &file);
	expected = keydata_public(&t, "encrypted");
	assert_int_equal(read_text(&t, file.p, file.n, "passphrase", &key), 0);
	assert_true(nacre_key_equal(key, expected));
	assert_int_equal(nacre_key_write_private(&t.env, key, &usual, &text, &n, NULL, 0), 0);
	assert_int_equal(keyfile_open(&f, &t.env, slice_of(text, n), &why), 0);
	assert_true(slice_is(f.cipher, "aes256-ctr"));
	assert_int_equal(get_be32(f.kdf_options.p + f.kdf_options.n - 4), 24);
	keyfile_free(&f);
	nacre_key_text_free(&t.env, text, n);
	nacre_key_free(expected);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
two_files_of_one_key_have_nothing_encrypted_in_common(void **state)
{
	struct nacre_key_write_options options = options_of(NULL);
	struct why why = {NULL, 0};
	struct keyfile f[2];
	struct test_env t;
	nacre_key *key;
	size_t i, n[2];
	char *text[2];

	(void)state;
	test_env_init(&t, 3);
	key = keydata_private(&t, "ed25519");
	for (i = 0; i < 2; i++) {
		assert_int_equal(nacre_key_write_private(&t.env, key, &options, &text[i], &n[i], NULL, 0), 0);
		assert_int_equal(keyfile_open(&f[i], &t.env, slice_of(text[i], n[i]), &why), 0);
	}
	assert_false(slice_eq(f[0].kdf_options, f[1].kdf_options));
	for (i = 0; i + 16 <= f[0].private_part.n; i += 16)
		assert_memory_not_equal(f[0].private_part.p + i, f[1].private_part.p + i, 16);
	for (i = 0; i < 2; i++) {
		keyfile_free(&f[i]);
		nacre_key_text_free(&t.env, text[i], n[i]);
	}
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
what_cannot_be_written_is_refused_by_name(void **state)
{
	struct nacre_key_write_options options = options_of("rot13");
	struct test_env t;
	nacre_key *key;
	char *text, why[100];
	size_t n;

	(void)state;
	test_env_init(&t, 4);
	key = keydata_private(&t, "ed25519");
	assert_int_equal(
	    nacre_key_write_private(&t.env, key, &options, &text, &n, why, sizeof(why)), NACRE_E_UNSUPPORTED);
	assert_non_null(strstr(why, "rot13"));
	options = options_of(NULL);
	options.rounds = BCRYPT_ROUNDS_MAX + 1;
	assert_int_equal(nacre_key_write_private(&t.env, key, &options, &text, &n, why, sizeof(why)), NACRE_E_ARGUMENT);
	assert_non_null(strstr(why, "rounds"));
	options.rounds = 1;
	options.size--;
	assert_int_equal(nacre_key_write_private(&t.env, key, &options, &text, &n, NULL, 0), NACRE_E_ARGUMENT);
	options.size++;
	t.random_fails = true;
	assert_int_equal(nacre_key_write_private(&t.env, key, &options, &text, &n, NULL, 0), NACRE_E_RANDOM);
	assert_null(text);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

/* Where each field is in a file with aes256-gcm: magic, cipher, kdf, kdf options, count, blob, private part, tag. */
#define CIPHER_AT 15
#define CIPHER_LEN 22
#define KDF_AT (CIPHER_AT + 4 + CIPHER_LEN)
#define OPTIONS_AT (KDF_AT + 4 + 6)
#define SALT_AT (OPTIONS_AT + 4)
#define ROUNDS_AT (SALT_AT + 4 + 16)
#define BLOB_AT (ROUNDS_AT + 4 + 4)
#define PRIVATE_AT (BLOB_AT + 4 + 51)

/* Sets the n-th byte, counted from the end where it is negative. */
static const struct {
	const char *title;
	int at;
	uint8_t value;
	int code;
	const char *why;
} alterations[] = {
    {"nothing", 0, 'o', 0, ""},
    {"cipher", CIPHER_AT + 4, 'x', NACRE_E_UNSUPPORTED, "unknown cipher"},
    {"cipher of another length", CIPHER_AT + 3, CIPHER_LEN - 1, NACRE_E_KEY_FORMAT, "fields"},
    {"kdf", KDF_AT + 4, 'x', NACRE_E_UNSUPPORTED, "unknown key derivation: xcrypt"},
    {"longer salt", SALT_AT + 3, 17, NACRE_E_KEY_FORMAT, "salt"},
    {"shorter salt", SALT_AT + 3, 15, NACRE_E_KEY_FORMAT, "salt"},
    {"no rounds", ROUNDS_AT + 3, 0, NACRE_E_KEY_FORMAT, "rounds"},
    {"65537 rounds", ROUNDS_AT + 1, 1, NACRE_E_UNSUPPORTED, "65536"},
    {"2^24 rounds", ROUNDS_AT, 1, NACRE_E_UNSUPPORTED, "65536"},
    {"another salt", SALT_AT + 4, 0xff, NACRE_E_KEY_PASSPHRASE_WRONG, "wrong"},
    {"another ciphertext", PRIVATE_AT + 4, 0xff, NACRE_E_KEY_PASSPHRASE_WRONG, "wrong"},
    {"another tag", -1, 0xff, NACRE_E_KEY_PASSPHRASE_WRONG, "wrong"},
    {"private part longer than the file", PRIVATE_AT + 2, 1, NACRE_E_KEY_FORMAT, "fields"},
};

static void
put_armored(struct buf *text, struct slice bytes)
{
	buf_put_slice(text, SLICE_LIT(KEYFILE_BEGIN "\n"));
	armor_encode(text, bytes, 70);
	buf_put_slice(text, SLICE_LIT(KEYFILE_END "\n"));
	assert_int_equal(text->bad, 0);
}

static int
read_bytes(struct test_env *t, struct slice bytes, char *why, size_t why_size)
{
	nacre_key *key = NULL;
	struct buf text;
	int r;

	buf_init(&text, &t->env, 65536);
	put_armored(&text, bytes);
	r = nacre_key_parse_private(&t->env, text.p, text.n, PASSPHRASE, &key, why, why_size);
	assert_int_equal(r == 0, key != NULL);
	nacre_key_free(key);
	buf_free(&text);
	return r;
}

static void
open_gcm(struct test_env *t, struct keyfile *f)
{
	struct nacre_key_write_options options = options_of("aes256-gcm@openssh.com");
	nacre_key *key = keydata_private(t, "ed25519");
	struct why why = {NULL, 0};
	char *text;
	size_t n;

	assert_int_equal(nacre_key_write_private(&t->env, key, &options, &text, &n, NULL, 0), 0);
	assert_int_equal(keyfile_open(f, &t->env, slice_of(text, n), &why), 0);
	nacre_key_text_free(&t->env, text, n);
	nacre_key_free(key);
}

static void
each_altered_field_is_refused_by_what_it_is(void **state)
{
	struct test_env t;
	struct keyfile f;
	char why[200];
	size_t i, at;
	uint8_t old;
	int r;

	(void)state;
	test_env_init(&t, 5);
	open_gcm(&t, &f);
	assert_int_equal(f.private_part.p - f.bytes.p, PRIVATE_AT + 4);
	for (i = 0; i < sizeof(alterations) / sizeof(alterations[0]); i++) {
		at = alterations[i].at < 0 ? f.bytes.n - 1 : (size_t)alterations[i].at;
		old = f.bytes.p[at];
		f.bytes.p[at] = alterations[i].value == 0xff ? old ^ 1 : alterations[i].value;
		r = read_bytes(&t, buf_slice(&f.bytes), why, sizeof(why));
		if (r != alterations[i].code || strstr(why, alterations[i].why) == NULL)
			fail_msg("%s: %s, %s", alterations[i].title, nacre_status_name(r), why);
		f.bytes.p[at] = old;
	}
	keyfile_free(&f);
	keydata_assert_clean(&t);
}

static void
a_file_cut_at_any_byte_of_its_fields_is_refused(void **state)
{
	struct test_env t;
	struct keyfile f;
	size_t n;

	(void)state;
	test_env_init(&t, 6);
	open_gcm(&t, &f);
	for (n = 0; n < f.bytes.n; n++)
		assert_int_equal(read_bytes(&t, slice_of(f.bytes.p, n), NULL, 0), NACRE_E_KEY_FORMAT);
	buf_put_u8(&f.bytes, 0);
	assert_int_equal(read_bytes(&t, buf_slice(&f.bytes), NULL, 0), NACRE_E_KEY_FORMAT);
	keyfile_free(&f);
	keydata_assert_clean(&t);
}

/* The plain text is looked for in every block that is given back. */
static void
the_decrypted_part_stays_in_no_block(void **state)
{
	struct nacre_key_write_options options = options_of(NULL);
	nacre_key *key, *again = NULL;
	struct test_env t;
	char *text, seed[32];
	uint64_t at;
	size_t n;
	int r;

	(void)state;
	test_env_init(&t, 7);
	key = keydata_private(&t, "ed25519");
	memcpy(seed, key->numbers[0].p, sizeof(seed));
	t.secret = seed;
	t.secret_len = sizeof(seed);
	assert_int_equal(nacre_key_write_private(&t.env, key, &options, &text, &n, NULL, 0), 0);
	for (at = 1, r = NACRE_E_NOMEM; r != 0; at++) {
		t.fail_at = t.allocations + at;
		r = nacre_key_parse_private(&t.env, (const uint8_t *)text, n, PASSPHRASE, &again, NULL, 0);
		t.fail_at = 0;
		assert_true(r == 0 ? again != NULL : r == NACRE_E_NOMEM && again == NULL);
	}
	nacre_key_free(again);
	nacre_key_text_free(&t.env, text, n);
	for (at = 1, r = NACRE_E_NOMEM; r != 0; at++) {
		t.fail_at = t.allocations + at;
		r = nacre_key_write_private(&t.env, key, &options, &text, &n, NULL, 0);
		t.fail_at = 0;
		assert_true(r == 0 ? text != NULL : r == NACRE_E_NOMEM && text == NULL);
	}
	nacre_key_text_free(&t.env, text, n);
	nacre_key_free(key);
	assert_int_equal(t.secret_leaks, 0);
	keydata_assert_clean(&t);
}

static void
ssh_keygen_opens(struct test_env *t, const nacre_key *key, const char *cipher)
{
	struct nacre_key_write_options options = options_of(cipher);
	char path[64], out[4096], *text, *line;
	const char *const argv[] = {"ssh-keygen", "-y", "-P", PASSPHRASE, "-f", path, NULL};
	size_t n, line_n;

	assert_int_equal(nacre_key_write_private(&t->env, key, &options, &text, &n, NULL, 0), 0);
	assert_int_equal(nacre_key_write_public(&t->env, key, NULL, &line, &line_n, NULL, 0), 0);
	keygen_file(text, n, path);
	if (keygen_run(argv, out, sizeof(out)) != 0)
		fail_msg("ssh-keygen does not read %s", cipher);
	assert_string_equal(out, line);
	keygen_remove(path);
	nacre_key_text_free(&t->env, text, n);
	nacre_key_text_free(&t->env, line, line_n);
}

/* ssh-keygen changes the passphrase of a plain file of ours: what is then there, it has written. */
static void
ssh_keygen_writes(struct test_env *t, const nacre_key *key, const char *cipher)
{
	char path[64], out[64], *text;
	const char *const argv[] = {
	    "ssh-keygen", "-q", "-p", "-P", "", "-N", PASSPHRASE, "-Z", cipher, "-a", "2", "-f", path, NULL};
	struct keydata file;
	size_t n;

	assert_int_equal(nacre_key_write_private(&t->env, key, NULL, &text, &n, NULL, 0), 0);
	keygen_file(text, n, path);
	nacre_key_text_free(&t->env, text, n);
	if (keygen_run(argv, out, sizeof(out)) != 0)
		fail_msg("ssh-keygen does not write %s", cipher);
	keydata_read_path(path, &file);
	keygen_remove(path);
	reads_only_with_its_passphrase(t, key, file.p, file.n);
}

static void
ssh_keygen_and_we_read_each_other_in_every_cipher(void **state)
{
	const struct blobcipher *c;
	struct test_env t;
	nacre_key *key;
	size_t i = 0;

	(void)state;
	if (!keygen_is_here())
		skip();
	test_env_init(&t, 8);
	for (c = blobcipher_table; c->name != NULL; c++, i++) {
		key = keydata_private(&t, names[i % NAMES]);
		ssh_keygen_opens(&t, key, c->name);
		ssh_keygen_writes(&t, key, c->name);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_cipher_and_type_reads_back_with_its_passphrase),
	    cmocka_unit_test(the_usual_file_reads_with_its_passphrase),
	    cmocka_unit_test(two_files_of_one_key_have_nothing_encrypted_in_common),
	    cmocka_unit_test(what_cannot_be_written_is_refused_by_name),
	    cmocka_unit_test(each_altered_field_is_refused_by_what_it_is),
	    cmocka_unit_test(a_file_cut_at_any_byte_of_its_fields_is_refused),
	    cmocka_unit_test(the_decrypted_part_stays_in_no_block),
	    cmocka_unit_test(ssh_keygen_and_we_read_each_other_in_every_cipher),
	};

	return cmocka_run_group_tests_name("encrypted key files", tests, NULL, NULL);
}
