/* mac_umac: UMAC, as the rows of mac.c. Knows: the sequence number is the nonce. Must not know: names, -etm.
 * draft-miller-secsh-umac-01 4. */
#ifndef CRYPTO_MAC_UMAC_H
#define CRYPTO_MAC_UMAC_H

#include "cipher.h"

int mac_umac64_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key);
int mac_umac128_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key);
int mac_umac_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag);
void mac_umac_wipe(struct mac_state *st);

#endif
