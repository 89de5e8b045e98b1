/* Questions and their answers, the memory budget, and what is lent: the promises of conn.h. */
#include "conn_internal.h"
#include "key.h"
#include "keys.h"
#include "pair.h"
#include "puppet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static struct test_env key_env;
static struct test_keys keys;
static nacre_key *public_only;

static int
setup(void **state)
{
	(void)state;
	test_env_init(&key_env, 14);
	test_keys_make(&keys, &key_env.env, 1);
	return nacre_key_copy_public(&key_env.env, keys.key[KEY_ED25519], &public_only);
}

static int
teardown(void **state)
{
	(void)state;
	nacre_key_free(public_only);
	test_keys_free(&keys);
	return key_env.live_blocks == 0 ? 0 : -1;
}

struct session {
	struct test_env client_env, server_env;
	struct pair p;
};

static void
begin(struct session *s, const struct nacre_conn_options *client, const struct nacre_conn_options *server,
    const nacre_key *host_key)
{
	const nacre_key *const set[] = {host_key};

	test_env_init(&s->client_env, 1);
	test_env_init(&s->server_env, 2);
	assert_int_equal(pair_init(&s->p, &s->client_env, &s->server_env, client, server, set, 1), 0);
}

static void
end(struct session *s)
{
	pair_free(&s->p);
	assert_int_equal(s->client_env.live_blocks, 0);
	assert_int_equal(s->server_env.live_blocks, 0);
}

/* The pair's own policy signs with p.user_key: here that is the host key's private half. */
static void
a_host_key_without_its_private_half_asks_for_a_signature(void **state)
{
	struct session s;

	(void)state;
	begin(&s, NULL, NULL, public_only);
	s.p.user_key = keys.key[KEY_ED25519];
	assert_true(pair_login(&s.p));
	assert_int_equal(s.p.server.seen[NACRE_EVENT_SIGN], 1);
	end(&s);
}

static void
sign_elsewhere(struct pair *p, struct pair_side *side, const struct nacre_event *ev)
{
	struct buf sig;

	if (ev->type != NACRE_EVENT_SIGN)
		return;
	buf_init(&sig, &key_env.env, 4096);
	assert_int_equal(key_sign(keys.key[KEY_ED25519], &key_env.env, sigalg_find(slice_of_bytes(ev->algorithm)),
			     slice_of_bytes(ev->data), &sig), 0);
	if (p->hook_ctx != NULL)
		sig.p[sig.n - 1] ^= 1;
	(void)nacre_conn_answer_sign(side->conn, ev->token, sig.p, sig.n);
	buf_free(&sig);
}

static void
a_signature_made_elsewhere_is_used_only_if_it_holds(void **state)
{
	struct session s;
	int spoiled;

	(void)state;
	for (spoiled = 0; spoiled <= 1; spoiled++) {
		begin(&s, NULL, NULL, public_only);
		s.p.hook = sign_elsewhere;
		s.p.hook_ctx = spoiled ? &s : NULL;
		assert_int_equal(pair_login(&s.p), !spoiled);
		assert_int_equal(pair_error(&s.p.server), spoiled ? NACRE_E_CRYPTO : 0);
		end(&s);
	}
}

static void
a_user_key_without_its_private_half_is_probed_and_then_asked_for(void **state)
{
	struct session s;

	(void)state;
	begin(&s, NULL, NULL, keys.other);
	s.p.auth = PAIR_PUBLICKEY;
	s.p.user_key = public_only;
	s.p.hook = sign_elsewhere;
	assert_true(pair_login(&s.p));
	assert_int_equal(s.p.client.seen[NACRE_EVENT_SIGN], 1);
	assert_int_equal(s.p.server.seen[NACRE_EVENT_AUTH_REQUEST], 2);
	end(&s);
}

static void
decline(struct pair *p, struct pair_side *side, const struct nacre_event *ev)
{
	if (ev->type != NACRE_EVENT_SIGN)
		return;
	assert_int_equal(nacre_conn_answer_sign(side->conn, ev->token, NULL, 0), 0);
	p->auth = PAIR_PASSWORD;
}

static void
a_declined_signature_asks_for_another_credential(void **state)
{
	struct session s;

	(void)state;
	begin(&s, NULL, NULL, keys.other);
	s.p.auth = PAIR_PUBLICKEY;
	s.p.user_key = public_only;
	s.p.hook = decline;
	assert_true(pair_login(&s.p));
	assert_int_equal(s.p.client.seen[NACRE_EVENT_AUTH], 2);
	assert_int_equal(s.p.client.last[NACRE_EVENT_AUTH].attempts, 0);
	end(&s);
}

static void
an_unanswered_auth_request_stops_the_next_one(void **state)
{
	static const char none[] = "\x32\0\0\0\1u\0\0\0\x0essh-connection\0\0\0\4none";
	struct session s;

	(void)state;
	begin(&s, NULL, NULL, keys.other);
	s.p.hold_server = true;
	pair_run(&s.p);
	assert_int_equal(s.p.server.seen[NACRE_EVENT_AUTH_REQUEST], 1);
	puppet_send(s.p.client.conn, none, sizeof(none) - 1);
	pair_run(&s.p);
	assert_int_equal(s.p.server.seen[NACRE_EVENT_AUTH_REQUEST], 1);
	assert_true((nacre_conn_wants(s.p.server.conn) & NACRE_WANT_ANSWER) != 0);
	end(&s);
}

static void
the_password_stays_in_no_freed_block(void **state)
{
	struct session s;

	(void)state;
	test_env_init(&s.client_env, 1);
	begin(&s, NULL, NULL, keys.other);
	s.client_env.secret = s.server_env.secret = "correct horse battery";
	s.client_env.secret_len = s.server_env.secret_len = 21;
	s.p.password = "correct horse battery";
	s.p.stop_auth_after_refusal = true;
	assert_false(pair_login(&s.p));
	assert_int_equal(s.p.server.seen[NACRE_EVENT_AUTH_REQUEST], 1);
	end(&s);
	assert_int_equal(s.client_env.secret_leaks, 0);
	assert_int_equal(s.server_env.secret_leaks, 0);
}

static void
over_the_memory_budget_nothing_is_read_until_something_is_consumed(void **state)
{
	struct nacre_conn_options client = {.size = sizeof(client), .memory_max = 600000};
	static uint8_t block[32768];
	struct session s;
	uint32_t channel;
	unsigned i;
	size_t n;

	(void)state;
	begin(&s, &client, NULL, keys.other);
	assert_true(pair_login(&s.p));
	channel = pair_open(&s.p);
	for (i = 0; i < 200; i++) {
		(void)nacre_conn_channel_write(s.p.server.conn, s.p.server.channel, NACRE_STDOUT, block, sizeof(block));
		(void)pair_move(&s.p, false, SIZE_MAX);
		/* Events are taken, data is not. */
		struct nacre_event ev;
		while (nacre_conn_next_event(s.p.client.conn, &ev) == 1)
			;
		(void)pair_events(&s.p, &s.p.server);
	}
	assert_int_equal(nacre_conn_wants(s.p.client.conn) & NACRE_WANT_READ, 0);
	assert_true(s.client_env.live_bytes < 1200000);
	while (nacre_conn_channel_peek(s.p.client.conn, channel, NACRE_STDOUT, &n) != NULL)
		assert_int_equal(nacre_conn_channel_consume(s.p.client.conn, channel, NACRE_STDOUT, n), 0);
	assert_true((nacre_conn_wants(s.p.client.conn) & NACRE_WANT_READ) != 0);
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.client), 0);
	end(&s);
}

/* What an event points to stays until the next event, also where a consume over the budget gives idle memory back. */
static void
over_the_budget_an_events_bytes_stay_where_they_are(void **state)
{
	static uint8_t said[20000];
	struct nacre_event ev;
	struct session s;
	uint32_t channel;
	size_t i, n;

	(void)state;
	begin(&s, NULL, NULL, keys.other);
	assert_true(pair_login(&s.p));
	channel = pair_open(&s.p);
	assert_int_equal(nacre_conn_channel_write(s.p.server.conn, s.p.server.channel, NACRE_STDOUT, "pearl", 5), 5);
	memset(said, 'n', sizeof(said));
	assert_int_equal(nacre_conn_global_request(s.p.server.conn, "notice@example", said, sizeof(said), NULL), 0);
	while (nacre_conn_next_event(s.p.client.conn, &ev) == 0 || ev.type != NACRE_EVENT_GLOBAL_REQUEST)
		(void)pair_move(&s.p, false, SIZE_MAX);
	assert_int_equal(ev.data.n, sizeof(said));
	s.p.client.conn->options.memory_max = 1;
	assert_non_null(nacre_conn_channel_peek(s.p.client.conn, channel, NACRE_STDOUT, &n));
	assert_int_equal(nacre_conn_channel_consume(s.p.client.conn, channel, NACRE_STDOUT, n), 0);
	for (i = 0; i < sizeof(said); i++)
		assert_int_equal(ev.data.p[i], 'n');
	end(&s);
}

static void
lent_output_stays_while_other_calls_are_made(void **state)
{
	struct session s;
	const uint8_t *lent;
	uint8_t copy[4096], block[3000] = {0};
	uint32_t channel;
	size_t n;
	int i;

	(void)state;
	begin(&s, NULL, NULL, keys.other);
	assert_true(pair_login(&s.p));
	channel = pair_open(&s.p);
	assert_true(nacre_conn_channel_write(s.p.client.conn, channel, NACRE_STDOUT, "x", 1) == 1);
	lent = nacre_conn_output(s.p.client.conn, &n);
	assert_true(n > 0 && n <= sizeof(copy));
	memcpy(copy, lent, n);
	for (i = 0; i < 50; i++)
		(void)nacre_conn_channel_write(s.p.client.conn, channel, NACRE_STDOUT, block, sizeof(block));
	assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
	assert_memory_equal(lent, copy, n);
	assert_int_equal(nacre_conn_sent(s.p.client.conn, n), 0);
	end(&s);
}

static void
a_held_staging_area_survives_a_key_exchange(void **state)
{
	struct session s;
	uint32_t channel;
	uint8_t *space;
	size_t n;

	(void)state;
	begin(&s, NULL, NULL, keys.other);
	assert_true(pair_login(&s.p));
	channel = pair_open(&s.p);
	space = nacre_conn_channel_write_space(s.p.client.conn, channel, NACRE_STDOUT, &n);
	assert_non_null(space);
	memcpy(space, "held", 4);
	assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
	pair_run(&s.p);
	assert_memory_equal(space, "held", 4);
	assert_int_equal(nacre_conn_channel_commit(s.p.client.conn, channel, NACRE_STDOUT, 4), 0);
	pair_run(&s.p);
	assert_int_equal(s.p.received_by_server, 4);
	assert_string_equal(s.p.server.text, "held");
	end(&s);
}

/* RFC 8308 2.4: two from a server, one from a client, each at its place. */
static void
ext_info_too_often_or_too_late_is_refused(void **state)
{
	static const uint8_t empty[] = {NUM_ext_info, 0, 0, 0, 0};
	static const uint8_t huge[] = {NUM_ext_info, 0xff, 0xff, 0xff, 0xff};
	struct session s;

	(void)state;
	begin(&s, NULL, NULL, keys.other);
	s.p.hold_auth = true;
	pair_run(&s.p);
	puppet_send(s.p.server.conn, empty, sizeof(empty)); /* its second */
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.client), 0);
	puppet_send(s.p.server.conn, empty, sizeof(empty));
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_ORDER);
	end(&s);

	begin(&s, NULL, NULL, keys.other);
	s.p.hold_auth = true;
	pair_run(&s.p);
	puppet_send(s.p.server.conn, huge, sizeof(huge));
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.client), NACRE_E_FORMAT);
	end(&s);

	begin(&s, NULL, NULL, keys.other);
	assert_true(pair_login(&s.p));
	puppet_send(s.p.client.conn, empty, sizeof(empty));
	pair_run(&s.p);
	assert_int_equal(pair_error(&s.p.server), NACRE_E_ORDER);
	end(&s);
}

static void
nothing_is_allowed_after_the_end(void **state)
{
	struct session s;
	struct nacre_event ev;
	uint64_t operation;
	uint32_t channel;
	size_t n;

	(void)state;
	begin(&s, NULL, NULL, keys.other);
	assert_true(pair_login(&s.p));
	assert_int_equal(nacre_conn_disconnect(s.p.client.conn, 11, "done"), 0);
	assert_int_equal(nacre_conn_disconnect(s.p.client.conn, 11, "done"), NACRE_E_MISUSE);
	assert_int_equal(nacre_conn_channel_open(s.p.client.conn, "session", NULL, 0, &channel), NACRE_E_MISUSE);
	assert_int_equal(nacre_conn_global_request(s.p.client.conn, "x@y", NULL, 0, &operation), NACRE_E_MISUSE);
	assert_int_equal(nacre_conn_rekey(s.p.client.conn), NACRE_E_MISUSE);
	assert_null(nacre_conn_recv_space(s.p.client.conn, &n));
	assert_int_equal(nacre_conn_next_event(s.p.client.conn, &ev), 1);
	assert_int_equal(ev.type, NACRE_EVENT_CLOSED);
	assert_int_equal(nacre_conn_next_event(s.p.client.conn, &ev), 0);
	assert_int_equal(nacre_conn_wants(s.p.client.conn), NACRE_WANT_WRITE | NACRE_WANT_TIMER);
	pair_run(&s.p);
	assert_int_equal(nacre_conn_wants(s.p.client.conn), NACRE_WANT_CLOSED);
	assert_int_equal(pair_error(&s.p.server), NACRE_E_DISCONNECTED);
	end(&s);
}

static void
requests_and_ignore_pass_by_name(void **state)
{
	struct session s;
	uint64_t operation;

	(void)state;
	begin(&s, NULL, NULL, keys.other);
	assert_true(pair_login(&s.p));
	assert_int_equal(nacre_conn_send_ignore(s.p.client.conn, 100), 0);
	assert_int_equal(nacre_conn_send_ignore(s.p.client.conn, 32769), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_conn_global_request(s.p.client.conn, "question@example", (const uint8_t *)"?", 1, &operation), 0);
	pair_run(&s.p);
	assert_int_equal(s.p.server.seen[NACRE_EVENT_GLOBAL_REQUEST], 1);
	assert_int_equal(s.p.client.seen[NACRE_EVENT_GLOBAL_REPLY], 1);
	assert_int_equal(s.p.client.last[NACRE_EVENT_GLOBAL_REPLY].operation, operation);
	assert_false(s.p.client.last[NACRE_EVENT_GLOBAL_REPLY].ok);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_key_without_its_private_half_asks_for_a_signature),
		cmocka_unit_test(a_signature_made_elsewhere_is_used_only_if_it_holds),
		cmocka_unit_test(a_user_key_without_its_private_half_is_probed_and_then_asked_for),
		cmocka_unit_test(a_declined_signature_asks_for_another_credential),
		cmocka_unit_test(an_unanswered_auth_request_stops_the_next_one),
		cmocka_unit_test(the_password_stays_in_no_freed_block),
		cmocka_unit_test(over_the_memory_budget_nothing_is_read_until_something_is_consumed),
		cmocka_unit_test(over_the_budget_an_events_bytes_stay_where_they_are),
		cmocka_unit_test(lent_output_stays_while_other_calls_are_made),
		cmocka_unit_test(a_held_staging_area_survives_a_key_exchange),
		cmocka_unit_test(ext_info_too_often_or_too_late_is_refused),
		cmocka_unit_test(nothing_is_allowed_after_the_end),
		cmocka_unit_test(requests_and_ignore_pass_by_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
