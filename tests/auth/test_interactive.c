/* "keyboard-interactive" and the change of a password, message by message, on both sides: counts, sizes, rounds, tries.
 */
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define METHODS "publickey,password,keyboard-interactive"

static struct desk *
client_in_dialog(void)
{
	struct desk *d = desk_client(NULL);

	assert_int_equal(auth_client_start(&d->client, desk_session_id), 0);
	assert_int_equal(desk_accept_service(d), 0);
	assert_int_equal(
	    auth_client_answer_interactive(&d->client, desk_event(d, NACRE_EVENT_AUTH).token, "alice", "pam"), 0);
	while (d->n_read + 1 < d->n_sent)
		(void)desk_take(d);
	return d;
}

/* n prompts "ab", all with echo; claimed: the count that is written. */
static int
give_prompts(struct desk *d, uint32_t n, uint32_t claimed)
{
	struct msg_userauth_info_request msg = {
	    .name = SLICE_LIT("name"), .instruction = SLICE_LIT("do this"), .n_prompts = claimed};
	struct buf b;
	uint32_t i;
	int r;

	buf_init(&b, &desk_keys_env.env, 1 << 20);
	for (i = 0; i < n; i++) {
		buf_put_cstring(&b, "ab");
		buf_put_u8(&b, 1);
	}
	msg.prompts = buf_slice(&b);
	r = desk_give_msg(d, MSG_userauth_info_request, &msg);
	buf_free(&b);
	return r;
}

static void
the_request_and_the_response_are_as_the_rfc_has_them(void **state)
{
	static const char request[] =
	    "\x32\0\0\0\5alice\0\0\0\16ssh-connection\0\0\0\24keyboard-interactive\0\0\0\0\0\0\0\3pam",
			  response[] = "\x3d\0\0\0\2\0\0\0\5first\0\0\0\0";
	static const char *const answers[2] = {"first", ""};
	struct desk *d = client_in_dialog();
	struct nacre_event ask;
	struct slice sent = desk_take(d);

	(void)state;
	assert_int_equal(sent.n, sizeof(request) - 1);
	assert_memory_equal(sent.p, request, sent.n);
	assert_int_equal(auth_client_family(&d->client), FAMILY_KBDINT);
	assert_int_equal(give_prompts(d, 2, 2), 0);
	ask = desk_event(d, NACRE_EVENT_PROMPTS);
	assert_int_equal(ask.prompts->n, 2);
	assert_int_equal(ask.prompts->round, 0);
	assert_true(desk_is(ask.prompts->name, "name"));
	assert_true(desk_is(ask.prompts->instruction, "do this"));
	assert_true(desk_is(ask.prompts->prompts[1].text, "ab"));
	assert_true(ask.prompts->prompts[1].echo);
	assert_false(auth_client_is_waiting(&d->client));
	assert_int_equal(auth_client_answer_prompts(&d->client, ask.token, answers, 2), 0);
	sent = desk_take(d);
	assert_int_equal(sent.n, sizeof(response) - 1);
	assert_memory_equal(sent.p, response, sent.n);
	assert_true(auth_client_is_waiting(&d->client));
	assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
	ask = desk_event(d, NACRE_EVENT_AUTHENTICATED);
	assert_true(desk_is(ask.method, "keyboard-interactive"));
	assert_false(ask.trivial);
	desk_free(d);
}

/* CVE-2019-3856: the count is not believed. */
static void
the_number_of_prompts_is_bounded_and_must_be_true(void **state)
{
	static const struct {
		uint32_t n, claimed;
		int result;
	} rows[] = {{0, 0, 0}, {1, 1, 0}, {32, 32, 0}, {33, 33, NACRE_E_LIMIT}, {0, 0xffffffff, NACRE_E_LIMIT},
	    {1, 0x40000000, NACRE_E_LIMIT}, {1, 2, NACRE_E_FORMAT}, {2, 1, NACRE_E_FORMAT}, {1, 0, NACRE_E_FORMAT}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk *d = client_in_dialog();

		assert_int_equal(give_prompts(d, rows[i].n, rows[i].claimed), rows[i].result);
		if (rows[i].result == 0)
			assert_int_equal(desk_event(d, NACRE_EVENT_PROMPTS).prompts->n, rows[i].n);
		else
			desk_no_event(d);
		desk_free(d);
	}
}

static void
more_than_64_kib_of_questions_are_refused(void **state)
{
	static uint8_t text[66000];
	size_t over;

	(void)state;
	for (over = 0; over <= 1; over++) {
		/* number, three lengths, the count */
		const struct msg_userauth_info_request msg = {.instruction = slice_of(text, 65536 - 17 + over)};
		struct desk *d = client_in_dialog();

		assert_int_equal(desk_give_msg(d, MSG_userauth_info_request, &msg), over ? NACRE_E_LIMIT : 0);
		desk_free(d);
	}
}

static void
a_server_cannot_ask_without_an_end(void **state)
{
	struct desk *d = client_in_dialog();
	unsigned round;

	(void)state;
	for (round = 0; round < 100; round++) {
		struct nacre_event ask;

		(void)desk_take(d);
		d->n_sent = d->n_read = d->n_events = d->n_taken = 0;
		assert_int_equal(give_prompts(d, 0, 0), 0);
		ask = desk_event(d, NACRE_EVENT_PROMPTS);
		assert_int_equal(ask.prompts->round, round);
		assert_int_equal(auth_client_answer_prompts(&d->client, ask.token, NULL, 0), 0);
	}
	assert_int_equal(give_prompts(d, 0, 0), NACRE_E_LIMIT);
	desk_free(d);
}

static void
only_as_many_answers_as_prompts_are_taken(void **state)
{
	static char huge[16386];
	const char *answers[3] = {"a", "b", "c"}, *missing[2] = {"a", NULL}, *large[2] = {"a", huge};
	struct desk *d = client_in_dialog();
	uint64_t token;

	(void)state;
	(void)desk_take(d);
	memset(huge, 'x', sizeof(huge) - 1);
	assert_int_equal(give_prompts(d, 2, 2), 0);
	token = desk_event(d, NACRE_EVENT_PROMPTS).token;
	assert_int_equal(auth_client_answer_prompts(&d->client, token, answers, 1), NACRE_E_ARGUMENT);
	assert_int_equal(auth_client_answer_prompts(&d->client, token, answers, 3), NACRE_E_ARGUMENT);
	assert_int_equal(auth_client_answer_prompts(&d->client, token, answers, 0), NACRE_E_ARGUMENT);
	assert_int_equal(auth_client_answer_prompts(&d->client, token, NULL, 2), NACRE_E_ARGUMENT);
	assert_int_equal(auth_client_answer_prompts(&d->client, token, missing, 2), NACRE_E_ARGUMENT);
	assert_int_equal(auth_client_answer_prompts(&d->client, token, large, 2), NACRE_E_ARGUMENT);
	assert_int_equal(auth_client_answer_prompts(&d->client, token + 1, answers, 2), NACRE_E_MISUSE);
	assert_int_equal(auth_client_answer_none(&d->client, token, "u"), NACRE_E_MISUSE);
	desk_sent_nothing(d);
	assert_int_equal(d->failure.code, 0);
	assert_int_equal(auth_client_answer_prompts(&d->client, token, answers, 2), 0);
	assert_int_equal(auth_client_answer_prompts(&d->client, token, answers, 2), NACRE_E_MISUSE);
	desk_free(d);
}

/* CVE-2021-36367, -36368, -36369: success that proves nothing is told as such. */
static void
a_success_without_an_answer_is_called_trivial(void **state)
{
	static const struct {
		const char *play; /* p password partial, n none partial; then z/a: a dialog with no prompt, or one */
		bool trivial;
	} rows[] = {{"z", true}, {"a", false}, {"s", true}, {"nz", true}, {"pz", false}, {"pa", false}};
	static const char *const answers[1] = {"x"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk *d = desk_client(NULL);
		const char *step;

		assert_int_equal(auth_client_start(&d->client, desk_session_id), 0);
		assert_int_equal(desk_accept_service(d), 0);
		for (step = rows[i].play; *step != '\0'; step++) {
			uint64_t token = desk_event(d, NACRE_EVENT_AUTH).token;
			int r;

			if (*step == 'p' || *step == 'n') {
				r = *step == 'p' ? auth_client_answer_password(&d->client, token, "u", "p")
						 : auth_client_answer_none(&d->client, token, "u");
				assert_int_equal(r, 0);
				assert_int_equal(desk_give_failure(d, "keyboard-interactive", true), 0);
				continue;
			}
			assert_int_equal(auth_client_answer_interactive(&d->client, token, "u", NULL), 0);
			if (*step == 's')
				continue;
			assert_int_equal(give_prompts(d, *step == 'a', *step == 'a'), 0);
			token = desk_event(d, NACRE_EVENT_PROMPTS).token;
			assert_int_equal(
			    auth_client_answer_prompts(&d->client, token, *step == 'a' ? answers : NULL, *step == 'a'),
			    0);
		}
		assert_int_equal(desk_give_number(d, NUM_userauth_success), 0);
		assert_int_equal(desk_event(d, NACRE_EVENT_AUTHENTICATED).trivial, rows[i].trivial);
		desk_free(d);
	}
}

/* Number 60 means what the running method says, and nothing while the prompts are open. */
static void
a_question_is_taken_only_inside_its_method(void **state)
{
	struct desk *d = client_in_dialog();

	(void)state;
	assert_int_equal(give_prompts(d, 1, 1), 0);
	(void)desk_event(d, NACRE_EVENT_PROMPTS);
	assert_int_equal(give_prompts(d, 1, 1), NACRE_E_ORDER);
	desk_no_event(d);
	desk_free(d);

	d = client_in_dialog();
	assert_int_equal(give_prompts(d, 1, 1), 0);
	assert_int_equal(desk_give_number(d, NUM_userauth_success), NACRE_E_ORDER);
	desk_free(d);

	d = desk_client(NULL);
	assert_int_equal(auth_client_start(&d->client, desk_session_id), 0);
	assert_int_equal(desk_accept_service(d), 0);
	assert_int_equal(auth_client_answer_none(&d->client, d->last_token, "u"), 0);
	assert_int_equal(give_prompts(d, 1, 1), NACRE_E_ORDER);
	desk_free(d);
}

/* --- the server --- */

static int
ask_one(struct desk *d)
{
	static const struct nacre_prompt prompt = {.text = BYTES("Password: ")};

	return auth_server_ask_prompts(&d->server, d->last_token, &(struct nacre_prompts){.prompts = &prompt, .n = 1});
}

static struct desk *
server_prompting(void)
{
	struct desk *d = desk_server_open(METHODS, NULL);

	assert_int_equal(desk_give_kbdint(d, "alice"), 0);
	assert_int_equal(ask_one(d), 0);
	(void)desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	(void)desk_take(d);
	return d;
}

static int
give_responses(struct desk *d, uint32_t n, struct slice strings)
{
	const struct msg_userauth_info_response msg = {.n_responses = n, .responses = strings};

	return desk_give_msg(d, MSG_userauth_info_response, &msg);
}

static void
a_server_asks_in_rounds_and_sees_each_response_while_it_is_open(void **state)
{
	struct desk *d = server_prompting();
	struct nacre_event event;

	(void)state;
	assert_int_equal(auth_server_family(&d->server), FAMILY_KBDINT);
	assert_int_equal(give_responses(d, 1, SLICE_LIT("\0\0\0\2pw")), 0);
	event = desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	assert_true(desk_is(event.method, "keyboard-interactive"));
	assert_true(desk_is(event.user, "alice"));
	assert_int_equal(event.round, 1);
	assert_int_equal(event.responses, 1);
	assert_true(slice_is(auth_server_response(&d->server, event.token, 0), "pw"));
	assert_null(auth_server_response(&d->server, event.token, 1).p);
	assert_null(auth_server_response(&d->server, event.token + 1, 0).p);
	assert_int_equal(ask_one(d), 0);
	assert_null(auth_server_response(&d->server, event.token, 0).p);
	(void)desk_take(d);
	assert_int_equal(give_responses(d, 1, SLICE_LIT("\0\0\0\0")), 0);
	event = desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	assert_int_equal(event.round, 2);
	assert_non_null(auth_server_response(&d->server, event.token, 0).p);
	assert_int_equal(auth_server_answer(&d->server, event.token, NACRE_AUTH_ACCEPT, NULL), 0);
	assert_true(desk_is(desk_event(d, NACRE_EVENT_AUTHENTICATED).method, "keyboard-interactive"));
	assert_int_equal(d->server.tries, 0);
	desk_free(d);
}

/* RFC 4256 3.4: another number is a failure; what does not hold as many strings as it says is malformed. */
static void
the_number_of_responses_must_be_that_of_the_prompts(void **state)
{
	static const struct {
		uint32_t n;
		struct slice strings;
		int result;
	} rows[] = {{0, BYTES(""), 0}, {2, BYTES("\0\0\0\0\0\0\0\0"), 0},
	    {0xffffffff, BYTES("\0\0\0\0"), NACRE_E_FORMAT}, {1, BYTES(""), NACRE_E_FORMAT},
	    {1, BYTES("\0\0\0\0x"), NACRE_E_FORMAT}, {1, BYTES("\0\0\0\2x"), NACRE_E_FORMAT},
	    {0, BYTES("\0\0\0\0"), NACRE_E_FORMAT}};
	struct msg_userauth_failure failure;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct desk *d = server_prompting();

		assert_int_equal(give_responses(d, rows[i].n, rows[i].strings), rows[i].result);
		desk_no_event(d);
		if (rows[i].result == 0) {
			desk_take_as(d, MSG_userauth_failure, &failure);
			assert_int_equal(d->server.tries, 1);
			/* It is over: a late response has nothing to answer. */
			assert_int_equal(give_responses(d, 1, SLICE_LIT("\0\0\0\0")), NACRE_E_ORDER);
		}
		desk_free(d);
	}
}

/* CVE-2015-5600: neither a long list of devices nor a dialog that is broken off is a free try. */
static void
each_attempt_is_one_try_however_it_ends(void **state)
{
	static const char *const ends[] = {"wrong", "count", "abandoned", "rounds"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct desk *d = desk_server_open(METHODS, NULL);
		unsigned attempts = 0;
		int r = 0;

		while (r == 0 && attempts < 20) {
			d->n_sent = d->n_read = d->n_events = d->n_taken = 0;
			if ((r = desk_give_kbdint(d, "alice")) != 0)
				break;
			attempts++;
			assert_int_equal(ask_one(d), 0);
			if (strcmp(ends[i], "rounds") == 0) {
				assert_int_equal(give_responses(d, 1, SLICE_LIT("\0\0\0\1a")), 0);
				assert_int_equal(ask_one(d), 0);
			}
			if (strcmp(ends[i], "abandoned") == 0)
				continue;
			r = give_responses(d, strcmp(ends[i], "count") == 0 ? 0 : 1,
			    strcmp(ends[i], "count") == 0 ? SLICE_NONE : SLICE_LIT("\0\0\0\1a"));
			if (r == 0 && d->server.state == AUTHD_ASKING)
				r = auth_server_answer(&d->server, d->last_token, NACRE_AUTH_REJECT, NULL);
		}
		assert_int_equal(r, NACRE_E_AUTH);
		assert_int_equal(attempts, 6);
		desk_free(d);
	}
}

static void
what_a_server_asks_is_bounded(void **state)
{
	static struct nacre_prompt prompts[NACRE_PROMPTS_MAX + 1];
	static uint8_t text[40000];
	struct nacre_prompts many = {.prompts = prompts, .n = NACRE_PROMPTS_MAX + 1};
	struct nacre_prompts large = {.instruction = {text, 32768}};
	struct desk *d = desk_server_open(METHODS, NULL);
	unsigned round;

	(void)state;
	assert_int_equal(desk_give_kbdint(d, "alice"), 0);
	assert_int_equal(auth_server_ask_prompts(&d->server, d->last_token, &many), NACRE_E_ARGUMENT);
	assert_int_equal(auth_server_ask_prompts(&d->server, d->last_token, &large), NACRE_E_ARGUMENT);
	assert_int_equal(auth_server_ask_prompts(&d->server, d->last_token + 1, &many), NACRE_E_MISUSE);
	assert_int_equal(auth_server_ask_new_password(&d->server, d->last_token, "no"), NACRE_E_MISUSE);
	desk_sent_nothing(d);
	many.n--;
	for (round = 0; round < 100; round++) {
		d->n_sent = d->n_read = d->n_events = d->n_taken = 0;
		assert_int_equal(auth_server_ask_prompts(
				     &d->server, d->last_token, round == 0 ? &many : &(struct nacre_prompts){.n = 0}),
		    0);
		if (round == 0)
			assert_int_equal(give_responses(d, 32, slice_of(text, 128)), 0);
		else
			assert_int_equal(give_responses(d, 0, SLICE_NONE), 0);
	}
	assert_int_equal(ask_one(d), NACRE_E_ARGUMENT);
	assert_int_equal(auth_server_answer(&d->server, d->last_token, NACRE_AUTH_REJECT, NULL), 0);
	desk_free(d);
}

static void
a_method_that_is_not_offered_is_refused_without_a_question(void **state)
{
	struct desk *d = desk_server_open("publickey", NULL);
	struct msg_userauth_failure failure;

	(void)state;
	assert_int_equal(desk_give_kbdint(d, "alice"), 0);
	desk_no_event(d);
	desk_take_as(d, MSG_userauth_failure, &failure);
	assert_int_equal(d->server.tries, 1);
	desk_free(d);
}

/* RFC 4252 8. Another user's name takes the permission back. */
static void
a_password_is_changed_only_where_the_server_asked_for_it(void **state)
{
	static const struct slice change = BYTES("\1\0\0\0\3old\0\0\0\3new");
	struct desk_request request = {.user = "alice", .method = "password", .tail = change};
	struct desk *d = desk_server_open(METHODS, NULL);
	struct msg_userauth_passwd_changereq asked;
	struct nacre_event event;

	(void)state;
	assert_int_equal(desk_request(d, &request), 0);
	desk_no_event(d);
	(void)desk_take(d);
	assert_int_equal(desk_give_password(d, "alice", SLICE_LIT("old")), 0);
	event = desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	assert_false(event.change);
	assert_int_equal(
	    auth_server_ask_prompts(&d->server, event.token, &(struct nacre_prompts){.n = 0}), NACRE_E_MISUSE);
	assert_int_equal(auth_server_ask_new_password(&d->server, event.token, "expired"), 0);
	desk_take_as(d, MSG_userauth_passwd_changereq, &asked);
	assert_true(slice_is(asked.prompt, "expired"));
	assert_int_equal(desk_request(d, &request), 0);
	event = desk_event(d, NACRE_EVENT_AUTH_REQUEST);
	assert_true(event.change);
	assert_true(slice_is(auth_server_password(&d->server, event.token), "old"));
	assert_true(slice_is(auth_server_new_password(&d->server, event.token), "new"));
	assert_int_equal(auth_server_ask_new_password(&d->server, event.token, "too short"), 0);
	assert_null(auth_server_new_password(&d->server, event.token).p);
	desk_take_as(d, MSG_userauth_passwd_changereq, &asked);
	request.user = "bob";
	assert_int_equal(desk_request(d, &request), 0);
	desk_no_event(d);
	assert_int_equal(d->server.tries, 2);
	desk_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_request_and_the_response_are_as_the_rfc_has_them),
	    cmocka_unit_test(the_number_of_prompts_is_bounded_and_must_be_true),
	    cmocka_unit_test(more_than_64_kib_of_questions_are_refused),
	    cmocka_unit_test(a_server_cannot_ask_without_an_end),
	    cmocka_unit_test(only_as_many_answers_as_prompts_are_taken),
	    cmocka_unit_test(a_success_without_an_answer_is_called_trivial),
	    cmocka_unit_test(a_question_is_taken_only_inside_its_method),
	    cmocka_unit_test(a_server_asks_in_rounds_and_sees_each_response_while_it_is_open),
	    cmocka_unit_test(the_number_of_responses_must_be_that_of_the_prompts),
	    cmocka_unit_test(each_attempt_is_one_try_however_it_ends),
	    cmocka_unit_test(what_a_server_asks_is_bounded),
	    cmocka_unit_test(a_method_that_is_not_offered_is_refused_without_a_question),
	    cmocka_unit_test(a_password_is_changed_only_where_the_server_asked_for_it),
	};

	return cmocka_run_group_tests_name("auth, dialogs", tests, desk_keys_make, desk_keys_free);
}
