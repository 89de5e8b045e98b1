/* ECDSA on the NIST curves against RFC 6979 and Wycheproof; points, scalars and pairs that are none; no randomness. */
#include "sign.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
	const char *name, *wycheproof;
	enum curve_id id;
	size_t scalar_len;
	const char *order; /* FIPS 186-4 D.1.2, from its first byte to its last */
} curves[] = {
    {"p256", "ecdsa_p256.txt", CURVE_P256, 32,
	"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca"
	"\xc2"
	"\xfc\x63\x25\x51"},
    {"p384", "ecdsa_p384.txt", CURVE_P384, 48,
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xc7\x63\x4d"
	"\x81"
	"\xf4\x37\x2d\xdf\x58\x1a\x0d\xb2\x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73"},
    {"p521", "ecdsa_p521.txt", CURVE_P521, 66,
	"\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	"\xff"
	"\xff\xff\xff\xff\xff\xfa\x51\x86\x87\x83\xbf\x2f\x96\x6b\x7f\xcc\x01\x48\xf7\x09\xa5\xd0\x3b\xb5\xc9\xb8\x89"
	"\x9c"
	"\x47\xae\xbb\x6f\xb7\x1e\x91\x38\x64\x09"},
};
#define N_CURVES (sizeof(curves) / sizeof(curves[0]))

struct key {
	size_t i; /* of the curve */
	uint8_t d[ECDSA_SCALAR_MAX], q[ECDSA_POINT_MAX];
	struct slice scalar, point;
};

static void
generate(struct key *key, size_t i, struct test_env *t)
{
	key->i = i;
	assert_int_equal(ecdsa_generate(curves[i].id, &t->env, key->d, key->q), 0);
	key->scalar = slice_of(key->d, curve_scalar_len(curves[i].id));
	key->point = slice_of(key->q, curve_point_len(curves[i].id));
}

static size_t
curve_of(const struct vectors *v)
{
	size_t i;

	for (i = 0; i < N_CURVES; i++)
		if (vectors_is(v, curves[i].name))
			return i;
	fail_msg("%s:%u: unknown curve", v->name, v->line);
	return 0;
}

static void
rfc6979_signatures_come_out(void **state)
{
	struct test_env t;
	struct vectors v;

	(void)state;
	test_env_init(&t, 31);
	for (vectors_open(&v, "rfc6979.txt"); vectors_next(&v);) {
		enum curve_id c = curves[curve_of(&v)].id;
		struct slice d = vectors_field(&v, 1), q = vectors_field(&v, 2), message = vectors_field(&v, 3);
		struct slice r = vectors_field(&v, 4), s = vectors_field(&v, 5);
		uint8_t r_made[ECDSA_SCALAR_MAX], s_made[ECDSA_SCALAR_MAX];

		vectors_expect(&v, ecdsa_check_pair(c, d, q, &t.env), 0);
		vectors_expect(&v, ecdsa_sign(c, &t.env, d, q, message, r_made, s_made), 0);
		assert_true(r.n == curve_scalar_len(c) && s.n == r.n);
		vectors_expect_bytes(&v, r_made, r);
		vectors_expect_bytes(&v, s_made, s);
		vectors_expect(&v, ecdsa_verify(c, q, message, r, s), 0);
	}
	vectors_close(&v);
}

static void
check_wycheproof(size_t i)
{
	size_t n = curves[i].scalar_len;
	uint8_t point[ECDSA_POINT_MAX] = {0};
	struct vectors v;

	for (vectors_open(&v, curves[i].wycheproof); vectors_next(&v);) {
		struct slice sig;
		int got = NACRE_E_CRYPTO; /* what has not the length of r and s together cannot be asked about */

		if (vectors_is(&v, "key")) {
			assert_int_equal(vectors_field(&v, 1).n, 1 + 2 * n);
			memcpy(point, vectors_field(&v, 1).p, 1 + 2 * n);
			vectors_expect(&v, ecdsa_check_public(curves[i].id, vectors_field(&v, 1)), 0);
			continue;
		}
		sig = vectors_field(&v, 3);
		if (sig.n == 2 * n)
			got = ecdsa_verify(curves[i].id, slice_of(point, 1 + 2 * n), vectors_field(&v, 2),
			    slice_of(sig.p, n), slice_of(sig.p + n, n));
		vectors_expect(&v, got, vectors_is(&v, "good") ? 0 : NACRE_E_CRYPTO);
	}
	vectors_close(&v);
}

static void
wycheproof_signatures_are_told_apart(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < N_CURVES; i++)
		check_wycheproof(i);
}

static void
a_new_key_signs_and_verifies(void **state)
{
	uint8_t r[ECDSA_SCALAR_MAX], s[ECDSA_SCALAR_MAX];
	struct test_env t;
	struct key key;
	size_t i;

	(void)state;
	test_env_init(&t, 32);
	for (i = 0; i < N_CURVES; i++) {
		size_t n = curves[i].scalar_len;

		assert_int_equal(curve_scalar_len(curves[i].id), n);
		assert_int_equal(curve_point_len(curves[i].id), 1 + 2 * n);
		generate(&key, i, &t);
		assert_int_equal(ecdsa_check_public(curves[i].id, key.point), 0);
		assert_int_equal(ecdsa_check_pair(curves[i].id, key.scalar, key.point, &t.env), 0);
		assert_int_equal(ecdsa_sign(curves[i].id, &t.env, key.scalar, key.point, SLICE_LIT("hello"), r, s), 0);
		assert_int_equal(
		    ecdsa_verify(curves[i].id, key.point, SLICE_LIT("hello"), slice_of(r, n), slice_of(s, n)), 0);
		assert_int_equal(
		    ecdsa_verify(curves[i].id, key.point, SLICE_LIT("hellp"), slice_of(r, n), slice_of(s, n)),
		    NACRE_E_CRYPTO);
		assert_int_equal(
		    ecdsa_verify(curves[i].id, key.point, SLICE_LIT("hello"), slice_of(s, n), slice_of(r, n)),
		    NACRE_E_CRYPTO);
	}
}

static void
every_damaged_byte_of_a_signature_is_noticed(void **state)
{
	uint8_t sig[2 * ECDSA_SCALAR_MAX];
	struct test_env t;
	struct key key;
	size_t i, at;

	(void)state;
	test_env_init(&t, 33);
	for (i = 0; i < N_CURVES; i++) {
		size_t n = curves[i].scalar_len;
		struct slice r = slice_of(sig, n), s = slice_of(sig + n, n);

		generate(&key, i, &t);
		assert_int_equal(
		    ecdsa_sign(curves[i].id, &t.env, key.scalar, key.point, SLICE_LIT("hello"), sig, sig + n), 0);
		for (at = 0; at < 2 * n; at += 7) {
			sig[at] ^= 0x10;
			assert_int_equal(
			    ecdsa_verify(curves[i].id, key.point, SLICE_LIT("hello"), r, s), NACRE_E_CRYPTO);
			sig[at] ^= 0x10;
		}
		assert_int_equal(ecdsa_verify(curves[i].id, key.point, SLICE_LIT("hello"), r, s), 0);
	}
}

/* RFC 6979 2.4: 1 <= r, s < q. */
static void
zero_and_the_order_are_no_signature(void **state)
{
	uint8_t r[ECDSA_SCALAR_MAX], s[ECDSA_SCALAR_MAX], long_r[ECDSA_SCALAR_MAX + 1] = {0};
	static const uint8_t zeros[ECDSA_SCALAR_MAX] = {0};
	struct test_env t;
	struct key key;
	size_t i, j;

	(void)state;
	test_env_init(&t, 34);
	for (i = 0; i < N_CURVES; i++) {
		size_t n = curves[i].scalar_len;
		struct slice good_r = slice_of(r, n), good_s = slice_of(s, n);
		struct slice bad[] = {
		    SLICE_NONE, slice_of(zeros, n), slice_of(curves[i].order, n), slice_of(long_r, n + 1)};

		generate(&key, i, &t);
		assert_int_equal(ecdsa_sign(curves[i].id, &t.env, key.scalar, key.point, SLICE_LIT("m"), r, s), 0);
		memcpy(long_r + 1, r, n);
		for (j = 0; j < sizeof(bad) / sizeof(bad[0]); j++) {
			assert_int_equal(
			    ecdsa_verify(curves[i].id, key.point, SLICE_LIT("m"), bad[j], good_s), NACRE_E_CRYPTO);
			assert_int_equal(
			    ecdsa_verify(curves[i].id, key.point, SLICE_LIT("m"), good_r, bad[j]), NACRE_E_CRYPTO);
			assert_int_equal(
			    ecdsa_verify(curves[i].id, key.point, SLICE_LIT("m"), bad[j], bad[j]), NACRE_E_CRYPTO);
		}
		assert_int_equal(ecdsa_verify(curves[i].id, key.point, SLICE_LIT("m"), good_r, good_s), 0);
	}
}

static void
only_uncompressed_points_of_the_curve_are_public_keys(void **state)
{
	static const uint8_t first[] = {0x00, 0x02, 0x03, 0x05, 0x06, 0x07, 0xff};
	uint8_t q[ECDSA_POINT_MAX + 1];
	struct test_env t;
	struct key key;
	size_t i, j;

	(void)state;
	test_env_init(&t, 35);
	for (i = 0; i < N_CURVES; i++) {
		size_t n = curve_point_len(curves[i].id);

		generate(&key, i, &t);
		memcpy(q, key.q, n);
		q[n] = 0;
		for (j = 0; j <= n + 1; j++) /* every length but the right one */
			assert_int_equal(ecdsa_check_public(curves[i].id, slice_of(q, j)), j == n ? 0 : NACRE_E_CRYPTO);
		for (j = 0; j < sizeof(first); j++) {
			q[0] = first[j];
			assert_int_equal(ecdsa_check_public(curves[i].id, slice_of(q, n)), NACRE_E_CRYPTO);
			assert_int_equal(ecdsa_check_public(curves[i].id, slice_of(q, (n + 1) / 2)), NACRE_E_CRYPTO);
		}
		q[0] = 0x04;
		q[n - 1] ^= 1; /* off the curve */
		assert_int_equal(ecdsa_check_public(curves[i].id, slice_of(q, n)), NACRE_E_CRYPTO);
		memset(q + 1, 0, n - 1);
		assert_int_equal(ecdsa_check_public(curves[i].id, slice_of(q, n)), NACRE_E_CRYPTO);
		memset(q + 1, 0xff, n - 1); /* coordinates beyond the field */
		assert_int_equal(ecdsa_check_public(curves[i].id, slice_of(q, n)), NACRE_E_CRYPTO);
	}
}

static void
scalars_out_of_range_and_strange_points_are_no_pair(void **state)
{
	static const uint8_t zeros[ECDSA_SCALAR_MAX] = {0};
	uint8_t one_more[ECDSA_SCALAR_MAX], longer[ECDSA_SCALAR_MAX + 1] = {0};
	struct key key, other;
	struct test_env t;
	size_t i, j;

	(void)state;
	test_env_init(&t, 36);
	for (i = 0; i < N_CURVES; i++) {
		size_t n = curves[i].scalar_len;
		struct slice bad[] = {SLICE_NONE, slice_of(zeros, n), slice_of(curves[i].order, n),
		    slice_of(one_more, n), slice_of(longer, n + 1)};

		generate(&key, i, &t);
		generate(&other, i, &t);
		memcpy(one_more, curves[i].order, n);
		one_more[n - 1]++;
		memcpy(longer + 1, key.d, n);
		for (j = 0; j < sizeof(bad) / sizeof(bad[0]); j++)
			assert_int_equal(ecdsa_check_pair(curves[i].id, bad[j], key.point, &t.env), NACRE_E_CRYPTO);
		assert_int_equal(ecdsa_check_pair(curves[i].id, key.scalar, other.point, &t.env), NACRE_E_CRYPTO);
		assert_int_equal(ecdsa_check_pair(curves[i].id, key.scalar, key.point, &t.env), 0);
	}
}

/* What does not verify does not leave: here because the public key is another's. */
static void
a_signature_that_does_not_verify_is_not_given_out(void **state)
{
	uint8_t r[ECDSA_SCALAR_MAX], s[ECDSA_SCALAR_MAX], untouched[ECDSA_SCALAR_MAX];
	struct key key, other;
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 37);
	memset(untouched, 0xaa, sizeof(untouched));
	for (i = 0; i < N_CURVES; i++) {
		generate(&key, i, &t);
		generate(&other, i, &t);
		memset(r, 0xaa, sizeof(r));
		memset(s, 0xaa, sizeof(s));
		assert_int_equal(
		    ecdsa_sign(curves[i].id, &t.env, key.scalar, other.point, SLICE_LIT("m"), r, s), NACRE_E_CRYPTO);
		assert_memory_equal(r, untouched, sizeof(r));
		assert_memory_equal(s, untouched, sizeof(s));
	}
}

static void
no_randomness_is_an_error(void **state)
{
	uint8_t r[ECDSA_SCALAR_MAX], s[ECDSA_SCALAR_MAX], d[ECDSA_SCALAR_MAX], q[ECDSA_POINT_MAX];
	struct test_env t;
	struct key key;
	size_t i;

	(void)state;
	test_env_init(&t, 38);
	for (i = 0; i < N_CURVES; i++) {
		enum curve_id c = curves[i].id;

		generate(&key, i, &t);
		t.random_fails = true;
		assert_int_equal(ecdsa_generate(c, &t.env, d, q), NACRE_E_RANDOM);
		assert_int_equal(ecdsa_check_pair(c, key.scalar, key.point, &t.env), NACRE_E_RANDOM);
		assert_int_equal(ecdsa_sign(c, &t.env, key.scalar, key.point, SLICE_LIT("m"), r, s), NACRE_E_RANDOM);
		t.random_fails = false;
		assert_int_equal(ecdsa_sign(c, &t.env, key.scalar, key.point, SLICE_LIT("m"), r, s), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc6979_signatures_come_out),
	    cmocka_unit_test(wycheproof_signatures_are_told_apart),
	    cmocka_unit_test(a_new_key_signs_and_verifies),
	    cmocka_unit_test(every_damaged_byte_of_a_signature_is_noticed),
	    cmocka_unit_test(zero_and_the_order_are_no_signature),
	    cmocka_unit_test(only_uncompressed_points_of_the_curve_are_public_keys),
	    cmocka_unit_test(scalars_out_of_range_and_strange_points_are_no_pair),
	    cmocka_unit_test(a_signature_that_does_not_verify_is_not_given_out),
	    cmocka_unit_test(no_randomness_is_an_error),
	};

	return cmocka_run_group_tests_name("crypto/ecdsa", tests, NULL, NULL);
}
