/* What a set of known hosts says: one table of files and questions, then what a table cannot say. */
#include "known.h"
#include "test_env.h"
#include <nacre/known_hosts.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define UNKNOWN NACRE_KNOWN_HOSTS_UNKNOWN
#define MATCH NACRE_KNOWN_HOSTS_MATCH
#define CHANGED NACRE_KNOWN_HOSTS_CHANGED
#define REVOKED NACRE_KNOWN_HOSTS_REVOKED

static const struct {
	const char *title, *file, *host;
	unsigned port;
	const char *key;
	enum nacre_known_hosts_result result;
	unsigned long line;
	bool other_types;
} rows[] = {
    {"an empty file", "", "example.com", 22, KEY_A, UNKNOWN, 0, false},
    {"a plain host", "example.com " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 1, false},
    {"a plain host, port 0", "example.com " KEY_A "\n", "example.com", 0, KEY_A, MATCH, 1, false},
    {"another host", "other.example " KEY_A "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},
    {"case in the file", "EXAMPLE.com " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 1, false},
    {"case in the question", "example.com " KEY_A "\n", "Example.COM", 22, KEY_A, MATCH, 1, false},
    {"no final newline", "example.com " KEY_A, "example.com", 22, KEY_A, MATCH, 1, false},
    {"CR LF", "# x\r\n\r\nexample.com " KEY_A "\r\n", "example.com", 22, KEY_A, MATCH, 3, false},
    {"a comment behind the key", "example.com " KEY_A " me@here\n", "example.com", 22, KEY_A, MATCH, 1, false},
    {"white space in front", " \texample.com\t " KEY_A " \n", "example.com", 22, KEY_A, MATCH, 1, false},
    {"a comma list", "a,example.com,b " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 1, false},
    {"a pattern", "*.com " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 1, false},
    {"a negated pattern", "*.com,!example.* " KEY_A "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},
    {"a negated pattern of another", "*.com,!evil.* " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 1, false},
    {"an address is a name", "192.0.2.1 " KEY_A "\n", "192.0.2.1", 22, KEY_A, MATCH, 1, false},
    {"an IPv6 address", "2001:db8::1 " KEY_A "\n", "2001:DB8::1", 22, KEY_A, MATCH, 1, false},
    {"an IPv6 address with a port", "[2001:db8::1]:99 " KEY_A "\n", "2001:db8::1", 99, KEY_A, MATCH, 1, false},

    {"a port", "[example.com]:2222 " KEY_A "\n", "example.com", 2222, KEY_A, MATCH, 1, false},
    {"another port", "[example.com]:2222 " KEY_A "\n", "example.com", 2223, KEY_A, UNKNOWN, 0, false},
    {"port 22 is not another port", "[example.com]:2222 " KEY_A "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},
    {"another port is not port 22", "example.com " KEY_A "\n", "example.com", 2222, KEY_A, UNKNOWN, 0, false},
    {"another port's key is no change", "example.com " KEY_B "\n", "example.com", 2222, KEY_A, UNKNOWN, 0, false},

    {"a hashed host", HASHED_EXAMPLE " " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 1, false},
    {"a hashed host, case", HASHED_EXAMPLE " " KEY_A "\n", "EXAMPLE.com", 22, KEY_A, MATCH, 1, false},
    {"a hashed host, changed", HASHED_EXAMPLE " " KEY_B "\n", "example.com", 22, KEY_A, CHANGED, 1, false},
    {"a hashed port", HASHED_EXAMPLE_2222 " " KEY_A "\n", "example.com", 2222, KEY_A, MATCH, 1, false},
    {"a hashed port is not port 22", HASHED_EXAMPLE_2222 " " KEY_A "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},
    {"hashed: another host first", HASHED_OTHER " " KEY_B "\n" HASHED_EXAMPLE " " KEY_A "\n", "example.com", 22, KEY_A,
	MATCH, 2, false},
    {"hashed: another host alone", HASHED_OTHER " " KEY_A "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},

    {"a changed key", "example.com " KEY_B "\n", "example.com", 22, KEY_A, CHANGED, 1, false},
    {"changed: the first line is told", "example.com " KEY_E "\nexample.com " KEY_B "\n*.com " KEY_B "\n",
	"example.com", 22, KEY_A, CHANGED, 2, false},
    {"several keys add up", "example.com " KEY_B "\nexample.com " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 2,
	false},
    {"several keys add up, the other one", "example.com " KEY_B "\nexample.com " KEY_A "\n", "example.com", 22, KEY_B,
	MATCH, 1, false},
    {"another type only", "example.com " KEY_E "\n", "example.com", 22, KEY_A, UNKNOWN, 0, true},
    {"another type and a match", "example.com " KEY_E "\nexample.com " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 2,
	false},
    {"a type that nobody knows", "example.com " KEY_STRANGE "\nexample.com " KEY_A "\n", "example.com", 22, KEY_A,
	MATCH, 2, false},
    {"a type that nobody knows, alone", "example.com " KEY_STRANGE "\n", "example.com", 22, KEY_A, UNKNOWN, 0, true},

    {"revoked alone", "@revoked example.com " KEY_A "\n", "example.com", 22, KEY_A, REVOKED, 1, false},
    {"revoked behind the match", "example.com " KEY_A "\n@revoked * " KEY_A "\n", "example.com", 22, KEY_A, REVOKED, 2,
	false},
    {"revoked in front of the match", "@revoked * " KEY_A "\nexample.com " KEY_A "\n", "example.com", 22, KEY_A,
	REVOKED, 1, false},
    {"revoked on any port", "@revoked * " KEY_A "\n", "example.com", 2222, KEY_A, REVOKED, 1, false},
    {"revoked and hashed", "@revoked " HASHED_EXAMPLE " " KEY_A "\n", "example.com", 22, KEY_A, REVOKED, 1, false},
    {"revoked in front of a change", "@revoked * " KEY_A "\nexample.com " KEY_B "\n", "example.com", 22, KEY_A, REVOKED,
	1, false},
    {"revoked behind a change", "example.com " KEY_B "\n@revoked * " KEY_A "\n", "example.com", 22, KEY_A, REVOKED, 2,
	false},
    {"revoked behind an authority", "@cert-authority * " KEY_A "\n@revoked * " KEY_A "\n", "example.com", 22, KEY_A,
	REVOKED, 2, false},
    {"revoked for another host", "@revoked other.example " KEY_A "\nexample.com " KEY_A "\n", "example.com", 22, KEY_A,
	MATCH, 2, false},
    {"another key is revoked", "@revoked * " KEY_B "\nexample.com " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 2,
	false},
    {"a revoked key is no known key", "@revoked * " KEY_B "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},
    {"a revoked key is no other type", "@revoked * " KEY_E "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},

    {"an authority is no host key", "@cert-authority * " KEY_A "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},
    {"an authority is no change", "@cert-authority * " KEY_B "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},
    {"an authority beside a match", "@cert-authority * " KEY_B "\nexample.com " KEY_A "\n", "example.com", 22, KEY_A,
	MATCH, 2, false},

    {"an unknown marker", "@strange * " KEY_B "\nexample.com " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 2, false},
    {"an unknown marker alone", "@strange * " KEY_A "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},
    {"base64 that was cut", "example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK6bL\nexample.com " KEY_A "\n",
	"example.com", 22, KEY_A, MATCH, 2, false},
    {"base64 that is none", "example.com ssh-ed25519 !!!!\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},
    {"too few fields", "example.com\nexample.com ssh-ed25519\nexample.com " KEY_A "\n", "example.com", 22, KEY_A, MATCH,
	3, false},
    {"a marker alone", "@revoked\nexample.com " KEY_A "\n", "example.com", 22, KEY_A, MATCH, 2, false},
    {"a broken hash", "|1|x|y " KEY_B "\n|2|a|b " KEY_B "\n|1|" KEY_B "\n|\nexample.com " KEY_A "\n", "example.com", 22,
	KEY_A, MATCH, 5, false},
    {"a line of protocol 1", "example.com 1024 35 123456789\nexample.com " KEY_A "\n", "example.com", 22, KEY_A, MATCH,
	2, false},
    {"a commented line", "#example.com " KEY_B "\n", "example.com", 22, KEY_A, UNKNOWN, 0, false},
};

static nacre_key *
key_of(struct test_env *t, const char *line)
{
	nacre_key *key = NULL;

	assert_int_equal(nacre_key_parse_public(&t->env, line, strlen(line), &key, NULL, 0), 0);
	return key;
}

static nacre_known_hosts *
set_of(struct test_env *t, const char *file)
{
	nacre_known_hosts *set = NULL;

	assert_int_equal(nacre_known_hosts_new(&t->env, &set), 0);
	assert_int_equal(nacre_known_hosts_parse(set, "a file", (const uint8_t *)file, strlen(file)), 0);
	return set;
}

static void
assert_clean(const struct test_env *t)
{
	assert_int_equal(t->live_blocks, 0);
	assert_int_equal(t->wrong_sizes, 0);
}

static void
check_row(struct test_env *t, size_t i)
{
	nacre_known_hosts *set = set_of(t, rows[i].file);
	nacre_key *key = key_of(t, rows[i].key);
	struct nacre_known_hosts_match match;
	bool has_line = rows[i].line != 0;

	assert_int_equal(nacre_known_hosts_check(set, rows[i].host, rows[i].port, key, &match), 0);
	if (match.result != rows[i].result || match.line != rows[i].line || match.other_types != rows[i].other_types)
		fail_msg("%s: result %d, line %lu, other types %d", rows[i].title, (int)match.result, match.line,
		    match.other_types);
	if (has_line)
		assert_string_equal(match.source, "a file");
	else
		assert_null(match.source);
	nacre_key_free(key);
	nacre_known_hosts_free(set);
}

static void
files_say_what_the_manual_says(void **state)
{
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&t, i);
	assert_clean(&t);
}

static void
a_match_tells_the_file_it_stands_in(void **state)
{
	static const char first[] = "other.example " KEY_A "\n", second[] = "\nexample.com " KEY_A "\n";
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set;
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 2);
	key = key_of(&t, KEY_A);
	set = set_of(&t, first);
	assert_int_equal(nacre_known_hosts_parse(set, "the second", (const uint8_t *)second, strlen(second)), 0);
	assert_int_equal(nacre_known_hosts_check(set, "example.com", 22, key, &match), 0);
	assert_int_equal(match.result, MATCH);
	assert_string_equal(match.source, "the second");
	assert_int_equal(match.line, 2);
	assert_int_equal(nacre_known_hosts_check(set, "other.example", 22, key, &match), 0);
	assert_string_equal(match.source, "a file");
	assert_int_equal(match.line, 1);
	nacre_known_hosts_free(set);
	nacre_key_free(key);
	assert_clean(&t);
}

static void
an_added_key_is_known_from_then_on(void **state)
{
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set;
	struct test_env t;
	nacre_key *a, *b;

	(void)state;
	test_env_init(&t, 3);
	a = key_of(&t, KEY_A);
	b = key_of(&t, KEY_B);
	set = set_of(&t, "");
	assert_int_equal(nacre_known_hosts_check(set, "example.com", 2222, a, &match), 0);
	assert_int_equal(match.result, UNKNOWN);
	assert_int_equal(nacre_known_hosts_add(set, "Example.com", 2222, a), 0);
	assert_int_equal(nacre_known_hosts_check(set, "example.com", 2222, a, &match), 0);
	assert_int_equal(match.result, MATCH);
	assert_null(match.source);
	assert_int_equal(match.line, 0);
	assert_int_equal(nacre_known_hosts_check(set, "example.com", 2222, b, &match), 0);
	assert_int_equal(match.result, CHANGED);
	assert_int_equal(nacre_known_hosts_check(set, "example.com", 22, a, &match), 0);
	assert_int_equal(match.result, UNKNOWN);
	nacre_known_hosts_free(set);
	nacre_key_free(a);
	nacre_key_free(b);
	assert_clean(&t);
}

static void
collect(void *ctx, const char *type)
{
	char *all = ctx;
	size_t n = strlen(all);

	snprintf(all + n, 256 - n, "%s;", type);
}

static void
key_types_come_in_the_order_of_the_lines(void **state)
{
	static const char file[] =
	    "example.com " KEY_E "\nother.example " KEY_A "\n@revoked example.com " KEY_B "\n@cert-authority * " KEY_B
	    "\n" HASHED_EXAMPLE " " KEY_A "\n*.com " KEY_STRANGE "\n";
	nacre_known_hosts *set;
	char types[256] = "";
	struct test_env t;

	(void)state;
	test_env_init(&t, 4);
	set = set_of(&t, file);
	assert_int_equal(nacre_known_hosts_key_types(set, "example.com", 22, collect, types), 0);
	assert_string_equal(types, "ecdsa-sha2-nistp256;ssh-ed25519;ssh-strange;");
	types[0] = '\0';
	assert_int_equal(nacre_known_hosts_key_types(set, "nowhere.example", 22, collect, types), 0);
	assert_string_equal(types, "");
	nacre_known_hosts_free(set);
	assert_clean(&t);
}

static void
a_question_without_sense_is_an_argument_error(void **state)
{
	char host[NACRE_KNOWN_HOSTS_HOST_MAX + 2];
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set;
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 5);
	key = key_of(&t, KEY_A);
	set = set_of(&t, "* " KEY_A "\n");
	memset(host, 'h', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	match.result = MATCH;
	assert_int_equal(nacre_known_hosts_check(set, host, 22, key, &match), NACRE_E_ARGUMENT);
	assert_int_equal(match.result, UNKNOWN);
	host[sizeof(host) - 2] = '\0';
	assert_int_equal(nacre_known_hosts_check(set, host, 65535, key, &match), 0);
	assert_int_equal(match.result, MATCH);
	assert_int_equal(nacre_known_hosts_check(set, host, 65536, key, &match), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_check(set, "", 22, key, &match), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_check(set, NULL, 22, key, &match), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_check(set, "h", 22, NULL, &match), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_check(NULL, "h", 22, key, &match), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_check(set, "h", 22, key, NULL), NACRE_E_ARGUMENT);
	nacre_known_hosts_free(set);
	nacre_key_free(key);
	assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_say_what_the_manual_says),
	    cmocka_unit_test(a_match_tells_the_file_it_stands_in),
	    cmocka_unit_test(an_added_key_is_known_from_then_on),
	    cmocka_unit_test(key_types_come_in_the_order_of_the_lines),
	    cmocka_unit_test(a_question_without_sense_is_an_argument_error),
	};

	return cmocka_run_group_tests_name("known hosts", tests, NULL, NULL);
}
