/* mlkem768: see mlkem768.h. Knows: randomness, the checks of keys, and which implementation there is. Must not know:
 * the mathematics. FIPS 203 7. */
#include "mlkem768.h"
#include "keccak.h"
#include "mem.h"
#include "mlkem_fips203.h"
#include "mlkem_poly.h"

#include <sodium.h>

#define DK_EK (MLKEM768_DK_LEN - MLKEM768_EK_LEN - 2 * MLKEM_SEED_LEN) /* where the public half is in dk */

#ifdef crypto_kem_mlkem768_PUBLICKEYBYTES

_Static_assert(
    crypto_kem_mlkem768_PUBLICKEYBYTES == MLKEM768_EK_LEN && crypto_kem_mlkem768_SEEDBYTES == MLKEM768_SEED_LEN &&
	crypto_kem_mlkem768_SECRETKEYBYTES == MLKEM768_DK_LEN && crypto_kem_mlkem768_CIPHERTEXTBYTES == MLKEM768_CT_LEN,
    "libsodium's ML-KEM-768");

static int
keygen(const uint8_t *seed, uint8_t *ek, uint8_t *dk)
{
	return crypto_kem_mlkem768_seed_keypair(ek, dk, seed) == 0 ? 0 : NACRE_E_CRYPTO;
}

static int
encaps(const uint8_t *ek, const uint8_t *m, uint8_t *ct, uint8_t *secret)
{
	return crypto_kem_mlkem768_enc_deterministic(ct, secret, ek, m) == 0 ? 0 : NACRE_E_CRYPTO;
}

static int
decaps(const uint8_t *dk, const uint8_t *ct, uint8_t *secret)
{
	return crypto_kem_mlkem768_dec(secret, ct, dk) == 0 ? 0 : NACRE_E_CRYPTO;
}

#else

static int
keygen(const uint8_t *seed, uint8_t *ek, uint8_t *dk)
{
	mlkem_keygen_internal(seed, seed + MLKEM_SEED_LEN, ek, dk);
	return 0;
}

static int
encaps(const uint8_t *ek, const uint8_t *m, uint8_t *ct, uint8_t *secret)
{
	mlkem_encaps_internal(ek, m, ct, secret);
	return 0;
}

static int
decaps(const uint8_t *dk, const uint8_t *ct, uint8_t *secret)
{
	mlkem_decaps_internal(dk, ct, secret);
	return 0;
}

#endif

/* Decoded and encoded again it would be the same: no coefficient is q or more. */
bool
mlkem768_check(const uint8_t *ek)
{
	struct mlkem_poly t;
	size_t at, i;

	for (at = 0; at < MLKEM768_EK_LEN - MLKEM_SEED_LEN; at += MLKEM_POLY_LEN(12)) {
		mlkem_poly_decode(&t, 12, ek + at);
		for (i = 0; i < MLKEM_N; i++)
			if (t.c[i] >= MLKEM_Q)
				return false;
	}
	return true;
}

int
mlkem768_keygen_from(const uint8_t *seed, uint8_t *ek, uint8_t *dk)
{
	return keygen(seed, ek, dk);
}

int
mlkem768_encaps_from(const uint8_t *ek, const uint8_t *m, uint8_t *ct, uint8_t *secret)
{
	return mlkem768_check(ek) ? encaps(ek, m, ct, secret) : NACRE_E_KEX;
}

int
mlkem768_keygen(const struct nacre_env *env, uint8_t *ek, uint8_t *dk)
{
	uint8_t seed[MLKEM768_SEED_LEN];
	int r = mem_random(env, seed, sizeof(seed));

	if (r == 0)
		r = mlkem768_keygen_from(seed, ek, dk);
	mem_wipe(seed, sizeof(seed));
	return r;
}

/* 7.2: the key is checked before anything is spent on it. */
int
mlkem768_encaps(const struct nacre_env *env, const uint8_t *ek, uint8_t *ct, uint8_t *secret)
{
	uint8_t m[MLKEM768_M_LEN];
	int r;

	if (!mlkem768_check(ek))
		return NACRE_E_KEX;
	if ((r = mem_random(env, m, sizeof(m))) == 0)
		r = encaps(ek, m, ct, secret);
	mem_wipe(m, sizeof(m));
	return r;
}

int
mlkem768_decaps(const uint8_t *dk, const uint8_t *ct, uint8_t *secret)
{
	uint8_t h[SHA3_256_LEN];

	keccak_hash(keccak_sha3_256, slice_of(dk + DK_EK, MLKEM768_EK_LEN), SLICE_NONE, h, sizeof(h));
	if (sodium_memcmp(h, dk + DK_EK + MLKEM768_EK_LEN, sizeof(h)) != 0)
		return NACRE_E_CRYPTO;
	return decaps(dk, ct, secret);
}
