/* SHA-1 and SHA-2 against NIST's examples, in one piece and in many. */
#include "hash.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
	const char *name;
	enum hash_id id;
	size_t len;
	const char *million; /* the digest of a million times "a", its first bytes */
} functions[] = {
    {"md5", HASH_MD5, 16, "\x77\x07\xd6\xae\x4e\x02\x7c\x70"},
    {"sha1", HASH_SHA1, 20, "\x34\xaa\x97\x3c\xd4\xc4\xda\xa4"},
    {"sha256", HASH_SHA256, 32, "\xcd\xc7\x6e\x5c\x99\x14\xfb\x92"},
    {"sha384", HASH_SHA384, 48, "\x9d\x0e\x18\x09\x71\x64\x74\xcb"},
    {"sha512", HASH_SHA512, 64, "\xe7\x18\x48\x3d\x0c\xe7\x69\x64"},
};
#define N_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static size_t
function_of(const struct vectors *v)
{
	size_t i;

	for (i = 0; i < N_FUNCTIONS; i++)
		if (vectors_is(v, functions[i].name))
			return i;
	fail_msg("%s:%u: unknown function", v->name, v->line);
	return 0;
}

static void
nist_examples_come_out(void **state)
{
	uint8_t digest[HASH_MAX_LEN];
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "sha.txt"); vectors_next(&v);) {
		size_t i = function_of(&v);
		struct slice wanted = vectors_field(&v, 2);

		assert_int_equal(wanted.n, functions[i].len);
		assert_int_equal(hash_len(functions[i].id), functions[i].len);
		vectors_expect(&v, hash_once(functions[i].id, vectors_field(&v, 1), digest), 0);
		vectors_expect_bytes(&v, digest, wanted);
	}
	vectors_close(&v);
}

static void
every_way_to_cut_a_message_gives_the_same(void **state)
{
	uint8_t digest[HASH_MAX_LEN];
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "sha.txt"); vectors_next(&v);) {
		struct slice message = vectors_field(&v, 1);
		size_t cut;

		for (cut = 0; cut <= message.n; cut++) {
			struct hash h;

			vectors_expect(&v, hash_init(&h, functions[function_of(&v)].id), 0);
			vectors_expect(&v, hash_update(&h, slice_of(message.p, cut)), 0);
			vectors_expect(&v, hash_update(&h, SLICE_NONE), 0);
			vectors_expect(&v, hash_update(&h, slice_from(message, cut)), 0);
			vectors_expect(&v, hash_final(&h, digest), 0);
			vectors_expect_bytes(&v, digest, vectors_field(&v, 2));
		}
	}
	vectors_close(&v);
}

static void
a_million_letters_come_out(void **state)
{
	uint8_t letters[1000], digest[HASH_MAX_LEN];
	struct hash h;
	size_t i, j;

	(void)state;
	memset(letters, 'a', sizeof(letters));
	for (i = 0; i < N_FUNCTIONS; i++) {
		assert_int_equal(hash_init(&h, functions[i].id), 0);
		for (j = 0; j < 1000; j++)
			assert_int_equal(hash_update(&h, slice_of(letters, sizeof(letters))), 0);
		assert_int_equal(hash_final(&h, digest), 0);
		assert_memory_equal(digest, functions[i].million, 8);
	}
}

static void
a_finished_or_wiped_hash_holds_nothing(void **state)
{
	static const struct hash nothing = {.id = HASH_NONE};
	uint8_t digest[HASH_MAX_LEN];
	struct hash h;
	size_t i;

	(void)state;
	for (i = 0; i < N_FUNCTIONS; i++) {
		assert_int_equal(hash_init(&h, functions[i].id), 0);
		assert_int_equal(hash_update(&h, SLICE_LIT("secret")), 0);
		hash_wipe(&h);
		assert_memory_equal(&h, &nothing, sizeof(h));
		assert_int_equal(hash_init(&h, functions[i].id), 0);
		assert_int_equal(hash_final(&h, digest), 0);
		assert_memory_equal(&h, &nothing, sizeof(h));
		hash_wipe(&h);
	}
}

static void
no_function_is_no_hash(void **state)
{
	uint8_t digest[HASH_MAX_LEN];
	struct hash h = {.id = HASH_NONE};

	(void)state;
	assert_int_equal(hash_len(HASH_NONE), 0);
	assert_int_equal(hash_init(&h, HASH_NONE), NACRE_E_UNSUPPORTED);
	assert_int_equal(hash_update(&h, SLICE_LIT("x")), NACRE_E_MISUSE);
	assert_int_equal(hash_final(&h, digest), NACRE_E_MISUSE);
	assert_int_equal(hash_once(HASH_NONE, SLICE_LIT("x"), digest), NACRE_E_UNSUPPORTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nist_examples_come_out),
	    cmocka_unit_test(every_way_to_cut_a_message_gives_the_same),
	    cmocka_unit_test(a_million_letters_come_out),
	    cmocka_unit_test(a_finished_or_wiped_hash_holds_nothing),
	    cmocka_unit_test(no_function_is_no_hash),
	};

	return cmocka_run_group_tests_name("crypto/hash", tests, NULL, NULL);
}
