/* ML-KEM-768 against NIST's ACVP vectors and Wycheproof's: the algorithms of ours from given randomness, and what the
 * rest of the house calls, which may be libsodium's. */
#include "kex.h"
#include "mlkem768.h"
#include "mlkem_fips203.h"
#include "mlkem_poly.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint8_t ek[MLKEM768_EK_LEN], dk[MLKEM768_DK_LEN], ct[MLKEM768_CT_LEN], secret[MLKEM768_SECRET_LEN];

static struct slice
exactly(struct vectors *v, size_t i, size_t n)
{
	struct slice s = vectors_field(v, i);

	if (s.n != n)
		fail_msg("%s:%u: field %zu has %zu bytes", v->name, v->line, i, s.n);
	return s;
}

static void
try_keygen(struct vectors *v)
{
	uint8_t seed[MLKEM768_SEED_LEN];
	const uint8_t *d = exactly(v, 2, 32).p, *z = exactly(v, 3, 32).p;

	mlkem_keygen_internal(d, z, ek, dk);
	vectors_expect_bytes(v, ek, exactly(v, 4, sizeof(ek)));
	vectors_expect_bytes(v, dk, exactly(v, 5, sizeof(dk)));
	memcpy(seed, d, 32);
	memcpy(seed + 32, z, 32);
	memset(ek, 0, sizeof(ek));
	memset(dk, 0, sizeof(dk));
	vectors_expect(v, mlkem768_keygen_from(seed, ek, dk), 0);
	vectors_expect_bytes(v, ek, vectors_field(v, 4));
	vectors_expect_bytes(v, dk, vectors_field(v, 5));
}

static void
try_encaps(struct vectors *v, int wanted)
{
	const uint8_t *key = exactly(v, 2, sizeof(ek)).p, *m = exactly(v, 3, 32).p;

	vectors_expect(v, mlkem768_check(key), wanted == 0);
	vectors_expect(v, mlkem768_encaps_from(key, m, ct, secret), wanted);
	if (wanted != 0)
		return;
	vectors_expect_bytes(v, ct, exactly(v, 4, sizeof(ct)));
	vectors_expect_bytes(v, secret, exactly(v, 5, sizeof(secret)));
	memset(ct, 0, sizeof(ct));
	memset(secret, 0, sizeof(secret));
	mlkem_encaps_internal(key, m, ct, secret);
	vectors_expect_bytes(v, ct, vectors_field(v, 4));
	vectors_expect_bytes(v, secret, vectors_field(v, 5));
}

static void
try_decaps(struct vectors *v, int wanted)
{
	const uint8_t *key = exactly(v, 2, sizeof(dk)).p, *c = exactly(v, 3, sizeof(ct)).p;

	vectors_expect(v, mlkem768_decaps(key, c, secret), wanted);
	if (wanted != 0)
		return;
	vectors_expect_bytes(v, secret, exactly(v, 4, sizeof(secret)));
	memset(secret, 0, sizeof(secret));
	mlkem_decaps_internal(key, c, secret);
	vectors_expect_bytes(v, secret, vectors_field(v, 4));
}

/* The same key and secret out of the seed that a decapsulation key may be kept as. */
static void
try_seeded(struct vectors *v)
{
	vectors_expect(v, mlkem768_keygen_from(exactly(v, 2, MLKEM768_SEED_LEN).p, ek, dk), 0);
	vectors_expect(v, mlkem768_decaps(dk, exactly(v, 3, sizeof(ct)).p, secret), 0);
	vectors_expect_bytes(v, secret, exactly(v, 4, sizeof(secret)));
}

/* FIPS 203 7.2: the length, which the row of the key exchange holds a peer's value to, then the coefficients. */
static void
check_encapsulation_key(struct vectors *v, bool is_good)
{
	struct slice key = vectors_field(v, 2);

	assert_int_equal(kex_find(SLICE_LIT("mlkem768x25519-sha256"))->init_len, MLKEM768_EK_LEN + 32);
	vectors_expect(v, key.n == MLKEM768_EK_LEN && mlkem768_check(key.p), is_good);
	if (is_good)
		vectors_expect(v, mlkem768_encaps_from(key.p, exactly(v, 2, sizeof(ek)).p, ct, secret), 0);
}

/* FIPS 203 7.3: any ciphertext shows whether the key is damaged. */
static void
check_decapsulation_key(struct vectors *v, bool is_good)
{
	memset(ct, 0x5a, sizeof(ct));
	vectors_expect(v, mlkem768_decaps(exactly(v, 2, sizeof(dk)).p, ct, secret), is_good ? 0 : NACRE_E_CRYPTO);
}

static void
acvp_answers_come_out(void **state)
{
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "mlkem_acvp.txt"); vectors_next(&v);)
		if (vectors_is(&v, "keygen"))
			try_keygen(&v);
		else if (vectors_is(&v, "encaps"))
			try_encaps(&v, 0);
		else if (vectors_is(&v, "decaps"))
			try_decaps(&v, 0);
		else if (vectors_is(&v, "seeded"))
			try_seeded(&v);
		else if (vectors_is(&v, "ek-good") || vectors_is(&v, "ek-bad"))
			check_encapsulation_key(&v, vectors_is(&v, "ek-good"));
		else if (vectors_is(&v, "dk-good") || vectors_is(&v, "dk-bad"))
			check_decapsulation_key(&v, vectors_is(&v, "dk-good"));
		else
			fail_msg("%s:%u: %s is no kind of case", v.name, v.line, v.word[0]);
	assert_int_equal(v.cases, 64);
	vectors_close(&v);
}

/* FIPS 203 7.2: a coefficient of q or more is refused; Wycheproof's good keys are difficult ones. */
static void
wycheproof_encapsulation_keys_are_used_or_refused(void **state)
{
	unsigned refused = 0;
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "mlkem_encaps.txt"); vectors_next(&v);) {
		refused += vectors_is(&v, "bad");
		try_encaps(&v, vectors_is(&v, "bad") ? NACRE_E_KEX : 0);
	}
	assert_true(refused > 0 && refused < v.cases);
	vectors_close(&v);
}

/* FIPS 203 7.3: a damaged key is an error; a damaged ciphertext gives another secret, and none. */
static void
wycheproof_secrets_come_out_and_damaged_keys_are_refused(void **state)
{
	unsigned refused = 0;
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "mlkem_decaps.txt"); vectors_next(&v);) {
		refused += vectors_is(&v, "bad");
		try_decaps(&v, vectors_is(&v, "bad") ? NACRE_E_CRYPTO : 0);
	}
	assert_true(refused > 0 && refused < v.cases);
	vectors_close(&v);
}

static void
wycheproof_secrets_come_out_of_seeds(void **state)
{
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "mlkem_decaps_of_seed.txt"); vectors_next(&v);) {
		vectors_expect(&v, mlkem768_keygen_from(exactly(&v, 2, MLKEM768_SEED_LEN).p, ek, dk), 0);
		vectors_expect(&v, mlkem768_decaps(dk, exactly(&v, 3, sizeof(ct)).p, secret), 0);
		vectors_expect_bytes(&v, secret, exactly(&v, 4, sizeof(secret)));
	}
	vectors_close(&v);
}

/* Each bit of the ciphertext counts: one other bit, another secret, which is always the same. */
static void
a_changed_ciphertext_is_rejected_silently(void **state)
{
	uint8_t ours[MLKEM768_SECRET_LEN], again[MLKEM768_SECRET_LEN];
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 61);
	assert_int_equal(mlkem768_keygen(&t.env, ek, dk), 0);
	assert_int_equal(mlkem768_encaps(&t.env, ek, ct, secret), 0);
	assert_int_equal(mlkem768_decaps(dk, ct, ours), 0);
	assert_memory_equal(ours, secret, sizeof(ours));
	for (i = 0; i < 8 * sizeof(ct); i += 37) {
		ct[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(mlkem768_decaps(dk, ct, ours), 0);
		assert_int_equal(mlkem768_decaps(dk, ct, again), 0);
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
	test_env_init(&t, 62);
	t.random_fails = true;
	assert_int_equal(mlkem768_keygen(&t.env, ek, dk), NACRE_E_RANDOM);
	t.random_fails = false;
	assert_int_equal(mlkem768_keygen(&t.env, ek, dk), 0);
	t.random_fails = true;
	assert_int_equal(mlkem768_encaps(&t.env, ek, ct, secret), NACRE_E_RANDOM);
	t.random_fails = false;
	assert_int_equal(mlkem768_encaps(&t.env, ek, ct, secret), 0);
}

/* The products that stand for divisions, and the residues of both signs, against (4.7) and (4.8) as they are written.
 */
static void
every_coefficient_is_compressed_as_by_division(void **state)
{
	static const unsigned bits[] = {1, 4, 10};
	struct mlkem_poly p;
	size_t i;
	int x;

	(void)state;
	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		for (x = -MLKEM_Q; x < 2 * MLKEM_Q; x++) {
			unsigned d = bits[i], residue = (unsigned)(x + MLKEM_Q) % MLKEM_Q;
			unsigned wanted = (((residue << d) * 2 + MLKEM_Q) / (2 * MLKEM_Q)) % (1u << d);

			memset(&p, 0, sizeof(p));
			p.c[0] = p.c[MLKEM_N - 1] = (int16_t)x;
			mlkem_poly_compress(&p, d);
			assert_int_equal(p.c[0], wanted);
			assert_int_equal(p.c[MLKEM_N - 1], wanted);
			mlkem_poly_decompress(&p, d);
			assert_int_equal(p.c[0], ((2 * MLKEM_Q * wanted >> d) + 1) / 2);
		}
}

static void
encoded_coefficients_come_back(void **state)
{
	static const unsigned bits[] = {1, 4, 10, 12};
	uint8_t bytes[MLKEM_POLY_LEN(12)];
	struct mlkem_poly p, back;
	struct test_env t;
	size_t i, j;

	(void)state;
	test_env_init(&t, 63);
	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		for (j = 0; j < MLKEM_N; j++)
			p.c[j] = (int16_t)test_below(&t, 1u << bits[i]);
		mlkem_poly_encode(&p, bits[i], bytes);
		mlkem_poly_decode(&back, bits[i], bytes);
		assert_memory_equal(&p, &back, sizeof(p));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(acvp_answers_come_out),
	    cmocka_unit_test(wycheproof_encapsulation_keys_are_used_or_refused),
	    cmocka_unit_test(wycheproof_secrets_come_out_and_damaged_keys_are_refused),
	    cmocka_unit_test(wycheproof_secrets_come_out_of_seeds),
	    cmocka_unit_test(a_changed_ciphertext_is_rejected_silently),
	    cmocka_unit_test(no_randomness_is_an_error),
	    cmocka_unit_test(every_coefficient_is_compressed_as_by_division),
	    cmocka_unit_test(encoded_coefficients_come_back),
	};

	return cmocka_run_group_tests_name("crypto/mlkem", tests, NULL, NULL);
}
