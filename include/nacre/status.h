/* Results and errors.
 *
 * Every function that can fail returns an int: 0 (NACRE_OK) or one of the negative NACRE_E_* below. What went wrong in
 * detail is kept by the object that failed (a client, a connection) as a struct nacre_error. */
#ifndef NACRE_STATUS_H
#define NACRE_STATUS_H

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
#define E(name, number, text, hint) NACRE_E_##name = (number),
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

/* One failure, in full. Every string is UTF-8 or NULL, belongs to the object that failed, and lives until that object is
 * freed or fails anew. Text that came from the peer is escaped: it holds no control characters. */
struct nacre_error {
	int code;                  /* NACRE_E_*, or 0 */
	enum nacre_origin origin;
	const char *message;       /* "message: rule" or a sentence; never NULL */
	const char *hint;          /* what usually helps; "" where nothing does */
	const char *ours;          /* our list, where a negotiation failed; else NULL */
	const char *theirs;        /* the peer's list, where a negotiation failed; else NULL */
	const char *peer_text;     /* the peer's own words (DISCONNECT, OPEN_FAILURE); else NULL */
	unsigned long peer_reason; /* the reason number that came with peer_text */
};

/* The name of a code ("NACRE_E_TIMEOUT"); "NACRE_OK" for 0; "unknown" for a number that is none. Static. */
NACRE_API const char *nacre_status_name(int code);

/* The sentence and the hint of a code, from errors.def. Static, never NULL. */
NACRE_API const char *nacre_status_text(int code);
NACRE_API const char *nacre_status_hint(int code);

/* The name of an origin: "peer", "protocol", "local", "resource", "crypto", "none". Static. */
NACRE_API const char *nacre_origin_name(enum nacre_origin origin);

#ifdef __cplusplus
}
#endif
#endif
