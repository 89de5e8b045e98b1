/* assemble: see assemble.h. Knows: each type's numbers. Must not know: where they were. RFC 4253 6.6, RFC 5656 3.1,
 * RFC 8709 4. */
#include "assemble.h"
#include "reader.h"

#define BLOB_MAX 4096

/* What is computed from the file's numbers. */
struct computed {
	uint8_t secret[64]; /* Ed25519: seed || public */
	uint8_t scalar[ECDSA_SCALAR_MAX]; /* at the curve's full length */
	uint8_t point[ECDSA_POINT_MAX];
	uint8_t y[DSA_P_LEN];
};

int
key_assemble_blob(const struct nacre_env *env, struct slice blob, nacre_key **key, struct why *why)
{
	struct reader r = reader_of(blob);
	int e = key_parse_blob(env, blob, key);

	if (e == NACRE_E_KEY_TYPE_UNKNOWN)
		return why_fail_name(why, e, "the key is of a type that is not supported", reader_string(&r));
	if (e == NACRE_E_KEY_TYPE)
		return why_fail(why, e,
		    "an RSA key smaller than 2048 or larger than 8192 bits, or with an exponent that is not allowed; "
		    "or a DSA "
		    "key not of 1024 and 160 bits");
	if (e == NACRE_E_KEY_FORMAT)
		return why_fail(why, e, "the public half is malformed");
	return e == 0 ? 0 : why_fail(why, e, nacre_status_text(e));
}

static int
prepare_ed25519(const struct key_parts *parts, struct computed *c, struct slice *point)
{
	int r;

	*point = parts->point;
	if (!parts->has_private)
		return 0;
	if (parts->secret.n != ED25519_SEED_LEN)
		return NACRE_E_KEY_FORMAT;
	memcpy(c->secret, parts->secret.p, ED25519_SEED_LEN);
	if ((r = ed25519_public(c->secret, c->secret + ED25519_SEED_LEN)) == 0 && point->n == 0)
		*point = slice_of(c->secret + ED25519_SEED_LEN, ED25519_PUBLIC_LEN);
	return r;
}

static int
prepare_ecdsa(const struct nacre_env *env, const struct key_parts *parts, struct computed *c, struct slice *point)
{
	size_t n = curve_scalar_len(parts->type->curve);
	int r;

	*point = parts->point;
	if (!parts->has_private)
		return 0;
	if (parts->secret.n == 0 || parts->secret.n > n)
		return NACRE_E_KEY_FORMAT;
	memcpy(c->scalar + (n - parts->secret.n), parts->secret.p, parts->secret.n);
	if (point->n > 0)
		return 0;
	if ((r = ecdsa_public(parts->type->curve, slice_of(c->scalar, n), env, c->point)) == 0)
		*point = slice_of(c->point, curve_point_len(parts->type->curve));
	return r == NACRE_E_CRYPTO ? NACRE_E_KEY_FORMAT : r;
}

/* In PKCS#8 only x follows the group; its size is dsa_check_public's to judge, before and after. */
static int
prepare_dsa(const struct key_parts *parts, struct computed *c, struct slice *y)
{
	struct dsa_public group = parts->dsa;
	int r = 0;

	*y = group.y;
	if (y->n > 0)
		return 0;
	group.y = group.g; /* of the right order, too: then the group is checked before it is used */
	if ((r = dsa_check_public(&group)) == 0 && (r = dsa_public_of(&group, parts->secret, c->y)) == 0)
		*y = slice_of(c->y, sizeof(c->y));
	return r == NACRE_E_CRYPTO ? NACRE_E_KEY_FORMAT : r;
}

/* The public blob, and the numbers as struct nacre_key has them. */
static int
prepare(const struct nacre_env *env, const struct key_parts *parts, struct computed *c, struct buf *blob,
    struct slice numbers[KEY_NUMBERS])
{
	struct slice point, y;
	int r;

	buf_put_cstring(blob, parts->type->name);
	switch (parts->type->kind) {
	case KEY_ED25519_KIND:
		if ((r = prepare_ed25519(parts, c, &point)) != 0)
			return r;
		buf_put_string(blob, point);
		numbers[0] = slice_of(c->secret, sizeof(c->secret));
		return blob->bad;
	case KEY_ECDSA_KIND:
		if ((r = prepare_ecdsa(env, parts, c, &point)) != 0)
			return r;
		buf_put_cstring(blob, parts->type->curve_name);
		buf_put_string(blob, point);
		numbers[0] = slice_of(c->scalar, curve_scalar_len(parts->type->curve));
		return blob->bad;
	case KEY_DSA_KIND:
		if ((r = prepare_dsa(parts, c, &y)) != 0)
			return r;
		buf_put_mpint(blob, parts->dsa.p);
		buf_put_mpint(blob, parts->dsa.q);
		buf_put_mpint(blob, parts->dsa.g);
		buf_put_mpint(blob, y);
		numbers[0] = parts->secret;
		return blob->bad;
	case KEY_MLDSA_KIND: /* no file has its private half alone */
		buf_put_string(blob, parts->point);
		numbers[0] = parts->secret;
		return blob->bad;
	case KEY_RSA_KIND:
		break;
	}
	buf_put_mpint(blob, parts->e);
	buf_put_mpint(blob, parts->n);
	numbers[0] = parts->d;
	numbers[1] = parts->p;
	numbers[2] = parts->q;
	numbers[3] = parts->iqmp;
	return blob->bad;
}

static int
set_private(nacre_key *key, const struct slice numbers[KEY_NUMBERS], struct why *why)
{
	int r = key_set_secret(key, numbers);

	if (r == NACRE_E_KEY_FORMAT)
		return why_fail(why, r, "the private half does not fit the public one");
	return r == 0 ? 0 : why_fail(why, r, nacre_status_text(r));
}

int
key_assemble(const struct nacre_env *env, const struct key_parts *parts, nacre_key **key, struct why *why)
{
	struct slice numbers[KEY_NUMBERS] = {{NULL, 0}};
	struct computed c = {{0}, {0}, {0}, {0}};
	struct buf blob;
	int r;

	*key = NULL;
	buf_init(&blob, env, BLOB_MAX);
	if ((r = prepare(env, parts, &c, &blob, numbers)) != 0)
		(void)why_fail(why, r,
		    r == NACRE_E_KEY_FORMAT ? "the private half is not one of this type" : nacre_status_text(r));
	else
		r = key_assemble_blob(env, buf_slice(&blob), key, why);
	if (r == 0 && parts->has_private && (r = set_private(*key, numbers, why)) != 0) {
		nacre_key_free(*key);
		*key = NULL;
	}
	mem_wipe(&c, sizeof(c));
	buf_free(&blob);
	return r;
}
