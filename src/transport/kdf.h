/* kdf: the exchange hash and the keys that come from it. Knows: the order of the fields. Must not know: who verifies,
 * when keys are used. Serves RFC 4253 7.2 and 8, RFC 4419 3, RFC 5656 4, RFC 8731 3. */
#ifndef TRANSPORT_KDF_H
#define TRANSPORT_KDF_H

#include "hash.h"
#include "kex.h"
#include "suite.h"

/* What group exchange adds (RFC 4419 3). */
struct group_fields {
	uint32_t min, n, max;
	struct slice p, g;
};

/* What H covers, in RFC 5656 4's order. client_init and server_init are the KEXINIT payloads. */
struct exchange_fields {
	struct slice client_ident, server_ident;
	struct slice client_init, server_init;
	struct slice host_key;
	const struct group_fields *group; /* NULL but for group exchange */
	struct slice client_public, server_public;
	struct slice secret; /* K, raw */
};

/* h gets hash_len(kex->hash) bytes. */
int kdf_exchange_hash(const struct kex *kex, const struct exchange_fields *fields, uint8_t *h) NACRE_CHECK;

/* What the keys come from. */
struct derivation {
	const struct kex *kex;
	struct slice secret, h, session_id;
};

/* Derives one direction's keys, as long as the cipher and the MAC (NULL: none) want them. client_to_server chooses the
 * letters A, C, E; else B, D, F. */
int kdf_derive(const struct derivation *from, bool client_to_server, const struct cipher *cipher, const struct mac *mac,
    struct suite_keys *keys) NACRE_CHECK;

#endif
