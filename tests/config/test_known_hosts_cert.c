/* What a set of known hosts says of a host's certificate: by its authority, by what was revoked, by host and port. */
#include "test_env.h"
#include <nacre/cert.h>
#include <nacre/known_hosts.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* An authority, another one, a host's key, and the certificate that the first has signed for it. */
static struct test_env te;
static nacre_key *authority, *other, *plain, *cert;

static nacre_key *
make(void)
{
	nacre_key *key;

	assert_int_equal(nacre_key_generate(&te.env, "ssh-ed25519", 0, &key), 0);
	return key;
}

static int
setup(void **state)
{
	static const char *const principals[] = {"pearl.example"};
	struct nacre_cert_fields fields = {
	    .size = sizeof(fields),
	    .type = NACRE_CERT_HOST,
	    .principals = principals,
	    .n_principals = 1,
	    .valid_before = NACRE_CERT_FOREVER,
	};

	(void)state;
	test_env_init(&te, 81);
	authority = make();
	other = make();
	plain = make();
	assert_int_equal(nacre_cert_issue(&te.env, &fields, plain, authority, &cert), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nacre_key_free(cert);
	nacre_key_free(plain);
	nacre_key_free(other);
	nacre_key_free(authority);
	return te.live_blocks == 0 ? 0 : -1;
}

/* "marker hosts key\n" behind what the text holds. */
static void
add_line(char *text, size_t cap, const char *head, const nacre_key *key)
{
	size_t n, used = strlen(text);
	char *line, *at;

	assert_int_equal(nacre_key_write_public(&te.env, key, NULL, &line, &n, NULL, 0), 0);
	at = text + used;
	assert_true(snprintf(at, cap - used, "%s %s", head, line) < (int)(cap - used));
	nacre_key_text_free(&te.env, line, n);
}

struct line {
	const char *head;
	nacre_key **key;
};

struct row {
	const char *title;
	struct line lines[3];
	const char *host;
	unsigned port;
	enum nacre_known_hosts_result result;
	unsigned long line;
	bool has_authority;
};

static const struct row rows[] = {
    {"nothing is known", {{NULL, NULL}}, "pearl.example", 22, NACRE_KNOWN_HOSTS_UNKNOWN, 0, false},
    {"its authority", {{"@cert-authority pearl.example", &authority}}, "pearl.example", 22, NACRE_KNOWN_HOSTS_MATCH, 1,
	true},
    {"by a pattern", {{"@cert-authority *.example", &authority}}, "pearl.example", 22, NACRE_KNOWN_HOSTS_MATCH, 1,
	true},
    {"for another host", {{"@cert-authority other.example", &authority}}, "pearl.example", 22,
	NACRE_KNOWN_HOSTS_UNKNOWN, 0, false},
    {"but not this one", {{"@cert-authority *.example,!pearl.*", &authority}}, "pearl.example", 22,
	NACRE_KNOWN_HOSTS_UNKNOWN, 0, false},
    {"at another port", {{"@cert-authority pearl.example", &authority}}, "pearl.example", 2222,
	NACRE_KNOWN_HOSTS_UNKNOWN, 0, false},
    {"at this port", {{"@cert-authority [pearl.example]:2222", &authority}}, "pearl.example", 2222,
	NACRE_KNOWN_HOSTS_MATCH, 1, true},
    {"another authority", {{"@cert-authority *", &other}}, "pearl.example", 22, NACRE_KNOWN_HOSTS_UNKNOWN, 0, true},
    {"the second of two", {{"@cert-authority *", &other}, {"@cert-authority *", &authority}}, "pearl.example", 22,
	NACRE_KNOWN_HOSTS_MATCH, 2, true},
    {"the authority as a plain key is none", {{"pearl.example", &authority}}, "pearl.example", 22,
	NACRE_KNOWN_HOSTS_UNKNOWN, 0, false},
    {"the authority is revoked", {{"@cert-authority *", &authority}, {"@revoked *", &authority}}, "pearl.example", 22,
	NACRE_KNOWN_HOSTS_REVOKED, 2, true},
    {"revoked before", {{"@revoked *", &authority}, {"@cert-authority *", &authority}}, "pearl.example", 22,
	NACRE_KNOWN_HOSTS_REVOKED, 1, true},
    {"the key is revoked", {{"@cert-authority *", &authority}, {"@revoked *", &plain}}, "pearl.example", 22,
	NACRE_KNOWN_HOSTS_REVOKED, 2, true},
    {"another key is revoked", {{"@cert-authority *", &authority}, {"@revoked *", &other}}, "pearl.example", 22,
	NACRE_KNOWN_HOSTS_MATCH, 1, true},
    {"revoked for another host", {{"@cert-authority *", &authority}, {"@revoked other.example", &plain}},
	"pearl.example", 22, NACRE_KNOWN_HOSTS_MATCH, 1, true},
};

static void
check(const struct row *row)
{
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set;
	char text[2048] = "";
	bool has_authority;
	size_t i;

	for (i = 0; i < 3 && row->lines[i].head != NULL; i++)
		add_line(text, sizeof(text), row->lines[i].head, *row->lines[i].key);
	assert_int_equal(nacre_known_hosts_new(&te.env, &set), 0);
	assert_int_equal(nacre_known_hosts_parse(set, "known", (const uint8_t *)text, strlen(text)), 0);
	assert_int_equal(nacre_known_hosts_check_certificate(set, row->host, row->port, cert, &match), 0);
	assert_int_equal(nacre_known_hosts_has_authority(set, row->host, row->port, &has_authority), 0);
	if (match.result != row->result || match.line != row->line || has_authority != row->has_authority)
		fail_msg(
		    "%s: result %d, line %lu, authority %d", row->title, (int)match.result, match.line, has_authority);
	nacre_known_hosts_free(set);
}

static void
a_certificate_is_known_by_its_authority_and_revoked_by_any_of_its_names(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

static void
plain_keys_and_certificates_have_their_own_questions(void **state)
{
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set;

	(void)state;
	assert_int_equal(nacre_known_hosts_new(&te.env, &set), 0);
	assert_int_equal(nacre_known_hosts_check_certificate(set, "h", 22, plain, &match), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_check(set, "h", 22, cert, &match), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_check_certificate(set, "", 22, cert, &match), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_check(set, "h", 22, plain, &match), 0);
	assert_int_equal(nacre_known_hosts_check_certificate(set, "h", 22, cert, &match), 0);
	nacre_known_hosts_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_certificate_is_known_by_its_authority_and_revoked_by_any_of_its_names),
	    cmocka_unit_test(plain_keys_and_certificates_have_their_own_questions),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
