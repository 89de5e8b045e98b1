/* What a hostile peer, or a hurried owner, tries: lending that is cut short, timers that are dodged, output that nobody
 * reads. */
#include "bounds.h"
#include "keys.h"
#include "pair.h"
#include "puppet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct test_env key_env;
static struct test_keys keys;

static int
setup(void **state)
{
	(void)state;
	test_env_init(&key_env, 15);
	test_keys_make(&keys, &key_env.env, 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	test_keys_free(&keys);
	return key_env.live_blocks == 0 ? 0 : -1;
}

struct session {
	struct test_env client_env, server_env;
	struct pair p;
};

static void
begin(struct session *s)
{
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};

	test_env_init(&s->client_env, 1);
	test_env_init(&s->server_env, 2);
	assert_int_equal(pair_init(&s->p, &s->client_env, &s->server_env, NULL, NULL, set, 1), 0);
}

static void
login(struct session *s)
{
	begin(s);
	assert_true(pair_login(&s->p));
}

static void
end(struct session *s)
{
	pair_free(&s->p);
	assert_int_equal(s->client_env.live_blocks, 0);
	assert_int_equal(s->server_env.live_blocks, 0);
}

/* The client's NEWKEYS is sent by hand, under the keys of before; its own stays unsent. */
static void
newkeys_is_one_byte_and_no_more(void **state)
{
	static const uint8_t newkeys[] = {NUM_newkeys, 0};
	size_t extra;

	(void)state;
	for (extra = 0; extra <= 1; extra++) {
		struct session s;

		login(&s);
		assert_int_equal(exchange_start(&s.p.client.conn->transport), 0);
		while (s.p.server.conn->transport.exchange == NULL ||
		       s.p.server.conn->transport.exchange->state != EXCHANGE_NEWKEYS) {
			(void)pair_move(&s.p, true, SIZE_MAX);
			(void)pair_events(&s.p, &s.p.server);
			if (s.p.server.conn->transport.exchange != NULL &&
			    s.p.server.conn->transport.exchange->state == EXCHANGE_NEWKEYS)
				break;
			(void)pair_move(&s.p, false, SIZE_MAX);
			(void)pair_events(&s.p, &s.p.client);
		}
		puppet_send(s.p.client.conn, newkeys, 1 + extra);
		(void)pair_move(&s.p, true, SIZE_MAX);
		(void)pair_events(&s.p, &s.p.server);
		assert_int_equal(pair_error(&s.p.server), extra == 0 ? 0 : NACRE_E_FORMAT);
		end(&s);
	}
}

/* Whoever writes asynchronously has the borrowed bytes with the kernel: a DISCONNECT that comes meanwhile must not free
 * them, or freed memory goes out to the peer. */
static void
lent_output_outlives_the_peers_disconnect(void **state)
{
	static const uint8_t bye[] = {NUM_disconnect, 0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0};
	struct session s;
	uint8_t before[64];
	const uint8_t *out;
	size_t n;

	(void)state;
	login(&s);
	assert_int_equal(nacre_conn_send_ignore(s.p.client.conn, 4000), 0);
	assert_non_null(out = nacre_conn_output(s.p.client.conn, &n));
	assert_true(n > sizeof(before));
	memcpy(before, out, sizeof(before));
	puppet_send(s.p.server.conn, bye, sizeof(bye));
	while (pair_move(&s.p, false, SIZE_MAX) > 0)
		;
	(void)pair_events(&s.p, &s.p.client);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_DISCONNECTED);
	assert_memory_equal(out, before, sizeof(before));
	assert_int_equal(nacre_conn_sent(s.p.client.conn, n), 0);
	assert_null(nacre_conn_output(s.p.client.conn, &n));
	assert_int_equal(nacre_conn_wants(s.p.client.conn), NACRE_WANT_CLOSED);
	end(&s);
}

static void
fail_with_output(struct session *s)
{
	login(s);
	assert_int_equal(nacre_conn_send_ignore(s->p.server.conn, 4000), 0);
	puppet_send_number(s->p.client.conn, NUM_kex_ecdh_init); /* out of place */
	while (pair_move(&s->p, true, SIZE_MAX) > 0)
		;
	(void)pair_events(&s->p, &s->p.server);
	assert_int_equal(pair_error(&s->p.server), NACRE_E_ORDER);
}

/* A peer that has earned its DISCONNECT and does not read it keeps a socket and a buffer for a while, not for ever. */
static void
last_words_wait_for_a_reader_only_so_long(void **state)
{
	struct session s;
	int64_t at;

	(void)state;
	fail_with_output(&s);
	assert_int_equal(nacre_conn_wants(s.p.server.conn), NACRE_WANT_WRITE | NACRE_WANT_TIMER);
	assert_true((at = nacre_conn_deadline(s.p.server.conn)) > 0);
	(void)nacre_conn_tick(s.p.server.conn, at - 1);
	assert_int_equal(nacre_conn_wants(s.p.server.conn), NACRE_WANT_WRITE | NACRE_WANT_TIMER);
	(void)nacre_conn_tick(s.p.server.conn, at);
	assert_int_equal(nacre_conn_wants(s.p.server.conn), NACRE_WANT_CLOSED);
	assert_int_equal(nacre_conn_deadline(s.p.server.conn), -1);
	assert_int_equal(pair_error(&s.p.server), NACRE_E_ORDER);
	end(&s);
}

static void
last_words_that_are_read_need_no_timer(void **state)
{
	struct session s;

	(void)state;
	fail_with_output(&s);
	while (pair_move(&s.p, false, SIZE_MAX) > 0)
		(void)pair_events(&s.p, &s.p.client);
	assert_int_equal(nacre_conn_wants(s.p.server.conn), NACRE_WANT_CLOSED);
	assert_int_equal(nacre_conn_deadline(s.p.server.conn), -1);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_DISCONNECTED);
	end(&s);
}

static void
stop_the_clients_authentication(struct session *s)
{
	s->p.client.conn->auth_started = true; /* the puppet never asks for the service */
}

/* New keys are no sign of a login: a client that exchanges them again and again is still a stranger. */
static void
rekeys_do_not_put_off_the_time_to_authenticate(void **state)
{
	struct session s;
	int i;

	(void)state;
	begin(&s);
	stop_the_clients_authentication(&s);
	pair_run(&s.p);
	assert_int_equal(s.p.server.conn->transport.kex_count, 1);
	for (i = 0; i < 13 && pair_error(&s.p.server) == 0; i++) {
		assert_int_equal(exchange_start(&s.p.client.conn->transport), 0);
		pair_pass(&s.p, 10000);
	}
	assert_int_equal(pair_error(&s.p.server), NACRE_E_TIMEOUT_AUTH);
	assert_true(s.p.now_ms <= 120000);
	assert_true(s.p.server.conn->transport.kex_count > 10);
	end(&s);
}

static void
a_rekey_in_progress_does_not_hide_the_deadline(void **state)
{
	struct session s;

	(void)state;
	begin(&s);
	stop_the_clients_authentication(&s);
	pair_run(&s.p);
	s.p.now_ms = 119000;
	(void)nacre_conn_tick(s.p.server.conn, s.p.now_ms);
	assert_int_equal(exchange_start(&s.p.client.conn->transport), 0);
	while (pair_move(&s.p, true, SIZE_MAX) > 0)
		(void)pair_events(&s.p, &s.p.server);
	assert_non_null(s.p.server.conn->transport.exchange);
	(void)nacre_conn_tick(s.p.server.conn, 121000);
	assert_int_equal(pair_error(&s.p.server), NACRE_E_TIMEOUT_AUTH);
	end(&s);
}

#define LARGE 20000

static void
tick_late(struct pair *p, struct pair_side *side, const struct nacre_event *ev)
{
	size_t i;

	if (side != &p->server || ev->type != NACRE_EVENT_CHANNEL_REQUEST)
		return;
	assert_int_equal(nacre_conn_tick(side->conn, p->now_ms + 60000), 0);
	assert_int_equal(ev->data.n, LARGE);
	for (i = 0; i < LARGE; i++)
		assert_int_equal(ev->data.p[i], 'x');
	(*(unsigned *)p->hook_ctx)++;
}

/* Long work between an event and the next call for events is no reason to lose the event's bytes. */
static void
a_late_tick_leaves_the_events_bytes_where_they_are(void **state)
{
	static uint8_t payload[LARGE];
	struct session s;
	uint32_t channel;
	unsigned seen = 0;

	(void)state;
	memset(payload, 'x', sizeof(payload));
	login(&s);
	channel = pair_open(&s.p);
	s.p.hook = tick_late;
	s.p.hook_ctx = &seen;
	assert_int_equal(nacre_conn_channel_request(s.p.client.conn, channel, "x@y", payload, LARGE, NULL), 0);
	pair_run(&s.p);
	assert_int_equal(seen, 1);
	end(&s);
}

static void
answer_then_look(struct pair *p, struct pair_side *side, const struct nacre_event *ev)
{
	enum nacre_auth_verdict verdict = *(enum nacre_auth_verdict *)p->hook_ctx;

	if (ev->type != NACRE_EVENT_AUTH_REQUEST || ev->key == NULL)
		return;
	assert_int_equal(nacre_conn_answer_auth_request(side->conn, ev->token, verdict, NULL), 0);
	assert_true(nacre_key_equal(ev->key, p->user_key));
	assert_int_equal(ev->algorithm.n, strlen("ssh-ed25519"));
	assert_memory_equal(ev->algorithm.p, "ssh-ed25519", ev->algorithm.n);
	assert_int_equal(ev->user.n, strlen(p->user));
	assert_memory_equal(ev->user.p, p->user, ev->user.n);
}

static void
an_auth_request_can_be_looked_at_after_its_answer(void **state)
{
	enum nacre_auth_verdict verdicts[] = {NACRE_AUTH_REJECT, NACRE_AUTH_ACCEPT, NACRE_AUTH_PARTIAL};
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		struct session s;

		begin(&s);
		s.p.auth = i < 3 ? PAIR_PUBLICKEY : PAIR_PROBE;
		s.p.user_key = keys.key[KEY_ED25519];
		s.p.stop_auth_after_refusal = true;
		s.p.hook = answer_then_look;
		s.p.hook_ctx = &verdicts[i % 3];
		while (s.p.server.seen[NACRE_EVENT_AUTH_REQUEST] < 2 && pair_turn(&s.p))
			;
		assert_true(s.p.server.seen[NACRE_EVENT_AUTH_REQUEST] > 0);
		end(&s);
	}
}

static size_t
memory(const nacre_conn *c)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(c, &info);
	return info.memory;
}

static int
ask_signal(nacre_conn *c, uint32_t channel)
{
	return nacre_conn_channel_signal(c, channel, "TERM");
}

static int
ask_global(nacre_conn *c, uint32_t channel)
{
	static const uint8_t payload[30000] = {0};

	(void)channel;
	return nacre_conn_global_request(c, "x@y", payload, sizeof(payload), NULL);
}

static int
ask_ignore(nacre_conn *c, uint32_t channel)
{
	(void)channel;
	return nacre_conn_send_ignore(c, 30000);
}

typedef int ask_fn(nacre_conn *c, uint32_t channel);

static ask_fn *const asks[] = {ask_signal, ask_global, ask_ignore};

/* The peer does not read; the owner goes on asking. */
static void
a_million_requests_to_a_peer_that_does_not_read_are_bounded(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		struct session s;
		uint32_t channel;
		int r = 0;

		login(&s);
		channel = pair_open(&s.p);
		for (n = 0; n < 1000000 && r == 0; n++)
			r = asks[i](s.p.client.conn, channel);
		assert_int_equal(r, NACRE_E_AGAIN);
		assert_true(memory(s.p.client.conn) < (size_t)2 * LIMIT_OUTPUT_STOP);
		pair_run(&s.p);
		assert_int_equal(pair_error(&s.p.client), 0);
		assert_int_equal(asks[i](s.p.client.conn, channel), 0);
		end(&s);
	}
}

/* The peer stalls a key exchange; the owner goes on asking (CVE-2025-22869). That is no failure of the connection. */
static void
requests_during_a_stalled_exchange_are_told_to_wait(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		struct session s;
		uint32_t channel;
		int r = 0;

		login(&s);
		channel = pair_open(&s.p);
		assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
		for (n = 0; n < 100000 && r == 0; n++)
			r = asks[i](s.p.client.conn, channel);
		assert_int_equal(r, NACRE_E_AGAIN);
		assert_int_equal(pair_error(&s.p.client), 0);
		pair_run(&s.p);
		assert_int_equal(s.p.client.conn->transport.kex_count, 2);
		assert_int_equal(asks[i](s.p.client.conn, channel), 0);
		pair_run(&s.p);
		assert_int_equal(pair_error(&s.p.client), 0);
		assert_int_equal(pair_error(&s.p.server), 0);
		end(&s);
	}
}

static void
a_long_farewell_is_cut_and_not_a_failure(void **state)
{
	static char text[100001];
	struct session s;

	(void)state;
	memset(text, 'b', sizeof(text) - 1);
	login(&s);
	assert_int_equal(nacre_conn_disconnect(s.p.client.conn, 11, text), 0);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_CLOSED);
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.server), NACRE_E_DISCONNECTED);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newkeys_is_one_byte_and_no_more),
		cmocka_unit_test(lent_output_outlives_the_peers_disconnect),
		cmocka_unit_test(last_words_wait_for_a_reader_only_so_long),
		cmocka_unit_test(last_words_that_are_read_need_no_timer),
		cmocka_unit_test(rekeys_do_not_put_off_the_time_to_authenticate),
		cmocka_unit_test(a_rekey_in_progress_does_not_hide_the_deadline),
		cmocka_unit_test(a_late_tick_leaves_the_events_bytes_where_they_are),
		cmocka_unit_test(an_auth_request_can_be_looked_at_after_its_answer),
		cmocka_unit_test(a_million_requests_to_a_peer_that_does_not_read_are_bounded),
		cmocka_unit_test(requests_during_a_stalled_exchange_are_told_to_wait),
		cmocka_unit_test(a_long_farewell_is_cut_and_not_a_failure),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
