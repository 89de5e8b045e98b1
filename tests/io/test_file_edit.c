/* Files that are changed in place: what others write meanwhile stays, and the file is old or new, whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <nacre/io.h>
#include "file_edit.h"

#define MAX ((size_t)1 << 20)
#define NOBODY 65534

static char dir[256];

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(dir, sizeof(dir), "%s/nacre-edit-XXXXXX", tmp == NULL ? "/tmp" : tmp);
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

	assert_int_equal(nacre_file_read(NULL, path, MAX, &p, &n, NULL, 0), NACRE_OK);
	assert_string_equal((char *)p, text);
	nacre_file_free(NULL, p, n);
}

static int
append(const char *path, const char *line, struct failure *why)
{
	struct file_edit edit;
	int rc = file_edit_begin(&edit, nacre_env_default(), path, MAX, why);

	if (rc != NACRE_OK)
		return rc;
	rc = file_edit_append(&edit, slice_str(line), why);
	file_edit_end(&edit);
	return rc;
}

static int
replace(const char *path, const char *text, struct failure *why)
{
	struct file_edit edit;
	int rc = file_edit_begin(&edit, nacre_env_default(), path, MAX, why);

	if (rc != NACRE_OK)
		return rc;
	rc = file_edit_replace(&edit, slice_str(text), why);
	file_edit_end(&edit);
	return rc;
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
	struct failure why = {.code = 0};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put("lines", rows[i].before, 0640);
		assert_int_equal(append(path_of("lines"), "new", &why), NACRE_OK);
		assert_holds(path_of("lines"), rows[i].after);
	}
	assert_int_equal(append(path_of("lines"), "two\nlines", &why), NACRE_E_ARGUMENT);
}

static void
a_missing_file_is_made_for_its_user_alone(void **state)
{
	struct failure why = {.code = 0};
	struct stat st;

	(void)state;
	assert_int_equal(append(path_of("made"), "first", &why), NACRE_OK);
	assert_int_equal(stat(path_of("made"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(replace(path_of("made too"), "first\n", &why), NACRE_OK);
	assert_int_equal(stat(path_of("made too"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_holds(path_of("made too"), "first\n");
}

static void
what_is_no_regular_file_is_refused(void **state)
{
	struct failure why = {.code = 0};

	(void)state;
	assert_int_equal(append(dir, "x", &why), NACRE_E_FILE);
	assert_int_equal(append(path_of("no/such/place"), "x", &why), NACRE_E_FILE);
	assert_int_equal(replace("/dev/null", "x", &why), NACRE_E_FILE);
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	failure_clear(&why, nacre_env_default());
	assert_int_equal(replace(path_of("fifo"), "x", &why), NACRE_E_FILE);
	assert_non_null(strstr(why.text, "regular"));
}

static void
a_file_that_is_too_large_is_left_alone(void **state)
{
	struct failure why = {.code = 0};
	struct stat st;

	(void)state;
	put("large", "x", 0600);
	assert_int_equal(truncate(path_of("large"), (off_t)MAX + 1), 0);
	assert_int_equal(append(path_of("large"), "y", &why), NACRE_E_LIMIT);
	assert_int_equal(stat(path_of("large"), &st), 0);
	assert_int_equal(st.st_size, (off_t)MAX + 1);
	assert_int_equal(truncate(path_of("large"), (off_t)MAX), 0);
	assert_int_equal(append(path_of("large"), "y", &why), NACRE_OK);
}

static void
a_new_file_has_the_mode_and_owner_of_the_old(void **state)
{
	struct failure why = {.code = 0};
	struct stat st;
	bool is_root = geteuid() == 0;

	(void)state;
	put("shared", "old\n", 0644);
	if (is_root)
		assert_int_equal(chown(path_of("shared"), NOBODY, NOBODY), 0);
	assert_int_equal(replace(path_of("shared"), "new\n", &why), NACRE_OK);
	assert_holds(path_of("shared"), "new\n");
	assert_int_equal(stat(path_of("shared"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	if (is_root)
		assert_int_equal(st.st_uid, NOBODY);
}

static void
a_symbolic_link_stays_and_what_it_leads_to_is_written(void **state)
{
	struct failure why = {.code = 0};
	struct stat st;
	char link[512];

	(void)state;
	put("target", "old\n", 0600);
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink("target", link), 0);
	assert_int_equal(replace(link, "new\n", &why), NACRE_OK);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_holds(path_of("target"), "new\n");
	assert_int_equal(append(link, "more", &why), NACRE_OK);
	assert_holds(path_of("target"), "new\nmore\n");
}

/* What somebody without privileges gets; root may do anything. */
static int
as_nobody(int (*act)(const char *path, const char *text, struct failure *why), const char *path)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct failure why = {.code = 0};

		if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			_exit(99);
		_exit(-act(path, "new\n", &why));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static size_t
count_names(const char *path)
{
	DIR *d = opendir(path);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
an_unreadable_file_and_a_directory_that_cannot_be_written_stay_as_they_are(void **state)
{
	char file[512], closed[512];

	(void)state;
	assert_int_equal(chmod(dir, 0755), 0);
	put("private", "old\n", 0200);
	assert_int_equal(as_nobody(replace, path_of("private")), NACRE_E_FILE);
	assert_int_equal(chmod(path_of("private"), 0600), 0);
	assert_holds(path_of("private"), "old\n");

	snprintf(closed, sizeof(closed), "%s/closed", dir);
	snprintf(file, sizeof(file), "%.400s/file", closed);
	assert_int_equal(mkdir(closed, 0755), 0);
	put("closed/file", "old\n", 0666);
	assert_int_equal(chmod(closed, 0555), 0);
	assert_int_equal(as_nobody(replace, file), NACRE_E_FILE);
	assert_holds(file, "old\n");
	assert_int_equal(count_names(closed), 3); /* nothing was left beside it */
	/* Appending needs the file alone. */
	if (geteuid() == 0)
		assert_int_equal(
		    as_nobody(append, file), NACRE_E_ARGUMENT); /* "new\n" is not one line: it came so far */
	assert_int_equal(chmod(closed, 0755), 0);
}

#define WRITERS 4
#define LINES 40

/* One half appends, the other half reads, adds a line and replaces the whole file. */
static int
add_by_replacing(const char *path, const char *line)
{
	struct failure why = {.code = 0};
	struct file_edit edit;
	char text[16384];
	int rc = file_edit_begin(&edit, nacre_env_default(), path, sizeof(text), &why);

	if (rc != NACRE_OK)
		return rc;
	snprintf(text, sizeof(text), "%.*s%s\n", (int)edit.old.n, edit.old.p == NULL ? "" : (char *)edit.old.p, line);
	rc = file_edit_replace(&edit, slice_str(text), &why);
	file_edit_end(&edit);
	return rc;
}

struct writer {
	pthread_t thread;
	int number, result;
};

static void *
write_lines(void *arg)
{
	struct writer *w = arg;
	struct failure why = {.code = 0};
	char path[512], line[64];

	snprintf(path, sizeof(path), "%s/busy", dir);
	for (int i = 0; i < LINES && w->result == NACRE_OK; i++) {
		snprintf(line, sizeof(line), "writer %d line %03d", w->number, i);
		w->result = w->number % 2 == 0 ? append(path, line, &why) : add_by_replacing(path, line);
	}
	return NULL;
}

static void
concurrent_writers_lose_nothing(void **state)
{
	struct writer writers[WRITERS] = {{.number = 0}};
	size_t n, lines = 0;
	uint8_t *p;

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		writers[i].number = i;
		assert_int_equal(pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(writers[i].thread, NULL);
		assert_int_equal(writers[i].result, NACRE_OK);
	}
	assert_int_equal(nacre_file_read(NULL, path_of("busy"), MAX, &p, &n, NULL, 0), NACRE_OK);
	for (const char *at = (const char *)p; *at != '\0'; at = strchr(at, '\n') + 1, lines++)
		assert_memory_equal(at, "writer ", 7);
	assert_int_equal(lines, WRITERS * LINES);
	nacre_file_free(NULL, p, n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_is_appended_behind_a_whole_last_line),
	    cmocka_unit_test(a_missing_file_is_made_for_its_user_alone),
	    cmocka_unit_test(what_is_no_regular_file_is_refused),
	    cmocka_unit_test(a_file_that_is_too_large_is_left_alone),
	    cmocka_unit_test(a_new_file_has_the_mode_and_owner_of_the_old),
	    cmocka_unit_test(a_symbolic_link_stays_and_what_it_leads_to_is_written),
	    cmocka_unit_test(an_unreadable_file_and_a_directory_that_cannot_be_written_stay_as_they_are),
	    cmocka_unit_test(concurrent_writers_lose_nothing),
	};

	return cmocka_run_group_tests_name("io: files that are changed", tests, setup, teardown);
}
