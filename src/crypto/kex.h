/* kex: key agreement methods as rows. Knows: public values and shared secrets as bytes. Must not know: messages, the
 * exchange hash, who we are. Serves RFC 8731, 5656 4, 4253 8, 4419, 8268 (and, as rows are added, RFC 9941,
 * 10042). */
#ifndef CRYPTO_KEX_H
#define CRYPTO_KEX_H

#include "hash.h"
#include <nacre/env.h>

#define KEX_STATE_MAX 2432 /* ML-KEM-768's decapsulation key, and X25519's */
#define KEX_PUBLIC_MAX 1216 /* the longest init or reply value: ML-KEM-768's and X25519's */
#define KEX_SECRET_MAX 1024 /* of an 8192-bit group */

/* Which messages carry the values. */
enum kex_shape {
	KEX_SHAPE_ECDH, /* strings of exact lengths */
	KEX_SHAPE_DH, /* mpints, in the row's group */
	KEX_SHAPE_GEX /* mpints, in a group that the server chooses */
};

enum kex_secret { KEX_SECRET_MPINT, KEX_SECRET_STRING }; /* how K enters H and the key derivation */

/* The initiator's private half between init and finish. */
struct kex_state {
	_Alignas(16) uint8_t bytes[KEX_STATE_MAX];
};

struct dh_group;

struct kex {
	const char *name;
	bool legacy; /* compiled in, offered only where asked for by name or preset */
	bool post_quantum; /* what the preset "strict" offers */
	enum hash_id hash;
	enum kex_secret secret_form;
	enum kex_shape shape;
	const struct dh_group *group; /* DH: what dh.h's functions work in. Else NULL */

	/* ECDH alone, as all that follows. Exact: checked before any mathematics. */
	size_t init_len, reply_len, secret_len;

	/* Initiator: makes a key pair; out gets init_len bytes. */
	int (*init)(struct kex_state *st, const struct nacre_env *env, uint8_t *out);
	/* Responder: from the initiator's value (init_len bytes) to its own (reply_len) and the secret (secret_len). */
	int (*respond)(const struct nacre_env *env, const uint8_t *init, uint8_t *reply, uint8_t *secret);
	/* Initiator: the secret from the responder's value. Wipes the state. */
	int (*finish)(struct kex_state *st, const uint8_t *reply, uint8_t *secret);
};

/* NACRE_E_KEX: the peer's value is not acceptable (an all-zero result, a bad point). NACRE_E_RANDOM, NACRE_E_CRYPTO. */

extern const struct kex kex_table[]; /* in the default order, ended by a NULL name */
const struct kex *kex_find(struct slice name);

#endif
