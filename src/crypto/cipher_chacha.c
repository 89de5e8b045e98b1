/* cipher_chacha: see cipher_chacha.h. Knows: libsodium's ChaCha20 (64-bit nonce) and Poly1305. Must not know: who
 * sends. draft-ietf-sshm-chacha20-poly1305 2: K_1 hides the length; K_2's block 0 keys Poly1305, its blocks 1.. hide
 * the rest. */
#include "cipher_chacha.h"
#include "buf.h"

#include <sodium.h>

#define LENGTH_LEN 4

struct chacha_state {
	uint8_t k2[32], k1[32]; /* in the order of the derived key */
	uint8_t poly_key[32]; /* of the last packet: it follows from k2, so that it may stay beside it */
};

_Static_assert(sizeof(struct chacha_state) <= sizeof(struct cipher_state), "ChaCha20 state");

static struct chacha_state *
chacha_of(struct cipher_state *st)
{
	return (void *)st->bytes;
}

static void
make_nonce(uint32_t seq, uint8_t nonce[8])
{
	put_be32(nonce, 0);
	put_be32(nonce + 4, seq);
}

int
chacha_init(struct cipher_state *st, const struct nacre_env *env, const uint8_t *key, const uint8_t *iv, bool seal)
{
	(void)env;
	(void)iv;
	(void)seal;
	memcpy(chacha_of(st), key, 64); /* k2 and k1 */
	return 0;
}

static int
crypt_length(const struct chacha_state *c, const uint8_t nonce[8], const uint8_t *in, uint8_t *out)
{
	return crypto_stream_chacha20_xor(out, in, LENGTH_LEN, nonce, c->k1) == 0 ? 0 : NACRE_E_CRYPTO;
}

static int
crypt_rest(const struct chacha_state *c, const uint8_t nonce[8], const uint8_t *pkt, size_t n, uint8_t *out)
{
	const uint8_t *p = pkt + LENGTH_LEN;

	return crypto_stream_chacha20_xor_ic(out, p, n - LENGTH_LEN, nonce, 1, c->k2) == 0 ? 0 : NACRE_E_CRYPTO;
}

static int
make_poly_key(struct chacha_state *c, const uint8_t nonce[8])
{
	return crypto_stream_chacha20(c->poly_key, sizeof(c->poly_key), nonce, c->k2) == 0 ? 0 : NACRE_E_CRYPTO;
}

int
chacha_seal(struct cipher_state *st, uint32_t seq, const uint8_t *in, size_t n, uint8_t *pkt)
{
	struct chacha_state *c = chacha_of(st);
	uint8_t nonce[8];
	int r;

	make_nonce(seq, nonce);
	if ((r = crypt_length(c, nonce, in, pkt)) != 0 || (r = crypt_rest(c, nonce, in, n, pkt + LENGTH_LEN)) != 0 ||
	    (r = make_poly_key(c, nonce)) != 0)
		return r;
	return crypto_onetimeauth(pkt + n, pkt, n, c->poly_key) == 0 ? 0 : NACRE_E_CRYPTO;
}

int
chacha_peek_length(struct cipher_state *st, uint32_t seq, const uint8_t *pkt, uint32_t *length)
{
	uint8_t nonce[8], clear[LENGTH_LEN];
	int r;

	make_nonce(seq, nonce);
	if ((r = crypt_length(chacha_of(st), nonce, pkt, clear)) != 0)
		return r;
	*length = get_be32(clear);
	return 0;
}

int
chacha_open(struct cipher_state *st, uint32_t seq, uint8_t *pkt, size_t n, uint8_t *out)
{
	struct chacha_state *c = chacha_of(st);
	uint8_t nonce[8];
	int r;

	make_nonce(seq, nonce);
	if ((r = make_poly_key(c, nonce)) != 0)
		return r;
	if (crypto_onetimeauth_verify(pkt + n, pkt, n, c->poly_key) != 0)
		return NACRE_E_MAC;
	return crypt_rest(c, nonce, pkt, n, out);
}

void
chacha_wipe(struct cipher_state *st)
{
	sodium_memzero(st, sizeof(*st));
}
