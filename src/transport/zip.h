/* zip: one zlib stream, packing or unpacking. Knows (zip.c): zlib, whose memory is the environment's. Must not know:
 * packets. Serves RFC 1950, RFC 4253 6.2 (partial flush). zip_absent.c stands in for it where zlib is not built in. */
#ifndef TRANSPORT_ZIP_H
#define TRANSPORT_ZIP_H

#include "buf.h"

struct zip;

/* *zip is NULL on failure. */
int zip_new(const struct nacre_env *env, bool out, struct zip **zip) NACRE_CHECK;
/* Wipes and frees; NULL is fine. */
void zip_free(struct zip *zip);
/* All of in, flushed, so that the other side can unpack it at once. NACRE_E_LIMIT where cap is too small: then the
 * stream is of no more use. */
int zip_pack(struct zip *zip, struct slice in, uint8_t *out, size_t cap, size_t *n) NACRE_CHECK;
/* Appends what `in` unpacks to. NACRE_E_LIMIT over the buffer's maximum, NACRE_E_FORMAT where `in` is no part of a
 * stream or goes on behind its end. */
int zip_unpack(struct zip *zip, struct slice in, struct buf *out) NACRE_CHECK;

#endif
