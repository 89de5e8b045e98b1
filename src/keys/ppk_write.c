/* ppk_write: keys as PuTTY's files. Knows: lines, and each kind's private fields. Must not know: derivations. PuTTY's
 * manual, appendix C. */
#include "armor.h"
#include "keyfile.h"
#include "ppk.h"
#include "publine.h"

#include <sodium.h>
#include <stdio.h>

#define WIDTH 64
#define MEMORY 8192 /* KiB: PuTTY's own */
#define PASSES 13

static void
put_private(struct buf *b, const nacre_key *key)
{
	size_t n = ED25519_SEED_LEN, i;

	switch (key->type->kind) {
	case KEY_ED25519_KIND: /* as a little-endian number */
		while (n > 1 && key->numbers[0].p[n - 1] == 0)
			n--;
		buf_put_string(b, slice_of(key->numbers[0].p, n));
		return;
	case KEY_ECDSA_KIND:
	case KEY_DSA_KIND:
		buf_put_mpint(b, key->numbers[0]);
		return;
	case KEY_MLDSA_KIND: /* never asked for: format_write.c */
		b->bad = NACRE_E_KEY_TYPE;
		return;
	case KEY_RSA_KIND:
		for (i = 0; i < KEY_NUMBERS; i++)
			buf_put_mpint(b, key->numbers[i]);
		return;
	}
}

static void
put_field(struct buf *text, const char *name, struct slice value)
{
	buf_put_slice(text, slice_str(name));
	buf_put_slice(text, SLICE_LIT(": "));
	buf_put_slice(text, value);
	buf_put_u8(text, '\n');
}

static void
put_number(struct buf *text, const char *name, size_t n)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%zu", n);
	put_field(text, name, slice_str(digits));
}

static void
put_hex(struct buf *text, const char *name, const uint8_t *p, size_t n)
{
	char digits[2 * PPK_MAC_MAX + 1];

	sodium_bin2hex(digits, sizeof(digits), p, n);
	put_field(text, name, slice_str(digits));
}

static void
put_blob(struct buf *text, const char *name, struct slice blob)
{
	size_t characters = (blob.n + 2) / 3 * 4;

	put_number(text, name, (characters + WIDTH - 1) / WIDTH);
	armor_encode(text, blob, WIDTH);
}

static void
put_file(struct buf *text, const struct ppk *p)
{
	put_field(text, p->version == 2 ? PPK_START "2" : PPK_START "3", p->type);
	put_field(text, "Encryption", p->is_encrypted ? SLICE_LIT("aes256-cbc") : SLICE_LIT("none"));
	put_field(text, "Comment", p->comment);
	put_blob(text, "Public-Lines", buf_slice(&p->public_blob));
	if (p->version == 3 && p->is_encrypted) {
		put_field(text, "Key-Derivation", SLICE_LIT("Argon2id"));
		put_number(text, "Argon2-Memory", p->memory);
		put_number(text, "Argon2-Passes", p->passes);
		put_number(text, "Argon2-Parallelism", 1);
		put_hex(text, "Argon2-Salt", p->salt, sizeof(p->salt));
	}
	put_blob(text, "Private-Lines", buf_slice(&p->private_blob));
	put_hex(text, "Private-MAC", p->mac, ppk_mac_len(p));
}

static int
write_version(struct buf *text, const nacre_key *key, const struct format_order *order, unsigned version)
{
	struct ppk p = {.version = version,
	    .is_encrypted = order->passphrase != NULL,
	    .type = slice_str(key->type->plain != NULL ? key->type->plain : key->type->name),
	    .comment = slice_str(order->comment),
	    .kdf = PPK_KDF_ARGON2ID,
	    .memory = MEMORY,
	    .passes = order->rounds == 0 ? PASSES : order->rounds};
	int r;

	buf_init(&p.public_blob, text->env, KEYFILE_MAX);
	buf_init(&p.private_blob, text->env, KEYFILE_MAX);
	key_put_plain(&p.public_blob, key); /* of a certificate: the key that it certifies */
	put_private(&p.private_blob, key);
	r = p.public_blob.bad != 0 ? p.public_blob.bad : p.private_blob.bad;
	if (r == 0)
		r = mem_random(text->env, p.salt, sizeof(p.salt));
	if (r == 0 && (r = ppk_seal(&p, order->passphrase)) == 0)
		put_file(text, &p);
	buf_free(&p.private_blob);
	buf_free(&p.public_blob);
	return r;
}

static int
check_order(const struct format_order *order, struct why *why)
{
	if (!publine_is_one_line(order->comment))
		return why_fail(why, NACRE_E_ARGUMENT, "the comment has more than one line");
	if (order->cipher != NULL)
		return why_fail(why, NACRE_E_UNSUPPORTED, "the cipher can be chosen in the format OPENSSH only");
	if ((uint64_t)order->rounds * MEMORY > PPK_WORK_MAX)
		return why_fail(why, NACRE_E_ARGUMENT, "more than 2048 passes");
	return 0;
}

int
ppk_write_2(struct buf *text, const nacre_key *key, const struct format_order *order, struct why *why)
{
	int r = check_order(order, why);

	return r != 0 ? r : write_version(text, key, order, 2);
}

int
ppk_write_3(struct buf *text, const nacre_key *key, const struct format_order *order, struct why *why)
{
	int r = check_order(order, why);

	return r != 0 ? r : write_version(text, key, order, 3);
}
