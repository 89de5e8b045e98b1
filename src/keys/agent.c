/* agent: requests to an agent, and what its replies mean. Knows: each request's fields and answer. Must not know: where
 * the agent is. draft-ietf-sshm-ssh-agent 4, 5; OpenSSH PROTOCOL.agent 1. */
#include "agent_destination.h"
#include "agent_message.h"
#include "mem.h"

#define SIGNATURE_MAX 16384

struct nacre_agent {
	const struct nacre_env *env;
	nacre_agent_exchange_fn *exchange;
	void (*end)(void *ctx);
	void *ctx;
	struct buf request, reply;
	bool is_broken, is_foreign;
};

int
nacre_agent_new(const struct nacre_env *env, nacre_agent_exchange_fn *exchange, void *ctx, nacre_agent **agent)
{
	*agent = NULL;
	if (env == NULL || exchange == NULL)
		return NACRE_E_ARGUMENT;
	if ((*agent = mem_new(env, sizeof(**agent))) == NULL)
		return NACRE_E_NOMEM;
	**agent = (struct nacre_agent){.env = env, .exchange = exchange, .ctx = ctx};
	buf_init(&(*agent)->request, env, NACRE_AGENT_MESSAGE_MAX);
	buf_init(&(*agent)->reply, env, NACRE_AGENT_MESSAGE_MAX);
	return NACRE_OK;
}

void
agent_on_close(nacre_agent *agent, void (*end)(void *ctx), bool is_foreign)
{
	agent->end = end;
	agent->is_foreign = is_foreign;
}

bool
nacre_agent_is_foreign(const nacre_agent *agent)
{
	return agent != NULL && agent->is_foreign;
}

void
nacre_agent_close(nacre_agent *agent)
{
	if (agent == NULL)
		return;
	if (agent->end != NULL)
		agent->end(agent->ctx);
	buf_free(&agent->request);
	buf_free(&agent->reply);
	mem_free(agent->env, agent, sizeof(*agent));
}

/* A request is begun; its fields follow in agent->request. */
static int
begin(nacre_agent *agent, enum agent_message type)
{
	if (agent == NULL)
		return NACRE_E_ARGUMENT;
	if (agent->is_broken)
		return NACRE_E_CONNECTION_LOST;
	buf_reset(&agent->request);
	buf_put_u8(&agent->request, (uint8_t)type);
	return NACRE_OK;
}

static int
break_off(nacre_agent *agent, int rc)
{
	agent->is_broken = true;
	return rc;
}

static int
exchange(nacre_agent *agent)
{
	uint8_t *room;
	size_t n = 0;
	int rc;

	buf_reset(&agent->reply);
	if ((room = buf_reserve(&agent->reply, NACRE_AGENT_MESSAGE_MAX)) == NULL)
		return NACRE_E_NOMEM;
	rc = agent->exchange(agent->ctx, agent->request.p, agent->request.n, room, NACRE_AGENT_MESSAGE_MAX, &n);
	if (rc != NACRE_OK)
		return break_off(agent, rc < 0 ? rc : NACRE_E_CONNECTION_LOST);
	if (n == 0 || n > NACRE_AGENT_MESSAGE_MAX)
		return break_off(agent, NACRE_E_PROTOCOL);
	agent->reply.n = n;
	return NACRE_OK;
}

/* Sends what was put together, and wipes it: it may hold a private key. *r stands behind the reply's type, which is
 * `expected`. */
static int
ask(nacre_agent *agent, enum agent_message expected, struct reader *r)
{
	int rc = agent->request.bad;
	uint8_t type;

	if (rc == 0)
		rc = exchange(agent);
	buf_free(&agent->request);
	if (rc != NACRE_OK)
		return rc;
	*r = reader_of(buf_slice(&agent->reply));
	type = reader_u8(r);
	if (type == AGENT_FAILURE)
		return NACRE_E_AGENT;
	if (type == AGENT_EXTENSION_FAILURE)
		return NACRE_E_UNSUPPORTED;
	return type == expected ? NACRE_OK : break_off(agent, NACRE_E_PROTOCOL);
}

/* Where SUCCESS is all there is to say. */
static int
ask_plainly(nacre_agent *agent)
{
	struct reader r;
	int rc = ask(agent, AGENT_SUCCESS, &r);

	if (rc == NACRE_OK && r.n != 0)
		rc = break_off(agent, NACRE_E_PROTOCOL);
	return rc;
}

static void
list_free(nacre_agent *agent, nacre_key **keys, size_t n, size_t cap)
{
	for (size_t i = 0; i < n; i++)
		nacre_key_free(keys[i]);
	mem_free(agent->env, keys, cap * sizeof(*keys));
}

/* NACRE_E_UNSUPPORTED and the like for a key that is left out. */
static int
take_identity(nacre_agent *agent, struct slice blob, struct slice comment, nacre_key **out)
{
	nacre_key *key = NULL;
	int rc = key_parse_blob(agent->env, blob, &key);

	if (rc == 0)
		rc = key_set_comment(key, comment);
	if (rc == 0)
		rc = nacre_key_with_signer(agent->env, key, nacre_agent_sign, agent, out);
	nacre_key_free(key);
	return rc;
}

/* What was made for a list, so that it can be freed by itself. */
struct agent_listing {
	nacre_agent *agent;
	nacre_key **keys;
	size_t n, cap;
};

static int
take_identities(nacre_agent *agent, struct reader *r, struct agent_listing *l)
{
	struct slice blob, comment;
	int rc = NACRE_OK;

	for (size_t i = 0; i < l->cap && rc != NACRE_E_NOMEM; i++) {
		blob = reader_string(r);
		comment = reader_string(r);
		if (r->bad)
			return break_off(agent, NACRE_E_PROTOCOL);
		if ((rc = take_identity(agent, blob, comment, &l->keys[l->n])) == 0)
			l->n++;
	}
	if (rc != NACRE_E_NOMEM && r->n != 0)
		return break_off(agent, NACRE_E_PROTOCOL);
	return rc == NACRE_E_NOMEM ? rc : NACRE_OK;
}

static int
list_keys(nacre_agent *agent, struct reader *r, struct agent_listing *l)
{
	uint32_t n = reader_u32(r);

	/* Each takes eight bytes at the least. */
	if (r->bad || n > NACRE_AGENT_KEYS_MAX || n > r->n / 8)
		return break_off(agent, NACRE_E_PROTOCOL);
	if (n == 0)
		return r->n == 0 ? NACRE_OK : break_off(agent, NACRE_E_PROTOCOL);
	if ((l->keys = mem_new(agent->env, n * sizeof(nacre_key *))) == NULL)
		return NACRE_E_NOMEM;
	l->cap = n;
	return take_identities(agent, r, l);
}

int
nacre_agent_list(nacre_agent *agent, struct nacre_agent_list *list)
{
	struct agent_listing made = {.agent = agent}, *kept;
	struct reader r;
	int rc = begin(agent, AGENT_REQUEST_IDENTITIES);

	*list = (struct nacre_agent_list){.keys = NULL};
	if (rc != NACRE_OK || (rc = ask(agent, AGENT_IDENTITIES_ANSWER, &r)) != NACRE_OK)
		return rc;
	rc = list_keys(agent, &r, &made);
	if (rc == NACRE_OK && (kept = mem_new(agent->env, sizeof(*kept))) != NULL) {
		*kept = made;
		*list = (struct nacre_agent_list){.keys = made.keys, .n = made.n, .memory_ = kept};
		return NACRE_OK;
	}
	list_free(agent, made.keys, made.n, made.cap);
	return rc == NACRE_OK ? NACRE_E_NOMEM : rc;
}

void
nacre_agent_list_free(struct nacre_agent_list *list)
{
	struct agent_listing *made = list == NULL ? NULL : list->memory_;

	if (made == NULL)
		return;
	list_free(made->agent, made->keys, made->n, made->cap);
	mem_free(made->agent->env, made, sizeof(*made));
	*list = (struct nacre_agent_list){.keys = NULL};
}

static uint32_t
flags_of(const char *algorithm)
{
	if (strcmp(algorithm, "rsa-sha2-256") == 0)
		return AGENT_RSA_SHA2_256;
	return strcmp(algorithm, "rsa-sha2-512") == 0 ? AGENT_RSA_SHA2_512 : 0;
}

static int
ask_signature(nacre_agent *agent, struct slice key, struct slice data, uint32_t flags, struct slice *blob)
{
	struct reader r;
	int rc = begin(agent, AGENT_SIGN_REQUEST);

	if (rc != NACRE_OK)
		return rc;
	buf_put_string(&agent->request, key);
	buf_put_string(&agent->request, data);
	buf_put_u32(&agent->request, flags);
	if ((rc = ask(agent, AGENT_SIGN_RESPONSE, &r)) != NACRE_OK)
		return rc;
	*blob = reader_string(&r);
	return r.bad || r.n != 0 || blob->n > SIGNATURE_MAX ? break_off(agent, NACRE_E_PROTOCOL) : NACRE_OK;
}

/* Of a certificate's key an agent may have the plain one alone; what it signs is the same. */
static int
ask_signature_plainly(nacre_agent *agent, const nacre_key *key, struct slice data, uint32_t flags, struct slice *blob)
{
	struct buf plain;
	int rc;

	buf_init(&plain, agent->env, NACRE_AGENT_MESSAGE_MAX);
	key_put_plain(&plain, key);
	rc = plain.bad != 0 ? plain.bad : ask_signature(agent, buf_slice(&plain), data, flags, blob);
	buf_free(&plain);
	return rc;
}

int
nacre_agent_sign(void *ctx, const nacre_key *key, const char *algorithm, const uint8_t *data, size_t n,
    uint8_t *signature, size_t size, size_t *signature_n)
{
	uint32_t flags = algorithm == NULL ? 0 : flags_of(algorithm);
	struct slice blob = SLICE_NONE;
	struct reader inside;
	int rc;

	*signature_n = 0;
	if (ctx == NULL || key == NULL || algorithm == NULL || (data == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	rc = ask_signature(ctx, key_blob(key), slice_of(data, n), flags, &blob);
	if (rc == NACRE_E_AGENT && key->type->plain != NULL)
		rc = ask_signature_plainly(ctx, key, slice_of(data, n), flags, &blob);
	if (rc != NACRE_OK)
		return rc;
	inside = reader_of(blob);
	if (!slice_is(reader_string(&inside), algorithm))
		return NACRE_E_AGENT; /* an agent that does not know the flags signs by SHA-1 */
	if (blob.n > size)
		return NACRE_E_LIMIT;
	memcpy(signature, blob.p, blob.n);
	*signature_n = blob.n;
	return NACRE_OK;
}

static void
put_constraints(struct buf *b, const struct nacre_agent_constraints *c)
{
	size_t mark;

	if (c->lifetime_s != 0) {
		buf_put_u8(b, AGENT_CONSTRAIN_LIFETIME);
		buf_put_u32(b, c->lifetime_s);
	}
	if (c->confirm)
		buf_put_u8(b, AGENT_CONSTRAIN_CONFIRM);
	if (c->n_destinations == 0)
		return;
	buf_put_u8(b, AGENT_CONSTRAIN_EXTENSION);
	buf_put_cstring(b, AGENT_RESTRICT_DESTINATION);
	mark = buf_begin_string(b);
	agent_put_destinations(b, c->destinations, c->n_destinations);
	buf_end_string(b, mark);
}

static bool
are_usable(const struct nacre_agent_constraints *c)
{
	if (c->size != sizeof(*c) || (c->destinations == NULL && c->n_destinations > 0))
		return false;
	for (size_t i = 0; i < c->n_destinations; i++) {
		if (!agent_destination_is_usable(&c->destinations[i]))
			return false;
	}
	return true;
}

static bool
restricts(const struct nacre_agent_constraints *c)
{
	return c != NULL && (c->lifetime_s != 0 || c->confirm || c->n_destinations > 0);
}

int
nacre_agent_add(nacre_agent *agent, const nacre_key *key, const struct nacre_agent_constraints *constraints)
{
	int rc = begin(agent, restricts(constraints) ? AGENT_ADD_ID_CONSTRAINED : AGENT_ADD_IDENTITY);

	if (rc != NACRE_OK)
		return rc;
	if (key == NULL || (constraints != NULL && !are_usable(constraints)))
		return NACRE_E_ARGUMENT;
	if (!nacre_key_has_private(key) && key->sk_file == NULL)
		return NACRE_E_ARGUMENT;
	agent_put_private(&agent->request, key);
	buf_put_cstring(&agent->request, nacre_key_comment(key));
	if (restricts(constraints))
		put_constraints(&agent->request, constraints);
	return ask_plainly(agent);
}

int
nacre_agent_remove(nacre_agent *agent, const nacre_key *key)
{
	int rc = begin(agent, AGENT_REMOVE_IDENTITY);

	if (rc != NACRE_OK)
		return rc;
	if (key == NULL)
		return NACRE_E_ARGUMENT;
	buf_put_string(&agent->request, key_blob(key));
	return ask_plainly(agent);
}

int
nacre_agent_remove_all(nacre_agent *agent)
{
	int rc = begin(agent, AGENT_REMOVE_ALL_IDENTITIES);

	return rc != NACRE_OK ? rc : ask_plainly(agent);
}

static int
turn_lock(nacre_agent *agent, enum agent_message type, const char *passphrase)
{
	int rc = begin(agent, type);

	if (rc != NACRE_OK)
		return rc;
	if (passphrase == NULL)
		return NACRE_E_ARGUMENT;
	buf_put_cstring(&agent->request, passphrase);
	return ask_plainly(agent);
}

int
nacre_agent_lock(nacre_agent *agent, const char *passphrase)
{
	return turn_lock(agent, AGENT_LOCK, passphrase);
}

int
nacre_agent_unlock(nacre_agent *agent, const char *passphrase)
{
	return turn_lock(agent, AGENT_UNLOCK, passphrase);
}

/* What an extension has to say comes behind SUCCESS, or behind EXTENSION_RESPONSE and its name. An agent that knows no
 * extensions at all says FAILURE. */
static int
ask_extension(nacre_agent *agent, const char *name, struct reader *r)
{
	struct reader reply;
	int rc = ask(agent, AGENT_EXTENSION_RESPONSE, r);

	if (rc == NACRE_E_PROTOCOL && agent->reply.n > 0 && agent->reply.p[0] == AGENT_SUCCESS) {
		agent->is_broken = false;
		reply = reader_of(slice_from(buf_slice(&agent->reply), 1));
		*r = reply;
		return NACRE_OK;
	}
	if (rc != NACRE_OK)
		return rc;
	return slice_is(reader_string(r), name) && !r->bad ? NACRE_OK : break_off(agent, NACRE_E_PROTOCOL);
}

static int
begin_extension(nacre_agent *agent, const char *name)
{
	int rc = begin(agent, AGENT_EXTENSION);

	if (rc != NACRE_OK)
		return rc;
	if (name == NULL)
		return NACRE_E_ARGUMENT;
	buf_put_cstring(&agent->request, name);
	return NACRE_OK;
}

int
nacre_agent_extension(
    nacre_agent *agent, const char *name, const uint8_t *data, size_t n, uint8_t *out, size_t cap, size_t *out_n)
{
	struct reader r;
	int rc = begin_extension(agent, name);

	*out_n = 0;
	if (rc != NACRE_OK)
		return rc;
	if ((data == NULL && n > 0) || (out == NULL && cap > 0))
		return NACRE_E_ARGUMENT;
	buf_put(&agent->request, data, n);
	if ((rc = ask_extension(agent, name, &r)) != NACRE_OK)
		return rc;
	if (r.n > cap)
		return NACRE_E_LIMIT;
	if (r.n > 0)
		memcpy(out, r.p, r.n);
	*out_n = r.n;
	return NACRE_OK;
}

/* Names that hold a comma or a NUL are none. */
static int
join_names(nacre_agent *agent, struct reader *r, char *out, size_t cap)
{
	struct slice name;
	size_t n = 0;

	while (r->n > 0) {
		name = reader_string(r);
		if (r->bad || name.n == 0 || memchr(name.p, ',', name.n) != NULL || memchr(name.p, 0, name.n) != NULL)
			return break_off(agent, NACRE_E_PROTOCOL);
		if (n + 1 + name.n + 1 > cap)
			return NACRE_E_LIMIT;
		if (n > 0)
			out[n++] = ',';
		memcpy(out + n, name.p, name.n);
		n += name.n;
		out[n] = '\0';
	}
	return NACRE_OK;
}

int
nacre_agent_query(nacre_agent *agent, char *out, size_t cap)
{
	struct reader r;
	int rc = begin_extension(agent, "query");

	if (out == NULL || cap == 0)
		return NACRE_E_ARGUMENT;
	out[0] = '\0';
	if (rc != NACRE_OK || (rc = ask_extension(agent, "query", &r)) != NACRE_OK)
		return rc == NACRE_E_AGENT ? NACRE_E_UNSUPPORTED : rc;
	return join_names(agent, &r, out, cap);
}

int
nacre_agent_session_bind(nacre_agent *agent, const nacre_key *host_key, struct nacre_bytes session_id,
    struct nacre_bytes signature, bool forwarding)
{
	struct reader r;
	int rc = begin_extension(agent, AGENT_SESSION_BIND);

	if (rc != NACRE_OK)
		return rc;
	if (host_key == NULL)
		return NACRE_E_ARGUMENT;
	buf_put_string(&agent->request, key_blob(host_key));
	buf_put_string(&agent->request, slice_of(session_id.p, session_id.n));
	buf_put_string(&agent->request, slice_of(signature.p, signature.n));
	buf_put_u8(&agent->request, forwarding);
	return ask_extension(agent, AGENT_SESSION_BIND, &r);
}
