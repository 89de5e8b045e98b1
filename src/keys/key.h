/* key: a key in memory, and what the floors above ask of it. Knows: types, blobs, signatures. Must not know: messages,
 * files' places. Serves RFC 4253 6.6, RFC 5656 3, RFC 8332, RFC 8709. */
#ifndef KEYS_KEY_H
#define KEYS_KEY_H

#include "buf.h"
#include "sign.h"
#include <nacre/key.h>

enum key_kind { KEY_ED25519_KIND, KEY_ECDSA_KIND, KEY_RSA_KIND, KEY_DSA_KIND, KEY_MLDSA_KIND };

struct cert;

struct key_type {
	const char *name;
	enum key_kind kind; /* the mathematics */
	enum curve_id curve; /* ECDSA */
	const char *curve_name; /* "nistp256": stands in the blob besides the type (RFC 5656 3.1) */
	bool sk; /* the private half is in a security key: the blob ends with its application */
	const char *plain; /* a certificate's: the type of the key that it certifies; NULL: a plain key */
};

extern const struct key_type key_types[]; /* ended by a NULL name */
const struct key_type *key_type_find(struct slice name);

/* A signature algorithm: what negotiation and "publickey" name. One key type may have several (RFC 8332). */
struct sigalg {
	const char *name;
	bool legacy; /* compiled in, offered only where asked for by name or preset */
	bool by_name; /* offered only where asked for by name: its specification may still change */
	const char *key_type;
	enum hash_id hash; /* RSA */
	const char *signature; /* a certificate's: what its signatures are called; NULL: as the algorithm */
};

extern const struct sigalg sigalg_table[]; /* in the default order, ended by a NULL name */
const struct sigalg *sigalg_find(struct slice name);
/* The name inside a signature blob made by it. */
const char *sigalg_signature(const struct sigalg *algorithm);
bool sigalg_is_for_certificates(const struct sigalg *algorithm);
/* The first of the key's type that is not legacy; of several the one whose signatures are called so. NULL: none, as for
 * DSA keys. */
const struct sigalg *sigalg_for_key(const nacre_key *key, const char *signature);

#define KEY_NUMBERS 4 /* RSA: d, p, q, iqmp; the others: one */

struct nacre_key {
	const struct nacre_env *env;
	const struct key_type *type;
	uint8_t *blob;
	size_t blob_len;
	struct slice point; /* in blob: Ed25519's 32 bytes, ECDSA's point, ML-DSA's and Ed25519's keys */
	struct slice n, e; /* in blob: RSA */
	struct dsa_public dsa; /* in blob */
	struct slice application; /* in blob: a security key's */
	struct slice fields; /* in blob: what stands between the type and the end of a plain key of this kind */
	struct cert *cert; /* or NULL; owned */
	uint8_t *sk_file; /* or NULL: what a security key's file holds besides, the two slices below */
	size_t sk_file_len;
	struct slice sk_handle, sk_reserved; /* in sk_file */
	uint8_t sk_flags;
	nacre_signer_fn *signer; /* or NULL: makes the signatures where there is no secret */
	void *signer_ctx;
	char *comment; /* or NULL */
	uint8_t *secret; /* or NULL; the numbers one behind the other */
	size_t secret_len;
	bool secret_is_locked;
	struct slice numbers
	    [KEY_NUMBERS]; /* in secret. Ed25519: seed || public; ECDSA: the scalar at full length; DSA: x; ML-DSA: both seeds */
};

/* From a public blob, strictly: every field, every size, nothing behind. */
int key_parse_blob(const struct nacre_env *env, struct slice blob, nacre_key **key) NACRE_CHECK;
struct slice key_blob(const nacre_key *key);
/* Appends the public blob of the plain key: for a certificate that of the key it certifies. */
void key_put_plain(struct buf *b, const nacre_key *key);
/* The same private half, signer and handle for a key with the same public one. Nothing where there is none. */
int key_share_secret(nacre_key *to, const nacre_key *from) NACRE_CHECK;
/* Copies the private numbers into locked memory and checks them against the public half. */
int key_set_secret(nacre_key *key, const struct slice numbers[KEY_NUMBERS]) NACRE_CHECK;
/* Copies what a security key's file says of its private half. NACRE_E_KEY_FORMAT where it has no handle. */
int key_set_sk_file(nacre_key *key, uint8_t flags, struct slice handle, struct slice reserved) NACRE_CHECK;
/* The same for another key; nothing where there is none. */
int key_share_sk_file(nacre_key *to, const nacre_key *from) NACRE_CHECK;
int key_set_comment(nacre_key *key, struct slice comment) NACRE_CHECK;

/* Appends the signature blob: string algorithm, string signature (RFC 4253 6.6). NACRE_E_MISUSE with neither a private
 * half nor a signer, NACRE_E_KEY_TYPE where the algorithm is for another type; whatever a signer's function returns. */
int key_sign(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct slice data,
    struct buf *out) NACRE_CHECK;
/* 0 only where the blob is well formed, names exactly this algorithm, and the signature holds. Else NACRE_E_CRYPTO. */
int key_verify(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct slice data,
    struct slice blob) NACRE_CHECK;
/* The same with more to say about security keys; flags are NACRE_VERIFY_*, *details may be NULL. key_verify asks for
 * a touch. */
int key_verify_as(const nacre_key *key, const struct sigalg *algorithm, struct slice data, struct slice blob,
    unsigned flags, struct nacre_sk_details *details) NACRE_CHECK;

#define SK_SIGNED_LEN 69 /* SHA-256, flags, counter, SHA-256 */
/* What a security key signs instead of the data (OpenSSH PROTOCOL.u2f). */
int sk_signed_data(struct slice application, const struct nacre_sk_details *details, struct slice data,
    uint8_t out[SK_SIGNED_LEN]) NACRE_CHECK;

#endif
