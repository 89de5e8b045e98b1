/* Connecting: which credentials are sent in which order, and what each failure is called. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "stage.h"

static void
a_single_key_is_one_request(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_true(nacre_client_is_active(s.client));
	assert_string_equal(nacre_client_auth_method(s.client), "publickey");
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey");
	assert_int_equal(s.peer.error, NACRE_E_DISCONNECTED); /* closing says good-bye */
	stage_end(&s);
}

static void
a_key_file_is_as_good_as_a_key(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.key_file = stage_key_file("id", stage_keys[STAGE_USER]);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey");
	stage_end(&s);
}

static void
only_a_password_is_one_request(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.password = "secret";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_string_equal(nacre_client_auth_method(s.client), "password");
	stage_close(&s);
	assert_string_equal(s.peer.auth, "password");
	stage_end(&s);
}

static void
none_goes_first_where_nothing_was_given(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH_NOTHING); /* and which it would have allowed */
	assert_non_null(strstr(stage_error(&s).message, "publickey"));
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "none");

	s.script.none_is_enough = true;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_string_equal(nacre_client_auth_method(s.client), "none");
	stage_end(&s);
}

/* A server that lets everybody in must not seem to have checked what the caller gave. */
static void
none_is_never_tried_where_a_credential_was_given(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.none_is_enough = true;
	s.script.user_key = NULL;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "publickey");
	stage_end(&s);
}

static void
one_of_several_keys_is_offered_by_its_public_half_first(void **state)
{
	const char *files[3] = {NULL};
	char first[STAGE_PATH_MAX * 2], second[STAGE_PATH_MAX * 2];
	struct stage s;

	(void)state;
	stage_init(&s);
	snprintf(first, sizeof(first), "%s", stage_key_file("id2", stage_keys[STAGE_USER_2]));
	snprintf(second, sizeof(second), "%s", stage_key_file("id1", stage_keys[STAGE_USER]));
	files[0] = first;
	files[1] = second;
	s.options.key = stage_keys[STAGE_USER_3];
	s.options.key_files = files;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey? publickey? publickey? publickey");
	stage_end(&s);
}

static void
a_password_follows_a_refused_key(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.user_key = NULL;
	s.options.password = "secret";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey password");
	stage_end(&s);
}

static void
a_method_that_the_server_does_not_allow_is_not_tried(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.user_key = NULL;
	s.script.methods = "publickey";
	s.options.password = "secret";
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "publickey");
	stage_end(&s);
}

static void
a_wrong_password_is_refused_with_its_own_error(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.password = "guess";
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	assert_failed(&s, NACRE_E_AUTH);
	assert_non_null(strstr(stage_error(&s).message, "password (refused)"));
	assert_int_equal(nacre_client_fd(s.client), -1);
	assert_null(nacre_client_conn(s.client));
	stage_end(&s);
}

static void
a_partial_success_is_no_success(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.both_needed = true;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH_PARTIAL);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "publickey");

	s.options.password = "secret";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey password");
	stage_end(&s);
}

struct asked {
	const char *const *answers; /* ended by NULL: gives up */
	int times;
	char about[128];
};

static int
answer(void *ctx, enum nacre_ask what, const char *about, char *out, size_t cap)
{
	struct asked *asked = ctx;
	const char *text = asked->answers[asked->times++];

	assert_int_equal(what, NACRE_ASK_PASSWORD);
	snprintf(asked->about, sizeof(asked->about), "%s", about);
	if (text == NULL)
		return -1;
	snprintf(out, cap, "%s", text);
	return 0;
}

static void
a_person_is_asked_for_the_password_until_it_is_right(void **state)
{
	static const char *const answers[] = {"first", "secret", NULL};
	struct asked asked = {.answers = answers};
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.ask = answer;
	s.options.ask_ctx = &asked;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "none password password");
	assert_string_equal(asked.about, "diver@reef");
	assert_int_equal(asked.times, 2);
	stage_end(&s);
}

static void
a_person_who_gives_up_ends_the_attempt(void **state)
{
	static const char *const answers[] = {"first", NULL, NULL, NULL};
	struct asked asked = {.answers = answers};
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.ask = answer;
	s.options.ask_ctx = &asked;
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	assert_int_equal(asked.times, 2);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "none password");
	stage_end(&s);
}

static void
a_password_leaves_no_trace_in_freed_memory_or_the_log(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.env.secret = "hunter2-hunter2";
	s.env.secret_len = 15;
	s.script.password = "hunter2-hunter2";
	s.options.key = NULL;
	s.options.password = "hunter2-hunter2";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_null(strstr(s.log, "hunter2"));
	assert_non_null(strstr(s.log, "authenticated as diver by password"));
	stage_close(&s);
	assert_int_equal(s.env.secret_leaks, 0);
	stage_end(&s);
}

static void
connecting_twice_is_misuse_and_after_a_close_it_works(void **state)
{
	struct stage s;
	int ends[2];

	(void)state;
	stage_open(&s);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	s.options.sock = &ends[0];
	assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_E_MISUSE);
	assert_int_equal(fcntl(ends[0], F_GETFD), -1); /* taken over, and closed */
	close(ends[1]);
	assert_true(nacre_client_is_active(s.client)); /* misuse leaves the connection alone */

	stage_close(&s);
	assert_false(nacre_client_is_active(s.client));
	nacre_client_close(s.client); /* once more is fine */
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
a_connection_that_ended_is_replaced_by_connect(void **state)
{
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "vanish", NULL, &result), NACRE_E_CONNECTION_LOST);
	nacre_result_free(&result);
	assert_false(nacre_client_is_active(s.client));
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_true(nacre_client_is_active(s.client));
	stage_end(&s);
}

static void
names_that_could_be_options_or_patterns_are_refused(void **state)
{
	static const char *const hosts[] = {
	    "", "-oProxyCommand=x", "re\nef", "re ef", "*", "reef,other", "[::1]", "re\x7f", "a#b"};
	static const char *const users[] = {"", "-l", "di\x1bver", "di\nver", "di\xc2\x9bver"};
	static const char *const fine[] = {"DOMAIN\\user", "host$", "j\xc3\xbcrgen"};
	struct stage s;
	int fd;

	(void)state;
	stage_init(&s);
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		s.options.sock = &fd;
		assert_int_equal(nacre_client_connect(s.client, hosts[i], &s.options), NACRE_E_ARGUMENT);
		assert_int_equal(fcntl(fd, F_GETFD), -1);
	}
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		s.options.user = users[i];
		assert_int_equal(stage_connect(&s), NACRE_E_ARGUMENT);
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		s.options.user = fine[i];
		assert_int_equal(stage_connect(&s), NACRE_OK);
		stage_close(&s);
	}
	stage_end(&s);
}

static void
options_are_checked(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.size = 0;
	assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_E_ARGUMENT);
	s.options.size = sizeof(s.options);
	s.options.ciphers = "rot13";
	assert_int_equal(stage_connect(&s), NACRE_E_ARGUMENT);
	s.options.ciphers = NULL;
	s.options.port = 65536;
	assert_int_equal(stage_connect(&s), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_client_connect(NULL, "reef", NULL), NACRE_E_ARGUMENT);
	stage_end(&s);
}

static void
an_options_struct_of_an_older_header_is_read_as_far_as_it_goes(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	peer_start(&s.peer, &s.script);
	s.options.sock = &s.peer.client_fd;
	s.options.size = offsetof(struct nacre_connect_options, config_file);
	s.options.config_file = "beyond what this size covers";
	assert_int_equal(nacre_client_connect(s.client, "reef", &s.options), NACRE_OK);
	stage_end(&s);
}

static void
key_files_are_checked_before_anything_is_sent(void **state)
{
	const char *path;
	struct stage s;

	(void)state;
	stage_init(&s);
	s.options.key = NULL;
	s.options.key_file = stage_path("nowhere");
	assert_int_equal(stage_connect(&s), NACRE_E_FILE_MISSING);
	assert_non_null(strstr(stage_error(&s).message, "nowhere"));

	path = stage_key_file("open", stage_keys[STAGE_USER]);
	assert_int_equal(chmod(path, 0644), 0);
	s.options.key_file = path;
	assert_int_equal(stage_connect(&s), NACRE_E_FILE);
	assert_non_null(strstr(stage_error(&s).message, "other users"));
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "");
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);

	s.options.key_file = stage_dir;
	assert_int_equal(stage_connect(&s), NACRE_E_FILE);
	path = stage_path("fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	s.options.key_file = path;
	assert_int_equal(stage_connect(&s), NACRE_E_FILE);
	s.options.key_file = stage_file("noise", "not a key\n", 10, 0600);
	assert_int_not_equal(stage_connect(&s), NACRE_OK);
	assert_non_null(strstr(stage_error(&s).message, "noise"));
	stage_end(&s);
}

/* Made for this test by ssh-keygen; its passphrase is "mother-of-pearl". */
static const char locked_private[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
				     "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABABq+zC45\n"
				     "YtLw64XSFOKpjWAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAILPWfriki1yRtRn0\n"
				     "Ktfq2vBCz0hFD2of2pxutgsw6/9hAAAAkMnA43j8dpTwEkUEWeySCTQ4M//k4eTGe3+RmB\n"
				     "zPr5ZGu65DgN1gCMDRIZPAm5Kwvy/FroGx9GV/0ADPiCZ3RKobh8EV23kIhRhI5fW/K07L\n"
				     "ZIv6BSu4PKefwUObo5Di/VWL2KlATsKzVdZpbG20q8IG9Z6CsVtN6LpttBXvcf3nTj8J6N\n"
				     "gn+qyjIdl+1K+clQ==\n"
				     "-----END OPENSSH PRIVATE KEY-----\n";
static const char locked_public[] =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILPWfriki1yRtRn0Ktfq2vBCz0hFD2of2pxutgsw6/9h locked\n";

static nacre_key *
locked_key_file(struct stage *s)
{
	nacre_key *key;

	assert_int_equal(
	    nacre_key_parse_public(nacre_env_default(), locked_public, strlen(locked_public), &key, NULL, 0), NACRE_OK);
	s->options.key = NULL;
	s->options.key_file = stage_file("locked", locked_private, strlen(locked_private), 0600);
	return key;
}

static int
count_asked(void *ctx, enum nacre_ask what, const char *about, char *out, size_t cap)
{
	if (what != NACRE_ASK_PASSPHRASE)
		return -1;
	assert_non_null(strstr(about, "locked"));
	snprintf(out, cap, "not this one");
	++*(int *)ctx;
	return 0;
}

static void
a_locked_key_is_probed_and_nobody_is_asked_before_the_server_wants_it(void **state)
{
	struct stage s;
	nacre_key *key;
	int asked = 0;

	(void)state;
	stage_init(&s);
	key = locked_key_file(&s);
	s.options.ask = count_asked;
	s.options.ask_ctx = &asked;
	s.script.methods = "publickey";
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "publickey?");
	assert_int_equal(asked, 0);

	s.script.user_key = key;
	assert_int_not_equal(stage_connect(&s), NACRE_OK);
	assert_true(asked > 0);
	assert_non_null(strstr(stage_error(&s).message, "locked"));
	stage_end(&s);
	nacre_key_free(key);
}

static void
a_locked_key_without_a_passphrase_has_its_own_error(void **state)
{
	struct stage s;
	nacre_key *key;

	(void)state;
	stage_init(&s);
	key = locked_key_file(&s);
	s.script.user_key = key;
	assert_int_equal(stage_connect(&s), NACRE_E_KEY_PASSPHRASE);
	assert_failed(&s, NACRE_E_KEY_PASSPHRASE);
	assert_non_null(strstr(stage_error(&s).message, "locked"));
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "publickey?");

	s.options.password = "secret"; /* what else there is comes next */
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey? password");
	stage_end(&s);
	nacre_key_free(key);
}

static void
a_locked_key_is_opened_by_its_passphrase(void **state)
{
	struct stage s;
	nacre_key *key;

	(void)state;
	stage_init(&s);
	key = locked_key_file(&s);
	s.script.user_key = key;
	s.options.passphrase = "mother-of-pearl";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey? publickey");
	s.options.passphrase = "mother-of-perl";
	assert_int_equal(stage_connect(&s), NACRE_E_KEY_PASSPHRASE_WRONG);
	stage_end(&s);
	nacre_key_free(key);
}

/* Encrypted PEM does not show its public half: with the .pub beside it, it is probed as any locked key. */
static void
an_encrypted_pem_key_is_opened_at_once_or_known_by_the_file_beside_it(void **state)
{
	static const struct nacre_key_write_options pem = {
	    .size = sizeof(pem), .format = NACRE_KEY_FORMAT_PEM, .passphrase = "mother-of-pearl"};
	const struct nacre_env *env = nacre_env_default();
	struct stage s;
	nacre_key *key;
	char *text;
	size_t n;

	(void)state;
	stage_init(&s);
	assert_int_equal(nacre_key_generate(env, "ecdsa-sha2-nistp256", 0, &key), NACRE_OK);
	assert_int_equal(nacre_key_write_private(env, key, &pem, &text, &n, NULL, 0), NACRE_OK);
	s.options.key = NULL;
	s.options.key_file = stage_file("locked.pem", text, n, 0600);
	nacre_key_text_free(env, text, n);
	s.script.user_key = key;
	assert_int_equal(stage_connect(&s), NACRE_E_KEY_PASSPHRASE);
	s.options.passphrase = "mother-of-perl";
	assert_int_equal(stage_connect(&s), NACRE_E_KEY_PASSPHRASE_WRONG);
	s.options.passphrase = "mother-of-pearl";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey");

	assert_int_equal(nacre_key_write_public(env, key, NULL, &text, &n, NULL, 0), NACRE_OK);
	(void)stage_file("locked.pem.pub", text, n, 0644);
	nacre_key_text_free(env, text, n);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	assert_string_equal(s.peer.auth, "publickey? publickey");
	stage_end(&s);
	nacre_key_free(key);
}

static void
a_failed_negotiation_names_both_lists(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.ciphers = "aes128-ctr";
	s.options.ciphers = "aes256-gcm@openssh.com";
	assert_int_equal(stage_connect(&s), NACRE_E_NEGOTIATION);
	assert_string_equal(stage_error(&s).ours, "aes256-gcm@openssh.com");
	assert_string_equal(stage_error(&s).theirs, "aes128-ctr");
	assert_string_equal(
	    stage_error(&s).hint, "the default preset, without lists of your own, would connect: aes128-ctr");
	stage_end(&s);
}

static void
keep_banner(void *ctx, struct nacre_bytes words)
{
	char *kept = ctx;

	snprintf(kept, 64, "%.*s", (int)words.n, (const char *)words.p);
}

static void
the_banner_and_the_negotiation_can_be_read(void **state)
{
	struct nacre_conn_info info;
	char kept[64] = "";
	struct stage s;

	(void)state;
	stage_init(&s);
	s.script.banner = "dive\x1b[2J at your own risk";
	s.options.banner = keep_banner;
	s.options.banner_ctx = kept;
	s.options.ciphers = "chacha20-poly1305@openssh.com";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_string_equal(kept, s.script.banner);
	nacre_conn_get_info(nacre_client_conn(s.client), &info);
	assert_true(info.active && info.authenticated && info.strict_kex);
	assert_string_equal(info.cipher_out, "chacha20-poly1305@openssh.com");
	assert_int_equal(info.banner.n, strlen(s.script.banner));
	assert_true(nacre_key_equal(info.server_key, stage_keys[STAGE_HOST]));
	assert_non_null(strstr(s.log, "banner of the server: dive\\x1b[2J at your own risk"));
	stage_close(&s);
	kept[0] = '\0';
	s.options.key = stage_keys[STAGE_USER_2]; /* it is shown to those who stay outside, too */
	assert_int_equal(stage_connect(&s), NACRE_E_AUTH);
	assert_string_equal(kept, s.script.banner);
	stage_end(&s);
}

static void
the_facade_adds_no_flights_of_its_own(void **state)
{
	struct nacre_result result;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "exit 7", NULL, &result), NACRE_OK);
	assert_int_equal(result.exit.status, 7);
	nacre_result_free(&result);
	stage_close(&s);
	/* Five, as tests/conn counts them exactly. Here a thread counts: one of them may come in two parts or two as
	 * one, and the client's good-bye is another. */
	assert_in_range(s.peer.flights, 4, 6);
	stage_end(&s);
}

/* Connecting and a command, with the n-th allocation failing once, for each n until there is none. */
static void
each_allocation_may_fail(void **state)
{
	struct nacre_result result;
	struct stage s;
	bool reached = true;
	uint64_t n;
	int rc;

	(void)state;
	for (n = 1; reached; n++) {
		stage_init(&s);
		s.env.allocations = 0;
		s.env.fail_at = n;
		s.env.fail_once = true;
		rc = stage_connect(&s);
		if (rc == NACRE_OK) {
			rc = nacre_client_run(s.client, "echo hello", NULL, &result);
			if (rc == NACRE_OK)
				assert_string_equal(result.out, "hello");
			nacre_result_free(&result);
		}
		reached = s.env.allocations >= n;
		s.env.fail_at = 0;
		stage_end(&s);
		assert_true(rc == NACRE_OK || (reached && rc == NACRE_E_NOMEM));
	}
	assert_int_equal(rc, NACRE_OK);
	assert_true(n > 40);
}

/* Nobody answers at port 1: a name that is not known is told all the same, and at once. */
static void
an_unknown_algorithm_is_told_before_anybody_is_called(void **state)
{
	static const struct {
		const char *ciphers, *pubkey, *preset, *told;
	} rows[] = {
	    {"aes256-gmc@openssh.com", NULL, NULL, "aes256-gcm@openssh.com"},
	    {NULL, "ssh-ed2551", NULL, "ssh-ed25519"},
	    {NULL, NULL, "strikt", "strict"},
	};
	struct stage s;
	size_t i;

	(void)state;
	stage_init(&s);
	s.options.port = 1;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s.options.ciphers = rows[i].ciphers;
		s.options.pubkey_algorithms = rows[i].pubkey;
		s.options.preset = rows[i].preset;
		assert_int_equal(nacre_client_connect(s.client, "127.0.0.1", &s.options), NACRE_E_ARGUMENT);
		assert_non_null(strstr(stage_error(&s).message, rows[i].told));
	}
	s.options.preset = NULL;
	assert_int_equal(nacre_client_connect(s.client, "127.0.0.1", &s.options), NACRE_E_CONNECT);
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_single_key_is_one_request),
	    cmocka_unit_test(a_key_file_is_as_good_as_a_key),
	    cmocka_unit_test(only_a_password_is_one_request),
	    cmocka_unit_test(none_goes_first_where_nothing_was_given),
	    cmocka_unit_test(none_is_never_tried_where_a_credential_was_given),
	    cmocka_unit_test(one_of_several_keys_is_offered_by_its_public_half_first),
	    cmocka_unit_test(a_password_follows_a_refused_key),
	    cmocka_unit_test(a_method_that_the_server_does_not_allow_is_not_tried),
	    cmocka_unit_test(a_wrong_password_is_refused_with_its_own_error),
	    cmocka_unit_test(a_partial_success_is_no_success),
	    cmocka_unit_test(a_person_is_asked_for_the_password_until_it_is_right),
	    cmocka_unit_test(a_person_who_gives_up_ends_the_attempt),
	    cmocka_unit_test(a_password_leaves_no_trace_in_freed_memory_or_the_log),
	    cmocka_unit_test(connecting_twice_is_misuse_and_after_a_close_it_works),
	    cmocka_unit_test(a_connection_that_ended_is_replaced_by_connect),
	    cmocka_unit_test(names_that_could_be_options_or_patterns_are_refused),
	    cmocka_unit_test(options_are_checked),
	    cmocka_unit_test(an_options_struct_of_an_older_header_is_read_as_far_as_it_goes),
	    cmocka_unit_test(key_files_are_checked_before_anything_is_sent),
	    cmocka_unit_test(a_locked_key_is_probed_and_nobody_is_asked_before_the_server_wants_it),
	    cmocka_unit_test(a_locked_key_without_a_passphrase_has_its_own_error),
	    cmocka_unit_test(a_locked_key_is_opened_by_its_passphrase),
	    cmocka_unit_test(an_encrypted_pem_key_is_opened_at_once_or_known_by_the_file_beside_it),
	    cmocka_unit_test(a_failed_negotiation_names_both_lists),
	    cmocka_unit_test(the_banner_and_the_negotiation_can_be_read),
	    cmocka_unit_test(the_facade_adds_no_flights_of_its_own),
	    cmocka_unit_test(an_unknown_algorithm_is_told_before_anybody_is_called),
	    cmocka_unit_test(each_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("client: connect", tests, stage_setup, stage_teardown);
}
