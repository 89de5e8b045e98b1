/* trust: which host keys nacre exec believes. Knows: what a person is asked. Must not know: how a key
 * is proved. RFC 4251 4.1. */
#ifndef TOOL_TRUST_H
#define TOOL_TRUST_H

#include "settings.h"

/* Sets the policy; the files are the configuration's business. */
void trust_set_up(nacre_client *client, const struct settings *settings);
/* What the settings say of the server's key, into a connect's options. */
void trust_fill_options(const struct settings *settings, struct nacre_connect_options *options);
/* A path with "~/" at its beginning made whole; false where it does not fit or there is no home. */
bool trust_path(const char *path, char *out, size_t cap);

#endif
