/* pbes2: see pbes2.h. Knows: the schemes' object identifiers and parameters. Must not know: what is encrypted. RFC 8018
 * 6.2, A.2, A.4, B.1, B.2; RFC 7914 7. */
#include "pbes2.h"
#include "blobcipher.h"
#include "der.h"
#include "padding.h"
#include "pbkdf.h"

#define SALT_LEN 16
#define ITERATIONS 200000
#define ENCRYPTED_MAX ((size_t)1 << 20)

#define OID_PBES2 SLICE_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d")
#define OID_PBKDF2 SLICE_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c")
#define OID_SCRYPT SLICE_LIT("\x2b\x06\x01\x04\x01\xda\x47\x04\x0b")

static const struct {
	struct slice oid;
	enum pbkdf_hash hash;
} prfs[] = {
    {SLICE_INIT("\x2a\x86\x48\x86\xf7\x0d\x02\x07"), PBKDF_SHA1}, /* hmacWithSHA1, the default */
    {SLICE_INIT("\x2a\x86\x48\x86\xf7\x0d\x02\x08"), PBKDF_SHA224},
    {SLICE_INIT("\x2a\x86\x48\x86\xf7\x0d\x02\x09"), PBKDF_SHA256},
    {SLICE_INIT("\x2a\x86\x48\x86\xf7\x0d\x02\x0a"), PBKDF_SHA384},
    {SLICE_INIT("\x2a\x86\x48\x86\xf7\x0d\x02\x0b"), PBKDF_SHA512},
};
#define WRITE_PRF 2

static const struct {
	struct slice oid;
	const char *cipher;
} ciphers[] = {
    {SLICE_INIT("\x60\x86\x48\x01\x65\x03\x04\x01\x02"), "aes128-cbc"},
    {SLICE_INIT("\x60\x86\x48\x01\x65\x03\x04\x01\x16"), "aes192-cbc"},
    {SLICE_INIT("\x60\x86\x48\x01\x65\x03\x04\x01\x2a"), "aes256-cbc"},
    {SLICE_INIT("\x2a\x86\x48\x86\xf7\x0d\x03\x07"), "3des-cbc"},
};
#define WRITE_CIPHER 2

struct scheme {
	bool is_scrypt;
	struct slice salt, iv;
	uint32_t iterations, key_len; /* 0: not said */
	enum pbkdf_hash hash;
	uint32_t cost, r, p;
	const struct blobcipher *cipher;
};

static int
malformed(struct why *why)
{
	return why_fail(why, NACRE_E_KEY_FORMAT, "PKCS#8: the encryption's parameters are malformed");
}

static int
read_prf(struct reader *r, struct scheme *s, struct why *why)
{
	struct reader inner;
	struct slice oid;
	size_t i;

	s->hash = PBKDF_SHA1;
	if (!der_is_next(r, DER_SEQUENCE))
		return 0;
	inner = der_enter(r, DER_SEQUENCE);
	oid = der_value(&inner, DER_OID);
	if (inner.n > 0 && der_value(&inner, DER_NULL).n != 0)
		inner.bad = true;
	if (!reader_end(&inner))
		return malformed(why);
	for (i = 0; i < sizeof(prfs) / sizeof(prfs[0]); i++)
		if (slice_eq(oid, prfs[i].oid)) {
			s->hash = prfs[i].hash;
			return 0;
		}
	return why_fail(why, NACRE_E_UNSUPPORTED, "PKCS#8: PBKDF2 with a hash that is not supported");
}

static int
read_pbkdf2(struct reader *outer, struct scheme *s, struct why *why)
{
	struct reader r = der_enter(outer, DER_SEQUENCE);
	int e;

	s->salt = der_value(&r, DER_OCTETS);
	s->iterations = der_number(&r);
	if (der_is_next(&r, DER_INTEGER))
		s->key_len = der_number(&r);
	if ((e = read_prf(&r, s, why)) != 0)
		return e;
	if (!reader_end(&r) || s->iterations == 0)
		return malformed(why);
	if (s->iterations > PBES2_ITERATIONS_MAX)
		return why_fail(why, NACRE_E_UNSUPPORTED, "PKCS#8: PBKDF2 with more than 10000000 iterations");
	return 0;
}

/* RFC 7914 6: 128 * r bytes for each of N rows, and for each lane. */
static bool
is_scrypt_bounded(const struct scheme *s)
{
	uint64_t rows = (uint64_t)s->cost + s->p;

	return s->p <= PBES2_SCRYPT_PARALLEL_MAX && s->r <= PBES2_SCRYPT_MEMORY_MAX / 128 / rows;
}

static int
read_scrypt(struct reader *outer, struct scheme *s, struct why *why)
{
	struct reader r = der_enter(outer, DER_SEQUENCE);

	s->is_scrypt = true;
	s->salt = der_value(&r, DER_OCTETS);
	s->cost = der_number(&r);
	s->r = der_number(&r);
	s->p = der_number(&r);
	if (der_is_next(&r, DER_INTEGER))
		s->key_len = der_number(&r);
	if (!reader_end(&r) || s->cost < 2 || (s->cost & (s->cost - 1)) != 0 || s->r == 0 || s->p == 0)
		return malformed(why);
	if (!is_scrypt_bounded(s))
		return why_fail(
		    why, NACRE_E_UNSUPPORTED, "PKCS#8: scrypt with more than 256 MiB of memory or 16 lanes");
	return 0;
}

static int
read_kdf(struct reader *outer, struct scheme *s, struct why *why)
{
	struct reader r = der_enter(outer, DER_SEQUENCE);
	struct slice oid = der_value(&r, DER_OID);
	int e;

	if (r.bad)
		return malformed(why);
	if (slice_eq(oid, OID_PBKDF2))
		e = read_pbkdf2(&r, s, why);
	else if (slice_eq(oid, OID_SCRYPT))
		e = read_scrypt(&r, s, why);
	else
		return why_fail(why, NACRE_E_UNSUPPORTED, "PKCS#8: a key derivation that is neither PBKDF2 nor scrypt");
	return e != 0 || reader_end(&r) ? e : malformed(why);
}

static int
read_cipher(struct reader *outer, struct scheme *s, struct why *why)
{
	struct reader r = der_enter(outer, DER_SEQUENCE);
	struct slice oid = der_value(&r, DER_OID);
	size_t i;

	if (r.bad)
		return malformed(why);
	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (slice_eq(oid, ciphers[i].oid))
			s->cipher = blobcipher_find(slice_str(ciphers[i].cipher));
	if (s->cipher == NULL)
		return why_fail(why, NACRE_E_UNSUPPORTED, "PKCS#8: encrypted with a cipher that is not supported");
	s->iv = der_value(&r, DER_OCTETS);
	if (!reader_end(&r) || s->iv.n != s->cipher->iv_len || (s->key_len != 0 && s->key_len != s->cipher->key_len))
		return malformed(why);
	return 0;
}

static int
read_scheme(struct reader *outer, struct scheme *s, struct why *why)
{
	struct reader r = der_enter(outer, DER_SEQUENCE), inner;
	struct slice oid = der_value(&r, DER_OID);
	int e;

	*s = (struct scheme){.is_scrypt = false};
	if (r.bad)
		return malformed(why);
	if (!slice_eq(oid, OID_PBES2))
		return why_fail(why, NACRE_E_UNSUPPORTED, "PKCS#8: an encryption scheme other than PBES2");
	inner = der_enter(&r, DER_SEQUENCE);
	if ((e = read_kdf(&inner, s, why)) != 0 || (e = read_cipher(&inner, s, why)) != 0)
		return e;
	return reader_end(&inner) && reader_end(&r) ? 0 : malformed(why);
}

static int
derive(const struct scheme *s, const char *passphrase, uint8_t *key)
{
	struct slice password = slice_str(passphrase);

	if (s->is_scrypt)
		return pbkdf_scrypt(password, s->salt, s->cost, s->r, s->p, key, s->cipher->key_len);
	return pbkdf2(s->hash, password, s->salt, s->iterations, key, s->cipher->key_len);
}

/* The text moves to the front of the buffer; what the parameters were is not needed any more. */
static int
open_text(struct buf *der, const struct scheme *s, struct slice text, const char *passphrase)
{
	uint8_t key[BLOBCIPHER_KEY_MAX], iv[BLOBCIPHER_IV_MAX];
	int r = derive(s, passphrase, key);

	memcpy(iv, s->iv.p, s->iv.n);
	memmove(der->p, text.p, text.n);
	der->n = text.n;
	if (r == 0)
		r = blobcipher_open(s->cipher, key, iv, der->p, der->n);
	mem_wipe(key, sizeof(key));
	return r;
}

int
pbes2_decrypt(struct buf *der, const char *passphrase, struct why *why)
{
	struct reader outer = reader_of(buf_slice(der)), r = der_enter(&outer, DER_SEQUENCE);
	struct scheme s;
	struct slice text;
	int e;

	if ((e = read_scheme(&r, &s, why)) != 0)
		return e;
	text = der_value(&r, DER_OCTETS);
	if (!reader_end(&r) || !reader_end(&outer) || text.n == 0 || text.n % s.cipher->block_len != 0)
		return why_fail(why, NACRE_E_KEY_FORMAT, "PKCS#8: the encrypted part is malformed");
	if (passphrase == NULL)
		return why_fail(why, NACRE_E_KEY_PASSPHRASE, "the key is encrypted and needs a passphrase");
	if ((e = open_text(der, &s, text, passphrase)) != 0)
		return why_fail(why, e, nacre_status_text(e));
	return padding_drop(der, s.cipher->block_len)
		   ? 0
		   : why_fail(why, NACRE_E_KEY_PASSPHRASE_WRONG, "the passphrase is wrong");
}

static void
put_prf(struct buf *b)
{
	size_t mark = der_begin(b, DER_SEQUENCE);

	der_put(b, DER_OID, prfs[WRITE_PRF].oid);
	der_put(b, DER_NULL, SLICE_NONE);
	der_end(b, mark);
}

static void
put_kdf(struct buf *b, const struct scheme *s)
{
	size_t mark = der_begin(b, DER_SEQUENCE), inner;

	der_put(b, DER_OID, OID_PBKDF2);
	inner = der_begin(b, DER_SEQUENCE);
	der_put(b, DER_OCTETS, s->salt);
	der_put_number(b, s->iterations);
	put_prf(b);
	der_end(b, inner);
	der_end(b, mark);
}

static void
put_cipher(struct buf *b, const struct scheme *s)
{
	size_t mark = der_begin(b, DER_SEQUENCE);

	der_put(b, DER_OID, ciphers[WRITE_CIPHER].oid);
	der_put(b, DER_OCTETS, s->iv);
	der_end(b, mark);
}

static void
put_encrypted(struct buf *b, const struct scheme *s, struct slice text)
{
	size_t mark = der_begin(b, DER_SEQUENCE), algorithm = der_begin(b, DER_SEQUENCE), parameters;

	der_put(b, DER_OID, OID_PBES2);
	parameters = der_begin(b, DER_SEQUENCE);
	put_kdf(b, s);
	put_cipher(b, s);
	der_end(b, parameters);
	der_end(b, algorithm);
	der_put(b, DER_OCTETS, text);
	der_end(b, mark);
}

static int
seal_text(struct buf *der, const struct scheme *s, const char *passphrase)
{
	uint8_t key[BLOBCIPHER_KEY_MAX];
	int r;

	padding_put(der, s->cipher->block_len);
	if (der->bad != 0)
		return der->bad;
	if ((r = derive(s, passphrase, key)) == 0)
		r = blobcipher_seal(s->cipher, key, s->iv.p, der->p, der->n);
	mem_wipe(key, sizeof(key));
	return r;
}

int
pbes2_encrypt(struct buf *der, const char *passphrase, uint32_t iterations)
{
	uint8_t random[SALT_LEN + BLOBCIPHER_IV_MAX];
	const struct scheme s = {.salt = slice_of(random, SALT_LEN),
	    .iv = slice_of(random + SALT_LEN, BLOBCIPHER_IV_MAX),
	    .iterations = iterations == 0 ? ITERATIONS : iterations,
	    .hash = prfs[WRITE_PRF].hash,
	    .cipher = blobcipher_find(slice_str(ciphers[WRITE_CIPHER].cipher))};
	struct buf encrypted;
	int r;

	if ((r = mem_random(der->env, random, sizeof(random))) != 0 || (r = seal_text(der, &s, passphrase)) != 0)
		return r;
	buf_init(&encrypted, der->env, ENCRYPTED_MAX);
	put_encrypted(&encrypted, &s, buf_slice(der));
	buf_reset(der);
	buf_put_slice(der, buf_slice(&encrypted));
	r = encrypted.bad != 0 ? encrypted.bad : der->bad;
	buf_free(&encrypted);
	return r;
}
