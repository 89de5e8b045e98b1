/* fuzz_kex: what the first byte of an input of this target says. From KEX_FUZZ_ROWS on: twice the number of a row of
 * kex_table, and one more where we respond. Must not know: what is done with the rest. */
#ifndef FUZZ_FUZZ_KEX_H
#define FUZZ_FUZZ_KEX_H

#include "dh.h"

#define KEX_FUZZ_GROUP_MAX 256 /* bytes of the longest group that is computed in: what is longer takes its time */

enum kex_fuzz {
	KEX_FUZZ_CHECK, /* uint32 min, uint32 max, string p, string g, a public value */
	KEX_FUZZ_CHOOSE, /* uint32 min, uint32 n, uint32 max, a file of moduli */
	KEX_FUZZ_ROWS
};

/* Is the row fuzzed? A group that a server chooses is no row's: KEX_FUZZ_CHECK computes in those. */
static inline bool
kex_fuzz_takes(const struct kex *kex)
{
	return kex->shape == KEX_SHAPE_ECDH || (kex->shape == KEX_SHAPE_DH && kex->group->p.n <= KEX_FUZZ_GROUP_MAX);
}

#endif
