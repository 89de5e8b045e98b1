/* Certificates in use: what makes one good for somebody, each rule broken by itself; issuing, with ssh-keygen as the
 * reader. OpenSSH PROTOCOL.certkeys. */
#include "forge.h"
#include "keygen.h"
#include <nacre/cert.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define NOW 1700000000u

#define FORCE                                                                                                          \
	"\0\0\0\xd"                                                                                                    \
	"force-command\0\0\0\6\0\0\0\2ls"
#define SOURCE(n, text)                                                                                                \
	"\0\0\0\xe"                                                                                                    \
	"source-address\0\0\0" n "\0\0\0" text
#define S(text) SLICE_INIT(text)

static const struct {
	const char *name; /* of the principal that is asked about */
	const char *from;
	uint32_t kind, wanted_kind;
	struct slice principals, critical;
	uint64_t after, before;
	const char *why; /* a part of the sentence; NULL: it is good */
} uses[] = {
    {"alice", NULL, 1, 1, S("\0\0\0\5alice"), S(""), 0, UINT64_MAX, NULL},
    {"bob", NULL, 1, 1, S("\0\0\0\5alice\0\0\0\3bob"), S(""), 0, UINT64_MAX, NULL},
    {"carol", NULL, 1, 1, S("\0\0\0\5alice\0\0\0\3bob"), S(""), 0, UINT64_MAX, "principals"},
    {"alice", NULL, 1, 1, S(""), S(""), 0, UINT64_MAX, "no principals"},
    {"", NULL, 1, 1, S("\0\0\0\5alice"), S(""), 0, UINT64_MAX, "principals"},
    /* CVE-2026-35414: a comma is a part of the name. */
    {"root", NULL, 1, 1, S("\0\0\0\6a,root"), S(""), 0, UINT64_MAX, "principals"},
    {"a,root", NULL, 1, 1, S("\0\0\0\6a,root"), S(""), 0, UINT64_MAX, NULL},
    /* A user's name is no pattern, and letters are as they are. */
    {"alice", NULL, 1, 1, S("\0\0\0\1*"), S(""), 0, UINT64_MAX, "principals"},
    {"alice", NULL, 1, 1, S("\0\0\0\5Alice"), S(""), 0, UINT64_MAX, "principals"},
    {"alice", NULL, 1, 1, S("\0\0\0\3ali"), S(""), 0, UINT64_MAX, "principals"},
    {"alice", NULL, 2, 1, S("\0\0\0\5alice"), S(""), 0, UINT64_MAX, "for a host"},
    {"alice", NULL, 1, 2, S("\0\0\0\5alice"), S(""), 0, UINT64_MAX, "for a user"},
    /* valid_after <= now < valid_before. */
    {"alice", NULL, 1, 1, S("\0\0\0\5alice"), S(""), NOW, NOW + 1, NULL},
    {"alice", NULL, 1, 1, S("\0\0\0\5alice"), S(""), NOW + 1, NOW + 2, "not yet"},
    {"alice", NULL, 1, 1, S("\0\0\0\5alice"), S(""), 0, NOW, "no longer"},
    {"alice", NULL, 1, 1, S("\0\0\0\5alice"), S(""), NOW, NOW, "no longer"},
    {"alice", NULL, 1, 1, S("\0\0\0\5alice"), S(FORCE), 0, UINT64_MAX, NULL},
    {"alice", NULL, 1, 1, S("\0\0\0\5alice"), S("\0\0\0\1x\0\0\0\0"), 0, UINT64_MAX, "not known"},
    {"alice", "10.1.2.3", 1, 1, S("\0\0\0\5alice"),
	S(SOURCE("\xe", "\xa"
			"10.0.0.0/8")),
	0, UINT64_MAX, NULL},
    {"alice", "::ffff:10.1.2.3", 1, 1, S("\0\0\0\5alice"),
	S(SOURCE("\xe", "\xa"
			"10.0.0.0/8")),
	0, UINT64_MAX, NULL},
    {"alice", "11.1.2.3", 1, 1, S("\0\0\0\5alice"),
	S(SOURCE("\xe", "\xa"
			"10.0.0.0/8")),
	0, UINT64_MAX, "this address"},
    {"alice", NULL, 1, 1, S("\0\0\0\5alice"),
	S(SOURCE("\xe", "\xa"
			"10.0.0.0/8")),
	0, UINT64_MAX, "not known"},
    {"alice", "10.1.2.3", 1, 1, S("\0\0\0\5alice"),
	S(SOURCE("\xe", "\xa"
			"10.0.0.0/x")),
	0, UINT64_MAX, "malformed"},
    /* Hosts: patterns, in any case; no critical option at all. */
    {"host.example", NULL, 2, 2, S("\0\0\0\xchost.example"), S(""), 0, UINT64_MAX, NULL},
    {"host.example", NULL, 2, 2, S("\0\0\0\xcHOST.example"), S(""), 0, UINT64_MAX, NULL},
    {"host.example", NULL, 2, 2, S("\0\0\0\x9*.example"), S(""), 0, UINT64_MAX, NULL},
    {"host.example", NULL, 2, 2, S("\0\0\0\x9*.exampl?"), S(""), 0, UINT64_MAX, NULL},
    {"host.example.org", NULL, 2, 2, S("\0\0\0\x9*.example"), S(""), 0, UINT64_MAX, "principals"},
    {"host.example", NULL, 2, 2, S(""), S(""), 0, UINT64_MAX, "no principals"},
    {"host.example", NULL, 2, 2, S("\0\0\0\xchost.example"), S(FORCE), 0, UINT64_MAX, "critical"},
};

static void
a_certificate_is_good_where_every_rule_holds(void **state)
{
	struct test_env t;
	nacre_key *subject, *authority, *cert;
	char why[200];
	size_t i;

	(void)state;
	test_env_init(&t, 1);
	subject = keydata_public(&t, "ecdsa256");
	authority = keydata_private(&t, "ed25519");
	for (i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		struct nacre_cert_policy policy = {
		    .size = sizeof(policy),
		    .type = uses[i].wanted_kind == 1 ? NACRE_CERT_USER : NACRE_CERT_HOST,
		    .authorities = (const nacre_key *const *)&authority,
		    .n_authorities = 1,
		    .principal = uses[i].name,
		    .now_s = NOW,
		    .source_address = uses[i].from,
		};
		struct forge f = forge_good(subject, authority);
		int r;

		f.kind = uses[i].kind;
		f.principals = uses[i].principals;
		f.critical = uses[i].critical;
		f.valid_after = uses[i].after;
		f.valid_before = uses[i].before;
		assert_int_equal(forge_parse(&t, &f, &cert), 0);
		r = nacre_cert_check(cert, &policy, why, sizeof(why));
		if (r != (uses[i].why == NULL ? 0 : NACRE_E_CERTIFICATE) ||
		    (uses[i].why != NULL && strstr(why, uses[i].why) == NULL))
			fail_msg("row %zu: %d %s", i, r, why);
		nacre_key_free(cert);
	}
	nacre_key_free(subject);
	nacre_key_free(authority);
	keydata_assert_clean(&t);
}

static void
only_an_authority_that_is_named_is_trusted(void **state)
{
	struct nacre_cert_policy policy = {
	    .size = sizeof(policy), .type = NACRE_CERT_USER, .principal = "alice", .now_s = NOW};
	const nacre_key *both[2];
	struct test_env t;
	nacre_key *cert, *right, *wrong;
	char why[100];

	(void)state;
	test_env_init(&t, 2);
	cert = keydata_public(&t, "cert_ed25519"); /* carol's, by ecdsa256 */
	right = keydata_public(&t, "ecdsa256");
	wrong = keydata_public(&t, "other");
	policy.principal = "carol";
	both[0] = wrong;
	both[1] = right;
	policy.authorities = both;
	assert_int_equal(nacre_cert_check(cert, &policy, why, sizeof(why)), NACRE_E_CERTIFICATE); /* none */
	policy.n_authorities = 1;
	assert_int_equal(nacre_cert_check(cert, &policy, why, sizeof(why)), NACRE_E_CERTIFICATE);
	assert_non_null(strstr(why, "authority"));
	policy.n_authorities = 2;
	assert_int_equal(nacre_cert_check(cert, &policy, why, sizeof(why)), 0);
	assert_string_equal(why, "");
	assert_int_equal(nacre_cert_check(right, &policy, NULL, 0), NACRE_E_ARGUMENT);
	policy.size--;
	assert_int_equal(nacre_cert_check(cert, &policy, NULL, 0), NACRE_E_ARGUMENT);
	nacre_key_free(cert);
	nacre_key_free(right);
	nacre_key_free(wrong);
	keydata_assert_clean(&t);
}

static const struct nacre_cert_option critical[] = {{"source-address", "127.0.0.1,::1"}, {"force-command", "echo hi"}};
static const struct nacre_cert_option extensions[] = {{"permit-pty", NULL}, {"permit-X11-forwarding", NULL}};
static const char *const people[] = {"alice", "a,b"};

static struct nacre_cert_fields
good_fields(void)
{
	return (struct nacre_cert_fields){
	    .size = sizeof(struct nacre_cert_fields),
	    .type = NACRE_CERT_USER,
	    .serial = UINT64_MAX,
	    .key_id = "who it is",
	    .principals = people,
	    .n_principals = 2,
	    .valid_before = NACRE_CERT_FOREVER,
	    .critical = critical,
	    .n_critical = 2,
	    .extensions = extensions,
	    .n_extensions = 2,
	};
}

static void
an_issued_certificate_is_read_and_good(void **state)
{
	static const char *const names[] = {"ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048"};
	struct nacre_cert_fields fields = good_fields();
	struct nacre_cert_policy policy = {.size = sizeof(policy),
	    .type = NACRE_CERT_USER,
	    .n_authorities = 1,
	    .principal = "a,b",
	    .now_s = NOW,
	    .source_address = "127.0.0.1"};
	struct nacre_cert_info info;
	struct test_env t;
	char why[200];
	size_t i, k;

	(void)state;
	test_env_init(&t, 3);
	for (i = 0; i < 5; i++)
		for (k = 0; k < 5; k++) {
			nacre_key *subject = keydata_public(&t, names[i]), *authority = keydata_private(&t, names[k]);
			nacre_key *cert, *again;

			assert_int_equal(nacre_cert_issue(&t.env, &fields, subject, authority, &cert), 0);
			policy.authorities = (const nacre_key *const *)&authority;
			assert_int_equal(nacre_cert_check(cert, &policy, why, sizeof(why)), 0);
			assert_int_equal(nacre_cert_get_info(cert, &info), 0);
			assert_true(info.serial == UINT64_MAX);
			assert_string_equal(nacre_key_comment(cert), nacre_key_comment(subject));
			/* A certificate is renewed from itself; an authority is never one. */
			assert_int_equal(nacre_cert_issue(&t.env, &fields, cert, authority, &again), 0);
			nacre_key_free(again);
			nacre_key_free(cert);
			nacre_key_free(subject);
			nacre_key_free(authority);
		}
	keydata_assert_clean(&t);
}

static int
issue_with(struct test_env *t, const struct nacre_cert_fields *fields)
{
	nacre_key *subject = keydata_public(t, "ecdsa256"), *authority = keydata_private(t, "rsa2048"), *cert = NULL;
	int r = nacre_cert_issue(&t->env, fields, subject, authority, &cert);

	assert_true((r == 0) == (cert != NULL));
	nacre_key_free(cert);
	nacre_key_free(subject);
	nacre_key_free(authority);
	return r;
}

static void
what_nobody_could_use_is_not_issued(void **state)
{
	static const struct nacre_cert_option twice[] = {{"permit-pty", NULL}, {"permit-pty", NULL}};
	static const struct nacre_cert_option strange[] = {{"new@nacre", "1"}};
	static const struct nacre_cert_option nowhere[] = {{"source-address", "10.0.0.0/8,garbage"}};
	static const struct nacre_cert_option anywhere[] = {{"source-address", "10.0.0.0/8,::/0"}};
	static const struct nacre_cert_option valued[] = {{"permit-pty", "yes"}};
	static const char *const empty[] = {""};
	static char long_id[5000];
	struct nacre_cert_fields f = good_fields();
	struct test_env t;

	(void)state;
	test_env_init(&t, 4);
	assert_int_equal(issue_with(&t, &f), 0);
	f.valid_after = f.valid_before = NOW;
	assert_int_equal(issue_with(&t, &f), NACRE_E_ARGUMENT);
	f = good_fields();
	f.n_principals = 0;
	assert_int_equal(issue_with(&t, &f), NACRE_E_ARGUMENT);
	f = good_fields();
	f.principals = empty;
	f.n_principals = 1;
	assert_int_equal(issue_with(&t, &f), NACRE_E_ARGUMENT);
	f = good_fields();
	f.extensions = twice;
	assert_int_equal(issue_with(&t, &f), NACRE_E_ARGUMENT);
	f.extensions = valued;
	f.n_extensions = 1;
	assert_int_equal(issue_with(&t, &f), NACRE_E_ARGUMENT);
	f.extensions = strange;
	assert_int_equal(issue_with(&t, &f), 0);
	f = good_fields();
	f.critical = strange;
	f.n_critical = 1;
	assert_int_equal(issue_with(&t, &f), NACRE_E_ARGUMENT);
	f.critical = nowhere;
	assert_int_equal(issue_with(&t, &f), NACRE_E_ARGUMENT);
	f.critical = anywhere;
	assert_int_equal(issue_with(&t, &f), 0);
	f = good_fields();
	f.type = NACRE_CERT_HOST; /* with critical options */
	assert_int_equal(issue_with(&t, &f), NACRE_E_ARGUMENT);
	f.n_critical = 0;
	assert_int_equal(issue_with(&t, &f), 0);
	f.signature_algorithm = "ssh-rsa";
	assert_int_equal(issue_with(&t, &f), NACRE_E_KEY_TYPE);
	f.signature_algorithm = "rsa-sha2-256";
	assert_int_equal(issue_with(&t, &f), 0);
	memset(long_id, 'x', sizeof(long_id) - 1);
	f.key_id = long_id;
	assert_int_equal(issue_with(&t, &f), NACRE_E_ARGUMENT);
	keydata_assert_clean(&t);
}

static void
no_authority_but_a_plain_key_that_can_sign(void **state)
{
	struct nacre_cert_fields f = good_fields();
	nacre_key *subject, *authority, *public_half, *cert, *both, *none;
	struct test_env t;

	(void)state;
	test_env_init(&t, 5);
	subject = keydata_public(&t, "ecdsa256");
	authority = keydata_private(&t, "ed25519");
	public_half = keydata_public(&t, "ed25519");
	assert_int_equal(nacre_cert_issue(&t.env, &f, authority, authority, &cert), 0);
	assert_int_equal(nacre_cert_issue(&t.env, &f, subject, public_half, &none), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_cert_with_key(&t.env, cert, authority, &both), 0);
	assert_int_equal(nacre_cert_issue(&t.env, &f, subject, both, &none), NACRE_E_KEY_TYPE);
	assert_null(none);
	nacre_key_free(both);
	nacre_key_free(cert);
	nacre_key_free(public_half);
	nacre_key_free(authority);
	nacre_key_free(subject);
	keydata_assert_clean(&t);
}

static void
ssh_keygen_reads_what_was_issued(void **state)
{
	static const char *const wanted[] = {"Type: ecdsa-sha2-nistp256-cert-v01@openssh.com user certificate",
	    "Key ID: \"who it is\"", "Serial: 18446744073709551615", "Valid: forever", "alice", "a,b",
	    "force-command echo hi", "source-address 127.0.0.1,::1", "permit-X11-forwarding", "permit-pty",
	    "using rsa-sha2-512"};
	struct nacre_cert_fields f = good_fields();
	nacre_key *subject, *authority, *cert;
	struct test_env t;
	char path[64], out[4096], *text;
	const char *argv[] = {"ssh-keygen", "-L", "-f", path, NULL};
	size_t n, i;

	(void)state;
	if (!keygen_is_here())
		skip();
	test_env_init(&t, 6);
	subject = keydata_public(&t, "ecdsa256");
	authority = keydata_private(&t, "rsa2048");
	assert_int_equal(nacre_cert_issue(&t.env, &f, subject, authority, &cert), 0);
	assert_int_equal(nacre_key_write_public(&t.env, cert, NULL, &text, &n, NULL, 0), 0);
	keygen_file(text, n, path);
	assert_int_equal(keygen_run(argv, out, sizeof(out)), 0);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (strstr(out, wanted[i]) == NULL)
			fail_msg("no \"%s\" in: %s", wanted[i], out);
	keygen_remove(path);
	nacre_key_text_free(&t.env, text, n);
	nacre_key_free(cert);
	nacre_key_free(authority);
	nacre_key_free(subject);
	keydata_assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_certificate_is_good_where_every_rule_holds),
	    cmocka_unit_test(only_an_authority_that_is_named_is_trusted),
	    cmocka_unit_test(an_issued_certificate_is_read_and_good),
	    cmocka_unit_test(what_nobody_could_use_is_not_issued),
	    cmocka_unit_test(no_authority_but_a_plain_key_that_can_sign),
	    cmocka_unit_test(ssh_keygen_reads_what_was_issued),
	};

	return cmocka_run_group_tests_name("certificates in use", tests, NULL, NULL);
}
