/* AES in counter mode through the rows: SP 800-38A's examples, counters that carry, and packets cut anywhere. */
#include "cipher.h"
#include "test_env.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
begin(struct vectors *v, const struct cipher **row, struct cipher_state *st)
{
	struct test_env t;
	struct slice key = vectors_field(v, 1), iv = vectors_field(v, 2);

	test_env_init(&t, 1);
	*row = cipher_find(slice_str(v->word[0]));
	assert_non_null(*row);
	assert_int_equal(key.n, (*row)->key_len);
	assert_int_equal(iv.n, (*row)->iv_len);
	memset(st, 0, sizeof(*st));
	vectors_expect(v, (*row)->init(st, &t.env, key.p, iv.p, true), 0);
}

static void
published_examples_come_out(void **state)
{
	const struct cipher *row;
	struct cipher_state st;
	struct vectors v;
	uint8_t text[64];

	(void)state;
	for (vectors_open(&v, "aes_ctr.txt"); vectors_next(&v);) {
		assert_int_equal(vectors_field(&v, 3).n, sizeof(text));
		memcpy(text, vectors_field(&v, 3).p, sizeof(text));
		begin(&v, &row, &st);
		vectors_expect(&v, row->crypt(&st, text, sizeof(text)), 0);
		vectors_expect_bytes(&v, text, vectors_field(&v, 4));
		row->wipe(&st);
		begin(&v, &row, &st);
		vectors_expect(&v, row->crypt(&st, text, sizeof(text)), 0);
		vectors_expect_bytes(&v, text, vectors_field(&v, 3));
		row->wipe(&st);
	}
	vectors_close(&v);
}

static void
the_counter_runs_on_across_calls(void **state)
{
	const struct cipher *row;
	struct cipher_state st;
	struct vectors v;
	uint8_t text[64];
	size_t cut;

	(void)state;
	for (vectors_open(&v, "aes_ctr.txt"); vectors_next(&v);)
		for (cut = 0; cut <= sizeof(text); cut++) {
			memcpy(text, vectors_field(&v, 3).p, sizeof(text));
			begin(&v, &row, &st);
			vectors_expect(&v, row->crypt(&st, text, cut), 0);
			vectors_expect(&v, row->crypt(&st, text + cut, sizeof(text) - cut), 0);
			vectors_expect_bytes(&v, text, vectors_field(&v, 4));
			row->wipe(&st);
		}
	vectors_close(&v);
}

static void
a_wiped_state_holds_nothing(void **state)
{
	static const struct cipher_state nothing = {{0}};
	const struct cipher *row;
	struct test_env t;

	(void)state;
	test_env_init(&t, 1);
	for (row = cipher_table; row->name != NULL; row++) {
		uint8_t key[CIPHER_KEY_MAX] = {1, 2, 3}, iv[CIPHER_IV_MAX] = {4, 5, 6};
		struct cipher_state st = nothing;

		row->wipe(&st);
		assert_int_equal(row->init(&st, &t.env, key, iv, true), 0);
		assert_memory_not_equal(&st, &nothing, sizeof(st));
		row->wipe(&st);
		assert_memory_equal(&st, &nothing, sizeof(st));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published_examples_come_out),
	    cmocka_unit_test(the_counter_runs_on_across_calls),
	    cmocka_unit_test(a_wiped_state_holds_nothing),
	};

	return cmocka_run_group_tests_name("crypto/ctr", tests, NULL, NULL);
}
