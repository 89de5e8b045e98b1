/* The local end of a transfer: names that lead nowhere else, holes, and what is no file. */
#include "transfer_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char top[] = "/tmp/nacre-transfer-XXXXXX";
static int dir = -1;

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(top) == NULL || chdir(top) != 0 || mkdir("in", 0755) != 0)
		return -1;
	dir = open("in", O_RDONLY | O_DIRECTORY);
	return dir < 0 || symlink("../out", "in/link") != 0 || mkfifo("in/fifo", 0644) != 0;
}

static int
teardown(void **state)
{
	char command[64];

	(void)state;
	(void)close(dir);
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

/* A server's names, each of which would lead out of the directory, or to nothing that can be written. */
static void
a_strict_name_is_one_component_and_no_link(void **state)
{
	static const struct {
		const char *name;
		int error;
	} names[] = {{"", EINVAL}, {".", EINVAL}, {"..", EINVAL}, {"a/b", EINVAL}, {"/etc/passwd", EINVAL},
	    {"../out", EINVAL}, {"link", ELOOP}, {"fifo", EINVAL}, {"good", 0}, {"...", 0}, {"\x1b]0;", 0}};
	struct transfer_stat st;
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct transfer_place place = {.dir = dir, .name = names[i].name, .strict = true};

		assert_int_equal(transfer_open_write(&place, TRANSFER_NEW, 0, &fd, &st), names[i].error);
		assert_int_equal(fd >= 0, names[i].error == 0);
		assert_int_equal(transfer_close(&fd), 0);
	}
	assert_int_not_equal(access("out", F_OK), 0);
}

static void
a_directory_is_made_but_a_link_to_one_is_not_entered(void **state)
{
	struct transfer_place place = {.dir = dir, .name = "sub", .strict = true};
	int fd;

	(void)state;
	assert_int_equal(transfer_open_dir(&place, false, &fd), ENOENT);
	assert_int_equal(transfer_open_dir(&place, true, &fd), 0);
	assert_int_equal(transfer_close(&fd), 0);
	assert_int_equal(symlink("..", "in/up"), 0);
	place.name = "up";
	assert_int_not_equal(transfer_open_dir(&place, true, &fd), 0);
	place.name = "..";
	assert_int_equal(transfer_open_dir(&place, true, &fd), EINVAL);
}

static void
only_new_refuses_what_is_there_and_onto_keeps_it(void **state)
{
	struct transfer_place place = {.dir = TRANSFER_HERE, .name = "kept"};
	struct transfer_stat st;
	int fd;

	(void)state;
	assert_int_equal(transfer_open_write(&place, TRANSFER_ONLY_NEW, 0600, &fd, &st), 0);
	assert_int_equal(transfer_write(fd, 0, (const uint8_t *)"pearl", 5), 0);
	assert_int_equal(transfer_close(&fd), 0);
	assert_int_equal(transfer_open_write(&place, TRANSFER_ONLY_NEW, 0600, &fd, &st), EEXIST);
	assert_int_equal(transfer_open_write(&place, TRANSFER_ONTO, 0, &fd, &st), 0);
	assert_int_equal(st.size, 5);
	assert_int_equal(transfer_close(&fd), 0);
	assert_int_equal(transfer_open_write(&place, TRANSFER_NEW, 0, &fd, &st), 0);
	assert_int_equal(st.size, 0);
	assert_int_equal(transfer_close(&fd), 0);
}

static void
zeros_are_left_out_and_read_back(void **state)
{
	static const uint8_t zeros[65536];
	struct transfer_place place = {.dir = TRANSFER_HERE, .name = "holes"};
	struct transfer_stat st;
	uint8_t back[10];
	size_t got;
	int fd;

	(void)state;
	assert_int_equal(transfer_open_write(&place, TRANSFER_NEW, 0, &fd, &st), 0);
	assert_int_equal(transfer_write(fd, 0, zeros, sizeof(zeros)), 0);
	assert_int_equal(transfer_write(fd, 1 << 20, (const uint8_t *)"pearl", 5), 0);
	assert_int_equal(transfer_set_size(fd, 2 << 20), 0);
	assert_int_equal(transfer_read(fd, (1 << 20) - 2, back, 10, &got), 0);
	assert_int_equal(got, 10);
	assert_memory_equal(back, "\0\0pearl\0\0\0", 10);
	assert_int_equal(transfer_read(fd, (2 << 20) - 3, back, 10, &got), 0);
	assert_int_equal(got, 3);
	assert_in_range(transfer_next_data(fd, 0, 2 << 20), 0, 1 << 20);
	assert_in_range(transfer_data_end(fd, 1 << 20, 2 << 20), (1 << 20) + 5, 2 << 20);
	assert_int_equal(transfer_write(fd, UINT64_MAX - 2, back, 3), EFBIG);
	assert_int_equal(transfer_close(&fd), 0);
}

static void
a_directory_is_listed_without_its_dots(void **state)
{
	struct transfer_place place = {.dir = dir, .name = "listed", .strict = true};
	char name[64];
	void *cursor = NULL;
	int fd, n = 0;

	(void)state;
	assert_int_equal(transfer_open_dir(&place, true, &fd), 0);
	assert_int_equal(mkdirat(fd, "a", 0755) | mkdirat(fd, "b", 0755), 0);
	while (transfer_list_next(fd, &cursor, name, sizeof(name)) == 1) {
		assert_int_equal(strlen(name), 1);
		n++;
	}
	assert_int_equal(n, 2);
	assert_null(cursor);
	assert_int_equal(transfer_list_next(fd, &cursor, name, 1), -ENAMETOOLONG);
	transfer_list_end(&cursor);
	assert_int_equal(transfer_close(&fd), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_strict_name_is_one_component_and_no_link),
	    cmocka_unit_test(a_directory_is_made_but_a_link_to_one_is_not_entered),
	    cmocka_unit_test(only_new_refuses_what_is_there_and_onto_keeps_it),
	    cmocka_unit_test(zeros_are_left_out_and_read_back),
	    cmocka_unit_test(a_directory_is_listed_without_its_dots),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
