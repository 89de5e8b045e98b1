/* signer_line: the lines of a list of allowed signers. Knows: fields and options. Must not know: who asks.
 * ssh-keygen(1), ALLOWED SIGNERS. */
#ifndef CONFIG_SIGNER_LINE_H
#define CONFIG_SIGNER_LINE_H

#include "mem.h"
#include <nacre/allowed_signers.h>

/* What the slices borrow stands behind the struct, in the same block. */
struct signer_line {
	struct signer_line *next;
	size_t size; /* of the block */
	unsigned long number;
	const char *broken; /* what is wrong with it; NULL: nothing */
	nacre_key *key; /* owned; NULL: broken */
	struct slice principals;
	bool is_authority, has_namespaces;
	struct slice namespaces;
	uint64_t valid_after, valid_before; /* both included; 0 and UINT64_MAX: always */
};

struct signer_clock {
	nacre_local_time_fn *local;
	void *ctx;
};

/* Reads a line that is neither empty nor a comment; *line is the caller's. NACRE_E_NOMEM. */
int signer_line_parse(const struct nacre_env *env, struct slice text, unsigned long number,
    const struct signer_clock *clock, struct signer_line **line) NACRE_CHECK;
void signer_line_free(const struct nacre_env *env, struct signer_line *line);

#endif
