/* Revoked keys: those that nobody may use any more, as `RevokedKeys` and `RevokedHostKeys` of OpenSSH's configuration
 * and `ssh-keygen -Y verify -r` read them.
 *
 * A file is one of two: a key revocation list (KRL, OpenSSH PROTOCOL.krl), which `ssh-keygen -k` makes; or public keys,
 * one a line, with blank lines and remarks ('#') between them. A set comes of one file and never changes: any number of
 * threads may ask it. No function here opens a file. What can not be read whole is refused whole: a list that is half
 * understood would let a revoked key in. */
#ifndef NACRE_REVOKED_H
#define NACRE_REVOKED_H

#include <nacre/key.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_revoked nacre_revoked;

#define NACRE_REVOKED_MAX ((size_t)16 << 20) /* bytes of a file */

/* Reads the n bytes of a file of either kind. *set is NULL on failure, else the caller's; env must outlive it. why
 * takes a sentence about a failure, NULL and 0 where it is not wanted.
 *   NACRE_E_KEY_FORMAT   malformed; for a list of keys, a line that is no public key
 *   NACRE_E_UNSUPPORTED  a KRL of another version, with a critical extension or a signature of its own
 *   NACRE_E_LIMIT        more than NACRE_REVOKED_MAX
 *   NACRE_E_NOMEM, NACRE_E_ARGUMENT (a NULL) */
NACRE_API int nacre_revoked_parse(const struct nacre_env *env, const uint8_t *p, size_t n, nacre_revoked **set,
    char *why, size_t why_size) NACRE_CHECK;
/* NULL is fine. */
NACRE_API void nacre_revoked_free(nacre_revoked *set);

/* Is this key revoked? A plain key is by itself or its SHA-1 or SHA-256; a certificate by the key it is for, by its
 * authority, and in a KRL by its serial number (never 0) or key id under its authority or under all. True as well where
 * that can not be found out (no memory, a NULL): whoever asks may take false alone for an answer. */
NACRE_API bool nacre_revoked_has(const nacre_revoked *set, const nacre_key *key);

#ifdef __cplusplus
}
#endif
#endif
