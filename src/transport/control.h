/* control: the messages that mean nothing to the layers above. Knows: DISCONNECT, IGNORE, DEBUG, UNIMPLEMENTED, PING.
 * Must not know: the exchange. Serves RFC 4253 11, draft-miller-ssh-ping. */
#ifndef TRANSPORT_CONTROL_H
#define TRANSPORT_CONTROL_H

#include "transport.h"

int control_on_disconnect(struct transport *t, struct slice payload) NACRE_CHECK;
int control_on_ignore(struct transport *t, struct slice payload) NACRE_CHECK;
int control_on_debug(struct transport *t, struct slice payload) NACRE_CHECK;
int control_on_unimplemented(struct transport *t, struct slice payload) NACRE_CHECK;
int control_on_ping(struct transport *t, struct slice payload) NACRE_CHECK;
/* RFC 4253 11.4: the packet just received is of no kind that we know. */
int control_send_unimplemented(struct transport *t) NACRE_CHECK;

#endif
