/* The authentication of a client: what was tried, what the server said, and who decides what is tried next.
 *
 * nacre_client_connect asks a strategy before every request. nacre_auth_default is one: a pure function of what it is
 * shown; a caller's own may decide everything by itself, or change a few cases and leave the rest to it. */
#ifndef NACRE_AUTH_H
#define NACRE_AUTH_H

#include <nacre/event.h>
#include <nacre/key.h>

#ifdef __cplusplus
extern "C" {
#endif

struct nacre_connect_options;

/* Where a key came from. Keys of the last two are automatic: nobody named them. */
enum nacre_key_source { NACRE_KEY_GIVEN, NACRE_KEY_FILE, NACRE_KEY_AGENT, NACRE_KEY_DISCOVERED };

enum nacre_attempt_result {
	NACRE_ATTEMPT_OPEN,     /* the server has not answered */
	NACRE_ATTEMPT_REFUSED,
	NACRE_ATTEMPT_PARTIAL,  /* accepted, and more is wanted (RFC 4252 5.1) */
	NACRE_ATTEMPT_ACCEPTED, /* it was the last one that was wanted */
	NACRE_ATTEMPT_GIVEN_UP  /* on this side: `error` says why. The server was asked at most about a public key */
};

/* One attempt. Strings are cut to their room and NUL-terminated; what the server said is escaped. */
struct nacre_attempt {
	const char *method; /* "none", "password", "publickey", "keyboard-interactive"; static */
	enum nacre_attempt_result result;
	int error; /* GIVEN_UP: NACRE_E_KEY_PASSPHRASE, _KEY_PASSPHRASE_WRONG, _CANCELLED (a person gave up), ...; else 0 */
	unsigned refusals; /* by the server: two where it was asked about a second algorithm of the same key */
	enum nacre_key_source source; /* "publickey" */
	char name[128];               /* "publickey": the file's name, or the agent's comment; else "" */
	char key_type[64];            /* "publickey": "ssh-ed25519"; else "" */
	char fingerprint[64];         /* "publickey": "SHA256:..."; else "" */
	char remaining[256];          /* the methods that the server would take next, as it answered */
};

/* A key that can be offered. Public halves are known; what is locked is unlocked only if the server would take it. */
struct nacre_auth_key {
	const nacre_key *key; /* borrowed until nacre_client_connect returns, as all of this */
	enum nacre_key_source source;
	const char *name;
	bool tried; /* was accepted, or refused while the server took keys */
};

struct nacre_auth_state {
	const char *host, *user;
	const struct nacre_connect_options *options;
	const char *methods; /* what the server would take now, comma-separated; NULL: it has not said */
	bool partial;        /* something was accepted, and more is wanted */
	const struct nacre_attempt *attempts; /* oldest first; none is OPEN */
	size_t n_attempts;
	const struct nacre_auth_key *keys; /* in the order in which they are worth trying */
	size_t n_keys;
};

enum nacre_auth_kind {
	NACRE_AUTH_STOP,
	NACRE_AUTH_NONE,       /* RFC 4252 5.2 */
	NACRE_AUTH_KEY,        /* key, probe */
	NACRE_AUTH_PASSWORD,   /* password; NULL: a person is asked, by options.ask */
	NACRE_AUTH_INTERACTIVE /* password (may be NULL) answers a first round of one prompt without echo; all else goes to
	                          options.prompts, or, where it is one prompt without echo, to options.ask */
};

struct nacre_auth_next {
	enum nacre_auth_kind kind;
	const nacre_key *key; /* one of state.keys, or another that can sign; borrowed until nacre_client_connect returns */
	bool probe;           /* ask first whether the key would do; always so where the private half is not at hand */
	const char *password; /* borrowed likewise */
};

/* Says what to try next. next: zeroed, which is to stop. Returns 0; anything else stops. It may take its time: no
 * deadline runs meanwhile. */
typedef int nacre_auth_strategy(void *ctx, const struct nacre_auth_state *state, struct nacre_auth_next *next);

/* The order: keys as they come, then the password, then keyboard-interactive (or as options.auth_methods says), each
 * only while the server takes it. Without a credential that was given "none" goes first, which asks for the list. A
 * single given key that is unlocked is sent at once, others are offered first. Once four requests with automatic keys
 * were refused the rest waits until nothing but keys is left. The password answers keyboard-interactive only where it
 * was not sent as a password. A person is asked three times at most for each. ctx is not looked at. */
NACRE_API int nacre_auth_default(void *ctx, const struct nacre_auth_state *state, struct nacre_auth_next *next);

#ifdef __cplusplus
}
#endif
#endif
