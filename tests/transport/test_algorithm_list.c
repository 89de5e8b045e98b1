/* Lists of algorithms: presets, edits with + - ^ and wildcards, what is disabled, and names that are not known. */
#include "algorithm_list.h"
#include "cipher.h"
#include "kex.h"
#include "key.h"
#include "proposal.h"
#include "test_env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define LIST_MAX 4096

#define CTR "aes256-ctr,aes192-ctr,aes128-ctr"
#define GCM256 "aes256-gcm@openssh.com"
#define GCM128 "aes128-gcm@openssh.com"
#define CHACHA "chacha20-poly1305@openssh.com"
#define CIPHERS GCM256 "," CHACHA "," GCM128 "," CTR

/* Makes one list; what it is, or why there is none, is copied. */
static int
make(struct list_wish wish, unsigned cpu, char out[LIST_MAX])
{
	struct failure failure = {.code = 0};
	struct test_env te;
	char *list;
	int r;

	test_env_init(&te, 1);
	te.env.cpu = cpu;
	if (wish.option == NULL)
		wish.option = "list";
	if (wish.preset == 0)
		wish.preset = NACRE_PRESET_DEFAULT;
	r = algorithm_list_make(&wish, &te.env, &list, &failure);
	assert_true((r == 0) == (list != NULL));
	snprintf(out, LIST_MAX, "%s", r == 0 ? list : failure.text);
	mem_free_str(&te.env, list);
	assert_int_equal(te.live_blocks, 0);
	return r;
}

static const struct {
	const char *edit, *disabled, *list;
} edits[] = {
    {NULL, NULL, CIPHERS},
    {"aes128-ctr", NULL, "aes128-ctr"},
    {"aes128-ctr,aes256-ctr,aes128-ctr", NULL, "aes128-ctr,aes256-ctr"},
    {"aes?\?\?-ctr", NULL, CTR},
    {"+aes128-ctr", NULL, CIPHERS}, /* it is there already: its place is kept */
    {"-aes128-ctr", NULL, GCM256 "," CHACHA "," GCM128 ",aes256-ctr,aes192-ctr"},
    {"-*ctr", NULL, GCM256 "," CHACHA "," GCM128},
    {"-*gcm*,*ctr,no-such-cipher,nor*such", NULL, CHACHA},
    {"-no-such-cipher", NULL, CIPHERS},
    {"^aes128-ctr", NULL, "aes128-ctr," GCM256 "," CHACHA "," GCM128 ",aes256-ctr,aes192-ctr"},
    {"^*ctr," CHACHA, NULL, CTR "," CHACHA "," GCM256 "," GCM128},
    {NULL, "aes*", CHACHA},
    {NULL, "no-such-cipher", CIPHERS},
    {"^aes128-ctr", "*gcm*," CHACHA, "aes128-ctr,aes256-ctr,aes192-ctr"},
    {"aes128-ctr,aes256-ctr", "aes128-ctr", "aes256-ctr"},
};

static void
lists_are_edited_as_ssh_config_says(void **state)
{
	char got[LIST_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < N(edits); i++) {
		struct list_wish wish = {
		    .kind = NACRE_ALGORITHM_CIPHER, .edit = edits[i].edit, .disabled = edits[i].disabled};

		if (make(wish, NACRE_CPU_AES, got) != 0 || strcmp(got, edits[i].list) != 0)
			fail_msg("row %zu: %s", i, got);
	}
}

static const struct {
	enum nacre_algorithm_kind kind;
	const char *edit, *disabled, *text;
} refused[] = {
    {NACRE_ALGORITHM_KEX, "curve25519-sha265", NULL,
	"list: unknown algorithm \"curve25519-sha265\"; did you mean \"curve25519-sha256\"?"},
    {NACRE_ALGORITHM_CIPHER, "+aes256-gcm", NULL,
	"list: unknown algorithm \"aes256-gcm\"; did you mean \"aes256-gcm@openssh.com\"?"},
    {NACRE_ALGORITHM_CIPHER, "^aes256-crt", NULL,
	"list: unknown algorithm \"aes256-crt\"; did you mean \"aes256-ctr\"?"},
    {NACRE_ALGORITHM_MAC, "hmac-sha2-256,hmac-sha512", NULL,
	"list: unknown algorithm \"hmac-sha512\"; did you mean \"hmac-sha2-512\"?"},
    {NACRE_ALGORITHM_HOST_KEY, "ed25519", NULL, "list: unknown algorithm \"ed25519\"; did you mean \"ssh-ed25519\"?"},
    {NACRE_ALGORITHM_CIPHER, "AES256-CTR", NULL, "list: unknown algorithm \"AES256-CTR\""},
    {NACRE_ALGORITHM_CIPHER, "rot13", NULL, "list: unknown algorithm \"rot13\""},
    {NACRE_ALGORITHM_CIPHER, "rot*", NULL, "list: unknown algorithm \"rot*\""},
    {NACRE_ALGORITHM_CIPHER, "!aes256-ctr", NULL,
	"list: unknown algorithm \"!aes256-ctr\"; did you mean \"aes256-ctr\"?"},
    {NACRE_ALGORITHM_KEX, "ext-info-c", NULL, "list: unknown algorithm \"ext-info-c\""},
    {NACRE_ALGORITHM_CIPHER, "", NULL, "list: the list is empty"},
    {NACRE_ALGORITHM_CIPHER, "+", NULL, "list: the list is empty"},
    {NACRE_ALGORITHM_CIPHER, "-", NULL, "list: the list is empty"},
    {NACRE_ALGORITHM_CIPHER, "^", NULL, "list: the list is empty"},
    {NACRE_ALGORITHM_CIPHER, "aes256-ctr,", NULL, "list: the list has an empty name"},
    {NACRE_ALGORITHM_CIPHER, "+,aes256-ctr", NULL, "list: the list has an empty name"},
    {NACRE_ALGORITHM_CIPHER, "aes256-ctr,,aes128-ctr", NULL, "list: the list has an empty name"},
    {NACRE_ALGORITHM_CIPHER, "-*", NULL, "list: no algorithm is left"},
    {NACRE_ALGORITHM_CIPHER, NULL, "*", "list: no algorithm is left"},
    {NACRE_ALGORITHM_CIPHER, "aes128-ctr", "aes*", "list: no algorithm is left"},
};

static void
a_name_that_is_not_known_is_refused_and_the_nearest_is_named(void **state)
{
	char got[LIST_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < N(refused); i++) {
		struct list_wish wish = {
		    .kind = refused[i].kind, .edit = refused[i].edit, .disabled = refused[i].disabled};

		if (make(wish, NACRE_CPU_AES, got) != NACRE_E_ARGUMENT || strcmp(got, refused[i].text) != 0)
			fail_msg("row %zu: %s", i, got);
	}
}

static void
a_name_of_any_length_is_told_in_a_bounded_text(void **state)
{
	static char name[70000];
	char got[LIST_MAX];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	assert_int_equal(make((struct list_wish){.kind = NACRE_ALGORITHM_MAC, .edit = name}, 0, got), NACRE_E_ARGUMENT);
	assert_true(strlen(got) < FAILURE_TEXT_MAX);
}

static void
without_aes_in_the_cpu_the_preset_begins_with_chacha_and_a_list_does_not(void **state)
{
	struct list_wish wish = {.kind = NACRE_ALGORITHM_CIPHER};
	char got[LIST_MAX];

	(void)state;
	assert_int_equal(make(wish, 0, got), 0);
	assert_string_equal(got, CHACHA "," GCM256 "," GCM128 "," CTR);
	wish.edit = "-*gcm*";
	assert_int_equal(make(wish, 0, got), 0);
	assert_string_equal(got, CHACHA "," CTR);
	wish.edit = "aes*," CHACHA;
	assert_int_equal(make(wish, 0, got), 0);
	assert_int_equal(strncmp(got, "aes256-gcm", 10), 0);
}

static const enum nacre_algorithm_kind all_kinds[] = {NACRE_ALGORITHM_KEX, NACRE_ALGORITHM_HOST_KEY,
    NACRE_ALGORITHM_PUBKEY, NACRE_ALGORITHM_CIPHER, NACRE_ALGORITHM_MAC, NACRE_ALGORITHM_COMPRESSION};

/* "legacy" only adds, and only behind: a peer that can do better never ends with less. */
static void
the_legacy_preset_is_the_default_and_legacy_names_behind_it(void **state)
{
	char usual[LIST_MAX], legacy[LIST_MAX];
	struct catalogue_row row;
	size_t i, k;

	(void)state;
	for (k = 0; k < N(all_kinds); k++) {
		assert_int_equal(make((struct list_wish){.kind = all_kinds[k]}, NACRE_CPU_AES, usual), 0);
		assert_int_equal(make((struct list_wish){.kind = all_kinds[k], .preset = NACRE_PRESET_LEGACY},
				     NACRE_CPU_AES, legacy),
		    0);
		assert_true(slice_starts(slice_str(legacy), slice_str(usual)));
		for (i = 0; (row = catalogue_at(all_kinds[k], i)).name != NULL; i++) {
			if (!row.legacy)
				continue;
			assert_true(slice_has_name(slice_str(legacy), slice_str(row.name)));
			assert_false(slice_has_name(slice_str(usual), slice_str(row.name)));
		}
	}
}

static void
a_legacy_name_is_offered_when_it_is_named(void **state)
{
	struct catalogue_row row;
	char got[LIST_MAX], edit[128];
	size_t i, k;

	(void)state;
	for (k = 0; k < N(all_kinds); k++) {
		for (i = 0; (row = catalogue_at(all_kinds[k], i)).name != NULL; i++) {
			snprintf(edit, sizeof(edit), "+%s", row.name);
			assert_int_equal(
			    make((struct list_wish){.kind = all_kinds[k], .edit = edit}, NACRE_CPU_AES, got), 0);
			assert_true(slice_has_name(slice_str(got), slice_str(row.name)));
			assert_int_equal(
			    make((struct list_wish){.kind = all_kinds[k], .edit = "+*"}, NACRE_CPU_AES, got), 0);
			assert_true(slice_has_name(slice_str(got), slice_str(row.name)));
		}
	}
}

static bool
has_sha1(struct slice name)
{
	return slice_ends(name, SLICE_LIT("-sha1")) || slice_is(name, "ssh-rsa") || slice_is(name, "ssh-dss") ||
	       slice_starts(name, SLICE_LIT("hmac-sha1")) || slice_starts(name, SLICE_LIT("ssh-rsa-cert")) ||
	       slice_starts(name, SLICE_LIT("hmac-md5"));
}

/* The rows themselves say what they are: a new one cannot slip into a preset that it is not fit for. */
static void
the_presets_hold_what_they_promise(void **state)
{
	struct nacre_capability row;
	size_t i;

	(void)state;
	for (i = 0; nacre_capabilities(i, &row); i++) {
		struct slice name = slice_str(row.name);
		bool is_strict = (row.presets & NACRE_PRESET_STRICT) != 0;

		if ((row.presets & NACRE_PRESET_DEFAULT) != 0 && has_sha1(name))
			fail_msg("%s is in the default preset", row.name);
		if (is_strict && (row.presets & NACRE_PRESET_DEFAULT) == 0)
			fail_msg("%s is strict and not in the default preset", row.name);
		if (row.kind == NACRE_ALGORITHM_KEX)
			assert_int_equal(is_strict, kex_find(name)->post_quantum && !kex_find(name)->legacy);
		if (row.kind == NACRE_ALGORITHM_CIPHER && is_strict)
			assert_true(cipher_find(name)->tag_len > 0);
	}
	assert_true(i > 0);
	assert_null(row.name);
}

static void
the_capabilities_are_the_rows_of_the_tables(void **state)
{
	size_t counted[N(all_kinds)] = {0}, i, k;
	struct nacre_capability row;

	(void)state;
	for (i = 0; nacre_capabilities(i, &row); i++)
		counted[row.kind]++;
	for (k = 0; k < N(all_kinds); k++) {
		for (i = 0; catalogue_at(all_kinds[k], i).name != NULL; i++)
			assert_true(catalogue_has(all_kinds[k], slice_str(catalogue_at(all_kinds[k], i).name)));
		assert_int_equal(counted[all_kinds[k]], i);
		assert_true(i > 0);
	}
	assert_false(nacre_capabilities((size_t)-1, &row));
}

static void
a_preset_is_found_by_its_name_alone(void **state)
{
	static const char *const wrong[] = {"", "Default", "defaults", "strict "};
	struct failure failure = {.code = 0};
	unsigned preset;
	size_t i;

	(void)state;
	assert_int_equal(preset_find(NULL, &preset, &failure), 0);
	assert_int_equal(preset, NACRE_PRESET_DEFAULT);
	assert_int_equal(preset_find("legacy", &preset, &failure), 0);
	assert_int_equal(preset, NACRE_PRESET_LEGACY);
	assert_int_equal(preset_find("strict", &preset, &failure), 0);
	assert_int_equal(preset, NACRE_PRESET_STRICT);
	for (i = 0; i < N(wrong); i++) {
		failure = (struct failure){.code = 0};
		assert_int_equal(preset_find(wrong[i], &preset, &failure), NACRE_E_ARGUMENT);
	}
	assert_non_null(strstr(failure.text, "\"strict \" is none of"));
}

/* Each option reaches its own list, and only that. */
static void
the_options_reach_their_lists(void **state)
{
	struct nacre_conn_options o = {
	    .size = sizeof(o),
	    .kex = "curve25519-sha256",
	    .host_key_algorithms = "-rsa*",
	    .ciphers = "^aes128-ctr",
	    .macs = "hmac-sha2-256",
	    .pubkey_algorithms = "ssh-ed25519,rsa-sha2-512",
	    .disabled = {.keys = "*ecdsa*", .ciphers = "*gcm*", .pubkeys = "rsa*"},
	};
	struct failure failure = {.code = 0};
	struct algorithms a;
	struct test_env te;
	char *pubkey;

	(void)state;
	test_env_init(&te, 1);
	assert_int_equal(algorithms_init(&a, &te.env, &o, &failure), 0);
	assert_int_equal(algorithms_pubkey(&te.env, &o, &pubkey, &failure), 0);
	assert_string_equal(a.kex, "curve25519-sha256");
	assert_true(slice_has_name(slice_str(a.host_key), SLICE_LIT("ssh-ed25519")));
	assert_null(strstr(a.host_key, "ecdsa-"));
	assert_null(strstr(a.host_key, "rsa-sha2"));
	assert_int_equal(strncmp(a.cipher, "aes128-ctr,", 11), 0);
	assert_null(strstr(a.cipher, "gcm"));
	assert_string_equal(a.mac, "hmac-sha2-256");
	assert_string_equal(pubkey, "ssh-ed25519");
	assert_true(a.edited);
	assert_false(a.needs_strict_kex);
	mem_free_str(&te.env, pubkey);
	algorithms_free(&a, &te.env);
	o.disabled.kex = "curve*";
	assert_int_equal(algorithms_init(&a, &te.env, &o, &failure), NACRE_E_ARGUMENT);
	assert_string_equal(failure.text, "kex: no algorithm is left");
	assert_int_equal(te.live_blocks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lists_are_edited_as_ssh_config_says),
	    cmocka_unit_test(a_name_that_is_not_known_is_refused_and_the_nearest_is_named),
	    cmocka_unit_test(a_name_of_any_length_is_told_in_a_bounded_text),
	    cmocka_unit_test(without_aes_in_the_cpu_the_preset_begins_with_chacha_and_a_list_does_not),
	    cmocka_unit_test(the_legacy_preset_is_the_default_and_legacy_names_behind_it),
	    cmocka_unit_test(a_legacy_name_is_offered_when_it_is_named),
	    cmocka_unit_test(the_presets_hold_what_they_promise),
	    cmocka_unit_test(the_capabilities_are_the_rows_of_the_tables),
	    cmocka_unit_test(a_preset_is_found_by_its_name_alone),
	    cmocka_unit_test(the_options_reach_their_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
