/* cipher: the table of ciphers. Knows: names, sizes, whose operations. Must not know: how they work. RFC 4253 6.3,
 * RFC 4344 4, RFC 5647, draft-ietf-sshm-chacha20-poly1305. */
#include "cipher.h"
#include "cipher_cbc.h"
#include "cipher_chacha.h"
#include "cipher_gcm.h"
#include "mbed.h"

_Static_assert(MBED_CTR_STATE <= CIPHER_STATE_MAX, "CTR state");

static int
ctr_init(struct cipher_state *st, const uint8_t *key, size_t key_len, const uint8_t *iv)
{
	return mbed_ctr_init(st->bytes, key, key_len, iv);
}

static int
ctr128_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)env;
	(void)seal;
	return ctr_init(st, key, 16, iv);
}

static int
ctr192_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)env;
	(void)seal;
	return ctr_init(st, key, 24, iv);
}

static int
ctr256_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)env;
	(void)seal;
	return ctr_init(st, key, 32, iv);
}

static int
ctr_crypt(struct cipher_state *st, uint8_t *p, size_t n)
{
	return mbed_ctr_crypt(st->bytes, p, n);
}

static void
ctr_wipe(struct cipher_state *st)
{
	mbed_ctr_free(st->bytes);
}

#define GCM(cipher_name, keys, initialise)                                                                             \
	{                                                                                                              \
		.name = cipher_name, .kind = CIPHER_AEAD, .block_len = 16, .key_len = keys, .iv_len = 12,              \
		.tag_len = 16, .rekey_blocks_log2 = 32, .needs_aes_cpu = true, .init = initialise, .seal = gcm_seal,   \
		.peek_length = gcm_peek_length, .open = gcm_open, .wipe = gcm_wipe,                                    \
	}
#define CTR(cipher_name, keys, initialise)                                                                             \
	{                                                                                                              \
		.name = cipher_name, .kind = CIPHER_STREAM, .block_len = 16, .key_len = keys, .iv_len = 16,            \
		.rekey_blocks_log2 = 32, .needs_aes_cpu = true, .init = initialise, .crypt = ctr_crypt,                \
		.wipe = ctr_wipe,                                                                                      \
	}
#define CBC(cipher_name, keys, initialise)                                                                             \
	{                                                                                                              \
		.name = cipher_name, .legacy = true, .kind = CIPHER_STREAM, .block_len = 16, .key_len = keys,          \
		.iv_len = 16, .rekey_blocks_log2 = 32, .is_chained = true, .needs_aes_cpu = true, .init = initialise,  \
		.crypt = cbc_crypt, .wipe = cbc_wipe,                                                                  \
	}

const struct cipher cipher_table[] = {
    GCM("aes256-gcm@openssh.com", 32, gcm256_init),
    {
	.name = "chacha20-poly1305@openssh.com",
	.kind = CIPHER_AEAD_SEQ,
	.block_len = 8,
	.key_len = 64,
	.tag_len = 16,
	.rekey_blocks_log2 = 27, /* 1 GiB, as OpenSSH counts its 8-byte blocks */
	.init = chacha_init,
	.seal = chacha_seal,
	.peek_length = chacha_peek_length,
	.open = chacha_open,
	.wipe = chacha_wipe,
    },
    GCM("aes128-gcm@openssh.com", 16, gcm128_init),
    CTR("aes256-ctr", 32, ctr256_init),
    CTR("aes192-ctr", 24, ctr192_init),
    CTR("aes128-ctr", 16, ctr128_init),
    CBC("aes256-cbc", 32, cbc256_init),
    CBC("aes192-cbc", 24, cbc192_init),
    CBC("aes128-cbc", 16, cbc128_init),
    {
	.name = "3des-cbc",
	.legacy = true,
	.kind = CIPHER_STREAM,
	.block_len = 8,
	.key_len = 24,
	.iv_len = 8,
	.rekey_blocks_log2 = 27, /* RFC 4344 3.2: a block under 128 bits is good for 1 GiB */
	.is_chained = true,
	.init = cbc3des_init,
	.crypt = cbc3des_crypt,
	.wipe = cbc3des_wipe,
    },
    {.name = NULL},
};

const struct cipher *
cipher_find(struct slice name)
{
	const struct cipher *c;

	for (c = cipher_table; c->name != NULL; c++)
		if (slice_is(name, c->name))
			return c;
	return NULL;
}
