/* drive: one packet at a time, from the transport to whom it concerns. Knows: numbers' ranges. Must not know: contents.
 * docs/design.md, "The core"; RFC 4250 4.1.1 (ranges). */
#include "conn_internal.h"
#include "text.h"

#define SAID_SHOWN 128

static enum gate_service
client_service(const struct nacre_conn *c)
{
	if (c->auth_client.state == AUTH_DONE)
		return GATE_CONNECTION;
	return c->auth_client.service_accepted ? GATE_AUTH : GATE_REQUESTED;
}

static enum gate_service
server_service(const struct nacre_conn *c)
{
	if (c->auth_server.state == AUTHD_DONE)
		return GATE_CONNECTION;
	return c->auth_server.state == AUTHD_SERVICE ? GATE_NO_SERVICE : GATE_AUTH;
}

void
conn_sync(struct nacre_conn *c)
{
	struct gate *gate = &c->transport.gate;
	bool waiting;

	if (!c->auth_started || gate->service == GATE_CONNECTION)
		return;
	gate->service = c->is_client ? client_service(c) : server_service(c);
	gate->auth_family =
	    c->is_client ? auth_client_family(&c->auth_client) : auth_server_family(&c->auth_server);
	if (!c->is_client)
		return;
	waiting = auth_client_is_waiting(&c->auth_client);
	if (waiting && !c->auth_was_waiting)
		c->auth_since_ms = c->now_ms;
	c->auth_was_waiting = waiting;
}

static uint8_t *
land(void *ctx, size_t n)
{
	struct nacre_conn *c = ctx;

	return mux_landing(c->mux, n);
}

int
conn_start_mux(struct nacre_conn *c)
{
	struct mux_setup setup = {
		.env = &c->env,
		.outbox = &c->transport.outbox,
		.sink = &c->sink,
		.failure = &c->failure,
		.role = c->options.role,
		.window = c->options.window,
		.window_max = c->options.window_max,
		.channels_max = c->options.channels_max,
	};
	int r;

	if (c->mux != NULL || c->transport.gate.service != GATE_CONNECTION)
		return 0;
	if ((r = mux_new(&setup, &c->mux)) != 0)
		return failure_set(&c->failure, r, NACRE_ORIGIN_RESOURCE, "no memory for channels");
	c->transport.landing = (struct landing){c, land};
	c->prove.announce_due = !c->is_client && c->options.announce_host_keys;
	return host_keys_announce(c);
}

static int
start_auth(struct nacre_conn *c)
{
	struct slice session_id = slice_of(c->transport.session_id, c->transport.session_id_len);
	int r = 0;

	c->auth_started = true;
	c->auth_since_ms = c->now_ms;
	if (c->is_client)
		r = auth_client_start(&c->auth_client, session_id);
	else
		auth_server_start(&c->auth_server, session_id);
	conn_sync(c);
	return r;
}

static int
pass_sig_algs(struct nacre_conn *c)
{
	if (!c->transport.sig_algs_changed || !c->is_client)
		return 0;
	c->transport.sig_algs_changed = false;
	return auth_client_sig_algs(&c->auth_client, buf_slice(&c->transport.sig_algs));
}

static int
pass_to_auth(struct nacre_conn *c, struct slice payload)
{
	int r;

	if (!c->auth_started && (r = start_auth(c)) != 0)
		return r;
	r = c->is_client ? auth_client_packet(&c->auth_client, payload) : auth_server_packet(&c->auth_server, payload);
	conn_sync(c);
	return r != 0 ? r : conn_start_mux(c);
}

static int
pass_up(struct nacre_conn *c, struct slice payload)
{
	int r;

	if (payload.p[0] < NUM_global_request)
		return pass_to_auth(c, payload);
	c->flush_due = true;
	if ((r = mux_packet(c->mux, payload)) != 0 || c->prove.token == 0) /* asked for a proof hardly ever */
		return r;
	return host_keys_prove(c);
}

/* A server handles one auth request at a time: the next waits for the answer. */
static bool
is_stopped(const struct nacre_conn *c)
{
	return !c->is_client && c->auth_server.state == AUTHD_ASKING;
}

/* The client's first flight after NEWKEYS starts when all that has arrived was looked at: EXT_INFO is often among
 * it. */
static int
start_auth_if_ready(struct nacre_conn *c)
{
	if (!c->is_client || c->auth_started || !transport_is_keyed(&c->transport))
		return 0;
	return start_auth(c);
}

/* An HTTP server says so, and a full SSH server says that it is full: neither is a line that went dead. */
static bool
has_said_other_things(const struct nacre_conn *c)
{
	struct slice said = transport_said(&c->transport);

	return said.n > 0 && !slice_starts(said, SLICE_LIT("SSH-"));
}

static int
end_of_input(struct nacre_conn *c)
{
	const char *how = c->input_error == 0 ? "the peer closed the connection" : nacre_status_text(c->input_error);
	int code = c->input_error == 0 ? NACRE_E_CONNECTION_LOST : c->input_error;
	char said[SAID_SHOWN];

	if (c->transport.question || is_stopped(c))
		return 0;
	if (has_said_other_things(c)) {
		text_escape(said, sizeof(said), transport_said(&c->transport), false);
		return failure_set(&c->failure, NACRE_E_IDENT, NACRE_ORIGIN_PROTOCOL,
		    "%s before it identified itself; it said: %s", how, said);
	}
	return failure_set(&c->failure, code, NACRE_ORIGIN_RESOURCE, "%s%s", how,
	    c->transport.peer_ident == NULL ? " before it identified itself" : "");
}

static int
flush(struct nacre_conn *c)
{
	if (!c->flush_due || c->mux == NULL)
		return 0;
	c->flush_due = false;
	return mux_flush(c->mux);
}

/* Nothing more can be handled now: what was waiting for that moment. */
static int
settle(struct nacre_conn *c)
{
	int r;

	c->needs_read = true;
	if ((r = start_auth_if_ready(c)) != 0 || (r = transport_rekey_if_due(&c->transport)) != 0 || (r = flush(c)) != 0 ||
	    (r = host_keys_announce(c)) != 0)
		return r;
	return c->input_ended && c->ring.n == 0 ? end_of_input(c) : 0;
}

/* Handles one packet: 1; or there was none: 0 and settle() was done; or the connection failed. */
static int
step(struct nacre_conn *c)
{
	struct slice payload;
	int r;

	if (is_stopped(c))
		return settle(c);
	if ((r = transport_next(&c->transport, &payload)) == 0) {
		if ((r = pass_sig_algs(c)) != 0)
			return r;
		return settle(c);
	}
	if (r == 1 && (r = pass_sig_algs(c)) == 0)
		r = pass_up(c, payload);
	return r != 0 ? r : 1;
}

int
nacre_conn_next_event(nacre_conn *c, struct nacre_event *event)
{
	int r = 1;

	*event = (struct nacre_event){.type = NACRE_EVENT_NONE};
	for (;;) {
		if (c->ring.n > 0 && ring_pop(c, event))
			return 1;
		if (conn_is_over(c))
			break;
		if (r == 0)
			return 0;
		r = step(c);
		(void)conn_result(c, r);
	}
	if (c->closed_given)
		return 0;
	c->closed_given = true;
	event->type = NACRE_EVENT_CLOSED;
	return 1;
}

static bool
has_question(const struct nacre_conn *c)
{
	if (c->transport.question || is_stopped(c))
		return true;
	return c->is_client && auth_client_is_asking(&c->auth_client);
}

unsigned
nacre_conn_wants(const nacre_conn *c)
{
	unsigned wants = 0;

	if (c->transport.outq.n > 0)
		wants |= NACRE_WANT_WRITE;
	if (conn_is_over(c))
		return wants == 0 ? NACRE_WANT_CLOSED : wants | NACRE_WANT_TIMER;
	if (!c->input_ended && c->memory <= c->options.memory_max && inbox_has_room(&c->transport.inbox))
		wants |= NACRE_WANT_READ;
	if (has_question(c))
		wants |= NACRE_WANT_ANSWER;
	if (nacre_conn_deadline(c) >= 0)
		wants |= NACRE_WANT_TIMER;
	return wants;
}
