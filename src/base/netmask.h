/* netmask: addresses and networks in digits. Knows: IPv4 and IPv6 as text. Must not know: sockets, names. RFC 4291 2.2,
 * RFC 4632 3.1; ssh-keygen(1), source-address. */
#ifndef BASE_NETMASK_H
#define BASE_NETMASK_H

#include "slice.h"

struct netaddr {
	uint8_t byte[16]; /* IPv4 in the form of IPv6 that maps it (RFC 4291 2.5.5.2) */
	bool is_v4;
};

/* Reads an address in digits; an IPv6 zone ("%eth0") is dropped. False where it is none. */
bool netaddr_read(struct slice text, struct netaddr *address);

enum netmask_verdict {
	NETMASK_NONE, /* no network has it */
	NETMASK_MATCH,
	NETMASK_MALFORMED /* an element that is no network: the list says nothing that can be trusted */
};

/* Is the address in one of the networks of a comma-separated list ("10.0.0.0/8,2001:db8::1")? */
enum netmask_verdict netmask_list_match(struct slice list, const struct netaddr *address);

#endif
