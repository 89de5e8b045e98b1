/* agent_destination: where a key of an agent may be used. Knows: hops, the host keys that stand for them. Must not
 * know: who asks. OpenSSH PROTOCOL.agent 2 (restrict-destination-v00@openssh.com). */
#ifndef KEYS_AGENT_DESTINATION_H
#define KEYS_AGENT_DESTINATION_H

#include "key.h"
#include <nacre/agent.h>

#define AGENT_RESTRICT_DESTINATION "restrict-destination-v00@openssh.com"

/* Does it lead from here or from a host with keys, to a host with keys? */
bool agent_destination_is_usable(const struct nacre_agent_destination *d);
/* Appends the list as the constraint's own string carries it. */
void agent_put_destinations(struct buf *b, const struct nacre_agent_destination *list, size_t n);
/* True where the list is whole, has a destination at the least, and means something that is understood here. */
bool agent_destinations_are_sound(const struct nacre_env *env, struct slice list);

/* One step on the way to a signature. */
struct agent_step {
	const nacre_key *from; /* the host key of where it begins; NULL: where the agent is */
	const nacre_key *to; /* of where it leads; NULL: anywhere */
	const struct slice *user; /* whose account there; NULL: not known yet */
	const uint64_t *now; /* since 1970, for certificates of hosts; NULL: not known, then none holds */
};

/* Does one of the destinations allow the step? The list is sound. */
bool agent_destinations_allow(const struct nacre_env *env, struct slice list, const struct agent_step *step);

#endif
