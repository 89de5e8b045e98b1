/* What a hostile peer sends in a key exchange: each is refused by name, before any key pair is made; beside it what is
 * good. */
#include "keys.h"
#include "pair.h"
#include "puppet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define GEX "diffie-hellman-group-exchange-sha256"
#define GROUP14 "diffie-hellman-group14-sha256"

static struct test_env key_env;
static struct test_keys keys;

static int
setup(void **state)
{
	(void)state;
	test_env_init(&key_env, 33);
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
move(struct session *s, bool to_server)
{
	while (pair_move(&s->p, to_server, SIZE_MAX) > 0)
		;
	(void)pair_events(&s->p, to_server ? &s->p.server : &s->p.client);
}

/* The victim has the other's KEXINIT, and waits for the first message of this method; the other side has said nothing.
 */
static void
begin(struct session *s, const char *kex, bool victim_is_server)
{
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};
	struct nacre_conn_options client = {.size = sizeof(client), .kex = kex};

	test_env_init(&s->client_env, 5);
	test_env_init(&s->server_env, 6);
	assert_int_equal(pair_init(&s->p, &s->client_env, &s->server_env, &client, NULL, set, 1), 0);
	move(s, victim_is_server);
}

static void
end(struct session *s)
{
	pair_free(&s->p);
	assert_int_equal(s->client_env.live_blocks + s->server_env.live_blocks, 0);
}

static void
say(struct session *s, bool to_server, enum msg_id id, const void *msg)
{
	uint8_t payload[4096];
	size_t n = msg_size(id, msg);

	assert_true(n <= sizeof(payload));
	msg_write(id, msg, payload);
	puppet_send(to_server ? s->p.client.conn : s->p.server.conn, payload, n);
	move(s, to_server);
}

static void
expect(const struct session *s, bool at_server, int code, const char *text)
{
	struct nacre_error error;

	nacre_conn_error(at_server ? s->p.server.conn : s->p.client.conn, &error);
	assert_int_equal(error.code, code);
	if (code != 0)
		assert_string_equal(error.message, text);
}

/* p of group 14 with so much added to its last byte. */
static struct slice
near_p(uint8_t *out, int by)
{
	memcpy(out, dh_group14.p.p, dh_group14.p.n);
	out[dh_group14.p.n - 1] = (uint8_t)(out[dh_group14.p.n - 1] + by);
	return slice_of(out, dh_group14.p.n);
}

static uint8_t minus_2[256], minus_1[256], itself[256], longer[300];

static const struct {
	struct slice value;
	const char *wrong; /* NULL: good */
} values[] = {
    {{NULL, 0}, "is not above 1"},
    {SLICE_INIT("\1"), "is not above 1"},
    {SLICE_INIT("\2"), "has fewer than four bits set"},
    {SLICE_INIT("\x0f"), NULL},
    {{minus_2, 256}, NULL},
    {{minus_1, 256}, "is not below p - 1"},
    {{itself, 256}, "is not below p - 1"},
    {{longer, 300}, "is not below p - 1"},
};

#define N_VALUES (sizeof(values) / sizeof(values[0]))

static void
fill_values(void)
{
	(void)near_p(minus_2, -2);
	(void)near_p(minus_1, -1);
	(void)near_p(itself, 0);
	memset(longer, 0xaa, sizeof(longer));
}

/* A client that takes a value looks at the host key next, and there is none. */
static void
check_value(
    const struct session *s, bool at_server, size_t i, const char *message, const char *field, uint64_t randomness)
{
	char text[128];

	if (values[i].wrong == NULL && at_server) {
		expect(s, true, 0, NULL);
		assert_true(s->server_env.state != randomness);
		return;
	}
	if (values[i].wrong == NULL) {
		snprintf(text, sizeof(text), "%s: the host key is malformed or not allowed", message);
		expect(s, false, NACRE_E_KEY_FORMAT, text);
		return;
	}
	snprintf(text, sizeof(text), "%s: %s %s", message, field, values[i].wrong);
	expect(s, at_server, NACRE_E_KEX, text);
	if (at_server)
		assert_true(s->server_env.state == randomness); /* no exponent was made */
}

static void
a_server_refuses_e_out_of_range(void **state)
{
	struct session s;
	size_t i;

	(void)state;
	fill_values();
	for (i = 0; i < N_VALUES; i++) {
		struct msg_kex_dh_init dh = {.e = values[i].value};
		struct msg_kex_gex_request request = {.min = 2048, .n = 2048, .max = 8192};
		struct msg_kex_gex_init gex = {.e = values[i].value};
		uint64_t randomness;

		begin(&s, GROUP14, true);
		randomness = s.server_env.state;
		say(&s, true, MSG_kex_dh_init, &dh);
		check_value(&s, true, i, "kex_dh_init", "e", randomness);
		end(&s);
		begin(&s, GEX, true);
		say(&s, true, MSG_kex_gex_request, &request);
		expect(&s, true, 0, NULL);
		randomness = s.server_env.state;
		say(&s, true, MSG_kex_gex_init, &gex);
		check_value(&s, true, i, "kex_gex_init", "e", randomness);
		end(&s);
	}
}

static void
a_client_refuses_f_out_of_range(void **state)
{
	struct session s;
	size_t i;

	(void)state;
	fill_values();
	for (i = 0; i < N_VALUES; i++) {
		struct msg_kex_dh_reply dh = {.f = values[i].value};
		struct msg_kex_gex_group group = {.p = dh_group14.p, .g = dh_group14.g};
		struct msg_kex_gex_reply gex = {.f = values[i].value};

		begin(&s, GROUP14, false);
		say(&s, false, MSG_kex_dh_reply, &dh);
		check_value(&s, false, i, "kex_dh_reply", "f", 0);
		end(&s);
		begin(&s, GEX, false);
		say(&s, false, MSG_kex_gex_group, &group);
		expect(&s, false, 0, NULL);
		say(&s, false, MSG_kex_gex_reply, &gex);
		check_value(&s, false, i, "kex_gex_reply", "f", 0);
		end(&s);
	}
}

static void
a_client_refuses_a_bad_group_before_it_makes_a_key_pair(void **state)
{
	static uint8_t p8193[1025] = {1};
	static const struct {
		struct slice p, g;
		const char *wrong;
	} groups[] = {
	    {{itself, 256}, SLICE_INIT("\2"), NULL},
	    {{itself, 256}, {minus_2, 256}, NULL},
	    {{minus_1, 256}, SLICE_INIT("\2"), "kex_gex_group: p is even"},
	    {{longer, 255}, SLICE_INIT("\2"), "kex_gex_group: p is too short"},
	    {{NULL, 0}, SLICE_INIT("\2"), "kex_gex_group: p is too short"},
	    {{p8193, 1025}, SLICE_INIT("\2"), "kex_gex_group: p is too long"},
	    {{itself, 256}, {NULL, 0}, "kex_gex_group: g is not between 1 and p - 1"},
	    {{itself, 256}, SLICE_INIT("\1"), "kex_gex_group: g is not between 1 and p - 1"},
	    {{itself, 256}, {minus_1, 256}, "kex_gex_group: g is not between 1 and p - 1"},
	    {{itself, 256}, {longer, 300}, "kex_gex_group: g is not between 1 and p - 1"},
	};
	struct session s;
	uint64_t randomness;
	size_t i;

	(void)state;
	fill_values();
	p8193[1024] = 1;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		struct msg_kex_gex_group group = {.p = groups[i].p, .g = groups[i].g};

		begin(&s, GEX, false);
		randomness = s.client_env.state;
		say(&s, false, MSG_kex_gex_group, &group);
		expect(&s, false, groups[i].wrong == NULL ? 0 : NACRE_E_KEX, groups[i].wrong);
		assert_true((s.client_env.state == randomness) == (groups[i].wrong != NULL));
		end(&s);
	}
}

static void
a_server_gives_no_group_for_bounds_that_allow_none(void **state)
{
	static const struct {
		struct msg_kex_gex_request request;
		const char *wrong;
	} requests[] = {
	    {{.min = 2048, .n = 3072, .max = 8192}, NULL},
	    {{.min = 1024, .n = 1024, .max = 2048}, NULL}, /* OpenSSH's floor was that once: it gets 2048 */
	    {{.min = 2048, .n = 8192, .max = UINT32_MAX}, NULL},
	    {{.min = 1024, .n = 1024, .max = 2047}, "kex_gex_request: min, n and max allow no group"},
	    {{.min = 8193, .n = 9000, .max = 16384}, "kex_gex_request: min, n and max allow no group"},
	    {{.min = 4096, .n = 2048, .max = 8192}, "kex_gex_request: min, n and max allow no group"},
	    {{.min = 2048, .n = 8192, .max = 4096}, "kex_gex_request: min, n and max allow no group"},
	    {{.min = 2049, .n = 2500, .max = 3000}, "kex_gex_request: there is no group between min and max"},
	};
	struct session s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		begin(&s, GEX, true);
		say(&s, true, MSG_kex_gex_request, &requests[i].request);
		expect(&s, true, requests[i].wrong == NULL ? 0 : NACRE_E_KEX, requests[i].wrong);
		end(&s);
	}
}

/* RFC 4251 5: an mpint is never negative, and never longer than it must be. */
static void
numbers_that_are_not_in_their_shortest_form_are_malformed(void **state)
{
	static const uint8_t negative[] = {NUM_kex_dh_init, 0, 0, 0, 1, 0x8f},
			     padded[] = {NUM_kex_dh_init, 0, 0, 0, 2, 0, 0x0f},
			     good[] = {NUM_kex_dh_init, 0, 0, 0, 2, 0, 0x8f},
			     rest[] = {NUM_kex_dh_init, 0, 0, 0, 1, 0x0f, 0};
	static const struct {
		const uint8_t *payload;
		size_t n;
	} bad[] = {{negative, sizeof(negative)}, {padded, sizeof(padded)}, {rest, sizeof(rest)}};
	struct session s;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		begin(&s, GROUP14, true);
		puppet_send(s.p.client.conn, bad[i].payload, bad[i].n);
		move(&s, true);
		expect(&s, true, NACRE_E_FORMAT, "kex_dh_init: malformed");
		end(&s);
	}
	begin(&s, GROUP14, true);
	puppet_send(s.p.client.conn, good, sizeof(good));
	move(&s, true);
	expect(&s, true, 0, NULL);
	end(&s);
}

/* Only in their order, once, and from the one whose they are (CVE-2026-84897). */
static void
messages_of_group_exchange_out_of_order_are_refused(void **state)
{
	static const uint8_t numbers[] = {30, 31, 32, 33, 34, NUM_newkeys};
	struct msg_kex_gex_request request = {.min = 2048, .n = 2048, .max = 8192};
	struct msg_kex_gex_group group = {.p = dh_group14.p, .g = dh_group14.g};
	struct session s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers); i++) {
		begin(&s, GEX, true);
		puppet_send_number(s.p.client.conn, numbers[i]);
		move(&s, true);
		assert_int_equal(pair_error(&s.p.server), numbers[i] == 34 ? NACRE_E_FORMAT : NACRE_E_ORDER);
		end(&s);
		begin(&s, GEX, true);
		say(&s, true, MSG_kex_gex_request, &request);
		puppet_send_number(s.p.client.conn, numbers[i]);
		move(&s, true);
		assert_int_equal(pair_error(&s.p.server), numbers[i] == 32 ? NACRE_E_FORMAT : NACRE_E_ORDER);
		end(&s);
		begin(&s, GEX, false);
		puppet_send_number(s.p.server.conn, numbers[i]);
		move(&s, false);
		assert_int_equal(pair_error(&s.p.client), numbers[i] == 31 ? NACRE_E_FORMAT : NACRE_E_ORDER);
		end(&s);
		begin(&s, GEX, false);
		say(&s, false, MSG_kex_gex_group, &group);
		puppet_send_number(s.p.server.conn, numbers[i]);
		move(&s, false);
		assert_int_equal(pair_error(&s.p.client), numbers[i] == 33 ? NACRE_E_FORMAT : NACRE_E_ORDER);
		end(&s);
	}
}

static void
points_of_a_wrong_length_or_off_the_curve_are_refused(void **state)
{
	static const size_t lengths[] = {0, 32, 33, 64, 66, 65};
	uint8_t point[66] = {4};
	struct session s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct msg_kex_ecdh_init init = {.q_c = slice_of(point, lengths[i])};
		struct msg_kex_ecdh_reply reply = {.q_s = slice_of(point, lengths[i])};
		bool whole = lengths[i] == 65;

		begin(&s, "ecdh-sha2-nistp256", true);
		say(&s, true, MSG_kex_ecdh_init, &init);
		expect(&s, true, NACRE_E_KEX,
		    whole ? "kex_ecdh_init: q_c is not acceptable" : "kex_ecdh_init: q_c has the wrong length");
		end(&s);
		begin(&s, "ecdh-sha2-nistp256", false);
		say(&s, false, MSG_kex_ecdh_reply, &reply);
		expect(&s, false, NACRE_E_KEX,
		    whole ? "kex_ecdh_reply: q_s is not acceptable" : "kex_ecdh_reply: q_s has the wrong length");
		end(&s);
	}
}

/* A server's file of moduli is what the client computes in. */
static void
a_group_of_the_servers_file_is_used(void **state)
{
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};
	struct nacre_conn_options client = {.size = sizeof(client), .kex = GEX}, server = {.size = sizeof(server)};
	struct session s;
	char text[1024];
	size_t i, n;

	(void)state;
	n = (size_t)snprintf(text, sizeof(text), "20220714110357 2 6 100 2047 5 ");
	for (i = 0; i < dh_group14.p.n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%02X", dh_group14.p.p[i]);
	server.moduli = (const uint8_t *)text;
	server.n_moduli = n;
	test_env_init(&s.client_env, 7);
	test_env_init(&s.server_env, 8);
	assert_int_equal(pair_init(&s.p, &s.client_env, &s.server_env, &client, &server, set, 1), 0);
	while (
	    s.p.client.conn->transport.exchange->group == NULL || s.p.client.conn->transport.exchange->group->p.n == 0)
		assert_true(pair_move(&s.p, false, 1) + pair_move(&s.p, true, SIZE_MAX) > 0 || pair_turn(&s.p));
	assert_true(slice_eq(s.p.client.conn->transport.exchange->group->g, SLICE_LIT("\5")));
	assert_int_equal(dh_bits(s.p.client.conn->transport.exchange->group->p), 2048);
	assert_true(pair_login(&s.p));
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_server_refuses_e_out_of_range),
	    cmocka_unit_test(a_client_refuses_f_out_of_range),
	    cmocka_unit_test(a_client_refuses_a_bad_group_before_it_makes_a_key_pair),
	    cmocka_unit_test(a_server_gives_no_group_for_bounds_that_allow_none),
	    cmocka_unit_test(numbers_that_are_not_in_their_shortest_form_are_malformed),
	    cmocka_unit_test(messages_of_group_exchange_out_of_order_are_refused),
	    cmocka_unit_test(points_of_a_wrong_length_or_off_the_curve_are_refused),
	    cmocka_unit_test(a_group_of_the_servers_file_is_used),
	};

	return cmocka_run_group_tests_name("conn/kex_hostile", tests, setup, teardown);
}
