/* A whole session in memory: every algorithm, every credential, every way to cut the bytes. */
#include "keys.h"
#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct test_env key_env;
static struct test_keys keys;

static const char *const ciphers[] = {"aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com",
	"aes256-ctr", "aes192-ctr", "aes128-ctr"};
static const char *const macs[] = {"hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-256",
	"hmac-sha2-512"};
static const struct {
	const char *algorithm;
	int key;
} host_keys[] = {
	{"ssh-ed25519", KEY_ED25519},
	{"ecdsa-sha2-nistp256", KEY_P256},
	{"ecdsa-sha2-nistp384", KEY_P384},
	{"ecdsa-sha2-nistp521", KEY_P521},
	{"rsa-sha2-512", KEY_RSA},
	{"rsa-sha2-256", KEY_RSA},
};

#define N(a) (sizeof(a) / sizeof((a)[0]))

static int
setup(void **state)
{
	(void)state;
	test_env_init(&key_env, 11);
	test_keys_make(&keys, &key_env.env, 0);
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
	struct nacre_conn_options client, server;
	struct pair p;
};

static void
session_options(struct session *s, uint64_t seed)
{
	memset(s, 0, sizeof(*s));
	test_env_init(&s->client_env, seed);
	test_env_init(&s->server_env, seed + 1000);
	s->client.size = sizeof(s->client);
	s->server.size = sizeof(s->server);
}

static void
session_start(struct session *s, int host_key)
{
	const nacre_key *const set[] = {keys.key[host_key]};

	assert_int_equal(pair_init(&s->p, &s->client_env, &s->server_env, &s->client, &s->server, set, 1), 0);
	s->p.exec_exits = true;
}

static void
session_end(struct session *s)
{
	pair_free(&s->p);
	assert_int_equal(s->client_env.live_blocks, 0);
	assert_int_equal(s->server_env.live_blocks, 0);
	assert_int_equal(s->client_env.wrong_sizes, 0);
	assert_int_equal(s->server_env.wrong_sizes, 0);
}

/* exec, its output on both streams, its exit status, and the end of the channel. */
static void
run_command(struct session *s)
{
	uint64_t operation;
	uint32_t channel = pair_open(&s->p);

	assert_int_not_equal(channel, UINT32_MAX);
	assert_int_equal(nacre_conn_channel_exec(s->p.client.conn, channel, "true", 4, &operation), 0);
	pair_run(&s->p);
	assert_int_equal(s->p.client.seen[NACRE_EVENT_CHANNEL_REPLY], 1);
	assert_true(s->p.client.last[NACRE_EVENT_CHANNEL_REPLY].ok);
	assert_int_equal(s->p.client.last[NACRE_EVENT_CHANNEL_REPLY].operation, operation);
	assert_int_equal(s->p.received_by_client, 6);
	assert_int_equal(s->p.client.seen[NACRE_EVENT_CHANNEL_EXIT], 1);
	assert_int_equal(s->p.client.last[NACRE_EVENT_CHANNEL_EXIT].exit->status, 7);
	assert_int_equal(s->p.client.seen[NACRE_EVENT_CHANNEL_EOF], 1);
	assert_int_equal(s->p.client.seen[NACRE_EVENT_CHANNEL_CLOSED], 1);
	assert_int_equal(nacre_conn_channel_close(s->p.client.conn, channel), 0);
	pair_run(&s->p);
}

static void
check_names(const struct session *s, const char *cipher, const char *mac, const char *host_key)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(s->p.client.conn, &info);
	assert_true(info.active && info.authenticated && info.strict_kex);
	assert_string_equal(info.cipher_out, cipher);
	assert_string_equal(info.cipher_in, cipher);
	assert_string_equal(info.mac_out, mac);
	assert_string_equal(info.host_key_algorithm, host_key);
	assert_string_equal(info.kex, "mlkem768x25519-sha256");
	assert_int_equal(info.session_id.n, 32);
}

static void
try_algorithms(const char *cipher, const char *mac, size_t host_key)
{
	bool is_aead = strchr(cipher, '@') != NULL;
	struct session s;

	session_options(&s, 1 + host_key);
	s.client.ciphers = cipher;
	s.client.macs = mac;
	s.client.host_key_algorithms = host_keys[host_key].algorithm;
	session_start(&s, host_keys[host_key].key);
	assert_true(pair_login(&s.p));
	run_command(&s);
	check_names(&s, cipher, is_aead ? "<implicit>" : mac, host_keys[host_key].algorithm);
	session_end(&s);
}

static void
every_cipher_mac_and_host_key_carries_a_session(void **state)
{
	size_t c, m, k;

	(void)state;
	for (c = 0; c < N(ciphers); c++)
		for (m = 0; m < N(macs); m++)
			for (k = 0; k < N(host_keys); k++)
				try_algorithms(ciphers[c], macs[m], k);
}

static void
each_type_of_user_key_logs_in_with_and_without_a_probe(void **state)
{
	int k, probe;

	(void)state;
	for (k = 0; k < KEY_COUNT; k++)
		for (probe = 0; probe <= 1; probe++) {
			struct session s;

			session_options(&s, 77);
			s.client.pubkey_algorithms = s.server.pubkey_algorithms = "+ssh-mldsa44-ed25519@openssh.com";
			session_start(&s, KEY_ED25519);
			s.p.auth = probe ? PAIR_PROBE : PAIR_PUBLICKEY;
			s.p.user_key = keys.key[k];
			assert_true(pair_login(&s.p));
			assert_int_equal(s.p.server.seen[NACRE_EVENT_AUTH_REQUEST], probe ? 2 : 1);
			run_command(&s);
			session_end(&s);
		}
}

static void
both_names_of_curve25519_work(void **state)
{
	static const char *const names[] = {"curve25519-sha256", "curve25519-sha256@libssh.org"};
	struct nacre_conn_info info;
	size_t i;

	(void)state;
	for (i = 0; i < N(names); i++) {
		struct session s;

		session_options(&s, 5);
		s.client.kex = names[i];
		session_start(&s, KEY_ED25519);
		assert_true(pair_login(&s.p));
		nacre_conn_get_info(s.p.client.conn, &info);
		assert_string_equal(info.kex, names[i]);
		session_end(&s);
	}
}

/* The shapes differ by cipher: an AEAD, one with its own length, and encrypt-and-MAC. */
static const char *const shapes[] = {"aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-ctr"};

static void
a_session_works_with_input_and_output_a_byte_at_a_time(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < N(shapes); i++) {
		struct session s;

		session_options(&s, 20 + i);
		s.client.ciphers = shapes[i];
		s.client.macs = "hmac-sha2-256";
		session_start(&s, KEY_ED25519);
		s.p.in_max = s.p.out_max = 1;
		assert_true(pair_login(&s.p));
		run_command(&s);
		session_end(&s);
	}
}

/* One cut: the client's or the server's stream stops for a turn of the other side after `at` bytes. */
struct cut {
	bool to_server;
	size_t at, passed;
};

static void
move_cut(struct pair *p, struct cut *cut, bool to_server)
{
	size_t left = cut->to_server == to_server && cut->passed < cut->at ? cut->at - cut->passed : SIZE_MAX;
	size_t n = pair_move(p, to_server, left);

	if (cut->to_server == to_server)
		cut->passed += n;
}

/* Runs a whole session that is cut once; returns how many bytes went that way. */
static size_t
run_cut(const char *cipher, bool to_server, size_t at)
{
	struct cut cut = {.to_server = to_server, .at = at};
	struct session s;
	uint64_t operation;
	uint32_t channel = UINT32_MAX;
	unsigned turns;

	session_options(&s, 31);
	s.client.ciphers = cipher;
	s.client.macs = "hmac-sha2-256";
	session_start(&s, KEY_ED25519);
	for (turns = 0; turns < 60; turns++) {
		(void)pair_events(&s.p, &s.p.client);
		move_cut(&s.p, &cut, true);
		(void)pair_events(&s.p, &s.p.server);
		move_cut(&s.p, &cut, false);
		if (channel == UINT32_MAX && s.p.client.seen[NACRE_EVENT_AUTHENTICATED] == 1)
			assert_int_equal(nacre_conn_channel_open(s.p.client.conn, "session", NULL, 0, &channel), 0);
		if (s.p.client.seen[NACRE_EVENT_CHANNEL_OPENED] == 1) {
			s.p.client.seen[NACRE_EVENT_CHANNEL_OPENED]++;
			assert_int_equal(nacre_conn_channel_exec(s.p.client.conn, channel, "x", 1, &operation), 0);
		}
		if (s.p.client.seen[NACRE_EVENT_CHANNEL_CLOSED] == 1)
			break;
	}
	assert_int_equal(s.p.client.seen[NACRE_EVENT_CHANNEL_CLOSED], 1);
	assert_int_equal(s.p.received_by_client, 6);
	session_end(&s);
	return cut.passed;
}

static void
a_session_works_when_cut_at_any_byte(void **state)
{
	size_t i, at, n;
	int way;

	(void)state;
	for (i = 0; i < N(shapes); i++)
		for (way = 0; way <= 1; way++) {
			n = run_cut(shapes[i], way == 1, 0);
			for (at = 1; at < n; at++)
				(void)run_cut(shapes[i], way == 1, at);
		}
}

/* Sends all that the client has to say at once; false where it has nothing to say. */
static bool
fly(struct pair *p)
{
	if (pair_move(p, true, SIZE_MAX) == 0)
		return false;
	while (pair_move(p, true, SIZE_MAX) > 0)
		;
	(void)pair_events(p, &p->server);
	while (pair_move(p, false, SIZE_MAX) > 0)
		;
	(void)pair_events(p, &p->client);
	return true;
}

static void
connect_login_command_and_status_take_five_flights(void **state)
{
	struct session s;
	uint64_t operation;
	uint32_t channel = UINT32_MAX;
	unsigned flights = 0;

	(void)state;
	session_options(&s, 47);
	session_start(&s, KEY_ED25519);
	s.p.auth = PAIR_PUBLICKEY;
	s.p.user_key = keys.key[KEY_ED25519];
	while (s.p.client.seen[NACRE_EVENT_CHANNEL_EXIT] == 0 && fly(&s.p)) {
		flights++;
		if (channel == UINT32_MAX && s.p.client.seen[NACRE_EVENT_AUTHENTICATED] == 1)
			assert_int_equal(nacre_conn_channel_open(s.p.client.conn, "session", NULL, 0, &channel), 0);
		else if (s.p.client.seen[NACRE_EVENT_CHANNEL_OPENED] == 1 && s.p.client.seen[NACRE_EVENT_CHANNEL_EXIT] == 0)
			assert_int_equal(nacre_conn_channel_exec(s.p.client.conn, channel, "x", 1, &operation), 0);
	}
	assert_int_equal(s.p.client.seen[NACRE_EVENT_CHANNEL_EXIT], 1);
	assert_int_equal(flights, 5);
	session_end(&s);
}

static void
a_wrong_password_is_a_refusal_and_then_the_end(void **state)
{
	struct session s;

	(void)state;
	session_options(&s, 40);
	session_start(&s, KEY_ED25519);
	s.p.password = "wrong";
	s.p.stop_auth_after_refusal = true;
	assert_false(pair_login(&s.p));
	assert_int_equal(s.p.client.seen[NACRE_EVENT_AUTH], 2);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_AUTH);
	assert_int_equal(s.p.server.seen[NACRE_EVENT_AUTHENTICATED], 0);
	session_end(&s);
}

static void
too_many_wrong_passwords_end_the_connection(void **state)
{
	struct session s;

	(void)state;
	session_options(&s, 41);
	s.server.auth_tries_max = 3;
	session_start(&s, KEY_ED25519);
	s.p.password = "wrong";
	assert_false(pair_login(&s.p));
	assert_int_equal(s.p.server.seen[NACRE_EVENT_AUTH_REQUEST], 3);
	assert_int_equal(pair_error(&s.p.server), NACRE_E_AUTH);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_DISCONNECTED);
	session_end(&s);
}

static void
a_refused_host_key_ends_it_before_any_credential_leaves(void **state)
{
	struct session s;

	(void)state;
	session_options(&s, 42);
	session_start(&s, KEY_ED25519);
	s.p.host_key_error = NACRE_E_HOST_KEY_UNKNOWN;
	assert_false(pair_login(&s.p));
	assert_int_equal(pair_error(&s.p.client), NACRE_E_HOST_KEY_UNKNOWN);
	assert_int_equal(s.p.client.seen[NACRE_EVENT_AUTH], 0);
	assert_int_equal(s.p.server.seen[NACRE_EVENT_AUTH_REQUEST], 0);
	assert_int_equal(s.p.client.seen[NACRE_EVENT_CLOSED], 1);
	session_end(&s);
}

static void
no_common_algorithm_names_both_lists(void **state)
{
	struct nacre_error error;
	struct session s;

	(void)state;
	session_options(&s, 43);
	s.client.ciphers = "aes128-ctr,aes256-ctr";
	s.server.ciphers = "chacha20-poly1305@openssh.com";
	session_start(&s, KEY_ED25519);
	assert_false(pair_login(&s.p));
	nacre_conn_error(s.p.client.conn, &error);
	assert_int_equal(error.code, NACRE_E_NEGOTIATION);
	assert_string_equal(error.ours, "aes128-ctr,aes256-ctr");
	assert_string_equal(error.theirs, "chacha20-poly1305@openssh.com");
	assert_non_null(strstr(error.message, "cipher"));
	assert_string_equal(
	    error.hint, "the default preset, without lists of your own, would connect: chacha20-poly1305@openssh.com");
	session_end(&s);
}

static void
an_unknown_algorithm_is_an_argument_error(void **state)
{
	char why[128];
	struct nacre_conn_options o = {.size = sizeof(o), .ciphers = "aes128-ctr,rot13", .why = why, .why_size = sizeof(why)};
	nacre_conn *conn;

	(void)state;
	assert_int_equal(nacre_conn_new(&key_env.env, &o, &conn), NACRE_E_ARGUMENT);
	assert_null(conn);
	assert_string_equal(why, "ciphers: unknown algorithm \"rot13\"");
	o.ciphers = "aes128-ctr";
	assert_int_equal(nacre_conn_new(&key_env.env, &o, &conn), 0);
	nacre_conn_free(conn);
}

static void
known_key_types_are_offered_first(void **state)
{
	static const int all[] = {KEY_ED25519, KEY_RSA};
	const nacre_key *set[N(all)];
	struct nacre_conn_info info;
	struct session s;
	size_t i;

	(void)state;
	for (i = 0; i < N(all); i++)
		set[i] = keys.key[all[i]];
	session_options(&s, 44);
	s.client.known_key_types = "ssh-rsa";
	assert_int_equal(pair_init(&s.p, &s.client_env, &s.server_env, &s.client, &s.server, set, N(set)), 0);
	assert_true(pair_login(&s.p));
	nacre_conn_get_info(s.p.client.conn, &info);
	assert_string_equal(info.host_key_algorithm, "rsa-sha2-512");
	session_end(&s);
}

static void
stale_tokens_are_misuse_and_change_nothing(void **state)
{
	struct session s;

	(void)state;
	session_options(&s, 45);
	session_start(&s, KEY_ED25519);
	assert_int_equal(nacre_conn_answer_host_key(s.p.client.conn, 1, 0), NACRE_E_MISUSE);
	assert_int_equal(nacre_conn_answer_auth_none(s.p.client.conn, 1, "user"), NACRE_E_MISUSE);
	assert_int_equal(nacre_conn_rekey(s.p.client.conn), NACRE_E_MISUSE);
	assert_int_equal(nacre_conn_channel_eof(s.p.client.conn, 0), NACRE_E_MISUSE);
	assert_true(pair_login(&s.p));
	assert_int_equal(nacre_conn_answer_host_key(s.p.client.conn, s.p.client.last[NACRE_EVENT_HOST_KEY].token, 0),
	    NACRE_E_MISUSE);
	assert_int_equal(nacre_conn_answer_auth_none(s.p.client.conn, s.p.client.last[NACRE_EVENT_AUTH].token, "user"),
	    NACRE_E_MISUSE);
	run_command(&s);
	session_end(&s);
}

static void
the_server_announces_its_signature_algorithms(void **state)
{
	struct nacre_conn_info info;
	struct session s;

	(void)state;
	session_options(&s, 46);
	s.server.pubkey_algorithms = "ssh-ed25519,rsa-sha2-256";
	session_start(&s, KEY_ED25519);
	s.p.auth = PAIR_PUBLICKEY;
	s.p.user_key = keys.key[KEY_RSA];
	assert_true(pair_login(&s.p));
	nacre_conn_get_info(s.p.client.conn, &info);
	assert_int_equal(info.peer_sig_algs.n, strlen("ssh-ed25519,rsa-sha2-256"));
	session_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cipher_mac_and_host_key_carries_a_session),
		cmocka_unit_test(each_type_of_user_key_logs_in_with_and_without_a_probe),
		cmocka_unit_test(both_names_of_curve25519_work),
		cmocka_unit_test(a_session_works_with_input_and_output_a_byte_at_a_time),
		cmocka_unit_test(a_session_works_when_cut_at_any_byte),
		cmocka_unit_test(connect_login_command_and_status_take_five_flights),
		cmocka_unit_test(a_wrong_password_is_a_refusal_and_then_the_end),
		cmocka_unit_test(too_many_wrong_passwords_end_the_connection),
		cmocka_unit_test(a_refused_host_key_ends_it_before_any_credential_leaves),
		cmocka_unit_test(no_common_algorithm_names_both_lists),
		cmocka_unit_test(an_unknown_algorithm_is_an_argument_error),
		cmocka_unit_test(known_key_types_are_offered_first),
		cmocka_unit_test(stale_tokens_are_misuse_and_change_nothing),
		cmocka_unit_test(the_server_announces_its_signature_algorithms),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
