/* The exchange hash and the key derivation against answers computed with Python's hashlib from RFC 4253 7.2 and 8. The
 * secrets are the shapes that implementers get wrong as mpint: leading zeros, a high bit, both. */
#include "kdf.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sodium.h>
#include <cmocka.h>

static const struct kex *
curve25519(void)
{
	return kex_find(SLICE_LIT("curve25519-sha256"));
}

static const struct {
	const char *name, *secret, *h, *iv_a, *key_d, *mac_e;
} rows[] = {
	{"a secret whose first byte is 00",
	    "001202030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	    "4d0654e95b06ea0d6cf6e1b8dcad6068fb06a8364d911ba884e80c4889a1e700",
	    "9ca9d69fa18324d32c10384f",
	    "bde3d5127ce988db9e3d8dd4765694114bab08c753de00977d354b683008b91899c7c4a0c2702767bd83251fbcd66530bb2dd2db5139c5490be813eb8188cd2d",
	    "f1efd0c6517932545e994594de7ac5cfae2d3ff8d148a9d2eea1985dbe816f8bea005af8582ff79ff64a229faf4321589b5c0521e52ba1dfc7c5f605df117483"},
	{"a secret whose high bit is set",
	    "800102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	    "3d7c2d8605cb50b59cd72b41a10170e7e4bc20d54f82bb3a26193ae89f30f072",
	    "d9b9c74a98f451a875288950",
	    "7d01c74bf90d534a4ff5d28917651b3244d46cac64c8df2f1f899119c7ce66e199009ae3af00a896be8799a2ec4a7d653a165acdc4b4c483ddc5b50c50305718",
	    "1636bd2955179c33a18d63e206dda2d14d87dc4893c2831e2d808015c8a1601368beb59cf8784dc25dd7ac6c83a88995c174792ef24121ce42506d916ebe9425"},
	{"a secret that begins 00 80",
	    "008002030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	    "11940bdc9b199133b885ca5ae0bcb31754efdb292fe6cb7f92e814a550f4f105",
	    "552b641b66ed4bc1ea28bf76",
	    "bfd7a76716c435e26069e9f20f0a2d1852827e3e31be5fdd7db1bc061ef66513665c57401b4501fedaf6ebb8fd380b309ecd3f7f281e5bd1ca50bdaed96bb800",
	    "a8dc5210db637cede7aa0fcd75572cb0b9eca239a1c8da56bfc673e3ac6fd594aedddad412280414a943f0524461e52ea0ca621b3a57fe5a7c1aad81829e7144"},
	{"an ordinary secret",
	    "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
	    "a7b6e095da54be4ef88ef576e47e31922fa0775e4eef40aab90f441189f69fb2",
	    "48bc1b9e18f917c591d0191f",
	    "10d2879155f0042208e19b64c2f6f848c70a2b31f696d71546ab61cfc6e490b355fad7cf04c079d29cd4997890aa8ce461429c2eb86a97fcb81aba7ee63e6c56",
	    "7ee034b6602a97f395839fd087614346b019759f94f200ec411d93656af47b87ce92e9da68d1e74cd0021fc936f86c52c3e2b0664cc11489164eb76afee0ac56"},
};

static const struct cipher twelve_and_64 = {.name = "test", .iv_len = 12, .key_len = 64};
static const struct mac sixty_four = {.name = "test", .key_len = 64};

static size_t
unhex(const char *hex, uint8_t *out, size_t cap)
{
	size_t n;

	assert_int_equal(sodium_hex2bin(out, cap, hex, strlen(hex), NULL, &n, NULL), 0);
	return n;
}

static void
assert_hex(const uint8_t *got, const char *hex)
{
	uint8_t want[64];

	assert_memory_equal(got, want, unhex(hex, want, sizeof(want)));
}

static void
count_up(uint8_t *p, uint8_t from, size_t n)
{
	while (n-- > 0)
		*p++ = from++;
}

static void
exchange_hash_of(const uint8_t *secret, uint8_t *h)
{
	uint8_t client_init[41] = {20}, server_init[61] = {20}, q_c[32], q_s[32];
	struct exchange_fields fields = {
		.client_ident = SLICE_LIT("SSH-2.0-client_1 comment"),
		.server_ident = SLICE_LIT("SSH-2.0-server_2"),
		.client_init = slice_of(client_init, sizeof(client_init)),
		.server_init = slice_of(server_init, sizeof(server_init)),
		.host_key = SLICE_LIT("host key blob"),
		.client_public = slice_of(q_c, sizeof(q_c)),
		.server_public = slice_of(q_s, sizeof(q_s)),
		.secret = slice_of(secret, 32),
	};

	count_up(client_init + 1, 0, 40);
	count_up(server_init + 1, 100, 60);
	memset(q_c, 7, sizeof(q_c));
	memset(q_s, 9, sizeof(q_s));
	assert_int_equal(kdf_exchange_hash(curve25519(), &fields, h), 0);
}

static void
the_exchange_hash_and_the_keys_are_the_known_ones(void **state)
{
	uint8_t secret[32], h[HASH_MAX_LEN], session_id[32];
	size_t i;

	(void)state;
	count_up(session_id, 0, sizeof(session_id));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct derivation from = {curve25519(), slice_of(secret, 32), slice_of(h, 32), slice_of(session_id, 32)};
		struct suite_keys up, down;

		assert_int_equal(unhex(rows[i].secret, secret, sizeof(secret)), 32);
		exchange_hash_of(secret, h);
		assert_hex(h, rows[i].h);
		assert_int_equal(kdf_derive(&from, true, &twelve_and_64, &sixty_four, &up), 0);
		assert_int_equal(kdf_derive(&from, false, &twelve_and_64, NULL, &down), 0);
		assert_hex(up.iv, rows[i].iv_a);
		assert_hex(up.mac_key, rows[i].mac_e);
		assert_hex(down.key, rows[i].key_d);
	}
}

static void
a_secret_as_a_string_is_hashed_with_its_zeros(void **state)
{
	struct kex as_string = *curve25519();
	uint8_t with[32], without[32], secret[32] = {0, 1}, session_id[32] = {0}, h[32] = {0};
	struct derivation from = {&as_string, slice_of(secret, 32), slice_of(h, 32), slice_of(session_id, 32)};
	struct suite_keys keys;

	(void)state;
	as_string.secret_form = KEX_SECRET_STRING;
	assert_int_equal(kdf_derive(&from, true, &twelve_and_64, NULL, &keys), 0);
	memcpy(with, keys.key, 32);
	as_string.secret_form = KEX_SECRET_MPINT;
	assert_int_equal(kdf_derive(&from, true, &twelve_and_64, NULL, &keys), 0);
	memcpy(without, keys.key, 32);
	assert_memory_not_equal(with, without, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exchange_hash_and_the_keys_are_the_known_ones),
		cmocka_unit_test(a_secret_as_a_string_is_hashed_with_its_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
