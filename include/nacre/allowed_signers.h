/* Allowed signers: who may sign in whose name, as `ssh-keygen -Y verify` reads it (ssh-keygen(1), ALLOWED SIGNERS).
 *
 * A signature shows a key (sshsig.h); a list of allowed signers says whose key that is:
 *   nacre_sshsig_verify(sig, "file", 0) == NACRE_OK, then
 *   nacre_allowed_signers_check(set, &(struct nacre_signer_query){...}) == NACRE_OK
 * A line has principals (patterns with '*', '?' and '!', letters as they are), options and a key:
 *   *@example.com namespaces="git,file",valid-before="20301231Z" ssh-ed25519 AAAA...
 * With cert-authority the key is one that signs certificates. No function here opens a file or looks at a clock. A line
 * that makes no sense is kept, counted and never matches. A set never changes: any number of threads may read it. */
#ifndef NACRE_ALLOWED_SIGNERS_H
#define NACRE_ALLOWED_SIGNERS_H

#include <nacre/event.h>
#include <nacre/key.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_allowed_signers nacre_allowed_signers;

#define NACRE_ALLOWED_SIGNERS_MAX ((size_t)1 << 20) /* bytes of a file */
#define NACRE_SIGNER_PRINCIPAL_MAX 1024 /* bytes of a name that is asked about */

/* A moment as a file writes it, without its time zone: a date that there is. */
struct nacre_local_time {
	unsigned year, month, day, hour, minute, second; /* 1970 to 9999, from 1, from 1, 0 to 23, 0 to 59, 0 to 59 */
};

/* When is that, in seconds since 1970, UTC, where the file is used? 0, or anything else where nobody knows. */
typedef int nacre_local_time_fn(void *ctx, const struct nacre_local_time *local, uint64_t *seconds);

/* Reads the n bytes of a file. local: what times without a Z mean (io.h: nacre_clock_local); NULL: a line with such a
 * time never matches. ctx is passed to it; both are used by this call only. *set is the caller's.
 *   NACRE_E_LIMIT     more than NACRE_ALLOWED_SIGNERS_MAX
 *   NACRE_E_NOMEM, NACRE_E_ARGUMENT (a NULL) */
NACRE_API int nacre_allowed_signers_parse(const struct nacre_env *env, const char *text, size_t n,
    nacre_local_time_fn *local, void *ctx, nacre_allowed_signers **set) NACRE_CHECK;
/* NULL is fine. */
NACRE_API void nacre_allowed_signers_free(nacre_allowed_signers *set);

/* The i-th line that makes no sense, from 0: its number, from 1, and what is wrong with it (static). False behind the
 * last. line and why may be NULL. */
NACRE_API bool nacre_allowed_signers_unreadable(
    const nacre_allowed_signers *set, size_t i, unsigned long *line, const char **why);

/* Who signed what, when. */
struct nacre_signer_query {
	size_t size; /* sizeof(struct nacre_signer_query) */
	const char *principal; /* in whose name; at most NACRE_SIGNER_PRINCIPAL_MAX bytes */
	const char *name_space; /* the signature's */
	const nacre_key *key; /* the signature's, a certificate or a plain key */
	uint64_t now_s; /* seconds since 1970, UTC: the moment that counts */
};

/* May this key sign in this name, for this purpose, at this time? One line must say so whole: its principals have the
 * name; its key is the key, or, with cert-authority, the authority of the certificate, which nacre_cert_check finds
 * good for a user of this name (so that one with a source-address is refused: a signature comes from nowhere); its
 * namespaces, where it has any, have the purpose; and the time is neither before valid-after nor behind valid-before.
 * *line: the number of that line, or of the one that came closest, 0: none did; may be NULL. Only 0 means yes:
 *   NACRE_E_SIGNER    no; `why` says what was missing at *line
 *   NACRE_E_ARGUMENT  a NULL, a wrong size, a name that is empty or too long */
NACRE_API int nacre_allowed_signers_check(const nacre_allowed_signers *set, const struct nacre_signer_query *query,
    unsigned long *line, char *why, size_t why_size) NACRE_CHECK;

/* Receives principals: raw bytes that live with the set or the key. */
typedef void nacre_principals_fn(void *ctx, struct nacre_bytes principals, unsigned long line);

/* Whose key is this? Calls fn for each principal of the first line that has the key at this time: for a plain key the
 * line's patterns as they stand, for a certificate those of its names that the line's patterns fit. This is a hint and
 * no verdict: namespaces are not looked at. NACRE_E_SIGNER: nobody's; NACRE_E_ARGUMENT (a NULL but for ctx). */
NACRE_API int nacre_allowed_signers_find(const nacre_allowed_signers *set, const nacre_key *key, uint64_t now_s,
    nacre_principals_fn *fn, void *ctx) NACRE_CHECK;

/* Calls fn with the whole field of principals of each line that has the name. NACRE_E_SIGNER: none has;
 * NACRE_E_ARGUMENT (a NULL but for ctx, a name that is empty or too long). */
NACRE_API int nacre_allowed_signers_match(
    const nacre_allowed_signers *set, const char *principal, nacre_principals_fn *fn, void *ctx) NACRE_CHECK;

#ifdef __cplusplus
}
#endif
#endif
