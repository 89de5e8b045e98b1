/* asker: see asker.h. */
#include "asker.h"

#define IN_MAX (4u << 20)

void
asker_begin(struct asker *a, const struct nacre_sftp_server_options *options)
{
	struct nacre_sftp_server_options o = {.size = sizeof(o)};

	memset(a, 0, sizeof(*a));
	test_env_init(&a->t, 7);
	assert_int_equal(nacre_sftp_memory_new(&a->t.env, NULL, &a->memory), NACRE_OK);
	if (options != NULL)
		o = *options;
	if (o.handler == NULL) {
		o.handler = nacre_sftp_memory_handler();
		o.ctx = a->memory;
	}
	buf_init(&a->in, &a->t.env, IN_MAX);
	assert_int_equal(nacre_sftp_server_new(&a->t.env, &o, &a->server), NACRE_OK);
}

void
asker_begin_session(struct asker *a, const struct nacre_sftp_server_options *options)
{
	static const uint8_t init[] = {0, 0, 0, 5, 1, 0, 0, 0, 3};
	size_t left;

	asker_begin(a, options);
	assert_int_equal(asker_feed(a, slice_of(init, sizeof(init)), &left), NACRE_OK);
	assert_int_equal(asker_next(a), SFTP_version);
	assert_int_equal(a->reply.version.version, 3);
}

void
asker_end(struct asker *a)
{
	nacre_sftp_server_free(a->server);
	nacre_sftp_memory_free(a->memory);
	buf_free(&a->in);
	assert_int_equal(a->t.live_blocks, 0);
	assert_int_equal(a->t.wrong_sizes, 0);
}

static void
take_output(struct asker *a)
{
	const uint8_t *p;
	size_t n;

	while ((p = nacre_sftp_server_output(a->server, &n)) != NULL) {
		if (a->piece != 0 && n > a->piece)
			n = a->piece;
		buf_put(&a->in, p, n);
		assert_int_equal(a->in.bad, 0);
		assert_int_equal(nacre_sftp_server_sent(a->server, n), NACRE_OK);
	}
}

int
asker_feed(struct asker *a, struct slice bytes, size_t *left)
{
	size_t at = 0, taken, n;
	int rc;

	do {
		n = a->piece == 0 || a->piece > bytes.n - at ? bytes.n - at : a->piece;
		rc = nacre_sftp_server_receive(a->server, bytes.p + at, n, &taken);
		at += taken;
		take_output(a);
	} while (rc == NACRE_OK && taken > 0 && at < bytes.n);
	/* what waited only for room goes on now */
	if (rc == NACRE_OK)
		rc = nacre_sftp_server_receive(a->server, NULL, 0, &taken);
	take_output(a);
	*left = bytes.n - at;
	return rc;
}

enum sftp_id
asker_next(struct asker *a)
{
	struct slice in = slice_from(buf_slice(&a->in), a->in_at), payload;
	size_t missing;

	a->got = SFTP_none;
	if (in.n == 0 || sftp_frame_take(&in, &payload, &missing) != 1)
		return SFTP_none;
	a->in_at = a->in.n - in.n;
	a->got = sftp_find(payload.p[0]);
	assert_int_not_equal(a->got, SFTP_none);
	assert_int_equal(sftp_parse(a->got, payload, &a->reply, NULL), 0);
	return a->got;
}

static enum sftp_id
exchange(struct asker *a, struct buf *b)
{
	size_t left;

	assert_int_equal(b->bad, 0);
	if (a->in_at == a->in.n) {
		buf_reset(&a->in);
		a->in_at = 0;
	}
	assert_int_equal(asker_feed(a, buf_slice(b), &left), NACRE_OK);
	assert_int_equal(left, 0);
	buf_free(b);
	if (asker_next(a) != SFTP_none)
		assert_int_equal(a->reply.status.id, a->id); /* at one place in every reply */
	return a->got;
}

enum sftp_id
asker_ask(struct asker *a, enum sftp_id row, void *msg)
{
	struct buf b;

	buf_init(&b, &a->t.env, 4 + SFTP_FRAME_MAX);
	((struct sftp_msg_close *)msg)->id = ++a->id;
	sftp_put(&b, row, msg);
	return exchange(a, &b);
}

enum sftp_id
asker_extend(struct asker *a, enum sftp_extension_id row, void *msg)
{
	struct buf b;

	buf_init(&b, &a->t.env, 4 + SFTP_FRAME_MAX);
	*(uint32_t *)msg = ++a->id;
	sftp_extension_put(&b, row, msg);
	return exchange(a, &b);
}

int
asker_status(const struct asker *a)
{
	return a->got == SFTP_status ? (int)a->reply.status.code : -1;
}

static int
outcome(const struct asker *a)
{
	assert_int_not_equal(a->got, SFTP_none);
	return a->got == SFTP_status ? (int)a->reply.status.code : NACRE_SFTP_OK;
}

static const uint8_t no_attrs[4];

int
ask_open(struct asker *a, const char *path, uint32_t pflags, uint8_t handle[SFTP_HANDLE_MAX], size_t *n)
{
	struct sftp_msg_open msg = {
	    .filename = slice_str(path), .pflags = pflags, .attrs = slice_of(no_attrs, sizeof(no_attrs))};

	*n = 0;
	if (asker_ask(a, SFTP_open, &msg) == SFTP_handle) {
		*n = a->reply.handle.handle.n;
		memcpy(handle, a->reply.handle.handle.p, *n);
	}
	return outcome(a);
}

int
ask_close(struct asker *a, const uint8_t *handle, size_t n)
{
	asker_ask(a, SFTP_close, &(struct sftp_msg_close){.handle = slice_of(handle, n)});
	return asker_status(a);
}

int
ask_write(struct asker *a, const uint8_t *handle, size_t n, uint64_t offset, struct slice data)
{
	asker_ask(
	    a, SFTP_write, &(struct sftp_msg_write){.handle = slice_of(handle, n), .offset = offset, .data = data});
	return asker_status(a);
}

int
ask_read(struct asker *a, const uint8_t *handle, size_t n, uint64_t offset, uint32_t len)
{
	asker_ask(a, SFTP_read, &(struct sftp_msg_read){.handle = slice_of(handle, n), .offset = offset, .len = len});
	return outcome(a);
}

int
ask_path(struct asker *a, enum sftp_id row, const char *path)
{
	if (row == SFTP_mkdir)
		asker_ask(a, row,
		    &(struct sftp_msg_mkdir){.path = slice_str(path), .attrs = slice_of(no_attrs, sizeof(no_attrs))});
	else
		asker_ask(a, row, &(struct sftp_msg_stat){.path = slice_str(path)});
	return outcome(a);
}

int
ask_paths(struct asker *a, enum sftp_id row, const char *one, const char *two)
{
	asker_ask(a, row, &(struct sftp_msg_rename){.oldpath = slice_str(one), .newpath = slice_str(two)});
	return outcome(a);
}

void
ask_make(struct asker *a, const char *path, struct slice content)
{
	uint8_t handle[SFTP_HANDLE_MAX];
	size_t n;

	assert_int_equal(
	    ask_open(a, path, NACRE_SFTP_WRITE | NACRE_SFTP_CREAT | NACRE_SFTP_TRUNC, handle, &n), NACRE_SFTP_OK);
	assert_int_equal(ask_write(a, handle, n, 0, content), NACRE_SFTP_OK);
	assert_int_equal(ask_close(a, handle, n), NACRE_SFTP_OK);
}

struct sftp_attrs
asker_attrs(const struct asker *a)
{
	struct reader r = reader_of(a->reply.attrs.attrs);
	struct sftp_attrs attrs;

	assert_int_equal(a->got, SFTP_attrs);
	sftp_attrs_read(&r, &attrs);
	return attrs;
}
