/* What a client finds out about a server's key, in its error and in its result; pins, aliases, and hosts that are new.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "stage.h"

static char other_fingerprint[64], fingerprint[64];

static int
setup(void **state)
{
	if (stage_setup(state) != 0)
		return -1;
	if (nacre_key_fingerprint(stage_keys[STAGE_HOST], "SHA256", fingerprint, sizeof(fingerprint)) != 0)
		return -1;
	return nacre_key_fingerprint(
	    stage_keys[STAGE_HOST_OTHER], "SHA256", other_fingerprint, sizeof(other_fingerprint));
}

/* A client that knows nobody. */
static void
init_stranger(struct stage *s)
{
	stage_init(s);
	nacre_client_free(s->client);
	s->client = nacre_client_new(&s->env.env);
	assert_non_null(s->client);
}

static const struct nacre_host_key_result *
result(const struct stage *s)
{
	return nacre_client_host_key_result(s->client);
}

static const char *
line_file(const char *name, const char *prefix, const char *host, const nacre_key *key)
{
	char line[1024];

	stage_line(line, sizeof(line), prefix, host, key);
	return stage_file(name, line, strlen(line), 0600);
}

static void
assert_says(const struct stage *s, const char *words)
{
	if (strstr(stage_error(s).message, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, stage_error(s).message);
}

static void
a_known_key_is_told_with_its_line(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(result(&s)->verdict, NACRE_HOST_KEY_NOT_SHOWN);
	assert_string_equal(result(&s)->name, "");
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(result(&s)->verdict, NACRE_HOST_KEY_MATCH);
	assert_true(result(&s)->accepted);
	assert_string_equal(result(&s)->name, "reef");
	assert_string_equal(result(&s)->type, "ssh-ed25519");
	assert_string_equal(result(&s)->fingerprint, fingerprint);
	assert_string_equal(result(&s)->known_fingerprint, fingerprint);
	assert_string_equal(result(&s)->file, stage_path("known_hosts"));
	assert_int_equal(result(&s)->line, 1);
	assert_int_equal(nacre_client_host_key_result(NULL)->verdict, NACRE_HOST_KEY_NOT_SHOWN);
	stage_end(&s);
}

static void
a_changed_key_is_told_with_both_fingerprints_and_the_line(void **state)
{
	char text[1024] = "# the reef\n\n";
	struct stage s;

	(void)state;
	init_stranger(&s);
	stage_line(text + strlen(text), sizeof(text) - strlen(text), "", "reef", stage_keys[STAGE_HOST_OTHER]);
	assert_int_equal(
	    nacre_client_load_host_keys(s.client, stage_file("third", text, strlen(text), 0600)), NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_CHANGED);
	assert_says(&s, fingerprint);
	assert_says(&s, other_fingerprint);
	assert_says(&s, "third, line 3");
	assert_int_equal(result(&s)->verdict, NACRE_HOST_KEY_CHANGED);
	assert_false(result(&s)->accepted);
	assert_string_equal(result(&s)->known_fingerprint, other_fingerprint);
	assert_string_equal(result(&s)->known_type, "ssh-ed25519");
	assert_string_equal(result(&s)->file, stage_path("third"));
	assert_int_equal(result(&s)->line, 3);
	stage_end(&s);
}

static void
a_revoked_key_is_told_with_the_line(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(
	    nacre_client_load_system_host_keys(s.client, line_file("gone", "@revoked ", "*", stage_keys[STAGE_HOST])),
	    NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_REVOKED);
	assert_says(&s, "gone, line 1");
	assert_says(&s, fingerprint);
	assert_int_equal(result(&s)->verdict, NACRE_HOST_KEY_REVOKED);
	stage_end(&s);
}

static void
a_list_of_revoked_keys_speaks_for_every_host(void **state)
{
	char text[2048] = "# withdrawn\n";
	struct stage s;

	(void)state;
	stage_init(&s);
	stage_line(text + strlen(text), sizeof(text) - strlen(text), "", "", stage_keys[STAGE_HOST_OTHER]);
	assert_int_equal(
	    nacre_client_load_revoked_host_keys(s.client, stage_file("withdrawn", text, strlen(text), 0600)), NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	stage_line(text + strlen(text), sizeof(text) - strlen(text), "", "", stage_keys[STAGE_HOST]);
	assert_int_equal(
	    nacre_client_load_revoked_host_keys(s.client, stage_file("withdrawn", text, strlen(text), 0600)), NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_REVOKED);
	assert_says(&s, "withdrawn");
	assert_says(&s, fingerprint);
	assert_string_equal(result(&s)->file, stage_path("withdrawn"));
	assert_int_equal(result(&s)->line, 0);
	stage_end(&s);
}

static void
a_list_of_revoked_keys_that_cannot_be_read_whole_is_an_error(void **state)
{
	static const char krl[] = "SSHKRL\n";
	struct stage s;

	(void)state;
	stage_init(&s);
	assert_int_equal(
	    nacre_client_load_revoked_host_keys(s.client, stage_file("bad", "ssh-ed25519 AAAA\n", 17, 0600)),
	    NACRE_E_KEY_FORMAT);
	assert_says(&s, "bad: ");
	assert_int_equal(nacre_client_load_revoked_host_keys(s.client, stage_file("krl", krl, sizeof(krl), 0600)),
	    NACRE_E_KEY_FORMAT);
	assert_int_equal(
	    nacre_client_load_revoked_host_keys(s.client, stage_path("no such file")), NACRE_E_FILE_MISSING);
	assert_int_equal(nacre_client_load_revoked_host_keys(s.client, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
an_unknown_key_is_told_with_its_fingerprint(void **state)
{
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	assert_int_equal(result(&s)->verdict, NACRE_HOST_KEY_UNKNOWN);
	assert_false(result(&s)->accepted || result(&s)->other_types);
	assert_null(result(&s)->file);
	assert_string_equal(result(&s)->known_fingerprint, "");
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_warn, NULL);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(result(&s)->verdict, NACRE_HOST_KEY_UNKNOWN);
	assert_true(result(&s)->accepted);
	stage_end(&s);
}

static void
accept_new_takes_new_hosts_and_none_that_is_known_by_another_type(void **state)
{
	nacre_key *ecdsa;
	struct stage s;

	(void)state;
	init_stranger(&s);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_accept_new, NULL);
	assert_int_equal(nacre_key_generate(nacre_env_default(), "ecdsa-sha2-nistp256", 0, &ecdsa), NACRE_OK);
	assert_int_equal(nacre_known_hosts_add(nacre_client_get_host_keys(s.client), "reef", 22, ecdsa), NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	assert_true(result(&s)->other_types);
	assert_says(&s, "other types");
	/* auto_add is not so careful. */
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_auto_add, NULL);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);

	assert_int_equal(
	    nacre_known_hosts_remove(nacre_client_get_host_keys(s.client), "reef", 22, NULL, NULL), NACRE_OK);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_accept_new, NULL);
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	s.script.host_key = stage_keys[STAGE_HOST_OTHER];
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_CHANGED);
	nacre_key_free(ecdsa);
	stage_end(&s);
}

static void
a_pinned_key_is_trusted_without_known_hosts_and_every_other_is_refused(void **state)
{
	const char *pins[] = {other_fingerprint, fingerprint, NULL}, *wrong[] = {other_fingerprint, NULL};
	const char *none[] = {NULL};
	const nacre_key *more[1];
	nacre_key *ecdsa;
	char md5[64];
	const char *old[] = {md5 + 4, NULL};
	struct stage s;

	(void)state;
	init_stranger(&s);
	s.options.host_key_fingerprints = pins;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(result(&s)->verdict, NACRE_HOST_KEY_PINNED);
	stage_close(&s);
	assert_int_equal(nacre_key_fingerprint(stage_keys[STAGE_HOST], "MD5", md5, sizeof(md5)), NACRE_OK);
	s.options.host_key_fingerprints = old;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_close(&s);
	stage_end(&s);

	/* What is known by another kind of key does not lead to that one. */
	init_stranger(&s);
	assert_int_equal(nacre_key_generate(nacre_env_default(), "ecdsa-sha2-nistp256", 0, &ecdsa), NACRE_OK);
	assert_int_equal(nacre_known_hosts_add(nacre_client_get_host_keys(s.client), "reef", 22, ecdsa), NACRE_OK);
	more[0] = ecdsa;
	s.script.more_host_keys = more;
	s.script.n_more_host_keys = 1;
	s.options.host_key_fingerprints = pins;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
	nacre_key_free(ecdsa);

	/* A pin is stronger than known_hosts and than any policy. */
	stage_init(&s);
	nacre_client_set_missing_host_key_policy(s.client, nacre_policy_auto_add, NULL);
	s.options.host_key_fingerprints = wrong;
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_PIN);
	assert_failed(&s, NACRE_E_HOST_KEY_PIN);
	assert_says(&s, fingerprint);
	assert_int_equal(result(&s)->verdict, NACRE_HOST_KEY_NOT_PINNED);
	peer_join(&s.peer);
	assert_string_equal(s.peer.auth, "");
	s.options.host_key_fingerprints = none;
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_PIN);
	/* Revoked is revoked. */
	s.options.host_key_fingerprints = pins;
	assert_int_equal(
	    nacre_client_load_host_keys(s.client, line_file("rev", "@revoked ", "reef", stage_keys[STAGE_HOST])),
	    NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_REVOKED);
	stage_end(&s);
}

static void
a_pin_that_is_no_fingerprint_is_refused_before_anything_is_sent(void **state)
{
	static const char *const rows[] = {"", "SHA256:", "SHA256:AAAA", "MD5:aa:bb", "SHA1:AAAA", "MD5:", "sha256",
	    "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88-99", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA?"};
	const char *pins[] = {NULL, NULL};
	struct stage s;

	(void)state;
	stage_init(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pins[0] = rows[i];
		s.options.host_key_fingerprints = pins;
		assert_int_equal(stage_connect(&s), NACRE_E_ARGUMENT);
	}
	s.options.host_key_fingerprints = NULL;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	stage_end(&s);
}

static void
an_alias_is_looked_up_instead_of_the_host_and_its_port(void **state)
{
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(
	    nacre_client_load_host_keys(s.client, line_file("alias", "", "lagoon", stage_keys[STAGE_HOST])), NACRE_OK);
	s.options.port = 2222;
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN);
	assert_string_equal(result(&s)->name, "[reef]:2222");
	s.options.host_key_alias = "lagoon";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_string_equal(result(&s)->name, "lagoon");
	stage_close(&s);
	s.script.host_key = stage_keys[STAGE_HOST_OTHER];
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_CHANGED);
	s.options.host_key_alias = "la goon";
	assert_int_equal(stage_connect(&s), NACRE_E_ARGUMENT);
	stage_end(&s);
}

/* A listener on 127.0.0.1 for one connection, which the peer takes. */
struct port {
	int listener;
	unsigned number;
	struct stage *s;
	pthread_t thread;
};

static void *
take_one(void *arg)
{
	struct port *port = arg;
	int fd = accept(port->listener, NULL, NULL);

	if (fd >= 0)
		peer_start_on(&port->s->peer, &port->s->script, fd);
	return NULL;
}

static int
connect_by_tcp(struct stage *s)
{
	struct port port = {.s = s};
	int rc;

	peer_join(&s->peer);
	port.listener = peer_silent_listener(&port.number);
	assert_int_equal(pthread_create(&port.thread, NULL, take_one, &port), 0);
	s->options.sock = NULL;
	s->options.port = port.number;
	s->options.host_key_alias = NULL;
	rc = nacre_client_connect(s->client, "localhost", &s->options);
	assert_int_equal(pthread_join(port.thread, NULL), 0);
	close(port.listener);
	return rc;
}

/* Ports are free ones: the names are patterns. */
static void
an_address_that_is_known_by_another_key_is_refused_where_that_is_asked_for(void **state)
{
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(
	    nacre_client_load_host_keys(s.client, line_file("byname", "", "[localhost]:*", stage_keys[STAGE_HOST])),
	    NACRE_OK);
	assert_int_equal(nacre_client_load_system_host_keys(
			     s.client, line_file("byip", "", "[127.0.0.1]:*", stage_keys[STAGE_HOST_OTHER])),
	    NACRE_OK);
	assert_int_equal(connect_by_tcp(&s), NACRE_OK);
	stage_close(&s);
	s.options.check_host_ip = true;
	assert_int_equal(connect_by_tcp(&s), NACRE_E_HOST_KEY_CHANGED);
	assert_non_null(strstr(result(&s)->name, "127.0.0.1"));
	assert_string_equal(result(&s)->file, stage_path("byip"));
	stage_end(&s);
}

static void
an_address_that_is_not_known_is_added_to_the_name(void **state)
{
	struct nacre_known_hosts_match match;
	struct stage s;

	(void)state;
	init_stranger(&s);
	assert_int_equal(
	    nacre_client_load_host_keys(s.client, line_file("both", "", "[localhost]:*", stage_keys[STAGE_HOST])),
	    NACRE_OK);
	s.options.check_host_ip = true;
	assert_int_equal(connect_by_tcp(&s), NACRE_OK);
	assert_int_equal(nacre_known_hosts_check(nacre_client_get_host_keys(s.client), "127.0.0.1", s.options.port,
			     stage_keys[STAGE_HOST], &match),
	    NACRE_OK);
	assert_int_equal(match.result, NACRE_KNOWN_HOSTS_MATCH);
	stage_end(&s);
}

/* CVE-2025-26465: an error on the way is never a match. */
static void
trust_nobody(struct stage *s)
{
	(void)s;
}

static void
trust_another(struct stage *s)
{
	assert_int_equal(
	    nacre_client_load_host_keys(s->client, line_file("wrong", "", "reef", stage_keys[STAGE_HOST_OTHER])),
	    NACRE_OK);
}

static void
trust_what_is_revoked(struct stage *s)
{
	assert_int_equal(
	    nacre_client_load_host_keys(s->client, line_file("right", "", "reef", stage_keys[STAGE_HOST])), NACRE_OK);
	assert_int_equal(
	    nacre_client_load_revoked_host_keys(s->client, line_file("list", "", "", stage_keys[STAGE_HOST])),
	    NACRE_OK);
}

static void
trust_another_pin(struct stage *s)
{
	static const char *pins[] = {other_fingerprint, NULL};

	s->options.host_key_fingerprints = pins;
}

/* The host's key with a certificate by STAGE_USER_2. */
static nacre_key *
certify(const char *principal)
{
	const char *const principals[] = {principal};
	const struct nacre_cert_fields fields = {.size = sizeof(fields),
	    .type = NACRE_CERT_HOST,
	    .principals = principals,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER};
	const nacre_key *host = stage_keys[STAGE_HOST];
	nacre_key *cert, *joined;

	assert_int_equal(
	    nacre_cert_issue(nacre_env_default(), &fields, host, stage_keys[STAGE_USER_2], &cert), NACRE_OK);
	assert_int_equal(nacre_cert_with_key(nacre_env_default(), cert, host, &joined), NACRE_OK);
	nacre_key_free(cert);
	return joined;
}

/* By an authority that is not trusted for it. */
static void
trust_another_authority(struct stage *s)
{
	s->script.host_key = certify("reef");
	assert_int_equal(nacre_client_load_host_keys(
			     s->client, line_file("ca", "@cert-authority ", "reef", stage_keys[STAGE_USER_3])),
	    NACRE_OK);
}

static void
a_certificate_is_told_and_its_principal_may_be_the_alias(void **state)
{
	nacre_key *own = certify("lagoon");
	struct stage s;

	(void)state;
	init_stranger(&s);
	s.script.host_key = own;
	assert_int_equal(nacre_client_load_host_keys(
			     s.client, line_file("ca", "@cert-authority ", "reef,lagoon", stage_keys[STAGE_USER_2])),
	    NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_UNKNOWN); /* not for "reef": then the plain key counts */
	s.options.host_key_alias = "lagoon";
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(result(&s)->verdict, NACRE_HOST_KEY_CERTIFIED);
	assert_string_equal(result(&s)->type, "ssh-ed25519-cert-v01@openssh.com");
	assert_string_equal(result(&s)->file, stage_path("ca"));
	assert_int_equal(result(&s)->line, 1);
	stage_close(&s);
	/* A pin is of the key, whoever certifies it; certificates are not asked for then, unless by name. */
	s.options.host_key_algorithms = "ssh-ed25519-cert-v01@openssh.com";
	s.options.host_key_fingerprints = (const char *const[]){other_fingerprint, NULL};
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_PIN);
	s.options.host_key_fingerprints = (const char *const[]){fingerprint, NULL};
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(result(&s)->verdict, NACRE_HOST_KEY_PINNED);
	stage_close(&s);
	/* The authority on a list of revoked keys. */
	s.options.host_key_fingerprints = NULL;
	s.options.host_key_algorithms = NULL;
	assert_int_equal(
	    nacre_client_load_revoked_host_keys(s.client, line_file("list", "", "", stage_keys[STAGE_USER_2])),
	    NACRE_OK);
	assert_int_equal(stage_connect(&s), NACRE_E_HOST_KEY_REVOKED);
	stage_end(&s);
	nacre_key_free(own);
}

static void
no_failing_allocation_makes_a_key_trusted(void **state)
{
	static const struct {
		void (*set_up)(struct stage *s);
		int code;
	} rows[] = {
	    {trust_nobody, NACRE_E_HOST_KEY_UNKNOWN},
	    {trust_another, NACRE_E_HOST_KEY_CHANGED},
	    {trust_what_is_revoked, NACRE_E_HOST_KEY_REVOKED},
	    {trust_another_pin, NACRE_E_HOST_KEY_PIN},
	    {trust_another_authority, NACRE_E_HOST_KEY_UNKNOWN},
	};

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		bool failed = true;
		nacre_key *own = NULL;

		for (uint64_t i = row + 1; failed && i < 2000; i += 3) {
			struct stage s;
			int rc;

			init_stranger(&s);
			rows[row].set_up(&s);
			if (s.script.host_key != stage_keys[STAGE_HOST])
				own = (nacre_key *)(uintptr_t)s.script.host_key;
			s.env.fail_at = s.env.allocations + i;
			s.env.fail_once = true;
			rc = stage_connect(&s);
			failed = s.env.allocations >= s.env.fail_at;
			s.env.fail_at = 0;
			assert_true(failed ? rc < 0 : rc == rows[row].code);
			peer_join(&s.peer);
			assert_string_equal(s.peer.auth, "");
			assert_false(result(&s)->accepted);
			stage_end(&s);
			nacre_key_free(own);
			own = NULL;
		}
		assert_false(failed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_known_key_is_told_with_its_line),
	    cmocka_unit_test(a_changed_key_is_told_with_both_fingerprints_and_the_line),
	    cmocka_unit_test(a_revoked_key_is_told_with_the_line),
	    cmocka_unit_test(a_list_of_revoked_keys_speaks_for_every_host),
	    cmocka_unit_test(a_list_of_revoked_keys_that_cannot_be_read_whole_is_an_error),
	    cmocka_unit_test(an_unknown_key_is_told_with_its_fingerprint),
	    cmocka_unit_test(accept_new_takes_new_hosts_and_none_that_is_known_by_another_type),
	    cmocka_unit_test(a_pinned_key_is_trusted_without_known_hosts_and_every_other_is_refused),
	    cmocka_unit_test(a_pin_that_is_no_fingerprint_is_refused_before_anything_is_sent),
	    cmocka_unit_test(an_alias_is_looked_up_instead_of_the_host_and_its_port),
	    cmocka_unit_test(an_address_that_is_known_by_another_key_is_refused_where_that_is_asked_for),
	    cmocka_unit_test(a_certificate_is_told_and_its_principal_may_be_the_alias),
	    cmocka_unit_test(no_failing_allocation_makes_a_key_trusted),
	    cmocka_unit_test(an_address_that_is_not_known_is_added_to_the_name),
	};

	return cmocka_run_group_tests_name("client: what was found about a host key", tests, setup, stage_teardown);
}
