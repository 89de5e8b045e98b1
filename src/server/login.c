/* login: who may enter. Knows: the owner's callbacks; what has none is denied. Must not know: how a password or a
 * signature was carried or checked. RFC 4252 5, 7, 8. */
#include <nacre/cert.h>
#include "server_internal.h"
#include "text.h"

static bool
login_password(struct session *session, const struct nacre_event *event)
{
	const struct nacre_server_options *o = &session->server->options;
	struct nacre_bytes password = {NULL, 0};

	if (o->password == NULL)
		return false;
	password.p = nacre_conn_auth_password(session->conn, event->token, &password.n);
	return password.p != NULL && o->password(o->ctx, event->user, password);
}

static bool
login_key(struct session *session, const struct nacre_event *event)
{
	const struct nacre_server_options *o = &session->server->options;

	if (event->key == NULL)
		return false;
	/* A certificate is no plain key, and never judged as one. */
	if (nacre_key_is_certificate(event->key))
		return login_certificate(session, event);
	return o->key != NULL && o->key(o->ctx, event->user, event->key, event->probe);
}

/* "none" has no row: RFC 4252 5.2, it only asks what there is. */
static const struct {
	const char *method;
	bool (*is_allowed)(struct session *session, const struct nacre_event *event);
} login_rows[] = {
    {"password", login_password},
    {"publickey", login_key},
};

static bool
login_is_allowed(struct session *session, const struct nacre_event *event)
{
	for (size_t i = 0; i < sizeof(login_rows) / sizeof(login_rows[0]); i++) {
		if (slice_is(slice_of_bytes(event->method), login_rows[i].method))
			return login_rows[i].is_allowed(session, event);
	}
	return false;
}

static void
login_log_refusal(const struct session *session, const struct nacre_event *event)
{
	char user[128], method[64];

	(void)text_escape(user, sizeof(user), slice_of_bytes(event->user), false);
	(void)text_escape(method, sizeof(method), slice_of_bytes(event->method), false);
	server_log(session->server, "%s: %s was refused: %s", session->peer, user, method);
}

void
login_answer(struct session *session, const struct nacre_event *event)
{
	enum nacre_auth_verdict verdict = NACRE_AUTH_REJECT;

	if (login_is_allowed(session, event))
		verdict = NACRE_AUTH_ACCEPT;
	else
		login_log_refusal(session, event);
	(void)nacre_conn_answer_auth_request(session->conn, event->token, verdict, NULL);
}
