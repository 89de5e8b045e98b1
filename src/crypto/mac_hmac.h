/* mac_hmac: HMAC, as the rows of mac.c. Knows: keys as long as SSH derives them. Must not know: names, -etm. RFC 2104,
 * RFC 4253 6.4, RFC 6668. */
#ifndef CRYPTO_MAC_HMAC_H
#define CRYPTO_MAC_HMAC_H

#include "cipher.h"

int hmac_sha256_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key);
int hmac_sha256_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag);
int hmac_sha512_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key);
int hmac_sha512_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag);

/* SHA-1 and MD5 share what follows their keys: a whole tag, or its first 96 bits. */
int hmac_sha1_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key);
int hmac_md5_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key);
int hmac_old_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag);
int hmac_old_tag_96(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag);

void hmac_wipe(struct mac_state *st);

#endif
