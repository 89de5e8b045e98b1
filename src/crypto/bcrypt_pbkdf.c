/* bcrypt_pbkdf: see bcrypt_pbkdf.h. Knows: bcrypt's loop and PBKDF2's. Must not know: files. OpenBSD bcrypt_pbkdf(3);
 * RFC 8018 5.2 for the outer shape. */
#include "bcrypt_pbkdf.h"
#include "blowfish.h"
#include "buf.h"
#include "hash.h"

#define OUT_WORDS 8
#define OUT_LEN (OUT_WORDS * 4)
#define EXPANSIONS 64 /* 2^6: bcrypt's cost */
#define ENCRYPTIONS 64

/* What one call works with: wiped as a whole. */
struct work {
	struct blowfish state;
	uint8_t password[HASH_MAX_LEN], salt[HASH_MAX_LEN];
	uint8_t block[OUT_LEN], sum[OUT_LEN];
	uint8_t counted_salt[BCRYPT_SALT_MAX + 4];
};

/* Little-endian, as the original writes it. */
static void
put_le32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

/* bcrypt of the hashed password and salt, into w->block. */
static void
bcrypt_hash(struct work *w)
{
	static const uint8_t text[] = "OxychromaticBlowfishSwatDynamite";
	struct slice password = slice_of(w->password, HASH_MAX_LEN), salt = slice_of(w->salt, HASH_MAX_LEN);
	uint32_t words[OUT_WORDS];
	size_t i, round;

	blowfish_init(&w->state);
	blowfish_expand(&w->state, password, salt);
	for (i = 0; i < EXPANSIONS; i++) {
		blowfish_expand(&w->state, salt, SLICE_NONE);
		blowfish_expand(&w->state, password, SLICE_NONE);
	}
	for (i = 0; i < OUT_WORDS; i++)
		words[i] = get_be32(text + i * 4);
	for (round = 0; round < ENCRYPTIONS; round++)
		for (i = 0; i < OUT_WORDS; i += 2)
			blowfish_encrypt(&w->state, words + i);
	for (i = 0; i < OUT_WORDS; i++)
		put_le32(w->block + i * 4, words[i]);
	mem_wipe(words, sizeof(words));
}

static void
add_block(struct work *w)
{
	size_t i;

	for (i = 0; i < OUT_LEN; i++)
		w->sum[i] ^= w->block[i];
}

/* The block of this number, into w->sum. */
static int
make_block(struct work *w, size_t salt_len, uint32_t number, uint32_t rounds)
{
	uint32_t round;
	int r;

	put_be32(w->counted_salt + salt_len, number);
	if ((r = hash_once(HASH_SHA512, slice_of(w->counted_salt, salt_len + 4), w->salt)) != 0)
		return r;
	bcrypt_hash(w);
	memcpy(w->sum, w->block, OUT_LEN);
	for (round = 1; round < rounds; round++) {
		if ((r = hash_once(HASH_SHA512, slice_of(w->block, OUT_LEN), w->salt)) != 0)
			return r;
		bcrypt_hash(w);
		add_block(w);
	}
	return 0;
}

/* Each block gives every stride-th byte of the key. */
static int
make_key(struct work *w, size_t salt_len, uint32_t rounds, uint8_t *key, size_t n)
{
	size_t stride = (n + OUT_LEN - 1) / OUT_LEN, number, i;
	int r;

	for (number = 0; number < stride; number++) {
		if ((r = make_block(w, salt_len, (uint32_t)number + 1, rounds)) != 0)
			return r;
		for (i = 0; i * stride + number < n; i++)
			key[i * stride + number] = w->sum[i];
	}
	return 0;
}

int
bcrypt_pbkdf(
    const struct nacre_env *env, struct slice password, struct slice salt, uint32_t rounds, uint8_t *key, size_t n)
{
	struct work *w;
	int r;

	if (password.n == 0 || salt.n == 0 || salt.n > BCRYPT_SALT_MAX || n == 0 || n > BCRYPT_KEY_MAX || rounds == 0 ||
	    rounds > BCRYPT_ROUNDS_MAX)
		return NACRE_E_ARGUMENT;
	if ((w = mem_new(env, sizeof(*w))) == NULL)
		return NACRE_E_NOMEM;
	memcpy(w->counted_salt, salt.p, salt.n);
	if ((r = hash_once(HASH_SHA512, password, w->password)) == 0)
		r = make_key(w, salt.n, rounds, key, n);
	if (r != 0)
		mem_wipe(key, n);
	mem_wipe_free(env, w, sizeof(*w));
	return r;
}
