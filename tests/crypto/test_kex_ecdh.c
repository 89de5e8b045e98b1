/* ECDH on the NIST curves through the rows of the table, against Wycheproof. The private key comes in as the
 * environment's randomness, so that both roles are seen from outside. */
#include "kex.h"
#include "sign.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
	const char *name, *vectors;
	enum curve_id curve;
	enum hash_id hash;
	unsigned shift; /* the private key is made of so many bits fewer than its bytes have */
} rows[] = {
    {"ecdh-sha2-nistp256", "ecdh_p256.txt", CURVE_P256, HASH_SHA256, 0},
    {"ecdh-sha2-nistp384", "ecdh_p384.txt", CURVE_P384, HASH_SHA384, 0},
    {"ecdh-sha2-nistp521", "ecdh_p521.txt", CURVE_P521, HASH_SHA512, 7},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct kex *
row(size_t i)
{
	return kex_find(slice_str(rows[i].name));
}

/* An environment whose first randomness is a given private key, and all further (which blinds) is the test's. */
struct fixed {
	struct nacre_env env;
	struct test_env more;
	uint8_t bytes[ECDSA_SCALAR_MAX];
	size_t n;
	bool given;
};

static int
give_fixed(void *ctx, void *out, size_t n)
{
	struct fixed *f = ctx;

	if (f->given)
		return f->more.env.random(f->more.env.ctx, out, n);
	assert_int_equal(n, f->n);
	memcpy(out, f->bytes, n);
	f->given = true;
	return 0;
}

static const struct nacre_env *
fixed_env(struct fixed *f, struct slice scalar, unsigned shift)
{
	size_t i;

	*f = (struct fixed){.env = {.size = sizeof(f->env), .ctx = f, .random = give_fixed}, .n = scalar.n};
	test_env_init(&f->more, 41);
	for (i = 0; i < scalar.n; i++) {
		unsigned next = i + 1 < scalar.n ? scalar.p[i + 1] : 0;

		f->bytes[i] = (uint8_t)(((unsigned)scalar.p[i] << 8 | next) << shift >> 8);
	}
	return &f->env;
}

static void
check_case(struct vectors *v, size_t i)
{
	const struct kex *kex = row(i);
	struct slice scalar = vectors_field(v, 2), point = vectors_field(v, 3), shared = vectors_field(v, 4);
	int wanted = vectors_is(v, "good") ? 0 : NACRE_E_KEX;
	uint8_t secret[KEX_SECRET_MAX], own[KEX_PUBLIC_MAX];
	struct kex_state st;
	struct fixed f;

	if (point.n != kex->init_len) { /* whoever reads the message holds it to this */
		vectors_expect(v, wanted, NACRE_E_KEX);
		return;
	}
	vectors_expect(v, kex->init(&st, fixed_env(&f, scalar, rows[i].shift), own), 0);
	vectors_expect(v, kex->finish(&st, point.p, secret), wanted);
	if (wanted == 0)
		vectors_expect_bytes(v, secret, shared);
	memset(secret, 0, sizeof(secret));
	vectors_expect(v, kex->respond(fixed_env(&f, scalar, rows[i].shift), point.p, own, secret), wanted);
	if (wanted == 0)
		vectors_expect_bytes(v, secret, shared);
}

static void
wycheproof_secrets_come_out_and_bad_points_are_refused(void **state)
{
	struct vectors v;
	size_t i;

	(void)state;
	for (i = 0; i < N_ROWS; i++) {
		for (vectors_open(&v, rows[i].vectors); vectors_next(&v);)
			check_case(&v, i);
		assert_true(v.cases > 40);
		vectors_close(&v);
	}
}

/* What a point becomes; the row refuses it and has made no key pair: no randomness was drawn. */
static void
expect_refused(size_t i, const uint8_t *point)
{
	uint8_t reply[KEX_PUBLIC_MAX], secret[KEX_SECRET_MAX];
	struct test_env t;
	uint64_t before;

	test_env_init(&t, 42);
	before = t.state;
	assert_int_equal(row(i)->respond(&t.env, point, reply, secret), NACRE_E_KEX);
	assert_int_equal(t.state, before);
}

static void
points_that_are_none_are_refused_before_a_key_pair_is_made(void **state)
{
	static const uint8_t forms[] = {0x00, 0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0xff};
	uint8_t good[KEX_PUBLIC_MAX], bad[KEX_PUBLIC_MAX], reply[KEX_PUBLIC_MAX], secret[KEX_SECRET_MAX];
	struct kex_state st;
	struct test_env t;
	size_t i, k, n;

	(void)state;
	test_env_init(&t, 43);
	for (i = 0; i < N_ROWS; i++) {
		n = row(i)->init_len;
		assert_int_equal(row(i)->init(&st, &t.env, good), 0);
		assert_int_equal(row(i)->respond(&t.env, good, reply, secret), 0);
		for (k = 0; k < sizeof(forms); k++) {
			memcpy(bad, good, n);
			bad[0] = forms[k];
			expect_refused(i, bad);
		}
		memcpy(bad, good, n);
		bad[n - 1] ^= 1; /* off the curve */
		expect_refused(i, bad);
		memset(bad + 1, 0, n - 1);
		bad[0] = 4; /* how some write infinity */
		expect_refused(i, bad);
		memset(bad + 1, 0xff, n - 1); /* coordinates beyond the prime */
		expect_refused(i, bad);
	}
}

static void
both_ends_agree_and_nothing_stays_behind(void **state)
{
	uint8_t init[KEX_PUBLIC_MAX], reply[KEX_PUBLIC_MAX], ours[KEX_SECRET_MAX], theirs[KEX_SECRET_MAX];
	static const struct kex_state nothing;
	struct kex_state st;
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 44);
	for (i = 0; i < N_ROWS; i++) {
		const struct kex *kex = row(i);

		assert_int_equal(kex->hash, rows[i].hash); /* RFC 5656 6.2.1 */
		assert_int_equal(kex->secret_form, KEX_SECRET_MPINT);
		assert_int_equal(kex->init_len, curve_point_len(rows[i].curve));
		assert_int_equal(kex->reply_len, curve_point_len(rows[i].curve));
		assert_int_equal(kex->secret_len, curve_scalar_len(rows[i].curve));
		assert_int_equal(kex->init(&st, &t.env, init), 0);
		assert_memory_not_equal(&st, &nothing, sizeof(st));
		assert_int_equal(kex->respond(&t.env, init, reply, theirs), 0);
		assert_int_equal(kex->finish(&st, reply, ours), 0);
		assert_memory_equal(ours, theirs, kex->secret_len);
		assert_memory_equal(&st, &nothing, sizeof(st));
	}
}

static void
no_randomness_is_an_error(void **state)
{
	uint8_t init[KEX_PUBLIC_MAX], reply[KEX_PUBLIC_MAX], secret[KEX_SECRET_MAX];
	struct kex_state st;
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 45);
	for (i = 0; i < N_ROWS; i++) {
		assert_int_equal(row(i)->init(&st, &t.env, init), 0);
		t.random_fails = true;
		assert_int_equal(row(i)->respond(&t.env, init, reply, secret), NACRE_E_RANDOM);
		assert_int_equal(row(i)->finish(&st, init, secret), NACRE_E_RANDOM); /* nothing to blind with */
		assert_int_equal(row(i)->init(&st, &t.env, init), NACRE_E_RANDOM);
		t.random_fails = false;
		assert_int_equal(row(i)->init(&st, &t.env, init), 0);
		assert_int_equal(row(i)->finish(&st, init, secret), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wycheproof_secrets_come_out_and_bad_points_are_refused),
	    cmocka_unit_test(points_that_are_none_are_refused_before_a_key_pair_is_made),
	    cmocka_unit_test(both_ends_agree_and_nothing_stays_behind),
	    cmocka_unit_test(no_randomness_is_an_error),
	};

	return cmocka_run_group_tests_name("crypto/kex_ecdh", tests, NULL, NULL);
}
