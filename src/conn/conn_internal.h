/* conn_internal: one connection's parts. Knows: all floors below, by their headers. Must not know: their protocol
 * logic. Serves docs/design.md, "The core". */
#ifndef CONN_CONN_INTERNAL_H
#define CONN_CONN_INTERNAL_H

#include "auth.h"
#include "host_proof.h"
#include "mux.h"
#include "transport.h"
#include <nacre/channel.h>

#define RING_INLINE 8
#define RING_MAX 4096
#define KEEPALIVES_MAX 16
#define IDLE_MS 5000 /* without traffic for so long, buffers are given back */
#define LINGER_MS 5000 /* for the last words to a peer that does not read */

/* Events that wait for next_event, oldest first. Grows beyond its inline part only when many channels wake at once. */
struct ring {
	struct nacre_event inline_events[RING_INLINE];
	struct nacre_event *events; /* inline_events, or cap of them on the heap */
	size_t first, n, cap;
};

/* server: proofs of host keys that a client asked for. */
struct prove {
	bool announce_due;
	uint64_t token; /* of the request that is being answered; 0: none */
	uint64_t sign_token; /* of the question who signs; 0: none */
	const struct host_proof_names *names;
	struct buf request, reply, data; /* data: what is signed now */
	struct reader rest; /* of request */
	const nacre_key *key;
	const struct sigalg *algorithm;
	uint64_t signed_keys; /* one bit for each of host_keys */
};

struct nacre_conn {
	struct nacre_env env;         /* the caller's, with counting around it: all floors use this one */
	const struct nacre_env *outer;
	size_t memory;                /* bytes held through env */
	struct nacre_conn_options options;
	char *auth_banner, *auth_methods, *pubkey_algorithms; /* owned copies */
	const nacre_key **host_keys; /* owned list of borrowed keys */
	struct failure failure;
	bool ended;        /* the failure was dealt with: DISCONNECT is queued */
	bool closed_given; /* NACRE_EVENT_CLOSED was taken */

	struct ring ring;
	struct sink sink;
	uint64_t last_token;

	struct transport transport;
	bool is_client;
	bool auth_started;
	struct auth_client auth_client;
	struct auth_server auth_server;
	struct mux *mux; /* NULL before authentication */
	bool flush_due;  /* mux_flush may find something to do */
	bool needs_read; /* the inbox has no whole packet */
	struct prove prove;
	char *user;      /* as authenticated; owned */

	bool input_ended;
	int input_error;

	int64_t now_ms;
	int64_t started_ms;
	int64_t auth_since_ms;     /* client: the request at hand was sent; server: authentication began */
	bool auth_was_waiting;
	int64_t ended_ms;
	int64_t received_ms;       /* bytes came in */
	int64_t active_ms;         /* bytes moved either way */
	bool trimmed;              /* since then */
	unsigned keepalives;       /* unanswered */
	uint64_t keepalive_operations[KEEPALIVES_MAX];
	uint64_t keepalive_replies;
};

/* ring.c */
void ring_init(struct nacre_conn *c);
void ring_free(struct nacre_conn *c);
bool ring_push(struct nacre_conn *c, const struct nacre_event *event); /* false without memory */
bool ring_pop(struct nacre_conn *c, struct nacre_event *event);
void ring_drop_questions(struct nacre_conn *c);

/* conn.c */
/* What every public call ends with: a failure of the connection is dealt with once; misuse passes through. */
int conn_failed(struct nacre_conn *c, int r);

static inline int
conn_result(struct nacre_conn *c, int r)
{
	return c->failure.code == 0 ? r : conn_failed(c, r);
}
/* Is the connection over (failed or disconnected)? */
static inline bool
conn_is_over(const struct nacre_conn *c)
{
	return c->failure.code != 0;
}

/* info.c */
enum nacre_phase conn_phase(const struct nacre_conn *c);

/* drive.c */
/* Tells the gate what authentication has come to. */
void conn_sync(struct nacre_conn *c);
/* Makes the multiplexer as soon as authentication has succeeded. */
int conn_start_mux(struct nacre_conn *c);

/* host_keys.c */
void host_keys_init(struct nacre_conn *c);
void host_keys_free(struct nacre_conn *c);
int host_keys_announce(struct nacre_conn *c);
/* Is the event a request for proofs that is answered here? token: its own. */
bool host_keys_take_request(struct nacre_conn *c, const struct nacre_event *event, uint64_t token);
/* Goes on with what was asked for. */
int host_keys_prove(struct nacre_conn *c);
/* NACRE_E_MISUSE where it is not our question. */
int host_keys_answer_sign(struct nacre_conn *c, uint64_t token, const nacre_key *key, struct slice blob);

/* timers.c */
void timers_start(struct nacre_conn *c);
/* Is a keepalive's reply what this event is? Then it is counted, and nobody hears of it. */
bool timers_take_reply(struct nacre_conn *c, const struct nacre_event *event);

#endif
