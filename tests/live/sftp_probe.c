/* sftp_probe: one job of the SFTP client on a real server. Knows: the public headers. Must not know: the server.
 * Serves: no RFC. usage: sftp_probe PORT USER KEY KNOWN_HOSTS JOB DIRECTORY; the directory is empty, and the same on
 * both sides. */
#include <nacre/nacre.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PORT = 1, USER, KEY, KNOWN_HOSTS, JOB, DIRECTORY, N_ARGS };

static nacre_client *client;
static nacre_sftp *sftp;

static void
fail(int line, const char *what)
{
	struct nacre_sftp_error error;

	nacre_sftp_error(sftp, &error);
	printf("line %d: %s; %s (%s) %s\n", line, what, error.error.message, nacre_status_name(error.error.code),
	    error.error.peer_text == NULL ? "" : error.error.peer_text);
	exit(1);
}

#define CHECK(condition) ((condition) ? (void)0 : fail(__LINE__, #condition))

static void
put(const char *path, const char *text)
{
	nacre_sftp_file *file;

	CHECK(nacre_sftp_open(sftp, path, "w", &file) == 0);
	CHECK(nacre_sftp_write(file, text, strlen(text)) == (int64_t)strlen(text));
	CHECK(nacre_sftp_file_close(file) == 0);
}

static void
holds(const char *path, const char *text)
{
	char bytes[256] = "";
	nacre_sftp_file *file;

	CHECK(nacre_sftp_open(sftp, path, "rb", &file) == 0);
	CHECK(nacre_sftp_read(file, bytes, sizeof(bytes)) == (int64_t)strlen(text));
	CHECK(nacre_sftp_read(file, bytes + 200, 1) == 0);
	CHECK(strcmp(bytes, text) == 0);
	CHECK(nacre_sftp_file_close(file) == 0);
}

static int
code_of(int rc, int sys_errno)
{
	struct nacre_sftp_error error;

	nacre_sftp_error(sftp, &error);
	return rc == NACRE_E_SFTP && error.sys_errno == sys_errno;
}

static void
modes(void)
{
	nacre_sftp_file *file;
	char bytes[8];
	int rc;

	CHECK((rc = nacre_sftp_open(sftp, "none", "r", &file)) != 0 && code_of(rc, ENOENT) && file == NULL);
	put("a", "one");
	holds("a", "one");
	put("a", "2");
	holds("a", "2");
	CHECK(nacre_sftp_open(sftp, "a", "x", &file) == NACRE_E_SFTP);
	CHECK(nacre_sftp_open(sftp, "a", "wx", &file) == NACRE_E_SFTP);
	CHECK(nacre_sftp_open(sftp, "b", "x", &file) == 0);
	CHECK(nacre_sftp_write(file, "new", 3) == 3);
	CHECK(nacre_sftp_file_close(file) == 0);
	holds("b", "new");
	CHECK(nacre_sftp_open(sftp, "c", "wx", &file) == 0);
	CHECK(nacre_sftp_file_close(file) == 0);
	CHECK(nacre_sftp_open(sftp, "b", "a", &file) == 0);
	CHECK(nacre_sftp_tell(file) == 3);
	CHECK(nacre_sftp_write(file, "er", 2) == 2);
	CHECK(nacre_sftp_tell(file) == 5);
	CHECK(nacre_sftp_file_close(file) == 0);
	holds("b", "newer");
	CHECK(nacre_sftp_open(sftp, "b", "r+", &file) == 0);
	CHECK(nacre_sftp_read(file, bytes, 3) == 3 && memcmp(bytes, "new", 3) == 0);
	CHECK(nacre_sftp_write(file, "ST", 2) == 2);
	CHECK(nacre_sftp_seek(file, -3, 2) == 2);
	CHECK(nacre_sftp_read(file, bytes, 8) == 3 && memcmp(bytes, "wST", 3) == 0);
	CHECK(nacre_sftp_file_close(file) == 0);
	CHECK(nacre_sftp_open(sftp, "b", "r", &file) == 0);
	CHECK(nacre_sftp_write(file, "no", 2) <= 2);
	CHECK(nacre_sftp_flush(file) != 0);
	CHECK(nacre_sftp_flush(file) != 0);
	CHECK(nacre_sftp_file_close(file) != 0);
	CHECK(nacre_sftp_open(sftp, "b", "rw", &file) == NACRE_E_ARGUMENT);
	CHECK(nacre_sftp_open(sftp, "b", "", &file) == NACRE_E_ARGUMENT);
}

static void
names(void)
{
	struct nacre_sftp_attrs attrs;
	char out[4096];
	int rc;

	put("a", "pearl");
	CHECK(nacre_sftp_rename(sftp, "a", "b") == 0);
	CHECK((rc = nacre_sftp_stat(sftp, "a", &attrs)) != 0 && code_of(rc, ENOENT));
	CHECK(nacre_sftp_stat(sftp, "b", &attrs) == 0 && attrs.size == 5);
	put("c", "other");
	CHECK(nacre_sftp_rename(sftp, "b", "c") == NACRE_E_SFTP);
	if (nacre_sftp_can(sftp, NACRE_SFTP_CAN_POSIX_RENAME)) {
		CHECK(nacre_sftp_posix_rename(sftp, "b", "c") == 0);
		holds("c", "pearl");
	}
	CHECK(nacre_sftp_symlink(sftp, "c", "link") == 0);
	CHECK(nacre_sftp_readlink(sftp, "link", out, sizeof(out)) == 0 && strcmp(out, "c") == 0);
	CHECK(nacre_sftp_readlink(sftp, "link", out, 1) == NACRE_E_LIMIT && out[0] == '\0');
	CHECK(nacre_sftp_lstat(sftp, "link", &attrs) == 0 && (attrs.permissions & 0170000) == 0120000);
	if (nacre_sftp_can(sftp, NACRE_SFTP_CAN_HARDLINK)) {
		CHECK(nacre_sftp_hardlink(sftp, "c", "hard") == 0);
		CHECK(nacre_sftp_remove(sftp, "hard") == 0);
	}
	CHECK(nacre_sftp_mkdir(sftp, "deep", 0755) == 0);
	CHECK(nacre_sftp_mkdir(sftp, "deep", 0755) == NACRE_E_SFTP);
	CHECK(nacre_sftp_chdir(sftp, "c") != 0);
	CHECK(nacre_sftp_chdir(sftp, "deep") == 0);
	CHECK(strstr(nacre_sftp_getcwd(sftp), "/deep") != NULL);
	put("inside", "x");
	CHECK(nacre_sftp_normalize(sftp, "inside", out, sizeof(out)) == 0 && strstr(out, "/deep/inside") != NULL);
	CHECK(nacre_sftp_chdir(sftp, "..") == 0);
	CHECK(nacre_sftp_rmdir(sftp, "deep") == NACRE_E_SFTP);
	CHECK(nacre_sftp_remove(sftp, "deep/inside") == 0);
	CHECK(nacre_sftp_rmdir(sftp, "deep") == 0);
}

/* Names are bytes: all but the slash and NUL, whatever they would be as text. */
static void
bytes_as_names(void)
{
	struct nacre_sftp_listing all;
	char name[16];
	int byte;

	for (byte = 1; byte < 256; byte++) {
		if (byte == '/')
			continue;
		snprintf(name, sizeof(name), "n%cn", byte);
		put(name, "b");
	}
	CHECK(nacre_sftp_listdir_attr(sftp, ".", &all) == 0);
	CHECK(all.n == 254);
	for (size_t i = 0; i < all.n; i++) {
		CHECK(all.entries[i].name_len == 3 && strlen(all.entries[i].name) == 3);
		CHECK(nacre_sftp_remove(sftp, all.entries[i].name) == 0);
	}
	nacre_sftp_listing_free(&all);
}

static void
attributes(void)
{
	struct nacre_sftp_attrs attrs;
	struct nacre_sftp_statvfs vfs;
	nacre_sftp_file *file;
	int rc;

	put("a", "pearls");
	CHECK(nacre_sftp_chmod(sftp, "a", 0640) == 0);
	CHECK(nacre_sftp_utime(sftp, "a", 1000000000, 1100000000) == 0);
	CHECK(nacre_sftp_truncate(sftp, "a", 5) == 0);
	CHECK(nacre_sftp_stat(sftp, "a", &attrs) == 0);
	CHECK((attrs.permissions & 07777) == 0640 && attrs.size == 5);
	CHECK(nacre_sftp_utime(sftp, "a", 1000000000, 1100000000) == 0);
	CHECK(nacre_sftp_stat(sftp, "a", &attrs) == 0 && attrs.mtime == 1100000000 && attrs.atime == 1000000000);
	CHECK(nacre_sftp_chown(sftp, "a", attrs.uid, attrs.gid) == 0);
	CHECK(nacre_sftp_open(sftp, "a", "r+", &file) == 0);
	CHECK(nacre_sftp_ftruncate(file, 2) == 0);
	CHECK(nacre_sftp_fstat(file, &attrs) == 0 && attrs.size == 2);
	if (nacre_sftp_can(sftp, NACRE_SFTP_CAN_FSYNC))
		CHECK(nacre_sftp_fsync(file) == 0);
	CHECK(nacre_sftp_file_close(file) == 0);
	rc = nacre_sftp_statvfs(sftp, ".", &vfs);
	CHECK(nacre_sftp_can(sftp, NACRE_SFTP_CAN_STATVFS) ? rc == 0 && vfs.frsize > 0 : rc == NACRE_E_UNSUPPORTED);
	CHECK((rc = nacre_sftp_chmod(sftp, "none", 0600)) != 0 && code_of(rc, ENOENT));
}

static void
listing(void)
{
	struct nacre_sftp_listing all;
	struct nacre_sftp_entry entry;
	nacre_sftp_dir *dir;
	char name[32];
	int n = 0, rc;

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "file-%d", i);
		put(name, "x");
	}
	CHECK(nacre_sftp_listdir_attr(sftp, ".", &all) == 0);
	CHECK(all.n == 300);
	for (size_t i = 0; i < all.n; i++)
		CHECK(strncmp(all.entries[i].name, "file-", 5) == 0 && all.entries[i].attrs.size == 1);
	nacre_sftp_listing_free(&all);
	CHECK(nacre_sftp_opendir(sftp, ".", &dir) == 0);
	while ((rc = nacre_sftp_readdir(dir, &entry)) == 1)
		n++;
	CHECK(rc == 0 && n == 300);
	CHECK(nacre_sftp_readdir(dir, &entry) == 0);
	nacre_sftp_closedir(dir);
	CHECK(nacre_sftp_opendir(sftp, "none", &dir) == NACRE_E_SFTP && dir == NULL);
}

#define BULK ((size_t)20 << 20)

/* Reads of many sizes, ahead and at places, agree with what was written in blocks of another. */
static void
bulk(void)
{
	unsigned char *out = malloc(BULK), *in = calloc(1, BULK + 10);
	struct nacre_sftp_chunk chunks[3];
	nacre_sftp_file *file;
	size_t at, n;
	int64_t k;

	CHECK(out != NULL && in != NULL);
	for (at = 0; at < BULK; at++)
		out[at] = (unsigned char)(at * 2654435761u >> 13);
	CHECK(nacre_sftp_open(sftp, "bulk", "w+", &file) == 0);
	for (at = 0; at < BULK; at += n) {
		n = 1 + at % 400000;
		n = n < BULK - at ? n : BULK - at;
		CHECK(nacre_sftp_write(file, out + at, n) == (int64_t)n);
	}
	CHECK(nacre_sftp_seek(file, 0, 0) == 0);
	for (at = 0, n = 1; (k = nacre_sftp_read(file, in + at, n)) > 0; n = 1 + n * 3 % 700001)
		at += (size_t)k;
	CHECK(k == 0 && at == BULK && memcmp(in, out, BULK) == 0);
	memset(in, 0, BULK);
	CHECK(nacre_sftp_pread(file, in, BULK + 10, 0) == (int64_t)BULK && memcmp(in, out, BULK) == 0);
	chunks[0] = (struct nacre_sftp_chunk){.offset = 7, .p = in, .n = 300000};
	chunks[1] = (struct nacre_sftp_chunk){.offset = BULK - 5, .p = in + 300000, .n = 100};
	chunks[2] = (struct nacre_sftp_chunk){.offset = BULK + 5, .p = in + 300100, .n = 100};
	CHECK(nacre_sftp_readv(file, chunks, 3) == 0);
	CHECK(chunks[0].got == 300000 && chunks[1].got == 5 && chunks[2].got == 0);
	CHECK(memcmp(in, out + 7, 300000) == 0 && memcmp(in + 300000, out + BULK - 5, 5) == 0);
	CHECK(nacre_sftp_seek(file, 1000, 0) == 1000 && nacre_sftp_prefetch(file) == 0);
	CHECK(nacre_sftp_read(file, in, 5000000) == 5000000 && memcmp(in, out + 1000, 5000000) == 0);
	CHECK(nacre_sftp_pwrite(file, "pearl", 5, 100) == 5 && nacre_sftp_pread(file, in, 5, 100) == 5);
	CHECK(memcmp(in, "pearl", 5) == 0);
	CHECK(nacre_sftp_file_close(file) == 0);
	free(in);
	free(out);
}

/* Two sessions of one client, with files open in both; closing one leaves the other. */
static void
sessions(void)
{
	nacre_sftp *first = sftp, *other;
	nacre_sftp_file *a, *b;
	char byte;

	CHECK(nacre_client_open_sftp(client, &other) == 0);
	put("a", "1");
	CHECK(nacre_sftp_open(sftp, "a", "r", &a) == 0);
	sftp = other;
	CHECK(nacre_sftp_chdir(sftp, nacre_sftp_getcwd(first)) == 0);
	CHECK(nacre_sftp_open(sftp, "a", "r", &b) == 0);
	CHECK(nacre_sftp_read(b, &byte, 1) == 1);
	nacre_sftp_close(other);
	sftp = first;
	CHECK(nacre_sftp_read(b, &byte, 1) == NACRE_E_CLOSED);
	CHECK(nacre_sftp_file_close(b) == NACRE_E_CLOSED);
	CHECK(nacre_sftp_read(a, &byte, 1) == 1 && byte == '1');
	nacre_client_close(client);
	CHECK(nacre_sftp_read(a, &byte, 1) == NACRE_E_CLOSED);
	CHECK(nacre_sftp_file_close(a) == NACRE_E_CLOSED);
}

/* --- whole files; the working directory is the one that both sides see --- */

static int64_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static void
make_file(const char *path, size_t n, unsigned seed)
{
	unsigned char *bytes = malloc(n + 1);
	FILE *file = fopen(path, "wb");

	CHECK(bytes != NULL && file != NULL);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)((i + seed) * 2654435761u >> 13);
	CHECK(fwrite(bytes, 1, n, file) == n);
	CHECK(fclose(file) == 0);
	free(bytes);
}

static int
are_same(const char *a, const char *b)
{
	char command[512];

	snprintf(command, sizeof(command), "cmp -s %s %s", a, b);
	return system(command) == 0;
}

#define LARGE ((size_t)12 << 20)

static void
transfers(void)
{
	static const size_t sizes[] = {0, 1, 4095, 4096, 32768, 261120, 261121, LARGE};
	struct nacre_sftp_transfer options = {.size = sizeof(options)};
	struct stat st;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		make_file("source", sizes[i], (unsigned)i);
		CHECK(nacre_sftp_put(sftp, "source", "there", NULL) == 0);
		CHECK(are_same("source", "there"));
		CHECK(nacre_sftp_get(sftp, "source", "back", NULL) == 0);
		CHECK(are_same("source", "back"));
	}
	CHECK(nacre_sftp_get(sftp, "none", "made", NULL) == NACRE_E_SFTP && size_of("made") == -1);
	CHECK(nacre_sftp_put(sftp, "none", "made", NULL) == NACRE_E_FILE && size_of("made") == -1);
	CHECK(nacre_sftp_get(sftp, ".", "made", NULL) != 0);
	CHECK(nacre_sftp_get(sftp, "source", "no/where", NULL) == NACRE_E_FILE);
	CHECK(nacre_sftp_get(sftp, "/proc/self/status", "status", NULL) == 0 && size_of("status") > 100);
	options.preserve = options.atomic = true;
	CHECK(chmod("source", 0750) == 0);
	CHECK(nacre_sftp_utime(sftp, "source", 1000000000, 1100000000) == 0);
	CHECK(nacre_sftp_get(sftp, "source", "back", &options) == 0 && are_same("source", "back"));
	CHECK(stat("back", &st) == 0 && (st.st_mode & 07777) == 0750 && st.st_mtime == 1100000000);
	CHECK(nacre_sftp_can(sftp, NACRE_SFTP_CAN_POSIX_RENAME) ? unlink("back") == 0 : unlink("there") == 0);
	CHECK(nacre_sftp_put(sftp, "source", "there", &options) == 0 && are_same("source", "there"));
	CHECK(stat("there", &st) == 0 && (st.st_mode & 07777) == 0750 && st.st_mtime == 1100000000);
	CHECK(size_of("there.nacre-part") == -1 && size_of("back.nacre-part") == -1);
	CHECK(nacre_sftp_put(sftp, "source", "no/where", &options) == NACRE_E_SFTP);
	CHECK(nacre_sftp_get(sftp, "none", "there", &options) == NACRE_E_SFTP && are_same("source", "there"));
}

static void
resume(void)
{
	struct nacre_sftp_transfer options = {.size = sizeof(options), .resume = true};
	static const size_t cuts[] = {0, 1, 32767, 32768, 1000000, LARGE - 1, LARGE};

	make_file("source", LARGE, 1);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		make_file("back", cuts[i], 1);
		make_file("there", cuts[i], 1);
		CHECK(nacre_sftp_get(sftp, "source", "back", &options) == 0 && are_same("source", "back"));
		CHECK(nacre_sftp_put(sftp, "source", "there", &options) == 0 && are_same("source", "there"));
	}
	make_file("back", 50000, 2);
	CHECK(nacre_sftp_get(sftp, "source", "back", &options) == NACRE_E_SFTP_MISMATCH && size_of("back") == 50000);
	CHECK(nacre_sftp_put(sftp, "source", "back", &options) == NACRE_E_SFTP_MISMATCH && size_of("back") == 50000);
	make_file("back", LARGE + 1, 1);
	CHECK(nacre_sftp_get(sftp, "source", "back", &options) == NACRE_E_SFTP_MISMATCH);
	CHECK(nacre_sftp_put(sftp, "source", "back", &options) == NACRE_E_SFTP_MISMATCH);
	CHECK(size_of("back") == (int64_t)LARGE + 1);
	options.atomic = true;
	CHECK(nacre_sftp_get(sftp, "source", "back", &options) == NACRE_E_ARGUMENT);
}

struct watch {
	uint64_t stop_at, last;
	unsigned times;
};

static int
on_progress(void *ctx, const struct nacre_sftp_progress *progress)
{
	struct watch *watch = ctx;
	struct nacre_sftp_attrs attrs;

	CHECK(progress->done >= watch->last && progress->done <= progress->total);
	CHECK(nacre_sftp_stat(sftp, ".", &attrs) == NACRE_E_MISUSE);
	watch->last = progress->done;
	watch->times++;
	return progress->done >= watch->stop_at;
}

/* Slow enough to be told of in the middle; what is left is a prefix, and resuming it gives the whole. */
static void
cancel(void)
{
	struct watch watch = {.stop_at = 1};
	struct nacre_sftp_transfer options = {
	    .size = sizeof(options), .bytes_per_s = 8 << 20, .progress = on_progress, .progress_ctx = &watch};

	make_file("source", LARGE, 3);
	CHECK(nacre_sftp_get(sftp, "source", "back", &options) == NACRE_E_CANCELLED);
	CHECK(size_of("back") > 0 && size_of("back") < (int64_t)LARGE);
	watch.last = 0;
	CHECK(nacre_sftp_put(sftp, "source", "there", &options) == NACRE_E_CANCELLED);
	CHECK(size_of("there") > 0 && size_of("there") < (int64_t)LARGE);
	options.atomic = true;
	watch.last = 0;
	CHECK(nacre_sftp_get(sftp, "source", "untouched", &options) == NACRE_E_CANCELLED);
	watch.last = 0;
	CHECK(nacre_sftp_put(sftp, "source", "untouched", &options) == NACRE_E_CANCELLED);
	CHECK(size_of("untouched") == -1 && size_of("untouched.nacre-part") == -1);
	options = (struct nacre_sftp_transfer){.size = sizeof(options), .resume = true};
	CHECK(nacre_sftp_get(sftp, "source", "back", &options) == 0 && are_same("source", "back"));
	CHECK(nacre_sftp_put(sftp, "source", "there", &options) == 0 && are_same("source", "there"));
	watch = (struct watch){.stop_at = UINT64_MAX};
	options.resume = false;
	options.progress = on_progress;
	options.progress_ctx = &watch;
	CHECK(nacre_sftp_get(sftp, "source", "back", &options) == 0 && watch.last == LARGE && watch.times > 0);
}

/* A file of 4 GiB with three islands in it. */
static void
sparse(void)
{
	struct stat st;
	int fd = open("source", O_RDWR | O_CREAT, 0644);

	CHECK(fd >= 0 && ftruncate(fd, (off_t)4 << 30) == 0);
	CHECK(pwrite(fd, "a", 1, 100) == 1 && pwrite(fd, "b", 1, (off_t)1 << 30) == 1);
	CHECK(pwrite(fd, "c", 1, ((off_t)3 << 30) + 5) == 1);
	CHECK(close(fd) == 0);
	CHECK(nacre_sftp_put(sftp, "source", "there", NULL) == 0);
	CHECK(stat("there", &st) == 0 && st.st_size == (off_t)4 << 30 && st.st_blocks < 4096);
	CHECK(truncate("source", (off_t)1 << 28) == 0);
	CHECK(nacre_sftp_get(sftp, "source", "back", NULL) == 0 && are_same("source", "back"));
	CHECK(stat("back", &st) == 0 && st.st_blocks < 4096);
}

static bool
not_the_skipped(void *ctx, const char *path, const struct nacre_sftp_attrs *attrs)
{
	(void)ctx;
	(void)attrs;
	return strcmp(path, "d1/skip") != 0;
}

static void
trees(void)
{
	struct nacre_sftp_transfer options = {.size = sizeof(options), .filter = not_the_skipped};
	char name[64];

	CHECK(mkdir("top", 0755) == 0 && mkdir("top/d1", 0755) == 0 && mkdir("top/d1/d2", 0755) == 0);
	for (unsigned i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "top/%sf%u", i % 3 == 0 ? "" : i % 3 == 1 ? "d1/" : "d1/d2/", i);
		make_file(name, i * 37 % 9000, i);
	}
	CHECK(symlink("f0", "top/link") == 0);
	CHECK(nacre_sftp_put_tree(sftp, "top", "there", NULL) == 0);
	CHECK(size_of("there/link") == -1 && unlink("top/link") == 0);
	CHECK(system("diff -r top there") == 0);
	CHECK(symlink("f0", "there/link") == 0);
	CHECK(nacre_sftp_get_tree(sftp, "there", "back", NULL) == 0);
	CHECK(size_of("back/link") == -1 && system("diff -r top back") == 0);
	make_file("top/d1/skip", 5, 5);
	CHECK(nacre_sftp_put_tree(sftp, "top", "there", &options) == 0 && size_of("there/d1/skip") == -1);
	CHECK(nacre_sftp_get_tree(sftp, "top", "back", &options) == 0 && size_of("back/d1/skip") == -1);
	/* A link in the target that leads away is not followed. */
	CHECK(system("rm back/f0; mkdir outside; ln -s ../outside/f0 back/f0") == 0);
	CHECK(nacre_sftp_get_tree(sftp, "top", "back", NULL) == NACRE_E_FILE && size_of("outside/f0") == -1);
}

/* Either way with resume; the other end may go away at any moment. */
static void
fetch(void)
{
	struct nacre_sftp_transfer options = {.size = sizeof(options), .resume = true};

	CHECK(nacre_sftp_get(sftp, "source", "back", &options) == 0);
}

static void
store(void)
{
	struct nacre_sftp_transfer options = {.size = sizeof(options), .resume = true};

	CHECK(nacre_sftp_put(sftp, "source", "there", &options) == 0);
}

static void
many(void)
{
	char name[64];

	CHECK(mkdir("top", 0755) == 0);
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "top/f%u", i);
		make_file(name, 100 + i % 50, i);
	}
	CHECK(nacre_sftp_put_tree(sftp, "top", "there", NULL) == 0 && system("diff -rq top there") == 0);
	CHECK(nacre_sftp_get_tree(sftp, "top", "back", NULL) == 0 && system("diff -rq top back") == 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} jobs[] = {
    {"modes", modes},
    {"names", names},
    {"bytes", bytes_as_names},
    {"attributes", attributes},
    {"listing", listing},
    {"bulk", bulk},
    {"sessions", sessions},
    {"transfers", transfers},
    {"resume", resume},
    {"cancel", cancel},
    {"sparse", sparse},
    {"trees", trees},
    {"many", many},
    {"fetch", fetch},
    {"store", store},
};

static int
start(char **argv)
{
	struct nacre_connect_options options = {
	    .size = sizeof(options), .port = (unsigned)atoi(argv[PORT]), .user = argv[USER], .key_file = argv[KEY]};
	int rc;

	if ((rc = nacre_client_load_host_keys(client, argv[KNOWN_HOSTS])) != NACRE_OK)
		return rc;
	if ((rc = nacre_client_connect(client, "127.0.0.1", &options)) != NACRE_OK)
		return rc;
	return nacre_client_open_sftp(client, &sftp);
}

int
main(int argc, char **argv)
{
	struct nacre_error error;

	if (argc != N_ARGS || (client = nacre_client_new(NULL)) == NULL)
		return 2;
	if (start(argv) != NACRE_OK) {
		nacre_client_error(client, &error);
		printf("start: %s\n", error.message);
		return 1;
	}
	CHECK(nacre_sftp_chdir(sftp, argv[DIRECTORY]) == 0);
	CHECK(chdir(argv[DIRECTORY]) == 0);
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		if (strcmp(jobs[i].name, argv[JOB]) == 0)
			jobs[i].run();
	}
	nacre_sftp_close(sftp);
	nacre_client_free(client);
	return 0;
}
