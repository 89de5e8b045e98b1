/* mac_hmac: see mac_hmac.h. Knows: HMAC over SHA-2 with the keyed state made once, and over SHA-1 and MD5 with the key
 * at hand. Must not know: when a tag is checked. RFC 2104, RFC 4253 6.4, RFC 6668. */
#include "mac_hmac.h"
#include "buf.h"
#include "hash.h"

#include <sodium.h>

#define OLD_BLOCK 64 /* of SHA-1 and of MD5 */

_Static_assert(sizeof(crypto_auth_hmacsha256_state) <= MAC_STATE_MAX, "HMAC-SHA-256 state");
_Static_assert(sizeof(crypto_auth_hmacsha512_state) <= MAC_STATE_MAX, "HMAC-SHA-512 state");

int
hmac_sha256_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key)
{
	(void)env;
	return crypto_auth_hmacsha256_init((void *)st->bytes, key, 32) == 0 ? 0 : NACRE_E_CRYPTO;
}

int
hmac_sha512_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key)
{
	(void)env;
	return crypto_auth_hmacsha512_init((void *)st->bytes, key, 64) == 0 ? 0 : NACRE_E_CRYPTO;
}

/* The keyed state is copied for each packet: two hash blocks less than keying anew. */
int
hmac_sha256_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag)
{
	crypto_auth_hmacsha256_state h;
	uint8_t be[4];

	memcpy(&h, st->bytes, sizeof(h));
	put_be32(be, seq);
	if (crypto_auth_hmacsha256_update(&h, be, sizeof(be)) != 0 || crypto_auth_hmacsha256_update(&h, p, n) != 0 ||
	    crypto_auth_hmacsha256_final(&h, tag) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

int
hmac_sha512_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag)
{
	crypto_auth_hmacsha512_state h;
	uint8_t be[4];

	memcpy(&h, st->bytes, sizeof(h));
	put_be32(be, seq);
	if (crypto_auth_hmacsha512_update(&h, be, sizeof(be)) != 0 || crypto_auth_hmacsha512_update(&h, p, n) != 0 ||
	    crypto_auth_hmacsha512_final(&h, tag) != 0)
		return NACRE_E_CRYPTO;
	return 0;
}

void
hmac_wipe(struct mac_state *st)
{
	sodium_memzero(st, sizeof(*st));
}

/* What the old functions keep. They are keyed anew for each packet: a library's context cannot be copied through
 * hash.h, and two blocks more are no matter for them. */
struct old_key {
	enum hash_id hash;
	uint8_t block[OLD_BLOCK]; /* the key, and zeros behind it (RFC 2104 2) */
};

_Static_assert(sizeof(struct old_key) <= MAC_STATE_MAX, "HMAC-SHA-1 and HMAC-MD5 state");

static struct old_key *
old_key_of(struct mac_state *st)
{
	return (void *)st->bytes;
}

static int
old_init(struct mac_state *st, enum hash_id hash, const uint8_t *key)
{
	struct old_key *k = old_key_of(st);

	*k = (struct old_key){.hash = hash};
	memcpy(k->block, key, hash_len(hash));
	return 0;
}

int
hmac_sha1_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key)
{
	(void)env;
	return old_init(st, HASH_SHA1, key);
}

int
hmac_md5_init(struct mac_state *st, const struct nacre_env *env, const uint8_t *key)
{
	(void)env;
	return old_init(st, HASH_MD5, key);
}

/* H((key ^ mask) || a || b) */
static int
hash_keyed(const struct old_key *k, uint8_t mask, struct slice a, struct slice b, uint8_t *out)
{
	uint8_t block[OLD_BLOCK];
	struct hash h;
	size_t i;
	int r = hash_init(&h, k->hash);

	for (i = 0; i < sizeof(block); i++)
		block[i] = k->block[i] ^ mask;
	if (r == 0 && (r = hash_update(&h, slice_of(block, sizeof(block)))) == 0 && (r = hash_update(&h, a)) == 0 &&
	    (r = hash_update(&h, b)) == 0)
		r = hash_final(&h, out);
	hash_wipe(&h);
	sodium_memzero(block, sizeof(block));
	return r;
}

static int
old_tag(struct mac_state *st, uint32_t seq, struct slice packet, size_t tag_len, uint8_t *tag)
{
	const struct old_key *k = old_key_of(st);
	uint8_t be[4], digest[HASH_MAX_LEN];
	struct slice inner = slice_of(digest, hash_len(k->hash));
	int r;

	put_be32(be, seq);
	if ((r = hash_keyed(k, 0x36, slice_of(be, sizeof(be)), packet, digest)) == 0 &&
	    (r = hash_keyed(k, 0x5c, inner, SLICE_NONE, digest)) == 0)
		memcpy(tag, digest, tag_len);
	return r;
}

int
hmac_old_tag(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag)
{
	return old_tag(st, seq, slice_of(p, n), hash_len(old_key_of(st)->hash), tag);
}

int
hmac_old_tag_96(struct mac_state *st, uint32_t seq, const uint8_t *p, size_t n, uint8_t *tag)
{
	return old_tag(st, seq, slice_of(p, n), 12, tag);
}
