/* fingerprint: a key's blob, hashed for people. Knows: the hashes' names. Must not know: how a digest is shown. Serves
 * OpenSSH's ssh-keygen -l, RFC 4716 4. */
#ifndef KEYS_FINGERPRINT_H
#define KEYS_FINGERPRINT_H

#include "key.h"

#define FINGERPRINT_MAX 32

/* hash: "SHA256" or "MD5"; *n bytes. NACRE_E_ARGUMENT for another name. */
int fingerprint_digest(const nacre_key *key, const char *hash, uint8_t digest[FINGERPRINT_MAX], size_t *n) NACRE_CHECK;
/* The same of a blob, whose type need not be known. */
int fingerprint_of_blob(struct slice blob, const char *hash, uint8_t digest[FINGERPRINT_MAX], size_t *n) NACRE_CHECK;

/* Is the text a fingerprint at all, as nacre_key_has_fingerprint takes it? */
bool fingerprint_is_one(const char *text);

#define FINGERPRINT_TEXT_MAX 64 /* with the NUL */
/* "SHA256:..." of a blob. NACRE_E_CRYPTO: out is "". */
int fingerprint_text(struct slice blob, char out[FINGERPRINT_TEXT_MAX]) NACRE_CHECK;

#endif
