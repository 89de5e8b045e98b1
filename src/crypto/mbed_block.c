/* mbed_block: see mbed_block.h. Knows: mbedTLS's AES and DES, which 2.28 and 3.6 have alike. Must not know: SSH. */
#include "mbed_block.h"

#include <mbedtls/aes.h>
#include <mbedtls/des.h>
#include <mbedtls/platform_util.h>

struct aes_cbc {
	mbedtls_aes_context aes;
	unsigned char iv[16];
	int mode;
};

struct des3_cbc {
	mbedtls_des3_context des;
	unsigned char iv[8];
	int mode;
};

_Static_assert(sizeof(mbedtls_aes_context) <= MBED_AES_STATE, "AES state");
_Static_assert(sizeof(struct aes_cbc) <= MBED_CBC_STATE, "AES-CBC state");
_Static_assert(sizeof(struct des3_cbc) <= MBED_CBC_STATE, "3DES-CBC state");

static int
status(int r)
{
	return r == 0 ? 0 : NACRE_E_CRYPTO;
}

int
mbed_aes_init(void *state, const uint8_t *key, size_t key_len)
{
	mbedtls_aes_init(state);
	return status(mbedtls_aes_setkey_enc(state, key, (unsigned)key_len * 8));
}

int
mbed_aes_block(void *state, const uint8_t in[16], uint8_t out[16])
{
	return status(mbedtls_aes_crypt_ecb(state, MBEDTLS_AES_ENCRYPT, in, out));
}

void
mbed_aes_free(void *state)
{
	mbedtls_aes_free(state);
}

int
mbed_aes_cbc_init(void *state, const uint8_t *key, size_t key_len, const uint8_t iv[16], bool encrypt)
{
	struct aes_cbc *cbc = state;
	unsigned bits = (unsigned)key_len * 8;

	mbedtls_aes_init(&cbc->aes);
	memcpy(cbc->iv, iv, sizeof(cbc->iv));
	cbc->mode = encrypt ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT;
	return status(
	    encrypt ? mbedtls_aes_setkey_enc(&cbc->aes, key, bits) : mbedtls_aes_setkey_dec(&cbc->aes, key, bits));
}

int
mbed_aes_cbc_crypt(void *state, uint8_t *p, size_t n)
{
	struct aes_cbc *cbc = state;

	return status(mbedtls_aes_crypt_cbc(&cbc->aes, cbc->mode, n, cbc->iv, p, p));
}

void
mbed_aes_cbc_free(void *state)
{
	struct aes_cbc *cbc = state;

	mbedtls_aes_free(&cbc->aes);
	mbedtls_platform_zeroize(cbc, sizeof(*cbc));
}

int
mbed_des3_cbc_init(void *state, const uint8_t key[24], const uint8_t iv[8], bool encrypt)
{
	struct des3_cbc *cbc = state;

	mbedtls_des3_init(&cbc->des);
	memcpy(cbc->iv, iv, sizeof(cbc->iv));
	cbc->mode = encrypt ? MBEDTLS_DES_ENCRYPT : MBEDTLS_DES_DECRYPT;
	return status(encrypt ? mbedtls_des3_set3key_enc(&cbc->des, key) : mbedtls_des3_set3key_dec(&cbc->des, key));
}

int
mbed_des3_cbc_crypt(void *state, uint8_t *p, size_t n)
{
	struct des3_cbc *cbc = state;

	return status(mbedtls_des3_crypt_cbc(&cbc->des, cbc->mode, n, cbc->iv, p, p));
}

void
mbed_des3_cbc_free(void *state)
{
	struct des3_cbc *cbc = state;

	mbedtls_des3_free(&cbc->des);
	mbedtls_platform_zeroize(cbc, sizeof(*cbc));
}
