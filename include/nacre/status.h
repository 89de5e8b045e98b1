/* Results and errors.
 *
 * Every function that can fail returns an int: 0 (NACRE_OK) or one of the negative NACRE_E_* below. What went wrong in
 * detail is kept by the object that failed (a client, a connection) as a struct nacre_error. */
#ifndef NACRE_STATUS_H
#define NACRE_STATUS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define NACRE_API __attribute__((visibility("default")))
#define NACRE_CHECK __attribute__((warn_unused_result))
#else
#define NACRE_API
#define NACRE_CHECK
#endif

enum nacre_status {
	NACRE_OK = 0,
#define E(name, number, ...) NACRE_E_##name = (number),
#include <nacre/errors.def>
#undef E
	NACRE_STATUS_END_ = 1
};

/* Who caused a failure. */
enum nacre_origin {
	NACRE_ORIGIN_NONE,     /* there was no failure */
	NACRE_ORIGIN_PEER,     /* the peer said so: a disconnect, a refusal */
	NACRE_ORIGIN_PROTOCOL, /* the peer broke the protocol */
	NACRE_ORIGIN_LOCAL,    /* the caller: misuse, an argument, a policy */
	NACRE_ORIGIN_RESOURCE, /* memory, limits, deadlines, files, the network */
	NACRE_ORIGIN_CRYPTO    /* a primitive failed, or a proof did not hold */
};

/* What a connection was doing. Each phase but the last two has a timeout of its own, and a code for it. */
enum nacre_phase {
	NACRE_PHASE_NONE, /* nothing: the call never came that far */
	NACRE_PHASE_CONNECT, /* looking the name up, and dialling */
	NACRE_PHASE_BANNER, /* waiting for the peer's identification */
	NACRE_PHASE_KEX, /* the first exchange of keys, and the judgement about the host key */
	NACRE_PHASE_AUTH, /* authenticating */
	NACRE_PHASE_OPEN /* authenticated: channels and requests */
};

/* One failure, in full. Every string is UTF-8 or NULL, belongs to the object that failed, and lives until that object
 * is freed or fails anew. Text that came from the peer is escaped: it holds no control characters.
 *
 * What `ours` and `theirs` hold depends on the code; at most 1023 bytes, cut at a whole character:
 *
 *   code              ours                                      theirs
 *   NEGOTIATION       the algorithms that we allow              those that the peer allows
 *   CONNECT, TIMEOUT_CONNECT   each address, and what became of it       NULL
 *   HOST_KEY_CHANGED  the fingerprint that is known             the one that the server showed
 *   HOST_KEY_REVOKED  that of the line that revokes it          the same
 *   HOST_KEY_UNKNOWN, HOST_KEY_PIN       NULL                   the same
 *   AUTH*             what was tried, with the answers          the methods that the server would still take */
struct nacre_error {
	int code;                  /* NACRE_E_*, or 0 */
	enum nacre_origin origin;
	const char *message;       /* "message: rule" or a sentence; never NULL */
	const char *hint; /* what to do about it; "" only for 0 */
	const char *ours; /* see above; else NULL */
	const char *theirs; /* see above; else NULL */
	const char *peer_text; /* the peer's own words: of a DISCONNECT, an OPEN_FAILURE, or in the place of an
				  identification (IDENT, TIMEOUT_BANNER, CONNECTION_LOST); else NULL */
	unsigned long peer_reason; /* the number that came with them: RFC 4253 11.1, RFC 4254 5.1; else 0 */
	enum nacre_phase phase; /* where the connection was */
	int system_error; /* errno, where the operating system said so; else 0 */
	const char *file; /* the file that is meant: a key's, a line's; else NULL */
	unsigned long line; /* the line in it, from 1; 0: none */
};

/* The name of a code ("NACRE_E_TIMEOUT"); "NACRE_OK" for 0; "unknown" for a number that is none. Static. */
NACRE_API const char *nacre_status_name(int code);

/* What a code means, what usually causes it, and what to do about it (docs/errors.md is these). Static, never NULL; ""
 * for the last two where there is none. */
NACRE_API const char *nacre_status_text(int code);
NACRE_API const char *nacre_status_cause(int code);
NACRE_API const char *nacre_status_hint(int code);

/* Who causes it, where the failure itself does not say otherwise. */
NACRE_API enum nacre_origin nacre_status_origin(int code);

/* Is it a deadline that passed, of whatever phase? */
NACRE_API bool nacre_status_is_timeout(int code);

/* The name of an origin: "peer", "protocol", "local", "resource", "crypto", "none". Static. */
NACRE_API const char *nacre_origin_name(enum nacre_origin origin);
/* The name of a phase: "none", "connect", "banner", "kex", "auth", "open". Static. */
NACRE_API const char *nacre_phase_name(enum nacre_phase phase);

#ifdef __cplusplus
}
#endif
#endif
