/* Lines of known_hosts: reading any bytes, running out of memory, many lines, and writing lines that others read. */
#include "../keys/keygen.h"
#include "known.h"
#include "test_env.h"
#include <nacre/known_hosts.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MANY 100000
#define MANY_FORMAT "host%05u.example " KEY_B "\n"

static const char mixed[] = "# comment\nexample.com " KEY_A "\n@revoked * " KEY_B "\n@cert-authority *.com " KEY_E
			    "\nbroken line\n\n" HASHED_OTHER " " KEY_STRANGE "\n@odd x " KEY_A;

static nacre_key *
key_of(struct test_env *t, const char *line)
{
	nacre_key *key = NULL;

	assert_int_equal(nacre_key_parse_public(&t->env, line, strlen(line), &key, NULL, 0), 0);
	return key;
}

static nacre_known_hosts *
new_set(struct test_env *t)
{
	nacre_known_hosts *set = NULL;

	assert_int_equal(nacre_known_hosts_new(&t->env, &set), 0);
	return set;
}

static void
parse(nacre_known_hosts *set, const void *p, size_t n)
{
	assert_int_equal(nacre_known_hosts_parse(set, "file", p, n), 0);
}

static void
assert_clean(const struct test_env *t)
{
	assert_int_equal(t->live_blocks, 0);
	assert_int_equal(t->wrong_sizes, 0);
}

static void
every_line_is_kept_and_counted(void **state)
{
	static const struct {
		enum nacre_known_hosts_kind kind;
		unsigned long line;
		const char *hosts, *type;
	} expected[] = {
	    {NACRE_KNOWN_HOSTS_KEY, 2, "example.com", "ssh-ed25519"},
	    {NACRE_KNOWN_HOSTS_REVOKED_KEY, 3, "*", "ssh-ed25519"},
	    {NACRE_KNOWN_HOSTS_AUTHORITY, 4, "*.com", "ecdsa-sha2-nistp256"},
	    {NACRE_KNOWN_HOSTS_UNREADABLE, 5, "broken line", ""},
	    {NACRE_KNOWN_HOSTS_KEY, 7, HASHED_OTHER, "ssh-strange"},
	    {NACRE_KNOWN_HOSTS_UNREADABLE, 8, "@odd x " KEY_A, ""},
	};
	struct nacre_known_hosts_entry entry;
	const void *at = NULL;
	nacre_known_hosts *set;
	struct test_env t;
	size_t i;

	(void)state;
	test_env_init(&t, 1);
	set = new_set(&t);
	parse(set, mixed, sizeof(mixed) - 1);
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_true(nacre_known_hosts_next(set, &at, &entry));
		assert_int_equal(entry.kind, expected[i].kind);
		assert_int_equal(entry.line, expected[i].line);
		assert_int_equal(entry.hosts_n, strlen(expected[i].hosts));
		assert_memory_equal(entry.hosts, expected[i].hosts, entry.hosts_n);
		assert_string_equal(entry.type, expected[i].type);
		assert_string_equal(entry.source, "file");
		assert_int_equal(entry.blob_n == 0, entry.kind == NACRE_KNOWN_HOSTS_UNREADABLE);
	}
	assert_false(nacre_known_hosts_next(set, &at, &entry));
	assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_KEY), 2);
	assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_REVOKED_KEY), 1);
	assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_AUTHORITY), 1);
	assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_UNREADABLE), 2);
	nacre_known_hosts_free(set);
	assert_clean(&t);
}

/* The file in a block of just its size, so that a sanitizer sees one byte too many. */
static void
parse_copy(struct test_env *t, const void *p, size_t n, nacre_key *key)
{
	nacre_known_hosts *set = new_set(t);
	struct nacre_known_hosts_match match;
	uint8_t *copy = malloc(n == 0 ? 1 : n);

	assert_non_null(copy);
	memcpy(copy, p, n);
	parse(set, copy, n);
	free(copy);
	assert_int_equal(nacre_known_hosts_check(set, "nowhere", 22, key, &match), 0);
	assert_int_not_equal(match.result, NACRE_KNOWN_HOSTS_MATCH);
	nacre_known_hosts_free(set);
}

static void
a_file_cut_or_altered_at_any_byte_is_read(void **state)
{
	char altered[sizeof(mixed)];
	struct test_env t;
	nacre_key *key;
	size_t i;

	(void)state;
	test_env_init(&t, 2);
	key = key_of(&t, KEY_A);
	for (i = 0; i < sizeof(mixed); i++)
		parse_copy(&t, mixed, i, key);
	for (i = 0; i < (sizeof(mixed) - 1) * 8; i++) {
		memcpy(altered, mixed, sizeof(mixed));
		altered[i / 8] = (char)(altered[i / 8] ^ (1 << i % 8));
		parse_copy(&t, altered, sizeof(mixed) - 1, key);
	}
	nacre_key_free(key);
	assert_clean(&t);
}

static void
nul_bytes_and_long_lines_do_no_harm(void **state)
{
	static const char tail[] = "\nexample.com " KEY_A "\n";
	static char file[65536 + sizeof(tail)];
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set;
	struct test_env t;
	nacre_key *key;
	size_t round;

	(void)state;
	test_env_init(&t, 3);
	key = key_of(&t, KEY_A);
	for (round = 0; round < 3; round++) {
		memset(file, round == 0 ? 'x' : round == 1 ? 0 : ',', 65536);
		memcpy(file + 65536, tail, sizeof(tail));
		set = new_set(&t);
		parse(set, file, sizeof(file) - 1);
		assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_UNREADABLE), 1);
		assert_int_equal(nacre_known_hosts_check(set, "example.com", 22, key, &match), 0);
		assert_int_equal(match.result, NACRE_KNOWN_HOSTS_MATCH);
		assert_int_equal(match.line, 2);
		nacre_known_hosts_free(set);
	}
	nacre_key_free(key);
	assert_clean(&t);
}

static void
a_nul_inside_a_name_is_part_of_it(void **state)
{
	static const char file[] = "example.com\0.evil " KEY_A "\n";
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set;
	struct test_env t;
	nacre_key *key;

	(void)state;
	test_env_init(&t, 4);
	key = key_of(&t, KEY_A);
	set = new_set(&t);
	parse(set, file, sizeof(file) - 1);
	assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_KEY), 1);
	assert_int_equal(nacre_known_hosts_check(set, "example.com", 22, key, &match), 0);
	assert_int_equal(match.result, NACRE_KNOWN_HOSTS_UNKNOWN);
	nacre_known_hosts_free(set);
	nacre_key_free(key);
	assert_clean(&t);
}

/* Work is counted in allocations: so many for each line, and none to look up. */
static void
many_lines_cost_in_proportion(void **state)
{
	size_t size = MANY * (sizeof(MANY_FORMAT) + 8), n = 0;
	char *file = malloc(size);
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set;
	struct test_env t;
	nacre_key *key;
	uint64_t before;
	unsigned i;

	(void)state;
	assert_non_null(file);
	test_env_init(&t, 5);
	key = key_of(&t, KEY_B);
	set = new_set(&t);
	for (i = 0; i < MANY; i++)
		n += (size_t)snprintf(file + n, size - n, MANY_FORMAT, i);
	before = t.allocations;
	parse(set, file, n);
	free(file);
	assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_KEY), MANY);
	assert_true(t.allocations - before <= 2 * MANY + 2);
	before = t.allocations;
	assert_int_equal(nacre_known_hosts_check(set, "host99999.example", 22, key, &match), 0);
	assert_int_equal(match.result, NACRE_KNOWN_HOSTS_MATCH);
	assert_int_equal(match.line, MANY);
	assert_int_equal(t.allocations, before);
	nacre_known_hosts_free(set);
	nacre_key_free(key);
	assert_clean(&t);
}

static void
without_memory_the_set_stays_as_it_was(void **state)
{
	nacre_known_hosts *set;
	struct test_env t;
	uint64_t at;
	int r = NACRE_E_NOMEM;

	(void)state;
	test_env_init(&t, 6);
	set = new_set(&t);
	parse(set, "first " KEY_B "\n", sizeof("first " KEY_B "\n") - 1);
	for (at = 1; r != 0; at++) {
		t.fail_at = t.allocations + at;
		r = nacre_known_hosts_parse(set, "file", (const uint8_t *)mixed, sizeof(mixed) - 1);
		t.fail_at = 0;
		assert_true(r == 0 || r == NACRE_E_NOMEM);
		assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_KEY), r == 0 ? 3 : 1);
		assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_UNREADABLE), r == 0 ? 2 : 0);
	}
	assert_true(at > 8);
	nacre_known_hosts_free(set);
	assert_clean(&t);
}

/* Writes a line for the host, and reads it back by our own reader. */
static void
line_reads_back(struct test_env *t, const char *host, unsigned port, bool hashed, const char *expected)
{
	nacre_key *key = key_of(t, KEY_A);
	nacre_known_hosts *set = new_set(t);
	struct nacre_known_hosts_match match;
	char *line = NULL;
	size_t n = 0;

	assert_int_equal(nacre_known_hosts_line(&t->env, host, port, key, hashed, &line, &n), 0);
	assert_int_equal(strlen(line), n);
	assert_null(strchr(line, '\n'));
	if (expected != NULL)
		assert_string_equal(line, expected);
	if (hashed)
		assert_null(strstr(line, host));
	parse(set, line, n);
	assert_int_equal(nacre_known_hosts_check(set, host, port, key, &match), 0);
	assert_int_equal(match.result, NACRE_KNOWN_HOSTS_MATCH);
	nacre_known_hosts_line_free(&t->env, line, n);
	nacre_known_hosts_free(set);
	nacre_key_free(key);
}

static void
a_written_line_reads_back(void **state)
{
	struct test_env t;

	(void)state;
	test_env_init(&t, 7);
	line_reads_back(&t, "example.com", 22, false, "example.com " KEY_A);
	line_reads_back(&t, "Example.com", 0, false, "example.com " KEY_A);
	line_reads_back(&t, "example.com", 2222, false, "[example.com]:2222 " KEY_A);
	line_reads_back(&t, "2001:db8::1", 22, false, "2001:db8::1 " KEY_A);
	line_reads_back(&t, "example.com", 22, true, NULL);
	line_reads_back(&t, "example.com", 2222, true, NULL);
	nacre_known_hosts_line_free(&t.env, NULL, 0);
	assert_clean(&t);
}

static void
a_host_that_would_mean_more_is_not_written(void **state)
{
	static const char *const hosts[] = {"", "a b", "a\tb", "a\nb", "a\rb", "a,b", "#a", "|1|a", "*", "a?", "!a",
	    "@revoked", "[a]:22", "a]", "[a", "a\x7f", "\"a\""};
	nacre_known_hosts *set;
	struct test_env t;
	nacre_key *key;
	char *line;
	size_t i, n;

	(void)state;
	test_env_init(&t, 8);
	key = key_of(&t, KEY_A);
	set = new_set(&t);
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		assert_int_equal(nacre_known_hosts_line(&t.env, hosts[i], 22, key, false, &line, &n), NACRE_E_ARGUMENT);
		assert_null(line);
		assert_int_equal(nacre_known_hosts_line(&t.env, hosts[i], 22, key, true, &line, &n), NACRE_E_ARGUMENT);
		assert_int_equal(nacre_known_hosts_add(set, hosts[i], 22, key), NACRE_E_ARGUMENT);
	}
	assert_int_equal(nacre_known_hosts_add(set, "a-b_c.d", 22, key), 0);
	assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_KEY), 1);
	nacre_known_hosts_free(set);
	nacre_key_free(key);
	assert_clean(&t);
}

static void
writing_a_line_fails_whole(void **state)
{
	struct test_env t;
	nacre_key *key;
	uint64_t at;
	char *line = NULL;
	size_t n = 0;
	int r = NACRE_E_NOMEM;

	(void)state;
	test_env_init(&t, 9);
	key = key_of(&t, KEY_A);
	t.random_fails = true;
	assert_int_equal(nacre_known_hosts_line(&t.env, "h", 22, key, true, &line, &n), NACRE_E_RANDOM);
	assert_null(line);
	t.random_fails = false;
	for (at = 1; r != 0; at++) {
		t.fail_at = t.allocations + at;
		r = nacre_known_hosts_line(&t.env, "h", 22, key, true, &line, &n);
		t.fail_at = 0;
		assert_true(r == 0 ? line != NULL : r == NACRE_E_NOMEM && line == NULL);
	}
	assert_true(at > 3);
	nacre_known_hosts_line_free(&t.env, line, n);
	nacre_key_free(key);
	assert_clean(&t);
}

static void
ssh_keygen_finds(struct test_env *t, const char *host, unsigned port, bool hashed, const char *name)
{
	nacre_key *key = key_of(t, KEY_A);
	char path[64], out[2048], *line;
	const char *argv[] = {"ssh-keygen", "-F", name, "-f", path, NULL};
	size_t n;

	assert_int_equal(nacre_known_hosts_line(&t->env, host, port, key, hashed, &line, &n), 0);
	keygen_file(line, n, path);
	assert_int_equal(keygen_run(argv, out, sizeof(out)), 0);
	assert_non_null(strstr(out, KEY_A));
	argv[2] = "other.example";
	assert_int_not_equal(keygen_run(argv, out, sizeof(out)), 0);
	keygen_remove(path);
	nacre_known_hosts_line_free(&t->env, line, n);
	nacre_key_free(key);
}

static void
ssh_keygen_finds_the_lines_that_we_write(void **state)
{
	struct test_env t;

	(void)state;
	if (!keygen_is_here())
		skip();
	test_env_init(&t, 10);
	ssh_keygen_finds(&t, "example.com", 22, false, "example.com");
	ssh_keygen_finds(&t, "example.com", 22, true, "example.com");
	ssh_keygen_finds(&t, "example.com", 2222, false, "[example.com]:2222");
	ssh_keygen_finds(&t, "Example.com", 2222, true, "[example.com]:2222");
	assert_clean(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_line_is_kept_and_counted),
	    cmocka_unit_test(a_file_cut_or_altered_at_any_byte_is_read),
	    cmocka_unit_test(nul_bytes_and_long_lines_do_no_harm),
	    cmocka_unit_test(a_nul_inside_a_name_is_part_of_it),
	    cmocka_unit_test(many_lines_cost_in_proportion),
	    cmocka_unit_test(without_memory_the_set_stays_as_it_was),
	    cmocka_unit_test(a_written_line_reads_back),
	    cmocka_unit_test(a_host_that_would_mean_more_is_not_written),
	    cmocka_unit_test(writing_a_line_fails_whole),
	    cmocka_unit_test(ssh_keygen_finds_the_lines_that_we_write),
	};

	return cmocka_run_group_tests_name("known lines", tests, NULL, NULL);
}
