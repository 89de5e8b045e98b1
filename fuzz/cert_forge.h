/* cert_forge: what fuzz_cert and its corpus maker share: the forms of an input, keys that are always the same, and
 * certificates and signatures that these make of bytes as they come. OpenSSH PROTOCOL.certkeys, PROTOCOL.u2f. */
#ifndef FUZZ_CERT_FORGE_H
#define FUZZ_CERT_FORGE_H

#include "key.h"

/* The first byte of an input. What a signature covers is signed by the target, so that mutations get behind it. */
enum cert_form {
	FORM_CERT_BLOB,
	FORM_CERT_FIELDS, /* from the serial to the reserved field: the target puts the keys and the signature around */
	FORM_SSHSIG_TEXT,
	FORM_SSHSIG_BLOB, /* without its armour */
	FORM_SK_SIGNATURE, /* string public blob, signature blob */
	FORM_SK_DEVICE, /* string application, byte flags, uint32 counter, data: the target signs as the device */
	CERT_FORMS
};

#define CERT_FORGE_NAMESPACE "fuzz"
#define CERT_FORGE_MESSAGE "the message"

enum forge_key { FORGE_AUTHORITY, FORGE_SUBJECT, FORGE_ECDSA, FORGE_KEYS };

/* Made at the first call, and kept while the process lives. */
const nacre_key *forge_key(enum forge_key which);
/* A certificate of FORGE_AUTHORITY's for FORGE_SUBJECT that says `fields`. */
void forge_cert(struct buf *out, struct slice fields);
/* The public blob of a security key that has a key's numbers. */
void forge_sk_blob(struct buf *out, enum forge_key which, struct slice application);
/* The signature of such a security key. */
void forge_sk_signature(struct buf *out, enum forge_key which, struct slice application,
    const struct nacre_sk_details *details, struct slice data);

#endif
