/* Compression by itself: payloads of every kind and size, streams that go on, bombs, garbage, missing memory. */
#include "bounds.h"
#include "compress.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define MOST LIMIT_PAYLOAD_OUT

struct ends {
	struct test_env te;
	struct compress out, in;
	uint8_t *plain, *packed;
	size_t packed_n;
};

static void
begin(struct ends *e)
{
	const struct compression *row = compression_find(SLICE_LIT("zlib@openssh.com"));

	assert_non_null(row);
	test_env_init(&e->te, 8);
	compress_init(&e->out, &e->te.env, true);
	compress_init(&e->in, &e->te.env, false);
	compress_switch(&e->out, row);
	compress_switch(&e->in, row);
	e->plain = malloc(MOST);
	e->packed = malloc(compress_bound(LIMIT_PACKET * 2));
	assert_true(e->plain != NULL && e->packed != NULL);
}

static void
end(struct ends *e)
{
	compress_free(&e->out);
	compress_free(&e->in);
	free(e->plain);
	free(e->packed);
	assert_int_equal(e->te.live_blocks, 0);
	assert_int_equal(e->te.wrong_sizes, 0);
}

enum filling { ZEROS, WORDS, NOISE, FILLINGS };

static void
fill(struct ends *e, enum filling filling, size_t n)
{
	size_t i;

	if (filling == NOISE)
		assert_int_equal(e->te.env.random(&e->te, e->plain, n), 0);
	for (i = 0; i < n && filling != NOISE; i++)
		e->plain[i] = filling == ZEROS ? 0 : (uint8_t) "a grain of sand in the mantle of an oyster "[i % 43];
}

/* What is packed is unpacked at once: the flush leaves nothing behind. */
static void
send(struct ends *e, size_t n)
{
	struct slice got;

	assert_int_equal(compress_pack(&e->out, slice_of(e->plain, n), e->packed, &e->packed_n), 0);
	assert_true(e->packed_n > 0 && e->packed_n < compress_bound(n));
	assert_int_equal(compress_unpack(&e->in, slice_of(e->packed, e->packed_n), &got), 0);
	assert_int_equal(got.n, n);
	assert_memory_equal(got.p, e->plain, n);
}

static void
payloads_of_every_kind_and_size_come_back(void **state)
{
	static const size_t sizes[] = {1, 2, 5, 100, 1000, 8191, 16384, 16385, 32768 + 9, MOST};
	enum filling filling;
	struct ends e;
	size_t i;

	(void)state;
	begin(&e);
	for (filling = ZEROS; filling < FILLINGS; filling++)
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			fill(&e, filling, sizes[i]);
			send(&e, sizes[i]);
		}
	for (i = 0; i < 3000; i++) {
		size_t n = 1 + test_below(&e.te, i % 100 == 0 ? MOST : 300);

		fill(&e, (enum filling)test_below(&e.te, FILLINGS), n);
		send(&e, n);
	}
	end(&e);
}

static void
what_was_said_before_is_not_said_again(void **state)
{
	struct ends e;
	size_t first;

	(void)state;
	begin(&e);
	fill(&e, NOISE, 2000);
	send(&e, 2000);
	first = e.packed_n;
	send(&e, 2000);
	assert_true(first > 2000 && e.packed_n < 100);
	compress_switch(&e.out, e.out.row);
	compress_switch(&e.in, e.in.row);
	send(&e, 2000);
	assert_int_equal(e.packed_n, first); /* new keys: as at first */
	end(&e);
}

static void
a_steady_flow_allocates_nothing(void **state)
{
	uint64_t before;
	struct ends e;
	int i;

	(void)state;
	begin(&e);
	fill(&e, WORDS, MOST);
	for (i = 0; i < 4; i++)
		send(&e, MOST);
	before = e.te.allocations;
	for (i = 0; i < 100; i++)
		send(&e, MOST);
	assert_int_equal(e.te.allocations, before);
	end(&e);
}

/* Packs n zeros as one packet, whatever their number. */
static size_t
pack_zeros(struct ends *e, size_t n)
{
	uint8_t *zeros = calloc(1, n);
	size_t packed_n = 0;

	assert_non_null(zeros);
	assert_int_equal(compress_pack(&e->out, slice_of(zeros, n), e->packed, &packed_n), 0);
	free(zeros);
	return packed_n;
}

static void
a_bomb_is_refused_at_the_limit(void **state)
{
	struct slice got;
	struct ends e;
	size_t n;

	(void)state;
	begin(&e);
	n = pack_zeros(&e, LIMIT_PACKET - 1);
	assert_true(n < 2000);
	assert_int_equal(compress_unpack(&e.in, slice_of(e.packed, n), &got), 0);
	assert_int_equal(got.n, LIMIT_PACKET - 1);
	n = pack_zeros(&e, LIMIT_PACKET * 2);
	assert_int_equal(compress_unpack(&e.in, slice_of(e.packed, n), &got), NACRE_E_LIMIT);
	assert_int_equal(got.n, 0);
	assert_true(e.te.peak_bytes < 3 * LIMIT_PACKET + 300000);
	end(&e);
}

static void
a_changed_stream_never_gives_more_than_the_limit(void **state)
{
	unsigned refused = 0;
	struct slice got;
	struct ends e;
	size_t at, n;

	(void)state;
	begin(&e);
	fill(&e, WORDS, 300);
	assert_int_equal(compress_pack(&e.out, slice_of(e.plain, 300), e.packed, &n), 0);
	for (at = 0; at < n * 8; at++) {
		e.packed[at / 8] ^= (uint8_t)(1u << at % 8);
		compress_switch(&e.in, e.in.row);
		refused += compress_unpack(&e.in, slice_of(e.packed, n), &got) != 0;
		assert_true(got.n <= LIMIT_PACKET);
		e.packed[at / 8] ^= (uint8_t)(1u << at % 8);
	}
	assert_true(refused > n);
	compress_switch(&e.in, e.in.row);
	assert_int_equal(compress_unpack(&e.in, slice_of(e.packed, n), &got), 0);
	assert_int_equal(got.n, 300);
	end(&e);
}

static void
bytes_behind_the_streams_end_are_refused(void **state)
{
	/* RFC 1950: a stream of one stored block "x", which ends; and a byte. */
	static const uint8_t ended[] = {0x78, 0x9c, 0x01, 1, 0, 0xfe, 0xff, 'x', 0, 0x79, 0, 0x79, 0};
	struct slice got;
	struct ends e;

	(void)state;
	begin(&e);
	assert_int_equal(compress_unpack(&e.in, slice_of(ended, 8), &got), 0);
	assert_true(got.n == 1 && got.p[0] == 'x');
	assert_int_equal(compress_unpack(&e.in, slice_of(ended + 8, sizeof(ended) - 8), &got), NACRE_E_FORMAT);
	compress_switch(&e.in, e.in.row);
	assert_int_equal(compress_unpack(&e.in, slice_of(ended, sizeof(ended)), &got), NACRE_E_FORMAT);
	end(&e);
}

/* What is cut off gives less, and what follows does not mend it. */
static void
a_truncated_packet_gives_less(void **state)
{
	struct slice got;
	struct ends e;
	size_t n, k;

	(void)state;
	begin(&e);
	fill(&e, NOISE, 400);
	assert_int_equal(compress_pack(&e.out, slice_of(e.plain, 400), e.packed, &n), 0);
	for (k = 0; k < n - 10; k++) {
		compress_switch(&e.in, e.in.row);
		if (compress_unpack(&e.in, slice_of(e.packed, k), &got) == 0)
			assert_true(got.n < 400);
	}
	end(&e);
}

static void
missing_memory_is_an_error(void **state)
{
	struct slice got;
	struct ends e;
	uint64_t k;
	size_t n;
	int r = NACRE_E_NOMEM;

	(void)state;
	begin(&e);
	fill(&e, WORDS, 30000);
	for (k = 1; r == NACRE_E_NOMEM && k < 40; k++) {
		compress_free(&e.out);
		compress_free(&e.in);
		e.te.fail_at = e.te.allocations + k;
		r = compress_pack(&e.out, slice_of(e.plain, 30000), e.packed, &n);
		if (r == 0)
			r = compress_unpack(&e.in, slice_of(e.packed, n), &got);
	}
	assert_int_equal(r, 0);
	assert_true(k > 8 && got.n == 30000);
	e.te.fail_at = 0;
	end(&e);
}

static void
what_was_sent_is_wiped(void **state)
{
	static const char secret[] = "a grain of sand that nobody else may ever find";
	struct ends e;

	(void)state;
	begin(&e);
	memcpy(e.plain, secret, sizeof(secret));
	e.te.secret = secret;
	e.te.secret_len = sizeof(secret) - 1;
	send(&e, sizeof(secret));
	end(&e);
	assert_int_equal(e.te.secret_leaks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(payloads_of_every_kind_and_size_come_back),
	    cmocka_unit_test(what_was_said_before_is_not_said_again),
	    cmocka_unit_test(a_steady_flow_allocates_nothing),
	    cmocka_unit_test(a_bomb_is_refused_at_the_limit),
	    cmocka_unit_test(a_changed_stream_never_gives_more_than_the_limit),
	    cmocka_unit_test(bytes_behind_the_streams_end_are_refused),
	    cmocka_unit_test(a_truncated_packet_gives_less),
	    cmocka_unit_test(missing_memory_is_an_error),
	    cmocka_unit_test(what_was_sent_is_wiped),
	};

	return cmocka_run_group_tests_name("transport/compress", tests, NULL, NULL);
}
