/* What a client does with files, through the engine and the memory backend.
 * draft-ietf-secsh-filexfer-02 3, 6; OpenSSH PROTOCOL 4. */
#include "asker.h"

#include <stdio.h>

#define READ NACRE_SFTP_READ
#define WRITE NACRE_SFTP_WRITE
#define CREAT NACRE_SFTP_CREAT

/* Operations by path, one after another on one file system, and what each must come to. */
static const struct {
	enum sftp_id row; /* or SFTP_extended: posix-rename; SFTP_extended_reply: hardlink */
	const char *one, *two;
	int status;
} steps[] = {
    {SFTP_mkdir, "/d", NULL, 0},
    {SFTP_mkdir, "/d", NULL, 4},
    {SFTP_mkdir, "/none/x", NULL, 2},
    {SFTP_mkdir, "/f/x", NULL, 2},
    {SFTP_stat, "/f", NULL, 0},
    {SFTP_stat, "f", NULL, 0},
    {SFTP_stat, "/d/../f", NULL, 0},
    {SFTP_stat, "/../../f", NULL, 0},
    {SFTP_stat, "/f/.", NULL, 2},
    {SFTP_stat, "", NULL, 2},
    {SFTP_symlink, "../f", "/d/up", 0},
    {SFTP_symlink, "/d", "/abs", 0},
    {SFTP_symlink, "loop", "/loop", 0},
    {SFTP_symlink, "x", "/f", 4},
    {SFTP_symlink, "", "/empty", 2},
    {SFTP_stat, "/abs/up", NULL, 0},
    {SFTP_stat, "/loop", NULL, 4},
    {SFTP_lstat, "/loop", NULL, 0},
    {SFTP_readlink, "/loop", NULL, 0},
    {SFTP_readlink, "/f", NULL, 5},
    {SFTP_rename, "/f", "/d/up", 4},
    {SFTP_rename, "/f", "/d/g", 0},
    {SFTP_rename, "/f", "/d/h", 2},
    {SFTP_rename, "/d", "/d/inside", 4},
    {SFTP_rename, "/d", "/e", 0},
    {SFTP_stat, "/e/g", NULL, 0},
    {SFTP_extended_reply, "/e/g", "/second", 0},
    {SFTP_extended_reply, "/e/g", "/second", 4},
    {SFTP_extended_reply, "/e", "/third", 3},
    {SFTP_extended, "/loop", "/e/up", 0},
    {SFTP_extended, "/e", "/second", 4},
    {SFTP_extended, "/second", "/e", 4},
    {SFTP_remove, "/e", NULL, 4},
    {SFTP_rmdir, "/e", NULL, 4},
    {SFTP_rmdir, "/second", NULL, 2},
    {SFTP_rmdir, "/", NULL, 4},
    {SFTP_remove, "/e/g", NULL, 0},
    {SFTP_remove, "/e/g", NULL, 2},
    {SFTP_remove, "/e/up", NULL, 0},
    {SFTP_rmdir, "/e", NULL, 0},
    {SFTP_stat, "/abs", NULL, 2},
    {SFTP_lstat, "/abs", NULL, 0},
    {SFTP_opendir, "/second", NULL, 2},
    {SFTP_realpath, "/never/was/../there", NULL, 0},
};

static int
take_step(struct asker *a, size_t i)
{
	struct sftp_ext_hardlink ext = {.oldpath = slice_str(steps[i].one), .newpath = slice_str(steps[i].two)};

	if (steps[i].row == SFTP_extended || steps[i].row == SFTP_extended_reply) {
		asker_extend(a, steps[i].row == SFTP_extended ? SFTP_EXT_posix_rename : SFTP_EXT_hardlink, &ext);
		return asker_status(a);
	}
	if (steps[i].two != NULL)
		return ask_paths(a, steps[i].row, steps[i].one, steps[i].two);
	return ask_path(a, steps[i].row, steps[i].one);
}

static void
names_are_made_moved_and_removed(void **state)
{
	struct asker a;
	size_t i;

	(void)state;
	asker_begin_session(&a, NULL);
	ask_make(&a, "/f", SLICE_LIT("pearl"));
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int status = take_step(&a, i);

		if (status != steps[i].status)
			print_message("step %zu: %s\n", i, steps[i].one);
		assert_int_equal(status, steps[i].status);
	}
	asker_end(&a);
}

static const struct {
	const char *path, *real;
} real_paths[] = {
    {"", "/home/pearl"},
    {".", "/home/pearl"},
    {"x", "/home/pearl/x"},
    {"../x/./y//", "/home/x/y"},
    {"../../../..", "/"},
    {"/", "/"},
    {"//a///b/", "/a/b"},
    {"/a/../../b", "/b"},
    {"...", "/home/pearl/..."},
};

static void
relative_paths_begin_at_the_start_directory(void **state)
{
	struct nacre_sftp_server_options o = {.size = sizeof(o), .start = "/home/./pearl/"};
	struct sftp_name_entry entry;
	struct sftp_names names;
	struct asker a;
	size_t i;

	(void)state;
	asker_begin_session(&a, &o);
	for (i = 0; i < sizeof(real_paths) / sizeof(real_paths[0]); i++) {
		assert_int_equal(ask_path(&a, SFTP_realpath, real_paths[i].path), NACRE_SFTP_OK);
		names = sftp_names_of(a.reply.name.names);
		assert_true(sftp_name_next(&names, &entry));
		assert_true(slice_is(entry.filename, real_paths[i].real));
	}
	asker_extend(&a, SFTP_EXT_expand_path, &(struct sftp_ext_expand_path){.path = SLICE_LIT("~/x/../y")});
	assert_int_equal(a.got, SFTP_name);
	names = sftp_names_of(a.reply.name.names);
	assert_true(sftp_name_next(&names, &entry));
	assert_true(slice_is(entry.filename, "/home/pearl/y"));
	asker_extend(&a, SFTP_EXT_expand_path, &(struct sftp_ext_expand_path){.path = SLICE_LIT("~root")});
	assert_int_equal(asker_status(&a), NACRE_SFTP_NO_SUCH_FILE);
	asker_extend(&a, SFTP_EXT_home_directory, &(struct sftp_ext_home_directory){.username = SLICE_NONE});
	assert_int_equal(a.got, SFTP_name);
	asker_extend(&a, SFTP_EXT_home_directory, &(struct sftp_ext_home_directory){.username = SLICE_LIT("root")});
	assert_int_equal(asker_status(&a), NACRE_SFTP_NO_SUCH_FILE);
	asker_end(&a);
}

static void
a_path_of_4096_bytes_is_taken_and_one_of_4097_is_not(void **state)
{
	struct nacre_sftp_server_options o = {.size = sizeof(o)};
	char path[4098], start[4096];
	struct asker a;

	(void)state;
	memset(start, 'd', sizeof(start));
	start[0] = '/';
	start[4094] = '\0';
	o.start = start;
	memset(path, '/', sizeof(path));
	path[4097] = '\0';
	asker_begin_session(&a, &o);
	assert_int_equal(ask_path(&a, SFTP_stat, path), NACRE_SFTP_BAD_MESSAGE);
	path[4096] = '\0';
	assert_int_equal(ask_path(&a, SFTP_stat, path), NACRE_SFTP_OK);
	memset(path, 'x', 4096);
	assert_int_equal(ask_path(&a, SFTP_realpath, path), NACRE_SFTP_OK);
	asker_end(&a);
}

static int64_t
noon(void *ctx)
{
	return *(int64_t *)ctx;
}

static const struct {
	struct nacre_sftp_attrs attrs;
	uint32_t links;
	const char *line;
} lines[] = {
    {{.flags = 15, .size = 5, .uid = 1, .gid = 22, .permissions = 0100644, .mtime = 1000000000}, 1,
	"-rw-r--r--   1 1        22              5 Sep  9  2001 name"},
    {{.flags = 15, .size = UINT64_C(123456789012), .permissions = 0041777, .mtime = 1699999999}, 12,
	"drwxrwxrwt  12 0        0        123456789012 Nov 14 22:13 name"},
    {{.flags = 15, .permissions = 0106711, .mtime = 951782400}, 0,
	"-rws--s--x   ? 0        0               0 Feb 29  2000 name"},
    {{.flags = 15, .permissions = 0126600, .mtime = UINT32_MAX}, 1,
	"lrwS--S---   1 0        0               0 Feb  7  2106 name"},
    {{.flags = 0}, 0, "?---------   ? ?        ?               0 Jan  1  1970 name"},
};

static size_t line_at;

static int
list_line(void *ctx, struct nacre_sftp_request r, void *dir)
{
	(void)ctx;
	(void)dir;
	assert_true(nacre_sftp_reply_entry(
	    r, (struct nacre_bytes){(const uint8_t *)"name", 4}, &lines[line_at].attrs, lines[line_at].links));
	assert_int_equal(nacre_sftp_reply_entries(r), NACRE_OK);
	return NACRE_SFTP_LATER;
}

static void
a_line_looks_as_ls_has_it(void **state)
{
	int64_t now = 1700000000;
	struct nacre_sftp_handler h = *nacre_sftp_memory_handler();
	struct nacre_sftp_server_options o = {.size = sizeof(o), .handler = &h, .clock = noon, .clock_ctx = &now};
	struct sftp_name_entry entry;
	uint8_t handle[64];
	struct asker a;
	size_t n;

	(void)state;
	h.readdir = list_line;
	asker_begin(&a, NULL);
	nacre_sftp_server_free(a.server);
	o.ctx = a.memory;
	assert_int_equal(nacre_sftp_server_new(&a.t.env, &o, &a.server), NACRE_OK);
	assert_int_equal(asker_feed(&a, SLICE_LIT("\0\0\0\5\1\0\0\0\3"), &n), NACRE_OK);
	assert_int_equal(asker_next(&a), SFTP_version);
	assert_int_equal(ask_path(&a, SFTP_opendir, "/"), NACRE_SFTP_OK);
	memcpy(handle, a.reply.handle.handle.p, n = a.reply.handle.handle.n);
	for (line_at = 0; line_at < sizeof(lines) / sizeof(lines[0]); line_at++) {
		struct sftp_names names;

		asker_ask(&a, SFTP_readdir, &(struct sftp_msg_readdir){.handle = slice_of(handle, n)});
		assert_int_equal(a.got, SFTP_name);
		names = sftp_names_of(a.reply.name.names);
		assert_true(sftp_name_next(&names, &entry));
		if (!slice_is(entry.longname, lines[line_at].line))
			print_message("%.*s\n", (int)entry.longname.n, (const char *)entry.longname.p);
		assert_true(slice_is(entry.longname, lines[line_at].line));
		assert_int_equal(entry.attrs.flags, lines[line_at].attrs.flags);
	}
	asker_end(&a);
}

static void
a_listing_goes_on_where_it_was_whatever_is_removed_meanwhile(void **state)
{
	uint8_t handle[64];
	struct sftp_name_entry entry;
	struct sftp_names names;
	unsigned total = 0, i;
	char path[32];
	struct asker a;
	size_t n;

	(void)state;
	asker_begin_session(&a, NULL);
	for (i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "/file-number-%04u", i);
		ask_make(&a, path, SLICE_LIT("x"));
	}
	assert_int_equal(ask_path(&a, SFTP_opendir, "/"), NACRE_SFTP_OK);
	memcpy(handle, a.reply.handle.handle.p, n = a.reply.handle.handle.n);
	while (asker_ask(&a, SFTP_readdir, &(struct sftp_msg_readdir){.handle = slice_of(handle, n)}) == SFTP_name) {
		assert_true(a.reply.name.names.n <= 34000);
		names = sftp_names_of(a.reply.name.names);
		while (sftp_name_next(&names, &entry)) {
			snprintf(path, sizeof(path), "file-number-%04u", total++);
			assert_true(slice_is(entry.filename, path));
		}
		/* what was told, and so cannot come again */
		assert_int_equal(ask_path(&a, SFTP_remove, path), NACRE_SFTP_OK);
	}
	assert_int_equal(asker_status(&a), NACRE_SFTP_EOF);
	assert_int_equal(total, 1000);
	asker_end(&a);
}

static void
limits_space_and_copies_are_told(void **state)
{
	uint8_t in[SFTP_HANDLE_MAX], out[SFTP_HANDLE_MAX];
	struct nacre_sftp_server_options o = {.size = sizeof(o), .handles_max = 5};
	union sftp_any_ext ext;
	size_t n_in, n_out;
	struct asker a;

	(void)state;
	asker_begin_session(&a, &o);
	asker_extend(&a, SFTP_EXT_limits, &(struct sftp_ext_limits){.id = 0});
	assert_int_equal(a.got, SFTP_extended_reply);
	assert_int_equal(sftp_extension_parse(SFTP_EXT_limits_reply, 1, a.reply.extended_reply.data, &ext, NULL), 0);
	assert_int_equal(ext.limits_reply.packet_length, 262144);
	assert_int_equal(ext.limits_reply.read_length, 261120);
	assert_int_equal(ext.limits_reply.open_handles, 5);
	ask_make(&a, "/f", SLICE_LIT("0123456789"));
	assert_int_equal(ask_open(&a, "/f", READ, in, &n_in), NACRE_SFTP_OK);
	assert_int_equal(ask_open(&a, "/g", READ | WRITE | CREAT, out, &n_out), NACRE_SFTP_OK);
	asker_extend(&a, SFTP_EXT_copy_data,
	    &(struct sftp_ext_copy_data){
		.from = slice_of(in, n_in), .from_offset = 4, .to = slice_of(out, n_out), .to_offset = 1});
	assert_int_equal(asker_status(&a), NACRE_SFTP_OK);
	assert_int_equal(ask_read(&a, out, n_out, 0, 100), NACRE_SFTP_OK);
	assert_true(slice_eq(a.reply.data.data, SLICE_LIT("\0"
							  "456789")));
	asker_extend(&a, SFTP_EXT_copy_data,
	    &(struct sftp_ext_copy_data){.from = slice_of(out, n_out), .to = slice_of(out, n_out)});
	assert_int_equal(asker_status(&a), NACRE_SFTP_FAILURE);
	asker_extend(&a, SFTP_EXT_fstatvfs, &(struct sftp_ext_fstatvfs){.handle = slice_of(in, n_in)});
	assert_int_equal(a.got, SFTP_extended_reply);
	assert_int_equal(sftp_extension_parse(SFTP_EXT_statvfs_reply, 1, a.reply.extended_reply.data, &ext, NULL), 0);
	assert_int_equal(ext.statvfs_reply.blocks, 4096);
	assert_int_equal(ext.statvfs_reply.files - ext.statvfs_reply.ffree, 3);
	asker_end(&a);
}

static void
the_memory_is_bounded_in_bytes_and_files(void **state)
{
	struct nacre_sftp_memory_options mo = {.size = sizeof(mo), .bytes_max = 1000, .nodes_max = 3};
	struct nacre_sftp_server_options o = {.size = sizeof(o), .handler = nacre_sftp_memory_handler()};
	uint8_t handle[SFTP_HANDLE_MAX], bytes[1001] = {0};
	nacre_sftp_memory *small;
	struct asker a;
	size_t n;

	(void)state;
	assert_int_equal(nacre_sftp_memory_new(NULL, &mo, &small), NACRE_E_ARGUMENT);
	asker_begin(&a, NULL);
	nacre_sftp_server_free(a.server);
	nacre_sftp_memory_free(a.memory);
	assert_int_equal(nacre_sftp_memory_new(&a.t.env, &mo, &a.memory), NACRE_OK);
	o.ctx = a.memory;
	assert_int_equal(nacre_sftp_server_new(&a.t.env, &o, &a.server), NACRE_OK);
	assert_int_equal(asker_feed(&a, SLICE_LIT("\0\0\0\5\1\0\0\0\3"), &n), NACRE_OK);
	assert_int_equal(asker_next(&a), SFTP_version);
	assert_int_equal(ask_open(&a, "/f", WRITE | CREAT, handle, &n), NACRE_SFTP_OK);
	assert_int_equal(ask_write(&a, handle, n, 0, slice_of(bytes, 1001)), NACRE_SFTP_FAILURE);
	assert_int_equal(ask_write(&a, handle, n, UINT64_C(1) << 40, slice_of(bytes, 1)), NACRE_SFTP_FAILURE);
	assert_int_equal(ask_write(&a, handle, n, 0, slice_of(bytes, 1000)), NACRE_SFTP_OK);
	assert_int_equal(ask_path(&a, SFTP_mkdir, "/d"), NACRE_SFTP_OK);
	assert_int_equal(ask_path(&a, SFTP_mkdir, "/e"), NACRE_SFTP_FAILURE);
	assert_int_equal(ask_path(&a, SFTP_rmdir, "/d"), NACRE_SFTP_OK);
	assert_int_equal(ask_path(&a, SFTP_mkdir, "/e"), NACRE_SFTP_OK);
	asker_end(&a);
}

/* A short life with every allocation failing in turn: each ends in an orderly way, and gives everything back. */
static bool
live_with_failure_at(uint64_t at)
{
	static const char conversation[] = "\0\0\0\5\1\0\0\0\3"
					   "\0\0\0\x0f\x0e\0\0\0\1\0\0\0\2/d\0\0\0\0"
					   "\0\0\0\x13\3\0\0\0\2\0\0\0\2/f\0\0\0\x0b\0\0\0\0"
					   "\0\0\0\x0b\x0b\0\0\0\3\0\0\0\2/d"
					   "\0\0\0\x0b\x10\0\0\0\4\0\0\0\2/d";
	struct nacre_sftp_server_options o = {.size = sizeof(o), .handler = nacre_sftp_memory_handler()};
	nacre_sftp_memory *memory = NULL;
	nacre_sftp_server *s = NULL;
	struct test_env t;
	size_t taken, n;
	bool whole = false;

	test_env_init(&t, 3);
	t.fail_at = at;
	t.fail_once = true;
	if (nacre_sftp_memory_new(&t.env, NULL, &memory) != NACRE_OK)
		goto out;
	o.ctx = memory;
	if (nacre_sftp_server_new(&t.env, &o, &s) != NACRE_OK)
		goto out;
	/* in two pieces, so that a frame is kept */
	if (nacre_sftp_server_receive(s, (const uint8_t *)conversation, 20, &taken) != NACRE_OK ||
	    nacre_sftp_server_receive(s, (const uint8_t *)conversation + 20, sizeof(conversation) - 1 - 20, &taken) !=
		NACRE_OK)
		goto out;
	whole = nacre_sftp_server_output(s, &n) != NULL && t.allocations < at;
out:
	nacre_sftp_server_free(s);
	nacre_sftp_memory_free(memory);
	assert_int_equal(t.live_blocks, 0);
	assert_int_equal(t.wrong_sizes, 0);
	return whole;
}

static void
each_allocation_may_fail(void **state)
{
	uint64_t at = 1;

	(void)state;
	while (!live_with_failure_at(at))
		at++;
	assert_true(at > 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_made_moved_and_removed),
	    cmocka_unit_test(relative_paths_begin_at_the_start_directory),
	    cmocka_unit_test(a_path_of_4096_bytes_is_taken_and_one_of_4097_is_not),
	    cmocka_unit_test(a_line_looks_as_ls_has_it),
	    cmocka_unit_test(a_listing_goes_on_where_it_was_whatever_is_removed_meanwhile),
	    cmocka_unit_test(limits_space_and_copies_are_told),
	    cmocka_unit_test(the_memory_is_bounded_in_bytes_and_files),
	    cmocka_unit_test(each_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
