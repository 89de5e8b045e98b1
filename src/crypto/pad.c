/* pad: see pad.h. Knows: ChaCha20 blocks. Must not know: packets. RFC 4253 6 (random padding). */
#include "pad.h"
#include "mem.h"

#include <sodium.h>

int
pad_seed(struct pad *p, const struct nacre_env *env)
{
	p->block = 0;
	p->used = sizeof(p->pool);
	return mem_random(env, p->key, sizeof(p->key));
}

static void
refill(struct pad *p)
{
	static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES] = {0};

	memset(p->pool, 0, sizeof(p->pool));
	(void)crypto_stream_chacha20_xor_ic(p->pool, p->pool, sizeof(p->pool), nonce, p->block, p->key);
	p->block += sizeof(p->pool) / 64;
	p->used = 0;
}

void
pad_bytes(struct pad *p, uint8_t *out, size_t n)
{
	if (n > sizeof(p->pool) - p->used)
		refill(p);
	memcpy(out, p->pool + p->used, n);
	p->used += n;
}

void
pad_wipe(struct pad *p)
{
	sodium_memzero(p, sizeof(*p));
}
