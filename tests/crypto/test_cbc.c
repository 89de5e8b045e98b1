/* CBC through the rows: NIST's examples in both directions, and a chain that runs on across calls. */
#include "cipher.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define TEXT_MAX 64

static struct test_env world;

static const struct cipher *
begin(struct vectors *v, struct cipher_state *st, bool seal)
{
	const struct cipher *row = cipher_find(slice_str(v->word[0]));

	assert_non_null(row);
	assert_int_equal(vectors_field(v, 1).n, row->key_len);
	assert_int_equal(vectors_field(v, 2).n, row->iv_len);
	assert_int_equal(vectors_field(v, 3).n % row->block_len, 0);
	memset(st, 0, sizeof(*st));
	vectors_expect(v, row->init(st, &world.env, vectors_field(v, 1).p, vectors_field(v, 2).p, seal), 0);
	return row;
}

/* The text in two calls, cut at a block. */
static void
check(struct vectors *v, bool seal, size_t cut)
{
	struct slice from = vectors_field(v, seal ? 3 : 4), to = vectors_field(v, seal ? 4 : 3);
	struct cipher_state st;
	const struct cipher *row = begin(v, &st, seal);
	uint8_t text[TEXT_MAX];

	assert_true(from.n == to.n && from.n <= sizeof(text));
	memcpy(text, from.p, from.n);
	vectors_expect(v, row->crypt(&st, text, cut), 0);
	vectors_expect(v, row->crypt(&st, text + cut, from.n - cut), 0);
	vectors_expect_bytes(v, text, to);
	row->wipe(&st);
}

static void
published_examples_come_out_however_they_are_cut(void **state)
{
	struct vectors v;
	size_t cut;

	(void)state;
	for (vectors_open(&v, "cbc.txt"); vectors_next(&v);)
		for (cut = 0; cut <= vectors_field(&v, 3).n; cut += cipher_find(slice_str(v.word[0]))->block_len) {
			check(&v, true, cut);
			check(&v, false, cut);
		}
	vectors_close(&v);
}

static void
a_part_of_a_block_is_refused(void **state)
{
	struct cipher_state st;
	const struct cipher *row;
	uint8_t text[TEXT_MAX] = {0};
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "cbc.txt"); vectors_next(&v);) {
		row = begin(&v, &st, true);
		vectors_expect(&v, row->crypt(&st, text, row->block_len - 1u), NACRE_E_CRYPTO);
		vectors_expect(&v, row->crypt(&st, text, row->block_len), 0);
		row->wipe(&st);
	}
	vectors_close(&v);
}

static int
begin_all(void **state)
{
	(void)state;
	test_env_init(&world, 4);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published_examples_come_out_however_they_are_cut),
	    cmocka_unit_test(a_part_of_a_block_is_refused),
	};

	return cmocka_run_group_tests_name("crypto/cbc", tests, begin_all, NULL);
}
