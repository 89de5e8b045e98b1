/* HMAC-SHA-2 as SSH uses it, against RFC 4231 and Wycheproof. The sequence number stands in for a message's first four
 * bytes; a key shorter than SSH's is the same key with zeros behind it (RFC 2104 2). */
#include "buf.h"
#include "cipher.h"
#include "hash.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
	const char *names[2];
	enum hash_id hash;
	const char *wycheproof;
	size_t rfc4231_field, block_len;
} functions[] = {
    {{"hmac-sha2-256", "hmac-sha2-256-etm@openssh.com"}, HASH_SHA256, "hmac_sha256.txt", 4, 64},
    {{"hmac-sha2-512", "hmac-sha2-512-etm@openssh.com"}, HASH_SHA512, "hmac_sha512.txt", 5, 128},
};
#define N_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

/* RFC 2104 2: a key longer than a block is hashed first. */
static void
fit_key(const struct mac *mac, size_t f, struct slice key, uint8_t out[64])
{
	memset(out, 0, 64);
	if (key.n > functions[f].block_len) {
		assert_int_equal(hash_once(functions[f].hash, key, out), 0);
		return;
	}
	assert_true(key.n <= mac->key_len);
	memcpy(out, key.p, key.n);
}

static void
make_tag(const char *name, size_t f, struct slice key, struct slice message, uint8_t tag[64])
{
	const struct mac *mac = mac_find(slice_str(name));
	struct mac_state st;
	uint8_t fitted[64];

	fit_key(mac, f, key, fitted);
	assert_true(message.n >= 4);
	assert_int_equal(mac->init(&st, fitted), 0);
	assert_int_equal(mac->tag(&st, get_be32(message.p), message.p + 4, message.n - 4, tag), 0);
	mac->wipe(&st);
}

static void
rfc4231_examples_come_out(void **state)
{
	struct vectors v;
	uint8_t tag[64];
	size_t f, i;

	(void)state;
	for (vectors_open(&v, "rfc4231.txt"); vectors_next(&v);)
		for (f = 0; f < N_FUNCTIONS; f++)
			for (i = 0; i < 2; i++) {
				make_tag(functions[f].names[i], f, vectors_field(&v, 2), vectors_field(&v, 3), tag);
				vectors_expect_bytes(&v, tag, vectors_field(&v, functions[f].rfc4231_field));
			}
	vectors_close(&v);
}

static void
wycheproof_tags_are_told_apart(void **state)
{
	struct vectors v;
	uint8_t tag[64];
	size_t f;

	(void)state;
	for (f = 0; f < N_FUNCTIONS; f++) {
		for (vectors_open(&v, functions[f].wycheproof); vectors_next(&v);) {
			struct slice given = vectors_field(&v, 4);

			make_tag(functions[f].names[0], f, vectors_field(&v, 2), vectors_field(&v, 3), tag);
			assert_int_equal(given.n, mac_find(slice_str(functions[f].names[0]))->tag_len);
			vectors_expect(&v, memcmp(tag, given.p, given.n) == 0, vectors_is(&v, "good"));
		}
		vectors_close(&v);
	}
}

static void
a_state_gives_the_same_tag_again(void **state)
{
	const struct mac *mac;

	(void)state;
	for (mac = mac_table; mac->name != NULL; mac++) {
		uint8_t key[64] = {1, 2, 3}, first[64], again[64], other[64];
		struct mac_state st;

		assert_int_equal(mac->init(&st, key), 0);
		assert_int_equal(mac->tag(&st, 7, (const uint8_t *)"packet", 6, first), 0);
		assert_int_equal(mac->tag(&st, 8, (const uint8_t *)"packet", 6, other), 0);
		assert_int_equal(mac->tag(&st, 7, (const uint8_t *)"packet", 6, again), 0);
		assert_memory_equal(first, again, mac->tag_len);
		assert_memory_not_equal(first, other, mac->tag_len);
		mac->wipe(&st);
	}
}

static void
a_wiped_state_holds_nothing(void **state)
{
	static const struct mac_state nothing = {{0}};
	const struct mac *mac;

	(void)state;
	for (mac = mac_table; mac->name != NULL; mac++) {
		uint8_t key[64] = {1, 2, 3};
		struct mac_state st = nothing;

		assert_int_equal(mac->init(&st, key), 0);
		assert_memory_not_equal(&st, &nothing, sizeof(st));
		mac->wipe(&st);
		assert_memory_equal(&st, &nothing, sizeof(st));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc4231_examples_come_out),
	    cmocka_unit_test(wycheproof_tags_are_told_apart),
	    cmocka_unit_test(a_state_gives_the_same_tag_again),
	    cmocka_unit_test(a_wiped_state_holds_nothing),
	};

	return cmocka_run_group_tests_name("crypto/mac", tests, NULL, NULL);
}
