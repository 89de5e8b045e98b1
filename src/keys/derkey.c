/* derkey: see derkey.h. Knows: the structures' fields, as they are read. Must not know: base64, encryption. RFC 8017
 * A.1, RFC 5915 3, RFC 5958 2, RFC 5480 2, RFC 8410 3 and 7, RFC 3279 2.3. */
#include "derkey.h"
#include "assemble.h"

static const struct {
	struct slice oid;
	const char *type;
} curves[] = {
    [CURVE_P256] = {SLICE_INIT("\x2a\x86\x48\xce\x3d\x03\x01\x07"), "ecdsa-sha2-nistp256"},
    [CURVE_P384] = {SLICE_INIT("\x2b\x81\x04\x00\x22"), "ecdsa-sha2-nistp384"},
    [CURVE_P521] = {SLICE_INIT("\x2b\x81\x04\x00\x23"), "ecdsa-sha2-nistp521"},
};

struct slice
derkey_curve_oid(enum curve_id curve)
{
	return curves[curve].oid;
}

/* NULL: it is not known. */
static const struct key_type *
find_curve(struct slice oid)
{
	size_t i;

	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (slice_eq(oid, curves[i].oid))
			return key_type_find(slice_str(curves[i].type));
	return NULL;
}

static int
malformed(struct why *why, const char *text)
{
	return why_fail(why, NACRE_E_KEY_FORMAT, text);
}

/* The two exponents of the CRT can be computed: what the file says must be that. */
static bool
is_crt(const struct key_parts *k, struct slice dp, struct slice dq)
{
	struct rsa_private rsa = {k->n, k->e, k->d, k->p, k->q, k->iqmp};
	uint8_t p[RSA_SIG_MAX], q[RSA_SIG_MAX];
	size_t p_len, q_len;
	bool is = rsa_crt(&rsa, p, &p_len, q, &q_len) == 0 && slice_eq(dp, slice_of(p, p_len)) &&
		  slice_eq(dq, slice_of(q, q_len));

	mem_wipe(p, sizeof(p));
	mem_wipe(q, sizeof(q));
	return is;
}

/* The key first: it refuses sizes that no mathematics should begin with. */
static int
finish_rsa(const struct nacre_env *env, const struct key_parts *k, struct slice dp, struct slice dq, nacre_key **key,
    struct why *why)
{
	int r = key_assemble(env, k, key, why);

	if (r != 0 || is_crt(k, dp, dq))
		return r;
	nacre_key_free(*key);
	*key = NULL;
	return malformed(why, "PKCS#1: the CRT exponents do not fit the key");
}

int
derkey_pkcs1(const struct nacre_env *env, struct slice der, nacre_key **key, struct why *why)
{
	struct key_parts k = {.type = key_type_find(SLICE_LIT("ssh-rsa")), .has_private = true};
	struct reader outer = reader_of(der), r = der_enter(&outer, DER_SEQUENCE);
	uint32_t version = der_number(&r);
	struct slice dp, dq;

	k.n = der_integer(&r);
	k.e = der_integer(&r);
	k.d = der_integer(&r);
	k.p = der_integer(&r);
	k.q = der_integer(&r);
	dp = der_integer(&r);
	dq = der_integer(&r);
	k.iqmp = der_integer(&r);
	if (!r.bad && version == 1)
		return why_fail(why, NACRE_E_UNSUPPORTED, "PKCS#1: an RSA key with more than two primes");
	if (version != 0 || !reader_end(&r) || !reader_end(&outer))
		return malformed(why, "PKCS#1: the private key's fields are malformed");
	return finish_rsa(env, &k, dp, dq, key, why);
}

int
derkey_pkcs1_public(const struct nacre_env *env, struct slice der, nacre_key **key, struct why *why)
{
	struct key_parts k = {.type = key_type_find(SLICE_LIT("ssh-rsa"))};
	struct reader outer = reader_of(der), r = der_enter(&outer, DER_SEQUENCE);

	k.n = der_integer(&r);
	k.e = der_integer(&r);
	if (!reader_end(&r) || !reader_end(&outer))
		return malformed(why, "PKCS#1: the public key's fields are malformed");
	return key_assemble(env, &k, key, why);
}

/* ECParameters: a named curve, or, as some old files have it, the curve itself. */
static int
read_curve(struct reader *r, const struct key_type **type, struct why *why)
{
	if (der_is_next(r, DER_SEQUENCE))
		return why_fail(why, NACRE_E_UNSUPPORTED, "the EC key describes its curve instead of naming it");
	*type = find_curve(der_value(r, DER_OID));
	if (r->bad)
		return malformed(why, "the EC key's curve is malformed");
	return *type != NULL
		   ? 0
		   : why_fail(why, NACRE_E_KEY_TYPE_UNKNOWN, "the EC key is on a curve that is not supported");
}

/* RFC 5915 3: the curve may be missing where PKCS#8 has named it, and must not be another one. */
static int
read_sec1_curve(struct reader *r, const struct key_type **type, struct why *why)
{
	const struct key_type *named = *type;
	struct reader inner;
	int e;

	if (!der_is_next(r, DER_TAG0))
		return named != NULL ? 0 : malformed(why, "SEC 1: the private key does not name its curve");
	inner = der_enter(r, DER_TAG0);
	if ((e = read_curve(&inner, type, why)) != 0)
		return e;
	if (!reader_end(&inner) || (named != NULL && named != *type))
		return malformed(why, "SEC 1: the private key's curve is malformed or another one");
	return 0;
}

static int
read_sec1(const struct nacre_env *env, struct slice der, const struct key_type *type, nacre_key **key, struct why *why)
{
	struct reader outer = reader_of(der), r = der_enter(&outer, DER_SEQUENCE), inner = reader_of(SLICE_NONE);
	uint32_t version = der_number(&r);
	struct key_parts k = {.has_private = true, .type = type, .secret = der_value(&r, DER_OCTETS)};
	int e;

	if (r.bad || version != 1)
		return malformed(why, "SEC 1: the private key's fields are malformed");
	if ((e = read_sec1_curve(&r, &k.type, why)) != 0)
		return e;
	if (der_is_next(&r, DER_TAG1)) {
		inner = der_enter(&r, DER_TAG1);
		k.point = der_bits(&inner, DER_BITS);
		inner.bad = inner.bad || k.point.n == 0;
	}
	if (!reader_end(&inner) || !reader_end(&r) || !reader_end(&outer))
		return malformed(why, "SEC 1: the private key's fields are malformed");
	return key_assemble(env, &k, key, why);
}

int
derkey_sec1(const struct nacre_env *env, struct slice der, nacre_key **key, struct why *why)
{
	return read_sec1(env, der, NULL, key, why);
}

/* As OpenSSL has always written them: a version, the group, y, x. */
int
derkey_dsa(const struct nacre_env *env, struct slice der, nacre_key **key, struct why *why)
{
	struct key_parts k = {.type = key_type_find(SLICE_LIT("ssh-dss")), .has_private = true};
	struct reader outer = reader_of(der), r = der_enter(&outer, DER_SEQUENCE);
	uint32_t version = der_number(&r);

	k.dsa.p = der_integer(&r);
	k.dsa.q = der_integer(&r);
	k.dsa.g = der_integer(&r);
	k.dsa.y = der_integer(&r);
	k.secret = der_integer(&r);
	if (version != 0 || !reader_end(&r) || !reader_end(&outer) || k.dsa.y.n == 0)
		return malformed(why, "DSA: the private key's fields are malformed");
	return key_assemble(env, &k, key, why);
}

struct algorithm {
	enum key_kind kind;
	const struct key_type *type;
	struct dsa_public group; /* DSA, without y */
};

/* RFC 3279 2.3.2: Dss-Parms. */
static void
read_dsa_group(struct reader *r, struct dsa_public *group)
{
	struct reader inner = der_enter(r, DER_SEQUENCE);

	group->p = der_integer(&inner);
	group->q = der_integer(&inner);
	group->g = der_integer(&inner);
	if (!reader_end(&inner))
		r->bad = true;
}

/* AlgorithmIdentifier (RFC 5480 2.1.1, RFC 8410 3, RFC 3279 2.3.1). */
static int
read_algorithm(struct reader *outer, struct algorithm *a, struct why *why)
{
	struct reader r = der_enter(outer, DER_SEQUENCE);
	struct slice oid = der_value(&r, DER_OID);
	int e = 0;

	if (slice_eq(oid, OID_RSA)) {
		*a = (struct algorithm){.kind = KEY_RSA_KIND, .type = key_type_find(SLICE_LIT("ssh-rsa"))};
		if (der_value(&r, DER_NULL).n != 0)
			r.bad = true;
	} else if (slice_eq(oid, OID_EC)) {
		a->kind = KEY_ECDSA_KIND;
		e = read_curve(&r, &a->type, why);
	} else if (slice_eq(oid, OID_ED25519)) {
		*a = (struct algorithm){.kind = KEY_ED25519_KIND, .type = key_type_find(SLICE_LIT("ssh-ed25519"))};
	} else if (slice_eq(oid, OID_DSA)) {
		*a = (struct algorithm){.kind = KEY_DSA_KIND, .type = key_type_find(SLICE_LIT("ssh-dss"))};
		read_dsa_group(&r, &a->group);
	} else if (!r.bad) {
		return why_fail(why, NACRE_E_KEY_TYPE_UNKNOWN, "the key is of a type that is not supported");
	}
	if (e == 0 && !reader_end(&r))
		return malformed(why, "the key's algorithm is malformed");
	return e;
}

/* RFC 8410 7: an octet string in an octet string; the public half may stand beside it. */
static int
read_ed25519(const struct nacre_env *env, const struct key_type *type, struct slice octets, struct slice point,
    nacre_key **key, struct why *why)
{
	struct reader r = reader_of(octets);
	struct key_parts k = {.type = type, .has_private = true, .point = point};

	k.secret = der_value(&r, DER_OCTETS);
	if (!reader_end(&r))
		return malformed(why, "PKCS#8: the Ed25519 key is malformed");
	return key_assemble(env, &k, key, why);
}

/* One integer in the octet string, x, or in the bit string, y: the group stands in front. */
static int
read_dsa_number(const struct nacre_env *env, const struct algorithm *a, struct slice der, bool is_private,
    nacre_key **key, struct why *why)
{
	struct key_parts k = {.type = a->type, .has_private = is_private, .dsa = a->group};
	struct reader r = reader_of(der);
	struct slice number = der_integer(&r);

	if (!reader_end(&r) || number.n == 0)
		return malformed(why, "the DSA key's number is malformed");
	if (is_private)
		k.secret = number;
	else
		k.dsa.y = number;
	return key_assemble(env, &k, key, why);
}

/* RFC 5958 2: attributes are passed over; a public half is there in version 1 only. */
static bool
read_pkcs8_tail(struct reader *r, uint32_t version, struct slice *point)
{
	*point = SLICE_NONE;
	if (der_is_next(r, DER_TAG0))
		(void)der_value(r, DER_TAG0);
	if (version == 1 && der_is_next(r, DER_TAG1_PRIMITIVE))
		*point = der_bits(r, DER_TAG1_PRIMITIVE);
	return reader_end(r);
}

int
derkey_pkcs8(const struct nacre_env *env, struct slice der, nacre_key **key, struct why *why)
{
	struct reader outer = reader_of(der), r = der_enter(&outer, DER_SEQUENCE);
	uint32_t version = der_number(&r);
	struct algorithm a = {.kind = KEY_RSA_KIND};
	struct slice octets, point;
	int e;

	if (r.bad || version > 1)
		return malformed(why, "PKCS#8: the private key's fields are malformed");
	if ((e = read_algorithm(&r, &a, why)) != 0)
		return e;
	octets = der_value(&r, DER_OCTETS);
	if (!read_pkcs8_tail(&r, version, &point) || !reader_end(&outer))
		return malformed(why, "PKCS#8: the private key's fields are malformed");
	if (a.kind == KEY_RSA_KIND)
		return derkey_pkcs1(env, octets, key, why);
	if (a.kind == KEY_ECDSA_KIND)
		return read_sec1(env, octets, a.type, key, why);
	if (a.kind == KEY_DSA_KIND)
		return read_dsa_number(env, &a, octets, true, key, why);
	return read_ed25519(env, a.type, octets, point, key, why);
}

int
derkey_spki(const struct nacre_env *env, struct slice der, nacre_key **key, struct why *why)
{
	struct reader outer = reader_of(der), r = der_enter(&outer, DER_SEQUENCE);
	struct algorithm a = {.kind = KEY_RSA_KIND};
	struct key_parts k = {.has_private = false};
	struct slice bits;
	int e;

	if ((e = read_algorithm(&r, &a, why)) != 0)
		return e;
	bits = der_bits(&r, DER_BITS);
	if (!reader_end(&r) || !reader_end(&outer))
		return malformed(why, "the public key's fields are malformed");
	if (a.kind == KEY_RSA_KIND)
		return derkey_pkcs1_public(env, bits, key, why);
	if (a.kind == KEY_DSA_KIND)
		return read_dsa_number(env, &a, bits, false, key, why);
	k.type = a.type;
	k.point = bits;
	return key_assemble(env, &k, key, why);
}
