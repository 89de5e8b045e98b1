/* keyfile: openssh-key-v1, taken apart and put together. Knows: the format's fields. Must not know: where files are,
 * ciphers' insides. OpenSSH PROTOCOL.key. */
#ifndef KEYS_KEYFILE_H
#define KEYS_KEYFILE_H

#include "blobcipher.h"
#include "key.h"
#include "why.h"

#define KEYFILE_MAX ((size_t)1 << 20) /* bytes of a file, of any format */
#define KEYFILE_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define KEYFILE_END "-----END OPENSSH PRIVATE KEY-----"

struct keyfile {
	struct buf bytes; /* decoded; the slices below borrow from it */
	struct slice cipher, kdf, kdf_options;
	struct slice public_blob;
	struct slice private_part; /* encrypted, unless cipher is "none" */
	struct slice tag; /* behind it, where the cipher has one */
};

/* The text of a file into its fields. keyfile_free is always right afterwards. */
int keyfile_open(struct keyfile *f, const struct nacre_env *env, struct slice text, struct why *why) NACRE_CHECK;
void keyfile_free(struct keyfile *f);

/* Derives key and IV from the passphrase and the file's kdf options (string salt, uint32 rounds), and encrypts or
 * decrypts p[0..n) in place. NACRE_E_KEY_FORMAT, NACRE_E_UNSUPPORTED (rounds), NACRE_E_MAC, NACRE_E_NOMEM,
 * NACRE_E_CRYPTO. */
int keyfile_seal(const struct nacre_env *env, const struct blobcipher *cipher, const char *passphrase,
    struct slice kdf_options, uint8_t *p, size_t n) NACRE_CHECK;
int keyfile_unseal(const struct nacre_env *env, const struct blobcipher *cipher, const char *passphrase,
    struct slice kdf_options, uint8_t *p, size_t n) NACRE_CHECK;

/* The whole of reading: a private key, and the public half alone. *key is NULL at entry. */
int keyfile_read(const struct nacre_env *env, struct slice text, const char *passphrase, nacre_key **key,
    struct why *why) NACRE_CHECK;
int keyfile_peek(const struct nacre_env *env, struct slice text, nacre_key **key, struct why *why) NACRE_CHECK;

/* Appends the text of a file. cipher: NULL for none, then passphrase and rounds do not matter. */
int keyfile_write(struct buf *text, const nacre_key *key, const char *comment, const struct blobcipher *cipher,
    const char *passphrase, uint32_t rounds) NACRE_CHECK;

#endif
