/* Rekeys in the middle of everything: by either side, by bytes, packets and time, at every packet, with a send pending. */
#include "keys.h"
#include "pair.h"
#include "puppet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static struct test_env key_env;
static struct test_keys keys;

static int
setup(void **state)
{
	(void)state;
	test_env_init(&key_env, 12);
	test_keys_make(&keys, &key_env.env, 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	test_keys_free(&keys);
	return 0;
}

struct session {
	struct test_env client_env, server_env;
	struct pair p;
	uint32_t channel;
};

static void
start(struct session *s, const struct nacre_conn_options *client, const struct nacre_conn_options *server)
{
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};

	test_env_init(&s->client_env, 1);
	test_env_init(&s->server_env, 2);
	assert_int_equal(pair_init(&s->p, &s->client_env, &s->server_env, client, server, set, 1), 0);
	assert_true(pair_login(&s->p));
	s->p.echo = true;
	s->channel = pair_open(&s->p);
}

static void
end(struct session *s)
{
	pair_free(&s->p);
	assert_int_equal(s->client_env.live_blocks, 0);
	assert_int_equal(s->server_env.live_blocks, 0);
}

static unsigned
kex_count(const struct pair_side *side)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(side->conn, &info);
	return info.kex_count;
}

/* Sends n patterned bytes through the echoing server; all of them must come back. */
static void
echo(struct session *s, size_t n)
{
	uint8_t block[10000];
	uint64_t want = s->p.received_by_client + n;
	size_t i, sent = 0;

	for (i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)i;
	while (s->p.received_by_client < want) {
		int64_t done = nacre_conn_channel_write(s->p.client.conn, s->channel, NACRE_STDOUT, block,
		    n - sent < sizeof(block) ? n - sent : sizeof(block));

		assert_true(done >= 0);
		sent += (size_t)done;
		if (!pair_turn(&s->p) && done == 0)
			break;
	}
	assert_int_equal(s->p.received_by_client, want);
}

static void
bytes_start_a_rekey(void **state)
{
	struct nacre_conn_options client = {.size = sizeof(client), .rekey_bytes = 1024};
	struct session s = {.channel = 0};

	(void)state;
	start(&s, &client, NULL);
	echo(&s, 200000);
	assert_true(kex_count(&s.p.client) >= 5);
	assert_int_equal(pair_error(&s.p.client), 0);
	end(&s);
}

static void
both_sides_rekey_for_every_packet(void **state)
{
	struct nacre_conn_options client = {.size = sizeof(client), .rekey_packets = 1},
				  server = {.size = sizeof(server), .rekey_bytes = 1};
	struct session s = {.channel = 0};

	(void)state;
	start(&s, &client, &server);
	echo(&s, 100000);
	assert_true(kex_count(&s.p.client) >= 3);
	assert_int_equal(kex_count(&s.p.client), kex_count(&s.p.server));
	end(&s);
}

static void
time_starts_a_rekey(void **state)
{
	struct nacre_conn_options client = {.size = sizeof(client), .rekey_ms = 1000};
	struct session s = {.channel = 0};

	(void)state;
	start(&s, &client, NULL);
	pair_pass(&s.p, 999);
	assert_int_equal(kex_count(&s.p.client), 1);
	assert_true(nacre_conn_deadline(s.p.client.conn) <= 1000);
	pair_pass(&s.p, 1);
	assert_int_equal(kex_count(&s.p.client), 2);
	echo(&s, 1000);
	end(&s);
}

static void
an_hour_starts_a_rekey_by_default(void **state)
{
	struct session s = {.channel = 0};

	(void)state;
	start(&s, NULL, NULL);
	pair_pass(&s.p, 3600 * 1000 - 1);
	assert_int_equal(kex_count(&s.p.client), 1);
	pair_pass(&s.p, 1);
	assert_true(kex_count(&s.p.client) >= 2);
	end(&s);
}

static void
crossing_rekeys_are_one(void **state)
{
	struct session s = {.channel = 0};

	(void)state;
	start(&s, NULL, NULL);
	assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
	assert_int_equal(nacre_conn_rekey(s.p.server.conn), 0);
	assert_int_equal(nacre_conn_rekey(s.p.server.conn), 0);
	pair_run(&s.p);
	assert_int_equal(kex_count(&s.p.client), 2);
	assert_int_equal(kex_count(&s.p.server), 2);
	echo(&s, 1000);
	end(&s);
}

/* A turn at which the rekey starts, for each turn of a session with data in both directions. */
static void
a_rekey_at_every_turn_loses_nothing(void **state)
{
	unsigned turn, who;

	(void)state;
	for (who = 0; who < 2; who++)
		for (turn = 0; turn < 40; turn++) {
			struct session s = {.channel = 0};
			uint8_t byte = 0;
			unsigned i;

			start(&s, NULL, NULL);
			for (i = 0; i < 40; i++, byte++) {
				if (i == turn)
					assert_int_equal(nacre_conn_rekey(who == 0 ? s.p.client.conn : s.p.server.conn), 0);
				assert_int_equal(nacre_conn_channel_write(s.p.client.conn, s.channel, NACRE_STDOUT, &byte, 1), 1);
				(void)pair_move(&s.p, true, 1 + i); /* a partial send is pending */
				(void)pair_turn(&s.p);
			}
			pair_run(&s.p);
			assert_int_equal(s.p.received_by_client, 40);
			assert_int_equal(kex_count(&s.p.client), 2);
			end(&s);
		}
}

static void
data_in_flight_when_we_start_a_rekey_is_taken(void **state)
{
	struct session s = {.channel = 0};

	(void)state;
	start(&s, NULL, NULL);
	s.p.echo = false;
	assert_int_equal(nacre_conn_channel_write(s.p.server.conn, s.p.server.channel, NACRE_STDOUT, "late", 4), 4);
	assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
	pair_run(&s.p);
	assert_int_equal(s.p.received_by_client, 4);
	assert_int_equal(kex_count(&s.p.client), 2);
	end(&s);
}

static void
replies_owed_during_a_rekey_leave_after_it(void **state)
{
	struct session s = {.channel = 0};
	uint64_t operation;

	(void)state;
	start(&s, NULL, NULL);
	assert_int_equal(nacre_conn_channel_request(s.p.client.conn, s.channel, "x@y", NULL, 0, &operation), 0);
	assert_int_equal(nacre_conn_rekey(s.p.server.conn), 0);
	pair_run(&s.p);
	assert_int_equal(s.p.client.seen[NACRE_EVENT_CHANNEL_REPLY], 1);
	assert_int_equal(kex_count(&s.p.client), 2);
	end(&s);
}

static void
nothing_is_queued_without_bound_while_a_rekey_hangs(void **state)
{
	struct session s = {.channel = 0};
	uint8_t block[4096] = {0};
	unsigned i;
	size_t taken = 0, before;

	(void)state;
	start(&s, NULL, NULL);
	assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
	before = s.client_env.live_bytes;
	for (i = 0; i < 100000; i++) {
		int64_t done = nacre_conn_channel_write(s.p.client.conn, s.channel, NACRE_STDOUT, block, sizeof(block));

		assert_true(done >= 0);
		taken += (size_t)done;
	}
	assert_true(taken <= 1 << 18);
	assert_true(s.client_env.live_bytes - before <= 1 << 18);
	assert_int_equal(nacre_conn_tick(s.p.client.conn, 30000), NACRE_E_TIMEOUT_KEX);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_TIMEOUT_KEX);
	end(&s);
}

static void
channel_data_inside_the_peers_exchange_ends_it(void **state)
{
	struct session s = {.channel = 0};
	uint8_t data[] = {NUM_channel_data, 0, 0, 0, 0, 0, 0, 0, 1, 'x'};

	(void)state;
	start(&s, NULL, NULL);
	assert_int_equal(nacre_conn_rekey(s.p.server.conn), 0);
	puppet_send(s.p.server.conn, data, sizeof(data));
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_ORDER);
	end(&s);
}

static void
a_rekey_with_another_host_key_ends_it(void **state)
{
	const nacre_key *const others[] = {keys.other};
	struct session s = {.channel = 0};

	(void)state;
	start(&s, NULL, NULL);
	s.p.server.conn->options.host_keys = others;
	assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_HOST_KEY_REKEY);
	end(&s);
}

static void
a_wrong_guess_in_a_rekey_costs_one_packet(void **state)
{
	static const uint8_t guess[] = {NUM_kex_ecdh_init, 0, 0, 0, 1, 'x'};
	struct nacre_conn_options client = {.size = sizeof(client), .kex = "curve25519-sha256@libssh.org,curve25519-sha256"};
	struct session s = {.channel = 0};

	(void)state;
	start(&s, &client, NULL);
	puppet_rekey_with_guess(s.p.client.conn);
	puppet_send(s.p.client.conn, guess, sizeof(guess));
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.server), 0);
	assert_int_equal(kex_count(&s.p.server), 2);
	echo(&s, 1000);
	end(&s);
}

static void
a_peer_that_answers_unimplemented_to_a_rekey_is_not_waited_for(void **state)
{
	struct session s = {.channel = 0};
	uint8_t no[5] = {NUM_unimplemented};

	(void)state;
	start(&s, NULL, NULL);
	put_be32(no + 1, s.p.client.conn->transport.out.seq);
	puppet_send(s.p.server.conn, no, sizeof(no));
	assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
	(void)pair_move(&s.p, false, SIZE_MAX);
	(void)pair_events(&s.p, &s.p.client);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_KEX);
	end(&s);
}

static void
the_session_id_stays_after_a_rekey(void **state)
{
	struct nacre_conn_info info;
	struct session s = {.channel = 0};
	uint8_t before[64];

	(void)state;
	start(&s, NULL, NULL);
	nacre_conn_get_info(s.p.client.conn, &info);
	memcpy(before, info.session_id.p, info.session_id.n);
	assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
	pair_run(&s.p);
	nacre_conn_get_info(s.p.client.conn, &info);
	assert_int_equal(info.kex_count, 2);
	assert_memory_equal(before, info.session_id.p, info.session_id.n);
	end(&s);
}

static void
a_peers_rekey_before_authentication_is_taken(void **state)
{
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};
	struct session s = {.channel = 0};

	(void)state;
	test_env_init(&s.client_env, 1);
	test_env_init(&s.server_env, 2);
	assert_int_equal(pair_init(&s.p, &s.client_env, &s.server_env, NULL, NULL, set, 1), 0);
	s.p.hold_auth = true;
	pair_run(&s.p);
	assert_int_equal(s.p.client.seen[NACRE_EVENT_AUTH], 1);
	assert_int_equal(exchange_start(&s.p.server.conn->transport), 0);
	pair_run(&s.p);
	assert_int_equal(kex_count(&s.p.client), 2);
	s.p.hold_auth = false;
	assert_int_equal(nacre_conn_answer_auth_password(s.p.client.conn, s.p.client.last[NACRE_EVENT_AUTH].token, "user",
			     "secret"), 0);
	assert_true(pair_login(&s.p));
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_start_a_rekey),
		cmocka_unit_test(both_sides_rekey_for_every_packet),
		cmocka_unit_test(time_starts_a_rekey),
		cmocka_unit_test(an_hour_starts_a_rekey_by_default),
		cmocka_unit_test(crossing_rekeys_are_one),
		cmocka_unit_test(a_rekey_at_every_turn_loses_nothing),
		cmocka_unit_test(data_in_flight_when_we_start_a_rekey_is_taken),
		cmocka_unit_test(replies_owed_during_a_rekey_leave_after_it),
		cmocka_unit_test(nothing_is_queued_without_bound_while_a_rekey_hangs),
		cmocka_unit_test(channel_data_inside_the_peers_exchange_ends_it),
		cmocka_unit_test(a_rekey_with_another_host_key_ends_it),
		cmocka_unit_test(a_wrong_guess_in_a_rekey_costs_one_packet),
		cmocka_unit_test(a_peer_that_answers_unimplemented_to_a_rekey_is_not_waited_for),
		cmocka_unit_test(the_session_id_stays_after_a_rekey),
		cmocka_unit_test(a_peers_rekey_before_authentication_is_taken),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
