/* agent_memory: what the agent in this process is made of. Knows: keys with their constraints, who asks and for which
 * sessions. Must not know: sockets. draft-ietf-sshm-ssh-agent 4, 5; OpenSSH PROTOCOL.agent. */
#ifndef KEYS_AGENT_MEMORY_H
#define KEYS_AGENT_MEMORY_H

#include "agent_message.h"

#define AGENT_HOPS_MAX 16
#define AGENT_LOCK_HASH 32

struct held_key {
	nacre_key *key;
	int64_t expires; /* 0: never */
	bool confirm;
	uint8_t *destinations; /* as agent_destination.h has them; NULL: it may be used anywhere */
	size_t destinations_n;
};

/* A session that a caller's connection was bound to: the agent is forwarded over all but the last. */
struct agent_hop {
	nacre_key *host_key;
	uint8_t *id;
	size_t id_n;
	bool forwarding;
};

struct nacre_agent_caller {
	struct nacre_agent_memory *memory;
	void *ctx;
	struct agent_hop hops[AGENT_HOPS_MAX];
	size_t n_hops;
	bool bind_failed; /* then nobody knows where it leads */
};

struct nacre_agent_memory {
	const struct nacre_env *env;
	struct nacre_agent_memory_options options;
	struct held_key *keys;
	size_t n;
	struct nacre_agent_caller caller; /* of nacre_agent_memory_answer */
	bool locked;
	uint8_t salt[16], lock_hash[AGENT_LOCK_HASH];
};

/* One request: its fields, and where the reply goes. */
struct agent_call {
	struct nacre_agent_memory *m;
	struct nacre_agent_caller *caller;
	struct reader r;
	struct buf *reply;
};

/* --- agent_memory.c --- */

/* May it be done? Asks the filter, where there is one. key may be NULL. */
bool agent_filter(
    const struct agent_call *c, enum nacre_agent_operation operation, const nacre_key *key, struct slice data);

/* --- agent_caller.c --- */

/* The two below give the reply's type. */
int agent_bind_session(struct agent_call *c);
void agent_caller_forget(struct nacre_agent_caller *caller);
/* May this caller see the key, and take it out? */
bool agent_caller_sees(const struct nacre_agent_caller *caller, const struct held_key *held);
/* May it have this signed? What is not a request to log in where the caller was bound to last is not, by a key that is
 * restricted. */
bool agent_caller_may_sign(const struct nacre_agent_caller *caller, const struct held_key *held, struct slice data);

#endif
