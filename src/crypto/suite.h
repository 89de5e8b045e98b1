/* suite: how one direction's packets are protected: a cipher, and a MAC where the cipher is not an AEAD. Knows: the
 * three shapes (AEAD, encrypt-then-MAC, encrypt-and-MAC). Must not know: padding, payloads, sequence counting. Serves
 * RFC 4253 6, PROTOCOL 1.5 (the -etm MACs). */
#ifndef CRYPTO_SUITE_H
#define CRYPTO_SUITE_H

#include "cipher.h"

/* Stays where it was initialised: a library's context may point into itself. */
struct suite {
	const struct cipher *cipher; /* NULL: nothing is protected (before the first NEWKEYS) */
	const struct mac *mac; /* NULL for an AEAD */
	struct cipher_state cipher_state;
	struct mac_state mac_state;
};

/* The keys of one direction, as the key derivation gives them. */
struct suite_keys {
	uint8_t key[CIPHER_KEY_MAX], iv[CIPHER_IV_MAX], mac_key[64];
};

void suite_init_null(struct suite *s);
/* mac is ignored for an AEAD. On failure the suite is as suite_init_null leaves it. */
int suite_init(struct suite *s, const struct nacre_env *env, const struct cipher *cipher, const struct mac *mac,
    const struct suite_keys *keys, bool seal) NACRE_CHECK;
void suite_wipe(struct suite *s);

#define SUITE_LENGTH_LEN 4
#define SUITE_BLOCK_MIN 8 /* RFC 4253 6: the block or 8, whichever is larger */

static inline bool
suite_is_aead(const struct suite *s)
{
	return s->cipher != NULL && s->cipher->kind != CIPHER_STREAM;
}

static inline bool
suite_is_etm(const struct suite *s)
{
	return s->mac != NULL && s->mac->etm;
}

/* Bytes of tag behind a packet. */
static inline size_t
suite_tag_len(const struct suite *s)
{
	if (s->cipher == NULL)
		return 0;
	return s->mac != NULL ? s->mac->tag_len : s->cipher->tag_len;
}

/* Padding granularity, at least 8. */
static inline size_t
suite_block_len(const struct suite *s)
{
	return s->cipher == NULL || s->cipher->block_len < SUITE_BLOCK_MIN ? SUITE_BLOCK_MIN : s->cipher->block_len;
}

/* Is packet_length outside the sum that must be a multiple of the block (AEAD and -etm)? */
static inline bool
suite_length_is_apart(const struct suite *s)
{
	return suite_is_aead(s) || suite_is_etm(s);
}

/* How many bytes of a packet must be here before suite_open_length: 4, or a block where packet_length is encrypted with
 * the rest (encrypt-and-MAC). */
static inline size_t
suite_head_len(const struct suite *s)
{
	return s->cipher == NULL || suite_length_is_apart(s) ? SUITE_LENGTH_LEN : suite_block_len(s);
}

/* Can a packet be encrypted and decrypted to another place than its own? */
static inline bool
suite_can_move(const struct suite *s)
{
	return suite_is_aead(s);
}

/* Protects pkt (n bytes from packet_length on) in place, and writes the tag behind it. */
int suite_seal(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n) NACRE_CHECK;
/* Gives packet_length, not yet authenticated. Called once for each packet: encrypt-and-MAC decrypts the head in
 * place. */
int suite_open_length(struct suite *s, uint32_t seq, uint8_t *pkt, uint32_t *length) NACRE_CHECK;
/* Checks pkt (n = 4 + packet_length bytes, the tag behind them) and decrypts what follows packet_length in place.
 * NACRE_E_MAC where the tag is wrong: pkt's content is then undefined and must not be looked at. */
int suite_open(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n) NACRE_CHECK;

/* Must a packet that is wrong look the same whatever is wrong with it (CBC whose length is encrypted with the rest)? */
static inline bool
suite_hides_faults(const struct suite *s)
{
	return s->cipher != NULL && s->cipher->is_chained && !suite_is_etm(s);
}

/* Does a MAC's work on n bytes of a packet that is refused already, so that it takes as long as another's would. */
void suite_waste(struct suite *s, uint32_t seq, const uint8_t *p, size_t n);

/* As suite_seal, but of the n bytes at `in`, which stay as they are and stand apart from pkt. Only where
 * suite_can_move. */
int suite_seal_from(struct suite *s, uint32_t seq, const uint8_t *in, size_t n, uint8_t *pkt) NACRE_CHECK;
/* As suite_open, but what follows packet_length goes to out, n - 4 bytes apart from pkt. Only where suite_can_move. */
int suite_open_to(struct suite *s, uint32_t seq, uint8_t *pkt, size_t n, uint8_t *out) NACRE_CHECK;

#endif
