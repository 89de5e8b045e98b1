/* play: see play.h. */
#include "play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

const struct scene play_scenes[] = {
    {.name = "none alone", .answers = "n", .result = NACRE_E_AUTH_METHODS, .requests = 1},
    {.name = "a password", .answers = "p", .method = "password", .requests = 1},
    {.name = "none, a wrong password, the right one", .answers = "nwp", .method = "password", .requests = 3},
    {.name = "wrong passwords", .answers = "ww", .result = NACRE_E_AUTH, .requests = 2},
    {.name = "wrong passwords to the end", .answers = "wwwwwwwp", .result = 0, .requests = 6},
    {.name = "a key", .answers = "k", .method = "publickey", .requests = 1},
    {.name = "a key, probed", .answers = "K", .method = "publickey", .requests = 2},
    {.name = "a locked key", .answers = "l", .method = "publickey", .requests = 2},
    {.name = "a locked key that stays so", .answers = "Lp", .method = "password", .requests = 2},
    {.name = "a key that is not welcome", .answers = "ok", .method = "publickey", .requests = 2},
    {.name = "many keys", .answers = "OOOK", .method = "publickey", .requests = 5},
    {.name = "an RSA key", .answers = "r", .method = "publickey", .requests = 1},
    {.name = "an RSA key and an older server",
	.answers = "r",
	.server_algorithms = "rsa-sha2-256",
	.method = "publickey",
	.requests = 2},
    {.name = "a key and a password", .answers = "kp", .both = true, .method = "password", .requests = 2},
    {.name = "a password and a key", .answers = "wpK", .both = true, .method = "publickey", .requests = 4},
    {.name = "a dialog", .answers = "i", .method = "keyboard-interactive", .requests = 1},
    {.name = "dialogs with a wrong answer, declined, right",
	.answers = "jjdi",
	.method = "keyboard-interactive",
	.requests = 4},
    {.name = "a dialog and a key", .answers = "ik", .both = true, .method = "publickey", .requests = 2},
    {.name = "a dialog that is declined, then a password", .answers = "dp", .method = "password", .requests = 2},
    {.name = "wrong dialogs to the end", .answers = "jjjjjji", .result = 0, .requests = 6},
    {.name = "abandoned dialogs to the end", .answers = "ddddddi", .result = 0, .requests = 7},
    {.name = "an expired password", .answers = "e", .method = "password", .requests = 2},
    {.name = "half of it", .answers = "k", .both = true, .result = NACRE_E_AUTH_PARTIAL, .requests = 1},
};
const size_t play_n_scenes = sizeof(play_scenes) / sizeof(play_scenes[0]);

void
play_init(struct play *p, const struct scene *scene)
{
	*p = (struct play){.scene = scene, .next = scene->answers};
	p->client = desk_client(NULL);
	p->server = desk_server("publickey,password,keyboard-interactive", scene->server_algorithms);
	p->server->server.setup.banner = "hello";
}

void
play_free(struct play *p)
{
	desk_free(p->client);
	desk_free(p->server);
}

static int
answer_auth(struct play *p, uint64_t token)
{
	struct auth_client *a = &p->client->client;
	char letter = *p->next;

	if (letter == '\0')
		return auth_client_answer_stop(a, token, NULL);
	p->next++;
	p->sign = letter;
	switch (letter) {
	case 'n':
		return auth_client_answer_none(a, token, "alice");
	case 'p':
		return auth_client_answer_password(a, token, "alice", PLAY_PASSWORD);
	case 'e':
		return auth_client_answer_password(a, token, "alice", PLAY_EXPIRED);
	case 'i':
	case 'j':
	case 'd':
		return auth_client_answer_interactive(a, token, "alice", NULL);
	case 'w':
		return auth_client_answer_password(a, token, "alice", "wrong: " PLAY_PASSWORD);
	case 'k':
	case 'K':
		return auth_client_answer_publickey(a, token, "alice", desk_key[DESK_ED25519], letter == 'K');
	case 'o':
	case 'O':
		return auth_client_answer_publickey(a, token, "alice", desk_key[DESK_ED25519_OTHER], letter == 'O');
	case 'r':
		return auth_client_answer_publickey(a, token, "alice", desk_key[DESK_RSA], false);
	default:
		return auth_client_answer_publickey(a, token, "alice", desk_public[DESK_ED25519], false);
	}
}

static int
answer_prompts(struct play *p, const struct nacre_event *event)
{
	static const char *const right[2] = {PLAY_PASSWORD, "blue"}, *const wrong[2] = {PLAY_PASSWORD, ""};
	struct auth_client *a = &p->client->client;

	if (p->sign == 'd')
		return auth_client_answer_prompts(a, event->token, NULL, 0);
	return auth_client_answer_prompts(a, event->token, p->sign == 'i' ? right : wrong, event->prompts->n);
}

static void
copy_name(char out[24], struct nacre_bytes name)
{
	assert_true(name.n < 24);
	memcpy(out, name.p, name.n);
	out[name.n] = '\0';
}

static int
on_client_event(struct play *p, const struct nacre_event *event)
{
	const nacre_key *unlocked = p->sign == 'l' ? desk_key[DESK_ED25519] : NULL;

	switch (event->type) {
	case NACRE_EVENT_AUTH:
		return answer_auth(p, event->token);
	case NACRE_EVENT_SIGN:
		return auth_client_answer_sign(&p->client->client, event->token, unlocked, SLICE_NONE);
	case NACRE_EVENT_PROMPTS:
		return answer_prompts(p, event);
	case NACRE_EVENT_NEW_PASSWORD:
		return auth_client_answer_new_password(&p->client->client, event->token, PLAY_EXPIRED, PLAY_PASSWORD);
	case NACRE_EVENT_AUTHENTICATED:
		assert_false(event->trivial);
		copy_name(p->client_method, event->method);
		return 0;
	default:
		return 0;
	}
}

static enum nacre_auth_verdict
judge(struct play *p, const struct nacre_event *event)
{
	struct auth_server *a = &p->server->server;
	bool good = slice_is(auth_server_password(a, event->token), PLAY_PASSWORD);

	if (event->change)
		good = slice_is(auth_server_password(a, event->token), PLAY_EXPIRED) &&
		       slice_is(auth_server_new_password(a, event->token), PLAY_PASSWORD);
	if (event->round > 0)
		good = p->dialog_ok;
	if (event->key != NULL)
		good = !nacre_key_equal(event->key, desk_key[DESK_ED25519_OTHER]);
	if (!good)
		return NACRE_AUTH_REJECT;
	if (event->probe || !p->scene->both)
		return NACRE_AUTH_ACCEPT;
	p->key_ok = p->key_ok || event->key != NULL;
	p->password_ok = p->password_ok || event->key == NULL;
	return p->key_ok && p->password_ok ? NACRE_AUTH_ACCEPT : NACRE_AUTH_PARTIAL;
}

/* Two questions, then some words without one. */
static int
ask_prompts(struct play *p, const struct nacre_event *event)
{
	static const struct nacre_prompt prompts[2] = {
	    {.text = BYTES("Password: ")}, {.text = BYTES("Favourite colour: "), .echo = true}};
	const struct nacre_prompts questions = {.name = BYTES("play"), .prompts = prompts, .n = 2};
	const struct nacre_prompts words = {.instruction = BYTES("thank you")};
	struct auth_server *a = &p->server->server;

	if (event->round == 1)
		p->dialog_ok = slice_is(auth_server_response(a, event->token, 0), PLAY_PASSWORD) &&
			       slice_is(auth_server_response(a, event->token, 1), "blue");
	return auth_server_ask_prompts(a, event->token, event->round == 0 ? &questions : &words);
}

static int
on_server_request(struct play *p, const struct nacre_event *event)
{
	struct auth_server *a = &p->server->server;

	if (desk_is(event->method, "keyboard-interactive") && event->round < 2)
		return ask_prompts(p, event);
	if (slice_is(auth_server_password(a, event->token), PLAY_EXPIRED) && !event->change)
		return auth_server_ask_new_password(a, event->token, "choose another");
	return auth_server_answer(a, event->token, judge(p, event), NULL);
}

static int
on_server_event(struct play *p, const struct nacre_event *event)
{
	if (event->type == NACRE_EVENT_AUTH_REQUEST)
		return on_server_request(p, event);
	copy_name(p->server_method, event->method);
	copy_name(p->user, event->user);
	return 0;
}

/* One event, or one message where there is no event. */
static bool
turn(struct play *p, struct desk *d, struct desk *from, int *result)
{
	struct slice payload;

	if (*result != 0)
		return false;
	if (d->n_taken < d->n_events) {
		const struct nacre_event event = d->events[d->n_taken++];

		*result = d->is_client ? on_client_event(p, &event) : on_server_event(p, &event);
		return true;
	}
	payload = desk_take(from);
	if (payload.n == 0)
		return false;
	if (payload.p[0] == NUM_userauth_request)
		p->requests++;
	*result = desk_give(d, payload);
	return true;
}

bool
play_turn(struct play *p)
{
	bool moved = false;

	if (p->client->client.state == AUTH_IDLE) {
		p->client_result = auth_client_start(&p->client->client, desk_session_id);
		return true;
	}
	moved = turn(p, p->client, p->server, &p->client_result);
	return turn(p, p->server, p->client, &p->server_result) || moved;
}

void
play_run(struct play *p)
{
	while (play_turn(p))
		;
}
