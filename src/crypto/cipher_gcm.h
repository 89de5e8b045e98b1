/* cipher_gcm: the operations of the AES-GCM rows. Knows: RFC 5647's nonce. Must not know: packets' meaning. */
#ifndef CRYPTO_CIPHER_GCM_H
#define CRYPTO_CIPHER_GCM_H

#include "cipher.h"

int gcm256_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal);
int gcm128_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal);
int gcm_seal(struct cipher_state *st, uint32_t seq, const uint8_t *in, size_t n, uint8_t *pkt);
int gcm_peek_length(struct cipher_state *st, uint32_t seq, const uint8_t *pkt, uint32_t *length);
int gcm_open(struct cipher_state *st, uint32_t seq, uint8_t *pkt, size_t n, uint8_t *out);
void gcm_wipe(struct cipher_state *st);

#endif
