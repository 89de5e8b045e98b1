/* signer: signing and verifying for callers, and keys whose private half is elsewhere. Knows: names of algorithms.
 * Must not know: how signatures are made. RFC 4253 6.6, RFC 8332 3; OpenSSH PROTOCOL.u2f. */
#include "key.h"
#include "mem.h"
#include "reader.h"

#define BLOB_MAX 8192

int
nacre_key_with_signer(
    const struct nacre_env *env, const nacre_key *key, nacre_signer_fn *sign, void *ctx, nacre_key **signer)
{
	int r;

	*signer = NULL;
	if (env == NULL || key == NULL || sign == NULL)
		return NACRE_E_ARGUMENT;
	if ((r = nacre_key_copy_public(env, key, signer)) != 0)
		return r;
	if ((r = key_share_sk_file(*signer, key)) != 0) {
		nacre_key_free(*signer);
		*signer = NULL;
		return r;
	}
	(*signer)->signer = sign;
	(*signer)->signer_ctx = ctx;
	return 0;
}

/* The key's algorithm whose signatures are called so; NULL: it has none. */
static const struct sigalg *
find_by_signature(const nacre_key *key, struct slice name, bool takes_legacy)
{
	const struct sigalg *a;

	for (a = sigalg_table; a->name != NULL; a++)
		if (strcmp(a->key_type, key->type->name) == 0 && slice_is(name, sigalg_signature(a)) &&
		    (takes_legacy || !a->legacy))
			return a;
	return NULL;
}

/* For a certificate the plain algorithm's name means the same signature. NULL: there is no such algorithm. */
static const struct sigalg *
find_named(const nacre_key *key, const char *name)
{
	const struct sigalg *a = find_by_signature(key, slice_str(name), true);

	return a != NULL ? a : sigalg_find(slice_str(name));
}

/* The block is exactly as long as the signature. */
static int
give(const struct nacre_env *env, const struct buf *blob, uint8_t **signature, size_t *n)
{
	if ((*signature = mem_new(env, blob->n)) == NULL)
		return NACRE_E_NOMEM;
	memcpy(*signature, blob->p, blob->n);
	*n = blob->n;
	return 0;
}

int
nacre_key_sign(const struct nacre_env *env, const nacre_key *key, const char *algorithm, const uint8_t *data, size_t n,
    uint8_t **signature, size_t *signature_n)
{
	const struct sigalg *found;
	struct buf blob;
	int r;

	*signature = NULL;
	*signature_n = 0;
	if (env == NULL || key == NULL || (data == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	found = algorithm == NULL ? sigalg_for_key(key, NULL) : find_named(key, algorithm);
	if (found == NULL)
		return NACRE_E_UNSUPPORTED;
	buf_init(&blob, env, BLOB_MAX);
	if ((r = key_sign(key, env, found, slice_of(data, n), &blob)) == 0)
		r = give(env, &blob, signature, signature_n);
	buf_free(&blob);
	return r;
}

void
nacre_key_signature_free(const struct nacre_env *env, uint8_t *signature, size_t n)
{
	mem_free(env, signature, n);
}

/* Without a name the blob's own says which; SHA-1's is not among them. */
static const struct sigalg *
find_in_blob(const nacre_key *key, struct slice blob)
{
	struct reader r = reader_of(blob);

	return find_by_signature(key, reader_string(&r), false);
}

int
nacre_key_verify(const nacre_key *key, const char *algorithm, const uint8_t *data, size_t n, const uint8_t *signature,
    size_t signature_n, unsigned flags, struct nacre_sk_details *details)
{
	struct slice blob = slice_of(signature, signature_n);
	const struct sigalg *found;

	if (details != NULL)
		*details = (struct nacre_sk_details){.flags = 0};
	if (key == NULL || (data == NULL && n > 0) || (signature == NULL && signature_n > 0))
		return NACRE_E_ARGUMENT;
	found = algorithm == NULL ? find_in_blob(key, blob) : find_named(key, algorithm);
	if (found == NULL && algorithm != NULL)
		return NACRE_E_UNSUPPORTED;
	return found == NULL ? NACRE_E_CRYPTO : key_verify_as(key, found, slice_of(data, n), blob, flags, details);
}
