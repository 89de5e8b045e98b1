/* answers: each question's answer, to the floor that asked. Knows: who asks what. Must not know: what follows from it.
 * docs/design.md, "The core". */
#include "conn_internal.h"

static int
after_auth(struct nacre_conn *c, int r)
{
	conn_sync(c);
	return conn_result(c, r);
}

static bool
may_authenticate(const struct nacre_conn *c)
{
	return c->is_client && c->auth_started && !conn_is_over(c);
}

int
nacre_conn_answer_host_key(nacre_conn *c, uint64_t token, int error)
{
	if (conn_is_over(c) || !transport_owns_question(&c->transport, token))
		return NACRE_E_MISUSE;
	return conn_result(c, transport_answer_host_key(&c->transport, token, error));
}

int
nacre_conn_answer_auth_none(nacre_conn *c, uint64_t token, const char *user)
{
	if (!may_authenticate(c))
		return NACRE_E_MISUSE;
	if (user == NULL)
		return NACRE_E_ARGUMENT;
	return after_auth(c, auth_client_answer_none(&c->auth_client, token, user));
}

int
nacre_conn_answer_auth_password(nacre_conn *c, uint64_t token, const char *user, const char *password)
{
	if (!may_authenticate(c))
		return NACRE_E_MISUSE;
	if (user == NULL || password == NULL)
		return NACRE_E_ARGUMENT;
	return after_auth(c, auth_client_answer_password(&c->auth_client, token, user, password));
}

int
nacre_conn_answer_auth_publickey(nacre_conn *c, uint64_t token, const char *user, const nacre_key *key, bool probe)
{
	if (!may_authenticate(c))
		return NACRE_E_MISUSE;
	if (user == NULL || key == NULL)
		return NACRE_E_ARGUMENT;
	return after_auth(c, auth_client_answer_publickey(&c->auth_client, token, user, key, probe));
}

int
nacre_conn_answer_auth_interactive(nacre_conn *c, uint64_t token, const char *user, const char *submethods)
{
	if (!may_authenticate(c))
		return NACRE_E_MISUSE;
	if (user == NULL)
		return NACRE_E_ARGUMENT;
	return after_auth(c, auth_client_answer_interactive(&c->auth_client, token, user, submethods));
}

int
nacre_conn_answer_prompts(nacre_conn *c, uint64_t token, const char *const *answers, size_t n)
{
	if (!may_authenticate(c))
		return NACRE_E_MISUSE;
	return after_auth(c, auth_client_answer_prompts(&c->auth_client, token, answers, n));
}

int
nacre_conn_answer_new_password(nacre_conn *c, uint64_t token, const char *old_password, const char *new_password)
{
	if (!may_authenticate(c))
		return NACRE_E_MISUSE;
	return after_auth(
	    c, auth_client_answer_new_password(&c->auth_client, token, old_password, new_password));
}

int
nacre_conn_answer_auth_stop(nacre_conn *c, uint64_t token, const char *message)
{
	if (!may_authenticate(c))
		return NACRE_E_MISUSE;
	return after_auth(c, auth_client_answer_stop(&c->auth_client, token, message));
}

static int
answer_sign(struct nacre_conn *c, uint64_t token, const nacre_key *key, struct slice blob)
{
	if (conn_is_over(c))
		return NACRE_E_MISUSE;
	if (transport_owns_question(&c->transport, token))
		return conn_result(c, transport_answer_sign(&c->transport, token, key, blob));
	if (!c->is_client)
		return conn_result(c, host_keys_answer_sign(c, token, key, blob));
	if (!may_authenticate(c))
		return NACRE_E_MISUSE;
	return after_auth(c, auth_client_answer_sign(&c->auth_client, token, key, blob));
}

int
nacre_conn_answer_sign_key(nacre_conn *c, uint64_t token, const nacre_key *key)
{
	return answer_sign(c, token, key, SLICE_NONE);
}

int
nacre_conn_answer_sign(nacre_conn *c, uint64_t token, const uint8_t *signature, size_t n)
{
	return answer_sign(c, token, NULL, slice_of(signature, n));
}

int
nacre_conn_answer_auth_request(nacre_conn *c, uint64_t token, enum nacre_auth_verdict verdict, const char *methods)
{
	int r;

	if (c->is_client || conn_is_over(c))
		return NACRE_E_MISUSE;
	r = auth_server_answer(&c->auth_server, token, verdict, methods);
	conn_sync(c);
	if (r == 0)
		r = conn_start_mux(c);
	return conn_result(c, r);
}

const uint8_t *
nacre_conn_auth_password(nacre_conn *c, uint64_t token, size_t *n)
{
	struct slice password = c->is_client ? SLICE_NONE : auth_server_password(&c->auth_server, token);

	*n = password.n;
	return password.p;
}

const uint8_t *
nacre_conn_auth_new_password(nacre_conn *c, uint64_t token, size_t *n)
{
	struct slice password = c->is_client ? SLICE_NONE : auth_server_new_password(&c->auth_server, token);

	*n = password.n;
	return password.p;
}

const uint8_t *
nacre_conn_auth_response(nacre_conn *c, uint64_t token, unsigned i, size_t *n)
{
	struct slice response = c->is_client ? SLICE_NONE : auth_server_response(&c->auth_server, token, i);

	*n = response.n;
	return response.p;
}

int
nacre_conn_ask_new_password(nacre_conn *c, uint64_t token, const char *words)
{
	if (c->is_client || conn_is_over(c))
		return NACRE_E_MISUSE;
	return after_auth(c, auth_server_ask_new_password(&c->auth_server, token, words));
}

int
nacre_conn_ask_prompts(nacre_conn *c, uint64_t token, const struct nacre_prompts *prompts)
{
	if (c->is_client || conn_is_over(c))
		return NACRE_E_MISUSE;
	if (prompts == NULL)
		return NACRE_E_ARGUMENT;
	return after_auth(c, auth_server_ask_prompts(&c->auth_server, token, prompts));
}

int
nacre_conn_answer_channel_open(nacre_conn *c, uint64_t token, uint32_t reason, const char *text)
{
	if (c->mux == NULL || conn_is_over(c))
		return NACRE_E_MISUSE;
	return conn_result(c, mux_answer_open(c->mux, token, reason, text));
}

int
nacre_conn_answer_request(nacre_conn *c, uint64_t token, bool ok)
{
	if (c->mux == NULL || conn_is_over(c))
		return NACRE_E_MISUSE;
	return conn_result(c, mux_answer_request(c->mux, token, ok));
}

int
nacre_conn_answer_global(nacre_conn *c, uint64_t token, bool ok, const uint8_t *data, size_t n)
{
	if (c->mux == NULL || conn_is_over(c))
		return NACRE_E_MISUSE;
	return conn_result(c, mux_answer_global(c->mux, token, ok, slice_of(data, n)));
}
