/* ML-DSA-44 against NIST's ACVP vectors and Wycheproof's: keys of seeds, deterministic signatures, signatures that hold and
 * that do not. */
#include "mldsa44.h"
#include "mldsa_poly.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct test_env t;
static uint8_t public_key[MLDSA44_PUBLIC_LEN], seed[MLDSA44_SEED_LEN], sig[MLDSA44_SIG_LEN];
static const uint8_t no_rnd[32];

static void
keep(struct vectors *v, size_t field, uint8_t *out, size_t n)
{
	struct slice s = vectors_field(v, field);

	vectors_expect(v, s.n == n, true);
	memcpy(out, s.p, n);
}

static void
expect_verdict(struct vectors *v, const uint8_t *key, size_t first, bool is_good)
{
	vectors_expect(v,
	    mldsa44_verify(
		&t.env, key, vectors_field(v, first), vectors_field(v, first + 1), vectors_field(v, first + 2)),
	    is_good ? 0 : NACRE_E_CRYPTO);
}

static void
acvp_answers_come_out(void **state)
{
	uint8_t key[MLDSA44_PUBLIC_LEN];
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "mldsa44_acvp.txt"); vectors_next(&v);) {
		if (vectors_is(&v, "keygen")) {
			keep(&v, 2, seed, sizeof(seed));
			vectors_expect(&v, mldsa44_public(&t.env, seed, key), 0);
			vectors_expect_bytes(&v, key, vectors_field(&v, 3));
		} else {
			keep(&v, 2, public_key, sizeof(public_key));
			expect_verdict(&v, public_key, 3, vectors_is(&v, "good"));
		}
	}
	assert_int_equal(v.cases, 24);
	vectors_close(&v);
}

static void
wycheproof_signatures_hold_or_are_refused(void **state)
{
	unsigned good = 0, bad = 0;
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "mldsa44_verify.txt"); vectors_next(&v);) {
		if (vectors_is(&v, "key")) {
			keep(&v, 1, public_key, sizeof(public_key));
			continue;
		}
		good += vectors_is(&v, "good");
		bad += vectors_is(&v, "bad");
		expect_verdict(&v, public_key, 2, vectors_is(&v, "good"));
	}
	assert_true(good > 20 && bad > 20);
	vectors_close(&v);
}

static void
wycheproof_signatures_come_out_of_seeds(void **state)
{
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "mldsa44_sign.txt"); vectors_next(&v);) {
		if (vectors_is(&v, "seed")) {
			keep(&v, 1, seed, sizeof(seed));
			vectors_expect(&v, mldsa44_public(&t.env, seed, public_key), 0);
			vectors_expect_bytes(&v, public_key, vectors_field(&v, 2));
			continue;
		}
		vectors_expect(&v, mldsa44_sign(&t.env, seed, no_rnd, vectors_field(&v, 2), vectors_field(&v, 3), sig),
		    vectors_is(&v, "good") ? 0 : NACRE_E_CRYPTO);
		if (vectors_is(&v, "good"))
			vectors_expect_bytes(&v, sig, vectors_field(&v, 4));
	}
	assert_true(v.cases > 30);
	vectors_close(&v);
}

static void
hedged_signatures_differ_and_hold(void **state)
{
	static const uint8_t rnd[32] = {1};
	uint8_t other[MLDSA44_SIG_LEN];
	struct slice message = SLICE_LIT("the message"), context = SLICE_LIT("here");
	size_t i;

	(void)state;
	memset(seed, 7, sizeof(seed));
	assert_int_equal(mldsa44_public(&t.env, seed, public_key), 0);
	assert_int_equal(mldsa44_sign(&t.env, seed, no_rnd, message, context, sig), 0);
	assert_int_equal(mldsa44_sign(&t.env, seed, rnd, message, context, other), 0);
	assert_memory_not_equal(sig, other, sizeof(sig));
	assert_int_equal(mldsa44_verify(&t.env, public_key, message, context, slice_of(other, sizeof(other))), 0);
	assert_int_equal(
	    mldsa44_verify(&t.env, public_key, message, SLICE_NONE, slice_of(sig, sizeof(sig))), NACRE_E_CRYPTO);
	assert_int_equal(
	    mldsa44_verify(&t.env, public_key, SLICE_LIT("the massage"), context, slice_of(sig, sizeof(sig))),
	    NACRE_E_CRYPTO);
	assert_int_equal(
	    mldsa44_verify(&t.env, public_key, message, context, slice_of(sig, sizeof(sig) - 1)), NACRE_E_CRYPTO);
	for (i = 0; i < 8 * sizeof(sig); i += 397) {
		sig[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(
		    mldsa44_verify(&t.env, public_key, message, context, slice_of(sig, sizeof(sig))), NACRE_E_CRYPTO);
		sig[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(mldsa44_verify(&t.env, public_key, message, context, slice_of(sig, sizeof(sig))), 0);
}

/* Algorithm 36 as it is written. */
static void
every_coefficient_is_decomposed_as_by_division(void **state)
{
	struct mldsa_poly p = {{0}}, low;
	int32_t a, r0;

	(void)state;
	for (a = 0; a < MLDSA_Q; a += a % 95232 < 3 || a % 95232 > 95229 || a > MLDSA_Q - 95240 ? 1 : 7) {
		p.c[0] = a;
		mldsa_decompose(&p, &low);
		r0 = a % (2 * MLDSA_GAMMA2);
		r0 -= r0 > MLDSA_GAMMA2 ? 2 * MLDSA_GAMMA2 : 0;
		if (p.c[0] != (a - r0 == MLDSA_Q - 1 ? 0 : (a - r0) / (2 * MLDSA_GAMMA2)) ||
		    low.c[0] != (a - r0 == MLDSA_Q - 1 ? r0 - 1 : r0))
			fail_msg("%d: %d, %d", (int)a, (int)p.c[0], (int)low.c[0]);
	}
}

static void
without_memory_there_is_an_error(void **state)
{
	(void)state;
	t.fail_at = t.allocations + 1;
	assert_int_equal(mldsa44_public(&t.env, seed, public_key), NACRE_E_NOMEM);
	assert_int_equal(mldsa44_sign(&t.env, seed, no_rnd, SLICE_NONE, SLICE_NONE, sig), NACRE_E_NOMEM);
	assert_int_equal(
	    mldsa44_verify(&t.env, public_key, SLICE_NONE, SLICE_NONE, slice_of(sig, sizeof(sig))), NACRE_E_NOMEM);
	t.fail_at = 0;
	assert_int_equal(t.live_blocks, 0);
}

static int
setup(void **state)
{
	(void)state;
	test_env_init(&t, 101);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(acvp_answers_come_out),
	    cmocka_unit_test(wycheproof_signatures_hold_or_are_refused),
	    cmocka_unit_test(wycheproof_signatures_come_out_of_seeds),
	    cmocka_unit_test(hedged_signatures_differ_and_hold),
	    cmocka_unit_test(every_coefficient_is_decomposed_as_by_division),
	    cmocka_unit_test(without_memory_there_is_an_error),
	};

	return cmocka_run_group_tests_name("crypto/mldsa", tests, setup, NULL);
}
