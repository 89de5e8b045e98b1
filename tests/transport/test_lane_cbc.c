/* Lanes with CBC: a packet that was changed says the same, after the same number of bytes, wherever it was changed
 * (CVE-2008-5161); with an -etm MAC it is refused at once, before anything is decrypted. */
#include "bounds.h"
#include "buf.h"
#include "lane.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define PAYLOAD 40
#define ROOM (LIMIT_PACKET + 4 + CIPHER_TAG_MAX)

struct ends {
	struct test_env te;
	struct suite_keys keys;
	struct pad pad;
	struct lane in;
	struct inbox inbox;
	struct failure failure;
	const struct cipher *cipher;
	const struct mac *mac;
	uint8_t *stream; /* a sealed packet, and bytes of no meaning behind it */
	size_t packet_n;
};

static const char *const ciphers[] = {"aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"};
static const char *const macs[] = {"hmac-sha2-256", "hmac-sha1-96", "umac-64@openssh.com"};

static void
begin(struct ends *e, const char *cipher, const char *mac)
{
	struct lane out;

	test_env_init(&e->te, 21);
	e->cipher = cipher_find(slice_str(cipher));
	e->mac = mac_find(slice_str(mac));
	e->stream = malloc(ROOM);
	assert_true(e->cipher != NULL && e->mac != NULL && e->stream != NULL);
	assert_int_equal(e->te.env.random(&e->te, &e->keys, sizeof(e->keys)), 0);
	assert_int_equal(e->te.env.random(&e->te, e->stream, ROOM), 0);
	assert_int_equal(pad_seed(&e->pad, &e->te.env), 0);
	lane_init(&out);
	assert_int_equal(suite_init(&out.suite, &e->te.env, e->cipher, e->mac, &e->keys, true), 0);
	memset(e->stream + LANE_PAYLOAD_OFFSET, 'p', PAYLOAD);
	e->packet_n = lane_packet_len(&out, PAYLOAD);
	assert_int_equal(lane_seal(&out, &e->pad, e->stream, PAYLOAD, e->stream), 0);
	lane_wipe(&out);
}

static void
end(struct ends *e)
{
	free(e->stream);
	assert_int_equal(e->te.live_blocks, 0);
}

static void
put(struct inbox *inbox, const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t room, k;
		uint8_t *space = inbox_space(inbox, &room);

		assert_non_null(space);
		k = room < n ? room : n;
		memcpy(space, p, k);
		assert_true(inbox_add(inbox, k));
		p += k;
		n -= k;
	}
}

/* Hands the stream over in steps until an answer comes. Returns what lane_open says, *n how many bytes it took. */
static int
feed(struct ends *e, size_t first, size_t step, size_t *n)
{
	const struct landing none = {NULL, NULL};
	struct slice payload;
	size_t used, k = first;
	int r = 0;

	lane_init(&e->in);
	inbox_init(&e->inbox, &e->te.env);
	e->failure = (struct failure){.code = 0};
	assert_int_equal(suite_init(&e->in.suite, &e->te.env, e->cipher, e->mac, &e->keys, false), 0);
	for (*n = 0; r == 0 && *n < ROOM; k = step < ROOM - *n ? step : ROOM - *n) {
		put(&e->inbox, e->stream + *n, k);
		*n += k;
		r = lane_open(&e->in, &e->inbox, &none, &payload, &used, &e->failure);
	}
	if (r == 1)
		assert_true(payload.n == PAYLOAD && payload.p[0] == 'p' && used == e->packet_n);
	lane_wipe(&e->in);
	inbox_free(&e->inbox);
	return r;
}

static void
expect_hidden(struct ends *e, size_t first, size_t step)
{
	size_t n, whole = LIMIT_PACKET + 4 + e->mac->tag_len;

	assert_int_equal(feed(e, first, step, &n), NACRE_E_MAC);
	if (n < whole || n >= whole + step)
		fail_msg("answered after %zu bytes where %zu are right", n, whole);
	assert_int_equal(e->failure.code, NACRE_E_MAC);
	assert_int_equal(e->failure.origin, NACRE_ORIGIN_CRYPTO);
	assert_string_equal(e->failure.text, "packet: the integrity check failed");
}

static void
a_good_packet_comes_through_at_every_split(void **state)
{
	struct ends e;
	size_t i, j, first, n;

	(void)state;
	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		for (j = 0; j < sizeof(macs) / sizeof(macs[0]); j++) {
			begin(&e, ciphers[i], macs[j]);
			for (first = 1; first < e.packet_n; first++) {
				assert_int_equal(feed(&e, first, e.packet_n - first, &n), 1);
				assert_int_equal(n, e.packet_n);
			}
			assert_int_equal(feed(&e, 1, 1, &n), 1);
			end(&e);
		}
}

static void
a_packet_changed_anywhere_is_refused_alike(void **state)
{
	struct ends e;
	size_t i, j, at;

	(void)state;
	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		for (j = 0; j < sizeof(macs) / sizeof(macs[0]); j++) {
			begin(&e, ciphers[i], macs[j]);
			for (at = 0; at < e.packet_n; at++) {
				e.stream[at] ^= 0x81;
				expect_hidden(&e, 32768, 32768);
				e.stream[at] ^= 0x81;
			}
			end(&e);
		}
}

/* Each first block decrypts to another length: too long, too small, no multiple, and now and then one that would do. */
static void
a_refusal_comes_with_the_same_byte_whatever_the_length(void **state)
{
	size_t i, first;
	struct ends e;

	(void)state;
	begin(&e, "aes128-cbc", "hmac-sha2-256");
	for (i = 0; i < 64; i++) {
		e.stream[i % 4] ^= (uint8_t)(1 + i);
		/* The last bytes come one by one. */
		first = i % 2 == 0 ? LIMIT_PACKET : LIMIT_PACKET + 4 + 31;
		expect_hidden(&e, first, 1);
		e.stream[i % 4] ^= (uint8_t)(1 + i);
	}
	end(&e);
}

static void
a_refusal_is_the_same_at_every_split(void **state)
{
	size_t first;
	struct ends e;

	(void)state;
	begin(&e, "3des-cbc", "hmac-sha1");
	e.stream[0] ^= 0x40;
	for (first = 1; first < 100; first++)
		expect_hidden(&e, first, 30011);
	end(&e);
}

static void
with_etm_a_changed_packet_is_refused_at_once(void **state)
{
	struct ends e;
	size_t at, n;

	(void)state;
	begin(&e, "aes256-cbc", "hmac-sha2-256-etm@openssh.com");
	assert_int_equal(feed(&e, e.packet_n, 1, &n), 1);
	for (at = 4; at < e.packet_n; at++) {
		e.stream[at] ^= 1;
		assert_int_equal(feed(&e, 4, 1, &n), NACRE_E_MAC);
		assert_int_equal(n, e.packet_n);
		e.stream[at] ^= 1;
	}
	put_be32(e.stream, LIMIT_PACKET + 1);
	assert_int_equal(feed(&e, 4, 1, &n), NACRE_E_PACKET);
	assert_int_equal(n, 4);
	end(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_packet_comes_through_at_every_split),
	    cmocka_unit_test(a_packet_changed_anywhere_is_refused_alike),
	    cmocka_unit_test(a_refusal_comes_with_the_same_byte_whatever_the_length),
	    cmocka_unit_test(a_refusal_is_the_same_at_every_split),
	    cmocka_unit_test(with_etm_a_changed_packet_is_refused_at_once),
	};

	return cmocka_run_group_tests_name("transport/lane_cbc", tests, NULL, NULL);
}
