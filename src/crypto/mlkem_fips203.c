/* mlkem_fips203: see mlkem_fips203.h. Knows: K-PKE and ML-KEM for k = 3. Must not know: polynomials' arithmetic, where
 * random bytes come from. FIPS 203 5, 6. */
#include "mlkem_fips203.h"
#include "keccak.h"
#include "mem.h"
#include "mlkem_poly.h"

#include <sodium.h>

#define K 3 /* FIPS 203 8: the parameters of ML-KEM-768; eta1 and eta2 are 2 */
#define DU 10
#define DV 4
#define SEED MLKEM_SEED_LEN
#define POLY_LEN MLKEM_POLY_LEN(12)
#define U_LEN MLKEM_POLY_LEN(DU)

_Static_assert(MLKEM768_EK_LEN == K * POLY_LEN + SEED, "encapsulation key");
_Static_assert(MLKEM768_DK_LEN == K * POLY_LEN + MLKEM768_EK_LEN + 2 * SEED, "decapsulation key");
_Static_assert(MLKEM768_CT_LEN == K * U_LEN + MLKEM_POLY_LEN(DV), "ciphertext");

/* G of FIPS 203 4.1: 64 bytes, used by halves. */
struct halves {
	uint8_t first[SEED], second[SEED];
};

static void
hash_g(struct slice a, struct slice b, struct halves *out)
{
	uint8_t both[SHA3_512_LEN];

	keccak_hash(keccak_sha3_512, a, b, both, sizeof(both));
	memcpy(out->first, both, SEED);
	memcpy(out->second, both + SEED, SEED);
	mem_wipe(both, sizeof(both));
}

static void
sample_noise_ntt(struct mlkem_poly v[K], const uint8_t *seed, uint8_t nonce)
{
	size_t i;

	for (i = 0; i < K; i++) {
		mlkem_sample_noise(&v[i], seed, (uint8_t)(nonce + i));
		mlkem_poly_ntt(&v[i]);
	}
}

/* Row i of the matrix A, or of its transpose, times v: the matrix is never held whole. */
static void
row_times(struct mlkem_poly *out, const uint8_t *rho, size_t i, bool transpose, const struct mlkem_poly v[K])
{
	struct mlkem_poly a;
	size_t j;

	memset(out, 0, sizeof(*out));
	for (j = 0; j < K; j++) {
		mlkem_sample_ntt(&a, rho, transpose ? j : i, transpose ? i : j);
		mlkem_poly_add_product(out, &a, &v[j]);
	}
}

/* Algorithm 13, K-PKE.KeyGen: t = A s + e. */
static void
pke_keygen(const uint8_t *d, uint8_t *ek, uint8_t *dk)
{
	static const uint8_t k = K;
	struct {
		struct halves seeds; /* rho, sigma */
		struct mlkem_poly s[K], e, t;
	} w;
	size_t i;

	hash_g(slice_of(d, SEED), slice_of(&k, 1), &w.seeds);
	sample_noise_ntt(w.s, w.seeds.second, 0);
	for (i = 0; i < K; i++) {
		row_times(&w.t, w.seeds.first, i, false, w.s);
		mlkem_poly_restore(&w.t);
		mlkem_sample_noise(&w.e, w.seeds.second, (uint8_t)(K + i));
		mlkem_poly_ntt(&w.e);
		mlkem_poly_add(&w.t, &w.e);
		mlkem_poly_canonical(&w.t);
		mlkem_poly_encode(&w.t, 12, ek + i * POLY_LEN);
	}
	for (i = 0; i < K; i++) {
		mlkem_poly_canonical(&w.s[i]);
		mlkem_poly_encode(&w.s[i], 12, dk + i * POLY_LEN);
	}
	memcpy(ek + K * POLY_LEN, w.seeds.first, SEED);
	mem_wipe(&w, sizeof(w));
}

/* The message as a polynomial: 0, or half of q, for each of its bits. */
static void
message_poly(struct mlkem_poly *p, const uint8_t *m)
{
	mlkem_poly_decode(p, 1, m);
	mlkem_poly_decompress(p, 1);
}

/* Algorithm 14, K-PKE.Encrypt, its u: A^T y + e1. */
static void
encrypt_u(const uint8_t *rho, const uint8_t *r, const struct mlkem_poly y[K], uint8_t *c1)
{
	struct mlkem_poly u, e1;
	size_t i;

	for (i = 0; i < K; i++) {
		row_times(&u, rho, i, true, y);
		mlkem_poly_inverse_ntt(&u);
		mlkem_sample_noise(&e1, r, (uint8_t)(K + i));
		mlkem_poly_add(&u, &e1);
		mlkem_poly_compress(&u, DU);
		mlkem_poly_encode(&u, DU, c1 + i * U_LEN);
	}
	mem_wipe(&u, sizeof(u));
	mem_wipe(&e1, sizeof(e1));
}

/* Algorithm 14, its v: t y + e2, and the message. */
static void
encrypt_v(const uint8_t *t, const uint8_t *m, const uint8_t *r, const struct mlkem_poly y[K], uint8_t *c2)
{
	struct mlkem_poly v = {{0}}, next;
	size_t i;

	for (i = 0; i < K; i++) {
		mlkem_poly_decode(&next, 12, t + i * POLY_LEN);
		mlkem_poly_add_product(&v, &next, &y[i]);
	}
	mlkem_poly_inverse_ntt(&v);
	mlkem_sample_noise(&next, r, 2 * K);
	mlkem_poly_add(&v, &next);
	message_poly(&next, m);
	mlkem_poly_add(&v, &next);
	mlkem_poly_compress(&v, DV);
	mlkem_poly_encode(&v, DV, c2);
	mem_wipe(&v, sizeof(v));
	mem_wipe(&next, sizeof(next));
}

static void
pke_encrypt(const uint8_t *ek, const uint8_t *m, const uint8_t *r, uint8_t *c)
{
	struct mlkem_poly y[K];

	sample_noise_ntt(y, r, 0);
	encrypt_u(ek + K * POLY_LEN, r, y, c);
	encrypt_v(ek, m, r, y, c + K * U_LEN);
	mem_wipe(y, sizeof(y));
}

/* Algorithm 15, K-PKE.Decrypt: v - s u is the message, but for small noise. */
static void
pke_decrypt(const uint8_t *dk, const uint8_t *c, uint8_t *m)
{
	struct mlkem_poly w = {{0}}, s, u, v;
	size_t i;

	for (i = 0; i < K; i++) {
		mlkem_poly_decode(&u, DU, c + i * U_LEN);
		mlkem_poly_decompress(&u, DU);
		mlkem_poly_ntt(&u);
		mlkem_poly_decode(&s, 12, dk + i * POLY_LEN);
		mlkem_poly_add_product(&w, &s, &u);
	}
	mlkem_poly_inverse_ntt(&w);
	mlkem_poly_decode(&v, DV, c + K * U_LEN);
	mlkem_poly_decompress(&v, DV);
	mlkem_poly_subtract_from(&w, &v);
	mlkem_poly_compress(&w, 1);
	mlkem_poly_encode(&w, 1, m);
	mem_wipe(&w, sizeof(w));
	mem_wipe(&s, sizeof(s));
}

void
mlkem_keygen_internal(const uint8_t *d, const uint8_t *z, uint8_t *ek, uint8_t *dk)
{
	uint8_t *dk_ek = dk + K * POLY_LEN, *h = dk_ek + MLKEM768_EK_LEN;

	pke_keygen(d, ek, dk);
	memcpy(dk_ek, ek, MLKEM768_EK_LEN);
	keccak_hash(keccak_sha3_256, slice_of(ek, MLKEM768_EK_LEN), SLICE_NONE, h, SEED);
	memcpy(h + SEED, z, SEED);
}

void
mlkem_encaps_internal(const uint8_t *ek, const uint8_t *m, uint8_t *ct, uint8_t *secret)
{
	uint8_t h[SHA3_256_LEN];
	struct halves g; /* the secret, and the randomness of the encryption */

	keccak_hash(keccak_sha3_256, slice_of(ek, MLKEM768_EK_LEN), SLICE_NONE, h, sizeof(h));
	hash_g(slice_of(m, SEED), slice_of(h, sizeof(h)), &g);
	pke_encrypt(ek, m, g.second, ct);
	memcpy(secret, g.first, MLKEM768_SECRET_LEN);
	mem_wipe(&g, sizeof(g));
}

/* Algorithm 18, line 9: implicit rejection. Which of the two it is must not show. */
static void
choose_secret(uint8_t differs, const uint8_t *good, const uint8_t *rejected, uint8_t *secret)
{
	size_t i;

	for (i = 0; i < MLKEM768_SECRET_LEN; i++)
		secret[i] = (uint8_t)(good[i] ^ (differs & (good[i] ^ rejected[i])));
}

void
mlkem_decaps_internal(const uint8_t *dk, const uint8_t *ct, uint8_t *secret)
{
	const uint8_t *ek = dk + K * POLY_LEN, *h = ek + MLKEM768_EK_LEN, *z = h + SEED;
	struct {
		uint8_t m[SEED], rejected[SEED], ct[MLKEM768_CT_LEN];
		struct halves g;
	} w;
	uint8_t differs;

	pke_decrypt(dk, ct, w.m);
	hash_g(slice_of(w.m, SEED), slice_of(h, SEED), &w.g);
	keccak_hash(keccak_shake256, slice_of(z, SEED), slice_of(ct, MLKEM768_CT_LEN), w.rejected, SEED);
	pke_encrypt(ek, w.m, w.g.second, w.ct);
	differs = (uint8_t)sodium_memcmp(ct, w.ct, MLKEM768_CT_LEN); /* 0, or all bits */
	choose_secret(differs, w.g.first, w.rejected, secret);
	mem_wipe(&w, sizeof(w));
}
