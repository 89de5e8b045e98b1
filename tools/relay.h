/* relay: our three streams joined with a command's. Knows: descriptors that may not be ready, and channels that may be
 * full. Must not know: what flows. RFC 4254 5.2, 5.3, 6.10. */
#ifndef TOOL_RELAY_H
#define TOOL_RELAY_H

#include "tool.h"

/* Somebody at a terminal: what is typed is looked at before it goes, and something else is waited for besides. */
struct relay_person {
	void *ctx;
	int fd; /* polled for POLLIN */
	int (*on_ready)(void *ctx); /* it is readable. NACRE_OK, or what relay_run ends with */
	/* n typed bytes at `in`; *out_n bytes at out go to the server: room for n + 1. As on_ready. */
	int (*on_typed)(void *ctx, const unsigned char *in, size_t n, unsigned char *out, size_t *out_n);
};

/* Runs until the command has ended and everything it wrote is written. NACRE_OK and *exit; or why it could not:
 * what a function of `person` (NULL: nobody) returned,
 * NACRE_E_FILE where standard output or error took no more (errno says why), else nacre_client_error tells. */
int relay_run(nacre_client *client, nacre_channel *channel, const struct relay_person *person, struct nacre_exit *exit);

#endif
