/* exec: what other subcommands take over from nacre exec. Knows: how a client is connected as the options say. Must not
 * know: what it is for. ssh(1). */
#ifndef TOOL_EXEC_H
#define TOOL_EXEC_H

#include "exec_options.h"

/* Trusts, connects and authenticates. 0, or TOOL_FAILED after saying why. */
int exec_connect(nacre_client *client, struct exec_options *options);

#endif
