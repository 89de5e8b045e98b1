/* A handler that answers when it likes: order, bounds, and the room that is kept.
 * draft-ietf-secsh-filexfer-02 3. */
#include "asker.h"

#define READ NACRE_SFTP_READ
#define WRITE NACRE_SFTP_WRITE

#define LATE_MAX 16

struct late {
	struct nacre_sftp_request asked[LATE_MAX];
	unsigned n, ended;
	int file;
};

static int
late_keep(void *ctx, struct nacre_sftp_request r)
{
	struct late *l = ctx;

	assert_true(l->n < LATE_MAX);
	l->asked[l->n++] = r;
	return NACRE_SFTP_LATER;
}

static int
late_open(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path, uint32_t flags,
    const struct nacre_sftp_attrs *attrs)
{
	(void)path;
	(void)flags;
	(void)attrs;
	assert_int_equal(nacre_sftp_reply_handle(r, &((struct late *)ctx)->file), NACRE_OK);
	return NACRE_SFTP_LATER;
}

static int
late_read(void *ctx, struct nacre_sftp_request r, void *file, uint64_t offset, uint32_t length)
{
	(void)file;
	(void)offset;
	(void)length;
	return late_keep(ctx, r);
}

static int
late_write(void *ctx, struct nacre_sftp_request r, void *file, uint64_t offset, struct nacre_bytes data)
{
	(void)file;
	(void)offset;
	(void)data;
	return late_keep(ctx, r);
}

static int
late_close(void *ctx, struct nacre_sftp_request r, void *file)
{
	(void)file;
	return r.server == NULL ? NACRE_SFTP_OK : late_keep(ctx, r);
}

static int
late_path(void *ctx, struct nacre_sftp_request r, struct nacre_bytes path)
{
	(void)path;
	return late_keep(ctx, r);
}

static void
late_end(void *ctx)
{
	((struct late *)ctx)->ended++;
}

static const struct nacre_sftp_handler late_handler = {
    .size = sizeof(late_handler),
    .open = late_open,
    .close = late_close,
    .read = late_read,
    .write = late_write,
    .stat = late_path,
    .remove = late_path,
    .end = late_end,
};

static void
late_begin(struct asker *a, struct late *l, unsigned requests_max, uint8_t handle[2][SFTP_HANDLE_MAX], size_t n[2])
{
	struct nacre_sftp_server_options o = {
	    .size = sizeof(o), .handler = &late_handler, .ctx = l, .requests_max = requests_max};

	memset(l, 0, sizeof(*l));
	asker_begin_session(a, &o);
	assert_int_equal(ask_open(a, "/one", READ | WRITE, handle[0], &n[0]), NACRE_SFTP_OK);
	assert_int_equal(ask_open(a, "/two", READ | WRITE, handle[1], &n[1]), NACRE_SFTP_OK);
}

/* Sends without waiting for a reply; how many bytes were not taken. */
static size_t
late_send(struct asker *a, enum sftp_id row, void *msg)
{
	size_t left;
	struct buf b;

	buf_init(&b, &a->t.env, 65536);
	((struct sftp_msg_close *)msg)->id = ++a->id;
	sftp_put(&b, row, msg);
	assert_int_equal(asker_feed(a, buf_slice(&b), &left), NACRE_OK);
	buf_free(&b);
	return left;
}

static void
answer(struct asker *a, struct nacre_sftp_request r, uint32_t id, int status)
{
	size_t left;

	assert_int_equal(nacre_sftp_reply_status(r, status, NULL), NACRE_OK);
	assert_int_equal(nacre_sftp_reply_status(r, status, NULL), NACRE_E_MISUSE);
	assert_int_equal(asker_feed(a, SLICE_NONE, &left), NACRE_OK);
	assert_int_equal(asker_next(a), SFTP_status);
	assert_int_equal(a->reply.status.id, id);
}

static void
reads_run_side_by_side_and_are_answered_in_any_order(void **state)
{
	uint8_t handle[2][SFTP_HANDLE_MAX], *space;
	size_t n[2], room, left;
	struct asker a;
	struct late l;

	(void)state;
	late_begin(&a, &l, 0, handle, n);
	a.id = 10;
	assert_int_equal(
	    late_send(&a, SFTP_read, &(struct sftp_msg_read){.handle = slice_of(handle[0], n[0]), .len = 5}), 0);
	assert_int_equal(
	    late_send(&a, SFTP_read, &(struct sftp_msg_read){.handle = slice_of(handle[0], n[0]), .len = 7}), 0);
	assert_int_equal(l.n, 2);
	assert_int_equal(nacre_sftp_server_requests(a.server), 2);
	/* an answer of another kind is no answer */
	assert_int_equal(nacre_sftp_reply_handle(l.asked[1], &l), NACRE_E_MISUSE);
	assert_int_equal(nacre_sftp_reply_entries(l.asked[1]), NACRE_E_MISUSE);
	assert_int_equal(nacre_sftp_reply_data(l.asked[1], 8), NACRE_E_MISUSE);
	assert_non_null(space = nacre_sftp_reply_space(l.asked[1], &room));
	assert_int_equal(room, 7);
	memcpy(space, "second.", 7);
	assert_int_equal(nacre_sftp_reply_data(l.asked[1], 7), NACRE_OK);
	assert_int_equal(nacre_sftp_reply_data(l.asked[1], 7), NACRE_E_MISUSE);
	assert_int_equal(asker_feed(&a, SLICE_NONE, &left), NACRE_OK);
	assert_int_equal(asker_next(&a), SFTP_data);
	assert_int_equal(a.reply.data.id, 12);
	assert_true(slice_is(a.reply.data.data, "second."));
	answer(&a, l.asked[0], 11, NACRE_SFTP_EOF);
	asker_end(&a);
	assert_int_equal(l.ended, 1);
}

static void
what_changes_a_file_waits_for_what_was_asked_of_it_before(void **state)
{
	uint8_t handle[2][SFTP_HANDLE_MAX];
	struct asker a;
	struct late l;
	size_t n[2];

	(void)state;
	late_begin(&a, &l, 0, handle, n);
	a.id = 10;
	late_send(&a, SFTP_read, &(struct sftp_msg_read){.handle = slice_of(handle[0], n[0]), .len = 5});
	late_send(
	    &a, SFTP_write, &(struct sftp_msg_write){.handle = slice_of(handle[1], n[1]), .data = SLICE_LIT("x")});
	assert_int_equal(l.n, 2); /* another file's */
	assert_true(late_send(&a, SFTP_close, &(struct sftp_msg_close){.handle = slice_of(handle[0], n[0])}) > 0);
	assert_int_equal(l.n, 2);
	answer(&a, l.asked[0], 11, NACRE_SFTP_EOF);
	assert_int_equal(late_send(&a, SFTP_close, &(struct sftp_msg_close){.handle = slice_of(handle[0], n[0])}), 0);
	assert_int_equal(l.n, 3);
	/* while it closes it is no handle any more */
	late_send(&a, SFTP_read, &(struct sftp_msg_read){.handle = slice_of(handle[0], n[0]), .len = 5});
	assert_int_equal(asker_next(&a), SFTP_status);
	assert_int_equal(a.reply.status.code, NACRE_SFTP_FAILURE);
	/* what changes a path waits for everything; what looks at one for what changes */
	assert_true(late_send(&a, SFTP_remove, &(struct sftp_msg_remove){.filename = SLICE_LIT("/x")}) > 0);
	assert_true(late_send(&a, SFTP_stat, &(struct sftp_msg_stat){.path = SLICE_LIT("/x")}) > 0);
	answer(&a, l.asked[2], 14, NACRE_SFTP_OK);
	answer(&a, l.asked[1], 12, NACRE_SFTP_OK);
	assert_int_equal(nacre_sftp_server_handles(a.server), 1);
	assert_int_equal(late_send(&a, SFTP_stat, &(struct sftp_msg_stat){.path = SLICE_LIT("/x")}), 0);
	assert_int_equal(late_send(&a, SFTP_stat, &(struct sftp_msg_stat){.path = SLICE_LIT("/x")}), 0);
	assert_int_equal(l.n, 5);
	asker_end(&a); /* with two unanswered */
	assert_int_equal(l.ended, 1);
}

static void
unanswered_requests_are_bounded(void **state)
{
	uint8_t handle[2][SFTP_HANDLE_MAX];
	struct sftp_msg_read read = {.len = 5};
	struct asker a;
	struct late l;
	size_t n[2];

	(void)state;
	late_begin(&a, &l, 3, handle, n);
	read.handle = slice_of(handle[0], n[0]);
	assert_int_equal(late_send(&a, SFTP_read, &read), 0);
	assert_int_equal(late_send(&a, SFTP_read, &read), 0);
	assert_int_equal(late_send(&a, SFTP_read, &read), 0);
	assert_true(late_send(&a, SFTP_read, &read) > 0);
	assert_int_equal(nacre_sftp_reply_status(l.asked[1], NACRE_SFTP_OK, NULL), NACRE_OK);
	assert_int_equal(late_send(&a, SFTP_read, &read), 0);
	assert_int_equal(l.n, 4);
	/* a success that brings no data is a failure */
	assert_int_equal(asker_next(&a), SFTP_status);
	assert_int_equal(a.reply.status.code, NACRE_SFTP_FAILURE);
	asker_end(&a);
}

static void
the_room_for_late_answers_is_kept(void **state)
{
	uint8_t handle[2][SFTP_HANDLE_MAX];
	struct sftp_msg_read read = {.len = UINT32_MAX};
	size_t n[2], room, left;
	struct asker a;
	struct late l;

	(void)state;
	late_begin(&a, &l, 0, handle, n);
	read.handle = slice_of(handle[0], n[0]);
	assert_int_equal(late_send(&a, SFTP_read, &read), 0);
	assert_int_equal(late_send(&a, SFTP_read, &read), 0);
	assert_true(late_send(&a, SFTP_read, &read) > 0); /* two of them fill what there is */
	assert_int_equal(l.n, 2);
	assert_non_null(nacre_sftp_reply_space(l.asked[0], &room));
	assert_int_equal(nacre_sftp_reply_data(l.asked[0], room), NACRE_OK);
	assert_non_null(nacre_sftp_reply_space(l.asked[1], &room));
	assert_int_equal(nacre_sftp_reply_data(l.asked[1], room), NACRE_OK);
	assert_int_equal(asker_feed(&a, SLICE_NONE, &left), NACRE_OK); /* takes them */
	assert_int_equal(late_send(&a, SFTP_read, &read), 0);
	assert_int_equal(l.n, 3);
	asker_end(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_run_side_by_side_and_are_answered_in_any_order),
	    cmocka_unit_test(what_changes_a_file_waits_for_what_was_asked_of_it_before),
	    cmocka_unit_test(unanswered_requests_are_bounded),
	    cmocka_unit_test(the_room_for_late_answers_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
