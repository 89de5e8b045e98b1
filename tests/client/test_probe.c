/* Probes: what a server shows without a login, from servers that behave and that do not. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <nacre/probe.h>
#include "stage.h"

#define CALLERS_MAX 4

/* A harbour serves callers one after the other, each by a scripted peer; or says `words` to each and nothing else. */
struct harbour {
	struct peer_script script;
	const char *words;
	unsigned callers, port;
	int fd;
	pthread_t thread;
	struct peer peers[CALLERS_MAX];
	struct test_env env;
	nacre_probe *probe;
	struct nacre_probe_options options;
};

static void
say_words(int fd, const char *words)
{
	char sink[256];

	(void)!write(fd, words, strlen(words));
	(void)shutdown(fd, SHUT_WR);
	while (read(fd, sink, sizeof(sink)) > 0)
		continue;
	(void)close(fd);
}

static void *
serve_callers(void *arg)
{
	struct harbour *h = arg;

	for (unsigned i = 0; i < h->callers; i++) {
		int fd = accept(h->fd, NULL, NULL);

		if (fd < 0)
			break;
		if (h->words != NULL) {
			say_words(fd, h->words);
			continue;
		}
		peer_start_on(&h->peers[i], &h->script, fd);
		peer_join(&h->peers[i]);
	}
	return NULL;
}

static void
harbour_open(struct harbour *h, unsigned callers)
{
	h->callers = callers;
	h->script.host_key = stage_keys[STAGE_HOST];
	h->fd = peer_silent_listener(&h->port);
	assert_int_equal(listen(h->fd, CALLERS_MAX), 0); /* here a caller may have to wait for the one before */
	h->options.size = sizeof(h->options);
	h->options.port = h->port;
	test_env_init(&h->env, 7);
	if (callers > 0)
		assert_int_equal(pthread_create(&h->thread, NULL, serve_callers, h), 0);
	assert_int_equal(nacre_probe_new(&h->env.env, "127.0.0.1", &h->options, &h->probe), NACRE_OK);
}

static void
harbour_close(struct harbour *h)
{
	if (h->callers > 0)
		assert_int_equal(pthread_join(h->thread, NULL), 0);
	(void)close(h->fd);
	nacre_probe_free(h->probe);
	assert_int_equal(h->env.live_blocks, 0);
}

static int
why(const struct harbour *h)
{
	struct nacre_error error;

	nacre_probe_error(h->probe, &error);
	return error.code;
}

static void
host_keys_are_shown_type_by_type(void **state)
{
	struct harbour h = {.words = NULL};
	const nacre_key *const *keys;
	char expected[64];
	size_t n;

	(void)state;
	harbour_open(&h, 3);
	assert_string_equal(nacre_probe_ident(h.probe), "");
	assert_int_equal(nacre_probe_host_keys(h.probe, NULL, &keys, &n), NACRE_OK);
	assert_int_equal(n, 1); /* it offers one type: one connection was enough */
	assert_true(nacre_key_equal(keys[0], stage_keys[STAGE_HOST]));
	assert_true(strncmp(nacre_probe_ident(h.probe), "SSH-2.0-Nacre_", 14) == 0);
	snprintf(expected, sizeof(expected), "127.0.0.1 port %u", h.port);
	assert_string_equal(nacre_probe_address(h.probe), expected);
	assert_int_equal(nacre_probe_host_keys(h.probe, "rsa,ed25519", &keys, &n), NACRE_OK);
	assert_int_equal(n, 1);
	assert_int_equal(nacre_probe_host_keys(h.probe, "rsa,ecdsa-sha2-nistp384", &keys, &n), NACRE_OK);
	assert_int_equal(n, 0);
	assert_int_equal(why(&h), NACRE_OK);
	harbour_close(&h);
	for (int i = 0; i < 3; i++)
		assert_string_equal(h.peers[i].auth, ""); /* nobody was named */
}

static void
types_that_are_none_are_refused_before_connecting(void **state)
{
	static const char *const types[] = {"", "foo", "rsa,foo", "ssh-ed25519x", ","};
	struct harbour h = {.words = NULL};
	const nacre_key *const *keys;
	size_t n;

	(void)state;
	harbour_open(&h, 0);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(nacre_probe_host_keys(h.probe, types[i], &keys, &n), NACRE_E_ARGUMENT);
		assert_int_equal(why(&h), NACRE_E_ARGUMENT);
		assert_int_equal(n, 0);
	}
	harbour_close(&h);
	assert_int_equal(nacre_probe_host_keys(NULL, NULL, &keys, &n), NACRE_E_ARGUMENT);
}

static void
algorithms_are_the_lists_of_the_server(void **state)
{
	struct harbour h = {.script = {.ciphers = "aes256-ctr,aes128-ctr"}};
	struct nacre_probe_algorithms a;

	(void)state;
	harbour_open(&h, 1);
	assert_int_equal(nacre_probe_algorithms(h.probe, &a), NACRE_OK);
	assert_true(strncmp(a.ident, "SSH-2.0-Nacre_", 14) == 0);
	assert_string_equal(a.host_key, "ssh-ed25519");
	assert_string_equal(a.cipher_c2s, "aes256-ctr,aes128-ctr");
	assert_string_equal(a.cipher_s2c, "aes256-ctr,aes128-ctr");
	assert_non_null(strstr(a.kex, "curve25519-sha256"));
	assert_non_null(strstr(a.mac_c2s, "hmac-sha2-256"));
	assert_string_equal(a.compression_c2s, "none");
	assert_string_equal(a.language_c2s, "");
	assert_true(a.strict_kex);
	assert_false(a.first_kex_follows);
	assert_true(a.agreed);
	assert_string_equal(a.agreed_host_key, "ssh-ed25519");
	assert_string_equal(a.agreed_cipher, "aes256-ctr");
	assert_non_null(a.agreed_kex);
	assert_non_null(a.agreed_mac);
	assert_non_null(a.server_sig_algs);
	assert_non_null(strstr(a.server_sig_algs, "rsa-sha2-512"));
	harbour_close(&h);
	assert_string_equal(h.peers[0].auth, "");
}

static void
lists_are_shown_where_nothing_is_common(void **state)
{
	struct harbour h = {.script = {.ciphers = "aes128-ctr"}, .options = {.preset = "strict"}};
	struct nacre_probe_algorithms a;

	(void)state;
	harbour_open(&h, 1);
	assert_int_equal(nacre_probe_algorithms(h.probe, &a), NACRE_OK);
	assert_int_equal(why(&h), NACRE_OK);
	assert_string_equal(a.cipher_c2s, "aes128-ctr");
	assert_true(a.strict_kex);
	assert_false(a.agreed);
	assert_null(a.agreed_kex);
	assert_null(a.server_sig_algs);
	harbour_close(&h);
}

static void
methods_are_told_without_a_credential(void **state)
{
	struct harbour h = {.script = {.methods = "publickey,password", .banner = "keep\x1b[31m off\nplease"}};
	struct nacre_probe_auth auth;

	(void)state;
	harbour_open(&h, 1);
	assert_int_equal(nacre_probe_auth_methods(h.probe, "-diver", &auth), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_probe_auth_methods(h.probe, "diver", &auth), NACRE_OK);
	assert_string_equal(auth.methods, "publickey,password");
	assert_string_equal(auth.banner, "keep\\x1b[31m off\nplease");
	assert_false(auth.none_accepted);
	harbour_close(&h);
	assert_string_equal(h.peers[0].auth, "none");
}

static void
a_server_that_lets_anybody_in_is_told_of(void **state)
{
	struct harbour h = {.script = {.none_is_enough = true}};
	struct nacre_probe_auth auth;

	(void)state;
	harbour_open(&h, 1);
	assert_int_equal(nacre_probe_auth_methods(h.probe, "diver", &auth), NACRE_OK);
	assert_true(auth.none_accepted);
	assert_string_equal(auth.methods, "");
	harbour_close(&h);
	assert_string_equal(h.peers[0].requests, ""); /* and was left at once */
}

/* Each call fails by itself, and a later one succeeds: a probe is not spoilt. */
static void
what_is_no_ssh_server_is_told(void **state)
{
	struct harbour h = {.words = "HTTP/1.1 400 Bad Request\r\n\r\n<html>\r\n"};
	struct nacre_probe_algorithms a;
	struct nacre_probe_auth auth;
	const nacre_key *const *keys;
	size_t n;

	(void)state;
	harbour_open(&h, 3);
	assert_int_equal(nacre_probe_algorithms(h.probe, &a), NACRE_E_IDENT);
	assert_null(a.kex);
	assert_string_equal(a.ident, "");
	assert_int_equal(nacre_probe_auth_methods(h.probe, "diver", &auth), NACRE_E_IDENT);
	assert_int_equal(nacre_probe_host_keys(h.probe, NULL, &keys, &n), NACRE_E_IDENT);
	assert_int_equal(n, 0);
	assert_int_equal(why(&h), NACRE_E_IDENT);
	harbour_close(&h);
}

static void
a_silent_server_is_left_in_time(void **state)
{
	static const enum peer_stall stalls[] = {STALL_IDENT, STALL_KEX, STALL_AUTH};

	(void)state;
	for (size_t i = 0; i < sizeof(stalls) / sizeof(stalls[0]); i++) {
		struct harbour h = {.script = {.stall = stalls[i]}};
		struct nacre_probe_auth auth;

		h.options.timeout_ms = 150;
		harbour_open(&h, 1);
		assert_int_equal(nacre_probe_auth_methods(h.probe, "diver", &auth), NACRE_E_TIMEOUT);
		assert_int_equal(why(&h), NACRE_E_TIMEOUT);
		harbour_close(&h);
	}
}

static void
a_port_where_nobody_listens_is_told(void **state)
{
	struct harbour h = {.words = NULL};
	struct nacre_probe_algorithms a;

	(void)state;
	harbour_open(&h, 0);
	(void)close(h.fd);
	assert_int_equal(nacre_probe_algorithms(h.probe, &a), NACRE_E_CONNECT);
	h.fd = -1;
	harbour_close(&h);
}

/* One after the other, a few steps apart: what fails gives everything back, and the probe goes on being one. */
static void
a_failing_allocation_spoils_nothing(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned i = 1; failed; i += 3) {
		struct harbour h = {.words = NULL};
		struct nacre_probe_algorithms a;
		const nacre_key *const *keys;
		size_t n;
		int rc;

		harbour_open(&h, 3);
		h.env.fail_at = h.env.allocations + i;
		h.env.fail_once = true;
		rc = nacre_probe_algorithms(h.probe, &a);
		if (rc == NACRE_OK)
			rc = nacre_probe_host_keys(h.probe, NULL, &keys, &n);
		failed = h.env.allocations >= h.env.fail_at;
		if (rc != NACRE_OK)
			assert_int_equal(why(&h), rc);
		h.env.fail_at = 0;
		assert_int_equal(nacre_probe_algorithms(h.probe, &a), NACRE_OK);
		assert_non_null(a.kex);
		(void)shutdown(h.fd, SHUT_RDWR); /* callers that did not come */
		harbour_close(&h);
		assert_in_range(i, 1, 5000);
	}
}

static void
what_cannot_be_probed_is_refused(void **state)
{
	static const char *const hosts[] = {"", "-oProxyCommand=x", "a\nb"};
	struct nacre_probe_options options = {.size = sizeof(options), .port = 65536};
	struct nacre_error error;
	nacre_probe *probe;

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		assert_int_equal(nacre_probe_new(NULL, hosts[i], NULL, &probe), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_probe_new(NULL, NULL, NULL, &probe), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_probe_new(NULL, "reef", &options, &probe), NACRE_E_ARGUMENT);
	options = (struct nacre_probe_options){.size = 0};
	assert_int_equal(nacre_probe_new(NULL, "reef", &options, &probe), NACRE_E_ARGUMENT);
	assert_null(probe);
	nacre_probe_free(NULL);
	nacre_probe_error(NULL, &error);
	assert_int_equal(error.code, NACRE_E_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(host_keys_are_shown_type_by_type),
	    cmocka_unit_test(types_that_are_none_are_refused_before_connecting),
	    cmocka_unit_test(algorithms_are_the_lists_of_the_server),
	    cmocka_unit_test(lists_are_shown_where_nothing_is_common),
	    cmocka_unit_test(methods_are_told_without_a_credential),
	    cmocka_unit_test(a_server_that_lets_anybody_in_is_told_of),
	    cmocka_unit_test(what_is_no_ssh_server_is_told),
	    cmocka_unit_test(a_silent_server_is_left_in_time),
	    cmocka_unit_test(a_port_where_nobody_listens_is_told),
	    cmocka_unit_test(a_failing_allocation_spoils_nothing),
	    cmocka_unit_test(what_cannot_be_probed_is_refused),
	};

	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
