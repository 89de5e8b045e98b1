/* How the client's half of SFTP begins: INIT, VERSION, limits, and what is no SFTP at all.
 * draft-ietf-secsh-filexfer-02 4; OpenSSH PROTOCOL 4.8. */
#include "desk.h"

#include <stdio.h>
#include <stdlib.h>

static void
a_session_begins_with_init_and_is_ready_after_version(void **state)
{
	struct desk d;

	(void)state;
	for (size_t step = 1; step < 40; step++) {
		desk_open(&d);
		desk_take(&d);
		assert_int_equal(d.n_sent, 9);
		assert_memory_equal(d.sent, "\0\0\0\5\1\0\0\0\3", 9);
		desk_say_version(&d, 3, "posix-rename@openssh.com", "1");
		assert_int_equal(desk_hear(&d, step), 0);
		assert_int_equal(d.s.state, SFTP_CLIENT_READY);
		assert_true(sftp_client_can(&d.s, SFTP_EXT_posix_rename));
		assert_false(sftp_client_can(&d.s, SFTP_EXT_statvfs));
		assert_true(d.s.limits_known);
		assert_false(sftp_client_has_output(&d.s));
		desk_close(&d);
	}
}

static void
a_request_before_version_is_misuse(void **state)
{
	struct sftp_msg_stat msg = {.path = SLICE_LIT("pearl")};
	struct sftp_ask a = {.type = SFTP_stat, .msg = &msg};
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(sftp_client_submit(&d.s, &a, NULL), NACRE_E_MISUSE);
	desk_close(&d);
}

static void
another_version_is_refused(void **state)
{
	static const uint32_t versions[] = {0, 1, 2, 4, 6, UINT32_MAX};
	struct desk d;

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		desk_open(&d);
		desk_say_version(&d, versions[i], NULL, NULL);
		assert_int_equal(desk_hear(&d, 5), NACRE_E_UNSUPPORTED);
		assert_non_null(strstr(d.s.failure.text, "version"));
		desk_close(&d);
	}
}

static void
an_extension_in_another_version_is_not_there(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_say_version(&d, 3, "statvfs@openssh.com", "1");
	assert_int_equal(desk_hear(&d, 99), 0);
	assert_false(sftp_client_can(&d.s, SFTP_EXT_statvfs));
	desk_close(&d);

	desk_open(&d);
	desk_say_version(&d, 3, "statvfs@openssh.com", "2");
	assert_int_equal(desk_hear(&d, 99), 0);
	assert_true(sftp_client_can(&d.s, SFTP_EXT_statvfs));
	desk_close(&d);
}

static const struct {
	uint64_t read, write;
	uint32_t want_read, want_write;
} limits[] = {
    {261120, 261120, 261120, 261120}, /* OpenSSH 9.2 */
    {0, 0, 261120, 261120}, /* "no limit" */
    {UINT64_MAX, UINT64_MAX, 261120, 261120},
    {1, 1, 4096, 1}, /* a read may be answered with less, a write may not be larger */
    {100000, 65536, 100000, 65536},
};

static void
limits_are_asked_for_and_clamped(void **state)
{
	struct sftp_ext_limits_reply reply = {.packet_length = 262144, .open_handles = 9};
	struct desk d;
	struct slice data;

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		desk_open(&d);
		desk_take(&d);
		desk_say_version(&d, 3, "limits@openssh.com", "1");
		assert_int_equal(desk_hear(&d, 3), 0);
		assert_int_equal(d.s.limits.read, 32768);
		assert_false(d.s.limits_known);
		desk_take(&d);
		data = slice_of(d.sent, d.n_sent);
		assert_true(slice_ends(data, SLICE_LIT("\0\0\0\22limits@openssh.com")));
		reply.id = get_be32(d.sent + 5);
		reply.read_length = limits[i].read;
		reply.write_length = limits[i].write;
		sftp_extension_put(&d.in, SFTP_EXT_limits_reply, &reply);
		assert_int_equal(desk_hear(&d, 3), 0);
		assert_true(d.s.limits_known);
		assert_int_equal(d.s.limits.read, limits[i].want_read);
		assert_int_equal(d.s.limits.write, limits[i].want_write);
		assert_int_equal(d.s.limits.handles, 9);
		desk_close(&d);
	}
}

static void
limits_that_are_refused_leave_the_usual_sizes(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_take(&d);
	desk_say_version(&d, 3, "limits@openssh.com", "1");
	assert_int_equal(desk_hear(&d, 99), 0);
	desk_take(&d);
	desk_say_status(&d, get_be32(d.sent + 5), SFTP_OP_UNSUPPORTED, "no");
	assert_int_equal(desk_hear(&d, 99), 0);
	assert_true(d.s.limits_known);
	assert_int_equal(d.s.limits.read, 32768);
	assert_int_equal(d.s.limits.write, 32768);
	desk_close(&d);
}

static const struct {
	const char *said, *shown;
} texts[] = {
    {"Welcome to the reef!\n", "began: Welcome to the reef!"},
    {"\r\n\nhi\r\nmore\r\n", "began: hi"},
    {"x", "began: x"},
    {"\tindented\n", "began: "},
    {"\x1b[31mred\n", "began: \\x1b[31mred"},
    {"This account is currently not available.\n\0\0\0\5", "not available."},
};

static void
text_before_sftp_is_shown(void **state)
{
	struct desk d;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (size_t step = 1; step < 30; step++) {
			desk_open(&d);
			buf_put_cstring(&d.in, texts[i].said);
			memmove(d.in.p, d.in.p + 4, d.in.n - 4);
			d.in.n -= 4;
			(void)desk_hear(&d, step);
			sftp_client_end(&d.s, NACRE_E_CHANNEL_CLOSED, "the server closed the channel");
			assert_int_equal(d.s.failure.code, NACRE_E_PROTOCOL);
			assert_non_null(strstr(d.s.failure.text, "the server printed text before SFTP began: "));
			assert_non_null(strstr(d.s.failure.text, texts[i].shown));
			desk_close(&d);
		}
	}
}

static void
an_end_before_version_says_so(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	sftp_client_end(&d.s, NACRE_E_CHANNEL_CLOSED, "the server closed the channel");
	assert_int_equal(d.s.failure.code, NACRE_E_CHANNEL_CLOSED);
	assert_string_equal(d.s.failure.text, "the server closed the channel before SFTP began");
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_session_begins_with_init_and_is_ready_after_version),
	    cmocka_unit_test(a_request_before_version_is_misuse),
	    cmocka_unit_test(another_version_is_refused),
	    cmocka_unit_test(an_extension_in_another_version_is_not_there),
	    cmocka_unit_test(limits_are_asked_for_and_clamped),
	    cmocka_unit_test(limits_that_are_refused_leave_the_usual_sizes),
	    cmocka_unit_test(text_before_sftp_is_shown),
	    cmocka_unit_test(an_end_before_version_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
