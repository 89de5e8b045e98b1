/* Diffie-Hellman: known answers in each fixed group, every value and group that is refused, and a server's choice. */
#include "dh.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <mbedtls/dhm.h>

static const struct {
	const char *number;
	const struct dh_group *group;
	size_t bits;
} groups[] = {
    {"1", &dh_group1, 1024},
    {"14", &dh_group14, 2048},
    {"15", &dh_group15, 3072},
    {"16", &dh_group16, 4096},
    {"17", &dh_group17, 6144},
    {"18", &dh_group18, 8192},
};

#define N_GROUPS (sizeof(groups) / sizeof(groups[0]))

static void
the_primes_are_those_of_rfc_3526(void **state)
{
	static const uint8_t p2048[] = MBEDTLS_DHM_RFC3526_MODP_2048_P_BIN,
			     p3072[] = MBEDTLS_DHM_RFC3526_MODP_3072_P_BIN,
			     p4096[] = MBEDTLS_DHM_RFC3526_MODP_4096_P_BIN;
	size_t i;

	(void)state;
	assert_true(slice_eq(dh_group14.p, slice_of(p2048, sizeof(p2048))));
	assert_true(slice_eq(dh_group15.p, slice_of(p3072, sizeof(p3072))));
	assert_true(slice_eq(dh_group16.p, slice_of(p4096, sizeof(p4096))));
	for (i = 0; i < N_GROUPS; i++) {
		assert_int_equal(dh_bits(groups[i].group->p), groups[i].bits);
		assert_true(slice_eq(groups[i].group->g, SLICE_LIT("\2")));
	}
}

static const struct dh_group *
group_of(const struct vectors *v)
{
	size_t i = 0;

	while (i < N_GROUPS - 1 && strcmp(v->word[0], groups[i].number) != 0)
		i++;
	assert_string_equal(v->word[0], groups[i].number);
	return groups[i].group;
}

/* An environment whose randomness is one exponent. */
static int
give_exponent(void *ctx, void *out, size_t n)
{
	const uint8_t **next = ctx;

	assert_int_equal(n, DH_EXPONENT_LEN);
	memcpy(out, *next, n);
	return 0;
}

static void
known_answers_come_out_in_both_roles(void **state)
{
	uint8_t own[DH_LEN_MAX], secret[DH_LEN_MAX];
	static const struct kex_state nothing;
	struct kex_state st;
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "dh.txt"); vectors_next(&v);) {
		const struct dh_group *group = group_of(&v);
		const uint8_t *exponent = vectors_field(&v, 2).p;
		struct nacre_env env = {.size = sizeof(env), .ctx = &exponent, .random = give_exponent};

		assert_true(slice_eq(group->p, vectors_field(&v, 1)));
		vectors_expect(&v, dh_init(group, &st, &env, own), 0);
		vectors_expect_bytes(&v, own, vectors_field(&v, 4));
		vectors_expect(&v, dh_finish(group, &st, vectors_field(&v, 5), secret), 0);
		vectors_expect_bytes(&v, secret, vectors_field(&v, 6));
		assert_memory_equal(&st, &nothing, sizeof(st));
		exponent = vectors_field(&v, 3).p;
		vectors_expect(&v, dh_respond(group, &env, vectors_field(&v, 4), own, secret), 0);
		vectors_expect_bytes(&v, own, vectors_field(&v, 5));
		vectors_expect_bytes(&v, secret, vectors_field(&v, 6));
	}
	assert_int_equal(v.cases, N_GROUPS);
	vectors_close(&v);
}

static void
an_exponent_has_512_bits_whatever_the_randomness(void **state)
{
	static const uint8_t zeros[DH_EXPONENT_LEN];
	const uint8_t *exponent = zeros;
	struct nacre_env env = {.size = sizeof(env), .ctx = &exponent, .random = give_exponent};
	uint8_t own[DH_LEN_MAX];
	struct kex_state st;

	(void)state;
	assert_int_equal(dh_init(&dh_group14, &st, &env, own), 0);
	assert_int_equal(dh_bits(slice_of(st.bytes, DH_EXPONENT_LEN)), 512);
}

/* p with its last byte changed by so much. */
static struct slice
near_p(uint8_t *out, const struct dh_group *group, int by)
{
	memcpy(out, group->p.p, group->p.n);
	out[group->p.n - 1] = (uint8_t)(out[group->p.n - 1] + by);
	return slice_of(out, group->p.n);
}

static void
expect_public(const struct dh_group *group, struct slice v, const char *wrong)
{
	uint8_t reply[DH_LEN_MAX], secret[DH_LEN_MAX];
	const char *said = dh_check_public(group, v);
	struct kex_state st = {{1}};
	struct test_env t;
	uint64_t before;

	test_env_init(&t, 51);
	before = t.state;
	if (wrong == NULL) {
		assert_null(said);
		assert_int_equal(dh_respond(group, &t.env, v, reply, secret), 0);
		return;
	}
	assert_string_equal(said, wrong);
	assert_int_equal(dh_respond(group, &t.env, v, reply, secret), NACRE_E_KEX);
	assert_int_equal(t.state, before); /* no exponent was made */
	assert_int_equal(dh_finish(group, &st, v, secret), NACRE_E_KEX);
}

/* RFC 8268 4: 1 < v < p - 1, and at least four bits set. */
static void
values_out_of_range_are_refused_before_any_power(void **state)
{
	static const char low[] = "is not above 1", high[] = "is not below p - 1",
			  few[] = "has fewer than four bits set";
	uint8_t v[DH_LEN_MAX + 1], twice[DH_LEN_MAX + 1] = {1};
	const struct dh_group *group = &dh_group14;
	size_t i;

	(void)state;
	expect_public(group, SLICE_NONE, low);
	expect_public(group, SLICE_LIT("\0\0"), low);
	expect_public(group, SLICE_LIT("\1"), low);
	expect_public(group, SLICE_LIT("\2"), few);
	expect_public(group, SLICE_LIT("\7"), few);
	expect_public(group, SLICE_LIT("\x0f"), NULL);
	expect_public(group, SLICE_LIT("\0\0\x0f"), NULL);
	expect_public(group, near_p(v, group, -2), NULL);
	expect_public(group, near_p(v, group, -1), high);
	expect_public(group, near_p(v, group, 0), high);
	memset(v, 0xff, sizeof(v));
	expect_public(group, slice_of(v, group->p.n), high);
	expect_public(group, slice_of(v, sizeof(v)), high);
	for (i = 0; i < group->p.n; i++) /* 2p, of one byte more */
		twice[i + 1] = (uint8_t)(group->p.p[i] << 1 | (i + 1 < group->p.n ? group->p.p[i + 1] >> 7 : 0));
	expect_public(group, slice_of(twice, group->p.n + 1), high);
	memset(v, 0, sizeof(v));
	v[0] = 0xe0; /* three bits in a long value */
	expect_public(group, slice_of(v, 100), few);
	v[99] = 1;
	expect_public(group, slice_of(v, 100), NULL);
}

/* 1019 = 2 * 509 + 1: to the power of 509 everything is 1 or -1. */
static void
a_secret_of_small_order_is_refused(void **state)
{
	struct dh_group group = {.p = SLICE_INIT("\x03\xfb"), .g = SLICE_INIT("\2")};
	struct kex_state st = {{0}};
	uint8_t secret[2];
	unsigned v;

	(void)state;
	for (v = 15; v <= 30; v += 15) {
		uint8_t value = (uint8_t)v;

		memset(&st, 0, sizeof(st));
		st.bytes[DH_EXPONENT_LEN - 2] = 509 >> 8;
		st.bytes[DH_EXPONENT_LEN - 1] = 509 & 0xff;
		assert_int_equal(dh_finish(&group, &st, slice_of(&value, 1), secret), NACRE_E_KEX);
		assert_true(secret[0] == 0 && secret[1] == 0);
		st.bytes[DH_EXPONENT_LEN - 1] = 5;
		assert_int_equal(dh_finish(&group, &st, slice_of(&value, 1), secret), 0);
	}
}

static void
expect_group(struct slice p, struct slice g, uint32_t min, uint32_t max, const char *wrong)
{
	struct dh_group group = {.p = p, .g = g};
	const char *said = dh_check_group(&group, min, max);

	if (wrong == NULL)
		assert_null(said);
	else
		assert_string_equal(said, wrong);
}

static void
groups_that_are_none_are_refused(void **state)
{
	static const char is_short[] = "p is too short", is_long[] = "p is too long", even[] = "p is even",
			  bad_g[] = "g is not between 1 and p - 1";
	uint8_t p[DH_LEN_MAX + 1], g[DH_LEN_MAX];
	struct slice two = SLICE_LIT("\2");

	(void)state;
	expect_group(dh_group14.p, two, 2048, 8192, NULL);
	expect_group(dh_group18.p, two, 2048, 8192, NULL);
	expect_group(dh_group1.p, two, 1024, 8192, is_short); /* whatever was asked for */
	expect_group(SLICE_NONE, two, 0, 8192, is_short);
	expect_group(dh_group14.p, two, 2049, 8192, is_short);
	expect_group(dh_group15.p, two, 2048, 3071, is_long);
	expect_group(dh_group15.p, two, 2048, 3072, NULL);
	memset(p, 0xff, sizeof(p));
	p[0] = 1;
	expect_group(slice_of(p, sizeof(p)), two, 2048, 9000, is_long); /* 8193 bits */
	p[0] = 0x7f;
	expect_group(slice_of(p, 256), two, 2048, 8192, is_short); /* 2047 */
	expect_group(near_p(p, &dh_group14, -1), two, 2048, 8192, even);
	expect_group(dh_group14.p, SLICE_NONE, 2048, 8192, bad_g);
	expect_group(dh_group14.p, SLICE_LIT("\1"), 2048, 8192, bad_g);
	expect_group(dh_group14.p, near_p(g, &dh_group14, -1), 2048, 8192, bad_g);
	expect_group(dh_group14.p, near_p(g, &dh_group14, 0), 2048, 8192, bad_g);
	expect_group(dh_group14.p, near_p(g, &dh_group14, -2), 2048, 8192, NULL);
	expect_group(dh_group14.p, dh_group15.p, 2048, 8192, bad_g);
}

static void
a_client_asks_for_what_its_cipher_is_worth(void **state)
{
	(void)state;
	assert_int_equal(dh_bits_for(112), 2048);
	assert_int_equal(dh_bits_for(128), 3072);
	assert_int_equal(dh_bits_for(192), 7680);
	assert_int_equal(dh_bits_for(256), 8192);
	assert_int_equal(dh_bits_for(512), 8192);
}

/* A line for a group whose last byte is changed, so that the lines differ. */
static size_t
put_line(char *out, size_t cap, const char *front, size_t size, const char *generator, const struct dh_group *group,
    uint8_t last)
{
	size_t i, n = (size_t)snprintf(out, cap, "20220714110357 %s %zu %s ", front, size, generator);

	for (i = 0; i + 1 < group->p.n; i++)
		n += (size_t)snprintf(out + n, cap - n, "%02X", group->p.p[i]);
	return n + (size_t)snprintf(out + n, cap - n, "%02X\n", last);
}

static size_t
chosen(struct test_env *t, struct slice moduli, uint32_t min, uint32_t n, uint32_t max)
{
	static struct dh_room room;

	if (dh_choose(&t->env, moduli, min, n, max, &room) != 0)
		return 0;
	assert_null(dh_check_group(&room.group, min, max));
	return dh_bits(room.group.p);
}

static void
without_a_file_the_groups_of_rfc_3526_are_chosen_from(void **state)
{
	struct test_env t;

	(void)state;
	test_env_init(&t, 52);
	assert_int_equal(chosen(&t, SLICE_NONE, 2048, 2048, 8192), 2048);
	assert_int_equal(chosen(&t, SLICE_NONE, 2048, 3072, 8192), 3072);
	assert_int_equal(chosen(&t, SLICE_NONE, 2048, 3073, 8192), 4096);
	assert_int_equal(chosen(&t, SLICE_NONE, 2048, 7680, 8192), 8192);
	assert_int_equal(chosen(&t, SLICE_NONE, 2048, 7680, 8191), 6144);
	assert_int_equal(chosen(&t, SLICE_NONE, 2048, 4096, 4095), 3072);
	assert_int_equal(chosen(&t, SLICE_NONE, 2049, 2500, 3000), 0);
	assert_int_equal(chosen(&t, SLICE_LIT("# nothing\n\n"), 2048, 3072, 8192), 3072);
}

static void
a_file_is_chosen_from_first_and_evenly(void **state)
{
	static char text[16384];
	struct dh_room room;
	unsigned seen[256] = {0};
	struct test_env t;
	size_t n = 0, i;

	(void)state;
	test_env_init(&t, 53);
	n += put_line(text + n, sizeof(text) - n, "2 6 100", 2047, "2", &dh_group14, 0xff);
	for (i = 1; i <= 7; i += 2)
		n += put_line(text + n, sizeof(text) - n, "2 6 100", 3071, "05", &dh_group15, (uint8_t)i);
	assert_int_equal(chosen(&t, slice_of(text, n), 2048, 2048, 8192), 2048);
	assert_int_equal(chosen(&t, slice_of(text, n), 2048, 2049, 8192), 3072);
	assert_int_equal(chosen(&t, slice_of(text, n), 2048, 8192, 8192), 3072); /* the largest that there is */
	assert_int_equal(chosen(&t, slice_of(text, n - 1), 2048, 8192, 8192), 3072); /* without the last newline */
	assert_int_equal(chosen(&t, slice_of(text, n), 4096, 4096, 8192), 4096); /* none there: RFC 3526's */
	for (i = 0; i < 200; i++) {
		assert_int_equal(dh_choose(&t.env, slice_of(text, n), 2048, 3072, 8192, &room), 0);
		assert_true(slice_eq(room.group.g, SLICE_LIT("\5")));
		seen[room.group.p.p[room.group.p.n - 1]]++;
	}
	assert_true(seen[1] > 20 && seen[3] > 20 && seen[5] > 20 && seen[7] > 20);
	t.random_fails = true;
	assert_int_equal(dh_choose(&t.env, slice_of(text, n), 2048, 3072, 8192, &room), NACRE_E_RANDOM);
}

/* Each of them claims 3072 bits, which RFC 3526's groups have, too: the file's own is told by its generator. */
static void
lines_that_are_not_tested_safe_primes_are_passed_over(void **state)
{
	static const struct {
		const char *front;
		size_t size;
		const char *generator;
		uint8_t last;
		bool good;
	} lines[] = {
	    {"2 6 100", 3071, "5", 0xff, true},
	    {"4 6 100", 3071, "5", 0xff, false}, /* a Sophie Germain prime */
	    {"2 0 100", 3071, "5", 0xff, false}, /* not tested */
	    {"2 7 100", 3071, "5", 0xff, false}, /* composite */
	    {"2 6 0", 3071, "5", 0xff, false},
	    {"2 6 100", 3070, "5", 0xff, false}, /* another size than it says */
	    {"2 6 100", 3072, "5", 0xff, false},
	    {"2 6 100", 3071, "1", 0xff, false},
	    {"2 6 100", 3071, "0", 0xff, false},
	    {"2 6 100", 3071, "x", 0xff, false},
	    {"2 6 100", 3071, "5", 0xfe, false}, /* even */
	    {"-2 6 100", 3071, "5", 0xff, false},
	    {"2 6 9999999999", 3071, "5", 0xff, false},
	    {"2  6 100", 3071, "5", 0xff, false},
	};
	char text[2048];
	struct dh_room room;
	struct test_env t;
	size_t i, n;

	(void)state;
	test_env_init(&t, 54);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		n = put_line(
		    text, sizeof(text), lines[i].front, lines[i].size, lines[i].generator, &dh_group15, lines[i].last);
		assert_int_equal(dh_choose(&t.env, slice_of(text, n), 3072, 3072, 3072, &room), 0);
		assert_true(slice_eq(room.group.g, lines[i].good ? SLICE_LIT("\5") : SLICE_LIT("\2")));
	}
	for (n = 0; n < sizeof(text); n++)
		text[n] = (char)test_random(&t); /* and no noise is one */
	assert_int_equal(chosen(&t, slice_of(text, sizeof(text)), 2048, 3072, 8192), 3072);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_primes_are_those_of_rfc_3526),
	    cmocka_unit_test(known_answers_come_out_in_both_roles),
	    cmocka_unit_test(an_exponent_has_512_bits_whatever_the_randomness),
	    cmocka_unit_test(values_out_of_range_are_refused_before_any_power),
	    cmocka_unit_test(a_secret_of_small_order_is_refused),
	    cmocka_unit_test(groups_that_are_none_are_refused),
	    cmocka_unit_test(a_client_asks_for_what_its_cipher_is_worth),
	    cmocka_unit_test(without_a_file_the_groups_of_rfc_3526_are_chosen_from),
	    cmocka_unit_test(a_file_is_chosen_from_first_and_evenly),
	    cmocka_unit_test(lines_that_are_not_tested_safe_primes_are_passed_over),
	};

	return cmocka_run_group_tests_name("crypto/dh", tests, NULL, NULL);
}
