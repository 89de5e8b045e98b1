/* Target: the SFTP server over a directory of this machine, with a canary beside it. The input chooses requests and
 * paths that are meant to lead out: through "..", links, chains of them, and a name that is a directory at one moment
 * and a link at the next, while a thread exchanges the two. What lies outside is never shown and never changed. The
 * first byte: whether the exchange runs, whether openat2 is there. Then a byte for the request, and its paths'
 * components. */
#define _GNU_SOURCE /* renameat2 */
#include <nacre/sftp_server.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fuzz.h"
#include "sftp_attrs.h"
#include "sftp_dir.h"
#include "sftp_extension.h"
#include "sftp_frame.h"
#include "test_env.h"

#define SECRET "what nobody may see"
#define SECRET_MODE 0421 /* and which mode nothing else has */
#define REQUESTS_MAX 24
#define COMPONENTS_MAX 8
#define EXCHANGES 40
#define OUT_MAX ((size_t)1 << 20)

static const char *const components[] = {"..", ".", "", "a", "sub", "file", "out", "outfile", "chain", "loop", "swap",
    "magic", "etc", "canary", "secret", "new", "..sub", "tmp"};

#define N_COMPONENTS (sizeof(components) / sizeof(components[0]))

static int base = -1; /* holds canary/secret, and root */
static char base_path[64];

struct input {
	const uint8_t *p;
	size_t n;
};

static uint8_t
next(struct input *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return *in->p++;
}

static void
put_file(const char *path, mode_t mode, const char *text)
{
	int fd = openat(base, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	FUZZ_CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0);
	(void)close(fd);
}

static void
clean(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", base_path);
	FUZZ_CHECK(system(command) == 0);
}

/* Once for a process: what inputs leave inside the root the next one finds there. */
static void
make_base(void)
{
	static const char *const links[][2] = {{"../canary", "root/out"}, {"../canary/secret", "root/outfile"},
	    {"sub/out", "root/chain"}, {"loop", "root/loop"}, {"/etc", "root/etc"}, {"/proc/self/cwd", "root/magic"},
	    {"../../canary", "root/sub/out"}, {"../../canary", "root/swapped"}};
	static const char *const directories[] = {"canary", "root", "root/sub", "root/swap", "root/a"};

	if (base >= 0)
		return;
	snprintf(base_path, sizeof(base_path), "/tmp/nacre-fuzz-XXXXXX");
	FUZZ_CHECK(mkdtemp(base_path) != NULL && (base = open(base_path, O_RDONLY | O_DIRECTORY)) >= 0);
	FUZZ_CHECK(atexit(clean) == 0);
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		FUZZ_CHECK(mkdirat(base, directories[i], 0755) == 0);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		FUZZ_CHECK(symlinkat(links[i][0], base, links[i][1]) == 0);
	put_file("canary/secret", SECRET_MODE, SECRET);
	put_file("root/file", 0644, "pearl");
}

static void
canary_is_whole(void)
{
	char text[64] = "";
	struct stat st;
	int fd = openat(base, "canary/secret", O_RDONLY);

	FUZZ_CHECK(fd >= 0 && fstat(fd, &st) == 0 && read(fd, text, sizeof(text) - 1) == (ssize_t)strlen(SECRET));
	(void)close(fd);
	FUZZ_CHECK(strcmp(text, SECRET) == 0 && (st.st_mode & 07777) == SECRET_MODE && st.st_nlink == 1);
	FUZZ_CHECK(st.st_mtime > 1000000000);
	FUZZ_CHECK(fstatat(base, "canary", &st, 0) == 0 && st.st_nlink == 2 && (st.st_mode & 07777) == 0755);
	FUZZ_CHECK(fstatat(base, "canary/new", &st, AT_SYMLINK_NOFOLLOW) != 0);
	FUZZ_CHECK(fstatat(base, "new", &st, AT_SYMLINK_NOFOLLOW) != 0);
	FUZZ_CHECK(fstatat(base, "canary/a", &st, AT_SYMLINK_NOFOLLOW) != 0);
}

static void *
exchange(void *arg)
{
	int root = openat(base, "root", O_RDONLY | O_DIRECTORY);

	(void)arg;
	for (int i = 0; i < EXCHANGES; i++)
		(void)renameat2(root, "swap", root, "swapped", RENAME_EXCHANGE);
	(void)close(root);
	return NULL;
}

/* What a byte's lower bits choose is a path of so many components, absolute or not. */
static struct slice
next_path(struct input *in, char out[512])
{
	uint8_t how = next(in);
	size_t count = 1 + (how & 7) % COMPONENTS_MAX, n = 0;

	for (size_t i = 0; i < count; i++)
		n += (size_t)snprintf(
		    out + n, 512 - n, "%s%s", i > 0 || (how & 8) != 0 ? "/" : "", components[next(in) % N_COMPONENTS]);
	return slice_of(out, n);
}

struct scene {
	struct test_env t;
	nacre_sftp_dir *dir;
	nacre_sftp_server *server;
	struct buf ask, said;
	uint8_t handle[SFTP_HANDLE_MAX];
	size_t handle_n;
	uint32_t id;
};

static void
look_at(struct scene *s)
{
	struct slice stream = buf_slice(&s->said), payload;
	struct sftp_msg_handle handle;
	struct sftp_msg_attrs told;
	struct sftp_attrs attrs;
	struct reader r;
	size_t missing;

	for (size_t i = 0; i + strlen(SECRET) <= s->said.n; i++)
		FUZZ_CHECK(memcmp(s->said.p + i, SECRET, strlen(SECRET)) != 0);
	while (sftp_frame_take(&stream, &payload, &missing) == 1) {
		if (sftp_parse(SFTP_attrs, payload, &told, NULL) == 0) {
			r = reader_of(told.attrs);
			sftp_attrs_read(&r, &attrs);
			FUZZ_CHECK((attrs.permissions & 07777) != SECRET_MODE);
		}
		if (sftp_parse(SFTP_handle, payload, &handle, NULL) != 0)
			continue;
		memcpy(s->handle, handle.handle.p, handle.handle.n);
		s->handle_n = handle.handle.n;
	}
	buf_reset(&s->said);
}

static void
hear(struct scene *s)
{
	const uint8_t *p;
	size_t taken, n;
	int rc = nacre_sftp_server_receive(s->server, s->ask.p, s->ask.n, &taken);

	FUZZ_CHECK(rc == NACRE_OK && taken == s->ask.n);
	buf_reset(&s->ask);
	while ((p = nacre_sftp_server_output(s->server, &n)) != NULL) {
		buf_put(&s->said, p, n);
		FUZZ_CHECK(nacre_sftp_server_sent(s->server, n) == NACRE_OK);
	}
	look_at(s);
}

/* Every member of a message: the handle that came last, attributes that would be seen, and paths. */
static void
fill(struct scene *s, struct input *in, const struct field_row *fields, size_t n_fields, void *msg, char room[][512])
{
	static const char attrs[] = "\0\0\0\x0d\0\0\0\0\0\0\0\0\0\0\1\xff\0\0\0\1\0\0\0\1";
	size_t paths = 0;

	for (size_t i = 0; i < n_fields; i++) {
		struct slice value = SLICE_LIT(attrs);

		if (fields[i].kind < KIND_STRING)
			continue;
		if ((fields[i].flags & SFTP_FLAG_HANDLE) != 0)
			value = slice_of(s->handle, s->handle_n);
		else if ((fields[i].flags & SFTP_FLAG_ATTRS) == 0)
			value = next_path(in, room[paths++ % 3]);
		memcpy((uint8_t *)msg + fields[i].offset, &value, sizeof(value));
	}
}

static void
ask(struct scene *s, struct input *in)
{
	uint8_t which = next(in);
	unsigned row = SFTP_open + which % (unsigned)(SFTP_symlink - SFTP_open + 1);
	unsigned ext = (which & 0x7fu) % SFTP_EXT_COUNT;
	char room[3][512];
	union sftp_any msg;
	union sftp_any_ext msg_ext;

	memset(&msg, 0, sizeof(msg));
	memset(&msg_ext, 0, sizeof(msg_ext));
	if ((which & 0x80) != 0 && sftp_extension_rows[ext].name != NULL) {
		fill(s, in, sftp_extension_rows[ext].fields, sftp_extension_rows[ext].n_fields, &msg_ext, room);
		msg_ext.id = s->id++;
		sftp_extension_put(&s->ask, (enum sftp_extension_id)ext, &msg_ext);
	} else {
		fill(s, in, sftp_rows[row].fields, sftp_rows[row].n_fields, &msg, room);
		msg.close.id = s->id++;
		if (row == SFTP_open)
			msg.open.pflags = next(in) & 0x3f;
		if (row == SFTP_read)
			msg.read.len = 1000;
		sftp_put(&s->ask, (enum sftp_id)row, &msg);
	}
	FUZZ_CHECK(s->ask.bad == 0);
	hear(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nacre_sftp_server_options o = {.size = sizeof(o), .handler = nacre_sftp_dir_handler(), .handles_max = 8};
	struct input in = {data, size};
	struct scene s = {.id = 1};
	char root[80];
	pthread_t racer;
	uint8_t how = next(&in);

	make_base();
	test_env_init(&s.t, 1);
	snprintf(root, sizeof(root), "%s/root", base_path);
	FUZZ_CHECK(nacre_sftp_dir_open(&s.t.env, root, &s.dir) == NACRE_OK);
	if ((how & 2) != 0)
		s.dir->by_walk = true;
	o.ctx = s.dir;
	FUZZ_CHECK(nacre_sftp_server_new(&s.t.env, &o, &s.server) == NACRE_OK);
	buf_init(&s.ask, &s.t.env, OUT_MAX);
	buf_init(&s.said, &s.t.env, OUT_MAX);
	if ((how & 1) != 0)
		FUZZ_CHECK(pthread_create(&racer, NULL, exchange, NULL) == 0);
	sftp_put(&s.ask, SFTP_init, &(struct sftp_msg_init){.version = 3});
	hear(&s);
	for (int i = 0; i < REQUESTS_MAX && in.n > 0; i++)
		ask(&s, &in);
	if ((how & 1) != 0)
		FUZZ_CHECK(pthread_join(racer, NULL) == 0);
	buf_free(&s.ask);
	buf_free(&s.said);
	nacre_sftp_server_free(s.server);
	nacre_sftp_dir_free(s.dir);
	FUZZ_CHECK(s.t.live_blocks == 0);
	canary_is_whole();
	return 0;
}
