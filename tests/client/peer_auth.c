/* peer_auth: what the scripted server says to each attempt. */
#include <stdio.h>
#include <string.h>
#include "peer.h"

static bool
is(struct nacre_bytes bytes, const char *text)
{
	return text != NULL && bytes.n == strlen(text) && memcmp(bytes.p, text, bytes.n) == 0;
}

static bool
is_key(const nacre_key *key, const nacre_key *wanted)
{
	return wanted != NULL && nacre_key_equal(key, wanted);
}

static bool
is_accepted(struct peer *peer, const struct nacre_event *ev)
{
	const struct peer_script *script = &peer->script;
	struct nacre_bytes password, changed;

	if (ev->key != NULL)
		return is_key(ev->key, script->user_key) || is_key(ev->key, script->user_key2);
	if (is(ev->method, "none"))
		return script->none_is_enough;
	if (is(ev->method, "keyboard-interactive"))
		return !peer->dialog_wrong;
	password.p = nacre_conn_auth_password(peer->conn, ev->token, &password.n);
	changed.p = nacre_conn_auth_new_password(peer->conn, ev->token, &changed.n);
	return ev->change ? is(password, script->expired) && is(changed, script->password)
			  : is(password, script->password);
}

static void
judge_round(struct peer *peer, const struct nacre_event *ev)
{
	unsigned k = 0;

	for (size_t i = 0; i < peer->script.n_dialog; i++) {
		const struct peer_prompt *row = &peer->script.dialog[i];
		struct nacre_bytes given;

		if (row->round + 1 != ev->round || row->text == NULL)
			continue;
		given.p = nacre_conn_auth_response(peer->conn, ev->token, k++, &given.n);
		peer->dialog_wrong |= given.p == NULL || !is(given, row->answer);
	}
	peer->dialog_wrong |= k != ev->responses;
}

/* True where there is another round. */
static bool
ask_round(struct peer *peer, const struct nacre_event *ev)
{
	struct nacre_prompt prompts[NACRE_PROMPTS_MAX];
	struct nacre_prompts question = {.prompts = prompts};
	bool any = false;

	if (ev->round == 0)
		peer->dialog_wrong = false;
	else
		judge_round(peer, ev);
	for (size_t i = 0; i < peer->script.n_dialog; i++) {
		const struct peer_prompt *row = &peer->script.dialog[i];

		any |= row->round == ev->round;
		if (row->round == ev->round && row->text != NULL)
			prompts[question.n++] = (struct nacre_prompt){
			    .text = {(const uint8_t *)row->text, strlen(row->text)}, .echo = row->echo};
	}
	return any && !peer->dialog_wrong && nacre_conn_ask_prompts(peer->conn, ev->token, &question) == NACRE_OK;
}

static bool
wants_change(struct peer *peer, const struct nacre_event *ev)
{
	struct nacre_bytes password;

	if (!is(ev->method, "password") || ev->change || peer->script.expired == NULL)
		return false;
	password.p = nacre_conn_auth_password(peer->conn, ev->token, &password.n);
	return is(password, peer->script.expired) &&
	       nacre_conn_ask_new_password(peer->conn, ev->token, "choose another") == NACRE_OK;
}

/* The methods of the chain that may come now: the first that is not done, or all of those. done: what to mark where
 * `method` is one of them; 0 where it is none. */
static unsigned
look_at_chain(const struct peer *peer, unsigned done, struct nacre_bytes method, char *remaining, size_t cap)
{
	const char *p = peer->script.chain;
	unsigned mark = 0;
	size_t n = 0;

	remaining[0] = '\0';
	for (unsigned bit = 1; *p != '\0'; bit <<= 1) {
		size_t len = strcspn(p, ",");

		if ((done & bit) == 0 && (n == 0 || peer->script.any_order)) {
			n += (size_t)snprintf(remaining + n, cap - n, "%s%.*s", n == 0 ? "" : ",", (int)len, p);
			if (mark == 0 && method.n == len && memcmp(method.p, p, len) == 0)
				mark = bit;
		}
		p += len + (p[len] == ',');
	}
	return mark;
}

static void
answer_chain(struct peer *peer, const struct nacre_event *ev, bool accepted)
{
	enum nacre_auth_verdict verdict = NACRE_AUTH_REJECT;
	char remaining[128];
	unsigned mark = look_at_chain(peer, peer->done, ev->method, remaining, sizeof(remaining));

	if (accepted && mark != 0) {
		if (!ev->probe)
			peer->done |= mark;
		(void)look_at_chain(peer, peer->done, ev->method, remaining, sizeof(remaining));
		verdict = ev->probe || remaining[0] == '\0' ? NACRE_AUTH_ACCEPT : NACRE_AUTH_PARTIAL;
	}
	(void)nacre_conn_answer_auth_request(peer->conn, ev->token, verdict, remaining);
}

static void
answer_any(struct peer *peer, const struct nacre_event *ev, bool accepted)
{
	enum nacre_auth_verdict verdict = accepted ? NACRE_AUTH_ACCEPT : NACRE_AUTH_REJECT;
	const char *methods = peer->script.methods;

	if (accepted) {
		peer->key_done |= ev->key != NULL && !ev->probe;
		peer->password_done |= is(ev->method, "password");
	}
	if (accepted && peer->script.both_needed && !ev->probe && !(peer->key_done && peer->password_done)) {
		verdict = NACRE_AUTH_PARTIAL;
		methods = peer->key_done ? "password" : "publickey";
	}
	(void)nacre_conn_answer_auth_request(peer->conn, ev->token, verdict, methods);
}

static bool
answer_by_whim(struct peer *peer, const struct nacre_event *ev)
{
	const struct peer_script *script = &peer->script;
	bool partial = script->whim == WHIM_PARTIAL;

	if (script->whim == WHIM_NONE || (script->whim == WHIM_TAKES_NO_SIGNATURE && ev->probe))
		return false;
	(void)nacre_conn_answer_auth_request(
	    peer->conn, ev->token, partial ? NACRE_AUTH_PARTIAL : NACRE_AUTH_REJECT, script->says);
	return true;
}

void
peer_on_auth(struct peer *peer, const struct nacre_event *ev)
{
	if (is(ev->method, "keyboard-interactive") && ask_round(peer, ev))
		return;
	if (wants_change(peer, ev) || answer_by_whim(peer, ev))
		return;
	if (peer->script.chain != NULL)
		answer_chain(peer, ev, is_accepted(peer, ev));
	else
		answer_any(peer, ev, is_accepted(peer, ev));
}
