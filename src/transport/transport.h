/* transport: RFC 4253 for one connection: identification, packets, key exchange, rekey. Knows: the peer's bytes, and an
 * outbox for the layers above. Must not know: what authentication or a channel is. Serves RFC 4253, 8308, 8731,
 * draft-ietf-sshm-strict-kex. */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include "compress.h"
#include "gate.h"
#include "ident.h"
#include "inbox.h"
#include "lane.h"
#include "outbox.h"
#include "outq.h"
#include "proposal.h"
#include "sink.h"

struct exchange; /* exchange.h: one key exchange while it runs */

struct transport_setup {
	const struct nacre_env *env;
	struct sink *sink;
	struct failure *failure;
	const struct nacre_conn_options *options; /* lives as long as the transport */
	const char *pubkey_algorithms;            /* a server's server-sig-algs; lives as long */
};

struct transport {
	struct transport_setup setup;
	enum nacre_role role;
	struct algorithms algorithms;
	struct inbox inbox;
	struct outq outq;
	struct lane in, out;
	struct compress unpack, pack; /* in, out */
	bool authenticated;           /* USERAUTH_SUCCESS has passed: what is delayed until then may begin */
	struct pad pad;
	struct gate gate;
	struct outbox outbox;
	struct landing landing; /* the owner may set it, once there is one */
	int64_t now_ms;

	struct ident_scan scan;
	char *our_ident, *peer_ident; /* without line end; peer_ident NULL until it came */

	size_t in_use;  /* bytes of the inbox that the last payload stands in */
	uint8_t *out_packet; /* reserved, not yet committed; NULL: none */
	size_t out_payload_n, out_packet_n;
	bool out_is_plain;   /* the reserved payload stands in `pack`, to be packed */
	bool out_is_held;    /* the reserved payload goes to `held` */
	struct buf held;     /* payloads, each behind its uint32 length, that wait for our NEWKEYS */

	bool out_closed;     /* our KEXINIT is out and our NEWKEYS is not: only the exchange may send */
	struct exchange *exchange; /* NULL between exchanges */
	int64_t kex_since_ms;      /* when the exchange began */
	int64_t keys_since_ms;     /* when the keys in use came */
	int64_t keyed_ms;          /* when the first keys came */
	unsigned kex_count;        /* finished */
	struct agreement agreed;   /* of the last exchange whose keys we send with */
	uint8_t session_id[HASH_MAX_LEN];
	size_t session_id_len;
	nacre_key *server_key;     /* client: the server's proved key; owned */
	struct buf proof;          /* client: its signature of the session id */
	bool question;             /* HOST_KEY or SIGN is open: no more packets are handled */

	bool newkeys_just_came;    /* the next packet may be EXT_INFO */
	unsigned ext_infos;        /* received */
	struct buf sig_algs;       /* the peer's server-sig-algs */
	bool sig_algs_changed;     /* for the owner to look at and clear */
	bool disconnected;         /* DISCONNECT was sent: nothing may follow */
};

/* Takes the options' lists apart; sends nothing yet. On failure transport_free is still right. */
int transport_init(struct transport *t, const struct transport_setup *setup) NACRE_CHECK;
void transport_free(struct transport *t);
/* Sends our identification and KEXINIT. */
int transport_start(struct transport *t) NACRE_CHECK;

/* The next payload for the layers above: 1, and it stands until the next call; 0: nothing now (bytes are missing, a
 * question is open, or the output is full); or an error. */
int transport_next(struct transport *t, struct slice *payload) NACRE_CHECK;

/* What the peer has said so far, while it has not identified itself; else empty. */
struct slice transport_said(const struct transport *t);

/* The answers to HOST_KEY and SIGN. */
int transport_answer_host_key(struct transport *t, uint64_t token, int error) NACRE_CHECK;
bool transport_owns_question(const struct transport *t, uint64_t token);
/* key with its private half, or a finished signature blob; neither: the exchange fails. */
int transport_answer_sign(struct transport *t, uint64_t token, const nacre_key *key, struct slice blob) NACRE_CHECK;

/* Can the layers above send: have our first keys been in use? */
static inline bool
transport_is_keyed(const struct transport *t)
{
	return t->out.suite.cipher != NULL;
}

/* Starts a key exchange where none runs; only after authentication (stock servers answer UNIMPLEMENTED before). */
int transport_rekey(struct transport *t) NACRE_CHECK;
/* Starts one where the keys are worn by the options' limits or the cipher's; the time is now_ms. */
int transport_rekey_if_due(struct transport *t) NACRE_CHECK;
/* Has one direction come to the options' limits or the cipher's? */
bool transport_is_worn(const struct transport *t, const struct lane *lane);

int transport_send_ignore(struct transport *t, size_t n) NACRE_CHECK;
/* May the owner ask for n bytes more than it owes? Not where the peer does not read, or stalls an exchange: what is
 * owed to the peer must still find its place. */
bool transport_takes_asked(const struct transport *t, size_t n);
/* Queues DISCONNECT, if one can still help; nothing follows it. */
void transport_disconnect(struct transport *t, uint32_t reason, struct slice text);

/* Gives idle buffers back. */
void transport_trim(struct transport *t);

/* Which options' rekey time applies: when it is due, or -1. */
int64_t transport_rekey_time(const struct transport *t);

#endif
