/* mldsa_sample: see mldsa_poly.h. Knows: how bytes of SHAKE become coefficients. Must not know: what they are for. FIPS
 * 204 7.1 and 7.3. */
#include "keccak.h"
#include "mem.h"
#include "mldsa_poly.h"

static void
begin(struct keccak *k, struct keccak_kind kind, const uint8_t *seed, size_t n, unsigned low, unsigned high)
{
	const uint8_t nonce[2] = {(uint8_t)low, (uint8_t)high};

	keccak_init(k, kind);
	keccak_absorb(k, slice_of(seed, n));
	keccak_absorb(k, slice_of(nonce, sizeof(nonce)));
	keccak_finish(k);
}

/* Algorithm 14, CoeffFromThreeBytes: 23 bits, thrown away from q on. */
void
mldsa_sample_uniform(struct mldsa_poly *p, const uint8_t rho[MLDSA_SEED_LEN], unsigned row, unsigned column)
{
	uint8_t block[SHAKE128_BLOCK]; /* of whole candidates: 168 is 56 times 3 */
	struct keccak k;
	unsigned n = 0, i;

	begin(&k, keccak_shake128, rho, MLDSA_SEED_LEN, column, row);
	while (n < MLDSA_N) {
		keccak_squeeze(&k, block, sizeof(block));
		for (i = 0; i < sizeof(block) && n < MLDSA_N; i += 3) {
			int32_t c = block[i] | block[i + 1] << 8 | (block[i + 2] & 0x7f) << 16;

			if (c < MLDSA_Q)
				p->c[n++] = c;
		}
	}
}

/* Algorithm 15, CoeffFromHalfByte: 2 - half mod 5, where 205 half / 1024 is a fifth of it. */
static void
take_half(struct mldsa_poly *p, unsigned *n, unsigned half)
{
	if (*n < MLDSA_N && mldsa_is_short(half))
		p->c[(*n)++] = MLDSA_ETA - (int32_t)(half - (205 * half >> 10) * 5);
}

void
mldsa_sample_short(struct mldsa_poly *p, const uint8_t seed[MLDSA_MASK_SEED_LEN], unsigned nonce)
{
	uint8_t block[SHAKE256_BLOCK];
	struct keccak k;
	unsigned n = 0, i;

	begin(&k, keccak_shake256, seed, MLDSA_MASK_SEED_LEN, nonce & 0xff, nonce >> 8);
	while (n < MLDSA_N) {
		keccak_squeeze(&k, block, sizeof(block));
		for (i = 0; i < sizeof(block); i++) {
			take_half(p, &n, block[i] & 15);
			take_half(p, &n, block[i] >> 4);
		}
	}
	keccak_wipe(&k);
	mem_wipe(block, sizeof(block));
}

void
mldsa_sample_mask(struct mldsa_poly *p, const uint8_t seed[MLDSA_MASK_SEED_LEN], unsigned nonce)
{
	uint8_t bytes[MLDSA_POLY_LEN(18)];
	struct keccak k;

	begin(&k, keccak_shake256, seed, MLDSA_MASK_SEED_LEN, nonce & 0xff, nonce >> 8);
	keccak_squeeze(&k, bytes, sizeof(bytes));
	mldsa_decode(p, 18, MLDSA_GAMMA1, bytes);
	keccak_wipe(&k);
	mem_wipe(bytes, sizeof(bytes));
}

/* The first eight bytes are the signs; then each byte says where the next one goes, what stood there moves to i. */
void
mldsa_sample_ball(struct mldsa_poly *p, const uint8_t seed[MLDSA_SEED_LEN])
{
	uint64_t signs = 0;
	uint8_t bytes[8], at;
	struct keccak k;
	unsigned i;

	*p = (struct mldsa_poly){{0}};
	keccak_init(&k, keccak_shake256);
	keccak_absorb(&k, slice_of(seed, MLDSA_SEED_LEN));
	keccak_finish(&k);
	keccak_squeeze(&k, bytes, sizeof(bytes));
	for (i = 0; i < 8; i++)
		signs |= (uint64_t)bytes[i] << 8 * i;
	for (i = MLDSA_N - MLDSA_TAU; i < MLDSA_N; i++) {
		do
			keccak_squeeze(&k, &at, 1);
		while (at > i);
		p->c[i] = p->c[at];
		p->c[at] = 1 - 2 * (int32_t)(signs & 1);
		signs >>= 1;
	}
}
