/* private_fields: a key's private half as openssh-key-v1 and the agent protocol write it. Knows: the order of the
 * fields. Must not know: what stands around them. OpenSSH PROTOCOL.key; draft-ietf-sshm-ssh-agent 4.2. */
#ifndef KEYS_PRIVATE_FIELDS_H
#define KEYS_PRIVATE_FIELDS_H

#include "key.h"

/* The fields behind the type, the public half among them. */
void private_fields_put(struct buf *b, const nacre_key *key);
/* Those of a key whose public half stands in a certificate. */
void private_fields_put_certified(struct buf *b, const nacre_key *key);

#endif
