/* Both machines joined: each scene to its end, sessions side by side, every message cut, memory running out, secrets.
 */
#include "play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
check_end(const struct play *p)
{
	const struct scene *scene = p->scene;
	bool in = scene->method != NULL;

	if (p->client_result != scene->result)
		print_error("%s: %d %s\n", scene->name, p->client_result, p->client->failure.text);
	assert_int_equal(p->client_result, scene->result);
	assert_int_equal(p->requests, scene->requests);
	assert_int_equal(p->client->client.state == AUTH_DONE, in);
	assert_int_equal(p->server->server.state == AUTHD_DONE, in);
	assert_string_equal(p->client_method, in ? scene->method : "");
	assert_string_equal(p->server_method, in ? scene->method : "");
	assert_string_equal(p->user, in ? "alice" : "");
}

static void
each_scene_ends_as_it_should(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < play_n_scenes; i++) {
		struct play p;

		play_init(&p, &play_scenes[i]);
		play_run(&p);
		check_end(&p);
		play_free(&p);
	}
}

/* CVE-2026-83540: what happens on one connection says nothing on another. */
static void
sessions_side_by_side_share_nothing(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < play_n_scenes; i++)
		for (j = 0; j < play_n_scenes; j++) {
			struct play a, b;
			bool moved = true;

			play_init(&a, &play_scenes[i]);
			play_init(&b, &play_scenes[j]);
			while (moved) {
				moved = play_turn(&a);
				moved = play_turn(&b) || moved;
			}
			check_end(&a);
			check_end(&b);
			play_free(&a);
			play_free(&b);
		}
}

/* The n-th allocation of one side fails, and all after it, or only that one. */
static bool
run_without_memory(const struct scene *scene, bool at_client, uint64_t n, bool once)
{
	struct play p;
	struct test_env *te;
	bool reached, client_in, server_in;

	play_init(&p, scene);
	te = at_client ? &p.client->te : &p.server->te;
	te->fail_at = n;
	te->fail_once = once;
	te->secret = PLAY_PASSWORD;
	te->secret_len = strlen(PLAY_PASSWORD);
	play_run(&p);
	reached = te->allocations >= n;
	client_in = p.client->client.state == AUTH_DONE;
	server_in = p.server->server.state == AUTHD_DONE;
	if (!reached) {
		check_end(&p);
	} else {
		int result = at_client ? p.client_result : p.server_result;

		if (result != NACRE_E_NOMEM)
			print_error("%s: allocation %u: %d\n", scene->name, (unsigned)n, result);
		assert_int_equal(result, NACRE_E_NOMEM);
		assert_int_equal(at_client ? p.client->failure.code : p.server->failure.code, NACRE_E_NOMEM);
		assert_false(at_client ? client_in : server_in);
	}
	assert_true(server_in || !client_in);
	assert_true(scene->method != NULL || !server_in);
	play_free(&p);
	return reached;
}

static void
each_allocation_that_fails_ends_it_cleanly(void **state)
{
	size_t i;
	int side, once;
	uint64_t n;

	(void)state;
	for (i = 0; i < play_n_scenes; i++)
		for (side = 0; side <= 1; side++)
			for (once = 0; once <= 1; once++) {
				for (n = 1; run_without_memory(&play_scenes[i], side == 0, n, once != 0); n++)
					;
				assert_true(n > 1);
			}
}

/* desk_free looks at what was found in freed blocks. */
static void
no_freed_block_holds_the_password(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < play_n_scenes; i++) {
		struct play p;

		play_init(&p, &play_scenes[i]);
		p.client->te.secret = p.server->te.secret = PLAY_PASSWORD;
		p.client->te.secret_len = p.server->te.secret_len = strlen(PLAY_PASSWORD);
		play_run(&p);
		check_end(&p);
		play_free(&p);
	}
}

/* A connection that ends while the question about a password is open. */
static void
an_open_question_is_wiped_when_the_machine_is_freed(void **state)
{
	struct desk *d = desk_server_open(NULL, NULL);

	(void)state;
	d->te.secret = PLAY_PASSWORD;
	d->te.secret_len = strlen(PLAY_PASSWORD);
	assert_int_equal(desk_give_password(d, "u", SLICE_LIT(PLAY_PASSWORD)), 0);
	assert_int_equal(auth_server_password(&d->server, d->last_token).n, strlen(PLAY_PASSWORD));
	desk_free(d);
}

/* The twin: a block that is not wiped is seen. */
static void
a_block_that_is_not_wiped_is_seen(void **state)
{
	struct test_env te;
	char *copy;

	(void)state;
	test_env_init(&te, 1);
	te.secret = PLAY_PASSWORD;
	te.secret_len = strlen(PLAY_PASSWORD);
	copy = mem_str(&te.env, SLICE_LIT("x" PLAY_PASSWORD));
	assert_non_null(copy);
	mem_free_str(&te.env, copy);
	assert_int_equal(te.secret_leaks, 1);
}

enum cut {
	CUT_ACCEPT,
	CUT_FAILURE,
	CUT_SUCCESS,
	CUT_BANNER,
	CUT_PK_OK,
	CUT_CHANGEREQ,
	CUT_INFO_REQUEST,
	CUT_SERVICE,
	CUT_NONE,
	CUT_PASSWORD,
	CUT_PROBE,
	CUT_SIGNED,
	CUT_KBDINT,
	CUT_INFO_RESPONSE,
	CUTS
};

/* A machine that waits for the message. */
static struct desk *
ready_server(enum cut cut)
{
	static const struct nacre_prompt prompts[2] = {{.echo = true}, {.echo = false}};
	struct desk *d;

	if (cut == CUT_SERVICE)
		return desk_server(NULL, NULL);
	d = desk_server_open("publickey,password,keyboard-interactive", NULL);
	if (cut != CUT_INFO_RESPONSE)
		return d;
	assert_int_equal(desk_give_kbdint(d, "u"), 0);
	assert_int_equal(auth_server_ask_prompts(&d->server, d->last_token,
			     &(struct nacre_prompts){.prompts = prompts, .n = 2}),
	    0);
	return d;
}

static struct desk *
ready_for(enum cut cut)
{
	struct desk *d;

	if (cut >= CUT_SERVICE)
		return ready_server(cut);
	d = desk_client(NULL);
	assert_int_equal(auth_client_start(&d->client, desk_session_id), 0);
	if (cut == CUT_ACCEPT)
		return d;
	assert_int_equal(desk_accept_service(d), 0);
	if (cut == CUT_PK_OK)
		assert_int_equal(
		    auth_client_answer_publickey(&d->client, d->last_token, "u", desk_key[DESK_ED25519], true), 0);
	else if (cut == CUT_INFO_REQUEST)
		assert_int_equal(auth_client_answer_interactive(&d->client, d->last_token, "u", NULL), 0);
	else
		assert_int_equal(auth_client_answer_password(&d->client, d->last_token, "u", "p"), 0);
	return d;
}

static void
put_request(struct buf *b, const char *method, struct slice tail)
{
	const struct msg_userauth_request msg = {
	    .user = SLICE_LIT("u"), .service = SLICE_LIT("ssh-connection"), .method = slice_str(method), .tail = tail};

	msg_put(b, MSG_userauth_request, &msg);
}

/* Optional fields are left out: where one could begin, the message ends. */
static void
put_message_from_server(struct buf *b, enum cut cut)
{
	const struct slice key = key_blob(desk_key[DESK_ED25519]);

	buf_put_u8(b, (uint8_t[]){NUM_service_accept, NUM_userauth_failure, NUM_userauth_success, NUM_userauth_banner,
			  NUM_userauth_pk_ok, NUM_userauth_passwd_changereq, NUM_userauth_info_request}[cut]);
	if (cut == CUT_INFO_REQUEST)
		buf_put(b, "\0\0\0\1n\0\0\0\1i\0\0\0\0\0\0\0\2\0\0\0\1a\1\0\0\0\0\0", 29);
	if (cut == CUT_ACCEPT)
		buf_put_cstring(b, "ssh-userauth");
	if (cut == CUT_FAILURE)
		buf_put(b, "\0\0\0\1m\0", 6);
	if (cut == CUT_BANNER || cut == CUT_CHANGEREQ)
		buf_put_cstring(b, "text");
	if (cut == CUT_PK_OK) {
		buf_put_cstring(b, "ssh-ed25519");
		buf_put_string(b, key);
	}
}

static void
put_message(struct buf *b, enum cut cut)
{
	const struct slice key = key_blob(desk_key[DESK_ED25519]);
	const struct msg_userauth_request_publickey probe = {.algorithm = SLICE_LIT("ssh-ed25519"), .key = key};
	const struct msg_service_request service = {.service = SLICE_LIT("ssh-userauth")};
	struct buf tail;

	buf_init(b, &desk_keys_env.env, 65536);
	buf_init(&tail, &desk_keys_env.env, 65536);
	if (cut == CUT_SERVICE)
		msg_put(b, MSG_service_request, &service);
	else if (cut < CUT_SERVICE)
		put_message_from_server(b, cut);
	else if (cut == CUT_NONE)
		put_request(b, "none", SLICE_NONE);
	else if (cut == CUT_PASSWORD)
		put_request(b, "password", SLICE_LIT("\0\0\0\0\2pw"));
	else if (cut == CUT_KBDINT)
		put_request(b, "keyboard-interactive", SLICE_LIT("\0\0\0\0\0\0\0\3pam"));
	else if (cut == CUT_INFO_RESPONSE)
		buf_put(b, "\x3d\0\0\0\2\0\0\0\1a\0\0\0\0", 14);
	else if (cut == CUT_SIGNED)
		desk_build_signed(b, desk_key[DESK_ED25519], "ssh-ed25519", "u");
	else {
		msg_put(&tail, MSG_userauth_request_publickey, &probe);
		put_request(b, "publickey", buf_slice(&tail));
	}
	buf_free(&tail);
}

static void
each_message_cut_anywhere_is_malformed(void **state)
{
	int cut;
	size_t n, whole;

	(void)state;
	for (cut = 0; cut < CUTS; cut++) {
		struct buf b;

		put_message(&b, (enum cut)cut);
		whole = b.n;
		buf_put_u8(&b, 0);
		for (n = 0; n <= b.n; n++) {
			struct desk *d = ready_for((enum cut)cut);
			size_t events = d->n_events, sent = d->n_sent;
			int r = desk_give(d, slice_of(b.p, n));

			if (n == whole) {
				assert_int_equal(r, 0);
			} else {
				if (r != NACRE_E_FORMAT)
					print_error("message %d cut at %zu: %d\n", cut, n, r);
				assert_int_equal(r, NACRE_E_FORMAT);
				assert_int_equal(d->failure.code, NACRE_E_FORMAT);
				assert_int_equal(d->failure.origin, NACRE_ORIGIN_PROTOCOL);
				assert_int_equal(d->n_events, events);
				assert_int_equal(d->n_sent, sent);
			}
			desk_free(d);
		}
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_scene_ends_as_it_should),
	    cmocka_unit_test(sessions_side_by_side_share_nothing),
	    cmocka_unit_test(each_allocation_that_fails_ends_it_cleanly),
	    cmocka_unit_test(no_freed_block_holds_the_password),
	    cmocka_unit_test(an_open_question_is_wiped_when_the_machine_is_freed),
	    cmocka_unit_test(a_block_that_is_not_wiped_is_seen),
	    cmocka_unit_test(each_message_cut_anywhere_is_malformed),
	};

	return cmocka_run_group_tests_name("auth, both sides", tests, desk_keys_make, desk_keys_free);
}
