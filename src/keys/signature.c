/* signature: signature blobs. Knows: each kind's layout, and who signs. Must not know: what is signed.
 * RFC 4253 6.6, RFC 5656 3.1.2, RFC 8332 3, RFC 8709 6; OpenSSH PROTOCOL.u2f (security keys). */
#include "key.h"
#include "reader.h"

#include <sodium.h>

#define SIGNATURE_MAX 4096 /* of a signer's: an RSA signature of 8192 bits and what is around it */

static bool
fits(const nacre_key *key, const struct sigalg *algorithm)
{
	return strcmp(key->type->name, algorithm->key_type) == 0;
}

static int
sign_ed25519(const nacre_key *key, struct slice data, struct buf *out)
{
	uint8_t sig[ED25519_SIG_LEN];
	int r = ed25519_sign(key->numbers[0].p, data, sig);

	if (r == 0)
		buf_put_string(out, slice_of(sig, sizeof(sig)));
	return r;
}

static int
sign_ecdsa(const nacre_key *key, const struct nacre_env *env, struct slice data, struct buf *out)
{
	uint8_t r[ECDSA_SCALAR_MAX], s[ECDSA_SCALAR_MAX];
	size_t n = curve_scalar_len(key->type->curve), mark;
	int e = ecdsa_sign(key->type->curve, env, key->numbers[0], key->point, data, r, s);

	if (e != 0)
		return e;
	mark = buf_begin_string(out);
	buf_put_mpint(out, slice_of(r, n));
	buf_put_mpint(out, slice_of(s, n));
	buf_end_string(out, mark);
	return 0;
}

static int
sign_rsa(const nacre_key *key, const struct nacre_env *env, enum hash_id hash, struct slice data, struct buf *out)
{
	struct rsa_private rsa = {key->n, key->e, key->numbers[0], key->numbers[1], key->numbers[2], key->numbers[3]};
	uint8_t sig[RSA_SIG_MAX];
	size_t n;
	int r = rsa_sign(&rsa, env, hash, data, sig, &n);

	if (r == 0)
		buf_put_string(out, slice_of(sig, n));
	return r;
}

static int
sign_dsa(const nacre_key *key, const struct nacre_env *env, struct slice data, struct buf *out)
{
	uint8_t sig[DSA_SIG_LEN];
	int r = dsa_sign(&key->dsa, env, key->numbers[0], data, sig);

	if (r == 0)
		buf_put_string(out, slice_of(sig, sizeof(sig)));
	return r;
}

static int
sign_mldsa(const nacre_key *key, const struct nacre_env *env, struct slice data, struct buf *out)
{
	uint8_t sig[MLDSA_ED25519_SIG_LEN];
	int r = mldsa_ed25519_sign(env, key->numbers[0].p, data, sig);

	if (r == 0)
		buf_put_string(out, slice_of(sig, sizeof(sig)));
	return r;
}

static int
sign_by_secret(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct slice data,
    struct buf *out)
{
	buf_put_cstring(out, sigalg_signature(algorithm));
	switch (key->type->kind) {
	case KEY_ED25519_KIND:
		return sign_ed25519(key, data, out);
	case KEY_ECDSA_KIND:
		return sign_ecdsa(key, env, data, out);
	case KEY_RSA_KIND:
		return sign_rsa(key, env, algorithm->hash, data, out);
	case KEY_DSA_KIND:
		return sign_dsa(key, env, data, out);
	case KEY_MLDSA_KIND:
		return sign_mldsa(key, env, data, out);
	}
	return NACRE_E_CRYPTO;
}

/* Made elsewhere: it must hold before it leaves. Whether the user touched the device is for who verifies to judge. */
static int
sign_by_signer(const nacre_key *key, const struct sigalg *algorithm, struct slice data, struct buf *out)
{
	uint8_t *blob = buf_reserve(out, SIGNATURE_MAX);
	size_t n = 0;
	int r;

	if (blob == NULL)
		return out->bad;
	r = key->signer(key->signer_ctx, key, sigalg_signature(algorithm), data.p, data.n, blob, SIGNATURE_MAX, &n);
	if (r != 0)
		return r < 0 ? r : NACRE_E_CRYPTO;
	if (n > SIGNATURE_MAX ||
	    key_verify_as(key, algorithm, data, slice_of(blob, n), NACRE_VERIFY_NO_TOUCH, NULL) != 0)
		return NACRE_E_CRYPTO;
	out->n += n;
	return 0;
}

int
key_sign(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct slice data,
    struct buf *out)
{
	int r;

	if (!nacre_key_can_sign(key))
		return NACRE_E_MISUSE;
	if (!fits(key, algorithm))
		return NACRE_E_KEY_TYPE;
	r = key->secret != NULL ? sign_by_secret(key, env, algorithm, data, out)
				: sign_by_signer(key, algorithm, data, out);
	return r != 0 ? r : out->bad;
}

static int
verify_ecdsa(const nacre_key *key, struct slice data, struct slice sig)
{
	struct reader reader = reader_of(sig);
	struct slice r = reader_mpint(&reader), s = reader_mpint(&reader);

	if (!reader_end(&reader))
		return NACRE_E_CRYPTO;
	return ecdsa_verify(key->type->curve, key->point, data, r, s);
}

static int
verify_rsa(const nacre_key *key, enum hash_id hash, struct slice data, struct slice sig)
{
	struct rsa_public rsa = {key->n, key->e};

	return rsa_verify(&rsa, hash, data, sig);
}

static int
verify_numbers(const nacre_key *key, const struct sigalg *algorithm, struct slice data, struct slice sig)
{
	switch (key->type->kind) {
	case KEY_ED25519_KIND:
		return ed25519_verify(key->point.p, data, sig);
	case KEY_ECDSA_KIND:
		return verify_ecdsa(key, data, sig);
	case KEY_RSA_KIND:
		return verify_rsa(key, algorithm->hash, data, sig);
	case KEY_DSA_KIND:
		return dsa_verify(&key->dsa, data, sig);
	case KEY_MLDSA_KIND:
		return mldsa_ed25519_verify(key->env, key->point.p, data, sig);
	}
	return NACRE_E_CRYPTO;
}

int
sk_signed_data(
    struct slice application, const struct nacre_sk_details *details, struct slice data, uint8_t out[SK_SIGNED_LEN])
{
	out[32] = details->flags;
	put_be32(out + 33, details->counter);
	if (hash_once(HASH_SHA256, application, out) != 0 || hash_once(HASH_SHA256, data, out + 37) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

/* The device says what its user did; it is signed, and it must be enough. */
static int
verify_sk(const nacre_key *key, const struct sigalg *algorithm, struct slice data, struct slice sig, unsigned flags,
    const struct nacre_sk_details *details)
{
	uint8_t covered[SK_SIGNED_LEN];

	if ((flags & NACRE_VERIFY_NO_TOUCH) == 0 && (details->flags & NACRE_SK_TOUCHED) == 0)
		return NACRE_E_CRYPTO;
	if ((flags & NACRE_VERIFY_USER) != 0 && (details->flags & NACRE_SK_USER_VERIFIED) == 0)
		return NACRE_E_CRYPTO;
	if (sk_signed_data(key->application, details, data, covered) != 0)
		return NACRE_E_CRYPTO;
	return verify_numbers(key, algorithm, slice_of(covered, sizeof(covered)), sig);
}

int
key_verify_as(const nacre_key *key, const struct sigalg *algorithm, struct slice data, struct slice blob,
    unsigned flags, struct nacre_sk_details *details)
{
	struct reader reader = reader_of(blob);
	struct slice name = reader_string(&reader), sig = reader_string(&reader);
	struct nacre_sk_details said = {.flags = 0};
	int r;

	if (details != NULL)
		*details = said;
	if (key->type->sk) {
		said.flags = reader_u8(&reader);
		said.counter = reader_u32(&reader);
	}
	/* RFC 8332 3: the name in the blob is the algorithm, not the key's type. */
	if (!reader_end(&reader) || !slice_is(name, sigalg_signature(algorithm)) || !fits(key, algorithm))
		return NACRE_E_CRYPTO;
	r = key->type->sk ? verify_sk(key, algorithm, data, sig, flags, &said)
			  : verify_numbers(key, algorithm, data, sig);
	if (r != 0)
		return NACRE_E_CRYPTO;
	if (details != NULL)
		*details = said;
	return 0;
}

int
key_verify(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct slice data,
    struct slice blob)
{
	(void)env;
	return key_verify_as(key, algorithm, data, blob, 0, NULL);
}
