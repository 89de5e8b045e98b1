/* relay: our three streams joined with a command's. Knows: descriptors that may not be ready, and channels that may be
 * full. Must not know: what flows. RFC 4254 5.2, 5.3, 6.10. */
#ifndef TOOL_RELAY_H
#define TOOL_RELAY_H

#include "tool.h"

/* Runs until the command has ended and everything it wrote is written. NACRE_OK and *exit; or why it could not:
 * NACRE_E_FILE where standard output or error took no more (errno says why), else nacre_client_error tells. */
int relay_run(nacre_client *client, nacre_channel *channel, struct nacre_exit *exit);

#endif
