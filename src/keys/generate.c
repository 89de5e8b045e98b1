/* generate: new keys. Knows: each kind's numbers. Must not know: files. RFC 8032, FIPS 186-4 B.3-B.4. */
#include "key.h"
#include "mem.h"

#include <sodium.h>

#define RSA_BITS 3072

/* The public blob, then the key with its private numbers. */
static int
finish(const struct nacre_env *env, struct buf *blob, const struct slice numbers[KEY_NUMBERS], nacre_key **out)
{
	nacre_key *key = NULL;
	int r = blob->bad;

	if (r == 0)
		r = key_parse_blob(env, buf_slice(blob), &key);
	if (r == 0)
		r = key_set_secret(key, numbers);
	if (r != 0) {
		nacre_key_free(key);
		return r;
	}
	*out = key;
	return 0;
}

static int
generate_ed25519(const struct nacre_env *env, struct buf *blob, nacre_key **out)
{
	struct slice numbers[KEY_NUMBERS] = {{NULL, 0}};
	uint8_t secret[64];
	int r = mem_random(env, secret, ED25519_SEED_LEN);

	if (r == 0)
		r = ed25519_public(secret, secret + 32);
	if (r == 0) {
		buf_put_string(blob, slice_of(secret + 32, ED25519_PUBLIC_LEN));
		numbers[0] = slice_of(secret, sizeof(secret));
		r = finish(env, blob, numbers, out);
	}
	sodium_memzero(secret, sizeof(secret));
	return r;
}

static int
generate_ecdsa(const struct nacre_env *env, const struct key_type *type, struct buf *blob, nacre_key **out)
{
	struct slice numbers[KEY_NUMBERS] = {{NULL, 0}};
	uint8_t d[ECDSA_SCALAR_MAX], q[ECDSA_POINT_MAX];
	int r = ecdsa_generate(type->curve, env, d, q);

	if (r == 0) {
		buf_put_cstring(blob, type->curve_name);
		buf_put_string(blob, slice_of(q, curve_point_len(type->curve)));
		numbers[0] = slice_of(d, curve_scalar_len(type->curve));
		r = finish(env, blob, numbers, out);
	}
	sodium_memzero(d, sizeof(d));
	return r;
}

static int
generate_rsa(const struct nacre_env *env, unsigned bits, struct buf *blob, nacre_key **out)
{
	struct rsa_numbers *made = mem_new(env, sizeof(*made));
	struct slice numbers[KEY_NUMBERS];
	size_t i;
	int r;

	if (made == NULL)
		return NACRE_E_NOMEM;
	if ((r = rsa_generate(env, bits == 0 ? RSA_BITS : bits, made)) == 0) {
		buf_put_mpint(blob, slice_of(made->value[1], made->len[1]));
		buf_put_mpint(blob, slice_of(made->value[0], made->len[0]));
		for (i = 0; i < KEY_NUMBERS; i++)
			numbers[i] = slice_of(made->value[2 + i], made->len[2 + i]);
		r = finish(env, blob, numbers, out);
	}
	mem_wipe_free(env, made, sizeof(*made));
	return r;
}

static int
generate_mldsa(const struct nacre_env *env, struct buf *blob, nacre_key **out)
{
	struct slice numbers[KEY_NUMBERS] = {{NULL, 0}};
	uint8_t seeds[MLDSA_ED25519_SEEDS_LEN], public_key[MLDSA_ED25519_PUBLIC_LEN];
	int r = mem_random(env, seeds, sizeof(seeds));

	if (r == 0)
		r = mldsa_ed25519_public(env, seeds, public_key);
	if (r == 0) {
		buf_put_string(blob, slice_of(public_key, sizeof(public_key)));
		numbers[0] = slice_of(seeds, sizeof(seeds));
		r = finish(env, blob, numbers, out);
	}
	sodium_memzero(seeds, sizeof(seeds));
	return r;
}

int
nacre_key_generate(const struct nacre_env *env, const char *type_name, unsigned bits, nacre_key **key)
{
	const struct key_type *type;
	struct buf blob;
	int r = NACRE_E_UNSUPPORTED;

	*key = NULL;
	if (env == NULL || type_name == NULL)
		return NACRE_E_ARGUMENT;
	if ((type = key_type_find(slice_str(type_name))) == NULL)
		return NACRE_E_KEY_TYPE_UNKNOWN;
	/* A security key makes its own, a certificate is issued (cert.h), and nobody wants a new DSA key. */
	if (type->sk || type->plain != NULL || type->kind == KEY_DSA_KIND)
		return NACRE_E_UNSUPPORTED;
	if (type->kind != KEY_RSA_KIND && bits != 0)
		return NACRE_E_ARGUMENT;
	buf_init(&blob, env, 4096);
	buf_put_cstring(&blob, type->name);
	switch (type->kind) {
	case KEY_ED25519_KIND:
		r = generate_ed25519(env, &blob, key);
		break;
	case KEY_ECDSA_KIND:
		r = generate_ecdsa(env, type, &blob, key);
		break;
	case KEY_RSA_KIND:
		r = generate_rsa(env, bits, &blob, key);
		break;
	case KEY_MLDSA_KIND:
		r = generate_mldsa(env, &blob, key);
		break;
	case KEY_DSA_KIND:
		break;
	}
	buf_free(&blob);
	return r;
}
