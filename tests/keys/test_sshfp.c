/* SSHFP records, as ssh-keygen -r prints them for these keys, and fingerprints that people wrote down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <nacre/cert.h>
#include <nacre/sshfp.h>
#include "test_env.h"

static const struct {
	const char *line;
	uint8_t algorithm;
	const char *sha1, *sha256;
} rows[] = {
    {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBFAYZTQnIBgKJUaQNeip2yioaJJKiUMu2+b3AYzVLBY", 4,
	"ae0ade4565c1d01980605d600be8cb0c380ca45d", "09424f471c8384406c5844bcdbff4491de8d7a60b0d6e024361ee32238963ee8"},
    {"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPQrG5eifefy02lPFe"
     "Uv1LdRpJ4DC6U2Q/IR5BCFObSTJsFrAvMbaCA9h1VYIQIa1rLitCDNPhHPtroH119RguQ=",
	3, "5e6b65959f9b980e9b61914319ffe47ecc98ad93",
	"19f019af5308de6f545dd7bef1b86d74730caeef4ee6dafb9ee7006e2a8d74c5"},
    {"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDCRKbUxBPd1ojB+GDM/pZga12gPGYRsdY9m/F7pkmTekpx9rUsFn"
     "MIbsU+16/Jn7KxCErU4CLTFFg/1cPFMDTYiolKKc4eruZlq5Qcqg8OHFNIRw58TjjcAC2pHa/rjelBIK6OZQW+fzsz"
     "AkeSO7Dn0mH6gLyo4dzq/5AlE95Bq0tqJkDkkeXRV/bitDE6d1SizHhfiH8+L+8wrQo8KtNw7qN5wQJXOQoRJHvomF"
     "cdZUqgq/fF6SoCY93YrwcHeT/xozR6hRSHPGqdI7rRuY7A+hproY914yOljJs0Y8znWZWppSSvQxkvgwcYaQTsm710"
     "ZHJTVIXiLiq1Iv7b11z2ou9fuLqwgNy1+Npm/PFjYNikQijfUNy2FJOU4Tk6UJQIo7R2AjFLUFjBkdoaQDjAB5oVT7"
     "3o9dWtjERcQcGkl3YxP5zGfQqBW9OrErD8kdr26ZT5lmgX3SmntHlgoS3HMhz/gotlu8uBdnOwBWgBRPl5XzzPemUW"
     "1pBE7WXlNbk=",
	1, "be5191e68af905b2ab73d5d58a5e41983f3727ac",
	"554dcce50c7099ec435ab7c7c644a8662f6cd140cab05d535a57f76b804e417f"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static struct test_env env;
static nacre_key *keys[N_ROWS];

static int
setup(void **state)
{
	(void)state;
	test_env_init(&env, 3);
	for (size_t i = 0; i < N_ROWS; i++)
		if (nacre_key_parse_public(&env.env, rows[i].line, strlen(rows[i].line), &keys[i], NULL, 0) != 0)
			return -1;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++)
		nacre_key_free(keys[i]);
	return env.live_blocks == 0 ? 0 : -1;
}

struct record {
	struct nacre_sshfp_record view;
	uint8_t bytes[32];
};

static struct nacre_sshfp_record
record(struct record *r, uint8_t algorithm, uint8_t type, const char *hex)
{
	size_t n;

	assert_int_equal(sodium_hex2bin(r->bytes, sizeof(r->bytes), hex, strlen(hex), NULL, &n, NULL), 0);
	r->view = (struct nacre_sshfp_record){.algorithm = algorithm, .type = type, .fingerprint = r->bytes, .n = n};
	return r->view;
}

static enum nacre_sshfp_result
check(const nacre_key *key, const struct nacre_sshfp_record *records, size_t n)
{
	enum nacre_sshfp_result result = NACRE_SSHFP_MATCH;

	assert_int_equal(nacre_sshfp_check(key, records, n, true, &result), 0);
	return result;
}

static void
the_records_of_ssh_keygen_match_their_key_and_no_other(void **state)
{
	struct record one, two;

	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct nacre_sshfp_record both[] = {record(&one, rows[i].algorithm, 1, rows[i].sha1),
		    record(&two, rows[i].algorithm, 2, rows[i].sha256)};

		for (size_t k = 0; k < N_ROWS; k++)
			for (size_t n = 1; n <= 2; n++)
				assert_int_equal(
				    check(keys[k], both, n), k == i ? NACRE_SSHFP_MATCH : NACRE_SSHFP_NONE);
		assert_int_equal(check(keys[i], both + 1, 1), NACRE_SSHFP_MATCH);
	}
}

static void
another_fingerprint_of_the_same_kind_is_a_mismatch(void **state)
{
	struct record one, two;
	struct nacre_sshfp_record both[2];

	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		both[0] = record(&one, rows[i].algorithm, 2, rows[i].sha256);
		one.bytes[31] ^= 1;
		assert_int_equal(check(keys[i], both, 1), NACRE_SSHFP_MISMATCH);
		/* A right SHA-1 does not count beside a wrong SHA-256; a right SHA-256 beside it does. */
		both[1] = record(&two, rows[i].algorithm, 1, rows[i].sha1);
		assert_int_equal(check(keys[i], both, 2), NACRE_SSHFP_MISMATCH);
		both[1] = record(&two, rows[i].algorithm, 2, rows[i].sha256);
		assert_int_equal(check(keys[i], both, 2), NACRE_SSHFP_MATCH);
		/* Cut. */
		for (both[1].n = 0; both[1].n < 32; both[1].n++)
			assert_int_equal(check(keys[i], both + 1, 1), NACRE_SSHFP_MISMATCH);
	}
}

static void
nothing_is_said_by_other_kinds_and_without_dnssec(void **state)
{
	enum nacre_sshfp_result result = NACRE_SSHFP_MATCH;
	struct nacre_sshfp_record one;
	struct record r;

	(void)state;
	one = record(&r, 4, 2, rows[0].sha256);
	assert_int_equal(nacre_sshfp_check(keys[0], &one, 1, false, &result), 0);
	assert_int_equal(result, NACRE_SSHFP_NONE);
	assert_int_equal(check(keys[0], NULL, 0), NACRE_SSHFP_NONE);
	for (unsigned algorithm = 0; algorithm < 256; algorithm++) {
		one.algorithm = (uint8_t)algorithm;
		assert_int_equal(check(keys[0], &one, 1), algorithm == 4 ? NACRE_SSHFP_MATCH : NACRE_SSHFP_NONE);
	}
	one.algorithm = 4;
	for (unsigned type = 0; type < 256; type++) {
		one.type = (uint8_t)type;
		assert_int_equal(check(keys[0], &one, 1), type == 2   ? NACRE_SSHFP_MATCH
							  : type == 1 ? NACRE_SSHFP_MISMATCH
								      : NACRE_SSHFP_NONE);
	}
	result = NACRE_SSHFP_MATCH;
	assert_int_equal(nacre_sshfp_check(NULL, &one, 1, true, &result), NACRE_E_ARGUMENT);
	assert_int_equal(result, NACRE_SSHFP_NONE);
	assert_int_equal(nacre_sshfp_check(keys[0], NULL, 1, true, &result), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_sshfp_check(keys[0], &one, 1, true, NULL), NACRE_E_ARGUMENT);
}

static bool
is_it(const nacre_key *key, const char *text)
{
	bool answer = true;

	assert_int_equal(nacre_key_has_fingerprint(key, text, &answer), 0);
	return answer;
}

static void
a_fingerprint_is_read_in_every_spelling(void **state)
{
	char text[64], upper[64];

	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		assert_int_equal(nacre_key_fingerprint(keys[i], "SHA256", text, sizeof(text)), 0);
		assert_true(is_it(keys[i], text));
		assert_false(is_it(keys[(i + 1) % N_ROWS], text));
		strcat(text, "=");
		assert_true(is_it(keys[i], text));
		assert_int_equal(nacre_key_fingerprint(keys[i], "MD5", text, sizeof(text)), 0);
		assert_true(is_it(keys[i], text));
		assert_true(is_it(keys[i], text + 4));
		for (size_t k = 0; k <= strlen(text); k++)
			upper[k] = (char)(text[k] >= 'a' && text[k] <= 'f' ? text[k] - 32 : text[k]);
		assert_true(is_it(keys[i], upper));
		assert_false(is_it(keys[(i + 1) % N_ROWS], upper));
	}
}

static void
what_is_no_fingerprint_is_an_error_and_no_answer(void **state)
{
	static const char *const bad[] = {"", "SHA256:", "SHA256:AAAA", "MD5:", "MD5:00", "SHA1:AAAA",
	    "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!",
	    "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:fg",
	    "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00", "00112233445566778899aabbccddeeff"};
	bool answer = true;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(nacre_key_has_fingerprint(keys[0], bad[i], &answer), NACRE_E_ARGUMENT);
		assert_false(answer);
	}
	assert_int_equal(nacre_key_has_fingerprint(NULL, "SHA256:", &answer), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_key_has_fingerprint(keys[0], NULL, &answer), NACRE_E_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_records_of_ssh_keygen_match_their_key_and_no_other),
	    cmocka_unit_test(another_fingerprint_of_the_same_kind_is_a_mismatch),
	    cmocka_unit_test(nothing_is_said_by_other_kinds_and_without_dnssec),
	    cmocka_unit_test(a_fingerprint_is_read_in_every_spelling),
	    cmocka_unit_test(what_is_no_fingerprint_is_an_error_and_no_answer),
	};

	return cmocka_run_group_tests_name("keys: fingerprints elsewhere", tests, setup, teardown);
}
