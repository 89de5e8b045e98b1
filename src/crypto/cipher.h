/* cipher, mac: the descriptors that negotiation searches and suite.c drives. Knows: one algorithm a row, in place on a
 * packet's bytes. Must not know: packets' meaning, keys' origin. Serves RFC 4253 6.3-6.4, RFC 4344, RFC 5647, RFC 6668,
 * draft-ietf-sshm-chacha20-poly1305, draft-ietf-sshm-aes-gcm, draft-miller-secsh-umac.
 *
 * A packet is packet_length (4 bytes) and what it counts; n below is 4 + packet_length, and a tag follows byte n. */
#ifndef CRYPTO_CIPHER_H
#define CRYPTO_CIPHER_H

#include "slice.h"
#include <nacre/env.h>

#define CIPHER_KEY_MAX 64
#define CIPHER_IV_MAX 16
#define CIPHER_TAG_MAX 64
#define CIPHER_STATE_MAX 640
#define MAC_STATE_MAX 448

enum cipher_kind {
	CIPHER_NULL, /* before the first NEWKEYS: nothing is hidden, nothing is checked */
	CIPHER_STREAM, /* needs a MAC: crypt() goes over bytes in order (CTR, CBC) */
	CIPHER_AEAD, /* packet_length in clear, authenticated (GCM) */
	CIPHER_AEAD_SEQ /* packet_length encrypted by itself, nonce = sequence number (chacha20-poly1305) */
};

/* An opaque, aligned home for a library's context: no allocation by us. */
struct cipher_state {
	_Alignas(16) uint8_t bytes[CIPHER_STATE_MAX];
};

struct cipher {
	const char *name;
	bool legacy; /* compiled in, offered only where asked for by name or preset */
	enum cipher_kind kind;
	uint8_t block_len; /* padding granularity: at least 8 */
	uint8_t key_len, iv_len, tag_len;
	uint32_t rekey_blocks_log2; /* rekey after 2^this many blocks of block_len; 0: no limit of its own */
	bool is_chained; /* CBC: what a packet's first block decrypts to must not show in how it is refused
			    (CVE-2008-5161) */
	bool needs_aes_cpu; /* slower than chacha20 without NACRE_CPU_AES: negotiation puts it behind */

	/* Sets the state up for one direction. seal: true where we send. The cipher keeps no pointer to key or iv. */
	int (*init)(
	    struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal);
	/* CIPHER_STREAM: encrypts or decrypts the next n bytes in place, n a multiple of block_len. Else NULL. */
	int (*crypt)(struct cipher_state *st, uint8_t *p, size_t n);
	/* AEAD kinds: encrypts the n bytes at `in`, pkt for in place, else apart from it, to pkt, and writes the tag at
	 * pkt[n]. Else NULL. */
	int (*seal)(struct cipher_state *st, uint32_t seq, const uint8_t *in, size_t n, uint8_t *pkt);
	/* AEAD kinds: packet_length from its 4 bytes on the wire, not yet authenticated. pkt stays as it is. Else
	 * NULL. */
	int (*peek_length)(struct cipher_state *st, uint32_t seq, const uint8_t *pkt, uint32_t *length);
	/* AEAD kinds: checks the tag at pkt[n], then decrypts what follows packet_length to out: n - 4 bytes, pkt + 4
	 * for in place, else apart from pkt. NACRE_E_MAC, and nothing is decrypted, where the tag is wrong. Else
	 * NULL. */
	int (*open)(struct cipher_state *st, uint32_t seq, uint8_t *pkt, size_t n, uint8_t *out);
	/* Wipes, and frees what a library allocated. A zeroed state is fine. */
	void (*wipe)(struct cipher_state *st);
};

struct mac_state {
	_Alignas(16) uint8_t bytes[MAC_STATE_MAX];
};

struct mac {
	const char *name;
	bool legacy;
	uint8_t key_len, tag_len;
	bool etm; /* over the ciphertext, packet_length in clear (the -etm@openssh.com names) */

	/* On failure, too, the state is wiped by wipe(). env: where a MAC keeps what is too large for its state. */
	int (*init)(struct mac_state *st, const struct nacre_env *env, const uint8_t *key);
	/* MAC(key, uint32 seq || p[0..n)) into tag. The state can be used again at once. */
	int (*tag)(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag);
	/* A zeroed state is fine. */
	void (*wipe)(struct mac_state *st);
};

/* The tables, in the default order of DESIGN (docs/design.md, Crypto), each ended by a row whose name is NULL. */
extern const struct cipher cipher_table[];
extern const struct mac mac_table[];

/* A row by its name, or NULL. */
const struct cipher *cipher_find(struct slice name);
const struct mac *mac_find(struct slice name);

#endif
