/* probe_auth: how a server would let a user in. Knows: the request "none". Must not know: how a look goes about
 * (probe.c), credentials. RFC 4252 5.2, 5.4. */
#include "facade.h"
#include "probe.h"
#include "user.h"

struct asked {
	const char *user;
	bool sent, accepted;
	size_t methods, banner;
};

static void
on_auth(struct look *look, struct asked *asked, const struct nacre_event *event)
{
	if (!asked->sent) {
		asked->sent = true;
		look->rc = nacre_conn_answer_auth_none(look->probe->conn, event->token, asked->user);
		if (look->rc != NACRE_OK)
			(void)probe_fail(look->probe, look->rc, "the request cannot be made");
		return;
	}
	asked->methods = probe_keep(look->probe, event->methods, false);
	look->done = true;
}

static void
on_event(struct look *look, const struct nacre_event *event)
{
	struct asked *asked = look->ctx;

	switch (event->type) {
	case NACRE_EVENT_HOST_KEY: /* whoever it is: all it hears is a name */
		(void)nacre_conn_answer_host_key(look->probe->conn, event->token, NACRE_OK);
		break;
	case NACRE_EVENT_BANNER:
		asked->banner = probe_keep(look->probe, event->data, true);
		break;
	case NACRE_EVENT_AUTH:
		on_auth(look, asked, event);
		break;
	case NACRE_EVENT_AUTHENTICATED:
		asked->accepted = look->done = true;
		break;
	default:
		break;
	}
}

static int
ask(struct nacre_probe *p, struct asked *asked, struct nacre_probe_auth *out)
{
	struct look look = {.probe = p, .on_event = on_event, .ctx = asked};
	int rc = probe_look(&look);

	if (rc == NACRE_OK && p->text.bad != 0)
		rc = probe_fail(p, NACRE_E_NOMEM, "no memory for the server's methods");
	if (rc != NACRE_OK)
		return rc;
	out->none_accepted = asked->accepted;
	if (asked->methods != PROBE_NOTHING)
		out->methods = probe_text(p, asked->methods);
	if (asked->banner != PROBE_NOTHING)
		out->banner = probe_text(p, asked->banner);
	return NACRE_OK;
}

int
nacre_probe_auth_methods(nacre_probe *p, const char *user, struct nacre_probe_auth *out)
{
	struct asked asked = {.user = user, .methods = PROBE_NOTHING, .banner = PROBE_NOTHING};
	char login[CLIENT_NAME_MAX];
	int rc = probe_enter(p);

	*out = (struct nacre_probe_auth){.methods = "", .banner = ""};
	if (rc != NACRE_OK)
		return rc;
	if (user == NULL && user_name(login, sizeof(login)) == NACRE_OK)
		asked.user = login;
	if (!client_name_is_fit(asked.user))
		return probe_fail(p, NACRE_E_ARGUMENT, "user: empty, too long, a leading '-', or a control character");
	return ask(p, &asked, out);
}
