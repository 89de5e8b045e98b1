/* UMAC by itself, against RFC 4418's appendix and Nettle: lengths around groups and chunks, nonces around the halves of
 * a pad. */
#include "umac.h"
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t
nonce_of(struct slice s)
{
	uint64_t nonce = 0;
	size_t i;

	assert_int_equal(s.n, 8);
	for (i = 0; i < s.n; i++)
		nonce = nonce << 8 | s.p[i];
	return nonce;
}

/* A message of exactly its size, `shift` bytes behind where an allocation begins. */
static uint8_t *
message_of(struct vectors *v, size_t shift, size_t *n)
{
	struct slice unit = vectors_field(v, 3);
	size_t i, count = strtoul(v->word[4], NULL, 10);
	uint8_t *p;

	*n = unit.n * count;
	p = malloc(shift + *n + 1);
	assert_non_null(p);
	for (i = 0; i < count && unit.n > 0; i++)
		memcpy(p + shift + i * unit.n, unit.p, unit.n);
	return p;
}

static void
check(struct vectors *v, size_t tag_len, size_t shift)
{
	struct slice wanted = vectors_field(v, tag_len == 8 ? 5 : 6);
	size_t n;
	uint8_t tag[17] = {0}, *p = message_of(v, shift, &n);
	struct umac u;

	assert_int_equal(wanted.n, tag_len);
	tag[tag_len] = 0xa5;
	vectors_expect(v, umac_init(&u, vectors_field(v, 1).p, tag_len), 0);
	vectors_expect(v, umac_tag(&u, nonce_of(vectors_field(v, 2)), p + shift, n, tag), 0);
	vectors_expect_bytes(v, tag, wanted);
	assert_int_equal(tag[tag_len], 0xa5);
	umac_wipe(&u);
	free(p);
}

static void
published_tags_come_out(void **state)
{
	struct vectors v;

	(void)state;
	for (vectors_open(&v, "umac.txt"); vectors_next(&v);) {
		check(&v, 8, 0);
		check(&v, 16, 0);
	}
	vectors_close(&v);
}

static void
a_message_may_begin_anywhere(void **state)
{
	struct vectors v;
	size_t shift;

	(void)state;
	for (vectors_open(&v, "umac.txt"); vectors_next(&v);)
		for (shift = 1; shift < 8 && strtoul(v.word[4], NULL, 10) < 5000; shift++) {
			check(&v, 8, shift);
			check(&v, 16, shift);
		}
	vectors_close(&v);
}

static void
a_message_that_needs_another_polynomial_is_refused(void **state)
{
	static const uint8_t key[UMAC_KEY_LEN] = {1};
	uint8_t tag[16], *p = calloc(1, UMAC_MESSAGE_MAX + 1);
	struct umac u;

	(void)state;
	assert_non_null(p);
	assert_int_equal(umac_init(&u, key, 16), 0);
	assert_int_equal(umac_tag(&u, 0, p, UMAC_MESSAGE_MAX, tag), 0);
	assert_int_equal(umac_tag(&u, 0, p, UMAC_MESSAGE_MAX + 1, tag), NACRE_E_LIMIT);
	umac_wipe(&u);
	free(p);
}

/* Words from 2^64 - 2^32 on take the marker. A chunk's hash is such a word once in 2^32 times, so the key that makes
 * one is put in place: with all key words 0, NH of a chunk is its length plus the products of its words. */
static uint64_t
slow_poly(uint64_t k, const uint64_t *m, size_t n)
{
	__extension__ typedef unsigned __int128 wide;
	const uint64_t p64 = UINT64_MAX - 58;
	wide y = 1;
	size_t i;

	for (i = 0; i < n; i++) {
		if (m[i] >= UINT64_C(0xffffffff00000000)) {
			y = (y * k + (p64 - 1)) % p64;
			y = (y * k + (m[i] - 59)) % p64;
			continue;
		}
		y = (y * k + m[i]) % p64;
	}
	return (uint64_t)y;
}

/* RFC 4418 5.4 as it is written. */
static uint32_t
slow_fold(const struct umac *u, uint64_t y)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < 4; i++)
		sum = (sum + (y >> (48 - 16 * i) & 0xffff) * u->inner_key[0][i]) % UINT64_C(0xffffffffb);
	return (uint32_t)sum ^ u->inner_mask[0];
}

static void
put_le32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

/* A chunk whose NH is 8192 + a * b + c * d. */
static void
fill_chunk(uint8_t chunk[1024], uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	memset(chunk, 0, 1024);
	put_le32(chunk, a);
	put_le32(chunk + 16, b);
	put_le32(chunk + 4, c);
	put_le32(chunk + 20, d);
}

static void
words_near_the_end_of_their_range_are_marked(void **state)
{
	/* a * b + c * d + 8192: 2^64 - 2^33 + 1 + 8192 and what takes it up to and over the range. */
	static const uint32_t rows[][4] = {
	    {UINT32_MAX, UINT32_MAX, 0, 0},
	    {UINT32_MAX, UINT32_MAX, 1, UINT32_MAX - 8192},
	    {UINT32_MAX, UINT32_MAX, 1, UINT32_MAX - 8191},
	    {UINT32_MAX, UINT32_MAX, 1, UINT32_MAX},
	    {UINT32_MAX, UINT32_MAX, 2, UINT32_MAX - 4096},
	    {UINT32_MAX, UINT32_MAX, 2, UINT32_MAX - 4097},
	    {UINT32_MAX, UINT32_MAX, 2, UINT32_MAX - 4100},
	    {0, 0, 0, 0},
	};
	static const uint8_t key[UMAC_KEY_LEN] = "abcdefghijklmnop";
	uint8_t message[3 * 1024], with[16], without[16];
	uint64_t words[3];
	unsigned large = 0;
	struct umac u;
	size_t i, j;

	(void)state;
	assert_int_equal(umac_init(&u, key, 16), 0);
	memset(u.nh_key, 0, sizeof(u.nh_key));
	for (i = 0; i < 8; i++)
		for (j = 0; j < 3; j++) {
			const uint32_t *row = rows[(i + j) % 8];

			fill_chunk(message + 1024 * j, row[0], row[1], row[2], row[3]);
			words[j] = (uint64_t)row[0] * row[1] + (uint64_t)row[2] * row[3] + 8192;
			large += words[j] >= UINT64_C(0xffffffff00000000);
			if (j < 2)
				continue;
			assert_int_equal(umac_tag(&u, 5, message, sizeof(message), with), 0);
			/* The pad falls out of the difference to a message whose hash is known: the empty one. */
			assert_int_equal(umac_tag(&u, 5, message, 0, without), 0);
			put_le32(with,
			    slow_fold(&u, slow_poly(u.poly_key[0], words, 3)) ^
				((uint32_t)with[0] << 24 | (uint32_t)with[1] << 16 | (uint32_t)with[2] << 8 | with[3]));
			put_le32(without, slow_fold(&u, 0) ^ ((uint32_t)without[0] << 24 | (uint32_t)without[1] << 16 |
								 (uint32_t)without[2] << 8 | without[3]));
			assert_memory_equal(with, without, 4);
		}
	assert_true(large >= 9);
	umac_wipe(&u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published_tags_come_out),
	    cmocka_unit_test(a_message_may_begin_anywhere),
	    cmocka_unit_test(a_message_that_needs_another_polynomial_is_refused),
	    cmocka_unit_test(words_near_the_end_of_their_range_are_marked),
	};

	return cmocka_run_group_tests_name("crypto/umac", tests, NULL, NULL);
}
