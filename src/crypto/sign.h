/* sign: the raw signature primitives, without any SSH framing. Knows: Ed25519, ECDSA on the NIST curves, RSA PKCS#1
 * v1.5, DSA. Must not know: key blobs, signature blobs, algorithm names. Serves RFC 8032, FIPS 186-4, RFC 8017. Big
 * numbers are big-endian magnitudes without leading zeros. Verification gives NACRE_OK, or NACRE_E_CRYPTO for every
 * reason not to accept; nothing else means yes. Every signature is verified before it leaves (fault attacks). */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "hash.h"
#include <nacre/env.h>

#define ED25519_SEED_LEN 32
#define ED25519_PUBLIC_LEN 32
#define ED25519_SIG_LEN 64

/* secret: 64 bytes, seed || public, as openssh-key-v1 and libsodium have it. */
int ed25519_public(const uint8_t seed[32], uint8_t public_key[32]) NACRE_CHECK;
int ed25519_sign(const uint8_t secret[64], struct slice data, uint8_t sig[64]) NACRE_CHECK;
int ed25519_verify(const uint8_t public_key[32], struct slice data, struct slice sig) NACRE_CHECK;

enum curve_id { CURVE_P256, CURVE_P384, CURVE_P521 };
#define ECDSA_POINT_MAX 133 /* 04 || x || y on P-521 */
#define ECDSA_SCALAR_MAX 66

size_t curve_scalar_len(enum curve_id c); /* 32, 48, 66 */
size_t curve_point_len(enum curve_id c); /* 65, 97, 133 */

/* Is q an uncompressed point on the curve, and not infinity? */
int ecdsa_check_public(enum curve_id c, struct slice q) NACRE_CHECK;
/* Does the private scalar d give the point q? out-of-range d is an error. */
int ecdsa_check_pair(enum curve_id c, struct slice d, struct slice q, const struct nacre_env *env) NACRE_CHECK;
/* The point of a private scalar: q gets curve_point_len bytes. NACRE_E_CRYPTO where d is out of range. */
int ecdsa_public(enum curve_id c, struct slice d, const struct nacre_env *env, uint8_t *q) NACRE_CHECK;
/* d gets curve_scalar_len bytes, q curve_point_len. */
int ecdsa_generate(enum curve_id c, const struct nacre_env *env, uint8_t *d, uint8_t *q) NACRE_CHECK;
/* Deterministic nonces (RFC 6979). r and s each get curve_scalar_len bytes, zero-padded on the left. env blinds. */
int ecdsa_sign(enum curve_id c, const struct nacre_env *env, struct slice d, struct slice q, struct slice data,
    uint8_t *r, uint8_t *s) NACRE_CHECK;
int ecdsa_verify(enum curve_id c, struct slice q, struct slice data, struct slice r, struct slice s) NACRE_CHECK;

/* Checked before any mathematics. */
#define RSA_BITS_FLOOR 1024 /* no policy allows less */
#define RSA_BITS_MIN 2048 /* unless the environment says otherwise */
#define RSA_BITS_MAX 8192
#define RSA_SIG_MAX (RSA_BITS_MAX / 8)

struct rsa_public {
	struct slice n, e;
};

struct rsa_private {
	struct slice n, e, d, p, q, iqmp; /* as openssh-key-v1 has them */
};

/* The environment's rsa_bits_min, made sense of. */
unsigned rsa_bits_min(const struct nacre_env *env);
/* Sizes, and that e is odd, > 1 and < 2^32. NACRE_E_KEY_TYPE where the size is not allowed: where policy is asked,
 * bits_min is rsa_bits_min's; the other calls here take what was parsed under it, from RSA_BITS_FLOOR. */
int rsa_check_public(const struct rsa_public *key, unsigned bits_min) NACRE_CHECK;
/* n = pq, ed = 1 modulo lcm(p-1, q-1), iqmp fits. */
int rsa_check_private(const struct rsa_private *key, const struct nacre_env *env) NACRE_CHECK;
/* d mod p-1 and d mod q-1, at their natural lengths: what PKCS#1 keeps besides. NACRE_E_CRYPTO where they are not a
 * key's. */
int rsa_crt(const struct rsa_private *key, uint8_t dp[RSA_SIG_MAX], size_t *dp_len, uint8_t dq[RSA_SIG_MAX],
    size_t *dq_len) NACRE_CHECK;
/* sig gets exactly as many bytes as the modulus has; *sig_len says how many. */
int rsa_sign(const struct rsa_private *key, const struct nacre_env *env, enum hash_id hash, struct slice data,
    uint8_t sig[RSA_SIG_MAX], size_t *sig_len) NACRE_CHECK;
/* A signature shorter than the modulus is padded on the left (RFC 8332 3); a longer one is refused. */
int rsa_verify(const struct rsa_public *key, enum hash_id hash, struct slice data, struct slice sig) NACRE_CHECK;

/* A new key, not smaller than the environment allows, of an even number of bits. Each number is written at its natural
 * length; lens are in the order n, e, d, p, q, iqmp. Buffers are RSA_SIG_MAX bytes each. */
struct rsa_numbers {
	uint8_t value[6][RSA_SIG_MAX];
	size_t len[6];
};
int rsa_generate(const struct nacre_env *env, unsigned bits, struct rsa_numbers *out) NACRE_CHECK;

/* DSA, of one size: p of 1024 bits, q of 160, with SHA-1. Old keys are read, sign and verify; none is made. */
#define DSA_P_LEN 128
#define DSA_Q_LEN 20
#define DSA_SIG_LEN 40 /* r and s (RFC 4253 6.6) */

struct dsa_public {
	struct slice p, q, g, y;
};

/* The sizes first: NACRE_E_KEY_TYPE; then that q divides p - 1, and that g and y are of order q. */
int dsa_check_public(const struct dsa_public *key) NACRE_CHECK;
/* The y of a private x, zero-padded on the left; the group's own is not looked at. */
int dsa_public_of(const struct dsa_public *group, struct slice x, uint8_t y[DSA_P_LEN]) NACRE_CHECK;
int dsa_check_pair(const struct dsa_public *key, struct slice x) NACRE_CHECK;
/* Deterministic nonces (RFC 6979). env blinds. NACRE_E_RANDOM. */
int dsa_sign(const struct dsa_public *key, const struct nacre_env *env, struct slice x, struct slice data,
    uint8_t sig[DSA_SIG_LEN]) NACRE_CHECK;
int dsa_verify(const struct dsa_public *key, struct slice data, struct slice sig) NACRE_CHECK;

/* ML-DSA-44 and Ed25519 in one: public keys, signatures and seeds one behind the other, that of ML-DSA first. */
#define MLDSA_ED25519_SEEDS_LEN 64
#define MLDSA_ED25519_PUBLIC_LEN 1344
#define MLDSA_ED25519_SIG_LEN 2484

/* NACRE_E_NOMEM, NACRE_E_CRYPTO. */
int mldsa_ed25519_public(const struct nacre_env *env, const uint8_t seeds[MLDSA_ED25519_SEEDS_LEN],
    uint8_t public_key[MLDSA_ED25519_PUBLIC_LEN]) NACRE_CHECK;
/* Hedged. NACRE_E_RANDOM, NACRE_E_NOMEM. */
int mldsa_ed25519_sign(const struct nacre_env *env, const uint8_t seeds[MLDSA_ED25519_SEEDS_LEN], struct slice data,
    uint8_t sig[MLDSA_ED25519_SIG_LEN]) NACRE_CHECK;
int mldsa_ed25519_verify(const struct nacre_env *env, const uint8_t public_key[MLDSA_ED25519_PUBLIC_LEN],
    struct slice data, struct slice sig) NACRE_CHECK;

#endif
