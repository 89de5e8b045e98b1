/* The trace's words: everything is told but secrets, and a peer's text cannot pretend to be ours. RFC 4251 9.2. */
#include "random_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define SECRET_TEXT "hunter2-correct-horse"

struct told {
	char text[512];
	const char *name, *clause;
};

static void
tell(struct told *t, struct slice payload, enum msg_family family)
{
	memset(t->text, 'x', sizeof(t->text));
	t->name = msg_describe(payload, family, t->text, sizeof(t->text), &t->clause);
}

static void
tell_message(struct told *t, enum msg_id id, const void *msg)
{
	uint8_t bytes[MESSAGE_MAX];
	size_t n = msg_size(id, msg);

	assert_true(n <= sizeof(bytes));
	msg_write(id, msg, bytes);
	tell(t, slice_of(bytes, n), msg_rows[id].family);
}

/* A request of one of the parents with a tail. */
static void
tell_userauth(struct told *t, const char *method, struct slice tail)
{
	struct msg_userauth_request msg = {.user = SLICE_LIT("alice"),
	    .service = SLICE_LIT("ssh-connection"),
	    .method = slice_str(method),
	    .tail = tail};

	tell_message(t, MSG_userauth_request, &msg);
}

static void
tell_request(struct told *t, const char *request, struct slice tail)
{
	struct msg_channel_request msg = {
	    .recipient = 4, .request = slice_str(request), .want_reply = true, .tail = tail};

	tell_message(t, MSG_channel_request, &msg);
}

static void
a_message_is_told_field_by_field_with_its_clause(void **state)
{
	struct msg_channel_data msg = {.recipient = 3, .data = SLICE_LIT("hello")};
	struct told t;

	(void)state;
	tell_message(&t, MSG_channel_data, &msg);
	assert_string_equal(t.name, "channel_data");
	assert_string_equal(t.clause, "RFC 4254 5.2");
	assert_string_equal(t.text, "recipient=3 data=5 bytes");
}

static void
a_message_without_fields_has_no_words(void **state)
{
	struct msg_newkeys msg = {0};
	struct told t;

	(void)state;
	tell_message(&t, MSG_newkeys, &msg);
	assert_string_equal(t.name, "newkeys");
	assert_string_equal(t.text, "");
}

static void
a_known_tail_is_told_after_its_parent(void **state)
{
	struct told t;

	(void)state;
	tell_request(&t, "exec", SLICE_LIT("\0\0\0\2ls"));
	assert_string_equal(t.text, "recipient=4 request=\"exec\" want_reply=true command=\"ls\"");
	tell_request(&t, "shell", SLICE_NONE);
	assert_string_equal(t.text, "recipient=4 request=\"shell\" want_reply=true");
}

static void
an_unknown_tail_is_only_counted(void **state)
{
	struct told t;

	(void)state;
	tell_request(&t, "x-unknown", SLICE_LIT("abc"));
	assert_string_equal(t.text, "recipient=4 request=\"x-unknown\" want_reply=true tail=3 bytes");
}

static void
a_password_is_never_told(void **state)
{
	static const char tail[] = "\0\0\0\0\x15" SECRET_TEXT, change[] = "\1\0\0\0\3old\0\0\0\x15" SECRET_TEXT;
	struct told t;

	(void)state;
	tell_userauth(&t, "password", SLICE_LIT(tail));
	assert_null(strstr(t.text, "hunter2"));
	assert_string_equal(t.text,
	    "user=\"alice\" service=\"ssh-connection\" method=\"password\" change=false password=<secret> "
	    "new_password=<secret>");
	tell_userauth(&t, "password", SLICE_LIT(change));
	assert_null(strstr(t.text, "hunter2"));
	assert_null(strstr(t.text, "old"));
}

static void
a_malformed_password_is_never_told(void **state)
{
	static const char tail[] = "\0\0\0\0\x15" SECRET_TEXT;
	struct told t;
	size_t n;

	(void)state;
	for (n = 0; n + 1 < sizeof(tail) - 1; n++) {
		tell_userauth(&t, "password", slice_of(tail, n));
		assert_null(strstr(t.text, "hunt"));
		assert_non_null(strstr(t.text, "method=\"password\" malformed: "));
	}
}

static void
the_tail_of_an_unknown_method_counts_as_a_secret(void **state)
{
	struct told t;

	(void)state;
	tell_userauth(&t, "x-token", SLICE_LIT(SECRET_TEXT));
	assert_null(strstr(t.text, "hunter2"));
	assert_string_equal(t.text, "user=\"alice\" service=\"ssh-connection\" method=\"x-token\" tail=<secret>");
	tell_userauth(&t, "", SLICE_LIT(SECRET_TEXT));
	assert_null(strstr(t.text, "hunter2"));
}

static void
a_public_key_request_is_told(void **state)
{
	struct told t;

	(void)state;
	tell_userauth(&t, "publickey", SLICE_LIT("\0\0\0\0\3rsa\0\0\0\1k"));
	assert_string_equal(t.text,
	    "user=\"alice\" service=\"ssh-connection\" method=\"publickey\" has_signature=false algorithm=\"rsa\" "
	    "key=1 byte signature=0 bytes");
}

/* Whatever the row: its secret fields' bytes do not come out. */
static void
no_secret_field_of_any_row_is_told(void **state)
{
	unsigned id, secrets = 0;
	union msg_any msg;
	struct told t;
	size_t i;

	(void)state;
	for (id = 0; id < MSG_COUNT; id++) {
		const struct msg_row *row = &msg_rows[id];

		memset(&msg, 0, sizeof(msg));
		for (i = 0; i < row->n_fields; i++)
			if ((row->fields[i].flags & FIELD_SECRET) != 0) {
				*(struct slice *)(void *)((uint8_t *)&msg + row->fields[i].offset) =
				    SLICE_LIT(SECRET_TEXT);
				secrets++;
			}
		if (row->parent == MSG_userauth_request) {
			uint8_t tail[MESSAGE_MAX];

			msg_write((enum msg_id)id, &msg, tail);
			tell_userauth(&t, row->selector, slice_of(tail, msg_size((enum msg_id)id, &msg)));
		} else if (row->number != 0) {
			tell_message(&t, (enum msg_id)id, &msg);
		}
		assert_null(strstr(t.text, "hunter2"));
	}
	assert_true(secrets >= 2);
}

static void
a_payload_that_does_not_parse_names_the_field(void **state)
{
	struct told t;

	(void)state;
	tell(&t, SLICE_LIT("\x5e\0\0\0\1\0\0\0\5hell"), FAMILY_GENERIC);
	assert_string_equal(t.name, "channel_data");
	assert_string_equal(t.text, "malformed: data");
	tell(&t, SLICE_LIT("\x5e\0\0\0\1\0\0\0\1hh"), FAMILY_GENERIC);
	assert_string_equal(t.text, "malformed: end");
	tell(&t,
	    SLICE_LIT("\x32\0\0\0\x05"
		      "ali"),
	    FAMILY_GENERIC);
	assert_string_equal(t.name, "userauth_request");
	assert_string_equal(t.text, "malformed: user");
}

static void
an_unknown_number_is_only_counted(void **state)
{
	struct told t;

	(void)state;
	tell(&t, SLICE_LIT("\xfe" SECRET_TEXT), FAMILY_GENERIC);
	assert_string_equal(t.name, "unknown");
	assert_string_equal(t.clause, "");
	assert_string_equal(t.text, "22 bytes");
	tell(&t, SLICE_LIT("\x3c" SECRET_TEXT), FAMILY_GENERIC); /* 60 while no method runs */
	assert_string_equal(t.name, "unknown");
	tell(&t, SLICE_NONE, FAMILY_GENERIC);
	assert_string_equal(t.text, "0 bytes");
}

static void
control_characters_and_quotes_of_the_peer_are_escaped(void **state)
{
	struct msg_debug msg = {.always_display = true, .message = SLICE_LIT("\x1b[2J\n\" x=\\1 \xc3\xa9")};
	struct told t;

	(void)state;
	tell_message(&t, MSG_debug, &msg);
	assert_string_equal(
	    t.text, "always_display=true message=\"\\x1b[2J\\x0a\\\" x=\\\\1 \xc3\xa9\" language=0 bytes");
}

static void
a_long_text_is_cut_at_a_whole_character(void **state)
{
	uint8_t text[200];
	struct msg_debug msg = {.message = {text, sizeof(text)}};
	struct told t;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + 79, "\xc3\xa9", 2); /* byte 80 is in the middle of it */
	tell_message(&t, MSG_debug, &msg);
	assert_non_null(strstr(t.text, "aaa\"... language"));
	assert_null(strstr(t.text, "\\x"));
}

/* Any payload, any room: always ended, never past the end. */
static void
the_words_fit_any_room(void **state)
{
	struct message_store store;
	uint8_t bytes[MESSAGE_MAX];
	const char *clause;
	union msg_any msg;
	struct test_env t;
	unsigned id;
	size_t cap;

	(void)state;
	test_env_init(&t, 21);
	for (id = 0; id < MSG_COUNT; id++) {
		if (msg_rows[id].number == 0)
			continue;
		message_random(&t, (enum msg_id)id, &msg, &store);
		msg_write((enum msg_id)id, &msg, bytes);
		for (cap = 1; cap < 300; cap++) {
			char *out = malloc(cap);

			assert_non_null(out);
			memset(out, 'x', cap);
			assert_string_equal(msg_describe(slice_of(bytes, msg_size((enum msg_id)id, &msg)),
						msg_rows[id].family, out, cap, &clause),
			    msg_rows[id].name);
			assert_non_null(memchr(out, '\0', cap));
			free(out);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_message_is_told_field_by_field_with_its_clause),
	    cmocka_unit_test(a_message_without_fields_has_no_words),
	    cmocka_unit_test(a_known_tail_is_told_after_its_parent),
	    cmocka_unit_test(an_unknown_tail_is_only_counted),
	    cmocka_unit_test(a_password_is_never_told),
	    cmocka_unit_test(a_malformed_password_is_never_told),
	    cmocka_unit_test(the_tail_of_an_unknown_method_counts_as_a_secret),
	    cmocka_unit_test(a_public_key_request_is_told),
	    cmocka_unit_test(no_secret_field_of_any_row_is_told),
	    cmocka_unit_test(a_payload_that_does_not_parse_names_the_field),
	    cmocka_unit_test(an_unknown_number_is_only_counted),
	    cmocka_unit_test(control_characters_and_quotes_of_the_peer_are_escaped),
	    cmocka_unit_test(a_long_text_is_cut_at_a_whole_character),
	    cmocka_unit_test(the_words_fit_any_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
