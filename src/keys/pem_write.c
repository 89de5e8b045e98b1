/* pem_write: keys as PEM. Knows: which structure each key type and format takes. Must not know: DER's inside. RFC 7468,
 * RFC 1421 4.6. */
#include "derkey.h"
#include "keyfile.h"
#include "pbes2.h"
#include "pem.h"

static const struct {
	const char *label;
	int (*put)(struct buf *b, const nacre_key *key);
} old_forms[] = {
    [KEY_RSA_KIND] = {"RSA PRIVATE KEY", derkey_put_pkcs1},
    [KEY_ECDSA_KIND] = {"EC PRIVATE KEY", derkey_put_sec1},
    [KEY_DSA_KIND] = {"DSA PRIVATE KEY", derkey_put_dsa},
};

#define OLD_FORMS (sizeof(old_forms) / sizeof(old_forms[0]))

static int
no_such_form(const nacre_key *key, struct why *why)
{
	return why_fail_name(why, NACRE_E_UNSUPPORTED, "this format holds no key of this type; PKCS8 or OPENSSH may",
	    slice_str(key->type->name));
}

static int
no_choice(struct why *why)
{
	return why_fail(why, NACRE_E_UNSUPPORTED, "the cipher can be chosen in the format OPENSSH only");
}

int
pem_write(struct buf *text, const nacre_key *key, const struct format_order *order, struct why *why)
{
	size_t kind = (size_t)key->type->kind;
	char dek[PEM_DEK_VALUE_MAX];
	struct buf der;
	int r;

	if (kind >= OLD_FORMS || old_forms[kind].put == NULL)
		return no_such_form(key, why);
	if (order->cipher != NULL)
		return no_choice(why);
	if (order->rounds != 0)
		return why_fail(
		    why, NACRE_E_UNSUPPORTED, "PEM's key derivation has one round and no more; PKCS8's has rounds");
	buf_init(&der, text->env, KEYFILE_MAX);
	if ((r = old_forms[kind].put(&der, key)) == 0 && order->passphrase != NULL)
		r = pem_encrypt(&der, order->passphrase, dek);
	if (r == 0)
		pem_put(text, old_forms[kind].label, order->passphrase == NULL ? NULL : dek, buf_slice(&der));
	buf_free(&der);
	return r;
}

int
pem_write_pkcs8(struct buf *text, const nacre_key *key, const struct format_order *order, struct why *why)
{
	bool encrypts = order->passphrase != NULL;
	struct buf der;
	int r;

	if (order->cipher != NULL)
		return no_choice(why);
	if (order->rounds > PBES2_ITERATIONS_MAX)
		return why_fail(why, NACRE_E_ARGUMENT, "more than 10000000 rounds");
	buf_init(&der, text->env, KEYFILE_MAX);
	if ((r = derkey_put_pkcs8(&der, key)) == 0 && encrypts)
		r = pbes2_encrypt(&der, order->passphrase, order->rounds);
	if (r == 0)
		pem_put(text, encrypts ? "ENCRYPTED PRIVATE KEY" : "PRIVATE KEY", NULL, buf_slice(&der));
	buf_free(&der);
	return r;
}

static int
write_public(struct buf *text, const nacre_key *key, const char *label, int (*put)(struct buf *b, const nacre_key *key))
{
	struct buf der;
	int r;

	buf_init(&der, text->env, KEYFILE_MAX);
	if ((r = put(&der, key)) == 0)
		pem_put(text, label, NULL, buf_slice(&der));
	buf_free(&der);
	return r;
}

int
pem_write_spki(struct buf *text, const nacre_key *key, const struct format_order *order, struct why *why)
{
	(void)order;
	(void)why;
	return write_public(text, key, "PUBLIC KEY", derkey_put_spki);
}

/* As ssh-keygen -e -m PEM: PKCS#1 for RSA, and for the others what there is. */
int
pem_write_public(struct buf *text, const nacre_key *key, const struct format_order *order, struct why *why)
{
	if (key->type->kind != KEY_RSA_KIND)
		return pem_write_spki(text, key, order, why);
	return write_public(text, key, "RSA PUBLIC KEY", derkey_put_pkcs1_public);
}
