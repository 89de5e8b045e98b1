/* cipher_cbc: AES and triple DES in CBC mode, for old peers. Knows: chaining that runs on across packets, one direction
 * a state. Must not know: packets. RFC 4253 6.3, SP 800-38A 6.2. */
#ifndef CRYPTO_CIPHER_CBC_H
#define CRYPTO_CIPHER_CBC_H

#include "cipher.h"

int cbc128_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal);
int cbc192_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal);
int cbc256_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal);
int cbc_crypt(struct cipher_state *st, uint8_t *p, size_t n);
void cbc_wipe(struct cipher_state *st);

int cbc3des_init(
    struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal);
int cbc3des_crypt(struct cipher_state *st, uint8_t *p, size_t n);
void cbc3des_wipe(struct cipher_state *st);

#endif
