/* Events: what a connection tells its owner. Taken one at a time with nacre_conn_next_event.
 *
 * A question carries a token and waits for its nacre_conn_answer_* call: until then the connection (host key, auth,
 * sign) or only the reply on that channel (open, request) waits. The answer may come minutes later; the timeouts of the
 * handshake do not run while a question to a person is open. A notice needs no answer.
 *
 * Pointers in an event are borrowed until the next call of nacre_conn_next_event, nacre_conn_recv_space or
 * nacre_conn_received on that connection: copy what must live longer. Strings that came from the peer are raw bytes
 * with a length; nacre_text_escape makes them fit to show. Secrets are never in an event. */
#ifndef NACRE_EVENT_H
#define NACRE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <nacre/key.h>
#include <nacre/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes with a length; not NUL-terminated. p may be NULL where n is 0. */
struct nacre_bytes {
	const uint8_t *p;
	size_t n;
};

enum nacre_event_type {
	NACRE_EVENT_NONE,

	/* Questions. */
	NACRE_EVENT_HOST_KEY,        /* client: key. It has proved itself; is it the right one? */
	NACRE_EVENT_AUTH,            /* client: which credential next? methods (empty: not known yet), partial, attempts */
	NACRE_EVENT_SIGN,            /* key, algorithm (as it stands in the signature), data: sign with a private half that
	                                the connection does not have */
	NACRE_EVENT_PROMPTS,         /* client: prompts: what the server asks in "keyboard-interactive" (RFC 4256 3.2) */
	NACRE_EVENT_NEW_PASSWORD,    /* client: user, data (the server's words): the password has expired (RFC 4252 8) */
	NACRE_EVENT_AUTH_REQUEST,    /* server: user, method, key, probe, change, round, responses; secrets by
	                                nacre_conn_auth_password, _new_password and _response */
	NACRE_EVENT_CHANNEL_OPEN,    /* channel, name (the type), data (the type's own payload) */
	NACRE_EVENT_CHANNEL_REQUEST, /* channel, name, data; token 0 where no reply is wanted: then it is a notice */
	NACRE_EVENT_GLOBAL_REQUEST,  /* name, data; token 0 where no reply is wanted: then it is a notice */

	/* Notices. */
	NACRE_EVENT_KEX_DONE,         /* keys are in use (anew); nacre_conn_get_info tells the algorithms. rekey: not the first */
	NACRE_EVENT_BANNER,           /* client: data: text of the server to show before authentication (RFC 4252 5.4) */
	NACRE_EVENT_AUTHENTICATED,    /* user, method: the one that succeeded last; client: trivial */
	NACRE_EVENT_CHANNEL_OPENED,   /* channel, data (the confirmation's own payload) */
	NACRE_EVENT_CHANNEL_REFUSED,  /* channel (gone after this event), reason, data (the peer's description) */
	NACRE_EVENT_CHANNEL_DATA,     /* channel, stream: peek finds bytes; given once until everything was consumed */
	NACRE_EVENT_CHANNEL_WRITABLE, /* channel: write_space has room again, after it had none */
	NACRE_EVENT_CHANNEL_EOF,      /* channel: no more data will come (what is buffered can still be read) */
	NACRE_EVENT_CHANNEL_EXIT,     /* channel: exit (status or signal) */
	NACRE_EVENT_CHANNEL_REPLY,    /* channel, operation, ok: the answer to nacre_conn_channel_request */
	NACRE_EVENT_GLOBAL_REPLY,     /* operation, ok, data: the answer to nacre_conn_global_request */
	NACRE_EVENT_CHANNEL_CLOSED,   /* channel: the peer closed it; it stays readable until nacre_conn_channel_close */
	NACRE_EVENT_CLOSED            /* the connection is over: nacre_conn_error says why. The last event. */
};

/* How a command ended (RFC 4254 6.10). */
enum nacre_exit_kind {
	NACRE_EXIT_NONE,   /* the peer said nothing */
	NACRE_EXIT_STATUS, /* status */
	NACRE_EXIT_SIGNAL  /* signal, core_dumped, message */
};

struct nacre_exit {
	enum nacre_exit_kind kind;
	uint32_t status;
	bool core_dumped;
	char signal[32];   /* "TERM", without "SIG"; escaped, NUL-terminated */
	char message[128]; /* the peer's words; escaped, NUL-terminated */
};

enum nacre_stream {
	NACRE_STDOUT = 0, /* channel data */
	NACRE_STDERR = 1  /* extended data of type 1 (RFC 4254 5.2) */
};

#define NACRE_PROMPTS_MAX 32 /* in one question of "keyboard-interactive" */

/* What a person is asked (RFC 4256 3.2). All bytes come from the server: nacre_text_escape makes them fit to show. */
struct nacre_prompt {
	struct nacre_bytes text;
	bool echo; /* the answer may be seen while it is typed */
};

struct nacre_prompts {
	struct nacre_bytes name, instruction; /* either may be empty */
	const struct nacre_prompt *prompts; /* n of them; NULL where n is 0: then only the words are to be shown */
	size_t n;
	unsigned round; /* 0: the first question of this attempt */
};

struct nacre_event {
	enum nacre_event_type type;
	uint64_t token;             /* a question's; 0 for a notice */
	uint32_t channel;           /* our number of the channel */
	enum nacre_stream stream;
	uint64_t operation;         /* the number that the submitting call gave */
	bool ok;
	bool partial;               /* AUTH: the last credential was accepted, and more are wanted */
	bool probe;                 /* AUTH_REQUEST: "would this key do?"; nothing is proved yet */
	bool rekey;                 /* KEX_DONE */
	bool trivial;               /* AUTHENTICATED, client: the server has looked at no credential: by "none", or without
	                               a prompt that was answered */
	bool change;                /* AUTH_REQUEST: a password with a new one, as nacre_conn_ask_new_password wanted */
	unsigned round;             /* AUTH_REQUEST by "keyboard-interactive": how often the client was asked */
	unsigned responses;         /* AUTH_REQUEST: how many answers came in this round */
	uint32_t reason;            /* CHANNEL_REFUSED: RFC 4254 5.1's numbers */
	unsigned attempts;          /* AUTH: credentials that the server has refused so far */
	unsigned refusals;          /* AUTH: FAILUREs so far: a key whose second algorithm was tried too has had two */
	const nacre_key *key;       /* borrowed */
	struct nacre_bytes user, name, methods, algorithm, method, data;
	const struct nacre_exit *exit;
	const struct nacre_prompts *prompts;
};

/* Writes bytes that came from a peer so that a terminal shows them safely: control characters, bidirectional overrides
 * and invalid UTF-8 as \xNN; newline and tab pass where keep_lines is true. Always NUL-terminates; cap > 0. Returns the
 * length without the NUL. */
NACRE_API size_t nacre_text_escape(char *out, size_t cap, struct nacre_bytes in, bool keep_lines);

#ifdef __cplusplus
}
#endif
#endif
