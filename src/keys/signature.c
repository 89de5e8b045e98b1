/* signature: signature blobs. Knows: the table of algorithms and each kind's layout. Must not know: what is signed.
 * RFC 4253 6.6, RFC 5656 3.1.2, RFC 8332 3, RFC 8709 6. */
#include "key.h"
#include "reader.h"

#include <sodium.h>

const struct sigalg sigalg_table[] = {
    {.name = "ssh-ed25519", .key_type = "ssh-ed25519"},
    {.name = "ecdsa-sha2-nistp256", .key_type = "ecdsa-sha2-nistp256"},
    {.name = "ecdsa-sha2-nistp384", .key_type = "ecdsa-sha2-nistp384"},
    {.name = "ecdsa-sha2-nistp521", .key_type = "ecdsa-sha2-nistp521"},
    {.name = "rsa-sha2-512", .key_type = "ssh-rsa", .hash = HASH_SHA512},
    {.name = "rsa-sha2-256", .key_type = "ssh-rsa", .hash = HASH_SHA256},
    {.name = NULL},
};

const struct sigalg *
sigalg_find(struct slice name)
{
	const struct sigalg *a;

	for (a = sigalg_table; a->name != NULL; a++)
		if (slice_is(name, a->name))
			return a;
	return NULL;
}

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

int
key_sign(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct slice data,
    struct buf *out)
{
	int r = NACRE_E_CRYPTO;

	if (key->secret == NULL)
		return NACRE_E_MISUSE;
	if (!fits(key, algorithm))
		return NACRE_E_KEY_TYPE;
	buf_put_cstring(out, algorithm->name);
	switch (key->type->kind) {
	case KEY_ED25519_KIND:
		r = sign_ed25519(key, data, out);
		break;
	case KEY_ECDSA_KIND:
		r = sign_ecdsa(key, env, data, out);
		break;
	case KEY_RSA_KIND:
		r = sign_rsa(key, env, algorithm->hash, data, out);
		break;
	}
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

int
key_verify(const nacre_key *key, const struct nacre_env *env, const struct sigalg *algorithm, struct slice data,
    struct slice blob)
{
	struct reader reader = reader_of(blob);
	struct slice name = reader_string(&reader), sig = reader_string(&reader);
	int r = NACRE_E_CRYPTO;

	(void)env;
	/* RFC 8332 3: the name in the blob is the algorithm, not the key's type. */
	if (!reader_end(&reader) || !slice_is(name, algorithm->name) || !fits(key, algorithm))
		return NACRE_E_CRYPTO;
	switch (key->type->kind) {
	case KEY_ED25519_KIND:
		r = ed25519_verify(key->point.p, data, sig);
		break;
	case KEY_ECDSA_KIND:
		r = verify_ecdsa(key, data, sig);
		break;
	case KEY_RSA_KIND:
		r = verify_rsa(key, algorithm->hash, data, sig);
		break;
	}
	return r == 0 ? 0 : NACRE_E_CRYPTO;
}
