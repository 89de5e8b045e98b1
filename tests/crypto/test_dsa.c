/* DSA against RFC 6979 (and ssh-keygen in keys/signature); groups, keys and signatures that are none; no
 * randomness. FIPS 186-4 4. */
#include "sign.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct {
	struct vectors v;
	struct dsa_public key;
	struct slice x;
	uint8_t p[DSA_P_LEN], q[DSA_Q_LEN], g[DSA_P_LEN], y[DSA_P_LEN], secret[DSA_Q_LEN];
} world;

static struct slice
kept(uint8_t *room, size_t n, size_t field)
{
	struct slice s = vectors_field(&world.v, field);

	assert_int_equal(s.n, n);
	memcpy(room, s.p, n);
	return slice_of(room, n);
}

static void
read_key(void)
{
	world.key.p = kept(world.p, sizeof(world.p), 1);
	world.key.q = kept(world.q, sizeof(world.q), 2);
	world.key.g = kept(world.g, sizeof(world.g), 3);
	world.x = kept(world.secret, sizeof(world.secret), 4);
	world.key.y = kept(world.y, sizeof(world.y), 5);
}

static int
setup(void **state)
{
	(void)state;
	vectors_open(&world.v, "rfc6979_dsa.txt");
	if (!vectors_next(&world.v))
		return -1;
	read_key();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vectors_close(&world.v);
	return 0;
}

static void
published_signatures_come_out(void **state)
{
	uint8_t sig[DSA_SIG_LEN];
	struct test_env t;

	(void)state;
	test_env_init(&t, 95);
	assert_int_equal(dsa_check_public(&world.key), 0);
	assert_int_equal(dsa_check_pair(&world.key, world.x), 0);
	while (vectors_next(&world.v)) {
		struct slice message = vectors_field(&world.v, 1);

		vectors_expect(&world.v, dsa_sign(&world.key, &t.env, world.x, message, sig), 0);
		vectors_expect_bytes(&world.v, sig, vectors_field(&world.v, 2));
		vectors_expect(&world.v, dsa_verify(&world.key, message, slice_of(sig, sizeof(sig))), 0);
		vectors_expect(
		    &world.v, dsa_verify(&world.key, SLICE_LIT("else"), slice_of(sig, sizeof(sig))), NACRE_E_CRYPTO);
	}
	assert_int_equal(world.v.cases, 3);
}

static void
a_signature_with_any_other_bit_is_refused(void **state)
{
	uint8_t sig[DSA_SIG_LEN];
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 96);
	assert_int_equal(dsa_sign(&world.key, &t.env, world.x, SLICE_LIT("m"), sig), 0);
	for (i = 0; i < 8 * sizeof(sig); i += 3) {
		sig[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(dsa_verify(&world.key, SLICE_LIT("m"), slice_of(sig, sizeof(sig))), NACRE_E_CRYPTO);
		sig[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(dsa_verify(&world.key, SLICE_LIT("m"), slice_of(sig, sizeof(sig))), 0);
	assert_int_equal(dsa_verify(&world.key, SLICE_LIT("m"), slice_of(sig, sizeof(sig) - 1)), NACRE_E_CRYPTO);
	assert_int_equal(dsa_verify(&world.key, SLICE_LIT("m"), SLICE_NONE), NACRE_E_CRYPTO);
}

/* 0 and q are in no signature (CVE-2022-21449's kind). */
static void
r_and_s_are_above_0_and_below_q(void **state)
{
	uint8_t sig[DSA_SIG_LEN];
	struct test_env t;
	size_t half;

	(void)state;
	test_env_init(&t, 97);
	for (half = 0; half < DSA_SIG_LEN; half += DSA_Q_LEN) {
		assert_int_equal(dsa_sign(&world.key, &t.env, world.x, SLICE_LIT("m"), sig), 0);
		memset(sig + half, 0, DSA_Q_LEN);
		assert_int_equal(dsa_verify(&world.key, SLICE_LIT("m"), slice_of(sig, sizeof(sig))), NACRE_E_CRYPTO);
		memcpy(sig + half, world.q, DSA_Q_LEN);
		assert_int_equal(dsa_verify(&world.key, SLICE_LIT("m"), slice_of(sig, sizeof(sig))), NACRE_E_CRYPTO);
	}
	memset(sig, 0, sizeof(sig));
	assert_int_equal(dsa_verify(&world.key, SLICE_LIT("m"), slice_of(sig, sizeof(sig))), NACRE_E_CRYPTO);
}

static void
other_sizes_are_refused_by_name(void **state)
{
	struct dsa_public key = world.key;
	uint8_t big[2 * DSA_P_LEN];

	(void)state;
	memset(big, 0xff, sizeof(big));
	key.p = slice_of(big, sizeof(big));
	assert_int_equal(dsa_check_public(&key), NACRE_E_KEY_TYPE);
	key.p = slice_from(world.key.p, 1);
	assert_int_equal(dsa_check_public(&key), NACRE_E_KEY_TYPE);
	key.p = SLICE_NONE;
	assert_int_equal(dsa_check_public(&key), NACRE_E_KEY_TYPE);
	key = world.key;
	key.q = slice_of(big, 32);
	assert_int_equal(dsa_check_public(&key), NACRE_E_KEY_TYPE);
	key = world.key;
	key.y = slice_of(big, sizeof(big));
	assert_int_equal(dsa_check_public(&key), NACRE_E_CRYPTO);
}

static void
numbers_outside_of_the_group_are_refused(void **state)
{
	static const uint8_t one[] = {1}, two[] = {2};
	uint8_t other_q[DSA_Q_LEN], minus_one[DSA_P_LEN];
	struct slice bad[5];
	size_t i;

	(void)state;
	memcpy(minus_one, world.p, sizeof(minus_one));
	minus_one[DSA_P_LEN - 1] ^= 1; /* p is odd */
	bad[0] = SLICE_NONE;
	bad[1] = slice_of(one, 1);
	bad[2] = slice_of(two, 1); /* of another order */
	bad[3] = slice_of(minus_one, sizeof(minus_one));
	bad[4] = world.key.p;
	for (i = 0; i < 5; i++) {
		struct dsa_public key = world.key;

		key.g = bad[i];
		assert_int_equal(dsa_check_public(&key), NACRE_E_CRYPTO);
		key = world.key;
		key.y = bad[i];
		assert_int_equal(dsa_check_public(&key), NACRE_E_CRYPTO);
	}
	memcpy(other_q, world.q, sizeof(other_q));
	other_q[DSA_Q_LEN - 1] ^= 2;
	struct dsa_public key = world.key;
	key.q = slice_of(other_q, sizeof(other_q));
	assert_int_equal(dsa_check_public(&key), NACRE_E_CRYPTO);
}

static void
a_private_number_fits_its_public_one(void **state)
{
	uint8_t x[DSA_Q_LEN + 1] = {0}, sig[DSA_SIG_LEN];
	struct test_env t;

	(void)state;
	test_env_init(&t, 98);
	memcpy(x + 1, world.secret, DSA_Q_LEN);
	x[DSA_Q_LEN] ^= 1;
	assert_int_equal(dsa_check_pair(&world.key, slice_of(x + 1, DSA_Q_LEN)), NACRE_E_CRYPTO);
	assert_int_equal(dsa_check_pair(&world.key, slice_of(x, sizeof(x))), NACRE_E_CRYPTO);
	assert_int_equal(dsa_check_pair(&world.key, SLICE_NONE), NACRE_E_CRYPTO);
	assert_int_equal(dsa_check_pair(&world.key, world.key.q), NACRE_E_CRYPTO);
	/* What such a number would sign never leaves. */
	assert_int_equal(dsa_sign(&world.key, &t.env, slice_of(x + 1, DSA_Q_LEN), SLICE_LIT("m"), sig), NACRE_E_CRYPTO);
	assert_memory_equal(sig, ((uint8_t[DSA_SIG_LEN]){0}), sizeof(sig));
	t.random_fails = true;
	assert_int_equal(dsa_sign(&world.key, &t.env, world.x, SLICE_LIT("m"), sig), NACRE_E_RANDOM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published_signatures_come_out),
	    cmocka_unit_test(a_signature_with_any_other_bit_is_refused),
	    cmocka_unit_test(r_and_s_are_above_0_and_below_q),
	    cmocka_unit_test(other_sizes_are_refused_by_name),
	    cmocka_unit_test(numbers_outside_of_the_group_are_refused),
	    cmocka_unit_test(a_private_number_fits_its_public_one),
	};

	return cmocka_run_group_tests_name("crypto/dsa", tests, setup, teardown);
}
