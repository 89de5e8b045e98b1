/* cipher_cbc: see cipher_cbc.h. Knows: which key makes which cipher. Must not know: packets. RFC 4253 6.3. */
#include "cipher_cbc.h"
#include "mbed_block.h"

_Static_assert(MBED_CBC_STATE <= CIPHER_STATE_MAX, "CBC state");

int
cbc128_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)env;
	return mbed_aes_cbc_init(st->bytes, key, 16, iv, seal);
}

int
cbc192_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)env;
	return mbed_aes_cbc_init(st->bytes, key, 24, iv, seal);
}

int
cbc256_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)env;
	return mbed_aes_cbc_init(st->bytes, key, 32, iv, seal);
}

int
cbc_crypt(struct cipher_state *st, uint8_t *p, size_t n)
{
	return mbed_aes_cbc_crypt(st->bytes, p, n);
}

void
cbc_wipe(struct cipher_state *st)
{
	mbed_aes_cbc_free(st->bytes);
}

int
cbc3des_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)env;
	return mbed_des3_cbc_init(st->bytes, key, iv, seal);
}

int
cbc3des_crypt(struct cipher_state *st, uint8_t *p, size_t n)
{
	return mbed_des3_cbc_crypt(st->bytes, p, n);
}

void
cbc3des_wipe(struct cipher_state *st)
{
	mbed_des3_cbc_free(st->bytes);
}
