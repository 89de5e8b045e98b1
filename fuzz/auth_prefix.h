/* auth_prefix: the handshake that stands before authentication. Knows: what the other side of a duo sends up to its
 * NEWKEYS. Must not know: what follows. */
#ifndef FUZZ_AUTH_PREFIX_H
#define FUZZ_AUTH_PREFIX_H

#include "duo.h"

/* The steps that bring an actor of this role and with these flags (SCRIPT_OTHER or none) to where it reads encrypted
 * packets. Recorded once. */
struct slice auth_prefix(enum nacre_role role, unsigned flags);
/* Divides a script: the bytes of its header and steps up to the other side's NEWKEYS; 0 where there is none. */
size_t auth_prefix_len(struct slice script);

#endif
