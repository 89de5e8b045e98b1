/* AES-GCM against Wycheproof: mbedTLS's for both key sizes, libsodium's where it is at hand, and both behind one row.
 * (What has the four bytes of additional data of a packet is in test_packets.c.) */
#include "cipher.h"
#include "mbed.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <sodium.h>

#define TAG_LEN 16
#define TEXT_MAX 1024

struct gcm_case {
	bool is_good;
	struct slice key, nonce, ad, plain, sealed, tag;
};

static bool
next_case(struct vectors *v, struct gcm_case *c)
{
	if (!vectors_next(v))
		return false;
	*c = (struct gcm_case){vectors_is(v, "good"), vectors_field(v, 2), vectors_field(v, 3), vectors_field(v, 4),
	    vectors_field(v, 5), vectors_field(v, 6), vectors_field(v, 7)};
	assert_true(c->plain.n <= TEXT_MAX && c->sealed.n == c->plain.n && c->tag.n == TAG_LEN && c->nonce.n == 12);
	return true;
}

static void
mbed_seals_and_opens_as_published(void **state)
{
	struct gcm_case c;
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "aes_gcm.txt"); next_case(&v, &c);) {
		_Alignas(16) uint8_t gcm[MBED_GCM_STATE];
		uint8_t text[TEXT_MAX], tag[TAG_LEN];

		vectors_expect(&v, mbed_gcm_init(gcm, c.key.p, c.key.n), 0);
		memcpy(text, c.sealed.p, c.sealed.n);
		vectors_expect(
		    &v, mbed_gcm_open(gcm, c.nonce.p, c.ad, text, c.sealed.n, c.tag.p, text), c.is_good ? 0 : NACRE_E_MAC);
		if (c.is_good)
			vectors_expect_bytes(&v, text, c.plain);
		memcpy(text, c.plain.p, c.plain.n);
		vectors_expect(&v, mbed_gcm_seal(gcm, c.nonce.p, c.ad, text, c.plain.n, text, tag), 0);
		vectors_expect_bytes(&v, text, c.sealed);
		vectors_expect(&v, memcmp(tag, c.tag.p, TAG_LEN) == 0, c.is_good);
		mbed_gcm_free(gcm);
	}
	vectors_close(&v);
}

static void
sodium_seals_and_opens_as_published(void **state)
{
	struct gcm_case c;
	struct vectors v;

	(void)state;
	if (crypto_aead_aes256gcm_is_available() == 0)
		skip();
	for (vectors_open(&v, "aes_gcm.txt"); next_case(&v, &c);) {
		crypto_aead_aes256gcm_state gcm;
		uint8_t text[TEXT_MAX], tag[TAG_LEN];

		if (c.key.n != 32)
			continue;
		crypto_aead_aes256gcm_beforenm(&gcm, c.key.p);
		memcpy(text, c.sealed.p, c.sealed.n);
		vectors_expect(&v,
		    crypto_aead_aes256gcm_decrypt_detached_afternm(
			text, NULL, text, c.sealed.n, c.tag.p, c.ad.p, c.ad.n, c.nonce.p, &gcm),
		    c.is_good ? 0 : -1);
		if (c.is_good)
			vectors_expect_bytes(&v, text, c.plain);
		memcpy(text, c.plain.p, c.plain.n);
		vectors_expect(&v,
		    crypto_aead_aes256gcm_encrypt_detached_afternm(
			text, tag, NULL, text, c.plain.n, c.ad.p, c.ad.n, NULL, c.nonce.p, &gcm),
		    0);
		vectors_expect_bytes(&v, text, c.sealed);
		vectors_expect(&v, memcmp(tag, c.tag.p, TAG_LEN) == 0, c.is_good);
	}
	vectors_close(&v);
}

/* The algorithm set is the same with and without AES in the CPU, and so are the bytes. */
static void
both_libraries_seal_the_same_packets(void **state)
{
	const struct cipher *row = cipher_find(SLICE_LIT("aes256-gcm@openssh.com"));
	struct cipher_state fast = {{0}}, slow = {{0}};
	uint8_t key[32], iv[12], a[4 + 256 + TAG_LEN], b[4 + 256 + TAG_LEN];
	struct test_env t;
	uint32_t seq;

	(void)state;
	test_env_init(&t, 2);
	assert_int_equal(t.env.random(t.env.ctx, key, sizeof(key)), 0);
	assert_int_equal(t.env.random(t.env.ctx, iv, sizeof(iv)), 0);
	assert_int_equal(row->init(&fast, &t.env, key, iv, true), 0);
	t.env.cpu = 0;
	assert_int_equal(row->init(&slow, &t.env, key, iv, false), 0);
	for (seq = 0; seq < 20; seq++) {
		size_t n = 4 + 16 * (1 + test_below(&t, 16));

		assert_int_equal(t.env.random(t.env.ctx, a, n), 0);
		memcpy(b, a, n);
		assert_int_equal(row->seal(&fast, seq, a, n, a), 0);
		assert_int_equal(row->open(&slow, seq, a, n, a + 4), 0);
		assert_memory_equal(a, b, n);
	}
	row->wipe(&fast);
	row->wipe(&slow);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mbed_seals_and_opens_as_published),
	    cmocka_unit_test(sodium_seals_and_opens_as_published),
	    cmocka_unit_test(both_libraries_seal_the_same_packets),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("crypto/gcm", tests, NULL, NULL);
}
