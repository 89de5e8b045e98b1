/* derkey: keys in DER. Knows: PKCS#1, SEC 1, OpenSSL's form of DSA keys, PKCS#8 and SubjectPublicKeyInfo. Must not
 * know: base64, encryption. RFC 8017 A.1, RFC 5915, RFC 5958, RFC 5480, RFC 8410, RFC 3279 2.3.2. */
#ifndef KEYS_DERKEY_H
#define KEYS_DERKEY_H

#include "der.h"
#include "key.h"
#include "why.h"

typedef int derkey_read_fn(const struct nacre_env *env, struct slice der, nacre_key **key, struct why *why);

derkey_read_fn derkey_pkcs1, derkey_sec1, derkey_dsa, derkey_pkcs8; /* private */
derkey_read_fn derkey_pkcs1_public, derkey_spki;

/* Each appends its structure. PKCS#1 is for RSA, SEC 1 for ECDSA, derkey_put_dsa for DSA; NACRE_E_KEY_TYPE for the
 * others. */
int derkey_put_pkcs1(struct buf *b, const nacre_key *key) NACRE_CHECK;
int derkey_put_sec1(struct buf *b, const nacre_key *key) NACRE_CHECK;
int derkey_put_dsa(struct buf *b, const nacre_key *key) NACRE_CHECK;
int derkey_put_pkcs8(struct buf *b, const nacre_key *key) NACRE_CHECK;
int derkey_put_pkcs1_public(struct buf *b, const nacre_key *key) NACRE_CHECK;
int derkey_put_spki(struct buf *b, const nacre_key *key) NACRE_CHECK;

/* Object identifiers, shared by those who read and write. */
#define OID_RSA SLICE_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01") /* rsaEncryption 1.2.840.113549.1.1.1 */
#define OID_EC SLICE_LIT("\x2a\x86\x48\xce\x3d\x02\x01") /* id-ecPublicKey 1.2.840.10045.2.1 */
#define OID_ED25519 SLICE_LIT("\x2b\x65\x70") /* id-Ed25519 1.3.101.112 */
#define OID_DSA SLICE_LIT("\x2a\x86\x48\xce\x38\x04\x01") /* id-dsa 1.2.840.10040.4.1 */
struct slice derkey_curve_oid(enum curve_id curve);

#endif
