/* sign_dsa: DSA of 1024 and 160 bits with SHA-1, all that SSH has of it, for old keys: through mbedTLS's big numbers.
 * Knows: numbers and signatures. Must not know: SSH framing. FIPS 186-4 4, RFC 6979 (nonces), RFC 4253 6.6. */
#include "mbed_pk.h"
#include "sign.h"

#include <mbedtls/bignum.h>
#include <mbedtls/hmac_drbg.h>
#include <sodium.h>

#define BLIND_LEN (DSA_Q_LEN + 8) /* so many random bytes that their remainder is even */

enum number { P, Q, G, Y, X, H, R, S, K, B, T, U, NUMBERS };

/* What one call works with. Failures of the library are remembered, and nothing more is done after the first. */
struct work {
	mbedtls_mpi n[NUMBERS];
	bool failed;
};

static void
begin(struct work *w)
{
	size_t i;

	w->failed = false;
	for (i = 0; i < NUMBERS; i++)
		mbedtls_mpi_init(&w->n[i]);
}

/* The library wipes them. */
static void
end(struct work *w)
{
	size_t i;

	for (i = 0; i < NUMBERS; i++)
		mbedtls_mpi_free(&w->n[i]);
}

static void
put(struct work *w, enum number to, struct slice bytes)
{
	w->failed = w->failed || mbedtls_mpi_read_binary(&w->n[to], bytes.p, bytes.n) != 0;
}

/* to = a mod m */
static void
mod(struct work *w, enum number to, enum number a, enum number m)
{
	w->failed = w->failed || mbedtls_mpi_mod_mpi(&w->n[to], &w->n[a], &w->n[m]) != 0;
}

/* to = a b mod q */
static void
mul(struct work *w, enum number to, enum number a, enum number b)
{
	w->failed = w->failed || mbedtls_mpi_mul_mpi(&w->n[to], &w->n[a], &w->n[b]) != 0;
	mod(w, to, to, Q);
}

static void
add(struct work *w, enum number to, enum number a, enum number b)
{
	w->failed = w->failed || mbedtls_mpi_add_mpi(&w->n[to], &w->n[a], &w->n[b]) != 0;
}

/* to = a^-1 mod q */
static void
invert(struct work *w, enum number to, enum number a)
{
	w->failed = w->failed || mbedtls_mpi_inv_mod(&w->n[to], &w->n[a], &w->n[Q]) != 0;
}

/* to = a^e mod p */
static void
power(struct work *w, enum number to, enum number a, enum number e)
{
	w->failed = w->failed || mbedtls_mpi_exp_mod(&w->n[to], &w->n[a], &w->n[e], &w->n[P], NULL) != 0;
}

static bool
is_less(const struct work *w, enum number a, enum number b)
{
	return mbedtls_mpi_cmp_mpi(&w->n[a], &w->n[b]) < 0;
}

static bool
is_number(const struct work *w, enum number a, int value)
{
	return mbedtls_mpi_cmp_int(&w->n[a], value) == 0;
}

/* 0 < a < q */
static bool
is_in_range(const struct work *w, enum number a)
{
	return !is_number(w, a, 0) && is_less(w, a, Q);
}

static void
put_public(struct work *w, const struct dsa_public *key)
{
	put(w, P, key->p);
	put(w, Q, key->q);
	put(w, G, key->g);
	put(w, Y, key->y);
}

/* The digest is as long as q. */
static void
put_digest(struct work *w, struct slice data)
{
	uint8_t digest[HASH_MAX_LEN];

	if (hash_once(HASH_SHA1, data, digest) != 0)
		w->failed = true;
	else
		put(w, H, slice_of(digest, DSA_Q_LEN));
	sodium_memzero(digest, sizeof(digest));
}

/* The top bit of the top byte, and an odd number. */
static bool
has_size(struct slice s, size_t n)
{
	return s.n == n && (s.p[0] & 0x80) != 0 && (s.p[n - 1] & 1) != 0;
}

/* 1 < a < p, and of order q. */
static bool
is_of_order_q(struct work *w, enum number a)
{
	if (is_number(w, a, 0) || is_number(w, a, 1) || !is_less(w, a, P))
		return false;
	power(w, T, a, Q);
	return !w->failed && is_number(w, T, 1);
}

int
dsa_check_public(const struct dsa_public *key)
{
	struct work w;
	bool good;

	if (!has_size(key->p, DSA_P_LEN) || !has_size(key->q, DSA_Q_LEN))
		return NACRE_E_KEY_TYPE;
	if (key->g.n > DSA_P_LEN || key->y.n > DSA_P_LEN)
		return NACRE_E_CRYPTO;
	begin(&w);
	put_public(&w, key);
	mod(&w, T, P, Q); /* q divides p - 1 */
	good = !w.failed && is_number(&w, T, 1) && is_of_order_q(&w, G) && is_of_order_q(&w, Y);
	end(&w);
	return good ? 0 : NACRE_E_CRYPTO;
}

/* A constant length of the exponent: a few multiples of q more change nothing but that. */
static void
lengthen(struct work *w, enum number to, enum number from)
{
	add(w, to, from, Q);
	if (mbedtls_mpi_bitlen(&w->n[to]) <= 8 * DSA_Q_LEN)
		add(w, to, to, Q);
}

int
dsa_public_of(const struct dsa_public *group, struct slice x, uint8_t y[DSA_P_LEN])
{
	struct work w;
	int r = NACRE_E_CRYPTO;

	if (x.n > DSA_Q_LEN)
		return NACRE_E_CRYPTO;
	begin(&w);
	put(&w, P, group->p);
	put(&w, Q, group->q);
	put(&w, G, group->g);
	put(&w, X, x);
	if (!w.failed && is_in_range(&w, X)) {
		lengthen(&w, K, X);
		power(&w, T, G, K);
		w.failed = w.failed || mbedtls_mpi_write_binary(&w.n[T], y, DSA_P_LEN) != 0;
		r = w.failed ? NACRE_E_CRYPTO : 0;
	}
	end(&w);
	return r;
}

int
dsa_check_pair(const struct dsa_public *key, struct slice x)
{
	uint8_t y[DSA_P_LEN];
	size_t pad = sizeof(y) - (key->y.n <= sizeof(y) ? key->y.n : 0);
	int r = dsa_public_of(key, x, y);

	if (r != 0)
		return r;
	return key->y.n <= sizeof(y) && sodium_is_zero(y, pad) && slice_eq(slice_of(y + pad, sizeof(y) - pad), key->y)
		   ? 0
		   : NACRE_E_CRYPTO;
}

/* RFC 6979 3.2: a generator seeded with the key and the digest, asked until what it gives is a nonce. */
static void
make_nonce(struct work *w)
{
	uint8_t seed[2 * DSA_Q_LEN], k[DSA_Q_LEN];
	mbedtls_hmac_drbg_context drbg;

	mod(w, T, H, Q);
	w->failed = w->failed || mbedtls_mpi_write_binary(&w->n[X], seed, DSA_Q_LEN) != 0 ||
		    mbedtls_mpi_write_binary(&w->n[T], seed + DSA_Q_LEN, DSA_Q_LEN) != 0;
	mbedtls_hmac_drbg_init(&drbg);
	w->failed = w->failed || mbedtls_hmac_drbg_seed_buf(
				     &drbg, mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), seed, sizeof(seed)) != 0;
	do {
		w->failed = w->failed || mbedtls_hmac_drbg_random(&drbg, k, sizeof(k)) != 0;
		put(w, K, slice_of(k, sizeof(k)));
	} while (!w->failed && !is_in_range(w, K));
	mbedtls_hmac_drbg_free(&drbg);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(k, sizeof(k));
}

/* b: what the numbers that are divided and multiplied in secret are hidden by. */
static int
make_blind(struct work *w, const struct nacre_env *env)
{
	struct mbed_rng rng = {.env = env};
	uint8_t bytes[BLIND_LEN];
	int r = 0;

	do {
		if (mbed_random(&rng, bytes, sizeof(bytes)) != 0)
			r = NACRE_E_RANDOM;
		put(w, B, slice_of(bytes, sizeof(bytes)));
		mod(w, B, B, Q);
	} while (r == 0 && !w->failed && is_number(w, B, 0));
	sodium_memzero(bytes, sizeof(bytes));
	return r;
}

/* FIPS 186-4 4.6: r = (g^k mod p) mod q, s = (h + x r) / k = (b h + b x r) / (b k) mod q */
static void
make_signature(struct work *w)
{
	lengthen(w, U, K);
	power(w, R, G, U);
	mod(w, R, R, Q);
	mul(w, T, B, X);
	mul(w, T, T, R);
	mul(w, U, B, H);
	add(w, T, T, U);
	mul(w, U, B, K);
	invert(w, U, U);
	mul(w, S, T, U);
	w->failed = w->failed || !is_in_range(w, R) || !is_in_range(w, S);
}

int
dsa_sign(const struct dsa_public *key, const struct nacre_env *env, struct slice x, struct slice data,
    uint8_t sig[DSA_SIG_LEN])
{
	struct work w;
	int r;

	begin(&w);
	put_public(&w, key);
	put(&w, X, x);
	put_digest(&w, data);
	w.failed = w.failed || !is_in_range(&w, X);
	if ((r = make_blind(&w, env)) == 0) {
		make_nonce(&w);
		make_signature(&w);
		w.failed = w.failed || mbedtls_mpi_write_binary(&w.n[R], sig, DSA_Q_LEN) != 0 ||
			   mbedtls_mpi_write_binary(&w.n[S], sig + DSA_Q_LEN, DSA_Q_LEN) != 0;
		/* A fault while signing would give the key away: what does not verify does not leave. */
		r = w.failed ? NACRE_E_CRYPTO : dsa_verify(key, data, slice_of(sig, DSA_SIG_LEN));
	}
	if (r != 0)
		sodium_memzero(sig, DSA_SIG_LEN);
	end(&w);
	return r;
}

/* FIPS 186-4 4.7: (g^(h/s) y^(r/s) mod p) mod q = r */
int
dsa_verify(const struct dsa_public *key, struct slice data, struct slice sig)
{
	struct work w;
	bool good;

	if (sig.n != DSA_SIG_LEN)
		return NACRE_E_CRYPTO;
	begin(&w);
	put_public(&w, key);
	put(&w, R, slice_of(sig.p, DSA_Q_LEN));
	put(&w, S, slice_from(sig, DSA_Q_LEN));
	put_digest(&w, data);
	w.failed = w.failed || !is_in_range(&w, R) || !is_in_range(&w, S);
	if (!w.failed) {
		invert(&w, S, S);
		mul(&w, H, H, S);
		mul(&w, U, R, S);
		power(&w, T, G, H);
		power(&w, U, Y, U);
		w.failed = w.failed || mbedtls_mpi_mul_mpi(&w.n[T], &w.n[T], &w.n[U]) != 0;
		mod(&w, T, T, P);
		mod(&w, T, T, Q);
	}
	good = !w.failed && mbedtls_mpi_cmp_mpi(&w.n[T], &w.n[R]) == 0;
	end(&w);
	return good ? 0 : NACRE_E_CRYPTO;
}
