/* HMAC as SSH uses it, against RFC 4231, RFC 2202 and Wycheproof. The sequence number stands in for a message's first four
 * bytes; a key shorter than SSH's is the same key with zeros behind it (RFC 2104 2). */
#include "buf.h"
#include "cipher.h"
#include "hash.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
	const char *names[4];
	enum hash_id hash;
	size_t block_len;
	const char *wycheproof; /* NULL for the old functions */
	size_t rfc4231_field;
} functions[] = {
    {{"hmac-sha2-256", "hmac-sha2-256-etm@openssh.com"}, HASH_SHA256, 64, "hmac_sha256.txt", 4},
    {{"hmac-sha2-512", "hmac-sha2-512-etm@openssh.com"}, HASH_SHA512, 128, "hmac_sha512.txt", 5},
    {{"hmac-sha1", "hmac-sha1-etm@openssh.com", "hmac-sha1-96", "hmac-sha1-96-etm@openssh.com"}, HASH_SHA1, 64, NULL, 0},
    {{"hmac-md5", "hmac-md5-etm@openssh.com", "hmac-md5-96", "hmac-md5-96-etm@openssh.com"}, HASH_MD5, 64, NULL, 0},
};
#define N_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))
#define N_NEW 2

static struct test_env world;

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
	memset(tag, 0xa5, 64);
	assert_int_equal(mac->init(&st, &world.env, fitted), 0);
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
		for (f = 0; f < N_NEW; f++)
			for (i = 0; i < 2; i++) {
				make_tag(functions[f].names[i], f, vectors_field(&v, 2), vectors_field(&v, 3), tag);
				vectors_expect_bytes(&v, tag, vectors_field(&v, functions[f].rfc4231_field));
			}
	vectors_close(&v);
}

/* The short forms give the first 12 bytes of the same tag, and write no byte more. */
static void
check_old(struct vectors *v, size_t f, const char *name)
{
	size_t tag_len = mac_find(slice_str(name))->tag_len;
	struct slice wanted = vectors_field(v, 4);
	uint8_t tag[64];

	assert_int_equal(wanted.n, hash_len(functions[f].hash));
	assert_int_equal(tag_len, strstr(name, "-96") == NULL ? wanted.n : 12);
	make_tag(name, f, vectors_field(v, 2), vectors_field(v, 3), tag);
	vectors_expect_bytes(v, tag, slice_of(wanted.p, tag_len));
	assert_int_equal(tag[tag_len], 0xa5);
}

static void
rfc2202_examples_come_out(void **state)
{
	struct vectors v;
	size_t f, i;

	(void)state;
	for (vectors_open(&v, "rfc2202.txt"); vectors_next(&v);)
		for (f = N_NEW; f < N_FUNCTIONS; f++)
			for (i = 0; i < 4 && vectors_is(&v, functions[f].names[0]); i++)
				check_old(&v, f, functions[f].names[i]);
	vectors_close(&v);
}

static void
wycheproof_tags_are_told_apart(void **state)
{
	struct vectors v;
	uint8_t tag[64];
	size_t f;

	(void)state;
	for (f = 0; f < N_NEW; f++) {
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

		assert_int_equal(mac->init(&st, &world.env, key), 0);
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

		assert_int_equal(mac->init(&st, &world.env, key), 0);
		assert_memory_not_equal(&st, &nothing, sizeof(st));
		mac->wipe(&st);
		assert_memory_equal(&st, &nothing, sizeof(st));
		mac->wipe(&st);
	}
	assert_int_equal(world.live_blocks, 0);
	assert_int_equal(world.wrong_sizes, 0);
}

/* What a MAC keeps outside its state holds no key when it goes back, and is missed in good order. */
static void
memory_of_a_mac_is_wiped_and_may_be_missing(void **state)
{
	static const struct mac_state nothing = {{0}};
	const struct mac *mac = mac_find(SLICE_LIT("umac-128@openssh.com"));
	uint8_t key[64] = {1, 2, 3}, secret[8];
	struct mac_state st = nothing;

	(void)state;
	assert_int_equal(mac->init(&st, &world.env, key), 0);
	assert_true(world.live_blocks == 1);
	mac->wipe(&st);
	world.fail_at = world.allocations + 1;
	assert_int_equal(mac->init(&st, &world.env, key), NACRE_E_NOMEM);
	mac->wipe(&st);
	world.fail_at = 0;
	/* RFC 4418's appendix: the NH key of this key begins so (in words, as it is kept). */
	memcpy(secret, (const uint32_t[]){UINT32_C(0xacd79b4f), UINT32_C(0xc6dfeca2)}, 4);
	memcpy(key, "abcdefghijklmnop", 16);
	world.secret = secret;
	world.secret_len = 4;
	assert_int_equal(mac->init(&st, &world.env, key), 0);
	mac->wipe(&st);
	assert_int_equal(world.secret_leaks, 0);
	world.secret = NULL;
}

static int
begin(void **state)
{
	(void)state;
	test_env_init(&world, 3);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc4231_examples_come_out),
	    cmocka_unit_test(rfc2202_examples_come_out),
	    cmocka_unit_test(wycheproof_tags_are_told_apart),
	    cmocka_unit_test(a_state_gives_the_same_tag_again),
	    cmocka_unit_test(a_wiped_state_holds_nothing),
	    cmocka_unit_test(memory_of_a_mac_is_wiped_and_may_be_missing),
	};

	return cmocka_run_group_tests_name("crypto/mac", tests, begin, NULL);
}
