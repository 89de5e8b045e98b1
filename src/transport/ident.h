/* ident: the identification exchange. Knows: lines of text before the first packet. Must not know: packets, sockets.
 * Serves RFC 4253 4.2. A server may talk before it identifies itself (those lines are skipped, within bounds); a client
 * may not. */
#ifndef TRANSPORT_IDENT_H
#define TRANSPORT_IDENT_H

#include "failure.h"
#include <nacre/conn.h>

#define IDENT_SAID_MAX 256

struct ident_scan {
	unsigned lines; /* seen before the identification */
	uint8_t said[IDENT_SAID_MAX]; /* the beginning of the first one, without its line end */
	size_t said_len;
};

/* Looks for the peer's identification at the start of `in`. Returns 1: *ident is the line without its line end, and
 * *used bytes are done with; 0: more bytes are needed, and *used bytes are done with; or an error, kept in *failure. */
int ident_take(struct ident_scan *scan, enum nacre_role peer, struct slice in, size_t *used, struct slice *ident,
    struct failure *failure) NACRE_CHECK;

/* What the peer has said in the place of an identification: the beginning of its first line, which may still stand in
 * `in` without its end. Empty: nothing. */
struct slice ident_said(const struct ident_scan *scan, struct slice in);

/* May `software` stand in our own line: printable, no space, no minus sign (RFC 4253 4.2)? */
bool ident_software_is_valid(struct slice software);

#endif
