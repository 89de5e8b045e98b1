/* The client's machine, message by message: the service, none, password, refusals, banners, what may come when. */
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A client whose first question is open; the service is accepted too where `accepted`. */
static struct desk *
asking(bool accepted, uint64_t *token)
{
	struct msg_service_request msg;
	struct desk *d = desk_client(NULL);

	assert_int_equal(auth_client_start(&d->client, desk_session_id), 0);
	desk_take_as(d, MSG_service_request, &msg);
	assert_true(slice_is(msg.service, "ssh-userauth"));
	if (accepted)
		assert_int_equal(desk_accept_service(d), 0);
	*token = desk_event(d, NACRE_EVENT_AUTH).token;
	return d;
}

static struct desk *
waiting_for_password(void)
{
	uint64_t token;
	struct desk *d = asking(true, &token);

	assert_int_equal(auth_client_answer_password(&d->client, token, "u", "pw"), 0);
	assert_int_not_equal(desk_take(d).n, 0);
	return d;
}

static void
start_sends_one_service_request_and_asks_at_once(void **state)
{
	struct desk *d = desk_client(NULL);
	struct msg_service_request msg;
	struct nacre_event ask;

	(void)state;
	assert_int_equal(auth_client_start(&d->client, desk_session_id), 0);
	desk_take_as(d, MSG_service_request, &msg);
	ask = desk_event(d, NACRE_EVENT_AUTH);
	assert_int_not_equal(ask.token, 0);
	assert_int_equal(ask.methods.n, 0);
	assert_false(ask.partial);
	assert_int_equal(ask.attempts, 0);
	assert_int_equal(auth_client_start(&d->client, desk_session_id), NACRE_E_MISUSE);
	desk_sent_nothing(d);
	desk_free(d);
}

static void
the_first_request_shares_the_flight_of_the_service_request(void **state)
{
	static const char expected[] = "\x32\0\0\0\5alice\0\0\0\16ssh-connection\0\0\0\10password\0\0\0\0\6secret";
	uint64_t token;
	struct desk *d = asking(false, &token);
	struct slice sent;

	(void)state;
	assert_int_equal(auth_client_answer_password(&d->client, token, "alice", "secret"), 0);
	sent = desk_take(d);
	assert_int_equal(sent.n, sizeof(expected) - 1);
	assert_memory_equal(sent.p, expected, sent.n);
	assert_true(auth_client_is_waiting(&d->client));
	assert_int_equal(auth_client_family(&d->client), FAMILY_PASSWORD);
	assert_int_equal(desk_accept_service(d), 0);
	assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
	assert_false(auth_client_is_waiting(&d->client));
	desk_free(d);
}

static void
a_second_answer_before_the_first_was_answered_is_misuse(void **state)
{
	uint64_t token;
	struct desk *d = asking(true, &token);
	nacre_key *key = desk_key[DESK_ED25519];

	(void)state;
	assert_int_equal(auth_client_answer_none(&d->client, token, "u"), 0);
	(void)desk_take(d);
	assert_int_equal(auth_client_answer_none(&d->client, token, "u"), NACRE_E_MISUSE);
	assert_int_equal(auth_client_answer_password(&d->client, token, "u", "p"), NACRE_E_MISUSE);
	assert_int_equal(auth_client_answer_publickey(&d->client, token, "u", key, false), NACRE_E_MISUSE);
	assert_int_equal(auth_client_answer_sign(&d->client, token, key, SLICE_NONE), NACRE_E_MISUSE);
	assert_int_equal(auth_client_answer_stop(&d->client, token, NULL), NACRE_E_MISUSE);
	desk_sent_nothing(d);
	assert_int_equal(d->failure.code, 0);
	assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
	desk_free(d);
}

static void
a_stale_token_is_misuse_and_changes_nothing(void **state)
{
	uint64_t token;
	struct desk *d = asking(true, &token);

	(void)state;
	assert_int_equal(auth_client_answer_none(&d->client, token + 1, "u"), NACRE_E_MISUSE);
	assert_int_equal(auth_client_answer_none(&d->client, 0, "u"), NACRE_E_MISUSE);
	assert_int_equal(auth_client_answer_stop(&d->client, token + 1, NULL), NACRE_E_MISUSE);
	desk_sent_nothing(d);
	assert_int_equal(d->client.state, AUTH_ASKING);
	assert_int_equal(auth_client_answer_none(&d->client, token, "u"), 0);
	desk_free(d);
}

static void
success_tells_the_user_and_the_method_that_it_was(void **state)
{
	uint64_t token;
	struct desk *d = asking(true, &token);
	struct nacre_event event;

	(void)state;
	assert_int_equal(auth_client_answer_none(&d->client, token, "guest"), 0);
	assert_int_equal(auth_client_family(&d->client), FAMILY_GENERIC);
	assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
	event = desk_event(d, NACRE_EVENT_AUTHENTICATED);
	assert_true(desk_is(event.user, "guest"));
	assert_true(desk_is(event.method, "none"));
	assert_int_equal(event.token, 0);
	assert_int_equal(d->client.state, AUTH_DONE);
	desk_free(d);
}

static void
a_refusal_asks_again_with_what_the_server_said(void **state)
{
	static const struct {
		const char *methods;
		bool partial;
		unsigned attempts;
	} rows[] = {
	    {"publickey,password", false, 1},
	    {"", false, 2},
	    {"keyboard-interactive", true, 2},
	    {"password", false, 3},
	    {"", true, 3},
	};
	uint64_t token;
	struct desk *d = asking(true, &token);
	struct nacre_event ask;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(auth_client_answer_password(&d->client, token, "u", "p"), 0);
		assert_int_equal(desk_give_failure(d, rows[i].methods, rows[i].partial), 0);
		ask = desk_event(d, NACRE_EVENT_AUTH);
		assert_true(desk_is(ask.methods, rows[i].methods));
		assert_int_equal(ask.partial, rows[i].partial);
		assert_int_equal(ask.attempts, rows[i].attempts);
		assert_true(ask.token > token);
		token = ask.token;
	}
	desk_free(d);
}

static void
a_list_of_ten_thousand_names_is_cut_between_two_names(void **state)
{
	struct desk *d = waiting_for_password();
	char *list = malloc(100000);
	struct slice rest, name;
	size_t i, n = 0;

	(void)state;
	assert_non_null(list);
	for (i = 0; i < 10000; i++)
		n += (size_t)snprintf(list + n, 100000 - n, "%sm%04zu", i == 0 ? "" : ",", i);
	assert_int_equal(desk_give_failure(d, list, false), 0);
	rest = slice_of_bytes(desk_event(d, NACRE_EVENT_AUTH).methods);
	assert_in_range(rest.n, 4000, 4096);
	while (slice_next_name(&rest, &name))
		assert_int_equal(name.n, 5);
	free(list);
	desk_free(d);
}

/* FAILURE whose name-list is no name-list. */
static void
a_malformed_list_is_refused(void **state)
{
	static const char *const lists[] = {"a b", "\x80", "a\n", "a,b\t,c"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct desk *d = waiting_for_password();

		assert_int_equal(desk_give_failure(d, lists[i], false), NACRE_E_FORMAT);
		assert_int_equal(d->failure.code, NACRE_E_FORMAT);
		assert_int_equal(d->failure.origin, NACRE_ORIGIN_PROTOCOL);
		assert_non_null(strstr(d->failure.text, "userauth_failure"));
		assert_int_equal(d->client.state, AUTH_FAILED);
		desk_free(d);
	}
}

enum { ASKING_EARLY, ASKING, WAITING_NONE, WAITING_PASSWORD, WAITING_KEY, PROBING, SIGNING, DONE, SITUATIONS };

static struct desk *
in_situation(int situation)
{
	nacre_key *key = situation == SIGNING ? desk_public[DESK_ED25519] : desk_key[DESK_ED25519];
	bool probe = situation == PROBING || situation == SIGNING;
	uint64_t token;
	struct desk *d = asking(situation != ASKING_EARLY, &token);

	if (situation == WAITING_NONE || situation == DONE)
		assert_int_equal(auth_client_answer_none(&d->client, token, "u"), 0);
	if (situation == WAITING_PASSWORD)
		assert_int_equal(auth_client_answer_password(&d->client, token, "u", "p"), 0);
	if (situation == WAITING_KEY || probe)
		assert_int_equal(auth_client_answer_publickey(&d->client, token, "u", key, probe), 0);
	if (situation == SIGNING)
		assert_int_equal(desk_give_pk_ok(d, "ssh-ed25519", key_blob(key)), 0);
	if (situation == DONE)
		assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
	while (desk_take(d).n > 0)
		;
	return d;
}

static int
give_kind(struct desk *d, const char *kind)
{
	if (strcmp(kind, "accept") == 0)
		return desk_accept_service(d);
	if (strcmp(kind, "failure") == 0)
		return desk_give_failure(d, "password", false);
	if (strcmp(kind, "success") == 0)
		return desk_give_number(d, NUM_userauth_success);
	if (strcmp(kind, "banner") == 0)
		return desk_give_banner(d, SLICE_LIT("hello"));
	if (strcmp(kind, "pk_ok") == 0)
		return desk_give_pk_ok(d, "ssh-ed25519", key_blob(desk_key[DESK_ED25519]));
	if (strcmp(kind, "changereq") == 0) {
		const struct msg_userauth_passwd_changereq msg = {.prompt = SLICE_LIT("new one?")};

		return desk_give_msg(d, MSG_userauth_passwd_changereq, &msg);
	}
	return desk_give_number(d, (uint8_t)atoi(kind));
}

/* '+': taken. '-': the connection fails, the user is not authenticated and nothing is sent. */
static void
each_message_is_taken_only_where_it_belongs(void **state)
{
	static const struct {
		const char *kind, *verdicts; /* in the order of the situations */
	} rows[] = {
	    /*             E A N P K p S D */
	    {"accept", "+-------"},
	    {"failure", "--++++--"},
	    {"success", "--+++---"},
	    {"banner", "++++++++"},
	    {"pk_ok", "---+-+--"}, /* while a password waits, 60 is PASSWD_CHANGEREQ */
	    {"changereq", "---+-!--"}, /* !: read as PK_OK, and not the one that was asked for */
	    {"5", "--------"}, /* the client's own messages */
	    {"50", "--------"},
	    {"54", "--------"},
	    {"61", "--------"},
	    {"66", "--------"},
	    {"79", "--------"},
	    {"80", "--------"},
	    {"90", "--------"},
	    {"0", "--------"},
	    {"255", "--------"},
	};
	size_t i;
	int s;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (s = 0; s < SITUATIONS; s++) {
			struct desk *d = in_situation(s);
			bool good = rows[i].verdicts[s] == '+';
			enum auth_client_state before = d->client.state;
			int refusal = rows[i].verdicts[s] == '!' ? NACRE_E_PROTOCOL : NACRE_E_ORDER;
			int r = give_kind(d, rows[i].kind);

			if ((r == 0) != good)
				print_error("%s in situation %d: %d\n", rows[i].kind, s, r);
			assert_int_equal(r, good ? 0 : refusal);
			assert_int_equal(d->failure.code, r);
			if (!good) {
				assert_int_equal(d->client.state, AUTH_FAILED);
				desk_sent_nothing(d);
			} else if (strcmp(rows[i].kind, "success") == 0) {
				assert_int_equal(d->client.state, AUTH_DONE);
			} else if (strcmp(rows[i].kind, "banner") == 0 || strcmp(rows[i].kind, "accept") == 0) {
				assert_int_equal(d->client.state, before);
			}
			desk_free(d);
		}
}

static void
nothing_of_authentication_may_come_before_the_service_is_accepted(void **state)
{
	static const char *const kinds[] = {"failure", "success", "changereq"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint64_t token;
		struct desk *d = asking(false, &token);

		assert_int_equal(auth_client_answer_password(&d->client, token, "u", "p"), 0);
		assert_int_equal(give_kind(d, kinds[i]), NACRE_E_ORDER);
		assert_int_equal(d->client.state, AUTH_FAILED);
		desk_free(d);
	}
}

static void
after_a_failure_everything_is_refused(void **state)
{
	struct desk *d = waiting_for_password();

	(void)state;
	assert_int_equal(desk_give_number(d, 61), NACRE_E_ORDER);
	assert_int_equal(desk_give_number(d, NUM_userauth_success), NACRE_E_ORDER);
	assert_int_equal(desk_give_banner(d, SLICE_LIT("x")), NACRE_E_ORDER);
	assert_int_equal(desk_give(d, SLICE_NONE), NACRE_E_ORDER); /* the first failure stays */
	assert_int_equal(d->client.state, AUTH_FAILED);
	desk_free(d);
}

static void
another_service_cannot_be_accepted(void **state)
{
	const struct msg_service_accept msg = {.service = SLICE_LIT("ssh-connection")};
	uint64_t token;
	struct desk *d = asking(false, &token);

	(void)state;
	assert_int_equal(desk_give_msg(d, MSG_service_accept, &msg), NACRE_E_PROTOCOL);
	assert_non_null(strstr(d->failure.text, "service_accept"));
	desk_free(d);
}

static void
a_banner_before_any_request_is_told(void **state)
{
	uint64_t token;
	struct desk *d = asking(false, &token);
	struct nacre_event event;

	(void)state;
	assert_int_equal(desk_give_banner(d, SLICE_LIT("\x1b[2Jhello\n")), 0);
	event = desk_event(d, NACRE_EVENT_BANNER);
	assert_true(desk_is(event.data, "\x1b[2Jhello\n")); /* raw: whoever shows it escapes it */
	assert_int_equal(auth_client_answer_none(&d->client, token, "u"), 0);
	desk_free(d);
}

static void
a_thousand_banners_are_told_up_to_64_kib(void **state)
{
	uint64_t token;
	struct desk *d = asking(true, &token);
	uint8_t text[1000];
	size_t i, told = 0;

	(void)state;
	memset(text, 'b', sizeof(text));
	for (i = 0; i < 1000; i++)
		assert_int_equal(desk_give_banner(d, slice_of(text, sizeof(text))), 0);
	while (d->n_taken < d->n_events)
		told += desk_event(d, NACRE_EVENT_BANNER).data.n;
	assert_int_equal(told, 65536);
	assert_int_equal(d->client.banner_total, 1000000);
	assert_int_equal(d->client.banner.n, 65536); /* together they can be read */
	assert_in_range(d->te.peak_bytes, 65536, 2 * 65536);
	assert_int_equal(auth_client_answer_none(&d->client, token, "u"), 0);
	desk_free(d);
}

static void
banners_are_told_one_by_one_and_kept_together(void **state)
{
	uint64_t token;
	struct desk *d = asking(true, &token);

	(void)state;
	assert_int_equal(desk_give_banner(d, SLICE_LIT("before\n")), 0);
	assert_true(desk_is(desk_event(d, NACRE_EVENT_BANNER).data, "before\n"));
	assert_int_equal(auth_client_answer_none(&d->client, token, "u"), 0);
	assert_int_equal(desk_give_banner(d, SLICE_LIT("during\n")), 0);
	assert_true(desk_is(desk_event(d, NACRE_EVENT_BANNER).data, "during\n"));
	assert_true(slice_is(buf_slice(&d->client.banner), "before\nduring\n"));
	desk_free(d);
}

static void
a_large_banner_is_cut_and_an_empty_one_is_not_told(void **state)
{
	uint64_t token;
	struct desk *d = asking(true, &token);
	uint8_t *text = calloc(1, 200000);

	(void)state;
	assert_non_null(text);
	assert_int_equal(desk_give_banner(d, SLICE_NONE), 0);
	desk_no_event(d);
	assert_int_equal(desk_give_banner(d, slice_of(text, 200000)), 0);
	assert_int_equal(desk_event(d, NACRE_EVENT_BANNER).data.n, 65536);
	assert_int_equal(desk_give_banner(d, slice_of(text, 1)), 0);
	desk_no_event(d);
	free(text);
	desk_free(d);
}

static void
a_new_password_that_nobody_gives_counts_as_a_refusal(void **state)
{
	struct desk *d = waiting_for_password();
	struct nacre_event ask;

	(void)state;
	assert_int_equal(give_kind(d, "changereq"), 0);
	ask = desk_event(d, NACRE_EVENT_NEW_PASSWORD);
	assert_true(desk_is(ask.data, "new one?"));
	assert_true(desk_is(ask.user, "u"));
	assert_true(auth_client_is_asking(&d->client));
	assert_int_equal(auth_client_answer_new_password(&d->client, ask.token, NULL, NULL), 0);
	ask = desk_event(d, NACRE_EVENT_AUTH);
	assert_int_equal(ask.attempts, 1);
	desk_sent_nothing(d);
	assert_int_equal(auth_client_answer_stop(&d->client, ask.token, NULL), NACRE_E_AUTH);
	assert_non_null(strstr(d->failure.text, "expired"));
	desk_free(d);
}

/* RFC 4252 8: TRUE, the old password, the new one. */
static void
a_new_password_leaves_with_the_old_one(void **state)
{
	static const char expected[] =
	    "\x32\0\0\0\1u\0\0\0\16ssh-connection\0\0\0\10password\1\0\0\0\2pw\0\0\0\4next";
	struct desk *d = waiting_for_password();
	struct nacre_event ask;
	struct slice sent;
	int again;

	(void)state;
	for (again = 0; again < 2; again++) { /* the server may want yet another one */
		assert_int_equal(give_kind(d, "changereq"), 0);
		ask = desk_event(d, NACRE_EVENT_NEW_PASSWORD);
		assert_int_equal(
		    auth_client_answer_new_password(&d->client, ask.token + 1, "pw", "next"), NACRE_E_MISUSE);
		assert_int_equal(
		    auth_client_answer_new_password(&d->client, ask.token, NULL, "next"), NACRE_E_ARGUMENT);
		desk_sent_nothing(d);
		assert_int_equal(auth_client_answer_new_password(&d->client, ask.token, "pw", "next"), 0);
		sent = desk_take(d);
		assert_int_equal(sent.n, sizeof(expected) - 1);
		assert_memory_equal(sent.p, expected, sent.n);
		assert_int_equal(
		    auth_client_answer_new_password(&d->client, ask.token, "pw", "next"), NACRE_E_MISUSE);
	}
	assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
	assert_false(desk_event(d, NACRE_EVENT_AUTHENTICATED).trivial);
	desk_free(d);
}

static void
stopping_says_why_it_came_to_nothing(void **state)
{
	static const struct {
		const char *sent; /* "": nothing */
		const char *methods; /* NULL: no answer yet */
		bool partial;
		const char *message;
		int code;
		const char *text;
	} rows[] = {
	    {"", NULL, false, NULL, NACRE_E_AUTH, "nothing more to try"},
	    {"none", "publickey,hostbased", false, NULL, NACRE_E_AUTH_METHODS,
		"nothing more to try; the server would still accept: publickey,hostbased"},
	    {"password", "publickey", false, "no key", NACRE_E_AUTH,
		"no key; the server would still accept: publickey"},
	    {"password", "publickey", true, NULL, NACRE_E_AUTH_PARTIAL,
		"nothing more to try; the server would still accept: publickey"},
	    {"password", "", false, "a\nb", NACRE_E_AUTH, "a\\x0ab; the server would still accept: nothing"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t token;
		struct desk *d = asking(true, &token);

		if (strcmp(rows[i].sent, "none") == 0)
			assert_int_equal(auth_client_answer_none(&d->client, token, "u"), 0);
		if (strcmp(rows[i].sent, "password") == 0)
			assert_int_equal(auth_client_answer_password(&d->client, token, "u", "p"), 0);
		if (rows[i].methods != NULL) {
			assert_int_equal(desk_give_failure(d, rows[i].methods, rows[i].partial), 0);
			token = desk_event(d, NACRE_EVENT_AUTH).token;
		}
		assert_int_equal(auth_client_answer_stop(&d->client, token, rows[i].message), rows[i].code);
		assert_int_equal(d->failure.code, rows[i].code);
		assert_string_equal(d->failure.text, rows[i].text);
		assert_int_equal(d->client.state, AUTH_FAILED);
		desk_free(d);
	}
}

static void
a_server_that_refuses_for_ever_is_left(void **state)
{
	int partial;

	(void)state;
	for (partial = 0; partial <= 1; partial++) {
		uint64_t token;
		struct desk *d = asking(true, &token);
		int r = 0, i;

		for (i = 1; i <= 100; i++) {
			assert_int_equal(auth_client_answer_none(&d->client, token, "u"), 0);
			d->n_sent = d->n_read = 0;
			r = desk_give_failure(d, "password", partial != 0);
			assert_int_equal(r, i < 100 ? 0 : NACRE_E_AUTH);
			if (r == 0)
				token = desk_event(d, NACRE_EVENT_AUTH).token;
		}
		desk_no_event(d);
		desk_free(d);
	}
}

static void
names_and_passwords_beyond_a_request_leave_the_question_open(void **state)
{
	static char text[20000];
	uint64_t token;
	struct desk *d = asking(true, &token);

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(auth_client_answer_none(&d->client, token, text + sizeof(text) - 1026), NACRE_E_ARGUMENT);
	assert_int_equal(
	    auth_client_answer_password(&d->client, token, "u", text + sizeof(text) - 16386), NACRE_E_ARGUMENT);
	desk_sent_nothing(d);
	assert_int_equal(d->failure.code, 0);
	assert_int_equal(
	    auth_client_answer_password(&d->client, token, text + sizeof(text) - 1025, text + sizeof(text) - 16385), 0);
	assert_int_not_equal(desk_take(d).n, 0);
	desk_free(d);
}

static void
an_outbox_that_refuses_ends_it(void **state)
{
	uint64_t token;
	struct desk *d = asking(true, &token);

	(void)state;
	d->outbox_error = NACRE_E_LIMIT;
	assert_int_equal(auth_client_answer_password(&d->client, token, "u", "p"), NACRE_E_LIMIT);
	assert_int_equal(d->failure.code, NACRE_E_LIMIT);
	assert_int_equal(d->client.state, AUTH_FAILED);
	desk_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(start_sends_one_service_request_and_asks_at_once),
	    cmocka_unit_test(the_first_request_shares_the_flight_of_the_service_request),
	    cmocka_unit_test(a_second_answer_before_the_first_was_answered_is_misuse),
	    cmocka_unit_test(a_stale_token_is_misuse_and_changes_nothing),
	    cmocka_unit_test(success_tells_the_user_and_the_method_that_it_was),
	    cmocka_unit_test(a_refusal_asks_again_with_what_the_server_said),
	    cmocka_unit_test(a_list_of_ten_thousand_names_is_cut_between_two_names),
	    cmocka_unit_test(a_malformed_list_is_refused),
	    cmocka_unit_test(each_message_is_taken_only_where_it_belongs),
	    cmocka_unit_test(nothing_of_authentication_may_come_before_the_service_is_accepted),
	    cmocka_unit_test(after_a_failure_everything_is_refused),
	    cmocka_unit_test(another_service_cannot_be_accepted),
	    cmocka_unit_test(a_banner_before_any_request_is_told),
	    cmocka_unit_test(a_thousand_banners_are_told_up_to_64_kib),
	    cmocka_unit_test(banners_are_told_one_by_one_and_kept_together),
	    cmocka_unit_test(a_large_banner_is_cut_and_an_empty_one_is_not_told),
	    cmocka_unit_test(a_new_password_that_nobody_gives_counts_as_a_refusal),
	    cmocka_unit_test(a_new_password_leaves_with_the_old_one),
	    cmocka_unit_test(stopping_says_why_it_came_to_nothing),
	    cmocka_unit_test(a_server_that_refuses_for_ever_is_left),
	    cmocka_unit_test(names_and_passwords_beyond_a_request_leave_the_question_open),
	    cmocka_unit_test(an_outbox_that_refuses_ends_it),
	};

	return cmocka_run_group_tests_name("auth client", tests, desk_keys_make, desk_keys_free);
}
