/* What negotiation sees: the names in their order, and rows found by name and by nothing else. */
#include "cipher.h"
#include "kex.h"
#include "suite.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
ciphers_are_in_the_order_of_preference(void **state)
{
	static const char *const names[] = {"aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com",
	    "aes128-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr", "aes256-cbc", "aes192-cbc",
	    "aes128-cbc", "3des-cbc"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_string_equal(cipher_table[i].name, names[i]);
		assert_ptr_equal(cipher_find(slice_str(names[i])), &cipher_table[i]);
	}
	assert_null(cipher_table[i].name);
}

static void
macs_are_in_the_order_of_preference(void **state)
{
	static const char *const names[] = {"hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com",
	    "umac-128-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512", "umac-128@openssh.com",
	    "umac-64-etm@openssh.com", "umac-64@openssh.com", "hmac-sha1-etm@openssh.com", "hmac-sha1",
	    "hmac-sha1-96-etm@openssh.com", "hmac-sha1-96", "hmac-md5-etm@openssh.com", "hmac-md5",
	    "hmac-md5-96-etm@openssh.com", "hmac-md5-96"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_string_equal(mac_table[i].name, names[i]);
		assert_ptr_equal(mac_find(slice_str(names[i])), &mac_table[i]);
	}
	assert_null(mac_table[i].name);
}

static void
key_agreements_are_in_the_order_of_preference(void **state)
{
	static const char *const names[] = {"mlkem768x25519-sha256", "sntrup761x25519-sha512",
	    "sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "curve25519-sha256@libssh.org",
	    "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "diffie-hellman-group16-sha512",
	    "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256", "diffie-hellman-group-exchange-sha256",
	    "diffie-hellman-group15-sha512", "diffie-hellman-group17-sha512", "diffie-hellman-group14-sha1",
	    "diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_string_equal(kex_table[i].name, names[i]);
		assert_ptr_equal(kex_find(slice_str(names[i])), &kex_table[i]);
		assert_int_equal(kex_table[i].legacy, strstr(names[i], "-sha1") != NULL);
	}
	assert_null(kex_table[i].name);
}

static void
only_a_whole_name_finds_a_row(void **state)
{
	static const char *const names[] = {"", "aes256", "aes256-ctr ", "AES256-CTR", "none", "aes256-gcm",
	    "hmac-sha2-25", "hmac-sha", "umac-64", "hmac-sha2-256-etm", "curve25519-sha25", "mlkem768x25519-sha512",
	    "curve25519-sha256,", "ext-info-c"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_null(cipher_find(slice_str(names[i])));
		assert_null(mac_find(slice_str(names[i])));
		assert_null(kex_find(slice_str(names[i])));
	}
	assert_null(cipher_find(SLICE_NONE));
	assert_null(cipher_find(slice_of("aes256-ctr\0", 11)));
}

static void
every_cipher_row_has_what_its_kind_needs(void **state)
{
	const struct cipher *c;

	(void)state;
	for (c = cipher_table; c->name != NULL; c++) {
		bool is_aead = c->kind == CIPHER_AEAD || c->kind == CIPHER_AEAD_SEQ;

		assert_true(is_aead || c->kind == CIPHER_STREAM);
		assert_true(c->block_len >= 8 && c->key_len <= CIPHER_KEY_MAX && c->iv_len <= CIPHER_IV_MAX);
		assert_true(c->init != NULL && c->wipe != NULL);
		assert_int_equal(c->tag_len, is_aead ? 16 : 0);
		assert_int_equal(c->crypt == NULL, is_aead);
		assert_int_equal(c->seal != NULL && c->open != NULL && c->peek_length != NULL, is_aead);
		assert_int_equal(c->needs_aes_cpu, c->name[0] == 'a');
		assert_int_equal(c->legacy, strstr(c->name, "-cbc") != NULL);
		assert_int_equal(c->is_chained, c->legacy);
	}
}

static void
every_mac_row_is_as_its_name_says(void **state)
{
	const struct mac *m;

	(void)state;
	for (m = mac_table; m->name != NULL; m++) {
		assert_true(m->init != NULL && m->tag != NULL && m->wipe != NULL);
		assert_true(m->tag_len <= CIPHER_TAG_MAX && m->key_len <= 64 && m->tag_len >= 8);
		assert_int_equal(
		    m->tag_len == m->key_len, strstr(m->name, "-96") == NULL && strstr(m->name, "umac-64") == NULL);
		assert_int_equal(m->legacy, strstr(m->name, "-sha1") != NULL || strstr(m->name, "-md5") != NULL);
		assert_int_equal(m->etm, strstr(m->name, "-etm@openssh.com") != NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ciphers_are_in_the_order_of_preference),
	    cmocka_unit_test(macs_are_in_the_order_of_preference),
	    cmocka_unit_test(key_agreements_are_in_the_order_of_preference),
	    cmocka_unit_test(only_a_whole_name_finds_a_row),
	    cmocka_unit_test(every_cipher_row_has_what_its_kind_needs),
	    cmocka_unit_test(every_mac_row_is_as_its_name_says),
	};

	return cmocka_run_group_tests_name("crypto/tables", tests, NULL, NULL);
}
