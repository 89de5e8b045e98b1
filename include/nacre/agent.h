/* The agent: keys that another process holds and signs with (draft-ietf-sshm-ssh-agent, OpenSSH PROTOCOL.agent).
 *
 *   rc = nacre_agent_open(NULL, NULL, 0, &agent, why, sizeof(why));      // what SSH_AUTH_SOCK names
 *   rc = nacre_agent_list(agent, &list);
 *   ... list.keys[0] signs wherever a key is wanted ...
 *   nacre_agent_list_free(&list);
 *   nacre_agent_close(agent);
 *
 * nacre_client_connect does this by itself, unless no_agent is set. An agent is also anything that answers requests: a
 * function of the caller's, or nacre_agent_memory, an agent in this process, for tests and for programs that embed one.
 *
 * An agent and the keys of its lists are used by one thread at a time.
 *
 * Results: NACRE_OK or a negative NACRE_E_*:
 *   NACRE_E_AGENT            it said no: it is locked, its owner was asked and refused, or it does not know the key
 *   NACRE_E_UNSUPPORTED      it does not know this kind of request
 *   NACRE_E_TIMEOUT, NACRE_E_CONNECTION_LOST, NACRE_E_PROTOCOL   it is silent, gone, or talks nonsense: after any of these
 *                            every call is NACRE_E_CONNECTION_LOST
 *   NACRE_E_LIMIT            a message larger than 256 KiB
 *   NACRE_E_ARGUMENT, NACRE_E_NOMEM */
#ifndef NACRE_AGENT_H
#define NACRE_AGENT_H

#include <nacre/event.h>
#include <nacre/key.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NACRE_AGENT_MESSAGE_MAX 262144 /* bytes of a request or a reply */
#define NACRE_AGENT_KEYS_MAX 2048 /* of one list */

typedef struct nacre_agent nacre_agent;

/* Takes a request of n bytes (without its length in front) to an agent and brings its reply: *reply_n of at most `size`
 * bytes. Returns NACRE_OK or a negative NACRE_E_*, after which it is not called again. */
typedef int nacre_agent_exchange_fn(
    void *ctx, const uint8_t *request, size_t n, uint8_t *reply, size_t size, size_t *reply_n);

/* An agent behind a function. env: NULL is NACRE_E_ARGUMENT, use nacre_env_default(). ctx is borrowed until
 * nacre_agent_close. *agent is NULL on failure: NACRE_E_ARGUMENT, NACRE_E_NOMEM. */
NACRE_API int nacre_agent_new(
    const struct nacre_env *env, nacre_agent_exchange_fn *exchange, void *ctx, nacre_agent **agent) NACRE_CHECK;
/* The agent that listens on a UNIX socket. env: NULL for nacre_env_default(). path: NULL for what SSH_AUTH_SOCK names.
 * timeout_ms: for each answer; 0: two minutes for a signature, since a person may be asked, and 20 s for all else; -1:
 * none. why: room for `why_size` bytes of the reason, may be NULL. *agent is NULL on failure: NACRE_E_CONNECT (nobody
 * listens, or SSH_AUTH_SOCK is not set), NACRE_E_ARGUMENT (a path that is too long), NACRE_E_NOMEM, NACRE_E_SYSTEM. */
NACRE_API int nacre_agent_open(const struct nacre_env *env, const char *path, int timeout_ms, nacre_agent **agent,
    char *why, size_t why_size) NACRE_CHECK;
/* Does a process at the other end of the socket listen that is neither this user's nor root's? Such an agent sees what
 * is signed, and may have been put there to lead astray; it may also be right (sudo, containers), so this only tells.
 * Always false where there is no socket. */
NACRE_API bool nacre_agent_is_foreign(const nacre_agent *agent);
/* Closes and frees; its keys must not be used any more. NULL is fine. */
NACRE_API void nacre_agent_close(nacre_agent *agent);

/* The agent's keys: each has its public half (or certificate), its comment, and a signer that asks the agent. Keys of
 * types that are not known here are left out. */
struct nacre_agent_list {
	nacre_key **keys;
	size_t n;
	void *memory_; /* whose they are */
};
NACRE_API int nacre_agent_list(nacre_agent *agent, struct nacre_agent_list *list) NACRE_CHECK;
/* Frees the keys; a zeroed or freed list is fine. */
NACRE_API void nacre_agent_list_free(struct nacre_agent_list *list);

/* Asks for a signature: a nacre_signer_fn, whose ctx is the agent. RSA's algorithm becomes the request's flags; an
 * agent that does not know these and signs with SHA-1 is NACRE_E_AGENT. */
NACRE_API int nacre_agent_sign(void *agent, const nacre_key *key, const char *algorithm, const uint8_t *data, size_t n,
    uint8_t *signature, size_t size, size_t *signature_n);

/* A place on the way of a forwarded agent. It is known by its host keys, or by its certificates: of one of the
 * authorities, for the name. All of it is borrowed during the call. */
struct nacre_agent_hop {
	const char *user; /* a pattern for the account there; NULL: any */
	const char *host; /* its name; NULL, in `from` alone and with no keys: where the agent is */
	const nacre_key *const *keys, *const *authorities;
	size_t n_keys, n_authorities;
};

/* A key may be used to log in from one place to another; of `from`, user is NULL. Those who have more than one step to
 * go want a destination for each. */
struct nacre_agent_destination {
	struct nacre_agent_hop from, to;
};

/* How a key may be used. Zero where nothing restricts it. */
struct nacre_agent_constraints {
	size_t size; /* sizeof(struct nacre_agent_constraints) */
	uint32_t lifetime_s; /* then the agent forgets it */
	bool confirm; /* its owner is asked each time */
	/* n_destinations places where it may be used, and nowhere else (restrict-destination-v00@openssh.com). An agent
	 * that does not know this refuses the key. The agent wants nacre_agent_session_bind then, and a connection of
	 * its own for each login, which nacre_client_connect opens unless `agent` is given. */
	const struct nacre_agent_destination *destinations;
	size_t n_destinations;
};

/* Gives a key to the agent: one with its private half, or a security key's with its handle; a certificate joined to
 * such a key (nacre_cert_with_key) too. constraints: NULL for none. */
NACRE_API int nacre_agent_add(
    nacre_agent *agent, const nacre_key *key, const struct nacre_agent_constraints *constraints) NACRE_CHECK;
NACRE_API int nacre_agent_remove(nacre_agent *agent, const nacre_key *key) NACRE_CHECK;
NACRE_API int nacre_agent_remove_all(nacre_agent *agent) NACRE_CHECK;
/* A locked agent lists nothing and signs nothing until it is unlocked by the same passphrase. */
NACRE_API int nacre_agent_lock(nacre_agent *agent, const char *passphrase) NACRE_CHECK;
NACRE_API int nacre_agent_unlock(nacre_agent *agent, const char *passphrase) NACRE_CHECK;

/* The extensions that the agent says it has ("query"), comma-separated, into out (cap bytes, always NUL-terminated). */
NACRE_API int nacre_agent_query(nacre_agent *agent, char *out, size_t cap) NACRE_CHECK;
/* Sends an extension request of any name with n bytes of its own; its reply's bytes into out, *out_n of at most cap. */
NACRE_API int nacre_agent_extension(nacre_agent *agent, const char *name, const uint8_t *data, size_t n, uint8_t *out,
    size_t cap, size_t *out_n) NACRE_CHECK;
/* Tells the agent for which connection it will sign (session-bind@openssh.com): its server's host key, the session id,
 * and the server's signature of that (struct nacre_conn_info has all three). forwarding: whether the agent is forwarded
 * over it. Keys that are restricted to destinations want it. */
NACRE_API int nacre_agent_session_bind(nacre_agent *agent, const nacre_key *host_key, struct nacre_bytes session_id,
    struct nacre_bytes signature, bool forwarding) NACRE_CHECK;

/* An agent in this process: keys, constraints and the lock as in ssh-agent(1). Security keys are refused, since it has
 * no device; constraints that are not known here too. */
typedef struct nacre_agent_memory nacre_agent_memory;
/* One who asks it over a connection of its own: what a session-bind says holds there alone. */
typedef struct nacre_agent_caller nacre_agent_caller;

enum nacre_agent_operation {
	NACRE_AGENT_LIST,
	NACRE_AGENT_SIGN,
	NACRE_AGENT_ADD,
	NACRE_AGENT_REMOVE,
	NACRE_AGENT_REMOVE_ALL,
	NACRE_AGENT_LOCK,
	NACRE_AGENT_UNLOCK,
	NACRE_AGENT_EXTENSION
};

/* What somebody wants of the agent. All of it lives during the call. */
struct nacre_agent_request {
	enum nacre_agent_operation operation;
	const nacre_key *key; /* SIGN, ADD, REMOVE: that one; LIST: each in turn, which is left out where refused; else NULL */
	struct nacre_bytes data; /* SIGN: what is to be signed; EXTENSION: its name */
	void *caller; /* as given to nacre_agent_caller_new; NULL: nacre_agent_memory_answer */
	const nacre_key *host_key; /* of the session that the caller's connection was bound to last; NULL: of none */
	bool forwarding; /* the agent is forwarded over that session: who asks is on its other end */
};

struct nacre_agent_memory_options {
	size_t size; /* sizeof(struct nacre_agent_memory_options) */
	unsigned keys_max; /* 0: 256 */
	/* Seconds on any clock that does not go back, for lifetimes. NULL: keys that should expire are refused. */
	int64_t (*clock)(void *ctx);
	/* May the key sign now? For keys with `confirm`. NULL: such keys are refused. */
	bool (*confirm)(void *ctx, const nacre_key *key);
	/* Hears each session-bind whose signature holds. NULL: nobody does. */
	void (*bound)(void *ctx, const nacre_key *host_key, struct nacre_bytes session_id, bool forwarding);
	void *ctx; /* passed to all of them */
	/* May this be done? After all other checks, but before `confirm`. NULL: it may. */
	bool (*filter)(void *ctx, const struct nacre_agent_request *request);
	/* Seconds since 1970, to look at certificates of hosts that keys are restricted to. NULL: none of them
	 * holds. */
	uint64_t (*now)(void *ctx);
};

/* options: NULL for the defaults. *memory is NULL on failure: NACRE_E_ARGUMENT, NACRE_E_NOMEM. env is borrowed until
 * nacre_agent_memory_free. */
NACRE_API int nacre_agent_memory_new(const struct nacre_env *env, const struct nacre_agent_memory_options *options,
    nacre_agent_memory **memory) NACRE_CHECK;
/* Wipes and frees. NULL is fine. */
NACRE_API void nacre_agent_memory_free(nacre_agent_memory *memory);
/* Answers one request: a nacre_agent_exchange_fn, whose ctx is the nacre_agent_memory, as one caller that is always
 * there. What makes no sense is answered by FAILURE; it never returns an error. */
NACRE_API int nacre_agent_memory_answer(
    void *memory, const uint8_t *request, size_t n, uint8_t *reply, size_t size, size_t *reply_n);
/* One more caller; ctx is for the filter. *caller is NULL on failure: NACRE_E_ARGUMENT, NACRE_E_NOMEM. Freed before the
 * agent. */
NACRE_API int nacre_agent_caller_new(nacre_agent_memory *memory, void *ctx, nacre_agent_caller **caller) NACRE_CHECK;
/* NULL is fine. */
NACRE_API void nacre_agent_caller_free(nacre_agent_caller *caller);
/* As nacre_agent_memory_answer, with the nacre_agent_caller for a ctx. */
NACRE_API int nacre_agent_caller_answer(
    void *caller, const uint8_t *request, size_t n, uint8_t *reply, size_t size, size_t *reply_n);
/* How many keys it has. */
NACRE_API size_t nacre_agent_memory_count(const nacre_agent_memory *memory);

#ifdef __cplusplus
}
#endif
#endif
