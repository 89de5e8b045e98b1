/* kdf_cheap: key derivations that cost nothing, instead of src/crypto's: objects that stand before the archives. Knows:
 * that a key must depend on what goes in. Must not know: files. A fuzzer would otherwise spend its time in them. */
#include "bcrypt_pbkdf.h"
#include "buf.h"
#include "pbkdf.h"

#include <sodium.h>

/* BLAKE2b over the inputs, repeated. */
static int
derive(struct slice password, struct slice salt, uint32_t cost, uint8_t *key, size_t n)
{
	uint8_t block[64], cost_bytes[4];
	crypto_generichash_state state;
	size_t at, len;

	put_be32(cost_bytes, cost);
	crypto_generichash_init(&state, NULL, 0, sizeof(block));
	crypto_generichash_update(&state, password.p, password.n);
	crypto_generichash_update(&state, salt.p, salt.n);
	crypto_generichash_update(&state, cost_bytes, sizeof(cost_bytes));
	crypto_generichash_final(&state, block, sizeof(block));
	for (at = 0; at < n; at += len) {
		len = n - at < sizeof(block) ? n - at : sizeof(block);
		memcpy(key + at, block, len);
	}
	return 0;
}

int
bcrypt_pbkdf(
    const struct nacre_env *env, struct slice password, struct slice salt, uint32_t rounds, uint8_t *key, size_t n)
{
	(void)env;
	return derive(password, salt, rounds, key, n);
}

int
pbkdf2(enum pbkdf_hash hash, struct slice password, struct slice salt, uint32_t iterations, uint8_t *key, size_t n)
{
	return derive(password, salt, iterations ^ (uint32_t)hash, key, n);
}

int
pbkdf_scrypt(struct slice password, struct slice salt, uint64_t cost, uint32_t r, uint32_t p, uint8_t *key, size_t n)
{
	return derive(password, salt, (uint32_t)cost ^ r ^ p, key, n);
}

int
pbkdf_md5(struct slice password, struct slice salt, uint8_t *key, size_t n)
{
	return derive(password, salt, 1, key, n);
}

int
pbkdf_argon2(enum pbkdf_argon2 variant, struct slice password, const uint8_t salt[PBKDF_ARGON2_SALT_LEN],
    uint32_t memory_kib, uint32_t passes, uint8_t *key, size_t n)
{
	return derive(password, slice_of(salt, PBKDF_ARGON2_SALT_LEN), memory_kib ^ passes ^ (uint32_t)variant, key, n);
}

int
pbkdf_hmac(enum pbkdf_hash hash, struct slice key, struct slice data, uint8_t *out)
{
	return derive(key, data, 0, out, hash == PBKDF_SHA1 ? 20 : 32);
}
