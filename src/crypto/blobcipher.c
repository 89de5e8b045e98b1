/* blobcipher: see blobcipher.h. Knows: mbedTLS's block ciphers, libsodium's ChaCha20 and Poly1305. Must not know: what
 * is encrypted. SP 800-38A, SP 800-38D, PROTOCOL.chacha20poly1305 (with no length field in front). */
#include "blobcipher.h"
#include "mbed.h"
#include "mem.h"

#include <mbedtls/aes.h>
#include <mbedtls/des.h>
#include <sodium.h>

#define POLY_KEY_LEN 32
#define GCM_TAG_LEN 16

static int
status(int r)
{
	return r == 0 ? 0 : NACRE_E_CRYPTO;
}

static int
crypt_aes_cbc(const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, bool seal, uint8_t *p, size_t n)
{
	mbedtls_aes_context aes;
	uint8_t chain[16];
	unsigned bits = c->key_len * 8u;
	int r;

	memcpy(chain, iv, sizeof(chain));
	mbedtls_aes_init(&aes);
	r = seal ? mbedtls_aes_setkey_enc(&aes, key, bits) : mbedtls_aes_setkey_dec(&aes, key, bits);
	if (r == 0)
		r = mbedtls_aes_crypt_cbc(&aes, seal ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT, n, chain, p, p);
	mbedtls_aes_free(&aes); /* wipes */
	return status(r);
}

static int
crypt_3des_cbc(const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, bool seal, uint8_t *p, size_t n)
{
	mbedtls_des3_context des;
	uint8_t chain[8];
	int r;

	(void)c;
	memcpy(chain, iv, sizeof(chain));
	mbedtls_des3_init(&des);
	r = seal ? mbedtls_des3_set3key_enc(&des, key) : mbedtls_des3_set3key_dec(&des, key);
	if (r == 0)
		r = mbedtls_des3_crypt_cbc(&des, seal ? MBEDTLS_DES_ENCRYPT : MBEDTLS_DES_DECRYPT, n, chain, p, p);
	mbedtls_des3_free(&des);
	return status(r);
}

static int
crypt_aes_ctr(const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, bool seal, uint8_t *p, size_t n)
{
	_Alignas(16) uint8_t state[MBED_CTR_STATE];
	int r = mbed_ctr_init(state, key, c->key_len, iv);

	(void)seal;
	if (r == 0)
		r = mbed_ctr_crypt(state, p, n);
	mbed_ctr_free(state);
	return r;
}

static int
crypt_aes_gcm(const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, bool seal, uint8_t *p, size_t n)
{
	_Alignas(16) uint8_t state[MBED_GCM_STATE];
	int r = mbed_gcm_init(state, key, c->key_len);

	if (r == 0 && seal)
		r = mbed_gcm_seal(state, iv, SLICE_NONE, p, n, p, p + n);
	else if (r == 0)
		r = mbed_gcm_open(state, iv, SLICE_NONE, p, n, p + n, p);
	mbed_gcm_free(state);
	return r;
}

/* The first half of the key, sequence number 0: block 0 keys Poly1305, the blocks from 1 on hide the text. */
static int
crypt_chacha(const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, bool seal, uint8_t *p, size_t n)
{
	static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES] = {0};
	uint8_t poly_key[POLY_KEY_LEN];
	int r = crypto_stream_chacha20(poly_key, sizeof(poly_key), nonce, key);

	(void)c;
	(void)iv;
	if (r == 0 && !seal && crypto_onetimeauth_verify(p + n, p, n, poly_key) != 0) {
		mem_wipe(poly_key, sizeof(poly_key));
		return NACRE_E_MAC;
	}
	if (r == 0)
		r = crypto_stream_chacha20_xor_ic(p, p, n, nonce, 1, key);
	if (r == 0 && seal)
		r = crypto_onetimeauth(p + n, p, n, poly_key);
	mem_wipe(poly_key, sizeof(poly_key));
	return status(r);
}

const struct blobcipher blobcipher_table[] = {
    {"aes256-ctr", 32, 16, 16, 0, crypt_aes_ctr},
    {"aes192-ctr", 24, 16, 16, 0, crypt_aes_ctr},
    {"aes128-ctr", 16, 16, 16, 0, crypt_aes_ctr},
    {"aes256-cbc", 32, 16, 16, 0, crypt_aes_cbc},
    {"aes192-cbc", 24, 16, 16, 0, crypt_aes_cbc},
    {"aes128-cbc", 16, 16, 16, 0, crypt_aes_cbc},
    {"aes256-gcm@openssh.com", 32, 12, 16, GCM_TAG_LEN, crypt_aes_gcm},
    {"aes128-gcm@openssh.com", 16, 12, 16, GCM_TAG_LEN, crypt_aes_gcm},
    {"chacha20-poly1305@openssh.com", 64, 0, 8, crypto_onetimeauth_BYTES, crypt_chacha},
    {"3des-cbc", 24, 8, 8, 0, crypt_3des_cbc},
    {NULL, 0, 0, 0, 0, NULL},
};

const struct blobcipher *
blobcipher_find(struct slice name)
{
	const struct blobcipher *c;

	for (c = blobcipher_table; c->name != NULL; c++)
		if (slice_is(name, c->name))
			return c;
	return NULL;
}

static int
crypt_blob(const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, bool seal, uint8_t *p, size_t n)
{
	return n % c->block_len != 0 ? NACRE_E_ARGUMENT : c->crypt(c, key, iv, seal, p, n);
}

int
blobcipher_seal(const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, uint8_t *p, size_t n)
{
	return crypt_blob(c, key, iv, true, p, n);
}

int
blobcipher_open(const struct blobcipher *c, const uint8_t *key, const uint8_t *iv, uint8_t *p, size_t n)
{
	return crypt_blob(c, key, iv, false, p, n);
}
