/* The directory backend: whatever a client says, a canary outside the root is neither read nor changed, by openat2 and
 * by the walk that stands in for it; and what is inside behaves as files do. filexfer-02 6, OpenSSH PROTOCOL 4,
 * openat2(2). */
#include "asker.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sftp_dir.h"

#define READ NACRE_SFTP_READ
#define WRITE NACRE_SFTP_WRITE
#define CREAT NACRE_SFTP_CREAT
#define SECRET "the canary"
#define RACES 3000

/* base/canary/secret lies outside, base/root is served. */
struct scene {
	struct asker a;
	nacre_sftp_dir *dir;
	int base;
	char path[256];
};

static const bool ways[] = {false, true}; /* by_walk */
#define N_WAYS 2

static void
put_file(int at, const char *path, const char *text)
{
	int fd = openat(at, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static void
scene_begin(struct scene *s, bool by_walk)
{
	struct nacre_sftp_server_options o = {.size = sizeof(o), .handler = nacre_sftp_dir_handler()};
	const char *tmp = getenv("TMPDIR");
	char root[300];

	snprintf(s->path, sizeof(s->path), "%s/nacre-dir-XXXXXX", tmp == NULL ? "/tmp" : tmp);
	assert_non_null(mkdtemp(s->path));
	s->base = open(s->path, O_RDONLY | O_DIRECTORY);
	assert_true(s->base >= 0);
	assert_int_equal(mkdirat(s->base, "canary", 0755), 0);
	put_file(s->base, "canary/secret", SECRET);
	assert_int_equal(mkdirat(s->base, "root", 0755), 0);
	assert_int_equal(mkdirat(s->base, "root/sub", 0755), 0);
	put_file(s->base, "root/file", "pearl");
	put_file(s->base, "root/sub/inner", "shell");
	assert_int_equal(symlinkat("sub/inner", s->base, "root/good"), 0);
	assert_int_equal(symlinkat("../file", s->base, "root/sub/up"), 0);
	assert_int_equal(symlinkat("../canary", s->base, "root/out"), 0);
	assert_int_equal(symlinkat("../canary/secret", s->base, "root/outfile"), 0);
	assert_int_equal(symlinkat("../../canary", s->base, "root/sub/out"), 0);
	assert_int_equal(symlinkat("sub/out", s->base, "root/chain"), 0);
	assert_int_equal(symlinkat("chain", s->base, "root/chain2"), 0);
	assert_int_equal(symlinkat("loop", s->base, "root/loop"), 0);
	assert_int_equal(symlinkat("/etc", s->base, "root/etc"), 0);
	assert_int_equal(symlinkat("/proc/self/root", s->base, "root/magic"), 0);
	assert_int_equal(symlinkat("../canary/new", s->base, "root/dangling"), 0);
	snprintf(root, sizeof(root), "%s/root", s->path);
	assert_int_equal(nacre_sftp_dir_open(NULL, root, &s->dir), NACRE_OK);
	if (by_walk)
		s->dir->by_walk = true;
	o.ctx = s->dir;
	asker_begin_session(&s->a, &o);
}

static void
canary_is_whole(const struct scene *s)
{
	char text[64] = "";
	struct stat st;
	int fd = openat(s->base, "canary/secret", O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text)), strlen(SECRET));
	assert_string_equal(text, SECRET);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(close(fd), 0);
	assert_int_equal(fstatat(s->base, "canary/new", &st, AT_SYMLINK_NOFOLLOW), -1);
	assert_int_equal(fstatat(s->base, "new", &st, AT_SYMLINK_NOFOLLOW), -1);
	assert_int_equal(fstatat(s->base, "canary", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(st.st_nlink, 2);
}

static void
scene_end(struct scene *s)
{
	char command[300];

	canary_is_whole(s);
	asker_end(&s->a);
	nacre_sftp_dir_free(s->dir);
	assert_int_equal(close(s->base), 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->path);
	assert_int_equal(system(command), 0);
}

/* Each leads out, if it could. */
static const char *const escapes[] = {"/../canary/secret", "../canary/secret", "/sub/../../canary/secret",
    "/./../canary/secret", "//..//canary//secret", "/out/secret", "/outfile", "/sub/out/secret", "/chain/secret",
    "/chain2/secret", "/etc/passwd", "/magic/etc/passwd", "/sub/../out/secret", "/good/../../../canary/secret",
    "/out/../canary/secret", "/../../../../../../etc/passwd", "/sub/out/../canary/secret", "/outfile/", "/loop",
    "/loop/x", "/nothing/../../canary/secret", "/dangling"};

#define N_ESCAPES (sizeof(escapes) / sizeof(escapes[0]))

static void
no_path_reads_what_is_outside(void **state)
{
	static const enum sftp_id rows[] = {SFTP_stat, SFTP_opendir};
	uint8_t handle[SFTP_HANDLE_MAX];
	struct scene s;
	size_t way, i, k, n;

	(void)state;
	for (way = 0; way < N_WAYS; way++) {
		scene_begin(&s, ways[way]);
		for (i = 0; i < N_ESCAPES; i++) {
			assert_int_not_equal(ask_open(&s.a, escapes[i], READ, handle, &n), NACRE_SFTP_OK);
			for (k = 0; k < 2; k++)
				assert_int_not_equal(ask_path(&s.a, rows[k], escapes[i]), NACRE_SFTP_OK);
			asker_extend(&s.a, SFTP_EXT_statvfs, &(struct sftp_ext_statvfs){.path = slice_str(escapes[i])});
			assert_int_equal(s.a.got, SFTP_status);
		}
		assert_int_not_equal(ask_path(&s.a, SFTP_opendir, "/out"), NACRE_SFTP_OK);
		assert_int_not_equal(ask_path(&s.a, SFTP_opendir, "/chain2"), NACRE_SFTP_OK);
		assert_int_not_equal(ask_path(&s.a, SFTP_opendir, "/magic"), NACRE_SFTP_OK);
		/* positive twins */
		assert_int_equal(ask_open(&s.a, "/good", READ, handle, &n), NACRE_SFTP_OK);
		assert_int_equal(ask_read(&s.a, handle, n, 0, 100), NACRE_SFTP_OK);
		assert_true(slice_is(s.a.reply.data.data, "shell"));
		assert_int_equal(ask_open(&s.a, "/sub/up", READ, handle, &n), NACRE_SFTP_OK);
		assert_int_equal(ask_read(&s.a, handle, n, 0, 100), NACRE_SFTP_OK);
		assert_true(slice_is(s.a.reply.data.data, "pearl"));
		assert_int_equal(ask_path(&s.a, SFTP_stat, "/../../sub/.././file"), NACRE_SFTP_OK);
		assert_int_equal(ask_path(&s.a, SFTP_stat, "/.."), NACRE_SFTP_OK);
		assert_int_equal(ask_path(&s.a, SFTP_lstat, "/outfile"), NACRE_SFTP_OK);
		assert_int_equal(asker_attrs(&s.a).permissions & S_IFMT, S_IFLNK);
		scene_end(&s);
	}
}

static void
set_attrs(struct scene *s, enum sftp_id row, const char *path)
{
	uint8_t room[64];
	struct buf b = {.env = &s->a.t.env, .p = room, .cap = sizeof(room), .max = sizeof(room)};

	sftp_attrs_put(&b, &(struct sftp_attrs){.flags = SFTP_ATTR_PERMISSIONS | SFTP_ATTR_SIZE, .permissions = 04777});
	asker_ask(&s->a, row, &(struct sftp_msg_setstat){.path = slice_str(path), .attrs = buf_slice(&b)});
}

static void
no_path_changes_what_is_outside(void **state)
{
	uint8_t handle[SFTP_HANDLE_MAX];
	struct scene s;
	size_t way, i, n;

	(void)state;
	for (way = 0; way < N_WAYS; way++) {
		scene_begin(&s, ways[way]);
		for (i = 0; i < N_ESCAPES; i++) {
			const char *path = escapes[i];
			/* what may be made, moved or removed is the link itself, inside */
			bool is_link = strcmp(path, "/outfile") == 0 || strcmp(path, "/loop") == 0 ||
				       strcmp(path, "/dangling") == 0 || strcmp(path, "/outfile/") == 0;

			assert_int_not_equal(
			    ask_open(&s.a, path, WRITE | CREAT | NACRE_SFTP_TRUNC, handle, &n), NACRE_SFTP_OK);
			assert_int_not_equal(
			    ask_open(&s.a, path, WRITE | NACRE_SFTP_APPEND, handle, &n), NACRE_SFTP_OK);
			set_attrs(&s, SFTP_setstat, path);
			assert_int_not_equal(asker_status(&s.a), NACRE_SFTP_OK);
			canary_is_whole(&s);
			if (is_link)
				continue;
			assert_int_not_equal(ask_path(&s.a, SFTP_remove, path), NACRE_SFTP_OK);
			assert_int_not_equal(ask_path(&s.a, SFTP_rmdir, path), NACRE_SFTP_OK);
			assert_int_not_equal(ask_path(&s.a, SFTP_mkdir, path), NACRE_SFTP_OK);
			assert_int_not_equal(ask_paths(&s.a, SFTP_rename, path, "/stolen"), NACRE_SFTP_OK);
			assert_int_not_equal(ask_paths(&s.a, SFTP_rename, "/file", path), NACRE_SFTP_OK);
			assert_int_not_equal(ask_paths(&s.a, SFTP_symlink, "x", path), NACRE_SFTP_OK);
			asker_extend(&s.a, SFTP_EXT_hardlink,
			    &(struct sftp_ext_hardlink){.oldpath = slice_str(path), .newpath = SLICE_LIT("/stolen")});
			assert_int_not_equal(asker_status(&s.a), NACRE_SFTP_OK);
			asker_extend(&s.a, SFTP_EXT_posix_rename,
			    &(struct sftp_ext_posix_rename){.oldpath = SLICE_LIT("/file"), .newpath = slice_str(path)});
			assert_int_not_equal(asker_status(&s.a), NACRE_SFTP_OK);
			canary_is_whole(&s);
		}
		/* a second name of a link is a link, not what it points at */
		asker_extend(&s.a, SFTP_EXT_hardlink,
		    &(struct sftp_ext_hardlink){.oldpath = SLICE_LIT("/outfile"), .newpath = SLICE_LIT("/second")});
		assert_int_equal(asker_status(&s.a), NACRE_SFTP_OK);
		assert_int_not_equal(ask_open(&s.a, "/second", READ, handle, &n), NACRE_SFTP_OK);
		assert_int_equal(ask_path(&s.a, SFTP_remove, "/outfile"), NACRE_SFTP_OK);
		scene_end(&s);
	}
}

static void
a_name_with_a_nul_in_it_is_none(void **state)
{
	struct scene s;
	size_t way;

	(void)state;
	for (way = 0; way < N_WAYS; way++) {
		scene_begin(&s, ways[way]);
		asker_ask(&s.a, SFTP_stat, &(struct sftp_msg_stat){.path = SLICE_LIT("/file\0x")});
		assert_int_equal(asker_status(&s.a), NACRE_SFTP_NO_SUCH_FILE);
		asker_ask(&s.a, SFTP_symlink,
		    &(struct sftp_msg_symlink){.targetpath = SLICE_LIT("a\0b"), .linkpath = SLICE_LIT("/l")});
		assert_int_equal(asker_status(&s.a), NACRE_SFTP_NO_SUCH_FILE);
		asker_ask(&s.a, SFTP_stat, &(struct sftp_msg_stat){.path = SLICE_LIT("/file")});
		assert_int_equal(s.a.got, SFTP_attrs);
		scene_end(&s);
	}
}

struct swapper {
	int root;
	atomic_bool stop;
	atomic_uint swaps;
};

/* root/swap is in turn a directory with a file of the canary's name, and a link to the canary's directory. */
static void *
swap(void *arg)
{
	struct swapper *w = arg;

	while (!atomic_load(&w->stop))
		if (renameat2(w->root, "swap", w->root, "evil", RENAME_EXCHANGE) == 0)
			atomic_fetch_add(&w->swaps, 1);
	return NULL;
}

static void
an_exchange_of_a_directory_for_a_link_meanwhile_leads_nowhere(void **state)
{
	uint8_t handle[SFTP_HANDLE_MAX];
	struct swapper w;
	pthread_t thread;
	struct scene s;
	size_t way, n;
	int i, good;

	(void)state;
	for (way = 0; way < N_WAYS; way++) {
		scene_begin(&s, ways[way]);
		w.root = openat(s.base, "root", O_RDONLY | O_DIRECTORY);
		atomic_init(&w.stop, false);
		atomic_init(&w.swaps, 0);
		assert_int_equal(mkdirat(w.root, "swap", 0755), 0);
		put_file(w.root, "swap/secret", "inside....");
		assert_int_equal(symlinkat("../canary", w.root, "evil"), 0);
		assert_int_equal(pthread_create(&thread, NULL, swap, &w), 0);
		/* on a busy machine until the other thread had its turns */
		for (i = good = 0; i < RACES || (atomic_load(&w.swaps) < 100 && i < 100 * RACES); i++) {
			if (ask_open(&s.a, "/swap/secret", READ, handle, &n) == NACRE_SFTP_OK) {
				assert_int_equal(ask_read(&s.a, handle, n, 0, 100), NACRE_SFTP_OK);
				assert_true(slice_is(s.a.reply.data.data, "inside...."));
				assert_int_equal(ask_close(&s.a, handle, n), NACRE_SFTP_OK);
				good++;
			}
			if (ask_open(&s.a, "/swap/new", WRITE | CREAT, handle, &n) == NACRE_SFTP_OK)
				assert_int_equal(ask_close(&s.a, handle, n), NACRE_SFTP_OK);
			(void)ask_path(&s.a, SFTP_mkdir, "/swap/newdir");
			set_attrs(&s, SFTP_setstat, "/swap/../swap/new");
		}
		atomic_store(&w.stop, true);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_true(good > 0 && atomic_load(&w.swaps) >= 100);
		assert_int_equal(close(w.root), 0);
		scene_end(&s);
	}
}

static void
fifos_and_devices_are_not_opened_and_nobody_waits(void **state)
{
	uint8_t handle[SFTP_HANDLE_MAX];
	struct scene s;
	size_t way, n;

	(void)state;
	for (way = 0; way < N_WAYS; way++) {
		scene_begin(&s, ways[way]);
		assert_int_equal(mkfifoat(s.base, "root/fifo", 0666), 0);
		assert_int_equal(ask_open(&s.a, "/fifo", READ, handle, &n), NACRE_SFTP_FAILURE);
		assert_int_equal(ask_open(&s.a, "/fifo", WRITE, handle, &n), NACRE_SFTP_FAILURE);
		assert_int_equal(ask_open(&s.a, "/fifo", READ | WRITE, handle, &n), NACRE_SFTP_FAILURE);
		assert_int_equal(ask_open(&s.a, "/sub", READ, handle, &n), NACRE_SFTP_FAILURE);
		assert_int_equal(ask_path(&s.a, SFTP_stat, "/fifo"), NACRE_SFTP_OK);
		assert_int_equal(ask_open(&s.a, "/file", READ | WRITE, handle, &n), NACRE_SFTP_OK);
		scene_end(&s);
	}
}

static void
files_are_made_written_cut_and_stamped(void **state)
{
	uint8_t handle[SFTP_HANDLE_MAX], room[64];
	struct sftp_attrs attrs;
	struct scene s;
	size_t way, n;
	struct buf b;

	(void)state;
	for (way = 0; way < N_WAYS; way++) {
		scene_begin(&s, ways[way]);
		b = (struct buf){.env = &s.a.t.env, .p = room, .cap = sizeof(room), .max = sizeof(room)};
		sftp_attrs_put(&b, &(struct sftp_attrs){.flags = SFTP_ATTR_PERMISSIONS, .permissions = 06700});
		asker_ask(&s.a, SFTP_open,
		    &(struct sftp_msg_open){.filename = SLICE_LIT("sub/new"),
			.pflags = WRITE | READ | CREAT | NACRE_SFTP_EXCL,
			.attrs = buf_slice(&b)});
		assert_int_equal(s.a.got, SFTP_handle);
		memcpy(handle, s.a.reply.handle.handle.p, n = s.a.reply.handle.handle.n);
		assert_int_equal(ask_write(&s.a, handle, n, 0, SLICE_LIT("0123456789")), NACRE_SFTP_OK);
		b.n = 0;
		sftp_attrs_put(
		    &b, &(struct sftp_attrs){
			    .flags = SFTP_ATTR_SIZE | SFTP_ATTR_ACMODTIME, .size = 4, .atime = 1000, .mtime = 2000});
		asker_ask(&s.a, SFTP_fsetstat,
		    &(struct sftp_msg_fsetstat){.handle = slice_of(handle, n), .attrs = buf_slice(&b)});
		assert_int_equal(asker_status(&s.a), NACRE_SFTP_OK);
		assert_int_equal(ask_read(&s.a, handle, n, 0, 100), NACRE_SFTP_OK);
		assert_true(slice_is(s.a.reply.data.data, "0123"));
		asker_extend(&s.a, SFTP_EXT_fsync, &(struct sftp_ext_fsync){.handle = slice_of(handle, n)});
		assert_int_equal(asker_status(&s.a), NACRE_SFTP_OK);
		assert_int_equal(ask_close(&s.a, handle, n), NACRE_SFTP_OK);
		b.n = 0;
		sftp_attrs_put(
		    &b, &(struct sftp_attrs){.flags = SFTP_ATTR_SIZE | SFTP_ATTR_ACMODTIME | SFTP_ATTR_PERMISSIONS,
			    .size = UINT64_C(5) << 30,
			    .permissions = 04640,
			    .atime = 3000,
			    .mtime = 4000});
		asker_ask(&s.a, SFTP_setstat,
		    &(struct sftp_msg_setstat){.path = SLICE_LIT("/sub/new"), .attrs = buf_slice(&b)});
		assert_int_equal(asker_status(&s.a), NACRE_SFTP_OK);
		assert_int_equal(ask_path(&s.a, SFTP_stat, "/sub/new"), NACRE_SFTP_OK);
		attrs = asker_attrs(&s.a);
		assert_int_equal(attrs.size, UINT64_C(5) << 30);
		assert_int_equal(attrs.permissions, S_IFREG | 0640);
		assert_int_equal(attrs.mtime, 4000);
		assert_int_equal(
		    ask_open(&s.a, "/sub/new", CREAT | NACRE_SFTP_EXCL | WRITE, handle, &n), NACRE_SFTP_FAILURE);
		assert_true(slice_is(s.a.reply.status.message, "File exists"));
		scene_end(&s);
	}
}

static void
a_rename_replaces_nothing_and_a_posix_rename_does(void **state)
{
	struct sftp_ext_posix_rename over = {.oldpath = SLICE_LIT("/file"), .newpath = SLICE_LIT("/sub/inner")};
	struct scene s;
	size_t way;

	(void)state;
	for (way = 0; way < N_WAYS; way++) {
		scene_begin(&s, ways[way]);
		assert_int_equal(ask_paths(&s.a, SFTP_rename, "/file", "/sub/inner"), NACRE_SFTP_FAILURE);
		assert_int_equal(ask_paths(&s.a, SFTP_rename, "/file", "/out"), NACRE_SFTP_FAILURE);
		assert_int_equal(ask_paths(&s.a, SFTP_rename, "/file", "/moved"), NACRE_SFTP_OK);
		assert_int_equal(ask_paths(&s.a, SFTP_rename, "/moved", "/file"), NACRE_SFTP_OK);
		asker_extend(&s.a, SFTP_EXT_posix_rename, &over);
		assert_int_equal(asker_status(&s.a), NACRE_SFTP_OK);
		assert_int_equal(ask_path(&s.a, SFTP_stat, "/file"), NACRE_SFTP_NO_SUCH_FILE);
		assert_int_equal(ask_paths(&s.a, SFTP_rename, "/sub", "/sub/sub"), NACRE_SFTP_BAD_MESSAGE);
		assert_int_equal(ask_path(&s.a, SFTP_rmdir, "/sub"), NACRE_SFTP_FAILURE);
		assert_int_equal(ask_path(&s.a, SFTP_rmdir, "/"), NACRE_SFTP_BAD_MESSAGE);
		scene_end(&s);
	}
}

/* Copies the handle of the last reply. */
static size_t
keep_handle(const struct scene *s, uint8_t handle[SFTP_HANDLE_MAX])
{
	assert_int_equal(s->a.got, SFTP_handle);
	memcpy(handle, s->a.reply.handle.handle.p, s->a.reply.handle.handle.n);
	return s->a.reply.handle.handle.n;
}

static void
a_large_directory_is_listed_once_and_whole(void **state)
{
	const unsigned files = 3000;
	uint8_t handle[SFTP_HANDLE_MAX], *seen = calloc(1, files);
	struct sftp_name_entry entry;
	struct sftp_names names;
	unsigned i, total = 0, replies = 0;
	char name[64];
	struct scene s;
	size_t n;

	(void)state;
	assert_non_null(seen);
	scene_begin(&s, false);
	assert_int_equal(mkdirat(s.base, "root/many", 0755), 0);
	for (i = 0; i < files; i++) {
		snprintf(name, sizeof(name), "root/many/%u", i);
		put_file(s.base, name, "");
	}
	assert_int_equal(ask_path(&s.a, SFTP_opendir, "/many"), NACRE_SFTP_OK);
	n = keep_handle(&s, handle);
	while (asker_ask(&s.a, SFTP_readdir, &(struct sftp_msg_readdir){.handle = slice_of(handle, n)}) == SFTP_name) {
		assert_true(s.a.reply.name.names.n <= 34000);
		names = sftp_names_of(s.a.reply.name.names);
		for (replies++; sftp_name_next(&names, &entry); total++) {
			int64_t number = -1;

			assert_true(entry.filename.n < 8);
			memcpy(name, entry.filename.p, entry.filename.n);
			name[entry.filename.n] = '\0';
			number = strtol(name, NULL, 10);
			assert_true(number >= 0 && number < files && seen[number] == 0);
			seen[number] = 1;
			assert_memory_equal(entry.longname.p, "-rw-", 4);
			assert_true(slice_ends(entry.longname, entry.filename));
		}
	}
	assert_int_equal(asker_status(&s.a), NACRE_SFTP_EOF);
	assert_int_equal(total, files);
	assert_true(replies > 1);
	assert_int_equal(ask_close(&s.a, handle, n), NACRE_SFTP_OK);
	scene_end(&s);
	free(seen);
}

static void
data_is_copied_without_leaving_the_server(void **state)
{
	uint8_t in[SFTP_HANDLE_MAX], out[SFTP_HANDLE_MAX];
	struct sftp_ext_copy_data copy = {.from_offset = 1, .length = 3, .to_offset = 2};
	size_t n_in, n_out, way;
	struct scene s;

	(void)state;
	for (way = 0; way < N_WAYS; way++) {
		scene_begin(&s, ways[way]);
		assert_int_equal(ask_open(&s.a, "/file", READ, in, &n_in), NACRE_SFTP_OK);
		assert_int_equal(ask_open(&s.a, "/copy", READ | WRITE | CREAT, out, &n_out), NACRE_SFTP_OK);
		copy.from = slice_of(in, n_in);
		copy.to = slice_of(out, n_out);
		asker_extend(&s.a, SFTP_EXT_copy_data, &copy);
		assert_int_equal(asker_status(&s.a), NACRE_SFTP_OK);
		assert_int_equal(ask_read(&s.a, out, n_out, 0, 100), NACRE_SFTP_OK);
		assert_true(slice_eq(s.a.reply.data.data, SLICE_LIT("\0\0ear")));
		assert_int_equal(ask_open(&s.a, "/file", WRITE, out, &n_out), NACRE_SFTP_OK);
		copy.to = slice_of(out, n_out);
		asker_extend(&s.a, SFTP_EXT_copy_data, &copy);
		assert_int_equal(asker_status(&s.a), NACRE_SFTP_FAILURE);
		scene_end(&s);
	}
}

static void
users_and_groups_are_told_by_their_numbers(void **state)
{
	struct sftp_ext_users_groups ask = {
	    .uids = SLICE_LIT("\0\0\0\0\xff\xff\xff\xf0"), .gids = SLICE_LIT("\0\0\0\0")};
	union sftp_any_ext ext;
	struct scene s;

	(void)state;
	scene_begin(&s, false);
	asker_extend(&s.a, SFTP_EXT_users_groups, &ask);
	assert_int_equal(s.a.got, SFTP_extended_reply);
	assert_int_equal(
	    sftp_extension_parse(SFTP_EXT_users_groups_reply, 1, s.a.reply.extended_reply.data, &ext, NULL), 0);
	/* a number without a user has the empty name */
	assert_true(slice_eq(ext.users_groups_reply.usernames, SLICE_LIT("\0\0\0\4root\0\0\0\0")));
	assert_true(slice_eq(ext.users_groups_reply.groupnames, SLICE_LIT("\0\0\0\4root")));
	ask.gids.n = 3;
	asker_extend(&s.a, SFTP_EXT_users_groups, &ask);
	assert_int_equal(asker_status(&s.a), NACRE_SFTP_BAD_MESSAGE);
	scene_end(&s);
}

/* Not through what the client may have made of a name. */
static void
restock(const struct scene *s)
{
	int made = mkdirat(s->base, "root/sub", 0755) == 0, fd;

	made += symlinkat("../canary", s->base, "root/out") == 0;
	made += symlinkat("../canary/secret", s->base, "root/new") == 0;
	if ((fd = openat(s->base, "root/file", O_WRONLY | O_CREAT | O_EXCL, 0644)) >= 0)
		made += close(fd) == 0;
	assert_true(made <= 4);
}

/* Paths from a seed, of what is there and what leads out: whatever is said, the canary lives. */
static void
random_paths_in_random_requests_leave_the_canary_alone(void **state)
{
	static const char *const parts[] = {"..", ".", "", "sub", "out", "chain2", "file", "good", "canary", "secret",
	    "magic", "etc", "new", "root", "loop", "dangling", "up"};
	static const enum sftp_id rows[] = {
	    SFTP_stat, SFTP_lstat, SFTP_opendir, SFTP_remove, SFTP_rmdir, SFTP_mkdir, SFTP_readlink, SFTP_realpath};
	uint8_t handle[SFTP_HANDLE_MAX];
	char path[2][256];
	struct scene s;
	size_t way, i, k, n;

	(void)state;
	for (way = 0; way < N_WAYS; way++) {
		scene_begin(&s, ways[way]);
		for (i = 0; i < 4000; i++) {
			for (k = 0; k < 2; k++) {
				size_t left = 1 + test_below(&s.a.t, 6);

				path[k][0] = '\0';
				while (left-- > 0) {
					strcat(path[k], "/");
					strcat(path[k], parts[test_below(&s.a.t, sizeof(parts) / sizeof(parts[0]))]);
				}
			}
			switch (test_below(&s.a.t, 4)) {
			case 0:
				(void)ask_path(&s.a, rows[test_below(&s.a.t, sizeof(rows) / sizeof(rows[0]))], path[0]);
				break;
			case 1:
				if (ask_open(&s.a, path[0], (uint32_t)test_below(&s.a.t, 64), handle, &n) !=
				    NACRE_SFTP_OK)
					break;
				if (ask_read(&s.a, handle, n, 0, 100) == NACRE_SFTP_OK)
					assert_false(slice_is(s.a.reply.data.data, SECRET));
				(void)ask_write(&s.a, handle, n, 0, SLICE_LIT("changed"));
				assert_int_equal(ask_close(&s.a, handle, n), NACRE_SFTP_OK);
				break;
			case 2:
				(void)ask_paths(
				    &s.a, test_below(&s.a.t, 2) == 0 ? SFTP_rename : SFTP_symlink, path[0], path[1]);
				break;
			default:
				asker_extend(&s.a,
				    test_below(&s.a.t, 2) == 0 ? SFTP_EXT_posix_rename : SFTP_EXT_hardlink,
				    &(struct sftp_ext_hardlink){
					.oldpath = slice_str(path[0]), .newpath = slice_str(path[1])});
			}
			/* so that there is always something to work with */
			if (i % 50 == 0)
				restock(&s);
			/* a directory is taken away by its handle's end; those of listings are closed with the session
			 */
			if (nacre_sftp_server_handles(s.a.server) > 200) {
				struct nacre_sftp_server_options o = {
				    .size = sizeof(o), .handler = nacre_sftp_dir_handler(), .ctx = s.dir};

				asker_end(&s.a);
				asker_begin_session(&s.a, &o);
			}
		}
		scene_end(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_path_reads_what_is_outside),
	    cmocka_unit_test(no_path_changes_what_is_outside),
	    cmocka_unit_test(a_name_with_a_nul_in_it_is_none),
	    cmocka_unit_test(an_exchange_of_a_directory_for_a_link_meanwhile_leads_nowhere),
	    cmocka_unit_test(fifos_and_devices_are_not_opened_and_nobody_waits),
	    cmocka_unit_test(files_are_made_written_cut_and_stamped),
	    cmocka_unit_test(a_rename_replaces_nothing_and_a_posix_rename_does),
	    cmocka_unit_test(a_large_directory_is_listed_once_and_whole),
	    cmocka_unit_test(users_and_groups_are_told_by_their_numbers),
	    cmocka_unit_test(data_is_copied_without_leaving_the_server),
	    cmocka_unit_test(random_paths_in_random_requests_leave_the_canary_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
