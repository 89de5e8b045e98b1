/* ChaCha20 and Poly1305 against Wycheproof. SSH joins them in its own way (test_packets.c), so RFC 8439's AEAD is put
 * together here from the calls that cipher_chacha.c makes: the first four bytes of RFC 8439's nonce of twelve are the
 * upper half of the block counter of the original ChaCha20, whose nonce has eight. */
#include "buf.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <sodium.h>

#define TEXT_MAX 1024
#define TAG_LEN 16

static uint64_t
get_le(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static int
crypt(uint8_t *out, struct slice in, const uint8_t nonce[12], uint32_t block, const uint8_t *key)
{
	return crypto_stream_chacha20_xor_ic(out, in.p, in.n, nonce + 4, get_le(nonce, 4) << 32 | block, key);
}

static size_t
put_padded(uint8_t *out, size_t at, struct slice s)
{
	if (s.n > 0)
		memcpy(out + at, s.p, s.n);
	memset(out + at + s.n, 0, (16 - s.n % 16) % 16);
	return at + (s.n + 15) / 16 * 16;
}

/* RFC 8439 2.8: what the tag covers; the number of its bytes. */
static size_t
covered(uint8_t *out, struct slice ad, struct slice sealed)
{
	size_t n = put_padded(out, put_padded(out, 0, ad), sealed), i;

	for (i = 0; i < 8; i++) {
		out[n + i] = (uint8_t)((uint64_t)ad.n >> 8 * i);
		out[n + 8 + i] = (uint8_t)((uint64_t)sealed.n >> 8 * i);
	}
	return n + 16;
}

static void
try_case(struct vectors *v)
{
	struct slice key = vectors_field(v, 2), nonce = vectors_field(v, 3), ad = vectors_field(v, 4),
		     plain = vectors_field(v, 5), sealed = vectors_field(v, 6), tag = vectors_field(v, 7);
	uint8_t zero[32] = {0}, poly_key[32], text[TEXT_MAX], all[2 * TEXT_MAX], ours[TAG_LEN];
	bool is_good = vectors_is(v, "good");
	size_t n;

	assert_true(key.n == 32 && nonce.n == 12 && tag.n == TAG_LEN && plain.n <= TEXT_MAX && ad.n < TEXT_MAX - 32);
	vectors_expect(v, crypt(poly_key, slice_of(zero, sizeof(zero)), nonce.p, 0, key.p), 0);
	n = covered(all, ad, sealed);
	vectors_expect(v, crypto_onetimeauth_verify(tag.p, all, n, poly_key) == 0, is_good);
	vectors_expect(v, crypt(text, plain, nonce.p, 1, key.p), 0);
	vectors_expect_bytes(v, text, sealed);
	vectors_expect(v, crypt(text, sealed, nonce.p, 1, key.p), 0);
	vectors_expect_bytes(v, text, plain);
	vectors_expect(v, crypto_onetimeauth(ours, all, n, poly_key), 0);
	vectors_expect(v, memcmp(ours, tag.p, TAG_LEN) == 0, is_good);
}

static void
wycheproof_texts_and_tags_come_out(void **state)
{
	unsigned good = 0;
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "chacha20_poly1305.txt"); vectors_next(&v);) {
		good += vectors_is(&v, "good");
		try_case(&v);
	}
	assert_true(good > 0 && good < v.cases);
	vectors_close(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(wycheproof_texts_and_tags_come_out)};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("crypto/chacha", tests, NULL, NULL);
}
