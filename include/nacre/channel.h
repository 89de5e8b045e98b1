/* Channels of a connection (RFC 4254 5), for the pull interface of conn.h: no function here waits.
 *
 * A channel is a number of ours. Its life: opened (by nacre_conn_channel_open, or by accepting CHANNEL_OPEN), used, and
 * given back by nacre_conn_channel_close, always by the owner; the number is reused only after both sides closed. */
#ifndef NACRE_CHANNEL_H
#define NACRE_CHANNEL_H

#include <nacre/conn.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opens a channel of any type with any payload (n bytes that follow max_packet). CHANNEL_OPENED or CHANNEL_REFUSED
 * answers. NACRE_E_MISUSE before authentication, NACRE_E_LIMIT over channels_max; NACRE_E_AGAIN as for
 * nacre_conn_global_request. */
NACRE_API int nacre_conn_channel_open(nacre_conn *conn, const char *type, const uint8_t *payload, size_t n,
    uint32_t *channel);
/* Gives the channel back: sends CLOSE if we did not, drops what was not read, and forgets the number. */
NACRE_API int nacre_conn_channel_close(nacre_conn *conn, uint32_t channel);
/* Sends EOF after what was committed: no more data from us. Twice is fine. */
NACRE_API int nacre_conn_channel_eof(nacre_conn *conn, uint32_t channel);

/* Borrows what has arrived on a stream: *n bytes (0: nothing now). Valid until consume on that channel, or its
 * close. */
NACRE_API const uint8_t *nacre_conn_channel_peek(nacre_conn *conn, uint32_t channel, enum nacre_stream stream, size_t *n);
/* Says that the first n of them were used; the window is given back to the peer in large steps. */
NACRE_API int nacre_conn_channel_consume(nacre_conn *conn, uint32_t channel, enum nacre_stream stream, size_t n);
/* Peek, a copy of at most n bytes to p, and consume in one; returns how many, 0: nothing now. */
NACRE_API size_t nacre_conn_channel_read(nacre_conn *conn, uint32_t channel, enum nacre_stream stream, void *p, size_t n);
/* Borrows the channel's staging area: room for *n bytes to send on a stream. NULL and 0 where there is no room now:
 * CHANNEL_WRITABLE says when. Valid until commit; other calls do not move it. */
NACRE_API uint8_t *nacre_conn_channel_write_space(nacre_conn *conn, uint32_t channel, enum nacre_stream stream, size_t *n);
/* Says that n bytes were put there; they leave as the window, the packet size and key exchanges allow. */
NACRE_API int nacre_conn_channel_commit(nacre_conn *conn, uint32_t channel, enum nacre_stream stream, size_t n);
/* Copies as much of p as there is room for; returns how much, or a negative error. */
NACRE_API int64_t nacre_conn_channel_write(nacre_conn *conn, uint32_t channel, enum nacre_stream stream, const void *p,
    size_t n);
/* Puts what arrives on STDERR from now on at the end of STDOUT (on: true), in the order in which it came; what has
 * arrived already stays where it is. NACRE_E_MISUSE where there is no such channel. */
NACRE_API int nacre_conn_channel_combine(nacre_conn *conn, uint32_t channel, bool on);
/* Reads no more: drops what has arrived and what will, and gives the peer its window back, so that it never stops on
 * our account. The other direction goes on. */
NACRE_API int nacre_conn_channel_shutdown_read(nacre_conn *conn, uint32_t channel);
/* Have all committed bytes been turned into packets? (They may still be in the output.) */
NACRE_API bool nacre_conn_channel_flushed(const nacre_conn *conn, uint32_t channel);

/* Sends a channel request by name with any payload. operation: NULL where no reply is wanted, else the number that
 * CHANNEL_REPLY will carry. Not before CHANNEL_OPENED (NACRE_E_MISUSE). NACRE_E_AGAIN as for nacre_conn_global_request:
 * this holds for all requests below but nacre_conn_channel_exit. */
NACRE_API int nacre_conn_channel_request(nacre_conn *conn, uint32_t channel, const char *name, const uint8_t *payload,
    size_t n, uint64_t *operation);
/* The usual requests (RFC 4254 6). `command` may hold any byte. */
NACRE_API int nacre_conn_channel_exec(nacre_conn *conn, uint32_t channel, const void *command, size_t n,
    uint64_t *operation);
NACRE_API int nacre_conn_channel_shell(nacre_conn *conn, uint32_t channel, uint64_t *operation);
NACRE_API int nacre_conn_channel_subsystem(nacre_conn *conn, uint32_t channel, const char *name, uint64_t *operation);
NACRE_API int nacre_conn_channel_env(nacre_conn *conn, uint32_t channel, const char *name, const char *value,
    uint64_t *operation);
/* A terminal: its type, and its size in characters and pixels (0: unknown). modes: RFC 4254 8's encoded terminal modes
 * (terminal.h makes them), or NULL for none. */
struct nacre_pty {
	size_t size;
	const char *term; /* NULL: "vt100" */
	uint32_t columns, rows, width_px, height_px; /* columns and rows 0: 80 and 24 */
	const uint8_t *modes;
	size_t modes_len;
};
NACRE_API int nacre_conn_channel_pty(nacre_conn *conn, uint32_t channel, const struct nacre_pty *pty, uint64_t *operation);
NACRE_API int nacre_conn_channel_window_change(nacre_conn *conn, uint32_t channel, const struct nacre_pty *pty);
/* name without "SIG": "TERM". */
NACRE_API int nacre_conn_channel_signal(nacre_conn *conn, uint32_t channel, const char *name);
/* A break, as on a serial line (RFC 4335); length_ms: 0 lets the other side choose. */
NACRE_API int nacre_conn_channel_break(nacre_conn *conn, uint32_t channel, uint32_t length_ms, uint64_t *operation);
/* server: may the client stop and start the output itself (RFC 4254 6.8)? */
NACRE_API int nacre_conn_channel_xon_xoff(nacre_conn *conn, uint32_t channel, bool client_can_do);
/* server: how the command ended; before nacre_conn_channel_close. */
NACRE_API int nacre_conn_channel_exit(nacre_conn *conn, uint32_t channel, const struct nacre_exit *exit);

/* Reads the payload of a CHANNEL_REQUEST event of one of the usual types. NACRE_E_FORMAT where it does not parse. */
struct nacre_request {
	enum nacre_request_kind {
		NACRE_REQUEST_OTHER,
		NACRE_REQUEST_PTY,
		NACRE_REQUEST_ENV,
		NACRE_REQUEST_SHELL,
		NACRE_REQUEST_EXEC,
		NACRE_REQUEST_SUBSYSTEM,
		NACRE_REQUEST_WINDOW_CHANGE,
		NACRE_REQUEST_SIGNAL,
		NACRE_REQUEST_BREAK,
		NACRE_REQUEST_XON_XOFF
	} kind;
	struct nacre_bytes name;  /* env's name, the signal's, the subsystem's, the terminal's type */
	struct nacre_bytes value; /* env's value, exec's command, pty's modes */
	uint32_t columns, rows, width_px, height_px;
	uint32_t length_ms; /* break's; 0: ours to choose */
	bool client_can_do; /* xon-xoff's */
};
NACRE_API int nacre_request_parse(const struct nacre_event *event, struct nacre_request *out) NACRE_CHECK;

#ifdef __cplusplus
}
#endif
#endif
