/* Files: what is read, what is refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nacre/io.h>
#include "file.h"
#include "user.h"

static char dir[256];

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(dir, sizeof(dir), "%s/nacre-io-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	char command[300];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

static const char *
path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char *
put(const char *name, const char *text, unsigned mode)
{
	const char *path = path_of(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

static void
assert_holds(const char *path, const char *text)
{
	uint8_t *p;
	size_t n;

	assert_int_equal(nacre_file_read(NULL, path, 1 << 20, &p, &n, NULL, 0), NACRE_OK);
	assert_int_equal(n, strlen(text));
	assert_string_equal((char *)p, text);
	nacre_file_free(NULL, p, n);
}

static int
read_it(const char *path, size_t max, enum file_care care, char *why, size_t cap)
{
	struct failure failure = {.code = 0};
	struct file_bytes bytes;
	int rc = file_read(nacre_env_default(), path, max, care, &bytes, &failure);

	snprintf(why, cap, "%s", failure.text);
	file_bytes_free(nacre_env_default(), &bytes);
	return rc;
}

static void
a_file_is_read_up_to_its_limit(void **state)
{
	char why[256];

	(void)state;
	assert_holds(put("ten", "0123456789", 0644), "0123456789");
	assert_holds(put("none", "", 0644), "");
	assert_int_equal(read_it(put("ten", "0123456789", 0644), 10, FILE_PUBLIC, why, sizeof(why)), NACRE_OK);
	assert_int_equal(read_it(path_of("ten"), 9, FILE_PUBLIC, why, sizeof(why)), NACRE_E_LIMIT);
	assert_non_null(strstr(why, "ten"));
}

static void
what_is_no_regular_file_is_refused_without_waiting(void **state)
{
	char why[256];

	(void)state;
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	assert_int_equal(read_it(path_of("fifo"), 100, FILE_PUBLIC, why, sizeof(why)), NACRE_E_FILE);
	assert_non_null(strstr(why, "regular"));
	assert_int_equal(read_it(dir, 100, FILE_PUBLIC, why, sizeof(why)), NACRE_E_FILE);
	assert_int_equal(read_it("/dev/zero", 100, FILE_PUBLIC, why, sizeof(why)), NACRE_E_FILE);
	assert_int_equal(read_it(path_of("nowhere"), 100, FILE_PUBLIC, why, sizeof(why)), NACRE_E_FILE_MISSING);
	assert_non_null(strstr(why, strerror(ENOENT)));
}

static void
a_secret_that_others_can_read_is_refused(void **state)
{
	static const unsigned open_modes[] = {0640, 0604, 0620, 0601, 0677};
	char why[256];

	(void)state;
	for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
		assert_int_equal(
		    read_it(put("key", "k", open_modes[i]), 10, FILE_SECRET, why, sizeof(why)), NACRE_E_FILE);
		assert_non_null(strstr(why, "other users"));
		assert_int_equal(read_it(path_of("key"), 10, FILE_PUBLIC, why, sizeof(why)), NACRE_OK);
	}
	assert_int_equal(read_it(put("key", "k", 0600), 10, FILE_SECRET, why, sizeof(why)), NACRE_OK);
	assert_int_equal(read_it(put("key", "k", 0400), 10, FILE_SECRET, why, sizeof(why)), NACRE_OK);
}

static void
another_users_secret_is_refused(void **state)
{
	char why[256];

	(void)state;
	put("theirs", "k", 0600);
	if (chown(path_of("theirs"), 65534, 65534) != 0) {
		print_message("only root can give a file away\n");
		skip();
	}
	assert_int_equal(read_it(path_of("theirs"), 10, FILE_SECRET, why, sizeof(why)), NACRE_E_FILE);
	assert_non_null(strstr(why, "owned by another user"));
}

static void
a_file_is_replaced_whole_or_not_at_all(void **state)
{
	struct failure failure = {.code = 0};
	struct stat st;

	(void)state;
	put("whole", "old", 0644);
	assert_int_equal(file_put(path_of("whole"), slice_str("new and longer"), 0600, true, &failure), NACRE_OK);
	assert_holds(path_of("whole"), "new and longer");
	assert_int_equal(stat(path_of("whole"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	assert_int_equal(mkdir(path_of("taken"), 0700), 0);
	assert_int_equal(file_put(path_of("taken"), slice_str("x"), 0600, true, &failure),
	    NACRE_E_FILE); /* rename over a directory */
	assert_non_null(strstr(failure.text, "rename"));
}

static void
home_comes_from_the_environment_and_else_from_the_password_file(void **state)
{
	char text[512];

	(void)state;
	assert_int_equal(setenv("HOME", "/reef", 1), 0);
	assert_int_equal(user_path("x/y", text, sizeof(text)), NACRE_OK);
	assert_string_equal(text, "/reef/x/y");
	assert_int_equal(setenv("HOME", "not/absolute", 1), 0);
	assert_int_equal(user_home(text, sizeof(text)), NACRE_OK);
	assert_int_equal(text[0], '/');
	assert_int_equal(unsetenv("HOME"), 0);
	assert_int_equal(user_home(text, sizeof(text)), NACRE_OK);
	assert_int_equal(user_name(text, sizeof(text)), NACRE_OK);
	assert_true(strlen(text) > 0);
	assert_int_equal(user_name(text, 1), NACRE_E_SYSTEM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_is_read_up_to_its_limit),
	    cmocka_unit_test(what_is_no_regular_file_is_refused_without_waiting),
	    cmocka_unit_test(a_secret_that_others_can_read_is_refused),
	    cmocka_unit_test(another_users_secret_is_refused),
	    cmocka_unit_test(a_file_is_replaced_whole_or_not_at_all),
	    cmocka_unit_test(home_comes_from_the_environment_and_else_from_the_password_file),
	};

	return cmocka_run_group_tests_name("io: files", tests, setup, teardown);
}
