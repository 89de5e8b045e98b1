/* New keys, and keys as text: what is written reads back here and in ssh-keygen; `.pub` lines. */
#include "keydata.h"
#include "keygen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct {
	const char *type;
	unsigned bits, bits_made;
} made[] = {
    {"ssh-ed25519", 0, 256},
    {"ecdsa-sha2-nistp256", 0, 256},
    {"ecdsa-sha2-nistp384", 0, 384},
    {"ecdsa-sha2-nistp521", 0, 521},
    {"ssh-rsa", 2048, 2048},
};

#define MADE (sizeof(made) / sizeof(made[0]))

static nacre_key *
generate(struct test_env *t, size_t i)
{
	nacre_key *key = NULL;

	assert_int_equal(nacre_key_generate(&t->env, made[i].type, made[i].bits, &key), 0);
	return key;
}

static nacre_key *
read_back(struct test_env *t, const nacre_key *key, const char *comment)
{
	const struct nacre_key_write_options options = {.size = sizeof(options), .comment = comment};
	nacre_key *again = NULL;
	char *text = NULL;
	size_t n;

	assert_int_equal(nacre_key_write_private(&t->env, key, &options, &text, &n, NULL, 0), 0);
	assert_int_equal(strlen(text), n);
	assert_int_equal(nacre_key_parse_private(&t->env, (const uint8_t *)text, n, NULL, &again, NULL, 0), 0);
	nacre_key_text_free(&t->env, text, n);
	return again;
}

static void
a_new_key_is_written_and_reads_back(void **state)
{
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < MADE; i++) {
		nacre_key *key = generate(&t, i), *again = read_back(&t, key, "a new key");

		assert_string_equal(nacre_key_type(key), made[i].type);
		assert_int_equal(nacre_key_bits(key), made[i].bits_made);
		assert_true(nacre_key_has_private(key));
		assert_string_equal(nacre_key_comment(key), "");
		assert_true(nacre_key_equal(key, again));
		assert_string_equal(nacre_key_comment(again), "a new key");
		assert_int_equal(again->secret_len, key->secret_len);
		assert_memory_equal(again->secret, key->secret, key->secret_len);
		nacre_key_free(again);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
two_new_keys_differ(void **state)
{
	nacre_key *a, *b;
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 2);
	for (i = 0; i < 4; i++) {
		a = generate(&t, i);
		b = generate(&t, i);
		assert_false(nacre_key_equal(a, b));
		nacre_key_free(a);
		nacre_key_free(b);
	}
	keydata_assert_clean(&t);
}

static void
what_cannot_be_made_is_refused(void **state)
{
	struct test_env t;
	nacre_key *key;
	size_t i;

	(void)state;
	test_env_init(&t, 3);
	assert_int_equal(nacre_key_generate(&t.env, "ssh-dss", 0, &key), NACRE_E_UNSUPPORTED);
	assert_null(key);
	assert_int_equal(nacre_key_generate(&t.env, "ssh-rsa", 1024, &key), NACRE_E_KEY_TYPE);
	assert_int_equal(nacre_key_generate(&t.env, "ssh-rsa", 8200, &key), NACRE_E_KEY_TYPE);
	assert_int_equal(nacre_key_generate(&t.env, "ssh-ed25519", 512, &key), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_key_generate(NULL, "ssh-ed25519", 0, &key), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_key_generate(&t.env, NULL, 0, &key), NACRE_E_ARGUMENT);
	t.random_fails = true;
	for (i = 0; i < MADE; i++) {
		assert_int_not_equal(nacre_key_generate(&t.env, made[i].type, made[i].bits, &key), 0);
		assert_null(key);
	}
	keydata_assert_clean(&t);
}

static void
without_memory_nothing_is_made_or_written(void **state)
{
	struct test_env t;
	nacre_key *key = NULL;
	char *text = NULL;
	uint64_t at;
	size_t i, n = 0;
	int r;

	(void)state;
	test_env_init(&t, 4);
	for (i = 0; i < 4; i++) {
		for (at = 1, r = NACRE_E_NOMEM; r != 0; at++) {
			t.fail_at = t.allocations + at;
			r = nacre_key_generate(&t.env, made[i].type, 0, &key);
			t.fail_at = 0;
			assert_true(r == 0 ? key != NULL : r == NACRE_E_NOMEM && key == NULL);
		}
		for (at = 1, r = NACRE_E_NOMEM; r != 0; at++) {
			t.fail_at = t.allocations + at;
			r = nacre_key_write_private(&t.env, key, NULL, &text, &n, NULL, 0);
			t.fail_at = 0;
			assert_true(r == 0 ? text != NULL : r == NACRE_E_NOMEM && text == NULL);
		}
		assert_true(at > 4);
		nacre_key_text_free(&t.env, text, n);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
writing_leaves_no_private_half_behind(void **state)
{
	struct test_env t;
	nacre_key *key, *again;
	char seed[32];

	(void)state;
	test_env_init(&t, 5);
	key = generate(&t, 0);
	memcpy(seed, key->numbers[0].p, sizeof(seed));
	t.secret = seed;
	t.secret_len = sizeof(seed);
	again = read_back(&t, key, "comment");
	nacre_key_free(again);
	nacre_key_free(key);
	assert_int_equal(t.secret_leaks, 0);
	keydata_assert_clean(&t);
}

static void
a_public_key_has_no_private_file(void **state)
{
	struct test_env t;
	nacre_key *key;
	char *text;
	size_t n;

	(void)state;
	test_env_init(&t, 6);
	key = keydata_public(&t, "ed25519");
	assert_int_equal(nacre_key_write_private(&t.env, key, NULL, &text, &n, NULL, 0), NACRE_E_ARGUMENT);
	assert_null(text);
	nacre_key_free(key);
	nacre_key_text_free(&t.env, NULL, 0);
	keydata_assert_clean(&t);
}

/* The bytes of a `.pub` file that ssh-keygen wrote come out again. */
static void
public_lines_read_and_print(void **state)
{
	static const char *const names[] = {
	    "ed25519", "ed25519_nocomment", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048"};
	static const struct nacre_key_write_options two_lines = {.size = sizeof(two_lines), .comment = "two\nlines"},
						    other_words = {
							.size = sizeof(other_words), .comment = "other words"};
	struct keydata file;
	struct test_env t;
	nacre_key *key;
	char *text;
	size_t i, n;

	(void)state;
	test_env_init(&t, 7);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		keydata_read(names[i], ".pub", &file);
		key = keydata_public(&t, names[i]);
		assert_int_equal(nacre_key_write_public(&t.env, key, NULL, &text, &n, NULL, 0), 0);
		/* ssh-keygen leaves a space behind a key without a comment */
		if (nacre_key_comment(key)[0] == '\0')
			memcpy(file.p + file.n - 2, "\n", 2);
		assert_string_equal(text, file.p);
		nacre_key_text_free(&t.env, text, n);
		nacre_key_free(key);
	}
	key = keydata_public(&t, "ed25519");
	assert_int_equal(nacre_key_write_public(&t.env, key, &two_lines, &text, &n, NULL, 0), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_key_write_public(&t.env, key, &other_words, &text, &n, NULL, 0), 0);
	assert_non_null(strstr(text, " other words\n"));
	nacre_key_text_free(&t.env, text, n);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

#define BASE64 "AAAAC3NzaC1lZDI1NTE5AAAAIKUbWel9m5J7jMnbw94gi1Ip1hQyKgeqAl3UMGO73CpZ"

static const struct {
	const char *line;
	int code;
	const char *comment; /* or what is said of the failure */
} lines[] = {
    {"ssh-ed25519 " BASE64, 0, ""},
    {"ssh-ed25519 " BASE64 "\n", 0, ""},
    {"ssh-ed25519 " BASE64 "\r\n", 0, ""},
    {" \tssh-ed25519\t" BASE64 "  two words \t\n", 0, "two words"},
    {"ssh-ed25519 " BASE64 " first\nsecond line", 0, "first"},
    {"", NACRE_E_KEY_FORMAT, "empty"},
    {"\n", NACRE_E_KEY_FORMAT, "empty"},
    {"ssh-ed25519", NACRE_E_KEY_FORMAT, "type base64"},
    {"ssh-ed25519 ", NACRE_E_KEY_FORMAT, "type base64"},
    {"ssh-ed25519 !!!!", NACRE_E_KEY_FORMAT, "malformed"},
    {"ssh-ed25519 AAAA", NACRE_E_KEY_FORMAT, "malformed"},
    {"ssh-rsa " BASE64, NACRE_E_KEY_FORMAT, "another type"},
    {"ecdsa-sha2-nistp256 " BASE64, NACRE_E_KEY_FORMAT, "another type"},
    {"ssh-xyz " BASE64, NACRE_E_KEY_TYPE_UNKNOWN, "ssh-xyz"},
    {"# remark\n\n#\nssh-ed25519 " BASE64 " first", 0, "first"},
    {"# remark", NACRE_E_KEY_FORMAT, "empty"},
    {"x# remark", NACRE_E_KEY_TYPE_UNKNOWN, "x#"},
};

static void
public_lines_have_a_type_a_blob_and_a_comment(void **state)
{
	struct test_env t;
	nacre_key *key;
	char why[200];
	size_t i;

	(void)state;
	test_env_init(&t, 8);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int r = nacre_key_parse_public(&t.env, lines[i].line, strlen(lines[i].line), &key, why, sizeof(why));

		if (r != lines[i].code)
			fail_msg("%s: %s", lines[i].line, nacre_status_name(r));
		assert_int_equal(r == 0, key != NULL);
		assert_int_equal(r == 0, why[0] == '\0');
		if (r == 0)
			assert_string_equal(nacre_key_comment(key), lines[i].comment);
		else
			assert_non_null(strstr(why, lines[i].comment));
		nacre_key_free(key);
	}
	assert_int_equal(nacre_key_parse_public(NULL, "x", 1, &key, why, sizeof(why)), NACRE_E_ARGUMENT);
	keydata_assert_clean(&t);
}

static void
ssh_keygen_reads(struct test_env *t, const nacre_key *key)
{
	const struct nacre_key_write_options options = {.size = sizeof(options), .comment = "made here"};
	char path[64], out[4096], *text, *public_text;
	const char *const argv[] = {"ssh-keygen", "-y", "-f", path, NULL};
	size_t n, public_n;

	assert_int_equal(nacre_key_write_private(&t->env, key, &options, &text, &n, NULL, 0), 0);
	assert_int_equal(nacre_key_write_public(&t->env, key, &options, &public_text, &public_n, NULL, 0), 0);
	keygen_file(text, n, path);
	assert_int_equal(keygen_run(argv, out, sizeof(out)), 0);
	assert_string_equal(out, public_text);
	keygen_remove(path);
	nacre_key_text_free(&t->env, text, n);
	nacre_key_text_free(&t->env, public_text, public_n);
}

static void
ssh_keygen_reads_the_files_that_we_write(void **state)
{
	static const char *const names[] = {"ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048", "rsa3072", "dsa1024"};
	struct test_env t;
	nacre_key *key;
	size_t i;

	(void)state;
	if (!keygen_is_here())
		skip();
	test_env_init(&t, 9);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		key = keydata_private(&t, names[i]);
		ssh_keygen_reads(&t, key);
		nacre_key_free(key);
	}
	for (i = 0; i < MADE; i++) {
		key = generate(&t, i);
		ssh_keygen_reads(&t, key);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_new_key_is_written_and_reads_back),
	    cmocka_unit_test(two_new_keys_differ),
	    cmocka_unit_test(what_cannot_be_made_is_refused),
	    cmocka_unit_test(without_memory_nothing_is_made_or_written),
	    cmocka_unit_test(writing_leaves_no_private_half_behind),
	    cmocka_unit_test(a_public_key_has_no_private_file),
	    cmocka_unit_test(public_lines_read_and_print),
	    cmocka_unit_test(public_lines_have_a_type_a_blob_and_a_comment),
	    cmocka_unit_test(ssh_keygen_reads_the_files_that_we_write),
	};

	return cmocka_run_group_tests_name("keys as text", tests, NULL, NULL);
}
