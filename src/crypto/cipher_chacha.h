/* cipher_chacha: the operations of the chacha20-poly1305@openssh.com row. Knows: its two keys. Must not know: packets'
 * meaning. */
#ifndef CRYPTO_CIPHER_CHACHA_H
#define CRYPTO_CIPHER_CHACHA_H

#include "cipher.h"

int chacha_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal);
int chacha_seal(struct cipher_state *st, uint32_t seq, const uint8_t *in, size_t n, uint8_t *pkt);
int chacha_peek_length(struct cipher_state *st, uint32_t seq, const uint8_t *pkt, uint32_t *length);
int chacha_open(struct cipher_state *st, uint32_t seq, uint8_t *pkt, size_t n, uint8_t *out);
void chacha_wipe(struct cipher_state *st);

#endif
