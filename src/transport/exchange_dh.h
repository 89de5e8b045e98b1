/* exchange_dh: what the fixed groups and group exchange share. Knows: x->group, e and f. Must not know: where the group
 * comes from. RFC 4253 8, RFC 8268 4. */
#ifndef TRANSPORT_EXCHANGE_DH_H
#define TRANSPORT_EXCHANGE_DH_H

#include "exchange.h"

/* Client: makes a key pair in x->group; id is the message that will carry e. */
int exchange_dh_make(struct transport *t, enum msg_id id) NACRE_CHECK;
/* Client: from the server's f, which came in the message id, to the secret. */
int exchange_dh_finish(struct transport *t, enum msg_id id, struct slice f) NACRE_CHECK;
/* Server: from the client's e to our own value and the secret. */
int exchange_dh_respond(struct transport *t, enum msg_id id, struct slice e) NACRE_CHECK;

#endif
