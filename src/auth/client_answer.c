/* client_answer: the answers to "which credential next?", and what is sent for them. Knows: none, password, stop.
 * Must not know: where credentials come from. RFC 4252 5, 5.2, 8. */
#include "auth_internal.h"
#include "text.h"

#include <stdio.h>

#define USER_MAX 1024

static bool
is_open(const struct auth_client *a, uint64_t token)
{
	return a->state == AUTH_ASKING && token != 0 && token == a->token;
}

int
auth_client_begin(struct auth_client *a, uint64_t token, const char *user, const struct auth_method *method)
{
	char *copy;

	if (!is_open(a, token))
		return NACRE_E_MISUSE;
	if (strlen(user) > USER_MAX)
		return NACRE_E_ARGUMENT;
	if ((copy = mem_str(a->setup.env, slice_str(user))) == NULL)
		return auth_client_fail(a, NACRE_E_NOMEM, "userauth_request: no memory for the user name");
	if (a->user != NULL && strcmp(a->user, copy) != 0)
		a->proved = false; /* RFC 4252 5: another name begins anew */
	mem_free_str(a->setup.env, a->user);
	a->user = copy;
	a->method = method;
	a->prompt_answered = false;
	a->rounds = 0;
	return 0;
}

int
auth_client_send(struct auth_client *a, enum msg_id tail_id, const void *tail, enum auth_client_state state)
{
	struct msg_userauth_request msg = {
	    .user = slice_str(a->user),
	    .service = SLICE_LIT(AUTH_NEXT_SERVICE),
	    .method = slice_str(a->method->name),
	};
	struct buf b; /* may hold a password: buf_free wipes */
	int r;

	buf_init(&b, a->setup.env, AUTH_REQUEST_MAX);
	msg_put(&b, tail_id, tail);
	msg.tail = buf_slice(&b);
	r = b.bad != 0 ? b.bad : msg_send(a->setup.outbox, MSG_userauth_request, &msg);
	buf_free(&b);
	if (r != 0)
		return auth_client_fail(a, r, "userauth_request: cannot be sent");
	auth_client_go(a, state);
	return 0;
}

int
auth_client_answer_none(struct auth_client *a, uint64_t token, const char *user)
{
	const struct msg_userauth_request_none tail = {0};
	int r;

	if ((r = auth_client_begin(a, token, user, &auth_method_none)) != 0)
		return r;
	return auth_client_send(a, MSG_userauth_request_none, &tail, AUTH_WAITING);
}

int
auth_client_answer_password(struct auth_client *a, uint64_t token, const char *user, const char *password)
{
	const struct msg_userauth_request_password tail = {.password = slice_str(password)};
	int r;

	if (is_open(a, token) && tail.password.n > AUTH_SECRET_MAX)
		return NACRE_E_ARGUMENT;
	if ((r = auth_client_begin(a, token, user, &auth_method_password)) != 0)
		return r;
	a->credential_sent = true;
	return auth_client_send(a, MSG_userauth_request_password, &tail, AUTH_WAITING);
}

static int
stop_code(const struct auth_client *a)
{
	if (a->partial)
		return NACRE_E_AUTH_PARTIAL;
	return !a->credential_sent && a->methods != NULL ? NACRE_E_AUTH_METHODS : NACRE_E_AUTH;
}

/* What the caller says, then what we know better: an expired password, and what the server would still accept. */
static void
stop_text(const struct auth_client *a, const char *message, char *out, size_t cap)
{
	char shown[80], methods[96]; /* with the words between them they fit FAILURE_TEXT_MAX */

	text_escape(shown, sizeof(shown), slice_str(message == NULL ? "nothing more to try" : message), false);
	text_escape(methods, sizeof(methods), slice_str(a->methods), false);
	snprintf(out, cap, "%s%s%s%s", shown, a->password_expired ? "; the password has expired" : "",
	    a->methods == NULL ? "" : "; the server would still accept: ",
	    a->methods != NULL && a->methods[0] == '\0' ? "nothing" : methods);
}

int
auth_client_answer_stop(struct auth_client *a, uint64_t token, const char *message)
{
	char text[FAILURE_TEXT_MAX];

	if (!is_open(a, token))
		return NACRE_E_MISUSE;
	stop_text(a, message, text, sizeof(text));
	return auth_client_fail(a, stop_code(a), text);
}
