/* OpenSSH certificates: a public key, with a name for whom it speaks, signed by an authority (OpenSSH
 * PROTOCOL.certkeys, draft-ietf-sshm-cert).
 *
 * A certificate is a nacre_key: it is read as one (nacre_key_parse_public, nacre_key_from_blob), shown as one, and with
 * its private half (nacre_cert_with_key) it is used as one wherever a key is: to authenticate, or as a server's host
 * key. To read it is to check its form and that the authority's signature holds; never with SHA-1, and never by another
 * certificate. Whether that authority counts, and whether the certificate is good for this name, this moment and this
 * purpose, is what nacre_cert_check says. */
#ifndef NACRE_CERT_H
#define NACRE_CERT_H

#include <nacre/event.h>
#include <nacre/key.h>

#ifdef __cplusplus
extern "C" {
#endif

enum nacre_cert_type { NACRE_CERT_USER = 1, NACRE_CERT_HOST = 2 };

#define NACRE_CERT_PRINCIPALS_MAX 256
#define NACRE_CERT_OPTIONS_MAX 256 /* of each kind */
#define NACRE_CERT_BLOB_MAX 65536 /* bytes of a whole certificate */
#define NACRE_CERT_FOREVER UINT64_MAX /* as valid_before */

/* What a certificate says. Bytes are raw, and borrowed from the key. */
struct nacre_cert_info {
	enum nacre_cert_type type;
	uint64_t serial;
	struct nacre_bytes key_id; /* for logs */
	uint64_t valid_after, valid_before; /* seconds since 1970, UTC: good from the first, no longer from the second */
	size_t n_principals, n_critical, n_extensions;
	const nacre_key *authority; /* its public key; borrowed from the certificate */
	struct nacre_bytes signature_algorithm; /* the authority's: "ssh-ed25519", "rsa-sha2-512" */
};

NACRE_API bool nacre_key_is_certificate(const nacre_key *key);
/* NACRE_E_ARGUMENT where the key is no certificate, or a pointer is NULL. */
NACRE_API int nacre_cert_get_info(const nacre_key *cert, struct nacre_cert_info *info) NACRE_CHECK;

/* The i-th principal, from 0; false behind the last. A principal is one name whatever it holds: a comma is a part of
 * it. */
NACRE_API bool nacre_cert_principal(const nacre_key *cert, size_t i, struct nacre_bytes *name);

enum nacre_cert_options { NACRE_CERT_CRITICAL, NACRE_CERT_EXTENSIONS };

/* The i-th option of a kind, from 0, in their lexical order; false behind the last. value: what the option says ("" for
 * one that only stands there); for options that this build does not know the raw data. */
NACRE_API bool nacre_cert_option(const nacre_key *cert, enum nacre_cert_options kind, size_t i,
    struct nacre_bytes *name, struct nacre_bytes *value);
/* The value of the option of that name; false where there is none. value may be NULL. */
NACRE_API bool nacre_cert_find_option(
    const nacre_key *cert, enum nacre_cert_options kind, const char *name, struct nacre_bytes *value);

/* The plain public key that is certified; for a plain key a copy. *key is the caller's. NACRE_E_NOMEM,
 * NACRE_E_ARGUMENT. */
NACRE_API int nacre_cert_plain(const struct nacre_env *env, const nacre_key *cert, nacre_key **key) NACRE_CHECK;

/* A new key that shows the certificate and signs as `key` does, whose private half or signer it takes over, and whose
 * comment. *joined is the caller's.
 *   NACRE_E_ARGUMENT  a NULL, cert is no certificate, or `key` can not sign
 *   NACRE_E_KEY_TYPE  the certificate is for another key
 *   NACRE_E_NOMEM */
NACRE_API int nacre_cert_with_key(
    const struct nacre_env *env, const nacre_key *cert, const nacre_key *key, nacre_key **joined) NACRE_CHECK;

/* What a certificate is wanted for. Zero where a field does not matter, but for those that must be given. */
struct nacre_cert_policy {
	size_t size; /* sizeof(struct nacre_cert_policy) */
	enum nacre_cert_type type; /* must be given */
	const nacre_key *const *authorities; /* n_authorities public keys that are trusted; must be given */
	size_t n_authorities;
	/* Whom it must speak for; must be given. A user's name is compared whole and exactly; a host's name is the one
	 * that was asked for, without a port, and a host certificate's principals may be patterns with '*' and '?'. */
	const char *principal;
	uint64_t now_s; /* seconds since 1970, UTC */
	/* users: where the connection comes from, an address in digits; NULL: not known, and then a certificate that
	 * says from where it may be used (source-address) is refused. */
	const char *source_address;
};

/* Is the certificate good for this? NACRE_OK, or NACRE_E_CERTIFICATE with the reason in `why`:
 *   the authority is none of these; another type; no principals (then it would speak for everybody), or none that fits;
 *   not yet or no longer valid; a critical option that is not understood, in a host certificate any; a source-address
 *   that does not fit.
 * force-command and verify-required are understood: who accepts the certificate must act on them
 * (nacre_cert_find_option), as on the permit-* extensions. NACRE_E_ARGUMENT: a NULL, no certificate, a wrong size. */
NACRE_API int nacre_cert_check(
    const nacre_key *cert, const struct nacre_cert_policy *policy, char *why, size_t why_size) NACRE_CHECK;

/* One option to put in. value: NULL for an option that only stands there. */
struct nacre_cert_option {
	const char *name, *value;
};

/* What nacre_cert_issue is to write. */
struct nacre_cert_fields {
	size_t size; /* sizeof(struct nacre_cert_fields) */
	enum nacre_cert_type type;
	uint64_t serial;
	const char *key_id; /* NULL: "" */
	const char *const *principals;
	size_t n_principals; /* at least 1 and at most NACRE_CERT_PRINCIPALS_MAX */
	uint64_t valid_after, valid_before; /* seconds since 1970; 0 and NACRE_CERT_FOREVER for always */
	const struct nacre_cert_option *critical, *extensions; /* in any order */
	size_t n_critical, n_extensions;
	const char *signature_algorithm; /* NULL: the authority's best; never SHA-1's */
};

/* Signs a certificate for a public key. subject: the key, or a certificate for it, which is renewed. authority: a plain
 * key with its private half or a signer. *cert is the caller's: a public key with the certificate;
 * nacre_key_write_public writes it as a "-cert.pub" line.
 *   NACRE_E_ARGUMENT  a NULL, a wrong size, no type, no principal or an empty one, a validity that is never; options
 *                     twice, too many or unknown critical ones; a source-address that is no list of addresses and
 *                     networks; a name or key_id that is too long; an authority that can not sign
 *   NACRE_E_KEY_TYPE  the authority is a certificate, or the algorithm is not for it
 *   NACRE_E_LIMIT     longer than NACRE_CERT_BLOB_MAX
 *   NACRE_E_UNSUPPORTED, NACRE_E_CRYPTO, NACRE_E_NOMEM, NACRE_E_RANDOM */
NACRE_API int nacre_cert_issue(const struct nacre_env *env, const struct nacre_cert_fields *fields,
    const nacre_key *subject, const nacre_key *authority, nacre_key **cert) NACRE_CHECK;

#ifdef __cplusplus
}
#endif
#endif
