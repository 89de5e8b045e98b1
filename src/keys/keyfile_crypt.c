/* keyfile_crypt: the encryption of openssh-key-v1. Knows: bcrypt_pbkdf gives key and IV in one piece. Must not know:
 * what is encrypted. OpenSSH PROTOCOL.key. */
#include "bcrypt_pbkdf.h"
#include "keyfile.h"
#include "reader.h"

struct secret_key {
	uint8_t bytes[BLOBCIPHER_KEY_MAX + BLOBCIPHER_IV_MAX]; /* the IV behind the key */
};

static int
derive(const struct nacre_env *env, const struct blobcipher *cipher, const char *passphrase, struct slice kdf_options,
    struct secret_key *out)
{
	struct reader r = reader_of(kdf_options);
	struct slice salt = reader_string(&r);
	uint32_t rounds = reader_u32(&r);

	if (!reader_end(&r) || salt.n == 0 || salt.n > BCRYPT_SALT_MAX || rounds == 0)
		return NACRE_E_KEY_FORMAT;
	if (rounds > BCRYPT_ROUNDS_MAX)
		return NACRE_E_UNSUPPORTED;
	return bcrypt_pbkdf(
	    env, slice_str(passphrase), salt, rounds, out->bytes, (size_t)cipher->key_len + cipher->iv_len);
}

int
keyfile_seal(const struct nacre_env *env, const struct blobcipher *cipher, const char *passphrase,
    struct slice kdf_options, uint8_t *p, size_t n)
{
	struct secret_key secret;
	int r = derive(env, cipher, passphrase, kdf_options, &secret);

	if (r == 0)
		r = blobcipher_seal(cipher, secret.bytes, secret.bytes + cipher->key_len, p, n);
	mem_wipe(&secret, sizeof(secret));
	return r;
}

int
keyfile_unseal(const struct nacre_env *env, const struct blobcipher *cipher, const char *passphrase,
    struct slice kdf_options, uint8_t *p, size_t n)
{
	struct secret_key secret;
	int r = derive(env, cipher, passphrase, kdf_options, &secret);

	if (r == 0)
		r = blobcipher_open(cipher, secret.bytes, secret.bytes + cipher->key_len, p, n);
	mem_wipe(&secret, sizeof(secret));
	return r;
}
