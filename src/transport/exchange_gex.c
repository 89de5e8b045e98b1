/* exchange_gex: the methods whose group the server chooses. Knows: 34, 31, 32 and 33, both roles. Must not know: which
 * groups there are (dh_choose.c), signatures (exchange_proof.c). RFC 4419, RFC 8270. */
#include "exchange_dh.h"
#include "sender.h"

static int
gex_new(struct transport *t, enum msg_id id)
{
	struct exchange *x = t->exchange;

	if ((x->gex = mem_new(t->setup.env, sizeof(*x->gex))) == NULL)
		return exchange_fail_at(t, NACRE_E_NOMEM, id, "no memory for a group");
	x->group = &x->gex->room.group;
	return 0;
}

/* The stronger of both ciphers; a longer key than 256 bits is two keys. */
static size_t
key_bits(const struct agreement *a)
{
	size_t there = a->cipher_c2s->key_len * 8, back = a->cipher_s2c->key_len * 8;

	return there > back ? there : back;
}

static int
start(struct transport *t)
{
	struct exchange *x = t->exchange;
	struct outbox direct = sender_direct(t);
	struct msg_kex_gex_request msg;
	int r = gex_new(t, MSG_kex_gex_request);

	if (r != 0)
		return r;
	x->gex->min = DH_BITS_MIN;
	x->gex->n = dh_bits_for(key_bits(&x->agreed));
	x->gex->max = DH_BITS_MAX;
	msg = (struct msg_kex_gex_request){.min = x->gex->min, .n = x->gex->n, .max = x->gex->max};
	return msg_send(&direct, MSG_kex_gex_request, &msg);
}

static uint32_t
within(uint32_t bits)
{
	if (bits < DH_BITS_MIN)
		return DH_BITS_MIN;
	return bits > DH_BITS_MAX ? DH_BITS_MAX : bits;
}

/* RFC 4419 3, RFC 8270 3: H covers what the client asked for; what it gets is within our bounds, too. */
static int
choose(struct transport *t, const struct msg_kex_gex_request *msg)
{
	const struct nacre_conn_options *o = t->setup.options;
	struct group_exchange *gex = t->exchange->gex;
	int r;

	if (msg->min > msg->n || msg->n > msg->max || msg->max < DH_BITS_MIN || msg->min > DH_BITS_MAX)
		return exchange_fail_at(t, NACRE_E_KEX, MSG_kex_gex_request, "min, n and max allow no group");
	gex->min = msg->min;
	gex->n = msg->n;
	gex->max = msg->max;
	r = dh_choose(t->setup.env, slice_of(o->moduli, o->n_moduli), within(msg->min), within(msg->n),
	    within(msg->max), &gex->room);
	return r == 0 ? 0 : exchange_fail_at(t, r, MSG_kex_gex_request, "there is no group between min and max");
}

static int
send_group(struct transport *t)
{
	struct outbox direct = sender_direct(t);
	struct msg_kex_gex_group msg = {.p = t->exchange->group->p, .g = t->exchange->group->g};

	return msg_send(&direct, MSG_kex_gex_group, &msg);
}

int
exchange_gex_on_request(struct transport *t, struct slice payload)
{
	struct msg_kex_gex_request msg;
	int r;

	t->gate.kex = GATE_METHOD_2; /* accepted once */
	if (msg_parse(MSG_kex_gex_request, payload, &msg) != 0)
		return exchange_fail_at(t, NACRE_E_FORMAT, MSG_kex_gex_request, "malformed");
	if ((r = gex_new(t, MSG_kex_gex_request)) != 0 || (r = choose(t, &msg)) != 0)
		return r;
	return send_group(t);
}

static int
take_group(struct transport *t, const struct msg_kex_gex_group *msg)
{
	struct group_exchange *gex = t->exchange->gex;
	struct dh_group group = {.p = msg->p, .g = msg->g};
	const char *wrong = dh_check_group(&group, gex->min, gex->max);

	if (wrong != NULL)
		return exchange_fail_at(t, NACRE_E_KEX, MSG_kex_gex_group, wrong);
	dh_keep(&gex->room, msg->p, msg->g);
	return 0;
}

int
exchange_gex_on_group(struct transport *t, struct slice payload)
{
	struct exchange *x = t->exchange;
	struct outbox direct = sender_direct(t);
	struct msg_kex_gex_group msg;
	struct msg_kex_gex_init init;
	int r;

	t->gate.kex = GATE_METHOD_2; /* accepted once */
	if (msg_parse(MSG_kex_gex_group, payload, &msg) != 0)
		return exchange_fail_at(t, NACRE_E_FORMAT, MSG_kex_gex_group, "malformed");
	if ((r = take_group(t, &msg)) != 0 || (r = exchange_dh_make(t, MSG_kex_gex_init)) != 0)
		return r;
	init = (struct msg_kex_gex_init){.e = slice_of(x->our_public, x->our_public_len)};
	return msg_send(&direct, MSG_kex_gex_init, &init);
}

int
exchange_gex_on_init(struct transport *t, struct slice payload)
{
	struct msg_kex_gex_init msg;
	int r;

	t->gate.kex = GATE_NEWKEYS; /* accepted once */
	if (msg_parse(MSG_kex_gex_init, payload, &msg) != 0)
		return exchange_fail_at(t, NACRE_E_FORMAT, MSG_kex_gex_init, "malformed");
	if ((r = exchange_dh_respond(t, MSG_kex_gex_init, msg.e)) != 0)
		return r;
	return exchange_give_proof(t);
}

int
exchange_gex_on_reply(struct transport *t, struct slice payload)
{
	struct msg_kex_gex_reply msg;
	int r;

	t->gate.kex = GATE_NEWKEYS; /* accepted once */
	if (msg_parse(MSG_kex_gex_reply, payload, &msg) != 0)
		return exchange_fail_at(t, NACRE_E_FORMAT, MSG_kex_gex_reply, "malformed");
	if ((r = exchange_dh_finish(t, MSG_kex_gex_reply, msg.f)) != 0)
		return r;
	return exchange_check_proof(t, msg.host_key, msg.signature);
}

static int
send_reply(struct transport *t, struct slice signature)
{
	struct exchange *x = t->exchange;
	struct outbox direct = sender_direct(t);
	struct msg_kex_gex_reply msg = {
	    .host_key = key_blob(x->host_key),
	    .f = slice_of(x->our_public, x->our_public_len),
	    .signature = signature,
	};

	return msg_send(&direct, MSG_kex_gex_reply, &msg);
}

const struct exchange_method exchange_gex = {
    .family = FAMILY_KEX_GEX, .reply = MSG_kex_gex_reply, .start = start, .send_reply = send_reply};
