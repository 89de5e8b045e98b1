/* The server's machine, message by message: the service, none, password, names, tries, banners, the other role's
 * messages. */
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* string "old", and string "new" after it where asked for */
static const struct slice change_tail = BYTES("\1\0\0\0\3old\0\0\0\3new");

static struct msg_userauth_failure
take_failure(struct desk *d)
{
	struct msg_userauth_failure msg;

	desk_take_as(d, MSG_userauth_failure, &msg);
	return msg;
}

static void
the_service_is_accepted_once(void **state)
{
	const struct msg_service_request msg = {.service = SLICE_LIT("ssh-userauth")};
	struct desk *d = desk_server_open(NULL, NULL);

	(void)state;
	assert_int_equal(desk_give_msg(d, MSG_service_request, &msg), NACRE_E_ORDER);
	desk_sent_nothing(d);
	desk_free(d);
}

static void
another_service_is_refused(void **state)
{
	static const char *const services[] = {"ssh-connection", "", "ssh-userauth ", "SSH-USERAUTH"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		const struct msg_service_request msg = {.service = slice_str(services[i])};
		struct desk *d = desk_server(NULL, NULL);

		assert_int_equal(desk_give_msg(d, MSG_service_request, &msg), NACRE_E_SERVICE);
		assert_int_equal(d->failure.code, NACRE_E_SERVICE);
		desk_sent_nothing(d);
		desk_free(d);
	}
}

static void
a_request_before_the_service_is_refused(void **state)
{
	struct desk *d = desk_server(NULL, NULL);

	(void)state;
	assert_int_equal(desk_give_none(d, "root"), NACRE_E_ORDER);
	desk_no_event(d);
	desk_sent_nothing(d);
	desk_free(d);
}

/* CVE-2018-10933, CVE-2018-1000805: what only a server says is never taken from a client; nor anything else unexpected.
 */
static void
messages_that_are_no_requests_are_refused_in_each_state(void **state)
{
	enum { SERVICE, OPEN, ASKING, DONE, STATES };
	unsigned number;
	int s;

	(void)state;
	for (s = 0; s < STATES; s++)
		for (number = 0; number <= 255; number++) {
			struct desk *d = s == SERVICE ? desk_server(NULL, NULL) : desk_server_open(NULL, NULL);
			size_t events;

			if (s >= ASKING)
				assert_int_equal(desk_give_none(d, "u"), 0);
			if (s == DONE)
				assert_int_equal(
				    auth_server_answer(&d->server, d->last_token, NACRE_AUTH_ACCEPT, NULL), 0);
			while (desk_take(d).n > 0)
				;
			events = d->n_events;
			if (number == NUM_userauth_request && s == OPEN)
				assert_int_equal(desk_give_number(d, (uint8_t)number), NACRE_E_FORMAT);
			else if (number == NUM_userauth_request && s == DONE)
				assert_int_equal(desk_give_number(d, (uint8_t)number), 0);
			else if (number == NUM_service_request && s == SERVICE)
				assert_int_equal(desk_give_number(d, (uint8_t)number), NACRE_E_FORMAT);
			else
				assert_int_equal(desk_give_number(d, (uint8_t)number), NACRE_E_ORDER);
			assert_int_equal(d->n_events, events);
			desk_sent_nothing(d);
			desk_free(d);
		}
}

static void
none_is_asked_about_and_can_be_accepted(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);
	struct msg_userauth_success success;
	struct nacre_event event;

	(void)state;
	assert_int_equal(desk_give_none(d, "guest"), 0);
	desk_sent_nothing(d);
	event = desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	assert_true(desk_is(event.user, "guest"));
	assert_true(desk_is(event.method, "none"));
	assert_null(event.key);
	assert_false(event.probe);
	assert_int_equal(auth_server_password(&d->server, event.token).n, 0);
	assert_int_equal(auth_server_answer(&d->server, event.token, NACRE_AUTH_ACCEPT, NULL), 0);
	desk_take_as(d, MSG_userauth_success, &success);
	event = desk_event(d, NACRE_EVENT_AUTHENTICATED);
	assert_true(desk_is(event.user, "guest"));
	assert_true(desk_is(event.method, "none"));
	assert_int_equal(d->server.state, AUTHD_DONE);
	desk_free(d);
}

static void
a_password_is_readable_while_its_question_is_open(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);
	struct nacre_event event;

	(void)state;
	assert_int_equal(desk_give_password(d, "alice", SLICE_LIT("pass\0word")), 0);
	event = desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	assert_true(desk_is(event.method, "password"));
	assert_int_equal(event.data.n, 0);
	assert_true(slice_eq(auth_server_password(&d->server, event.token), SLICE_LIT("pass\0word")));
	assert_int_equal(auth_server_password(&d->server, event.token + 1).n, 0);
	assert_int_equal(auth_server_password(&d->server, 0).n, 0);
	assert_int_equal(auth_server_answer(&d->server, event.token, NACRE_AUTH_REJECT, "publickey"), 0);
	assert_true(slice_is(take_failure(d).methods, "publickey"));
	assert_int_equal(auth_server_password(&d->server, event.token).n, 0);
	assert_int_equal(d->server.password.cap, 0);
	desk_free(d);
}

static void
an_answer_with_another_token_or_verdict_changes_nothing(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);
	uint64_t token;

	(void)state;
	assert_int_equal(auth_server_answer(&d->server, 0, NACRE_AUTH_ACCEPT, NULL), NACRE_E_MISUSE);
	assert_int_equal(desk_give_none(d, "u"), 0);
	token = desk_event(d, NACRE_EVENT_AUTH_REQUEST).token;
	assert_int_equal(auth_server_answer(&d->server, token + 1, NACRE_AUTH_ACCEPT, NULL), NACRE_E_MISUSE);
	assert_int_equal(auth_server_answer(&d->server, 0, NACRE_AUTH_ACCEPT, NULL), NACRE_E_MISUSE);
	assert_int_equal(auth_server_answer(&d->server, token, (enum nacre_auth_verdict)7, NULL), NACRE_E_ARGUMENT);
	desk_sent_nothing(d);
	assert_int_equal(auth_server_answer(&d->server, token, NACRE_AUTH_REJECT, NULL), 0);
	assert_true(slice_is(take_failure(d).methods, DESK_METHODS));
	assert_int_equal(auth_server_answer(&d->server, token, NACRE_AUTH_ACCEPT, NULL), NACRE_E_MISUSE);
	assert_int_equal(d->server.state, AUTHD_OPEN);
	desk_free(d);
}

static void
after_success_requests_are_ignored_silently(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);

	(void)state;
	assert_int_equal(desk_give_none(d, "u"), 0);
	assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_ACCEPT, NULL), 0);
	(void)desk_take(d);
	d->n_taken = d->n_events;
	assert_int_equal(desk_give_password(d, "root", SLICE_LIT("p")), 0);
	assert_int_equal(desk_give_none(d, "other"), 0);
	desk_sent_nothing(d);
	desk_no_event(d);
	assert_string_equal(d->server.user, "u");
	desk_free(d);
}

static const struct {
	const char *what;
	struct desk_request request;
} refused[] = {
    {"an unknown method", {.user = "u", .method = "gssapi-with-mic", .tail = BYTES("\0\0\0\1")}},
    {"hostbased", {.user = "u", .method = "hostbased"}},
    {"keyboard-interactive", {.user = "u", .method = "keyboard-interactive"}},
    {"an empty method", {.user = "u", .method = ""}},
    {"another case", {.user = "u", .method = "Password", .tail = BYTES("\0\0\0\0\1p")}},
    {"a list as a method", {.user = "u", .method = "publickey,password"}},
    {"a change of password", {.user = "u", .method = "password", .tail = BYTES("\1\0\0\0\3old\0\0\0\3new")}},
    {"another service", {.user = "u", .service = "ssh-userauth", .method = "password", .tail = BYTES("\0\0\0\0\1p")}},
    {"another service, none", {.user = "u", .service = "", .method = "none"}},
    {"NUL in the user", {.user_bytes = BYTES("ro\0ot"), .method = "password", .tail = BYTES("\0\0\0\0\1p")}},
    {"a line in the user", {.user_bytes = BYTES("root\n"), .method = "password", .tail = BYTES("\0\0\0\0\1p")}},
    {"DEL in the user", {.user_bytes = BYTES("\x7f"), .method = "password", .tail = BYTES("\0\0\0\0\1p")}},
    {"no such algorithm", {.user = "u", .method = "publickey", .tail = BYTES("\0\0\0\0\3foo\0\0\0\0")}},
    {"ssh-rsa", {.user = "u", .method = "publickey", .tail = BYTES("\0\0\0\0\7ssh-rsa\0\0\0\0")}},
    {"no algorithm at all", {.user = "u", .method = "publickey", .tail = BYTES("\0\0\0\0\0\0\0\0\0")}},
    {"a key that is none", {.user = "u", .method = "publickey", .tail = BYTES("\0\0\0\0\13ssh-ed25519\0\0\0\3key")}},
    {"a signature with a key that is none",
	{.user = "u", .method = "publickey", .tail = BYTES("\1\0\0\0\13ssh-ed25519\0\0\0\3key\0\0\0\1s")}},
};

#define N_REFUSED (sizeof(refused) / sizeof(refused[0]))

/* Before a password request that is asked about: its twin. */
static void
every_refusal_without_a_question_looks_the_same(void **state)
{
	static const char expected[] = "\x33\0\0\0\22publickey,password";
	size_t i;

	(void)state;
	for (i = 0; i < N_REFUSED; i++) {
		struct desk *d = desk_server_open(NULL, NULL);
		struct slice sent;

		assert_int_equal(desk_give_password(d, "u", SLICE_LIT("p")), 0);
		(void)desk_event(d, NACRE_EVENT_AUTH_REQUEST);
		assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_REJECT, NULL), 0);
		(void)desk_take(d);

		if (desk_request(d, &refused[i].request) != 0)
			fail_msg("%s: %s", refused[i].what, d->failure.text);
		desk_no_event(d);
		sent = desk_take(d);
		assert_int_equal(sent.n, sizeof(expected)); /* the flag partial_success is the NUL */
		assert_memory_equal(sent.p, expected, sent.n);
		desk_sent_nothing(d);
		assert_int_equal(d->server.tries, 2);
		assert_int_equal(d->server.state, AUTHD_OPEN);
		desk_free(d);
	}
}

/* CVE-2026-60000, CVE-2015-5600: whatever is refused counts, and the limit is the same. */
static void
every_refusal_costs_a_try(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < N_REFUSED; i++) {
		struct desk *d = desk_server_open(NULL, NULL);
		int n;

		assert_int_equal(desk_give_none(d, "u"), 0); /* free */
		assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_REJECT, NULL), 0);
		for (n = 1; n < 6; n++)
			assert_int_equal(desk_request(d, &refused[i].request), 0);
		assert_int_equal(d->n_sent - d->n_read, 6);
		d->n_read = d->n_sent;
		assert_int_equal(desk_request(d, &refused[i].request), NACRE_E_AUTH);
		assert_int_equal(d->failure.code, NACRE_E_AUTH);
		assert_int_equal(d->server.state, AUTHD_FAILED);
		desk_sent_nothing(d);
		desk_free(d);
	}
}

static void
a_rejected_password_costs_a_try_and_the_last_one_ends_it(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);
	int n;

	(void)state;
	for (n = 1; n <= 6; n++) {
		assert_int_equal(desk_give_password(d, "u", SLICE_LIT("wrong")), 0);
		assert_int_equal(desk_event(d, NACRE_EVENT_AUTH_REQUEST).attempts, n - 1);
		assert_int_equal(
		    auth_server_answer(&d->server, d->last_token, NACRE_AUTH_REJECT, NULL), n < 6 ? 0 : NACRE_E_AUTH);
		if (n < 6)
			assert_false(take_failure(d).partial_success);
	}
	desk_sent_nothing(d);
	assert_int_equal(d->server.password.cap, 0);
	assert_int_equal(desk_give_password(d, "u", SLICE_LIT("right")), NACRE_E_AUTH);
	desk_no_event(d);
	desk_free(d);
}

static void
only_a_first_none_is_free(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);

	(void)state;
	assert_int_equal(desk_give_none(d, "u"), 0);
	assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_REJECT, NULL), 0);
	assert_int_equal(d->server.tries, 0);
	assert_int_equal(desk_give_none(d, "u"), 0);
	assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_REJECT, NULL), 0);
	assert_int_equal(d->server.tries, 1);
	desk_free(d);
}

/* CVE-2020-29652: a method that is not configured is as good as unknown; its part is not even read. */
static void
a_method_that_is_not_offered_reaches_nobody(void **state)
{
	struct desk *d = desk_server_open("password", NULL);

	(void)state;
	assert_int_equal(desk_give_probe(d, "u", "ssh-ed25519", key_blob(desk_key[DESK_ED25519])), 0);
	assert_int_equal(desk_give_signed(d, desk_key[DESK_ED25519], "ssh-ed25519", "u"), 0);
	desk_no_event(d);
	assert_int_equal(d->server.tries, 2);
	assert_true(slice_is(take_failure(d).methods, "password"));
	assert_int_equal(desk_give_password(d, "u", SLICE_LIT("p")), 0);
	(void)desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	desk_free(d);
}

static void
user_names_have_bounds(void **state)
{
	static uint8_t name[256];
	const struct {
		struct slice user;
		bool asked;
	} rows[] = {
	    {{name, 255}, true},
	    {{name, 256}, false},
	    {SLICE_LIT("j\xc3\xbcrgen"), true},
	    {SLICE_LIT("a b"), true},
	    {SLICE_LIT("\t"), false},
	    {SLICE_LIT("\x1b[0m"), false},
	};
	size_t i;

	(void)state;
	memset(name, 'n', sizeof(name));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk *d = desk_server_open(NULL, NULL);

		assert_int_equal(
		    desk_request(d, &(struct desk_request){.user_bytes = rows[i].user, .method = "none"}), 0);
		assert_int_equal(d->n_events, rows[i].asked ? 1 : 0);
		assert_int_equal(d->n_sent - d->n_read, rows[i].asked ? 0 : 1);
		desk_free(d);
	}
}

static struct desk *
half_way(const char *user)
{
	struct desk *d = desk_server_open(NULL, NULL);
	struct msg_userauth_failure msg;

	assert_int_equal(desk_give_password(d, user, SLICE_LIT("p")), 0);
	assert_false(desk_event(d, NACRE_EVENT_AUTH_REQUEST).partial);
	assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_PARTIAL, "publickey"), 0);
	msg = take_failure(d);
	assert_true(slice_is(msg.methods, "publickey"));
	assert_true(msg.partial_success);
	assert_int_equal(d->server.tries, 0);
	return d;
}

/* GHSA-hpv4-5h6f-wqr3, RFC 4252 5. */
static void
another_user_or_service_flushes_what_was_accepted(void **state)
{
	static const struct {
		const char *user, *service;
		bool kept;
	} rows[] = {
	    {"alice", NULL, true},
	    {"bob", NULL, false},
	    {"alic", NULL, false},
	    {"", NULL, false},
	    {"alice", "ssh-userauth", false},
	    {"ali\nce", NULL, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk *d = half_way("alice");
		const struct desk_request request = {
		    .user = rows[i].user, .service = rows[i].service, .method = "none"};

		assert_int_equal(desk_request(d, &request), 0);
		if (d->server.state == AUTHD_ASKING)
			assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_REJECT, NULL), 0);
		d->n_taken = d->n_events;
		assert_int_equal(desk_give_none(d, "alice"), 0);
		assert_int_equal(desk_event(d, NACRE_EVENT_AUTH_REQUEST).partial, rows[i].kept);
		desk_free(d);
	}
}

static void
partial_successes_come_to_an_end(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);
	int r = 0, n = 0;

	(void)state;
	while (n < 5000 && (r = desk_give_none(d, "u")) == 0) {
		n++;
		assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_PARTIAL, NULL), 0);
		d->n_sent = d->n_read = d->n_events = d->n_taken = 0;
	}
	assert_int_equal(r, NACRE_E_AUTH);
	assert_int_equal(n, 1024);
	desk_free(d);
}

static void
the_banner_is_sent_once_before_the_first_answer(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);
	struct msg_userauth_banner banner;

	(void)state;
	d->server.setup.banner = "Authorised use only\n";
	assert_int_equal(desk_give_password(d, "u", SLICE_LIT("p")), 0);
	desk_take_as(d, MSG_userauth_banner, &banner);
	assert_true(slice_is(banner.message, "Authorised use only\n"));
	desk_sent_nothing(d);
	assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_REJECT, NULL), 0);
	(void)take_failure(d);
	assert_int_equal(desk_give_none(d, "v"), 0);
	desk_sent_nothing(d);
	desk_free(d);
}

static void
a_malformed_part_is_malformed_for_every_user(void **state)
{
	static const struct {
		const char *method;
		struct slice tail;
	} rows[] = {
	    {"none", BYTES("x")},
	    {"password", BYTES("")},
	    {"password", BYTES("\0\0\0\0\5p")},
	    {"password", BYTES("\0\0\0\0\1px")},
	    {"password", BYTES("\0\0\0\0\3old\0\0\0\3new")}, /* a new one without the flag */
	    {"password", BYTES("\1\0\0\0\3old")},
	    {"publickey", BYTES("\0\0\0\0\13ssh-ed25519\0\0\0\3keyx")}, /* a probe has no signature */
	    {"publickey", BYTES("\1\0\0\0\13ssh-ed25519\0\0\0\3key")},
	    {"publickey", BYTES("\1\0\0\0\13ssh-ed25519\0\0\0\3key\0\0\0\1sx")},
	    {"publickey", BYTES("\1\0\0\0\3foo\0\0\0\3key\0\0\0\2s")},
	};
	static const char *const users[] = {"u", "\x01"};
	size_t i, u;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (u = 0; u < 2; u++) {
			struct desk *d = desk_server_open(NULL, NULL);
			const struct desk_request request = {
			    .user = users[u], .method = rows[i].method, .tail = rows[i].tail};

			assert_int_equal(desk_request(d, &request), NACRE_E_FORMAT);
			assert_int_equal(d->failure.origin, NACRE_ORIGIN_PROTOCOL);
			assert_non_null(strstr(d->failure.text, rows[i].method));
			desk_no_event(d);
			desk_sent_nothing(d);
			desk_free(d);
		}
}

static void
a_change_of_password_is_whole_or_malformed(void **state)
{
	size_t n;

	(void)state;
	for (n = 0; n <= change_tail.n; n++) {
		struct desk *d = desk_server_open(NULL, NULL);
		const struct desk_request request = {
		    .user = "u", .method = "password", .tail = slice_of(change_tail.p, n)};

		assert_int_equal(desk_request(d, &request), n == change_tail.n ? 0 : NACRE_E_FORMAT);
		desk_no_event(d);
		desk_free(d);
	}
}

static void
an_outbox_that_refuses_ends_it(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);

	(void)state;
	assert_int_equal(desk_give_none(d, "u"), 0);
	(void)desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	d->outbox_error = NACRE_E_NOMEM;
	assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_ACCEPT, NULL), NACRE_E_NOMEM);
	assert_int_equal(d->server.state, AUTHD_FAILED);
	desk_no_event(d);
	desk_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_service_is_accepted_once),
	    cmocka_unit_test(another_service_is_refused),
	    cmocka_unit_test(a_request_before_the_service_is_refused),
	    cmocka_unit_test(messages_that_are_no_requests_are_refused_in_each_state),
	    cmocka_unit_test(none_is_asked_about_and_can_be_accepted),
	    cmocka_unit_test(a_password_is_readable_while_its_question_is_open),
	    cmocka_unit_test(an_answer_with_another_token_or_verdict_changes_nothing),
	    cmocka_unit_test(after_success_requests_are_ignored_silently),
	    cmocka_unit_test(every_refusal_without_a_question_looks_the_same),
	    cmocka_unit_test(every_refusal_costs_a_try),
	    cmocka_unit_test(a_rejected_password_costs_a_try_and_the_last_one_ends_it),
	    cmocka_unit_test(only_a_first_none_is_free),
	    cmocka_unit_test(a_method_that_is_not_offered_reaches_nobody),
	    cmocka_unit_test(user_names_have_bounds),
	    cmocka_unit_test(another_user_or_service_flushes_what_was_accepted),
	    cmocka_unit_test(partial_successes_come_to_an_end),
	    cmocka_unit_test(the_banner_is_sent_once_before_the_first_answer),
	    cmocka_unit_test(a_malformed_part_is_malformed_for_every_user),
	    cmocka_unit_test(a_change_of_password_is_whole_or_malformed),
	    cmocka_unit_test(an_outbox_that_refuses_ends_it),
	};

	return cmocka_run_group_tests_name("auth server", tests, desk_keys_make, desk_keys_free);
}
