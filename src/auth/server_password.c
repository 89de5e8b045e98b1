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

int
auth_server_read_password(struct auth_server *a, const struct auth_request *request, bool *ask)
{
	struct msg_userauth_request_password msg;
	int r;

	if ((r = auth_server_parse(a, MSG_userauth_request_password, request->head.tail, &msg)) != 0)
		return r;
	if (!is_whole(&msg))
		return auth_server_fail(a, NACRE_E_FORMAT, "userauth_request_password: malformed at new_password");
	/* Nobody was asked to change a password, and no change is made unasked: refused like a wrong one. */
	if (msg.change)
		return 0;
	*ask = true;
	return auth_server_keep(a, &a->password, msg.password);
}
