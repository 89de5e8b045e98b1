/* exchange_proof: how a server proves to be the one with the host key. Knows: H, the key, its signature, the questions
 * about them. Must not know: the method's messages. RFC 4253 8, RFC 8332 3.1. */
#include "exchange.h"
#include "bounds.h"
#include "sender.h"

static int
fail(struct transport *t, int code, const char *text)
{
	return exchange_fail_at(t, code, exchange_method(t)->reply, text);
}

static int
exchange_hash(struct transport *t, struct slice host_key)
{
	struct exchange *x = t->exchange;
	bool is_client = t->role == NACRE_CLIENT;
	struct slice ours = slice_str(t->our_ident), theirs = slice_str(t->peer_ident);
	struct exchange_fields fields = {
	    .client_ident = is_client ? ours : theirs,
	    .server_ident = is_client ? theirs : ours,
	    .client_init = buf_slice(is_client ? &x->ours : &x->theirs),
	    .server_init = buf_slice(is_client ? &x->theirs : &x->ours),
	    .host_key = host_key,
	    .client_public = slice_of(
		is_client ? x->our_public : x->their_public, is_client ? x->our_public_len : x->their_public_len),
	    .server_public = slice_of(
		is_client ? x->their_public : x->our_public, is_client ? x->their_public_len : x->our_public_len),
	    .secret = slice_of(x->secret, x->secret_len),
	};
	struct group_fields group;

	if (x->gex != NULL) {
		group = (struct group_fields){x->gex->min, x->gex->n, x->gex->max, x->group->p, x->group->g};
		fields.group = &group;
	}

	return kdf_exchange_hash(x->agreed.kex, &fields, x->h);
}

static struct slice
hash_of(const struct exchange *x)
{
	return slice_of(x->h, hash_len(x->agreed.kex->hash));
}

/* The server proves itself: H under a key of exactly the type that was agreed on (CVE-2026-16516). */
static int
check_proof(struct transport *t, struct slice host_key, struct slice signature)
{
	struct exchange *x = t->exchange;
	const char *name = msg_rows[exchange_method(t)->reply].name;
	int r = key_parse_blob(t->setup.env, host_key, &x->shown_key);

	if (r == NACRE_E_NOMEM)
		return fail(t, r, "no memory for the host key");
	if (r != 0)
		return failure_set(
		    t->setup.failure, r, NACRE_ORIGIN_PROTOCOL, "%s: the host key is malformed or not allowed", name);
	if (strcmp(nacre_key_type(x->shown_key), x->agreed.host_key->key_type) != 0)
		return failure_set(t->setup.failure, NACRE_E_HOST_KEY_SIGNATURE, NACRE_ORIGIN_PROTOCOL,
		    "%s: the host key is %s, but %s was agreed on", name, nacre_key_type(x->shown_key),
		    x->agreed.host_key->name);
	if ((r = exchange_hash(t, host_key)) != 0)
		return fail(t, r, "the exchange hash cannot be computed");
	if (key_verify(x->shown_key, t->setup.env, x->agreed.host_key, hash_of(x), signature) != 0)
		return failure_set(t->setup.failure, NACRE_E_HOST_KEY_SIGNATURE, NACRE_ORIGIN_CRYPTO,
		    "%s: the signature by the host key is wrong", name);
	return 0;
}

static void
ask_host_key(struct transport *t)
{
	struct exchange *x = t->exchange;
	struct nacre_event ask = {.type = NACRE_EVENT_HOST_KEY, .key = x->shown_key};

	x->state = EXCHANGE_HOST_KEY;
	t->question = true;
	x->token = t->setup.sink->push(t->setup.sink->ctx, &ask, true);
}

/* A rekey must show the key that was accepted (CVE-2026-60002). */
static int
check_same_key(struct transport *t)
{
	if (!nacre_key_equal(t->exchange->shown_key, t->server_key))
		return fail(t, NACRE_E_HOST_KEY_REKEY, "another host key than before");
	return exchange_switch_out(t);
}

int
exchange_check_proof(struct transport *t, struct slice host_key, struct slice signature)
{
	int r = check_proof(t, host_key, signature);

	if (r != 0)
		return r;
	if (!t->exchange->first)
		return check_same_key(t);
	buf_put_slice(&t->proof, signature);
	if (t->proof.bad != 0)
		return fail(t, t->proof.bad, "no memory for the host key's signature");
	ask_host_key(t);
	return 0;
}

int
transport_answer_host_key(struct transport *t, uint64_t token, int error)
{
	struct exchange *x = t->exchange;

	if (x == NULL || x->state != EXCHANGE_HOST_KEY || x->token != token)
		return NACRE_E_MISUSE;
	if (error > 0)
		return NACRE_E_ARGUMENT;
	t->question = false;
	if (error != 0)
		return failure_set(t->setup.failure, error, NACRE_ORIGIN_LOCAL, "%s", nacre_status_text(error));
	t->server_key = x->shown_key;
	x->shown_key = NULL;
	t->kex_since_ms = t->now_ms; /* a person may have taken their time */
	return exchange_switch_out(t);
}

static const nacre_key *
key_for(const struct transport *t, const struct sigalg *algorithm)
{
	const struct nacre_conn_options *options = t->setup.options;
	size_t i;

	for (i = 0; i < options->n_host_keys; i++)
		if (strcmp(nacre_key_type(options->host_keys[i]), algorithm->key_type) == 0)
			return options->host_keys[i];
	return NULL;
}

static int
send_reply(struct transport *t, struct slice signature)
{
	int r = exchange_method(t)->send_reply(t, signature);

	return r != 0 ? r : exchange_switch_out(t);
}

static int
sign_and_reply(struct transport *t, const nacre_key *key)
{
	struct exchange *x = t->exchange;
	struct buf signature;
	int r;

	buf_init(&signature, t->setup.env, LIMIT_PAYLOAD_OUT);
	if ((r = key_sign(key, t->setup.env, x->agreed.host_key, hash_of(x), &signature)) != 0)
		r = fail(t, r, "the host key cannot sign");
	else
		r = send_reply(t, buf_slice(&signature));
	buf_free(&signature);
	return r;
}

static int
ask_signature(struct transport *t)
{
	struct exchange *x = t->exchange;
	struct nacre_event ask = {
	    .type = NACRE_EVENT_SIGN,
	    .key = x->host_key,
	    .algorithm = bytes_of(slice_str(sigalg_signature(x->agreed.host_key))),
	    .data = bytes_of(hash_of(x)),
	};

	x->state = EXCHANGE_SIGN;
	t->question = true;
	x->token = t->setup.sink->push(t->setup.sink->ctx, &ask, true);
	return 0;
}

int
exchange_give_proof(struct transport *t)
{
	struct exchange *x = t->exchange;
	int r;

	if ((x->host_key = key_for(t, x->agreed.host_key)) == NULL)
		return fail(t, NACRE_E_NEGOTIATION, "no host key for the agreed algorithm");
	if ((r = exchange_hash(t, key_blob(x->host_key))) != 0)
		return fail(t, r, "the exchange hash cannot be computed");
	return nacre_key_has_private(x->host_key) ? sign_and_reply(t, x->host_key) : ask_signature(t);
}

int
transport_answer_sign(struct transport *t, uint64_t token, const nacre_key *key, struct slice blob)
{
	struct exchange *x = t->exchange;

	if (x == NULL || x->state != EXCHANGE_SIGN || x->token != token)
		return NACRE_E_MISUSE;
	if (key != NULL && (!nacre_key_has_private(key) || !nacre_key_equal(key, x->host_key)))
		return NACRE_E_ARGUMENT;
	t->question = false;
	t->kex_since_ms = t->now_ms;
	if (key != NULL)
		return sign_and_reply(t, key);
	/* Made elsewhere: it must hold before it leaves. */
	if (key_verify(x->host_key, t->setup.env, x->agreed.host_key, hash_of(x), blob) != 0)
		return fail(t, NACRE_E_CRYPTO, "no good signature was given for the host key");
	return send_reply(t, blob);
}

bool
transport_owns_question(const struct transport *t, uint64_t token)
{
	return t->question && t->exchange != NULL && t->exchange->token == token;
}
