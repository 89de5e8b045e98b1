/* client_new_password: what follows where the password would be right, but is no longer good. Knows: one question.
 * Must not know: who thinks of a new password. RFC 4252 8. */
#include "auth_internal.h"

int
auth_client_on_changereq(struct auth_client *a, struct slice payload)
{
	struct nacre_event ask = {.type = NACRE_EVENT_NEW_PASSWORD};
	struct msg_userauth_passwd_changereq msg;
	int r;

	if ((r = auth_client_parse(a, MSG_userauth_passwd_changereq, payload, &msg)) != 0 ||
	    (r = auth_client_count(a)) != 0)
		return r;
	auth_client_forget_prompts(a);
	buf_put(&a->words, msg.prompt.p, msg.prompt.n < AUTH_WORDS_MAX ? msg.prompt.n : AUTH_WORDS_MAX);
	if (a->words.bad != 0)
		return auth_client_fail(a, a->words.bad, "userauth_passwd_changereq: no memory");
	ask.user = bytes_of(slice_str(a->user));
	ask.data = bytes_of(buf_slice(&a->words));
	auth_client_go(a, AUTH_RENEWING);
	a->token = a->setup.sink->push(a->setup.sink->ctx, &ask, true);
	return 0;
}

/* Nothing is outstanding then: another credential may be tried. */
static int
decline(struct auth_client *a)
{
	auth_trace_note(a->setup.env, "auth", "RFC 4252 8", "the password has expired: counted as a refusal");
	a->partial = false;
	a->password_expired = true;
	a->attempts++;
	return auth_client_ask(a);
}

int
auth_client_answer_new_password(
    struct auth_client *a, uint64_t token, const char *old_password, const char *new_password)
{
	struct msg_userauth_request_password tail = {.change = true, .password = slice_str(old_password)};
	struct buf field; /* a secret: buf_free wipes */
	int r;

	if (a->state != AUTH_RENEWING || token == 0 || token != a->token)
		return NACRE_E_MISUSE;
	if (new_password == NULL)
		return decline(a);
	if (old_password == NULL || tail.password.n + strlen(new_password) > AUTH_SECRET_MAX)
		return NACRE_E_ARGUMENT;
	buf_init(&field, a->setup.env, AUTH_REQUEST_MAX);
	buf_put_cstring(&field, new_password);
	tail.new_password = buf_slice(&field);
	if (field.bad != 0)
		r = auth_client_fail(a, field.bad, "userauth_request: no memory for the new password");
	else
		r = auth_client_send(a, MSG_userauth_request_password, &tail, AUTH_WAITING);
	buf_free(&field);
	return r;
}
