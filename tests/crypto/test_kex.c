/* X25519 through the rows of the table, against RFC 7748 and Wycheproof. The private key comes in as the environment's
 * randomness, so that both roles are seen from outside. */
#include "kex.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define LEN 32

static const struct kex *
x25519(void)
{
	return kex_find(SLICE_LIT("curve25519-sha256"));
}

/* An environment whose randomness is one given private key. */
struct fixed {
	struct nacre_env env;
	const uint8_t *bytes;
};

static int
give_fixed(void *ctx, void *out, size_t n)
{
	struct fixed *f = ctx;

	assert_int_equal(n, LEN);
	memcpy(out, f->bytes, n);
	return 0;
}

static const struct nacre_env *
fixed_env(struct fixed *f, const uint8_t *bytes)
{
	*f = (struct fixed){.env = {.size = sizeof(f->env), .ctx = f, .random = give_fixed}, .bytes = bytes};
	return &f->env;
}

/* The initiator with this private key gets this public value. */
static int
exchange(const struct kex *kex, const uint8_t *private_key, const uint8_t *public_value, uint8_t *secret)
{
	struct kex_state st;
	struct fixed f;
	uint8_t own[LEN];

	assert_int_equal(kex->init(&st, fixed_env(&f, private_key), own), 0);
	return kex->finish(&st, public_value, secret);
}

static void
rfc7748_examples_come_out(void **state)
{
	uint8_t secret[LEN], own[LEN];
	struct kex_state st;
	struct vectors v;
	struct fixed f;

	(void)state;
	for (vectors_open(&v, "rfc7748.txt"); vectors_next(&v);) {
		const struct kex *kex = x25519();

		if (vectors_is(&v, "good")) {
			vectors_expect(&v, exchange(kex, vectors_field(&v, 2).p, vectors_field(&v, 3).p, secret), 0);
			vectors_expect_bytes(&v, secret, vectors_field(&v, 4));
			continue;
		}
		vectors_expect(&v, kex->init(&st, fixed_env(&f, vectors_field(&v, 1).p), own), 0);
		vectors_expect_bytes(&v, own, vectors_field(&v, 2));
		vectors_expect(&v, kex->finish(&st, vectors_field(&v, 4).p, secret), 0);
		vectors_expect_bytes(&v, secret, vectors_field(&v, 5));
		vectors_expect(
		    &v, kex->respond(fixed_env(&f, vectors_field(&v, 3).p), vectors_field(&v, 2).p, own, secret), 0);
		vectors_expect_bytes(&v, own, vectors_field(&v, 4));
		vectors_expect_bytes(&v, secret, vectors_field(&v, 5));
	}
	vectors_close(&v);
}

/* RFC 7748 5.2: k and u are each other's next value. */
static void
a_thousand_rounds_come_out(void **state)
{
	static const uint8_t after_1000[LEN] = {0x68, 0x4c, 0xf5, 0x9b, 0xa8, 0x33, 0x09, 0x55, 0x28, 0x00, 0xef, 0x56,
	    0x6f, 0x2f, 0x4d, 0x3c, 0x1c, 0x38, 0x87, 0xc4, 0x93, 0x60, 0xe3, 0x87, 0x5f, 0x2e, 0xb9, 0x4d, 0x99, 0x53,
	    0x2c, 0x51};
	uint8_t k[LEN] = {9}, u[LEN] = {9}, next[LEN];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(exchange(x25519(), k, u, next), 0);
		memcpy(u, k, LEN);
		memcpy(k, next, LEN);
	}
	assert_memory_equal(k, after_1000, LEN);
}

static void
wycheproof_secrets_come_out_and_zero_is_refused(void **state)
{
	static const uint8_t zeros[LEN] = {0};
	struct vectors v;
	struct fixed f;

	(void)state;
	for (vectors_open(&v, "x25519.txt"); vectors_next(&v);) {
		const uint8_t *private_key = vectors_field(&v, 2).p, *public_value = vectors_field(&v, 3).p;
		struct slice shared = vectors_field(&v, 4);
		int wanted = vectors_is(&v, "good") ? 0 : NACRE_E_KEX;
		uint8_t secret[LEN], own[LEN];

		assert_true(vectors_field(&v, 3).n == LEN && shared.n == LEN);
		memset(secret, 0xee, sizeof(secret));
		vectors_expect(&v, exchange(x25519(), private_key, public_value, secret), wanted);
		vectors_expect_bytes(&v, secret, wanted == 0 ? shared : slice_of(zeros, LEN));
		vectors_expect(&v, x25519()->respond(fixed_env(&f, private_key), public_value, own, secret), wanted);
		vectors_expect_bytes(&v, secret, wanted == 0 ? shared : slice_of(zeros, LEN));
	}
	vectors_close(&v);
}

/* Points of low order (the list of cr.yp.to/ecdh.html), with and without the bit that RFC 7748 5 masks. */
static void
points_of_low_order_are_refused_whatever_the_key(void **state)
{
	static const uint8_t points[][LEN] = {
	    {0},
	    {1},
	    {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09,
		0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
	    {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44,
		0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
	    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	};
	uint8_t point[LEN], reply[LEN], secret[LEN];
	struct test_env t;
	size_t i, round;

	(void)state;
	test_env_init(&t, 21);
	for (i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		for (round = 0; round < 4; round++) {
			memcpy(point, points[i], LEN);
			point[31] |= round % 2 == 0 ? 0 : 0x80;
			assert_int_equal(x25519()->respond(&t.env, point, reply, secret), NACRE_E_KEX);
		}
}

/* What the RFC of each row says; whoever reads the messages holds them to the lengths. */
static const struct {
	const char *name;
	enum hash_id hash;
	enum kex_secret form;
	size_t init_len, reply_len, secret_len;
} rows[] = {
    {"mlkem768x25519-sha256", HASH_SHA256, KEX_SECRET_STRING, 1184 + 32, 1088 + 32, 32},
    {"sntrup761x25519-sha512", HASH_SHA512, KEX_SECRET_STRING, 1158 + 32, 1039 + 32, 64},
    {"sntrup761x25519-sha512@openssh.com", HASH_SHA512, KEX_SECRET_STRING, 1158 + 32, 1039 + 32, 64},
    {"curve25519-sha256", HASH_SHA256, KEX_SECRET_MPINT, 32, 32, 32},
    {"curve25519-sha256@libssh.org", HASH_SHA256, KEX_SECRET_MPINT, 32, 32, 32},
};

static void
rows_are_as_their_rfc_says(void **state)
{
	const struct kex *kex;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kex = kex_find(slice_str(rows[i].name));
		assert_non_null(kex);
		assert_int_equal(kex->hash, rows[i].hash);
		assert_int_equal(kex->secret_form, rows[i].form);
		assert_int_equal(kex->init_len, rows[i].init_len);
		assert_int_equal(kex->reply_len, rows[i].reply_len);
		assert_int_equal(kex->secret_len, rows[i].secret_len);
	}
}

static void
both_ends_agree_under_every_name(void **state)
{
	uint8_t init[KEX_PUBLIC_MAX], reply[KEX_PUBLIC_MAX], ours[KEX_SECRET_MAX], theirs[KEX_SECRET_MAX];
	static const struct kex_state nothing;
	const struct kex *kex;
	struct kex_state st;
	struct test_env t;

	(void)state;
	test_env_init(&t, 22);
	for (kex = kex_table; kex->name != NULL; kex++) {
		if (kex->shape != KEX_SHAPE_ECDH)
			continue;
		memset(&st, 0, sizeof(st));
		assert_int_equal(kex->init(&st, &t.env, init), 0);
		assert_memory_not_equal(&st, &nothing, sizeof(st));
		assert_int_equal(kex->respond(&t.env, init, reply, theirs), 0);
		assert_int_equal(kex->finish(&st, reply, ours), 0);
		assert_memory_equal(ours, theirs, kex->secret_len);
		assert_memory_equal(st.bytes, nothing.bytes, sizeof(st.bytes));
	}
}

static void
no_randomness_is_an_error(void **state)
{
	uint8_t init[KEX_PUBLIC_MAX], reply[KEX_PUBLIC_MAX], secret[KEX_SECRET_MAX];
	const struct kex *kex;
	struct kex_state st;
	struct test_env t;

	(void)state;
	test_env_init(&t, 23);
	for (kex = kex_table; kex->name != NULL; kex++) {
		if (kex->shape != KEX_SHAPE_ECDH)
			continue;
		assert_int_equal(kex->init(&st, &t.env, init), 0);
		t.random_fails = true;
		assert_int_equal(kex->respond(&t.env, init, reply, secret), NACRE_E_RANDOM);
		assert_int_equal(kex->init(&st, &t.env, init), NACRE_E_RANDOM);
		t.random_fails = false;
		assert_int_equal(kex->init(&st, &t.env, init), 0);
		assert_int_equal(kex->respond(&t.env, init, reply, secret), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc7748_examples_come_out),
	    cmocka_unit_test(a_thousand_rounds_come_out),
	    cmocka_unit_test(wycheproof_secrets_come_out_and_zero_is_refused),
	    cmocka_unit_test(points_of_low_order_are_refused_whatever_the_key),
	    cmocka_unit_test(rows_are_as_their_rfc_says),
	    cmocka_unit_test(both_ends_agree_under_every_name),
	    cmocka_unit_test(no_randomness_is_an_error),
	};

	return cmocka_run_group_tests_name("crypto/kex", tests, NULL, NULL);
}
