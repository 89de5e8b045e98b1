/* host_keys: a server tells its clients all its host keys, and proves that it holds them. Knows: which keys it has,
 * whose turn it is to sign. Must not know: what clients do with it. draft-ietf-sshm-hostkey-update 2.1, 2.2. */
#include "conn_internal.h"
#include <nacre/cert.h>

#define LIST_MAX 32000 /* as every request's payload */
#define REPLY_MAX 32000
#define DATA_MAX 16384

void
host_keys_free(struct nacre_conn *c)
{
	buf_free(&c->prove.request);
	buf_free(&c->prove.reply);
	buf_free(&c->prove.data);
}

void
host_keys_init(struct nacre_conn *c)
{
	buf_init(&c->prove.request, &c->env, LIST_MAX);
	buf_init(&c->prove.reply, &c->env, REPLY_MAX);
	buf_init(&c->prove.data, &c->env, DATA_MAX);
}

/* Certificates are known by their authority: nobody keeps them. What has no place is not announced. */
static void
put_keys(const struct nacre_conn *c, struct buf *list)
{
	size_t i;

	for (i = 0; i < c->options.n_host_keys; i++) {
		struct slice blob = key_blob(c->host_keys[i]);

		if (nacre_key_is_certificate(c->host_keys[i]) || host_proof_has(buf_slice(list), blob))
			continue;
		if (list->n + blob.n + 4 <= LIST_MAX)
			buf_put_string(list, blob);
	}
}

/* Once, as soon as there is room behind USERAUTH_SUCCESS. */
int
host_keys_announce(struct nacre_conn *c)
{
	struct buf list;
	int r;

	if (!c->prove.announce_due || c->mux == NULL)
		return 0;
	buf_init(&list, &c->env, LIST_MAX);
	put_keys(c, &list);
	if ((r = list.bad) == 0 && list.n > 0 && transport_takes_asked(&c->transport, list.n))
		r = mux_global_request(c->mux, slice_str(host_proof_usual()->announce), buf_slice(&list), NULL);
	else if (r == 0 && list.n > 0)
		r = NACRE_E_AGAIN;
	buf_free(&list);
	c->prove.announce_due = r == NACRE_E_AGAIN;
	if (r == 0 || r == NACRE_E_AGAIN)
		return 0;
	return failure_set(&c->failure, r, NACRE_ORIGIN_RESOURCE, "no memory for the list of host keys");
}

/* The owner hears of it only where it is not for us: it was not announced, another one runs, or it makes no sense. */
bool
host_keys_take_request(struct nacre_conn *c, const struct nacre_event *event, uint64_t token)
{
	const struct host_proof_names *names;

	if (c->is_client || !c->options.announce_host_keys || event->type != NACRE_EVENT_GLOBAL_REQUEST)
		return false;
	if (token == 0 || c->prove.token != 0 || (names = host_proof_asked(slice_of_bytes(event->name))) == NULL ||
	    !host_proof_is_list(slice_of_bytes(event->data)))
		return false;
	buf_put_slice(&c->prove.request, slice_of_bytes(event->data));
	if (c->prove.request.bad != 0) {
		host_keys_free(c);
		return false;
	}
	c->prove.token = token;
	c->prove.names = names;
	c->prove.rest = reader_of(buf_slice(&c->prove.request));
	return true;
}

static int
finish(struct nacre_conn *c, bool ok)
{
	struct prove *p = &c->prove;
	uint64_t token = p->token;
	int r;

	p->token = p->sign_token = 0;
	p->key = NULL;
	r = mux_answer_global(c->mux, token, ok && p->reply.bad == 0, buf_slice(&p->reply));
	if (r == NACRE_E_NOMEM)
		failure_set(&c->failure, r, NACRE_ORIGIN_RESOURCE, "no memory for proofs of host keys");
	host_keys_free(c);
	return r;
}

/* draft 5.3: signatures cost time. Each key makes one for each connection. */
static const nacre_key *
take_key(struct nacre_conn *c, struct slice blob)
{
	size_t i;

	for (i = 0; i < c->options.n_host_keys; i++) {
		uint64_t bit = (uint64_t)1 << i;

		if (nacre_key_is_certificate(c->host_keys[i]) || !slice_eq(key_blob(c->host_keys[i]), blob))
			continue;
		if ((c->prove.signed_keys & bit) != 0)
			return NULL;
		c->prove.signed_keys |= bit;
		return c->host_keys[i];
	}
	return NULL;
}

static void
ask_signature(struct nacre_conn *c)
{
	struct prove *p = &c->prove;
	struct nacre_event ask = {
	    .type = NACRE_EVENT_SIGN,
	    .key = p->key,
	    .algorithm = bytes_of(slice_str(sigalg_signature(p->algorithm))),
	    .data = bytes_of(buf_slice(&p->data)),
	};

	p->sign_token = c->sink.push(c->sink.ctx, &ask, true);
}

static int
sign(struct nacre_conn *c, const nacre_key *key)
{
	struct prove *p = &c->prove;
	struct buf signature;
	int r;

	buf_init(&signature, &c->env, DATA_MAX);
	r = key_sign(key, &c->env, p->algorithm, buf_slice(&p->data), &signature);
	if (r == 0)
		buf_put_string(&p->reply, buf_slice(&signature));
	buf_free(&signature);
	return r;
}

/* The next key of the list: signed with, asked about, or none of ours. */
static int
next_key(struct nacre_conn *c)
{
	struct prove *p = &c->prove;
	struct slice blob = reader_string(&p->rest);

	if ((p->key = take_key(c, blob)) == NULL)
		return NACRE_E_ARGUMENT;
	if ((p->algorithm = host_proof_algorithm(p->key, c->transport.agreed.host_key)) == NULL)
		return NACRE_E_KEY_TYPE;
	buf_reset(&p->data);
	host_proof_put(&p->data, p->names, slice_of(c->transport.session_id, c->transport.session_id_len), blob);
	if (p->data.bad != 0)
		return p->data.bad;
	if (nacre_key_has_private(p->key))
		return sign(c, p->key);
	ask_signature(c);
	return 0;
}

int
host_keys_prove(struct nacre_conn *c)
{
	struct prove *p = &c->prove;

	while (p->token != 0 && p->sign_token == 0) {
		if (p->rest.n == 0)
			return finish(c, true);
		if (next_key(c) != 0)
			return finish(c, false);
	}
	return 0;
}

int
host_keys_answer_sign(struct nacre_conn *c, uint64_t token, const nacre_key *key, struct slice blob)
{
	struct prove *p = &c->prove;

	if (token == 0 || p->sign_token != token)
		return NACRE_E_MISUSE;
	if (key != NULL && (!nacre_key_has_private(key) || !nacre_key_equal(key, p->key)))
		return NACRE_E_ARGUMENT;
	p->sign_token = 0;
	/* Made elsewhere: it must hold before it leaves. */
	if (key != NULL ? sign(c, key) != 0 : key_verify(p->key, &c->env, p->algorithm, buf_slice(&p->data), blob) != 0)
		return finish(c, false);
	if (key == NULL)
		buf_put_string(&p->reply, blob);
	return host_keys_prove(c);
}
