/* proposal: KEXINIT, and what follows from two of them. Knows: name-lists and the tables they name. Must not know:
 * packets, the exchange itself. Serves RFC 4253 7.1, RFC 8308 2.1, RFC 5647 5.1, draft-ietf-sshm-strict-kex 2. */
#ifndef TRANSPORT_PROPOSAL_H
#define TRANSPORT_PROPOSAL_H

#include "catalogue.h"
#include "cipher.h"
#include "compress.h"
#include "failure.h"
#include "kex.h"
#include "key.h"
#include "message.h"
#include <nacre/conn.h>

/* What we are willing to use, each list checked against its table, in order, comma-separated. Owned. */
struct algorithms {
	char *kex, *host_key, *cipher, *mac, *compression;
	unsigned preset;       /* NACRE_PRESET_*: what the lists were made from */
	bool edited;           /* the options changed a list of the preset's */
	bool needs_strict_kex;
};

/* From the options: preset, lists, what is disabled (algorithms.h). A server's host-key algorithms are those that its
 * keys can make; a client's begin with those for known_key_types. */
int algorithms_init(struct algorithms *a, const struct nacre_env *env, const struct nacre_conn_options *options,
    struct failure *failure) NACRE_CHECK;
/* Only whether the options make lists, those for "publickey" among them. */
int algorithms_check(const struct nacre_env *env, const struct nacre_conn_options *options,
    struct failure *failure) NACRE_CHECK;
void algorithms_free(struct algorithms *a, const struct nacre_env *env);

/* "publickey" algorithms, by the same options. Freed with mem_free_str. */
int algorithms_pubkey(const struct nacre_env *env, const struct nacre_conn_options *options, char **out,
    struct failure *failure) NACRE_CHECK;

/* Appends our KEXINIT's payload. The markers (ext-info, strict kex) stand only in the first. */
int proposal_write(const struct algorithms *a, const struct nacre_env *env, enum nacre_role role, bool first,
    struct buf *payload) NACRE_CHECK;

struct agreement {
	const struct kex *kex;
	const struct sigalg *host_key;
	const struct cipher *cipher_c2s, *cipher_s2c;
	const struct mac *mac_c2s, *mac_s2c; /* NULL where the cipher is an AEAD */
	const struct compression *compression_c2s, *compression_s2c;
	bool strict;       /* both showed the same spelling of the marker (only in the first KEXINITs) */
	bool ext_info;     /* the peer takes EXT_INFO */
	bool wrong_guess;  /* the peer sent a guess that is wrong: drop one packet */
};

/* Both KEXINIT payloads, ours and the peer's. NACRE_E_NEGOTIATION with both lists where nothing is common. */
int proposal_agree(struct slice ours, struct slice theirs, enum nacre_role role, const struct nacre_env *env,
    struct agreement *out, struct failure *failure) NACRE_CHECK;

#endif
