/* kex_ecdh: the rows' functions for ECDH on the NIST curves. Knows: points, and x coordinates as secrets. Must not
 * know: messages. RFC 5656 4. */
#ifndef CRYPTO_KEX_ECDH_H
#define CRYPTO_KEX_ECDH_H

#include "kex.h"

/* Public values are uncompressed points. One that is not on the curve is NACRE_E_KEX before any mathematics with it. */
#define KEX_ECDH_FUNCTIONS(curve)                                                                                      \
	int curve##_init(struct kex_state *st, const struct nacre_env *env, uint8_t *out) NACRE_CHECK;                 \
	int curve##_respond(const struct nacre_env *env, const uint8_t *init, uint8_t *reply, uint8_t *secret)         \
	    NACRE_CHECK;                                                                                               \
	int curve##_finish(struct kex_state *st, const uint8_t *reply, uint8_t *secret) NACRE_CHECK;

KEX_ECDH_FUNCTIONS(nistp256)
KEX_ECDH_FUNCTIONS(nistp384)
KEX_ECDH_FUNCTIONS(nistp521)

#endif
