/* keyfile_read: the private half out of an openssh-key-v1 file. Knows: each kind's private fields. Must not know: the
 * armour. OpenSSH PROTOCOL.key: check numbers, every padding byte, and the public half again. */
#include "keyfile.h"
#include "reader.h"

#define BLOCK_MIN 8 /* of the "none" cipher */

static void
read_ed25519(struct reader *r, struct slice numbers[KEY_NUMBERS], struct slice *point)
{
	*point = reader_string(r);
	numbers[0] = reader_string(r);
}

/* The scalar is an mpint: shorter than the curve's length where it begins with zeros. */
static void
read_ecdsa(const struct key_type *type, struct reader *r, struct slice numbers[KEY_NUMBERS], struct slice *point)
{
	struct slice curve = reader_string(r);

	*point = reader_string(r);
	numbers[0] = reader_mpint(r);
	if (!slice_is(curve, type->curve_name))
		r->bad = true;
}

static void
read_rsa(struct reader *r, struct slice numbers[KEY_NUMBERS], const nacre_key *key)
{
	struct slice n = reader_mpint(r), e = reader_mpint(r);

	numbers[0] = reader_mpint(r); /* d */
	numbers[3] = reader_mpint(r); /* iqmp */
	numbers[1] = reader_mpint(r); /* p */
	numbers[2] = reader_mpint(r); /* q */
	if (!slice_eq(n, key->n) || !slice_eq(e, key->e))
		r->bad = true;
}

static bool
read_numbers(const nacre_key *key, struct reader *r, struct slice numbers[KEY_NUMBERS])
{
	struct slice type = reader_string(r), point = key->point;

	if (!slice_is(type, key->type->name))
		return false;
	switch (key->type->kind) {
	case KEY_ED25519_KIND:
		read_ed25519(r, numbers, &point);
		break;
	case KEY_ECDSA_KIND:
		read_ecdsa(key->type, r, numbers, &point);
		break;
	case KEY_RSA_KIND:
		read_rsa(r, numbers, key);
		break;
	}
	return !r->bad && slice_eq(point, key->point);
}

/* 1, 2, 3, ... up to the block. */
static bool
is_padding(struct slice pad)
{
	size_t i;

	if (pad.n >= BLOCK_MIN)
		return false;
	for (i = 0; i < pad.n; i++)
		if (pad.p[i] != i + 1)
			return false;
	return true;
}

static int
set_secret(nacre_key *key, struct slice numbers[KEY_NUMBERS], struct why *why)
{
	uint8_t scalar[ECDSA_SCALAR_MAX] = {0};
	size_t n;
	int r;

	if (key->type->kind == KEY_ECDSA_KIND) {
		n = curve_scalar_len(key->type->curve);
		if (numbers[0].n > n)
			return why_fail(why, NACRE_E_KEY_FORMAT, "the private scalar is longer than the curve allows");
		if (numbers[0].n > 0)
			memcpy(scalar + (n - numbers[0].n), numbers[0].p, numbers[0].n);
		numbers[0] = slice_of(scalar, n);
	}
	r = key_set_secret(key, numbers);
	mem_wipe(scalar, sizeof(scalar));
	if (r == NACRE_E_KEY_FORMAT)
		return why_fail(why, r, "the private half does not fit the public one");
	return r == 0 ? 0 : why_fail(why, r, nacre_status_text(r));
}

static int
read_private(nacre_key *key, struct slice part, struct why *why)
{
	struct slice numbers[KEY_NUMBERS] = {{NULL, 0}}, comment;
	struct reader r = reader_of(part);
	uint32_t check1 = reader_u32(&r), check2 = reader_u32(&r);

	if (r.bad || check1 != check2)
		return why_fail(why, NACRE_E_KEY_FORMAT, "the two check numbers differ");
	if (!read_numbers(key, &r, numbers))
		return why_fail(why, NACRE_E_KEY_FORMAT, "the private fields are malformed or of another key");
	comment = reader_string(&r);
	if (r.bad || part.n % BLOCK_MIN != 0 || !is_padding(reader_rest(&r)))
		return why_fail(why, NACRE_E_KEY_FORMAT, "the comment or the padding is malformed");
	if (key_set_comment(key, comment) != 0)
		return why_fail(why, NACRE_E_NOMEM, "out of memory");
	return set_secret(key, numbers, why);
}

static int
read_public(const struct nacre_env *env, const struct keyfile *f, nacre_key **key, struct why *why)
{
	struct reader r = reader_of(f->public_blob);
	int e = key_parse_blob(env, f->public_blob, key);

	if (e == NACRE_E_UNSUPPORTED)
		return why_fail_name(why, e, "the key is of a type that is not supported", reader_string(&r));
	if (e == NACRE_E_KEY_TYPE)
		return why_fail(why, e,
		    "the RSA key is smaller than 2048 or larger than 8192 bits, or its exponent is not allowed");
	return e == 0 ? 0 : why_fail(why, e, "the public half is malformed");
}

static int
check_cipher(const struct keyfile *f, const char *passphrase, struct why *why)
{
	if (slice_is(f->cipher, "none")) {
		if (slice_is(f->kdf, "none") && f->kdf_options.n == 0)
			return 0;
		return why_fail(why, NACRE_E_KEY_FORMAT, "no cipher, but a key derivation");
	}
	if (passphrase == NULL)
		return why_fail(why, NACRE_E_KEY_PASSPHRASE, "the key is encrypted and needs a passphrase");
	return why_fail_name(
	    why, NACRE_E_UNSUPPORTED, "reading keys encrypted with this cipher is not supported", f->cipher);
}

static int
read_key(const struct nacre_env *env, const struct keyfile *f, const char *passphrase, nacre_key **out, struct why *why)
{
	nacre_key *key = NULL;
	int r;

	if ((r = check_cipher(f, passphrase, why)) != 0 || (r = read_public(env, f, &key, why)) != 0)
		return r;
	if ((r = read_private(key, f->private_part, why)) != 0) {
		nacre_key_free(key);
		return r;
	}
	*out = key;
	return 0;
}

int
nacre_key_parse_private(const struct nacre_env *env, const uint8_t *p, size_t n, const char *passphrase,
    nacre_key **key, char *why_text, size_t why_size)
{
	struct why why = {why_text, why_size};
	struct keyfile f;
	int r;

	*key = NULL;
	(void)why_fail(&why, 0, "");
	if (env == NULL || (p == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	if ((r = keyfile_open(&f, env, slice_of(p, n), &why)) == 0)
		r = read_key(env, &f, passphrase, key, &why);
	keyfile_free(&f);
	return r;
}

int
nacre_key_peek_public(
    const struct nacre_env *env, const uint8_t *p, size_t n, nacre_key **key, char *why_text, size_t why_size)
{
	struct why why = {why_text, why_size};
	struct keyfile f;
	int r;

	*key = NULL;
	(void)why_fail(&why, 0, "");
	if (env == NULL || (p == NULL && n > 0))
		return NACRE_E_ARGUMENT;
	if ((r = keyfile_open(&f, env, slice_of(p, n), &why)) == 0)
		r = read_public(env, &f, key, &why);
	keyfile_free(&f);
	return r;
}
