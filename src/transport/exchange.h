/* exchange: one key exchange while it runs. Knows: both KEXINITs, the method's values, the new keys. Must not know: who
 * decides about a host key, what was sent before. Serves RFC 4253 7-9, RFC 4419, RFC 5656 4, RFC 8731,
 * strict kex. */
#ifndef TRANSPORT_EXCHANGE_H
#define TRANSPORT_EXCHANGE_H

#include "dh.h"
#include "kdf.h"
#include "transport.h"

enum exchange_state {
	EXCHANGE_PROPOSED, /* our KEXINIT is out; theirs has not come */
	EXCHANGE_METHOD, /* agreed; the method's messages go back and forth */
	EXCHANGE_HOST_KEY, /* client: NACRE_EVENT_HOST_KEY is open */
	EXCHANGE_SIGN, /* server: NACRE_EVENT_SIGN is open */
	EXCHANGE_NEWKEYS /* our NEWKEYS is out; theirs has not come */
};

/* RFC 4419 3: what was asked for, and what came. */
struct group_exchange {
	uint32_t min, n, max;
	struct dh_room room;
};

struct exchange {
	enum exchange_state state;
	bool first;
	uint64_t token; /* of the open question */
	uint32_t kexinit_seq; /* of our KEXINIT: an UNIMPLEMENTED for it ends the connection */
	struct buf ours, theirs; /* KEXINIT payloads */
	struct agreement agreed;
	struct kex_state kex_state;
	const struct dh_group *group; /* what DH works in: the row's, or gex->room's */
	struct group_exchange *gex; /* owned; NULL but for group exchange */
	uint8_t our_public[KEX_PUBLIC_MAX], their_public[KEX_PUBLIC_MAX];
	size_t our_public_len, their_public_len;
	uint8_t secret[KEX_SECRET_MAX];
	size_t secret_len;
	uint8_t h[HASH_MAX_LEN];
	const nacre_key *host_key; /* server: which key signs */
	nacre_key *shown_key; /* client: proved, not yet accepted; owned */
	struct suite_keys keys_in; /* for the peer's NEWKEYS */
};

/* Sends our KEXINIT. */
int exchange_start(struct transport *t) NACRE_CHECK;
void exchange_free(struct transport *t);

/* The peer's messages. */
int exchange_on_kexinit(struct transport *t, struct slice payload) NACRE_CHECK;
int exchange_on_newkeys(struct transport *t, struct slice payload) NACRE_CHECK;
int exchange_ecdh_on_init(struct transport *t, struct slice payload) NACRE_CHECK;
int exchange_ecdh_on_reply(struct transport *t, struct slice payload) NACRE_CHECK;
int exchange_dh_on_init(struct transport *t, struct slice payload) NACRE_CHECK;
int exchange_dh_on_reply(struct transport *t, struct slice payload) NACRE_CHECK;
int exchange_gex_on_request(struct transport *t, struct slice payload) NACRE_CHECK;
int exchange_gex_on_group(struct transport *t, struct slice payload) NACRE_CHECK;
int exchange_gex_on_init(struct transport *t, struct slice payload) NACRE_CHECK;
int exchange_gex_on_reply(struct transport *t, struct slice payload) NACRE_CHECK;

/* What the methods of one shape do that others do otherwise. */
struct exchange_method {
	enum msg_family family;
	enum msg_id reply; /* the message with the host key and its signature */
	/* Client: sends the first message. */
	int (*start)(struct transport *t);
	/* Server: sends `reply`. */
	int (*send_reply)(struct transport *t, struct slice signature);
};

extern const struct exchange_method exchange_ecdh, exchange_dh, exchange_gex;
/* Of the method that was agreed on. */
const struct exchange_method *exchange_method(const struct transport *t);

/* Once the secret is known. Client: is H signed by the key, and may the key be used? Server: signs H, or asks for
 * it. */
int exchange_check_proof(struct transport *t, struct slice host_key, struct slice signature) NACRE_CHECK;
int exchange_give_proof(struct transport *t) NACRE_CHECK;
/* H is known and proved: derives all keys, sends NEWKEYS, and what may follow it. */
int exchange_switch_out(struct transport *t) NACRE_CHECK;

/* Fails the exchange: the code, its origin, and a text. */
int exchange_fail(struct transport *t, int code, const char *text) NACRE_CHECK;
/* The same with a message's name in front: "kex_dh_init: TEXT". */
int exchange_fail_at(struct transport *t, int code, enum msg_id id, const char *text) NACRE_CHECK;

#endif
