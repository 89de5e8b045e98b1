/* server_password: what a server reads of "none" and "password". Knows: their fields. Must not know: right passwords.
 * RFC 4252 5.2, 8. */
#include "auth_internal.h"

int
auth_server_read_none(struct auth_server *a, const struct auth_request *request, bool *ask)
{
	struct msg_userauth_request_none msg;
	int r;

	if ((r = auth_server_parse(a, MSG_userauth_request_none, request->head.tail, &msg)) != 0)
		return r;
	*ask = true;
	return 0;
}

/* RFC 4252 8: with the flag a new password follows, without it nothing does. */
static bool
is_whole(const struct msg_userauth_request_password *msg)
{
	struct reader r = reader_of(msg->new_password);

	if (msg->change)
		(void)reader_string(&r);
	return reader_end(&r);
}

static int
keep_new(struct auth_server *a, struct slice field)
{
	struct reader r = reader_of(field);

	return auth_server_keep(a, &a->new_password, reader_string(&r));
}

int
auth_server_read_password(struct auth_server *a, const struct auth_request *request, bool *ask)
{
	struct msg_userauth_request_password msg;
	int r;

	if ((r = auth_server_parse(a, MSG_userauth_request_password, request->head.tail, &msg)) != 0)
		return r;
	if (!is_whole(&msg))
		return auth_server_fail(a, NACRE_E_FORMAT, "userauth_request_password: malformed at new_password");
	/* No change is made unasked: refused like a wrong password. */
	if (msg.change && !a->change_asked)
		return 0;
	*ask = true;
	a->change = msg.change;
	if ((r = auth_server_keep(a, &a->password, msg.password)) != 0)
		return r;
	return a->change ? keep_new(a, msg.new_password) : 0;
}

/* The password was right: no try is counted. How often that happens is bounded as all requests are. */
int
auth_server_ask_new_password(struct auth_server *a, uint64_t token, const char *words)
{
	const struct msg_userauth_passwd_changereq msg = {.prompt = slice_str(words)};
	int r;

	if (!auth_server_is_open(a, token) || a->method != &auth_method_password)
		return NACRE_E_MISUSE;
	if (msg.prompt.n > AUTH_SECRET_MAX)
		return NACRE_E_ARGUMENT;
	if ((r = msg_send(a->setup.outbox, MSG_userauth_passwd_changereq, &msg)) != 0)
		return auth_server_fail(a, r, "userauth_passwd_changereq: cannot be sent");
	a->change_asked = true;
	auth_server_close_request(a);
	auth_server_go(a, AUTHD_OPEN);
	return 0;
}

struct slice
auth_server_password(const struct auth_server *a, uint64_t token)
{
	return auth_server_is_open(a, token) ? buf_slice(&a->password) : SLICE_NONE;
}

struct slice
auth_server_new_password(const struct auth_server *a, uint64_t token)
{
	return auth_server_is_open(a, token) ? buf_slice(&a->new_password) : SLICE_NONE;
}
