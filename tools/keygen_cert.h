/* keygen_cert: what making certificates is divided into. Knows: -V and -O. Must not know: keys' files.
 * ssh-keygen(1). */
#ifndef TOOL_KEYGEN_CERT_H
#define TOOL_KEYGEN_CERT_H

#include "keygen.h"

/* The bounds that -V names, in seconds since 1970; for NULL all times. 0, or TOOL_FAILED after saying why. */
int keygen_validity(const char *text, uint64_t now, uint64_t *after, uint64_t *before);

#define CERT_OPTIONS_ROOM (KEYGEN_OPTIONS_MAX + 8)

/* Options of a certificate, as -O changes them. Names and values point into `text` or are static. */
struct keygen_cert_options {
	struct nacre_cert_option critical[CERT_OPTIONS_ROOM], extensions[CERT_OPTIONS_ROOM];
	size_t n_critical, n_extensions;
	char *text[KEYGEN_OPTIONS_MAX]; /* owned */
	size_t n_text;
};

/* What a user's certificate allows, or a host's, which is nothing, and then each -O in turn. 0 or TOOL_FAILED; freed by
 * keygen_cert_options_free in any case. */
int keygen_cert_options_read(struct keygen_cert_options *options, const struct keygen *k);
void keygen_cert_options_free(struct keygen_cert_options *options);

#endif
