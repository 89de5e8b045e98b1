/* The client's publickey method: algorithms, probes, signatures made here or elsewhere. */
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct desk *
asking(const char *algorithms, uint64_t *token)
{
	struct desk *d = desk_client(algorithms);

	assert_int_equal(auth_client_start(&d->client, desk_session_id), 0);
	assert_int_equal(desk_accept_service(d), 0);
	(void)desk_take(d);
	*token = desk_event(d, NACRE_EVENT_AUTH).token;
	return d;
}

/* The next message is a publickey request: its own part. */
static struct msg_userauth_request_publickey
take_tail(struct desk *d, const char *user)
{
	struct msg_userauth_request_publickey tail;
	struct msg_userauth_request msg;

	desk_take_as(d, MSG_userauth_request, &msg);
	assert_true(slice_is(msg.user, user));
	assert_true(slice_is(msg.service, "ssh-connection"));
	assert_true(slice_is(msg.method, "publickey"));
	assert_int_equal(msg_parse(MSG_userauth_request_publickey, msg.tail, &tail), 0);
	return tail;
}

static void
take_probe(struct desk *d, const char *algorithm, const nacre_key *key)
{
	struct msg_userauth_request_publickey tail = take_tail(d, "alice");

	assert_false(tail.has_signature);
	assert_int_equal(tail.signature.n, 0);
	assert_true(slice_is(tail.algorithm, algorithm));
	assert_true(slice_eq(tail.key, key_blob(key)));
}

/* RFC 4252 7: string session id, then the message up to the signature. */
static void
take_signed(struct desk *d, const char *algorithm, const nacre_key *key)
{
	const struct test_env *te = &desk_keys_env;
	struct slice whole = slice_of(d->sent[d->n_read], d->sent_n[d->n_read]);
	struct msg_userauth_request_publickey tail = take_tail(d, "alice");
	struct reader r = reader_of(tail.signature);
	struct slice signature = reader_string(&r);
	struct buf data;

	assert_true(reader_end(&r));
	assert_true(tail.has_signature);
	assert_true(slice_is(tail.algorithm, algorithm));
	assert_true(slice_eq(tail.key, key_blob(key)));
	buf_init(&data, &te->env, 65536);
	buf_put_string(&data, desk_session_id);
	buf_put(&data, whole.p, whole.n - tail.signature.n);
	assert_int_equal(key_verify(key, &te->env, sigalg_find(slice_str(algorithm)), buf_slice(&data), signature), 0);
	buf_free(&data);
}

static void
a_key_with_its_private_half_signs_at_once(void **state)
{
	static const struct {
		int key;
		const char *algorithm;
	} rows[] = {
	    {DESK_ED25519, "ssh-ed25519"},
	    {DESK_P256, "ecdsa-sha2-nistp256"},
	    {DESK_RSA, "rsa-sha2-512"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t token;
		struct desk *d = asking(NULL, &token);
		nacre_key *key = desk_key[rows[i].key];
		struct nacre_event event;

		assert_int_equal(auth_client_answer_publickey(&d->client, token, "alice", key, false), 0);
		take_signed(d, rows[i].algorithm, key);
		assert_int_equal(auth_client_family(&d->client), FAMILY_PUBKEY);
		assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
		event = desk_event(d, NACRE_EVENT_AUTHENTICATED);
		assert_true(desk_is(event.method, "publickey"));
		assert_true(desk_is(event.user, "alice"));
		desk_free(d);
	}
}

static void
a_probed_key_signs_after_pk_ok(void **state)
{
	uint64_t token;
	struct desk *d = asking(NULL, &token);
	nacre_key *key = desk_key[DESK_ED25519];

	(void)state;
	assert_int_equal(auth_client_answer_publickey(&d->client, token, "alice", key, true), 0);
	take_probe(d, "ssh-ed25519", key);
	desk_sent_nothing(d);
	assert_int_equal(desk_give_pk_ok(d, "ssh-ed25519", key_blob(key)), 0);
	take_signed(d, "ssh-ed25519", key);
	/* Each is accepted once. */
	assert_int_equal(desk_give_pk_ok(d, "ssh-ed25519", key_blob(key)), NACRE_E_ORDER);
	desk_sent_nothing(d);
	desk_free(d);
}

static void
pk_ok_for_anything_else_than_was_asked_is_refused(void **state)
{
	const struct slice asked = key_blob(desk_key[DESK_RSA]), other = key_blob(desk_key[DESK_ED25519]);
	const struct {
		const char *algorithm;
		struct slice blob;
		int result;
	} rows[] = {
	    {"rsa-sha2-512", asked, 0},
	    {"rsa-sha2-256", asked, NACRE_E_PROTOCOL},
	    {"ssh-rsa", asked, NACRE_E_PROTOCOL},
	    {"", asked, NACRE_E_PROTOCOL},
	    {"rsa-sha2-512", other, NACRE_E_PROTOCOL},
	    {"rsa-sha2-512", slice_of(asked.p, asked.n - 1), NACRE_E_PROTOCOL},
	    {"rsa-sha2-512", SLICE_NONE, NACRE_E_PROTOCOL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t token;
		struct desk *d = asking(NULL, &token);

		assert_int_equal(auth_client_answer_publickey(&d->client, token, "alice", desk_key[DESK_RSA], true), 0);
		take_probe(d, "rsa-sha2-512", desk_key[DESK_RSA]);
		assert_int_equal(desk_give_pk_ok(d, rows[i].algorithm, rows[i].blob), rows[i].result);
		if (rows[i].result == 0)
			take_signed(d, "rsa-sha2-512", desk_key[DESK_RSA]);
		desk_sent_nothing(d);
		desk_free(d);
	}
}

/* RFC 8308 3.1, RFC 8332: what is enabled here, what the server announces (NULL: nothing), what is sent. */
static void
the_algorithm_follows_our_order_and_the_servers_list(void **state)
{
	static const struct {
		int key;
		const char *enabled, *announced, *sent;
	} rows[] = {
	    {DESK_RSA, DESK_ALGORITHMS, NULL, "rsa-sha2-512"},
	    {DESK_RSA, DESK_ALGORITHMS, "ssh-ed25519,rsa-sha2-256,rsa-sha2-512", "rsa-sha2-512"},
	    {DESK_RSA, DESK_ALGORITHMS, "ssh-rsa,rsa-sha2-256", "rsa-sha2-256"},
	    {DESK_RSA, DESK_ALGORITHMS, "ssh-rsa", "rsa-sha2-512"},
	    {DESK_RSA, DESK_ALGORITHMS, "", "rsa-sha2-512"},
	    {DESK_RSA, "rsa-sha2-256,rsa-sha2-512", NULL, "rsa-sha2-256"},
	    {DESK_RSA, "rsa-sha2-256", "rsa-sha2-512", "rsa-sha2-256"},
	    {DESK_ED25519, DESK_ALGORITHMS, "rsa-sha2-256,rsa-sha2-512", "ssh-ed25519"},
	    {DESK_RSA, "ssh-ed25519", NULL, NULL},
	    {DESK_RSA, "ssh-rsa", "ssh-rsa", "ssh-rsa"}, /* SHA-1: only where it is named */
	    {DESK_RSA, DESK_ALGORITHMS, "ssh-rsa,ssh-dss", "rsa-sha2-512"},
	    {DESK_RSA, "", NULL, NULL},
	    {DESK_P256, "ecdsa-sha2-nistp384,ssh-ed25519", NULL, NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t token;
		struct desk *d = asking(rows[i].enabled, &token);
		nacre_key *key = desk_key[rows[i].key];

		if (rows[i].announced != NULL)
			assert_int_equal(auth_client_sig_algs(&d->client, slice_str(rows[i].announced)), 0);
		assert_int_equal(auth_client_answer_publickey(&d->client, token, "alice", key, true),
		    rows[i].sent == NULL ? NACRE_E_KEY_TYPE : 0);
		if (rows[i].sent != NULL)
			take_probe(d, rows[i].sent, key);
		desk_sent_nothing(d);
		desk_free(d);
	}
}

static void
a_key_of_no_enabled_type_leaves_the_question_open(void **state)
{
	uint64_t token;
	struct desk *d = asking("ssh-ed25519", &token);

	(void)state;
	assert_int_equal(
	    auth_client_answer_publickey(&d->client, token, "alice", desk_key[DESK_RSA], false), NACRE_E_KEY_TYPE);
	assert_int_equal(d->failure.code, 0);
	assert_int_equal(auth_client_answer_password(&d->client, token, "alice", "p"), 0);
	assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
	desk_free(d);
}

static void
a_later_list_of_the_server_replaces_the_first(void **state)
{
	uint64_t token;
	struct desk *d = asking(NULL, &token);

	(void)state;
	assert_int_equal(auth_client_sig_algs(&d->client, SLICE_LIT("rsa-sha2-512")), 0);
	assert_int_equal(auth_client_sig_algs(&d->client, SLICE_LIT("rsa-sha2-256")), 0);
	assert_int_equal(auth_client_answer_publickey(&d->client, token, "alice", desk_key[DESK_RSA], true), 0);
	take_probe(d, "rsa-sha2-256", desk_key[DESK_RSA]);
	desk_free(d);
}

/* Which refusals of rsa-sha2-512 lead to a second try with rsa-sha2-256, without a question. */
static void
a_refused_rsa_key_is_tried_once_more_where_the_algorithm_may_be_why(void **state)
{
	static const struct {
		const char *announced, *late; /* before and after the request; NULL: nothing */
		bool probe, pk_ok;
		const char *methods;
		bool partial, retried;
	} rows[] = {
	    {NULL, NULL, false, false, "publickey", false, true},
	    {NULL, NULL, true, false, "password,publickey", false, true},
	    {NULL, "rsa-sha2-256", false, false, "publickey", false, true},
	    {NULL, "rsa-sha2-512,rsa-sha2-256", false, false, "publickey", false, false},
	    {NULL, "ssh-rsa", false, false, "publickey", false, false},
	    {"rsa-sha2-512,rsa-sha2-256", NULL, false, false, "publickey", false, false},
	    {NULL, NULL, true, true, "publickey", false, false},
	    {NULL, NULL, false, false, "password", false, false},
	    {NULL, NULL, false, false, "", false, false},
	    {NULL, NULL, false, false, "publickey", true, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t token;
		struct desk *d = asking(NULL, &token);
		nacre_key *key = desk_key[DESK_RSA];
		struct nacre_event ask;

		if (rows[i].announced != NULL)
			assert_int_equal(auth_client_sig_algs(&d->client, slice_str(rows[i].announced)), 0);
		assert_int_equal(auth_client_answer_publickey(&d->client, token, "alice", key, rows[i].probe), 0);
		if (rows[i].late != NULL)
			assert_int_equal(auth_client_sig_algs(&d->client, slice_str(rows[i].late)), 0);
		(void)desk_take(d);
		if (rows[i].pk_ok) {
			assert_int_equal(desk_give_pk_ok(d, "rsa-sha2-512", key_blob(key)), 0);
			(void)desk_take(d);
		}
		assert_int_equal(desk_give_failure(d, rows[i].methods, rows[i].partial), 0);
		if (rows[i].retried) {
			desk_no_event(d);
			if (rows[i].probe)
				take_probe(d, "rsa-sha2-256", key);
			else
				take_signed(d, "rsa-sha2-256", key);
			assert_int_equal(desk_give_failure(d, "publickey", false), 0);
		}
		desk_sent_nothing(d);
		ask = desk_event(d, NACRE_EVENT_AUTH);
		assert_int_equal(ask.attempts, rows[i].partial ? 0 : 1); /* one key, one refusal */
		assert_int_equal(ask.refusals, rows[i].partial ? 0 : rows[i].retried ? 2 : 1); /* which the server counts */
		desk_free(d);
	}
}

static void
a_refused_key_of_one_algorithm_is_not_tried_again(void **state)
{
	uint64_t token;
	struct desk *d = asking(NULL, &token);

	(void)state;
	assert_int_equal(auth_client_answer_publickey(&d->client, token, "alice", desk_key[DESK_ED25519], false), 0);
	(void)desk_take(d);
	assert_int_equal(desk_give_failure(d, "publickey", false), 0);
	assert_int_equal(desk_event(d, NACRE_EVENT_AUTH).attempts, 1);
	desk_sent_nothing(d);
	desk_free(d);
}

static struct desk *
signing(int key, struct nacre_event *sign)
{
	uint64_t token;
	struct desk *d = asking(NULL, &token);

	/* Without a private half it is probed, asked for or not. */
	assert_int_equal(auth_client_answer_publickey(&d->client, token, "alice", desk_public[key], false), 0);
	take_probe(d, nacre_key_type(desk_public[key]), desk_public[key]);
	assert_int_equal(desk_give_pk_ok(d, nacre_key_type(desk_public[key]), key_blob(desk_public[key])), 0);
	desk_sent_nothing(d);
	*sign = desk_event(d, NACRE_EVENT_SIGN);
	assert_true(nacre_key_equal(sign->key, desk_key[key]));
	assert_true(desk_is(sign->algorithm, nacre_key_type(desk_public[key])));
	assert_int_equal(d->client.state, AUTH_SIGNING);
	assert_false(auth_client_is_waiting(&d->client));
	return d;
}

static void
a_locked_key_asks_for_its_signature_and_takes_the_unlocked_one(void **state)
{
	struct nacre_event sign;
	struct desk *d = signing(DESK_ED25519, &sign);

	(void)state;
	assert_int_equal(auth_client_answer_sign(&d->client, sign.token, desk_key[DESK_ED25519], SLICE_NONE), 0);
	take_signed(d, "ssh-ed25519", desk_key[DESK_ED25519]);
	assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
	desk_free(d);
}

static void
a_signature_made_elsewhere_is_sent_as_it_is(void **state)
{
	struct nacre_event sign;
	struct desk *d = signing(DESK_P256, &sign);
	struct buf blob;

	(void)state;
	buf_init(&blob, &desk_keys_env.env, 4096);
	assert_int_equal(key_sign(desk_key[DESK_P256], &desk_keys_env.env, sigalg_find(slice_of_bytes(sign.algorithm)),
			     slice_of_bytes(sign.data), &blob),
	    0);
	assert_int_equal(auth_client_answer_sign(&d->client, sign.token, NULL, buf_slice(&blob)), 0);
	take_signed(d, "ecdsa-sha2-nistp256", desk_key[DESK_P256]);
	buf_free(&blob);
	desk_free(d);
}

static void
a_wrong_key_or_signature_is_not_sent_and_the_question_stays(void **state)
{
	const struct nacre_env *env = &desk_keys_env.env;
	struct nacre_event sign;
	struct desk *d = signing(DESK_ED25519, &sign);
	struct buf blob;
	size_t i;

	(void)state;
	buf_init(&blob, env, 4096);
	assert_int_equal(key_sign(desk_key[DESK_ED25519_OTHER], env, sigalg_find(SLICE_LIT("ssh-ed25519")),
			     slice_of_bytes(sign.data), &blob),
	    0);
	assert_int_equal(auth_client_answer_sign(&d->client, sign.token, NULL, buf_slice(&blob)), NACRE_E_ARGUMENT);
	buf_reset(&blob);
	assert_int_equal(key_sign(desk_key[DESK_ED25519], env, sigalg_find(SLICE_LIT("ssh-ed25519")),
			     slice_of_bytes(sign.data), &blob),
	    0);
	for (i = 0; i < blob.n; i++) { /* an agent's answer, cut anywhere */
		struct slice cut = slice_of(blob.p, i == 0 ? 1 : i);

		assert_int_equal(auth_client_answer_sign(&d->client, sign.token, NULL, cut), NACRE_E_ARGUMENT);
	}
	assert_int_equal(auth_client_answer_sign(&d->client, sign.token, desk_key[DESK_ED25519_OTHER], SLICE_NONE),
	    NACRE_E_ARGUMENT);
	assert_int_equal(
	    auth_client_answer_sign(&d->client, sign.token, desk_public[DESK_ED25519], SLICE_NONE), NACRE_E_ARGUMENT);
	assert_int_equal(
	    auth_client_answer_sign(&d->client, sign.token + 1, desk_key[DESK_ED25519], SLICE_NONE), NACRE_E_MISUSE);
	desk_sent_nothing(d);
	assert_int_equal(d->failure.code, 0);
	assert_int_equal(auth_client_answer_sign(&d->client, sign.token, NULL, buf_slice(&blob)), 0);
	take_signed(d, "ssh-ed25519", desk_key[DESK_ED25519]);
	buf_free(&blob);
	desk_free(d);
}

static void
declining_to_sign_asks_again_without_counting(void **state)
{
	struct nacre_event sign, ask;
	struct desk *d = signing(DESK_ED25519, &sign);

	(void)state;
	assert_int_equal(auth_client_answer_sign(&d->client, sign.token, NULL, SLICE_NONE), 0);
	ask = desk_event(d, NACRE_EVENT_AUTH);
	assert_int_equal(ask.attempts, 0);
	desk_sent_nothing(d);
	assert_int_equal(auth_client_answer_sign(&d->client, ask.token, NULL, SLICE_NONE), NACRE_E_MISUSE);
	assert_int_equal(auth_client_answer_password(&d->client, ask.token, "alice", "p"), 0);
	assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
	desk_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_with_its_private_half_signs_at_once),
	    cmocka_unit_test(a_probed_key_signs_after_pk_ok),
	    cmocka_unit_test(pk_ok_for_anything_else_than_was_asked_is_refused),
	    cmocka_unit_test(the_algorithm_follows_our_order_and_the_servers_list),
	    cmocka_unit_test(a_key_of_no_enabled_type_leaves_the_question_open),
	    cmocka_unit_test(a_later_list_of_the_server_replaces_the_first),
	    cmocka_unit_test(a_refused_rsa_key_is_tried_once_more_where_the_algorithm_may_be_why),
	    cmocka_unit_test(a_refused_key_of_one_algorithm_is_not_tried_again),
	    cmocka_unit_test(a_locked_key_asks_for_its_signature_and_takes_the_unlocked_one),
	    cmocka_unit_test(a_signature_made_elsewhere_is_sent_as_it_is),
	    cmocka_unit_test(a_wrong_key_or_signature_is_not_sent_and_the_question_stays),
	    cmocka_unit_test(declining_to_sign_asks_again_without_counting),
	};

	return cmocka_run_group_tests_name("auth client publickey", tests, desk_keys_make, desk_keys_free);
}
