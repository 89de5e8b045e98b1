/* exchange_dh: see exchange_dh.h; and the methods with a fixed group. Knows: 30 and 31 as mpints, both roles. Must not
 * know: powers (dh.c), signatures (exchange_proof.c). RFC 4253 8, RFC 8268. */
#include "exchange_dh.h"
#include "sender.h"

static void
set_lengths(struct exchange *x)
{
	x->our_public_len = x->secret_len = x->group->p.n;
}

int
exchange_dh_make(struct transport *t, enum msg_id id)
{
	struct exchange *x = t->exchange;
	int r = dh_init(x->group, &x->kex_state, t->setup.env, x->our_public);

	set_lengths(x);
	return r == 0 ? 0 : exchange_fail_at(t, r, id, "no key pair");
}

/* RFC 8268 4: checked before any mathematics. A good value is no longer than p. */
static int
take_theirs(struct transport *t, enum msg_id id, const char *field, struct slice value)
{
	struct exchange *x = t->exchange;
	const char *wrong = dh_check_public(x->group, value);

	if (wrong != NULL)
		return failure_set(
		    t->setup.failure, NACRE_E_KEX, NACRE_ORIGIN_PROTOCOL, "%s: %s %s", msg_rows[id].name, field, wrong);
	memcpy(x->their_public, value.p, value.n);
	x->their_public_len = value.n;
	return 0;
}

int
exchange_dh_finish(struct transport *t, enum msg_id id, struct slice f)
{
	struct exchange *x = t->exchange;
	int r = take_theirs(t, id, "f", f);

	if (r != 0)
		return r;
	r = dh_finish(x->group, &x->kex_state, slice_of(x->their_public, x->their_public_len), x->secret);
	return r == 0 ? 0 : exchange_fail_at(t, r, id, "f is not acceptable");
}

int
exchange_dh_respond(struct transport *t, enum msg_id id, struct slice e)
{
	struct exchange *x = t->exchange;
	int r = take_theirs(t, id, "e", e);

	if (r != 0)
		return r;
	set_lengths(x);
	r = dh_respond(
	    x->group, t->setup.env, slice_of(x->their_public, x->their_public_len), x->our_public, x->secret);
	return r == 0 ? 0 : exchange_fail_at(t, r, id, "e is not acceptable");
}

static int
start(struct transport *t)
{
	struct exchange *x = t->exchange;
	struct outbox direct = sender_direct(t);
	struct msg_kex_dh_init msg;
	int r;

	x->group = x->agreed.kex->group;
	if ((r = exchange_dh_make(t, MSG_kex_dh_init)) != 0)
		return r;
	msg = (struct msg_kex_dh_init){.e = slice_of(x->our_public, x->our_public_len)};
	return msg_send(&direct, MSG_kex_dh_init, &msg);
}

int
exchange_dh_on_reply(struct transport *t, struct slice payload)
{
	struct msg_kex_dh_reply msg;
	int r;

	t->gate.kex = GATE_NEWKEYS; /* accepted once */
	if (msg_parse(MSG_kex_dh_reply, payload, &msg) != 0)
		return exchange_fail_at(t, NACRE_E_FORMAT, MSG_kex_dh_reply, "malformed");
	if ((r = exchange_dh_finish(t, MSG_kex_dh_reply, msg.f)) != 0)
		return r;
	return exchange_check_proof(t, msg.host_key, msg.signature);
}

int
exchange_dh_on_init(struct transport *t, struct slice payload)
{
	struct exchange *x = t->exchange;
	struct msg_kex_dh_init msg;
	int r;

	t->gate.kex = GATE_NEWKEYS; /* accepted once */
	if (msg_parse(MSG_kex_dh_init, payload, &msg) != 0)
		return exchange_fail_at(t, NACRE_E_FORMAT, MSG_kex_dh_init, "malformed");
	x->group = x->agreed.kex->group;
	if ((r = exchange_dh_respond(t, MSG_kex_dh_init, msg.e)) != 0)
		return r;
	return exchange_give_proof(t);
}

static int
send_reply(struct transport *t, struct slice signature)
{
	struct exchange *x = t->exchange;
	struct outbox direct = sender_direct(t);
	struct msg_kex_dh_reply msg = {
	    .host_key = key_blob(x->host_key),
	    .f = slice_of(x->our_public, x->our_public_len),
	    .signature = signature,
	};

	return msg_send(&direct, MSG_kex_dh_reply, &msg);
}

const struct exchange_method exchange_dh = {
    .family = FAMILY_KEX_DH, .reply = MSG_kex_dh_reply, .start = start, .send_reply = send_reply};
