/* SSHFP: fingerprints of host keys that the domain name system has (RFC 4255, 6594, 7479). Nothing here resolves a
 * name: the caller brings the records, and whether the answer was authenticated.
 *
 * It fits a policy (trust.h): on NACRE_SSHFP_MATCH an unknown key may be taken, on NACRE_SSHFP_MISMATCH it should
 * not. */
#ifndef NACRE_SSHFP_H
#define NACRE_SSHFP_H

#include <nacre/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The RDATA of one record (RFC 4255 3.1). */
struct nacre_sshfp_record {
	uint8_t algorithm; /* 1 RSA, 3 ECDSA, 4 Ed25519; others are passed over */
	uint8_t type; /* of the fingerprint: 1 SHA-1, 2 SHA-256; others are passed over */
	const uint8_t *fingerprint; /* n bytes; borrowed during the call */
	size_t n;
};

enum nacre_sshfp_result {
	NACRE_SSHFP_NONE, /* nothing is said of keys of this kind, or nothing that can be believed */
	NACRE_SSHFP_MATCH,
	NACRE_SSHFP_MISMATCH /* keys of this kind have other fingerprints */
};

/* What do the records say of a host's plain public key? Where there is a SHA-256 for its kind the SHA-1 ones do not
 * count (RFC 6594 4).
 *
 * records: n of them; NULL where n is 0. secure: the resolver has validated the answer by DNSSEC (the AD bit, from a
 * resolver that is trusted, over a path that is); without it *result is NACRE_SSHFP_NONE, whatever the records say.
 *
 * *result is NACRE_SSHFP_NONE unless 0 is returned; only 0 says that it is an answer (CVE-2025-26465).
 *   NACRE_E_ARGUMENT  a NULL, or a certificate
 *   NACRE_E_CRYPTO    a fingerprint could not be computed */
NACRE_API int nacre_sshfp_check(const nacre_key *key, const struct nacre_sshfp_record *records, size_t n, bool secure,
    enum nacre_sshfp_result *result) NACRE_CHECK;

#ifdef __cplusplus
}
#endif
#endif
