/* Suites: both ends of one direction, for every cipher with every MAC, with packets damaged in every bit. */
#include "buf.h"
#include "suite.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ROOM (4 + 4096 + CIPHER_TAG_MAX)

/* One row for each cipher with each MAC; an AEAD has none. */
struct combination {
	const struct cipher *cipher;
	const struct mac *mac;
};

static bool
next_combination(struct combination *c)
{
	if (c->cipher == NULL) {
		*c = (struct combination){cipher_table, mac_table};
	} else if (c->cipher->kind == CIPHER_STREAM && c->mac[1].name != NULL) {
		c->mac++;
	} else {
		c->cipher++;
		c->mac = mac_table;
	}
	return c->cipher->name != NULL;
}

struct ends {
	struct test_env t;
	struct suite_keys keys;
	struct suite out, in;
};

static void
renew(struct ends *e, const struct combination *c)
{
	suite_wipe(&e->out);
	suite_wipe(&e->in);
	assert_int_equal(suite_init(&e->out, &e->t.env, c->cipher, c->mac, &e->keys, true), 0);
	assert_int_equal(suite_init(&e->in, &e->t.env, c->cipher, c->mac, &e->keys, false), 0);
}

static void
begin(struct ends *e, const struct combination *c)
{
	test_env_init(&e->t, 11);
	assert_int_equal(e->t.env.random(&e->t, &e->keys, sizeof(e->keys)), 0);
	suite_init_null(&e->out);
	suite_init_null(&e->in);
	renew(e, c);
}

static void
end(struct ends *e)
{
	suite_wipe(&e->out);
	suite_wipe(&e->in);
}

/* A packet from packet_length on: a multiple of 16 in what is encrypted. */
static size_t
short_n(const struct ends *e)
{
	return suite_length_is_apart(&e->out) ? 52 : 48;
}

/* A sealed packet of n bytes and its plaintext; sealed in place, and from another place, in turn. */
static void
seal(struct ends *e, uint32_t seq, size_t n, uint8_t *plain, uint8_t *pkt)
{
	assert_int_equal(e->t.env.random(&e->t, plain, n), 0);
	put_be32(plain, (uint32_t)(n - 4));
	if (suite_can_move(&e->out) && seq % 2 == 1) {
		assert_int_equal(suite_seal_from(&e->out, seq, plain, n, pkt), 0);
		return;
	}
	memcpy(pkt, plain, n);
	assert_int_equal(suite_seal(&e->out, seq, pkt, n), 0);
}

static int
open_packet(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n)
{
	uint32_t length;

	assert_int_equal(suite_open_length(s, seq, pkt, &length), 0);
	return suite_open(s, seq, pkt, n);
}

static void
packets_of_any_length_come_back(void **state)
{
	struct combination c = {NULL, NULL};
	uint8_t plain[ROOM], pkt[ROOM], landed[ROOM];
	struct ends e;
	uint32_t i;

	(void)state;
	while (next_combination(&c)) {
		begin(&e, &c);
		for (i = 0; i < 100; i++) {
			uint32_t seq = UINT32_MAX - 50 + i, length;
			size_t n = 16 * (1 + test_below(&e.t, 256)) + (suite_length_is_apart(&e.out) ? 4 : 0);

			seal(&e, seq, n, plain, pkt);
			assert_memory_not_equal(pkt, plain, n);
			assert_int_equal(suite_open_length(&e.in, seq, pkt, &length), 0);
			assert_int_equal(length, n - 4);
			if (suite_can_move(&e.in) && i % 3 == 1) {
				assert_int_equal(suite_open_to(&e.in, seq, pkt, n, landed), 0);
				assert_memory_equal(landed, plain + 4, n - 4);
				continue;
			}
			assert_int_equal(suite_open(&e.in, seq, pkt, n), 0);
			assert_memory_equal(pkt + 4, plain + 4, n - 4);
		}
		end(&e);
	}
}

static void
every_damaged_bit_is_noticed(void **state)
{
	struct combination c = {NULL, NULL};
	uint8_t plain[ROOM], pkt[ROOM], damaged[ROOM];
	struct ends e;
	size_t bit, all;

	(void)state;
	while (next_combination(&c)) {
		begin(&e, &c);
		all = short_n(&e) + suite_tag_len(&e.out);
		seal(&e, 3, short_n(&e), plain, pkt);
		for (bit = 0; bit < all * 8; bit++) {
			memcpy(damaged, pkt, all);
			damaged[bit / 8] = (uint8_t)(damaged[bit / 8] ^ 1u << bit % 8);
			renew(&e, &c);
			assert_int_equal(open_packet(&e.in, 3, damaged, short_n(&e)), NACRE_E_MAC);
		}
		renew(&e, &c);
		assert_int_equal(open_packet(&e.in, 3, pkt, short_n(&e)), 0);
		end(&e);
	}
}

/* Where the tag is checked first, nothing is decrypted: an AEAD and -etm give the damaged packet no plaintext at all.
 */
static void
a_damaged_packet_is_not_decrypted(void **state)
{
	struct combination c = {NULL, NULL};
	uint8_t plain[ROOM], pkt[ROOM];
	struct ends e;

	(void)state;
	while (next_combination(&c)) {
		begin(&e, &c);
		seal(&e, 3, short_n(&e), plain, pkt);
		pkt[short_n(&e)] ^= 1;
		assert_int_equal(open_packet(&e.in, 3, pkt, short_n(&e)), NACRE_E_MAC);
		if (suite_length_is_apart(&e.in))
			assert_memory_not_equal(pkt + 4, plain + 4, 16);
		end(&e);
	}
}

static void
a_repeated_or_moved_packet_is_noticed(void **state)
{
	struct combination c = {NULL, NULL};
	uint8_t plain[ROOM], pkt[ROOM], copy[ROOM];
	struct ends e;

	(void)state;
	while (next_combination(&c)) {
		begin(&e, &c);
		seal(&e, 3, short_n(&e), plain, pkt);
		memcpy(copy, pkt, sizeof(copy));
		assert_int_equal(open_packet(&e.in, 3, pkt, short_n(&e)), 0);
		assert_int_equal(open_packet(&e.in, 4, copy, short_n(&e)), NACRE_E_MAC);
		renew(&e, &c);
		seal(&e, 3, short_n(&e), plain, pkt);
		seal(&e, 4, short_n(&e), plain, pkt);
		assert_int_equal(open_packet(&e.in, 3, pkt, short_n(&e)), NACRE_E_MAC);
		end(&e);
	}
}

static void
other_keys_open_nothing(void **state)
{
	struct combination c = {NULL, NULL};
	uint8_t plain[ROOM], pkt[ROOM];
	struct suite_keys other;
	struct suite in;
	struct ends e;

	(void)state;
	while (next_combination(&c)) {
		begin(&e, &c);
		seal(&e, 3, short_n(&e), plain, pkt);
		other = e.keys;
		if (c.cipher->kind == CIPHER_STREAM)
			other.mac_key[0] ^= 1;
		else
			other.key[0] ^= 1;
		assert_int_equal(suite_init(&in, &e.t.env, c.cipher, c.mac, &other, false), 0);
		assert_int_equal(open_packet(&in, 3, pkt, short_n(&e)), NACRE_E_MAC);
		suite_wipe(&in);
		end(&e);
	}
}

static void
sizes_are_those_of_the_documents(void **state)
{
	static const struct {
		const char *cipher, *mac;
		size_t tag, block, head;
		bool apart;
	} rows[] = {
	    {"aes256-gcm@openssh.com", "hmac-sha2-512", 16, 16, 4, true},
	    {"chacha20-poly1305@openssh.com", "hmac-sha2-512", 16, 8, 4, true},
	    {"aes128-gcm@openssh.com", NULL, 16, 16, 4, true},
	    {"aes256-ctr", "hmac-sha2-512-etm@openssh.com", 64, 16, 4, true},
	    {"aes192-ctr", "hmac-sha2-256-etm@openssh.com", 32, 16, 4, true},
	    {"aes128-ctr", "hmac-sha2-256", 32, 16, 16, false},
	    {"aes256-ctr", "hmac-sha2-512", 64, 16, 16, false},
	    {"aes256-ctr", "umac-128-etm@openssh.com", 16, 16, 4, true},
	    {"aes256-ctr", "umac-64@openssh.com", 8, 16, 16, false},
	    {"aes256-ctr", "hmac-sha1-96-etm@openssh.com", 12, 16, 4, true},
	};
	struct suite_keys keys = {{0}, {0}, {0}};
	struct test_env t;
	struct suite s;
	size_t i;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cipher *cipher = cipher_find(slice_str(rows[i].cipher));

		assert_int_equal(suite_init(&s, &t.env, cipher, mac_find(slice_str(rows[i].mac)), &keys, true), 0);
		assert_int_equal(suite_tag_len(&s), rows[i].tag);
		assert_int_equal(suite_block_len(&s), rows[i].block);
		assert_int_equal(suite_head_len(&s), rows[i].head);
		assert_int_equal(suite_length_is_apart(&s), rows[i].apart);
		suite_wipe(&s);
	}
}

static void
a_null_suite_changes_nothing(void **state)
{
	uint8_t pkt[16] = {0, 0, 0, 12, 4, 1, 2, 3}, copy[16];
	uint32_t length = 0;
	struct suite s;

	(void)state;
	memcpy(copy, pkt, sizeof(copy));
	suite_init_null(&s);
	assert_int_equal(suite_tag_len(&s), 0);
	assert_int_equal(suite_block_len(&s), 8);
	assert_int_equal(suite_head_len(&s), 4);
	assert_false(suite_length_is_apart(&s));
	assert_int_equal(suite_seal(&s, 0, pkt, sizeof(pkt)), 0);
	assert_int_equal(suite_open_length(&s, 0, pkt, &length), 0);
	assert_int_equal(suite_open(&s, 0, pkt, sizeof(pkt)), 0);
	assert_int_equal(length, 12);
	assert_memory_equal(pkt, copy, sizeof(pkt));
	suite_wipe(&s);
}

static void
a_stream_cipher_without_a_mac_is_refused(void **state)
{
	const struct cipher *cipher = cipher_find(SLICE_LIT("aes256-ctr"));
	struct suite_keys keys = {{0}, {0}, {0}};
	struct test_env t;
	struct suite s;

	(void)state;
	test_env_init(&t, 1);
	assert_int_equal(suite_init(&s, &t.env, cipher, NULL, &keys, true), NACRE_E_ARGUMENT);
	assert_null(s.cipher);
	assert_int_equal(suite_init(&s, &t.env, cipher, mac_table, &keys, true), 0);
	suite_wipe(&s);
}

static void
a_wiped_suite_holds_no_key(void **state)
{
	struct combination c = {NULL, NULL};
	struct suite nothing;
	struct ends e;

	(void)state;
	memset(&nothing, 0, sizeof(nothing));
	while (next_combination(&c)) {
		begin(&e, &c);
		suite_wipe(&e.out);
		assert_null(e.out.cipher);
		assert_null(e.out.mac);
		assert_memory_equal(&e.out.cipher_state, &nothing.cipher_state, sizeof(nothing.cipher_state));
		assert_memory_equal(&e.out.mac_state, &nothing.mac_state, sizeof(nothing.mac_state));
		suite_wipe(&e.out);
		end(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(packets_of_any_length_come_back),
	    cmocka_unit_test(every_damaged_bit_is_noticed),
	    cmocka_unit_test(a_damaged_packet_is_not_decrypted),
	    cmocka_unit_test(a_repeated_or_moved_packet_is_noticed),
	    cmocka_unit_test(other_keys_open_nothing),
	    cmocka_unit_test(sizes_are_those_of_the_documents),
	    cmocka_unit_test(a_null_suite_changes_nothing),
	    cmocka_unit_test(a_stream_cipher_without_a_mac_is_refused),
	    cmocka_unit_test(a_wiped_suite_holds_no_key),
	};

	return cmocka_run_group_tests_name("crypto/suite", tests, NULL, NULL);
}
