/* ppk: PuTTY's files, read. Knows: lines, and each kind's private fields. Must not know: derivations. PuTTY's manual,
 * appendix C. */
#include "ppk.h"
#include "armor.h"
#include "assemble.h"
#include "keyfile.h"
#include "reader.h"
#include "text.h"

#include <sodium.h>

#define BLOB_LINES_MAX 16384
#define PAD_MAX 16

static int
malformed(struct why *why, const char *what)
{
	return why_fail_name(why, NACRE_E_KEY_FORMAT, "PuTTY file: malformed or missing", slice_str(what));
}

/* "Name: value", exactly this name. */
static bool
take_field(struct slice *text, const char *name, struct slice *value)
{
	struct slice rest = *text, line, start = slice_str(name);

	if (!armor_next_line(&rest, &line) || !slice_starts(line, start))
		return false;
	line = slice_from(line, start.n);
	if (!slice_starts(line, SLICE_LIT(": ")) && !slice_is(line, ":"))
		return false;
	*value = slice_from(line, 2);
	*text = rest;
	return true;
}

static bool
take_number(struct slice *text, const char *name, uint32_t max, uint32_t *number)
{
	struct slice value;
	int64_t n;

	if (!take_field(text, name, &value) || (n = text_number(value, max)) < 0)
		return false;
	*number = (uint32_t)n;
	return true;
}

static bool
is_hex(struct slice digits, uint8_t *out, size_t n)
{
	size_t got = 0;

	return digits.n == 2 * n && sodium_hex2bin(out, n, (const char *)digits.p, digits.n, NULL, &got, NULL) == 0 &&
	       got == n;
}

static int
take_blob(struct slice *text, const char *name, struct buf *blob)
{
	struct slice start, line;
	uint32_t n, i;

	if (!take_number(text, name, BLOB_LINES_MAX, &n) || n == 0)
		return NACRE_E_KEY_FORMAT;
	start = *text;
	for (i = 0; i < n; i++)
		if (!armor_next_line(text, &line))
			return NACRE_E_KEY_FORMAT;
	return armor_decode(blob, slice_of(start.p, start.n - text->n));
}

static int
read_start(struct ppk *p, struct slice *text, struct why *why)
{
	struct slice cipher;

	if (take_field(text, PPK_START "3", &p->type))
		p->version = 3;
	else if (take_field(text, PPK_START "2", &p->type))
		p->version = 2;
	else
		return why_fail(why, NACRE_E_UNSUPPORTED, "PuTTY file: a version other than 2 and 3");
	if (!take_field(text, "Encryption", &cipher))
		return malformed(why, "Encryption");
	p->is_encrypted = slice_is(cipher, "aes256-cbc");
	if (!p->is_encrypted && !slice_is(cipher, "none"))
		return why_fail_name(
		    why, NACRE_E_UNSUPPORTED, "PuTTY file: encrypted with a cipher that is not supported", cipher);
	return take_field(text, "Comment", &p->comment) ? 0 : malformed(why, "Comment");
}

static int
read_variant(struct ppk *p, struct slice *text, struct why *why)
{
	struct slice kdf;

	if (!take_field(text, "Key-Derivation", &kdf))
		return malformed(why, "Key-Derivation");
	if (slice_is(kdf, "Argon2id"))
		p->kdf = PPK_KDF_ARGON2ID;
	else if (slice_is(kdf, "Argon2i"))
		p->kdf = PPK_KDF_ARGON2I;
	else
		return why_fail_name(
		    why, NACRE_E_UNSUPPORTED, "PuTTY file: a key derivation that is not supported", kdf);
	return 0;
}

static int
check_cost(const struct ppk *p, uint32_t lanes, struct why *why)
{
	if (p->memory < 8 || p->passes == 0 || lanes == 0)
		return malformed(why, "Argon2's numbers");
	if (lanes != 1)
		return why_fail(why, NACRE_E_UNSUPPORTED, "PuTTY file: Argon2 with more than one lane (Parallelism)");
	if (p->kdf == PPK_KDF_ARGON2I && p->passes < 3)
		return why_fail(why, NACRE_E_UNSUPPORTED, "PuTTY file: Argon2i with fewer than 3 passes");
	if (p->memory > PPK_MEMORY_MAX || (uint64_t)p->memory * p->passes > PPK_WORK_MAX)
		return why_fail(why, NACRE_E_UNSUPPORTED,
		    "PuTTY file: Argon2 with more than 1 GiB of memory, or 16 GiB over all passes");
	return 0;
}

static int
read_kdf(struct ppk *p, struct slice *text, struct why *why)
{
	struct slice salt;
	uint32_t lanes;
	int r;

	if ((r = read_variant(p, text, why)) != 0)
		return r;
	if (!take_number(text, "Argon2-Memory", UINT32_MAX, &p->memory) ||
	    !take_number(text, "Argon2-Passes", UINT32_MAX, &p->passes) ||
	    !take_number(text, "Argon2-Parallelism", UINT32_MAX, &lanes))
		return malformed(why, "Argon2's numbers");
	if ((r = check_cost(p, lanes, why)) != 0)
		return r;
	if (!take_field(text, "Argon2-Salt", &salt) || salt.n == 0 || salt.n % 2 != 0)
		return malformed(why, "Argon2-Salt");
	if (salt.n != 2 * sizeof(p->salt))
		return why_fail(why, NACRE_E_UNSUPPORTED, "PuTTY file: a salt that has not 16 bytes");
	return is_hex(salt, p->salt, sizeof(p->salt)) ? 0 : malformed(why, "Argon2-Salt");
}

static int
read_lines(struct ppk *p, struct slice text, struct why *why)
{
	struct slice mac;
	int r;

	if ((r = read_start(p, &text, why)) != 0)
		return r;
	if ((r = take_blob(&text, "Public-Lines", &p->public_blob)) != 0)
		return r == NACRE_E_NOMEM ? why_fail(why, r, nacre_status_text(r)) : malformed(why, "Public-Lines");
	if (p->version == 3 && p->is_encrypted && (r = read_kdf(p, &text, why)) != 0)
		return r;
	if ((r = take_blob(&text, "Private-Lines", &p->private_blob)) != 0)
		return r == NACRE_E_NOMEM ? why_fail(why, r, nacre_status_text(r)) : malformed(why, "Private-Lines");
	if (p->is_encrypted && p->private_blob.n % PAD_MAX != 0)
		return malformed(why, "Private-Lines");
	if (!take_field(&text, "Private-MAC", &mac) || !is_hex(mac, p->mac, ppk_mac_len(p)))
		return malformed(why, "Private-MAC");
	return 0;
}

static int
decrypt(struct ppk *p, const char *passphrase, struct why *why)
{
	uint8_t mac[PPK_MAC_MAX];
	int r;

	if (p->is_encrypted && (passphrase == NULL || passphrase[0] == '\0'))
		return why_fail(why, NACRE_E_KEY_PASSPHRASE, "the key is encrypted and needs a passphrase");
	if ((r = ppk_open(p, p->is_encrypted ? passphrase : NULL, mac)) != 0)
		return why_fail(why, r, nacre_status_text(r));
	if (sodium_memcmp(mac, p->mac, ppk_mac_len(p)) == 0)
		return 0;
	if (p->is_encrypted)
		return why_fail(why, NACRE_E_KEY_PASSPHRASE_WRONG, "the passphrase is wrong, or the file was altered");
	return why_fail(why, NACRE_E_KEY_FORMAT, "PuTTY file: the MAC does not fit: the file was altered");
}

/* The seed as a little-endian number: zeros at its end are left out. */
static void
read_ed25519(struct reader *r, uint8_t seed[ED25519_SEED_LEN], struct key_parts *k)
{
	struct slice s = reader_string(r);

	if (s.n > ED25519_SEED_LEN) {
		r->bad = true;
		return;
	}
	if (s.n > 0)
		memcpy(seed, s.p, s.n);
	k->secret = slice_of(seed, ED25519_SEED_LEN);
}

static void
read_rsa(struct reader *r, struct key_parts *k)
{
	k->d = reader_mpint(r);
	k->p = reader_mpint(r);
	k->q = reader_mpint(r);
	k->iqmp = reader_mpint(r);
}

/* Behind the numbers only padding may stand, which the MAC has proven. */
static int
read_private(const struct ppk *p, const nacre_key *public_key, nacre_key **key, struct why *why)
{
	struct key_parts k = {.type = public_key->type,
	    .has_private = true,
	    .n = public_key->n,
	    .e = public_key->e,
	    .point = public_key->point,
	    .dsa = public_key->dsa};
	struct reader r = reader_of(buf_slice(&p->private_blob));
	uint8_t seed[ED25519_SEED_LEN] = {0};
	int e;

	switch (k.type->kind) {
	case KEY_ED25519_KIND:
		read_ed25519(&r, seed, &k);
		break;
	case KEY_ECDSA_KIND:
	case KEY_DSA_KIND:
		k.secret = reader_mpint(&r);
		break;
	case KEY_RSA_KIND:
		read_rsa(&r, &k);
		break;
	case KEY_MLDSA_KIND: /* PuTTY has no such keys */
		r.bad = true;
		break;
	}
	if (r.bad || r.n >= (p->is_encrypted ? PAD_MAX : 1))
		e = why_fail(why, NACRE_E_KEY_FORMAT, "PuTTY file: the private fields are malformed");
	else
		e = key_assemble(public_key->env, &k, key, why);
	mem_wipe(seed, sizeof(seed));
	return e;
}

static int
finish(const struct ppk *p, nacre_key *key, struct why *why)
{
	if (!slice_is(p->type, key->type->name))
		return why_fail(why, NACRE_E_KEY_FORMAT, "PuTTY file: the type in front is not that of the key");
	if (p->comment.n > 0 && key_set_comment(key, p->comment) != 0)
		return why_fail(why, NACRE_E_NOMEM, "out of memory");
	return 0;
}

static int
read_key(const struct nacre_env *env, struct ppk *p, const char *passphrase, nacre_key **out, struct why *why)
{
	nacre_key *public_key = NULL, *key = NULL;
	int r;

	if ((r = key_assemble_blob(env, buf_slice(&p->public_blob), &public_key, why)) == 0 &&
	    (r = finish(p, public_key, why)) == 0 && (r = decrypt(p, passphrase, why)) == 0 &&
	    (r = read_private(p, public_key, &key, why)) == 0)
		r = finish(p, key, why);
	nacre_key_free(public_key);
	if (r != 0) {
		nacre_key_free(key);
		return r;
	}
	*out = key;
	return 0;
}

static void
begin(struct ppk *p, const struct nacre_env *env)
{
	*p = (struct ppk){.version = 0};
	buf_init(&p->public_blob, env, KEYFILE_MAX);
	buf_init(&p->private_blob, env, KEYFILE_MAX);
}

static void
end(struct ppk *p)
{
	buf_free(&p->private_blob);
	buf_free(&p->public_blob);
}

int
ppk_read(const struct nacre_env *env, struct slice text, const char *passphrase, nacre_key **key, struct why *why)
{
	struct ppk p;
	int r;

	begin(&p, env);
	if ((r = read_lines(&p, text, why)) == 0)
		r = read_key(env, &p, passphrase, key, why);
	end(&p);
	return r;
}

int
ppk_peek(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why)
{
	struct ppk p;
	int r;

	begin(&p, env);
	if ((r = read_lines(&p, text, why)) == 0 &&
	    (r = key_assemble_blob(env, buf_slice(&p.public_blob), key, why)) == 0 &&
	    (r = finish(&p, *key, why)) != 0) {
		nacre_key_free(*key);
		*key = NULL;
	}
	end(&p);
	return r;
}
