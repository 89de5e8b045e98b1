/* proxy: a command's standard input and output as a carrier. Knows: the child, what it writes to standard error. Must
 * not know: what is carried, tokens. Serves: ssh_config(5), ProxyCommand. */
#ifndef IO_PROXY_H
#define IO_PROXY_H

#include "carrier.h"

#define PROXY_STDERR_MAX 800 /* bytes that are kept, the last ones */

/* Runs `/bin/sh -c command`. Whatever it is given is read by the shell: the caller has looked at the names in it. */
int proxy_open(
    const struct nacre_env *env, const char *command, struct nacre_carrier *out, struct failure *why) NACRE_CHECK;
/* What the command behind a carrier of proxy_open wrote to standard error, so far; empty for another carrier. Borrowed
 * until the next call on the carrier. */
struct slice proxy_stderr(const struct nacre_carrier *carrier);

#endif
