/* actor_answer: what an actor answers, by its policy. Knows: every question. Must not know: scripts. */
#include "actor.h"
#include "fuzz.h"

#include <string.h>

/* What suite_fixed takes for a signature: string "ssh-ed25519", string of 64 bytes 5a. */
static void
fixed_signature(uint8_t blob[83])
{
	memcpy(blob, "\0\0\0\x0bssh-ed25519\0\0\0\x40", 19);
	memset(blob + 19, 0x5a, 64);
}

static void
answer_auth(struct actor *a, const struct nacre_event *e)
{
	const struct actor_keys *keys = actor_keys();
	nacre_conn *c = a->conn;

	if (a->policy == POLICY_REFUSE || e->attempts > 8) {
		(void)nacre_conn_answer_auth_stop(c, e->token, NULL);
		return;
	}
	switch (a->policy) {
	case POLICY_NONE:
		(void)nacre_conn_answer_auth_none(c, e->token, "user");
		break;
	case POLICY_PUBLICKEY:
		(void)nacre_conn_answer_auth_publickey(c, e->token, "user", keys->user, false);
		break;
	case POLICY_PROBE:
		(void)nacre_conn_answer_auth_publickey(c, e->token, "user", keys->user, true);
		break;
	case POLICY_PUBLIC_HALF:
	case POLICY_DECLINE_SIGN:
		(void)nacre_conn_answer_auth_publickey(c, e->token, "user", keys->user_public, false);
		break;
	case POLICY_INTERACTIVE:
		(void)nacre_conn_answer_auth_interactive(c, e->token, "user", "pam");
		break;
	default:
		(void)nacre_conn_answer_auth_password(c, e->token, "user", "secret");
	}
}

static void
answer_sign(struct actor *a, const struct nacre_event *e)
{
	uint8_t blob[83];

	fixed_signature(blob);
	if (a->policy == POLICY_DECLINE_SIGN || a->policy == POLICY_REFUSE) {
		a->policy = POLICY_PASSWORD; /* else the same key would be tried for ever */
		(void)nacre_conn_answer_sign(a->conn, e->token, NULL, 0);
		return;
	}
	if (a->policy == POLICY_PUBLIC_HALF)
		(void)nacre_conn_answer_sign(a->conn, e->token, blob, sizeof(blob));
	else
		(void)nacre_conn_answer_sign_key(a->conn, e->token, actor_keys()->user);
}

/* A question that was held has lost its prompts: it is declined, as by one who refuses. */
static void
answer_prompts(struct actor *a, const struct nacre_event *e)
{
	static const char *const answers[NACRE_PROMPTS_MAX] = {"secret", "answer"};
	const char *given[NACRE_PROMPTS_MAX];
	size_t i, n = e->prompts == NULL || a->policy == POLICY_REFUSE ? 0 : e->prompts->n;

	for (i = 0; i < n; i++) {
		FUZZ_CHECK(e->prompts->prompts[i].text.n <= 65536);
		given[i] = answers[i % 2];
	}
	(void)nacre_conn_answer_prompts(a->conn, e->token, n == 0 ? NULL : given, n);
}

static bool
is_method(const struct nacre_event *e, const char *name)
{
	return e->method.n == strlen(name) && memcmp(e->method.p, name, e->method.n) == 0;
}

/* True where the answer is another question: two prompts, then none; a new password. */
static bool
ask_more(struct actor *a, const struct nacre_event *e)
{
	static const struct nacre_prompt prompts[2] = {{.echo = false}, {.text = {(const uint8_t *)"?", 1}, .echo = true}};
	size_t n;
	unsigned i;

	if (is_method(e, "keyboard-interactive") && e->round < 2) {
		for (i = 0; i < e->responses; i++)
			FUZZ_CHECK(nacre_conn_auth_response(a->conn, e->token, i, &n) != NULL);
		return nacre_conn_ask_prompts(a->conn, e->token,
			   &(struct nacre_prompts){.prompts = prompts, .n = e->round == 0 ? 2 : 0}) == 0;
	}
	if (a->policy != POLICY_INTERACTIVE || !is_method(e, "password") || e->change)
		return false;
	return nacre_conn_ask_new_password(a->conn, e->token, "expired") == 0;
}

static void
answer_auth_request(struct actor *a, const struct nacre_event *e)
{
	enum nacre_auth_verdict verdict = NACRE_AUTH_ACCEPT;
	size_t n;

	(void)nacre_conn_auth_password(a->conn, e->token, &n);
	(void)nacre_conn_auth_new_password(a->conn, e->token, &n);
	if (a->policy != POLICY_REFUSE && ask_more(a, e))
		return;
	if (a->policy == POLICY_REFUSE)
		verdict = NACRE_AUTH_REJECT;
	if (a->policy == POLICY_PARTIAL)
		verdict = NACRE_AUTH_PARTIAL;
	a->accepted = verdict == NACRE_AUTH_ACCEPT && !e->probe;
	(void)nacre_conn_answer_auth_request(a->conn, e->token, verdict, NULL);
	if (verdict == NACRE_AUTH_PARTIAL)
		a->policy = POLICY_PASSWORD;
}

static void
answer_open(struct actor *a, const struct nacre_event *e)
{
	bool ok = a->policy != POLICY_REFUSE;

	if (ok)
		a->channels[a->n_channels++ % ACTOR_CHANNELS] = e->channel;
	(void)nacre_conn_answer_channel_open(a->conn, e->token, ok ? 0 : 1, ok ? NULL : "no");
}

/* Reads what is there: all, or (slowly) a half of it. */
static void
read_stream(struct actor *a, const struct nacre_event *e)
{
	bool slowly = (a->header.flags & SCRIPT_READ_SLOWLY) != 0;
	const uint8_t *p;
	size_t n;

	while ((p = nacre_conn_channel_peek(a->conn, e->channel, e->stream, &n)) != NULL) {
		FUZZ_CHECK(n > 0);
		(void)p;
		n = slowly ? (n + 1) / 2 : n;
		if (nacre_conn_channel_consume(a->conn, e->channel, e->stream, n) != 0 || slowly)
			break;
	}
}

static bool
is_question(const struct nacre_event *e)
{
	return e->token != 0;
}

static void
answer_question(struct actor *a, const struct nacre_event *e)
{
	bool ok = a->policy != POLICY_REFUSE;

	switch (e->type) {
	case NACRE_EVENT_HOST_KEY:
		(void)nacre_conn_answer_host_key(a->conn, e->token, ok ? 0 : NACRE_E_HOST_KEY_UNKNOWN);
		break;
	case NACRE_EVENT_AUTH:
		answer_auth(a, e);
		break;
	case NACRE_EVENT_SIGN:
		answer_sign(a, e);
		break;
	case NACRE_EVENT_PROMPTS:
		answer_prompts(a, e);
		break;
	case NACRE_EVENT_NEW_PASSWORD:
		(void)nacre_conn_answer_new_password(a->conn, e->token, "secret", ok ? "another" : NULL);
		break;
	case NACRE_EVENT_AUTH_REQUEST:
		answer_auth_request(a, e);
		break;
	case NACRE_EVENT_CHANNEL_OPEN:
		answer_open(a, e);
		break;
	case NACRE_EVENT_CHANNEL_REQUEST:
		(void)nacre_conn_answer_request(a->conn, e->token, ok);
		break;
	case NACRE_EVENT_GLOBAL_REQUEST:
		(void)nacre_conn_answer_global(a->conn, e->token, ok, (const uint8_t *)"ok", ok ? 2 : 0);
		break;
	default:
		FUZZ_CHECK(e->type == NACRE_EVENT_NONE); /* no other type asks */
	}
}

/* A token that is none: misuse, and the question stays open. */
static void
answer_with_wrong_token(struct actor *a, const struct nacre_event *e)
{
	struct nacre_event wrong = *e;

	wrong.token = UINT64_MAX;
	FUZZ_CHECK(nacre_conn_answer_host_key(a->conn, wrong.token, 0) != 0);
	FUZZ_CHECK(nacre_conn_answer_auth_none(a->conn, wrong.token, "user") != 0);
	FUZZ_CHECK(nacre_conn_answer_prompts(a->conn, wrong.token, NULL, 0) != 0);
	FUZZ_CHECK(nacre_conn_answer_new_password(a->conn, wrong.token, "secret", NULL) != 0);
	FUZZ_CHECK(nacre_conn_ask_new_password(a->conn, wrong.token, "expired") != 0);
	FUZZ_CHECK(nacre_conn_answer_auth_request(a->conn, wrong.token, NACRE_AUTH_ACCEPT, NULL) != 0);
	FUZZ_CHECK(nacre_conn_answer_channel_open(a->conn, wrong.token, 0, NULL) != 0);
	FUZZ_CHECK(nacre_conn_answer_request(a->conn, wrong.token, true) != 0);
	FUZZ_CHECK(nacre_conn_answer_global(a->conn, wrong.token, true, NULL, 0) != 0);
}

static void
notice(struct actor *a, const struct nacre_event *e)
{
	struct nacre_request request;

	if (e->type == NACRE_EVENT_CHANNEL_DATA)
		read_stream(a, e);
	if (e->type == NACRE_EVENT_CHANNEL_CLOSED)
		(void)nacre_conn_channel_close(a->conn, e->channel);
	if (e->type == NACRE_EVENT_CHANNEL_REQUEST)
		(void)!nacre_request_parse(e, &request);
}

void
actor_answer(struct actor *a, const struct nacre_event *e)
{
	struct nacre_request request;

	if (!is_question(e)) {
		notice(a, e);
		return;
	}
	if (e->type == NACRE_EVENT_CHANNEL_REQUEST)
		(void)!nacre_request_parse(e, &request);
	if (a->policy == POLICY_HOLD) {
		a->held = (struct nacre_event){.type = e->type, .token = e->token, .channel = e->channel};
		return;
	}
	if (a->policy == POLICY_WRONG_TOKEN)
		answer_with_wrong_token(a, e);
	answer_question(a, e);
}

void
actor_answer_held(struct actor *a)
{
	struct nacre_event held = a->held;

	if (held.type == NACRE_EVENT_NONE)
		return;
	a->held.type = NACRE_EVENT_NONE;
	answer_question(a, &held);
}
