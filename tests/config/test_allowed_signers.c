/* Allowed signers: one table of files and questions, then certificates, times, and what a table cannot say. */
#include "../keys/forge.h"
#include "known.h"
#include "signer_time.h"
#include <nacre/allowed_signers.h>
#include <nacre/sshsig.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define NOW 1700000000u /* 2023-11-14 22:13:20 UTC */
#define ME "me@example.com"

/* `why`: a part of the reason; NULL: the key may. `broken`: how many lines make no sense. */
static const struct {
	const char *title, *file, *name, *purpose;
	unsigned long line;
	const char *why;
	size_t broken;
} rows[] = {
    {"an empty file", "", ME, "file", 0, "no line has this name", 0},
    {"a plain line", ME " " KEY_A "\n", ME, "file", 1, NULL, 0},
    {"no final newline", ME " " KEY_A, ME, "file", 1, NULL, 0},
    {"comments and empty lines", "# x\r\n\r\n \t\n" ME " " KEY_A " a comment\r\n", ME, "file", 4, NULL, 0},
    {"a comment in front of a line", "#" ME " " KEY_A, ME, "file", 0, "no line", 0},
    {"another name", "you@example.com " KEY_A, ME, "file", 0, "no line", 0},
    {"another key", ME " " KEY_B "\n" ME " " KEY_E, ME, "file", 1, "other keys", 0},
    {"a second line", ME " " KEY_B "\n" ME " " KEY_A, ME, "file", 2, NULL, 0},
    {"a list of names", "a,b," ME ",c " KEY_A, ME, "file", 1, NULL, 0},
    {"a pattern", "*@example.com " KEY_A, ME, "file", 1, NULL, 0},
    {"a pattern that does not fit", "*@example.com " KEY_A, "me@example.com.evil", "file", 0, "no line", 0},
    {"a pattern that is denied", "*@example.com,!me@* " KEY_A, ME, "file", 0, "no line", 0},
    {"denied to somebody else", "*@example.com,!you@* " KEY_A, ME, "file", 1, NULL, 0},
    {"letters are as they are", "ME@example.com " KEY_A, ME, "file", 0, "no line", 0},
    {"a name with a comma is no list", "root " KEY_A, "a,root", "file", 0, "no line", 0},
    {"principals in quotation marks", "\"me too,you\" " KEY_A, "me too", "file", 1, NULL, 0},
    {"quotation marks that do not end", "\"me " KEY_A, "me", "file", 0, "no line", 1},
    {"principals in quotation marks, nothing behind", "\"me\"x " KEY_A, "me", "file", 0, "no line", 1},

    {"a namespace", ME " namespaces=\"file\" " KEY_A, ME, "file", 1, NULL, 0},
    {"a list of namespaces", ME " NameSpaces=\"git,f*\" " KEY_A, ME, "file", 1, NULL, 0},
    {"another namespace", ME " namespaces=\"git\" " KEY_A, ME, "file", 1, "namespaces", 0},
    {"a namespace that is denied", ME " namespaces=\"*,!file\" " KEY_A, ME, "file", 1, "namespaces", 0},
    {"a namespace's letters", ME " namespaces=\"FILE\" " KEY_A, ME, "file", 1, "namespaces", 0},
    {"no namespace at all", ME " namespaces=\"\" " KEY_A, ME, "file", 1, "namespaces", 0},
    {"namespaces twice", ME " namespaces=\"file\",namespaces=\"file\" " KEY_A, ME, "file", 0, "no line", 1},
    {"a namespace with a space", ME " namespaces=\"a b\" " KEY_A, ME, "a b", 1, NULL, 0},
    {"a quotation mark in a namespace", ME " namespaces=\"a\\\"b\" " KEY_A, ME, "a\"b", 1, NULL, 0},
    {"the better line decides", ME " namespaces=\"git\" " KEY_A "\n" ME " " KEY_A, ME, "file", 2, NULL, 0},
    {"the closest line is told", ME " " KEY_B "\n" ME " namespaces=\"git\" " KEY_A, ME, "file", 2, "namespaces", 0},

    {"valid from now", ME " valid-after=\"20231114221320Z\" " KEY_A, ME, "file", 1, NULL, 0},
    {"valid from the next second", ME " valid-after=\"20231114221321Z\" " KEY_A, ME, "file", 1, "not yet", 0},
    {"valid until now", ME " valid-before=\"20231114221320Z\" " KEY_A, ME, "file", 1, NULL, 0},
    {"valid until the last second", ME " valid-before=\"20231114221319Z\" " KEY_A, ME, "file", 1, "no longer", 0},
    {"from and until", ME " valid-after=\"20231114Z\",valid-before=\"202311142214Z\" " KEY_A, ME, "file", 1, NULL, 0},
    {"until before from", ME " valid-after=\"20231115Z\",valid-before=\"20231114Z\" " KEY_A, ME, "file", 0, "no line",
	1},
    {"until is from", ME " valid-after=\"20231114Z\",valid-before=\"20231114Z\" " KEY_A, ME, "file", 0, "no line", 1},
    {"no time", ME " valid-after=\"tomorrow\" " KEY_A, ME, "file", 0, "no line", 1},
    {"a time twice", ME " valid-before=\"20301231Z\",valid-before=\"20301231Z\" " KEY_A, ME, "file", 0, "no line", 1},
    {"a time without quotation marks", ME " valid-after=20200101Z " KEY_A, ME, "file", 0, "no line", 1},

    {"an unknown option", ME " no-pty " KEY_A, ME, "file", 0, "no line", 1},
    {"an unknown option with a value", ME " x=\"y\" " KEY_A, ME, "file", 0, "no line", 1},
    {"cert-authority with a value", ME " cert-authority=\"yes\" " KEY_A, ME, "file", 0, "no line", 1},
    {"a comma at the end", ME " namespaces=\"file\", " KEY_A, ME, "file", 0, "no line", 1},
    {"a comma in front", ME " ,namespaces=\"file\" " KEY_A, ME, "file", 0, "no line", 1},
    {"something behind a value", ME " namespaces=\"file\"x " KEY_A, ME, "file", 0, "no line", 1},
    {"a value that does not end", ME " namespaces=\"file " KEY_A, ME, "file", 0, "no line", 1},
    {"a broken line does not end the list", ME "\n" ME " x " KEY_A "\n" ME " " KEY_A, ME, "file", 3, NULL, 2},
    {"a type that nobody knows", ME " " KEY_STRANGE "\n" ME " " KEY_A, ME, "file", 2, NULL, 1},
    {"a key that is cut", ME " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF1q", ME, "file", 0, "no line", 1},
    {"an authority is no signer", ME " cert-authority " KEY_A, ME, "file", 1, "other keys", 0},
    {"a line without a name", KEY_A, ME, "file", 0, "no line", 1},
};

static nacre_allowed_signers *
set_of(struct test_env *t, const char *file, nacre_local_time_fn *local, void *ctx)
{
	nacre_allowed_signers *set = NULL;

	assert_int_equal(nacre_allowed_signers_parse(&t->env, file, strlen(file), local, ctx, &set), 0);
	return set;
}

static nacre_key *
key_of(struct test_env *t, const char *line)
{
	nacre_key *key = NULL;

	assert_int_equal(nacre_key_parse_public(&t->env, line, strlen(line), &key, NULL, 0), 0);
	return key;
}

static void
assert_clean(const struct test_env *t)
{
	assert_int_equal(t->live_blocks, 0);
	assert_int_equal(t->wrong_sizes, 0);
}

static struct nacre_signer_query
query_of(const char *name, const char *purpose, const nacre_key *key)
{
	return (struct nacre_signer_query){sizeof(struct nacre_signer_query), name, purpose, key, NOW};
}

static size_t
count_broken(const nacre_allowed_signers *set)
{
	size_t n = 0;

	while (nacre_allowed_signers_unreadable(set, n, NULL, NULL))
		n++;
	return n;
}

static void
a_key_signs_where_one_line_says_so_whole(void **state)
{
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 1);
	key = key_of(&t, KEY_A);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		nacre_allowed_signers *set = set_of(&t, rows[i].file, NULL, NULL);
		struct nacre_signer_query query = query_of(rows[i].name, rows[i].purpose, key);
		unsigned long line = 99;
		char why[128] = "x";
		int r = nacre_allowed_signers_check(set, &query, &line, why, sizeof(why));

		if (r != (rows[i].why == NULL ? 0 : NACRE_E_SIGNER) || line != rows[i].line ||
		    strstr(why, rows[i].why == NULL ? "" : rows[i].why) == NULL ||
		    (rows[i].why == NULL && why[0] != '\0') || count_broken(set) != rows[i].broken)
			fail_msg("%s: %d, line %lu, %s, %zu broken", rows[i].title, r, line, why, count_broken(set));
		nacre_allowed_signers_free(set);
	}
	nacre_key_free(key);
	assert_clean(&t);
}

static int
two_hours_east(void *ctx, const struct nacre_local_time *local, uint64_t *seconds)
{
	assert_ptr_equal(ctx, &rows);
	*seconds = local->day * 86400u + local->hour * 3600u + local->minute * 60u + local->second - 7200;
	return local->year == 2000 ? -1 : 0;
}

/* Seconds by `date -u -d`; 0: no time. */
static const struct {
	const char *text;
	uint64_t utc;
} times[] = {
    {"20231114221320Z", 1700000000},
    {"20231114221320z", 1700000000},
    {"20231114221320UTC", 1700000000},
    {"202311142213Z", 1699999980},
    {"20231114Z", 1699920000},
    {"20000229Z", 951782400},
    {"21000228Z", 4107456000},
    {"99991231235959Z", 253402300799},
    {"19700101000001Z", 1},
    {"19700101Z", 0},
    {"19691231Z", 0},
    {"21000229Z", 0},
    {"20230229Z", 0},
    {"20230431Z", 0},
    {"20231301Z", 0},
    {"20230001Z", 0},
    {"20230100Z", 0},
    {"202301012400Z", 0},
    {"202301010060Z", 0},
    {"20230101000060Z", 0},
    {"2023010100Z", 0},
    {"2023010Z", 0},
    {"Z", 0},
    {"", 0},
    {"2023-1-1Z", 0},
    {"+0230101Z", 0},
    {"20230101 Z", 0},
    {"20230101ZZ", 0},
};

static void
times_are_read_as_the_manual_says(void **state)
{
	void *ctx = (void *)(uintptr_t)&rows;
	uint64_t s;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		bool is = signer_time_parse(slice_str(times[i].text), NULL, NULL, &s);

		if (s != times[i].utc || is != (s != 0))
			fail_msg("%s: %llu", times[i].text, (unsigned long long)s);
	}
	assert_true(signer_time_parse(SLICE_LIT("20230103040506"), two_hours_east, ctx, &s));
	assert_int_equal(s, 3 * 86400 + 2 * 3600 + 5 * 60 + 6);
	assert_false(signer_time_parse(SLICE_LIT("20000103"), two_hours_east, ctx, &s));
	assert_false(signer_time_parse(SLICE_LIT("20230103"), NULL, NULL, &s));
	assert_false(signer_time_parse(SLICE_LIT("20230230"), two_hours_east, ctx, &s));
}

struct heard {
	char text[200];
	size_t n;
};

static void
hear(void *ctx, struct nacre_bytes principals, unsigned long line)
{
	struct heard *heard = ctx;

	heard->n += (size_t)snprintf(heard->text + heard->n, sizeof(heard->text) - heard->n, "%lu:%.*s ", line,
	    (int)principals.n, (const char *)principals.p);
	assert_true(heard->n < sizeof(heard->text));
}

#define S(text) SLICE_INIT(text)
#define ALICE S("\0\0\0\5alice")

static const struct {
	const char *options, *name;
	uint32_t kind;
	struct slice principals, critical;
	uint64_t after, before;
	const char *why; /* NULL: it may sign */
	const char *found; /* what a search for the key's names gives */
} certs[] = {
    {"alice cert-authority", "alice", 1, ALICE, S(""), 0, UINT64_MAX, NULL, "1:alice "},
    {"*,!bob CERT-AUTHORITY", "alice", 1, S("\0\0\0\3bob\0\0\0\5alice"), S(""), 0, UINT64_MAX, NULL, "1:alice "},
    {"a*,alice cert-authority", "al", 1, S("\0\0\0\2al\0\0\0\5alice"), S(""), 0, UINT64_MAX, NULL, "1:al 1:alice "},
    {"bob cert-authority", "alice", 1, ALICE, S(""), 0, UINT64_MAX, "no line", ""},
    {"* cert-authority", "bob", 1, ALICE, S(""), 0, UINT64_MAX, "principals", "1:alice "},
    {"* cert-authority", "alice", 1, S(""), S(""), 0, UINT64_MAX, "no principals", ""},
    {"* cert-authority", "alice", 2, ALICE, S(""), 0, UINT64_MAX, "for a host", ""},
    {"* cert-authority", "alice", 1, ALICE, S(""), NOW + 1, UINT64_MAX, "not yet", ""},
    {"* cert-authority", "alice", 1, ALICE, S(""), 0, NOW, "no longer", ""},
    {"* cert-authority", "alice", 1, ALICE, S("\0\0\0\1x\0\0\0\0"), 0, UINT64_MAX, "not known", ""},
    {"* cert-authority,valid-before=\"20200101Z\"", "alice", 1, ALICE, S(""), 0, UINT64_MAX, "line is no longer", ""},
    {"* cert-authority,namespaces=\"git\"", "alice", 1, ALICE, S(""), 0, UINT64_MAX, "namespaces", "1:alice "},
    {"*", "alice", 1, ALICE, S(""), 0, UINT64_MAX, "other keys", ""},
};

static void
check_cert_row(struct test_env *t, size_t i, const nacre_key *subject, const nacre_key *authority, const char *line_key)
{
	struct forge f = forge_good(subject, authority);
	struct nacre_signer_query query;
	struct heard heard = {.n = 0};
	nacre_allowed_signers *set;
	char file[1024], why[128];
	nacre_key *cert;
	int r;

	f.kind = certs[i].kind;
	f.principals = certs[i].principals;
	f.critical = certs[i].critical;
	f.valid_after = certs[i].after;
	f.valid_before = certs[i].before;
	assert_int_equal(forge_parse(t, &f, &cert), 0);
	snprintf(file, sizeof(file), "%s %s", certs[i].options, line_key);
	set = set_of(t, file, NULL, NULL);
	query = query_of(certs[i].name, "file", cert);
	r = nacre_allowed_signers_check(set, &query, NULL, why, sizeof(why));
	if (r != (certs[i].why == NULL ? 0 : NACRE_E_SIGNER) ||
	    strstr(why, certs[i].why == NULL ? "" : certs[i].why) == NULL)
		fail_msg("row %zu: %d %s", i, r, why);
	r = nacre_allowed_signers_find(set, cert, NOW, hear, &heard);
	if (strcmp(heard.text, certs[i].found) != 0 || r != (heard.n > 0 ? 0 : NACRE_E_SIGNER))
		fail_msg("row %zu: %d %s", i, r, heard.text);
	nacre_allowed_signers_free(set);
	nacre_key_free(cert);
}

static void
a_certificate_signs_where_its_authority_may_and_it_is_good(void **state)
{
	nacre_key *subject, *authority;
	struct test_env t;
	char *line;
	size_t n;

	(void)state;
	test_env_init(&t, 2);
	subject = keydata_public(&t, "ecdsa256");
	authority = keydata_private(&t, "ed25519");
	assert_int_equal(nacre_key_write_public(&t.env, authority, NULL, &line, &n, NULL, 0), 0);
	for (size_t i = 0; i < sizeof(certs) / sizeof(certs[0]); i++)
		check_cert_row(&t, i, subject, authority, line);
	nacre_key_text_free(&t.env, line, n);
	nacre_key_free(subject);
	nacre_key_free(authority);
	assert_clean(&t);
}

static void
names_are_found_by_key_and_lines_by_name(void **state)
{
	static const char file[] = "a,*@b," ME " namespaces=\"git\" " KEY_A "\nc valid-before=\"20200101Z\" " KEY_B
				   "\nm?@*,x " KEY_B "\nbroken\n" ME " no-such " KEY_E;
	struct heard heard = {.n = 0};
	nacre_allowed_signers *set;
	nacre_key *a, *b, *e;
	struct test_env t;

	(void)state;
	test_env_init(&t, 3);
	a = key_of(&t, KEY_A);
	b = key_of(&t, KEY_B);
	e = key_of(&t, KEY_E);
	set = set_of(&t, file, NULL, NULL);
	assert_int_equal(nacre_allowed_signers_find(set, a, NOW, hear, &heard), 0);
	assert_string_equal(heard.text, "1:a 1:*@b 1:" ME " ");
	heard.n = 0;
	assert_int_equal(nacre_allowed_signers_find(set, b, NOW, hear, &heard), 0);
	assert_string_equal(heard.text, "3:m?@* 3:x ");
	assert_int_equal(nacre_allowed_signers_find(set, e, NOW, hear, &heard), NACRE_E_SIGNER);
	heard.n = 0;
	assert_int_equal(nacre_allowed_signers_match(set, ME, hear, &heard), 0);
	assert_string_equal(heard.text, "1:a,*@b," ME " 3:m?@*,x ");
	assert_int_equal(nacre_allowed_signers_match(set, "nobody", hear, &heard), NACRE_E_SIGNER);
	nacre_allowed_signers_free(set);
	nacre_key_free(a);
	nacre_key_free(b);
	nacre_key_free(e);
	assert_clean(&t);
}

static void
what_cannot_be_asked_is_refused(void **state)
{
	static char name[NACRE_SIGNER_PRINCIPAL_MAX + 2], big[NACRE_ALLOWED_SIGNERS_MAX + 1];
	nacre_allowed_signers *set, *none;
	struct nacre_signer_query query;
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 4);
	key = key_of(&t, KEY_A);
	set = set_of(&t, "* " KEY_A, NULL, NULL);
	memset(name, 'a', sizeof(name) - 2);
	query = query_of(name, "file", key);
	assert_int_equal(nacre_allowed_signers_check(set, &query, NULL, NULL, 0), 0);
	query = query_of("", "file", key);
	assert_int_equal(nacre_allowed_signers_check(set, &query, NULL, NULL, 0), NACRE_E_ARGUMENT);
	query = query_of("a", "", key);
	assert_int_equal(nacre_allowed_signers_check(set, &query, NULL, NULL, 0), NACRE_E_ARGUMENT);
	query = query_of("a", "file", NULL);
	assert_int_equal(nacre_allowed_signers_check(set, &query, NULL, NULL, 0), NACRE_E_ARGUMENT);
	name[sizeof(name) - 2] = 'a';
	query = query_of(name, "file", key);
	assert_int_equal(nacre_allowed_signers_check(set, &query, NULL, NULL, 0), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_allowed_signers_match(set, name, hear, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_allowed_signers_find(set, NULL, NOW, hear, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_allowed_signers_parse(&t.env, NULL, 1, NULL, NULL, &none), NACRE_E_ARGUMENT);
	memset(big, '#', sizeof(big));
	assert_int_equal(nacre_allowed_signers_parse(&t.env, big, sizeof(big), NULL, NULL, &none), NACRE_E_LIMIT);
	assert_int_equal(nacre_allowed_signers_parse(&t.env, big, sizeof(big) - 1, NULL, NULL, &none), 0);
	nacre_allowed_signers_free(none);
	nacre_allowed_signers_free(set);
	nacre_allowed_signers_free(NULL);
	nacre_key_free(key);
	assert_clean(&t);
}

static const char mixed[] = "# x\n" ME " namespaces=\"a\\\"b\",valid-after=\"20200101Z\" " KEY_A
			    "\n\"q r,!s\" cert-authority " KEY_B "\nbroken line\n";

static void
a_file_cut_or_altered_at_any_byte_is_read(void **state)
{
	nacre_allowed_signers *set;
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 5);
	key = key_of(&t, KEY_E);
	for (size_t i = 0; i < 2 * sizeof(mixed); i++) {
		struct nacre_signer_query query = query_of(ME, "file", key);
		size_t n = i < sizeof(mixed) ? i : sizeof(mixed) - 1;
		char *copy = malloc(n == 0 ? 1 : n);

		assert_non_null(copy);
		memcpy(copy, mixed, n);
		if (i >= sizeof(mixed))
			copy[(i - sizeof(mixed)) % n] ^= (char)(1u << (i % 8));
		assert_int_equal(nacre_allowed_signers_parse(&t.env, copy, n, NULL, NULL, &set), 0);
		free(copy);
		assert_int_equal(nacre_allowed_signers_check(set, &query, NULL, NULL, 0), NACRE_E_SIGNER);
		nacre_allowed_signers_free(set);
	}
	nacre_key_free(key);
	assert_clean(&t);
}

static void
without_memory_there_is_no_set(void **state)
{
	nacre_allowed_signers *set;
	struct test_env t;
	int r = NACRE_E_NOMEM;
	uint64_t at;

	(void)state;
	test_env_init(&t, 6);
	for (at = 1; r != 0; at++) {
		t.fail_at = t.allocations + at;
		r = nacre_allowed_signers_parse(&t.env, mixed, sizeof(mixed) - 1, NULL, NULL, &set);
		t.fail_at = 0;
		assert_true(r == 0 || r == NACRE_E_NOMEM);
		assert_true((set != NULL) == (r == 0));
		assert_int_equal(count_broken(set), r == 0 ? 1 : 0);
	}
	nacre_allowed_signers_free(set);
	assert_true(at > 6);
	assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_signs_where_one_line_says_so_whole),
	    cmocka_unit_test(times_are_read_as_the_manual_says),
	    cmocka_unit_test(a_certificate_signs_where_its_authority_may_and_it_is_good),
	    cmocka_unit_test(names_are_found_by_key_and_lines_by_name),
	    cmocka_unit_test(what_cannot_be_asked_is_refused),
	    cmocka_unit_test(a_file_cut_or_altered_at_any_byte_is_read),
	    cmocka_unit_test(without_memory_there_is_no_set),
	};

	return cmocka_run_group_tests_name("allowed_signers", tests, NULL, NULL);
}
