/* Each key exchange method in both roles: a connection, a rekey, and what the connection tells of it; cut at every byte
 * for one of each family. */
#include "conn_internal.h"
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

static int
setup(void **state)
{
	(void)state;
	test_env_init(&key_env, 31);
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
	struct nacre_conn_options client, server;
	struct pair p;
};

static void
session_start(struct session *s, const char *kex)
{
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};

	test_env_init(&s->client_env, 3);
	test_env_init(&s->server_env, 4);
	s->client.size = sizeof(s->client);
	s->server.size = sizeof(s->server);
	s->client.kex = s->server.kex = kex;
	assert_int_equal(pair_init(&s->p, &s->client_env, &s->server_env, &s->client, &s->server, set, 1), 0);
}

static void
session_end(struct session *s)
{
	pair_free(&s->p);
	assert_int_equal(s->client_env.live_blocks, 0);
	assert_int_equal(s->server_env.live_blocks, 0);
	assert_int_equal(s->client_env.wrong_sizes + s->server_env.wrong_sizes, 0);
}

static void
check_info(const nacre_conn *c, const struct kex *kex, const struct nacre_bytes *session_id, unsigned kex_count)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(c, &info);
	assert_true(info.active && info.authenticated && !info.in_kex);
	assert_string_equal(info.kex, kex->name);
	assert_int_equal(info.kex_count, kex_count);
	assert_int_equal(info.session_id.n, hash_len(kex->hash));
	if (session_id != NULL)
		assert_memory_equal(info.session_id.p, session_id->p, session_id->n);
}

static void
every_method_connects_and_rekeys_and_tells_its_name(void **state)
{
	struct nacre_conn_info first;
	const struct kex *kex;

	(void)state;
	for (kex = kex_table; kex->name != NULL; kex++) {
		struct session s = {.client = {.size = 0}};
		uint8_t id[HASH_MAX_LEN];

		session_start(&s, kex->name);
		assert_true(pair_login(&s.p));
		nacre_conn_get_info(s.p.server.conn, &first);
		check_info(s.p.client.conn, kex, &first.session_id, 1);
		memcpy(id, first.session_id.p, first.session_id.n);
		first.session_id.p = id;
		assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
		pair_run(&s.p);
		assert_int_equal(nacre_conn_rekey(s.p.server.conn), 0);
		pair_run(&s.p);
		check_info(s.p.client.conn, kex, &first.session_id, 3);
		check_info(s.p.server.conn, kex, &first.session_id, 3);
		assert_int_not_equal(pair_open(&s.p), UINT32_MAX);
		session_end(&s);
	}
}

static void
legacy_methods_are_offered_only_by_name(void **state)
{
	struct session s = {.client = {.size = 0}};
	const struct kex *kex;

	(void)state;
	session_start(&s, NULL);
	for (kex = kex_table; kex->name != NULL; kex++)
		assert_int_equal(
		    slice_has_name(slice_str(s.p.client.conn->transport.algorithms.kex), slice_str(kex->name)),
		    !kex->legacy);
	session_end(&s);
}

/* One of each family, the quickest. */
static const char *const families[] = {
    "ecdh-sha2-nistp256", "diffie-hellman-group1-sha1", "diffie-hellman-group-exchange-sha256"};

#define N_FAMILIES (sizeof(families) / sizeof(families[0]))

static void
a_method_works_a_byte_at_a_time(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < N_FAMILIES; i++) {
		struct session s = {.client = {.ciphers = "aes128-gcm@openssh.com"}};

		session_start(&s, families[i]);
		s.p.in_max = s.p.out_max = 1;
		assert_true(pair_login(&s.p));
		session_end(&s);
	}
}

/* The session id stays the first H, whatever a later method's hash is as long as (CVE-2021-3634). */
static void
a_rekey_may_change_the_hash(void **state)
{
	static const char *const order[][2] = {{"curve25519-sha256", "ecdh-sha2-nistp521"},
	    {"ecdh-sha2-nistp521", "diffie-hellman-group1-sha1"}, {"diffie-hellman-group1-sha1", "ecdh-sha2-nistp384"}};
	struct nacre_conn_info before, after;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct session s = {.client = {.size = 0}};
		uint8_t id[HASH_MAX_LEN];
		char **list;

		session_start(&s, order[i][0]);
		assert_true(pair_login(&s.p));
		nacre_conn_get_info(s.p.client.conn, &before);
		memcpy(id, before.session_id.p, before.session_id.n);
		list = &s.p.client.conn->transport.algorithms.kex;
		mem_free_str(&s.p.client.conn->env, *list);
		*list = mem_str(&s.p.client.conn->env, slice_str(order[i][1]));
		list = &s.p.server.conn->transport.algorithms.kex;
		mem_free_str(&s.p.server.conn->env, *list);
		*list = mem_str(&s.p.server.conn->env, slice_str(order[i][1]));
		assert_int_equal(nacre_conn_rekey(s.p.client.conn), 0);
		pair_run(&s.p);
		nacre_conn_get_info(s.p.client.conn, &after);
		assert_string_equal(after.kex, order[i][1]);
		assert_int_equal(after.session_id.n, before.session_id.n);
		assert_memory_equal(after.session_id.p, id, after.session_id.n);
		assert_int_not_equal(pair_open(&s.p), UINT32_MAX);
		session_end(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_method_connects_and_rekeys_and_tells_its_name),
	    cmocka_unit_test(legacy_methods_are_offered_only_by_name),
	    cmocka_unit_test(a_method_works_a_byte_at_a_time),
	    cmocka_unit_test(a_rekey_may_change_the_hash),
	};

	return cmocka_run_group_tests_name("conn/kex", tests, setup, teardown);
}
