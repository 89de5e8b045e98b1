/* Ed25519 against RFC 8032 and Wycheproof, with signatures of every wrong length and damaged in every bit. */
#include "sign.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <sodium.h>

static void
rfc8032_examples_come_out(void **state)
{
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "rfc8032.txt"); vectors_next(&v);) {
		struct slice seed = vectors_field(&v, 2), message = vectors_field(&v, 4);
		uint8_t public_key[ED25519_PUBLIC_LEN], secret[64], sig[ED25519_SIG_LEN];

		assert_int_equal(seed.n, ED25519_SEED_LEN);
		vectors_expect(&v, ed25519_public(seed.p, public_key), 0);
		vectors_expect_bytes(&v, public_key, vectors_field(&v, 3));
		memcpy(secret, seed.p, 32);
		memcpy(secret + 32, public_key, 32);
		vectors_expect(&v, ed25519_sign(secret, message, sig), 0);
		vectors_expect_bytes(&v, sig, vectors_field(&v, 5));
		vectors_expect(&v, ed25519_verify(public_key, message, slice_of(sig, sizeof(sig))), 0);
	}
	vectors_close(&v);
}

static void
wycheproof_signatures_are_told_apart(void **state)
{
	uint8_t public_key[ED25519_PUBLIC_LEN] = {0};
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "ed25519.txt"); vectors_next(&v);) {
		if (vectors_is(&v, "key")) {
			assert_int_equal(vectors_field(&v, 1).n, sizeof(public_key));
			memcpy(public_key, vectors_field(&v, 1).p, sizeof(public_key));
			continue;
		}
		vectors_expect(&v, ed25519_verify(public_key, vectors_field(&v, 2), vectors_field(&v, 3)),
		    vectors_is(&v, "good") ? 0 : NACRE_E_CRYPTO);
	}
	vectors_close(&v);
}

struct signed_message {
	uint8_t public_key[ED25519_PUBLIC_LEN], secret[64], sig[ED25519_SIG_LEN + 8];
	uint8_t message[20];
};

static void
make(struct signed_message *m)
{
	size_t i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < 32; i++)
		m->secret[i] = (uint8_t)(i * 7);
	memcpy(m->message, "a message of twenty.", sizeof(m->message));
	assert_int_equal(ed25519_public(m->secret, m->public_key), 0);
	memcpy(m->secret + 32, m->public_key, 32);
	assert_int_equal(ed25519_sign(m->secret, slice_of(m->message, sizeof(m->message)), m->sig), 0);
}

static int
verify(const struct signed_message *m, size_t sig_len)
{
	return ed25519_verify(m->public_key, slice_of(m->message, sizeof(m->message)), slice_of(m->sig, sig_len));
}

static void
flip(uint8_t *p, size_t bit)
{
	p[bit / 8] = (uint8_t)(p[bit / 8] ^ 1u << bit % 8);
}

static void
every_damaged_bit_is_noticed(void **state)
{
	struct signed_message m;
	size_t bit;

	(void)state;
	make(&m);
	for (bit = 0; bit < ED25519_SIG_LEN * 8; bit++) {
		flip(m.sig, bit);
		assert_int_equal(verify(&m, ED25519_SIG_LEN), NACRE_E_CRYPTO);
		flip(m.sig, bit);
	}
	for (bit = 0; bit < sizeof(m.message) * 8; bit++) {
		flip(m.message, bit);
		assert_int_equal(verify(&m, ED25519_SIG_LEN), NACRE_E_CRYPTO);
		flip(m.message, bit);
	}
	for (bit = 0; bit < ED25519_PUBLIC_LEN * 8; bit++) {
		flip(m.public_key, bit);
		assert_int_equal(verify(&m, ED25519_SIG_LEN), NACRE_E_CRYPTO);
		flip(m.public_key, bit);
	}
	assert_int_equal(verify(&m, ED25519_SIG_LEN), 0);
}

static void
only_64_bytes_are_a_signature(void **state)
{
	struct signed_message m;
	size_t n;

	(void)state;
	make(&m);
	for (n = 0; n <= sizeof(m.sig); n++)
		assert_int_equal(verify(&m, n), n == ED25519_SIG_LEN ? 0 : NACRE_E_CRYPTO);
}

/* With a public key of small order, signatures can be made that fit many messages. */
static void
public_keys_of_small_order_are_refused(void **state)
{
	static const uint8_t small[][32] = {
	    {0},
	    {1},
	    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	};
	uint8_t sig[ED25519_SIG_LEN] = {1}; /* R the neutral element, S 0 */
	size_t i, message;

	(void)state;
	for (i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		for (message = 0; message < 16; message++)
			assert_int_equal(
			    ed25519_verify(small[i], slice_of(&message, sizeof(message)), slice_of(sig, 64)),
			    NACRE_E_CRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc8032_examples_come_out),
	    cmocka_unit_test(wycheproof_signatures_are_told_apart),
	    cmocka_unit_test(every_damaged_bit_is_noticed),
	    cmocka_unit_test(only_64_bytes_are_a_signature),
	    cmocka_unit_test(public_keys_of_small_order_are_refused),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("crypto/ed25519", tests, NULL, NULL);
}
