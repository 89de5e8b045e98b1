/* sntrup761: see sntrup761.h. Knows: Streamlined NTRU Prime Core and the KEM around it. Must not know: polynomials'
 * arithmetic. NTRU Prime 3 (ZKeyGen, ZEncrypt, ZDecrypt: 3.3; KeyGen, Encap, Decap: 3.4). */
#include "sntrup761.h"
#include "hash.h"
#include "mem.h"
#include "sntrup_encode.h"
#include "sntrup_sample.h"

#include <sodium.h>

#define P SNTRUP_P
#define HASH_LEN 32
#define INPUT_LEN SNTRUP_SMALL_LEN /* of r, the encrypted polynomial */

/* Where things are in a secret key. */
#define SK_F 0
#define SK_G_INVERSE (SK_F + SNTRUP_SMALL_LEN)
#define SK_PK (SK_G_INVERSE + SNTRUP_SMALL_LEN)
#define SK_RHO (SK_PK + SNTRUP761_PK_LEN) /* stands for r where a ciphertext is rejected */
#define SK_PK_HASH (SK_RHO + INPUT_LEN)

_Static_assert(SK_PK_HASH + HASH_LEN == SNTRUP761_SK_LEN, "secret key");
_Static_assert(SNTRUP_RQ_LEN == SNTRUP761_PK_LEN, "public key");
_Static_assert(SNTRUP_ROUNDED_LEN + HASH_LEN == SNTRUP761_CT_LEN, "ciphertext");
_Static_assert(SNTRUP761_SECRET_LEN == HASH_LEN, "secret");

enum hash_use { HASH_OF_REJECTED, HASH_OF_SESSION, HASH_OF_CONFIRMATION, HASH_OF_INPUT, HASH_OF_KEY };

/* Hash_b: half of SHA-512 of a byte that says what for, a, and b. */
static int
hash_for(uint8_t use, struct slice a, struct slice b, uint8_t out[HASH_LEN])
{
	uint8_t whole[HASH_MAX_LEN] = {0};
	struct hash h;
	int r;

	if ((r = hash_init(&h, HASH_SHA512)) == 0 && (r = hash_update(&h, slice_of(&use, 1))) == 0 &&
	    (r = hash_update(&h, a)) == 0 && (r = hash_update(&h, b)) == 0)
		r = hash_final(&h, whole);
	memcpy(out, whole, HASH_LEN);
	hash_wipe(&h);
	mem_wipe(whole, sizeof(whole));
	return r;
}

/* Hash_use(Hash_3(r), more): the confirmation and the session key. */
static int
hash_input(uint8_t use, const uint8_t *input, struct slice more, uint8_t out[HASH_LEN])
{
	uint8_t inner[HASH_LEN];
	int r = hash_for(HASH_OF_INPUT, slice_of(input, INPUT_LEN), SLICE_NONE, inner);

	if (r == 0)
		r = hash_for(use, slice_of(inner, sizeof(inner)), more, out);
	mem_wipe(inner, sizeof(inner));
	return r;
}

/* g is drawn again until it has an inverse; how often says nothing about the one that has. */
static int
sample_g(const struct nacre_env *env, struct sntrup_small *g, struct sntrup_small *inverse)
{
	int r;

	do
		if ((r = sntrup_sample_small(g, env)) != 0)
			return r;
	while (!sntrup_r3_invert(inverse, g));
	return 0;
}

/* KeyGen: h = g / 3f. */
static int
core_keygen(const struct nacre_env *env, uint8_t *pk, uint8_t *sk)
{
	struct {
		struct sntrup_small f, g, g_inverse;
		struct sntrup_rq h;
	} w;
	int r;

	if ((r = sample_g(env, &w.g, &w.g_inverse)) != 0 || (r = sntrup_sample_short(&w.f, env)) != 0)
		goto out;
	sntrup_rq_invert_thrice(&w.h, &w.f);
	sntrup_rq_multiply(&w.h, &w.h, &w.g);
	sntrup_rq_encode(&w.h, pk);
	sntrup_small_encode(&w.f, sk + SK_F);
	sntrup_small_encode(&w.g_inverse, sk + SK_G_INVERSE);
out:
	mem_wipe(&w, sizeof(w));
	return r;
}

/* Round: each coefficient to the nearest multiple of 3. */
static void
round_rq(struct sntrup_rq *a)
{
	size_t i;

	for (i = 0; i < P; i++)
		a->c[i] = (int16_t)(a->c[i] - sntrup_mod_3(a->c[i]));
}

/* Encrypt: Round(h r). */
static void
core_encrypt(const uint8_t *pk, const struct sntrup_small *input, uint8_t *ct)
{
	struct sntrup_rq h;

	sntrup_rq_decode(&h, pk);
	sntrup_rq_multiply(&h, &h, input);
	round_rq(&h);
	sntrup_rounded_encode(&h, ct);
	mem_wipe(&h, sizeof(h));
}

/* All bits where the weight of a is not W. Volatile: a compiler that knows that there are but two results may branch on
 * them, as clang does. */
static int
wrong_weight(const struct sntrup_small *a)
{
	volatile int mask;
	int weight = 0, off;
	size_t i;

	for (i = 0; i < P; i++)
		weight += a->c[i] & 1;
	off = weight - SNTRUP_W;
	mask = -(int)((uint32_t)(off | -off) >> 31);
	return mask;
}

/* Decrypt: 3f c is r g and small noise of thirds, which are gone modulo 3. What has the wrong weight becomes the
 * polynomial that begins with W ones. */
static void
core_decrypt(const uint8_t *sk, const uint8_t *ct, struct sntrup_small *out)
{
	struct {
		struct sntrup_small key, e;
		struct sntrup_rq c;
	} w;
	int wrong;
	size_t i;

	sntrup_small_decode(&w.key, sk + SK_F);
	sntrup_rounded_decode(&w.c, ct);
	sntrup_rq_multiply(&w.c, &w.c, &w.key);
	for (i = 0; i < P; i++)
		w.e.c[i] = sntrup_mod_3(sntrup_mod_q(3 * w.c.c[i]));
	sntrup_small_decode(&w.key, sk + SK_G_INVERSE);
	sntrup_r3_multiply(&w.e, &w.e, &w.key);
	wrong = wrong_weight(&w.e);
	for (i = 0; i < P; i++) {
		int instead = i < SNTRUP_W ? 1 : 0;

		out->c[i] = (int8_t)(w.e.c[i] ^ ((w.e.c[i] ^ instead) & wrong));
	}
	mem_wipe(&w, sizeof(w));
}

/* Hide: the ciphertext of r, its confirmation after it; and r as bytes. */
static int
hide(const uint8_t *pk, const uint8_t *pk_hash, const struct sntrup_small *input, uint8_t *encoded, uint8_t *ct)
{
	sntrup_small_encode(input, encoded);
	core_encrypt(pk, input, ct);
	return hash_input(HASH_OF_CONFIRMATION, encoded, slice_of(pk_hash, HASH_LEN), ct + SNTRUP_ROUNDED_LEN);
}

int
sntrup761_keygen(const struct nacre_env *env, uint8_t *pk, uint8_t *sk)
{
	int r;

	if ((r = core_keygen(env, pk, sk)) == 0 && (r = mem_random(env, sk + SK_RHO, INPUT_LEN)) == 0)
		r = hash_for(HASH_OF_KEY, slice_of(pk, SNTRUP761_PK_LEN), SLICE_NONE, sk + SK_PK_HASH);
	memcpy(sk + SK_PK, pk, SNTRUP761_PK_LEN);
	if (r != 0)
		mem_wipe(sk, SNTRUP761_SK_LEN);
	return r;
}

int
sntrup761_encaps(const struct nacre_env *env, const uint8_t *pk, uint8_t *ct, uint8_t *secret)
{
	uint8_t encoded[INPUT_LEN], pk_hash[HASH_LEN];
	struct sntrup_small input;
	int r;

	if ((r = hash_for(HASH_OF_KEY, slice_of(pk, SNTRUP761_PK_LEN), SLICE_NONE, pk_hash)) == 0 &&
	    (r = sntrup_sample_short(&input, env)) == 0 && (r = hide(pk, pk_hash, &input, encoded, ct)) == 0)
		r = hash_input(HASH_OF_SESSION, encoded, slice_of(ct, SNTRUP761_CT_LEN), secret);
	mem_wipe(&input, sizeof(input));
	mem_wipe(encoded, sizeof(encoded));
	return r;
}

/* Implicit rejection: r is encrypted again, and where that gives another ciphertext, rho takes its place. */
int
sntrup761_decaps(const uint8_t *sk, const uint8_t *ct, uint8_t *secret)
{
	struct {
		struct sntrup_small input;
		uint8_t encoded[INPUT_LEN], again[SNTRUP761_CT_LEN];
	} w;
	uint8_t differs;
	size_t i;
	int r;

	core_decrypt(sk, ct, &w.input);
	if ((r = hide(sk + SK_PK, sk + SK_PK_HASH, &w.input, w.encoded, w.again)) != 0)
		goto out;
	differs = (uint8_t)sodium_memcmp(ct, w.again, SNTRUP761_CT_LEN); /* 0, or all bits */
	for (i = 0; i < INPUT_LEN; i++)
		w.encoded[i] ^= differs & (w.encoded[i] ^ sk[SK_RHO + i]);
	r = hash_input((uint8_t)(HASH_OF_SESSION + differs), w.encoded, slice_of(ct, SNTRUP761_CT_LEN), secret);
out:
	mem_wipe(&w, sizeof(w));
	return r;
}
