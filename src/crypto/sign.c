/* sign: Ed25519 through libsodium. Knows: seeds, public keys, signatures. Must not know: SSH framing. RFC 8032, RFC
 * 8709. */
#include "sign.h"

#include <sodium.h>

int
ed25519_public(const uint8_t seed[32], uint8_t public_key[32])
{
	uint8_t secret[64];
	int r = crypto_sign_seed_keypair(public_key, secret, seed);

	sodium_memzero(secret, sizeof(secret));
	return r == 0 ? 0 : NACRE_E_CRYPTO;
}

int
ed25519_sign(const uint8_t secret[64], struct slice data, uint8_t sig[64])
{
	return crypto_sign_detached(sig, NULL, data.p, data.n, secret) == 0 ? 0 : NACRE_E_CRYPTO;
}

int
ed25519_verify(const uint8_t public_key[32], struct slice data, struct slice sig)
{
	if (sig.n != ED25519_SIG_LEN)
		return NACRE_E_CRYPTO;
	return crypto_sign_verify_detached(sig.p, data.p, data.n, public_key) == 0 ? 0 : NACRE_E_CRYPTO;
}
