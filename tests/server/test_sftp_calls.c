/* The calls of the SFTP client that are more than one request, against our own server over a file system in memory. */
#include "reef.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char pearls[] = "one pearl after the other";

/* reef/a, reef/b/c, reef/b/d/e, a link to each of a file and a directory, and .hidden. */
static void
make_tree(struct reef *r)
{
	assert_done(r, nacre_sftp_mkdirs(r->sftp, "/reef/b/d", 0755));
	assert_done(r, nacre_sftp_mkdirs(r->sftp, "outside", 0700));
	reef_put(r, "/outside/safe", pearls, 3);
	reef_put(r, "/reef/a", pearls, 1);
	reef_put(r, "/reef/.hidden", pearls, 1);
	reef_put(r, "/reef/b/c", pearls, 2);
	reef_put(r, "/reef/b/d/e", pearls, 3);
	assert_done(r, nacre_sftp_symlink(r->sftp, "/outside/safe", "/reef/link"));
	assert_done(r, nacre_sftp_symlink(r->sftp, "/outside", "/reef/b/links"));
}

static void
directories_are_made_all_the_way_and_twice(void **state)
{
	struct nacre_sftp_attrs attrs;
	struct reef r;

	(void)state;
	reef_init(&r);
	reef_begin(&r);
	assert_done(&r, nacre_sftp_mkdirs(r.sftp, "/x/y//z/", 0750));
	assert_done(&r, nacre_sftp_stat(r.sftp, "/x/y/z", &attrs));
	assert_int_equal(attrs.permissions, 0040750);
	assert_done(&r, nacre_sftp_mkdirs(r.sftp, "/x/y/z", 0700));
	assert_done(&r, nacre_sftp_chdir(r.sftp, "/x"));
	assert_done(&r, nacre_sftp_mkdirs(r.sftp, "rel/deep", 0700));
	assert_true(reef_is_there(&r, "/x/rel/deep"));
	assert_done(&r, nacre_sftp_mkdirs(r.sftp, "/", 0700));

	reef_put(&r, "/x/file", pearls, 1);
	assert_int_equal(nacre_sftp_mkdirs(r.sftp, "/x/file/below", 0700), NACRE_E_SFTP);
	assert_string_equal(reef_error(&r).path, "/x/file/below");
	assert_int_equal(nacre_sftp_mkdirs(r.sftp, "/x/file", 0700), NACRE_E_SFTP);
	assert_int_equal(nacre_sftp_mkdirs(r.sftp, NULL, 0700), NACRE_E_ARGUMENT);
	reef_end(&r);
}

static void
a_tree_is_removed_and_what_its_links_point_to_is_not(void **state)
{
	char name[64];
	struct reef r;

	(void)state;
	reef_init(&r);
	reef_begin(&r);
	make_tree(&r);
	for (int i = 0; i < 700; i++) { /* more than are under way at once */
		snprintf(name, sizeof(name), "/reef/b/many-%d", i);
		reef_put(&r, name, "", 0);
	}
	assert_int_equal(nacre_sftp_rmtree(r.sftp, "/reef/a"), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_sftp_rmtree(r.sftp, "/reef/b/links"), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_sftp_rmtree(r.sftp, "/none"), NACRE_E_SFTP);
	assert_done(&r, nacre_sftp_rmtree(r.sftp, "/reef"));
	assert_false(reef_is_there(&r, "/reef"));
	assert_true(reef_holds(&r, "/outside/safe", pearls, 3));
	reef_end(&r);
}

static unsigned removals_left;

static int (*really_remove)(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path);

static int
remove_some(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	return removals_left-- == 0 ? NACRE_SFTP_PERMISSION_DENIED : really_remove(ctx, r, path);
}

static void
removing_stops_at_the_first_refusal_and_the_session_goes_on(void **state)
{
	struct reef r;

	(void)state;
	reef_init(&r);
	really_remove = r.handler.remove;
	r.handler.remove = remove_some;
	reef_begin(&r);
	make_tree(&r);
	removals_left = 2;
	assert_int_equal(nacre_sftp_rmtree(r.sftp, "/reef"), NACRE_E_SFTP);
	assert_int_equal(reef_error(&r).status, NACRE_SFTP_PERMISSION_DENIED);
	assert_true(reef_is_there(&r, "/reef"));
	removals_left = 100;
	assert_done(&r, nacre_sftp_rmtree(r.sftp, "/reef"));
	assert_false(reef_is_there(&r, "/reef"));
	reef_end(&r);
}

/* A request that follows an answer leaves at once. Otherwise it would wait for the connection's own timers, which are
 * longer than this silence. */
static void
the_end_of_a_file_is_asked_for_without_a_pause(void **state)
{
	nacre_sftp_file *file;
	uint8_t room[100];
	struct reef r;

	(void)state;
	reef_init(&r);
	reef_begin(&r);
	nacre_sftp_set_timeout(r.sftp, 4000);
	reef_put(&r, "/a", pearls, 3);
	assert_done(&r, nacre_sftp_open(r.sftp, "/a", "r", &file));
	assert_int_equal(nacre_sftp_read(file, room, sizeof(room)), 3);
	assert_int_equal(nacre_sftp_pread(file, room, sizeof(room), 1), 2);
	assert_int_equal(nacre_sftp_read(file, room, sizeof(room)), 0);
	assert_done(&r, nacre_sftp_file_close(file));
	reef_end(&r);
}

struct steps {
	char seen[512];
	const char *past, *stop;
	int stop_with;
};

static int
keep_path(void *ctx, const char *path, const struct nacre_sftp_attrs *attrs)
{
	struct steps *s = ctx;
	size_t n = strlen(s->seen);

	assert_true((attrs->flags & NACRE_SFTP_ATTR_PERMISSIONS) != 0);
	snprintf(s->seen + n, sizeof(s->seen) - n, "%s ", path);
	if (s->stop != NULL && strcmp(path, s->stop) == 0)
		return s->stop_with;
	return s->past != NULL && strcmp(path, s->past) == 0 ? NACRE_SFTP_WALK_PAST : 0;
}

static void
a_walk_tells_directories_first_and_follows_no_link(void **state)
{
	struct steps s = {.past = NULL};
	struct reef r;

	(void)state;
	reef_init(&r);
	reef_begin(&r);
	make_tree(&r);
	assert_done(&r, nacre_sftp_walk(r.sftp, "/reef", keep_path, &s));
	assert_string_equal(
	    s.seen, "/reef/b /reef/b/d /reef/b/d/e /reef/b/c /reef/b/links /reef/a /reef/.hidden /reef/link ");
	s = (struct steps){.past = "/reef/b"};
	assert_done(&r, nacre_sftp_walk(r.sftp, "/reef/", keep_path, &s));
	assert_string_equal(s.seen, "/reef/b /reef/a /reef/.hidden /reef/link ");
	s = (struct steps){.stop = "/reef/b/d/e", .stop_with = 5};
	assert_int_equal(nacre_sftp_walk(r.sftp, "/reef", keep_path, &s), NACRE_E_CANCELLED);
	assert_string_equal(s.seen, "/reef/b /reef/b/d /reef/b/d/e ");
	s.stop_with = NACRE_E_NOMEM;
	assert_int_equal(nacre_sftp_walk(r.sftp, "/reef", keep_path, &s), NACRE_E_NOMEM);
	assert_int_equal(nacre_sftp_walk(r.sftp, "/reef/a", keep_path, &s), NACRE_E_SFTP);
	assert_int_equal(nacre_sftp_walk(r.sftp, "/reef", NULL, NULL), NACRE_E_ARGUMENT);
	reef_end(&r);
}

static void
a_tree_without_an_end_is_given_up(void **state)
{
	struct steps s = {.past = NULL};
	char path[256] = "";
	struct reef r;

	(void)state;
	reef_init(&r);
	reef_begin(&r);
	for (int i = 0; i < 66; i++)
		strcat(path, "/d");
	assert_done(&r, nacre_sftp_mkdirs(r.sftp, path, 0700));
	assert_int_equal(nacre_sftp_walk(r.sftp, "/", keep_path, &s), NACRE_E_LIMIT);
	assert_int_equal(nacre_sftp_rmtree(r.sftp, "/d"), NACRE_E_LIMIT);
	assert_true(reef_is_there(&r, path));
	reef_end(&r);
}

static void
patterns_fit_as_a_shells_do(void **state)
{
	static const struct {
		const char *pattern, *fits;
	} rows[] = {
	    {"/reef/*", "/reef/a /reef/b /reef/link "},
	    {"/reef/.*", "/reef/.hidden "},
	    {"/*/?", "/reef/a /reef/b "},
	    {"/reef/b/*/e", "/reef/b/d/e "},
	    {"/reef/[bx]/[c-d]", "/reef/b/c /reef/b/d "},
	    {"/reef/[!a]", "/reef/b "},
	    {"/reef/a", "/reef/a "},
	    {"/reef//a", "/reef/a "},
	    {"/reef/none", ""},
	    {"/none/*", ""},
	    {"/reef/a/*", ""},
	    {"/reef/\\*", ""},
	    {"/reef/\\a", "/reef/a "},
	    {"re*/a", "reef/a "},
	    {"/", "/ "},
	};
	struct nacre_sftp_names names;
	char all[512];
	struct reef r;

	(void)state;
	reef_init(&r);
	reef_begin(&r);
	make_tree(&r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_done(&r, nacre_sftp_glob(r.sftp, rows[i].pattern, &names));
		all[0] = '\0';
		for (size_t k = 0; k < names.n; k++) {
			strcat(all, names.names[k]);
			strcat(all, " ");
		}
		nacre_sftp_names_free(&names);
		assert_string_equal(all, rows[i].fits);
	}
	assert_int_equal(nacre_sftp_glob(r.sftp, "", &names), NACRE_E_ARGUMENT);
	assert_done(&r, nacre_sftp_listdir(r.sftp, "/reef", &names));
	assert_int_equal(names.n, 4);
	assert_string_equal(names.names[0], ".hidden");
	assert_string_equal(names.names[3], "link");
	nacre_sftp_names_free(&names);
	nacre_sftp_names_free(&names);
	assert_int_equal(nacre_sftp_listdir(r.sftp, "/none", &names), NACRE_E_SFTP);
	reef_end(&r);
}

static void
digests_are_computed_at_the_server(void **state)
{
	uint8_t room[64], expected[3][32], *bulk = test_malloc(20000);
	struct nacre_sftp_check check = {.hashes = room, .cap = sizeof(room)};
	uint8_t many[3 * 32];
	nacre_sftp_file *file;
	struct reef r;

	(void)state;
	randombytes_buf(bulk, 20000);
	reef_init(&r);
	reef_begin(&r);
	reef_put(&r, "/bulk", bulk, 20000);
	assert_done(&r, nacre_sftp_open(r.sftp, "/bulk", "r", &file));
	assert_done(&r, nacre_sftp_check(file, "crc32,sha256,md5", 0, 0, 0, &check));
	crypto_hash_sha256(expected[0], bulk, 20000);
	assert_string_equal(check.algorithm, "sha256");
	assert_int_equal(check.n, 32);
	assert_memory_equal(room, expected[0], 32);

	check = (struct nacre_sftp_check){.hashes = many, .cap = sizeof(many)};
	assert_done(&r, nacre_sftp_check(file, "sha256", 1000, 0, 8000, &check));
	crypto_hash_sha256(expected[0], bulk + 1000, 8000);
	crypto_hash_sha256(expected[1], bulk + 9000, 8000);
	crypto_hash_sha256(expected[2], bulk + 17000, 3000);
	assert_int_equal(check.n, sizeof(many));
	assert_memory_equal(many, expected, sizeof(many));
	assert_done(&r, nacre_sftp_check(file, "sha256", 0, 16000, 8000, &check));
	assert_int_equal(check.n, 64);
	assert_done(&r, nacre_sftp_check(file, "sha256", 30000, 0, 8000, &check));
	assert_int_equal(check.n, 0);

	assert_int_equal(nacre_sftp_check(file, "sha256", 0, 0, 256, &check), NACRE_E_LIMIT); /* 79 hashes */
	assert_int_equal(nacre_sftp_check(file, "sha256", 0, 0, 255, &check), NACRE_E_SFTP);
	assert_int_equal(nacre_sftp_check(file, "crc32", 0, 0, 0, &check), NACRE_E_SFTP);
	assert_int_equal(nacre_sftp_check(file, NULL, 0, 0, 0, &check), NACRE_E_ARGUMENT);
	assert_done(&r, nacre_sftp_file_close(file));
	assert_done(&r, nacre_sftp_open(r.sftp, "/bulk", "a", &file));
	assert_int_equal(nacre_sftp_check(file, "sha256", 0, 0, 0, &check), NACRE_E_SFTP);
	assert_int_equal(reef_error(&r).status, NACRE_SFTP_PERMISSION_DENIED);
	assert_done(&r, nacre_sftp_file_close(file));
	reef_end(&r);
	test_free(bulk);
}

static size_t
name_people(void *ctx, bool is_group, uint32_t id, char *out, size_t cap)
{
	(void)ctx;
	return id == 404 ? 0 : (size_t)snprintf(out, cap, "%s-%u", is_group ? "group" : "user", (unsigned)id);
}

static void
people_and_file_systems_are_asked_about(void **state)
{
	const uint32_t uids[] = {7, 404}, gids[] = {0, 9, 404};
	struct nacre_sftp_statvfs by_path, by_file;
	struct nacre_sftp_names names;
	nacre_sftp_file *file;
	struct reef r;

	(void)state;
	reef_init(&r);
	r.handler.id_name = name_people;
	reef_begin(&r);
	assert_done(&r, nacre_sftp_users_groups(r.sftp, uids, 2, gids, 3, &names));
	assert_int_equal(names.n, 5);
	assert_string_equal(names.names[0], "user-7");
	assert_string_equal(names.names[1], "");
	assert_string_equal(names.names[3], "group-9");
	assert_string_equal(names.names[4], "");
	nacre_sftp_names_free(&names);
	assert_done(&r, nacre_sftp_users_groups(r.sftp, NULL, 0, NULL, 0, &names));
	assert_int_equal(names.n, 0);
	nacre_sftp_names_free(&names);
	assert_int_equal(nacre_sftp_users_groups(r.sftp, NULL, 1, NULL, 0, &names), NACRE_E_ARGUMENT);

	reef_put(&r, "/a", pearls, 1);
	assert_done(&r, nacre_sftp_open(r.sftp, "/a", "r", &file));
	assert_done(&r, nacre_sftp_statvfs(r.sftp, "/", &by_path));
	assert_done(&r, nacre_sftp_fstatvfs(file, &by_file));
	assert_true(by_file.blocks == by_path.blocks && by_file.frsize > 0 && by_file.namemax == by_path.namemax);
	assert_done(&r, nacre_sftp_file_close(file));
	reef_end(&r);

	reef_init(&r);
	reef_begin(&r);
	assert_int_equal(nacre_sftp_users_groups(r.sftp, uids, 2, NULL, 0, &names), NACRE_E_UNSUPPORTED);
	reef_end(&r);
}

static int
say_home(void *ctx, struct nacre_sftp_request r, struct nacre_bytes user)
{
	(void)ctx;
	if (user.n != 5 || memcmp(user.p, "pearl", 5) != 0)
		return NACRE_SFTP_NO_SUCH_FILE;
	return nacre_sftp_reply_path(r, (struct nacre_bytes){(const uint8_t *)"/homes/pearl", 12});
}

static void
homes_and_paths_with_a_tilde_are_the_servers_to_say(void **state)
{
	char name[64];
	struct reef r;

	(void)state;
	reef_init(&r);
	r.handler.home = say_home;
	reef_begin(&r);
	assert_done(&r, nacre_sftp_home(r.sftp, "", name, sizeof(name)));
	assert_string_equal(name, "/");
	assert_done(&r, nacre_sftp_home(r.sftp, "pearl", name, sizeof(name)));
	assert_string_equal(name, "/homes/pearl");
	assert_int_equal(nacre_sftp_home(r.sftp, "nobody", name, sizeof(name)), NACRE_E_SFTP);
	assert_string_equal(name, "");
	assert_int_equal(nacre_sftp_home(r.sftp, "pearl", name, 12), NACRE_E_LIMIT);
	assert_int_equal(nacre_sftp_home(r.sftp, NULL, name, sizeof(name)), NACRE_E_ARGUMENT);

	assert_done(&r, nacre_sftp_mkdirs(r.sftp, "/reef", 0700));
	assert_done(&r, nacre_sftp_chdir(r.sftp, "/reef")); /* which is not looked at */
	assert_done(&r, nacre_sftp_expand_path(r.sftp, "~//reef", name, sizeof(name)));
	assert_string_equal(name, "/reef");
	assert_int_equal(nacre_sftp_expand_path(r.sftp, "~pearl/reef", name, sizeof(name)), NACRE_E_SFTP);
	reef_end(&r);
}

static void
an_open_file_is_changed_and_copied_by_the_server(void **state)
{
	const struct nacre_sftp_attrs mode = {.flags = NACRE_SFTP_ATTR_PERMISSIONS, .permissions = 0640};
	struct nacre_sftp_attrs attrs;
	nacre_sftp_file *from, *to;
	struct reef r;

	(void)state;
	reef_init(&r);
	reef_begin(&r);
	assert_done(&r, nacre_sftp_open(r.sftp, "/from", "w+", &from));
	assert_done(&r, nacre_sftp_open(r.sftp, "/to", "w", &to));
	assert_int_equal(nacre_sftp_write(from, pearls, 9), 9); /* not waited for, and there all the same */
	assert_done(&r, nacre_sftp_fsetstat(from, &mode));
	assert_done(&r, nacre_sftp_fstat(from, &attrs));
	assert_int_equal(attrs.permissions, 0100640);
	assert_int_equal(attrs.size, 9);
	assert_done(&r, nacre_sftp_copy_data(from, 4, 0, to, 0));
	assert_int_equal(nacre_sftp_copy_data(from, 0, 0, NULL, 0), NACRE_E_ARGUMENT);
	assert_done(&r, nacre_sftp_file_close(from));
	assert_done(&r, nacre_sftp_file_close(to));
	assert_true(reef_holds(&r, "/to", pearls + 4, 5));
	reef_end(&r);
}

static unsigned entries_told;

/* Entries without end: a directory first, and then files. */
static int
tell_without_end(void *ctx, struct nacre_sftp_request r, void *dir)
{
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_PERMISSIONS, .permissions = 0100644};
	char name[32];
	int n;

	(void)ctx;
	(void)dir;
	if (entries_told > 0 && entries_told % 450000 == 0) {
		entries_told++;
		return NACRE_SFTP_EOF;
	}
	do {
		n = snprintf(name, sizeof(name), "%u", entries_told);
		if (entries_told % 450000 <= 1)
			attrs.permissions = 0040755;
		else
			attrs.permissions = 0100644;
	} while (nacre_sftp_reply_entry(r, (struct nacre_bytes){(const uint8_t *)name, (size_t)n}, &attrs, 1) &&
		 ++entries_told % 450000 != 0);
	(void)nacre_sftp_reply_entries(r);
	return NACRE_SFTP_LATER;
}

static int
open_any(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	return nacre_sftp_memory_handler()->opendir(ctx, r, (path.n = 1, path));
}

static int
go_on(void *ctx, const char *path, const struct nacre_sftp_attrs *attrs)
{
	(void)ctx;
	(void)path;
	(void)attrs;
	return 0;
}

/* Neither one directory nor several within each other fill the memory. */
static void
entries_without_end_are_given_up(void **state)
{
	struct reef r;

	(void)state;
	reef_init(&r);
	r.handler.readdir = tell_without_end;
	r.handler.opendir = open_any;
	reef_begin(&r);
	entries_told = 0;
	assert_int_equal(nacre_sftp_walk(r.sftp, "/", go_on, NULL), NACRE_E_LIMIT);
	assert_true(entries_told > 1000000 && entries_told < 1400000);
	assert_true(r.client_env.peak_bytes < (size_t)400 << 20);
	assert_done(&r, nacre_sftp_mkdir(r.sftp, "/d", 0700));
	reef_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(directories_are_made_all_the_way_and_twice),
	    cmocka_unit_test(a_tree_is_removed_and_what_its_links_point_to_is_not),
	    cmocka_unit_test(removing_stops_at_the_first_refusal_and_the_session_goes_on),
	    cmocka_unit_test(the_end_of_a_file_is_asked_for_without_a_pause),
	    cmocka_unit_test(a_walk_tells_directories_first_and_follows_no_link),
	    cmocka_unit_test(a_tree_without_an_end_is_given_up),
	    cmocka_unit_test(patterns_fit_as_a_shells_do),
	    cmocka_unit_test(digests_are_computed_at_the_server),
	    cmocka_unit_test(people_and_file_systems_are_asked_about),
	    cmocka_unit_test(homes_and_paths_with_a_tilde_are_the_servers_to_say),
	    cmocka_unit_test(an_open_file_is_changed_and_copied_by_the_server),
	    cmocka_unit_test(entries_without_end_are_given_up),
	};

	return cmocka_run_group_tests_name("server/sftp_calls", tests, NULL, NULL);
}
