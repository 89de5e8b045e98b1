/* address: socket addresses as text. Knows: getaddrinfo, getnameinfo. Must not know: what is done with a socket.
 * Serves: nothing on the wire. */
#include <stdio.h>
#include "address.h"

#define ADDRESS_PORT_MAX 65535

int
address_lookup(const char *host, unsigned port, int family, int flags, struct addrinfo **list, struct failure *why)
{
	struct addrinfo wanted = {.ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
	char service[8];
	int error;

	*list = NULL;
	if (port > ADDRESS_PORT_MAX)
		return failure_set(
		    why, NACRE_E_ARGUMENT, NACRE_ORIGIN_LOCAL, "port %u: at most %d", port, ADDRESS_PORT_MAX);
	snprintf(service, sizeof(service), "%u", port);
	error = getaddrinfo(host, service, &wanted, list);
	if (error != 0) {
		*list = NULL;
		return failure_set(why, NACRE_E_RESOLVE, NACRE_ORIGIN_RESOURCE, "%s: %s",
		    host == NULL ? "localhost" : host, gai_strerror(error));
	}
	return NACRE_OK;
}

void
address_text(const struct sockaddr *address, socklen_t n, char *out, size_t cap)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];
	int flags = NI_NUMERICHOST | NI_NUMERICSERV;

	if (address->sa_family == AF_UNIX)
		snprintf(out, cap, "a unix socket");
	else if (getnameinfo(address, n, host, sizeof(host), port, sizeof(port), flags) != 0)
		snprintf(out, cap, "an address of family %d", (int)address->sa_family);
	else
		snprintf(out, cap, "%s port %s", host, port);
}
