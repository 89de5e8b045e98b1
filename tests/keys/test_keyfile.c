/* Key files that ssh-keygen wrote, read; the same files cut and altered; and files that are refused by name. */
#include "keydata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct {
	const char *name, *type;
	unsigned bits;
	const char *comment, *sha256, *md5; /* as ssh-keygen -l prints them */
} files[] = {
    {"ed25519", "ssh-ed25519", 256, "ed25519 key", "SHA256:wqKK9PLiysYZ4nuPX18bpGhyHrW96A+2vrkca/L0HjY",
	"MD5:94:9f:10:b3:cf:fa:4b:7f:b2:4b:8e:dd:04:25:bd:56"},
    {"ed25519_nocomment", "ssh-ed25519", 256, "", "SHA256:SOLg4XCmgf5yHB7PQ4QqQBTrujcMKYMnmd+6/MU3ayY",
	"MD5:f2:7c:34:72:f8:62:4e:22:16:bd:97:fc:10:09:05:1f"},
    {"ecdsa256", "ecdsa-sha2-nistp256", 256, "ecdsa key", "SHA256:vBVxjfjQ7Letmpz0L8mni15NJ859vS8QaTBKIbbG7Lc",
	"MD5:fa:12:b3:65:85:bf:8e:be:54:20:e6:43:19:97:29:7f"},
    {"ecdsa384", "ecdsa-sha2-nistp384", 384, "ecdsa key", "SHA256:65nYXpo1+iZbr8Nz1n2eEkKMG9kGl5xf/mJPrsdkZiE",
	"MD5:5e:1f:18:ce:9f:79:39:8f:4e:e1:46:0b:9a:20:7b:e4"},
    {"ecdsa521", "ecdsa-sha2-nistp521", 521, "ecdsa key", "SHA256:R/e1ohMzSsD2lgbvGMkk5T+CXx3Zn/1n82mWqi503Jw",
	"MD5:28:9c:e1:25:c9:af:d7:62:4c:53:75:99:73:ad:92:70"},
    {"rsa2048", "ssh-rsa", 2048, "rsa key", "SHA256:b7AJj86BFpncWMcJs/8/8Csr+Jcn1mquzKGqGAfZP4A",
	"MD5:4a:21:98:2f:da:e9:cf:cd:38:19:36:54:e4:34:f3:78"},
    {"rsa3072", "ssh-rsa", 3072, "rsa key", "SHA256:1WrO6omdTA8CtVs6nK0RtucNYufyhI6A4pyOMW/jv2A",
	"MD5:e9:04:f1:03:43:30:be:d6:d7:36:f8:12:88:c8:1c:64"},
    {"dsa1024", "ssh-dss", 1024, "dsa key", "SHA256:wytTJCWLoKuYKGSln+uDNrwchRnAu83xfNgHsMvpu0g",
	"MD5:a8:a2:ac:e7:1b:28:47:bd:fc:75:bf:b8:77:09:65:7e"},
    {"mldsa44", "ssh-mldsa44-ed25519@openssh.com", 256, "mldsa key",
	"SHA256:CIUmsll5wx5fBYMMFS/AcQin5yghKKyntL7WQJMnAwA", "MD5:2e:fa:89:ec:d9:be:9e:ab:65:7f:a9:28:d7:90:ce:90"},
};

#define FILES (sizeof(files) / sizeof(files[0]))

static void
files_of_ssh_keygen_are_read(void **state)
{
	struct test_env t;
	char print[64];
	size_t i;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < FILES; i++) {
		nacre_key *key = keydata_private(&t, files[i].name), *public_key = keydata_public(&t, files[i].name);

		assert_string_equal(nacre_key_type(key), files[i].type);
		assert_int_equal(nacre_key_bits(key), files[i].bits);
		assert_string_equal(nacre_key_comment(key), files[i].comment);
		assert_true(nacre_key_has_private(key));
		assert_false(nacre_key_has_private(public_key));
		assert_true(nacre_key_equal(key, public_key));
		assert_string_equal(nacre_key_comment(public_key), files[i].comment);
		assert_int_equal(nacre_key_fingerprint(key, "SHA256", print, sizeof(print)), 0);
		assert_string_equal(print, files[i].sha256);
		assert_int_equal(nacre_key_fingerprint(public_key, "MD5", print, sizeof(print)), 0);
		assert_string_equal(print, files[i].md5);
		nacre_key_free(public_key);
		nacre_key_free(key);
	}
	nacre_key_free(NULL);
	keydata_assert_clean(&t);
}

static void
a_fingerprint_fits_whole_or_not_at_all(void **state)
{
	struct test_env t;
	nacre_key *key;
	char print[64];

	(void)state;
	test_env_init(&t, 2);
	key = keydata_public(&t, "ed25519");
	assert_int_equal(nacre_key_fingerprint(key, "SHA256", print, 51), 0);
	assert_int_equal(nacre_key_fingerprint(key, "SHA256", print, 50), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_key_fingerprint(key, "MD5", print, 52), 0);
	assert_int_equal(nacre_key_fingerprint(key, "MD5", print, 51), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_key_fingerprint(key, "SHA1", print, 64), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_key_fingerprint(key, "SHA256", print, 0), NACRE_E_ARGUMENT);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
an_encrypted_file_asks_for_its_passphrase_and_shows_its_public_half(void **state)
{
	nacre_key *key = NULL, *expected;
	struct keydata file;
	struct test_env t;
	char why[200];

	(void)state;
	test_env_init(&t, 3);
	keydata_read("encrypted", "", &file);
	assert_int_equal(nacre_key_parse_private(&t.env, (const uint8_t *)file.p, file.n, NULL, &key, why, sizeof(why)),
	    NACRE_E_KEY_PASSPHRASE);
	assert_null(key);
	assert_non_null(strstr(why, "passphrase"));
	assert_int_equal(nacre_key_peek_public(&t.env, (const uint8_t *)file.p, file.n, &key, why, sizeof(why)), 0);
	expected = keydata_public(&t, "encrypted");
	assert_true(nacre_key_equal(key, expected));
	assert_false(nacre_key_has_private(key));
	nacre_key_free(expected);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

#define SMALL "-----BEGIN OPENSSH PRIVATE KEY-----\n"

static const struct {
	const char *text;
	int code;
	const char *why; /* somewhere in it */
} others[] = {
    {"", NACRE_E_KEY_FORMAT, "empty"},
    {"\n \n\t\r\n", NACRE_E_KEY_FORMAT, "empty"},
    {"nonsense", NACRE_E_KEY_FORMAT, "no BEGIN line"},
    {"-----BEGIN RSA PRIVATE KEY-----\n", NACRE_E_KEY_FORMAT, "no END line"},
    {"-----BEGIN XYZ PRIVATE KEY-----\n-----END XYZ PRIVATE KEY-----\n", NACRE_E_KEY_TYPE_UNKNOWN, "XYZ"},
    {"-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n", NACRE_E_KEY_FORMAT, "DSA"},
    {"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", NACRE_E_KEY_FORMAT, "base64"},
    {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", NACRE_E_KEY_FORMAT, "PKCS#8"},
    {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", NACRE_E_KEY_FORMAT, "another"},
    {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", NACRE_E_KEY_FORMAT, "no private key"},
    {"---- BEGIN SSH2 PUBLIC KEY ----\n", NACRE_E_UNSUPPORTED, "RFC 4716"},
    {"ssh-ed25519 AAAA\n", NACRE_E_UNSUPPORTED, "public key"},
    {"ecdsa-sha2-nistp256 AAAA\n", NACRE_E_UNSUPPORTED, "public key"},
    {SMALL, NACRE_E_KEY_FORMAT, "no END line"},
    {SMALL "AAAA\n", NACRE_E_KEY_FORMAT, "no END line"},
    {SMALL "!\n-----END OPENSSH PRIVATE KEY-----\n", NACRE_E_KEY_FORMAT, "base64"},
    {SMALL "-----END OPENSSH PRIVATE KEY-----\n", NACRE_E_KEY_FORMAT, "openssh-key-v1"},
    {SMALL "AAAA\n-----END OPENSSH PRIVATE KEY-----\n", NACRE_E_KEY_FORMAT, "openssh-key-v1"},
};

static void
other_files_are_refused_by_what_they_are(void **state)
{
	nacre_key *key = NULL;
	struct keydata pem;
	struct test_env t;
	char why[200];
	size_t i;

	(void)state;
	test_env_init(&t, 4);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const uint8_t *p = (const uint8_t *)others[i].text;

		assert_int_equal(
		    nacre_key_parse_private(&t.env, p, strlen(others[i].text), NULL, &key, why, sizeof(why)),
		    others[i].code);
		assert_null(key);
		if (strstr(why, others[i].why) == NULL)
			fail_msg("%s: %s", others[i].why, why);
		assert_int_equal(
		    nacre_key_peek_public(&t.env, p, strlen(others[i].text), &key, NULL, 0), others[i].code);
	}
	keydata_read("pem", "", &pem);
	assert_int_equal(
	    nacre_key_parse_private(&t.env, (const uint8_t *)pem.p, pem.n, NULL, &key, why, sizeof(why)), 0);
	nacre_key_free(key);
	keydata_read("rsa1024", "", &pem);
	assert_int_equal(nacre_key_parse_private(&t.env, (const uint8_t *)pem.p, pem.n, NULL, &key, why, sizeof(why)),
	    NACRE_E_KEY_TYPE);
	assert_non_null(strstr(why, "2048"));
	assert_int_equal(nacre_key_parse_private(NULL, (const uint8_t *)pem.p, pem.n, NULL, &key, why, sizeof(why)),
	    NACRE_E_ARGUMENT);
	keydata_assert_clean(&t);
}

static void
a_file_beyond_1_mib_is_refused_unread(void **state)
{
	size_t n = ((size_t)1 << 20) + 1;
	struct keydata file;
	struct test_env t;
	nacre_key *key;
	uint8_t *p;

	(void)state;
	test_env_init(&t, 5);
	keydata_read("ed25519", "", &file);
	p = malloc(n);
	assert_non_null(p);
	memset(p, '\n', n);
	memcpy(p + n - file.n, file.p, file.n);
	assert_int_equal(nacre_key_parse_private(&t.env, p, n, NULL, &key, NULL, 0), NACRE_E_KEY_FORMAT);
	assert_int_equal(t.allocations, 0);
	assert_int_equal(nacre_key_parse_private(&t.env, p + 1, n - 1, NULL, &key, NULL, 0), 0);
	nacre_key_free(key);
	free(p);
	keydata_assert_clean(&t);
}

static void
line_ends_of_any_kind_are_fine(void **state)
{
	char text[KEYDATA_MAX * 2];
	struct keydata file;
	struct test_env t;
	size_t i, n = 0;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 6);
	keydata_read("rsa2048", "", &file);
	for (i = 0; i < file.n; i++) {
		if (file.p[i] == '\n')
			text[n++] = '\r';
		text[n++] = file.p[i];
	}
	assert_int_equal(nacre_key_parse_private(&t.env, (const uint8_t *)text, n, NULL, &key, NULL, 0), 0);
	nacre_key_free(key);
	/* no newline behind the last line */
	assert_int_equal(nacre_key_parse_private(&t.env, (const uint8_t *)file.p, file.n - 1, NULL, &key, NULL, 0), 0);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

/* The file in a block of its exact size, so that a sanitizer sees one byte too many. */
static int
parse_copy(struct test_env *t, const char *p, size_t n, nacre_key **key)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);
	int r;

	assert_non_null(copy);
	memcpy(copy, p, n);
	r = nacre_key_parse_private(&t->env, copy, n, NULL, key, NULL, 0);
	free(copy);
	return r;
}

static void
a_file_cut_at_any_byte_is_refused(void **state)
{
	struct keydata file;
	struct test_env t;
	nacre_key *key;
	size_t i, n;

	(void)state;
	test_env_init(&t, 7);
	for (i = 0; i < FILES; i++) {
		keydata_read(files[i].name, "", &file);
		for (n = 0; n + 1 < file.n; n++) {
			assert_int_equal(parse_copy(&t, file.p, n, &key), NACRE_E_KEY_FORMAT);
			assert_null(key);
		}
	}
	keydata_assert_clean(&t);
}

/* Only the comment and white space are not proven by anything: what still reads must be the same key. */
static void
altered_file_is_refused_or_the_same_key(struct test_env *t, const char *name, const struct keydata *file, size_t bit)
{
	nacre_key *expected = keydata_public(t, name), *key = NULL;
	struct keydata altered = *file;
	int r;

	altered.p[bit / 8] = (char)(altered.p[bit / 8] ^ (1 << bit % 8));
	r = parse_copy(t, altered.p, altered.n, &key);
	if (r == 0 && (!nacre_key_equal(key, expected) || !nacre_key_has_private(key)))
		fail_msg("%s with bit %zu flipped gave another key", name, bit);
	if (r != 0)
		assert_null(key);
	nacre_key_free(key);
	nacre_key_free(expected);
}

static void
a_flipped_bit_never_gives_another_key(void **state)
{
	struct keydata file;
	struct test_env t;
	size_t bit;

	(void)state;
	test_env_init(&t, 8);
	keydata_read("ed25519", "", &file);
	for (bit = 0; bit < file.n * 8; bit++)
		altered_file_is_refused_or_the_same_key(&t, "ed25519", &file, bit);
	keydata_read("ecdsa256", "", &file);
	for (bit = 0; bit < file.n * 8; bit += 9)
		altered_file_is_refused_or_the_same_key(&t, "ecdsa256", &file, bit);
	keydata_read("rsa2048", "", &file);
	for (bit = 0; bit < file.n * 8; bit += 9)
		altered_file_is_refused_or_the_same_key(&t, "rsa2048", &file, bit);
	keydata_assert_clean(&t);
}

static void
without_memory_a_file_is_not_read(void **state)
{
	struct keydata file;
	struct test_env t;
	nacre_key *key;
	uint64_t at;
	size_t i;
	int r;

	(void)state;
	test_env_init(&t, 9);
	for (i = 0; i < FILES; i++) {
		keydata_read(files[i].name, "", &file);
		for (at = 1, r = NACRE_E_NOMEM; r != 0; at++) {
			t.fail_at = t.allocations + at;
			r = parse_copy(&t, file.p, file.n, &key);
			t.fail_at = 0;
			assert_true(r == 0 ? key != NULL : r == NACRE_E_NOMEM && key == NULL);
			assert_int_equal(r == 0, t.live_blocks > 0);
		}
		assert_true(at > 4);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

/* The seed of the file's key is looked for in every block that is given back. */
static void
the_private_half_stays_in_no_block(void **state)
{
	struct keydata file;
	struct test_env t;
	nacre_key *key;
	char seed[32];

	(void)state;
	test_env_init(&t, 10);
	keydata_read("ed25519", "", &file);
	key = keydata_private(&t, "ed25519");
	memcpy(seed, key->numbers[0].p, sizeof(seed));
	nacre_key_free(key);
	t.secret = seed;
	t.secret_len = sizeof(seed);
	assert_int_equal(parse_copy(&t, file.p, file.n, &key), 0);
	assert_memory_equal(key->numbers[0].p, seed, sizeof(seed));
	nacre_key_free(key);
	t.fail_at = t.allocations + 5;
	(void)parse_copy(&t, file.p, file.n, &key);
	t.fail_at = 0;
	nacre_key_free(key);
	assert_int_equal(t.secret_leaks, 0);
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_of_ssh_keygen_are_read),
	    cmocka_unit_test(a_fingerprint_fits_whole_or_not_at_all),
	    cmocka_unit_test(an_encrypted_file_asks_for_its_passphrase_and_shows_its_public_half),
	    cmocka_unit_test(other_files_are_refused_by_what_they_are),
	    cmocka_unit_test(a_file_beyond_1_mib_is_refused_unread),
	    cmocka_unit_test(line_ends_of_any_kind_are_fine),
	    cmocka_unit_test(a_file_cut_at_any_byte_is_refused),
	    cmocka_unit_test(a_flipped_bit_never_gives_another_key),
	    cmocka_unit_test(without_memory_a_file_is_not_read),
	    cmocka_unit_test(the_private_half_stays_in_no_block),
	};

	return cmocka_run_group_tests_name("key files", tests, NULL, NULL);
}
