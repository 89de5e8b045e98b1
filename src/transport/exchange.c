/* exchange: see exchange.h. Knows: KEXINIT and NEWKEYS. Must not know: how a method agrees on its secret
 * (exchange_ecdh.c and its like), how the host key proves itself (exchange_proof.c). RFC 4253 7.1-7.3, 8308 2.4,
 * draft-ietf-sshm-strict-kex. */
#include "exchange.h"
#include "advice.h"
#include "extinfo.h"
#include "bounds.h"
#include "sender.h"

static const char *const state_names[] = {"proposed", "method", "host-key", "sign", "newkeys"};

static void
set_state(struct transport *t, enum exchange_state state)
{
	trace_state(t, "exchange", state_names[t->exchange->state], state_names[state]);
	t->exchange->state = state;
}

static void
set_gate(struct transport *t, enum gate_kex kex)
{
	trace_state(t, "gate", gate_kex_name(t->gate.kex), gate_kex_name(kex));
	t->gate.kex = kex;
}

int
exchange_fail(struct transport *t, int code, const char *text)
{
	return failure_set(t->setup.failure, code, failure_origin(code), "%s", text);
}

int
exchange_fail_at(struct transport *t, int code, enum msg_id id, const char *text)
{
	return failure_set(t->setup.failure, code, failure_origin(code), "%s: %s", msg_rows[id].name, text);
}

const struct exchange_method *
exchange_method(const struct transport *t)
{
	static const struct exchange_method *const methods[] = {
	    [KEX_SHAPE_ECDH] = &exchange_ecdh,
	    [KEX_SHAPE_DH] = &exchange_dh,
	    [KEX_SHAPE_GEX] = &exchange_gex,
	};

	return methods[t->exchange->agreed.kex->shape];
}

void
exchange_free(struct transport *t)
{
	struct exchange *x = t->exchange;

	if (x == NULL)
		return;
	buf_free(&x->ours);
	buf_free(&x->theirs);
	nacre_key_free(x->shown_key);
	mem_free(t->setup.env, x->gex, sizeof(*x->gex));
	mem_wipe_free(t->setup.env, x, sizeof(*x));
	t->exchange = NULL;
	t->question = false;
}

static int
exchange_new(struct transport *t)
{
	struct exchange *x = mem_new(t->setup.env, sizeof(*x));

	if (x == NULL)
		return exchange_fail(t, NACRE_E_NOMEM, "no memory for a key exchange");
	buf_init(&x->ours, t->setup.env, LIMIT_NAME_LIST);
	buf_init(&x->theirs, t->setup.env, LIMIT_PACKET);
	x->first = t->session_id_len == 0;
	x->kexinit_seq = t->out.seq;
	t->exchange = x;
	t->kex_since_ms = t->now_ms;
	return 0;
}

static int
send_payload(struct transport *t, struct slice payload)
{
	struct outbox direct = sender_direct(t);
	int r;
	uint8_t *p = direct.reserve(direct.ctx, payload.n, &r);

	if (p == NULL)
		return r;
	memcpy(p, payload.p, payload.n);
	return direct.commit(direct.ctx);
}

int
exchange_start(struct transport *t)
{
	int r = exchange_new(t);

	if (r != 0)
		return r;
	r = proposal_write(&t->algorithms, t->setup.env, t->role, t->exchange->first, &t->exchange->ours);
	if (r != 0)
		return exchange_fail(t, r, "kexinit: our own cannot be made");
	if ((r = send_payload(t, buf_slice(&t->exchange->ours))) != 0)
		return r;
	t->out_closed = true;
	return 0;
}

static void
advise(struct transport *t)
{
	advice_add(&t->algorithms, t->setup.env, t->setup.options, buf_slice(&t->exchange->theirs), t->setup.failure);
}

static int
refuse_lax(struct transport *t)
{
	int r = exchange_fail(t, NACRE_E_NEGOTIATION, "kexinit: the peer does not do strict key exchange");

	if (!t->setup.options->require_strict_kex)
		advise(t); /* it was the preset that asked for it */
	return r;
}

/* draft-ietf-sshm-strict-kex 3: the peer's KEXINIT must have been its very first packet. */
static int
check_strict(struct transport *t, bool strict)
{
	if (!strict)
		return t->algorithms.needs_strict_kex ? refuse_lax(t) : 0;
	if (t->in.seq != 1 || t->in.seq_wrapped)
		return exchange_fail(t, NACRE_E_ORDER, "kexinit: not the first packet (strict key exchange)");
	return 0;
}

static int
agree(struct transport *t)
{
	struct exchange *x = t->exchange;
	int r;

	r = proposal_agree(
	    buf_slice(&x->ours), buf_slice(&x->theirs), t->role, t->setup.env, &x->agreed, t->setup.failure);
	if (r != 0) {
		if (r == NACRE_E_NEGOTIATION)
			advise(t);
		return failure_set(t->setup.failure, r, failure_origin(r), "kexinit: cannot be agreed on");
	}
	if (!x->first)
		return 0;
	if ((r = check_strict(t, x->agreed.strict)) != 0)
		return r;
	t->gate.strict = x->agreed.strict;
	return 0;
}

int
exchange_on_kexinit(struct transport *t, struct slice payload)
{
	int r;

	if (t->exchange == NULL && (r = exchange_start(t)) != 0)
		return r;
	buf_put_slice(&t->exchange->theirs, payload);
	if (t->exchange->theirs.bad != 0)
		return exchange_fail(t, t->exchange->theirs.bad, "kexinit: no memory to keep it");
	if ((r = agree(t)) != 0)
		return r;
	t->gate.kex_family = exchange_method(t)->family;
	set_gate(t, t->exchange->agreed.wrong_guess ? GATE_GUESS : GATE_METHOD);
	set_state(t, EXCHANGE_METHOD);
	return t->role == NACRE_CLIENT ? exchange_method(t)->start(t) : 0;
}

static int
derive_keys(struct transport *t, struct suite_keys *keys_out)
{
	struct exchange *x = t->exchange;
	const struct agreement *a = &x->agreed;
	bool is_client = t->role == NACRE_CLIENT;
	struct derivation from = {a->kex, slice_of(x->secret, x->secret_len), slice_of(x->h, hash_len(a->kex->hash)),
	    slice_of(t->session_id, t->session_id_len)};
	int r = is_client ? kdf_derive(&from, true, a->cipher_c2s, a->mac_c2s, keys_out)
			  : kdf_derive(&from, false, a->cipher_s2c, a->mac_s2c, keys_out);

	if (r == 0)
		r = is_client ? kdf_derive(&from, false, a->cipher_s2c, a->mac_s2c, &x->keys_in)
			      : kdf_derive(&from, true, a->cipher_c2s, a->mac_c2s, &x->keys_in);
	mem_wipe(x->secret, sizeof(x->secret));
	return r;
}

static int
install_out(struct transport *t, const struct suite_keys *keys)
{
	const struct agreement *a = &t->exchange->agreed;
	bool is_client = t->role == NACRE_CLIENT;
	int r;

	suite_wipe(&t->out.suite);
	r = suite_init(&t->out.suite, t->setup.env, is_client ? a->cipher_c2s : a->cipher_s2c,
	    is_client ? a->mac_c2s : a->mac_s2c, keys, true);
	lane_rekeyed(&t->out, t->gate.strict);
	compress_switch(&t->pack, is_client ? a->compression_c2s : a->compression_s2c);
	return r;
}

/* RFC 4253 7.2: the first exchange hash is the session id, for ever. */
static void
keep_session_id(struct transport *t)
{
	struct exchange *x = t->exchange;

	if (!x->first)
		return;
	t->session_id_len = hash_len(x->agreed.kex->hash);
	memcpy(t->session_id, x->h, t->session_id_len);
}

static int
send_newkeys(struct transport *t)
{
	struct outbox direct = sender_direct(t);
	struct msg_newkeys msg = {0};

	return msg_send(&direct, MSG_newkeys, &msg);
}

int
exchange_switch_out(struct transport *t)
{
	struct suite_keys keys;
	int r;

	keep_session_id(t);
	if ((r = derive_keys(t, &keys)) != 0)
		return exchange_fail(t, r, "newkeys: the keys cannot be derived");
	if ((r = send_newkeys(t)) != 0)
		goto out;
	if ((r = install_out(t, &keys)) != 0 || (r = pad_seed(&t->pad, t->setup.env)) != 0) {
		r = exchange_fail(t, r, "newkeys: the cipher cannot be set up");
		goto out;
	}
	t->agreed = t->exchange->agreed;
	t->out_closed = false;
	set_state(t, EXCHANGE_NEWKEYS);
	if (t->exchange->first && t->exchange->agreed.ext_info && (r = extinfo_send(t)) != 0)
		goto out;
	r = sender_release(t);
out:
	mem_wipe(&keys, sizeof(keys));
	return r;
}

static int
install_in(struct transport *t)
{
	struct exchange *x = t->exchange;
	const struct agreement *a = &x->agreed;
	bool is_client = t->role == NACRE_CLIENT;
	int r;

	suite_wipe(&t->in.suite);
	r = suite_init(&t->in.suite, t->setup.env, is_client ? a->cipher_s2c : a->cipher_c2s,
	    is_client ? a->mac_s2c : a->mac_c2s, &x->keys_in, false);
	mem_wipe(&x->keys_in, sizeof(x->keys_in));
	lane_rekeyed(&t->in, t->gate.strict);
	compress_switch(&t->unpack, is_client ? a->compression_s2c : a->compression_c2s);
	return r;
}

int
exchange_on_newkeys(struct transport *t, struct slice payload)
{
	struct nacre_event done = {.type = NACRE_EVENT_KEX_DONE};
	struct msg_newkeys msg;
	int r;

	if (msg_parse(MSG_newkeys, payload, &msg) != 0)
		return exchange_fail(t, NACRE_E_FORMAT, "newkeys: malformed");
	if (t->exchange == NULL || t->exchange->state != EXCHANGE_NEWKEYS)
		return exchange_fail(t, NACRE_E_ORDER, "newkeys: the exchange is not that far");
	if ((r = install_in(t)) != 0)
		return exchange_fail(t, r, "newkeys: the cipher cannot be set up");
	done.rekey = !t->exchange->first;
	t->newkeys_just_came = t->exchange->first;
	if (t->exchange->first)
		t->keyed_ms = t->now_ms;
	t->gate.first = false;
	set_gate(t, GATE_OPEN);
	t->kex_count++;
	t->keys_since_ms = t->now_ms;
	exchange_free(t);
	t->setup.sink->push(t->setup.sink->ctx, &done, false);
	return transport_rekey_if_due(t);
}
