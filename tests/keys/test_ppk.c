/* PuTTY's files and RFC 4716, with puttygen and ssh-keygen as witnesses: what they write is read, what we write is,
 * byte for byte where it is not encrypted, what they write; and each field wrong once. PuTTY's manual, appendix C. */
#include "keydata.h"
#include "keygen.h"
#include "ppk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#define PASSPHRASE "correct horse"
#define TEXT_MAX 8192

static const char *const names[] = {"rsa2048", "ecdsa256", "ecdsa384", "ecdsa521", "dsa1024", "ed25519"};

#define NAMES (sizeof(names) / sizeof(names[0]))

static const enum nacre_key_format versions[] = {NACRE_KEY_FORMAT_PPK2, NACRE_KEY_FORMAT_PPK3};

/* One pass: the derivation has its own cost in the manual, not here. */
static void
write_text(struct test_env *t, const nacre_key *key, enum nacre_key_format format, const char *passphrase, char *out)
{
	const struct nacre_key_write_options options = {
	    .size = sizeof(options), .format = format, .passphrase = passphrase, .rounds = passphrase != NULL ? 1 : 0};
	bool is_public = format == NACRE_KEY_FORMAT_RFC4716;
	char *text, why[200];
	size_t n;

	if ((is_public ? nacre_key_write_public(&t->env, key, &options, &text, &n, why, sizeof(why))
		       : nacre_key_write_private(&t->env, key, &options, &text, &n, why, sizeof(why))) != 0)
		fail_msg("%s", why);
	assert_true(n < TEXT_MAX);
	memcpy(out, text, n + 1);
	nacre_key_text_free(&t->env, text, n);
}

static int
read_text(struct test_env *t, const char *text, const char *passphrase, nacre_key **key, char *why, size_t why_size)
{
	size_t n = strlen(text);
	uint8_t *copy = malloc(n + 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, text, n);
	r = nacre_key_parse_private(&t->env, copy, n, passphrase, key, why, why_size);
	assert_int_equal(r == 0, *key != NULL);
	free(copy);
	return r;
}

static void
reads_as(struct test_env *t, const nacre_key *key, const char *text, const char *passphrase)
{
	nacre_key *again = NULL;
	char why[200];

	if (read_text(t, text, passphrase, &again, why, sizeof(why)) != 0)
		fail_msg("%s\n%s", why, text);
	assert_true(nacre_key_equal(key, again));
	assert_string_equal(nacre_key_comment(key), nacre_key_comment(again));
	assert_int_equal(again->secret_len, key->secret_len);
	assert_memory_equal(again->secret, key->secret, key->secret_len);
	nacre_key_free(again);
}

static void
reads_only_with_its_passphrase(struct test_env *t, const nacre_key *key, const char *text)
{
	nacre_key *again = NULL;

	assert_int_equal(read_text(t, text, NULL, &again, NULL, 0), NACRE_E_KEY_PASSPHRASE);
	assert_int_equal(read_text(t, text, "correct horsf", &again, NULL, 0), NACRE_E_KEY_PASSPHRASE_WRONG);
	reads_as(t, key, text, PASSPHRASE);
	assert_int_equal(nacre_key_peek_public(&t->env, (const uint8_t *)text, strlen(text), &again, NULL, 0), 0);
	assert_true(nacre_key_equal(key, again));
	assert_string_equal(nacre_key_comment(key), nacre_key_comment(again));
	nacre_key_free(again);
}

static void
what_is_written_reads_back(void **state)
{
	char text[TEXT_MAX];
	struct test_env t;
	nacre_key *key;
	size_t i, v;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		for (v = 0; v < 2; v++) {
			write_text(&t, key, versions[v], NULL, text);
			reads_as(&t, key, text, NULL);
			write_text(&t, key, versions[v], PASSPHRASE, text);
			reads_only_with_its_passphrase(&t, key, text);
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

/* The seed as a number: zeros at its end are not written, and come back. */
static void
an_ed25519_seed_that_ends_in_zeros_reads_back(void **state)
{
	static const uint8_t seed[ED25519_SEED_LEN] = {1, 2, 3};
	struct slice numbers[KEY_NUMBERS] = {{NULL, 0}};
	uint8_t secret[64] = {0};
	char text[TEXT_MAX];
	struct test_env t;
	nacre_key *key;
	struct buf blob;

	(void)state;
	test_env_init(&t, 2);
	memcpy(secret, seed, sizeof(seed));
	assert_int_equal(ed25519_public(seed, secret + 32), 0);
	buf_init(&blob, &t.env, 100);
	buf_put_cstring(&blob, "ssh-ed25519");
	buf_put_string(&blob, slice_of(secret + 32, 32));
	assert_int_equal(key_parse_blob(&t.env, buf_slice(&blob), &key), 0);
	numbers[0] = slice_of(secret, 64);
	assert_int_equal(key_set_secret(key, numbers), 0);
	write_text(&t, key, NACRE_KEY_FORMAT_PPK3, NULL, text);
	assert_non_null(strstr(text, "\nPrivate-Lines: 1\nAAAAAwECAw==\n"));
	reads_as(&t, key, text, NULL);
	buf_free(&blob);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static bool
puttygen_is_here(void)
{
	static const char *const argv[] = {"puttygen", "--version", NULL};
	char out[200];

	if (keygen_run(argv, out, sizeof(out)) == 0)
		return true;
	print_message("skipped: there is no puttygen in PATH\n");
	return false;
}

/* Two files beside each other: what goes in, what comes out, and the passphrase. */
static void
puttygen(const char *text, const char *const args[], char out[TEXT_MAX])
{
	char in_path[64], out_path[64], pass_path[64], said[200];
	const char *argv[16] = {"puttygen", in_path, "-o", out_path, "--old-passphrase", pass_path, NULL};
	struct keydata file;
	size_t i, n = 6;

	keygen_file(text, strlen(text), in_path);
	keygen_file("", 0, out_path);
	keygen_file(PASSPHRASE, strlen(PASSPHRASE), pass_path);
	for (i = 0; args[i] != NULL; i++)
		argv[n++] = strcmp(args[i], "PASS") == 0 ? pass_path : args[i];
	if (keygen_run(argv, said, sizeof(said)) != 0)
		fail_msg("puttygen %s %s failed over\n%s", args[0], args[1], text);
	keydata_read_path(out_path, &file);
	memcpy(out, file.p, file.n + 1);
	keygen_remove(pass_path);
	keygen_remove(out_path);
	keygen_remove(in_path);
}

/* From an openssh-key-v1 file of ours. */
static void
our_plain_files_are_those_of_puttygen(void **state)
{
	static const char *const args[2][8] = {
	    {"-O", "private", "--ppk-param", "version=2", "--new-passphrase", "/dev/null"},
	    {"-O", "private", "--ppk-param", "version=3", "--new-passphrase", "/dev/null"}};
	char plain[TEXT_MAX], ours[TEXT_MAX], theirs[TEXT_MAX];
	struct test_env t;
	nacre_key *key;
	size_t i, v;

	(void)state;
	if (!puttygen_is_here())
		skip();
	test_env_init(&t, 3);
	for (i = 0; i < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		write_text(&t, key, NACRE_KEY_FORMAT_OPENSSH, NULL, plain);
		for (v = 0; v < 2; v++) {
			puttygen(plain, args[v], theirs);
			write_text(&t, key, versions[v], NULL, ours);
			assert_string_equal(ours, theirs);
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
what_puttygen_encrypts_is_read(void **state)
{
	static const char *const params[] = {
	    "version=2", "version=3,kdf=argon2id,memory=64,passes=2", "version=3,kdf=argon2i,memory=64,passes=3"};
	char plain[TEXT_MAX], text[TEXT_MAX];
	struct test_env t;
	nacre_key *key;
	size_t i, p;

	(void)state;
	if (!puttygen_is_here())
		skip();
	test_env_init(&t, 4);
	for (i = 0; i < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		write_text(&t, key, NACRE_KEY_FORMAT_OPENSSH, NULL, plain);
		for (p = 0; p < 3; p++) {
			const char *const args[] = {
			    "-O", "private", "--ppk-param", params[p], "--new-passphrase", "PASS", NULL};

			puttygen(plain, args, text);
			assert_non_null(strstr(text, "aes256-cbc"));
			reads_only_with_its_passphrase(&t, key, text);
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
puttygen_reads_what_we_encrypt(void **state)
{
	static const char *const args[] = {"-O", "public-openssh", NULL};
	char text[TEXT_MAX], line[TEXT_MAX], *ours;
	struct test_env t;
	nacre_key *key;
	size_t i, v, n;

	(void)state;
	if (!puttygen_is_here())
		skip();
	test_env_init(&t, 5);
	for (i = 0; i < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		assert_int_equal(nacre_key_write_public(&t.env, key, NULL, &ours, &n, NULL, 0), 0);
		for (v = 0; v < 2; v++) {
			static const char *const opens[] = {
			    "-O", "private-openssh-new", "--new-passphrase", "/dev/null", NULL};

			write_text(&t, key, versions[v], PASSPHRASE, text);
			puttygen(text, args, line);
			assert_string_equal(line, ours);
			puttygen(text, opens, line); /* the private half, too */
			reads_as(&t, key, line, NULL);
		}
		nacre_key_text_free(&t.env, ours, n);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

/* A file's text with `old` replaced by `new`. */
static void
replace(char *text, const char *old, const char *with)
{
	char *at = strstr(text, old), rest[TEXT_MAX];

	assert_non_null(at);
	snprintf(rest, sizeof(rest), "%s", at + strlen(old));
	sprintf(at, "%s%s", with, rest);
}

static const struct {
	const char *title, *old, *with;
	int code;
	const char *why;
} alterations[] = {
    {"nothing", "none-such", NULL, 0, ""},
    {"version", "File-3", "File-4", NACRE_E_UNSUPPORTED, "version"},
    {"version 1", "File-3", "File-1", NACRE_E_UNSUPPORTED, "version"},
    {"version 2 with the fields of 3", "File-3", "File-2", NACRE_E_KEY_FORMAT, "Private-Lines"},
    {"type", "File-3: ssh-ed25519", "File-3: ssh-rsa", NACRE_E_KEY_FORMAT, "type"},
    {"cipher", "aes256-cbc", "aes256-gcm", NACRE_E_UNSUPPORTED, "aes256-gcm"},
    {"comment", "Comment: ed", "Comment: Ed", NACRE_E_KEY_PASSPHRASE_WRONG, "altered"},
    {"no comment", "Comment", "Remark", NACRE_E_KEY_FORMAT, "Comment"},
    {"no public lines", "Public-Lines: 2", "Public-Lines: 0", NACRE_E_KEY_FORMAT, "Public-Lines"},
    {"more public lines", "Public-Lines: 2", "Public-Lines: 3", NACRE_E_KEY_FORMAT, "Public-Lines"},
    {"fewer public lines", "Public-Lines: 2", "Public-Lines: 1", NACRE_E_KEY_FORMAT, ""},
    {"countless public lines", "Public-Lines: 2", "Public-Lines: 99999999999", NACRE_E_KEY_FORMAT, "Public-Lines"},
    {"public half", "AAAAC3N", "AAAAC3O", NACRE_E_KEY_TYPE_UNKNOWN, "type"},
    {"Argon2d", "Argon2id", "Argon2d", NACRE_E_UNSUPPORTED, "Argon2d"},
    {"no derivation", "Key-Derivation", "Key-Direction", NACRE_E_KEY_FORMAT, "Key-Derivation"},
    {"2 GiB", "Memory: 8192", "Memory: 2097152", NACRE_E_UNSUPPORTED, "1 GiB"},
    {"no memory", "Memory: 8192", "Memory: 7", NACRE_E_KEY_FORMAT, "Argon2"},
    {"memory of letters", "Memory: 8192", "Memory: 8k", NACRE_E_KEY_FORMAT, "Argon2"},
    {"2049 passes", "Passes: 1", "Passes: 2049", NACRE_E_UNSUPPORTED, "16 GiB"},
    {"no passes", "Passes: 1", "Passes: 0", NACRE_E_KEY_FORMAT, "Argon2"},
    {"2 lanes", "Parallelism: 1", "Parallelism: 2", NACRE_E_UNSUPPORTED, "lane"},
    {"no lanes", "Parallelism: 1", "Parallelism: 0", NACRE_E_KEY_FORMAT, "Argon2"},
    {"long salt", "Salt: ", "Salt: 00", NACRE_E_UNSUPPORTED, "salt"},
    {"odd salt", "Salt: ", "Salt: 0", NACRE_E_KEY_FORMAT, "Salt"},
    {"private lines", "Private-Lines: 1", "Private-Lines: 2", NACRE_E_KEY_FORMAT, "Private-Lines"},
    {"short MAC", "Private-MAC: ", "Private-MAC: 00", NACRE_E_KEY_FORMAT, "MAC"},
    {"no MAC", "Private-MAC", "Private-Hash", NACRE_E_KEY_FORMAT, "MAC"},
};

static void
each_altered_field_is_refused_by_what_it_is(void **state)
{
	char whole[TEXT_MAX], text[TEXT_MAX], why[200];
	struct test_env t;
	nacre_key *key, *again = NULL;
	size_t i;
	int r;

	(void)state;
	test_env_init(&t, 6);
	key = keydata_private(&t, "ed25519");
	write_text(&t, key, NACRE_KEY_FORMAT_PPK3, PASSPHRASE, whole);
	for (i = 0; i < sizeof(alterations) / sizeof(alterations[0]); i++) {
		memcpy(text, whole, sizeof(text));
		if (alterations[i].with != NULL)
			replace(text, alterations[i].old, alterations[i].with);
		r = read_text(&t, text, PASSPHRASE, &again, why, sizeof(why));
		if (r != alterations[i].code || strstr(why, alterations[i].why) == NULL)
			fail_msg("%s: %s, %s", alterations[i].title, nacre_status_name(r), why);
		nacre_key_free(again);
	}
	write_text(&t, key, NACRE_KEY_FORMAT_PPK3, NULL, text);
	replace(text, "Comment: ed", "Comment: Ed");
	assert_int_equal(read_text(&t, text, NULL, &again, why, sizeof(why)), NACRE_E_KEY_FORMAT);
	assert_non_null(strstr(why, "altered"));
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
a_file_cut_at_any_byte_is_refused(void **state)
{
	char text[TEXT_MAX];
	struct test_env t;
	nacre_key *key, *cut = NULL;
	size_t i, v, n;

	(void)state;
	test_env_init(&t, 7);
	for (i = 0; i < NAMES; i += 2) {
		key = keydata_private(&t, names[i]);
		for (v = 0; v < 2; v++) {
			write_text(&t, key, versions[v], NULL, text);
			/* without its newline it is whole */
			for (n = strlen(text) - 1; n-- > 0;) {
				text[n] = '\0';
				assert_int_not_equal(read_text(&t, text, NULL, &cut, NULL, 0), 0);
			}
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static int
read_public(struct test_env *t, const char *text, nacre_key **key)
{
	size_t n = strlen(text);
	char *copy = malloc(n + 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, text, n);
	r = nacre_key_parse_public(&t->env, copy, n, key, NULL, 0);
	assert_int_equal(r == 0, *key != NULL);
	free(copy);
	return r;
}

static void
public_files_of_rfc_4716_read_back_whatever_the_comment(void **state)
{
	static const char *const comments[] = {"", "short", "\"quoted\"", "with: colon, and \\ backslash",
	    "a comment that is so long that it does not fit into one line of seventy-two bytes, and not into two of "
	    "them "
	    "either, so that it goes on"};
	enum { N_COMMENTS = sizeof(comments) / sizeof(comments[0]) };
	char text[TEXT_MAX];
	struct test_env t;
	nacre_key *key, *again = NULL;
	size_t i, n;

	(void)state;
	test_env_init(&t, 8);
	for (i = 0; i < NAMES; i++) {
		key = keydata_public(&t, names[i]);
		assert_int_equal(key_set_comment(key, slice_str(comments[i % N_COMMENTS])), 0);
		write_text(&t, key, NACRE_KEY_FORMAT_RFC4716, NULL, text);
		assert_int_equal(read_public(&t, text, &again), 0);
		assert_true(nacre_key_equal(key, again));
		assert_string_equal(nacre_key_comment(again), comments[i % N_COMMENTS]);
		nacre_key_free(again);
		for (n = strlen(text) - 2; n-- > 0;) {
			text[n] = '\0';
			assert_int_not_equal(read_public(&t, text, &again), 0);
		}
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
ssh_keygen_and_we_read_each_others_rfc_4716(void **state)
{
	char path[64], text[TEXT_MAX], out[TEXT_MAX], *line;
	const char *const import[] = {"ssh-keygen", "-i", "-f", path, NULL};
	const char *const export[] = {"ssh-keygen", "-e", "-f", path, NULL};
	struct test_env t;
	nacre_key *key, *again = NULL;
	size_t i, n;

	(void)state;
	if (!keygen_is_here())
		skip();
	test_env_init(&t, 9);
	for (i = 0; i < NAMES; i++) {
		key = keydata_public(&t, names[i]);
		write_text(&t, key, NACRE_KEY_FORMAT_RFC4716, NULL, text);
		assert_int_equal(key_set_comment(key, SLICE_NONE), 0);
		assert_int_equal(nacre_key_write_public(&t.env, key, NULL, &line, &n, NULL, 0), 0);
		keygen_file(text, strlen(text), path);
		assert_int_equal(keygen_run(import, out, sizeof(out)), 0);
		assert_string_equal(out, line);
		keygen_remove(path);
		keygen_file(line, n, path);
		assert_int_equal(keygen_run(export, out, sizeof(out)), 0);
		/* the same lines of base64, behind a comment that names this machine */
		assert_string_equal(strstr(out, "\nAAAA"), strstr(text, "\nAAAA"));
		assert_int_equal(read_public(&t, out, &again), 0);
		assert_true(nacre_key_equal(key, again));
		nacre_key_free(again);
		keygen_remove(path);
		nacre_key_text_free(&t.env, line, n);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_reads_back),
	    cmocka_unit_test(an_ed25519_seed_that_ends_in_zeros_reads_back),
	    cmocka_unit_test(our_plain_files_are_those_of_puttygen),
	    cmocka_unit_test(what_puttygen_encrypts_is_read),
	    cmocka_unit_test(puttygen_reads_what_we_encrypt),
	    cmocka_unit_test(each_altered_field_is_refused_by_what_it_is),
	    cmocka_unit_test(a_file_cut_at_any_byte_is_refused),
	    cmocka_unit_test(public_files_of_rfc_4716_read_back_whatever_the_comment),
	    cmocka_unit_test(ssh_keygen_and_we_read_each_others_rfc_4716),
	};

	return cmocka_run_group_tests_name("PuTTY's files and RFC 4716", tests, NULL, NULL);
}
