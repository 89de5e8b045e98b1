/* The server's publickey method: probes, signatures, and that nothing but a verified signature is ever asked about. */
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
take_refusal(struct desk *d)
{
	struct msg_userauth_failure msg;

	desk_no_event(d);
	desk_take_as(d, MSG_userauth_failure, &msg);
	assert_false(msg.partial_success);
	desk_sent_nothing(d);
	assert_int_equal(d->server.state, AUTHD_OPEN);
}

static void
a_probe_is_asked_about_and_echoed_exactly(void **state)
{
	static const struct {
		int key;
		const char *algorithm;
		enum nacre_auth_verdict verdict;
	} rows[] = {
	    {DESK_ED25519, "ssh-ed25519", NACRE_AUTH_ACCEPT},
	    {DESK_P256, "ecdsa-sha2-nistp256", NACRE_AUTH_ACCEPT},
	    {DESK_RSA, "rsa-sha2-512", NACRE_AUTH_ACCEPT},
	    {DESK_RSA, "rsa-sha2-256", NACRE_AUTH_PARTIAL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk *d = desk_server_open(NULL, NULL);
		struct slice blob = key_blob(desk_key[rows[i].key]);
		struct msg_userauth_pk_ok ok;
		struct nacre_event event;

		assert_int_equal(desk_give_probe(d, "alice", rows[i].algorithm, blob), 0);
		event = desk_event(d, NACRE_EVENT_AUTH_REQUEST);
		assert_true(event.probe);
		assert_true(desk_is(event.method, "publickey"));
		assert_true(desk_is(event.algorithm, rows[i].algorithm));
		assert_true(nacre_key_equal(event.key, desk_key[rows[i].key]));
		assert_int_equal(auth_server_answer(&d->server, event.token, rows[i].verdict, NULL), 0);
		desk_take_as(d, MSG_userauth_pk_ok, &ok);
		assert_true(slice_is(ok.algorithm, rows[i].algorithm));
		assert_true(slice_eq(ok.key, blob));
		desk_no_event(d); /* nobody is authenticated */
		assert_int_equal(d->server.state, AUTHD_OPEN);
		assert_false(d->server.partial);
		assert_int_equal(d->server.tries, 0);
		desk_free(d);
	}
}

static void
a_refused_probe_costs_a_try(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);

	(void)state;
	assert_int_equal(desk_give_probe(d, "u", "ssh-ed25519", key_blob(desk_key[DESK_ED25519])), 0);
	(void)desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_REJECT, NULL), 0);
	take_refusal(d);
	assert_int_equal(d->server.tries, 1);
	desk_free(d);
}

static void
a_good_signature_is_asked_about_and_authenticates(void **state)
{
	static const struct {
		int key;
		const char *algorithm;
	} rows[] = {
	    {DESK_ED25519, "ssh-ed25519"},
	    {DESK_P256, "ecdsa-sha2-nistp256"},
	    {DESK_RSA, "rsa-sha2-512"},
	    {DESK_RSA, "rsa-sha2-256"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk *d = desk_server_open(NULL, NULL);
		struct nacre_event event;

		assert_int_equal(desk_give_signed(d, desk_key[rows[i].key], rows[i].algorithm, "alice"), 0);
		event = desk_event(d, NACRE_EVENT_AUTH_REQUEST);
		assert_false(event.probe);
		assert_true(desk_is(event.user, "alice"));
		assert_true(desk_is(event.algorithm, rows[i].algorithm));
		assert_true(nacre_key_equal(event.key, desk_key[rows[i].key]));
		desk_sent_nothing(d);
		assert_int_equal(auth_server_answer(&d->server, event.token, NACRE_AUTH_ACCEPT, NULL), 0);
		event = desk_event(d, NACRE_EVENT_AUTHENTICATED);
		assert_true(desk_is(event.method, "publickey"));
		assert_int_equal(desk_take(d).p[0], NUM_userauth_success);
		desk_free(d);
	}
}

/* CVE-2024-45337: what was asked about before says nothing; the key of the question is the one that signed. */
static void
the_key_in_the_question_is_the_one_that_signed(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);
	struct nacre_event event;

	(void)state;
	assert_int_equal(desk_give_probe(d, "u", "ssh-ed25519", key_blob(desk_key[DESK_ED25519])), 0);
	(void)desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_ACCEPT, NULL), 0);
	assert_int_equal(desk_take(d).p[0], NUM_userauth_pk_ok);
	assert_int_equal(desk_give_signed(d, desk_key[DESK_ED25519_OTHER], "ssh-ed25519", "u"), 0);
	event = desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	assert_true(nacre_key_equal(event.key, desk_key[DESK_ED25519_OTHER]));
	assert_false(nacre_key_equal(event.key, desk_key[DESK_ED25519]));
	desk_free(d);
}

/* A good request in which one byte is another: wherever it is, nobody is asked and nobody gets in; at most the message
 * is malformed. A byte of the method's name makes another method of it, a byte of the service another service. */
static void
a_signed_request_with_any_byte_changed_is_refused(void **state)
{
	struct buf good;
	size_t i;

	(void)state;
	desk_build_signed(&good, desk_key[DESK_ED25519], "ssh-ed25519", "alice");
	for (i = 1; i < good.n; i++) {
		struct desk *d = desk_server_open(NULL, NULL);
		int r;

		good.p[i] ^= 0x01;
		r = desk_give(d, buf_slice(&good));
		good.p[i] ^= 0x01;
		assert_true(r == 0 || r == NACRE_E_FORMAT);
		if (r == 0)
			take_refusal(d);
		desk_no_event(d);
		assert_false(d->server.verified);
		desk_free(d);
	}
	{
		struct desk *d = desk_server_open(NULL, NULL);

		assert_int_equal(desk_give(d, buf_slice(&good)), 0);
		(void)desk_event(d, NACRE_EVENT_AUTH_REQUEST);
		desk_free(d);
	}
	buf_free(&good);
}

static void
a_signature_for_another_session_is_refused(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);

	(void)state;
	d->server.session_id = SLICE_LIT("the session id of somebody else");
	assert_int_equal(desk_give_signed(d, desk_key[DESK_ED25519], "ssh-ed25519", "u"), 0);
	take_refusal(d);
	d->server.session_id = desk_session_id;
	assert_int_equal(desk_give_signed(d, desk_key[DESK_ED25519], "ssh-ed25519", "u"), 0);
	(void)desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	desk_free(d);
}

/* CVE-2026-44405, CVE-2026-35387: the exact name must be enabled, whatever the key could do. */
static void
an_algorithm_must_be_enabled_by_its_exact_name(void **state)
{
	static const struct {
		const char *enabled;
		int key;
		const char *algorithm;
		bool asked;
	} rows[] = {
	    {"rsa-sha2-512", DESK_RSA, "rsa-sha2-512", true},
	    {"rsa-sha2-512", DESK_RSA, "rsa-sha2-256", false},
	    {"ecdsa-sha2-nistp384,ecdsa-sha2-nistp521", DESK_P256, "ecdsa-sha2-nistp256", false},
	    {"ecdsa-sha2-nistp256", DESK_P256, "ecdsa-sha2-nistp256", true},
	    {"", DESK_ED25519, "ssh-ed25519", false},
	    {"ssh-ed25519", DESK_ED25519, "ssh-ed25519", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk *d = desk_server_open(NULL, rows[i].enabled);

		assert_int_equal(desk_give_signed(d, desk_key[rows[i].key], rows[i].algorithm, "u"), 0);
		assert_int_equal(d->n_events, rows[i].asked ? 1 : 0);
		if (!rows[i].asked)
			take_refusal(d);
		desk_free(d);
	}
}

static void
a_key_of_another_type_than_the_algorithm_is_refused(void **state)
{
	static const char *const algorithms[] = {"ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"};
	static const int keys[] = {DESK_ED25519, DESK_P256, DESK_RSA};
	size_t a, k;

	(void)state;
	for (a = 0; a < 4; a++)
		for (k = 0; k < 3; k++) {
			struct desk *d = desk_server_open(NULL, NULL);
			const nacre_key *key = desk_key[keys[k]];
			bool fits = strcmp(sigalg_find(slice_str(algorithms[a]))->key_type, nacre_key_type(key)) == 0;

			assert_int_equal(desk_give_probe(d, "u", algorithms[a], key_blob(key)), 0);
			assert_int_equal(d->n_events, fits ? 1 : 0);
			if (!fits)
				take_refusal(d);
			desk_free(d);
		}
}

/* The blob is strict: cut or with a byte too many it is no key. */
static void
a_key_that_is_cut_is_refused_at_each_length(void **state)
{
	static const int keys[] = {DESK_ED25519, DESK_P256, DESK_RSA};
	static const char *const algorithms[] = {"ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512"};
	size_t k, n;

	(void)state;
	for (k = 0; k < 3; k++) {
		struct slice blob = key_blob(desk_key[keys[k]]);

		for (n = 0; n < blob.n; n++) {
			struct desk *d = desk_server_open(NULL, NULL);

			assert_int_equal(desk_give_probe(d, "u", algorithms[k], slice_of(blob.p, n)), 0);
			take_refusal(d);
			desk_free(d);
		}
	}
}

/* CVE-2026-77185: even a machine that was led astray says SUCCESS to nobody whose signature it has not verified. */
static void
success_without_a_verified_signature_is_impossible(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);

	(void)state;
	assert_int_equal(desk_give_signed(d, desk_key[DESK_ED25519], "ssh-ed25519", "u"), 0);
	(void)desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	d->server.verified = false;
	assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_ACCEPT, NULL), NACRE_E_CRYPTO);
	desk_sent_nothing(d);
	desk_no_event(d);
	desk_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_probe_is_asked_about_and_echoed_exactly),
	    cmocka_unit_test(a_refused_probe_costs_a_try),
	    cmocka_unit_test(a_good_signature_is_asked_about_and_authenticates),
	    cmocka_unit_test(the_key_in_the_question_is_the_one_that_signed),
	    cmocka_unit_test(a_signed_request_with_any_byte_changed_is_refused),
	    cmocka_unit_test(a_signature_for_another_session_is_refused),
	    cmocka_unit_test(an_algorithm_must_be_enabled_by_its_exact_name),
	    cmocka_unit_test(a_key_of_another_type_than_the_algorithm_is_refused),
	    cmocka_unit_test(a_key_that_is_cut_is_refused_at_each_length),
	    cmocka_unit_test(success_without_a_verified_signature_is_impossible),
	};

	return cmocka_run_group_tests_name("auth server publickey", tests, desk_keys_make, desk_keys_free);
}
