/* blob: public keys as bytes. Knows: each type's fields. Must not know: private halves. RFC 4253 6.6, RFC 5656 3.1,
 * RFC 8709 4. */
#include "key.h"
#include "cert_parse.h"
#include "mem.h"
#include "reader.h"

#define APPLICATION_MAX 1024

static int
read_ed25519(nacre_key *key, struct reader *r)
{
	key->point = reader_string(r);
	return key->point.n == ED25519_PUBLIC_LEN ? 0 : NACRE_E_KEY_FORMAT;
}

static int
read_ecdsa(nacre_key *key, struct reader *r)
{
	struct slice curve = reader_string(r);

	key->point = reader_string(r);
	if (!slice_is(curve, key->type->curve_name) || r->bad)
		return NACRE_E_KEY_FORMAT;
	return ecdsa_check_public(key->type->curve, key->point) == 0 ? 0 : NACRE_E_KEY_FORMAT;
}

static int
read_rsa(nacre_key *key, struct reader *r)
{
	struct rsa_public rsa;

	key->e = reader_mpint(r);
	key->n = reader_mpint(r);
	if (r->bad)
		return NACRE_E_KEY_FORMAT;
	rsa = (struct rsa_public){key->n, key->e};
	return rsa_check_public(&rsa, rsa_bits_min(key->env));
}

static int
read_mldsa(nacre_key *key, struct reader *r)
{
	key->point = reader_string(r);
	return key->point.n == MLDSA_ED25519_PUBLIC_LEN ? 0 : NACRE_E_KEY_FORMAT;
}

/* Its one size is not a matter of policy: whether the algorithm is allowed is. */
static int
read_dsa(nacre_key *key, struct reader *r)
{
	int e;

	key->dsa.p = reader_mpint(r);
	key->dsa.q = reader_mpint(r);
	key->dsa.g = reader_mpint(r);
	key->dsa.y = reader_mpint(r);
	if (r->bad)
		return NACRE_E_KEY_FORMAT;
	e = dsa_check_public(&key->dsa);
	return e == NACRE_E_CRYPTO ? NACRE_E_KEY_FORMAT : e;
}

/* OpenSSH PROTOCOL.u2f: the relying party, "ssh:" or "ssh:something". */
static int
read_application(nacre_key *key, struct reader *r)
{
	key->application = reader_string(r);
	if (r->bad || key->application.n > APPLICATION_MAX ||
	    (key->application.n > 0 && memchr(key->application.p, 0, key->application.n) != NULL))
		return NACRE_E_KEY_FORMAT;
	return 0;
}

static int
read_numbers(nacre_key *key, struct reader *r)
{
	int e = NACRE_E_KEY_FORMAT;

	switch (key->type->kind) {
	case KEY_ED25519_KIND:
		e = read_ed25519(key, r);
		break;
	case KEY_ECDSA_KIND:
		e = read_ecdsa(key, r);
		break;
	case KEY_RSA_KIND:
		e = read_rsa(key, r);
		break;
	case KEY_DSA_KIND:
		e = read_dsa(key, r);
		break;
	case KEY_MLDSA_KIND:
		e = read_mldsa(key, r);
		break;
	}
	return e != 0 || !key->type->sk ? e : read_application(key, r);
}

static int
read_fields(nacre_key *key)
{
	struct reader r = reader_of(key_blob(key));
	struct slice name = reader_string(&r);
	const uint8_t *start;
	int e;

	if (r.bad)
		return NACRE_E_KEY_FORMAT;
	if ((key->type = key_type_find(name)) == NULL)
		return NACRE_E_KEY_TYPE_UNKNOWN;
	if (key->type->plain != NULL)
		(void)reader_string(&r); /* a certificate's nonce */
	start = r.p;
	if ((e = read_numbers(key, &r)) != 0)
		return e;
	key->fields = slice_of(start, (size_t)(r.p - start));
	if (key->type->plain != NULL && (e = cert_parse(key, &r)) != 0)
		return e;
	return reader_end(&r) ? 0 : NACRE_E_KEY_FORMAT;
}

int
key_parse_blob(const struct nacre_env *env, struct slice blob, nacre_key **out)
{
	nacre_key *key;
	int r = NACRE_E_NOMEM;

	*out = NULL;
	if (blob.n == 0)
		return NACRE_E_KEY_FORMAT;
	if ((key = mem_new(env, sizeof(*key))) == NULL)
		return NACRE_E_NOMEM;
	key->env = env;
	if ((key->blob = mem_new(env, blob.n)) == NULL)
		goto out;
	key->blob_len = blob.n;
	memcpy(key->blob, blob.p, blob.n);
	if ((r = read_fields(key)) != 0)
		goto out;
	*out = key;
	key = NULL;
out:
	nacre_key_free(key);
	return r;
}

int
nacre_key_from_blob(const struct nacre_env *env, const uint8_t *blob, size_t n, nacre_key **key)
{
	*key = NULL;
	return env == NULL || blob == NULL ? NACRE_E_ARGUMENT : key_parse_blob(env, slice_of(blob, n), key);
}
