/* mldsa44: see mldsa44.h. Knows: the order of the steps. Must not know: coefficients. FIPS 204 6.1 to 6.3. */
#include "mldsa44.h"
#include "keccak.h"
#include "mem.h"
#include "mldsa_poly.h"

#define K MLDSA_K
#define TR_LEN 64
#define MU_LEN 64
#define T1_LEN MLDSA_POLY_LEN(10)
#define Z_LEN MLDSA_POLY_LEN(18)
#define W1_LEN MLDSA_POLY_LEN(6)
#define NONCE_MAX (1000 * K) /* FIPS 204 appendix C: 814 tries are enough but for one in 2^256 */

typedef struct mldsa_poly vector[K];

struct key {
	uint8_t rho[MLDSA_SEED_LEN], secret[MLDSA_SEED_LEN], tr[TR_LEN], public_key[MLDSA44_PUBLIC_LEN];
	struct mldsa_poly a[K][K]; /* transformed, as the next three are when signing */
	vector s1, s2, t0;
};

/* What signing and verifying work with. */
struct work {
	struct key key;
	uint8_t mu[MU_LEN], mask_seed[MLDSA_MASK_SEED_LEN];
	vector y, z, w, low, hint;
	struct mldsa_poly c;
};

static void
expand_matrix(struct key *key)
{
	unsigned i, j;

	for (i = 0; i < K; i++)
		for (j = 0; j < K; j++)
			mldsa_sample_uniform(&key->a[i][j], key->rho, i, j);
}

/* out = A v, of a transformed v; as coefficients. */
static void
multiply(const struct key *key, const vector v, vector out)
{
	unsigned i, j;

	for (i = 0; i < K; i++) {
		mldsa_product(&out[i], &key->a[i][0], &v[0]);
		for (j = 1; j < K; j++)
			mldsa_add_product(&out[i], &key->a[i][j], &v[j]);
		mldsa_inverse_ntt(&out[i]);
	}
}

/* Algorithm 6: the seeds. */
static void
expand_seed(struct key *key, const uint8_t seed[MLDSA44_SEED_LEN], uint8_t short_seed[MLDSA_MASK_SEED_LEN])
{
	static const uint8_t sizes[2] = {K, K};
	uint8_t out[MLDSA_SEED_LEN + MLDSA_MASK_SEED_LEN + MLDSA_SEED_LEN];

	keccak_hash(
	    keccak_shake256, slice_of(seed, MLDSA44_SEED_LEN), slice_of(sizes, sizeof(sizes)), out, sizeof(out));
	memcpy(key->rho, out, MLDSA_SEED_LEN);
	memcpy(short_seed, out + MLDSA_SEED_LEN, MLDSA_MASK_SEED_LEN);
	memcpy(key->secret, out + MLDSA_SEED_LEN + MLDSA_MASK_SEED_LEN, MLDSA_SEED_LEN);
	mem_wipe(out, sizeof(out));
}

/* t = A s1 + s2, of which the public key has the high part. s1 is left transformed. */
static void
make_public(struct key *key)
{
	unsigned i;

	for (i = 0; i < K; i++)
		mldsa_ntt(&key->s1[i]);
	multiply(key, key->s1, key->t0);
	memcpy(key->public_key, key->rho, MLDSA_SEED_LEN);
	for (i = 0; i < K; i++) {
		struct mldsa_poly t = key->t0[i];

		mldsa_add(&t, &key->s2[i]);
		mldsa_canonical(&t);
		mldsa_power2round(&t, &key->t0[i]);
		mldsa_encode(&t, 10, 0, key->public_key + MLDSA_SEED_LEN + i * T1_LEN);
		mem_wipe(&t, sizeof(t));
	}
	keccak_hash(keccak_shake256, slice_of(key->public_key, MLDSA44_PUBLIC_LEN), SLICE_NONE, key->tr, TR_LEN);
}

static void
expand_key(struct key *key, const uint8_t seed[MLDSA44_SEED_LEN])
{
	uint8_t short_seed[MLDSA_MASK_SEED_LEN];
	unsigned i;

	expand_seed(key, seed, short_seed);
	expand_matrix(key);
	for (i = 0; i < K; i++) {
		mldsa_sample_short(&key->s1[i], short_seed, i);
		mldsa_sample_short(&key->s2[i], short_seed, K + i);
	}
	mem_wipe(short_seed, sizeof(short_seed));
	make_public(key);
}

int
mldsa44_public(
    const struct nacre_env *env, const uint8_t seed[MLDSA44_SEED_LEN], uint8_t public_key[MLDSA44_PUBLIC_LEN])
{
	struct key *key = mem_new(env, sizeof(*key));

	if (key == NULL)
		return NACRE_E_NOMEM;
	expand_key(key, seed);
	memcpy(public_key, key->public_key, MLDSA44_PUBLIC_LEN);
	mem_wipe_free(env, key, sizeof(*key));
	return 0;
}

/* Algorithms 2 and 3, step 10: 0 for a message that was not hashed before, and its context. */
static void
make_mu(struct work *w, struct slice message, struct slice context)
{
	const uint8_t head[2] = {0, (uint8_t)context.n};
	struct keccak k;

	keccak_init(&k, keccak_shake256);
	keccak_absorb(&k, slice_of(w->key.tr, TR_LEN));
	keccak_absorb(&k, slice_of(head, sizeof(head)));
	keccak_absorb(&k, context);
	keccak_absorb(&k, message);
	keccak_finish(&k);
	keccak_squeeze(&k, w->mu, MU_LEN);
	keccak_wipe(&k);
}

static void
make_challenge(const uint8_t mu[MU_LEN], const vector high, uint8_t challenge[MLDSA_SEED_LEN])
{
	uint8_t bytes[K * W1_LEN];
	unsigned i;

	for (i = 0; i < K; i++)
		mldsa_encode(&high[i], 6, 0, bytes + i * W1_LEN);
	keccak_hash(keccak_shake256, slice_of(mu, MU_LEN), slice_of(bytes, sizeof(bytes)), challenge, MLDSA_SEED_LEN);
	mem_wipe(bytes, sizeof(bytes));
}

/* w = A y; its high part is what is committed to. y stays, transformed in z. */
static void
commit(struct work *w, unsigned nonce, uint8_t challenge[MLDSA_SEED_LEN])
{
	vector high;
	unsigned i;

	for (i = 0; i < K; i++) {
		mldsa_sample_mask(&w->y[i], w->mask_seed, nonce + i);
		w->z[i] = w->y[i];
		mldsa_ntt(&w->z[i]);
	}
	multiply(&w->key, w->z, w->w);
	for (i = 0; i < K; i++) {
		mldsa_canonical(&w->w[i]);
		high[i] = w->w[i];
		mldsa_decompose(&high[i], &w->low[i]);
	}
	make_challenge(w->mu, high, challenge);
	mem_wipe(high, sizeof(high));
	mldsa_sample_ball(&w->c, challenge);
	mldsa_ntt(&w->c);
}

/* out = c v */
static void
by_challenge(const struct work *w, const struct mldsa_poly *v, struct mldsa_poly *out)
{
	mldsa_product(out, &w->c, v);
	mldsa_inverse_ntt(out);
}

/* z = y + c s1, where that says nothing of s1. */
static bool
answer(struct work *w)
{
	bool good = true;
	unsigned i;

	for (i = 0; i < K; i++) {
		by_challenge(w, &w->key.s1[i], &w->z[i]);
		mldsa_add(&w->z[i], &w->y[i]);
		mldsa_centre(&w->z[i]);
		good = mldsa_is_bounded(&w->z[i], MLDSA_GAMMA1 - MLDSA_BETA) && good;
	}
	return good;
}

/* r = w - c s2, whose low part must be small; where adding c t0 moves its high part, the hint says so. */
static bool
make_hint(struct work *w, unsigned i)
{
	struct mldsa_poly high = w->w[i], other, product, low;
	bool good;
	unsigned j;

	by_challenge(w, &w->key.s2[i], &product);
	mldsa_subtract(&high, &product);
	mldsa_canonical(&high);
	other = high;
	mldsa_decompose(&high, &low);
	good = mldsa_is_bounded(&low, MLDSA_GAMMA2 - MLDSA_BETA);
	by_challenge(w, &w->key.t0[i], &product);
	mldsa_centre(&product);
	good = mldsa_is_bounded(&product, MLDSA_GAMMA2) && good;
	mldsa_add(&other, &product);
	mldsa_canonical(&other);
	mldsa_decompose(&other, &low);
	for (j = 0; j < MLDSA_N; j++)
		w->hint[i].c[j] = (int32_t)((uint32_t)(-(high.c[j] ^ other.c[j])) >> 31);
	mem_wipe(&product, sizeof(product));
	mem_wipe(&low, sizeof(low));
	return good;
}

/* So few ones that they have room: counted as the one coefficient of a polynomial whose bound that is. */
static bool
is_hint_small(const struct work *w)
{
	struct mldsa_poly count = {{0}};
	unsigned i, j;

	for (i = 0; i < K; i++)
		for (j = 0; j < MLDSA_N; j++)
			count.c[0] += w->hint[i].c[j];
	return mldsa_is_bounded(&count, MLDSA_OMEGA + 1);
}

static bool
try_to_sign(struct work *w, unsigned nonce, uint8_t sig[MLDSA44_SIG_LEN])
{
	bool good;
	unsigned i;

	commit(w, nonce, sig);
	good = answer(w);
	for (i = 0; i < K && good; i++)
		good = make_hint(w, i);
	if (!good || !is_hint_small(w))
		return false;
	for (i = 0; i < K; i++)
		mldsa_encode(&w->z[i], 18, MLDSA_GAMMA1, sig + MLDSA_SEED_LEN + i * Z_LEN);
	mldsa_hint_encode(w->hint, sig + MLDSA_SEED_LEN + K * Z_LEN);
	return true;
}

/* Algorithm 7, line 7: H(K || rnd || mu). */
static void
make_mask_seed(struct work *w, const uint8_t rnd[32])
{
	uint8_t front[2 * MLDSA_SEED_LEN];

	memcpy(front, w->key.secret, MLDSA_SEED_LEN);
	memcpy(front + MLDSA_SEED_LEN, rnd, MLDSA_SEED_LEN);
	keccak_hash(keccak_shake256, slice_of(front, sizeof(front)), slice_of(w->mu, MU_LEN), w->mask_seed,
	    sizeof(w->mask_seed));
	mem_wipe(front, sizeof(front));
}

static void
transform_secrets(struct key *key)
{
	unsigned i;

	for (i = 0; i < K; i++) {
		mldsa_ntt(&key->s2[i]);
		mldsa_ntt(&key->t0[i]);
	}
}

/* Algorithm 8, with what the key gives in `w`. */
static bool
is_signed(struct work *w, const uint8_t sig[MLDSA44_SIG_LEN])
{
	uint8_t challenge[MLDSA_SEED_LEN];
	struct mldsa_poly t;
	bool good = mldsa_hint_decode(w->hint, sig + MLDSA_SEED_LEN + K * Z_LEN);
	unsigned i;

	mldsa_sample_ball(&w->c, sig);
	mldsa_ntt(&w->c);
	for (i = 0; i < K; i++) {
		mldsa_decode(&w->z[i], 18, MLDSA_GAMMA1, sig + MLDSA_SEED_LEN + i * Z_LEN);
		good = mldsa_is_bounded(&w->z[i], MLDSA_GAMMA1 - MLDSA_BETA) && good;
		mldsa_ntt(&w->z[i]);
	}
	if (!good)
		return false;
	multiply(&w->key, w->z, w->w);
	for (i = 0; i < K; i++) {
		mldsa_decode(&t, 10, 0, w->key.public_key + MLDSA_SEED_LEN + i * T1_LEN);
		for (unsigned j = 0; j < MLDSA_N; j++)
			t.c[j] *= 1 << MLDSA_D;
		mldsa_ntt(&t);
		by_challenge(w, &t, &w->low[i]);
		mldsa_subtract(&w->w[i], &w->low[i]);
		mldsa_canonical(&w->w[i]);
		mldsa_use_hint(&w->w[i], &w->hint[i]);
	}
	make_challenge(w->mu, w->w, challenge);
	return mldsa_is_challenge(challenge, sig);
}

int
mldsa44_sign(const struct nacre_env *env, const uint8_t seed[MLDSA44_SEED_LEN], const uint8_t rnd[32],
    struct slice message, struct slice context, uint8_t sig[MLDSA44_SIG_LEN])
{
	struct work *w;
	unsigned nonce = 0;
	bool is_made;
	int r;

	if (context.n > MLDSA44_CONTEXT_MAX)
		return NACRE_E_CRYPTO;
	if ((w = mem_new(env, sizeof(*w))) == NULL)
		return NACRE_E_NOMEM;
	expand_key(&w->key, seed);
	transform_secrets(&w->key);
	make_mu(w, message, context);
	make_mask_seed(w, rnd);
	while (!(is_made = try_to_sign(w, nonce, sig)) && nonce < NONCE_MAX) /* one in four is good */
		nonce += K;
	/* A fault while signing would give the key away: what does not verify does not leave. */
	r = is_made && is_signed(w, sig) ? 0 : NACRE_E_CRYPTO;
	if (r != 0)
		mem_wipe(sig, MLDSA44_SIG_LEN);
	mem_wipe_free(env, w, sizeof(*w));
	return r;
}

int
mldsa44_verify(const struct nacre_env *env, const uint8_t public_key[MLDSA44_PUBLIC_LEN], struct slice message,
    struct slice context, struct slice sig)
{
	struct work *w;
	int r;

	if (sig.n != MLDSA44_SIG_LEN || context.n > MLDSA44_CONTEXT_MAX)
		return NACRE_E_CRYPTO;
	if ((w = mem_new(env, sizeof(*w))) == NULL)
		return NACRE_E_NOMEM;
	memcpy(w->key.public_key, public_key, MLDSA44_PUBLIC_LEN);
	memcpy(w->key.rho, public_key, MLDSA_SEED_LEN);
	keccak_hash(keccak_shake256, slice_of(w->key.public_key, MLDSA44_PUBLIC_LEN), SLICE_NONE, w->key.tr, TR_LEN);
	expand_matrix(&w->key);
	make_mu(w, message, context);
	r = is_signed(w, sig.p) ? 0 : NACRE_E_CRYPTO;
	mem_free(env, w, sizeof(*w));
	return r;
}
