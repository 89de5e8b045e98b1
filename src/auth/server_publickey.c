/* server_publickey: what a server reads of "publickey": a probe, or a signature that it verifies before anybody is
 * asked. Knows: enabled algorithms. Must not know: whose keys are welcome. RFC 4252 7; RFC 8332 3 (rsa-sha2-*). */
#include "auth_internal.h"
#include <nacre/cert.h>

/* The algorithm's exact name must be enabled (CVE-2026-35387), and the key must be of its type. */
static const struct sigalg *
find_enabled(const struct auth_server *a, struct slice name)
{
	return slice_has_name(slice_str(a->setup.pubkey_algorithms), name) ? sigalg_find(name) : NULL;
}

/* RFC 4252 7: a probe ends after the key; else one string follows. */
static int
read_tail(struct auth_server *a, struct slice tail, struct msg_userauth_request_publickey *msg, struct slice *signature)
{
	struct reader reader;
	int r;

	if ((r = auth_server_parse(a, MSG_userauth_request_publickey, tail, msg)) != 0)
		return r;
	reader = reader_of(msg->signature);
	*signature = msg->has_signature ? reader_string(&reader) : SLICE_NONE;
	if (!reader_end(&reader))
		return auth_server_fail(a, NACRE_E_FORMAT, "userauth_request_publickey: malformed at signature");
	return 0;
}

/* A certificate may ask that a security key has verified its user. Nothing here takes its touch for granted. */
static unsigned
user_part(const nacre_key *key)
{
	return nacre_cert_find_option(key, NACRE_CERT_CRITICAL, "verify-required", NULL) ? NACRE_VERIFY_USER : 0;
}

/* What was signed is the message itself up to the signature, never a copy built anew. */
static int
verify(struct auth_server *a, const struct sigalg *algorithm, struct slice request, struct slice signature)
{
	struct buf data;
	int r = NACRE_E_CRYPTO;

	buf_init(&data, a->setup.env, AUTH_PAYLOAD_MAX);
	buf_put_string(&data, a->session_id);
	buf_put_slice(&data, request);
	if (data.bad != 0)
		r = auth_server_fail(a, data.bad, "userauth_request: no memory for what was signed");
	else if ((r = key_verify_as(
		      a->key, algorithm, buf_slice(&data), signature, user_part(a->key), NULL)) == 0)
		a->verified = true;
	else if (r == NACRE_E_NOMEM)
		r = auth_server_fail(a, r, "userauth_request: no memory to verify a signature");
	else
		r = 0; /* a wrong signature is a refusal, not a failure: a->verified stays false */
	buf_free(&data);
	return r;
}

/* An unknown algorithm, a key that cannot be read, one of another type: all are refusals. */
static int
take_key(struct auth_server *a, const struct sigalg *algorithm, struct slice blob)
{
	int r = key_parse_blob(a->setup.env, blob, &a->key);

	if (r == NACRE_E_NOMEM)
		return auth_server_fail(a, r, "userauth_request: no memory for the key");
	if (r == 0 && strcmp(nacre_key_type(a->key), algorithm->key_type) == 0)
		return 0;
	nacre_key_free(a->key);
	a->key = NULL;
	return 0;
}

int
auth_server_read_publickey(struct auth_server *a, const struct auth_request *request, bool *ask)
{
	struct slice payload = request->payload, signature, covered;
	struct msg_userauth_request_publickey msg;
	const struct sigalg *algorithm;
	int r;

	if ((r = read_tail(a, request->head.tail, &msg, &signature)) != 0)
		return r;
	if ((algorithm = find_enabled(a, msg.algorithm)) == NULL)
		return 0;
	if ((r = take_key(a, algorithm, msg.key)) != 0 || a->key == NULL)
		return r;
	covered = slice_of(payload.p, payload.n - msg.signature.n); /* the signature's field is the message's end */
	if (msg.has_signature && ((r = verify(a, algorithm, covered, signature)) != 0 || !a->verified))
		return r;
	a->probe = !msg.has_signature;
	if ((r = auth_server_keep(a, &a->algorithm, msg.algorithm)) != 0)
		return r;
	*ask = true;
	return auth_server_keep(a, &a->blob, msg.key);
}

int
auth_server_send_pk_ok(struct auth_server *a)
{
	const struct msg_userauth_pk_ok msg = {.algorithm = buf_slice(&a->algorithm), .key = buf_slice(&a->blob)};
	int r;

	if ((r = msg_send(a->setup.outbox, MSG_userauth_pk_ok, &msg)) != 0)
		return auth_server_fail(a, r, "userauth_pk_ok: cannot be sent");
	return 0;
}
