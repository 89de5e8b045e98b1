/* agent_memory: an agent in this process. Knows: its keys, their constraints, the lock. Must not know: who asks.
 * draft-ietf-sshm-ssh-agent 4, 5; OpenSSH PROTOCOL.agent 1. */
#include "agent_memory.h"
#include "agent_destination.h"
#include "bcrypt_pbkdf.h"
#include "mem.h"

#include <sodium.h>

#define KEYS_MAX 256
#define LOCK_ROUNDS 4 /* of bcrypt: guessing shall not be cheap */

int
nacre_agent_memory_new(
    const struct nacre_env *env, const struct nacre_agent_memory_options *options, nacre_agent_memory **memory)
{
	struct nacre_agent_memory *m;

	*memory = NULL;
	if (env == NULL || (options != NULL && options->size != sizeof(*options)))
		return NACRE_E_ARGUMENT;
	if ((m = mem_new(env, sizeof(*m))) == NULL)
		return NACRE_E_NOMEM;
	m->env = env;
	m->caller.memory = m;
	if (options != NULL)
		m->options = *options;
	if (m->options.keys_max == 0)
		m->options.keys_max = KEYS_MAX;
	if ((m->keys = mem_new(env, m->options.keys_max * sizeof(*m->keys))) == NULL) {
		mem_free(env, m, sizeof(*m));
		return NACRE_E_NOMEM;
	}
	*memory = m;
	return NACRE_OK;
}

static void
release(const struct nacre_agent_memory *m, struct held_key *held)
{
	nacre_key_free(held->key);
	mem_free(m->env, held->destinations, held->destinations_n);
	*held = (struct held_key){.key = NULL};
}

static void
drop(struct nacre_agent_memory *m, size_t i)
{
	release(m, &m->keys[i]);
	for (m->n--; i < m->n; i++)
		m->keys[i] = m->keys[i + 1];
	m->keys[m->n] = (struct held_key){.key = NULL};
}

void
nacre_agent_memory_free(nacre_agent_memory *m)
{
	if (m == NULL)
		return;
	while (m->n > 0)
		drop(m, m->n - 1);
	agent_caller_forget(&m->caller);
	mem_free(m->env, m->keys, m->options.keys_max * sizeof(*m->keys));
	mem_wipe_free(m->env, m, sizeof(*m));
}

size_t
nacre_agent_memory_count(const nacre_agent_memory *m)
{
	return m == NULL ? 0 : m->n;
}

static void
drop_expired(struct nacre_agent_memory *m)
{
	int64_t now = m->options.clock == NULL ? 0 : m->options.clock(m->options.ctx);

	for (size_t i = m->n; i > 0; i--)
		if (m->keys[i - 1].expires != 0 && m->keys[i - 1].expires <= now)
			drop(m, i - 1);
}

/* Its place, or m->n. */
static size_t
find(const struct nacre_agent_memory *m, struct slice blob)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (slice_eq(key_blob(m->keys[i].key), blob))
			break;
	return i;
}

bool
agent_filter(const struct agent_call *c, enum nacre_agent_operation operation, const nacre_key *key, struct slice data)
{
	const struct nacre_agent_memory_options *o = &c->m->options;
	const struct agent_hop *last = c->caller->n_hops == 0 ? NULL : &c->caller->hops[c->caller->n_hops - 1];
	const struct nacre_agent_request request = {
	    .operation = operation,
	    .key = key,
	    .data = {data.p, data.n},
	    .caller = c->caller->ctx,
	    .host_key = last == NULL ? NULL : last->host_key,
	    .forwarding = last != NULL && last->forwarding,
	};

	return o->filter == NULL || o->filter(o->ctx, &request);
}

/* Each of these reads its request, and returns the reply's type where that is all of the reply; 0 where it has written
 * one. */

static bool
is_listed(const struct agent_call *c, const struct held_key *held)
{
	return agent_caller_sees(c->caller, held) && agent_filter(c, NACRE_AGENT_LIST, held->key, SLICE_NONE);
}

static int
list(struct agent_call *c)
{
	size_t i, mark, n = c->m->locked ? 0 : c->m->n;
	uint32_t listed = 0;

	buf_put_u8(c->reply, AGENT_IDENTITIES_ANSWER);
	mark = c->reply->n;
	buf_put_u32(c->reply, 0);
	for (i = 0; i < n; i++) {
		if (!is_listed(c, &c->m->keys[i]))
			continue;
		buf_put_string(c->reply, key_blob(c->m->keys[i].key));
		buf_put_cstring(c->reply, nacre_key_comment(c->m->keys[i].key));
		listed++;
	}
	if (c->reply->bad == 0)
		put_be32(c->reply->p + mark, listed);
	return 0;
}

static const struct sigalg *
algorithm_for(const nacre_key *key, uint32_t flags)
{
	const char *name = NULL;

	if (key->type->kind == KEY_DSA_KIND)
		return sigalg_find(slice_str(key->type->name));
	if (key->type->kind == KEY_RSA_KIND)
		name = (flags & AGENT_RSA_SHA2_512) != 0   ? "rsa-sha2-512"
		       : (flags & AGENT_RSA_SHA2_256) != 0 ? "rsa-sha2-256"
							   : "ssh-rsa";
	if (name == NULL || strcmp(name, "ssh-rsa") != 0)
		return sigalg_for_key(key, name);
	return sigalg_find(slice_str(key->type->plain != NULL ? key->type->name : "ssh-rsa"));
}

static bool
may_sign(const struct agent_call *c, const struct held_key *held, struct slice data)
{
	const struct nacre_agent_memory_options *o = &c->m->options;

	if (!agent_caller_may_sign(c->caller, held, data) || !agent_filter(c, NACRE_AGENT_SIGN, held->key, data))
		return false;
	return !held->confirm || (o->confirm != NULL && o->confirm(o->ctx, held->key));
}

static int
sign(struct agent_call *c)
{
	struct slice blob = reader_string(&c->r), data = reader_string(&c->r);
	uint32_t flags = reader_u32(&c->r);
	size_t i = find(c->m, blob), mark;
	const struct sigalg *algorithm;

	if (c->r.bad || c->r.n != 0 || c->m->locked || i == c->m->n || !may_sign(c, &c->m->keys[i], data))
		return AGENT_FAILURE;
	if ((algorithm = algorithm_for(c->m->keys[i].key, flags)) == NULL)
		return AGENT_FAILURE;
	buf_put_u8(c->reply, AGENT_SIGN_RESPONSE);
	mark = buf_begin_string(c->reply);
	if (key_sign(c->m->keys[i].key, c->m->env, algorithm, data, c->reply) != 0)
		return AGENT_FAILURE;
	buf_end_string(c->reply, mark);
	return 0;
}

static bool
read_lifetime(struct agent_call *c, struct held_key *held)
{
	const struct nacre_agent_memory_options *o = &c->m->options;
	uint32_t lifetime = reader_u32(&c->r);

	if (o->clock == NULL || lifetime == 0)
		return false;
	held->expires = o->clock(o->ctx) + lifetime;
	return true;
}

static bool
read_destinations(struct agent_call *c, struct held_key *held)
{
	struct slice list;

	if (!slice_is(reader_string(&c->r), AGENT_RESTRICT_DESTINATION) || held->destinations != NULL)
		return false;
	list = reader_string(&c->r);
	if (c->r.bad || !agent_destinations_are_sound(c->m->env, list))
		return false;
	if ((held->destinations = mem_new(c->m->env, list.n)) == NULL)
		return false;
	memcpy(held->destinations, list.p, list.n);
	held->destinations_n = list.n;
	return true;
}

static bool
read_constraint(struct agent_call *c, struct held_key *held)
{
	switch (reader_u8(&c->r)) {
	case AGENT_CONSTRAIN_LIFETIME:
		return read_lifetime(c, held);
	case AGENT_CONSTRAIN_CONFIRM:
		held->confirm = true;
		return c->m->options.confirm != NULL;
	case AGENT_CONSTRAIN_EXTENSION:
		return read_destinations(c, held);
	default:
		return false;
	}
}

/* False for one that is not known or cannot be kept: a key that should be restricted is not taken without. */
static bool
read_constraints(struct agent_call *c, struct held_key *held)
{
	while (c->r.n > 0) {
		if (!read_constraint(c, held))
			return false;
	}
	return !c->r.bad;
}

static int
add(struct agent_call *c, bool constrained)
{
	struct held_key held = {.key = NULL};
	struct slice comment;
	size_t i;

	if (c->m->locked || agent_read_private(c->m->env, &c->r, &held.key) != 0)
		return AGENT_FAILURE;
	comment = reader_string(&c->r);
	if (c->r.bad || (!constrained && c->r.n != 0) || !read_constraints(c, &held) ||
	    key_set_comment(held.key, comment) != 0 || !agent_filter(c, NACRE_AGENT_ADD, held.key, SLICE_NONE))
		goto refused;
	/* What is known already gets the new constraints. */
	if ((i = find(c->m, key_blob(held.key))) < c->m->n)
		drop(c->m, i);
	if (c->m->n == c->m->options.keys_max)
		goto refused;
	c->m->keys[c->m->n++] = held;
	return AGENT_SUCCESS;
refused:
	release(c->m, &held);
	return AGENT_FAILURE;
}

/* ADD_IDENTITY has no constraints: what follows the comment is one too many. */
static int
add_plainly(struct agent_call *c)
{
	return add(c, false);
}

static int
add_constrained(struct agent_call *c)
{
	return add(c, true);
}

static int
remove_one(struct agent_call *c)
{
	struct slice blob = reader_string(&c->r);
	size_t i = find(c->m, blob);

	if (c->r.bad || c->r.n != 0 || c->m->locked || i == c->m->n)
		return AGENT_FAILURE;
	if (!agent_caller_sees(c->caller, &c->m->keys[i]) ||
	    !agent_filter(c, NACRE_AGENT_REMOVE, c->m->keys[i].key, SLICE_NONE))
		return AGENT_FAILURE;
	drop(c->m, i);
	return AGENT_SUCCESS;
}

static int
remove_all(struct agent_call *c)
{
	if (c->r.n != 0 || c->m->locked || !agent_filter(c, NACRE_AGENT_REMOVE_ALL, NULL, SLICE_NONE))
		return AGENT_FAILURE;
	while (c->m->n > 0)
		drop(c->m, c->m->n - 1);
	return AGENT_SUCCESS;
}

/* An empty passphrase is none. */
static int
hash_passphrase(const struct nacre_agent_memory *m, struct slice passphrase, uint8_t out[AGENT_LOCK_HASH])
{
	return bcrypt_pbkdf(m->env, passphrase, slice_of(m->salt, sizeof(m->salt)), LOCK_ROUNDS, out, AGENT_LOCK_HASH);
}

static int
lock(struct agent_call *c)
{
	struct nacre_agent_memory *m = c->m;
	struct slice passphrase = reader_string(&c->r);

	if (c->r.bad || c->r.n != 0 || m->locked || !agent_filter(c, NACRE_AGENT_LOCK, NULL, SLICE_NONE))
		return AGENT_FAILURE;
	if (mem_random(m->env, m->salt, sizeof(m->salt)) != 0 || hash_passphrase(m, passphrase, m->lock_hash) != 0)
		return AGENT_FAILURE;
	m->locked = true;
	return AGENT_SUCCESS;
}

static int
unlock(struct agent_call *c)
{
	struct slice passphrase = reader_string(&c->r);
	uint8_t hash[AGENT_LOCK_HASH] = {0};

	if (c->r.bad || c->r.n != 0 || !c->m->locked || !agent_filter(c, NACRE_AGENT_UNLOCK, NULL, SLICE_NONE))
		return AGENT_FAILURE;
	if (hash_passphrase(c->m, passphrase, hash) != 0 || sodium_memcmp(hash, c->m->lock_hash, sizeof(hash)) != 0)
		return AGENT_FAILURE;
	c->m->locked = false;
	return AGENT_SUCCESS;
}

static int
query(struct agent_call *c)
{
	if (c->r.n != 0)
		return AGENT_FAILURE;
	buf_put_u8(c->reply, AGENT_EXTENSION_RESPONSE);
	buf_put_cstring(c->reply, "query");
	buf_put_cstring(c->reply, "query");
	buf_put_cstring(c->reply, AGENT_SESSION_BIND);
	return 0;
}

static int
extend(struct agent_call *c)
{
	struct slice name = reader_string(&c->r);

	if (c->r.bad)
		return AGENT_FAILURE;
	/* What binds only ever takes away: it is not the filter's to refuse. */
	if (slice_is(name, AGENT_SESSION_BIND))
		return agent_bind_session(c);
	if (!agent_filter(c, NACRE_AGENT_EXTENSION, NULL, name))
		return AGENT_FAILURE;
	return slice_is(name, "query") ? query(c) : AGENT_EXTENSION_FAILURE;
}

static const struct {
	enum agent_message type;
	int (*answer)(struct agent_call *c);
} rows[] = {
    {AGENT_REQUEST_IDENTITIES, list},
    {AGENT_SIGN_REQUEST, sign},
    {AGENT_ADD_IDENTITY, add_plainly},
    {AGENT_ADD_ID_CONSTRAINED, add_constrained},
    {AGENT_REMOVE_IDENTITY, remove_one},
    {AGENT_REMOVE_ALL_IDENTITIES, remove_all},
    {AGENT_LOCK, lock},
    {AGENT_UNLOCK, unlock},
    {AGENT_EXTENSION, extend},
};

static int
answer(struct agent_call *c)
{
	uint8_t type = reader_u8(&c->r);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!c->r.bad && rows[i].type == type)
			return rows[i].answer(c);
	return AGENT_FAILURE;
}

int
nacre_agent_caller_answer(void *caller, const uint8_t *request, size_t n, uint8_t *reply, size_t size, size_t *reply_n)
{
	struct nacre_agent_caller *who = caller;
	struct nacre_agent_memory *m = who->memory;
	struct buf out = {.env = m->env, .p = reply, .cap = size, .max = size};
	struct agent_call c = {.m = m, .caller = who, .r = reader_of(slice_of(request, n)), .reply = &out};
	int type;

	drop_expired(m);
	type = answer(&c);
	if (type == 0 && out.bad != 0)
		type = AGENT_FAILURE; /* a list that does not fit */
	if (type != 0 && size > 0) {
		reply[0] = (uint8_t)type;
		out.n = 1;
	}
	*reply_n = out.n;
	return NACRE_OK;
}

int
nacre_agent_memory_answer(void *memory, const uint8_t *request, size_t n, uint8_t *reply, size_t size, size_t *reply_n)
{
	struct nacre_agent_memory *m = memory;

	return nacre_agent_caller_answer(&m->caller, request, n, reply, size, reply_n);
}
