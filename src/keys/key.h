/* key: a key in memory, and what the floors above ask of it. Knows: types, blobs, signatures. Must not know: messages,
 * files' places. Serves RFC 4253 6.6, RFC 5656 3, RFC 8332, RFC 8709. */
#ifndef KEYS_KEY_H
#define KEYS_KEY_H

#include "buf.h"
#include "sign.h"
#include <nacre/key.h>

enum key_kind { KEY_ED25519_KIND, KEY_ECDSA_KIND, KEY_RSA_KIND };

struct key_type {
	const char *name;
	enum key_kind kind;
	enum curve_id curve; /* ECDSA */
	const char *curve_name; /* "nistp256": stands in the blob besides the type (RFC 5656 3.1) */
};

extern const struct key_type key_types[]; /* ended by a NULL name */
const struct key_type *key_type_find(struct slice name);

/* A signature algorithm: what negotiation and "publickey" name. One key type may have several (RFC 8332). */
struct sigalg {
	const char *name;
	bool legacy; /* compiled in, offered only where asked for by name or preset */
	const char *key_type;
	enum hash_id hash; /* RSA */
};

extern const struct sigalg sigalg_table[]; /* in the default order, ended by a NULL name */
const struct sigalg *sigalg_find(struct slice name);

#define KEY_NUMBERS 4 /* RSA: d, p, q, iqmp; the others: one */

struct nacre_key {
	const struct nacre_env *env;
	const struct key_type *type;
	uint8_t *blob;
	size_t blob_len;
	struct slice point; /* in blob: Ed25519's 32 bytes, ECDSA's point */
	struct slice n, e; /* in blob: RSA */
	char *comment; /* or NULL */
	uint8_t *secret; /* or NULL; the numbers one behind the other */
	size_t secret_len;
	bool secret_is_locked;
	struct slice numbers[KEY_NUMBERS]; /* in secret. Ed25519: seed || public; ECDSA: the scalar at full length */
};

/* From a public blob, strictly: every field, every size, nothing behind. */
int key_parse_blob(const struct nacre_env *env, struct slice blob, nacre_key **key) NACRE_CHECK;
struct slice key_blob(const nacre_key *key);
/* Copies the private numbers into locked memory and checks them against the public half. */
int key_set_secret(nacre_key *key, const struct slice numbers[KEY_NUMBERS]) NACRE_CHECK;
int key_set_comment(nacre_key *key, struct slice comment) NACRE_CHECK;

/* Appends the signature blob: string algorithm, string signature (RFC 4253 6.6). NACRE_E_MISUSE without a private half,
 * NACRE_E_KEY_TYPE where the algorithm is for another type. */
int key_sign(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct slice data,
    struct buf *out) NACRE_CHECK;
/* 0 only where the blob is well formed, names exactly this algorithm, and the signature holds. Else NACRE_E_CRYPTO. */
int key_verify(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct slice data,
    struct slice blob) NACRE_CHECK;

#endif
