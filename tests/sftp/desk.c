/* desk: see desk.h. */
#include "desk.h"

#include <stdio.h>
#include <stdlib.h>

void
desk_told(void *ctx, const struct sftp_answer *answer)
{
	struct told *told = ctx;

	told->times++;
	told->code = answer->code;
	told->status = answer->status;
	snprintf(told->text, sizeof(told->text), "%.*s", (int)answer->text.n, (const char *)answer->text.p);
	if (answer->code == 0)
		told->kind = sftp_find(answer->msg->status.number);
}

static void
on_bytes(void *ctx, size_t at, struct slice bytes)
{
	struct told *told = ctx;

	assert_int_equal(at, told->n);
	assert_true(told->n + bytes.n <= sizeof(told->bytes));
	memcpy(told->bytes + told->n, bytes.p, bytes.n);
	told->n += bytes.n;
}

void
desk_fill(void *ctx, size_t at, uint8_t *p, size_t n)
{
	size_t i;

	(void)ctx;
	for (i = 0; i < n; i++)
		p[i] = (uint8_t)('a' + (at + i) % 26);
}

void
desk_say(struct desk *d, enum sftp_id id, const void *msg)
{
	sftp_put(&d->in, id, msg);
	assert_int_equal(d->in.bad, 0);
}

void
desk_say_status(struct desk *d, uint32_t id, uint32_t code, const char *text)
{
	struct sftp_msg_status msg = {.id = id, .code = code, .message = slice_str(text), .language = SLICE_LIT("en")};

	desk_say(d, SFTP_status, &msg);
}

void
desk_say_data(struct desk *d, uint32_t id, const void *p, size_t n)
{
	struct sftp_msg_data msg = {.id = id, .data = slice_of(p, n)};

	desk_say(d, SFTP_data, &msg);
}

void
desk_say_version(struct desk *d, uint32_t version, const char *extension, const char *data)
{
	struct sftp_msg_version msg = {.version = version};
	struct buf pairs;

	buf_init(&pairs, &d->t.env, 4096);
	if (extension != NULL)
		sftp_pair_put(&pairs, slice_str(extension), slice_str(data));
	msg.extensions = buf_slice(&pairs);
	desk_say(d, SFTP_version, &msg);
	buf_free(&pairs);
}

/* A reply of any row with the least that it can hold. */
void
desk_say_any(struct desk *d, enum sftp_id kind, uint32_t id)
{
	static const char name[] = "\0\0\0\1\0\0\0\1f\0\0\0\0\0\0\0\0";
	union sftp_any msg = {.status = {.number = 0}};

	if (kind == SFTP_name)
		msg.name.names = SLICE_LIT(name);
	if (kind == SFTP_attrs)
		msg.attrs.attrs = SLICE_LIT("\0\0\0\0");
	if (kind == SFTP_handle)
		msg.handle.handle = SLICE_LIT("h");
	if (kind == SFTP_data)
		msg.data.data = SLICE_LIT("d");
	if (kind != SFTP_version)
		msg.status.id = id; /* every reply has its id at this place */
	desk_say(d, kind, &msg);
}

/* Hands over what was said, in pieces of `step` bytes. */
int
desk_hear(struct desk *d, size_t step)
{
	struct slice in = buf_slice(&d->in);
	uint8_t *piece = malloc(step);
	int r = 0;

	assert_non_null(piece);
	while (in.n > 0) {
		size_t n = in.n < step ? in.n : step;

		memcpy(piece, in.p, n); /* reading past a piece is seen */
		r = sftp_client_receive(&d->s, slice_of(piece, n));
		in = slice_from(in, n);
	}
	free(piece);
	buf_reset(&d->in);
	return r;
}

void
desk_open(struct desk *d)
{
	test_env_init(&d->t, 7);
	buf_init(&d->in, &d->t.env, 16u << 20);
	assert_int_equal(sftp_client_init(&d->s, &d->t.env), 0);
	d->n_sent = 0;
}

void
desk_take(struct desk *d)
{
	d->n_sent = sftp_client_send(&d->s, d->sent, sizeof(d->sent));
}

void
desk_ready(struct desk *d)
{
	desk_open(d);
	desk_take(d);
	desk_say_version(d, 3, NULL, NULL);
	assert_int_equal(desk_hear(d, 9999), 0);
	assert_int_equal(d->s.state, SFTP_CLIENT_READY);
}

void
desk_close(struct desk *d)
{
	sftp_client_free(&d->s);
	buf_free(&d->in);
	assert_int_equal(d->t.live_blocks, 0);
	assert_int_equal(d->t.wrong_sizes, 0);
}

uint32_t
desk_ask(struct desk *d, enum sftp_id type, const void *msg, struct told *told)
{
	struct sftp_ask a = {
	    .type = type, .msg = msg, .done = desk_told, .data = on_bytes, .fill = desk_fill, .ctx = told};
	uint32_t id = 0;

	if (type == SFTP_extended)
		a.ext = SFTP_EXT_fsync;
	assert_int_equal(sftp_client_submit(&d->s, &a, &id), 0);
	return id;
}

uint32_t
desk_ask_stat(struct desk *d, struct told *told)
{
	struct sftp_msg_stat msg = {.path = SLICE_LIT("pearl")};

	return desk_ask(d, SFTP_stat, &msg, told);
}

uint32_t
desk_ask_read(struct desk *d, uint32_t n, struct told *told)
{
	struct sftp_msg_read msg = {.handle = SLICE_LIT("h"), .len = n};

	return desk_ask(d, SFTP_read, &msg, told);
}

uint32_t
desk_ask_any(struct desk *d, enum sftp_id type, struct told *told)
{
	union sftp_any msg;
	struct sftp_ext_fsync fsync = {.handle = SLICE_LIT("h")};

	memset(&msg, 0, sizeof(msg));
	if (type == SFTP_read)
		msg.read.len = 100;
	if (type == SFTP_open)
		msg.open.attrs = SLICE_LIT("\0\0\0\0");
	if (type == SFTP_setstat)
		msg.setstat.attrs = SLICE_LIT("\0\0\0\0");
	if (type == SFTP_fsetstat)
		msg.fsetstat.attrs = SLICE_LIT("\0\0\0\0");
	if (type == SFTP_mkdir)
		msg.mkdir.attrs = SLICE_LIT("\0\0\0\0");
	return desk_ask(d, type, type == SFTP_extended ? (const void *)&fsync : (const void *)&msg, told);
}
