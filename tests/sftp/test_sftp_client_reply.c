/* Replies to the client's half of SFTP: every split, every wrong answer. draft-ietf-secsh-filexfer-02 3, 6, 7. */
#include "desk.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	enum sftp_id type, want;
} pairs[] = {
    {SFTP_open, SFTP_handle},
    {SFTP_close, SFTP_status},
    {SFTP_read, SFTP_data},
    {SFTP_write, SFTP_status},
    {SFTP_lstat, SFTP_attrs},
    {SFTP_fstat, SFTP_attrs},
    {SFTP_setstat, SFTP_status},
    {SFTP_fsetstat, SFTP_status},
    {SFTP_opendir, SFTP_handle},
    {SFTP_readdir, SFTP_name},
    {SFTP_remove, SFTP_status},
    {SFTP_mkdir, SFTP_status},
    {SFTP_rmdir, SFTP_status},
    {SFTP_realpath, SFTP_name},
    {SFTP_stat, SFTP_attrs},
    {SFTP_rename, SFTP_status},
    {SFTP_readlink, SFTP_name},
    {SFTP_symlink, SFTP_status},
    {SFTP_extended, SFTP_status},
};

#define N_PAIRS (sizeof(pairs) / sizeof(pairs[0]))

/* Each request goes out whole and is read back by the table; each of its answers comes in at every split. */
static void
each_request_is_answered_at_every_split(void **state)
{
	struct slice out, payload;
	union sftp_any any;
	size_t missing;
	struct desk d;

	(void)state;
	for (size_t i = 0; i < N_PAIRS; i++) {
		for (size_t step = 1; step < 24; step++) {
			struct told told = {.times = 0};
			uint32_t id;

			desk_ready(&d);
			id = desk_ask_any(&d, pairs[i].type, &told);
			desk_take(&d);
			out = slice_of(d.sent, d.n_sent);
			assert_int_equal(sftp_frame_take(&out, &payload, &missing), 1);
			assert_int_equal(out.n, 0);
			assert_int_equal(sftp_parse(pairs[i].type, payload, &any, NULL), 0);
			desk_say_any(&d, pairs[i].want, id);
			assert_int_equal(desk_hear(&d, step), 0);
			assert_int_equal(told.times, 1);
			assert_int_equal(told.code, 0);
			assert_int_equal(d.s.in_flight, 0);
			assert_int_equal(told.n, pairs[i].type == SFTP_read ? 1 : 0);
			desk_close(&d);
		}
	}
}

/* What was asked for is an answer, and so is a STATUS that says no; everything else breaks the protocol. Whatever
 * comes, the callback runs once. */
static void
a_reply_of_every_kind_to_every_request_has_its_verdict(void **state)
{
	struct desk d;

	(void)state;
	for (size_t i = 0; i < N_PAIRS; i++) {
		for (unsigned kind = 0; kind < SFTP_COUNT; kind++) {
			struct told told = {.times = 0};
			uint32_t id;

			desk_ready(&d);
			id = desk_ask_any(&d, pairs[i].type, &told);
			desk_take(&d);
			desk_say_any(&d, (enum sftp_id)kind, id);
			if (kind == pairs[i].want)
				assert_int_equal(desk_hear(&d, 4), 0);
			else
				assert_int_equal(desk_hear(&d, 4), NACRE_E_PROTOCOL);
			assert_int_equal(told.times, 1);
			assert_int_equal(told.code, kind == pairs[i].want ? 0 : NACRE_E_PROTOCOL);
			desk_close(&d);
		}
		for (uint32_t code = 1; code < 12; code++) {
			struct told told = {.times = 0};

			desk_ready(&d);
			uint32_t id = desk_ask_any(&d, pairs[i].type, &told);
			desk_take(&d);
			desk_say_status(&d, id, code, "the tide is out");
			assert_int_equal(desk_hear(&d, 4), 0);
			assert_int_equal(told.code, NACRE_E_SFTP);
			assert_int_equal(told.status, code);
			assert_string_equal(told.text, "the tide is out");
			desk_close(&d);
		}
	}
}

static void
a_status_may_lack_its_texts(void **state)
{
	struct told told = {.times = 0};
	struct desk d;
	uint32_t id;

	(void)state;
	desk_ready(&d);
	id = desk_ask_stat(&d, &told);
	desk_take(&d);
	buf_put_u32(&d.in, 9);
	buf_put_u8(&d.in, 101);
	buf_put_u32(&d.in, id);
	buf_put_u32(&d.in, SFTP_NO_SUCH_FILE);
	assert_int_equal(desk_hear(&d, 2), 0);
	assert_int_equal(told.code, NACRE_E_SFTP);
	assert_int_equal(told.status, SFTP_NO_SUCH_FILE);
	assert_string_equal(told.text, "");
	desk_close(&d);
}

static void
an_answer_to_no_request_breaks_the_protocol(void **state)
{
	struct told told = {.times = 0};
	struct desk d;
	uint32_t id;

	(void)state;
	desk_ready(&d);
	id = desk_ask_stat(&d, &told);
	desk_say_any(&d, SFTP_attrs, id + 1);
	assert_int_equal(desk_hear(&d, 99), NACRE_E_PROTOCOL);
	assert_non_null(strstr(d.s.failure.text, "no request"));
	assert_int_equal(told.times, 1);
	desk_close(&d);

	/* The second reply with the same id, also where the slot has a new user. */
	for (int again = 0; again < 2; again++) {
		struct told first = {.times = 0}, second = {.times = 0};

		desk_ready(&d);
		id = desk_ask_stat(&d, &first);
		desk_say_any(&d, SFTP_attrs, id);
		assert_int_equal(desk_hear(&d, 99), 0);
		if (again)
			assert_int_not_equal(desk_ask_stat(&d, &second), id);
		desk_say_any(&d, SFTP_attrs, id);
		assert_int_equal(desk_hear(&d, 99), NACRE_E_PROTOCOL);
		assert_int_equal(first.times, 1);
		assert_int_equal(second.times, again);
		desk_close(&d);
	}
}

static void
a_malformed_reply_names_its_field(void **state)
{
	struct told told = {.times = 0};
	struct desk d;
	uint32_t id;

	(void)state;
	desk_ready(&d);
	id = desk_ask_stat(&d, &told);
	buf_put_u32(&d.in, 8);
	buf_put_u8(&d.in, 105);
	buf_put_u32(&d.in, id);
	buf_put(&d.in, "\0\0\0", 3);
	assert_int_equal(desk_hear(&d, 99), NACRE_E_FORMAT);
	assert_non_null(strstr(d.s.failure.text, "attrs"));
	assert_int_equal(told.code, NACRE_E_FORMAT);
	desk_close(&d);
}

static void
frames_of_impossible_length_are_refused(void **state)
{
	static const uint32_t lengths[] = {0, SFTP_FRAME_MAX + 1, UINT32_MAX};
	struct desk d;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct told told = {.times = 0};

		desk_ready(&d);
		desk_ask_stat(&d, &told);
		buf_put_u32(&d.in, lengths[i]);
		assert_int_equal(desk_hear(&d, 1), lengths[i] == 0 ? NACRE_E_FORMAT : NACRE_E_LIMIT);
		assert_int_equal(told.times, 1);
		assert_int_equal(told.code, d.s.failure.code);
		desk_close(&d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_request_is_answered_at_every_split),
	    cmocka_unit_test(a_reply_of_every_kind_to_every_request_has_its_verdict),
	    cmocka_unit_test(a_status_may_lack_its_texts),
	    cmocka_unit_test(an_answer_to_no_request_breaks_the_protocol),
	    cmocka_unit_test(a_malformed_reply_names_its_field),
	    cmocka_unit_test(frames_of_impossible_length_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
