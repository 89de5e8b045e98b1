/* The key agreements that join a KEM with X25519: how the values are laid out and the secrets joined, and what is
 * refused before any costly mathematics. */
#include "kex_hybrid.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>

#include <cmocka.h>

#define X 32

static const struct {
	const char *name;
	enum hash_id hash;
	size_t ek_len, ct_len;
} rows[] = {
    {"mlkem768x25519-sha256", HASH_SHA256, MLKEM768_EK_LEN, MLKEM768_CT_LEN},
    {"sntrup761x25519-sha512", HASH_SHA512, SNTRUP761_PK_LEN, SNTRUP761_CT_LEN},
    {"sntrup761x25519-sha512@openssh.com", HASH_SHA512, SNTRUP761_PK_LEN, SNTRUP761_CT_LEN},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* One exchange, up to the responder's value. */
struct talk {
	struct test_env t;
	const struct kex *kex;
	struct kex_state st;
	uint8_t init[KEX_PUBLIC_MAX], reply[KEX_PUBLIC_MAX], ours[KEX_SECRET_MAX], theirs[KEX_SECRET_MAX];
	uint64_t state_before_respond; /* of the randomness */
};

static void
talk_begin(struct talk *talk, size_t row)
{
	memset(talk, 0, sizeof(*talk));
	test_env_init(&talk->t, 70 + row);
	talk->kex = kex_find(slice_str(rows[row].name));
	assert_non_null(talk->kex);
	assert_int_equal(talk->kex->init(&talk->st, &talk->t.env, talk->init), 0);
	talk->state_before_respond = talk->t.state;
}

static int
talk_respond(struct talk *talk)
{
	talk->t.state = talk->state_before_respond;
	return talk->kex->respond(&talk->t.env, talk->init, talk->reply, talk->theirs);
}

/* On a copy of the state, so that it can be done again. */
static int
talk_finish(struct talk *talk)
{
	struct kex_state st = talk->st;

	return talk->kex->finish(&st, talk->reply, talk->ours);
}

/* RFC 10042: K = HASH(K_PQ || K_CL), the X25519 part as raw bytes. The private halves are seen in the state. */
static void
mlkem_secret_is_the_hash_of_both(void **state)
{
	uint8_t both[64], wanted[32];
	struct talk talk;

	(void)state;
	talk_begin(&talk, 0);
	assert_int_equal(talk_respond(&talk), 0);
	assert_int_equal(talk_finish(&talk), 0);
	assert_int_equal(mlkem768_decaps(talk.st.bytes + X, talk.reply, both), 0);
	assert_int_equal(crypto_scalarmult(both + 32, talk.st.bytes, talk.reply + MLKEM768_CT_LEN), 0);
	assert_int_equal(hash_once(HASH_SHA256, slice_of(both, sizeof(both)), wanted), 0);
	assert_memory_equal(talk.ours, wanted, sizeof(wanted));
	assert_memory_equal(talk.theirs, wanted, sizeof(wanted));
}

/* RFC 9941 3: K = SHA-512(k || X25519), the X25519 part as raw bytes. */
static void
sntrup_secret_is_the_hash_of_both(void **state)
{
	uint8_t both[64], wanted[64];
	struct talk talk;

	(void)state;
	talk_begin(&talk, 1);
	assert_int_equal(talk_respond(&talk), 0);
	assert_int_equal(talk_finish(&talk), 0);
	assert_int_equal(sntrup761_decaps(talk.st.bytes + X, talk.reply, both), 0);
	assert_int_equal(crypto_scalarmult(both + 32, talk.st.bytes, talk.reply + SNTRUP761_CT_LEN), 0);
	assert_int_equal(hash_once(HASH_SHA512, slice_of(both, sizeof(both)), wanted), 0);
	assert_memory_equal(talk.ours, wanted, sizeof(wanted));
	assert_memory_equal(talk.theirs, wanted, sizeof(wanted));
}

/* RFC 9941 appendix A shows what the two secrets of a session are joined to. */
static void
rfc9941_secret_comes_out(void **state)
{
	uint8_t joined[64];
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "rfc9941.txt"); vectors_next(&v);) {
		assert_true(
		    vectors_field(&v, 1).n == 32 && vectors_field(&v, 2).n == 32 && vectors_field(&v, 3).n == 64);
		memcpy(joined, vectors_field(&v, 1).p, 32);
		memcpy(joined + 32, vectors_field(&v, 2).p, 32);
		assert_int_equal(hash_once(HASH_SHA512, slice_of(joined, sizeof(joined)), joined), 0);
		vectors_expect_bytes(&v, joined, vectors_field(&v, 3));
	}
	vectors_close(&v);
}

/* RFC 8731 3 holds for the hybrids too. Nothing of the KEM was computed: the reply's place for it is untouched. */
static void
a_point_of_low_order_is_refused_before_the_kem(void **state)
{
	static const uint8_t zeros[KEX_PUBLIC_MAX];
	struct talk talk;
	uint8_t kept[X];
	size_t i;

	(void)state;
	for (i = 0; i < N_ROWS; i++) {
		talk_begin(&talk, i);
		memcpy(kept, talk.init + rows[i].ek_len, X);
		memset(talk.init + rows[i].ek_len, 0, X);
		assert_int_equal(talk_respond(&talk), NACRE_E_KEX);
		assert_memory_equal(talk.reply, zeros, rows[i].ct_len);
		memcpy(talk.init + rows[i].ek_len, kept, X);
		assert_int_equal(talk_respond(&talk), 0);
		assert_memory_not_equal(talk.reply, zeros, rows[i].ct_len);

		assert_int_equal(talk_finish(&talk), 0);
		assert_memory_equal(talk.ours, talk.theirs, talk.kex->secret_len);
		memset(talk.reply + rows[i].ct_len, 0, X);
		assert_int_equal(talk_finish(&talk), NACRE_E_KEX);
	}
}

/* FIPS 203 7.2, RFC 10042: not even randomness is spent on a key that fails the modulus check. */
static void
an_encapsulation_key_beyond_q_is_refused_first(void **state)
{
	static const size_t coefficients[] = {0, 1, 255, 256, 767};
	struct talk talk;
	size_t i;

	(void)state;
	talk_begin(&talk, 0);
	for (i = 0; i < sizeof(coefficients) / sizeof(coefficients[0]); i++) {
		uint8_t *pair = talk.init + coefficients[i] / 2 * 3, kept[3];

		memcpy(kept, pair, sizeof(kept));
		if (coefficients[i] % 2 == 0) {
			pair[0] = 0x01; /* 3329 */
			pair[1] = (uint8_t)((pair[1] & 0xf0) | 0x0d);
		} else {
			pair[1] = (uint8_t)((pair[1] & 0x0f) | 0x10);
			pair[2] = 0xd0;
		}
		assert_int_equal(talk_respond(&talk), NACRE_E_KEX);
		assert_int_equal(talk.t.state, talk.state_before_respond);
		if (coefficients[i] % 2 == 0)
			pair[0] = 0x00; /* 3328 is one */
		else
			pair[1] = (uint8_t)(pair[1] & 0x0f);
		assert_int_equal(talk_respond(&talk), 0);
		memcpy(pair, kept, sizeof(kept));
	}
}

/* A ciphertext that was changed under way is not refused: the ends do not agree, which the exchange hash shows. */
static void
a_changed_ciphertext_gives_another_secret(void **state)
{
	struct talk talk;
	size_t i, at;

	(void)state;
	for (i = 0; i < N_ROWS; i++) {
		talk_begin(&talk, i);
		assert_int_equal(talk_respond(&talk), 0);
		for (at = 0; at < talk.kex->reply_len; at += 101) {
			talk.reply[at] ^= 0x10;
			assert_int_equal(talk_finish(&talk), 0);
			assert_memory_not_equal(talk.ours, talk.theirs, talk.kex->secret_len);
			talk.reply[at] ^= 0x10;
		}
		assert_int_equal(talk_finish(&talk), 0);
		assert_memory_equal(talk.ours, talk.theirs, talk.kex->secret_len);
	}
}

/* FIPS 203 7.3, where memory went bad between init and finish. */
static void
a_damaged_private_half_is_an_error(void **state)
{
	struct talk talk;

	(void)state;
	talk_begin(&talk, 0);
	assert_int_equal(talk_respond(&talk), 0);
	talk.st.bytes[X + 1152 + 5] ^= 1;
	assert_int_equal(talk_finish(&talk), NACRE_E_CRYPTO);
	talk.st.bytes[X + 1152 + 5] ^= 1;
	assert_int_equal(talk_finish(&talk), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mlkem_secret_is_the_hash_of_both),
	    cmocka_unit_test(sntrup_secret_is_the_hash_of_both),
	    cmocka_unit_test(rfc9941_secret_comes_out),
	    cmocka_unit_test(a_point_of_low_order_is_refused_before_the_kem),
	    cmocka_unit_test(an_encapsulation_key_beyond_q_is_refused_first),
	    cmocka_unit_test(a_changed_ciphertext_gives_another_secret),
	    cmocka_unit_test(a_damaged_private_half_is_an_error),
	};

	return cmocka_run_group_tests_name("crypto/hybrid", tests, NULL, NULL);
}
