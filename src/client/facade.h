/* facade: one client's parts. Knows: the core, io, known_hosts. Must not know: packets.
 * Serves: nothing on the wire; the manual is <nacre/client.h>. */
#ifndef CLIENT_FACADE_H
#define CLIENT_FACADE_H

#include <nacre/session.h>
#include "auth_plan.h"
#include "blocking.h"
#include "buf.h"
#include "failure.h"
#include "known_lines.h"
#include "trust.h"

#define CLIENT_NAME_MAX 256 /* a user's or host's name, with the NUL */
#define CLIENT_PEER_MAX 384
#define CLIENT_LOG_CHANNEL_MAX 64 /* with the NUL */
#define CLIENT_METHOD_MAX 32
#define CLIENT_CHANNEL_TIMEOUT_MS 60000
#define CLIENT_CONNECT_TIMEOUT_MS 30000
#define CLIENT_LONG_TIMEOUT_MS (60 * 60 * 1000)

/* The reply to the global request that is being waited for. */
struct global_reply {
	uint64_t operation; /* 0: none is waited for */
	bool seen, ok;
	uint8_t *p; /* the caller's */
	size_t cap, n;
};

struct applied;

struct nacre_client {
	const struct nacre_env *env;
	struct failure failure;
	struct trust trust;

	nacre_log_fn *log;
	void *log_ctx;
	enum nacre_log_level log_level; /* the least that is told */
	char log_channel[CLIENT_LOG_CHANNEL_MAX];

	/* The connection; conn is NULL where there is none. It stays after it has ended, so that what arrived can be
	 * read. */
	nacre_conn *conn;
	struct blocking io; /* its carrier is all zero once it is closed */
	char peer[CLIENT_PEER_MAX]; /* what is at its other end; "" where nobody knows */
	struct failure way_problem; /* why it ended, where it knows */
	bool dialled; /* its carrier is a socket that was dialled for this host */
	struct nacre_dial_log *dial_log; /* of the last connect; NULL: it did not dial */
	int qos_interactive, qos_bulk; /* qos.h */
	int64_t deadline; /* of the connect that runs, -1: none; callbacks make it later */
	int64_t paused_ms; /* by how much */
	struct nacre_client *outer; /* for a jump host's client: whose it is */
	unsigned failed_hop;
	bool authenticated, ended;
	bool news; /* events were taken since nacre_client_wait looked last */
	char host[CLIENT_NAME_MAX], user[CLIENT_NAME_MAX], auth_method[CLIENT_METHOD_MAX];
	unsigned port;
	int channel_timeout_ms;
	struct auth_plan *plan; /* while connecting */
	struct auth_record record; /* of the last connect */
	bool auth_trivial;
	struct host_key_update *update; /* NULL: host keys are not updated, or it is over */
	struct failure key_problem; /* why the host key was refused */
	struct nacre_channel *channels;
	struct global_reply reply;

	struct applied *config; /* of the last connect; NULL: none was asked for */

	unsigned in_callback;
	bool close_wanted, free_wanted; /* said in a callback, done by client_leave */
};

/* --- client.c: calls and their end --- */

/* What every call that works on the connection begins with: NACRE_OK and a clean slate, or why it may not run now. */
int client_enter(struct nacre_client *c) NACRE_CHECK;
/* What it ends with: does what callbacks asked for. After this c may be gone. */
int client_leave(struct nacre_client *c, int rc);
/* Keeps the failure of this call, and returns its code. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int
client_fail(struct nacre_client *c, int code, const char *format, ...);
/* The connection's own failure becomes that of this call. */
int client_fail_as_conn(struct nacre_client *c);
/* Calls that the core refuses: its code, with the connection's failure where it has one. */
int client_refused(struct nacre_client *c, int rc, const char *what);
/* Closes now. */
void client_close(struct nacre_client *c);
static inline bool
client_is_cancelled(const struct nacre_client *c)
{
	return c->close_wanted || c->free_wanted;
}
/* Reads an options struct of any age: what the caller's is too short for stays zero. NACRE_E_ARGUMENT for size 0. */
int client_options(struct nacre_client *c, void *options, size_t size, const void *given) NACRE_CHECK;
/* A timeout option: 0 is the default, negative is none (-1). */
int client_timeout(int configured, int default_ms);

/* --- log.c --- */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void
client_log(struct nacre_client *c, enum nacre_log_level level, const char *format, ...);
/* Bytes of the peer's, escaped and cut, after `what`. */
void client_log_peer(struct nacre_client *c, enum nacre_log_level level, const char *what, struct nacre_bytes text);

/* --- events.c --- */
/* Takes all events and answers every question. */
void client_take_events(struct nacre_client *c);

/* --- wait.c --- */
typedef bool client_until_fn(struct nacre_client *c, void *arg);
/* Runs the connection until done() is true: NACRE_OK; or the deadline has passed: NACRE_E_TIMEOUT, without a text; or
 * the connection has ended, or a callback closed it: kept as this call's failure. done() is asked first, and after
 * events. */
int client_run_until(struct nacre_client *c, client_until_fn *done, void *arg, int64_t deadline) NACRE_CHECK;
/* One turn: see nacre_client_wait. */
int client_turn(struct nacre_client *c, struct pollfd *fds, size_t n, int64_t deadline) NACRE_CHECK;
/* Writes what is queued, as far as the socket takes it. */
void client_flush(struct nacre_client *c);

/* --- host_key.c --- */
/* What this connection's options say of the key that will be shown. */
int client_expect_host_key(struct nacre_client *c, const struct nacre_connect_options *options) NACRE_CHECK;
/* An RSA key, or a certificate for one, of fewer bits than that? */
bool client_key_is_short(const nacre_key *key, unsigned bits_min);
void client_on_host_key(struct nacre_client *c, const struct nacre_event *event);

/* --- host_key_update.c --- */
/* What this connection does when the server tells all its host keys. */
int host_key_update_new(struct nacre_client *c, const struct nacre_connect_options *options) NACRE_CHECK;
void host_key_update_free(struct host_key_update *update);
/* Is the global request an announcement of host keys? */
bool host_key_update_announced(struct nacre_client *c, const struct nacre_event *event);
/* Is the global reply the one with their proofs? */
bool host_key_update_proved(struct nacre_client *c, const struct nacre_event *event);

/* --- policy.c --- */
/* Adds the key under its address where the local set knows it by its name. */
int policy_learn_address(struct nacre_client *c, const struct trust_target *at, const nacre_key *key) NACRE_CHECK;

/* --- known_files.c, known_revoked.c --- */
/* Reads a file: the caller's, or one of this connection's own. That of the system must be there; the local one becomes
 * the file that is written. */
int known_file_load_system(struct nacre_client *c, struct trust_files *to, const char *path) NACRE_CHECK;
int known_file_load_local(struct nacre_client *c, struct trust_files *to, const char *path) NACRE_CHECK;
int known_revoked_load(struct nacre_client *c, struct trust_files *to, const char *path) NACRE_CHECK;
/* Adds a line to the local file, unless somebody has. */
int known_file_append(
    const struct trust *trust, const struct trust_target *at, const nacre_key *key, struct failure *why) NACRE_CHECK;
/* Writes the local set to a file, or only what was added to it and taken out. */
int known_file_save(
    const struct trust *trust, enum known_share share, const char *path, struct failure *why) NACRE_CHECK;

/* --- connect.c --- */
bool client_name_is_fit(const char *name);
bool client_host_is_fit(const char *host);

/* --- ways.c: how the server is reached --- */
/* Makes what was handed over with the options this client's own. */
int ways_take(struct nacre_client *c, const struct nacre_connect_options *options) NACRE_CHECK;
/* Closes what was handed over with options that a client could not use. */
void ways_drop(const struct nacre_connect_options *options);
/* Opens the carrier, unless ways_take did. */
int ways_go(struct nacre_client *c, const struct nacre_connect_options *options) NACRE_CHECK;
/* When the way must stand: the connect timeout, and that of the whole connect. */
int64_t ways_deadline(const struct nacre_client *c, const struct nacre_connect_options *options);
/* A channel has a terminal: what is sent is for somebody who waits. */
void ways_set_qos(struct nacre_client *c, bool interactive);

/* --- open_tcp.c --- */
int open_tcp(struct nacre_client *c, const char *host, unsigned port, int64_t deadline, struct nacre_channel **out)
    NACRE_CHECK;

/* --- over_channel.c --- */
/* A carrier of the client above (or of one that is its jump host) over a channel, which it owns; and of the channel's
 * client, where `owned` is not NULL. name: of the other end. On failure both are closed. */
int over_channel(struct nacre_client *above, struct nacre_channel *channel, struct nacre_client *owned, const char *name,
    struct nacre_carrier *out) NACRE_CHECK;

/* --- jump.c --- */
int jump_go(struct nacre_client *c, const struct nacre_connect_options *options) NACRE_CHECK;

/* --- proxy_line.c --- */
/* The proxy command, or the list of jump hosts, with its tokens replaced; given back by mem_free_str. NULL and a
 * failure kept where that cannot be. */
char *proxy_line(struct nacre_client *c, const char *text);

/* --- channel_life.c, channel.c --- */
enum channel_state { CHANNEL_OPENING, CHANNEL_OPEN, CHANNEL_REFUSED };
enum channel_flow { FLOW_UNSAID, FLOW_SERVER, FLOW_CLIENT }; /* RFC 4254 6.8: who may stop the output */

struct nacre_channel {
	const struct nacre_env *env;
	struct nacre_client *client; /* NULL: dead, the connection was closed */
	struct nacre_channel *next;
	uint32_t number;
	enum channel_state state;
	enum channel_flow flow;
	bool read_shut; /* nothing is read any more */
	bool eof, closed, eof_sent, exit_seen; /* eof, closed: the peer's */
	struct nacre_exit exit;
	int timeout_ms;
	uint64_t operation; /* the request that is being waited for; 0: none */
	bool replied, reply_ok;
	bool given_back; /* in a callback; dropped by client_leave */
	struct failure refusal;
};

void client_on_channel(struct nacre_client *c, const struct nacre_event *event);
void client_detach_channels(struct nacre_client *c);
/* Both wait for an answer: within the channel timeout, and no longer than the deadline of the whole call (-1: none). */
/* Asks for one and does not wait: its state says what comes of it. */
int channel_ask(struct nacre_client *c, const char *type, const void *payload, size_t n, struct nacre_channel **out)
    NACRE_CHECK;
int channel_open(struct nacre_client *c, const char *type, const void *payload, size_t n, int64_t deadline,
    struct nacre_channel **out) NACRE_CHECK;
/* The beginning of each call on a channel. */
int channel_enter(struct nacre_channel *ch) NACRE_CHECK;
/* The answer to ch->operation. */
int channel_wait_reply(struct nacre_channel *ch, const char *what, int64_t deadline) NACRE_CHECK;
void channel_drop(struct nacre_channel *ch);
void channel_drop_given_back(struct nacre_client *c);
/* Bytes of a stream that can be read now. */
size_t channel_readable(const struct nacre_channel *ch, enum nacre_stream stream);
int64_t channel_take(struct nacre_channel *ch, enum nacre_stream stream, void *p, size_t n);

/* --- session_life.c --- */
/* What shall run in a session, and in which surroundings. */
struct session_plan {
	const char *command; /* NULL: the login shell */
	const struct nacre_pty *pty; /* NULL: none */
	const struct nacre_variable *env;
	size_t n_env;
	bool *env_refused;
	bool combine_stderr;
	int timeout_ms;
};

/* deadline: of the whole call, -1: none. */
int session_start(
    struct nacre_client *c, const struct session_plan *plan, int64_t deadline, struct nacre_channel **out) NACRE_CHECK;

/* --- exec.c --- */
/* The same for a command. */
int client_exec(struct nacre_client *c, const char *command, const struct nacre_exec_options *options, int64_t deadline,
    struct nacre_channel **out) NACRE_CHECK;

#endif
