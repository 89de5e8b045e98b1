/* actor: one side of a connection that plays a script: feeds the peer's bytes, answers questions as its policy says,
 * calls what an application calls, and checks what must always hold. Used by fuzz_client and fuzz_server, and by
 * make_corpus, which plays two of them against each other and writes their scripts down. */
#ifndef FUZZ_ACTOR_H
#define FUZZ_ACTOR_H

#include "script.h"
#include "test_env.h"
#include <nacre/channel.h>
#include <nacre/conn.h>

/* How questions are answered. */
enum actor_policy {
	POLICY_PASSWORD, /* everything is accepted; a client tries a password */
	POLICY_NONE, /* ... "none" */
	POLICY_PUBLICKEY, /* ... a key, at once */
	POLICY_PROBE, /* ... a key, after asking whether it would do */
	POLICY_PUBLIC_HALF, /* ... a key without its private half: SIGN is asked, and answered with a blob */
	POLICY_REFUSE, /* everything is refused; a client stops */
	POLICY_PARTIAL, /* server: credentials are accepted, and more are wanted */
	POLICY_HOLD, /* nothing is answered until CALL_ANSWER */
	POLICY_WRONG_TOKEN, /* a stale token first, which must be misuse; then as PASSWORD */
	POLICY_DECLINE_SIGN, /* as PUBLIC_HALF, but SIGN is declined */
	POLICY_INTERACTIVE, /* a client: keyboard-interactive; a server: each password has to be changed */
	POLICY_COUNT
};

enum actor_call {
	CALL_OPEN,
	CALL_EXEC,
	CALL_SHELL,
	CALL_ENV,
	CALL_PTY,
	CALL_WINDOW_CHANGE,
	CALL_SUBSYSTEM,
	CALL_SIGNAL,
	CALL_WRITE,
	CALL_EOF,
	CALL_CLOSE,
	CALL_REKEY,
	CALL_CONNECTION, /* the byte's low bits: keepalive, IGNORE, global requests, disconnect */
	CALL_ANSWER, /* the question that was held */
	CALL_EXIT, /* server: a status, or a signal */
	CALL_REQUEST /* a channel request of the caller's own, or by bits 1 to 4 of the byte: break, xon-xoff, how it reads */
};

#define ACTOR_CHANNELS 4

struct actor {
	struct test_env te;
	nacre_conn *conn; /* NULL where it could not be made */
	enum nacre_role role;
	struct script_header header;
	enum actor_policy policy;
	int64_t now_ms;
	bool keyed; /* NEWKEYS was fed: packets are framed as under a cipher */
	bool closed; /* CLOSED came */
	bool authenticated; /* AUTHENTICATED came */
	bool accepted; /* server: the last whole request to log in was accepted */
	unsigned events;
	uint32_t channels[ACTOR_CHANNELS];
	unsigned n_channels;
	struct nacre_event held; /* type NONE: none is */
	/* what leaves; NULL: it is dropped */
	void (*output)(void *ctx, const uint8_t *p, size_t n);
	void *output_ctx;
};

/* kex: the only methods that it knows; NULL: all. */
void actor_init(struct actor *a, enum nacre_role role, const struct script_header *header, const char *kex,
    nacre_trace_fn *trace);
/* Frees, and checks that every byte was given back. */
void actor_end(struct actor *a);
void actor_step(struct actor *a, const struct script_step *step);
/* Takes all events, then the output. */
void actor_settle(struct actor *a);

/* A whole input: header and steps. */
void actor_play(enum nacre_role role, const uint8_t *data, size_t size, nacre_trace_fn *trace);

/* actor_answer.c, actor_call.c */
void actor_answer(struct actor *a, const struct nacre_event *event);
void actor_answer_held(struct actor *a);
void actor_call(struct actor *a, enum actor_call call, uint8_t byte);
/* The process's keys: a host key, a user's key, and its public half. Made once. */
struct actor_keys {
	nacre_key *host, *user, *user_public;
};
const struct actor_keys *actor_keys(void);

#endif
