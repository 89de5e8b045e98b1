/* RSA PKCS#1 v1.5 against Wycheproof and OpenSSL; keys whose sizes or numbers do not fit; a new key; no randomness. */
#include "sign.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define NUMBERS 6 /* n, e, d, p, q, iqmp: the order of struct rsa_numbers and of rsa_sign.txt */

static const struct {
	const char *name;
	enum hash_id id;
} hashes[] = {{"sha1", HASH_SHA1}, {"sha256", HASH_SHA256}, {"sha384", HASH_SHA384}, {"sha512", HASH_SHA512}};

static enum hash_id
hash_of(const struct vectors *v)
{
	size_t i;

	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (vectors_is(v, hashes[i].name))
			return hashes[i].id;
	fail_msg("%s:%u: unknown hash", v->name, v->line);
	return HASH_NONE;
}

static struct rsa_private
private_of(const struct rsa_numbers *k)
{
	struct slice s[NUMBERS];
	size_t i;

	for (i = 0; i < NUMBERS; i++)
		s[i] = slice_of(k->value[i], k->len[i]);
	return (struct rsa_private){.n = s[0], .e = s[1], .d = s[2], .p = s[3], .q = s[4], .iqmp = s[5]};
}

static struct rsa_public
public_of(const struct rsa_numbers *k)
{
	return (struct rsa_public){.n = slice_of(k->value[0], k->len[0]), .e = slice_of(k->value[1], k->len[1])};
}

static void
keep(struct vectors *v, struct rsa_numbers *k, size_t count)
{
	size_t i;

	assert_int_equal(v->n, 1 + count);
	for (i = 0; i < count; i++) {
		struct slice s = vectors_field(v, 1 + i);

		assert_true(s.n <= sizeof(k->value[i]));
		memcpy(k->value[i], s.p, s.n);
		k->len[i] = s.n;
	}
}

/* The key of rsa_sign.txt. */
static void
read_key(struct rsa_numbers *k)
{
	struct vectors v;

	vectors_open(&v, "rsa_sign.txt");
	assert_true(vectors_next(&v) && vectors_is(&v, "key"));
	keep(&v, k, NUMBERS);
	vectors_close(&v);
}

static void
check_wycheproof(const char *file, enum hash_id hash)
{
	struct rsa_numbers *k = calloc(1, sizeof(*k));
	struct rsa_public key;
	struct vectors v;

	assert_non_null(k);
	for (vectors_open(&v, file); vectors_next(&v);) {
		if (vectors_is(&v, "key")) {
			keep(&v, k, 2);
			continue;
		}
		key = public_of(k);
		vectors_expect(&v, rsa_verify(&key, hash, vectors_field(&v, 2), vectors_field(&v, 3)),
		    vectors_is(&v, "good") ? 0 : NACRE_E_CRYPTO);
	}
	vectors_close(&v);
	free(k);
}

static void
wycheproof_signatures_are_told_apart(void **state)
{
	(void)state;
	check_wycheproof("rsa_2048_sha256.txt", HASH_SHA256);
	check_wycheproof("rsa_2048_sha512.txt", HASH_SHA512);
	check_wycheproof("rsa_3072_sha256.txt", HASH_SHA256);
	check_wycheproof("rsa_3072_sha512.txt", HASH_SHA512);
	check_wycheproof("rsa_4096_sha256.txt", HASH_SHA256);
	check_wycheproof("rsa_4096_sha512.txt", HASH_SHA512);
}

static void
openssls_signatures_come_out(void **state)
{
	uint8_t sig[RSA_SIG_MAX];
	struct rsa_numbers k;
	struct rsa_private key;
	struct rsa_public pub;
	struct test_env t;
	struct vectors v;
	size_t n;

	(void)state;
	test_env_init(&t, 41);
	for (vectors_open(&v, "rsa_sign.txt"); vectors_next(&v);) {
		if (vectors_is(&v, "key")) {
			keep(&v, &k, NUMBERS);
			key = private_of(&k);
			pub = public_of(&k);
			vectors_expect(&v, rsa_check_private(&key, &t.env), 0);
			continue;
		}
		vectors_expect(&v, rsa_sign(&key, &t.env, hash_of(&v), vectors_field(&v, 1), sig, &n), 0);
		assert_int_equal(n, vectors_field(&v, 2).n);
		vectors_expect_bytes(&v, sig, vectors_field(&v, 2));
		vectors_expect(&v, rsa_verify(&pub, hash_of(&v), vectors_field(&v, 1), slice_of(sig, n)), 0);
	}
	vectors_close(&v);
}

static void
damage_and_other_hashes_are_noticed(void **state)
{
	struct slice message = SLICE_LIT("m");
	uint8_t sig[RSA_SIG_MAX];
	struct rsa_numbers k;
	struct rsa_private key;
	struct rsa_public pub;
	struct test_env t;
	size_t n, i;

	(void)state;
	test_env_init(&t, 42);
	read_key(&k);
	key = private_of(&k);
	pub = public_of(&k);
	assert_int_equal(rsa_sign(&key, &t.env, HASH_SHA512, message, sig, &n), 0);
	for (i = 0; i < n; i++) {
		sig[i] ^= 0x04;
		assert_int_equal(rsa_verify(&pub, HASH_SHA512, message, slice_of(sig, n)), NACRE_E_CRYPTO);
		sig[i] ^= 0x04;
	}
	assert_int_equal(rsa_verify(&pub, HASH_SHA256, message, slice_of(sig, n)), NACRE_E_CRYPTO);
	assert_int_equal(rsa_verify(&pub, HASH_NONE, message, slice_of(sig, n)), NACRE_E_UNSUPPORTED);
	assert_int_equal(rsa_verify(&pub, HASH_SHA512, SLICE_LIT("n"), slice_of(sig, n)), NACRE_E_CRYPTO);
	assert_int_equal(rsa_verify(&pub, HASH_SHA512, message, slice_of(sig, n)), 0);
}

/* RFC 8332 3: some signers leave the leading zeros out. */
static void
a_signature_without_its_leading_zeros_is_accepted(void **state)
{
	uint8_t sig[RSA_SIG_MAX + 1] = {0};
	struct rsa_numbers k;
	struct rsa_private key;
	struct rsa_public pub;
	struct test_env t;
	uint32_t message;
	size_t n;

	(void)state;
	test_env_init(&t, 43);
	read_key(&k);
	key = private_of(&k);
	pub = public_of(&k);
	for (message = 0; message < 5000; message++) { /* one in 256 begins with a zero */
		assert_int_equal(rsa_sign(&key, &t.env, HASH_SHA256, slice_of(&message, 4), sig + 1, &n), 0);
		if (sig[1] == 0)
			break;
	}
	assert_int_equal(sig[1], 0);
	assert_int_equal(rsa_verify(&pub, HASH_SHA256, slice_of(&message, 4), slice_of(sig + 1, n)), 0);
	assert_int_equal(rsa_verify(&pub, HASH_SHA256, slice_of(&message, 4), slice_of(sig + 2, n - 1)), 0);
	assert_int_equal(rsa_verify(&pub, HASH_SHA256, slice_of(&message, 4), slice_of(sig, n + 1)), NACRE_E_CRYPTO);
	assert_int_equal(
	    rsa_verify(&pub, HASH_SHA256, slice_of(&message, 4), slice_of(sig + 1, n - 1)), NACRE_E_CRYPTO);
	assert_int_equal(rsa_verify(&pub, HASH_SHA256, slice_of(&message, 4), SLICE_NONE), NACRE_E_CRYPTO);
}

/* CVE-2026-39829: nothing is computed with numbers that are too large. */
static void
sizes_are_held_to_their_bounds(void **state)
{
	static const struct {
		size_t n_len;
		uint8_t top, low; /* the first and the last byte of n */
		const char *e;
		size_t e_len;
		int wanted;
	} rows[] = {
	    {256, 0x80, 1, "\x01\x00\x01", 3, 0}, {256, 0x7f, 1, "\x01\x00\x01", 3, NACRE_E_KEY_TYPE}, /* 2047 bits */
	    {255, 0xff, 1, "\x01\x00\x01", 3, NACRE_E_KEY_TYPE}, {0, 0, 0, "\x01\x00\x01", 3, NACRE_E_KEY_TYPE},
	    {1024, 0xff, 1, "\x01\x00\x01", 3, 0}, /* 8192 bits */
	    {1025, 0x01, 1, "\x01\x00\x01", 3, NACRE_E_KEY_TYPE}, /* 8193 bits */
	    {60000, 0xff, 1, "\x01\x00\x01", 3, NACRE_E_KEY_TYPE},
	    {256, 0x80, 2, "\x01\x00\x01", 3, NACRE_E_KEY_TYPE}, /* even */
	    {256, 0x80, 1, "", 0, NACRE_E_KEY_TYPE}, {256, 0x80, 1, "\x00", 1, NACRE_E_KEY_TYPE},
	    {256, 0x80, 1, "\x01", 1, NACRE_E_KEY_TYPE}, {256, 0x80, 1, "\x02", 1, NACRE_E_KEY_TYPE},
	    {256, 0x80, 1, "\x03", 1, 0}, {256, 0x80, 1, "\xff\xff\xff\xff", 4, 0},
	    {256, 0x80, 1, "\x01\x00\x00\x00\x01", 5, NACRE_E_KEY_TYPE}, /* 2^32 + 1 */
	};
	static uint8_t n[60000];
	uint8_t sig[256] = {1};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rsa_public key = {slice_of(n, rows[i].n_len), slice_of(rows[i].e, rows[i].e_len)};

		memset(n, 0x5a, sizeof(n));
		if (rows[i].n_len > 0) {
			n[rows[i].n_len - 1] = rows[i].low;
			n[0] = rows[i].top;
		}
		assert_int_equal(rsa_check_public(&key, RSA_BITS_MIN), rows[i].wanted);
		if (rows[i].wanted != 0)
			assert_int_not_equal(rsa_verify(&key, HASH_SHA256, SLICE_LIT("m"), slice_of(sig, 256)), 0);
	}
}

static void
the_floor_is_policy_down_to_1024_bits(void **state)
{
	static const struct {
		unsigned policy, floor;
	} rows[] = {{0, 2048}, {2048, 2048}, {3072, 3072}, {1024, 1024}, {1023, 1024}, {1, 1024}};
	static const uint8_t e[] = {1, 0, 1};
	static uint8_t n[1024];
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 48);
	memset(n, 0x5a, sizeof(n));
	n[0] = 0x80;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = rows[i].floor / 8;
		struct rsa_public key = {slice_of(n, len), slice_of(e, sizeof(e))};
		struct rsa_public shorter = {slice_of(n, len - 1), slice_of(e, sizeof(e))};

		t.env.rsa_bits_min = rows[i].policy;
		n[len - 1] = 1;
		n[len - 2] = 1;
		assert_int_equal(rsa_check_public(&key, rsa_bits_min(&t.env)), 0);
		assert_int_equal(rsa_check_public(&shorter, rsa_bits_min(&t.env)), NACRE_E_KEY_TYPE);
	}
}

static void
a_private_key_whose_numbers_do_not_fit_is_refused(void **state)
{
	uint8_t sig[RSA_SIG_MAX];
	struct rsa_numbers k, changed;
	struct rsa_private key;
	struct test_env t;
	size_t i, n;

	(void)state;
	test_env_init(&t, 44);
	read_key(&k);
	for (i = 0; i < NUMBERS; i++) {
		changed = k;
		changed.value[i][changed.len[i] - 1] ^= 2;
		key = private_of(&changed);
		assert_int_not_equal(rsa_check_private(&key, &t.env), 0);
		changed = k;
		changed.len[i] = 0; /* absent, although the library could find some of them */
		key = private_of(&changed);
		assert_int_not_equal(rsa_check_private(&key, &t.env), 0);
		if (i != 5)
			assert_int_not_equal(rsa_sign(&key, &t.env, HASH_SHA256, SLICE_LIT("m"), sig, &n), 0);
	}
	changed = k; /* p and q the other way round need another iqmp */
	memcpy(changed.value[3], k.value[4], k.len[4]);
	memcpy(changed.value[4], k.value[3], k.len[3]);
	key = private_of(&changed);
	assert_int_equal(rsa_check_private(&key, &t.env), NACRE_E_CRYPTO);
	key = private_of(&k);
	assert_int_equal(rsa_check_private(&key, &t.env), 0);
}

/* A fault in the private numbers, as a flipped bit in memory would be: no wrong signature leaves. */
static void
a_signature_that_does_not_verify_is_not_given_out(void **state)
{
	static const uint8_t nothing[RSA_SIG_MAX] = {0};
	uint8_t sig[RSA_SIG_MAX];
	struct rsa_numbers k;
	struct rsa_private key;
	struct test_env t;
	size_t i, n;

	(void)state;
	test_env_init(&t, 45);
	for (i = 2; i < 5; i++) {
		read_key(&k);
		k.value[i][k.len[i] / 2] ^= 1;
		key = private_of(&k);
		memset(sig, 0, sizeof(sig));
		assert_int_equal(rsa_sign(&key, &t.env, HASH_SHA256, SLICE_LIT("m"), sig, &n), NACRE_E_CRYPTO);
		assert_int_equal(n, 0);
		assert_memory_equal(sig, nothing, sizeof(sig));
	}
}

static void
a_new_key_signs_and_verifies(void **state)
{
	uint8_t sig[RSA_SIG_MAX];
	struct rsa_numbers k;
	struct rsa_private key;
	struct rsa_public pub;
	struct test_env t;
	size_t n;

	(void)state;
	test_env_init(&t, 46);
	assert_int_equal(rsa_generate(&t.env, RSA_BITS_MIN, &k), 0);
	key = private_of(&k);
	pub = public_of(&k);
	assert_int_equal(k.len[0], RSA_BITS_MIN / 8);
	assert_true(k.value[0][0] >= 0x80);
	assert_int_equal(rsa_check_public(&pub, RSA_BITS_MIN), 0);
	assert_int_equal(rsa_check_private(&key, &t.env), 0);
	assert_int_equal(rsa_sign(&key, &t.env, HASH_SHA512, SLICE_LIT("m"), sig, &n), 0);
	assert_int_equal(n, RSA_BITS_MIN / 8);
	assert_int_equal(rsa_verify(&pub, HASH_SHA512, SLICE_LIT("m"), slice_of(sig, n)), 0);
	assert_int_equal(rsa_generate(&t.env, RSA_BITS_MIN - 2, &k), NACRE_E_KEY_TYPE);
	assert_int_equal(rsa_generate(&t.env, RSA_BITS_MIN + 1, &k), NACRE_E_KEY_TYPE);
	assert_int_equal(rsa_generate(&t.env, RSA_BITS_MAX + 2, &k), NACRE_E_KEY_TYPE);
}

static void
no_randomness_is_an_error(void **state)
{
	uint8_t sig[RSA_SIG_MAX];
	struct rsa_numbers k, made;
	struct rsa_private key;
	struct test_env t;
	size_t n;

	(void)state;
	test_env_init(&t, 47);
	read_key(&k);
	key = private_of(&k);
	t.random_fails = true;
	assert_int_equal(rsa_sign(&key, &t.env, HASH_SHA256, SLICE_LIT("m"), sig, &n), NACRE_E_RANDOM);
	assert_int_equal(n, 0);
	assert_int_equal(rsa_generate(&t.env, RSA_BITS_MIN, &made), NACRE_E_RANDOM);
	t.random_fails = false;
	assert_int_equal(rsa_sign(&key, &t.env, HASH_SHA256, SLICE_LIT("m"), sig, &n), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wycheproof_signatures_are_told_apart),
	    cmocka_unit_test(openssls_signatures_come_out),
	    cmocka_unit_test(damage_and_other_hashes_are_noticed),
	    cmocka_unit_test(a_signature_without_its_leading_zeros_is_accepted),
	    cmocka_unit_test(sizes_are_held_to_their_bounds),
	    cmocka_unit_test(the_floor_is_policy_down_to_1024_bits),
	    cmocka_unit_test(a_private_key_whose_numbers_do_not_fit_is_refused),
	    cmocka_unit_test(a_signature_that_does_not_verify_is_not_given_out),
	    cmocka_unit_test(a_new_key_signs_and_verifies),
	    cmocka_unit_test(no_randomness_is_an_error),
	};

	return cmocka_run_group_tests_name("crypto/rsa", tests, NULL, NULL);
}
