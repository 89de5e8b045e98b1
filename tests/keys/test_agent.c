/* Both ends of the agent protocol, in memory: what is asked of the agent in this process, and what replies of any kind
 * do to a client. draft-ietf-sshm-ssh-agent 4, 5; OpenSSH PROTOCOL.agent 1. */
#include "agent_message.h"
#include "test_env.h"
#include <nacre/cert.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const types[] = {
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa", "ssh-mldsa44-ed25519@openssh.com"};

#define N_TYPES (sizeof(types) / sizeof(types[0]))

static struct {
	struct test_env env;
	nacre_key *keys[N_TYPES], *certs[N_TYPES];
} world;

static nacre_key *
certify(const nacre_key *key)
{
	static const char *const names[] = {"diver"};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_USER,
	    .principals = names,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER};
	nacre_key *cert, *joined;

	assert_int_equal(nacre_cert_issue(&world.env.env, &fields, key, world.keys[0], &cert), 0);
	assert_int_equal(nacre_cert_with_key(&world.env.env, cert, key, &joined), 0);
	nacre_key_free(cert);
	return joined;
}

static int
begin(void **state)
{
	(void)state;
	test_env_init(&world.env, 61);
	for (size_t i = 0; i < N_TYPES; i++)
		assert_int_equal(nacre_key_generate(&world.env.env, types[i], 0, &world.keys[i]), 0);
	for (size_t i = 0; i < N_TYPES; i++)
		world.certs[i] = certify(world.keys[i]);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TYPES; i++) {
		nacre_key_free(world.keys[i]);
		nacre_key_free(world.certs[i]);
	}
	return world.env.live_blocks == 0 ? 0 : -1;
}

struct owner {
	struct test_env env;
	int64_t now;
	bool agrees;
	unsigned asked, bound;
	nacre_agent_memory *memory;
	nacre_agent *agent;
};

static int64_t
tell_time(void *ctx)
{
	return ((struct owner *)ctx)->now;
}

static bool
agree(void *ctx, const nacre_key *key)
{
	struct owner *o = ctx;

	(void)key;
	o->asked++;
	return o->agrees;
}

static void
note_bound(void *ctx, const nacre_key *host_key, struct nacre_bytes session_id, bool forwarding)
{
	struct owner *o = ctx;

	assert_true(nacre_key_equal(host_key, world.keys[1]) && session_id.n == 5 && forwarding);
	o->bound++;
}

static void
owner_begin(struct owner *o, unsigned keys_max)
{
	const struct nacre_agent_memory_options options = {.size = sizeof(options),
	    .keys_max = keys_max,
	    .clock = tell_time,
	    .confirm = agree,
	    .bound = note_bound,
	    .ctx = o};

	*o = (struct owner){.now = 1000};
	test_env_init(&o->env, 62);
	assert_int_equal(nacre_agent_memory_new(&o->env.env, &options, &o->memory), 0);
	assert_int_equal(nacre_agent_new(&o->env.env, nacre_agent_memory_answer, o->memory, &o->agent), 0);
}

static void
owner_end(struct owner *o)
{
	nacre_agent_close(o->agent);
	nacre_agent_memory_free(o->memory);
	assert_int_equal(o->env.live_blocks, 0);
	assert_int_equal(o->env.wrong_sizes, 0);
}

static void
check_signature(nacre_key *key, const nacre_key *like, const char *algorithm)
{
	static const uint8_t data[] = "what is signed";
	uint8_t *signature;
	size_t n;

	assert_true(nacre_key_equal(key, like));
	assert_int_equal(nacre_key_sign(&world.env.env, key, algorithm, data, sizeof(data), &signature, &n), 0);
	assert_int_equal(nacre_key_verify(like, algorithm, data, sizeof(data), signature, n, 0, NULL), 0);
	nacre_key_signature_free(&world.env.env, signature, n);
}

static void
every_type_is_added_listed_signs_and_is_removed(void **state)
{
	struct nacre_agent_list list;
	struct owner o;

	(void)state;
	owner_begin(&o, 0);
	for (size_t i = 0; i < N_TYPES; i++) {
		assert_int_equal(nacre_agent_add(o.agent, world.keys[i], NULL), 0);
		assert_int_equal(nacre_agent_add(o.agent, world.certs[i], NULL), 0);
		assert_int_equal(nacre_agent_add(o.agent, world.certs[i], NULL), 0); /* again: once all the same */
	}
	assert_int_equal(nacre_agent_list(o.agent, &list), 0);
	assert_int_equal(list.n, 2 * N_TYPES);
	for (size_t i = 0; i < N_TYPES; i++) {
		check_signature(list.keys[2 * i], world.keys[i], NULL);
		check_signature(list.keys[2 * i + 1], world.certs[i], NULL);
	}
	check_signature(list.keys[8], world.keys[4], "rsa-sha2-256");
	check_signature(list.keys[8], world.keys[4], "rsa-sha2-512");
	check_signature(list.keys[8], world.keys[4], "ssh-rsa");
	nacre_agent_list_free(&list);
	nacre_agent_list_free(&list);
	assert_int_equal(nacre_agent_remove(o.agent, world.keys[0]), 0);
	assert_int_equal(nacre_agent_remove(o.agent, world.keys[0]), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_memory_count(o.memory), 2 * N_TYPES - 1);
	assert_int_equal(nacre_agent_remove_all(o.agent), 0);
	assert_int_equal(nacre_agent_list(o.agent, &list), 0);
	assert_int_equal(list.n, 0);
	nacre_agent_list_free(&list);
	owner_end(&o);
}

static void
a_locked_agent_shows_and_does_nothing(void **state)
{
	struct nacre_agent_list list, empty;
	uint8_t out[512] = {0};
	struct owner o;
	size_t n;

	(void)state;
	owner_begin(&o, 0);
	assert_int_equal(nacre_agent_add(o.agent, world.keys[0], NULL), 0);
	assert_int_equal(nacre_agent_list(o.agent, &list), 0);
	assert_int_equal(nacre_agent_unlock(o.agent, "pearl"), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_lock(o.agent, "pearl"), 0);
	assert_int_equal(nacre_agent_lock(o.agent, "pearl"), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_list(o.agent, &empty), 0);
	assert_int_equal(empty.n, 0);
	nacre_agent_list_free(&empty);
	assert_int_equal(
	    nacre_agent_sign(o.agent, list.keys[0], "ssh-ed25519", out, 3, out, sizeof(out), &n), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_add(o.agent, world.keys[1], NULL), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_remove(o.agent, world.keys[0]), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_remove_all(o.agent), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_unlock(o.agent, "pear"), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_unlock(o.agent, "pearl"), 0);
	check_signature(list.keys[0], world.keys[0], NULL);
	nacre_agent_list_free(&list);
	owner_end(&o);
}

static void
keys_expire_and_are_confirmed(void **state)
{
	const struct nacre_agent_constraints short_lived = {.size = sizeof(short_lived), .lifetime_s = 60},
					     asked = {.size = sizeof(asked), .confirm = true};
	struct nacre_agent_list list;
	uint8_t out[512] = {0};
	struct owner o;
	size_t n;

	(void)state;
	owner_begin(&o, 0);
	assert_int_equal(nacre_agent_add(o.agent, world.keys[0], &short_lived), 0);
	assert_int_equal(nacre_agent_add(o.agent, world.keys[1], &asked), 0);
	assert_int_equal(nacre_agent_list(o.agent, &list), 0);
	o.now += 59;
	check_signature(list.keys[0], world.keys[0], NULL);
	o.now += 1;
	assert_int_equal(
	    nacre_agent_sign(o.agent, list.keys[0], "ssh-ed25519", out, 3, out, sizeof(out), &n), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_memory_count(o.memory), 1);
	assert_int_equal(nacre_agent_sign(o.agent, list.keys[1], "ecdsa-sha2-nistp256", out, 3, out, sizeof(out), &n),
	    NACRE_E_AGENT);
	o.agrees = true;
	check_signature(list.keys[1], world.keys[1], NULL);
	assert_int_equal(o.asked, 2);
	nacre_agent_list_free(&list);
	owner_end(&o);
}

static void
a_full_agent_and_one_without_a_clock_take_no_key(void **state)
{
	const struct nacre_agent_constraints both = {.size = sizeof(both), .lifetime_s = 1, .confirm = true};
	nacre_agent_memory *bare;
	nacre_agent *agent;
	struct owner o;

	(void)state;
	owner_begin(&o, 1);
	assert_int_equal(nacre_agent_add(o.agent, world.keys[0], NULL), 0);
	assert_int_equal(nacre_agent_add(o.agent, world.keys[1], NULL), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_add(o.agent, world.keys[0], NULL), 0);
	assert_int_equal(nacre_agent_memory_new(&o.env.env, NULL, &bare), 0);
	assert_int_equal(nacre_agent_new(&o.env.env, nacre_agent_memory_answer, bare, &agent), 0);
	assert_int_equal(nacre_agent_add(agent, world.keys[0], &both), NACRE_E_AGENT);
	assert_int_equal(nacre_agent_memory_count(bare), 0);
	nacre_agent_close(agent);
	nacre_agent_memory_free(bare);
	owner_end(&o);
}

static void
extensions_are_told_and_a_session_is_bound_by_a_signature(void **state)
{
	struct nacre_bytes id = {(const uint8_t *)"12345", 5}, signature;
	uint8_t *made, out[16];
	char names[64];
	struct owner o;
	size_t n;

	(void)state;
	owner_begin(&o, 0);
	assert_int_equal(nacre_agent_query(o.agent, names, sizeof(names)), 0);
	assert_string_equal(names, "query,session-bind@openssh.com");
	assert_int_equal(nacre_agent_query(o.agent, names, 10), NACRE_E_LIMIT);
	assert_int_equal(
	    nacre_agent_extension(o.agent, "pearl@nacre", NULL, 0, out, sizeof(out), &n), NACRE_E_UNSUPPORTED);
	assert_int_equal(nacre_key_sign(&world.env.env, world.keys[1], NULL, id.p, id.n, &made, &n), 0);
	signature = (struct nacre_bytes){made, n};
	assert_int_equal(nacre_agent_session_bind(o.agent, world.keys[1], id, signature, true), 0);
	assert_int_equal(o.bound, 1);
	made[n - 1] ^= 1;
	assert_int_equal(nacre_agent_session_bind(o.agent, world.keys[1], id, signature, true), NACRE_E_UNSUPPORTED);
	assert_int_equal(o.bound, 1);
	nacre_key_signature_free(&world.env.env, made, n);
	owner_end(&o);
}

static void
arguments_are_checked(void **state)
{
	const struct nacre_agent_constraints wrong = {.size = 1};
	nacre_key *public_half;
	struct owner o;

	(void)state;
	owner_begin(&o, 0);
	assert_int_equal(nacre_key_copy_public(&world.env.env, world.keys[0], &public_half), 0);
	assert_int_equal(nacre_agent_add(o.agent, public_half, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_agent_add(o.agent, NULL, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_agent_add(o.agent, world.keys[0], &wrong), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_agent_add(NULL, world.keys[0], NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_agent_lock(o.agent, NULL), NACRE_E_ARGUMENT);
	nacre_key_free(public_half);
	owner_end(&o);
}

/* Replies as a hostile or broken agent gives them. */
struct puppet {
	const char *reply;
	size_t n;
	unsigned asked;
};

static int
say(void *ctx, const uint8_t *request, size_t n, uint8_t *reply, size_t size, size_t *reply_n)
{
	struct puppet *p = ctx;

	(void)request;
	assert_true(n > 0 && size == NACRE_AGENT_MESSAGE_MAX);
	p->asked++;
	memcpy(reply, p->reply, p->n);
	*reply_n = p->n;
	return 0;
}

#define REPLY(text)                                                                                                    \
	{                                                                                                              \
		text, sizeof(text) - 1, 0                                                                              \
	}

static int
ask_list(nacre_agent *agent)
{
	struct nacre_agent_list list;
	int rc = nacre_agent_list(agent, &list);

	assert_true(rc == 0 || list.n == 0);
	nacre_agent_list_free(&list);
	return rc;
}

static int
ask_sign(nacre_agent *agent)
{
	uint8_t out[16] = {0};
	size_t n;

	return nacre_agent_sign(agent, world.keys[0], "ssh-ed25519", out, 1, out, sizeof(out), &n);
}

static int
ask_names(nacre_agent *agent)
{
	char out[32];

	return nacre_agent_query(agent, out, sizeof(out));
}

static void
a_reply_of_every_kind_is_an_answer_or_the_end(void **state)
{
	static const struct {
		struct puppet p;
		int list, sign, remove_all, query;
	} rows[] = {
	    {REPLY(""), -1, -1, -1, -1},
	    {REPLY("\5"), NACRE_E_AGENT, NACRE_E_AGENT, NACRE_E_AGENT, NACRE_E_UNSUPPORTED},
	    {REPLY("\34"), NACRE_E_UNSUPPORTED, NACRE_E_UNSUPPORTED, NACRE_E_UNSUPPORTED, NACRE_E_UNSUPPORTED},
	    {REPLY("\6"), -1, -1, 0, 0},
	    {REPLY("\6x"), -1, -1, -1, -1},
	    {REPLY("\14\0\0\0\0"), 0, -1, -1, -1},
	    {REPLY("\14\0\0\0\0x"), -1, -1, -1, -1},
	    {REPLY("\14\0\0"), -1, -1, -1, -1},
	    {REPLY("\14\0\0\0\1\0\0\0\1x\0\0\0\1c"), 0, -1, -1, -1}, /* a key of no known type is left out */
	    {REPLY("\14\0\0\0\2\0\0\0\1x\0\0\0\1c"), -1, -1, -1, -1},
	    {REPLY("\14\0\0\0\1\0\0\0\1x\0\0\0\2c"), -1, -1, -1, -1},
	    {REPLY("\14\377\377\377\377"), -1, -1, -1, -1},
	    {REPLY("\14\0\0\10\1"), -1, -1, -1, -1},
	    {REPLY("\16\0\0\0\0"), -1, NACRE_E_AGENT, -1, -1},
	    {REPLY("\16\0\0\0\13\0\0\0\7ssh-rsa"), -1, NACRE_E_AGENT, -1, -1},
	    {REPLY("\16\0\0\0\26\0\0\0\13ssh-ed25519\0\0\0\3abc"), -1, NACRE_E_LIMIT, -1, -1},
	    {REPLY("\16\0\0\0\13\0\0\0\7ssh-rsax"), -1, -1, -1, -1},
	    {REPLY("\16\377\377\377\377"), -1, -1, -1, -1},
	    {REPLY("\35\0\0\0\5query\0\0\0\1a\0\0\0\1b"), -1, -1, -1, 0},
	    {REPLY("\35\0\0\0\5other"), -1, -1, -1, -1},
	    {REPLY("\35\0\0\0\5query\0\0\0\3a,b"), -1, -1, -1, -1},
	    {REPLY("\35\0\0\0\5query\0\0\0\0"), -1, -1, -1, -1},
	    {REPLY("\1"), -1, -1, -1, -1},
	    {REPLY("\377nonsense"), -1, -1, -1, -1},
	};
	int (*const asks[])(nacre_agent * agent) = {ask_list, ask_sign, nacre_agent_remove_all, ask_names};
	struct test_env t;
	nacre_agent *agent;

	(void)state;
	test_env_init(&t, 63);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int expected[] = {rows[i].list, rows[i].sign, rows[i].remove_all, rows[i].query};

		for (size_t k = 0; k < 4; k++) {
			struct puppet p = rows[i].p;
			int rc;

			assert_int_equal(nacre_agent_new(&t.env, say, &p, &agent), 0);
			rc = asks[k](agent);
			if (rc != (expected[k] == -1 ? NACRE_E_PROTOCOL : expected[k]))
				fail_msg("row %zu, question %zu: %s", i, k, nacre_status_name(rc));
			/* After nonsense nobody asks any more. */
			assert_int_equal(asks[k](agent) == NACRE_E_CONNECTION_LOST, expected[k] == -1);
			assert_int_equal(p.asked, expected[k] == -1 ? 1 : 2);
			nacre_agent_close(agent);
		}
	}
	assert_int_equal(t.live_blocks, 0);
}

/* Requests that are cut anywhere, or go on, are refused and change nothing. */
static void
requests_are_taken_whole_or_not_at_all(void **state)
{
	uint8_t reply[4096], request[4096];
	size_t n, k, got;
	struct owner o;
	struct buf b;

	(void)state;
	owner_begin(&o, 0);
	for (size_t i = 0; i < N_TYPES; i++) {
		buf_init(&b, &o.env.env, sizeof(request));
		buf_put_u8(&b, AGENT_ADD_IDENTITY);
		agent_put_private(&b, i % 2 == 0 ? world.keys[i] : world.certs[i]);
		buf_put_cstring(&b, "comment");
		n = b.n;
		memcpy(request, b.p, n);
		buf_free(&b);
		request[n] = AGENT_CONSTRAIN_CONFIRM;
		for (k = 0; k < n + 2; k++) {
			bool whole = k == n;

			assert_int_equal(
			    nacre_agent_memory_answer(o.memory, request, k, reply, sizeof(reply), &got), 0);
			assert_true(got == 1 && reply[0] == (whole ? AGENT_SUCCESS : AGENT_FAILURE));
			assert_int_equal(nacre_agent_memory_count(o.memory), k >= n);
		}
		assert_int_equal(nacre_agent_remove_all(o.agent), 0);
	}
	owner_end(&o);
}

static void
when_memory_ends_nothing_is_lost(void **state)
{
	struct nacre_agent_list list;
	struct owner o;
	uint64_t k;
	int rc = -1;

	(void)state;
	owner_begin(&o, 0);
	assert_int_equal(nacre_agent_add(o.agent, world.keys[0], NULL), 0);
	assert_int_equal(nacre_agent_add(o.agent, world.certs[1], NULL), 0);
	for (k = 1; rc != 0; k++) {
		o.env.fail_at = o.env.allocations + k;
		o.env.fail_once = true;
		rc = nacre_agent_list(o.agent, &list);
		o.env.fail_at = 0;
		assert_true(rc == 0 || rc == NACRE_E_NOMEM);
		assert_true(rc != 0 || list.n == 2);
		nacre_agent_list_free(&list);
	}
	assert_true(k > 4);
	owner_end(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_type_is_added_listed_signs_and_is_removed),
	    cmocka_unit_test(a_locked_agent_shows_and_does_nothing),
	    cmocka_unit_test(keys_expire_and_are_confirmed),
	    cmocka_unit_test(a_full_agent_and_one_without_a_clock_take_no_key),
	    cmocka_unit_test(extensions_are_told_and_a_session_is_bound_by_a_signature),
	    cmocka_unit_test(arguments_are_checked),
	    cmocka_unit_test(a_reply_of_every_kind_is_an_answer_or_the_end),
	    cmocka_unit_test(requests_are_taken_whole_or_not_at_all),
	    cmocka_unit_test(when_memory_ends_nothing_is_lost),
	};

	return cmocka_run_group_tests_name("keys/agent", tests, begin, end);
}
