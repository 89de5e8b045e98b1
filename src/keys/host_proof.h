/* host_proof: what a server signs to show that it holds a host key which it did not use in the key exchange. Knows:
 * names, the signed structure, which algorithm signs. Must not know: who asks, whose keys they are.
 * draft-ietf-sshm-hostkey-update 2.1, 2.2; OpenSSH PROTOCOL 2.5. */
#ifndef KEYS_HOST_PROOF_H
#define KEYS_HOST_PROOF_H

#include "key.h"
#include "reader.h"

#define HOST_PROOF_KEYS_MAX 64 /* in one announcement */

/* The two spellings: the draft's, and the one that is in use since before it. */
struct host_proof_names {
	const char *announce, *prove; /* requests */
	const char *context; /* that is signed */
};

/* The spelling whose request has this name; NULL: none. */
const struct host_proof_names *host_proof_announced(struct slice request);
const struct host_proof_names *host_proof_asked(struct slice request);
/* The one that everybody has. */
const struct host_proof_names *host_proof_usual(void);

/* Appends what is signed. */
void host_proof_put(struct buf *b, const struct host_proof_names *names, struct slice session_id, struct slice key);

/* How a key signs beside the algorithm of the key exchange: RSA keys by the same hash as that one, where it was RSA.
 * NULL: not at all, with SHA-1. */
const struct sigalg *host_proof_algorithm(const nacre_key *key, const struct sigalg *agreed);
/* Does the signature prove it? Only 0 means yes. Where the exchange was not RSA's, an RSA key may sign with either
 * SHA-2. */
int host_proof_verify(const nacre_key *key, const struct nacre_env *env, const struct sigalg *agreed, struct slice data,
    struct slice signature) NACRE_CHECK;

/* Is it a list of strings, from 1 to HOST_PROOF_KEYS_MAX, none twice? */
bool host_proof_is_list(struct slice list);
/* Is the blob one of the list's? */
bool host_proof_has(struct slice list, struct slice blob);

#endif
