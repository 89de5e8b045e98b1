/* channel_life: how channels of a client come, hear of events, and go. Knows: the list of channels. Must not know:
 * streams. Serves: RFC 4254 5.1, 5.3, 6.10. */
#include "clock.h"
#include "facade.h"

typedef void channel_event_fn(struct nacre_channel *ch, const struct nacre_event *event);

static void
on_opened(struct nacre_channel *ch, const struct nacre_event *event)
{
	(void)event;
	ch->state = CHANNEL_OPEN;
}

static void
on_refused(struct nacre_channel *ch, const struct nacre_event *event)
{
	ch->state = CHANNEL_REFUSED;
	(void)failure_set(
	    &ch->refusal, NACRE_E_CHANNEL_REFUSED, NACRE_ORIGIN_PEER, "the server refused to open the channel");
	failure_add_peer(&ch->refusal, ch->env, event->reason, slice_of(event->data.p, event->data.n));
}

static void
on_eof(struct nacre_channel *ch, const struct nacre_event *event)
{
	(void)event;
	ch->eof = true;
}

/* The first word counts: a command ends once. */
static void
on_exit(struct nacre_channel *ch, const struct nacre_event *event)
{
	if (ch->exit_seen || event->exit == NULL)
		return;
	ch->exit = *event->exit;
	ch->exit_seen = true;
}

static void
on_reply(struct nacre_channel *ch, const struct nacre_event *event)
{
	if (ch->operation == 0 || event->operation != ch->operation)
		return; /* of a request whose caller has given up */
	ch->replied = true;
	ch->reply_ok = event->ok;
}

static void
on_peer_closed(struct nacre_channel *ch, const struct nacre_event *event)
{
	(void)event;
	ch->closed = true;
}

/* RFC 4254 6.8 is the one request of a server's that a session knows, and wants no reply. */
static void
on_request(struct nacre_channel *ch, const struct nacre_event *event)
{
	struct nacre_request request;

	if (nacre_request_parse(event, &request) == NACRE_OK && request.kind == NACRE_REQUEST_XON_XOFF)
		ch->flow = request.client_can_do ? FLOW_CLIENT : FLOW_SERVER;
}

static channel_event_fn *const channel_handlers[NACRE_EVENT_CLOSED + 1] = {
    [NACRE_EVENT_CHANNEL_OPENED] = on_opened,
    [NACRE_EVENT_CHANNEL_REFUSED] = on_refused,
    [NACRE_EVENT_CHANNEL_EOF] = on_eof,
    [NACRE_EVENT_CHANNEL_REQUEST] = on_request,
    [NACRE_EVENT_CHANNEL_EXIT] = on_exit,
    [NACRE_EVENT_CHANNEL_REPLY] = on_reply,
    [NACRE_EVENT_CHANNEL_CLOSED] = on_peer_closed,
};

void
client_on_channel(struct nacre_client *c, const struct nacre_event *event)
{
	for (struct nacre_channel *ch = c->channels; ch != NULL; ch = ch->next) {
		if (ch->number == event->channel && ch->state != CHANNEL_REFUSED) {
			channel_handlers[event->type](ch, event);
			return;
		}
	}
}

static void
channel_unlink(struct nacre_channel *ch)
{
	struct nacre_channel **at = &ch->client->channels;

	while (*at != ch)
		at = &(*at)->next;
	*at = ch->next;
}

void
client_detach_channels(struct nacre_client *c)
{
	for (struct nacre_channel *ch = c->channels; ch != NULL; ch = ch->next)
		ch->client = NULL;
	c->channels = NULL;
}

void
channel_drop(struct nacre_channel *ch)
{
	struct nacre_client *c = ch->client;

	if (c != NULL) {
		channel_unlink(ch);
		if (ch->state != CHANNEL_REFUSED && nacre_conn_channel_close(c->conn, ch->number) == NACRE_OK &&
		    !c->ended)
			client_flush(c);
	}
	failure_clear(&ch->refusal, ch->env);
	mem_wipe_free(ch->env, ch, sizeof(*ch));
}

void
channel_drop_given_back(struct nacre_client *c)
{
	struct nacre_channel *ch, *next;

	for (ch = c->channels; ch != NULL; ch = next) {
		next = ch->next;
		if (ch->given_back)
			channel_drop(ch);
	}
}

/* In a callback the call that runs may be at work on this very channel: it goes when that call ends. */
void
nacre_channel_close(nacre_channel *ch)
{
	if (ch == NULL)
		return;
	if (ch->client != NULL && ch->client->in_callback > 0)
		ch->given_back = true;
	else
		channel_drop(ch);
}

static bool
is_answered(struct nacre_client *c, void *arg)
{
	const struct nacre_channel *ch = arg;

	(void)c;
	return ch->state != CHANNEL_OPENING;
}

int
channel_ask(struct nacre_client *c, const char *type, const void *payload, size_t n, struct nacre_channel **out)
{
	struct nacre_channel *ch = mem_new(c->env, sizeof(*ch));
	int rc;

	if (ch == NULL)
		return client_fail(c, NACRE_E_NOMEM, "out of memory");
	if ((rc = nacre_conn_channel_open(c->conn, type, payload, n, &ch->number)) != NACRE_OK) {
		mem_free(c->env, ch, sizeof(*ch));
		return client_refused(c, rc, "open a channel");
	}
	ch->env = c->env;
	ch->client = c;
	ch->timeout_ms = CLIENT_LONG_TIMEOUT_MS;
	ch->next = c->channels;
	c->channels = ch;
	*out = ch;
	return NACRE_OK;
}

/* The server's words become this call's failure. */
static int
refused_by_server(struct nacre_client *c, const struct nacre_channel *ch)
{
	(void)client_fail(c, NACRE_E_CHANNEL_REFUSED, "%s", ch->refusal.text);
	c->failure.origin = NACRE_ORIGIN_PEER;
	if (ch->refusal.peer_text != NULL)
		failure_add_peer(&c->failure, c->env, ch->refusal.peer_reason, slice_str(ch->refusal.peer_text));
	return c->failure.code;
}

int
channel_open(struct nacre_client *c, const char *type, const void *payload, size_t n, int64_t deadline,
    struct nacre_channel **out)
{
	struct nacre_channel *ch = NULL;
	int rc;

	*out = NULL;
	if (c->conn == NULL || (!c->authenticated && !c->ended))
		return client_fail(c, NACRE_E_MISUSE, "not connected");
	if (c->ended)
		return client_fail_as_conn(c);
	if ((rc = channel_ask(c, type, payload, n, &ch)) != NACRE_OK)
		return rc;
	rc = client_run_until(c, is_answered, ch, clock_sooner(clock_deadline(c->channel_timeout_ms), deadline));
	if (rc == NACRE_OK && ch->state == CHANNEL_OPEN) {
		*out = ch;
		return NACRE_OK;
	}
	if (rc == NACRE_E_TIMEOUT)
		rc = client_fail(
		    c, NACRE_E_TIMEOUT_CHANNEL, "open a channel: no answer within %d ms", c->channel_timeout_ms);
	if (rc == NACRE_OK)
		rc = refused_by_server(c, ch);
	channel_drop(ch);
	return rc;
}

int
nacre_client_open_channel(nacre_client *c, const char *type, const void *payload, size_t n, nacre_channel **channel)
{
	int rc = client_enter(c);

	*channel = NULL;
	if (rc != NACRE_OK)
		return rc;
	if (type == NULL || (payload == NULL && n > 0))
		return client_fail(c, NACRE_E_ARGUMENT, "open a channel: no type, or no payload");
	return client_leave(c, channel_open(c, type, payload, n, -1, channel));
}
