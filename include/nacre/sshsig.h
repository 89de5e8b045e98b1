/* SSHSIG: signatures of files and texts by SSH keys, as `ssh-keygen -Y sign` makes them (OpenSSH PROTOCOL.sshsig).
 *
 * A signature names its purpose, the namespace ("file", "git", "you@example.com"): one for another purpose never
 * verifies. The message is hashed piece by piece, so it may be of any size. RSA keys sign with SHA-2 only, DSA keys not
 * at all. Whose the key is, the caller must know: a signature shows its own key. */
#ifndef NACRE_SSHSIG_H
#define NACRE_SSHSIG_H

#include <nacre/event.h>
#include <nacre/key.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_sshsig nacre_sshsig;

#define NACRE_SSHSIG_TEXT_MAX ((size_t)1 << 20) /* bytes of an armoured signature that is read */
#define NACRE_SSHSIG_NAMESPACE_MAX 1024

/* Begins to sign. key: with its private half or a signer, a certificate too; borrowed until nacre_sshsig_free. hash:
 * "sha512" or "sha256"; NULL: "sha512".
 *   NACRE_E_ARGUMENT     a NULL, a namespace that is empty, too long or has a NUL; a key that can not sign
 *   NACRE_E_UNSUPPORTED  the hash
 *   NACRE_E_KEY_TYPE     a DSA key
 *   NACRE_E_NOMEM, NACRE_E_CRYPTO */
NACRE_API int nacre_sshsig_new(const struct nacre_env *env, const nacre_key *key, const char *name_space,
    const char *hash, nacre_sshsig **sig) NACRE_CHECK;
/* Begins to verify: reads the n bytes of an armoured signature. Nothing is verified yet.
 *   NACRE_E_FORMAT       it is no signature, or malformed
 *   NACRE_E_UNSUPPORTED  a version or hash that is not known; NACRE_E_KEY_TYPE_UNKNOWN a kind of key
 *   NACRE_E_KEY_TYPE     a key of a type or size that is not allowed
 *   NACRE_E_CRYPTO       a certificate whose own signature does not hold
 *   NACRE_E_NOMEM, NACRE_E_ARGUMENT */
NACRE_API int nacre_sshsig_parse(
    const struct nacre_env *env, const char *text, size_t n, nacre_sshsig **sig) NACRE_CHECK;
/* NULL is fine. */
NACRE_API void nacre_sshsig_free(nacre_sshsig *sig);

/* The next n bytes of the message. NACRE_E_MISUSE after the end, NACRE_E_CRYPTO, NACRE_E_ARGUMENT. */
NACRE_API int nacre_sshsig_update(nacre_sshsig *sig, const uint8_t *p, size_t n) NACRE_CHECK;

/* The message has ended: signs it. *text is the caller's, *n bytes and a NUL, for nacre_sshsig_text_free.
 * NACRE_E_MISUSE (the object verifies, or was used), what nacre_key_sign returns, NACRE_E_NOMEM. */
NACRE_API int nacre_sshsig_sign(nacre_sshsig *sig, char **text, size_t *n) NACRE_CHECK;
NACRE_API void nacre_sshsig_text_free(const struct nacre_env *env, char *text, size_t n);

/* The message has ended: does the signature hold for it, and for this namespace? flags: NACRE_VERIFY_* (key.h). Only 0
 * means yes:
 *   NACRE_E_CRYPTO    it does not hold
 *   NACRE_E_ARGUMENT  another namespace, or a NULL
 *   NACRE_E_MISUSE    the object signs, or was used */
NACRE_API int nacre_sshsig_verify(nacre_sshsig *sig, const char *name_space, unsigned flags) NACRE_CHECK;

/* The key that the signature shows, the namespace, and the hash's name. Borrowed. */
NACRE_API const nacre_key *nacre_sshsig_key(const nacre_sshsig *sig);
NACRE_API struct nacre_bytes nacre_sshsig_namespace(const nacre_sshsig *sig);
NACRE_API const char *nacre_sshsig_hash(const nacre_sshsig *sig);

#ifdef __cplusplus
}
#endif
#endif
