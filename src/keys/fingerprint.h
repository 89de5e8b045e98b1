/* fingerprint: a key's blob, hashed for people. Knows: the hashes' names. Must not know: how a digest is shown. Serves
 * OpenSSH's ssh-keygen -l, RFC 4716 4. */
#ifndef KEYS_FINGERPRINT_H
#define KEYS_FINGERPRINT_H

#include "key.h"

#define FINGERPRINT_MAX 32

/* hash: "SHA256" or "MD5"; *n bytes. NACRE_E_ARGUMENT for another name. */
int fingerprint_digest(const nacre_key *key, const char *hash, uint8_t digest[FINGERPRINT_MAX], size_t *n) NACRE_CHECK;

#endif
