/* pem_crypt: the encryption that PEM's headers name. Knows: DEK-Info, and the derivation of old files. Must not know:
 * what is encrypted. RFC 1421 4.6.1.3; the derivation is OpenSSL's EVP_BytesToKey with MD5 and one round. */
#include "blobcipher.h"
#include "padding.h"
#include "pbkdf.h"
#include "pem.h"

#include <sodium.h>

#define SALT_LEN 8 /* the first bytes of the IV */
#define WRITE_DEK "AES-256-CBC"

static const struct {
	const char *dek, *cipher;
} deks[] = {
    {"AES-128-CBC", "aes128-cbc"},
    {"AES-192-CBC", "aes192-cbc"},
    {WRITE_DEK, "aes256-cbc"},
    {"DES-EDE3-CBC", "3des-cbc"},
};

static const struct blobcipher *
find_dek(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(deks) / sizeof(deks[0]); i++)
		if (slice_is(name, deks[i].dek))
			return blobcipher_find(slice_str(deks[i].cipher));
	return NULL;
}

static int
derive(const struct blobcipher *cipher, const char *passphrase, const uint8_t *iv, uint8_t *key)
{
	return pbkdf_md5(slice_str(passphrase), slice_of(iv, SALT_LEN), key, cipher->key_len);
}

static int
open_cbc(struct buf *der, const struct blobcipher *cipher, const char *passphrase, const uint8_t *iv)
{
	uint8_t key[BLOBCIPHER_KEY_MAX];
	int r = derive(cipher, passphrase, iv, key);

	if (r == 0)
		r = blobcipher_open(cipher, key, iv, der->p, der->n);
	mem_wipe(key, sizeof(key));
	return r;
}

int
pem_decrypt(struct buf *der, const struct pem *block, const char *passphrase, struct why *why)
{
	const struct blobcipher *cipher = find_dek(block->dek_cipher);
	uint8_t iv[BLOBCIPHER_IV_MAX];
	size_t n;
	int r;

	if (cipher == NULL)
		return why_fail_name(
		    why, NACRE_E_UNSUPPORTED, "PEM: encrypted with a cipher that is not supported", block->dek_cipher);
	if (block->dek_iv.n != 2u * cipher->iv_len ||
	    sodium_hex2bin(iv, sizeof(iv), (const char *)block->dek_iv.p, block->dek_iv.n, NULL, &n, NULL) != 0 ||
	    n != cipher->iv_len)
		return why_fail(why, NACRE_E_KEY_FORMAT, "PEM: the IV in DEK-Info does not fit the cipher");
	if (der->n % cipher->block_len != 0)
		return why_fail(
		    why, NACRE_E_KEY_FORMAT, "PEM: the length of the encrypted part does not fit the cipher");
	if ((r = open_cbc(der, cipher, passphrase, iv)) != 0)
		return why_fail(why, r, nacre_status_text(r));
	return padding_drop(der, cipher->block_len)
		   ? 0
		   : why_fail(why, NACRE_E_KEY_PASSPHRASE_WRONG, "the passphrase is wrong");
}

int
pem_encrypt(struct buf *der, const char *passphrase, char dek[PEM_DEK_VALUE_MAX])
{
	const struct blobcipher *cipher = find_dek(SLICE_LIT(WRITE_DEK));
	uint8_t key[BLOBCIPHER_KEY_MAX], iv[BLOBCIPHER_IV_MAX];
	char *p;
	int r;

	if ((r = mem_random(der->env, iv, sizeof(iv))) != 0)
		return r;
	padding_put(der, cipher->block_len);
	if (der->bad != 0)
		return der->bad;
	if ((r = derive(cipher, passphrase, iv, key)) == 0)
		r = blobcipher_seal(cipher, key, iv, der->p, der->n);
	mem_wipe(key, sizeof(key));
	memcpy(dek, WRITE_DEK ",", sizeof(WRITE_DEK ","));
	sodium_bin2hex(dek + sizeof(WRITE_DEK), PEM_DEK_VALUE_MAX - sizeof(WRITE_DEK), iv, sizeof(iv));
	for (p = dek; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'f')
			*p = (char)(*p - 'a' + 'A');
	return r;
}
