/* What the hint of a failed negotiation says: the preset that would connect, and with what. */
#include "advice.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* The peer's KEXINIT. */
struct peer {
	const char *kex, *host_key, *cipher, *mac;
};

static void
write_peer(struct buf *b, const struct nacre_env *env, const struct peer *peer)
{
	static const uint8_t cookie[16] = {1};
	struct msg_kexinit msg = {
	    .cookie = slice_of(cookie, sizeof(cookie)),
	    .kex = slice_str(peer->kex),
	    .host_key = slice_str(peer->host_key),
	    .cipher_c2s = slice_str(peer->cipher),
	    .cipher_s2c = slice_str(peer->cipher),
	    .mac_c2s = slice_str(peer->mac),
	    .mac_s2c = slice_str(peer->mac),
	    .compression_c2s = SLICE_LIT("none"),
	    .compression_s2c = SLICE_LIT("none"),
	};

	buf_init(b, env, 65536);
	msg_put(b, MSG_kexinit, &msg);
	assert_int_equal(b->bad, 0);
}

/* The hint for a client with these options, into out; "" where there is none. */
static void
advise(const struct nacre_conn_options *options, const struct peer *peer, char out[FAILURE_TEXT_MAX])
{
	struct failure failure = {.code = 0};
	struct algorithms ours;
	struct test_env te;
	struct buf theirs;

	test_env_init(&te, 1);
	write_peer(&theirs, &te.env, peer);
	assert_int_equal(algorithms_init(&ours, &te.env, options, &failure), 0);
	advice_add(&ours, &te.env, options, buf_slice(&theirs), &failure);
	memcpy(out, failure.hint, FAILURE_TEXT_MAX);
	assert_int_equal(failure.code, 0);
	failure_clear(&failure, &te.env);
	algorithms_free(&ours, &te.env);
	buf_free(&theirs);
	assert_int_equal(te.live_blocks, 0);
}

static const struct peer modern = {"curve25519-sha256", "ssh-ed25519", "aes256-ctr,aes128-ctr", "hmac-sha2-256"};

static void
lists_that_were_too_narrow_are_told_what_the_default_would_bring(void **state)
{
	struct nacre_conn_options options = {.size = sizeof(options), .ciphers = "aes192-ctr"};
	char hint[FAILURE_TEXT_MAX];

	(void)state;
	advise(&options, &modern, hint);
	assert_string_equal(hint, "the default preset, without lists of your own, would connect: aes256-ctr");
	options.macs = "hmac-sha2-512";
	advise(&options, &modern, hint);
	assert_string_equal(
	    hint, "the default preset, without lists of your own, would connect: aes256-ctr,hmac-sha2-256");
}

/* Every kind must fit: a preset that helps with one of two troubles is not named. */
static void
a_preset_that_would_not_connect_is_not_named(void **state)
{
	static const struct peer strangers[] = {
	    {"no-such-kex", "ssh-ed25519", "aes256-ctr", "hmac-sha2-256"},
	    {"curve25519-sha256", "no-such-key", "aes256-ctr", "hmac-sha2-256"},
	    {"curve25519-sha256", "ssh-ed25519", "no-such-cipher", "hmac-sha2-256"},
	    {"curve25519-sha256", "ssh-ed25519", "aes256-ctr", "no-such-mac"},
	};
	struct nacre_conn_options options = {.size = sizeof(options), .ciphers = "aes192-ctr"};
	char hint[FAILURE_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < N(strangers); i++) {
		advise(&options, &strangers[i], hint);
		assert_string_equal(hint, "");
	}
}

/* What the legacy rows are is read off the tables, so that each of them is tried as the only one that a peer has. */
static void
a_peer_with_one_legacy_algorithm_is_for_the_legacy_preset(void **state)
{
	static const enum nacre_algorithm_kind kinds[] = {
	    NACRE_ALGORITHM_KEX, NACRE_ALGORITHM_HOST_KEY, NACRE_ALGORITHM_CIPHER, NACRE_ALGORITHM_MAC};
	struct nacre_conn_options options = {.size = sizeof(options)};
	char hint[FAILURE_TEXT_MAX], want[FAILURE_TEXT_MAX];
	struct catalogue_row row;
	size_t i, k;

	(void)state;
	for (k = 0; k < N(kinds); k++) {
		for (i = 0; (row = catalogue_at(kinds[k], i)).name != NULL; i++) {
			struct peer peer = modern;
			const char **field[] = {&peer.kex, &peer.host_key, NULL, &peer.cipher, &peer.mac};

			/* Certificates are asked for where an authority is trusted, by no preset. */
			if (!row.legacy || strstr(row.name, "-cert-v01@") != NULL)
				continue;
			*field[kinds[k]] = row.name;
			snprintf(want, sizeof(want), "the legacy preset would connect: %s", row.name);
			advise(&options, &peer, hint);
			assert_string_equal(hint, want);
		}
	}
}

static void
without_memory_there_is_no_hint_and_nothing_leaks(void **state)
{
	struct nacre_conn_options options = {.size = sizeof(options), .ciphers = "aes192-ctr"};
	uint64_t before, n;
	struct algorithms ours;
	struct failure failure = {.code = 0};
	struct test_env te;
	struct buf theirs;

	(void)state;
	test_env_init(&te, 1);
	write_peer(&theirs, &te.env, &modern);
	assert_int_equal(algorithms_init(&ours, &te.env, &options, &failure), 0);
	before = te.allocations;
	advice_add(&ours, &te.env, &options, buf_slice(&theirs), &failure);
	n = te.allocations - before;
	assert_true(n > 0);
	while (n-- > 0) {
		size_t live = te.live_blocks;

		failure = (struct failure){.code = 0};
		te.fail_at = te.allocations + 1 + n;
		advice_add(&ours, &te.env, &options, buf_slice(&theirs), &failure);
		assert_int_equal(te.live_blocks, live);
		te.fail_at = 0;
	}
	algorithms_free(&ours, &te.env);
	buf_free(&theirs);
	assert_int_equal(te.live_blocks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lists_that_were_too_narrow_are_told_what_the_default_would_bring),
	    cmocka_unit_test(a_preset_that_would_not_connect_is_not_named),
	    cmocka_unit_test(a_peer_with_one_legacy_algorithm_is_for_the_legacy_preset),
	    cmocka_unit_test(without_memory_there_is_no_hint_and_nothing_leaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
