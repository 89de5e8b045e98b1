/* derkey_write: keys as DER. Knows: the structures' fields, as OpenSSL writes them. Must not know: base64, encryption.
 * RFC 8017 A.1, RFC 5915 3, RFC 5958 2, RFC 5480 2, RFC 8410 3 and 7. */
#include "derkey.h"

int
derkey_put_pkcs1(struct buf *b, const nacre_key *key)
{
	struct rsa_private rsa = {key->n, key->e, key->numbers[0], key->numbers[1], key->numbers[2], key->numbers[3]};
	uint8_t dp[RSA_SIG_MAX], dq[RSA_SIG_MAX];
	size_t mark, dp_len, dq_len;
	int r;

	if (key->type->kind != KEY_RSA_KIND)
		return NACRE_E_KEY_TYPE;
	if ((r = rsa_crt(&rsa, dp, &dp_len, dq, &dq_len)) == 0) {
		mark = der_begin(b, DER_SEQUENCE);
		der_put_number(b, 0);
		der_put_integer(b, rsa.n);
		der_put_integer(b, rsa.e);
		der_put_integer(b, rsa.d);
		der_put_integer(b, rsa.p);
		der_put_integer(b, rsa.q);
		der_put_integer(b, slice_of(dp, dp_len));
		der_put_integer(b, slice_of(dq, dq_len));
		der_put_integer(b, rsa.iqmp);
		der_end(b, mark);
	}
	mem_wipe(dp, sizeof(dp));
	mem_wipe(dq, sizeof(dq));
	return r != 0 ? r : b->bad;
}

int
derkey_put_pkcs1_public(struct buf *b, const nacre_key *key)
{
	size_t mark;

	if (key->type->kind != KEY_RSA_KIND)
		return NACRE_E_KEY_TYPE;
	mark = der_begin(b, DER_SEQUENCE);
	der_put_integer(b, key->n);
	der_put_integer(b, key->e);
	der_end(b, mark);
	return b->bad;
}

/* In PKCS#8 the curve stands in front already. */
static int
put_sec1(struct buf *b, const nacre_key *key, bool names_curve)
{
	size_t mark = der_begin(b, DER_SEQUENCE), inner;

	der_put_number(b, 1);
	der_put(b, DER_OCTETS, key->numbers[0]);
	if (names_curve) {
		inner = der_begin(b, DER_TAG0);
		der_put(b, DER_OID, derkey_curve_oid(key->type->curve));
		der_end(b, inner);
	}
	inner = der_begin(b, DER_TAG1);
	der_put_bits(b, key->point);
	der_end(b, inner);
	der_end(b, mark);
	return b->bad;
}

int
derkey_put_sec1(struct buf *b, const nacre_key *key)
{
	return key->type->kind != KEY_ECDSA_KIND ? NACRE_E_KEY_TYPE : put_sec1(b, key, true);
}

int
derkey_put_dsa(struct buf *b, const nacre_key *key)
{
	size_t mark;

	if (key->type->kind != KEY_DSA_KIND)
		return NACRE_E_KEY_TYPE;
	mark = der_begin(b, DER_SEQUENCE);
	der_put_number(b, 0);
	der_put_integer(b, key->dsa.p);
	der_put_integer(b, key->dsa.q);
	der_put_integer(b, key->dsa.g);
	der_put_integer(b, key->dsa.y);
	der_put_integer(b, key->numbers[0]);
	der_end(b, mark);
	return b->bad;
}

static void
put_dsa_group(struct buf *b, const nacre_key *key)
{
	size_t mark = der_begin(b, DER_SEQUENCE);

	der_put_integer(b, key->dsa.p);
	der_put_integer(b, key->dsa.q);
	der_put_integer(b, key->dsa.g);
	der_end(b, mark);
}

static void
put_algorithm(struct buf *b, const nacre_key *key)
{
	size_t mark = der_begin(b, DER_SEQUENCE);

	switch (key->type->kind) {
	case KEY_RSA_KIND:
		der_put(b, DER_OID, OID_RSA);
		der_put(b, DER_NULL, SLICE_NONE);
		break;
	case KEY_ECDSA_KIND:
		der_put(b, DER_OID, OID_EC);
		der_put(b, DER_OID, derkey_curve_oid(key->type->curve));
		break;
	case KEY_ED25519_KIND:
		der_put(b, DER_OID, OID_ED25519);
		break;
	case KEY_DSA_KIND:
		der_put(b, DER_OID, OID_DSA);
		put_dsa_group(b, key);
		break;
	case KEY_MLDSA_KIND: /* never asked for: format_write.c */
		b->bad = NACRE_E_KEY_TYPE;
		break;
	}
	der_end(b, mark);
}

static int
put_private_octets(struct buf *b, const nacre_key *key)
{
	switch (key->type->kind) {
	case KEY_RSA_KIND:
		return derkey_put_pkcs1(b, key);
	case KEY_ECDSA_KIND:
		return put_sec1(b, key, false);
	case KEY_DSA_KIND:
		der_put_integer(b, key->numbers[0]);
		return b->bad;
	case KEY_MLDSA_KIND:
		return NACRE_E_KEY_TYPE;
	case KEY_ED25519_KIND:
		break;
	}
	der_put(b, DER_OCTETS, slice_of(key->numbers[0].p, ED25519_SEED_LEN));
	return b->bad;
}

int
derkey_put_pkcs8(struct buf *b, const nacre_key *key)
{
	size_t mark = der_begin(b, DER_SEQUENCE), inner;
	int r;

	der_put_number(b, 0);
	put_algorithm(b, key);
	inner = der_begin(b, DER_OCTETS);
	if ((r = put_private_octets(b, key)) != 0)
		return r;
	der_end(b, inner);
	der_end(b, mark);
	return b->bad;
}

int
derkey_put_spki(struct buf *b, const nacre_key *key)
{
	size_t mark = der_begin(b, DER_SEQUENCE), inner;
	int r;

	put_algorithm(b, key);
	inner = der_begin(b, DER_BITS);
	buf_put_u8(b, 0);
	if (key->type->kind == KEY_RSA_KIND) {
		if ((r = derkey_put_pkcs1_public(b, key)) != 0)
			return r;
	} else if (key->type->kind == KEY_DSA_KIND) {
		der_put_integer(b, key->dsa.y);
	} else {
		buf_put_slice(b, key->point);
	}
	der_end(b, inner);
	der_end(b, mark);
	return b->bad;
}
