/* backend: see backend.h. The linker sends every call of the names below through here (ld's --wrap; meson.build lists
 * the same names). */
#include "backend.h"

#include <mbedtls/aes.h>
#include <mbedtls/des.h>
#include <mbedtls/ecdh.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/gcm.h>
#include <mbedtls/hmac_drbg.h>
#include <mbedtls/md5.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha512.h>
#include <mbedtls/version.h>
#include <sodium.h>

unsigned backend_calls, backend_fail_at;
bool backend_is_faulty;

static bool
fails(void)
{
	backend_calls++;
	return backend_calls == backend_fail_at;
}

#define WRAP(name, parameters, arguments)                                                                              \
	int __real_##name parameters;                                                                                  \
	int __wrap_##name parameters;                                                                                  \
	int __wrap_##name parameters                                                                                   \
	{                                                                                                              \
		return fails() ? -1 : __real_##name arguments;                                                         \
	}

typedef unsigned char byte;
typedef unsigned long long length;
typedef crypto_hash_sha256_state sha256;
typedef crypto_hash_sha512_state sha512;
typedef crypto_auth_hmacsha256_state hmac256;
typedef crypto_auth_hmacsha512_state hmac512;
typedef crypto_aead_aes256gcm_state gcm256;
typedef int random_fn(void *, byte *, size_t);

WRAP(crypto_hash_sha256_init, (sha256 * h), (h))
WRAP(crypto_hash_sha256_update, (sha256 * h, const byte *p, length n), (h, p, n))
WRAP(crypto_hash_sha256_final, (sha256 * h, byte *out), (h, out))
WRAP(crypto_hash_sha512_init, (sha512 * h), (h))
WRAP(crypto_hash_sha512_update, (sha512 * h, const byte *p, length n), (h, p, n))
WRAP(crypto_hash_sha512_final, (sha512 * h, byte *out), (h, out))
WRAP(crypto_auth_hmacsha256_init, (hmac256 * h, const byte *key, size_t n), (h, key, n))
WRAP(crypto_auth_hmacsha256_update, (hmac256 * h, const byte *p, length n), (h, p, n))
WRAP(crypto_auth_hmacsha256_final, (hmac256 * h, byte *out), (h, out))
WRAP(crypto_auth_hmacsha512_init, (hmac512 * h, const byte *key, size_t n), (h, key, n))
WRAP(crypto_auth_hmacsha512_update, (hmac512 * h, const byte *p, length n), (h, p, n))
WRAP(crypto_auth_hmacsha512_final, (hmac512 * h, byte *out), (h, out))
WRAP(crypto_stream_chacha20, (byte * c, length n, const byte *nonce, const byte *k), (c, n, nonce, k))
WRAP(crypto_stream_chacha20_xor, (byte * c, const byte *m, length n, const byte *nonce, const byte *k),
    (c, m, n, nonce, k))
WRAP(crypto_stream_chacha20_xor_ic, (byte * c, const byte *m, length n, const byte *nonce, uint64_t ic, const byte *k),
    (c, m, n, nonce, ic, k))
WRAP(crypto_onetimeauth, (byte * tag, const byte *p, length n, const byte *k), (tag, p, n, k))
WRAP(crypto_onetimeauth_verify, (const byte *tag, const byte *p, length n, const byte *k), (tag, p, n, k))
WRAP(crypto_aead_aes256gcm_beforenm, (gcm256 * st, const byte *k), (st, k))
WRAP(crypto_aead_aes256gcm_encrypt_detached_afternm,
    (byte * c, byte *tag, length *tag_n, const byte *m, length n, const byte *ad, length ad_n, const byte *secret,
	const byte *nonce, const gcm256 *st),
    (c, tag, tag_n, m, n, ad, ad_n, secret, nonce, st))
WRAP(crypto_aead_aes256gcm_decrypt_detached_afternm,
    (byte * m, byte *secret, const byte *c, length n, const byte *tag, const byte *ad, length ad_n, const byte *nonce,
	const gcm256 *st),
    (m, secret, c, n, tag, ad, ad_n, nonce, st))
WRAP(crypto_scalarmult_base, (byte * q, const byte *n), (q, n))
WRAP(crypto_scalarmult, (byte * q, const byte *n, const byte *p), (q, n, p))
WRAP(crypto_sign_seed_keypair, (byte * pk, byte *sk, const byte *seed), (pk, sk, seed))
WRAP(crypto_sign_detached, (byte * sig, length *sig_n, const byte *m, length n, const byte *sk), (sig, sig_n, m, n, sk))
WRAP(crypto_sign_verify_detached, (const byte *sig, const byte *m, length n, const byte *pk), (sig, m, n, pk))

#if MBEDTLS_VERSION_NUMBER < 0x03000000
WRAP(mbedtls_md5_starts_ret, (mbedtls_md5_context * h), (h))
WRAP(mbedtls_md5_update_ret, (mbedtls_md5_context * h, const byte *p, size_t n), (h, p, n))
WRAP(mbedtls_md5_finish_ret, (mbedtls_md5_context * h, byte *out), (h, out))
WRAP(mbedtls_sha1_starts_ret, (mbedtls_sha1_context * h), (h))
WRAP(mbedtls_sha1_update_ret, (mbedtls_sha1_context * h, const byte *p, size_t n), (h, p, n))
WRAP(mbedtls_sha1_finish_ret, (mbedtls_sha1_context * h, byte *out), (h, out))
WRAP(mbedtls_sha512_starts_ret, (mbedtls_sha512_context * h, int is384), (h, is384))
WRAP(mbedtls_sha512_update_ret, (mbedtls_sha512_context * h, const byte *p, size_t n), (h, p, n))
WRAP(mbedtls_sha512_finish_ret, (mbedtls_sha512_context * h, byte *out), (h, out))
#else
WRAP(mbedtls_md5_starts, (mbedtls_md5_context * h), (h))
WRAP(mbedtls_md5_update, (mbedtls_md5_context * h, const byte *p, size_t n), (h, p, n))
WRAP(mbedtls_md5_finish, (mbedtls_md5_context * h, byte *out), (h, out))
WRAP(mbedtls_sha1_starts, (mbedtls_sha1_context * h), (h))
WRAP(mbedtls_sha1_update, (mbedtls_sha1_context * h, const byte *p, size_t n), (h, p, n))
WRAP(mbedtls_sha1_finish, (mbedtls_sha1_context * h, byte *out), (h, out))
WRAP(mbedtls_sha512_starts, (mbedtls_sha512_context * h, int is384), (h, is384))
WRAP(mbedtls_sha512_update, (mbedtls_sha512_context * h, const byte *p, size_t n), (h, p, n))
WRAP(mbedtls_sha512_finish, (mbedtls_sha512_context * h, byte *out), (h, out))
#endif
WRAP(mbedtls_gcm_setkey, (mbedtls_gcm_context * g, mbedtls_cipher_id_t id, const byte *k, unsigned bits),
    (g, id, k, bits))
WRAP(mbedtls_gcm_crypt_and_tag,
    (mbedtls_gcm_context * g, int mode, size_t n, const byte *iv, size_t iv_n, const byte *ad, size_t ad_n,
	const byte *in, byte *out, size_t tag_n, byte *tag),
    (g, mode, n, iv, iv_n, ad, ad_n, in, out, tag_n, tag))
WRAP(mbedtls_gcm_auth_decrypt,
    (mbedtls_gcm_context * g, size_t n, const byte *iv, size_t iv_n, const byte *ad, size_t ad_n, const byte *tag,
	size_t tag_n, const byte *in, byte *out),
    (g, n, iv, iv_n, ad, ad_n, tag, tag_n, in, out))
WRAP(mbedtls_aes_setkey_enc, (mbedtls_aes_context * a, const byte *k, unsigned bits), (a, k, bits))
WRAP(mbedtls_aes_crypt_ctr,
    (mbedtls_aes_context * a, size_t n, size_t *off, byte counter[16], byte stream[16], const byte *in, byte *out),
    (a, n, off, counter, stream, in, out))
WRAP(mbedtls_aes_setkey_dec, (mbedtls_aes_context * a, const byte *k, unsigned bits), (a, k, bits))
WRAP(mbedtls_aes_crypt_cbc, (mbedtls_aes_context * a, int mode, size_t n, byte iv[16], const byte *in, byte *out),
    (a, mode, n, iv, in, out))
WRAP(mbedtls_des3_set3key_enc, (mbedtls_des3_context * d, const byte k[24]), (d, k))
WRAP(mbedtls_des3_set3key_dec, (mbedtls_des3_context * d, const byte k[24]), (d, k))
WRAP(mbedtls_des3_crypt_cbc, (mbedtls_des3_context * d, int mode, size_t n, byte iv[8], const byte *in, byte *out),
    (d, mode, n, iv, in, out))
WRAP(mbedtls_aes_crypt_ecb, (mbedtls_aes_context * a, int mode, const byte *in, byte *out), (a, mode, in, out))
WRAP(mbedtls_ecp_group_load, (mbedtls_ecp_group * g, mbedtls_ecp_group_id id), (g, id))
WRAP(mbedtls_ecp_point_read_binary, (const mbedtls_ecp_group *g, mbedtls_ecp_point *p, const byte *in, size_t n),
    (g, p, in, n))
WRAP(mbedtls_ecp_point_write_binary,
    (const mbedtls_ecp_group *g, const mbedtls_ecp_point *p, int form, size_t *len, byte *out, size_t n),
    (g, p, form, len, out, n))
WRAP(mbedtls_ecp_check_pubkey, (const mbedtls_ecp_group *g, const mbedtls_ecp_point *p), (g, p))
WRAP(mbedtls_ecp_check_privkey, (const mbedtls_ecp_group *g, const mbedtls_mpi *d), (g, d))
WRAP(mbedtls_ecp_mul,
    (mbedtls_ecp_group * g, mbedtls_ecp_point *r, const mbedtls_mpi *m, const mbedtls_ecp_point *p, random_fn *rng,
	void *rng_ctx),
    (g, r, m, p, rng, rng_ctx))
WRAP(mbedtls_ecp_gen_keypair,
    (mbedtls_ecp_group * g, mbedtls_mpi *d, mbedtls_ecp_point *q, random_fn *rng, void *rng_ctx),
    (g, d, q, rng, rng_ctx))
WRAP(mbedtls_ecdsa_verify,
    (mbedtls_ecp_group * g, const byte *digest, size_t n, const mbedtls_ecp_point *q, const mbedtls_mpi *r,
	const mbedtls_mpi *s),
    (g, digest, n, q, r, s))
WRAP(mbedtls_ecdh_compute_shared,
    (mbedtls_ecp_group * g, mbedtls_mpi *z, const mbedtls_ecp_point *q, const mbedtls_mpi *d, random_fn *rng,
	void *rng_ctx),
    (g, z, q, d, rng, rng_ctx))
WRAP(mbedtls_mpi_mod_mpi, (mbedtls_mpi * r, const mbedtls_mpi *a, const mbedtls_mpi *b), (r, a, b))
WRAP(mbedtls_mpi_mul_mpi, (mbedtls_mpi * r, const mbedtls_mpi *a, const mbedtls_mpi *b), (r, a, b))
WRAP(mbedtls_mpi_add_mpi, (mbedtls_mpi * r, const mbedtls_mpi *a, const mbedtls_mpi *b), (r, a, b))
WRAP(mbedtls_mpi_inv_mod, (mbedtls_mpi * r, const mbedtls_mpi *a, const mbedtls_mpi *n), (r, a, n))
WRAP(mbedtls_hmac_drbg_seed_buf, (mbedtls_hmac_drbg_context * d, const mbedtls_md_info_t *md, const byte *p, size_t n),
    (d, md, p, n))
WRAP(mbedtls_hmac_drbg_random, (void *d, byte *p, size_t n), (d, p, n))
WRAP(mbedtls_mpi_exp_mod,
    (mbedtls_mpi * x, const mbedtls_mpi *a, const mbedtls_mpi *e, const mbedtls_mpi *n, mbedtls_mpi *rr),
    (x, a, e, n, rr))
WRAP(mbedtls_mpi_read_binary, (mbedtls_mpi * x, const byte *in, size_t n), (x, in, n))
WRAP(mbedtls_mpi_write_binary, (const mbedtls_mpi *x, byte *out, size_t n), (x, out, n))
WRAP(mbedtls_rsa_import_raw,
    (mbedtls_rsa_context * rsa, const byte *n, size_t n_n, const byte *p, size_t p_n, const byte *q, size_t q_n,
	const byte *d, size_t d_n, const byte *e, size_t e_n),
    (rsa, n, n_n, p, p_n, q, q_n, d, d_n, e, e_n))
WRAP(mbedtls_rsa_complete, (mbedtls_rsa_context * rsa), (rsa))
WRAP(mbedtls_rsa_check_pubkey, (const mbedtls_rsa_context *rsa), (rsa))
WRAP(mbedtls_rsa_check_privkey, (const mbedtls_rsa_context *rsa), (rsa))
WRAP(mbedtls_rsa_export_crt, (const mbedtls_rsa_context *rsa, mbedtls_mpi *dp, mbedtls_mpi *dq, mbedtls_mpi *qp),
    (rsa, dp, dq, qp))

int __real_mbedtls_ecdsa_sign_det_ext(mbedtls_ecp_group *g, mbedtls_mpi *r, mbedtls_mpi *s, const mbedtls_mpi *d,
    const byte *digest, size_t n, mbedtls_md_type_t md, random_fn *rng, void *rng_ctx);
int __wrap_mbedtls_ecdsa_sign_det_ext(mbedtls_ecp_group *g, mbedtls_mpi *r, mbedtls_mpi *s, const mbedtls_mpi *d,
    const byte *digest, size_t n, mbedtls_md_type_t md, random_fn *rng, void *rng_ctx);
int
__wrap_mbedtls_ecdsa_sign_det_ext(mbedtls_ecp_group *g, mbedtls_mpi *r, mbedtls_mpi *s, const mbedtls_mpi *d,
    const byte *digest, size_t n, mbedtls_md_type_t md, random_fn *rng, void *rng_ctx)
{
	int result = fails() ? -1 : __real_mbedtls_ecdsa_sign_det_ext(g, r, s, d, digest, n, md, rng, rng_ctx);

	if (result == 0 && backend_is_faulty)
		return mbedtls_mpi_set_bit(s, 3, (byte)!mbedtls_mpi_get_bit(s, 3));
	return result;
}

#if MBEDTLS_VERSION_NUMBER < 0x03000000
WRAP(mbedtls_rsa_pkcs1_verify,
    (mbedtls_rsa_context * rsa, random_fn *rng, void *rng_ctx, int mode, mbedtls_md_type_t md, unsigned n,
	const byte *digest, const byte *sig),
    (rsa, rng, rng_ctx, mode, md, n, digest, sig))
#define SIGN_PARAMETERS                                                                                                \
	mbedtls_rsa_context *rsa, random_fn *rng, void *rng_ctx, int mode, mbedtls_md_type_t md, unsigned n,           \
	    const byte *digest, byte *sig
#define SIGN_ARGUMENTS rsa, rng, rng_ctx, mode, md, n, digest, sig
#else
WRAP(mbedtls_rsa_pkcs1_verify,
    (mbedtls_rsa_context * rsa, mbedtls_md_type_t md, unsigned n, const byte *digest, const byte *sig),
    (rsa, md, n, digest, sig))
#define SIGN_PARAMETERS                                                                                                \
	mbedtls_rsa_context *rsa, random_fn *rng, void *rng_ctx, mbedtls_md_type_t md, unsigned n, const byte *digest, \
	    byte *sig
#define SIGN_ARGUMENTS rsa, rng, rng_ctx, md, n, digest, sig
#endif

int __real_mbedtls_rsa_pkcs1_sign(SIGN_PARAMETERS);
int __wrap_mbedtls_rsa_pkcs1_sign(SIGN_PARAMETERS);
int
__wrap_mbedtls_rsa_pkcs1_sign(SIGN_PARAMETERS)
{
	int result = fails() ? -1 : __real_mbedtls_rsa_pkcs1_sign(SIGN_ARGUMENTS);

	if (result == 0 && backend_is_faulty)
		sig[100] ^= 1;
	return result;
}
