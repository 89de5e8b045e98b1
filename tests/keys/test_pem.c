/* PEM and PKCS#8, with openssl and ssh-keygen as witnesses: what they write is read, what we write is, byte for byte
 * where it is not encrypted, what they write. RFC 7468, RFC 8018. */
#include "keydata.h"
#include "keygen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define PASSPHRASE "correct horse"
#define TEXT_MAX 8192

static const char *const names[] = {"rsa2048", "rsa3072", "ecdsa256", "ecdsa384", "ecdsa521", "dsa1024", "ed25519"};

#define NAMES (sizeof(names) / sizeof(names[0]))

static struct nacre_key_write_options
options_of(enum nacre_key_format format, const char *passphrase)
{
	return (struct nacre_key_write_options){.size = sizeof(struct nacre_key_write_options),
	    .format = format,
	    .passphrase = passphrase,
	    .rounds = format == NACRE_KEY_FORMAT_PKCS8 && passphrase != NULL ? 1000 : 0};
}

/* The key as text; false where the format has no form for it. */
static bool
write_text(struct test_env *t, const nacre_key *key, enum nacre_key_format format, const char *passphrase,
    bool is_private, char out[TEXT_MAX])
{
	struct nacre_key_write_options options = options_of(format, passphrase);
	char *text, why[200];
	size_t n;
	int r = is_private ? nacre_key_write_private(&t->env, key, &options, &text, &n, why, sizeof(why))
			   : nacre_key_write_public(&t->env, key, &options, &text, &n, why, sizeof(why));

	if (r == NACRE_E_UNSUPPORTED) {
		assert_non_null(strstr(why, "PKCS8"));
		return false;
	}
	assert_int_equal(r, 0);
	assert_true(n < TEXT_MAX);
	memcpy(out, text, n + 1);
	nacre_key_text_free(&t->env, text, n);
	return true;
}

static void
reads_as(struct test_env *t, const nacre_key *key, const char *text, const char *passphrase)
{
	nacre_key *again = NULL;
	char why[200];

	if (nacre_key_parse_private(
		&t->env, (const uint8_t *)text, strlen(text), passphrase, &again, why, sizeof(why)) != 0)
		fail_msg("%s\n%s", why, text);
	assert_true(nacre_key_equal(key, again));
	assert_int_equal(again->secret_len, key->secret_len);
	assert_memory_equal(again->secret, key->secret, key->secret_len);
	nacre_key_free(again);
}

static void
is_refused(struct test_env *t, const char *text, const char *passphrase, int code)
{
	nacre_key *key = NULL;
	char why[200];
	int r =
	    nacre_key_parse_private(&t->env, (const uint8_t *)text, strlen(text), passphrase, &key, why, sizeof(why));

	if (r != code)
		fail_msg("%s where %s is right: %s\n%s", nacre_status_name(r), nacre_status_name(code), why, text);
	assert_null(key);
	assert_true(why[0] != '\0');
}

static void
reads_only_with_its_passphrase(struct test_env *t, const nacre_key *key, const char *text)
{
	nacre_key *peeked = NULL;

	is_refused(t, text, NULL, NACRE_E_KEY_PASSPHRASE);
	is_refused(t, text, "", NACRE_E_KEY_PASSPHRASE);
	is_refused(t, text, "correct horsf", NACRE_E_KEY_PASSPHRASE_WRONG);
	assert_int_equal(nacre_key_peek_public(&t->env, (const uint8_t *)text, strlen(text), &peeked, NULL, 0),
	    NACRE_E_KEY_PASSPHRASE);
	reads_as(t, key, text, PASSPHRASE);
}

static const enum nacre_key_format formats[] = {NACRE_KEY_FORMAT_PEM, NACRE_KEY_FORMAT_PKCS8};

static void
what_is_written_reads_back(void **state)
{
	char text[TEXT_MAX];
	nacre_key *key, *again;
	struct test_env t;
	size_t i, f;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		for (f = 0; f < 2; f++) {
			if (write_text(&t, key, formats[f], NULL, true, text)) {
				reads_as(&t, key, text, NULL);
				reads_as(&t, key, text, "not needed");
			}
			if (write_text(&t, key, formats[f], PASSPHRASE, true, text))
				reads_only_with_its_passphrase(&t, key, text);
			assert_true(write_text(&t, key, formats[f], NULL, false, text));
			assert_int_equal(nacre_key_parse_public(&t.env, text, strlen(text), &again, NULL, 0), 0);
			assert_true(nacre_key_equal(key, again));
			nacre_key_free(again);
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

/* Runs a command over a file of the given text ("FILE" among the arguments); what it prints goes to out. */
static void
run_over(const char *text, const char *const args[], char out[TEXT_MAX])
{
	const char *argv[16] = {NULL};
	char path[64];
	size_t i;

	keygen_file(text, strlen(text), path);
	for (i = 0; args[i] != NULL; i++)
		argv[i] = strcmp(args[i], "FILE") == 0 ? path : args[i];
	if (keygen_run(argv, out, TEXT_MAX) != 0)
		fail_msg("%s %s %s failed over\n%s", argv[0], argv[1], argv[2], text);
	if (strcmp(args[0], "ssh-keygen") == 0 && strcmp(args[1], "-p") == 0) {
		struct keydata file;

		keydata_read_path(path, &file);
		memcpy(out, file.p, file.n + 1);
	}
	keygen_remove(path);
}

static bool
openssl_is_here(void)
{
	static const char *const argv[] = {"openssl", "version", NULL};
	char out[100];

	if (keygen_run(argv, out, sizeof(out)) == 0)
		return true;
	print_message("skipped: there is no openssl in PATH\n");
	return false;
}

static void
our_plain_files_are_those_of_openssl(void **state)
{
	static const struct {
		enum nacre_key_format format;
		bool is_private;
		const char *args[8];
	} rows[] = {
	    {NACRE_KEY_FORMAT_PEM, true, {"openssl", "pkey", "-traditional", "-in", "FILE"}},
	    {NACRE_KEY_FORMAT_PKCS8, true, {"openssl", "pkey", "-in", "FILE"}},
	    {NACRE_KEY_FORMAT_PKCS8, false, {"openssl", "pkey", "-pubout", "-in", "FILE"}},
	};
	char ours[TEXT_MAX], whole[TEXT_MAX], theirs[TEXT_MAX];
	struct test_env t;
	nacre_key *key;
	size_t i, row;

	(void)state;
	if (!openssl_is_here())
		skip();
	test_env_init(&t, 2);
	for (i = 0; i < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		assert_true(write_text(&t, key, NACRE_KEY_FORMAT_PKCS8, NULL, true, whole));
		for (row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
			if (!write_text(&t, key, rows[row].format, NULL, rows[row].is_private, ours))
				continue;
			run_over(rows[row].is_private ? ours : whole, rows[row].args, theirs);
			assert_string_equal(ours, theirs);
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

#define PASS "pass:" PASSPHRASE

/* Each prints an encrypted file. */
static const struct {
	const char *title;
	bool is_for_ed25519;
	const char *args[16];
} encryptions[] = {
    {"DEK aes128", false, {"openssl", "pkey", "-traditional", "-aes128", "-passout", PASS, "-in", "FILE"}},
    {"DEK aes192", false, {"openssl", "pkey", "-traditional", "-aes192", "-passout", PASS, "-in", "FILE"}},
    {"DEK aes256", false, {"openssl", "pkey", "-traditional", "-aes256", "-passout", PASS, "-in", "FILE"}},
    {"DEK 3des", false, {"openssl", "pkey", "-traditional", "-des3", "-passout", PASS, "-in", "FILE"}},
    {"usual PKCS#8", true, {"openssl", "pkcs8", "-topk8", "-passout", PASS, "-in", "FILE"}},
    {"aes128, sha1", true,
	{"openssl", "pkcs8", "-topk8", "-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1", "-passout", PASS, "-in",
	    "FILE"}},
    {"aes192, sha224", true,
	{"openssl", "pkcs8", "-topk8", "-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA224", "-passout", PASS, "-in",
	    "FILE"}},
    {"aes256, sha384", true,
	{"openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA384", "-passout", PASS, "-in",
	    "FILE"}},
    {"3des, sha512", true,
	{"openssl", "pkcs8", "-topk8", "-v2", "des3", "-v2prf", "hmacWithSHA512", "-passout", PASS, "-in", "FILE"}},
    {"scrypt", true, {"openssl", "pkcs8", "-topk8", "-scrypt", "-scrypt_N", "1024", "-passout", PASS, "-in", "FILE"}},
};

static void
what_openssl_encrypts_is_read(void **state)
{
	char plain[TEXT_MAX], text[TEXT_MAX];
	struct test_env t;
	nacre_key *key;
	size_t i, e;

	(void)state;
	if (!openssl_is_here())
		skip();
	test_env_init(&t, 3);
	for (i = 0; i < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		assert_true(write_text(&t, key, NACRE_KEY_FORMAT_PKCS8, NULL, true, plain));
		for (e = i % 2; e < sizeof(encryptions) / sizeof(encryptions[0]); e += i < 3 ? 1 : 2) {
			if (!encryptions[e].is_for_ed25519 && strcmp(names[i], "ed25519") == 0)
				continue;
			run_over(plain, encryptions[e].args, text);
			reads_only_with_its_passphrase(&t, key, text);
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
openssl_and_ssh_keygen_read_what_we_encrypt(void **state)
{
	static const char *const pubout[] = {"openssl", "pkey", "-passin", PASS, "-pubout", "-in", "FILE", NULL};
	static const char *const line_of[] = {"ssh-keygen", "-y", "-P", PASSPHRASE, "-f", "FILE", NULL};
	char text[TEXT_MAX], spki[TEXT_MAX], line[TEXT_MAX], out[TEXT_MAX];
	struct test_env t;
	nacre_key *key;
	size_t i, f;

	(void)state;
	if (!openssl_is_here() || !keygen_is_here())
		skip();
	test_env_init(&t, 4);
	for (i = 0; i < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		assert_int_equal(key_set_comment(key, SLICE_NONE), 0);
		assert_true(write_text(&t, key, NACRE_KEY_FORMAT_PKCS8, NULL, false, spki));
		assert_true(write_text(&t, key, NACRE_KEY_FORMAT_OPENSSH, NULL, false, line));
		for (f = 0; f < 2; f++) {
			if (!write_text(&t, key, formats[f], PASSPHRASE, true, text))
				continue;
			run_over(text, pubout, out);
			assert_string_equal(out, spki);
			if (strcmp(names[i], "ed25519") == 0) /* OpenSSH 9.2 reads no PKCS#8 of it */
				continue;
			run_over(text, line_of, out);
			assert_string_equal(out, line);
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
what_ssh_keygen_converts_is_read(void **state)
{
	static const char *const kinds[] = {"PEM", "PKCS8"};
	char plain[TEXT_MAX], text[TEXT_MAX];
	struct test_env t;
	nacre_key *key;
	size_t i, k;

	(void)state;
	if (!keygen_is_here())
		skip();
	test_env_init(&t, 5);
	for (i = 0; i + 1 < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		assert_true(write_text(&t, key, NACRE_KEY_FORMAT_OPENSSH, NULL, true, plain));
		for (k = 0; k < 2; k++) {
			const char *const args[] = {
			    "ssh-keygen", "-p", "-q", "-m", kinds[k], "-P", "", "-N", PASSPHRASE, "-f", "FILE", NULL};
			const char *const public_args[] = {"ssh-keygen", "-e", "-m", kinds[k], "-f", "FILE", NULL};
			nacre_key *again = NULL;

			run_over(plain, args, text);
			assert_null(strstr(text, "OPENSSH"));
			reads_only_with_its_passphrase(&t, key, text);
			run_over(plain, public_args, text);
			assert_int_equal(nacre_key_parse_public(&t.env, text, strlen(text), &again, NULL, 0), 0);
			assert_true(nacre_key_equal(key, again));
			nacre_key_free(again);
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

/* In front of the key: what openssl ecparam writes, and words. */
static void
parameters_and_words_may_stand_in_front(void **state)
{
	static const char front[] = "Some words\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
				    "-----END EC PARAMETERS-----\n";
	char text[TEXT_MAX + sizeof(front)];
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 6);
	key = keydata_private(&t, "ecdsa256");
	memcpy(text, front, sizeof(front));
	assert_true(write_text(&t, key, NACRE_KEY_FORMAT_PEM, NULL, true, text + sizeof(front) - 1));
	reads_as(&t, key, text, NULL);
	is_refused(&t, front, NULL, NACRE_E_KEY_FORMAT);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
a_file_cut_at_any_byte_is_refused(void **state)
{
	char text[TEXT_MAX];
	struct test_env t;
	nacre_key *key, *cut = NULL;
	uint8_t *copy;
	size_t i, f, n;

	(void)state;
	test_env_init(&t, 7);
	for (i = 0; i < NAMES; i += 2) {
		key = keydata_private(&t, names[i]);
		for (f = 0; f < 4; f++) {
			if (!write_text(&t, key, formats[f % 2], f < 2 ? NULL : PASSPHRASE, true, text))
				continue;
			for (n = 0; n + 1 < strlen(text); n++) {
				copy = malloc(n == 0 ? 1 : n);
				assert_non_null(copy);
				memcpy(copy, text, n);
				assert_int_equal(nacre_key_parse_private(&t.env, copy, n, PASSPHRASE, &cut, NULL, 0),
				    NACRE_E_KEY_FORMAT);
				free(copy);
			}
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_reads_back),
	    cmocka_unit_test(our_plain_files_are_those_of_openssl),
	    cmocka_unit_test(what_openssl_encrypts_is_read),
	    cmocka_unit_test(openssl_and_ssh_keygen_read_what_we_encrypt),
	    cmocka_unit_test(what_ssh_keygen_converts_is_read),
	    cmocka_unit_test(parameters_and_words_may_stand_in_front),
	    cmocka_unit_test(a_file_cut_at_any_byte_is_refused),
	};

	return cmocka_run_group_tests_name("PEM", tests, NULL, NULL);
}
