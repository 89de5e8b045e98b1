/* sign_mldsa: ML-DSA-44 and Ed25519 in one: both must hold. Knows: how the two are joined. Must not know: SSH framing.
 * draft-ietf-lamps-pq-composite-sigs 3 and 4.2 (MLDSA44-Ed25519-SHA512),
 * draft-miller-sshm-mldsa44-ed25519-composite-sigs. */
#include "mem.h"
#include "mldsa44.h"
#include "sign.h"

#define PREFIX "CompositeAlgorithmSignatures2025"
#define LABEL "COMPSIG-MLDSA44-Ed25519-SHA512"
#define FRONT PREFIX LABEL "\0" /* no context */
#define FRONT_LEN (sizeof(FRONT) - 1)
#define COVERED_LEN (FRONT_LEN + 64)

_Static_assert(
    MLDSA_ED25519_PUBLIC_LEN == MLDSA44_PUBLIC_LEN + ED25519_PUBLIC_LEN, "public keys, one behind the other");
_Static_assert(MLDSA_ED25519_SIG_LEN == MLDSA44_SIG_LEN + ED25519_SIG_LEN, "signatures, one behind the other");
_Static_assert(MLDSA_ED25519_SEEDS_LEN == MLDSA44_SEED_LEN + ED25519_SEED_LEN, "seeds, one behind the other");

/* What both sign: the message's SHA-512 behind what the signature is. */
static int
cover(struct slice data, uint8_t covered[COVERED_LEN])
{
	memcpy(covered, FRONT, FRONT_LEN);
	return hash_once(HASH_SHA512, data, covered + FRONT_LEN);
}

int
mldsa_ed25519_public(const struct nacre_env *env, const uint8_t seeds[MLDSA_ED25519_SEEDS_LEN],
    uint8_t public_key[MLDSA_ED25519_PUBLIC_LEN])
{
	int r = mldsa44_public(env, seeds, public_key);

	return r != 0 ? r : ed25519_public(seeds + MLDSA44_SEED_LEN, public_key + MLDSA44_PUBLIC_LEN);
}

static int
sign_by_ed25519(const uint8_t seed[ED25519_SEED_LEN], struct slice covered, uint8_t sig[ED25519_SIG_LEN])
{
	uint8_t secret[64];
	int r;

	memcpy(secret, seed, ED25519_SEED_LEN);
	if ((r = ed25519_public(seed, secret + ED25519_SEED_LEN)) == 0)
		r = ed25519_sign(secret, covered, sig);
	mem_wipe(secret, sizeof(secret));
	return r;
}

int
mldsa_ed25519_sign(const struct nacre_env *env, const uint8_t seeds[MLDSA_ED25519_SEEDS_LEN], struct slice data,
    uint8_t sig[MLDSA_ED25519_SIG_LEN])
{
	uint8_t covered[COVERED_LEN], rnd[32];
	struct slice all = slice_of(covered, sizeof(covered));
	int r;

	if ((r = cover(data, covered)) != 0 || (r = mem_random(env, rnd, sizeof(rnd))) != 0)
		return r;
	if ((r = mldsa44_sign(env, seeds, rnd, all, SLICE_LIT(LABEL), sig)) == 0)
		r = sign_by_ed25519(seeds + MLDSA44_SEED_LEN, all, sig + MLDSA44_SIG_LEN);
	mem_wipe(rnd, sizeof(rnd));
	if (r != 0)
		mem_wipe(sig, MLDSA_ED25519_SIG_LEN);
	return r;
}

int
mldsa_ed25519_verify(const struct nacre_env *env, const uint8_t public_key[MLDSA_ED25519_PUBLIC_LEN], struct slice data,
    struct slice sig)
{
	uint8_t covered[COVERED_LEN];
	struct slice all = slice_of(covered, sizeof(covered));

	if (sig.n != MLDSA_ED25519_SIG_LEN || cover(data, covered) != 0)
		return NACRE_E_CRYPTO;
	if (ed25519_verify(public_key + MLDSA44_PUBLIC_LEN, all, slice_from(sig, MLDSA44_SIG_LEN)) != 0)
		return NACRE_E_CRYPTO;
	return mldsa44_verify(env, public_key, all, SLICE_LIT(LABEL), slice_of(sig.p, MLDSA44_SIG_LEN)) == 0
		   ? 0
		   : NACRE_E_CRYPTO;
}
