/* exchange_ecdh: the method with one string each way. Knows: 30 and 31, both roles. Must not know: curves (kex rows do
 * the mathematics), signatures (exchange_proof.c). RFC 5656 4, RFC 8731 3. */
#include "exchange.h"
#include "sender.h"

static int
start(struct transport *t)
{
	struct exchange *x = t->exchange;
	const struct kex *kex = x->agreed.kex;
	struct outbox direct = sender_direct(t);
	struct msg_kex_ecdh_init msg;
	int r = kex->init(&x->kex_state, t->setup.env, x->our_public);

	if (r != 0)
		return exchange_fail_at(t, r, MSG_kex_ecdh_init, "no key pair");
	x->our_public_len = kex->init_len;
	msg = (struct msg_kex_ecdh_init){.q_c = slice_of(x->our_public, x->our_public_len)};
	return msg_send(&direct, MSG_kex_ecdh_init, &msg);
}

static void
keep_theirs(struct exchange *x, struct slice value)
{
	memcpy(x->their_public, value.p, value.n);
	x->their_public_len = value.n;
	x->secret_len = x->agreed.kex->secret_len;
}

int
exchange_ecdh_on_reply(struct transport *t, struct slice payload)
{
	struct exchange *x = t->exchange;
	const struct kex *kex = x->agreed.kex;
	struct msg_kex_ecdh_reply msg;
	int r;

	t->gate.kex = GATE_NEWKEYS; /* accepted once */
	if (msg_parse(MSG_kex_ecdh_reply, payload, &msg) != 0)
		return exchange_fail_at(t, NACRE_E_FORMAT, MSG_kex_ecdh_reply, "malformed");
	if (msg.q_s.n != kex->reply_len)
		return exchange_fail_at(t, NACRE_E_KEX, MSG_kex_ecdh_reply, "q_s has the wrong length");
	keep_theirs(x, msg.q_s);
	if ((r = kex->finish(&x->kex_state, x->their_public, x->secret)) != 0)
		return exchange_fail_at(t, r, MSG_kex_ecdh_reply, "q_s is not acceptable");
	return exchange_check_proof(t, msg.host_key, msg.signature);
}

int
exchange_ecdh_on_init(struct transport *t, struct slice payload)
{
	struct exchange *x = t->exchange;
	const struct kex *kex = x->agreed.kex;
	struct msg_kex_ecdh_init msg;
	int r;

	t->gate.kex = GATE_NEWKEYS; /* accepted once */
	if (msg_parse(MSG_kex_ecdh_init, payload, &msg) != 0)
		return exchange_fail_at(t, NACRE_E_FORMAT, MSG_kex_ecdh_init, "malformed");
	if (msg.q_c.n != kex->init_len)
		return exchange_fail_at(t, NACRE_E_KEX, MSG_kex_ecdh_init, "q_c has the wrong length");
	keep_theirs(x, msg.q_c);
	x->our_public_len = kex->reply_len;
	if ((r = kex->respond(t->setup.env, x->their_public, x->our_public, x->secret)) != 0)
		return exchange_fail_at(t, r, MSG_kex_ecdh_init, "q_c is not acceptable");
	return exchange_give_proof(t);
}

static int
send_reply(struct transport *t, struct slice signature)
{
	struct exchange *x = t->exchange;
	struct outbox direct = sender_direct(t);
	struct msg_kex_ecdh_reply msg = {
	    .host_key = key_blob(x->host_key),
	    .q_s = slice_of(x->our_public, x->our_public_len),
	    .signature = signature,
	};

	return msg_send(&direct, MSG_kex_ecdh_reply, &msg);
}

const struct exchange_method exchange_ecdh = {
    .family = FAMILY_KEX_ECDH, .reply = MSG_kex_ecdh_reply, .start = start, .send_reply = send_reply};
