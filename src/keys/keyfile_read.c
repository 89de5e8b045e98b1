/* keyfile_read: the private half out of an openssh-key-v1 file. Knows: each kind's private fields. Must not know: the
 * armour. OpenSSH PROTOCOL.key: check numbers, every padding byte, and the public half again. */
#include "assemble.h"
#include "keyfile.h"
#include "reader.h"

#define BLOCK_NONE 8 /* of the "none" cipher */
#define PAD_MAX 16 /* the largest block */
#define ROUNDS_TEXT "the key derivation has more rounds than 65536"

struct sk_fields {
	uint8_t flags;
	struct slice handle, reserved;
};

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

static void
read_dsa(struct reader *r, struct slice numbers[KEY_NUMBERS], const nacre_key *key)
{
	if (!slice_eq(reader_bytes(r, key->fields.n), key->fields))
		r->bad = true;
	numbers[0] = reader_mpint(r);
}

/* The public half again, and in the place of a private one what the device is asked with. */
static void
read_sk(nacre_key *key, struct reader *r, struct sk_fields *sk, struct slice *point)
{
	struct slice curve = SLICE_NONE, application;

	if (key->type->kind == KEY_ECDSA_KIND)
		curve = reader_string(r);
	*point = reader_string(r);
	application = reader_string(r);
	sk->flags = reader_u8(r);
	sk->handle = reader_string(r);
	sk->reserved = reader_string(r);
	if (!slice_is(curve, key->type->curve_name) || !slice_eq(application, key->application))
		r->bad = true;
}

static bool
read_numbers(nacre_key *key, struct reader *r, struct slice numbers[KEY_NUMBERS], struct sk_fields *sk)
{
	struct slice type = reader_string(r), point = key->point;

	if (!slice_is(type, key->type->name))
		return false;
	if (key->type->sk) {
		read_sk(key, r, sk, &point);
		return !r->bad && slice_eq(point, key->point);
	}
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
	case KEY_DSA_KIND:
		read_dsa(r, numbers, key);
		break;
	case KEY_MLDSA_KIND:
		point = reader_string(r);
		numbers[0] = reader_string(r);
		break;
	}
	return !r->bad && slice_eq(point, key->point);
}

/* 1, 2, 3, ... up to the block; PuTTY pads to 16 bytes where 8 are enough. */
static bool
is_padding(struct slice pad)
{
	size_t i;

	if (pad.n >= PAD_MAX)
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
set_sk(nacre_key *key, const struct sk_fields *sk, struct why *why)
{
	int r = key_set_sk_file(key, sk->flags, sk->handle, sk->reserved);

	if (r == NACRE_E_KEY_FORMAT)
		return why_fail(why, r, "the security key's handle is empty");
	return r == 0 ? 0 : why_fail(why, r, nacre_status_text(r));
}

/* Two equal numbers in front tell, without an AEAD, whether the passphrase was right. */
static int
read_private(nacre_key *key, const struct keyfile *f, const struct blobcipher *cipher, struct why *why)
{
	struct slice numbers[KEY_NUMBERS] = {{NULL, 0}}, comment;
	struct sk_fields sk = {.flags = 0};
	struct reader r = reader_of(f->private_part);
	uint32_t check1 = reader_u32(&r), check2 = reader_u32(&r);
	size_t block = cipher == NULL ? BLOCK_NONE : cipher->block_len;

	if (!r.bad && check1 != check2 && cipher != NULL)
		return why_fail(why, NACRE_E_KEY_PASSPHRASE_WRONG, "the passphrase is wrong");
	if (r.bad || check1 != check2)
		return why_fail(why, NACRE_E_KEY_FORMAT, "the two check numbers differ");
	if (!read_numbers(key, &r, numbers, &sk))
		return why_fail(why, NACRE_E_KEY_FORMAT, "the private fields are malformed or of another key");
	comment = reader_string(&r);
	if (r.bad || f->private_part.n % block != 0 || !is_padding(reader_rest(&r)))
		return why_fail(why, NACRE_E_KEY_FORMAT, "the comment or the padding is malformed");
	if (key_set_comment(key, comment) != 0)
		return why_fail(why, NACRE_E_NOMEM, "out of memory");
	return key->type->sk ? set_sk(key, &sk, why) : set_secret(key, numbers, why);
}

static int
check_kind(const nacre_key *key, struct why *why)
{
	if (key->type->plain != NULL)
		return why_fail(why, NACRE_E_UNSUPPORTED, "the file holds a certificate in the place of a public key");
	return 0;
}

static int
check_plain(const struct keyfile *f, struct why *why)
{
	if (!slice_is(f->kdf, "none") || f->kdf_options.n != 0)
		return why_fail(why, NACRE_E_KEY_FORMAT, "no cipher, but a key derivation");
	if (f->tag.n != 0)
		return why_fail(why, NACRE_E_KEY_FORMAT, "the file's fields are malformed");
	return 0;
}

static int
check_encrypted(const struct keyfile *f, const struct blobcipher *cipher, const char *passphrase, struct why *why)
{
	if (cipher == NULL)
		return why_fail_name(
		    why, NACRE_E_UNSUPPORTED, "the key is encrypted with an unknown cipher", f->cipher);
	if (slice_is(f->kdf, "none"))
		return why_fail(why, NACRE_E_KEY_FORMAT, "a cipher, but no key derivation");
	if (!slice_is(f->kdf, "bcrypt"))
		return why_fail_name(
		    why, NACRE_E_UNSUPPORTED, "the key is encrypted with an unknown key derivation", f->kdf);
	if (f->private_part.n == 0 || f->private_part.n % cipher->block_len != 0 || f->tag.n != cipher->tag_len)
		return why_fail(why, NACRE_E_KEY_FORMAT, "the length of the encrypted part does not fit the cipher");
	if (passphrase == NULL || passphrase[0] == '\0')
		return why_fail(why, NACRE_E_KEY_PASSPHRASE, "the key is encrypted and needs a passphrase");
	return 0;
}

/* In place: the bytes are the keyfile's own. */
static int
decrypt(struct keyfile *f, const struct blobcipher *cipher, const char *passphrase, struct why *why)
{
	uint8_t *p = f->bytes.p + (f->private_part.p - f->bytes.p);
	int r = keyfile_unseal(f->bytes.env, cipher, passphrase, f->kdf_options, p, f->private_part.n);

	if (r == NACRE_E_MAC)
		return why_fail(
		    why, NACRE_E_KEY_PASSPHRASE_WRONG, "the passphrase is wrong, or the encrypted part was altered");
	if (r == NACRE_E_KEY_FORMAT)
		return why_fail(why, r, "the salt or the rounds of the key derivation are malformed");
	if (r == NACRE_E_UNSUPPORTED)
		return why_fail(why, r, ROUNDS_TEXT);
	return r == 0 ? 0 : why_fail(why, r, nacre_status_text(r));
}

static int
open_private(struct keyfile *f, const char *passphrase, const struct blobcipher **cipher, struct why *why)
{
	int r;

	*cipher = NULL;
	if (slice_is(f->cipher, "none"))
		return check_plain(f, why);
	*cipher = blobcipher_find(f->cipher);
	if ((r = check_encrypted(f, *cipher, passphrase, why)) != 0)
		return r;
	return decrypt(f, *cipher, passphrase, why);
}

/* The public half first: what it refuses costs no key derivation. */
static int
read_key(const struct nacre_env *env, struct keyfile *f, const char *passphrase, nacre_key **out, struct why *why)
{
	const struct blobcipher *cipher;
	nacre_key *key = NULL;
	int r;

	if ((r = key_assemble_blob(env, f->public_blob, &key, why)) != 0)
		return r;
	if ((r = check_kind(key, why)) != 0 || (r = open_private(f, passphrase, &cipher, why)) != 0 ||
	    (r = read_private(key, f, cipher, why)) != 0) {
		nacre_key_free(key);
		return r;
	}
	*out = key;
	return 0;
}

int
keyfile_read(const struct nacre_env *env, struct slice text, const char *passphrase, nacre_key **key, struct why *why)
{
	struct keyfile f;
	int r;

	if ((r = keyfile_open(&f, env, text, why)) == 0)
		r = read_key(env, &f, passphrase, key, why);
	keyfile_free(&f);
	return r;
}

int
keyfile_peek(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why)
{
	struct keyfile f;
	int r;

	if ((r = keyfile_open(&f, env, text, why)) == 0)
		r = key_assemble_blob(env, f.public_blob, key, why);
	keyfile_free(&f);
	return r;
}
