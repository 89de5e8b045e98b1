/* pem: keys in PEM. Knows: blocks, their headers, and which structure a label promises. Must not know: DER's inside.
 * RFC 7468, RFC 1421 4.6 (Proc-Type, DEK-Info). */
#ifndef KEYS_PEM_H
#define KEYS_PEM_H

#include "format.h"

#define PEM_BEGIN "-----BEGIN "
#define PEM_DEK_MAX 32 /* bytes of a DEK-Info cipher's name */

/* One block; the slices borrow from the text. */
struct pem {
	struct slice label;
	bool is_encrypted; /* Proc-Type: 4,ENCRYPTED */
	struct slice dek_cipher, dek_iv; /* DEK-Info: name, hexadecimal digits */
	struct slice body; /* base64 */
};

/* Appends a block in lines of 64. dek: the header's value, NULL for none. */
void pem_put(struct buf *text, const char *label, const char *dek, struct slice der);

int pem_read(const struct nacre_env *env, struct slice text, const char *passphrase, nacre_key **key,
    struct why *why) NACRE_CHECK;
/* A plain file is read for its public half; an encrypted one does not show it: NACRE_E_KEY_PASSPHRASE. */
int pem_peek(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why) NACRE_CHECK;
int pem_read_public(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why) NACRE_CHECK;

/* PKCS#1 or SEC 1, and PKCS#8. */
format_write_fn pem_write, pem_write_pkcs8, pem_write_public, pem_write_spki;

/* The encryption of a block's headers: decrypts der in place and drops the padding. */
int pem_decrypt(struct buf *der, const struct pem *block, const char *passphrase, struct why *why) NACRE_CHECK;
/* Pads and encrypts in place; dek gets the header's value. */
#define PEM_DEK_VALUE_MAX 64
int pem_encrypt(struct buf *der, const char *passphrase, char dek[PEM_DEK_VALUE_MAX]) NACRE_CHECK;

#endif
