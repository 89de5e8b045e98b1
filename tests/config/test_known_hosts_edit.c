/* A set that is edited, and the file that is written of it: one table of what a file becomes, then what a table cannot
 * say. */
#include "known.h"
#include "test_env.h"
#include <nacre/known_hosts.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define FILE_NAME "the file"
#define HOST "example.com"

enum edit { NOTHING, ADD, REMOVE, REMOVE_TYPE, REMOVE_KEY };

static const struct {
	const char *title, *file;
	enum edit edit;
	const char *key; /* added or removed; REMOVE_TYPE: its type is meant */
	unsigned port;
	size_t removed;
	const char *becomes;
} rows[] = {
    {"an added key is the last line", "# mine\nother " KEY_B "\n", ADD, KEY_A, 22, 0,
	"# mine\nother " KEY_B "\n" HOST " " KEY_A "\n"},
    {"a last line without an end gets one", "other " KEY_B, ADD, KEY_A, 22, 0, "other " KEY_B "\n" HOST " " KEY_A "\n"},
    {"an empty file", "", ADD, KEY_A, 22, 0, HOST " " KEY_A "\n"},
    {"a port", "", ADD, KEY_A, 2222, 0, "[" HOST "]:2222 " KEY_A "\n"},
    {"a key that is there is not added", HOST " " KEY_A " note\n", ADD, KEY_A, 22, 0, HOST " " KEY_A " note\n"},
    {"a key that a pattern has is not added", "*.com " KEY_A "\n", ADD, KEY_A, 22, 0, "*.com " KEY_A "\n"},
    {"a key that a hash has is not added", HASHED_EXAMPLE " " KEY_A "\n", ADD, KEY_A, 22, 0,
	HASHED_EXAMPLE " " KEY_A "\n"},
    {"the same type is replaced", HOST " " KEY_B "\n# end\n", ADD, KEY_A, 22, 0, "# end\n" HOST " " KEY_A "\n"},
    {"another type is not", HOST " " KEY_E "\n", ADD, KEY_A, 22, 0, HOST " " KEY_E "\n" HOST " " KEY_A "\n"},
    {"another port is not", "[" HOST "]:2222 " KEY_B "\n", ADD, KEY_A, 22, 0,
	"[" HOST "]:2222 " KEY_B "\n" HOST " " KEY_A "\n"},
    {"others of the line keep the old key", "a," HOST ",b " KEY_B " note\r\n", ADD, KEY_A, 22, 0,
	"a,b " KEY_B " note\r\n" HOST " " KEY_A "\n"},
    {"a pattern keeps the old key", "*.com " KEY_B "\n", ADD, KEY_A, 22, 0, "*.com " KEY_B "\n" HOST " " KEY_A "\n"},
    {"a hashed line is replaced", HASHED_EXAMPLE " " KEY_B "\n", ADD, KEY_A, 22, 0, HOST " " KEY_A "\n"},
    {"a marked line is not", "@revoked " HOST " " KEY_B "\n@cert-authority " HOST " " KEY_B "\n", ADD, KEY_A, 22, 0,
	"@revoked " HOST " " KEY_B "\n@cert-authority " HOST " " KEY_B "\n" HOST " " KEY_A "\n"},

    {"nothing is done, nothing changes", " \t\n#x\r\n\r\n" HOST "  " KEY_A "\n@odd\nbroken \x01\n@revoked * " KEY_B,
	NOTHING, NULL, 22, 0, " \t\n#x\r\n\r\n" HOST "  " KEY_A "\n@odd\nbroken \x01\n@revoked * " KEY_B},
    {"all keys are removed", HOST " " KEY_A "\nx " KEY_A "\n" HOST " " KEY_E "\n", REMOVE, NULL, 22, 2,
	"x " KEY_A "\n"},
    {"in any case", "Example.COM,x " KEY_A "\n", REMOVE, NULL, 22, 1, "x " KEY_A "\n"},
    {"one type is removed", HOST " " KEY_A "\n" HOST " " KEY_E "\n", REMOVE_TYPE, KEY_E, 22, 1, HOST " " KEY_A "\n"},
    {"one key is removed", HOST " " KEY_A "\n" HOST " " KEY_B "\n", REMOVE_KEY, KEY_B, 22, 1, HOST " " KEY_A "\n"},
    {"a port is another host", "[" HOST "]:2222," HOST " " KEY_A "\n", REMOVE, NULL, 2222, 1, HOST " " KEY_A "\n"},
    {"the first of a list", HOST ",a,b " KEY_A "\n", REMOVE, NULL, 22, 1, "a,b " KEY_A "\n"},
    {"white space stays", " \t" HOST ",a  " KEY_A "\t#\n", REMOVE, NULL, 22, 1, " \ta  " KEY_A "\t#\n"},
    {"a name that is there twice", HOST ",a," HOST " " KEY_A "\n", REMOVE, NULL, 22, 1, "a " KEY_A "\n"},
    {"what is left only forbids", HOST ",!a " KEY_A "\n", REMOVE, NULL, 22, 1, ""},
    {"a pattern is left", HOST ",*.org " KEY_A "\n", REMOVE, NULL, 22, 1, "*.org " KEY_A "\n"},
    {"a hash goes as a whole", HASHED_OTHER " " KEY_A "\n" HASHED_EXAMPLE " " KEY_A "\n", REMOVE, NULL, 22, 1,
	HASHED_OTHER " " KEY_A "\n"},
    {"another host's key stays", "other " KEY_A "\n", REMOVE, NULL, 22, 0, "other " KEY_A "\n"},
    {"broken lines stay", HOST " broken\n" HOST " " KEY_A "\n@strange " HOST " " KEY_A "\n", REMOVE, NULL, 22, 1,
	HOST " broken\n@strange " HOST " " KEY_A "\n"},
};

static nacre_key *
key_of(struct test_env *t, const char *line)
{
	nacre_key *key = NULL;

	if (line != NULL)
		assert_int_equal(nacre_key_parse_public(&t->env, line, strlen(line), &key, NULL, 0), 0);
	return key;
}

static nacre_known_hosts *
set_of(struct test_env *t, const char *source, const char *file)
{
	nacre_known_hosts *set = NULL;

	assert_int_equal(nacre_known_hosts_new(&t->env, &set), 0);
	assert_int_equal(nacre_known_hosts_parse(set, source, (const uint8_t *)file, strlen(file)), 0);
	return set;
}

static void
assert_clean(const struct test_env *t)
{
	assert_int_equal(t->live_blocks, 0);
	assert_int_equal(t->wrong_sizes, 0);
}

static void
assert_writes(
    struct test_env *t, const nacre_known_hosts *set, const char *title, const char *old, const char *expected)
{
	char *text;
	size_t n;

	assert_int_equal(
	    nacre_known_hosts_write(set, FILE_NAME, (const uint8_t *)old, strlen(old), false, &text, &n), 0);
	if (n != strlen(expected) || strcmp(text, expected) != 0)
		fail_msg("%s: %s", title, text);
	nacre_known_hosts_line_free(&t->env, text, n);
}

static int
edit(nacre_known_hosts *set, size_t i, const nacre_key *key, size_t *removed)
{
	switch (rows[i].edit) {
	case ADD:
		return nacre_known_hosts_add(set, HOST, rows[i].port, key);
	case REMOVE:
		return nacre_known_hosts_remove(set, HOST, rows[i].port, NULL, removed);
	case REMOVE_TYPE:
		return nacre_known_hosts_remove(set, HOST, rows[i].port, nacre_key_type(key), removed);
	case REMOVE_KEY:
		return nacre_known_hosts_remove_key(set, HOST, rows[i].port, key, removed);
	default:
		return 0;
	}
}

/* The set and the file that was written of it give the same answers. */
static void
assert_agree(struct test_env *t, const nacre_known_hosts *set, size_t i)
{
	static const char *const keys[] = {KEY_A, KEY_B, KEY_E};
	nacre_known_hosts *again = set_of(t, FILE_NAME, rows[i].becomes);
	struct nacre_known_hosts_match a, b;
	nacre_key *key;

	for (size_t k = 0; k < 3; k++) {
		key = key_of(t, keys[k]);
		assert_int_equal(nacre_known_hosts_check(set, HOST, rows[i].port, key, &a), 0);
		assert_int_equal(nacre_known_hosts_check(again, HOST, rows[i].port, key, &b), 0);
		if (a.result != b.result || a.other_types != b.other_types)
			fail_msg("%s: the set says %d, the file %d", rows[i].title, (int)a.result, (int)b.result);
		nacre_key_free(key);
	}
	assert_int_equal(
	    nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_KEY), nacre_known_hosts_count(again, NACRE_KNOWN_HOSTS_KEY));
	nacre_known_hosts_free(again);
}

static void
files_become_what_the_edits_say(void **state)
{
	struct test_env t;

	(void)state;
	test_env_init(&t, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		nacre_known_hosts *set = set_of(&t, FILE_NAME, rows[i].file);
		nacre_key *key = key_of(&t, rows[i].key);
		size_t removed = 0;

		assert_int_equal(edit(set, i, key, &removed), 0);
		if (removed != rows[i].removed)
			fail_msg("%s: %zu lines", rows[i].title, removed);
		assert_writes(&t, set, rows[i].title, rows[i].file, rows[i].becomes);
		assert_agree(&t, set, i);
		/* Written again, nothing more happens. */
		assert_writes(&t, set, rows[i].title, rows[i].becomes, rows[i].becomes);
		nacre_known_hosts_free(set);
		nacre_key_free(key);
	}
	assert_clean(&t);
}

static void
what_others_wrote_meanwhile_stays(void **state)
{
	struct test_env t;
	nacre_known_hosts *set;
	nacre_key *a;

	(void)state;
	test_env_init(&t, 2);
	a = key_of(&t, KEY_A);
	set = set_of(&t, FILE_NAME, "old " KEY_B "\ngone " KEY_B "\n");
	assert_int_equal(nacre_known_hosts_remove(set, "old", 22, NULL, NULL), 0);
	assert_int_equal(nacre_known_hosts_add(set, "new", 22, a), 0);
	/* "gone" was taken out, "fresh" put in. */
	assert_writes(&t, set, "meanwhile", "fresh " KEY_B "\nold " KEY_B "\n", "fresh " KEY_B "\nnew " KEY_A "\n");
	/* Once it was saved, what happens to the file is the others' business. */
	assert_int_equal(nacre_known_hosts_saved(set, FILE_NAME), 0);
	assert_writes(&t, set, "saved", "old " KEY_B "\n", "old " KEY_B "\n");
	nacre_known_hosts_free(set);
	nacre_key_free(a);
	assert_clean(&t);
}

static void
another_file_gets_the_whole_set(void **state)
{
	static const char first[] = "# c\na " KEY_A " note\n@revoked * " KEY_B "\nbroken\n", second[] = "b " KEY_B "\n";
	static const char expected[] =
	    "x " KEY_E "\na " KEY_A " note\n@revoked * " KEY_B "\nb " KEY_B "\nc " KEY_A "\n";
	struct test_env t;
	nacre_known_hosts *set;
	nacre_key *a;
	char *text;
	size_t n;

	(void)state;
	test_env_init(&t, 3);
	a = key_of(&t, KEY_A);
	set = set_of(&t, "first", first);
	assert_int_equal(nacre_known_hosts_parse(set, "second", (const uint8_t *)second, strlen(second)), 0);
	assert_int_equal(nacre_known_hosts_add(set, "c", 22, a), 0);
	assert_writes(&t, set, "another file", "x " KEY_E "\n", expected);
	/* The file that was loaded last has its own lines already. */
	assert_int_equal(
	    nacre_known_hosts_write(set, "second", (const uint8_t *)second, strlen(second), false, &text, &n), 0);
	assert_string_equal(text, "b " KEY_B "\na " KEY_A " note\n@revoked * " KEY_B "\nc " KEY_A "\n");
	nacre_known_hosts_line_free(&t.env, text, n);
	nacre_known_hosts_free(set);
	nacre_key_free(a);
	assert_clean(&t);
}

static void
added_names_are_hashed_where_that_is_asked_for(void **state)
{
	static const char old[] = "plain.example " KEY_B "\n";
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set, *again;
	struct test_env t;
	nacre_key *a;
	char *text;
	size_t n;

	(void)state;
	test_env_init(&t, 4);
	a = key_of(&t, KEY_A);
	set = set_of(&t, FILE_NAME, old);
	assert_int_equal(nacre_known_hosts_add(set, HOST, 2222, a), 0);
	assert_int_equal(
	    nacre_known_hosts_write(set, FILE_NAME, (const uint8_t *)old, strlen(old), true, &text, &n), 0);
	assert_memory_equal(text, old, strlen(old));
	assert_null(strstr(text, HOST));
	assert_memory_equal(text + strlen(old), "|1|", 3);
	again = set_of(&t, FILE_NAME, text);
	assert_int_equal(nacre_known_hosts_check(again, HOST, 2222, a, &match), 0);
	assert_int_equal(match.result, NACRE_KNOWN_HOSTS_MATCH);
	assert_int_equal(match.line, 2);
	assert_int_equal(nacre_known_hosts_check(again, HOST, 22, a, &match), 0);
	assert_int_equal(match.result, NACRE_KNOWN_HOSTS_UNKNOWN);
	/* It is found there, so it is not written twice. */
	assert_writes(&t, set, "hashed", text, text);
	nacre_known_hosts_line_free(&t.env, text, n);
	nacre_known_hosts_free(again);
	nacre_known_hosts_free(set);
	nacre_key_free(a);
	assert_clean(&t);
}

static void
a_lookup_steps_through_the_lines_of_a_host(void **state)
{
	static const char file[] =
	    HOST " " KEY_A " note\nother " KEY_A "\nbroken\n@revoked *.com " KEY_B "\n" HASHED_EXAMPLE " " KEY_E "\n";
	static const unsigned long lines[] = {1, 4, 5};
	struct nacre_known_hosts_entry entry;
	nacre_known_hosts *set;
	const void *at = NULL;
	struct test_env t;
	bool found;

	(void)state;
	test_env_init(&t, 5);
	set = set_of(&t, FILE_NAME, file);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(nacre_known_hosts_lookup(set, HOST, 22, &at, &entry, &found), 0);
		assert_true(found);
		assert_int_equal(entry.line, lines[i]);
		assert_int_equal(entry.comment_n, i == 0 ? 4 : 0);
	}
	assert_int_equal(nacre_known_hosts_lookup(set, HOST, 22, &at, &entry, &found), 0);
	assert_false(found);
	at = NULL;
	assert_int_equal(nacre_known_hosts_lookup(set, "nowhere", 22, &at, &entry, &found), 0);
	assert_false(found);
	assert_int_equal(nacre_known_hosts_lookup(set, "", 22, &at, &entry, &found), NACRE_E_ARGUMENT);
	nacre_known_hosts_free(set);
	assert_clean(&t);
}

static void
a_changed_key_tells_the_known_one(void **state)
{
	struct nacre_known_hosts_match match;
	nacre_known_hosts *set;
	struct test_env t;
	nacre_key *a, *b;
	const uint8_t *blob;
	size_t n;

	(void)state;
	test_env_init(&t, 6);
	a = key_of(&t, KEY_A);
	b = key_of(&t, KEY_B);
	set = set_of(&t, FILE_NAME, HOST " " KEY_B "\n");
	assert_int_equal(nacre_known_hosts_check(set, HOST, 22, a, &match), 0);
	assert_int_equal(match.result, NACRE_KNOWN_HOSTS_CHANGED);
	blob = nacre_key_blob(b, &n);
	assert_int_equal(match.blob_n, n);
	assert_memory_equal(match.blob, blob, n);
	assert_string_equal(match.type, "ssh-ed25519");
	assert_int_equal(nacre_known_hosts_check(set, "nowhere", 22, a, &match), 0);
	assert_null(match.blob);
	nacre_known_hosts_free(set);
	nacre_key_free(a);
	nacre_key_free(b);
	assert_clean(&t);
}

static void
edits_without_sense_are_argument_errors(void **state)
{
	static const char *const hosts[] = {
	    "", "a b", "*", "!a", "a,b", "|1|a", "[a]:1", "#a", "@revoked", "a\n", NULL};
	nacre_known_hosts *set;
	struct test_env t;
	nacre_key *key;
	size_t removed;

	(void)state;
	test_env_init(&t, 7);
	key = key_of(&t, KEY_A);
	set = set_of(&t, FILE_NAME, "* " KEY_A "\n");
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		assert_int_equal(nacre_known_hosts_add(set, hosts[i], 22, key), NACRE_E_ARGUMENT);
		assert_int_equal(nacre_known_hosts_remove(set, hosts[i], 22, NULL, &removed), NACRE_E_ARGUMENT);
		assert_int_equal(nacre_known_hosts_remove_key(set, hosts[i], 22, key, &removed), NACRE_E_ARGUMENT);
	}
	assert_int_equal(nacre_known_hosts_add(set, "a", 22, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_add(NULL, "a", 22, key), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_remove(NULL, "a", 22, NULL, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_remove_key(set, "a", 22, NULL, NULL), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_known_hosts_count(set, NACRE_KNOWN_HOSTS_KEY), 1);
	nacre_known_hosts_free(set);
	nacre_key_free(key);
	assert_clean(&t);
}

/* Whatever fails, a host that was known by this key is never left without it, and is never known by one more than was
 * asked for. */
static int
edit_and_write(struct test_env *t, nacre_known_hosts *set, const char *file, const nacre_key *key)
{
	char *text = NULL;
	size_t n;
	int r;

	if ((r = nacre_known_hosts_add(set, HOST, 22, key)) != 0)
		return r;
	if ((r = nacre_known_hosts_remove(set, "x", 22, NULL, NULL)) != 0)
		return r;
	if ((r = nacre_known_hosts_write(set, FILE_NAME, (const uint8_t *)file, strlen(file), true, &text, &n)) == 0)
		r = nacre_known_hosts_saved(set, FILE_NAME);
	nacre_known_hosts_line_free(&t->env, text, text == NULL ? 0 : n);
	return r;
}

static void
without_memory_nothing_is_accepted(void **state)
{
	static const char file[] = "a," HOST " " KEY_B "\n" HASHED_EXAMPLE " " KEY_B "\nx " KEY_A "\n";
	struct nacre_known_hosts_match match;
	uint64_t failing = 0;
	struct test_env t;
	int r;

	(void)state;
	do {
		nacre_known_hosts *set;
		nacre_key *a, *stranger;

		test_env_init(&t, 8);
		a = key_of(&t, KEY_A);
		stranger = key_of(&t, KEY_E);
		set = set_of(&t, FILE_NAME, file);
		t.fail_at = t.allocations + ++failing;
		r = edit_and_write(&t, set, file, a);
		assert_true(r == 0 || r == NACRE_E_NOMEM);
		t.fail_at = 0;
		assert_int_equal(nacre_known_hosts_check(set, HOST, 22, stranger, &match), 0);
		assert_int_equal(match.result, NACRE_KNOWN_HOSTS_UNKNOWN);
		assert_int_equal(nacre_known_hosts_check(set, "nowhere", 22, a, &match), 0);
		assert_int_equal(match.result, NACRE_KNOWN_HOSTS_UNKNOWN);
		nacre_known_hosts_free(set);
		nacre_key_free(a);
		nacre_key_free(stranger);
		assert_clean(&t);
	} while (r != 0);
	assert_true(failing > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_become_what_the_edits_say),
	    cmocka_unit_test(what_others_wrote_meanwhile_stays),
	    cmocka_unit_test(another_file_gets_the_whole_set),
	    cmocka_unit_test(added_names_are_hashed_where_that_is_asked_for),
	    cmocka_unit_test(a_lookup_steps_through_the_lines_of_a_host),
	    cmocka_unit_test(a_changed_key_tells_the_known_one),
	    cmocka_unit_test(edits_without_sense_are_argument_errors),
	    cmocka_unit_test(without_memory_nothing_is_accepted),
	};

	return cmocka_run_group_tests_name("known hosts: edits", tests, NULL, NULL);
}
