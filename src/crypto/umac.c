/* umac: see umac.h. Knows: RFC 4418's three layers (NH, a polynomial modulo 2^64 - 59, an inner product modulo 2^36 -
 * 5) and its key derivation. Must not know: packets. RFC 4418 3-5. No branch and no address depends on a secret. */
#include "umac.h"
#include "buf.h"
#include "mbed_block.h"

#include <sodium.h>

#define CHUNK 1024 /* bytes that NH takes at once */
#define GROUP 32 /* and in one step */
#define PRIME64_OFFSET 59 /* p64 = 2^64 - 59 */
#define PRIME64 (UINT64_MAX - (PRIME64_OFFSET - 1))
#define PRIME36 UINT64_C(0xffffffffb)
#define POLY_KEY_MASK UINT64_C(0x01ffffff01ffffff)
#define WORD_RANGE UINT64_C(0xffffffff00000000) /* RFC 4418 5.3.2: a word from here on needs a marker before it */

#define NH_KEY_LEN (CHUNK + 16 * (UMAC_STREAMS_MAX - 1))
#define POLY_KEY_LEN 24 /* of which the 128-bit polynomial would take the rest */
#define INNER_KEY_LEN 64 /* 8 numbers, of which the first 4 meet zeros */

_Static_assert(sizeof(((struct umac *)0)->pad_cipher) == MBED_AES_STATE, "UMAC's AES state");

enum { KDF_PAD, KDF_NH, KDF_POLY, KDF_INNER, KDF_MASK };

static uint64_t
get_be64(const uint8_t *p)
{
	return (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
}

static uint32_t
get_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* RFC 4418 3.2.1: block i is AES(index || i). n is rounded up to a block. */
static int
derive(void *aes, uint8_t index, uint8_t *out, size_t n)
{
	uint8_t in[16] = {0};
	size_t done;
	int r = 0;

	in[7] = index;
	for (done = 0; done < n && r == 0; done += 16) {
		put_be32(in + 12, (uint32_t)(done / 16 + 1));
		r = mbed_aes_block(aes, in, out + done);
	}
	return r;
}

static int
init_nh(struct umac *u, void *aes, uint8_t *bytes)
{
	size_t i, words = CHUNK / 4 + 4 * (u->streams - 1);
	int r = derive(aes, KDF_NH, bytes, words * 4);

	for (i = 0; i < words; i++)
		u->nh_key[i] = get_be32(bytes + 4 * i);
	return r;
}

static int
init_poly(struct umac *u, void *aes, uint8_t *bytes)
{
	int r = derive(aes, KDF_POLY, bytes, POLY_KEY_LEN * u->streams);
	unsigned s;

	for (s = 0; s < u->streams; s++)
		u->poly_key[s] = get_be64(bytes + POLY_KEY_LEN * s) & POLY_KEY_MASK;
	return r;
}

/* RFC 4418 5.4: the polynomial's value is 16 bytes of which the first 8 are zero, so only the last four of the eight
 * numbers are ever multiplied with something. */
static int
init_inner(struct umac *u, void *aes, uint8_t *bytes)
{
	int r = derive(aes, KDF_INNER, bytes, INNER_KEY_LEN * u->streams);
	unsigned s, i;

	for (s = 0; s < u->streams; s++)
		for (i = 0; i < 4; i++)
			u->inner_key[s][i] = get_be64(bytes + INNER_KEY_LEN * s + 32 + 8 * i) % PRIME36;
	return r;
}

static int
init_mask(struct umac *u, void *aes, uint8_t *bytes)
{
	int r = derive(aes, KDF_MASK, bytes, 4 * u->streams);
	unsigned s;

	for (s = 0; s < u->streams; s++)
		u->inner_mask[s] = get_be32(bytes + 4 * s);
	return r;
}

static int
init_pad(struct umac *u, void *aes, uint8_t *bytes)
{
	int r = derive(aes, KDF_PAD, bytes, UMAC_KEY_LEN);

	return r != 0 ? r : mbed_aes_init(u->pad_cipher, bytes, UMAC_KEY_LEN);
}

int
umac_init(struct umac *u, const uint8_t key[UMAC_KEY_LEN], size_t tag_len)
{
	_Alignas(16) uint8_t aes[MBED_AES_STATE] = {0};
	uint8_t bytes[NH_KEY_LEN];
	int r;

	*u = (struct umac){.streams = (unsigned)tag_len / 4};
	if ((r = mbed_aes_init(aes, key, UMAC_KEY_LEN)) == 0 && (r = init_nh(u, aes, bytes)) == 0 &&
	    (r = init_poly(u, aes, bytes)) == 0 && (r = init_inner(u, aes, bytes)) == 0 &&
	    (r = init_mask(u, aes, bytes)) == 0)
		r = init_pad(u, aes, bytes);
	mbed_aes_free(aes);
	sodium_memzero(bytes, sizeof(bytes));
	return r;
}

/* RFC 4418 5.2.2. Four sums side by side, so that a compiler may keep them in one register. n is a multiple of
 * GROUP. */
static uint64_t
nh(const uint32_t *key, const uint8_t *p, size_t n)
{
	uint64_t sum[4] = {0};
	size_t at, i;

	for (at = 0; at < n; at += GROUP, key += 8)
		for (i = 0; i < 4; i++)
			sum[i] += (uint64_t)(get_le32(p + at + 4 * i) + key[i]) *
				  (uint32_t)(get_le32(p + at + 16 + 4 * i) + key[4 + i]);
	return sum[0] + sum[1] + sum[2] + sum[3];
}

/* RFC 4418 5.2: at most a chunk, with zeros behind it up to a whole group (an empty message is one group of zeros). */
static uint64_t
hash_chunk(const uint32_t *key, const uint8_t *p, size_t n)
{
	size_t whole = n / GROUP * GROUP;
	uint64_t sum = nh(key, p, whole) + (uint64_t)n * 8;
	uint8_t last[GROUP] = {0};

	if (n > 0 && whole == n)
		return sum;
	if (n > whole)
		memcpy(last, p + whole, n - whole);
	return sum + nh(key + whole / 4, last, GROUP);
}

/* y += m modulo p64, as some number below 2^64. The carry stands for 2^64, which is 59. */
static uint64_t
add_mod(uint64_t y, uint64_t m)
{
	uint64_t sum = y + m;

	return sum + (PRIME64_OFFSET & (0 - (uint64_t)(sum < m)));
}

/* k * y + m modulo p64. k's halves are below 2^25 (the mask), and m at most 2^64 - 60: nothing below can wrap but where
 * add_mod sees it. */
static uint64_t
poly_step(uint64_t k, uint64_t y, uint64_t m)
{
	uint64_t k_high = k >> 32, k_low = k & UINT32_MAX, y_high = y >> 32, y_low = y & UINT32_MAX;
	uint64_t middle = y_high * k_low + y_low * k_high;
	uint64_t high = (y_high * k_high + (middle >> 32)) * PRIME64_OFFSET;

	return add_mod(add_mod(high + y_low * k_low, middle << 32), m);
}

/* RFC 4418 5.3.2: a word of WORD_RANGE or more is taken as a marker and itself less 59. Both ways are gone, and one is
 * kept. */
static uint64_t
poly_word(uint64_t k, uint64_t y, uint64_t m)
{
	uint64_t is_large = 0 - (uint64_t)(m >= WORD_RANGE);
	uint64_t plain = poly_step(k, y, m & ~is_large);
	uint64_t marked = poly_step(k, poly_step(k, y, PRIME64 - 1), m - (PRIME64_OFFSET & is_large));

	return (plain & ~is_large) | (marked & is_large);
}

/* RFC 4418 5.3: a message of at most a chunk is not hashed a second time. */
static uint64_t
hash_message(const struct umac *u, unsigned stream, const uint8_t *p, size_t n)
{
	const uint32_t *key = u->nh_key + 4 * stream;
	uint64_t y = 1;

	if (n <= CHUNK)
		return hash_chunk(key, p, n);
	for (; n > CHUNK; p += CHUNK, n -= CHUNK)
		y = poly_word(u->poly_key[stream], y, hash_chunk(key, p, CHUNK));
	y = poly_word(u->poly_key[stream], y, hash_chunk(key, p, n));
	return y - (PRIME64 & (0 - (uint64_t)(y >= PRIME64)));
}

/* RFC 4418 5.4. The sum of four products of 16 by 36 bits is below 2^54. */
static uint32_t
fold(const struct umac *u, unsigned stream, uint64_t y)
{
	const uint64_t *k = u->inner_key[stream];
	uint64_t sum = (y >> 48) * k[0] + (y >> 32 & 0xffff) * k[1] + (y >> 16 & 0xffff) * k[2] + (y & 0xffff) * k[3];

	/* 2^36 is 5: twice that, and what is left is below 2^36 + 5. */
	sum = (sum & UINT64_C(0xfffffffff)) + 5 * (sum >> 36);
	sum = (sum & UINT64_C(0xfffffffff)) + 5 * (sum >> 36);
	sum -= PRIME36 & (0 - (uint64_t)(sum >= PRIME36));
	return (uint32_t)sum ^ u->inner_mask[stream];
}

/* RFC 4418 3.3: a short tag takes its part of a block that neighbouring nonces share. */
static int
make_pad(struct umac *u, uint64_t nonce, uint8_t pad[16])
{
	uint64_t parts = 4 / u->streams, part = nonce % parts;
	uint8_t in[16] = {0};
	int r;

	nonce -= part;
	put_be32(in, (uint32_t)(nonce >> 32));
	put_be32(in + 4, (uint32_t)nonce);
	if ((r = mbed_aes_block(u->pad_cipher, in, pad)) == 0 && part != 0)
		memcpy(pad, pad + 8, 8);
	return r;
}

int
umac_tag(struct umac *u, uint64_t nonce, const uint8_t *p, size_t n, uint8_t *tag)
{
	uint8_t pad[16];
	unsigned s;
	int r;

	if (n > UMAC_MESSAGE_MAX)
		return NACRE_E_LIMIT;
	if ((r = make_pad(u, nonce, pad)) != 0)
		return r;
	for (s = 0; s < u->streams; s++)
		put_be32(tag + 4 * s, fold(u, s, hash_message(u, s, p, n)) ^ get_be32(pad + 4 * s));
	sodium_memzero(pad, sizeof(pad));
	return 0;
}

void
umac_wipe(struct umac *u)
{
	mbed_aes_free(u->pad_cipher);
	sodium_memzero(u, sizeof(*u));
}
