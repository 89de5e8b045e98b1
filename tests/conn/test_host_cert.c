/* A server that shows a certificate of its host key, to clients that want one and to clients that do not. */
#include "keys.h"
#include "pair.h"
#include <nacre/cert.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *const rows[] = {"ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp521-cert-v01@openssh.com",
    "rsa-sha2-512-cert-v01@openssh.com", "ssh-mldsa44-ed25519-cert-v01@openssh.com"};

static struct {
	struct test_env env;
	struct test_keys keys;
	nacre_key *cert[KEY_COUNT];
	nacre_key *users; /* for the ed25519 key, of the wrong kind */
} world;

static nacre_key *
certify(enum nacre_cert_type type, const nacre_key *key)
{
	static const char *const principals[] = {"pearl.example"};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = type,
	    .principals = principals,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER};
	nacre_key *shown, *joined;

	assert_int_equal(nacre_cert_issue(&world.env.env, &fields, key, world.keys.other, &shown), 0);
	assert_int_equal(nacre_cert_with_key(&world.env.env, shown, key, &joined), 0);
	nacre_key_free(shown);
	return joined;
}

static int
begin(void **state)
{
	size_t i;

	(void)state;
	test_env_init(&world.env, 12);
	test_keys_make(&world.keys, &world.env.env, 0);
	for (i = 0; i < KEY_COUNT; i++)
		world.cert[i] = certify(NACRE_CERT_HOST, world.keys.key[i]);
	world.users = certify(NACRE_CERT_USER, world.keys.key[KEY_ED25519]);
	return 0;
}

static int
end(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < KEY_COUNT; i++)
		nacre_key_free(world.cert[i]);
	nacre_key_free(world.users);
	test_keys_free(&world.keys);
	return world.env.live_blocks == 0 ? 0 : -1;
}

/* A session with a server that has the plain key and its certificate; wants: whether the client asks for one. */
struct meeting {
	struct test_env client_env, server_env;
	struct nacre_conn_options client, server;
	struct pair p;
};

/* What must be named, in both forms. */
#define PLAIN "ssh-mldsa44-ed25519@openssh.com"
#define CERTIFIED "ssh-mldsa44-ed25519-cert-v01@openssh.com"

static void
meet(struct meeting *m, size_t key, bool wants)
{
	const nacre_key *const set[] = {world.keys.key[key], world.cert[key]};

	memset(m, 0, sizeof(*m));
	test_env_init(&m->client_env, 70 + key);
	test_env_init(&m->server_env, 170 + key);
	m->client.size = sizeof(m->client);
	m->server.size = sizeof(m->server);
	m->client.host_certificates = wants;
	m->server.host_key_algorithms = "+" CERTIFIED "," PLAIN;
	m->client.host_key_algorithms = wants ? "+" CERTIFIED "," PLAIN : "+" PLAIN;
	assert_int_equal(pair_init(&m->p, &m->client_env, &m->server_env, &m->client, &m->server, set, 2), 0);
	assert_true(pair_login(&m->p));
}

static void
part(struct meeting *m)
{
	pair_free(&m->p);
	assert_int_equal(m->client_env.live_blocks, 0);
	assert_int_equal(m->server_env.live_blocks, 0);
}

static void
assert_algorithm(const struct meeting *m, const char *name)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(m->p.client.conn, &info);
	assert_string_equal(info.host_key_algorithm, name);
}

static void
a_client_that_wants_a_certificate_gets_it_and_keeps_it(void **state)
{
	struct meeting m;
	size_t i;

	(void)state;
	for (i = 0; i < KEY_COUNT; i++) {
		meet(&m, i, true);
		assert_algorithm(&m, rows[i]);
		assert_int_equal(nacre_conn_rekey(m.p.client.conn), 0);
		pair_run(&m.p);
		assert_int_equal(m.p.client.seen[NACRE_EVENT_KEX_DONE], 2);
		assert_algorithm(&m, rows[i]);
		part(&m);
	}
}

static void
a_client_without_an_authority_gets_the_plain_key(void **state)
{
	struct meeting m;

	(void)state;
	meet(&m, KEY_ED25519, false);
	assert_algorithm(&m, "ssh-ed25519");
	part(&m);
}

static void
a_users_certificate_is_no_host_key(void **state)
{
	const nacre_key *set[] = {world.users};
	char why[128];
	struct nacre_conn_options o = {.size = sizeof(o),
	    .role = NACRE_SERVER,
	    .host_keys = set,
	    .n_host_keys = 1,
	    .why = why,
	    .why_size = sizeof(why)};
	nacre_conn *conn;

	(void)state;
	assert_int_equal(nacre_conn_new(&world.env.env, &o, &conn), NACRE_E_ARGUMENT);
	assert_string_equal(why, "host_keys: a certificate for users is no host's");
	set[0] = world.cert[KEY_ED25519];
	assert_int_equal(nacre_conn_new(&world.env.env, &o, &conn), 0);
	nacre_conn_free(conn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_client_that_wants_a_certificate_gets_it_and_keeps_it),
	    cmocka_unit_test(a_client_without_an_authority_gets_the_plain_key),
	    cmocka_unit_test(a_users_certificate_is_no_host_key),
	};

	return cmocka_run_group_tests_name("conn/host_cert", tests, begin, end);
}
