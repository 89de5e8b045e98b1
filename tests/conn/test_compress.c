/* Connections that compress: both roles, each name, every step of bytes, rekeys in between, and what is refused. */
#include "keys.h"
#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

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

struct wish {
	const char *client, *server, *cipher;
	uint64_t rekey_bytes;
	size_t step; /* bytes that cross at a time; 0: all */
};

static void
start(struct session *s, const struct wish *w)
{
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};
	struct nacre_conn_options client = {
	    .size = sizeof(client), .compression = w->client, .ciphers = w->cipher, .rekey_bytes = w->rekey_bytes};
	struct nacre_conn_options server = {.size = sizeof(server), .compression = w->server};

	test_env_init(&s->client_env, 1);
	test_env_init(&s->server_env, 2);
	assert_int_equal(pair_init(&s->p, &s->client_env, &s->server_env, &client, &server, set, 1), 0);
	s->p.in_max = s->p.out_max = w->step;
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

static struct nacre_conn_info
info_of(const struct pair_side *side)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(side->conn, &info);
	return info;
}

/* Sends n bytes that pack well through the echoing server; all of them must come back. */
static void
echo(struct session *s, size_t n)
{
	uint8_t block[10000];
	uint64_t want = s->p.received_by_client + n;
	size_t i, sent = 0;

	for (i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)(i / 100);
	while (s->p.received_by_client < want) {
		int64_t done = nacre_conn_channel_write(s->p.client.conn, s->channel, NACRE_STDOUT, block,
		    n - sent < sizeof(block) ? n - sent : sizeof(block));

		assert_true(done >= 0);
		sent += (size_t)done;
		if (!pair_turn(&s->p) && done == 0)
			break;
	}
	assert_int_equal(s->p.received_by_client, want);
	assert_memory_equal(s->p.client_hash, s->p.server_hash, 32);
}

static void
expect_compression(struct session *s, const char *name)
{
	struct nacre_conn_info client = info_of(&s->p.client), server = info_of(&s->p.server);

	assert_string_equal(client.compression_out, name);
	assert_string_equal(client.compression_in, name);
	assert_string_equal(server.compression_out, name);
	assert_string_equal(server.compression_in, name);
	assert_int_equal(pair_error(&s->p.client), 0);
	assert_int_equal(pair_error(&s->p.server), 0);
}

static void
the_first_of_the_clients_names_is_used(void **state)
{
	static const struct {
		struct wish wish;
		const char *name;
	} rows[] = {
	    {{NULL, NULL, NULL, 0, 0}, "none"},
	    {{"zlib@openssh.com,none", NULL, NULL, 0, 0}, "none"},
	    {{NULL, "zlib@openssh.com,none", NULL, 0, 0}, "none"},
	    {{"zlib@openssh.com,none", "none,zlib@openssh.com", NULL, 0, 0}, "zlib@openssh.com"},
	    {{"^zlib", "+zlib*", NULL, 0, 0}, "zlib"},
	    {{"none,zlib", "zlib,none", NULL, 0, 0}, "none"},
	};
	struct session s = {.channel = 0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(&s, &rows[i].wish);
		echo(&s, 100000);
		expect_compression(&s, rows[i].name);
		if (strcmp(rows[i].name, "none") == 0)
			assert_true(info_of(&s.p.client).bytes_out > 100000);
		else
			assert_true(info_of(&s.p.client).bytes_out < 30000 && info_of(&s.p.server).bytes_out < 30000);
		end(&s);
	}
}

static void
every_step_of_bytes_gives_the_same(void **state)
{
	static const size_t steps[] = {1, 2, 3, 7, 64, 1000, 4096};
	static const char *const names[] = {"zlib@openssh.com", "zlib"};
	struct session s = {.channel = 0};
	size_t i, j;

	(void)state;
	for (i = 0; i < 2; i++)
		for (j = 0; j < sizeof(steps) / sizeof(steps[0]); j++) {
			struct wish wish = {names[i], names[i], NULL, 0, steps[j]};

			start(&s, &wish);
			echo(&s, steps[j] < 4 ? 20000 : 100000);
			expect_compression(&s, names[i]);
			end(&s);
		}
}

static void
a_rekey_begins_the_streams_anew(void **state)
{
	static const char *const ciphers[] = {"aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-ctr"};
	static const char *const names[] = {"zlib@openssh.com", "zlib"};
	struct session s = {.channel = 0};
	size_t i, j;

	(void)state;
	for (i = 0; i < 2; i++)
		for (j = 0; j < sizeof(ciphers) / sizeof(ciphers[0]); j++) {
			const struct wish wish = {names[i], names[i], ciphers[j], 1024, 0};

			start(&s, &wish);
			echo(&s, 600000);
			assert_true(info_of(&s.p.client).kex_count >= 3);
			expect_compression(&s, names[i]);
			end(&s);
		}
}

static void
a_changed_byte_is_refused_before_it_is_unpacked(void **state)
{
	const struct wish wish = {"zlib@openssh.com", "zlib@openssh.com", NULL, 0, 0};
	struct session s = {.channel = 0};
	const uint8_t *out;
	size_t n, out_n;
	uint8_t *p;

	(void)state;
	start(&s, &wish);
	echo(&s, 1000);
	assert_true(
	    nacre_conn_channel_write(s.p.client.conn, s.channel, NACRE_STDOUT, (const uint8_t *)"pearl", 5) == 5);
	p = nacre_conn_recv_space(s.p.server.conn, &n);
	assert_non_null(p);
	out = nacre_conn_output(s.p.client.conn, &out_n);
	assert_true(out_n > 20 && out_n <= n);
	memcpy(p, out, out_n);
	p[out_n / 2] ^= 1;
	assert_int_equal(nacre_conn_received(s.p.server.conn, out_n), 0);
	(void)pair_events(&s.p, &s.p.server);
	assert_int_equal(pair_error(&s.p.server), NACRE_E_MAC);
	end(&s);
}

static void
a_name_that_is_not_known_is_an_argument_error(void **state)
{
	char why[200] = "";
	struct nacre_conn_options o = {
	    .size = sizeof(o), .role = NACRE_CLIENT, .compression = "zlip", .why = why, .why_size = sizeof(why)};
	struct test_env te;
	nacre_conn *conn;

	(void)state;
	test_env_init(&te, 3);
	assert_int_equal(nacre_conn_new(&te.env, &o, &conn), NACRE_E_ARGUMENT);
	assert_non_null(strstr(why, "compression: unknown algorithm \"zlip\""));
	o.compression = "zlib";
	assert_int_equal(nacre_conn_new(&te.env, &o, &conn), 0);
	nacre_conn_free(conn);
	assert_int_equal(te.live_blocks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_of_the_clients_names_is_used),
	    cmocka_unit_test(every_step_of_bytes_gives_the_same),
	    cmocka_unit_test(a_rekey_begins_the_streams_anew),
	    cmocka_unit_test(a_changed_byte_is_refused_before_it_is_unpacked),
	    cmocka_unit_test(a_name_that_is_not_known_is_an_argument_error),
	};

	return cmocka_run_group_tests_name("conn/compress", tests, setup, teardown);
}
