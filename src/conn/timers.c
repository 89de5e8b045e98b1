/* timers: what is overdue. Knows: the caller's clock, as tick told it. Must not know: any other clock.
 * RFC 4253 9 (rekey by time), RFC 4252 4 (authentication timeout), OpenSSH's keepalive@openssh.com. */
#include "conn_internal.h"

#define IDENT_MS 15000
#define KEX_MS 30000
#define AUTH_CLIENT_MS 30000
#define AUTH_SERVER_MS 120000

typedef int overdue_fn(struct nacre_conn *c);

/* A time to come, and what happens then. */
struct timer {
	int64_t (*at)(const struct nacre_conn *c); /* -1: not set */
	overdue_fn *overdue;
};

static int64_t
after(int64_t since, int configured, int default_ms)
{
	if (configured < 0)
		return -1;
	return since + (configured == 0 ? default_ms : configured);
}

static int
time_out(struct nacre_conn *c, int code, const char *what)
{
	return failure_set(&c->failure, code, NACRE_ORIGIN_RESOURCE, "%s", what);
}

static int64_t
ident_at(const struct nacre_conn *c)
{
	return c->transport.peer_ident != NULL ? -1 : after(c->started_ms, c->options.ident_timeout_ms, IDENT_MS);
}

static int
ident_overdue(struct nacre_conn *c)
{
	return time_out(c, NACRE_E_TIMEOUT_BANNER, "the peer did not identify itself in time");
}

static int64_t
kex_at(const struct nacre_conn *c)
{
	const struct transport *t = &c->transport;

	if (t->peer_ident == NULL || t->exchange == NULL || t->question)
		return -1;
	return after(t->kex_since_ms, c->options.kex_timeout_ms, KEX_MS);
}

static int
kex_overdue(struct nacre_conn *c)
{
	return time_out(c, NACRE_E_TIMEOUT_KEX, "the key exchange did not end in time");
}

static int64_t
auth_at(const struct nacre_conn *c)
{
	if (!c->auth_started || c->mux != NULL)
		return -1;
	if (!c->is_client)
		return after(c->auth_since_ms, c->options.auth_timeout_ms, AUTH_SERVER_MS);
	return c->auth_was_waiting ? after(c->auth_since_ms, c->options.auth_timeout_ms, AUTH_CLIENT_MS) : -1;
}

static int
auth_overdue(struct nacre_conn *c)
{
	return time_out(c, NACRE_E_TIMEOUT_AUTH,
	    c->is_client ? "the server did not answer the authentication request in time"
			 : "the client did not authenticate in time");
}

/* A server waits as long for the first SERVICE_REQUEST as for authentication, whatever keys are exchanged meanwhile. */
static int64_t
service_at(const struct nacre_conn *c)
{
	if (c->is_client || c->auth_started || c->transport.kex_count == 0)
		return -1;
	return after(c->transport.keyed_ms, c->options.auth_timeout_ms, AUTH_SERVER_MS);
}

static int64_t
keepalive_at(const struct nacre_conn *c)
{
	if (c->options.keepalive_ms <= 0 || c->mux == NULL)
		return -1;
	return c->received_ms + (int64_t)c->options.keepalive_ms * (c->keepalives + 1);
}

/* Where the next keepalive's operation is kept; NULL where so many are unanswered that one more says nothing new. */
static uint64_t *
free_operation(struct nacre_conn *c)
{
	size_t i;

	for (i = 0; i < KEEPALIVES_MAX; i++)
		if (c->keepalive_operations[i] == 0)
			return &c->keepalive_operations[i];
	return NULL;
}

static int
send_keepalive(struct nacre_conn *c)
{
	uint64_t *kept = free_operation(c), operation = 0;
	int r;

	if (kept != NULL) {
		r = mux_global_request(c->mux, SLICE_LIT("keepalive@openssh.com"), SLICE_NONE, &operation);
		if (r != 0 && r != NACRE_E_AGAIN)
			return r;
		*kept = operation;
	}
	c->keepalives++;
	return 0;
}

static int
keepalive_overdue(struct nacre_conn *c)
{
	if (c->keepalives >= c->options.keepalive_max)
		return time_out(c, NACRE_E_TIMEOUT_KEEPALIVE, "the peer gave no sign of life");
	return send_keepalive(c);
}

static int64_t
rekey_at(const struct nacre_conn *c)
{
	return transport_rekey_time(&c->transport);
}

static int
rekey_overdue(struct nacre_conn *c)
{
	return transport_rekey_if_due(&c->transport);
}

static int64_t
idle_at(const struct nacre_conn *c)
{
	return c->trimmed || c->mux == NULL ? -1 : c->active_ms + IDLE_MS;
}

static int
idle_overdue(struct nacre_conn *c)
{
	/* The last event's bytes stand in what would be given back. */
	if (c->transport.in_use != 0) {
		c->active_ms = c->now_ms;
		return 0;
	}
	c->trimmed = true;
	if (!c->is_client)
		auth_server_trim(&c->auth_server);
	transport_trim(&c->transport);
	mux_trim(c->mux);
	return 0;
}

static const struct timer timers[] = {
	{ident_at, ident_overdue},
	{kex_at, kex_overdue},
	{auth_at, auth_overdue},
	{service_at, auth_overdue},
	{keepalive_at, keepalive_overdue},
	{rekey_at, rekey_overdue},
	{idle_at, idle_overdue},
};

#define N_TIMERS (sizeof(timers) / sizeof(timers[0]))

void
timers_start(struct nacre_conn *c)
{
	c->started_ms = c->received_ms = c->active_ms = c->now_ms;
}

bool
timers_take_reply(struct nacre_conn *c, const struct nacre_event *event)
{
	size_t i;

	if (event->type != NACRE_EVENT_GLOBAL_REPLY)
		return false;
	for (i = 0; i < KEEPALIVES_MAX; i++) {
		if (c->keepalive_operations[i] == 0 || c->keepalive_operations[i] != event->operation)
			continue;
		c->keepalive_operations[i] = 0;
		c->keepalive_replies++; /* REQUEST_FAILURE too: somebody is there */
		return true;
	}
	return false;
}

/* A peer that does not read its DISCONNECT cannot keep the connection for ever. */
static int64_t
linger_at(const struct nacre_conn *c)
{
	return c->transport.outq.n > 0 ? c->ended_ms + LINGER_MS : -1;
}

int64_t
nacre_conn_deadline(const nacre_conn *c)
{
	int64_t first = -1, at;
	size_t i;

	if (conn_is_over(c))
		return linger_at(c);
	for (i = 0; i < N_TIMERS; i++) {
		at = timers[i].at(c);
		if (at >= 0 && (first < 0 || at < first))
			first = at;
	}
	return first;
}

int
nacre_conn_tick(nacre_conn *c, int64_t now_ms)
{
	int64_t at;
	size_t i;
	int r = 0;

	if (now_ms > c->now_ms) /* a clock that goes back is taken as standing still */
		c->now_ms = c->transport.now_ms = now_ms;
	for (i = 0; i < N_TIMERS && !conn_is_over(c); i++) {
		at = timers[i].at(c);
		if (at >= 0 && c->now_ms >= at)
			r = timers[i].overdue(c);
	}
	r = conn_result(c, r);
	if (c->ended && linger_at(c) >= 0 && c->now_ms >= linger_at(c))
		outq_close(&c->transport.outq);
	return r;
}

int
nacre_conn_keepalive(nacre_conn *c)
{
	if (c->mux == NULL || conn_is_over(c))
		return NACRE_E_MISUSE;
	return conn_result(c, send_keepalive(c));
}
