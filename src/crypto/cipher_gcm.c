/* cipher_gcm: AES-GCM packets. Knows: libsodium's AES-256-GCM where the CPU has it, else mbedTLS's. Must not know: why.
 * RFC 5647 7; draft-ietf-sshm-aes-gcm: the nonce is 4 fixed bytes and a 64-bit counter that is not the sequence
 * number. */
#include "cipher_gcm.h"
#include "buf.h"
#include "mbed.h"

#include <sodium.h>

#define TAG_LEN 16
#define LENGTH_LEN 4

struct gcm_state {
	union {
		crypto_aead_aes256gcm_state sodium;
		uint8_t mbed[MBED_GCM_STATE];
	} key;
	uint8_t nonce[12];
	bool is_sodium, is_set;
};

_Static_assert(sizeof(struct gcm_state) <= sizeof(struct cipher_state), "GCM state");

static struct gcm_state *
gcm_of(struct cipher_state *st)
{
	return (void *)st->bytes;
}

static int
init(struct gcm_state *g, const uint8_t *key, size_t key_len, const uint8_t *iv)
{
	int r;

	memcpy(g->nonce, iv, sizeof(g->nonce));
	if (g->is_sodium)
		r = crypto_aead_aes256gcm_beforenm(&g->key.sodium, key) == 0 ? 0 : NACRE_E_CRYPTO;
	else
		r = mbed_gcm_init(g->key.mbed, key, key_len);
	g->is_set = true;
	return r;
}

int
gcm256_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)seal;
	gcm_of(st)->is_sodium = (env->cpu & NACRE_CPU_AES) != 0 && crypto_aead_aes256gcm_is_available() == 1;
	return init(gcm_of(st), key, 32, iv);
}

int
gcm128_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)env;
	(void)seal;
	gcm_of(st)->is_sodium = false;
	return init(gcm_of(st), key, 16, iv);
}

/* The invocation counter: bytes 4 to 11, big-endian, wrapping inside them. */
static void
next_nonce(uint8_t nonce[12])
{
	size_t i;

	for (i = 11; i >= 4; i--)
		if (++nonce[i] != 0)
			return;
}

int
gcm_seal(struct cipher_state *st, uint32_t seq, const uint8_t *in, size_t n, uint8_t *pkt)
{
	struct gcm_state *g = gcm_of(st);
	const uint8_t *p = in + LENGTH_LEN;
	uint8_t *out = pkt + LENGTH_LEN;
	size_t len = n - LENGTH_LEN;
	int r;

	(void)seq;
	memmove(pkt, in, LENGTH_LEN);
	if (!g->is_sodium)
		r = mbed_gcm_seal(g->key.mbed, g->nonce, slice_of(pkt, LENGTH_LEN), p, len, out, pkt + n);
	else if (crypto_aead_aes256gcm_encrypt_detached_afternm(
		     out, pkt + n, NULL, p, len, pkt, LENGTH_LEN, NULL, g->nonce, &g->key.sodium) == 0)
		r = 0;
	else
		r = NACRE_E_CRYPTO;
	next_nonce(g->nonce);
	return r;
}

int
gcm_peek_length(struct cipher_state *st, uint32_t seq, const uint8_t *pkt, uint32_t *length)
{
	(void)st;
	(void)seq;
	*length = get_be32(pkt);
	return 0;
}

int
gcm_open(struct cipher_state *st, uint32_t seq, uint8_t *pkt, size_t n, uint8_t *out)
{
	struct gcm_state *g = gcm_of(st);
	const uint8_t *p = pkt + LENGTH_LEN;
	size_t len = n - LENGTH_LEN;
	int r;

	(void)seq;
	if (!g->is_sodium)
		r = mbed_gcm_open(g->key.mbed, g->nonce, slice_of(pkt, LENGTH_LEN), p, len, pkt + n, out);
	else if (crypto_aead_aes256gcm_decrypt_detached_afternm(
		     out, NULL, p, len, pkt + n, pkt, LENGTH_LEN, g->nonce, &g->key.sodium) == 0)
		r = 0;
	else
		r = NACRE_E_MAC;
	next_nonce(g->nonce);
	return r;
}

void
gcm_wipe(struct cipher_state *st)
{
	struct gcm_state *g = gcm_of(st);

	if (g->is_set && !g->is_sodium)
		mbed_gcm_free(g->key.mbed);
	sodium_memzero(st, sizeof(*st));
}
