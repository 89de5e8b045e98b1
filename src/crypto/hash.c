/* hash: see hash.h. Knows: which library has which function. Must not know: what is hashed. RFC 6234. */
#include "hash.h"
#include "mbed.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(((struct hash *)0)->state), "SHA-256 state");
_Static_assert(sizeof(crypto_hash_sha512_state) <= sizeof(((struct hash *)0)->state), "SHA-512 state");

static int
status(int r)
{
	return r == 0 ? 0 : NACRE_E_CRYPTO;
}

size_t
hash_len(enum hash_id id)
{
	static const size_t lens[] = {
	    [HASH_NONE] = 0,
	    [HASH_SHA1] = 20,
	    [HASH_SHA256] = 32,
	    [HASH_SHA384] = 48,
	    [HASH_SHA512] = 64,
	    [HASH_MD5] = 16,
	};

	return lens[id];
}

int
hash_init(struct hash *h, enum hash_id id)
{
	void *state = h->state;

	h->id = id;
	switch (id) {
	case HASH_SHA256:
		return status(crypto_hash_sha256_init(state));
	case HASH_SHA512:
		return status(crypto_hash_sha512_init(state));
	case HASH_MD5:
	case HASH_SHA1:
	case HASH_SHA384:
		return mbed_hash_init(h);
	case HASH_NONE:
		break;
	}
	return NACRE_E_UNSUPPORTED;
}

int
hash_update(struct hash *h, struct slice s)
{
	void *state = h->state;

	if (s.n == 0)
		return 0;
	switch (h->id) {
	case HASH_SHA256:
		return status(crypto_hash_sha256_update(state, s.p, s.n));
	case HASH_SHA512:
		return status(crypto_hash_sha512_update(state, s.p, s.n));
	case HASH_MD5:
	case HASH_SHA1:
	case HASH_SHA384:
		return mbed_hash_update(h, s);
	case HASH_NONE:
		break;
	}
	return NACRE_E_MISUSE;
}

static int
finish(struct hash *h, uint8_t *out)
{
	void *state = h->state;

	switch (h->id) {
	case HASH_SHA256:
		return status(crypto_hash_sha256_final(state, out));
	case HASH_SHA512:
		return status(crypto_hash_sha512_final(state, out));
	case HASH_MD5:
	case HASH_SHA1:
	case HASH_SHA384:
		return mbed_hash_final(h, out);
	case HASH_NONE:
		break;
	}
	return NACRE_E_MISUSE;
}

int
hash_final(struct hash *h, uint8_t *out)
{
	int r = finish(h, out);

	hash_wipe(h);
	return r;
}

int
hash_once(enum hash_id id, struct slice s, uint8_t *out)
{
	struct hash h;
	int r = hash_init(&h, id);

	if (r == 0)
		r = hash_update(&h, s);
	if (r == 0)
		r = hash_final(&h, out);
	hash_wipe(&h);
	return r;
}

void
hash_wipe(struct hash *h)
{
	if (h->id == HASH_MD5 || h->id == HASH_SHA1 || h->id == HASH_SHA384)
		mbed_hash_free(h);
	sodium_memzero(h, sizeof(*h));
}
