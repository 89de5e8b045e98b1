/* A small server: listens, lets users in by your callbacks, and runs commands that are functions of yours.
 *
 *   rc = nacre_server_new(NULL, &(struct nacre_server_options){.size = ..., .host_keys = keys, .n_host_keys = 1,
 *       .key = may_enter, .commands = commands, .n_commands = 2}, &server);
 *   rc = nacre_server_listen(server, NULL, 0, &port, NULL, 0);
 *   rc = nacre_server_run(server);
 *   nacre_server_free(server);
 *
 * It is built on the core (conn.h) and serves any number of connections in the calling thread: no thread is started,
 * and a callback that waits makes everybody wait. It denies what is not allowed: without callbacks nobody gets in,
 * without commands (or `shell`, or `sftp`) nothing runs, no environment variable is taken, forwardings and, without
 * `shell`, terminals are refused, and it listens on 127.0.0.1 unless another address is named.
 *
 * A server is used by one thread at a time; only nacre_server_stop may be called from anywhere. Two servers share
 * nothing. Callbacks may call the nacre_task_* functions of the task that they were given, and nacre_server_stop. */
#ifndef NACRE_SERVER_H
#define NACRE_SERVER_H

#include <nacre/conn.h>
#include <nacre/env.h>
#include <nacre/event.h>
#include <nacre/key.h>
#include <nacre/sftp_server.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_server nacre_server;
typedef struct nacre_task nacre_task; /* a running command of one channel */

/* --- commands --- */

/* A command: a state machine that is stepped. `step` is called when the command starts and then whenever something has
 * changed: input arrived or ended, or there is room for output after there was none. It does all that can be done
 * without waiting, and returns; once it has called nacre_task_end or nacre_task_exit it is not called again. So a
 * command moves any number of bytes in bounded memory: while it takes no input the client's window closes, and while
 * the client reads nothing it gets no room. */
struct nacre_command {
	/* The first word of its commands (no quoting is understood); NULL: any that no other row serves. */
	const char *name;
	void (*step)(nacre_task *task, void *ctx);
	/* Called once when the task is over, however that came: for what `step` has opened. NULL: nothing to do. */
	void (*end)(nacre_task *task, void *ctx);
	size_t state_size; /* bytes that nacre_task_state gives, zeroed at first and wiped at the end; 0: none */
	void *ctx;
};

/* What the client asked to run, in full. Raw bytes; borrowed while the task lives, as all of these. */
NACRE_API struct nacre_bytes nacre_task_command(const nacre_task *task);
/* What follows the first word and the spaces after it. */
NACRE_API struct nacre_bytes nacre_task_arguments(const nacre_task *task);
/* Who is logged in. Valid until the call returns. */
NACRE_API struct nacre_bytes nacre_task_user(const nacre_task *task);
/* An environment variable that the client set and the server accepted; NULL where there is none. May hold any byte but
 * NUL. */
NACRE_API const char *nacre_task_variable(const nacre_task *task, const char *name);
/* The command's own memory: command.state_size bytes, NULL where that is 0. */
NACRE_API void *nacre_task_state(nacre_task *task);

/* Borrows input that has arrived: *n bytes, NULL and 0 where there is none now. Valid until nacre_task_consume. There
 * may be more behind it: ask again after consuming. */
NACRE_API const uint8_t *nacre_task_input(nacre_task *task, size_t *n);
/* Says that the first n bytes of it were used. NACRE_E_MISUSE where there are fewer. */
NACRE_API int nacre_task_consume(nacre_task *task, size_t n);
/* Has the client sent EOF, and was all input consumed? */
NACRE_API bool nacre_task_input_ended(nacre_task *task);
/* Borrows room for output: *n bytes, NULL and 0 where there is none now (both streams share one small area). Valid
 * until nacre_task_commit or the end of the step. */
NACRE_API uint8_t *nacre_task_space(nacre_task *task, enum nacre_stream stream, size_t *n);
/* Says that n bytes were put there. */
NACRE_API int nacre_task_commit(nacre_task *task, enum nacre_stream stream, size_t n);
/* Copies as much of p as there is room for, and returns how much that was: less than n means that `step` will be called
 * again. */
NACRE_API size_t nacre_task_write(nacre_task *task, enum nacre_stream stream, const void *p, size_t n);
/* Ends the command: what was written still leaves, then the client is told how it ended. The first call counts. */
NACRE_API void nacre_task_end(nacre_task *task, const struct nacre_exit *exit);
/* The same with a status. */
NACRE_API void nacre_task_exit(nacre_task *task, uint32_t status);

/* Commands to try a client with: echo TEXT, stderr TEXT, cat, true, false, exit STATUS, signal NAME, vanish (no
 * status), yes BYTES (to stdout), both BYTES (to each stream), sink (counts its input). Static; *n says how many. */
NACRE_API const struct nacre_command *nacre_server_builtins(size_t *n);

/* --- the server --- */

/* May this user enter with this password? Compare with nacre_server_password_is. The bytes are wiped after the call. */
typedef bool nacre_server_password_fn(void *ctx, struct nacre_bytes user, struct nacre_bytes password);
/* May this user enter with this key? probe: only asked, nothing is proved yet; otherwise the signature has been
 * verified. The answer may not depend on it. */
typedef bool nacre_server_key_fn(void *ctx, struct nacre_bytes user, const nacre_key *key, bool probe);
/* May this user have SFTP, and of what? Sets sftp->handler and ctx, and what else the session shall have (read_only,
 * start, limits); size and clock are set. handler->end is called when the session ends. False: refused. */
typedef bool nacre_server_sftp_fn(void *ctx, struct nacre_bytes user, struct nacre_sftp_server_options *sftp);
/* One line about what happened, without newline and without secrets; peers' text is escaped. Lives during the call. */
typedef void nacre_server_log_fn(void *ctx, const char *line);

/* Zero everywhere means the default. Everything that is pointed to is borrowed until nacre_server_free. */
struct nacre_server_options {
	size_t size; /* sizeof(struct nacre_server_options) */

	/* With their private halves; at least one. Certificates: see conn.h. All are told to clients
	 * (announce_host_keys). */
	const nacre_key *const *host_keys;
	size_t n_host_keys;

	void *ctx; /* passed to the four below */
	nacre_server_password_fn *password; /* NULL: the method is not offered */
	nacre_server_key_fn *key; /* plain keys; NULL: they are refused */
	/* Users' certificates (cert.h): who is named in one that is signed by one of these public keys enters, with
	 * what it restricts: force-command replaces what the client asks to run, source-address and verify-required
	 * hold. `certificate` may say no to a good one; NULL: yes. Without authorities certificates are refused. */
	const nacre_key *const *user_authorities;
	size_t n_user_authorities;
	nacre_server_key_fn *certificate;
	nacre_server_log_fn *log; /* NULL: nobody hears */
	nacre_server_sftp_fn *sftp; /* the subsystem "sftp"; NULL: there is none */

	const struct nacre_command *commands;
	size_t n_commands;
	/* Runs what no command serves by `/bin/sh -c` in a child process, as the user of this process, whoever logged
	 * in. A session without a command gets `/bin/sh` itself. A child is killed when its channel ends. Who asks for
	 * a terminal has it (RFC 4254 6.2), with TERM and SSH_TTY set, unless by a certificate without permit-pty. */
	bool shell;

	/* Names of environment variables that clients may set, NULL at the end; a trailing '*' stands for any rest
	 * ("LC_*"). NULL: none. */
	const char *const *accept_env;

	const char *banner; /* shown before authentication; NULL: none */
	unsigned connections_max; /* at once; further ones wait in the system's queue. 0: 100 */
	unsigned sessions_max; /* of one connection at once; further ones are refused. 0: 10 */

	/* Algorithms, timeouts and limits of each connection; NULL: the defaults. Role, time, host keys and banner are
	 * filled in. Its `why` is used by nacre_server_new alone. */
	const struct nacre_conn_options *connection;
};

/* Makes a server. env: NULL for nacre_env_default(), else borrowed until nacre_server_free. *server is NULL on failure.
 * Returns NACRE_OK, NACRE_E_ARGUMENT (size; no host key, or one without its private half; a command without step; what
 * nacre_conn_new says of `connection`), NACRE_E_NOMEM, NACRE_E_RANDOM, or NACRE_E_SYSTEM. */
NACRE_API int nacre_server_new(
    const struct nacre_env *env, const struct nacre_server_options *options, nacre_server **server) NACRE_CHECK;
/* Says goodbye on all connections with what their sockets take at once, kills child processes, closes and frees. NULL
 * is fine. */
NACRE_API void nacre_server_free(nacre_server *server);

/* Listens on another address; at most 8. host: NULL for 127.0.0.1, "" for every address. port: 0 for a free one.
 * *chosen (may be NULL): the port. text (may be NULL): room for cap bytes of "127.0.0.1:2222". Returns NACRE_OK,
 * NACRE_E_ARGUMENT, NACRE_E_LIMIT, NACRE_E_RESOLVE, or NACRE_E_SYSTEM; nacre_server_error says more. */
NACRE_API int nacre_server_listen(
    nacre_server *server, const char *host, unsigned port, unsigned *chosen, char *text, size_t cap) NACRE_CHECK;
/* Serves a stream socket that is connected already. It is the server's from this call on, whatever the result.
 * Returns NACRE_OK, NACRE_E_NOMEM, NACRE_E_RANDOM, NACRE_E_LIMIT (connections_max), or NACRE_E_MISUSE (fd < 0). */
NACRE_API int nacre_server_serve_fd(nacre_server *server, int fd) NACRE_CHECK;

/* Serves until nacre_server_stop, or until nothing is left to serve: no listener and no connection.
 * Returns NACRE_OK, or NACRE_E_SYSTEM or NACRE_E_NOMEM where this process cannot wait. */
NACRE_API int nacre_server_run(nacre_server *server) NACRE_CHECK;
/* One turn of it: waits at most timeout_ms (-1: without a limit) until something can be done, and does it. */
NACRE_API int nacre_server_turn(nacre_server *server, int timeout_ms) NACRE_CHECK;
/* Makes the nacre_server_run that runs, or the next one, return soon. From any thread, callback or signal handler. */
NACRE_API void nacre_server_stop(nacre_server *server);

/* How many connections there are now. */
NACRE_API unsigned nacre_server_connections(const nacre_server *server);
/* Why the last call of nacre_server_listen failed. The strings live until the next. */
NACRE_API void nacre_server_error(const nacre_server *server, struct nacre_error *error);

/* Are these the bytes of the NUL-terminated password? Takes the same time wherever they differ. */
NACRE_API bool nacre_server_password_is(struct nacre_bytes given, const char *password);

#ifdef __cplusplus
}
#endif
#endif
