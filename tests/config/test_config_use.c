/* What was found is used: tokens, variables and home directories in values, and the whole as ssh -G shows it. */
#include "sea.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* What the first word of a keyword comes to; the result is the call's. "!" and the sentence where it fails. */
static int
expand(struct sea *sea, const char *text, const char *keyword, const struct nacre_config_token *more, size_t n,
    char *out, size_t cap)
{
	nacre_config_host *found = sea_find(sea, text, "reef");
	struct nacre_config_directive d;
	const void *at = NULL;
	char *value, why[256];
	int rc;

	assert_non_null(found);
	assert_true(nacre_config_next_of(found, keyword, &at, &d));
	rc = nacre_config_expand(found, &d, 0, more, n, &value, why, sizeof(why));
	snprintf(out, cap, "%s", rc == 0 ? value : why);
	assert_true((rc == 0) == (value != NULL));
	nacre_config_text_free(found, value);
	nacre_config_host_free(found);
	return rc;
}

static void
every_token_has_its_value(void **state)
{
	static const struct {
		const char *token, *value;
	} rows[] = {
	    {"%%", "%"},
	    {"%d", "/home/oyster"},
	    {"%h", "sea.example"},
	    {"%i", "1000"},
	    {"%j", "jump"},
	    {"%k", "alias"},
	    {"%L", "reef"},
	    {"%l", "reef.example.org"},
	    {"%n", "reef"},
	    {"%p", "2222"},
	    {"%r", "diver"},
	    {"%u", "oyster"},
	    /* SHA-1 of "reef.example.orgsea.example2222diverjump" */
	    {"%C", "90f4d9e11b87b8510858d79dfa95ceb31b4c3534"},
	};
	struct sea sea;
	char text[512], out[256];

	(void)state;
	sea_init(&sea);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
		    "Hostname sea.example\nPort 2222\nUser diver\nHostKeyAlias alias\nProxyJump jump:99\nIdentityFile "
		    "<%s>\n",
		    rows[i].token);
		assert_int_equal(expand(&sea, text, "IdentityFile", NULL, 0, out, sizeof(out)), 0);
		out[strlen(out) - 1] = '\0';
		assert_string_equal(out + 1, rows[i].value);
	}
	sea_free(&sea);
}

static void
keywords_have_their_own_tokens(void **state)
{
	static const struct {
		const char *line, *keyword, *value; /* NULL: an error */
	} rows[] = {
	    {"ProxyCommand nc %h %p %n %r", "ProxyCommand", "nc reef 22 reef oyster"},
	    {"ProxyCommand nc %u", "ProxyCommand", NULL},
	    {"ProxyCommand ${HOME}", "ProxyCommand", "${HOME}"},
	    {"IdentityFile ~/a/%r", "IdentityFile", "/home/oyster/a/oyster"},
	    {"IdentityFile ~other/a", "IdentityFile", "/home/other/a"},
	    {"IdentityFile ~", "IdentityFile", "/home/oyster/"},
	    {"IdentityFile ~nobody/a", "IdentityFile", NULL},
	    {"IdentityFile ${COLOUR}-%%", "IdentityFile", "white-%"},
	    {"IdentityFile ${ABSENT}", "IdentityFile", NULL},
	    {"IdentityFile %z", "IdentityFile", NULL},
	    {"IdentityFile a%", "IdentityFile", NULL},
	    {"GlobalKnownHostsFile ~/%h", "GlobalKnownHostsFile", "~/%h"},
	    {"User %h", "User", "%h"},
	    {"LocalForward /s/%u h:1", "LocalForward", "/s/oyster"},
	};
	struct sea sea;
	char out[256];

	(void)state;
	sea_init(&sea);
	sea.variables[0] = (struct sea_row){"COLOUR", "white"};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int rc = expand(&sea, rows[i].line, rows[i].keyword, NULL, 0, out, sizeof(out));

		assert_int_equal(rc, rows[i].value == NULL ? NACRE_E_CONFIG : 0);
		if (rows[i].value != NULL)
			assert_string_equal(out, rows[i].value);
		else
			assert_non_null(strstr(out, "file line 1: "));
	}
	sea_free(&sea);
}

static void
tokens_of_a_moment_are_brought_by_the_caller(void **state)
{
	const struct nacre_config_token more[] = {{'T', "tun0"}, {'H', "reef"}};
	const struct nacre_config_token bad[] = {{'H', "reef;x"}};
	struct sea sea;
	char out[256];

	(void)state;
	sea_init(&sea);
	assert_int_equal(expand(&sea, "LocalCommand ip %T %h", "LocalCommand", more, 2, out, sizeof(out)), 0);
	assert_string_equal(out, "ip tun0 reef");
	assert_int_equal(expand(&sea, "LocalCommand ip %T", "LocalCommand", NULL, 0, out, sizeof(out)), NACRE_E_CONFIG);
	assert_int_equal(expand(&sea, "KnownHostsCommand x %H", "KnownHostsCommand", bad, 1, out, sizeof(out)),
	    NACRE_E_CONFIG_UNSAFE);
	assert_int_equal(expand(&sea, "User \"a b\"\nProxyCommand x %r", "ProxyCommand", NULL, 0, out, sizeof(out)),
	    NACRE_E_CONFIG_UNSAFE);
	assert_non_null(strstr(out, "not fit to stand in a command: a b"));
	assert_int_equal(
	    expand(&sea, "User DOMAIN\\\\who$\nProxyCommand x %r", "ProxyCommand", NULL, 0, out, sizeof(out)), 0);
	assert_string_equal(out, "x DOMAIN\\who$");
	sea_free(&sea);
}

static void
assert_line(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	if (at == NULL || (at != text && at[-1] != '\n') || at[strlen(line)] != '\n')
		fail_msg("no line \"%s\"", line);
}

static void
newer_keywords_are_shown_as_newer_ssh_shows_them(void **state)
{
	static const char *const lines[] = {"host reef", "tag blue", "obscurekeystroketiming 30",
	    "channeltimeout session=5m *=0", "versionaddendum over here", "warnweakcrypto no", "setenv A=1",
	    "setenv B=2", "remoteforward 9 [socks]:0", "canonicalizePermittedcnames a:b", "rekeylimit 1024 0",
	    "user oyster"};
	nacre_config_host *found;
	struct sea sea;
	size_t n;
	char *text;

	(void)state;
	sea_init(&sea);
	found = sea_find(&sea,
	    "Tag blue\nObscureKeystrokeTiming interval:30\nChannelTimeout session=5m *=0\nVersionAddendum over here # "
	    "x\n"
	    "WarnWeakCrypto no-pq-kex\nSetEnv A=1 B=2\nRemoteForward 9\nCanonicalizePermittedCNAMEs A:b\nRekeyLimit "
	    "1K\n",
	    "reef");
	assert_int_equal(nacre_config_print(found, &text, &n, NULL, 0), 0);
	assert_int_equal(strlen(text), n);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_line(text, lines[i]);
	nacre_config_text_free(found, text);
	nacre_config_host_free(found);
	sea_free(&sea);
}

static void
none_takes_a_value_away(void **state)
{
	static const char *const keywords[] = {"ProxyCommand", "ControlPath", "LocalCommand", "RemoteCommand",
	    "KnownHostsCommand", "PKCS11Provider", "SecurityKeyProvider", "RevokedHostKeys", "ProxyJump"};
	struct sea sea;
	char text[128];

	(void)state;
	sea_init(&sea);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		snprintf(text, sizeof(text), "%s none\n%s x\n", keywords[i], keywords[i]);
		assert_string_equal(sea_value(&sea, text, "reef", keywords[i]), "");
		snprintf(text, sizeof(text), "%s x\n", keywords[i]);
		assert_string_equal(sea_value(&sea, text, "reef", keywords[i]), "x");
	}
	sea_free(&sea);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_token_has_its_value),
	    cmocka_unit_test(keywords_have_their_own_tokens),
	    cmocka_unit_test(tokens_of_a_moment_are_brought_by_the_caller),
	    cmocka_unit_test(newer_keywords_are_shown_as_newer_ssh_shows_them),
	    cmocka_unit_test(none_takes_a_value_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
