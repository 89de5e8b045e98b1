/* Files: what is read, what is refused and why, and how known_hosts grows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
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
read_it(const char *path, size_t max, enum file_care care, bool *absent, char *why, size_t cap)
{
	struct failure failure = {.code = 0};
	struct file_bytes bytes;
	int rc = file_read(nacre_env_default(), path, max, care, &bytes, absent, &failure);

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
	assert_int_equal(read_it(put("ten", "0123456789", 0644), 10, FILE_PUBLIC, NULL, why, sizeof(why)), NACRE_OK);
	assert_int_equal(read_it(path_of("ten"), 9, FILE_PUBLIC, NULL, why, sizeof(why)), NACRE_E_LIMIT);
	assert_non_null(strstr(why, "ten"));
}

static void
what_is_no_regular_file_is_refused_without_waiting(void **state)
{
	char why[256];
	bool absent;

	(void)state;
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	assert_int_equal(read_it(path_of("fifo"), 100, FILE_PUBLIC, &absent, why, sizeof(why)), NACRE_E_FILE);
	assert_non_null(strstr(why, "regular"));
	assert_false(absent);
	assert_int_equal(read_it(dir, 100, FILE_PUBLIC, &absent, why, sizeof(why)), NACRE_E_FILE);
	assert_int_equal(read_it("/dev/zero", 100, FILE_PUBLIC, &absent, why, sizeof(why)), NACRE_E_FILE);
	assert_false(absent);
	assert_int_equal(read_it(path_of("nowhere"), 100, FILE_PUBLIC, &absent, why, sizeof(why)), NACRE_E_FILE);
	assert_true(absent);
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
		    read_it(put("key", "k", open_modes[i]), 10, FILE_SECRET, NULL, why, sizeof(why)), NACRE_E_FILE);
		assert_non_null(strstr(why, "other users"));
		assert_int_equal(read_it(path_of("key"), 10, FILE_PUBLIC, NULL, why, sizeof(why)), NACRE_OK);
	}
	assert_int_equal(read_it(put("key", "k", 0600), 10, FILE_SECRET, NULL, why, sizeof(why)), NACRE_OK);
	assert_int_equal(read_it(put("key", "k", 0400), 10, FILE_SECRET, NULL, why, sizeof(why)), NACRE_OK);
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
	assert_int_equal(read_it(path_of("theirs"), 10, FILE_SECRET, NULL, why, sizeof(why)), NACRE_E_FILE);
	assert_non_null(strstr(why, "owned by another user"));
}

static int
append(const char *path, const char *line)
{
	struct failure failure = {.code = 0};

	return file_append_line(path, slice_str(line), &failure);
}

static void
a_line_is_appended_behind_a_whole_last_line(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = {
	    {"", "new\n"},
	    {"old\n", "old\nnew\n"},
	    {"old", "old\nnew\n"},
	    {"old\r\n", "old\r\nnew\n"},
	    {"# comment\n\n", "# comment\n\nnew\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put("lines", rows[i].before, 0640);
		assert_int_equal(append(path_of("lines"), "new"), NACRE_OK);
		assert_holds(path_of("lines"), rows[i].after);
	}
	assert_int_equal(append(path_of("lines"), "two\nlines"), NACRE_E_ARGUMENT);
}

static void
appending_makes_a_private_file_and_refuses_what_is_none(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(append(path_of("made"), "first"), NACRE_OK);
	assert_int_equal(stat(path_of("made"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(append(dir, "x"), NACRE_E_FILE);
	assert_int_equal(append(path_of("no/such/place"), "x"), NACRE_E_FILE);
}

#define WRITERS 4
#define LINES 50

static void *
write_lines(void *arg)
{
	char path[512], line[64];
	int *result = arg;

	snprintf(path, sizeof(path), "%s/shared", dir);
	for (int i = 0; i < LINES && *result == NACRE_OK; i++) {
		snprintf(line, sizeof(line), "a line of some length that must not be mixed %03d", i);
		*result = append(path, line);
	}
	return NULL;
}

static void
concurrent_writers_never_mix_their_lines(void **state)
{
	pthread_t threads[WRITERS];
	int results[WRITERS] = {0};
	size_t n, lines = 0;
	uint8_t *p;

	(void)state;
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &results[i]), 0);
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(results[i], NACRE_OK);
	}
	assert_int_equal(nacre_file_read(NULL, path_of("shared"), 1 << 20, &p, &n, NULL, 0), NACRE_OK);
	for (const char *at = (const char *)p; *at != '\0'; at = strchr(at, '\n') + 1, lines++)
		assert_memory_equal(at, "a line of some length", 21);
	assert_int_equal(lines, WRITERS * LINES);
	nacre_file_free(NULL, p, n);
}

static void
a_file_is_replaced_whole_or_not_at_all(void **state)
{
	struct failure failure = {.code = 0};
	struct stat st;

	(void)state;
	put("whole", "old", 0644);
	assert_int_equal(file_replace(path_of("whole"), slice_str("new and longer"), &failure), NACRE_OK);
	assert_holds(path_of("whole"), "new and longer");
	assert_int_equal(stat(path_of("whole"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	assert_int_equal(mkdir(path_of("taken"), 0700), 0);
	assert_int_equal(
	    file_replace(path_of("taken"), slice_str("x"), &failure), NACRE_E_FILE); /* rename over a directory */
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
	    cmocka_unit_test(a_line_is_appended_behind_a_whole_last_line),
	    cmocka_unit_test(appending_makes_a_private_file_and_refuses_what_is_none),
	    cmocka_unit_test(concurrent_writers_never_mix_their_lines),
	    cmocka_unit_test(a_file_is_replaced_whole_or_not_at_all),
	    cmocka_unit_test(home_comes_from_the_environment_and_else_from_the_password_file),
	};

	return cmocka_run_group_tests_name("io: files", tests, setup, teardown);
}
