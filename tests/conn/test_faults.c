/* A peer that breaks things, memory that runs out, and time that passes: each has its own clean end. */
#include "bounds.h"
#include "keys.h"
#include "pair.h"
#include "puppet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct test_env key_env;
static struct test_keys keys;

static int
setup(void **state)
{
	(void)state;
	test_env_init(&key_env, 13);
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
begin(struct session *s, const struct nacre_conn_options *client, const struct nacre_conn_options *server)
{
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};

	test_env_init(&s->client_env, 1);
	test_env_init(&s->server_env, 2);
	assert_int_equal(pair_init(&s->p, &s->client_env, &s->server_env, client, server, set, 1), 0);
}

static void
login(struct session *s, const char *cipher)
{
	struct nacre_conn_options client = {.size = sizeof(client), .ciphers = cipher, .macs = "hmac-sha2-256"};

	begin(s, &client, NULL);
	assert_true(pair_login(&s->p));
	s->channel = pair_open(&s->p);
}

static void
end(struct session *s)
{
	pair_free(&s->p);
	assert_int_equal(s->client_env.live_blocks, 0);
	assert_int_equal(s->server_env.live_blocks, 0);
}

/* Puts raw bytes into the client's input as if the server had sent them. */
static void
inject(nacre_conn *c, const void *bytes, size_t n)
{
	const uint8_t *from = bytes;

	while (n > 0) {
		size_t room, k;
		uint8_t *p = nacre_conn_recv_space(c, &room);

		if (p == NULL)
			return;
		k = room < n ? room : n;
		memcpy(p, from, k);
		assert_int_equal(nacre_conn_received(c, k), 0);
		from += k;
		n -= k;
	}
}

static int
client_error(struct session *s)
{
	(void)pair_events(&s->p, &s->p.client);
	return pair_error(&s->p.client);
}

/* The server's next packet, sealed with a length and padding of our choice: only the null suite and GCM show the length in
 * clear, so the lane is fooled for one packet. */
static const struct {
	uint32_t length;
	uint8_t padding;
	int error;
} clear_packets[] = {
	{0, 4, NACRE_E_PACKET},
	{1, 4, NACRE_E_PACKET},
	{4, 4, NACRE_E_PACKET},
	{5, 4, NACRE_E_PACKET},   /* 4 + 5 is no multiple of 8 */
	{11, 4, NACRE_E_PACKET},
	{12, 0, NACRE_E_PACKET},
	{12, 3, NACRE_E_PACKET},
	{12, 12, NACRE_E_PACKET}, /* more padding than packet */
	{12, 255, NACRE_E_PACKET},
	{12, 11, NACRE_E_PACKET}, /* the payload is empty */
	{12, 10, 0},              /* IGNORE without its string: fine */
	{262144 + 4, 4, NACRE_E_PACKET},
	{262145, 4, NACRE_E_PACKET},
	{0x7fffffff, 4, NACRE_E_PACKET},
	{0xffffffff, 4, NACRE_E_PACKET},
};

static void
impossible_lengths_and_paddings_are_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < N(clear_packets); i++) {
		struct session s = {.channel = 0};
		uint8_t pkt[16] = {0};

		begin(&s, NULL, NULL);
		inject(s.p.client.conn, "SSH-2.0-x\r\n", 11);
		put_be32(pkt, clear_packets[i].length);
		pkt[4] = clear_packets[i].padding;
		pkt[5] = NUM_ignore;
		inject(s.p.client.conn, pkt, sizeof(pkt));
		if (client_error(&s) != clear_packets[i].error)
			fail_msg("row %zu gave %d", i, pair_error(&s.p.client));
		end(&s);
	}
}

static void
the_longest_packet_is_taken_and_one_more_is_not(void **state)
{
	static uint8_t pkt[LIMIT_PACKET + 16];
	struct session s = {.channel = 0};
	struct nacre_conn_info info;

	(void)state;
	begin(&s, NULL, NULL);
	inject(s.p.client.conn, "SSH-2.0-x\r\n", 11);
	put_be32(pkt, LIMIT_PACKET - 4);
	pkt[4] = 4;
	pkt[5] = NUM_ignore;
	put_be32(pkt + 6, LIMIT_PACKET - 4 - 1 - 4 - 5);
	inject(s.p.client.conn, pkt, LIMIT_PACKET);
	assert_int_equal(client_error(&s), 0);
	nacre_conn_get_info(s.p.client.conn, &info);
	assert_int_equal(info.packets_in, 1);
	put_be32(pkt, LIMIT_PACKET + 4);
	inject(s.p.client.conn, pkt, 4);
	assert_int_equal(client_error(&s), NACRE_E_PACKET);
	end(&s);
}

static const char *const shapes[] = {"aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com",
	"aes128-ctr"};

static size_t flip_at;
static uint8_t flip_bit;

static void
flip(struct pair *p, bool to_server, uint8_t *bytes, size_t n)
{
	(void)p;
	if (!to_server && flip_at < n)
		bytes[flip_at] ^= flip_bit;
}

/* Every byte of a sealed packet: its length, payload, padding, tag. A changed length may also be impossible, or wait. */
static void
a_changed_byte_anywhere_is_noticed_and_no_data_comes_out(void **state)
{
	size_t i, at;

	(void)state;
	for (i = 0; i < N(shapes); i++)
		for (at = 0; at < 40; at++) {
			struct session s = {.channel = 0};
			int error;

			login(&s, shapes[i]);
			flip_at = at;
			flip_bit = (uint8_t)(1u << (at % 8));
			assert_int_equal(nacre_conn_channel_write(s.p.server.conn, s.p.server.channel, NACRE_STDOUT, "data", 4), 4);
			s.p.tap = flip;
			pair_run(&s.p);
			error = pair_error(&s.p.client);
			assert_int_equal(s.p.received_by_client, 0);
			assert_true(at < 4 ? error == NACRE_E_MAC || error == NACRE_E_PACKET || error == 0 : error == NACRE_E_MAC);
			end(&s);
		}
}

static void
an_end_in_the_middle_of_a_packet_is_a_lost_connection(void **state)
{
	struct session s = {.channel = 0};

	(void)state;
	login(&s, shapes[0]);
	assert_int_equal(nacre_conn_channel_write(s.p.server.conn, s.p.server.channel, NACRE_STDOUT, "data", 4), 4);
	assert_int_equal(pair_move(&s.p, false, 10), 10);
	assert_int_equal(nacre_conn_received_end(s.p.client.conn, 0), 0);
	assert_int_equal(client_error(&s), NACRE_E_CONNECTION_LOST);
	assert_int_equal(s.p.received_by_client, 0);
	end(&s);
}

static void
data_before_the_end_is_delivered_first(void **state)
{
	struct session s = {.channel = 0};

	(void)state;
	login(&s, shapes[0]);
	assert_int_equal(nacre_conn_channel_write(s.p.server.conn, s.p.server.channel, NACRE_STDOUT, "data", 4), 4);
	(void)pair_move(&s.p, false, SIZE_MAX);
	assert_int_equal(nacre_conn_received_end(s.p.client.conn, 0), 0);
	assert_int_equal(client_error(&s), NACRE_E_CONNECTION_LOST);
	assert_int_equal(s.p.received_by_client, 4);
	assert_int_equal(s.p.client.seen[NACRE_EVENT_CLOSED], 1);
	end(&s);
}

enum stage { STAGE_START, STAGE_AUTH, STAGE_CONNECTION, STAGES };

static void
run_until(struct session *s, enum stage stage)
{
	begin(s, NULL, NULL);
	s->p.hold_auth = stage < STAGE_CONNECTION;
	if (stage >= STAGE_AUTH)
		pair_run(&s->p);
	if (stage >= STAGE_CONNECTION)
		s->channel = pair_open(&s->p);
}

/* What the receiver must come to. At the start the message stands behind our KEXINIT: the strict exchange takes nothing but
 * DISCONNECT there, or what is malformed. A message that the gate lets through has no fields here, so it may be refused
 * for that; IGNORE and DEBUG may lack theirs. */
static bool
is_right_end(enum stage stage, enum gate_verdict verdict, uint8_t number, int error)
{
	if (number == NUM_disconnect)
		return error == NACRE_E_FORMAT;
	if (stage == STAGE_START)
		return error == NACRE_E_ORDER || error == NACRE_E_FORMAT;
	if (verdict == VERDICT_REFUSE)
		return error == NACRE_E_ORDER;
	if (verdict == VERDICT_DELIVER)
		return error == 0 || error == NACRE_E_FORMAT || error == NACRE_E_ORDER;
	return error == 0;
}

static void
try_message(enum stage stage, bool to_server, uint8_t number)
{
	struct session s = {.channel = 0};
	struct pair_side *from, *to;
	enum gate_verdict verdict;
	bool was_authenticated = stage == STAGE_CONNECTION;

	run_until(&s, stage);
	from = to_server ? &s.p.client : &s.p.server;
	to = to_server ? &s.p.server : &s.p.client;
	verdict = gate_check(&to->conn->transport.gate, number);
	puppet_send_number(from->conn, number);
	pair_run(&s.p);
	if (!is_right_end(stage, verdict, number, pair_error(to)))
		fail_msg("stage %d, message %u to the %s: %d", (int)stage, number, to_server ? "server" : "client",
		    pair_error(to));
	assert_int_equal(s.p.server.seen[NACRE_EVENT_AUTHENTICATED], was_authenticated);
	assert_int_equal(s.p.client.seen[NACRE_EVENT_AUTHENTICATED], was_authenticated);
	end(&s);
}

/* Each number, to each side, before the exchange, before authentication, and after it. */
static void
any_message_at_any_time_has_the_end_that_the_gate_says(void **state)
{
	unsigned number;
	int stage;

	(void)state;
	for (stage = STAGE_START; stage < STAGES; stage++)
		for (number = 0; number <= 255; number++) {
			try_message((enum stage)stage, false, (uint8_t)number);
			try_message((enum stage)stage, true, (uint8_t)number);
		}
}

static void
an_injected_ignore_before_strict_kexinit_is_refused(void **state)
{
	static const uint8_t ignore[16] = {0, 0, 0, 12, 6, NUM_ignore, 0, 0, 0, 0};
	struct session s = {.channel = 0};

	(void)state;
	begin(&s, NULL, NULL);
	while (s.p.client.conn->transport.peer_ident == NULL) {
		assert_int_equal(pair_move(&s.p, false, 1), 1);
		(void)pair_events(&s.p, &s.p.client);
	}
	inject(s.p.client.conn, ignore, sizeof(ignore));
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_ORDER);
	end(&s);
}

static void
without_strict_markers_the_exchange_works_unless_required(void **state)
{
	struct nacre_conn_options client = {.size = sizeof(client)};
	struct nacre_conn_info info;
	int required;

	(void)state;
	for (required = 0; required <= 1; required++) {
		struct session s = {.channel = 0};

		client.require_strict_kex = required == 1;
		begin(&s, &client, NULL);
		puppet_rename(s.p.server.conn, "kex-strict-s", "kex-fluffy-s");
		if (required) {
			pair_run(&s.p);
			assert_int_equal(pair_error(&s.p.client), NACRE_E_NEGOTIATION);
		} else {
			assert_true(pair_login(&s.p));
			nacre_conn_get_info(s.p.client.conn, &info);
			assert_false(info.strict_kex);
		}
		end(&s);
	}
}

static void
each_spelling_of_the_strict_marker_is_enough(void **state)
{
	static const struct {
		const char *old, *new;
		bool strict;
	} rows[] = {
		{"kex-strict-s-v00@openssh.com", "kex-strixx-s-v00@openssh.com", true},
		{"com,kex-strict-s", "com,kex-strixx-s", true},
	};
	struct nacre_conn_info info;
	size_t i;

	(void)state;
	for (i = 0; i < N(rows); i++) {
		struct session s = {.channel = 0};

		begin(&s, NULL, NULL);
		puppet_rename(s.p.server.conn, rows[i].old, rows[i].new);
		assert_true(pair_login(&s.p));
		nacre_conn_get_info(s.p.client.conn, &info);
		assert_int_equal(info.strict_kex, rows[i].strict);
		end(&s);
	}
}

static void
a_right_guess_is_used_and_a_wrong_one_dropped(void **state)
{
	static const uint8_t guess[] = {NUM_kex_ecdh_init, 0, 0, 0, 1, 'x'};
	struct nacre_conn_options wrong = {.size = sizeof(wrong), .kex = "curve25519-sha256@libssh.org,curve25519-sha256"};
	struct session s = {.channel = 0};

	(void)state;
	begin(&s, NULL, NULL);
	puppet_claim_guess(s.p.client.conn);
	assert_true(pair_login(&s.p));
	end(&s);
	begin(&s, &wrong, NULL);
	puppet_claim_guess(s.p.client.conn);
	puppet_send(s.p.client.conn, guess, sizeof(guess));
	assert_true(pair_login(&s.p));
	end(&s);
	/* Two packets behind a wrong guess are one too many. */
	begin(&s, &wrong, NULL);
	puppet_claim_guess(s.p.client.conn);
	puppet_send(s.p.client.conn, guess, sizeof(guess));
	puppet_send(s.p.client.conn, guess, sizeof(guess));
	assert_false(pair_login(&s.p));
	assert_int_equal(pair_error(&s.p.server), NACRE_E_KEX);
	end(&s);
}

static void
public_values_of_a_wrong_length_or_order_are_refused(void **state)
{
	static const size_t lengths[] = {0, 31, 33, 64, 32};
	size_t i;

	(void)state;
	for (i = 0; i < N(lengths); i++) {
		struct session s = {.channel = 0};
		uint8_t init[1 + 4 + 64] = {NUM_kex_ecdh_init}; /* 32 zeros: a point of small order */

		begin(&s, NULL, NULL);
		put_be32(init + 1, (uint32_t)lengths[i]);
		puppet_send(s.p.client.conn, init, 5 + lengths[i]);
		(void)pair_move(&s.p, true, SIZE_MAX);
		(void)pair_events(&s.p, &s.p.server);
		assert_int_equal(pair_error(&s.p.server), NACRE_E_KEX);
		end(&s);
	}
}

static void
spoil_signature(struct pair *p, bool to_server, uint8_t *bytes, size_t n)
{
	size_t i;

	(void)p;
	/* In the server's KEX reply, in clear: the last "ssh-ed25519" is the signature's, its bytes follow. */
	for (i = n; !to_server && i-- > 11;)
		if (memcmp(bytes + i - 11, "ssh-ed25519", 11) == 0) {
			if (i + 20 < n)
				bytes[i + 20] ^= 1;
			return;
		}
}

static void
a_wrong_signature_by_the_host_key_ends_it_before_anything_leaves(void **state)
{
	struct session s = {.channel = 0};

	(void)state;
	begin(&s, NULL, NULL);
	(void)pair_turn(&s.p); /* the KEXINITs */
	s.p.tap = spoil_signature;
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_HOST_KEY_SIGNATURE);
	assert_int_equal(s.p.client.seen[NACRE_EVENT_HOST_KEY], 0);
	assert_int_equal(s.p.server.seen[NACRE_EVENT_AUTH_REQUEST], 0);
	end(&s);
}

static void
a_hundred_thousand_ignores_leave_memory_flat(void **state)
{
	static const uint8_t ignore[] = {NUM_ignore, 0, 0, 0, 0};
	struct session s = {.channel = 0};
	size_t before;
	unsigned i;

	(void)state;
	login(&s, shapes[0]);
	before = s.client_env.live_bytes;
	for (i = 0; i < 100000; i++) {
		puppet_send(s.p.server.conn, ignore, sizeof(ignore));
		if (i % 100 == 99)
			pair_run(&s.p);
	}
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.client), 0);
	assert_true(s.client_env.live_bytes <= before + 400000);
	end(&s);
}

static void
pings_are_answered_only_after_authentication(void **state)
{
	static const uint8_t ping[] = {NUM_ping, 0, 0, 0, 2, 'h', 'i'};
	struct session s = {.channel = 0};
	struct nacre_conn_info before, after;

	(void)state;
	begin(&s, NULL, NULL);
	s.p.hold_auth = true;
	pair_run(&s.p);
	nacre_conn_get_info(s.p.client.conn, &before);
	puppet_send(s.p.server.conn, ping, sizeof(ping));
	pair_run(&s.p);
	nacre_conn_get_info(s.p.client.conn, &after);
	assert_int_equal(after.packets_out, before.packets_out);
	end(&s);
	login(&s, shapes[0]);
	nacre_conn_get_info(s.p.client.conn, &before);
	puppet_send(s.p.server.conn, ping, sizeof(ping));
	pair_run(&s.p);
	nacre_conn_get_info(s.p.client.conn, &after);
	assert_int_equal(after.packets_out, before.packets_out + 1);
	end(&s);
}

static void
an_unknown_message_is_answered_with_its_own_number(void **state)
{
	struct session s = {.channel = 0};
	struct nacre_conn_info before, after;

	(void)state;
	login(&s, shapes[0]);
	nacre_conn_get_info(s.p.client.conn, &before);
	puppet_send_number(s.p.server.conn, 105);
	pair_run(&s.p);
	nacre_conn_get_info(s.p.client.conn, &after);
	assert_int_equal(after.packets_out, before.packets_out + 1);
	assert_int_equal(pair_error(&s.p.server), 0);
	end(&s);
}

/* A peer that falls silent: which deadline ends it. */
static void
a_silent_peer_is_ended_by_the_deadline_of_its_stage(void **state)
{
	struct session s = {.channel = 0};
	struct nacre_error error;

	(void)state;
	begin(&s, NULL, NULL); /* says nothing */
	assert_int_equal(nacre_conn_deadline(s.p.client.conn), 15000);
	assert_int_equal(nacre_conn_tick(s.p.client.conn, 14999), 0);
	assert_int_equal(nacre_conn_tick(s.p.client.conn, 15000), NACRE_E_TIMEOUT_BANNER);
	end(&s);

	begin(&s, NULL, NULL); /* only its identification */
	inject(s.p.client.conn, "SSH-2.0-x\r\n", 11);
	assert_int_equal(client_error(&s), 0);
	assert_int_equal(nacre_conn_tick(s.p.client.conn, 29999), 0);
	assert_int_equal(nacre_conn_tick(s.p.client.conn, 30000), NACRE_E_TIMEOUT_KEX);
	nacre_conn_error(s.p.client.conn, &error);
	assert_non_null(strstr(error.message, "key exchange"));
	end(&s);

	begin(&s, NULL, NULL); /* never answers the auth request */
	s.p.hold_server = true;
	pair_run(&s.p);
	assert_int_equal(nacre_conn_tick(s.p.client.conn, 29999), 0);
	assert_int_equal(nacre_conn_tick(s.p.client.conn, 30000), NACRE_E_TIMEOUT_AUTH);
	nacre_conn_error(s.p.client.conn, &error);
	assert_non_null(strstr(error.message, "authentication"));
	end(&s);
}

static void
a_person_who_thinks_is_not_timed_out(void **state)
{
	struct session s = {.channel = 0};

	(void)state;
	begin(&s, NULL, NULL);
	s.p.hold_auth = true;
	pair_run(&s.p);
	pair_pass(&s.p, 100000);
	assert_int_equal(pair_error(&s.p.client), 0);
	assert_int_equal(nacre_conn_answer_auth_password(s.p.client.conn, s.p.client.last[NACRE_EVENT_AUTH].token, "user",
			     "secret"), 0);
	assert_true(pair_login(&s.p));
	end(&s);
}

static void
a_client_that_does_not_log_in_is_ended_after_two_minutes(void **state)
{
	struct session s = {.channel = 0};

	(void)state;
	begin(&s, NULL, NULL);
	s.p.hold_auth = true;
	pair_run(&s.p);
	pair_pass(&s.p, 119999);
	assert_int_equal(pair_error(&s.p.server), 0);
	pair_pass(&s.p, 1);
	assert_int_equal(pair_error(&s.p.server), NACRE_E_TIMEOUT_AUTH);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_DISCONNECTED);
	end(&s);
}

static void
keepalives_are_counted_and_given_up(void **state)
{
	struct nacre_conn_options client = {.size = sizeof(client), .keepalive_ms = 1000, .keepalive_max = 3};
	struct session s = {.channel = 0};
	struct nacre_conn_info info;
	int i;

	(void)state;
	begin(&s, &client, NULL);
	assert_true(pair_login(&s.p));
	pair_pass(&s.p, 1000);
	nacre_conn_get_info(s.p.client.conn, &info);
	assert_int_equal(info.keepalive_replies, 1);
	assert_int_equal(info.keepalives_unanswered, 0);
	assert_int_equal(s.p.client.seen[NACRE_EVENT_GLOBAL_REPLY], 0);
	for (i = 1; i <= 3; i++)
		assert_int_equal(nacre_conn_tick(s.p.client.conn, 1000 + i * 1000), 0);
	nacre_conn_get_info(s.p.client.conn, &info);
	assert_int_equal(info.keepalives_unanswered, 3);
	assert_int_equal(nacre_conn_tick(s.p.client.conn, 5000), NACRE_E_TIMEOUT_KEEPALIVE);
	end(&s);
}

/* The first answer comes late, after a packet has started the count anew: both are answers to keepalives, and counted. */
static void
a_late_keepalive_reply_is_counted_and_not_told(void **state)
{
	struct nacre_conn_options client = {.size = sizeof(client), .keepalive_ms = 1000};
	static const uint8_t ignore[] = {NUM_ignore, 0, 0, 0, 0};
	struct session s = {.channel = 0};
	struct nacre_conn_info info;

	(void)state;
	begin(&s, &client, NULL);
	assert_true(pair_login(&s.p));
	assert_int_equal(nacre_conn_tick(s.p.client.conn, 1000), 0);
	puppet_send(s.p.server.conn, ignore, sizeof(ignore));
	(void)pair_move(&s.p, false, SIZE_MAX);
	(void)pair_events(&s.p, &s.p.client);
	assert_int_equal(nacre_conn_tick(s.p.client.conn, 2000), 0);
	pair_run(&s.p);
	nacre_conn_get_info(s.p.client.conn, &info);
	assert_int_equal(info.keepalive_replies, 2);
	assert_int_equal(s.p.client.seen[NACRE_EVENT_GLOBAL_REPLY], 0);
	end(&s);
}

static void
idle_buffers_are_given_back(void **state)
{
	struct session s = {.channel = 0};
	struct nacre_conn_info info;

	(void)state;
	begin(&s, NULL, NULL);
	assert_true(pair_login(&s.p));
	pair_pass(&s.p, 5000);
	nacre_conn_get_info(s.p.client.conn, &info);
	assert_int_equal(info.memory, s.client_env.live_bytes);
	if (info.memory > 12 * 1024)
		fail_msg("an idle connection holds %zu bytes", info.memory);
	(void)pair_open(&s.p);
	assert_int_equal(pair_error(&s.p.client), 0);
	end(&s);
}

/* Paramiko took OpenSSH_10 for OpenSSH_1: here nothing hangs on what a peer calls its software. */
static void
no_name_of_the_peers_software_changes_anything(void **state)
{
	static const char *const names[] = {"OpenSSH_9.9p2", "OpenSSH_10.0", "OpenSSH_1.2.3", "OpenSSH_3.9p1",
	    "OpenSSH_7.4p1", "dropbear_2013", "libssh_0.5.27", "Cisco_1.25.99", "PuTTY_0.52.00", "Sun_SSH_1.1.1"};
	uint64_t bytes[N(names)], packets[N(names)];
	const char *cipher = NULL;

	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		struct nacre_conn_options server = {.size = sizeof(server), .software = names[i]};
		struct nacre_conn_info info;
		struct session s;

		begin(&s, NULL, &server);
		assert_true(pair_login(&s.p));
		assert_int_equal(pair_open(&s.p), 0);
		nacre_conn_get_info(s.p.client.conn, &info);
		assert_int_equal(info.peer_ident.n, 8 + strlen(names[i]));
		assert_memory_equal(info.peer_ident.p + 8, names[i], strlen(names[i]));
		bytes[i] = info.bytes_out;
		packets[i] = info.packets_out;
		assert_int_equal(bytes[i], bytes[0]);
		assert_int_equal(packets[i], packets[0]);
		assert_true(cipher == NULL || strcmp(cipher, info.cipher_out) == 0);
		cipher = info.cipher_out;
		end(&s);
	}
}

static void
a_disconnect_is_told_with_its_reason_and_safe_text(void **state)
{
	struct session s = {.channel = 0};
	struct nacre_error error;

	(void)state;
	login(&s, shapes[0]);
	assert_int_equal(nacre_conn_disconnect(s.p.server.conn, 11, "bye\033[2J"), 0);
	pair_run(&s.p);
	nacre_conn_error(s.p.client.conn, &error);
	assert_int_equal(error.code, NACRE_E_DISCONNECTED);
	assert_int_equal(error.origin, NACRE_ORIGIN_PEER);
	assert_int_equal(error.peer_reason, 11);
	assert_string_equal(error.peer_text, "bye\\x1b[2J");
	assert_int_equal(nacre_conn_wants(s.p.client.conn), NACRE_WANT_CLOSED);
	end(&s);
}

/* One whole session; the n-th allocation of either side fails, for every n. */
static void
whole_session(struct session *s)
{
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};
	uint64_t operation;
	uint32_t channel;

	if (pair_init(&s->p, &s->client_env, &s->server_env, NULL, NULL, set, 1) != 0)
		return;
	s->p.auth = PAIR_PUBLICKEY;
	s->p.user_key = keys.key[KEY_ED25519];
	s->p.exec_exits = true;
	if (!pair_login(&s->p))
		return;
	(void)nacre_conn_rekey(s->p.client.conn);
	channel = pair_open(&s->p);
	(void)nacre_conn_channel_exec(s->p.client.conn, channel, "x", 1, &operation);
	pair_run(&s->p);
	(void)nacre_conn_channel_close(s->p.client.conn, channel);
	pair_run(&s->p);
	pair_pass(&s->p, 6000);
}

static void
memory_that_runs_out_anywhere_ends_cleanly(void **state)
{
	unsigned side, once;
	uint64_t n;

	(void)state;
	for (side = 0; side <= 1; side++)
		for (once = 0; once <= 1; once++)
			for (n = 1;; n++) {
				struct session s = {.channel = 0};
				struct test_env *failing = side ? &s.server_env : &s.client_env;
				bool done;

				test_env_init(&s.client_env, 1);
				test_env_init(&s.server_env, 2);
				failing->fail_at = n;
				failing->fail_once = once == 1;
				whole_session(&s);
				done = failing->allocations < n;
				pair_free(&s.p);
				assert_int_equal(s.client_env.live_blocks, 0);
				assert_int_equal(s.server_env.live_blocks, 0);
				if (done)
					break;
			}
}

static void
no_randomness_is_an_error_and_not_a_key(void **state)
{
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};
	struct session s = {.channel = 0};

	(void)state;
	test_env_init(&s.client_env, 1);
	test_env_init(&s.server_env, 2);
	s.client_env.random_fails = true;
	assert_int_equal(pair_init(&s.p, &s.client_env, &s.server_env, NULL, NULL, set, 1), NACRE_E_RANDOM);
	assert_null(s.p.client.conn);
	pair_free(&s.p);
}

static void
a_steady_flow_allocates_nothing(void **state)
{
	static uint8_t block[32768];
	struct session s = {.channel = 0};
	uint64_t client_before = 0, server_before = 0;
	unsigned i;

	(void)state;
	login(&s, shapes[0]);
	s.p.echo = true;
	for (i = 0; i < 600; i++) {
		(void)nacre_conn_channel_write(s.p.client.conn, s.channel, NACRE_STDOUT, block, sizeof(block));
		pair_run(&s.p);
		if (i == 300) {
			client_before = s.client_env.allocations;
			server_before = s.server_env.allocations;
		}
	}
	assert_int_equal(s.p.received_by_client, 600u * sizeof(block));
	assert_int_equal(s.client_env.allocations, client_before);
	assert_int_equal(s.server_env.allocations, server_before);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(impossible_lengths_and_paddings_are_refused),
	    cmocka_unit_test(the_longest_packet_is_taken_and_one_more_is_not),
	    cmocka_unit_test(a_changed_byte_anywhere_is_noticed_and_no_data_comes_out),
	    cmocka_unit_test(an_end_in_the_middle_of_a_packet_is_a_lost_connection),
	    cmocka_unit_test(data_before_the_end_is_delivered_first),
	    cmocka_unit_test(any_message_at_any_time_has_the_end_that_the_gate_says),
	    cmocka_unit_test(an_injected_ignore_before_strict_kexinit_is_refused),
	    cmocka_unit_test(without_strict_markers_the_exchange_works_unless_required),
	    cmocka_unit_test(each_spelling_of_the_strict_marker_is_enough),
	    cmocka_unit_test(a_right_guess_is_used_and_a_wrong_one_dropped),
	    cmocka_unit_test(public_values_of_a_wrong_length_or_order_are_refused),
	    cmocka_unit_test(a_wrong_signature_by_the_host_key_ends_it_before_anything_leaves),
	    cmocka_unit_test(a_hundred_thousand_ignores_leave_memory_flat),
	    cmocka_unit_test(pings_are_answered_only_after_authentication),
	    cmocka_unit_test(an_unknown_message_is_answered_with_its_own_number),
	    cmocka_unit_test(a_silent_peer_is_ended_by_the_deadline_of_its_stage),
	    cmocka_unit_test(a_person_who_thinks_is_not_timed_out),
	    cmocka_unit_test(a_client_that_does_not_log_in_is_ended_after_two_minutes),
	    cmocka_unit_test(keepalives_are_counted_and_given_up),
	    cmocka_unit_test(a_late_keepalive_reply_is_counted_and_not_told),
	    cmocka_unit_test(idle_buffers_are_given_back),
	    cmocka_unit_test(no_name_of_the_peers_software_changes_anything),
	    cmocka_unit_test(a_disconnect_is_told_with_its_reason_and_safe_text),
	    cmocka_unit_test(memory_that_runs_out_anywhere_ends_cleanly),
	    cmocka_unit_test(no_randomness_is_an_error_and_not_a_key),
	    cmocka_unit_test(a_steady_flow_allocates_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
