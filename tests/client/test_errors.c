/* Why a connection does not come about: each cause has its code, and brings what a caller needs to say more. */
#include <errno.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "expect.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define SHORT_MS 50

static void
connect_it(struct stage *s)
{
	assert_int_not_equal(stage_connect(s), NACRE_OK);
}

static void
dial_it(struct stage *s, const char *host)
{
	assert_int_not_equal(nacre_client_connect(s->client, host, &s->options), NACRE_OK);
}

/* --- reaching --- */

static void
nobody_listens(struct stage *s)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* bound, and not listening: the port is nobody else's meanwhile */

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	s->options.port = ntohs(at.sin_port);
	dial_it(s, "127.0.0.1");
	close(fd);
}

static void
no_such_host(struct stage *s)
{
	dial_it(s, "a-label-of-more-than-sixty-three-bytes-is-no-part-of-any-name-in-any-zone.test");
}

static void
nobody_answers(struct stage *s)
{
	int listener, filler[8], n = 0;

	listener = peer_silent_listener(&s->options.port);
	while (n < 8 && nacre_dial("127.0.0.1", s->options.port, SHORT_MS, &filler[n], NULL, 0) == NACRE_OK)
		n++;
	s->options.connect_timeout_ms = SHORT_MS;
	dial_it(s, "127.0.0.1");
	while (n > 0)
		close(filler[--n]);
	close(listener);
}

static void
an_http_server(struct stage *s)
{
	static const char text[] = "HTTP/1.1 400 Bad\x1b[2J Request\r\nConnection: close\r\n\r\n";

	expect_raw(s, text, sizeof(text) - 1, true);
}

static void
a_full_server(struct stage *s)
{
	expect_raw(s, "Exceeded MaxStartups", 20, true);
}

static void
ssh_1(struct stage *s)
{
	expect_raw(s, "SSH-1.5-old\r\n", 13, false);
}

static void
a_host_that_hangs_up(struct stage *s)
{
	expect_raw(s, "", 0, true);
}

static void
a_host_that_dies_within_its_line(struct stage *s)
{
	expect_raw(s, "SSH-2.0-Op", 10, true);
}

static void
silence(struct stage *s)
{
	s->options.banner_timeout_ms = SHORT_MS;
	expect_raw(s, "", 0, false);
}

static void
talk_without_an_end(struct stage *s)
{
	s->options.banner_timeout_ms = SHORT_MS;
	expect_raw(s, "220 mail.example ESMTP\r\n", 24, false);
}

static void
silence_in_the_exchange(struct stage *s)
{
	s->script.stall = STALL_KEX;
	s->options.kex_timeout_ms = SHORT_MS;
	connect_it(s);
}

static void
silence_about_a_password(struct stage *s)
{
	s->script.stall = STALL_AUTH;
	s->options.auth_timeout_ms = SHORT_MS;
	connect_it(s);
}

static void
a_proxy_that_fails(struct stage *s)
{
	s->options.sock = NULL;
	s->options.proxy_command = "printf 'no way\\033[2J out\\n' >&2; exit 3";
	dial_it(s, "reef");
}

static void
a_whole_that_takes_too_long(struct stage *s)
{
	s->script.stall = STALL_KEX;
	s->options.timeout_ms = SHORT_MS;
	connect_it(s);
}

static const struct expect reaching[] = {
    {"a proxy that fails", a_proxy_that_fails, NACRE_E_PROXY, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_BANNER, .message = "3",
	.peer_text = "no way\\x1b[2J out"},
    {"a whole that takes too long", a_whole_that_takes_too_long, NACRE_E_DEADLINE, NACRE_ORIGIN_RESOURCE,
	NACRE_PHASE_KEX, .message = "within 50 ms (phase: kex)"},
    {"nobody listens", nobody_listens, NACRE_E_CONNECT, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_CONNECT,
	.message = "127.0.0.1 port ", .ours = "Connection refused"},
    {"no such host", no_such_host, NACRE_E_RESOLVE, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_CONNECT,
	.message = "a-label-of"},
    {"nobody answers", nobody_answers, NACRE_E_TIMEOUT_CONNECT, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_CONNECT,
	.message = "127.0.0.1 port ", .ours = "127.0.0.1 port "},
    {"an HTTP server", an_http_server, NACRE_E_IDENT, NACRE_ORIGIN_PROTOCOL, NACRE_PHASE_BANNER,
	.message = "it said: HTTP/1.1 400 Bad\\x1b[2J Request", .peer_text = "HTTP/1.1 400 Bad\\x1b[2J Request"},
    {"a full server", a_full_server, NACRE_E_IDENT, NACRE_ORIGIN_PROTOCOL, NACRE_PHASE_BANNER,
	.message = "Exceeded MaxStartups", .peer_text = "Exceeded MaxStartups"},
    {"SSH 1", ssh_1, NACRE_E_IDENT, NACRE_ORIGIN_PROTOCOL, NACRE_PHASE_BANNER, .message = "not protocol 2.0",
	.peer_text = "SSH-1.5-old"},
    {"a host that hangs up", a_host_that_hangs_up, NACRE_E_CONNECTION_LOST, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_BANNER,
	.message = "before it identified itself"},
    {"a host that dies within its line", a_host_that_dies_within_its_line, NACRE_E_CONNECTION_LOST,
	NACRE_ORIGIN_RESOURCE, NACRE_PHASE_BANNER, .message = "before it identified itself", .peer_text = "SSH-2.0-Op"},
    {"silence", silence, NACRE_E_TIMEOUT_BANNER, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_BANNER, .message = "identify"},
    {"talk without an end", talk_without_an_end, NACRE_E_TIMEOUT_BANNER, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_BANNER,
	.message = "identify", .peer_text = "220 mail.example ESMTP"},
    {"silence in the exchange", silence_in_the_exchange, NACRE_E_TIMEOUT_KEX, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_KEX,
	.message = "key exchange"},
    {"silence about a password", silence_about_a_password, NACRE_E_TIMEOUT_AUTH, NACRE_ORIGIN_RESOURCE,
	NACRE_PHASE_AUTH, .message = "authentication"},
};

static void
what_hinders_reaching_a_server_is_named(void **state)
{
	(void)state;
	expect_rows(reaching, N(reaching));
}

/* --- the first packets --- */

static void
an_early_success(struct stage *s)
{
	/* USERAUTH_SUCCESS, 52, in the place of KEXINIT */
	expect_raw(s, "SSH-2.0-x\r\n\0\0\0\x0c\x0a\x34\0\0\0\0\0\0\0\0\0\0", 27, false);
}

static void
a_short_kexinit(struct stage *s)
{
	expect_raw(s, "SSH-2.0-x\r\n\0\0\0\x0c\x0a\x14\0\0\0\0\0\0\0\0\0\0", 27, false);
}

static void
an_endless_packet(struct stage *s)
{
	expect_raw(s, "SSH-2.0-x\r\n\x7f\xff\xff\xff\x0a\x14\0\0\0\0\0\0\0\0\0\0", 27, false);
}

static void
another_cipher(struct stage *s)
{
	s->script.ciphers = "aes256-ctr";
	s->options.ciphers = "aes256-gcm@openssh.com";
	connect_it(s);
}

static const struct expect packets[] = {
    {"an early success", an_early_success, NACRE_E_ORDER, NACRE_ORIGIN_PROTOCOL, NACRE_PHASE_KEX,
	.message = "message 52 is not allowed here"},
    {"a short kexinit", a_short_kexinit, NACRE_E_FORMAT, NACRE_ORIGIN_PROTOCOL, NACRE_PHASE_KEX,
	.message = "kexinit: malformed cookie"},
    {"an endless packet", an_endless_packet, NACRE_E_PACKET, NACRE_ORIGIN_PROTOCOL, NACRE_PHASE_KEX,
	.message = "packet"},
    {"another cipher", another_cipher, NACRE_E_NEGOTIATION, NACRE_ORIGIN_PROTOCOL, NACRE_PHASE_KEX,
	.message = "no common cipher", .ours = "aes256-gcm@openssh.com", .theirs = "aes256-ctr"},
};

static void
what_ends_the_first_exchange_is_named(void **state)
{
	(void)state;
	expect_rows(packets, N(packets));
}

/* --- the host key --- */

static void
an_unknown_host(struct stage *s)
{
	s->options.port = 2222;
	connect_it(s);
}

static void
a_changed_key(struct stage *s)
{
	s->script.host_key = stage_keys[STAGE_HOST_OTHER];
	connect_it(s);
}

static void
a_revoked_key(struct stage *s)
{
	char lines[2048], line[1024];

	stage_line(line, sizeof(line), "@revoked ", "*", stage_keys[STAGE_HOST]);
	snprintf(lines, sizeof(lines), "# withdrawn\n\n%s", line);
	assert_int_equal(
	    nacre_client_load_system_host_keys(s->client, stage_file("withdrawn", lines, strlen(lines), 0600)),
	    NACRE_OK);
	connect_it(s);
}

static void
another_pin(struct stage *s)
{
	static const char *const pins[] = {"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL};

	s->options.host_key_fingerprints = pins;
	connect_it(s);
}

static void
host_keys_that_are_refused_come_with_fingerprints_file_and_line(void **state)
{
	char shown[96], other[96];
	const struct expect rows[] = {
	    {"an unknown host", an_unknown_host, NACRE_E_HOST_KEY_UNKNOWN, NACRE_ORIGIN_LOCAL, NACRE_PHASE_KEX,
		.message = "[reef]:2222", .theirs = shown},
	    {"a changed key", a_changed_key, NACRE_E_HOST_KEY_CHANGED, NACRE_ORIGIN_LOCAL, NACRE_PHASE_KEX,
		.message = "has changed", .ours = shown, .theirs = other, .file = "/known_hosts", .line = 1},
	    {"a revoked key", a_revoked_key, NACRE_E_HOST_KEY_REVOKED, NACRE_ORIGIN_LOCAL, NACRE_PHASE_KEX,
		.message = "is revoked", .ours = shown, .theirs = shown, .file = "/withdrawn", .line = 3},
	    {"another pin", another_pin, NACRE_E_HOST_KEY_PIN, NACRE_ORIGIN_LOCAL, NACRE_PHASE_KEX, .message = "pinned",
		.theirs = shown},
	};

	(void)state;
	assert_int_equal(nacre_key_fingerprint(stage_keys[STAGE_HOST], "SHA256", shown, sizeof(shown)), NACRE_OK);
	assert_int_equal(nacre_key_fingerprint(stage_keys[STAGE_HOST_OTHER], "SHA256", other, sizeof(other)), NACRE_OK);
	expect_rows(rows, N(rows));
}

/* --- credentials --- */

static void
nothing_to_try(struct stage *s)
{
	s->options.key = NULL;
	connect_it(s);
}

static void
no_method_that_is_allowed(struct stage *s)
{
	s->script.methods = "password";
	connect_it(s);
}

static void
a_wrong_password(struct stage *s)
{
	s->options.key = NULL;
	s->options.password = "wrong";
	connect_it(s);
}

static void
one_factor_of_two(struct stage *s)
{
	s->script.both_needed = true;
	connect_it(s);
}

static const struct expect credentials[] = {
    {"nothing to try", nothing_to_try, NACRE_E_AUTH_NOTHING, NACRE_ORIGIN_LOCAL, NACRE_PHASE_AUTH,
	.message = "none (refused)", .ours = "none", .theirs = "publickey,password"},
    {"no method that is allowed", no_method_that_is_allowed, NACRE_E_AUTH_METHODS, NACRE_ORIGIN_PEER, NACRE_PHASE_AUTH,
	.message = "password", .ours = "", .theirs = "password"},
    {"a wrong password", a_wrong_password, NACRE_E_AUTH, NACRE_ORIGIN_PEER, NACRE_PHASE_AUTH,
	.message = "password (refused)", .ours = "password (refused)", .theirs = "publickey,password"},
    {"one factor of two", one_factor_of_two, NACRE_E_AUTH_PARTIAL, NACRE_ORIGIN_PEER, NACRE_PHASE_AUTH,
	.message = "accepted, not enough", .ours = "publickey", .theirs = "password"},
};

static void
what_ends_authentication_brings_the_attempts_and_the_servers_list(void **state)
{
	(void)state;
	expect_rows(credentials, N(credentials));
}

static void
with_file(struct stage *s, const char *path)
{
	s->options.key = NULL;
	s->options.key_file = path;
	connect_it(s);
}

static const char *
locked_file(void)
{
	const struct nacre_key_write_options options = {.size = sizeof(options), .passphrase = "open", .rounds = 1};
	const char *path;
	char *text;
	size_t n;

	assert_int_equal(
	    nacre_key_write_private(nacre_env_default(), stage_keys[STAGE_USER], &options, &text, &n, NULL, 0),
	    NACRE_OK);
	path = stage_file("locked", text, n, 0600);
	nacre_key_text_free(nacre_env_default(), text, n);
	return path;
}

static void
a_missing_file(struct stage *s)
{
	with_file(s, stage_path("nowhere"));
}

static void
an_open_file(struct stage *s)
{
	with_file(s, stage_file("open", "x", 1, 0644));
}

static void
a_link_to_itself(struct stage *s)
{
	const char *path = stage_path("loop");

	(void)unlink(path);
	assert_int_equal(symlink(path, path), 0);
	with_file(s, path);
}

static void
no_passphrase(struct stage *s)
{
	with_file(s, locked_file());
}

static void
another_passphrase(struct stage *s)
{
	s->options.passphrase = "shut";
	with_file(s, locked_file());
}

static void
an_unknown_type(struct stage *s)
{
	static const char text[] = "-----BEGIN LATTICE PRIVATE KEY-----\nAAAA\n-----END LATTICE PRIVATE KEY-----\n";

	with_file(s, stage_file("lattice", text, sizeof(text) - 1, 0600));
}

static void
no_key_at_all(struct stage *s)
{
	with_file(s, stage_file("noise", "noise\n", 6, 0600));
}

static void
a_line_that_makes_no_sense(struct stage *s)
{
	static const char text[] = "Host reef\n# the port\nPort many\n";

	s->options.config_file = stage_file("config", text, sizeof(text) - 1, 0600);
	connect_it(s);
}

static const struct expect files[] = {
    {"a line that makes no sense", a_line_that_makes_no_sense, NACRE_E_CONFIG, NACRE_ORIGIN_LOCAL, NACRE_PHASE_NONE,
	.message = "Port", .file = "/config", .line = 3},
    {"a missing file", a_missing_file, NACRE_E_FILE_MISSING, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_NONE,
	.message = "/nowhere: ", .file = "/nowhere", .system_error = ENOENT},
    {"an open file", an_open_file, NACRE_E_FILE, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_NONE, .message = "other users",
	.file = "/open"},
    {"a link to itself", a_link_to_itself, NACRE_E_FILE, NACRE_ORIGIN_RESOURCE, NACRE_PHASE_NONE,
	.message = "/loop: ", .file = "/loop", .system_error = ELOOP},
    {"no passphrase", no_passphrase, NACRE_E_KEY_PASSPHRASE, NACRE_ORIGIN_LOCAL, NACRE_PHASE_AUTH,
	.message = "/locked: ", .ours = "/locked (not used)"},
    {"another passphrase", another_passphrase, NACRE_E_KEY_PASSPHRASE_WRONG, NACRE_ORIGIN_LOCAL, NACRE_PHASE_AUTH,
	.message = "/locked: ", .ours = "/locked (not used)"},
    {"an unknown type", an_unknown_type, NACRE_E_KEY_TYPE_UNKNOWN, NACRE_ORIGIN_LOCAL, NACRE_PHASE_NONE,
	.message = "LATTICE", .file = "/lattice"},
    {"no key at all", no_key_at_all, NACRE_E_KEY_FORMAT, NACRE_ORIGIN_LOCAL, NACRE_PHASE_NONE,
	.message = "/noise: ", .file = "/noise"},
};

static void
what_is_wrong_with_a_file_is_named_with_the_file(void **state)
{
	(void)state;
	expect_rows(files, N(files));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_hinders_reaching_a_server_is_named),
	    cmocka_unit_test(what_ends_the_first_exchange_is_named),
	    cmocka_unit_test(host_keys_that_are_refused_come_with_fingerprints_file_and_line),
	    cmocka_unit_test(what_ends_authentication_brings_the_attempts_and_the_servers_list),
	    cmocka_unit_test(what_is_wrong_with_a_file_is_named_with_the_file),
	};

	return cmocka_run_group_tests_name("client: errors while connecting", tests, stage_setup, stage_teardown);
}
