/* Memory that runs out below our own hook: the n-th malloc of the whole process fails while a session runs, so that
 * libsodium and mbedTLS are reached too. Every block must be given back, and nothing may succeed that should not. */
#include "key.h"
#include "keys.h"
#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#if defined(__GLIBC__)
#define CAN_INTERPOSE 1

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void __libc_free(void *p);

static bool counting;
static uint64_t calls, fail_at;
static int64_t live;

static bool
refuses(void)
{
	return counting && ++calls == fail_at;
}

void *
malloc(size_t n)
{
	void *p = refuses() ? NULL : __libc_malloc(n);

	if (counting && p != NULL)
		live++;
	return p;
}

void *
calloc(size_t count, size_t n)
{
	void *p = refuses() ? NULL : __libc_calloc(count, n);

	if (counting && p != NULL)
		live++;
	return p;
}

void
free(void *p)
{
	if (counting && p != NULL)
		live--;
	__libc_free(p);
}
#endif

static struct test_env key_env;
static struct test_keys keys;

static int
setup(void **state)
{
	(void)state;
	test_env_init(&key_env, 21);
	test_keys_make(&keys, &key_env.env, 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	test_keys_free(&keys);
	return 0;
}

/* A whole connection: aes128-gcm is mbedTLS's, the rest is libsodium's. */
static bool
session(void)
{
	struct nacre_conn_options client = {.size = sizeof(client), .ciphers = "aes128-gcm@openssh.com"};
	const nacre_key *const set[] = {keys.key[KEY_ED25519]};
	struct test_env client_env, server_env;
	struct pair p;
	uint64_t operation;
	bool done = false;
	uint32_t channel;

	test_env_init(&client_env, 1);
	test_env_init(&server_env, 2);
	if (pair_init(&p, &client_env, &server_env, &client, NULL, set, 1) == 0) {
		p.auth = PAIR_PUBLICKEY;
		p.user_key = keys.key[KEY_ED25519];
		p.exec_exits = true;
		if (pair_login(&p)) {
			channel = pair_open(&p);
			(void)nacre_conn_channel_exec(p.client.conn, channel, "x", 1, &operation);
			pair_run(&p);
			done = p.client.seen[NACRE_EVENT_CHANNEL_EXIT] == 1;
		}
	}
	pair_free(&p);
	return done;
}

/* mbedTLS allocates a thousand times in each of these: they are swept by themselves. */
static bool
sign_and_verify(int k)
{
	const struct sigalg *algorithm = sigalg_find(k == KEY_RSA ? SLICE_LIT("rsa-sha2-256") : slice_str(test_key_types[k]));
	struct test_env te;
	struct buf sig;
	bool done;

	test_env_init(&te, 3);
	buf_init(&sig, &te.env, 4096);
	done = key_sign(keys.key[k], &te.env, algorithm, SLICE_LIT("data"), &sig) == 0 &&
	       key_verify(keys.key[k], &te.env, algorithm, SLICE_LIT("data"), buf_slice(&sig)) == 0;
	buf_free(&sig);
	return done;
}

static bool
sign_p256(void)
{
	return sign_and_verify(KEY_P256);
}

static bool
sign_rsa(void)
{
	return sign_and_verify(KEY_RSA);
}

/* Runs it with the n-th malloc failing, until none fails: for every n, or beyond the first hundred for every step-th. */
static void
sweep(bool (*run)(void), uint64_t step)
{
#ifdef CAN_INTERPOSE
	uint64_t n = 0, seen;
	int64_t left;
	bool done;

	assert_true(run()); /* whatever is made only once is made */
	do {
		calls = 0;
		live = 0;
		fail_at = n += n < 100 ? 1 : step;
		counting = true;
		done = run();
		counting = false;
		seen = calls;
		left = live;
		assert_int_equal(left, 0);
	} while (seen >= n);
	assert_true(done);
	assert_true(n > 20);
#else
	(void)run;
	(void)step;
	print_message("# malloc can be interposed only with glibc\n");
	skip();
#endif
}

static void
any_malloc_of_a_connection_may_fail(void **state)
{
	(void)state;
	sweep(session, 1);
}

static void
any_malloc_of_an_ecdsa_signature_may_fail(void **state)
{
	(void)state;
	sweep(sign_p256, 17);
}

static void
any_malloc_of_an_rsa_signature_may_fail(void **state)
{
	(void)state;
	sweep(sign_rsa, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_malloc_of_a_connection_may_fail),
		cmocka_unit_test(any_malloc_of_an_ecdsa_signature_may_fail),
		cmocka_unit_test(any_malloc_of_an_rsa_signature_may_fail),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
