/* extinfo: EXT_INFO, both ways. Knows: server-sig-algs and ping. Must not know: who uses them. Serves RFC 8308,
 * draft-miller-ssh-ping 2. */
#ifndef TRANSPORT_EXTINFO_H
#define TRANSPORT_EXTINFO_H

#include "transport.h"

/* What we announce, right behind our first NEWKEYS (RFC 8308 2.4). */
int extinfo_send(struct transport *t) NACRE_CHECK;
/* The peer's: server-sig-algs is kept, names that we do not know are passed over. */
int extinfo_on_message(struct transport *t, struct slice payload) NACRE_CHECK;
/* May EXT_INFO come as the next packet (RFC 8308 2.4: at two places from a server, at one from a client)? */
bool extinfo_may_come(const struct transport *t);

#endif
