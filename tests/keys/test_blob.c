/* Public key blobs: each field's rules, and blobs cut at every byte. RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4. */
#include "keydata.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *const names[] = {"ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048", "rsa3072", "dsa1024", "mldsa44"};

#define NAMES (sizeof(names) / sizeof(names[0]))

/* In a block of its exact size, so that a sanitizer sees one byte too many. */
static int
parse(struct test_env *t, struct slice blob)
{
	uint8_t *copy = malloc(blob.n == 0 ? 1 : blob.n);
	nacre_key *key = NULL;
	int r;

	assert_non_null(copy);
	if (blob.n > 0)
		memcpy(copy, blob.p, blob.n);
	r = nacre_key_from_blob(&t->env, copy, blob.n, &key);
	assert_int_equal(r == 0, key != NULL);
	if (r == 0)
		assert_true(slice_eq(key_blob(key), blob));
	free(copy);
	nacre_key_free(key);
	return r;
}

static void
a_blob_is_whole_or_refused(void **state)
{
	uint8_t longer[2048];
	struct test_env t;
	size_t i, n;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < NAMES; i++) {
		nacre_key *key = keydata_public(&t, names[i]);
		const uint8_t *blob = nacre_key_blob(key, &n);

		assert_int_equal(parse(&t, slice_of(blob, n)), 0);
		memcpy(longer, blob, n);
		longer[n] = 0;
		assert_int_equal(parse(&t, slice_of(longer, n + 1)), NACRE_E_KEY_FORMAT);
		while (n-- > 0)
			assert_int_not_equal(parse(&t, slice_of(blob, n)), 0);
		nacre_key_free(key);
	}
	keydata_assert_clean(&t);
}

static void
a_type_that_nobody_knows_is_unsupported(void **state)
{
	static const char strange[] = "\0\0\0\7ssh-xyz", empty[] = "\0\0\0\0", prefix[] = "\0\0\0\6ssh-rs";
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 2);
	assert_int_equal(parse(&t, slice_of(strange, sizeof(strange) - 1)), NACRE_E_KEY_TYPE_UNKNOWN);
	assert_int_equal(parse(&t, slice_of(empty, sizeof(empty) - 1)), NACRE_E_KEY_TYPE_UNKNOWN);
	assert_int_equal(parse(&t, slice_of(prefix, sizeof(prefix) - 1)), NACRE_E_KEY_TYPE_UNKNOWN);
	assert_int_equal(nacre_key_from_blob(NULL, (const uint8_t *)strange, 4, &key), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_key_from_blob(&t.env, NULL, 0, &key), NACRE_E_ARGUMENT);
	keydata_assert_clean(&t);
}

/* An RSA modulus of so many bits: the top and the bottom bit set. */
static int
parse_rsa(struct test_env *t, struct slice e, size_t bits, bool is_odd)
{
	uint8_t n[1100] = {0};
	size_t len = (bits + 7) / 8;
	struct buf b;
	int r;

	n[0] = (uint8_t)(1u << (bits - 1) % 8);
	n[len - 1] = (uint8_t)(n[len - 1] | (is_odd ? 1 : 2));
	buf_init(&b, &t->env, 4096);
	buf_put_cstring(&b, "ssh-rsa");
	buf_put_mpint(&b, e);
	buf_put_mpint(&b, slice_of(n, len));
	r = parse(t, buf_slice(&b));
	buf_free(&b);
	return r;
}

#define F4 SLICE_LIT("\1\0\1")

static void
rsa_moduli_have_2048_to_8192_bits(void **state)
{
	static const struct {
		size_t bits;
		int code;
	} sizes[] = {
	    {1024, NACRE_E_KEY_TYPE},
	    {2040, NACRE_E_KEY_TYPE},
	    {2047, NACRE_E_KEY_TYPE},
	    {2048, 0},
	    {2049, 0},
	    {8192, 0},
	    {8193, NACRE_E_KEY_TYPE},
	    {8200, NACRE_E_KEY_TYPE},
	};
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 3);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (parse_rsa(&t, F4, sizes[i].bits, true) != sizes[i].code)
			fail_msg("%zu bits", sizes[i].bits);
	assert_int_equal(parse_rsa(&t, F4, 2048, false), NACRE_E_KEY_TYPE);
	keydata_assert_clean(&t);
}

static void
rsa_exponents_are_odd_and_small(void **state)
{
	static const struct {
		struct slice e;
		bool is_good;
	} exponents[] = {
	    {SLICE_INIT("\1\0\1"), true},
	    {SLICE_INIT("\3"), true},
	    {SLICE_INIT("\xff\xff\xff\xff"), true},
	    {SLICE_INIT("\1\0\0\0\1"), false},
	    {SLICE_INIT("\1\0\0"), false}, /* even */
	    {SLICE_INIT("\2"), false},
	    {SLICE_INIT("\1"), false},
	    {SLICE_INIT(""), false},
	};
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 4);
	for (i = 0; i < sizeof(exponents) / sizeof(exponents[0]); i++)
		if ((parse_rsa(&t, exponents[i].e, 2048, true) == 0) != exponents[i].is_good)
			fail_msg("exponent %zu", i);
	keydata_assert_clean(&t);
}

/* The first byte of e as given, over any bytes. */
static int
parse_rsa_raw(struct test_env *t, struct slice e_field)
{
	uint8_t n[257] = {0, 0x80};
	struct buf b;
	int r;

	n[256] = 1;
	buf_init(&b, &t->env, 4096);
	buf_put_cstring(&b, "ssh-rsa");
	buf_put_string(&b, e_field);
	buf_put_string(&b, slice_of(n, sizeof(n)));
	r = parse(t, buf_slice(&b));
	buf_free(&b);
	return r;
}

static void
rsa_numbers_are_mpints_in_their_shortest_form(void **state)
{
	struct test_env t;

	(void)state;
	test_env_init(&t, 5);
	assert_int_equal(parse_rsa_raw(&t, SLICE_LIT("\1\0\1")), 0);
	assert_int_equal(parse_rsa_raw(&t, SLICE_LIT("\0\1\0\1")), NACRE_E_KEY_FORMAT);
	assert_int_equal(parse_rsa_raw(&t, SLICE_LIT("\xff\0\1")), NACRE_E_KEY_FORMAT); /* negative */
	assert_int_equal(parse_rsa_raw(&t, SLICE_LIT("\0")), NACRE_E_KEY_FORMAT);
	keydata_assert_clean(&t);
}

static int
parse_ecdsa(struct test_env *t, const char *type, const char *curve, struct slice point)
{
	struct buf b;
	int r;

	buf_init(&b, &t->env, 1024);
	buf_put_cstring(&b, type);
	buf_put_cstring(&b, curve);
	buf_put_string(&b, point);
	r = parse(t, buf_slice(&b));
	buf_free(&b);
	return r;
}

static void
a_curve_must_be_the_types_own(void **state)
{
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 6);
	key = keydata_public(&t, "ecdsa256");
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp256", key->point), 0);
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp384", key->point), NACRE_E_KEY_FORMAT);
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp384", "nistp256", key->point), NACRE_E_KEY_FORMAT);
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp384", "nistp384", key->point), NACRE_E_KEY_FORMAT);
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "", key->point), NACRE_E_KEY_FORMAT);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
a_point_is_uncompressed_and_on_its_curve(void **state)
{
	uint8_t point[66] = {0};
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 7);
	key = keydata_public(&t, "ecdsa256");
	memcpy(point, key->point.p, 65);
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp256", slice_of(point, 65)), 0);
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp256", slice_of(point, 66)), NACRE_E_KEY_FORMAT);
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp256", slice_of(point, 64)), NACRE_E_KEY_FORMAT);
	point[64] ^= 1; /* off the curve */
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp256", slice_of(point, 65)), NACRE_E_KEY_FORMAT);
	point[64] ^= 1;
	point[0] = 2; /* compressed */
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp256", slice_of(point, 33)), NACRE_E_KEY_FORMAT);
	point[0] = 6; /* hybrid */
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp256", slice_of(point, 65)), NACRE_E_KEY_FORMAT);
	point[0] = 0; /* infinity */
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp256", slice_of(point, 1)), NACRE_E_KEY_FORMAT);
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp256", SLICE_NONE), NACRE_E_KEY_FORMAT);
	memset(point, 0, sizeof(point));
	point[0] = 4; /* (0, 0) */
	assert_int_equal(parse_ecdsa(&t, "ecdsa-sha2-nistp256", "nistp256", slice_of(point, 65)), NACRE_E_KEY_FORMAT);
	nacre_key_free(key);
	keydata_assert_clean(&t);
}

static void
an_ed25519_key_has_32_bytes(void **state)
{
	uint8_t bytes[33] = {9};
	struct test_env t;
	struct buf b;
	size_t n;

	(void)state;
	test_env_init(&t, 8);
	for (n = 31; n <= 33; n++) {
		buf_init(&b, &t.env, 100);
		buf_put_cstring(&b, "ssh-ed25519");
		buf_put_string(&b, slice_of(bytes, n));
		assert_int_equal(parse(&t, buf_slice(&b)), n == 32 ? 0 : NACRE_E_KEY_FORMAT);
		buf_free(&b);
	}
	keydata_assert_clean(&t);
}

static void
a_public_copy_is_equal_and_has_no_private_half(void **state)
{
	nacre_key *key, *copy = NULL;
	struct test_env t;
	uint64_t at;
	size_t i;
	int r;

	(void)state;
	test_env_init(&t, 9);
	for (i = 0; i < NAMES; i++) {
		key = keydata_private(&t, names[i]);
		for (at = 1, r = NACRE_E_NOMEM; r != 0; at++) {
			t.fail_at = t.allocations + at;
			r = nacre_key_copy_public(&t.env, key, &copy);
			t.fail_at = 0;
			assert_true(r == 0 ? copy != NULL : r == NACRE_E_NOMEM && copy == NULL);
		}
		assert_true(nacre_key_equal(key, copy));
		assert_false(nacre_key_has_private(copy));
		assert_false(nacre_key_is_locked(copy));
		assert_string_equal(nacre_key_comment(copy), nacre_key_comment(key));
		nacre_key_free(key);
		nacre_key_free(copy);
	}
	assert_int_equal(nacre_key_copy_public(&t.env, NULL, &copy), NACRE_E_ARGUMENT);
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_blob_is_whole_or_refused),
	    cmocka_unit_test(a_type_that_nobody_knows_is_unsupported),
	    cmocka_unit_test(rsa_moduli_have_2048_to_8192_bits),
	    cmocka_unit_test(rsa_exponents_are_odd_and_small),
	    cmocka_unit_test(rsa_numbers_are_mpints_in_their_shortest_form),
	    cmocka_unit_test(a_curve_must_be_the_types_own),
	    cmocka_unit_test(a_point_is_uncompressed_and_on_its_curve),
	    cmocka_unit_test(an_ed25519_key_has_32_bytes),
	    cmocka_unit_test(a_public_copy_is_equal_and_has_no_private_half),
	};

	return cmocka_run_group_tests_name("blobs", tests, NULL, NULL);
}
