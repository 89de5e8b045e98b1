/* sntrup761 against the answers of another implementation, and its parts against what defines them. */
#include "keccak.h"
#include "sntrup761.h"
#include "sntrup_encode.h"
#include "sntrup_sample.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define PK_IN_SK (2 * SNTRUP_SMALL_LEN)

static uint8_t pk[SNTRUP761_PK_LEN], sk[SNTRUP761_SK_LEN], ct[SNTRUP761_CT_LEN], secret[SNTRUP761_SECRET_LEN];

/* Randomness is SHAKE256 of a seed. */
static int
squeeze(void *ctx, void *out, size_t n)
{
	keccak_squeeze(ctx, out, n);
	return 0;
}

static struct nacre_env
seeded(struct keccak *k, struct slice seed)
{
	keccak_init(k, keccak_shake256);
	keccak_absorb(k, seed);
	keccak_finish(k);
	return (struct nacre_env){.size = sizeof(struct nacre_env), .ctx = k, .random = squeeze};
}

static void
try_key(struct vectors *v)
{
	struct keccak k;
	struct nacre_env env = seeded(&k, vectors_field(v, 2));

	assert_int_equal(vectors_field(v, 3).n, sizeof(sk));
	vectors_expect(v, sntrup761_keygen(&env, pk, sk), 0);
	vectors_expect_bytes(v, sk, vectors_field(v, 3));
	vectors_expect_bytes(v, pk, slice_of(sk + PK_IN_SK, sizeof(pk)));
}

static void
try_encaps(struct vectors *v)
{
	struct keccak k;
	struct nacre_env env = seeded(&k, vectors_field(v, 2));

	assert_int_equal(vectors_field(v, 3).n, sizeof(ct));
	vectors_expect(v, sntrup761_encaps(&env, pk, ct, secret), 0);
	vectors_expect_bytes(v, ct, vectors_field(v, 3));
	vectors_expect_bytes(v, secret, vectors_field(v, 4));
	memset(secret, 0, sizeof(secret));
	vectors_expect(v, sntrup761_decaps(sk, ct, secret), 0);
	vectors_expect_bytes(v, secret, vectors_field(v, 4));
}

static void
known_answers_come_out(void **state)
{
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "sntrup761.txt"); vectors_next(&v);)
		if (vectors_is(&v, "key")) {
			try_key(&v);
		} else if (vectors_is(&v, "encaps")) {
			try_encaps(&v);
		} else {
			assert_int_equal(vectors_field(&v, 2).n, sizeof(ct));
			vectors_expect(&v, sntrup761_decaps(sk, vectors_field(&v, 2).p, secret), 0);
			vectors_expect_bytes(&v, secret, vectors_field(&v, 3));
		}
	vectors_close(&v);
}

/* Each bit of ciphertext and confirmation counts: one other bit, another secret, which is always the same. */
static void
a_changed_ciphertext_is_rejected_silently(void **state)
{
	uint8_t ours[SNTRUP761_SECRET_LEN], again[SNTRUP761_SECRET_LEN];
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 64);
	assert_int_equal(sntrup761_keygen(&t.env, pk, sk), 0);
	assert_int_equal(sntrup761_encaps(&t.env, pk, ct, secret), 0);
	assert_int_equal(sntrup761_decaps(sk, ct, ours), 0);
	assert_memory_equal(ours, secret, sizeof(ours));
	for (i = 0; i < 8 * sizeof(ct); i += 83) {
		ct[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(sntrup761_decaps(sk, ct, ours), 0);
		assert_int_equal(sntrup761_decaps(sk, ct, again), 0);
		assert_memory_not_equal(ours, secret, sizeof(ours));
		assert_memory_equal(ours, again, sizeof(ours));
		ct[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

static void
no_randomness_is_an_error(void **state)
{
	struct test_env t;

	(void)state;
	test_env_init(&t, 65);
	t.random_fails = true;
	assert_int_equal(sntrup761_keygen(&t.env, pk, sk), NACRE_E_RANDOM);
	t.random_fails = false;
	assert_int_equal(sntrup761_keygen(&t.env, pk, sk), 0);
	t.random_fails = true;
	assert_int_equal(sntrup761_encaps(&t.env, pk, ct, secret), NACRE_E_RANDOM);
	t.random_fails = false;
	assert_int_equal(sntrup761_encaps(&t.env, pk, ct, secret), 0);
}

static void
residues_are_those_of_division(void **state)
{
	int x;

	(void)state;
	for (x = -(1 << 23) + 1; x < 1 << 23; x++) {
		int r = x % SNTRUP_Q;

		r = r > SNTRUP_HALF ? r - SNTRUP_Q : r < -SNTRUP_HALF ? r + SNTRUP_Q : r;
		if (sntrup_mod_q(x) != r)
			fail_msg("%d modulo q is %d", x, sntrup_mod_q(x));
	}
	for (x = -(1 << 13) + 1; x < 1 << 13; x++)
		assert_int_equal(sntrup_mod_3((int16_t)x), (x + 3 * (1 << 13) + 1) % 3 - 1);
}

static void
random_small(struct test_env *t, struct sntrup_small *a)
{
	size_t i;

	for (i = 0; i < SNTRUP_P; i++)
		a->c[i] = (int8_t)((int)test_below(t, 3) - 1);
}

/* The ends of the range come often: they are where sums are largest. */
static void
random_rq(struct test_env *t, struct sntrup_rq *a, bool ends)
{
	size_t i;

	for (i = 0; i < SNTRUP_P; i++)
		a->c[i] = (int16_t)((ends ? (int)test_below(t, 2) * (SNTRUP_Q - 1) : (int)test_below(t, SNTRUP_Q)) -
				    SNTRUP_HALF);
}

static void
multiply_slowly(struct sntrup_rq *out, const struct sntrup_rq *a, const struct sntrup_small *b)
{
	int64_t product[2 * SNTRUP_P] = {0};
	size_t i, j;

	for (i = 0; i < SNTRUP_P; i++)
		for (j = 0; j < SNTRUP_P; j++)
			product[i + j] += a->c[i] * b->c[j];
	for (i = 2 * SNTRUP_P - 1; i >= SNTRUP_P; i--) {
		product[i - SNTRUP_P] += product[i];
		product[i - SNTRUP_P + 1] += product[i];
	}
	for (i = 0; i < SNTRUP_P; i++) {
		int r = (int)(product[i] % SNTRUP_Q);

		out->c[i] = (int16_t)(r > SNTRUP_HALF ? r - SNTRUP_Q : r < -SNTRUP_HALF ? r + SNTRUP_Q : r);
	}
}

static void
products_are_those_of_the_schoolbook(void **state)
{
	struct sntrup_rq a, fast, slow;
	struct sntrup_small b;
	struct test_env t;
	size_t round, i;

	(void)state;
	test_env_init(&t, 66);
	for (round = 0; round < 20; round++) {
		random_rq(&t, &a, round % 2 == 0);
		random_small(&t, &b);
		if (round < 4) /* all of one sign */
			for (i = 0; i < SNTRUP_P; i++) {
				a.c[i] = (int16_t)(round < 2 ? SNTRUP_HALF : -SNTRUP_HALF);
				b.c[i] = (int8_t)(round % 2 == 0 ? 1 : -1);
			}
		multiply_slowly(&slow, &a, &b);
		sntrup_rq_multiply(&fast, &a, &b);
		assert_memory_equal(&fast, &slow, sizeof(slow));
	}
}

static void
inverses_times_their_polynomials_are_one(void **state)
{
	struct sntrup_small a, b, inverse_3, one_3 = {{1}};
	struct sntrup_rq inverse, one = {{1}};
	struct test_env t;
	unsigned found = 0;
	size_t round, i;

	(void)state;
	test_env_init(&t, 67);
	for (round = 0; round < 10; round++) {
		assert_int_equal(sntrup_sample_short(&a, &t.env), 0);
		sntrup_rq_invert_thrice(&inverse, &a);
		sntrup_rq_multiply(&inverse, &inverse, &a);
		for (i = 0; i < SNTRUP_P; i++)
			inverse.c[i] = sntrup_mod_q(3 * inverse.c[i]);
		assert_memory_equal(&inverse, &one, sizeof(one));
		random_small(&t, &b);
		if (!sntrup_r3_invert(&inverse_3, &b))
			continue;
		found++;
		sntrup_r3_multiply(&b, &b, &inverse_3);
		assert_memory_equal(&b, &one_3, sizeof(one_3));
	}
	assert_true(found > 0);
}

static void
what_has_no_inverse_is_said_to_have_none(void **state)
{
	struct sntrup_small zero = {{0}}, one = {{1}}, inverse;

	(void)state;
	assert_false(sntrup_r3_invert(&inverse, &zero));
	assert_true(sntrup_r3_invert(&inverse, &one));
	assert_memory_equal(&inverse, &one, sizeof(one));
}

static void
encoded_polynomials_come_back(void **state)
{
	uint8_t bytes[SNTRUP_RQ_LEN];
	struct sntrup_small small, small_back;
	struct sntrup_rq a, back;
	struct test_env t;
	size_t round, i;

	(void)state;
	test_env_init(&t, 68);
	for (round = 0; round < 50; round++) {
		random_rq(&t, &a, round % 2 == 0);
		sntrup_rq_encode(&a, bytes);
		sntrup_rq_decode(&back, bytes);
		assert_memory_equal(&a, &back, sizeof(a));
		for (i = 0; i < SNTRUP_P; i++)
			a.c[i] = (int16_t)(a.c[i] - sntrup_mod_3(a.c[i]));
		sntrup_rounded_encode(&a, bytes);
		sntrup_rounded_decode(&back, bytes);
		assert_memory_equal(&a, &back, sizeof(a));
		random_small(&t, &small);
		sntrup_small_encode(&small, bytes);
		sntrup_small_decode(&small_back, bytes);
		assert_memory_equal(&small, &small_back, sizeof(small));
	}
}

/* What no encoder writes gives coefficients all the same, each within its range. */
static void
any_bytes_are_a_polynomial(void **state)
{
	uint8_t bytes[SNTRUP_RQ_LEN];
	struct sntrup_rq a;
	size_t round, i;

	(void)state;
	for (round = 0; round < 256; round++) {
		memset(bytes, (int)round, sizeof(bytes));
		sntrup_rq_decode(&a, bytes);
		for (i = 0; i < SNTRUP_P; i++)
			assert_in_range(a.c[i] + SNTRUP_HALF, 0, SNTRUP_Q - 1);
		sntrup_rounded_decode(&a, bytes);
		for (i = 0; i < SNTRUP_P; i++)
			assert_true(a.c[i] >= -SNTRUP_HALF && a.c[i] <= SNTRUP_HALF && a.c[i] % 3 == 0);
	}
}

static int
by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void
numbers_are_sorted_whatever_their_count(void **state)
{
	uint32_t x[SNTRUP_P], wanted[SNTRUP_P];
	struct test_env t;
	size_t n, i;

	(void)state;
	test_env_init(&t, 69);
	for (n = 1; n <= SNTRUP_P; n += n < 70 ? 1 : 83) {
		for (i = 0; i < n; i++)
			x[i] = wanted[i] = (uint32_t)(n % 2 == 0 ? test_below(&t, 4) : test_random(&t));
		qsort(wanted, n, sizeof(wanted[0]), by_size);
		sntrup_sort(x, n);
		assert_memory_equal(x, wanted, n * sizeof(x[0]));
	}
}

static void
short_polynomials_have_the_weight(void **state)
{
	struct sntrup_small a;
	struct test_env t;
	size_t round, i;

	(void)state;
	test_env_init(&t, 70);
	for (round = 0; round < 20; round++) {
		size_t weight = 0;

		assert_int_equal(sntrup_sample_short(&a, &t.env), 0);
		for (i = 0; i < SNTRUP_P; i++) {
			assert_true(a.c[i] >= -1 && a.c[i] <= 1);
			weight += a.c[i] != 0;
		}
		assert_int_equal(weight, SNTRUP_W);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answers_come_out),
	    cmocka_unit_test(a_changed_ciphertext_is_rejected_silently),
	    cmocka_unit_test(no_randomness_is_an_error),
	    cmocka_unit_test(residues_are_those_of_division),
	    cmocka_unit_test(products_are_those_of_the_schoolbook),
	    cmocka_unit_test(inverses_times_their_polynomials_are_one),
	    cmocka_unit_test(what_has_no_inverse_is_said_to_have_none),
	    cmocka_unit_test(encoded_polynomials_come_back),
	    cmocka_unit_test(any_bytes_are_a_polynomial),
	    cmocka_unit_test(numbers_are_sorted_whatever_their_count),
	    cmocka_unit_test(short_polynomials_have_the_weight),
	};

	return cmocka_run_group_tests_name("crypto/sntrup", tests, NULL, NULL);
}
