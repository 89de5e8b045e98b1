/* exchange: one key exchange while it runs. Knows: both KEXINITs, the method's values, the new keys. Must not know: who
 * decides about a host key, what was sent before. Serves RFC 4253 7-9, RFC 5656 4, RFC 8731, strict kex. */
#ifndef TRANSPORT_EXCHANGE_H
#define TRANSPORT_EXCHANGE_H

#include "kdf.h"
#include "transport.h"

enum exchange_state {
	EXCHANGE_PROPOSED,   /* our KEXINIT is out; theirs has not come */
	EXCHANGE_METHOD,     /* agreed; the method's messages go back and forth */
	EXCHANGE_HOST_KEY,   /* client: NACRE_EVENT_HOST_KEY is open */
	EXCHANGE_SIGN,       /* server: NACRE_EVENT_SIGN is open */
	EXCHANGE_NEWKEYS     /* our NEWKEYS is out; theirs has not come */
};

struct exchange {
	enum exchange_state state;
	bool first;
	uint64_t token;            /* of the open question */
	uint32_t kexinit_seq;      /* of our KEXINIT: an UNIMPLEMENTED for it ends the connection */
	struct buf ours, theirs;   /* KEXINIT payloads */
	struct agreement agreed;
	struct kex_state kex_state;
	uint8_t our_public[KEX_PUBLIC_MAX], their_public[KEX_PUBLIC_MAX];
	uint8_t secret[KEX_SECRET_MAX];
	uint8_t h[HASH_MAX_LEN];
	const nacre_key *host_key; /* server: which key signs */
	nacre_key *shown_key;      /* client: proved, not yet accepted; owned */
	struct suite_keys keys_in; /* for the peer's NEWKEYS */
};

/* Sends our KEXINIT. */
int exchange_start(struct transport *t) NACRE_CHECK;
void exchange_free(struct transport *t);

/* The peer's messages. */
int exchange_on_kexinit(struct transport *t, struct slice payload) NACRE_CHECK;
int exchange_on_init(struct transport *t, struct slice payload) NACRE_CHECK;  /* 30, at a server */
int exchange_on_reply(struct transport *t, struct slice payload) NACRE_CHECK; /* 31, at a client */
int exchange_on_newkeys(struct transport *t, struct slice payload) NACRE_CHECK;

/* Client: the first message of the agreed method. */
int exchange_send_init(struct transport *t) NACRE_CHECK;
/* H is known and proved: derives all keys, sends NEWKEYS, and what may follow it. */
int exchange_switch_out(struct transport *t) NACRE_CHECK;

/* Fails the exchange: the code, its origin, and a text. */
int exchange_fail(struct transport *t, int code, const char *text) NACRE_CHECK;

#endif
