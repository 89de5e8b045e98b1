/* Random operations on our client, over our server, and on a plain model of a file system: each one's outcome, and the
 * tree and the bytes at the end, are the same. */
#include "reef.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MAX 400
#define NAMES_MAX 64
#define PATH_LEN 64
#define CONTENT_MAX 70000
#define LINKS_MAX 16
#define STEPS 1500

enum kind { KIND_DIR, KIND_FILE, KIND_LINK };

struct node {
	enum kind kind;
	uint32_t mode;
	unsigned names; /* how many it has; 0: unused */
	char target[PATH_LEN];
	uint8_t *bytes;
	size_t n;
};

struct name {
	char path[PATH_LEN]; /* "": unused */
	struct node *node;
};

struct model {
	struct test_env t; /* for its randomness */
	struct reef r;
	struct node nodes[NODES_MAX];
	struct name names[NAMES_MAX];
	unsigned done, refused;
};

enum { ABSENT = -1, BAD = -2 }; /* no such name; no such directory */

static int
name_find(const struct model *m, const char *path)
{
	for (int i = 0; i < NAMES_MAX; i++) {
		if (m->names[i].path[0] != '\0' && strcmp(m->names[i].path, path) == 0)
			return i;
	}
	return ABSENT;
}

/* The name that a path leads to, or where it would be; links on the way are followed, and the last one where asked. */
static int
resolve(const struct model *m, const char *path, bool follow, char out[PATH_LEN], int depth)
{
	char at[2 * PATH_LEN] = "", whole[2 * PATH_LEN];
	const char *p = path;

	for (;;) {
		size_t n = strcspn(p + 1, "/") + 1;
		bool last = p[n] == '\0';
		int i;

		snprintf(at + strlen(at), sizeof(at) - strlen(at), "%.*s", (int)n, p);
		if (strlen(at) >= PATH_LEN)
			return BAD;
		i = name_find(m, at);
		if (i >= 0 && m->names[i].node->kind == KIND_LINK && (!last || follow)) {
			if (depth > LINKS_MAX)
				return BAD;
			snprintf(whole, sizeof(whole), "%s%s", m->names[i].node->target, p + n);
			return resolve(m, whole, follow, out, depth + 1);
		}
		if (last) {
			snprintf(out, PATH_LEN, "%s", at);
			return i;
		}
		if (i < 0 || m->names[i].node->kind != KIND_DIR)
			return BAD;
		p += n;
	}
}

static int
locate(const struct model *m, const char *path, bool follow, char out[PATH_LEN])
{
	return resolve(m, path, follow, out, 0);
}

static struct node *
name_give(struct model *m, const char *path, struct node *node)
{
	int i = 0;

	while (m->names[i].path[0] != '\0')
		assert_true(++i < NAMES_MAX);
	snprintf(m->names[i].path, PATH_LEN, "%s", path);
	m->names[i].node = node;
	node->names++;
	return node;
}

static struct node *
node_make(struct model *m, const char *path, enum kind kind, uint32_t mode)
{
	int i = 0;

	while (m->nodes[i].names > 0)
		assert_true(++i < NODES_MAX);
	free(m->nodes[i].bytes);
	m->nodes[i] = (struct node){.kind = kind, .mode = mode};
	return name_give(m, path, &m->nodes[i]);
}

static void
name_drop(struct model *m, int i)
{
	m->names[i].node->names--;
	m->names[i].path[0] = '\0';
}

static bool
has_children(const struct model *m, const char *path)
{
	size_t n = strlen(path);

	for (int i = 0; i < NAMES_MAX; i++) {
		if (strncmp(m->names[i].path, path, n) == 0 && m->names[i].path[n] == '/')
			return true;
	}
	return false;
}

/* A path of few names, so that operations meet: at most three deep. */
static void
any_path(struct model *m, char out[PATH_LEN])
{
	size_t depth = 1 + test_below(&m->t, 3), n = 0;

	for (size_t i = 0; i < depth; i++)
		n += (size_t)snprintf(out + n, PATH_LEN - n, "/%c", (int)('a' + test_below(&m->t, 3)));
}

static void
agree(struct model *m, bool expected, int rc, const char *what, const char *a, const char *b)
{
	if (rc != NACRE_OK && rc != NACRE_E_SFTP)
		fail_msg("%s %s %s: %s", what, a, b, reef_error(&m->r).error.message);
	if (expected != (rc == NACRE_OK))
		fail_msg("%s %s %s: %s; the model says otherwise", what, a, b, rc == NACRE_OK ? "done" : "refused");
	m->done += expected;
	m->refused += !expected;
}

static void
step_mkdir(struct model *m, const char *a, const char *b)
{
	char at[PATH_LEN];
	bool good = locate(m, a, false, at) == ABSENT;

	(void)b;
	agree(m, good, nacre_sftp_mkdir(m->r.sftp, a, 0750), "mkdir", a, "");
	if (good)
		node_make(m, at, KIND_DIR, 0750);
}

static void
step_rmdir(struct model *m, const char *a, const char *b)
{
	char at[PATH_LEN];
	int i = locate(m, a, false, at);
	bool good = i >= 0 && m->names[i].node->kind == KIND_DIR && !has_children(m, at);

	(void)b;
	agree(m, good, nacre_sftp_rmdir(m->r.sftp, a), "rmdir", a, "");
	if (good)
		name_drop(m, i);
}

static void
step_remove(struct model *m, const char *a, const char *b)
{
	char at[PATH_LEN];
	int i = locate(m, a, false, at);
	bool good = i >= 0 && m->names[i].node->kind != KIND_DIR;

	(void)b;
	agree(m, good, nacre_sftp_remove(m->r.sftp, a), "remove", a, "");
	if (good)
		name_drop(m, i);
}

static void
move(struct model *m, const char *from, const char *to)
{
	char whole[2 * PATH_LEN];
	size_t n = strlen(from);

	for (int i = 0; i < NAMES_MAX; i++) {
		char *path = m->names[i].path;

		if (strncmp(path, from, n) != 0 || (path[n] != '\0' && path[n] != '/'))
			continue;
		snprintf(whole, sizeof(whole), "%s%s", to, path + n);
		assert_true(strlen(whole) < PATH_LEN);
		memcpy(path, whole, strlen(whole) + 1);
	}
}

static bool
is_inside(const char *path, const char *directory)
{
	size_t n = strlen(directory);

	return strncmp(path, directory, n) == 0 && path[n] == '/';
}

static void
step_rename(struct model *m, const char *a, const char *b)
{
	char from[PATH_LEN], to[PATH_LEN];
	int i = locate(m, a, false, from);
	bool good = i >= 0 && locate(m, b, false, to) == ABSENT && !is_inside(to, from);

	agree(m, good, nacre_sftp_rename(m->r.sftp, a, b), "rename", a, b);
	if (good)
		move(m, from, to);
}

/* rename(2): what is there is replaced by its like, and a directory only where it is empty. */
static bool
may_replace(const struct model *m, const struct node *node, int k, const char *to)
{
	bool is_dir = node->kind == KIND_DIR, was_dir = m->names[k].node->kind == KIND_DIR;

	return is_dir == was_dir && (!was_dir || !has_children(m, to));
}

static void
step_posix_rename(struct model *m, const char *a, const char *b)
{
	char from[PATH_LEN], to[PATH_LEN];
	int i = locate(m, a, false, from), k = locate(m, b, false, to);
	bool same = i >= 0 && k >= 0 && m->names[i].node == m->names[k].node;
	bool good = same || (i >= 0 && k != BAD && !is_inside(to, from) &&
				(k == ABSENT || may_replace(m, m->names[i].node, k, to)));

	agree(m, good, nacre_sftp_posix_rename(m->r.sftp, a, b), "posix_rename", a, b);
	if (!good || same)
		return;
	if (k >= 0)
		name_drop(m, k);
	move(m, from, to);
}

static void
step_symlink(struct model *m, const char *a, const char *b)
{
	char at[PATH_LEN];
	bool good = locate(m, b, false, at) == ABSENT;

	agree(m, good, nacre_sftp_symlink(m->r.sftp, a, b), "symlink", a, b);
	if (good)
		snprintf(node_make(m, at, KIND_LINK, 0777)->target, PATH_LEN, "%s", a);
}

static void
step_readlink(struct model *m, const char *a, const char *b)
{
	char at[PATH_LEN], said[PATH_LEN];
	int i = locate(m, a, false, at);
	bool good = i >= 0 && m->names[i].node->kind == KIND_LINK;

	(void)b;
	agree(m, good, nacre_sftp_readlink(m->r.sftp, a, said, sizeof(said)), "readlink", a, "");
	if (good)
		assert_string_equal(said, m->names[i].node->target);
}

static void
step_hardlink(struct model *m, const char *a, const char *b)
{
	char from[PATH_LEN], to[PATH_LEN];
	int i = locate(m, a, false, from);
	bool good = i >= 0 && m->names[i].node->kind != KIND_DIR && locate(m, b, false, to) == ABSENT;

	agree(m, good, nacre_sftp_hardlink(m->r.sftp, a, b), "hardlink", a, b);
	if (good)
		name_give(m, to, m->names[i].node);
}

static void
same_attrs(const struct node *node, const struct nacre_sftp_attrs *attrs)
{
	static const uint32_t types[] = {[KIND_DIR] = 0040000, [KIND_FILE] = 0100000, [KIND_LINK] = 0120000};

	assert_int_equal(attrs->permissions, types[node->kind] | node->mode);
	if (node->kind == KIND_FILE)
		assert_int_equal(attrs->size, node->n);
}

static void
step_stat(struct model *m, const char *a, const char *b)
{
	struct nacre_sftp_attrs attrs;
	bool follow = b[1] == 'a';
	char at[PATH_LEN];
	int i = locate(m, a, follow, at);

	agree(m, i >= 0, (follow ? nacre_sftp_stat : nacre_sftp_lstat)(m->r.sftp, a, &attrs), "stat", a, "");
	if (i >= 0)
		same_attrs(m->names[i].node, &attrs);
}

static void
step_chmod(struct model *m, const char *a, const char *b)
{
	char at[PATH_LEN];
	int i = locate(m, a, true, at);
	uint32_t mode = 0400 + (uint32_t)test_below(&m->t, 0377);

	(void)b;
	agree(m, i >= 0, nacre_sftp_chmod(m->r.sftp, a, mode), "chmod", a, "");
	if (i >= 0)
		m->names[i].node->mode = mode;
}

static void
node_size(struct node *node, size_t n)
{
	node->bytes = realloc(node->bytes, n + 1);
	assert_non_null(node->bytes);
	if (n > node->n)
		memset(node->bytes + node->n, 0, n - node->n);
	node->n = n;
}

static void
step_truncate(struct model *m, const char *a, const char *b)
{
	char at[PATH_LEN];
	int i = locate(m, a, true, at);
	size_t n = test_below(&m->t, CONTENT_MAX);
	bool good = i >= 0 && m->names[i].node->kind == KIND_FILE;

	(void)b;
	agree(m, good, nacre_sftp_truncate(m->r.sftp, a, n), "truncate", a, "");
	if (good)
		node_size(m->names[i].node, n);
}

static void
step_list(struct model *m, const char *a, const char *b)
{
	struct nacre_sftp_names names;
	char at[PATH_LEN], path[2 * PATH_LEN];
	int i = locate(m, a, true, at);
	bool good = i >= 0 && m->names[i].node->kind == KIND_DIR;
	size_t n = 0;

	(void)b;
	agree(m, good, nacre_sftp_listdir(m->r.sftp, a, &names), "listdir", a, "");
	for (size_t k = 0; good && k < names.n; k++) {
		snprintf(path, sizeof(path), "%s/%s", at, names.names[k]);
		assert_true(name_find(m, path) >= 0);
	}
	for (int k = 0; good && k < NAMES_MAX; k++)
		n += is_inside(m->names[k].path, at) && strchr(m->names[k].path + strlen(at) + 1, '/') == NULL;
	if (good)
		assert_int_equal(names.n, n);
	nacre_sftp_names_free(&names);
}

struct hand {
	struct model *m;
	nacre_sftp_file *file;
	struct node *node;
	size_t at;
	bool append, reads, writes;
	uint8_t bytes[CONTENT_MAX];
};

static void
hand_write(struct hand *h)
{
	bool by_place = test_below(&h->m->t, 2) == 0 && !h->append;
	size_t n = test_below(&h->m->t, 20000), at = h->append ? h->node->n : h->at;

	if (by_place)
		at = test_below(&h->m->t, 40000);
	if (at + n > CONTENT_MAX)
		return;
	for (size_t i = 0; i < n; i++)
		h->bytes[i] = (uint8_t)test_random(&h->m->t);
	if (by_place)
		assert_int_equal(nacre_sftp_pwrite(h->file, h->bytes, n, at), n);
	else
		assert_int_equal(nacre_sftp_write(h->file, h->bytes, n), n);
	if (n > 0 && at + n > h->node->n)
		node_size(h->node, at + n);
	if (n > 0)
		memcpy(h->node->bytes + at, h->bytes, n);
	if (!by_place)
		h->at = h->append ? h->at + n : at + n;
}

static void
hand_read(struct hand *h)
{
	bool by_place = test_below(&h->m->t, 2) == 0;
	size_t at = by_place ? test_below(&h->m->t, CONTENT_MAX) : h->at, n = test_below(&h->m->t, 30000);
	size_t there = at < h->node->n ? h->node->n - at : 0;

	there = there < n ? there : n;
	if (by_place)
		assert_int_equal(nacre_sftp_pread(h->file, h->bytes, n, at), there);
	else
		assert_int_equal(nacre_sftp_read(h->file, h->bytes, n), there);
	if (there > 0)
		assert_memory_equal(h->bytes, h->node->bytes + at, there);
	if (!by_place)
		h->at += there;
}

static void
hand_use(struct hand *h)
{
	struct nacre_sftp_attrs attrs;
	size_t what = test_below(&h->m->t, 6);

	if (what < 2 && h->reads) {
		hand_read(h);
	} else if (what < 4 && h->writes) {
		hand_write(h);
	} else if (what == 4 && !h->append) {
		h->at = test_below(&h->m->t, 40000);
		assert_int_equal(nacre_sftp_seek(h->file, (int64_t)h->at, 0), h->at);
	} else {
		assert_done(&h->m->r, nacre_sftp_fstat(h->file, &attrs));
		assert_int_equal(attrs.size, h->node->n);
	}
	assert_int_equal(nacre_sftp_tell(h->file), h->at);
}

static const struct {
	const char *mode;
	bool makes, only_new, empties, append, reads, writes;
} modes[] = {
    {"r", false, false, false, false, true, false},
    {"rb+", false, false, false, false, true, true},
    {"w", true, false, true, false, false, true},
    {"w+", true, false, true, false, true, true},
    {"a", true, false, false, true, false, true},
    {"x", true, true, false, false, false, true},
    {"wx+", true, true, false, false, true, true},
};

static void
step_file(struct model *m, const char *a, const char *b)
{
	size_t k = test_below(&m->t, sizeof(modes) / sizeof(modes[0])), uses = 1 + test_below(&m->t, 8);
	struct hand *h = test_calloc(1, sizeof(*h));
	char at[PATH_LEN];
	int i = locate(m, a, !modes[k].only_new, at);
	bool good = i == ABSENT ? modes[k].makes : i >= 0 && !modes[k].only_new && m->names[i].node->kind == KIND_FILE;

	(void)b;
	agree(m, good, nacre_sftp_open(m->r.sftp, a, modes[k].mode, &h->file), "open", a, modes[k].mode);
	if (!good) {
		test_free(h);
		return;
	}
	h->m = m;
	h->append = modes[k].append;
	h->reads = modes[k].reads;
	h->writes = modes[k].writes;
	h->node = i == ABSENT ? node_make(m, at, KIND_FILE, 0666) : m->names[i].node;
	if (modes[k].empties)
		node_size(h->node, 0);
	h->at = h->append ? h->node->n : 0;
	while (uses-- > 0)
		hand_use(h);
	assert_done(&m->r, nacre_sftp_file_close(h->file));
	test_free(h);
}

static void (*const moves[])(struct model *m, const char *a, const char *b) = {step_mkdir, step_mkdir, step_mkdir,
    step_rmdir, step_remove, step_rename, step_posix_rename, step_symlink, step_readlink, step_hardlink, step_stat,
    step_stat, step_chmod, step_truncate, step_list, step_file, step_file, step_file};

static int
count_and_compare(void *ctx, const char *path, const struct nacre_sftp_attrs *attrs)
{
	struct model *m = ctx;
	int i = name_find(m, path);

	assert_true(i >= 0);
	same_attrs(m->names[i].node, attrs);
	if (m->names[i].node->kind == KIND_FILE)
		assert_true(reef_holds(&m->r, path, m->names[i].node->bytes, m->names[i].node->n));
	m->done++;
	return 0;
}

static void
the_trees_are_the_same(struct model *m)
{
	unsigned n = 0;

	for (int i = 0; i < NAMES_MAX; i++)
		n += m->names[i].path[0] != '\0';
	m->done = 0;
	assert_done(&m->r, nacre_sftp_walk(m->r.sftp, "/", count_and_compare, m));
	assert_int_equal(m->done, n);
}

static void
run_model(uint64_t seed)
{
	struct model *m = test_calloc(1, sizeof(*m));
	char a[PATH_LEN], b[PATH_LEN];

	test_env_init(&m->t, seed);
	reef_init(&m->r);
	reef_begin(&m->r);
	for (unsigned i = 0; i < STEPS; i++) {
		any_path(m, a);
		any_path(m, b);
		moves[test_below(&m->t, sizeof(moves) / sizeof(moves[0]))](m, a, b);
	}
	assert_true(m->done > STEPS / 10 && m->refused > STEPS / 10);
	the_trees_are_the_same(m);
	reef_end(&m->r);
	for (int i = 0; i < NODES_MAX; i++)
		free(m->nodes[i].bytes);
	test_free(m);
}

static void
client_server_and_model_agree(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++)
		run_model(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(client_server_and_model_agree),
	};

	return cmocka_run_group_tests_name("server/sftp_model", tests, NULL, NULL);
}
