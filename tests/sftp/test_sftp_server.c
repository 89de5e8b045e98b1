/* The server's engine before files matter: versions, malformed messages, splits, limits, what is announced and refused.
 * draft-ietf-secsh-filexfer-02 3, 4, 7; OpenSSH PROTOCOL 4. */
#include "asker.h"

#include <stdlib.h>

#define READ NACRE_SFTP_READ
#define WRITE NACRE_SFTP_WRITE
#define CREAT NACRE_SFTP_CREAT

static int
feed_bytes(struct asker *a, const char *bytes, size_t n)
{
	size_t left;

	return asker_feed(a, slice_of(bytes, n), &left);
}

/* The names of VERSION's extensions, each with a space behind it. */
static void
extension_names(const struct asker *a, char *out, size_t cap)
{
	struct slice pairs = a->reply.version.extensions, name, data;
	size_t n = 0;

	while (sftp_pair_next(&pairs, &name, &data)) {
		assert_true(n + name.n + 2 < cap);
		if (slice_is(name, "check-file"))
			assert_true(slice_is(data, "sha256,sha512,sha384,sha1,md5"));
		else
			assert_int_equal(data.n, 1);
		memcpy(out + n, name.p, name.n);
		n += name.n;
		out[n++] = ' ';
	}
	out[n] = '\0';
}

static void
announced(const struct nacre_sftp_server_options *options, char *out, size_t cap)
{
	struct asker a;

	asker_begin_session(&a, options);
	extension_names(&a, out, cap);
	asker_end(&a);
}

static void
just_what_the_handler_has_is_announced(void **state)
{
	struct nacre_sftp_handler h = *nacre_sftp_memory_handler();
	struct nacre_sftp_server_options o = {.size = sizeof(o), .handler = &h};
	char names[512];

	(void)state;
	announced(NULL, names, sizeof(names));
	assert_string_equal(names,
	    "posix-rename@openssh.com statvfs@openssh.com fstatvfs@openssh.com hardlink@openssh.com "
	    "fsync@openssh.com lsetstat@openssh.com limits@openssh.com expand-path@openssh.com copy-data "
	    "home-directory check-file ");
	h.posix_rename = NULL;
	h.statvfs = NULL;
	h.hardlink = NULL;
	h.copy = NULL;
	announced(&o, names, sizeof(names));
	assert_string_equal(names, "fstatvfs@openssh.com fsync@openssh.com lsetstat@openssh.com limits@openssh.com "
				   "expand-path@openssh.com home-directory check-file ");
	h.pread = NULL;
	o.read_only = true;
	announced(&o, names, sizeof(names));
	assert_string_equal(names, "fstatvfs@openssh.com limits@openssh.com expand-path@openssh.com home-directory ");
}

static void
a_version_above_3_is_met_with_3_and_one_below_is_refused_in_words(void **state)
{
	struct nacre_error error;
	struct asker a;

	(void)state;
	asker_begin(&a, NULL);
	assert_int_equal(feed_bytes(&a, "\0\0\0\5\1\0\0\0\6", 9), NACRE_OK);
	assert_int_equal(asker_next(&a), SFTP_version);
	assert_int_equal(a.reply.version.version, 3);
	asker_end(&a);
	asker_begin(&a, NULL);
	assert_int_equal(feed_bytes(&a, "\0\0\0\5\1\0\0\0\2", 9), NACRE_E_PROTOCOL);
	nacre_sftp_server_error(a.server, &error);
	assert_non_null(strstr(error.message, "version 2"));
	assert_int_equal(error.origin, NACRE_ORIGIN_PROTOCOL);
	asker_end(&a);
}

/* Each ends a session; the last column says in which state it was sent. */
static const struct {
	const char *bytes;
	size_t n;
	bool after_init;
	int code;
} fatal[] = {
    {"\0\0\0\7\x11\0\0\0\1\0\0", 11, false, NACRE_E_PROTOCOL},
    {"\0\0\0\5\1\0\0\0\3", 9, true, NACRE_E_PROTOCOL},
    {"\0\0\0\4\1\0\0\0", 8, false, NACRE_E_FORMAT},
    {"\0\0\0\0", 4, true, NACRE_E_FORMAT},
    {"\0\4\0\1", 4, true, NACRE_E_LIMIT},
    {"\0\0\0\4\x11\0\0\0", 8, true, NACRE_E_FORMAT},
    {"SSH-2.0-x\r\n", 11, false, NACRE_E_LIMIT},
};

static void
what_breaks_the_protocol_ends_the_session_and_stays_its_failure(void **state)
{
	struct asker a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		(fatal[i].after_init ? asker_begin_session : asker_begin)(&a, NULL);
		assert_int_equal(feed_bytes(&a, fatal[i].bytes, fatal[i].n), fatal[i].code);
		assert_int_equal(feed_bytes(&a, "\0\0\0\5\1\0\0\0\3", 9), fatal[i].code);
		assert_int_equal(asker_next(&a), SFTP_none);
		asker_end(&a);
	}
}

static void
an_unknown_type_and_a_servers_own_are_unsupported_and_the_session_goes_on(void **state)
{
	static const uint8_t types[] = {0, 21, 99, 101, 105, 201, 255, 2};
	struct asker a;
	size_t i;

	(void)state;
	asker_begin_session(&a, NULL);
	/* the last, VERSION, has no id: it ends the session */
	for (i = 0; i + 1 < sizeof(types); i++) {
		char frame[9] = {0, 0, 0, 5, (char)types[i], 0, 0, 1, 7};

		assert_int_equal(feed_bytes(&a, frame, sizeof(frame)), NACRE_OK);
		assert_int_equal(asker_next(&a), SFTP_status);
		assert_int_equal(a.reply.status.id, 0x107);
		assert_int_equal(a.reply.status.code, NACRE_SFTP_OP_UNSUPPORTED);
	}
	assert_int_equal(ask_path(&a, SFTP_stat, "/"), NACRE_SFTP_OK);
	assert_int_equal(feed_bytes(&a, "\0\0\0\5\2\0\0\0\3", 9), NACRE_E_FORMAT);
	asker_end(&a);
}

/* One request of each kind, made by the table from zeroes. */
static void
put_request(struct buf *b, unsigned row)
{
	static const uint8_t zeroes[64];
	union sftp_any_ext ext;
	union sftp_any msg;

	memset(&msg, 0, sizeof(msg));
	memset(&ext, 0, sizeof(ext));
	if (row >= SFTP_COUNT) {
		sftp_extension_put(b, (enum sftp_extension_id)(row - SFTP_COUNT), &ext);
		return;
	}
	if (row == SFTP_open)
		msg.open.attrs = slice_of(zeroes, 4);
	if (row == SFTP_setstat || row == SFTP_fsetstat || row == SFTP_mkdir)
		msg.setstat.attrs = slice_of(zeroes, 4);
	sftp_put(b, (enum sftp_id)row, &msg);
}

/* Every length is put right, so that what is cut is the message and not the stream. */
static void
every_request_cut_at_every_byte_is_a_bad_message_and_the_session_goes_on(void **state)
{
	unsigned row, fields = 0;
	struct asker a;
	struct buf b;
	size_t n;

	(void)state;
	asker_begin_session(&a, NULL);
	for (row = 0; row < SFTP_COUNT; row++) {
		if (sftp_rows[row].from != SFTP_FROM_CLIENT || row == SFTP_init || row == SFTP_extended)
			continue;
		buf_init(&b, &a.t.env, 4096);
		put_request(&b, row);
		for (n = b.n - 1; n >= 9; n--) {
			put_be32(b.p, (uint32_t)(n - 4));
			assert_int_equal(feed_bytes(&a, (const char *)b.p, n), NACRE_OK);
			assert_int_equal(asker_next(&a), SFTP_status);
			assert_int_equal(a.reply.status.code, NACRE_SFTP_BAD_MESSAGE);
			fields++;
		}
		buf_free(&b);
	}
	assert_true(fields > 60);
	assert_int_equal(ask_path(&a, SFTP_stat, "/"), NACRE_SFTP_OK);
	asker_end(&a);
}

static void
without_a_handlers_function_each_request_is_unsupported(void **state)
{
	struct nacre_sftp_handler h = {.size = sizeof(h), .close = nacre_sftp_memory_handler()->close};
	struct nacre_sftp_server_options o = {.size = sizeof(o), .handler = &h};
	unsigned row, asked = 0;
	struct asker a;
	struct buf b;

	(void)state;
	asker_begin_session(&a, &o);
	for (row = 0; row < SFTP_COUNT; row++) {
		if (sftp_rows[row].from != SFTP_FROM_CLIENT || row == SFTP_init || row == SFTP_extended ||
		    row == SFTP_realpath || row == SFTP_close)
			continue;
		buf_init(&b, &a.t.env, 4096);
		put_request(&b, row);
		assert_int_equal(feed_bytes(&a, (const char *)b.p, b.n), NACRE_OK);
		assert_int_equal(asker_next(&a), SFTP_status);
		assert_int_equal(a.reply.status.code, NACRE_SFTP_OP_UNSUPPORTED);
		buf_free(&b);
		asked++;
	}
	assert_int_equal(asked, 16);
	assert_int_equal(asker_extend(&a, SFTP_EXT_fsync, &(struct sftp_ext_fsync){.id = 0}), SFTP_status);
	assert_int_equal(asker_status(&a), NACRE_SFTP_OP_UNSUPPORTED);
	assert_int_equal(asker_extend(&a, SFTP_EXT_check_file, &(struct sftp_ext_check_file){.id = 0}), SFTP_status);
	assert_int_equal(asker_status(&a), NACRE_SFTP_OP_UNSUPPORTED);
	asker_end(&a);
}

static void
handles_are_bounded_and_a_closed_or_altered_one_is_none(void **state)
{
	struct nacre_sftp_server_options o = {.size = sizeof(o), .handles_max = 3};
	uint8_t handle[4][SFTP_HANDLE_MAX], other[SFTP_HANDLE_MAX];
	size_t n[4], i;
	struct asker a;

	(void)state;
	asker_begin_session(&a, &o);
	ask_make(&a, "/f", SLICE_LIT("pearl"));
	for (i = 0; i < 3; i++)
		assert_int_equal(ask_open(&a, "/f", READ, handle[i], &n[i]), NACRE_SFTP_OK);
	assert_int_equal(ask_open(&a, "/f", READ, handle[3], &n[3]), NACRE_SFTP_FAILURE);
	assert_true(slice_is(a.reply.status.message, "Too many open handles"));
	assert_int_equal(ask_close(&a, handle[1], n[1]), NACRE_SFTP_OK);
	assert_int_equal(nacre_sftp_server_handles(a.server), 2);
	assert_int_equal(ask_open(&a, "/f", READ, handle[3], &n[3]), NACRE_SFTP_OK);
	/* the place is the same, the handle is not */
	assert_int_equal(ask_read(&a, handle[1], n[1], 0, 5), NACRE_SFTP_FAILURE);
	assert_int_equal(ask_close(&a, handle[1], n[1]), NACRE_SFTP_FAILURE);
	assert_int_equal(ask_read(&a, handle[3], n[3], 0, 5), NACRE_SFTP_OK);
	for (i = 0; i < n[3]; i++) {
		memcpy(other, handle[3], n[3]);
		other[i] ^= 0x80;
		assert_int_equal(ask_read(&a, other, n[3], 0, 5), NACRE_SFTP_FAILURE);
		assert_int_equal(ask_read(&a, handle[3], i, 0, 5), NACRE_SFTP_FAILURE);
	}
	asker_end(&a);
}

static void
a_directorys_handle_is_not_a_files(void **state)
{
	uint8_t handle[SFTP_HANDLE_MAX];
	struct asker a;
	size_t n;

	(void)state;
	asker_begin_session(&a, NULL);
	assert_int_equal(ask_path(&a, SFTP_opendir, "/"), NACRE_SFTP_OK);
	n = a.reply.handle.handle.n;
	memcpy(handle, a.reply.handle.handle.p, n);
	assert_int_equal(ask_read(&a, handle, n, 0, 5), NACRE_SFTP_FAILURE);
	asker_ask(&a, SFTP_fstat, &(struct sftp_msg_fstat){.handle = slice_of(handle, n)});
	assert_int_equal(asker_status(&a), NACRE_SFTP_FAILURE);
	asker_ask(&a, SFTP_readdir, &(struct sftp_msg_readdir){.handle = slice_of(handle, n)});
	assert_int_equal(asker_status(&a), NACRE_SFTP_EOF);
	assert_int_equal(ask_close(&a, handle, n), NACRE_SFTP_OK);
	ask_make(&a, "/f", SLICE_LIT("x"));
	assert_int_equal(ask_open(&a, "/f", READ, handle, &n), NACRE_SFTP_OK);
	asker_ask(&a, SFTP_readdir, &(struct sftp_msg_readdir){.handle = slice_of(handle, n)});
	assert_int_equal(asker_status(&a), NACRE_SFTP_FAILURE);
	asker_end(&a);
}

static void
a_read_is_clamped_and_an_empty_one_is_the_end(void **state)
{
	uint8_t handle[SFTP_HANDLE_MAX], *content = calloc(1, 400000);
	struct asker a;
	size_t n;

	(void)state;
	assert_non_null(content);
	asker_begin_session(&a, NULL);
	ask_make(&a, "/f", slice_of(content, 200000));
	assert_int_equal(ask_open(&a, "/f", READ | WRITE, handle, &n), NACRE_SFTP_OK);
	assert_int_equal(ask_write(&a, handle, n, 200000, slice_of(content, 200000)), NACRE_SFTP_OK);
	assert_int_equal(ask_read(&a, handle, n, 0, UINT32_MAX), NACRE_SFTP_OK);
	assert_int_equal(a.reply.data.data.n, 261120);
	assert_int_equal(ask_read(&a, handle, n, 0, 261119), NACRE_SFTP_OK);
	assert_int_equal(a.reply.data.data.n, 261119);
	assert_int_equal(ask_read(&a, handle, n, 399999, 5), NACRE_SFTP_OK);
	assert_int_equal(a.reply.data.data.n, 1);
	assert_int_equal(ask_read(&a, handle, n, 400000, 5), NACRE_SFTP_EOF);
	assert_int_equal(ask_read(&a, handle, n, 0, 0), NACRE_SFTP_EOF);
	assert_int_equal(ask_read(&a, handle, n, UINT64_MAX, 5), NACRE_SFTP_EOF);
	assert_int_equal(ask_write(&a, handle, n, UINT64_MAX, SLICE_LIT("x")), NACRE_SFTP_FAILURE);
	asker_end(&a);
	free(content);
}

static void
a_handle_may_do_what_it_was_opened_for(void **state)
{
	uint8_t handle[SFTP_HANDLE_MAX];
	struct asker a;
	size_t n;

	(void)state;
	asker_begin_session(&a, NULL);
	ask_make(&a, "/f", SLICE_LIT("pearl"));
	assert_int_equal(ask_open(&a, "/f", READ, handle, &n), NACRE_SFTP_OK);
	assert_int_equal(ask_write(&a, handle, n, 0, SLICE_LIT("x")), NACRE_SFTP_PERMISSION_DENIED);
	assert_int_equal(ask_read(&a, handle, n, 0, 5), NACRE_SFTP_OK);
	assert_int_equal(ask_open(&a, "/f", WRITE, handle, &n), NACRE_SFTP_OK);
	assert_int_equal(ask_read(&a, handle, n, 0, 5), NACRE_SFTP_PERMISSION_DENIED);
	assert_int_equal(ask_write(&a, handle, n, 0, SLICE_LIT("P")), NACRE_SFTP_OK);
	assert_int_equal(ask_open(&a, "/f", 0, handle, &n), NACRE_SFTP_OK);
	assert_int_equal(ask_read(&a, handle, n, 0, 5), NACRE_SFTP_OK);
	assert_true(slice_is(a.reply.data.data, "Pearl"));
	asker_end(&a);
}

static void
what_stands_behind_the_data_of_a_write_is_passed_over(void **state)
{
	struct sftp_msg_write msg = {.offset = 1, .data = SLICE_LIT("arl"), .surplus = SLICE_LIT("of another block")};
	uint8_t handle[SFTP_HANDLE_MAX];
	struct asker a;
	size_t n;

	(void)state;
	asker_begin_session(&a, NULL);
	ask_make(&a, "/f", SLICE_LIT("p"));
	assert_int_equal(ask_open(&a, "/f", READ | WRITE, handle, &n), NACRE_SFTP_OK);
	msg.handle = slice_of(handle, n);
	assert_int_equal(asker_ask(&a, SFTP_write, &msg), SFTP_status);
	assert_int_equal(asker_status(&a), NACRE_SFTP_OK);
	assert_int_equal(ask_read(&a, handle, n, 0, 100), NACRE_SFTP_OK);
	assert_true(slice_is(a.reply.data.data, "parl"));
	asker_end(&a);
}

/* A whole conversation as one run of bytes, with replies to compare. */
static void
make_conversation(struct asker *a, struct buf *out)
{
	static const uint8_t none[4];
	uint32_t id = 100;
	unsigned i;

	for (i = 0; i < 40; i++) {
		sftp_put(out, SFTP_mkdir,
		    &(struct sftp_msg_mkdir){
			.id = id++, .path = slice_of("/abcd", 1 + i % 5), .attrs = slice_of(none, 4)});
		sftp_put(out, SFTP_lstat, &(struct sftp_msg_lstat){.id = id++, .path = SLICE_LIT("/a")});
		sftp_put(out, SFTP_realpath, &(struct sftp_msg_realpath){.id = id++, .path = SLICE_LIT("x/../y")});
	}
	assert_int_equal(out->bad, 0);
	(void)a;
}

static void
however_the_bytes_are_split_the_replies_are_the_same(void **state)
{
	static const size_t pieces[] = {1, 2, 3, 5, 7, 11, 64, 1000};
	struct buf said, asked;
	struct asker a, b;
	size_t i, left;

	(void)state;
	asker_begin_session(&a, NULL);
	buf_init(&asked, &a.t.env, 65536);
	make_conversation(&a, &asked);
	assert_int_equal(asker_feed(&a, buf_slice(&asked), &left), NACRE_OK);
	said = a.in;
	assert_true(said.n > 120 * 13);
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		asker_begin_session(&b, NULL);
		b.piece = pieces[i];
		assert_int_equal(asker_feed(&b, buf_slice(&asked), &left), NACRE_OK);
		assert_int_equal(left, 0);
		assert_true(slice_eq(buf_slice(&b.in), buf_slice(&said)));
		asker_end(&b);
	}
	buf_free(&asked);
	asker_end(&a);
}

static void
replies_that_nobody_takes_stop_the_reading_and_bound_the_memory(void **state)
{
	static const size_t frame = 4 + 1 + 4 + 4 + 16 + 8 + 4;
	uint8_t handle[SFTP_HANDLE_MAX], *content = calloc(1, 261120);
	size_t n, taken, total = 0, left, before;
	const uint32_t asked = 100;
	struct asker a;
	struct buf b;
	uint32_t i;

	(void)state;
	assert_non_null(content);
	asker_begin_session(&a, NULL);
	ask_make(&a, "/f", slice_of(content, 32768));
	assert_int_equal(ask_open(&a, "/f", READ, handle, &n), NACRE_SFTP_OK);
	buf_init(&b, &a.t.env, 65536);
	for (i = 0; i < asked; i++)
		sftp_put(&b, SFTP_read, &(struct sftp_msg_read){.id = i, .handle = slice_of(handle, n), .len = 32768});
	assert_int_equal(b.n, asked * frame);
	before = a.t.live_bytes;
	assert_int_equal(nacre_sftp_server_receive(a.server, b.p, b.n, &taken), NACRE_OK);
	assert_true(taken > 0 && taken < b.n && taken % frame == 0);
	assert_true(a.t.live_bytes - before <= 512 * 1024 + 65536);
	assert_int_equal(nacre_sftp_server_receive(a.server, b.p + taken, b.n - taken, &total), NACRE_OK);
	assert_int_equal(total, 0);
	/* once they are taken it goes on, and all are answered, in their order */
	buf_reset(&a.in);
	a.in_at = 0;
	assert_int_equal(asker_feed(&a, slice_of(b.p + taken, b.n - taken), &left), NACRE_OK);
	while (left > 0)
		assert_int_equal(asker_feed(&a, slice_of(b.p + b.n - left, left), &left), NACRE_OK);
	for (i = 0; i < asked; i++) {
		assert_int_equal(asker_next(&a), SFTP_data);
		assert_int_equal(a.reply.data.id, i);
		assert_int_equal(a.reply.data.data.n, 32768);
	}
	buf_free(&b);
	asker_end(&a);
	free(content);
}

static void
reading_and_writing_allocate_nothing_once_they_run(void **state)
{
	uint8_t handle[SFTP_HANDLE_MAX], *content = calloc(1, 32768), request[64];
	struct asker a;
	uint64_t before;
	size_t n, k, taken, i;
	struct buf b;

	(void)state;
	assert_non_null(content);
	asker_begin_session(&a, NULL);
	ask_make(&a, "/f", slice_of(content, 32768));
	assert_int_equal(ask_open(&a, "/f", READ, handle, &n), NACRE_SFTP_OK);
	buf_init(&b, &a.t.env, 4096);
	sftp_put(&b, SFTP_read, &(struct sftp_msg_read){.id = 1, .handle = slice_of(handle, n), .len = 32768});
	assert_true(b.n <= sizeof(request));
	memcpy(request, b.p, k = b.n);
	buf_free(&b);
	for (i = 0; i < 100; i++) {
		if (i == 2)
			before = a.t.allocations;
		/* in two pieces: it is put together, too */
		assert_int_equal(nacre_sftp_server_receive(a.server, request, 20, &taken), NACRE_OK);
		assert_int_equal(nacre_sftp_server_receive(a.server, request + 20, k - 20, &taken), NACRE_OK);
		assert_non_null(nacre_sftp_server_output(a.server, &n));
		assert_int_equal(n, 13 + 32768);
		assert_int_equal(nacre_sftp_server_sent(a.server, n), NACRE_OK);
	}
	assert_int_equal(a.t.allocations, before);
	asker_end(&a);
	free(content);
}

static void
in_a_read_only_session_nothing_changes(void **state)
{
	struct nacre_sftp_server_options o = {.size = sizeof(o), .read_only = true};
	static const uint32_t writing[] = {
	    WRITE, READ | WRITE, NACRE_SFTP_APPEND, READ | CREAT, READ | NACRE_SFTP_TRUNC};
	static const uint8_t none[4];
	uint8_t handle[SFTP_HANDLE_MAX];
	struct asker a;
	size_t i, n;

	(void)state;
	asker_begin_session(&a, &o);
	for (i = 0; i < sizeof(writing) / sizeof(writing[0]); i++)
		assert_int_equal(ask_open(&a, "/f", writing[i], handle, &n), NACRE_SFTP_PERMISSION_DENIED);
	assert_int_equal(ask_open(&a, "/f", READ, handle, &n), NACRE_SFTP_NO_SUCH_FILE);
	assert_int_equal(ask_path(&a, SFTP_mkdir, "/d"), NACRE_SFTP_PERMISSION_DENIED);
	assert_int_equal(ask_path(&a, SFTP_rmdir, "/d"), NACRE_SFTP_PERMISSION_DENIED);
	assert_int_equal(ask_path(&a, SFTP_remove, "/d"), NACRE_SFTP_PERMISSION_DENIED);
	assert_int_equal(ask_paths(&a, SFTP_rename, "/d", "/e"), NACRE_SFTP_PERMISSION_DENIED);
	assert_int_equal(ask_paths(&a, SFTP_symlink, "/d", "/e"), NACRE_SFTP_PERMISSION_DENIED);
	asker_ask(&a, SFTP_setstat,
	    &(struct sftp_msg_setstat){.path = SLICE_LIT("/"), .attrs = slice_of(none, sizeof(none))});
	assert_int_equal(asker_status(&a), NACRE_SFTP_PERMISSION_DENIED);
	asker_extend(&a, SFTP_EXT_posix_rename,
	    &(struct sftp_ext_posix_rename){.oldpath = SLICE_LIT("/d"), .newpath = SLICE_LIT("/e")});
	assert_int_equal(asker_status(&a), NACRE_SFTP_PERMISSION_DENIED);
	assert_int_equal(ask_path(&a, SFTP_stat, "/"), NACRE_SFTP_OK);
	assert_int_equal(ask_path(&a, SFTP_opendir, "/"), NACRE_SFTP_OK);
	memcpy(handle, a.reply.handle.handle.p, n = a.reply.handle.handle.n);
	assert_int_equal(ask_close(&a, handle, n), NACRE_SFTP_OK);
	asker_end(&a);
}

static void
options_that_cannot_be_are_refused(void **state)
{
	const struct nacre_sftp_handler *whole = nacre_sftp_memory_handler();
	struct nacre_sftp_handler h = *whole;
	struct nacre_sftp_server_options o = {.size = sizeof(o), .handler = &h};
	nacre_sftp_server *s;
	struct test_env t;

	(void)state;
	test_env_init(&t, 1);
	assert_int_equal(nacre_sftp_server_new(NULL, &o, &s), NACRE_E_ARGUMENT);
	assert_int_equal(nacre_sftp_server_new(&t.env, NULL, &s), NACRE_E_ARGUMENT);
	o.start = "relative";
	assert_int_equal(nacre_sftp_server_new(&t.env, &o, &s), NACRE_E_ARGUMENT);
	o.start = "/a/../b//";
	h.close = NULL;
	assert_int_equal(nacre_sftp_server_new(&t.env, &o, &s), NACRE_E_ARGUMENT);
	h.close = whole->close;
	h.closedir = NULL;
	assert_int_equal(nacre_sftp_server_new(&t.env, &o, &s), NACRE_E_ARGUMENT);
	assert_null(s);
	h = *whole;
	assert_int_equal(nacre_sftp_server_new(&t.env, &o, &s), NACRE_OK);
	nacre_sftp_server_free(s);
	nacre_sftp_server_free(NULL);
	assert_int_equal(t.live_blocks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(just_what_the_handler_has_is_announced),
	    cmocka_unit_test(a_version_above_3_is_met_with_3_and_one_below_is_refused_in_words),
	    cmocka_unit_test(what_breaks_the_protocol_ends_the_session_and_stays_its_failure),
	    cmocka_unit_test(an_unknown_type_and_a_servers_own_are_unsupported_and_the_session_goes_on),
	    cmocka_unit_test(every_request_cut_at_every_byte_is_a_bad_message_and_the_session_goes_on),
	    cmocka_unit_test(without_a_handlers_function_each_request_is_unsupported),
	    cmocka_unit_test(handles_are_bounded_and_a_closed_or_altered_one_is_none),
	    cmocka_unit_test(a_directorys_handle_is_not_a_files),
	    cmocka_unit_test(a_read_is_clamped_and_an_empty_one_is_the_end),
	    cmocka_unit_test(a_handle_may_do_what_it_was_opened_for),
	    cmocka_unit_test(what_stands_behind_the_data_of_a_write_is_passed_over),
	    cmocka_unit_test(however_the_bytes_are_split_the_replies_are_the_same),
	    cmocka_unit_test(replies_that_nobody_takes_stop_the_reading_and_bound_the_memory),
	    cmocka_unit_test(reading_and_writing_allocate_nothing_once_they_run),
	    cmocka_unit_test(in_a_read_only_session_nothing_changes),
	    cmocka_unit_test(options_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
