/* The client: connect to a server, trust it or not, authenticate, run commands. Blocking, with a deadline on every
 * wait.
 *
 *   nacre_client *client = nacre_client_new(NULL);
 *   rc = nacre_client_load_system_host_keys(client, NULL);
 *   rc = nacre_client_connect(client, "example.org", &(struct nacre_connect_options){.size = ..., .key_file = "id"});
 *   rc = nacre_client_run(client, "uname -a", NULL, &result);
 *   nacre_client_free(client);
 *
 * (examples/readme.c is this, whole.) It is built on the core (conn.h), which has no I/O of its own, and on io.h.
 *
 * Threads: one client, with its channels, is used by one thread at a time; different clients share nothing. No thread
 * is started: between calls nothing runs, so keepalives are sent and rekeys answered during the next call.
 *
 * Options are structs with a size field: set it to the struct's sizeof and leave the rest zero for the defaults.
 * Strings are NUL-terminated UTF-8 unless a length goes with them, and are copied unless "borrowed" is said.
 *
 * Pointers that take a result (channel, result, exit, error) are never NULL.
 * Results: NACRE_OK or a negative NACRE_E_*. A failed call leaves the details in nacre_client_error. A NULL client is
 * NACRE_E_ARGUMENT everywhere (so the result of nacre_client_new need not be checked by itself).
 *
 * Callbacks (policy, ask, log) run inside a call, on its thread. From them the client may be closed or freed: the
 * running call then ends with NACRE_E_CANCELLED as soon as the callback has returned. Other calls that would wait or
 * change the connection are NACRE_E_MISUSE there. */
#ifndef NACRE_CLIENT_H
#define NACRE_CLIENT_H

#include <nacre/agent.h>
#include <nacre/auth.h>
#include <nacre/carrier.h>
#include <nacre/channel.h>
#include <nacre/config.h>
#include <nacre/conn.h>
#include <nacre/dial.h>
#include <nacre/env.h>
#include <nacre/event.h>
#include <nacre/key.h>
#include <nacre/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pollfd;
typedef struct nacre_client nacre_client;
typedef struct nacre_channel nacre_channel; /* a channel of a client's connection: a running command, often */

/* --- life --- */

/* Makes a client. env: NULL for nacre_env_default(), else borrowed until the client and all its channels are gone.
 * Returns NULL without memory or randomness. */
NACRE_API nacre_client *nacre_client_new(const struct nacre_env *env);
/* Closes and frees. Channels that are still open become dead handles: give each back with nacre_channel_close. NULL is
 * fine. */
NACRE_API void nacre_client_free(nacre_client *client);
/* Ends the connection: queues DISCONNECT (RFC 4253 11.1), writes what the socket takes at once, and closes it. Never
 * waits. Host keys and settings stay; connecting again is allowed. Not connected, or NULL: nothing happens. */
NACRE_API void nacre_client_close(nacre_client *client);
/* Why the last call failed, in full; code 0 where it did not. The strings live until the next call on the client. A
 * NULL client gives NACRE_E_ARGUMENT. */
NACRE_API void nacre_client_error(const nacre_client *client, struct nacre_error *error);

/* --- log --- */

enum nacre_log_level { NACRE_LOG_DEBUG, NACRE_LOG_INFO, NACRE_LOG_WARNING, NACRE_LOG_ERROR };

/* DEBUG: each step. INFO: how connections begin and end. WARNING: something that a person should know. ERROR: what the
 * caller is told as well, why a connect failed or a connection ended.
 *
 * channel: the name given to nacre_client_set_log_channel. message: one line, without newline, without control
 * characters, at most 511 bytes, never with a secret in it at any level. Both live during the call. (Packets in words
 * are the trace's: env.h, trace.h.) */
typedef void nacre_log_fn(void *ctx, enum nacre_log_level level, const char *channel, const char *message);

/* Says who hears what happens; fn NULL (the default): nobody. ctx is passed on and stays the caller's. */
NACRE_API void nacre_client_set_log(nacre_client *client, nacre_log_fn *fn, void *ctx);
/* The least level that is told; the default, NACRE_LOG_DEBUG, is everything. May be called in a callback. */
NACRE_API void nacre_client_set_log_level(nacre_client *client, enum nacre_log_level least);
/* Names the log channel of this client; NULL and the default: "nacre.transport".
 * Returns NACRE_OK, NACRE_E_ARGUMENT (longer than 63 bytes), or NACRE_E_MISUSE in a callback. */
NACRE_API int nacre_client_set_log_channel(nacre_client *client, const char *name);

/* --- connect --- */

enum nacre_ask { NACRE_ASK_PASSWORD, NACRE_ASK_PASSPHRASE };

/* Asks a person. about: "user@host" for a password, the file's name for a passphrase. answer: room for cap bytes with
 * the NUL; it is wiped after use. Returns 0, or nonzero to give up. No deadline runs meanwhile. */
typedef int nacre_ask_fn(void *ctx, enum nacre_ask what, const char *about, char *answer, size_t cap);

/* Asks a person what the server asks in "keyboard-interactive" (RFC 4256 3.3). answers: as many rooms as there are
 * prompts, each of cap bytes with the NUL; they are wiped after use. Without prompts the words are only to be shown.
 * Returns 0, or nonzero to give up. No deadline runs meanwhile. */
typedef int nacre_prompts_fn(void *ctx, const struct nacre_prompts *prompts, char *const *answers, size_t cap);

/* Asks a person for a new password, since the old one has expired (RFC 4252 8). words: the server's; answer as in
 * nacre_ask_fn. Returns 0, or nonzero to leave it as it is: then the password counts as refused. */
typedef int nacre_new_password_fn(void *ctx, struct nacre_bytes words, char *answer, size_t cap);

/* Hears what the server wants to have shown (RFC 4252 5.4), as it comes: before what is asked after it, and where the
 * server then lets nobody in. words: the server's, raw; nacre_text_escape makes them fit to show. At most 64 KiB come
 * in all. */
typedef void nacre_banner_fn(void *ctx, struct nacre_bytes words);

struct nacre_connect_options;

/* Makes the way to the server: a connected stream socket in *sock (-1 before), or functions in *carrier (zeroed
 * before), for the client to own. timeout_ms: what is left, -1 for no limit. Returns NACRE_OK, or the NACRE_E_* that
 * nacre_client_connect is to fail with. */
typedef int nacre_transport_fn(void *ctx, nacre_client *client, const char *host, unsigned port, int timeout_ms,
    int *sock, struct nacre_carrier *carrier);

/* Changes what is used for one jump host; called for each before anything is connected. hop: 0 for the first. *host:
 * its name, after the configuration's Hostname; options->config is what was found there, and not used where *host is
 * changed. options: see `jump`. Strings that are put there are borrowed until nacre_client_connect returns. Returns 0
 * to go on, anything else ends the connect with NACRE_E_CANCELLED. */
typedef int nacre_hop_fn(void *ctx, unsigned hop, const char **host, struct nacre_connect_options *options);

/* What to connect with, in this order: the account and its credentials, what may be done with them, the agent, trust,
 * times, algorithms and limits, the way to the server, configuration files. What later versions add comes behind
 * them. */
struct nacre_connect_options {
	size_t size; /* sizeof(struct nacre_connect_options) */

	unsigned port; /* 0: 22 */
	const char *user; /* NULL: the login name of this process's user */

	/* Credentials. A single unlocked key, or only a password, is sent at once; a locked key, or one of several, is
	 * first offered by its public half and unlocked only when the server would take it. With none of them the
	 * server is asked what it allows ("none", RFC 4252 5.2). Keys go before the password (auth.h). The password
	 * opens locked keys where no passphrase was given; the passphrase is never sent to the server. */
	const char *password;
	const nacre_key *key; /* with its private half; borrowed during the call */
	const char *key_file; /* must pass the checks of nacre_key_load */
	const char *const *key_files; /* more of them, NULL at the end; NULL: none */
	const char *passphrase; /* of the key files that are locked */
	nacre_ask_fn *ask; /* for a passphrase or password that is missing; NULL: nobody is asked */
	void *ask_ctx;
	/* Files of users' certificates, NULL at the end; NULL: none. Each is offered before the plain key that it is
	 * for, wherever that comes from (a file, the agent unless identities_only, those that are found), as is a
	 * "-cert.pub" beside a key file, which is looked at anyway. One that cannot be read, or that is for none of the
	 * keys, is in the log and no failure. */
	const char *const *certificate_files;
	/* Do not try ~/.ssh/id_ed25519, id_ecdsa, id_rsa, id_ecdsa_sk, id_ed25519_sk, id_mldsa44_ed25519, id_dsa. */
	bool no_look_for_keys;
	bool identities_only; /* only keys that were named: none that are found, and of an agent's only those */

	/* Authentication, and who is asked meanwhile (auth.h). */
	nacre_prompts_fn *prompts; /* for keyboard-interactive; NULL: see nacre_auth_next */
	void *prompts_ctx;
	nacre_new_password_fn *new_password; /* NULL: an expired password is a refused one */
	void *new_password_ctx;
	nacre_auth_strategy *auth_strategy; /* NULL: nacre_auth_default */
	void *auth_strategy_ctx;
	const char *auth_methods; /* that may be used, in order; NULL: "publickey,password,keyboard-interactive" */
	/* Take success where the server has looked at no credential, by "none" or by a dialog without a question,
	 * though one was given; else that is NACRE_E_AUTH_TRIVIAL. */
	bool allow_trivial_auth;
	unsigned password_prompts; /* times that a person is asked for a password, and dialogs that are begun; 0: 3 */
	nacre_banner_fn *banner; /* NULL: what the server says is in the log, and in struct nacre_conn_info */
	void *banner_ctx;
	/* GSSAPI is not built in: any of these is NACRE_E_UNSUPPORTED. */
	bool gss_auth, gss_kex, gss_deleg_creds, gss_trust_dns;
	const char *gss_host;

	/* The agent, unless no_agent: `agent` (borrowed during the call), else what listens on agent_path, else what
	 * SSH_AUTH_SOCK names. Where an agent_path is given somebody must listen there. Its keys come after those that
	 * were named; of these it signs for the ones that are locked, or of which key_files name the public half
	 * alone. */
	bool no_agent; /* do not ask an agent for its keys */
	nacre_agent *agent;
	const char *agent_path;
	int agent_timeout_ms; /* for each answer of a socket's; 0 and -1 as in nacre_agent_open. Silent, it is passed over */
	/* Of a socket's agent whose process is neither this user's nor root's (nacre_agent_is_foreign) the log warns;
	 * with this it is not asked at all, and one that agent_path names is NACRE_E_AGENT_OWNER. */
	bool agent_refuse_foreign;
	const char *agent_comments; /* patterns ("work@*,!old*"): only an agent's keys whose comment fits; NULL: all */

	/* Trust (trust.h). Under this name, with no port, the server's key is known and certified; NULL: host. */
	const char *host_key_alias;
	/* Fingerprints ("SHA256:...", "MD5:aa:bb:...") of keys of which the server must have one, NULL at the end;
	 * NULL: none. Such a key is believed whatever known_hosts lack, and every other one refused,
	 * NACRE_E_HOST_KEY_PIN. A server shows the first of its keys that host_key_algorithms wants: name the pinned
	 * key's kind there where it has several. */
	const char *const *host_key_fingerprints;
	/* Look the server's address up, too: a key that is changed or revoked there is refused; where the local set
	 * knows the host and not its address, the address is added. Only for what was dialled here, and without an
	 * alias. */
	bool check_host_ip;
	/* Where this dialled a loopback address (127.0.0.0/8, ::1) take a key that is unknown or changed, and remember
	 * nothing: for home directories that many machines share. Not with an alias; a revoked key and one that is not
	 * pinned are refused all the same. Jump hosts do not get this. */
	bool no_host_auth_for_localhost;
	/* Learn the server's other host keys, and drop those that it has no more (trust.h). */
	enum nacre_update_host_keys update_host_keys;
	nacre_host_keys_update_fn *update_host_keys_ask; /* for ..._ASK */
	void *update_host_keys_ctx;

	/* Times in ms: 0 is the default, -1 is none.
	 *
	 *   connect  30 s   the way to the server: all addresses of the host together, or what stands for that (see dial.h
	 *                   for what the resolver may add)
	 *   banner   15 s   until the server has identified itself
	 *   kex      30 s   each key exchange
	 *   auth     30 s   each answer of the server while authenticating
	 *   channel  60 s   each answer to opening a channel, and to a request that wants a reply */
	int connect_timeout_ms, banner_timeout_ms, kex_timeout_ms, auth_timeout_ms, channel_timeout_ms;
	/* For everything that nacre_client_connect does, jump hosts included; 0 or -1: only the timeouts above count.
	 * The time that callbacks and agents take is not counted. NACRE_E_DEADLINE where it is over. */
	int timeout_ms;

	/* Algorithms and limits, as in struct nacre_conn_options (conn.h). */
	const char *preset; /* "default", "legacy", "strict" */
	const char *kex, *host_key_algorithms, *ciphers, *macs, *pubkey_algorithms;
	bool compress; /* offer zlib@openssh.com first, and none; NACRE_E_UNSUPPORTED where zlib is not built in */
	struct nacre_disabled_algorithms disabled;
	bool require_strict_kex;
	/* The least bits of an RSA key. A server's that has fewer is refused, NACRE_E_KEY_TYPE, before anything secret
	 * is sent, and never learned; one of ours is not shown: NACRE_E_KEY_TYPE where it was named and nothing else
	 * is left. What env.h asks for counts in any case, and so does RequiredRSASize of a configuration. */
	unsigned rsa_bits_min;
	uint64_t rekey_bytes, rekey_packets;
	int64_t rekey_ms;
	int keepalive_ms;
	unsigned keepalive_max;
	uint32_t window, window_max;
	size_t memory_max;

	/* Dialling (dial.h). For `jump` they count for the first jump host. */
	enum nacre_address_family address_family;
	const char *bind_address;
	unsigned connection_attempts; /* rounds over all addresses; 0: one */
	bool no_tcp_keepalive;
	/* One name as in dial.h, or two: the first then counts once a channel has a terminal, the second until then. */
	const char *ip_qos;

	/* Other ways to the server than dialling: at most one of those from here to jump_channel. host and port still
	 * say whose key is expected. */
	const int *sock; /* a connected stream socket. From this call on the client owns and closes it, whatever the result */
	const char *unix_path; /* the server listens on this UNIX socket */
	const struct nacre_carrier *carrier; /* functions; copied, and from this call on the client's, as with sock */
	nacre_transport_fn *transport; /* called when it is time to connect */
	void *transport_ctx;
	/* A command for /bin/sh that joins its standard input and output with the server; NULL or "none": there is
	 * none. %h and %n are the host, %p the port, %r the user, %% is %; a host or user that is put there may hold
	 * letters, digits and . _ - + @ : % , only (NACRE_E_ARGUMENT), so that the shell has nothing to read in them.
	 * The command runs in a session of its own, without a terminal, with none of our other descriptors. It is ended
	 * and waited for when the client closes: SIGHUP, and after at most 200 ms SIGKILL. What it writes to standard
	 * error is in the error (peer_text), its last 800 bytes. */
	const char *proxy_command;
	/* Jump hosts, "[user@]host[:port],..." (also ssh://user@host:port, and [host] for a numeric one with colons),
	 * up to NACRE_JUMPS_MAX; NULL or "none": none. Each is a client of its own within this one, no process is
	 * started, and the connection to the next host goes through it (direct-tcpip, RFC 4254 7.2). They close with
	 * this client.
	 *
	 * A jump host's key is judged as the server's is: by the host keys and the policy of this client, not by what a
	 * configuration's StrictHostKeyChecking says of the server (the policy's `client` argument is then the jump
	 * host's own client, good for nacre_policy_* and for closing). It is asked for the login name where `user` is
	 * missing, and gets the keys, key files, passphrase, agent, algorithms and timeouts of these options; never the
	 * password, and no callback but `ask`, for passphrases only. Where use_config or config_file is set it is
	 * looked up there by the name that is given here, and what is said of it counts as it does for a server (what
	 * is said of the target's algorithms does not); a way of its own, ProxyJump or ProxyCommand, for the first
	 * alone, up to 8 deep. A way that leads through itself is NACRE_E_ARGUMENT. hop may change all that.
	 * nacre_client_failed_hop tells which of them failed; the error's message begins with its name. */
	const char *jump;
	nacre_hop_fn *hop;
	void *hop_ctx;
	/* Through a client that is connected already, which stays the caller's and must live longer; both belong to one
	 * thread, and neither may be used in callbacks of the other. */
	nacre_client *jump_client;
	/* Over an open channel of another client: nacre_client_open_tcp's, or of a command that relays. From this call
	 * on the client's, whatever the result; its client stays the caller's, as above. */
	nacre_channel *jump_channel;

	/* Configuration (config.h), which nobody reads unasked. What the other options say counts more; key files and
	 * certificates add up. Its Hostname takes the place of host. Known hosts are read as it says, at
	 * each connect; the usual files of the user and the system where neither it nor the caller names any. They
	 * count for this connection alone and its jump hosts, beside the caller's, and what is learned goes to them
	 * (trust.h). A policy that was set stays; for nacre_policy_reject StrictHostKeyChecking accept-new and no stand
	 * in during this connect. Files of identities that are missing, or that others can read, are passed over with a
	 * word in the log. What a connection does not serve is in the log (INFO), and nacre_client_config has it, not
	 * `applied`. A session sends what SendEnv and SetEnv name. */
	bool use_config; /* read ~/.ssh/config and /etc/ssh/ssh_config */
	const char *config_file; /* read this instead; use_config need not be set */
	bool config_allow_exec; /* let "Match exec" run commands; else it is NACRE_E_CONFIG_EXEC */
	/* Looked up already, for this host, by its alias or its Hostname: no file is read. Borrowed until the next
	 * connect or the client's end; what is applied is marked there. Jump hosts are looked up in
	 * the files alone, which are read for them where use_config or config_file is set, too. */
	nacre_config_host *config;
};

#define NACRE_JUMPS_MAX 64

/* Connects, checks the host key, authenticates.
 *
 * host: a name or an address; also what known_hosts is searched for. User and host may not be empty, start with '-', or
 * hold control characters. options: NULL for all defaults.
 *
 * Returns NACRE_OK
 *         NACRE_E_MISUSE         connected already (close first), or called from a callback
 *         NACRE_E_ARGUMENT       host, user, an algorithm name, or another option is not usable
 *         NACRE_E_FILE_MISSING, _FILE    a key file is not there, or cannot be used; before anything is sent
 *         NACRE_E_KEY_*          a key file is malformed, or locked without anybody knowing the passphrase
 *         NACRE_E_RESOLVE, _CONNECT, _TIMEOUT_CONNECT   see dial.h
 *         NACRE_E_TIMEOUT_BANNER, _KEX, _AUTH      the server stalls there
 *         NACRE_E_IDENT          something else answers; peer_text of the error is what it said
 *         NACRE_E_DEADLINE       timeout_ms is over
 *         NACRE_E_PROXY          the proxy command ended; peer_text is what it wrote to standard error
 *         NACRE_E_CHANNEL_REFUSED   a jump host does not reach the next host; peer_reason and peer_text say why
 *         NACRE_E_HOST_KEY_UNKNOWN, _CHANGED, _REVOKED   the key is not trusted; nothing secret was sent
 *         NACRE_E_HOST_KEY_PIN   it is none of those in host_key_fingerprints; likewise
 *         NACRE_E_CONFIG, _CONFIG_*   the configuration cannot be used (config.h); before anything is sent
 *         NACRE_E_UNSUPPORTED    a gss option is set, or compress without zlib
 *         NACRE_E_AGENT_OWNER    agent_refuse_foreign is set, and somebody else listens at agent_path
 *         NACRE_E_AUTH           every credential was refused
 *         NACRE_E_AUTH_NOTHING   there is no credential to try
 *         NACRE_E_AUTH_METHODS   the server takes none of the kinds that there are; `theirs` of the error is its list
 *         NACRE_E_AUTH_PARTIAL   it wants one more; `theirs` is what it would take
 *         NACRE_E_AUTH_TRIVIAL   it let us in without looking at the credential that was given
 *         (of all these the message tells the attempts, and nacre_client_auth_attempts gives each)
 *         NACRE_E_KEY_PASSPHRASE_WRONG    the server would have taken a key that the passphrase does not unlock
 *         and what the connection can fail with (conn.h). After a failure the client is closed. */
NACRE_API int nacre_client_connect(
    nacre_client *client, const char *host, const struct nacre_connect_options *options) NACRE_CHECK;

/* Is there an authenticated connection, and has nothing ended it so far? Looks at the socket, but does not wait. */
NACRE_API bool nacre_client_is_active(nacre_client *client);
/* The connection, for what is known about it (nacre_conn_get_info) and for its own calls; NULL where not connected. It
 * lives until nacre_client_close or the next nacre_client_connect. Bytes and events are the client's: do not take
 * them. */
NACRE_API nacre_conn *nacre_client_conn(nacre_client *client);
/* How many the addresses were that the last nacre_client_connect dialled, and what became of each (dial.h); for jump
 * hosts those of the first. NULL where it did not dial. Lives until the next one. */
NACRE_API const struct nacre_dial_log *nacre_client_dial_log(const nacre_client *client);
/* Which jump host the last nacre_client_connect failed at: from 1; 0: none, it was the server or there was no
 * failure. */
NACRE_API unsigned nacre_client_failed_hop(const nacre_client *client);
/* The socket, to be polled for; -1 where not connected, or where a carrier has none. With jump hosts and carriers bytes
 * may have arrived already: call nacre_client_wait with timeout 0 until it is NACRE_E_TIMEOUT before polling. */
NACRE_API int nacre_client_fd(const nacre_client *client);
/* "192.0.2.1 port 22", or the name of what carries the connection, into out, always NUL-terminated. NACRE_E_MISUSE
 * where not connected, NACRE_E_SYSTEM where nothing is known. */
NACRE_API int nacre_client_peer_address(nacre_client *client, char *out, size_t cap);
/* The configuration that the last nacre_client_connect has applied, to find out what it holds and what of it is served;
 * NULL where there was none. It lives until the next connect, or the client's end. */
NACRE_API const nacre_config_host *nacre_client_config(const nacre_client *client);
/* The method that authenticated last ("publickey"); "" where not connected. Static until the next connect. */
NACRE_API const char *nacre_client_auth_method(const nacre_client *client);
/* Has the server let us in without looking at a credential? */
NACRE_API bool nacre_client_auth_was_trivial(const nacre_client *client);
/* What the last nacre_client_connect has tried, oldest first, with the server's answers: *n of them. They live until
 * the next one. */
NACRE_API const struct nacre_attempt *nacre_client_auth_attempts(const nacre_client *client, size_t *n);

/* --- the connection --- */

/* Runs the connection until something happened on it or on one of the caller's own descriptors: for programs that move
 * data between channels and files (with channel timeout 0, so that reads and writes do not wait).
 *
 * fds: n entries as for poll(2), at most 15, their revents are filled in; NULL with n 0. timeout_ms: 0 does not wait,
 * -1 has no limit.
 *
 * Returns NACRE_OK, NACRE_E_TIMEOUT, NACRE_E_MISUSE (not connected, or in a callback), or why the connection ended. */
NACRE_API int nacre_client_wait(nacre_client *client, struct pollfd *fds, size_t n, int timeout_ms);
/* Changes the keys now and waits until that is done (RFC 4253 9); the kex timeout applies. */
NACRE_API int nacre_client_rekey(nacre_client *client);
/* Sends IGNORE with n random bytes (RFC 4253 11.2), n at most 32768. It waits for the end
 * of a key exchange, and for room where the peer does not read, at most for the channel timeout. */
NACRE_API int nacre_client_send_ignore(nacre_client *client, size_t n);
/* Asks the server for a sign of life (keepalive@openssh.com) and waits for it. NACRE_E_TIMEOUT where none comes.
 * timeout_ms: 0 for the channel timeout, -1 for none. */
NACRE_API int nacre_client_keepalive(nacre_client *client, int timeout_ms);
/* Sends a global request (RFC 4254 4) with any payload and, where `reply` is not NULL, waits for its reply: up to
 * *reply_len bytes of it are put at reply, and *reply_len becomes how many there were. Returns NACRE_OK,
 * NACRE_E_REQUEST_REFUSED, NACRE_E_TIMEOUT_CHANNEL, NACRE_E_MISUSE, or why the connection ended. */
NACRE_API int nacre_client_global_request(
    nacre_client *client, const char *name, const void *payload, size_t n, void *reply, size_t *reply_len);

/* --- channels --- */

/* Opens a channel of any type with any payload (n bytes; RFC 4254 5.1's "channel type specific data").
 *
 * *channel: the caller's, given back by nacre_channel_close; NULL on failure.
 *
 * Returns NACRE_OK
 *         NACRE_E_CHANNEL_REFUSED  the server would not; peer_reason and peer_text of nacre_client_error say why
 *         NACRE_E_TIMEOUT_CHANNEL  no answer within the channel timeout
 *         NACRE_E_MISUSE           not connected
 *         NACRE_E_LIMIT, NACRE_E_NOMEM, or why the connection ended. */
NACRE_API int nacre_client_open_channel(
    nacre_client *client, const char *type, const void *payload, size_t n, nacre_channel **channel) NACRE_CHECK;

/* Opens a TCP connection from the server to a host and port that it can reach (direct-tcpip, RFC 4254 7.2): a channel
 * whose stdout is what comes from there. host: as the server will resolve it, 1 to 255 bytes. Returns as
 * nacre_client_open_channel, or NACRE_E_ARGUMENT. */
NACRE_API int nacre_client_open_tcp(
    nacre_client *client, const char *host, unsigned port, nacre_channel **channel) NACRE_CHECK;

/* An environment variable for a command; servers ignore those that they do not expect. */
struct nacre_variable {
	const char *name, *value;
};

struct nacre_exec_options {
	size_t size; /* sizeof(struct nacre_exec_options) */
	const struct nacre_pty *pty; /* NULL: no terminal */
	const struct nacre_variable *env;
	size_t n_env;
	int timeout_ms; /* of each read, write and wait on the channel; 0: one hour, -1: none */
	bool *env_refused; /* as in struct nacre_shell_options of session.h; NULL: not asked for */
	bool combine_stderr; /* standard error goes where standard output goes, in the order of arrival */
};

/* Starts a command on the server, with three streams. command: any string; the server's shell reads it. options: NULL
 * for none of them.
 *
 * Returns NACRE_OK
 *         NACRE_E_CHANNEL_REFUSED  the server opened no session
 *         NACRE_E_REQUEST_REFUSED  it opened one, but would not run this command, or give it a terminal
 *         and as nacre_client_open_channel. */
NACRE_API int nacre_client_exec_command(nacre_client *client, const char *command,
    const struct nacre_exec_options *options, nacre_channel **channel) NACRE_CHECK;

/* Reads what the command wrote to its standard output: up to n bytes, as soon as there is one. n is not 0.
 * Returns how many; 0 at the end of the stream; NACRE_E_TIMEOUT (nothing came; try again), NACRE_E_AGAIN (nothing now,
 * with timeout 0), or why the connection ended. Both streams share one window (RFC 4254 5.2): a command that fills one
 * stream while only the other is read stalls. */
NACRE_API int64_t nacre_channel_read(nacre_channel *channel, void *p, size_t n);
/* The same for its standard error. */
NACRE_API int64_t nacre_channel_read_stderr(nacre_channel *channel, void *p, size_t n);
/* Writes to the command's standard input: all n bytes, unless the time is up first. Returns how many were taken;
 * NACRE_E_TIMEOUT or NACRE_E_AGAIN where that would be none; NACRE_E_CHANNEL_CLOSED after nacre_channel_send_eof or
 * once the peer has closed; or why the connection ended. */
NACRE_API int64_t nacre_channel_write(nacre_channel *channel, const void *p, size_t n);
/* Ends the command's standard input: sends EOF after what was written (RFC 4254 5.3). Twice is fine. */
NACRE_API int nacre_channel_send_eof(nacre_channel *channel);
/* Waits until the command has ended and says how: its status, its signal, or NACRE_EXIT_NONE where the server closed
 * the channel without a word about it. What the command still writes is kept, within the window: read it before or
 * after. Returns NACRE_OK, NACRE_E_TIMEOUT, NACRE_E_AGAIN, or why the connection ended (*exit is NACRE_EXIT_NONE
 * then). */
NACRE_API int nacre_channel_wait_exit(nacre_channel *channel, struct nacre_exit *exit);
/* Sends a channel request by name with any payload (RFC 4254 5.4). want_reply: wait for the answer, within the client's
 * channel timeout. Returns NACRE_OK, NACRE_E_REQUEST_REFUSED (the channel stays usable), NACRE_E_TIMEOUT_CHANNEL, or as
 * above. */
NACRE_API int nacre_channel_request(
    nacre_channel *channel, const char *name, const void *payload, size_t n, bool want_reply);
/* The time that each read, write and wait may take: -1 for none, 0 to not wait at all. */
NACRE_API void nacre_channel_set_timeout(nacre_channel *channel, int timeout_ms);

#define NACRE_READY_STDOUT 1u /* nacre_channel_read would not wait: bytes, or the end */
#define NACRE_READY_STDERR 2u /* nacre_channel_read_stderr would not wait */
#define NACRE_READY_WRITE 4u /* nacre_channel_write would take at least a byte */
#define NACRE_READY_EXIT 8u /* nacre_channel_wait_exit would not wait */
#define NACRE_READY_CLOSED 16u /* the peer has closed the channel, or the connection is over */
/* What could be done now without waiting: a mask. Looks at nothing but what has arrived. */
NACRE_API unsigned nacre_channel_ready(const nacre_channel *channel);
/* Our number of the channel, for the calls of channel.h. */
NACRE_API uint32_t nacre_channel_number(const nacre_channel *channel);
/* Gives the channel back: sends CLOSE, drops what was not read, frees the handle. Never waits. NULL is fine. A command
 * that still runs is told by its streams' end, if the server does that. */
NACRE_API void nacre_channel_close(nacre_channel *channel);

/* --- run --- */

struct nacre_run_options {
	size_t size; /* sizeof(struct nacre_run_options) */
	const void *input; /* for the command's standard input, then EOF; borrowed during the call; NULL: only EOF */
	size_t input_len;
	size_t output_max; /* bytes that are kept of both streams together; 0: 16 MiB */
	int timeout_ms; /* for everything; 0: one hour, -1: none */
	const struct nacre_pty *pty;
	const struct nacre_variable *env;
	size_t n_env;
	bool combine_stderr; /* into `out`, in the order of arrival */
};

/* What a command said. The bytes are the caller's until nacre_result_free; a NUL follows each, which is not counted. */
struct nacre_result {
	struct nacre_exit exit;
	char *out, *err; /* never NULL after NACRE_OK */
	size_t out_len, err_len;
	const struct nacre_env *env_; /* whose memory it is */
	size_t out_size_, err_size_;
};

/* Runs a command to its end and keeps what it wrote. Both streams are read as they come, so neither can stall the
 * other. options: NULL for the defaults. *result: zeroed where the command did not start; after that filled in also on
 * NACRE_E_LIMIT (the output was larger than output_max: its beginning is kept), NACRE_E_TIMEOUT, and where the
 * connection ended. The command's own status does not make the call fail.
 *
 * Returns NACRE_OK, NACRE_E_LIMIT, NACRE_E_TIMEOUT, and as nacre_client_exec_command. */
NACRE_API int nacre_client_run(nacre_client *client, const char *command, const struct nacre_run_options *options,
    struct nacre_result *result) NACRE_CHECK;
/* Wipes and gives back a result's bytes; a zeroed or freed result is fine. */
NACRE_API void nacre_result_free(struct nacre_result *result);

#ifdef __cplusplus
}
#endif
#endif
