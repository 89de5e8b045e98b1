/* SHA-3 and SHAKE against NIST's examples and messages of every length around the ends of blocks. */
#include "keccak.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MOST 1024

static const struct {
	const char *name;
	const struct keccak_kind *kind;
} functions[] = {
    {"sha3-256", &keccak_sha3_256},
    {"sha3-512", &keccak_sha3_512},
    {"shake128", &keccak_shake128},
    {"shake256", &keccak_shake256},
};

static struct keccak_kind
kind_of(const struct vectors *v)
{
	size_t i;

	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (vectors_is(v, functions[i].name))
			return *functions[i].kind;
	fail_msg("%s:%u: no such function", v->name, v->line);
	return keccak_sha3_256;
}

static void
digests_come_out(void **state)
{
	uint8_t out[MOST];
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "sha3.txt"); vectors_next(&v);) {
		struct slice wanted = vectors_field(&v, 2);

		assert_true(wanted.n <= sizeof(out));
		keccak_hash(kind_of(&v), vectors_field(&v, 1), SLICE_NONE, out, wanted.n);
		vectors_expect_bytes(&v, out, wanted);
	}
	vectors_close(&v);
}

/* In pieces of 1, 2, 3... bytes in and out: the same bytes as at once. */
static void
pieces_give_what_the_whole_gives(void **state)
{
	uint8_t out[MOST];
	struct vectors v;
	struct keccak k;
	size_t at, step;

	(void)state;
	for (vectors_open(&v, "sha3.txt"); vectors_next(&v);) {
		struct slice message = vectors_field(&v, 1), wanted = vectors_field(&v, 2);

		keccak_init(&k, kind_of(&v));
		for (at = 0, step = 1; at < message.n; at += step++)
			keccak_absorb(&k, slice_of(message.p + at, step < message.n - at ? step : message.n - at));
		keccak_finish(&k);
		for (at = 0, step = 1; at < wanted.n; at += step++)
			keccak_squeeze(&k, out + at, step < wanted.n - at ? step : wanted.n - at);
		vectors_expect_bytes(&v, out, wanted);
		keccak_wipe(&k);
	}
	vectors_close(&v);
}

static void
a_wiped_sponge_holds_nothing(void **state)
{
	static const struct keccak nothing;
	struct keccak k;

	(void)state;
	keccak_init(&k, keccak_sha3_256);
	keccak_absorb(&k, SLICE_LIT("a secret"));
	assert_memory_not_equal(&k, &nothing, sizeof(k));
	keccak_wipe(&k);
	assert_memory_equal(&k, &nothing, sizeof(k));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digests_come_out),
	    cmocka_unit_test(pieces_give_what_the_whole_gives),
	    cmocka_unit_test(a_wiped_sponge_holds_nothing),
	};

	return cmocka_run_group_tests_name("crypto/keccak", tests, NULL, NULL);
}
