/* agent_message: the numbers of the agent protocol, and the private fields that it carries. Knows: what both of its
 * ends share. Must not know: sockets. draft-ietf-sshm-ssh-agent 4, 6. */
#ifndef KEYS_AGENT_MESSAGE_H
#define KEYS_AGENT_MESSAGE_H

#include "key.h"
#include "reader.h"
#include <nacre/agent.h>

enum agent_message {
	AGENT_FAILURE = 5,
	AGENT_SUCCESS = 6,
	AGENT_REQUEST_IDENTITIES = 11,
	AGENT_IDENTITIES_ANSWER = 12,
	AGENT_SIGN_REQUEST = 13,
	AGENT_SIGN_RESPONSE = 14,
	AGENT_ADD_IDENTITY = 17,
	AGENT_REMOVE_IDENTITY = 18,
	AGENT_REMOVE_ALL_IDENTITIES = 19,
	AGENT_LOCK = 22,
	AGENT_UNLOCK = 23,
	AGENT_ADD_ID_CONSTRAINED = 25,
	AGENT_EXTENSION = 27,
	AGENT_EXTENSION_FAILURE = 28,
	AGENT_EXTENSION_RESPONSE = 29
};

enum agent_constraint { AGENT_CONSTRAIN_LIFETIME = 1, AGENT_CONSTRAIN_CONFIRM = 2, AGENT_CONSTRAIN_EXTENSION = 255 };

#define AGENT_RSA_SHA2_256 2u /* flags of SIGN_REQUEST */
#define AGENT_RSA_SHA2_512 4u

#define AGENT_SESSION_BIND "session-bind@openssh.com"

/* What runs before an agent is freed, with the ctx of its exchange function; whether nacre_agent_is_foreign. */
void agent_on_close(nacre_agent *agent, void (*end)(void *ctx), bool is_foreign);

/* Appends a key as ADD_IDENTITY carries it, without the comment. It has a private half or a security key's handle. */
void agent_put_private(struct buf *b, const nacre_key *key);
/* Reads one: *key is the caller's. NACRE_E_KEY_FORMAT, NACRE_E_KEY_TYPE_UNKNOWN, NACRE_E_UNSUPPORTED (a security key),
 * NACRE_E_KEY_TYPE, NACRE_E_NOMEM and the like. */
int agent_read_private(const struct nacre_env *env, struct reader *r, nacre_key **key) NACRE_CHECK;

#endif
