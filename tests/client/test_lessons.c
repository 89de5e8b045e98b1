/* What other libraries got wrong on a connection that stands, shown through the client: a channel that nobody reads, rooms
 * beyond 4 GiB, commands that only complain, waits without an end. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "stage.h"

#define SHORT_MS 50

/* A command whose output fills its window, and is never read, is no other channel's concern, nor a rekey's. */
static void
a_channel_that_nobody_reads_holds_up_no_other(void **state)
{
	struct nacre_run_options options = {.size = sizeof(options), .output_max = (size_t)8 << 20};
	struct nacre_conn_info info;
	struct nacre_result result;
	nacre_channel *unread;
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "endless", NULL, &unread), NACRE_OK);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(nacre_client_run(s.client, "both 1000000", &options, &result), NACRE_OK);
		assert_int_equal(result.out_len, 1000000);
		assert_int_equal(result.err_len, 1000000);
		nacre_result_free(&result);
		assert_int_equal(nacre_client_rekey(s.client), NACRE_OK);
	}
	assert_true((nacre_channel_ready(unread) & NACRE_READY_STDOUT) != 0);
	nacre_conn_get_info(nacre_client_conn(s.client), &info);
	assert_in_range(info.memory, 1, 24 << 20); /* the unread window and little else */
	nacre_channel_close(unread);
	stage_end(&s);
}

/* Address space alone: nothing of it is ever touched but what arrives. */
static void
a_room_of_more_than_4_gib_is_a_room(void **state)
{
	const size_t n = ((size_t)1 << 32) + 4096;
	struct nacre_exec_options options = {.size = sizeof(options), .timeout_ms = SHORT_MS};
	uint8_t *room = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	nacre_channel *ch;
	struct stage s;
	int64_t taken;

	(void)state;
	assert_ptr_not_equal(room, MAP_FAILED);
	stage_open(&s);
	assert_int_equal(nacre_client_exec_command(s.client, "echo pearl", NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_read(ch, room, n), 5);
	assert_memory_equal(room, "pearl", 5);
	assert_int_equal(nacre_channel_read(ch, room, n), 0);
	nacre_channel_close(ch);

	assert_int_equal(nacre_client_exec_command(s.client, "hang", &options, &ch), NACRE_OK);
	taken = nacre_channel_write(ch, room, n);
	assert_true(taken > 4096); /* as n would be in 32 bits */
	nacre_channel_close(ch);
	stage_end(&s);
	munmap(room, n);
}

static void
a_command_that_only_complains_ends_like_any_other(void **state)
{
	struct nacre_result result;
	nacre_channel *ch;
	char text[32];
	struct stage s;

	(void)state;
	stage_open(&s);
	assert_int_equal(nacre_client_run(s.client, "stderr no such pearl", NULL, &result), NACRE_OK);
	assert_int_equal(result.out_len, 0);
	assert_string_equal(result.err, "no such pearl");
	assert_int_equal(result.exit.status, 1);
	nacre_result_free(&result);

	/* Who reads the other stream first finds its end, and then what was said. */
	assert_int_equal(nacre_client_exec_command(s.client, "stderr no such pearl", NULL, &ch), NACRE_OK);
	assert_int_equal(nacre_channel_read(ch, text, sizeof(text)), 0);
	assert_int_equal(nacre_channel_read_stderr(ch, text, sizeof(text)), 13);
	assert_int_equal(nacre_channel_read_stderr(ch, text, sizeof(text)), 0);
	nacre_channel_close(ch);
	stage_end(&s);
}

/* IGNORE is not answered, but it waits for room: a peer that reads nothing any more must not hold the caller. */
static void
ignore_to_a_peer_that_does_not_read_has_an_end(void **state)
{
	nacre_channel *ch;
	struct stage s;
	int rc = NACRE_OK;

	(void)state;
	stage_init(&s);
	s.options.channel_timeout_ms = SHORT_MS;
	assert_int_equal(stage_connect(&s), NACRE_OK);
	assert_int_equal(nacre_client_exec_command(s.client, "deaf", NULL, &ch), NACRE_OK);
	for (int i = 0; i < 10000 && rc == NACRE_OK; i++)
		rc = nacre_client_send_ignore(s.client, 32768);
	assert_int_equal(rc, NACRE_E_TIMEOUT_CHANNEL);
	assert_non_null(strstr(stage_error(&s).message, "50 ms"));
	assert_true(nacre_client_is_active(s.client));
	nacre_channel_close(ch);
	stage_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_channel_that_nobody_reads_holds_up_no_other),
	    cmocka_unit_test(a_room_of_more_than_4_gib_is_a_room),
	    cmocka_unit_test(a_command_that_only_complains_ends_like_any_other),
	    cmocka_unit_test(ignore_to_a_peer_that_does_not_read_has_an_end),
	};

	return cmocka_run_group_tests_name("client: lessons", tests, stage_setup, stage_teardown);
}
