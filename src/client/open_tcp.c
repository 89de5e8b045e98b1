/* open_tcp: a TCP connection that the server makes for us. Knows: the channel type and its fields. Must not know: what
 * goes through. Serves: RFC 4254 7.2. */
#include <string.h>
#include "buf.h"
#include "facade.h"
#include "message.h"

#define TCP_HOST_MAX 255
#define TCP_PORT_MAX 65535

int
open_tcp(struct nacre_client *c, const char *host, unsigned port, int64_t deadline, struct nacre_channel **out)
{
	/* Who asked is nobody's business but ours; RFC 4254 wants an address all the same. */
	struct msg_channel_open_direct_tcpip msg = {
	    .host = slice_str(host), .port = port, .originator = slice_str("127.0.0.1"), .originator_port = 0};
	uint8_t payload[TCP_HOST_MAX + 64];

	*out = NULL;
	if (host[0] == '\0' || strlen(host) > TCP_HOST_MAX || port == 0 || port > TCP_PORT_MAX)
		return client_fail(c, NACRE_E_ARGUMENT, "open a TCP connection: no host, or no port");
	msg_write(MSG_channel_open_direct_tcpip, &msg, payload);
	return channel_open(c, "direct-tcpip", payload, msg_size(MSG_channel_open_direct_tcpip, &msg), deadline, out);
}

int
nacre_client_open_tcp(nacre_client *c, const char *host, unsigned port, nacre_channel **channel)
{
	int rc = client_enter(c);

	*channel = NULL;
	if (rc != NACRE_OK)
		return rc;
	if (host == NULL)
		return client_fail(c, NACRE_E_ARGUMENT, "open a TCP connection: no host, or no port");
	return client_leave(c, open_tcp(c, host, port, -1, channel));
}
