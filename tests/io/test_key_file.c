/* Key files on the disk: written once and whole, closed to others, read back in every format, asked for, looked up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nacre/io.h>

static char dir[] = "/tmp/nacre-key-XXXXXX", path[64], public_path[80];

static int
setup(void **state)
{
	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/key", dir);
	snprintf(public_path, sizeof(public_path), "%s.pub", path);
	return 0;
}

/* Nothing but the two files may be there: no half-written one. */
static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(public_path);
	return rmdir(dir);
}

static nacre_key *
generate(const char *type)
{
	nacre_key *key;

	assert_int_equal(nacre_key_generate(nacre_env_default(), type, 0, &key), NACRE_OK);
	return key;
}

static struct nacre_key_write_options
options_of(enum nacre_key_format format, const char *passphrase)
{
	return (struct nacre_key_write_options){
	    .size = sizeof(struct nacre_key_write_options), .format = format, .passphrase = passphrase};
}

static unsigned
mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st.st_mode & 07777;
}

static void
every_format_loads_from_its_file(void **state)
{
	static const enum nacre_key_format formats[] = {NACRE_KEY_FORMAT_OPENSSH, NACRE_KEY_FORMAT_PEM,
	    NACRE_KEY_FORMAT_PKCS8, NACRE_KEY_FORMAT_PPK3, NACRE_KEY_FORMAT_PPK2};
	nacre_key *key = generate("ecdsa-sha2-nistp256"), *again;
	char why[300];
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		struct nacre_key_write_options options = options_of(formats[i], NULL);

		assert_int_equal(nacre_key_save_private(NULL, path, key, &options, i > 0, why, sizeof(why)), NACRE_OK);
		assert_int_equal(nacre_key_load(NULL, path, NULL, &again, why, sizeof(why)), NACRE_OK);
		assert_true(nacre_key_equal(key, again));
		assert_true(nacre_key_has_private(again));
		nacre_key_free(again);
		assert_int_equal(nacre_key_load_public(NULL, path, &again, why, sizeof(why)), NACRE_OK);
		assert_true(nacre_key_equal(key, again));
		assert_false(nacre_key_has_private(again));
		nacre_key_free(again);
	}
	nacre_key_free(key);
}

static void
a_private_file_is_closed_to_others_whatever_the_mask(void **state)
{
	nacre_key *key = generate("ssh-ed25519");
	mode_t mask = umask(0);

	(void)state;
	assert_int_equal(nacre_key_save_private(NULL, path, key, NULL, false, NULL, 0), NACRE_OK);
	assert_int_equal(nacre_key_save_public(NULL, public_path, key, NULL, false, NULL, 0), NACRE_OK);
	(void)umask(mask);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(mode_of(public_path), 0644);
	nacre_key_free(key);
}

static void
a_file_that_is_there_stays_unless_it_may_be_replaced(void **state)
{
	nacre_key *first = generate("ssh-ed25519"), *second = generate("ssh-ed25519"), *again;
	char why[300];

	(void)state;
	assert_int_equal(nacre_key_save_private(NULL, path, first, NULL, false, NULL, 0), NACRE_OK);
	assert_int_equal(nacre_key_save_private(NULL, path, second, NULL, false, why, sizeof(why)), NACRE_E_FILE);
	assert_non_null(strstr(why, path));
	assert_int_equal(nacre_key_load(NULL, path, NULL, &again, NULL, 0), NACRE_OK);
	assert_true(nacre_key_equal(first, again));
	nacre_key_free(again);
	assert_int_equal(nacre_key_save_private(NULL, path, second, NULL, true, NULL, 0), NACRE_OK);
	assert_int_equal(nacre_key_load(NULL, path, NULL, &again, NULL, 0), NACRE_OK);
	assert_true(nacre_key_equal(second, again));
	nacre_key_free(again);
	nacre_key_free(second);
	nacre_key_free(first);
}

/* Also a link that leads nowhere is something that is there. */
static void
a_link_in_the_files_place_is_not_followed(void **state)
{
	nacre_key *key = generate("ssh-ed25519");

	(void)state;
	assert_int_equal(symlink(public_path, path), 0);
	assert_int_equal(nacre_key_save_private(NULL, path, key, NULL, false, NULL, 0), NACRE_E_FILE);
	assert_int_equal(access(public_path, F_OK), -1);
	assert_int_equal(nacre_key_save_private(NULL, path, key, NULL, true, NULL, 0), NACRE_OK);
	assert_int_equal(access(public_path, F_OK), -1);
	nacre_key_free(key);
}

static void
what_cannot_be_written_leaves_no_file(void **state)
{
	struct nacre_key_write_options options = options_of(NACRE_KEY_FORMAT_PEM, NULL);
	nacre_key *key = generate("ssh-ed25519");
	char why[300];

	(void)state;
	assert_int_equal(
	    nacre_key_save_private(NULL, path, key, &options, false, why, sizeof(why)), NACRE_E_UNSUPPORTED);
	assert_non_null(strstr(why, "ssh-ed25519"));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(
	    nacre_key_save_private(NULL, "/nonexistent/key", key, NULL, false, why, sizeof(why)), NACRE_E_FILE);
	assert_int_equal(nacre_key_save_private(NULL, NULL, key, NULL, false, NULL, 0), NACRE_E_ARGUMENT);
	nacre_key_free(key);
}

struct asked {
	unsigned times, right_at; /* the attempt that gives the passphrase */
	unsigned gives_up_at;
};

static int
answer(void *ctx, const char *about, unsigned attempt, char *out, size_t cap)
{
	struct asked *asked = ctx;

	assert_string_equal(about, path);
	assert_int_equal(attempt, asked->times);
	assert_int_equal(cap, NACRE_PASSPHRASE_MAX);
	assert_int_equal(out[0], '\0');
	asked->times++;
	if (attempt == asked->gives_up_at)
		return -1;
	snprintf(out, cap, "%s", attempt == asked->right_at ? "secret" : "guess");
	return 0;
}

static void
a_passphrase_is_asked_for_until_it_is_right_three_times_at_most(void **state)
{
	static const struct {
		struct asked asked;
		int code;
		unsigned times;
	} rows[] = {
	    {{0, 0, 9}, NACRE_OK, 1},
	    {{0, 2, 9}, NACRE_OK, 3},
	    {{0, 3, 9}, NACRE_E_KEY_PASSPHRASE_WRONG, 3},
	    {{0, 9, 0}, NACRE_E_KEY_PASSPHRASE, 1},
	    {{0, 9, 1}, NACRE_E_KEY_PASSPHRASE_WRONG, 2},
	};
	struct nacre_key_write_options options = options_of(NACRE_KEY_FORMAT_OPENSSH, "secret");
	nacre_key *key = generate("ssh-ed25519"), *again;
	struct asked asked;
	size_t i;

	(void)state;
	options.rounds = 1;
	assert_int_equal(nacre_key_save_private(NULL, path, key, &options, false, NULL, 0), NACRE_OK);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		asked = rows[i].asked;
		assert_int_equal(nacre_key_load_asking(NULL, path, answer, &asked, &again, NULL, 0), rows[i].code);
		assert_int_equal(asked.times, rows[i].times);
		assert_int_equal(again != NULL, rows[i].code == NACRE_OK);
		nacre_key_free(again);
	}
	assert_int_equal(nacre_key_save_private(NULL, path, key, NULL, true, NULL, 0), NACRE_OK);
	asked = (struct asked){0, 0, 9};
	assert_int_equal(nacre_key_load_asking(NULL, path, answer, &asked, &again, NULL, 0), NACRE_OK);
	assert_int_equal(asked.times, 0);
	nacre_key_free(again);
	assert_int_equal(nacre_key_load_asking(NULL, path, NULL, NULL, &again, NULL, 0), NACRE_E_ARGUMENT);
	nacre_key_free(key);
}

static void
the_public_half_of_an_encrypted_pem_file_is_found_beside_it(void **state)
{
	struct nacre_key_write_options options = options_of(NACRE_KEY_FORMAT_PEM, "secret");
	nacre_key *key = generate("ecdsa-sha2-nistp256"), *again;
	char why[300];

	(void)state;
	assert_int_equal(nacre_key_save_private(NULL, path, key, &options, false, NULL, 0), NACRE_OK);
	assert_int_equal(nacre_key_load_public(NULL, path, &again, why, sizeof(why)), NACRE_E_KEY_PASSPHRASE);
	assert_null(again);
	assert_non_null(strstr(why, "passphrase"));
	assert_int_equal(nacre_key_save_public(NULL, public_path, key, NULL, false, NULL, 0), NACRE_OK);
	assert_int_equal(nacre_key_load_public(NULL, path, &again, why, sizeof(why)), NACRE_OK);
	assert_true(nacre_key_equal(key, again));
	assert_string_equal(why, "");
	nacre_key_free(again);
	nacre_key_free(key);
}

static void
a_file_that_is_no_key_is_refused(void **state)
{
	nacre_key *key;
	char why[300];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "nothing\n", 8), 8);
	assert_int_equal(close(fd), 0);
	assert_int_equal(nacre_key_load(NULL, path, NULL, &key, why, sizeof(why)), NACRE_E_KEY_FORMAT);
	assert_int_not_equal(nacre_key_load_public(NULL, path, &key, why, sizeof(why)), NACRE_OK);
	assert_null(key);
	assert_true(why[0] != '\0');
	assert_int_equal(nacre_key_load_public(NULL, dir, &key, why, sizeof(why)), NACRE_E_FILE);
	assert_int_equal(nacre_key_load_public(NULL, NULL, &key, why, sizeof(why)), NACRE_E_ARGUMENT);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(every_format_loads_from_its_file),
	    CASE(a_private_file_is_closed_to_others_whatever_the_mask),
	    CASE(a_file_that_is_there_stays_unless_it_may_be_replaced),
	    CASE(a_link_in_the_files_place_is_not_followed),
	    CASE(what_cannot_be_written_leaves_no_file),
	    CASE(a_passphrase_is_asked_for_until_it_is_right_three_times_at_most),
	    CASE(the_public_half_of_an_encrypted_pem_file_is_found_beside_it),
	    CASE(a_file_that_is_no_key_is_refused),
	};

	return cmocka_run_group_tests_name("key files on the disk", tests, NULL, NULL);
}
