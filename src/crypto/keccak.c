/* keccak: see keccak.h. Knows: Keccak-f[1600]. Must not know: what is hashed. FIPS 202 3 (the permutation), 4 (the
 * sponge), 6 (the functions). */
#include "keccak.h"
#include "mem.h"

const struct keccak_kind keccak_sha3_256 = {136, 0x06};
const struct keccak_kind keccak_sha3_512 = {72, 0x06};
const struct keccak_kind keccak_shake128 = {SHAKE128_BLOCK, 0x1f};
const struct keccak_kind keccak_shake256 = {SHAKE256_BLOCK, 0x1f};

/* FIPS 202 3.2.5: iota. */
static const uint64_t round_constant[24] = {
    0x0000000000000001,
    0x0000000000008082,
    0x800000000000808a,
    0x8000000080008000,
    0x000000000000808b,
    0x0000000080000001,
    0x8000000080008081,
    0x8000000000008009,
    0x000000000000008a,
    0x0000000000000088,
    0x0000000080008009,
    0x000000008000000a,
    0x000000008000808b,
    0x800000000000008b,
    0x8000000000008089,
    0x8000000000008003,
    0x8000000000008002,
    0x8000000000000080,
    0x000000000000800a,
    0x800000008000000a,
    0x8000000080008081,
    0x8000000000008080,
    0x0000000080000001,
    0x8000000080008008,
};

static inline uint64_t
rotated(uint64_t x, unsigned by)
{
	return x << by | x >> ((64 - by) % 64);
}

/* Column x of the state: theta adds the parities of two columns to each lane of a third. */
#define PARITY(x) (in[x] ^ in[(x) + 5] ^ in[(x) + 10] ^ in[(x) + 15] ^ in[(x) + 20])
#define MOVED(lane, by) rotated(in[lane] ^ theta[(lane) % 5], by)

/* Row y of the next state. rho turns the lanes and pi brings them together, chi mixes them. */
#define ROW(y, l0, r0, l1, r1, l2, r2, l3, r3, l4, r4)                                                                 \
	do {                                                                                                           \
		uint64_t b0 = MOVED(l0, r0), b1 = MOVED(l1, r1), b2 = MOVED(l2, r2), b3 = MOVED(l3, r3),               \
			 b4 = MOVED(l4, r4);                                                                           \
                                                                                                                       \
		out[5 * (y) + 0] = b0 ^ (~b1 & b2);                                                                    \
		out[5 * (y) + 1] = b1 ^ (~b2 & b3);                                                                    \
		out[5 * (y) + 2] = b2 ^ (~b3 & b4);                                                                    \
		out[5 * (y) + 3] = b3 ^ (~b4 & b0);                                                                    \
		out[5 * (y) + 4] = b4 ^ (~b0 & b1);                                                                    \
	} while (0)

/* FIPS 202 3.3: one round, from one state to another. Lane (x, y) has the index x + 5y. */
static inline void
keccak_round(const uint64_t *restrict in, uint64_t *restrict out, uint64_t constant)
{
	const uint64_t p0 = PARITY(0), p1 = PARITY(1), p2 = PARITY(2), p3 = PARITY(3), p4 = PARITY(4);
	const uint64_t theta[5] = {
	    p4 ^ rotated(p1, 1), p0 ^ rotated(p2, 1), p1 ^ rotated(p3, 1), p2 ^ rotated(p4, 1), p3 ^ rotated(p0, 1)};

	ROW(0, 0, 0, 6, 44, 12, 43, 18, 21, 24, 14);
	ROW(1, 3, 28, 9, 20, 10, 3, 16, 45, 22, 61);
	ROW(2, 1, 1, 7, 6, 13, 25, 19, 8, 20, 18);
	ROW(3, 4, 27, 5, 36, 11, 10, 17, 15, 23, 56);
	ROW(4, 2, 62, 8, 55, 14, 39, 15, 41, 21, 2);
	out[0] ^= constant;
}

static void
permute(struct keccak *k)
{
	uint64_t a[KECCAK_LANES], b[KECCAK_LANES];
	size_t i;

	memcpy(a, k->lane, sizeof(a));
	for (i = 0; i < 24; i += 2) {
		keccak_round(a, b, round_constant[i]);
		keccak_round(b, a, round_constant[i + 1]);
	}
	memcpy(k->lane, a, sizeof(a));
}

static inline uint64_t
load_lane(const uint8_t *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
	       (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static inline void
store_lane(uint8_t *p, uint64_t lane)
{
	size_t i;

	for (i = 0; i < 8; i++)
		p[i] = (uint8_t)(lane >> 8 * i);
}

void
keccak_init(struct keccak *k, struct keccak_kind kind)
{
	memset(k, 0, sizeof(*k));
	k->kind = kind;
}

/* Whole lanes where the place allows it, else bytes. */
void
keccak_absorb(struct keccak *k, struct slice s)
{
	size_t i = 0, step;

	while (i < s.n) {
		step = k->at % 8 == 0 && s.n - i >= 8 ? 8 : 1;
		k->lane[k->at / 8] ^= step == 8 ? load_lane(s.p + i) : (uint64_t)s.p[i] << 8 * (k->at % 8);
		i += step;
		k->at += step;
		if (k->at == k->kind.block) {
			permute(k);
			k->at = 0;
		}
	}
}

/* FIPS 202 5.1, B.2: the suffix and the first bit of the padding, then its last bit at the end of the block. */
void
keccak_finish(struct keccak *k)
{
	k->lane[k->at / 8] ^= (uint64_t)k->kind.suffix << 8 * (k->at % 8);
	k->lane[k->kind.block / 8 - 1] ^= (uint64_t)1 << 63;
	k->at = k->kind.block;
}

void
keccak_squeeze(struct keccak *k, uint8_t *out, size_t n)
{
	size_t i = 0, step;

	while (i < n) {
		if (k->at == k->kind.block) {
			permute(k);
			k->at = 0;
		}
		step = k->at % 8 == 0 && n - i >= 8 ? 8 : 1;
		if (step == 8)
			store_lane(out + i, k->lane[k->at / 8]);
		else
			out[i] = (uint8_t)(k->lane[k->at / 8] >> 8 * (k->at % 8));
		i += step;
		k->at += step;
	}
}

void
keccak_wipe(struct keccak *k)
{
	mem_wipe(k, sizeof(*k));
}

void
keccak_hash(struct keccak_kind kind, struct slice a, struct slice b, uint8_t *out, size_t n)
{
	struct keccak k;

	keccak_init(&k, kind);
	keccak_absorb(&k, a);
	keccak_absorb(&k, b);
	keccak_finish(&k);
	keccak_squeeze(&k, out, n);
	keccak_wipe(&k);
}
