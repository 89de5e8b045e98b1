/* events: what the connection says, handed to whom it concerns. Knows: which part of a client hears what.
 * Must not know: what the parts do with it.
 * Serves: RFC 4254 5.4, 4 (a request that nobody knows is refused). */
#include <stdio.h>
#include <string.h>
#include "facade.h"
#include "proxy.h"

#define REASON_PROHIBITED 1 /* RFC 4254 5.1 */

typedef void event_fn(struct nacre_client *c, const struct nacre_event *event);

static void
on_auth(struct nacre_client *c, const struct nacre_event *event)
{
	auth_plan_answer(c, event);
}

static void
on_sign(struct nacre_client *c, const struct nacre_event *event)
{
	auth_plan_sign(c, event);
}

static void
on_open(struct nacre_client *c, const struct nacre_event *event)
{
	client_log_peer(c, NACRE_LOG_WARNING, "refused a channel that the server wanted to open", event->name);
	(void)nacre_conn_answer_channel_open(c->conn, event->token, REASON_PROHIBITED, "not asked for");
}

static void
on_channel_request(struct nacre_client *c, const struct nacre_event *event)
{
	client_on_channel(c, event);
	if (event->token != 0)
		(void)nacre_conn_answer_request(c->conn, event->token, false);
}

static void
on_global_request(struct nacre_client *c, const struct nacre_event *event)
{
	if (host_key_update_announced(c, event))
		return;
	if (event->token != 0)
		(void)nacre_conn_answer_global(c->conn, event->token, false, NULL, 0);
}

static void
on_kex_done(struct nacre_client *c, const struct nacre_event *event)
{
	struct nacre_conn_info info;

	nacre_conn_get_info(c->conn, &info);
	client_log(c, NACRE_LOG_DEBUG, "%s: %s, %s, out %s, in %s", event->rekey ? "keys changed" : "keys in use",
	    info.kex, info.host_key_algorithm, info.cipher_out, info.cipher_in);
}

static void
on_banner(struct nacre_client *c, const struct nacre_event *event)
{
	const struct nacre_connect_options *options = c->plan == NULL ? NULL : &c->plan->options;

	client_log_peer(c, NACRE_LOG_INFO, "banner of the server", event->data);
	if (options == NULL || options->banner == NULL || client_is_cancelled(c))
		return;
	c->in_callback++;
	options->banner(options->banner_ctx, event->data);
	c->in_callback--;
}

static void
on_authenticated(struct nacre_client *c, const struct nacre_event *event)
{
	if (!auth_plan_accept(c, event))
		return;
	(void)nacre_text_escape(c->auth_method, sizeof(c->auth_method), event->method, false);
	c->authenticated = true;
	client_log(c, NACRE_LOG_INFO, "authenticated as %s by %s", c->user, c->auth_method);
}

static void
on_global_reply(struct nacre_client *c, const struct nacre_event *event)
{
	struct global_reply *reply = &c->reply;

	if (host_key_update_proved(c, event))
		return;
	if (reply->operation == 0 || event->operation != reply->operation)
		return; /* of a request whose caller has given up */
	reply->seen = true;
	reply->ok = event->ok;
	reply->n = event->data.n;
	if (event->data.n > 0 && reply->cap > 0)
		memcpy(reply->p, event->data.p, event->data.n < reply->cap ? event->data.n : reply->cap);
}

/* A carrier that failed may know more than that. */
static void
ask_why(struct nacre_client *c)
{
	const struct nacre_carrier *carrier = &c->io.carrier;
	char text[FAILURE_TEXT_MAX] = "";
	int code = carrier->why == NULL ? 0 : carrier->why(carrier->ctx, text, sizeof(text));

	if (code < 0)
		(void)failure_set(&c->way_problem, code, failure_origin(code), "%s", text);
	if (proxy_stderr(carrier).n > 0)
		failure_add_peer(&c->way_problem, c->env, 0, proxy_stderr(carrier));
}

/* What is still queued (a DISCONNECT, often) gets its one chance, then the socket goes. */
static void
on_closed(struct nacre_client *c, const struct nacre_event *event)
{
	struct nacre_error error;

	(void)event;
	c->ended = true;
	nacre_conn_error(c->conn, &error);
	if (carrier_is_open(&c->io.carrier)) {
		blocking_flush(&c->io);
		ask_why(c);
		carrier_close(&c->io.carrier);
	}
	client_log(c, c->authenticated && error.code != NACRE_E_CLOSED ? NACRE_LOG_ERROR : NACRE_LOG_INFO,
	    "the connection has ended: %s", error.message);
}

static event_fn *const event_handlers[NACRE_EVENT_CLOSED + 1] = {
    [NACRE_EVENT_HOST_KEY] = client_on_host_key,
    [NACRE_EVENT_AUTH] = on_auth,
    [NACRE_EVENT_SIGN] = on_sign,
    [NACRE_EVENT_PROMPTS] = auth_plan_prompts,
    [NACRE_EVENT_NEW_PASSWORD] = auth_plan_new_password,
    [NACRE_EVENT_CHANNEL_OPEN] = on_open,
    [NACRE_EVENT_CHANNEL_REQUEST] = on_channel_request,
    [NACRE_EVENT_GLOBAL_REQUEST] = on_global_request,
    [NACRE_EVENT_KEX_DONE] = on_kex_done,
    [NACRE_EVENT_BANNER] = on_banner,
    [NACRE_EVENT_AUTHENTICATED] = on_authenticated,
    [NACRE_EVENT_CHANNEL_OPENED] = client_on_channel,
    [NACRE_EVENT_CHANNEL_REFUSED] = client_on_channel,
    [NACRE_EVENT_CHANNEL_EOF] = client_on_channel,
    [NACRE_EVENT_CHANNEL_EXIT] = client_on_channel,
    [NACRE_EVENT_CHANNEL_REPLY] = client_on_channel,
    [NACRE_EVENT_CHANNEL_CLOSED] = client_on_channel,
    [NACRE_EVENT_GLOBAL_REPLY] = on_global_reply,
    [NACRE_EVENT_CLOSED] = on_closed,
};

void
client_take_events(struct nacre_client *c)
{
	int64_t before = c->deadline < 0 ? 0 : nacre_clock_ms();
	struct nacre_event event;

	while (!c->ended && !client_is_cancelled(c) && nacre_conn_next_event(c->conn, &event) == 1) {
		c->news = true;
		if (event_handlers[event.type] != NULL)
			event_handlers[event.type](c, &event);
	}
	/* Who was asked meanwhile took his own time. */
	if (c->deadline >= 0) {
		before = nacre_clock_ms() - before;
		c->deadline += before;
		c->paused_ms += before;
	}
}
