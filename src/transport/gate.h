/* gate: which message may arrive when. Knows: a table of states and messages. Must not know: contents, keys, sockets.
 * A pure function; its verdict for every number in every state is kept as text in tests/transport/gate.golden. Serves
 * RFC 4253 7.1 (only 1-19, 20-29, 30-49 during an exchange), RFC 4252 5 and 5.1, RFC 8308 2.4,
 * draft-ietf-sshm-strict-kex. */
#ifndef TRANSPORT_GATE_H
#define TRANSPORT_GATE_H

#include "message.h"
#include <nacre/conn.h>

/* Where the peer is in its key exchange: only what it has sent counts (RFC 4253 7.3: each direction by itself). */
enum gate_kex {
	GATE_START,   /* nothing yet: its first KEXINIT must come */
	GATE_GUESS,   /* its KEXINIT came, with a wrong guess: the next method message is dropped */
	GATE_METHOD,  /* a method message must come */
	GATE_METHOD_2, /* the second of its two messages must come (group exchange) */
	GATE_NEWKEYS, /* NEWKEYS must come */
	GATE_OPEN     /* its keys are in use, and no exchange of its runs */
};

enum gate_service {
	GATE_NO_SERVICE, /* server: SERVICE_REQUEST may come. client: nothing was asked for */
	GATE_REQUESTED,  /* client: SERVICE_ACCEPT must come */
	GATE_AUTH,       /* ssh-userauth runs */
	GATE_CONNECTION  /* authenticated */
};

struct gate {
	enum nacre_role role; /* ours */
	bool first;           /* the first exchange is not over for the peer's direction */
	bool strict;          /* strict key exchange was agreed */
	enum gate_kex kex;
	enum gate_service service;
	bool ext_info;           /* EXT_INFO is in one of its places (RFC 8308 2.4) */
	enum msg_family kex_family;  /* of the running exchange: what 30-49 mean */
	enum msg_family auth_family; /* of the running method: what 60-79 mean */
};

enum gate_verdict {
	VERDICT_DELIVER,
	VERDICT_IGNORE,        /* drop it silently */
	VERDICT_UNIMPLEMENTED, /* RFC 4253 11.4: answer UNIMPLEMENTED */
	VERDICT_REFUSE         /* the peer broke the protocol */
};

enum gate_verdict gate_check(const struct gate *gate, uint8_t number);

/* "start", "guess", ... */
const char *gate_kex_name(enum gate_kex kex);
const char *gate_service_name(enum gate_service service);

#endif
