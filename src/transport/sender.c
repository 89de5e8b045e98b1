/* sender: see sender.h. Knows: outq, lane, held. Must not know: contents. RFC 4253 6, 7.1. */
#include "sender.h"
#include "bounds.h"

#include <stdio.h>

/* What holds a password or a person's answers, and whatever a method may send in their place (RFC 4252 6). */
static bool
may_be_secret(uint8_t number)
{
	return number == NUM_userauth_request || (number > NUM_userauth_pk_ok && number <= 79);
}

void
trace_packet_told(const struct transport *t, enum nacre_trace_kind kind, uint32_t seq, struct slice payload)
{
	const struct nacre_env *env = t->setup.env;
	struct nacre_trace line = {.kind = kind, .sequence = seq, .number = payload.p[0], .length = payload.n};
	enum msg_family family = payload.p[0] < 50 ? t->gate.kex_family : t->gate.auth_family;
	char text[2048];

	line.name = msg_describe(payload, family, text, sizeof(text), &line.clause);
	line.text = text;
	line.bytes = env->trace_bytes && !may_be_secret(payload.p[0]) ? payload.p : NULL;
	env->trace(env->ctx, &line);
}

void
trace_state(const struct transport *t, const char *machine, const char *from, const char *to)
{
	const struct nacre_env *env = t->setup.env;
	struct nacre_trace line = {.kind = NACRE_TRACE_STATE, .name = machine, .clause = ""};
	char text[96];

	if (env->trace == NULL)
		return;
	snprintf(text, sizeof(text), "%s -> %s", from, to);
	line.text = text;
	env->trace(env->ctx, &line);
}

/* Where the payload is written: in its packet, or, where it is to be packed, beside it with the same room before it. */
static uint8_t *
reserve_packet(struct transport *t, size_t n)
{
	t->out_packet_n = lane_packet_len(&t->out, n);
	t->out_is_plain = compress_is_on(&t->pack, t->authenticated);
	if (!t->out_is_plain)
		return outq_reserve(&t->outq, t->out_packet_n);
	buf_reset(&t->pack.plain);
	return buf_reserve(&t->pack.plain, LANE_PAYLOAD_OFFSET + n);
}

static uint8_t *
reserve_direct(void *ctx, size_t n, int *error)
{
	struct transport *t = ctx;

	*error = 0;
	if (t->disconnected)
		*error = NACRE_E_CLOSED;
	else if (n == 0 || n > LIMIT_PAYLOAD_OUT)
		*error = failure_set(t->setup.failure, NACRE_E_LIMIT, NACRE_ORIGIN_LOCAL, "a message of %zu bytes is too long", n);
	else if ((t->out_packet = reserve_packet(t, n)) == NULL)
		*error = failure_set(t->setup.failure, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "no memory for output");
	if (*error != 0)
		return NULL;
	t->out_payload_n = n;
	t->out_is_held = false;
	return t->out_packet + LANE_PAYLOAD_OFFSET;
}

/* Packs the payload into a packet of its own. */
static int
seal_packed(struct transport *t, struct slice payload)
{
	size_t n, most = compress_bound(payload.n);
	uint8_t *pkt = outq_reserve(&t->outq, lane_packet_len(&t->out, most));
	int r;

	if (pkt == NULL)
		return failure_set(t->setup.failure, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "no memory for output");
	if ((r = compress_pack(&t->pack, payload, pkt + LANE_PAYLOAD_OFFSET, &n)) != 0)
		return failure_set(t->setup.failure, r, failure_origin(r), "a packet cannot be packed");
	if ((r = lane_seal(&t->out, &t->pad, pkt, n, pkt)) != 0)
		return failure_set(t->setup.failure, r, NACRE_ORIGIN_CRYPTO, "a packet cannot be encrypted");
	outq_commit(&t->outq, lane_packet_len(&t->out, n));
	return 0;
}

/* The reserved packet becomes whole: from the payload in it, or from one that stands apart with room around it. */
static int
seal(struct transport *t, uint8_t *payload)
{
	uint8_t *pkt = t->out_packet;
	size_t n = t->out_payload_n;
	int r;

	t->out_packet = NULL;
	trace_packet(t, NACRE_TRACE_SENT, t->out.seq, slice_of(payload, n));
	/* Looked at before the payload is encrypted where it stands; begins with the next packet. */
	t->authenticated = t->authenticated || (t->role == NACRE_SERVER && payload[0] == NUM_userauth_success);
	if (t->out_is_plain)
		return seal_packed(t, slice_of(payload, n));
	if ((r = lane_seal(&t->out, &t->pad, payload - LANE_PAYLOAD_OFFSET, n, pkt)) != 0)
		return failure_set(t->setup.failure, r, NACRE_ORIGIN_CRYPTO, "a packet cannot be encrypted");
	outq_commit(&t->outq, t->out_packet_n);
	return 0;
}

static int
commit_direct(void *ctx)
{
	struct transport *t = ctx;

	return seal(t, t->out_packet + LANE_PAYLOAD_OFFSET);
}

/* RFC 4253 7.1: between our KEXINIT and our NEWKEYS nothing of the layers above may leave. Replies to what the peer
 * sent before its own KEXINIT wait here; a peer that makes us owe more than the bound is not an honest one. */
static uint8_t *
reserve_held(struct transport *t, size_t n, int *error)
{
	size_t before = t->held.n;
	uint8_t *p;

	buf_put_u32(&t->held, (uint32_t)n);
	p = buf_reserve(&t->held, n);
	if (p == NULL) {
		t->held.n = before;
		*error = failure_set(t->setup.failure, t->held.bad, NACRE_ORIGIN_RESOURCE,
		    "more than %d bytes of replies are owed during a key exchange", LIMIT_HELD);
		return NULL;
	}
	t->out_payload_n = n;
	t->out_is_held = true;
	return p;
}

static uint8_t *
reserve(void *ctx, size_t n, int *error)
{
	struct transport *t = ctx;

	if (t->out_closed && !t->disconnected)
		return reserve_held(t, n, error);
	return reserve_direct(t, n, error);
}

/* The other direction and the time are looked at once a turn. */
static int
rekey_if_worn(struct transport *t)
{
	return transport_is_worn(t, &t->out) ? transport_rekey_if_due(t) : 0;
}

static int
commit(void *ctx)
{
	struct transport *t = ctx;
	int r;

	if (t->out_is_held) {
		t->out_is_held = false;
		t->held.n += t->out_payload_n;
		return 0;
	}
	r = commit_direct(t);
	return r != 0 ? r : rekey_if_worn(t);
}

static int
send_copied(struct transport *t, struct slice payload)
{
	int r;
	uint8_t *p = reserve(t, payload.n, &r);

	if (p == NULL)
		return r;
	memcpy(p, payload.p, payload.n);
	return commit(t);
}

static int
send_from(void *ctx, uint8_t *payload, size_t n)
{
	struct transport *t = ctx;
	int r;

	if (t->out_closed || !suite_can_move(&t->out.suite) || compress_is_on(&t->pack, t->authenticated))
		return send_copied(t, slice_of(payload, n));
	if (reserve_direct(t, n, &r) == NULL || (r = seal(t, payload)) != 0)
		return r;
	return rekey_if_worn(t);
}

static size_t
room(void *ctx)
{
	const struct transport *t = ctx;

	if (t->out_closed || t->disconnected || t->outq.n >= LIMIT_OUTPUT_ROOM)
		return 0;
	return LIMIT_OUTPUT_ROOM - t->outq.n;
}

void
sender_init(struct transport *t)
{
	t->outbox = (struct outbox){t, reserve, commit, room, send_from};
	buf_init(&t->held, t->setup.env, LIMIT_HELD);
}

struct outbox
sender_direct(struct transport *t)
{
	return (struct outbox){.ctx = t, .reserve = reserve_direct, .commit = commit_direct, .room = room};
}

int
sender_raw(struct transport *t, struct slice bytes)
{
	uint8_t *p = outq_reserve(&t->outq, bytes.n);

	if (p == NULL)
		return failure_set(t->setup.failure, NACRE_E_NOMEM, NACRE_ORIGIN_RESOURCE, "no memory for output");
	memcpy(p, bytes.p, bytes.n);
	outq_commit(&t->outq, bytes.n);
	return 0;
}

static int
send_copy(struct transport *t, struct slice payload)
{
	int r;
	uint8_t *p = reserve_direct(t, payload.n, &r);

	if (p == NULL)
		return r;
	memcpy(p, payload.p, payload.n);
	return commit_direct(t);
}

int
sender_release(struct transport *t)
{
	struct reader r = reader_of(buf_slice(&t->held));
	int error;

	while (r.n > 0) {
		if ((error = send_copy(t, reader_string(&r))) != 0)
			return error;
	}
	buf_free(&t->held);
	return transport_rekey_if_due(t);
}
