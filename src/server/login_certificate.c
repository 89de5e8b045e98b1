/* login_certificate: users who come with a certificate. Knows: the authorities that the owner trusts, the time, where
 * the client comes from. Must not know: how a signature was checked. OpenSSH PROTOCOL.certkeys. */
#include <stdio.h>
#include <string.h>
#include <nacre/cert.h>
#include "clock.h"
#include "server_internal.h"
#include "text.h"

#define USER_MAX 256 /* with the NUL; the core takes no longer ones */
#define WHY_MAX 128

/* "192.0.2.1 port 22": the address alone. */
static void
address_of(const struct session *session, char *out, size_t cap)
{
	size_t n = strcspn(session->peer, " ");

	snprintf(out, cap, "%.*s", (int)n, session->peer);
}

static bool
is_good(struct session *session, const struct nacre_event *event)
{
	const struct nacre_server_options *o = &session->server->options;
	char user[USER_MAX], from[SERVER_PEER_MAX], why[WHY_MAX];
	struct nacre_cert_policy policy = {
	    .size = sizeof(policy),
	    .type = NACRE_CERT_USER,
	    .authorities = o->user_authorities,
	    .n_authorities = o->n_user_authorities,
	    .principal = user,
	    .now_s = clock_wall_s(),
	    .source_address = from,
	};

	if (event->user.n >= sizeof(user))
		return false;
	snprintf(user, sizeof(user), "%.*s", (int)event->user.n, (const char *)event->user.p);
	address_of(session, from, sizeof(from));
	if (nacre_cert_check(event->key, &policy, why, sizeof(why)) == NACRE_OK)
		return true;
	server_log(session->server, "%s: the certificate is not good: %s", session->peer, why);
	return false;
}

static void
log_certificate(const struct session *session, const nacre_key *cert)
{
	struct nacre_cert_info info;
	char id[128];

	if (nacre_cert_get_info(cert, &info) != NACRE_OK)
		return;
	(void)text_escape(id, sizeof(id), slice_of_bytes(info.key_id), false);
	server_log(
	    session->server, "%s: certificate \"%s\", serial %llu", session->peer, id, (unsigned long long)info.serial);
}

/* Without memory for it nobody enters: a command that is not forced is one that is free. */
static bool
keep_forced(struct session *session, const nacre_key *cert)
{
	const struct nacre_env *env = session->server->env;
	struct nacre_bytes command;

	mem_free_str(env, session->forced);
	session->forced = NULL;
	if (!nacre_cert_find_option(cert, NACRE_CERT_CRITICAL, "force-command", &command))
		return true;
	session->forced = mem_str(env, slice_of_bytes(command));
	return session->forced != NULL;
}

bool
login_certificate(struct session *session, const struct nacre_event *event)
{
	const struct nacre_server_options *o = &session->server->options;
	struct nacre_bytes none;

	if (!is_good(session, event))
		return false;
	if (o->certificate != NULL && !o->certificate(o->ctx, event->user, event->key, event->probe))
		return false;
	if (event->probe)
		return true;
	log_certificate(session, event->key);
	session->no_pty = !nacre_cert_find_option(event->key, NACRE_CERT_EXTENSIONS, "permit-pty", &none);
	return keep_forced(session, event->key);
}
