/* assemble: a key out of the numbers that some file held. Knows: which numbers each type has, and which can be computed
 * from the others. Must not know: files. RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4. */
#ifndef KEYS_ASSEMBLE_H
#define KEYS_ASSEMBLE_H

#include "key.h"
#include "why.h"

struct key_parts {
	const struct key_type *type;
	bool has_private;
	struct slice n, e, d, p, q, iqmp; /* RSA: magnitudes */
	struct slice point; /* ECDSA, Ed25519: the public half; empty where it is to be computed */
	struct slice
	    secret; /* ECDSA: the scalar, at most of the curve's length; Ed25519: the seed; DSA: x; ML-DSA: both seeds */
	struct dsa_public dsa; /* y: empty where it is to be computed */
};

/* Checks the private half against the public one. NACRE_E_KEY_FORMAT, NACRE_E_KEY_TYPE, NACRE_E_NOMEM,
 * NACRE_E_RANDOM. */
int key_assemble(
    const struct nacre_env *env, const struct key_parts *parts, nacre_key **key, struct why *why) NACRE_CHECK;
/* A public blob, with the failure in words. */
int key_assemble_blob(const struct nacre_env *env, struct slice blob, nacre_key **key, struct why *why) NACRE_CHECK;

#endif
