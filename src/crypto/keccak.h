/* keccak: SHA-3 and SHAKE. Knows: the permutation and the sponge. Must not know: what is hashed. Serves FIPS 202. Its
 * time depends on lengths alone. */
#ifndef CRYPTO_KECCAK_H
#define CRYPTO_KECCAK_H

#include "slice.h"

#define KECCAK_LANES 25
#define SHA3_256_LEN 32
#define SHA3_512_LEN 64
#define SHAKE128_BLOCK 168
#define SHAKE256_BLOCK 136

/* What differs between the functions: how many bytes a block takes in, and how a message ends. */
struct keccak_kind {
	uint8_t block, suffix;
};

extern const struct keccak_kind keccak_sha3_256, keccak_sha3_512, keccak_shake128, keccak_shake256;

/* A sponge: absorb any number of times, finish once, squeeze any number of times, wipe. */
struct keccak {
	uint64_t lane[KECCAK_LANES];
	struct keccak_kind kind;
	size_t at; /* how much of the block is taken in, or given out */
};

void keccak_init(struct keccak *k, struct keccak_kind kind);
void keccak_absorb(struct keccak *k, struct slice s);
void keccak_finish(struct keccak *k);
void keccak_squeeze(struct keccak *k, uint8_t *out, size_t n);
void keccak_wipe(struct keccak *k);

/* All at once: the hash of a, then b (either may be empty), n bytes of it. */
void keccak_hash(struct keccak_kind kind, struct slice a, struct slice b, uint8_t *out, size_t n);

#endif
