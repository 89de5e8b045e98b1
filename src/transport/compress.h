/* compress: payloads made smaller on their way, one direction each. Knows: when it begins, and the buffer beside the
 * packet. Must not know: messages, framing. Serves RFC 4253 6.2, draft-miller-secsh-compression-delayed. */
#ifndef TRANSPORT_COMPRESS_H
#define TRANSPORT_COMPRESS_H

#include "buf.h"
#include "zip.h"

struct compression {
	const char *name;
	bool legacy;
	bool packs; /* "none" does not */
	bool is_delayed; /* begins behind USERAUTH_SUCCESS, else with the keys */
};

/* In the order of preference, ended by a row whose name is NULL. Without zlib only "none". */
extern const struct compression compression_table[];
const struct compression *compression_find(struct slice name);
/* Is it a name of zlib's that this build does not have? */
bool compression_is_left_out(struct slice name);

struct compress {
	const struct nacre_env *env;
	const struct compression *row; /* NULL before the first keys */
	bool out;
	struct zip *zip; /* NULL until the first packet */
	struct buf plain; /* the payload at hand: before it is packed, or unpacked */
};

void compress_init(struct compress *c, const struct nacre_env *env, bool out);
void compress_free(struct compress *c);
/* New keys: the stream begins anew (RFC 4253 6.2). */
void compress_switch(struct compress *c, const struct compression *row);
/* Gives the idle buffer back. */
void compress_trim(struct compress *c);

static inline bool
compress_is_on(const struct compress *c, bool authenticated)
{
	return c->row != NULL && c->row->packs && (authenticated || !c->row->is_delayed);
}

/* Out: how many bytes a payload of n may become at most. */
size_t compress_bound(size_t n);
/* Out: writes at most compress_bound bytes to packed, *n of them. */
int compress_pack(struct compress *c, struct slice payload, uint8_t *packed, size_t *n) NACRE_CHECK;
/* In: the payload stands until the next call. NACRE_E_LIMIT where it would be longer than a packet, NACRE_E_FORMAT
 * where the bytes are no more of the stream. */
int compress_unpack(struct compress *c, struct slice packed, struct slice *payload) NACRE_CHECK;

#endif
