/* kex_hybrid: the rows of kex_table that join a post-quantum KEM with X25519. Knows: their functions. Must not know:
 * the KEMs' mathematics. Serves RFC 9941, RFC 10042. */
#ifndef CRYPTO_KEX_HYBRID_H
#define CRYPTO_KEX_HYBRID_H

#include "kex.h"
#include "mlkem768.h"
#include "sntrup761.h"

#define HYBRID_X25519_LEN 32

int kex_mlkem_init(struct kex_state *st, const struct nacre_env *env, uint8_t *out);
int kex_mlkem_respond(const struct nacre_env *env, const uint8_t *init, uint8_t *reply, uint8_t *secret);
int kex_mlkem_finish(struct kex_state *st, const uint8_t *reply, uint8_t *secret);

int kex_sntrup_init(struct kex_state *st, const struct nacre_env *env, uint8_t *out);
int kex_sntrup_respond(const struct nacre_env *env, const uint8_t *init, uint8_t *reply, uint8_t *secret);
int kex_sntrup_finish(struct kex_state *st, const uint8_t *reply, uint8_t *secret);

#endif
