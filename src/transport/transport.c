/* transport: see transport.h. Knows: who handles which message. Must not know: how. RFC 4253. */
#include "transport.h"
#include "control.h"
#include "exchange.h"
#include "extinfo.h"
#include "bounds.h"
#include "sender.h"
#include "text.h"

#include <stdio.h>

#define REKEY_BYTES (UINT64_C(1) << 30)    /* RFC 4253 9 */
#define REKEY_PACKETS (UINT64_C(1) << 31)  /* RFC 4344 3.1 */
#define REKEY_MS (INT64_C(60) * 60 * 1000) /* RFC 4253 9 */

static int
make_ident(struct transport *t)
{
	const char *software = t->setup.options->software;
	char line[LIMIT_IDENT_LINE];

	if (software == NULL)
		software = "Nacre_" NACRE_VERSION;
	if (!ident_software_is_valid(slice_str(software)))
		return failure_set(t->setup.failure, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL,
		    "software: must be printable, without spaces and minus signs");
	snprintf(line, sizeof(line), "SSH-2.0-%s", software);
	t->our_ident = mem_str(t->setup.env, slice_str(line));
	return t->our_ident != NULL ? 0
				    : failure_set(t->setup.failure, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "out of memory");
}

int
transport_init(struct transport *t, const struct transport_setup *setup)
{
	int r;

	*t = (struct transport){.setup = *setup, .role = setup->options->role};
	t->gate = (struct gate){.role = t->role, .first = true};
	inbox_init(&t->inbox, setup->env);
	outq_init(&t->outq, setup->env);
	lane_init(&t->in);
	lane_init(&t->out);
	compress_init(&t->unpack, setup->env, false);
	compress_init(&t->pack, setup->env, true);
	sender_init(t);
	buf_init(&t->sig_algs, setup->env, LIMIT_PACKET);
	buf_init(&t->proof, setup->env, LIMIT_PACKET);
	if ((r = algorithms_init(&t->algorithms, setup->env, setup->options, setup->failure)) != 0)
		return failure_set(setup->failure, r, failure_origin(r), "out of memory");
	if ((r = pad_seed(&t->pad, setup->env)) != 0)
		return exchange_fail(t, r, "no randomness for padding");
	return make_ident(t);
}

void
transport_free(struct transport *t)
{
	exchange_free(t);
	algorithms_free(&t->algorithms, t->setup.env);
	mem_free_str(t->setup.env, t->our_ident);
	mem_free_str(t->setup.env, t->peer_ident);
	nacre_key_free(t->server_key);
	buf_free(&t->proof);
	buf_free(&t->sig_algs);
	buf_free(&t->held);
	inbox_free(&t->inbox);
	outq_free(&t->outq);
	lane_wipe(&t->in);
	lane_wipe(&t->out);
	compress_free(&t->unpack);
	compress_free(&t->pack);
	pad_wipe(&t->pad);
}

int
transport_start(struct transport *t)
{
	int r;

	if ((r = sender_raw(t, slice_str(t->our_ident))) != 0 || (r = sender_raw(t, SLICE_LIT("\r\n"))) != 0)
		return r;
	return exchange_start(t);
}

static int
on_service(struct transport *t, struct slice payload)
{
	(void)t;
	(void)payload;
	return 1; /* for the layers above */
}

typedef int handler_fn(struct transport *t, struct slice payload);

/* Who handles what arrives; all other messages are for the layers above. */
static handler_fn *const handlers[MSG_COUNT + 1] = {
	[MSG_disconnect] = control_on_disconnect,
	[MSG_ignore] = control_on_ignore,
	[MSG_unimplemented] = control_on_unimplemented,
	[MSG_debug] = control_on_debug,
	[MSG_service_request] = on_service,
	[MSG_service_accept] = on_service,
	[MSG_ext_info] = extinfo_on_message,
	[MSG_kexinit] = exchange_on_kexinit,
	[MSG_newkeys] = exchange_on_newkeys,
	[MSG_kex_ecdh_init] = exchange_ecdh_on_init,
	[MSG_kex_ecdh_reply] = exchange_ecdh_on_reply,
	[MSG_kex_dh_init] = exchange_dh_on_init,
	[MSG_kex_dh_reply] = exchange_dh_on_reply,
	[MSG_kex_gex_request] = exchange_gex_on_request,
	[MSG_kex_gex_group] = exchange_gex_on_group,
	[MSG_kex_gex_init] = exchange_gex_on_init,
	[MSG_kex_gex_reply] = exchange_gex_on_reply,
	[MSG_ping] = control_on_ping,
};

static int
handle(struct transport *t, struct slice payload)
{
	handler_fn *on;

	if (payload.p[0] >= NUM_userauth_request && payload.p[0] != NUM_ping)
		return 1;
	on = handlers[msg_find(payload.p[0], t->gate.kex_family)];
	return on == NULL ? 1 : on(t, payload);
}

static int
refuse(struct transport *t, uint8_t number)
{
	const char *kex = gate_kex_name(t->gate.kex), *service = gate_service_name(t->gate.service);

	return failure_set(t->setup.failure, NACRE_E_ORDER, NACRE_ORIGIN_PROTOCOL,
	    "message %u is not allowed here (key exchange: %s, service: %s)", number, kex, service);
}

/* RFC 4253 7: the packet behind a wrong guess is dropped, exactly one. */
static int
drop(struct transport *t, uint8_t number)
{
	if (t->gate.kex == GATE_GUESS && number >= 30 && number <= 49)
		t->gate.kex = GATE_METHOD;
	return 0;
}

/* 1: the payload is for the layers above. */
static int
judge(struct transport *t, struct slice payload)
{
	enum gate_verdict verdict;

	t->gate.ext_info = t->gate.service != GATE_CONNECTION && extinfo_may_come(t);
	verdict = gate_check(&t->gate, payload.p[0]);
	t->newkeys_just_came = false;
	switch (verdict) {
	case VERDICT_DELIVER:
		return handle(t, payload);
	case VERDICT_IGNORE:
		return drop(t, payload.p[0]);
	case VERDICT_UNIMPLEMENTED:
		return control_send_unimplemented(t);
	case VERDICT_REFUSE:
		break;
	}
	return refuse(t, payload.p[0]);
}

static int
take_ident(struct transport *t)
{
	enum nacre_role peer = t->role == NACRE_CLIENT ? NACRE_SERVER : NACRE_CLIENT;
	struct slice ident;
	size_t used;
	int r;

	r = ident_take(&t->scan, peer, slice_of(inbox_bytes(&t->inbox), inbox_len(&t->inbox)), &used, &ident,
	    t->setup.failure);
	if (r == 1) {
		t->peer_ident = mem_str(t->setup.env, ident);
		t->kex_since_ms = t->now_ms;
		if (t->peer_ident == NULL)
			r = exchange_fail(t, NACRE_E_NOMEM, "identification: no memory");
	}
	inbox_take(&t->inbox, used);
	return r;
}

struct slice
transport_said(const struct transport *t)
{
	if (t->peer_ident != NULL)
		return SLICE_NONE;
	return ident_said(&t->scan, slice_of(inbox_bytes(&t->inbox), inbox_len(&t->inbox)));
}

static void
take_last(struct transport *t)
{
	inbox_take(&t->inbox, t->in_use);
	t->in_use = 0;
}

static bool
is_held_up(const struct transport *t)
{
	return t->question || t->setup.failure->code != 0 || t->outq.n >= LIMIT_OUTPUT_STOP || inbox_len(&t->inbox) == 0;
}

static int
unpack(struct transport *t, struct slice *payload)
{
	int r = compress_unpack(&t->unpack, *payload, payload);

	if (r == NACRE_E_LIMIT)
		return failure_set(t->setup.failure, NACRE_E_PACKET, NACRE_ORIGIN_PROTOCOL,
		    "packet: it unpacks to more than %d bytes", LIMIT_PACKET);
	if (r == NACRE_E_NOMEM)
		return failure_set(t->setup.failure, r, NACRE_ORIGIN_RESOURCE, "no memory to unpack a packet");
	if (r != 0 || payload->n == 0)
		return failure_set(
		    t->setup.failure, NACRE_E_PACKET, NACRE_ORIGIN_PROTOCOL, "packet: it cannot be unpacked");
	return 1;
}

/* One packet's payload; packed ones never go to a landing, which is for what arrives as it was sent. */
static int
open_payload(struct transport *t, struct slice *payload)
{
	static const struct landing nowhere = {NULL, NULL};
	bool packed = compress_is_on(&t->unpack, t->authenticated);
	int r = lane_open(
	    &t->in, &t->inbox, packed ? &nowhere : &t->landing, payload, &t->in_use, t->setup.failure);

	return r == 1 && packed ? unpack(t, payload) : r;
}

int
transport_next(struct transport *t, struct slice *payload)
{
	int r;

	take_last(t);
	while (!is_held_up(t)) {
		if (t->peer_ident == NULL && (r = take_ident(t)) != 1)
			return r;
		if ((r = open_payload(t, payload)) != 1) {
			t->in_use = 0;
			return r;
		}
		trace_packet(t, NACRE_TRACE_RECEIVED, t->in.seq - 1, *payload);
		if ((r = judge(t, *payload)) != 0) {
			/* Only to a client does the gate let it pass. */
			t->authenticated = t->authenticated || (r == 1 && payload->p[0] == NUM_userauth_success);
			return r;
		}
		take_last(t);
	}
	return 0;
}

int
transport_rekey(struct transport *t)
{
	if (t->gate.service != GATE_CONNECTION || t->disconnected)
		return NACRE_E_MISUSE;
	return t->exchange != NULL ? 0 : exchange_start(t);
}

bool
transport_is_worn(const struct transport *t, const struct lane *lane)
{
	const struct nacre_conn_options *o = t->setup.options;

	return lane_is_worn(lane, o->rekey_bytes == 0 ? REKEY_BYTES : o->rekey_bytes,
	    o->rekey_packets == 0 ? REKEY_PACKETS : o->rekey_packets);
}

static bool
is_worn(const struct transport *t)
{
	int64_t due = transport_rekey_time(t);

	return transport_is_worn(t, &t->in) || transport_is_worn(t, &t->out) || (due >= 0 && t->now_ms >= due);
}

int
transport_rekey_if_due(struct transport *t)
{
	if (lane_is_spent(&t->in) || lane_is_spent(&t->out))
		return exchange_fail(t, NACRE_E_LIMIT, "too much was sent under one key");
	if (t->exchange != NULL || t->gate.service != GATE_CONNECTION || t->disconnected || !is_worn(t))
		return 0;
	return exchange_start(t);
}

int64_t
transport_rekey_time(const struct transport *t)
{
	int64_t after = t->setup.options->rekey_ms == 0 ? REKEY_MS : t->setup.options->rekey_ms;

	return after < 0 || t->exchange != NULL || t->gate.service != GATE_CONNECTION ? -1 : t->keys_since_ms + after;
}

void
transport_trim(struct transport *t)
{
	if (t->in_use == 0) {
		inbox_trim(&t->inbox);
		compress_trim(&t->unpack);
	}
	if (t->out_packet == NULL)
		compress_trim(&t->pack);
	outq_trim(&t->outq);
}
