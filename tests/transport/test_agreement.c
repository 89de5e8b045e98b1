/* Negotiation: what two KEXINITs agree on, by tables of lists. */
#include "proposal.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define CLIENT_MARKS ",ext-info-c,kex-strict-c-v00@openssh.com"

static const uint8_t cookie[16] = {1};

/* A KEXINIT in which both directions have the same lists. */
struct lists {
	const char *kex, *host_key, *cipher, *mac, *compression;
	bool guess;
};

static const struct lists usual = {"curve25519-sha256", "ssh-ed25519", "aes256-ctr", "hmac-sha2-256", "none", false};

static void
write_kexinit(struct buf *b, const struct nacre_env *env, const struct lists *l)
{
	struct msg_kexinit msg = {
	    .cookie = slice_of(cookie, sizeof(cookie)),
	    .kex = slice_str(l->kex),
	    .host_key = slice_str(l->host_key),
	    .cipher_c2s = slice_str(l->cipher),
	    .cipher_s2c = slice_str(l->cipher),
	    .mac_c2s = slice_str(l->mac),
	    .mac_s2c = slice_str(l->mac),
	    .compression_c2s = slice_str(l->compression),
	    .compression_s2c = slice_str(l->compression),
	    .first_kex_packet_follows = l->guess,
	};

	buf_init(b, env, 65536);
	msg_put(b, MSG_kexinit, &msg);
	assert_int_equal(b->bad, 0);
}

/* What a side of that role makes of the two; the failure, if any, is looked at and cleared. */
static int
agree(enum nacre_role role, const struct lists *client, const struct lists *server, struct agreement *out, char *text)
{
	struct test_env te;
	struct failure failure = {.code = 0};
	struct buf c, s;
	int r;

	test_env_init(&te, 1);
	write_kexinit(&c, &te.env, client);
	write_kexinit(&s, &te.env, server);
	if (role == NACRE_CLIENT)
		r = proposal_agree(buf_slice(&c), buf_slice(&s), role, &te.env, out, &failure);
	else
		r = proposal_agree(buf_slice(&s), buf_slice(&c), role, &te.env, out, &failure);
	if (text != NULL)
		snprintf(text, FAILURE_TEXT_MAX, "%s", failure.text);
	failure_clear(&failure, &te.env);
	buf_free(&c);
	buf_free(&s);
	assert_int_equal(te.live_blocks, 0);
	return r;
}

static void
the_first_of_the_clients_that_the_server_has_is_chosen(void **state)
{
	struct lists client = usual, server = usual;
	struct agreement a;
	int role;

	(void)state;
	client.cipher = "aes128-ctr,aes192-ctr,aes256-ctr";
	server.cipher = "aes256-ctr,aes192-ctr";
	client.mac = "hmac-sha2-512,hmac-sha2-256";
	server.mac = "hmac-sha2-256,hmac-sha2-512";
	for (role = NACRE_CLIENT; role <= NACRE_SERVER; role++) {
		assert_int_equal(agree((enum nacre_role)role, &client, &server, &a, NULL), 0);
		assert_string_equal(a.cipher_c2s->name, "aes192-ctr");
		assert_string_equal(a.cipher_s2c->name, "aes192-ctr");
		assert_string_equal(a.mac_c2s->name, "hmac-sha2-512");
	}
}

static void
nothing_in_common_names_what_it_was(void **state)
{
	static const struct {
		struct lists server;
		const char *named;
	} rows[] = {
	    {{"x", "ssh-ed25519", "aes256-ctr", "hmac-sha2-256", "none", false}, "key exchange method"},
	    {{"curve25519-sha256", "ssh-dss", "aes256-ctr", "hmac-sha2-256", "none", false}, "host key algorithm"},
	    {{"curve25519-sha256", "ssh-ed25519", "3des-cbc", "hmac-sha2-256", "none", false}, "cipher"},
	    {{"curve25519-sha256", "ssh-ed25519", "aes256-ctr", "hmac-md5", "none", false}, "MAC"},
	    {{"curve25519-sha256", "ssh-ed25519", "aes256-ctr", "hmac-sha2-256", "zlib", false}, "compression"},
	};
	struct agreement a;
	size_t i;

	(void)state;
	for (i = 0; i < N(rows); i++) {
		char text[FAILURE_TEXT_MAX];

		assert_int_equal(agree(NACRE_CLIENT, &usual, &rows[i].server, &a, text), NACRE_E_NEGOTIATION);
		assert_non_null(strstr(text, rows[i].named));
	}
}

static void
an_aead_needs_no_common_mac(void **state)
{
	struct lists client = usual, server = usual;
	struct agreement a;

	(void)state;
	client.cipher = server.cipher = "aes256-gcm@openssh.com";
	client.mac = "hmac-sha2-256";
	server.mac = "hmac-md5";
	assert_int_equal(agree(NACRE_CLIENT, &client, &server, &a, NULL), 0);
	assert_null(a.mac_c2s);
	assert_null(a.mac_s2c);
}

/* RFC 8308 2.1: a marker is never an algorithm, even where both sides send the same one. */
static void
markers_are_never_negotiated(void **state)
{
	static const char *const markers[] = {"ext-info-c", "ext-info-s", "kex-strict-c-v00@openssh.com", "kex-strict-s"};
	struct agreement a;
	size_t i;

	(void)state;
	for (i = 0; i < N(markers); i++) {
		struct lists both = usual;

		both.kex = markers[i];
		assert_int_equal(agree(NACRE_CLIENT, &both, &both, &a, NULL), NACRE_E_NEGOTIATION);
	}
}

/* libssh 0.10 ends its ciphers with a comma; an empty name is no algorithm, even where both sides have one. */
static void
empty_names_are_tolerated_and_never_chosen(void **state)
{
	static const char *const lists[] = {"aes256-ctr,", ",aes256-ctr", ",,aes256-ctr,,"};
	struct agreement a;
	size_t i;
	int role;

	(void)state;
	for (i = 0; i < N(lists); i++) {
		for (role = NACRE_CLIENT; role <= NACRE_SERVER; role++) {
			struct lists client = usual, server = usual;

			client.cipher = server.cipher = lists[i];
			assert_int_equal(agree((enum nacre_role)role, &client, &server, &a, NULL), 0);
			assert_string_equal(a.cipher_c2s->name, "aes256-ctr");
			server.cipher = ",aes128-ctr,";
			assert_int_equal(agree((enum nacre_role)role, &client, &server, &a, NULL), NACRE_E_NEGOTIATION);
		}
	}
}

static void
strict_needs_one_spelling_of_both_sides(void **state)
{
	static const struct {
		const char *client, *server;
		bool strict;
	} rows[] = {
	    {"curve25519-sha256,kex-strict-c", "curve25519-sha256,kex-strict-s", true},
	    {"curve25519-sha256,kex-strict-c-v00@openssh.com", "curve25519-sha256,kex-strict-s-v00@openssh.com", true},
	    {"curve25519-sha256,kex-strict-c", "curve25519-sha256,kex-strict-s-v00@openssh.com", false},
	    {"curve25519-sha256,kex-strict-c-v00@openssh.com", "curve25519-sha256,kex-strict-s", false},
	    {"curve25519-sha256,kex-strict-c", "curve25519-sha256,kex-strict-c", false},
	    {"curve25519-sha256,kex-strict-c", "curve25519-sha256", false},
	    {"curve25519-sha256", "curve25519-sha256,kex-strict-s", false},
	};
	struct agreement a;
	size_t i;

	(void)state;
	for (i = 0; i < N(rows); i++) {
		struct lists client = usual, server = usual;

		client.kex = rows[i].client;
		server.kex = rows[i].server;
		assert_int_equal(agree(NACRE_CLIENT, &client, &server, &a, NULL), 0);
		assert_int_equal(a.strict, rows[i].strict);
		assert_int_equal(agree(NACRE_SERVER, &client, &server, &a, NULL), 0);
		assert_int_equal(a.strict, rows[i].strict);
	}
}

/* RFC 4253 7: both first names must be the same; a marker in front is no name. */
static void
a_guess_is_right_only_if_both_first_names_agree(void **state)
{
	static const struct {
		const char *client_kex, *client_key, *server_kex, *server_key;
		bool guess, wrong;
	} rows[] = {
	    {"curve25519-sha256", "ssh-ed25519", "curve25519-sha256", "ssh-ed25519", true, false},
	    {"curve25519-sha256,x", "ssh-ed25519,y", "curve25519-sha256", "ssh-ed25519", true, false},
	    {"x,curve25519-sha256", "ssh-ed25519", "curve25519-sha256", "ssh-ed25519", true, true},
	    {"curve25519-sha256", "y,ssh-ed25519", "curve25519-sha256", "ssh-ed25519", true, true},
	    {"ext-info-c,curve25519-sha256", "ssh-ed25519", "curve25519-sha256", "ssh-ed25519", true, false},
	    {",curve25519-sha256", ",,ssh-ed25519", "curve25519-sha256,", "ssh-ed25519,", true, false},
	    {"x,curve25519-sha256", "ssh-ed25519", "curve25519-sha256", "ssh-ed25519", false, false},
	};
	struct agreement a;
	size_t i;

	(void)state;
	for (i = 0; i < N(rows); i++) {
		struct lists client = usual, server = usual;

		client.kex = rows[i].client_kex;
		client.host_key = rows[i].client_key;
		client.guess = rows[i].guess;
		server.kex = rows[i].server_kex;
		server.host_key = rows[i].server_key;
		assert_int_equal(agree(NACRE_SERVER, &client, &server, &a, NULL), 0);
		if (a.wrong_guess != rows[i].wrong)
			fail_msg("row %zu", i);
		/* Our own guess is none of the peer's. */
		assert_int_equal(agree(NACRE_CLIENT, &client, &server, &a, NULL), 0);
		assert_false(a.wrong_guess);
	}
}

static void
ext_info_is_sent_only_to_who_asked(void **state)
{
	struct lists client = usual, server = usual;
	struct agreement a;

	(void)state;
	client.kex = "curve25519-sha256" CLIENT_MARKS;
	assert_int_equal(agree(NACRE_SERVER, &client, &server, &a, NULL), 0);
	assert_true(a.ext_info);
	assert_int_equal(agree(NACRE_CLIENT, &client, &server, &a, NULL), 0);
	assert_false(a.ext_info);
}

static void
a_kexinit_cut_anywhere_is_malformed(void **state)
{
	struct failure failure;
	struct agreement a;
	struct test_env te;
	struct buf ours, theirs;
	size_t n;

	(void)state;
	test_env_init(&te, 1);
	write_kexinit(&ours, &te.env, &usual);
	write_kexinit(&theirs, &te.env, &usual);
	for (n = 0; n < theirs.n; n++) {
		failure = (struct failure){.code = 0};
		assert_int_equal(proposal_agree(buf_slice(&ours), slice_of(theirs.p, n), NACRE_CLIENT, &te.env, &a, &failure),
		    NACRE_E_FORMAT);
	}
	failure = (struct failure){.code = 0};
	assert_int_equal(proposal_agree(buf_slice(&ours), buf_slice(&theirs), NACRE_CLIENT, &te.env, &a, &failure), 0);
	buf_free(&ours);
	buf_free(&theirs);
}

static void
our_proposal_has_the_markers_only_the_first_time(void **state)
{
	struct nacre_conn_options options = {.size = sizeof(options)};
	struct failure failure = {.code = 0};
	struct algorithms algorithms;
	struct test_env te;
	struct buf b;
	int first;

	(void)state;
	test_env_init(&te, 1);
	assert_int_equal(algorithms_init(&algorithms, &te.env, &options, &failure), 0);
	for (first = 0; first <= 1; first++) {
		struct msg_kexinit msg;

		buf_init(&b, &te.env, 65536);
		assert_int_equal(proposal_write(&algorithms, &te.env, NACRE_CLIENT, first == 1, &b), 0);
		assert_int_equal(msg_parse(MSG_kexinit, buf_slice(&b), &msg), 0);
		assert_int_equal(slice_has_name(msg.kex, SLICE_LIT("ext-info-c")), first);
		assert_int_equal(slice_has_name(msg.kex, SLICE_LIT("kex-strict-c")), first);
		assert_int_equal(slice_has_name(msg.kex, SLICE_LIT("kex-strict-c-v00@openssh.com")), first);
		buf_free(&b);
	}
	algorithms_free(&algorithms, &te.env);
	assert_int_equal(te.live_blocks, 0);
}

static void
without_aes_in_the_cpu_chacha_is_offered_first(void **state)
{
	struct nacre_conn_options options = {.size = sizeof(options)};
	struct failure failure = {.code = 0};
	struct algorithms with, without;
	struct test_env te;

	(void)state;
	test_env_init(&te, 1);
	assert_int_equal(algorithms_init(&with, &te.env, &options, &failure), 0);
	te.env.cpu = 0;
	assert_int_equal(algorithms_init(&without, &te.env, &options, &failure), 0);
	assert_int_equal(strncmp(with.cipher, "aes256-gcm@", 11), 0);
	assert_int_equal(strncmp(without.cipher, "chacha20-", 9), 0);
	assert_int_equal(strlen(with.cipher), strlen(without.cipher));
	algorithms_free(&with, &te.env);
	algorithms_free(&without, &te.env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_of_the_clients_that_the_server_has_is_chosen),
	    cmocka_unit_test(nothing_in_common_names_what_it_was),
	    cmocka_unit_test(an_aead_needs_no_common_mac),
	    cmocka_unit_test(markers_are_never_negotiated),
	    cmocka_unit_test(empty_names_are_tolerated_and_never_chosen),
	    cmocka_unit_test(strict_needs_one_spelling_of_both_sides),
	    cmocka_unit_test(a_guess_is_right_only_if_both_first_names_agree),
	    cmocka_unit_test(ext_info_is_sent_only_to_who_asked),
	    cmocka_unit_test(a_kexinit_cut_anywhere_is_malformed),
	    cmocka_unit_test(our_proposal_has_the_markers_only_the_first_time),
	    cmocka_unit_test(without_aes_in_the_cpu_chacha_is_offered_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
