/* Lanes: packets of every cipher sealed by one and opened by another; padding, sequence numbers, worn keys, landings. */
#include "bounds.h"
#include "lane.h"
#include "buf.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct ends {
	struct test_env te;
	struct lane out, in;
	struct pad pad;
	struct inbox inbox;
	struct failure failure;
	uint8_t landed[70000];
	size_t landings;
};

static uint8_t *
land(void *ctx, size_t n)
{
	struct ends *e = ctx;

	e->landings++;
	return n <= sizeof(e->landed) ? e->landed : NULL;
}

static void
begin(struct ends *e, const struct cipher *cipher, const struct mac *mac)
{
	struct suite_keys keys;

	test_env_init(&e->te, 9);
	lane_init(&e->out);
	lane_init(&e->in);
	inbox_init(&e->inbox, &e->te.env);
	e->failure = (struct failure){.code = 0};
	e->landings = 0;
	assert_int_equal(pad_seed(&e->pad, &e->te.env), 0);
	assert_int_equal(e->te.env.random(&e->te, &keys, sizeof(keys)), 0);
	if (cipher == NULL)
		return;
	assert_int_equal(suite_init(&e->out.suite, &e->te.env, cipher, mac, &keys, true), 0);
	assert_int_equal(suite_init(&e->in.suite, &e->te.env, cipher, mac, &keys, false), 0);
}

static void
end(struct ends *e)
{
	lane_wipe(&e->out);
	lane_wipe(&e->in);
	inbox_free(&e->inbox);
	assert_int_equal(e->te.live_blocks, 0);
}

static void
put(struct ends *e, const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t room, k;
		uint8_t *space = inbox_space(&e->inbox, &room);

		assert_non_null(space);
		k = room < n ? room : n;
		memcpy(space, p, k);
		assert_true(inbox_add(&e->inbox, k));
		p += k;
		n -= k;
	}
}

/* Seals a payload of n bytes that count up; returns the packet's length. */
static size_t
seal(struct ends *e, uint8_t *pkt, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		pkt[LANE_PAYLOAD_OFFSET + i] = (uint8_t)(i + n);
	assert_int_equal(lane_seal(&e->out, &e->pad, pkt, n, pkt), 0);
	return lane_packet_len(&e->out, n);
}

static void
expect_open(struct ends *e, size_t n, bool with_landing)
{
	const struct landing landing = {e, with_landing ? land : NULL};
	struct slice payload;
	size_t used, i;

	assert_int_equal(lane_open(&e->in, &e->inbox, &landing, &payload, &used, &e->failure), 1);
	assert_int_equal(payload.n, n);
	for (i = 0; i < n; i++)
		assert_int_equal(payload.p[i], (uint8_t)(i + n));
	inbox_take(&e->inbox, used);
}

static void
packets_of_every_cipher_and_size_come_through(void **state)
{
	static const size_t sizes[] = {1, 2, 7, 8, 15, 16, 17, 100, 1000, 8190, 8200, 16384, 32768 + 9, LIMIT_PAYLOAD_OUT};
	static uint8_t pkt[LIMIT_PAYLOAD_OUT + 400];
	const struct cipher *c;
	const struct mac *m;
	struct ends *e = malloc(sizeof(*e));
	size_t i;

	(void)state;
	assert_non_null(e);
	for (c = cipher_table; c->name != NULL; c++)
		for (m = mac_table; m->name != NULL; m++) {
			begin(e, c, m);
			for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
				put(e, pkt, seal(e, pkt, sizes[i]));
				expect_open(e, sizes[i], i % 2 == 0);
			}
			assert_int_equal(e->in.seq, e->out.seq);
			end(e);
		}
	free(e);
}

static void
a_landing_is_asked_for_only_by_large_packets_of_an_aead(void **state)
{
	static const struct {
		const char *cipher;
		size_t n, landings;
	} rows[] = {
	    {"aes256-gcm@openssh.com", 32768, 1},
	    {"chacha20-poly1305@openssh.com", 32768, 1},
	    {"aes128-gcm@openssh.com", LANDING_LEAST - 100, 0},
	    {"aes128-ctr", 32768, 0},
	};
	static uint8_t pkt[40000];
	struct ends *e = malloc(sizeof(*e));
	size_t i;

	(void)state;
	assert_non_null(e);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(e, cipher_find(slice_str(rows[i].cipher)), mac_find(SLICE_LIT("hmac-sha2-256")));
		put(e, pkt, seal(e, pkt, rows[i].n));
		expect_open(e, rows[i].n, true);
		assert_int_equal(e->landings, rows[i].landings);
		end(e);
	}
	free(e);
}

/* RFC 4253 6: at least 4 bytes of padding, and the sum a multiple of the block; the length stands apart for an AEAD. */
static void
padding_fills_the_block(void **state)
{
	struct ends *e = malloc(sizeof(*e));
	const struct cipher *c;
	uint8_t pkt[700];
	size_t n;

	(void)state;
	assert_non_null(e);
	begin(e, NULL, NULL);
	for (n = 1; n < 300; n++) {
		assert_int_equal(lane_seal(&e->out, &e->pad, pkt, n, pkt), 0);
		assert_true(pkt[4] >= 4);
		assert_int_equal((4 + get_be32(pkt)) % 8, 0);
		assert_int_equal(get_be32(pkt), 1 + n + pkt[4]);
	}
	end(e);
	for (c = cipher_table; c->name != NULL; c++) {
		begin(e, c, mac_find(SLICE_LIT("hmac-sha2-256")));
		for (n = 1; n < 300; n++) {
			size_t sum = lane_packet_len(&e->out, n) - suite_tag_len(&e->out.suite) -
				     (suite_length_is_apart(&e->out.suite) ? 4 : 0);

			assert_int_equal(sum % suite_block_len(&e->out.suite), 0);
		}
		end(e);
	}
	free(e);
}

static void
the_sequence_number_comes_round_and_is_noticed(void **state)
{
	struct ends *e = malloc(sizeof(*e));
	uint8_t pkt[100];

	(void)state;
	assert_non_null(e);
	begin(e, cipher_find(SLICE_LIT("chacha20-poly1305@openssh.com")), NULL);
	e->out.seq = e->in.seq = UINT32_MAX;
	put(e, pkt, seal(e, pkt, 10));
	expect_open(e, 10, false);
	assert_int_equal(e->in.seq, 0);
	assert_true(e->in.seq_wrapped && e->out.seq_wrapped);
	put(e, pkt, seal(e, pkt, 10));
	expect_open(e, 10, false);
	lane_rekeyed(&e->in, true);
	assert_int_equal(e->in.seq, 0);
	assert_false(e->in.seq_wrapped);
	end(e);
	free(e);
}

static void
keys_are_worn_at_the_limits_and_not_before(void **state)
{
	struct lane lane;

	(void)state;
	lane_init(&lane);
	lane.bytes = 999;
	lane.packets = 9;
	assert_false(lane_is_worn(&lane, 1000, 10));
	lane.bytes = 1000;
	assert_true(lane_is_worn(&lane, 1000, 10));
	lane.bytes = 0;
	lane.packets = 10;
	assert_true(lane_is_worn(&lane, 1000, 10));
	lane.packets = (UINT64_C(1) << 31) - 1;
	assert_false(lane_is_worn(&lane, UINT64_MAX, UINT64_MAX));
	lane.packets++;
	assert_true(lane_is_worn(&lane, UINT64_MAX, UINT64_MAX));
	/* The cipher's own: 2^32 blocks of AES, 1 GiB of ChaCha20. */
	lane.packets = 0;
	lane.suite.cipher = cipher_find(SLICE_LIT("chacha20-poly1305@openssh.com"));
	lane.bytes = (UINT64_C(1) << 30) - 1;
	assert_false(lane_is_worn(&lane, UINT64_MAX, UINT64_MAX));
	lane.bytes++;
	assert_true(lane_is_worn(&lane, UINT64_MAX, UINT64_MAX));
	lane.suite.cipher = cipher_find(SLICE_LIT("aes128-ctr"));
	assert_false(lane_is_worn(&lane, UINT64_MAX, UINT64_MAX));
	lane.bytes = UINT64_C(1) << 36;
	assert_true(lane_is_worn(&lane, UINT64_MAX, UINT64_MAX));
	assert_false(lane_is_spent(&lane));
	lane.packets = UINT32_MAX;
	assert_true(lane_is_spent(&lane));
}

static void
a_packet_that_is_not_whole_waits(void **state)
{
	struct ends *e = malloc(sizeof(*e));
	const struct landing none = {NULL, NULL};
	struct slice payload;
	uint8_t pkt[200];
	size_t used, n, i;

	(void)state;
	assert_non_null(e);
	begin(e, cipher_find(SLICE_LIT("aes128-ctr")), mac_find(SLICE_LIT("hmac-sha2-512")));
	n = seal(e, pkt, 50);
	for (i = 0; i + 1 < n; i++) {
		put(e, pkt + i, 1);
		assert_int_equal(lane_open(&e->in, &e->inbox, &none, &payload, &used, &e->failure), 0);
	}
	put(e, pkt + n - 1, 1);
	expect_open(e, 50, false);
	end(e);
	free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(packets_of_every_cipher_and_size_come_through),
	    cmocka_unit_test(a_landing_is_asked_for_only_by_large_packets_of_an_aead),
	    cmocka_unit_test(padding_fills_the_block),
	    cmocka_unit_test(the_sequence_number_comes_round_and_is_noticed),
	    cmocka_unit_test(keys_are_worn_at_the_limits_and_not_before),
	    cmocka_unit_test(a_packet_that_is_not_whole_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
