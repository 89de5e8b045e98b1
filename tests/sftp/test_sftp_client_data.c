/* The bytes of files through the client's half of SFTP, giving up, and bounds. draft-ietf-secsh-filexfer-02 6.4. */
#include "desk.h"

#include <stdio.h>
#include <stdlib.h>

#define SENT_MAX (1u << 20)

static void
data_beyond_what_was_asked_for_is_refused_before_a_byte_is_handed_on(void **state)
{
	struct told told = {.times = 0};
	struct desk d;

	(void)state;
	desk_ready(&d);
	desk_say_data(&d, desk_ask_read(&d, 4, &told), "12345", 5);
	assert_int_equal(desk_hear(&d, 1), NACRE_E_PROTOCOL);
	assert_int_equal(told.n, 0);
	desk_close(&d);

	told = (struct told){.times = 0};
	desk_ready(&d);
	desk_say_data(&d, desk_ask_read(&d, 4, &told), "1234", 4);
	assert_int_equal(desk_hear(&d, 1), 0);
	assert_int_equal(told.n, 4);
	desk_close(&d);
}

static void
data_that_is_not_as_long_as_its_packet_is_refused(void **state)
{
	struct told told = {.times = 0};
	struct desk d;
	uint32_t id;

	(void)state;
	for (uint32_t n = 0; n < 8; n++) {
		told = (struct told){.times = 0};
		desk_ready(&d);
		id = desk_ask_read(&d, 100, &told);
		buf_put_u32(&d.in, 13);
		buf_put_u8(&d.in, 103);
		buf_put_u32(&d.in, id);
		buf_put_u32(&d.in, n);
		buf_put(&d.in, "1234", 4);
		assert_int_equal(desk_hear(&d, 2), n == 4 ? 0 : NACRE_E_FORMAT);
		assert_int_equal(told.times, 1);
		desk_close(&d);
	}
}

static void
data_without_bytes_fails_the_read_and_not_the_session(void **state)
{
	struct told told = {.times = 0}, next = {.times = 0};
	struct desk d;

	(void)state;
	desk_ready(&d);
	desk_say_data(&d, desk_ask_read(&d, 4, &told), "", 0);
	assert_int_equal(desk_hear(&d, 1), 0);
	assert_int_equal(told.times, 1);
	assert_int_equal(told.code, NACRE_E_PROTOCOL);
	desk_say_data(&d, desk_ask_read(&d, 4, &next), "ok", 2);
	assert_int_equal(desk_hear(&d, 1), 0);
	assert_int_equal(next.n, 2);
	desk_close(&d);
}

/* 40 READs answered in any order, in pieces of any size: each hears its own bytes. */
static void
replies_in_any_order_find_their_requests(void **state)
{
	struct told told[40];
	uint32_t ids[40];
	char bytes[64];
	struct desk d;

	(void)state;
	for (unsigned round = 0; round < 30; round++) {
		desk_ready(&d);
		memset(told, 0, sizeof(told));
		for (size_t i = 0; i < 40; i++)
			ids[i] = desk_ask_read(&d, 64, &told[i]);
		for (size_t left = 40; left > 0; left--) {
			size_t k = (round * 7 + left * 13) % left, who;
			uint32_t id = ids[k];

			who = id % SFTP_CLIENT_REQUESTS_MAX; /* the slots were given out from 0 on */
			memset(bytes, (int)('A' + who), sizeof(bytes));
			desk_say_data(&d, id, bytes, 1 + who);
			ids[k] = ids[left - 1];
		}
		assert_int_equal(desk_hear(&d, 1 + round), 0);
		for (size_t i = 0; i < 40; i++) {
			assert_int_equal(told[i].times, 1);
			assert_int_equal(told[i].n, 1 + i);
			assert_int_equal(told[i].bytes[i], 'A' + i);
		}
		assert_int_equal(d.s.in_flight, 0);
		desk_close(&d);
	}
}

/* Writes and other requests leave in the order in which they were asked, whatever the room at a time. */
static void
payloads_stand_where_they_belong_at_every_room(void **state)
{
	static const size_t sizes[] = {1, 26, 100, 0, 300};
	struct desk d;

	(void)state;
	for (size_t room = 1; room < 64; room++) {
		struct told told = {.times = 0};
		uint8_t *all = malloc(SENT_MAX), *space = malloc(room);
		struct slice out, payload;
		union sftp_any any;
		size_t n = 0, k, missing;

		assert_true(all != NULL && space != NULL);
		desk_ready(&d);
		for (size_t i = 0; i < 5; i++) {
			struct sftp_msg_write msg = {.handle = SLICE_LIT("h"), .offset = i};
			struct sftp_ask a = {.type = SFTP_write, .msg = &msg, .fill = desk_fill, .fill_len = sizes[i]};

			assert_int_equal(sftp_client_submit(&d.s, &a, NULL), 0);
			if (i % 2 == 0)
				desk_ask_stat(&d, &told);
		}
		while ((k = sftp_client_send(&d.s, space, room)) > 0) {
			memcpy(all + n, space, k);
			n += k;
		}
		assert_false(sftp_client_has_output(&d.s));
		out = slice_of(all, n);
		for (size_t i = 0; i < 5; i++) {
			assert_int_equal(sftp_frame_take(&out, &payload, &missing), 1);
			assert_int_equal(sftp_parse(SFTP_write, payload, &any, NULL), 0);
			assert_int_equal(any.write.offset, i);
			assert_int_equal(any.write.data.n, sizes[i]);
			for (k = 0; k < sizes[i]; k++)
				assert_int_equal(any.write.data.p[k], 'a' + k % 26);
			if (i % 2 == 0) {
				assert_int_equal(sftp_frame_take(&out, &payload, &missing), 1);
				assert_int_equal(sftp_parse(SFTP_stat, payload, &any, NULL), 0);
			}
		}
		assert_int_equal(out.n, 0);
		free(all);
		free(space);
		desk_close(&d);
	}
}

static void
a_write_that_is_answered_before_it_was_sent_breaks_the_protocol(void **state)
{
	struct sftp_msg_write msg = {.handle = SLICE_LIT("h")};
	struct told told = {.times = 0};
	struct sftp_ask a = {
	    .type = SFTP_write, .msg = &msg, .fill = desk_fill, .fill_len = 5000, .done = desk_told, .ctx = &told};
	struct desk d;
	uint32_t id;

	(void)state;
	desk_ready(&d);
	assert_int_equal(sftp_client_submit(&d.s, &a, &id), 0);
	desk_take(&d); /* 4096 bytes of it */
	desk_say_status(&d, id, SFTP_OK, "");
	assert_int_equal(desk_hear(&d, 99), NACRE_E_PROTOCOL);
	assert_int_equal(told.times, 1);
	desk_close(&d);

	told = (struct told){.times = 0};
	desk_ready(&d);
	assert_int_equal(sftp_client_submit(&d.s, &a, &id), 0);
	desk_take(&d);
	desk_take(&d);
	desk_say_status(&d, id, SFTP_OK, "");
	assert_int_equal(desk_hear(&d, 99), 0);
	assert_int_equal(told.times, 1);
	desk_close(&d);
}

static void
an_abandoned_request_is_silent_and_its_handle_is_closed(void **state)
{
	struct told told = {.times = 0};
	struct slice out, payload;
	union sftp_any any;
	size_t missing;
	struct desk d;
	uint32_t id;

	(void)state;
	desk_ready(&d);
	id = desk_ask_any(&d, SFTP_open, &told);
	sftp_client_abandon(&d.s, id);
	desk_take(&d);
	desk_say_any(&d, SFTP_handle, id);
	assert_int_equal(desk_hear(&d, 3), 0);
	desk_take(&d);
	out = slice_of(d.sent, d.n_sent);
	assert_int_equal(sftp_frame_take(&out, &payload, &missing), 1);
	assert_int_equal(sftp_parse(SFTP_close, payload, &any, NULL), 0);
	assert_true(slice_is(any.close.handle, "h"));

	id = desk_ask_read(&d, 10, &told);
	sftp_client_abandon(&d.s, id);
	desk_say_data(&d, id, "12345", 5);
	assert_int_equal(desk_hear(&d, 2), 0);
	assert_int_equal(told.times, 0);
	assert_int_equal(told.n, 0);
	desk_close(&d);
}

static void
a_write_abandoned_half_way_ends_the_session(void **state)
{
	struct sftp_msg_write msg = {.handle = SLICE_LIT("h")};
	struct told told = {.times = 0};
	struct sftp_ask a = {
	    .type = SFTP_write, .msg = &msg, .fill = desk_fill, .fill_len = 5000, .done = desk_told, .ctx = &told};
	struct desk d;
	uint32_t id;

	(void)state;
	for (int sent = 0; sent < 2; sent++) {
		desk_ready(&d);
		assert_int_equal(sftp_client_submit(&d.s, &a, &id), 0);
		desk_take(&d);
		if (sent)
			desk_take(&d);
		sftp_client_abandon(&d.s, id);
		assert_int_equal(d.s.state, sent ? SFTP_CLIENT_READY : SFTP_CLIENT_FAILED);
		assert_int_equal(told.times, 0);
		assert_int_equal(sftp_client_has_output(&d.s), false);
		desk_close(&d);
	}
}

static void
the_end_answers_everything_once(void **state)
{
	struct told told[100];
	struct desk d;

	(void)state;
	memset(told, 0, sizeof(told));
	desk_ready(&d);
	for (size_t i = 0; i < 100; i++)
		desk_ask_stat(&d, &told[i]);
	assert_int_equal(d.s.n_requests, 100);
	sftp_client_end(&d.s, NACRE_E_CHANNEL_CLOSED, "the server closed the channel");
	sftp_client_end(&d.s, NACRE_E_TIMEOUT, "again");
	for (size_t i = 0; i < 100; i++) {
		assert_int_equal(told[i].times, 1);
		assert_int_equal(told[i].code, NACRE_E_CHANNEL_CLOSED);
	}
	assert_int_equal(d.s.n_requests, 0);
	desk_close(&d);
}

static void
bytes_under_way_are_bounded_and_come_back(void **state)
{
	struct sftp_msg_read msg = {.handle = SLICE_LIT("h"), .len = 1u << 20};
	struct sftp_ask a = {.type = SFTP_read, .msg = &msg};
	uint32_t first = 0, id;
	struct desk d;
	unsigned n = 0;
	int r;

	(void)state;
	desk_ready(&d);
	while ((r = sftp_client_submit(&d.s, &a, &id)) == 0 && n < 1000)
		first = n++ == 0 ? id : first;
	assert_int_equal(r, NACRE_E_AGAIN);
	assert_int_equal(n, 64);
	desk_say_status(&d, first, SFTP_EOF, "");
	assert_int_equal(desk_hear(&d, 99), 0);
	assert_int_equal(sftp_client_submit(&d.s, &a, NULL), 0);
	assert_int_equal(sftp_client_submit(&d.s, &a, NULL), NACRE_E_AGAIN);
	desk_close(&d);
}

static void
a_request_that_fits_no_frame_is_refused_and_leaves_no_trace(void **state)
{
	static uint8_t path[SFTP_FRAME_MAX];
	struct sftp_msg_stat msg = {.path = {path, sizeof(path)}};
	struct sftp_ask a = {.type = SFTP_stat, .msg = &msg};
	struct told told = {.times = 0};
	struct desk d;

	(void)state;
	desk_ready(&d);
	assert_int_equal(sftp_client_submit(&d.s, &a, NULL), NACRE_E_LIMIT);
	assert_false(sftp_client_has_output(&d.s));
	assert_int_equal(d.s.n_requests, 0);
	desk_say_any(&d, SFTP_attrs, desk_ask_stat(&d, &told));
	assert_int_equal(desk_hear(&d, 99), 0);
	assert_int_equal(told.times, 1);
	desk_close(&d);
}

static void
without_memory_each_step_fails_by_itself(void **state)
{
	struct sftp_msg_stat msg = {.path = SLICE_LIT("pearl")};
	struct sftp_ask a = {.type = SFTP_stat, .msg = &msg};
	struct buf version;
	struct test_env t, other;
	struct sftp_client s;
	int r = NACRE_E_NOMEM;

	(void)state;
	test_env_init(&other, 1);
	buf_init(&version, &other.env, 1000);
	sftp_put(&version, SFTP_version, &(struct sftp_msg_version){.version = 3});
	for (uint64_t at = 1; r != 0 && at < 100; at++) {
		test_env_init(&t, 1);
		t.fail_at = at;
		t.fail_once = true;
		r = sftp_client_init(&s, &t.env);
		for (size_t i = 0; r == 0 && i < version.n; i++)
			r = sftp_client_receive(&s, slice_of(version.p + i, 1));
		if (r == 0)
			r = sftp_client_submit(&s, &a, NULL);
		assert_true(r == 0 || r == NACRE_E_NOMEM);
		sftp_client_free(&s);
		assert_int_equal(t.live_blocks, 0);
	}
	assert_int_equal(r, 0);
	buf_free(&version);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(data_beyond_what_was_asked_for_is_refused_before_a_byte_is_handed_on),
	    cmocka_unit_test(data_that_is_not_as_long_as_its_packet_is_refused),
	    cmocka_unit_test(data_without_bytes_fails_the_read_and_not_the_session),
	    cmocka_unit_test(replies_in_any_order_find_their_requests),
	    cmocka_unit_test(payloads_stand_where_they_belong_at_every_room),
	    cmocka_unit_test(a_write_that_is_answered_before_it_was_sent_breaks_the_protocol),
	    cmocka_unit_test(an_abandoned_request_is_silent_and_its_handle_is_closed),
	    cmocka_unit_test(a_write_abandoned_half_way_ends_the_session),
	    cmocka_unit_test(the_end_answers_everything_once),
	    cmocka_unit_test(bytes_under_way_are_bounded_and_come_back),
	    cmocka_unit_test(a_request_that_fits_no_frame_is_refused_and_leaves_no_trace),
	    cmocka_unit_test(without_memory_each_step_fails_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
