/* A connection: the SSH protocol as a pure function of bytes, for either role.
 *
 * Nothing here does I/O. Bytes from the peer go in, bytes for the peer come out, and events tell what happened. Put it
 * in any event loop:
 *
 *   for (;;) {
 *       while (nacre_conn_next_event(conn, &ev) == 1)  handle(&ev);      // may answer, open channels, read, write
 *       wants = nacre_conn_wants(conn);
 *       if (wants & NACRE_WANT_CLOSED)  break;
 *       poll for READ and WRITE as wanted, until nacre_conn_deadline(conn);
 *       nacre_conn_tick(conn, now);
 *       readable: p = nacre_conn_recv_space(conn, &n);  k = read(fd, p, n);  nacre_conn_received(conn, k);
 *       writable: p = nacre_conn_output(conn, &n);      k = write(fd, p, n); nacre_conn_sent(conn, k);
 *   }
 *
 * (examples/poll_client.c is that loop, whole.) After nacre_conn_received, take events until there are none: that is
 * what moves the protocol on. A connection is used by one thread at a time; two connections share nothing.
 *
 * Pointers that take a result are never NULL, where nothing else is said.
 * Every function returns NACRE_OK or a negative NACRE_E_*, where nothing else is said. NACRE_E_MISUSE leaves the
 * connection as it was. Failures of the protocol, of crypto and of memory are final: they are kept (nacre_conn_error),
 * a DISCONNECT is queued where it can help the peer, and NACRE_EVENT_CLOSED is the last event. */
#ifndef NACRE_CONN_H
#define NACRE_CONN_H

#include <nacre/algorithms.h>
#include <nacre/env.h>
#include <nacre/event.h>
#include <nacre/key.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_conn nacre_conn;

enum nacre_role { NACRE_CLIENT, NACRE_SERVER };

/* Zero everywhere means the default. Strings and keys are copied or, where it says so, borrowed until
 * nacre_conn_free. */
struct nacre_conn_options {
	size_t size; /* sizeof(struct nacre_conn_options) */
	enum nacre_role role;
	int64_t now_ms; /* the current time on a monotonic clock of the caller's */

	/* Algorithms (algorithms.h): "default", "legacy" or "strict", NULL for the first; then lists that edit or
	 * replace the preset's, NULL: as they are; then names that are taken out. An unknown name is
	 * NACRE_E_ARGUMENT. */
	const char *preset;
	const char *kex, *host_key_algorithms, *ciphers, *macs;
	/* NULL: "none". "zlib@openssh.com" begins after authentication, "zlib" before it; each direction is packed
	 * where both sides name one. What is packed tells a listener more by its length. NACRE_E_UNSUPPORTED without
	 * zlib. */
	const char *compression;
	const char *pubkey_algorithms; /* client: which it may use; server: which it accepts and announces (RFC 8308) */
	struct nacre_disabled_algorithms disabled;
	/* client: the key types that are known for this host, comma-separated ("ssh-rsa,ssh-ed25519"): algorithms for
	 * them are offered first. */
	const char *known_key_types;
	/* client: ask for host certificates (cert.h), before anything else; false: only where host_key_algorithms names
	 * them. HOST_KEY then may show a certificate: it is for the caller to check. */
	bool host_certificates;
	const char *software;     /* softwareversion of our identification; NULL: "Nacre_" and the version */
	bool require_strict_kex;  /* (as "strict" does) fail where the peer does not do strict key exchange */

	int ident_timeout_ms; /* until the peer's identification is whole; 0: 15000, -1: none */
	int kex_timeout_ms;   /* for each key exchange; 0: 30000, -1: none */
	int auth_timeout_ms;  /* client: for each answer of the server; server: for all of authentication. 0: 30000 (client),
	                         120000 (server); -1: none */

	/* A rekey starts after any of these; never before authentication. A cipher's own limit is kept besides. */
	uint64_t rekey_bytes;   /* in either direction; 0: 1 GiB */
	uint64_t rekey_packets; /* in either direction; 0: 2^31 */
	int64_t rekey_ms;       /* 0: one hour; -1: never by time */

	int keepalive_ms;       /* ask for a sign of life after so long without a packet; 0: never */
	unsigned keepalive_max; /* give up after so many unanswered; 0: 3 */

	size_t memory_max;   /* bytes that the connection may hold; 0: 64 MiB. Over it no more is read. */
	uint32_t window;     /* of a channel at first; 0: 2 MiB */
	uint32_t window_max; /* that it may grow to; 0: 16 MiB */
	unsigned channels_max; /* 0: 1024 */

	/* server */
	/* At most 64; the list is copied, the keys are borrowed. A key without its private half asks NACRE_EVENT_SIGN.
	 * A host's certificate joined to its key (nacre_cert_with_key) is one more, for clients that know its
	 * authority; the plain key is wanted beside it, for the others. */
	const nacre_key *const *host_keys;
	size_t n_host_keys;
	/* Tell clients all plain host keys once they have authenticated, and prove them where they ask ("hostkeys",
	 * draft-ietf-sshm-hostkey-update): so they learn of new ones before the old ones go. Each signs once for each
	 * connection; those without their private half ask SIGN, during which the rest of the connection goes on. */
	bool announce_host_keys;
	/* The content of a file in moduli(5)'s format, for diffie-hellman-group-exchange; borrowed until
	 * nacre_conn_free. NULL: the groups of RFC 3526. nacre_file_read reads it. */
	const uint8_t *moduli;
	size_t n_moduli;
	const char *auth_banner;   /* sent before the first answer to an auth request, at most 32768 bytes; NULL: none */
	const char *auth_methods;  /* offered; NULL: "publickey,password" */
	unsigned auth_tries_max;   /* refused requests until DISCONNECT; 0: 6 */

	char *why;       /* takes a sentence where nacre_conn_new fails: which option, and why; NULL: not wanted */
	size_t why_size; /* bytes at why, with the NUL */
};

/* Makes a connection. env: nacre_env_default() or one of the caller's; borrowed until nacre_conn_free. *conn is NULL on
 * failure: NACRE_E_ARGUMENT (the options, or no env), NACRE_E_NOMEM, NACRE_E_RANDOM. */
NACRE_API int nacre_conn_new(const struct nacre_env *env, const struct nacre_conn_options *options, nacre_conn **conn)
    NACRE_CHECK;
/* Wipes and frees; sends nothing. NULL is fine. */
NACRE_API void nacre_conn_free(nacre_conn *conn);

/* --- bytes --- */

/* Borrows the input buffer: *n bytes (at least 1, often 256 KiB while data flows) may be written at the result, until
 * the next call on the connection. NULL where nothing is read now: over the memory budget, or closed. */
NACRE_API uint8_t *nacre_conn_recv_space(nacre_conn *conn, size_t *n);
/* Says that n bytes were put there. Then take events. */
NACRE_API int nacre_conn_received(nacre_conn *conn, size_t n);
/* Says that no more bytes will come: the stream ended (error 0) or broke (a NACRE_E_* that says how). */
NACRE_API int nacre_conn_received_end(nacre_conn *conn, int error);
/* Borrows the bytes to write; NULL and 0 where there are none. Valid until nacre_conn_sent, whatever else is called. */
NACRE_API const uint8_t *nacre_conn_output(nacre_conn *conn, size_t *n);
/* Says that the first n of them were written. */
NACRE_API int nacre_conn_sent(nacre_conn *conn, size_t n);

/* --- turns --- */

#define NACRE_WANT_READ 1u   /* bytes from the peer */
#define NACRE_WANT_WRITE 2u  /* there is output */
#define NACRE_WANT_ANSWER 4u /* a question is open */
#define NACRE_WANT_TIMER 8u  /* nacre_conn_deadline is set */
#define NACRE_WANT_CLOSED 16u /* over: no more bytes either way */

NACRE_API unsigned nacre_conn_wants(const nacre_conn *conn);
/* Takes the next event: 1 and *event is filled in, or 0 where there is none now (event->type is NACRE_EVENT_NONE). */
NACRE_API int nacre_conn_next_event(nacre_conn *conn, struct nacre_event *event);
/* The time at which nacre_conn_tick must be called at the latest, on the caller's clock in ms; -1: no deadline. There
 * is one after the end, too, while output waits: a peer that does not read its DISCONNECT is given five seconds. */
NACRE_API int64_t nacre_conn_deadline(const nacre_conn *conn);
/* Tells the time. Ends what is overdue, starts rekeys and keepalives, gives idle buffers back. */
NACRE_API int nacre_conn_tick(nacre_conn *conn, int64_t now_ms);

/* --- answers: each takes the token of its question; another token is NACRE_E_MISUSE --- */

/* HOST_KEY: accept (error 0), or refuse with the reason (NACRE_E_HOST_KEY_UNKNOWN, _CHANGED, _REVOKED, _PIN): the
 * connection then ends with that error. */
NACRE_API int nacre_conn_answer_host_key(nacre_conn *conn, uint64_t token, int error);
/* AUTH: try "none", a password, or a key as this user. Strings are copied and secrets wiped as soon as they are sent.
 * The key is borrowed until the next AUTH, AUTHENTICATED or CLOSED event. With probe the server is asked first whether
 * the key would do; a key without its private half is always probed, and then asks SIGN. */
NACRE_API int nacre_conn_answer_auth_none(nacre_conn *conn, uint64_t token, const char *user);
NACRE_API int nacre_conn_answer_auth_password(nacre_conn *conn, uint64_t token, const char *user, const char *password);
NACRE_API int nacre_conn_answer_auth_publickey(nacre_conn *conn, uint64_t token, const char *user, const nacre_key *key,
    bool probe);
/* AUTH: try "keyboard-interactive" (RFC 4256): the server's questions come as PROMPTS. submethods: a hint,
 * comma-separated; NULL: none. */
NACRE_API int nacre_conn_answer_auth_interactive(
    nacre_conn *conn, uint64_t token, const char *user, const char *submethods);
/* PROMPTS: n answers, as many as there are prompts (else NACRE_E_ARGUMENT, and the question stays open), each at most
 * 16384 bytes; they are wiped as soon as they are sent. n 0 answers a question without prompts; answers NULL declines
 * one with them: the attempt is given up, and AUTH is asked again without counting a refusal. */
NACRE_API int nacre_conn_answer_prompts(nacre_conn *conn, uint64_t token, const char *const *answers, size_t n);
/* NEW_PASSWORD: the old password and a new one, wiped as soon as they are sent. new_password NULL declines: AUTH is
 * asked again, and the password counts as refused. */
NACRE_API int nacre_conn_answer_new_password(
    nacre_conn *conn, uint64_t token, const char *old_password, const char *new_password);
/* AUTH: there is nothing more to try; the connection ends with NACRE_E_AUTH and the given message (may be NULL). */
NACRE_API int nacre_conn_answer_auth_stop(nacre_conn *conn, uint64_t token, const char *message);
/* SIGN: with the unlocked key, or with a signature blob (RFC 4253 6.6) made elsewhere; NULL declines. */
NACRE_API int nacre_conn_answer_sign_key(nacre_conn *conn, uint64_t token, const nacre_key *key);
NACRE_API int nacre_conn_answer_sign(nacre_conn *conn, uint64_t token, const uint8_t *signature, size_t n);
/* AUTH_REQUEST */
enum nacre_auth_verdict {
	NACRE_AUTH_REJECT,
	NACRE_AUTH_ACCEPT, /* for a probe: the key would do */
	NACRE_AUTH_PARTIAL /* accepted, and more is wanted */
};
/* methods: those that can continue, for REJECT and PARTIAL; NULL: as configured. */
NACRE_API int nacre_conn_answer_auth_request(nacre_conn *conn, uint64_t token, enum nacre_auth_verdict verdict,
    const char *methods);
/* The password of an open AUTH_REQUEST of method "password", with `change` the old one: *n bytes, borrowed until the
 * answer, then wiped. */
NACRE_API const uint8_t *nacre_conn_auth_password(nacre_conn *conn, uint64_t token, size_t *n);
/* AUTH_REQUEST of method "password" whose password is right but no longer good: asks for a new one (RFC 4252 8) in
 * words for the user. The next request may then come with `change` set: nacre_conn_auth_password is the old password,
 * nacre_conn_auth_new_password the new one, and to accept means that it was changed. Unasked changes are refused. */
NACRE_API int nacre_conn_ask_new_password(nacre_conn *conn, uint64_t token, const char *words);
NACRE_API const uint8_t *nacre_conn_auth_new_password(nacre_conn *conn, uint64_t token, size_t *n);
/* AUTH_REQUEST of method "keyboard-interactive": asks the user (copied; `round` is not looked at). Its responses come
 * as another AUTH_REQUEST with `round` one higher. However often it is asked, the whole is one try. At most
 * NACRE_PROMPTS_MAX prompts and 100 rounds; more, or words that do not fit 32768 bytes, are NACRE_E_ARGUMENT. */
NACRE_API int nacre_conn_ask_prompts(nacre_conn *conn, uint64_t token, const struct nacre_prompts *prompts);
/* Response i (from 0) of an open AUTH_REQUEST: *n bytes, borrowed until the answer, then wiped; NULL where there is
 * none. */
NACRE_API const uint8_t *nacre_conn_auth_response(nacre_conn *conn, uint64_t token, unsigned i, size_t *n);
/* CHANNEL_OPEN: reason 0 accepts; else RFC 4254 5.1's number (1 prohibited, 2 connect failed, 3 unknown type, 4
 * shortage) and a text (may be NULL). */
NACRE_API int nacre_conn_answer_channel_open(nacre_conn *conn, uint64_t token, uint32_t reason, const char *text);
/* CHANNEL_REQUEST; replies leave in the order of the requests, whatever the order of the answers. */
NACRE_API int nacre_conn_answer_request(nacre_conn *conn, uint64_t token, bool ok);
/* GLOBAL_REQUEST; data (may be NULL) follows a success. */
NACRE_API int nacre_conn_answer_global(nacre_conn *conn, uint64_t token, bool ok, const uint8_t *data, size_t n);

/* --- operations --- */

/* Starts a key exchange; nothing where one runs. NACRE_E_MISUSE before authentication. */
NACRE_API int nacre_conn_rekey(nacre_conn *conn);
/* Sends IGNORE with n random bytes (RFC 4253 11.2), n at most 32768. NACRE_E_AGAIN during a key exchange, and while
 * 512 KiB of output wait to be written. */
NACRE_API int nacre_conn_send_ignore(nacre_conn *conn, size_t n);
/* Asks for a sign of life now (keepalive@openssh.com); counted like the timed ones. */
NACRE_API int nacre_conn_keepalive(nacre_conn *conn);
/* Sends a global request (RFC 4254 4). operation: NULL where no reply is wanted, else the number that GLOBAL_REPLY will
 * carry. At most 64 may be unanswered: then NACRE_E_AGAIN. So it is, too, while 512 KiB of output wait to be written,
 * or 48 KiB for the end of a key exchange: take events and write, then ask again. */
NACRE_API int nacre_conn_global_request(nacre_conn *conn, const char *name, const uint8_t *payload, size_t n,
    uint64_t *operation);
/* Queues DISCONNECT (RFC 4253 11.1) and ends the connection; the output can still be written. */
NACRE_API int nacre_conn_disconnect(nacre_conn *conn, uint32_t reason, const char *text);

/* --- what is known --- */

struct nacre_conn_info {
	bool active;        /* keys are in use and nothing has failed */
	bool authenticated;
	bool strict_kex;
	bool in_kex;        /* an exchange runs now */
	enum nacre_phase phase; /* BANNER, KEX, AUTH or OPEN */
	struct nacre_bytes session_id;      /* the first exchange hash; empty before it */
	struct nacre_bytes our_ident;       /* without CR LF */
	struct nacre_bytes peer_ident;
	struct nacre_bytes banner;          /* client: all USERAUTH_BANNERs so far, at most 64 KiB; raw */
	struct nacre_bytes user;            /* as authenticated; empty before */
	struct nacre_bytes host_key_signature; /* client: the server's, of the session id; empty before the exchange */
	const nacre_key *server_key;        /* NULL before the exchange; borrowed until nacre_conn_free */
	const char *kex, *host_key_algorithm; /* negotiated; NULL before. Static. */
	const char *cipher_out, *cipher_in, *mac_out, *mac_in; /* mac: "<implicit>" for an AEAD */
	const char *compression_out, *compression_in;
	struct nacre_bytes peer_sig_algs;   /* the peer's server-sig-algs (RFC 8308 3.1); empty: not sent */
	uint64_t bytes_in, bytes_out, packets_in, packets_out;
	unsigned kex_count;                 /* finished exchanges */
	unsigned keepalives_unanswered;
	uint64_t keepalive_replies;
	size_t memory;                      /* bytes held now */
};

/* A view: pointers live until the next call on the connection, unless they are static. */
NACRE_API void nacre_conn_get_info(const nacre_conn *conn, struct nacre_conn_info *info);
/* What the peer proposes: its KEXINIT's lists (RFC 4253 7.1), as it sent them. */
struct nacre_proposal {
	struct nacre_bytes kex, host_key, cipher_c2s, cipher_s2c, mac_c2s, mac_s2c;
	struct nacre_bytes compression_c2s, compression_s2c, language_c2s, language_s2c;
	bool first_kex_follows;
};
/* A view, as above. It is there from the peer's KEXINIT until that exchange is over, at HOST_KEY for one, and stays
 * where the exchange has failed; else NACRE_E_AGAIN, and *proposal is zeroed. */
NACRE_API int nacre_conn_peer_proposal(const nacre_conn *conn, struct nacre_proposal *proposal);
/* Why it failed; code 0 where it did not. */
NACRE_API void nacre_conn_error(const nacre_conn *conn, struct nacre_error *error);

#ifdef __cplusplus
}
#endif
#endif
