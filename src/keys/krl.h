/* krl: OpenSSH's key revocation lists. Knows: their sections, and how a key is found in them. Must not know: files,
 * what is done about a revoked key. Serves OpenSSH PROTOCOL.krl. */
#ifndef KEYS_KRL_H
#define KEYS_KRL_H

#include "key.h"
#include "why.h"

/* Does a file begin as one? */
bool krl_is(struct slice file);
/* Every section, to the end. NACRE_E_KEY_FORMAT, NACRE_E_UNSUPPORTED. */
int krl_check(struct slice krl, struct why *why) NACRE_CHECK;
/* Is the key in a list that krl_check found good? It alone: of a certificate the authority is another question. plain:
 * its plain key's blob. NACRE_E_CRYPTO (a hash). */
int krl_has(struct slice krl, const nacre_key *key, struct slice plain, bool *has) NACRE_CHECK;

#endif
