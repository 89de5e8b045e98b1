/* Input and output for the core: a clock, a dialled socket, files, and the pump that joins a connection with a socket.
 *
 * The core (conn.h) never does any of this. A program with its own event loop takes the pieces that it likes; the
 * client facade (client.h) uses the same ones. Nothing here keeps state between calls, and nothing starts a thread. */
#ifndef NACRE_IO_H
#define NACRE_IO_H

#include <nacre/allowed_signers.h>
#include <nacre/conn.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Milliseconds on a clock that nobody sets back (CLOCK_MONOTONIC): what nacre_conn_tick wants. Never negative. */
NACRE_API int64_t nacre_clock_ms(void);

/* A nacre_local_time_fn (allowed_signers.h): what a moment is in this process's time zone (TZ). ctx is not looked at.
 * 0, or -1 where there is no such moment at or behind 1970. */
NACRE_API int nacre_clock_local(void *ctx, const struct nacre_local_time *local, uint64_t *seconds);

#define NACRE_PUMP_WROTE 1u /* bytes were written: take the events, there may be more output now */
#define NACRE_PUMP_MORE 2u /* the read was large: more is probably waiting, read again without polling */

/* One turn of a socket: writes what the connection has for it, and, where `readable` is true, reads once into the
 * connection. Never waits, and leaves the socket's own blocking mode alone.
 *
 * conn: not NULL. fd: a connected stream socket; stays the caller's. readable: whether the loop knows (from poll, or
 * from NACRE_PUMP_MORE of the turn before) that there is something to read. Where writing fails it reads all the same:
 * the peer's last words may still be there. What goes wrong with the socket is told to the connection, which then ends
 * with an event.
 *
 * Returns a mask of NACRE_PUMP_*. Take the events after each turn; poll for what nacre_conn_wants asks where it is
 * 0. */
NACRE_API unsigned nacre_pump(nacre_conn *conn, int fd, bool readable);

/* Connects to a host by TCP, as nacre_dial_addresses (dial.h) does without options.
 *
 * host: a name or an address, not NULL. port: 1 to 65535. timeout_ms: for all addresses together, 0 to not wait, -1 for
 * none (looking the name up has the resolver's own limits). *fd: the socket, -1 on failure; non-blocking, closed on
 * exec, TCP_NODELAY; the caller's. why: room for `why_size` bytes of text that names each address and what happened to
 * it; NULL is fine.
 *
 * Returns NACRE_OK
 *         NACRE_E_ARGUMENT  host or port is not usable
 *         NACRE_E_RESOLVE   the name has no address
 *         NACRE_E_CONNECT   no address took the connection
 *         NACRE_E_TIMEOUT_CONNECT   no address took it in time
 *         NACRE_E_SYSTEM    no socket could be made */
NACRE_API int nacre_dial(
    const char *host, unsigned port, int timeout_ms, int *fd, char *why, size_t why_size) NACRE_CHECK;

/* Reads a private key file of any format that nacre_key_parse_private knows: opened without blocking, a regular file of
 * at most 1 MiB, owned by this user or root, and, where it is this user's, closed to others (mode & 077 is 0).
 *
 * env: NULL for nacre_env_default(). passphrase: NULL for none. *key: the caller's (nacre_key_free), NULL on failure.
 * why: as in nacre_dial; it names the file and the check that failed.
 *
 * Returns NACRE_OK, NACRE_E_FILE_MISSING, NACRE_E_FILE, NACRE_E_LIMIT (larger than 1 MiB), NACRE_E_NOMEM, or what
 * nacre_key_parse_private says. */
NACRE_API int nacre_key_load(const struct nacre_env *env, const char *path, const char *passphrase, nacre_key **key,
    char *why, size_t why_size) NACRE_CHECK;

#define NACRE_PASSPHRASE_MAX 1024 /* bytes of a passphrase that is asked for, with its NUL */
#define NACRE_PASSPHRASE_TRIES 3

/* Gives the passphrase of the file at `path`: writes it to answer (cap bytes, zeroed, NUL at its end) and returns 0;
 * else nobody knows it. attempt counts from 0. */
typedef int nacre_passphrase_fn(void *ctx, const char *path, unsigned attempt, char *answer, size_t cap);

/* The same, and asks where the file turns out to be encrypted, up to NACRE_PASSPHRASE_TRIES times. ask: not NULL; ctx
 * is passed on. The answers are wiped. Where ask gives up: NACRE_E_KEY_PASSPHRASE, or, after a wrong answer,
 * NACRE_E_KEY_PASSPHRASE_WRONG. */
NACRE_API int nacre_key_load_asking(const struct nacre_env *env, const char *path, nacre_passphrase_fn *ask, void *ctx,
    nacre_key **key, char *why, size_t why_size) NACRE_CHECK;

/* Reads a public key from a public or a private file, of any format, whoever may read it; no passphrase is needed. A
 * private file that does not show its public half (an encrypted PEM file) is looked up beside: `path`.pub.
 *
 * Returns NACRE_OK, NACRE_E_FILE_MISSING, NACRE_E_FILE, NACRE_E_LIMIT (larger than 1 MiB), NACRE_E_NOMEM, or what
 * nacre_key_parse_public or nacre_key_peek_public says. */
NACRE_API int nacre_key_load_public(
    const struct nacre_env *env, const char *path, nacre_key **key, char *why, size_t why_size) NACRE_CHECK;

/* Writes a private key's file, mode 0600 from the start, or a public key's, mode 0644. It appears whole or not at all.
 *
 * options: as in nacre_key_write_private, NULL for the usual. replaces: whether a file that is there is replaced; else
 * it stays, and that is NACRE_E_FILE. why: as in nacre_dial.
 *
 * Returns NACRE_OK, NACRE_E_FILE, or what nacre_key_write_private or nacre_key_write_public says. */
NACRE_API int nacre_key_save_private(const struct nacre_env *env, const char *path, const nacre_key *key,
    const struct nacre_key_write_options *options, bool replaces, char *why, size_t why_size) NACRE_CHECK;
NACRE_API int nacre_key_save_public(const struct nacre_env *env, const char *path, const nacre_key *key,
    const struct nacre_key_write_options *options, bool replaces, char *why, size_t why_size) NACRE_CHECK;

/* Reads a whole regular file of at most `max` bytes; what is not a regular file (a FIFO, a directory) is refused, not
 * waited for.
 *
 * env: NULL for nacre_env_default(). *p: *n bytes and a NUL after them, given back by nacre_file_free; NULL on failure.
 *
 * Returns NACRE_OK, NACRE_E_FILE_MISSING, NACRE_E_FILE, NACRE_E_LIMIT (larger than max), or NACRE_E_NOMEM. */
NACRE_API int nacre_file_read(const struct nacre_env *env, const char *path, size_t max, uint8_t **p, size_t *n,
    char *why, size_t why_size) NACRE_CHECK;
/* Wipes and gives back what nacre_file_read gave; NULL is fine. */
NACRE_API void nacre_file_free(const struct nacre_env *env, uint8_t *p, size_t n);

#ifdef __cplusplus
}
#endif
#endif
