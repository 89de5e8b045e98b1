/* agent_caller: who asks the agent in this process, and where its sessions lead. Knows: the sessions that a connection
 * was bound to, requests to log in. Must not know: requests of the agent's protocol, but for the one that binds.
 * OpenSSH PROTOCOL.agent 1, 2; RFC 4252 7. */
#include "agent_destination.h"
#include "agent_memory.h"
#include "mem.h"

#define USERAUTH_REQUEST 50
#define HOSTBOUND "publickey-hostbound-v00@openssh.com"

int
nacre_agent_caller_new(nacre_agent_memory *memory, void *ctx, nacre_agent_caller **caller)
{
	*caller = NULL;
	if (memory == NULL)
		return NACRE_E_ARGUMENT;
	if ((*caller = mem_new(memory->env, sizeof(**caller))) == NULL)
		return NACRE_E_NOMEM;
	(*caller)->memory = memory;
	(*caller)->ctx = ctx;
	return NACRE_OK;
}

void
agent_caller_forget(struct nacre_agent_caller *caller)
{
	for (size_t i = 0; i < caller->n_hops; i++) {
		nacre_key_free(caller->hops[i].host_key);
		mem_free(caller->memory->env, caller->hops[i].id, caller->hops[i].id_n);
	}
	caller->n_hops = 0;
}

void
nacre_agent_caller_free(nacre_agent_caller *caller)
{
	if (caller == NULL)
		return;
	agent_caller_forget(caller);
	mem_free(caller->memory->env, caller, sizeof(*caller));
}

static struct slice
id_of(const struct agent_hop *hop)
{
	return slice_of(hop->id, hop->id_n);
}

/* Takes host_key where it succeeds. */
static bool
add_hop(struct nacre_agent_caller *caller, nacre_key *host_key, struct slice id, bool forwarding)
{
	struct agent_hop *hop;

	if (caller->n_hops == AGENT_HOPS_MAX || id.n == 0)
		return false;
	hop = &caller->hops[caller->n_hops];
	if ((hop->id = mem_new(caller->memory->env, id.n)) == NULL)
		return false;
	memcpy(hop->id, id.p, id.n);
	hop->id_n = id.n;
	hop->host_key = host_key;
	hop->forwarding = forwarding;
	caller->n_hops++;
	return true;
}

enum place { PLACE_NEW, PLACE_KNOWN, PLACE_WRONG };

/* Behind a session that was for a login, nothing follows; and one session has one host. */
static enum place
find_place(const struct nacre_agent_caller *caller, const nacre_key *host_key, struct slice id)
{
	for (size_t i = 0; i < caller->n_hops; i++) {
		const struct agent_hop *hop = &caller->hops[i];

		if (!hop->forwarding)
			return PLACE_WRONG;
		if (slice_eq(id_of(hop), id))
			return nacre_key_equal(hop->host_key, host_key) ? PLACE_KNOWN : PLACE_WRONG;
	}
	return PLACE_NEW;
}

static bool
bind(struct agent_call *c, nacre_key *host_key, struct slice id, bool forwarding)
{
	const struct nacre_agent_memory_options *o = &c->m->options;
	enum place place = find_place(c->caller, host_key, id);

	if (place == PLACE_WRONG || (place == PLACE_NEW && !add_hop(c->caller, host_key, id, forwarding)))
		return false;
	if (o->bound != NULL)
		o->bound(o->ctx, host_key, (struct nacre_bytes){id.p, id.n}, forwarding);
	if (place == PLACE_KNOWN)
		nacre_key_free(host_key);
	return true;
}

/* OpenSSH PROTOCOL.agent 1: the host key's signature of the session id is looked at here, not only kept. */
int
agent_bind_session(struct agent_call *c)
{
	struct slice blob = reader_string(&c->r), id = reader_string(&c->r), signature = reader_string(&c->r);
	uint8_t forwarding = reader_u8(&c->r);
	nacre_key *host_key = NULL;

	if (!c->r.bad && c->r.n == 0 && key_parse_blob(c->m->env, blob, &host_key) == 0 &&
	    nacre_key_verify(host_key, NULL, id.p, id.n, signature.p, signature.n, 0, NULL) == 0 &&
	    bind(c, host_key, id, forwarding != 0))
		return AGENT_SUCCESS;
	nacre_key_free(host_key);
	c->caller->bind_failed = true;
	return AGENT_EXTENSION_FAILURE;
}

/* Is the whole way allowed, hop by hop? user: whose account at its end, where that is known: then it ends in a
 * login. */
static bool
may_go(const struct nacre_agent_caller *caller, const struct held_key *held, const struct slice *user)
{
	const struct nacre_agent_memory *m = caller->memory;
	struct slice list = slice_of(held->destinations, held->destinations_n);
	uint64_t now = m->options.now == NULL ? 0 : m->options.now(m->options.ctx);
	struct agent_step step = {.now = m->options.now == NULL ? NULL : &now};

	for (size_t i = 0; i < caller->n_hops; i++) {
		const struct agent_hop *hop = &caller->hops[i];
		bool is_last = i + 1 == caller->n_hops;

		if (is_last ? hop->forwarding && user != NULL : !hop->forwarding)
			return false;
		step.to = hop->host_key;
		step.user = is_last ? user : NULL;
		if (!agent_destinations_allow(m->env, list, &step))
			return false;
		step.from = hop->host_key;
	}
	if (caller->n_hops == 0 || !caller->hops[caller->n_hops - 1].forwarding)
		return true;
	/* Who is at the other end of a forwarding sees what leads further from there. */
	step.to = NULL;
	step.user = NULL;
	return agent_destinations_allow(m->env, list, &step);
}

bool
agent_caller_sees(const struct nacre_agent_caller *caller, const struct held_key *held)
{
	return held->destinations == NULL || (!caller->bind_failed && may_go(caller, held, NULL));
}

struct login {
	struct slice session_id, user;
	struct slice host_key; /* of a request that names it; none: n is 0 */
};

/* RFC 4252 7: what a signature of "publickey" covers, or of its variant that names the server. */
static bool
read_login(struct slice data, struct slice key, struct login *login)
{
	struct reader r = reader_of(data);
	struct slice method;

	login->session_id = reader_string(&r);
	if (reader_u8(&r) != USERAUTH_REQUEST)
		return false;
	login->user = reader_string(&r);
	if (!slice_is(reader_string(&r), "ssh-connection"))
		return false;
	method = reader_string(&r);
	if (reader_u8(&r) != 1)
		return false;
	(void)reader_string(&r); /* the algorithm: the flags of the request say which */
	if (!slice_eq(reader_string(&r), key))
		return false;
	login->host_key = slice_is(method, HOSTBOUND) ? reader_string(&r) : SLICE_NONE;
	return reader_end(&r) && (slice_is(method, "publickey") || login->host_key.n > 0);
}

bool
agent_caller_may_sign(const struct nacre_agent_caller *caller, const struct held_key *held, struct slice data)
{
	const struct agent_hop *last = caller->n_hops == 0 ? NULL : &caller->hops[caller->n_hops - 1];
	struct login login;

	if (held->destinations == NULL)
		return true;
	if (last == NULL || caller->bind_failed || !read_login(data, key_blob(held->key), &login))
		return false;
	if (!slice_eq(login.session_id, id_of(last)))
		return false;
	/* Over a forwarding only the request itself tells that its server is the one that was bound. */
	if (login.host_key.n > 0 ? !slice_eq(login.host_key, key_blob(last->host_key)) : caller->n_hops > 1)
		return false;
	return may_go(caller, held, &login.user);
}
