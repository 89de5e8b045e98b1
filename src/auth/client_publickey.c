/* client_publickey: the publickey method: which algorithm, the probe, the signature. Knows: keys by their public half.
 * Must not know: where private halves are. RFC 4252 7; RFC 8308 3.1 (server-sig-algs); RFC 8332 (rsa-sha2-*). */
#include "auth_internal.h"

/* The enabled algorithms of the key's type, in order of preference: the one after `after`, or the first. SHA-1's
 * "ssh-rsa" is enabled only where somebody named it. */
static const struct sigalg *
next_algorithm(const struct auth_client *a, const nacre_key *key, const struct sigalg *after)
{
	struct slice rest = slice_str(a->setup.pubkey_algorithms), name;
	const struct sigalg *algorithm;
	bool passed = after == NULL;

	while (slice_next_name(&rest, &name)) {
		algorithm = sigalg_find(name);
		if (algorithm == NULL || strcmp(algorithm->key_type, nacre_key_type(key)) != 0)
			continue;
		if (passed)
			return algorithm;
		passed = algorithm == after;
	}
	return NULL;
}

static bool
is_announced(const struct auth_client *a, const struct sigalg *algorithm)
{
	struct slice list = buf_slice(&a->sig_algs);

	/* Servers announce what signatures they take; certificates' own names stand in no list of OpenSSH's. */
	return a->sig_algs_known && (slice_has_name(list, slice_str(algorithm->name)) ||
					slice_has_name(list, slice_str(sigalg_signature(algorithm))));
}

/* The first that the server has announced; else the first: RFC 8308 3.1 lets a client try what is not in the list, and
 * there are servers whose list names RSA's algorithms alone. */
static const struct sigalg *
choose_algorithm(const struct auth_client *a, const nacre_key *key)
{
	const struct sigalg *algorithm = next_algorithm(a, key, NULL);

	while (algorithm != NULL && !is_announced(a, algorithm))
		algorithm = next_algorithm(a, key, algorithm);
	return algorithm != NULL ? algorithm : next_algorithm(a, key, NULL);
}

static struct msg_userauth_request_publickey
tail_of(const struct auth_client *a, bool has_signature, struct slice signature)
{
	return (struct msg_userauth_request_publickey){
	    .has_signature = has_signature,
	    .algorithm = slice_str(a->algorithm->name),
	    .key = key_blob(a->key),
	    .signature = signature,
	};
}

static int
send_probe(struct auth_client *a)
{
	const struct msg_userauth_request_publickey tail = tail_of(a, false, SLICE_NONE);

	return auth_client_send(a, MSG_userauth_request_publickey, &tail, AUTH_PROBING);
}

/* RFC 4252 7: the first session id, then the request as it will be sent, without the signature. */
static int
make_signed_data(struct auth_client *a)
{
	const struct msg_userauth_request_publickey tail = tail_of(a, true, SLICE_NONE);
	struct msg_userauth_request msg = {
	    .user = slice_str(a->user),
	    .service = SLICE_LIT(AUTH_NEXT_SERVICE),
	    .method = slice_str(a->method->name),
	};
	struct buf b;

	buf_init(&b, a->setup.env, AUTH_REQUEST_MAX);
	msg_put(&b, MSG_userauth_request_publickey, &tail);
	msg.tail = buf_slice(&b);
	buf_reset(&a->signed_data);
	buf_put_string(&a->signed_data, a->session_id);
	msg_put(&a->signed_data, MSG_userauth_request, &msg);
	if (a->signed_data.bad == 0)
		a->signed_data.bad = b.bad;
	buf_free(&b);
	if (a->signed_data.bad != 0)
		return auth_client_fail(a, a->signed_data.bad, "userauth_request: no memory for what is signed");
	return 0;
}

static int
send_signed(struct auth_client *a, struct slice blob)
{
	struct msg_userauth_request_publickey tail;
	struct buf field;
	int r;

	buf_init(&field, a->setup.env, AUTH_REQUEST_MAX);
	buf_put_string(&field, blob);
	tail = tail_of(a, true, buf_slice(&field));
	if (field.bad != 0)
		r = auth_client_fail(a, field.bad, "userauth_request: no memory for the signature");
	else
		r = auth_client_send(a, MSG_userauth_request_publickey, &tail, AUTH_WAITING);
	buf_free(&field);
	return r;
}

/* `key` is the key at hand with its private half. */
static int
sign_and_send(struct auth_client *a, const nacre_key *key)
{
	struct buf blob;
	int r;

	buf_init(&blob, a->setup.env, AUTH_REQUEST_MAX);
	r = key_sign(key, a->setup.env, a->algorithm, buf_slice(&a->signed_data), &blob);
	if (r == 0)
		r = blob.bad;
	if (r != 0)
		r = auth_client_fail(a, r, "userauth_request: the key could not sign");
	else
		r = send_signed(a, buf_slice(&blob));
	buf_free(&blob);
	return r;
}

static int
ask_signature(struct auth_client *a)
{
	struct nacre_event ask = {
	    .type = NACRE_EVENT_SIGN,
	    .key = a->key,
	    .algorithm = bytes_of(slice_str(sigalg_signature(a->algorithm))),
	    .data = bytes_of(buf_slice(&a->signed_data)),
	};

	auth_client_go(a, AUTH_SIGNING);
	a->token = a->setup.sink->push(a->setup.sink->ctx, &ask, true);
	return 0;
}

static int
prove(struct auth_client *a)
{
	int r;

	if ((r = make_signed_data(a)) != 0)
		return r;
	return nacre_key_has_private(a->key) ? sign_and_send(a, a->key) : ask_signature(a);
}

int
auth_client_answer_publickey(struct auth_client *a, uint64_t token, const char *user, const nacre_key *key, bool probe)
{
	const struct sigalg *algorithm;
	int r;

	if (a->state != AUTH_ASKING || token == 0 || token != a->token)
		return NACRE_E_MISUSE;
	if ((algorithm = choose_algorithm(a, key)) == NULL)
		return NACRE_E_KEY_TYPE;
	if ((r = auth_client_begin(a, token, user, &auth_method_publickey)) != 0)
		return r;
	a->key = key;
	a->algorithm = algorithm;
	a->key_wanted = false;
	a->credential_sent = true;
	return probe || !nacre_key_has_private(key) ? send_probe(a) : prove(a);
}

/* RFC 4252 7: the answer names the algorithm and the key of the question, nothing else. */
int
auth_client_on_pk_ok(struct auth_client *a, struct slice payload)
{
	struct msg_userauth_pk_ok msg;
	int r;

	if ((r = auth_client_parse(a, MSG_userauth_pk_ok, payload, &msg)) != 0)
		return r;
	if (!slice_is(msg.algorithm, a->algorithm->name))
		return auth_client_fail(a, NACRE_E_PROTOCOL, "userauth_pk_ok: not the algorithm that was asked about");
	if (!slice_eq(msg.key, key_blob(a->key)))
		return auth_client_fail(a, NACRE_E_PROTOCOL, "userauth_pk_ok: not the key that was asked about");
	a->key_wanted = true;
	return prove(a);
}

/* Made elsewhere: it must hold before it leaves. */
static int
check_and_send(struct auth_client *a, struct slice blob)
{
	/* Whether a touch is wanted is the server's to say. */
	int r = key_verify_as(a->key, a->algorithm, buf_slice(&a->signed_data), blob, NACRE_VERIFY_NO_TOUCH, NULL);

	if (r == NACRE_E_NOMEM)
		return auth_client_fail(a, r, "userauth_request: no memory to check the signature");
	return r != 0 ? NACRE_E_ARGUMENT : send_signed(a, blob);
}

int
auth_client_answer_sign(struct auth_client *a, uint64_t token, const nacre_key *key, struct slice blob)
{
	if (a->state != AUTH_SIGNING || token == 0 || token != a->token)
		return NACRE_E_MISUSE;
	if (key != NULL && (!nacre_key_has_private(key) || !nacre_key_equal(key, a->key)))
		return NACRE_E_ARGUMENT;
	if (key != NULL)
		return sign_and_send(a, key);
	return blob.n > 0 ? check_and_send(a, blob) : auth_client_ask(a);
}

/* RFC 8332 3.3: without server-sig-algs a client finds out by trying. A server that has announced the algorithm, or has
 * taken it in PK_OK, has refused the key itself. */
static const struct sigalg *
other_algorithm(const struct auth_client *a)
{
	const struct sigalg *algorithm = a->algorithm;

	if (a->key_wanted || is_announced(a, algorithm))
		return NULL;
	do
		algorithm = next_algorithm(a, a->key, algorithm);
	while (algorithm != NULL && a->sig_algs_known && !is_announced(a, algorithm));
	return algorithm;
}

int
auth_client_retry_key(struct auth_client *a, struct slice methods, bool *sent)
{
	const struct sigalg *algorithm;

	*sent = false;
	if (a->method != &auth_method_publickey || !slice_has_name(methods, slice_str(a->method->name)))
		return 0;
	if ((algorithm = other_algorithm(a)) == NULL)
		return 0;
	*sent = true;
	a->algorithm = algorithm;
	return a->state == AUTH_PROBING ? send_probe(a) : prove(a);
}
