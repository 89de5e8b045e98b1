/* A server that tells all its host keys and proves them, over the core alone; clients that ask for what they should
 * not. */
#include "buf.h"
#include "host_proof.h"
#include "keys.h"
#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define USUAL "hostkeys-prove-00@openssh.com"

static struct {
	struct test_env env;
	struct test_keys keys;
	nacre_key *public_half; /* of the RSA key */
} world;

static int
begin(void **state)
{
	(void)state;
	test_env_init(&world.env, 21);
	test_keys_make(&world.keys, &world.env.env, 0);
	return nacre_key_copy_public(&world.env.env, world.keys.key[KEY_RSA], &world.public_half);
}

static int
end(void **state)
{
	(void)state;
	nacre_key_free(world.public_half);
	test_keys_free(&world.keys);
	return world.env.live_blocks == 0 ? 0 : -1;
}

struct meeting {
	struct test_env client_env, server_env;
	struct nacre_conn_options client, server;
	struct pair p;
	unsigned announced;
	struct buf list, reply; /* what the client was told */
	bool replied, ok;
	int sign; /* how the server's owner answers SIGN: 0 with the key, 1 declines, 2 with another key's signature */
};

static void
answer_sign(struct meeting *m, const struct nacre_event *ev)
{
	nacre_conn *conn = m->p.server.conn;
	uint8_t *signature;
	size_t n;

	assert_true(nacre_key_equal(ev->key, world.public_half));
	if (m->sign == 0) {
		assert_int_equal(
		    nacre_conn_answer_sign_key(conn, ev->token + 1, world.keys.key[KEY_RSA]), NACRE_E_MISUSE);
		assert_int_equal(nacre_conn_answer_sign_key(conn, ev->token, world.keys.other), NACRE_E_ARGUMENT);
		assert_int_equal(nacre_conn_answer_sign_key(conn, ev->token, world.keys.key[KEY_RSA]), 0);
	} else if (m->sign == 1) {
		assert_int_equal(nacre_conn_answer_sign(conn, ev->token, NULL, 0), 0);
	} else {
		assert_int_equal(nacre_key_sign(&world.env.env, world.keys.key[KEY_RSA], "rsa-sha2-256", ev->data.p,
				     ev->data.n, &signature, &n),
		    0);
		assert_int_equal(nacre_conn_answer_sign(conn, ev->token, signature, n), 0);
		nacre_key_signature_free(&world.env.env, signature, n);
	}
}

static void
watch(struct pair *p, struct pair_side *side, const struct nacre_event *ev)
{
	struct meeting *m = p->hook_ctx;

	if (side == &p->server && ev->type == NACRE_EVENT_SIGN)
		answer_sign(m, ev);
	if (side != &p->client)
		return;
	if (ev->type == NACRE_EVENT_GLOBAL_REQUEST) {
		assert_int_equal(ev->token, 0);
		assert_true(ev->name.n == 23 && memcmp(ev->name.p, "hostkeys-00@openssh.com", 23) == 0);
		m->announced++;
		buf_put(&m->list, ev->data.p, ev->data.n);
	} else if (ev->type == NACRE_EVENT_GLOBAL_REPLY) {
		m->replied = true;
		m->ok = ev->ok;
		buf_reset(&m->reply);
		buf_put(&m->reply, ev->data.p, ev->data.n);
	}
}

static void
meet(struct meeting *m, const nacre_key *const *keys, size_t n, const char *algorithms)
{
	memset(m, 0, sizeof(*m));
	test_env_init(&m->client_env, 31);
	test_env_init(&m->server_env, 32);
	buf_init(&m->list, &world.env.env, 1 << 16);
	buf_init(&m->reply, &world.env.env, 1 << 16);
	m->client.size = sizeof(m->client);
	m->server.size = sizeof(m->server);
	m->client.host_key_algorithms = algorithms;
	m->server.preset = algorithms == NULL ? NULL : "legacy";
	m->server.announce_host_keys = true;
	assert_int_equal(pair_init(&m->p, &m->client_env, &m->server_env, &m->client, &m->server, keys, n), 0);
	m->p.hook = watch;
	m->p.hook_ctx = m;
	assert_true(pair_login(&m->p));
	pair_run(&m->p);
}

static void
part(struct meeting *m)
{
	pair_free(&m->p);
	buf_free(&m->list);
	buf_free(&m->reply);
	assert_int_equal(m->client_env.live_blocks, 0);
	assert_int_equal(m->server_env.live_blocks, 0);
}

static void
ask(struct meeting *m, const char *name, struct slice list)
{
	uint64_t operation;

	m->replied = m->ok = false;
	assert_int_equal(nacre_conn_global_request(m->p.client.conn, name, list.p, list.n, &operation), 0);
	pair_run(&m->p);
}

static void
assert_refused(struct meeting *m, struct slice list)
{
	ask(m, USUAL, list);
	assert_true(m->replied);
	assert_false(m->ok);
	assert_int_equal(pair_error(&m->p.server), 0);
}

static struct slice
one(struct buf *b, const nacre_key *key)
{
	buf_reset(b);
	buf_put_string(b, key_blob(key));
	return buf_slice(b);
}

static void
assert_proof(struct meeting *m, const struct host_proof_names *names, struct reader *r, const nacre_key *key,
    const char *algorithm)
{
	struct slice signature = reader_string(r);
	struct nacre_conn_info info;
	struct buf data;

	nacre_conn_get_info(m->p.client.conn, &info);
	buf_init(&data, &world.env.env, 1 << 16);
	host_proof_put(&data, names, slice_of(info.session_id.p, info.session_id.n), key_blob(key));
	assert_int_equal(nacre_key_verify(key, algorithm, data.p, data.n, signature.p, signature.n, 0, NULL), 0);
	buf_free(&data);
}

static void
every_key_is_told_once_and_proved_once(void **state)
{
	const nacre_key *const *keys = (const nacre_key *const *)world.keys.key;
	const struct host_proof_names *names = host_proof_usual();
	struct meeting m;
	struct reader r;
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, &world.env.env, 1 << 16);
	meet(&m, keys, KEY_COUNT, NULL);
	assert_int_equal(m.announced, 1);
	r = reader_of(buf_slice(&m.list));
	for (i = 0; i < KEY_COUNT; i++)
		assert_true(slice_eq(reader_string(&r), key_blob(keys[i])));
	assert_true(reader_end(&r));
	ask(&m, names->prove, buf_slice(&m.list));
	assert_true(m.replied && m.ok);
	r = reader_of(buf_slice(&m.reply));
	for (i = 0; i < KEY_COUNT; i++)
		assert_proof(&m, names, &r, keys[i], NULL);
	assert_true(reader_end(&r));
	/* Again is refused, and nothing else suffers. */
	assert_refused(&m, buf_slice(&m.list));
	assert_refused(&m, one(&b, keys[KEY_P256]));
	assert_int_equal(nacre_conn_rekey(m.p.client.conn), 0);
	pair_run(&m.p);
	assert_int_equal(m.announced, 1);
	(void)pair_open(&m.p);
	part(&m);
	buf_free(&b);
}

static void
the_drafts_own_name_is_another_context(void **state)
{
	const nacre_key *const *keys = (const nacre_key *const *)world.keys.key;
	struct meeting m;
	struct reader r;
	struct buf b;

	(void)state;
	buf_init(&b, &world.env.env, 1 << 16);
	meet(&m, keys, KEY_COUNT, NULL);
	ask(&m, "hostkeys-prove", one(&b, keys[KEY_P384]));
	assert_true(m.ok);
	r = reader_of(buf_slice(&m.reply));
	assert_proof(&m, host_proof_asked(SLICE_LIT("hostkeys-prove")), &r, keys[KEY_P384], NULL);
	part(&m);
	buf_free(&b);
}

/* draft 2.2.1 */
static void
an_rsa_key_signs_by_the_hash_of_the_key_exchange(void **state)
{
	static const struct {
		const char *offered, *signs; /* NULL: not at all */
	} rows[] = {
	    {"rsa-sha2-256", "rsa-sha2-256"},
	    {"rsa-sha2-512", "rsa-sha2-512"},
	    {"ssh-ed25519", "rsa-sha2-512"},
	    {"ssh-rsa", NULL},
	};
	const nacre_key *const *keys = (const nacre_key *const *)world.keys.key;
	struct meeting m;
	struct reader r;
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, &world.env.env, 1 << 16);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		meet(&m, keys, KEY_COUNT, rows[i].offered);
		ask(&m, USUAL, one(&b, keys[KEY_RSA]));
		assert_int_equal(m.ok, rows[i].signs != NULL);
		r = reader_of(buf_slice(&m.reply));
		if (m.ok)
			assert_proof(&m, host_proof_usual(), &r, keys[KEY_RSA], rows[i].signs);
		part(&m);
	}
	buf_free(&b);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	const nacre_key *keys[] = {world.keys.key[KEY_ED25519], world.keys.key[KEY_P256]};
	struct meeting m;
	struct buf b, more;
	size_t n;

	(void)state;
	buf_init(&b, &world.env.env, 1 << 16);
	buf_init(&more, &world.env.env, 1 << 16);
	meet(&m, keys, 2, NULL);
	assert_refused(&m, SLICE_NONE);
	assert_refused(&m, SLICE_LIT("\0\0\0\0"));
	assert_refused(&m, SLICE_LIT("\xff\xff\xff\xff"));
	assert_refused(&m, one(&b, world.keys.other)); /* not ours */
	buf_put_string(&b, key_blob(keys[1]));
	assert_refused(&m, buf_slice(&b));
	buf_put_string(&more, key_blob(keys[0]));
	buf_put_string(&more, key_blob(keys[0]));
	assert_refused(&m, buf_slice(&more)); /* twice */
	one(&b, keys[0]);
	for (n = 0; n < b.n; n++)
		assert_refused(&m, slice_of(b.p, n));
	ask(&m, USUAL, buf_slice(&b)); /* the refusals have cost nothing */
	assert_true(m.ok);
	part(&m);
	buf_free(&b);
	buf_free(&more);
}

static void
who_does_not_announce_leaves_the_request_to_the_owner(void **state)
{
	const nacre_key *keys[] = {world.keys.key[KEY_ED25519]};
	struct test_env client_env, server_env;
	struct pair p;
	uint64_t operation;
	struct buf b;

	(void)state;
	test_env_init(&client_env, 41);
	test_env_init(&server_env, 42);
	buf_init(&b, &world.env.env, 1 << 16);
	one(&b, keys[0]);
	assert_int_equal(pair_init(&p, &client_env, &server_env, NULL, NULL, keys, 1), 0);
	assert_true(pair_login(&p));
	pair_run(&p);
	assert_int_equal(p.client.seen[NACRE_EVENT_GLOBAL_REQUEST], 0);
	assert_int_equal(nacre_conn_global_request(p.client.conn, USUAL, b.p, b.n, &operation), 0);
	pair_run(&p);
	assert_int_equal(p.server.seen[NACRE_EVENT_GLOBAL_REQUEST], 1);
	assert_false(p.client.last[NACRE_EVENT_GLOBAL_REPLY].ok);
	pair_free(&p);
	buf_free(&b);
}

/* The key that was negotiated has its private half; the other's is elsewhere. */
static void
a_private_half_elsewhere_is_asked_for_and_checked(void **state)
{
	const nacre_key *keys[] = {world.keys.key[KEY_ED25519], world.public_half};
	struct meeting m;
	struct reader r;

	(void)state;
	meet(&m, keys, 2, NULL);
	ask(&m, USUAL, buf_slice(&m.list));
	assert_true(m.ok);
	r = reader_of(buf_slice(&m.reply));
	assert_proof(&m, host_proof_usual(), &r, keys[0], NULL);
	assert_proof(&m, host_proof_usual(), &r, keys[1], "rsa-sha2-512");
	part(&m);
	for (int how = 1; how <= 2; how++) {
		meet(&m, keys, 2, NULL);
		m.sign = how; /* the second: by another algorithm than was asked for */
		assert_refused(&m, buf_slice(&m.list));
		(void)pair_open(&m.p);
		part(&m);
	}
}

static void
no_memory_ends_the_connection_and_proves_nothing(void **state)
{
	const nacre_key *keys[] = {world.keys.key[KEY_ED25519], world.keys.key[KEY_P256]};
	struct meeting m;
	uint64_t i;

	(void)state;
	for (i = 1; i < 100; i++) {
		meet(&m, keys, 2, NULL);
		m.server_env.fail_at = m.server_env.allocations + i;
		ask(&m, USUAL, buf_slice(&m.list));
		m.server_env.fail_at = 0;
		if (m.replied && m.ok) {
			part(&m);
			break;
		}
		assert_true(!m.replied || m.reply.n == 0);
		part(&m);
	}
	assert_true(i > 2 && i < 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_key_is_told_once_and_proved_once),
	    cmocka_unit_test(the_drafts_own_name_is_another_context),
	    cmocka_unit_test(an_rsa_key_signs_by_the_hash_of_the_key_exchange),
	    cmocka_unit_test(what_makes_no_sense_is_refused),
	    cmocka_unit_test(who_does_not_announce_leaves_the_request_to_the_owner),
	    cmocka_unit_test(a_private_half_elsewhere_is_asked_for_and_checked),
	    cmocka_unit_test(no_memory_ends_the_connection_and_proves_nothing),
	};

	return cmocka_run_group_tests_name("conn: host keys that are told", tests, begin, end);
}
