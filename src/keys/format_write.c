/* format_write: keys as text. Knows: who writes which format, and the defaults. Must not know: any format's inside.
 * Serves OpenSSH PROTOCOL.key. */
#include "bcrypt_pbkdf.h"
#include "format.h"
#include "keyfile.h"
#include "mem.h"
#include "pem.h"
#include "ppk.h"
#include "publine.h"
#include "rfc4716.h"

#define OPENSSH_CIPHER "aes256-ctr"
#define OPENSSH_ROUNDS 24

static int
write_openssh(struct buf *text, const nacre_key *key, const struct format_order *order, struct why *why)
{
	const struct blobcipher *cipher = NULL;

	if (order->rounds > BCRYPT_ROUNDS_MAX)
		return why_fail(why, NACRE_E_ARGUMENT, "more than 65536 rounds");
	if (order->passphrase != NULL) {
		cipher = blobcipher_find(slice_str(order->cipher == NULL ? OPENSSH_CIPHER : order->cipher));
		if (cipher == NULL)
			return why_fail_name(why, NACRE_E_UNSUPPORTED, "no such cipher", slice_str(order->cipher));
	}
	return keyfile_write(
	    text, key, order->comment, cipher, order->passphrase, order->rounds == 0 ? OPENSSH_ROUNDS : order->rounds);
}

static int
write_line(struct buf *text, const nacre_key *key, const struct format_order *order, struct why *why)
{
	int r = publine_write(text, key, order->comment);

	return r == NACRE_E_ARGUMENT ? why_fail(why, r, "the comment has more than one line") : r;
}

/* Without its application a security key's public half would be another key; ML-DSA's keys only OpenSSH writes. */
static const struct {
	format_write_fn *write_private, *write_public;
	bool holds_all;
} writers[] = {
    [NACRE_KEY_FORMAT_OPENSSH] = {write_openssh, write_line, true},
    [NACRE_KEY_FORMAT_PEM] = {pem_write, pem_write_public, false},
    [NACRE_KEY_FORMAT_PKCS8] = {pem_write_pkcs8, pem_write_spki, false},
    [NACRE_KEY_FORMAT_RFC4716] = {NULL, rfc4716_write, true},
    [NACRE_KEY_FORMAT_PPK3] = {ppk_write_3, NULL, false},
    [NACRE_KEY_FORMAT_PPK2] = {ppk_write_2, NULL, false},
};

#define WRITERS (sizeof(writers) / sizeof(writers[0]))

/* Hands the text out as one block of exactly n + 1 bytes. */
static int
give(const struct nacre_env *env, const struct buf *b, char **text, size_t *n)
{
	if ((*text = mem_new(env, b->n + 1)) == NULL)
		return NACRE_E_NOMEM;
	memcpy(*text, b->p, b->n);
	*n = b->n;
	return 0;
}

static struct format_order
order_of(const nacre_key *key, const struct nacre_key_write_options *o)
{
	struct format_order order = {.comment = nacre_key_comment(key)};

	if (o == NULL)
		return order;
	if (o->comment != NULL)
		order.comment = o->comment;
	if (o->passphrase != NULL && o->passphrase[0] != '\0')
		order.passphrase = o->passphrase;
	order.cipher = o->cipher;
	order.rounds = o->rounds;
	return order;
}

static int
write_key(const struct nacre_env *env, const nacre_key *key, const struct nacre_key_write_options *options,
    enum nacre_key_format format, format_write_fn *write, char **text, size_t *n, struct why *why)
{
	struct format_order order = order_of(key, options);
	struct buf b;
	int r;

	if (write == NULL)
		return why_fail(why, NACRE_E_UNSUPPORTED, "the format does not hold keys of this half");
	if (key->type->kind == KEY_MLDSA_KIND && !writers[format].holds_all)
		return why_fail_name(why, NACRE_E_UNSUPPORTED, "the format holds no keys of this type; OPENSSH does",
		    slice_str(key->type->name));
	if (key->type->sk && !writers[format].holds_all)
		return why_fail(why, NACRE_E_UNSUPPORTED, "the format does not hold security keys");
	buf_init(&b, env, FORMAT_TEXT_MAX);
	if ((r = write(&b, key, &order, why)) == 0)
		r = b.bad != 0 ? b.bad : give(env, &b, text, n);
	buf_free(&b);
	return r;
}

static enum nacre_key_format
format_of(const struct nacre_key_write_options *o)
{
	return o == NULL ? NACRE_KEY_FORMAT_OPENSSH : o->format;
}

static bool
are_options_good(const struct nacre_key_write_options *o)
{
	return o == NULL || (o->size == sizeof(*o) && (size_t)o->format < WRITERS);
}

int
nacre_key_write_private(const struct nacre_env *env, const nacre_key *key,
    const struct nacre_key_write_options *options, char **text, size_t *n, char *why_text, size_t why_size)
{
	struct why why = {why_text, why_size};

	*text = NULL;
	*n = 0;
	(void)why_fail(&why, 0, "");
	if (env == NULL || key == NULL || !are_options_good(options) ||
	    (!nacre_key_has_private(key) && key->sk_file == NULL))
		return NACRE_E_ARGUMENT;
	return write_key(
	    env, key, options, format_of(options), writers[format_of(options)].write_private, text, n, &why);
}

int
nacre_key_write_public(const struct nacre_env *env, const nacre_key *key, const struct nacre_key_write_options *options,
    char **text, size_t *n, char *why_text, size_t why_size)
{
	struct why why = {why_text, why_size};

	*text = NULL;
	*n = 0;
	(void)why_fail(&why, 0, "");
	if (env == NULL || key == NULL || !are_options_good(options))
		return NACRE_E_ARGUMENT;
	return write_key(
	    env, key, options, format_of(options), writers[format_of(options)].write_public, text, n, &why);
}

void
nacre_key_text_free(const struct nacre_env *env, char *text, size_t n)
{
	mem_wipe_free(env, text, n + 1);
}
