/* dh: Diffie-Hellman in the integers modulo a prime. Knows: groups, public values, the shared secret as bytes,
 * moduli(5). Must not know: messages, which group was agreed on. Serves RFC 4253 8, RFC 4419 3, RFC 8268 4, RFC 8270 3.
 * Numbers are big-endian and unsigned. What the peer sent has no leading zeros; what is made here is as long as p. */
#ifndef CRYPTO_DH_H
#define CRYPTO_DH_H

#include "kex.h"

#define DH_BITS_MIN 2048 /* of a group that a server chooses (RFC 8270 3) */
#define DH_BITS_MAX 8192
#define DH_LEN_MAX (DH_BITS_MAX / 8)
#define DH_EXPONENT_LEN 64 /* twice 256 bits: the most that any of our ciphers claims */

struct dh_group {
	struct slice p, g;
};

/* A group that is not const: its numbers stand here. */
struct dh_room {
	struct dh_group group;
	uint8_t p[DH_LEN_MAX], g[DH_LEN_MAX];
};

extern const struct dh_group dh_group1, dh_group14, dh_group15, dh_group16, dh_group17, dh_group18;

/* May we compute in this group, which the peer chose? p is odd and of min to max bits (which themselves are within the
 * bounds above); 1 < g < p - 1. NULL, or a few words about what is wrong. That p is a safe prime is not looked at: it
 * would cost seconds, and who chose it could as well give the secret away. */
const char *dh_check_group(const struct dh_group *group, uint32_t min, uint32_t max);
/* Is v a public value of the group: 1 < v < p - 1, and not all but nothing of zeros? NULL, or what is wrong. */
const char *dh_check_public(const struct dh_group *group, struct slice v);
/* How many bits v has. */
size_t dh_bits(struct slice v);

/* Both numbers are copied to the room; they have at most DH_LEN_MAX bytes. */
void dh_keep(struct dh_room *room, struct slice p, struct slice g);

/* The row's functions, for a group: public values and the secret have group->p.n bytes. The peer's value is checked
 * before any mathematics (NACRE_E_KEX). finish wipes the state. */
int dh_init(const struct dh_group *group, struct kex_state *st, const struct nacre_env *env, uint8_t *out) NACRE_CHECK;
int dh_respond(const struct dh_group *group, const struct nacre_env *env, struct slice init, uint8_t *reply,
    uint8_t *secret) NACRE_CHECK;
int dh_finish(const struct dh_group *group, struct kex_state *st, struct slice reply, uint8_t *secret) NACRE_CHECK;

/* How many bits a client asks for, so that the group is as strong as a key of so many bits (SP 800-57 1, table 2). */
uint32_t dh_bits_for(size_t key_bits);

/* A server's choice (RFC 4419 3): of the safe primes with min to max bits the smallest that has n, or else the largest;
 * where several are the same size, any of them. `moduli` is the content of a file of moduli(5), whose malformed and
 * unsuitable lines are passed over; empty, or without such a prime: the groups of RFC 3526.
 * 0, NACRE_E_KEX (no group is within the bounds), or NACRE_E_RANDOM. */
int dh_choose(const struct nacre_env *env, struct slice moduli, uint32_t min, uint32_t n, uint32_t max,
    struct dh_room *out) NACRE_CHECK;

#endif
