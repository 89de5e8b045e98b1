/* Sessions: shells and commands with terminals, step by step, and what their channels can do besides reading and
 * writing.
 *
 *   rc = nacre_client_invoke_shell(client, NULL, &channel);         // a vt100 of 80 x 24
 *   nacre_channel_write(channel, "stty size\n", 10);
 *   n = nacre_channel_read(channel, text, sizeof(text));
 *   rc = nacre_channel_resize_pty(channel, 132, 43, 0, 0);
 *   nacre_channel_close(channel);
 *
 * A channel is that of client.h, with its reads, writes and waits, its timeouts and its threads' rule; names are those
 * of Paramiko's Channel where it has one. Results: NACRE_OK or a negative NACRE_E_*, with the details in
 * nacre_client_error; a NULL channel is NACRE_E_ARGUMENT, a dead one NACRE_E_CLOSED. */
#ifndef NACRE_SESSION_H
#define NACRE_SESSION_H

#include <nacre/client.h>
#include <nacre/terminal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- a shell --- */

struct nacre_shell_options {
	size_t size; /* sizeof(struct nacre_shell_options) */
	const struct nacre_pty *pty; /* NULL: a vt100 of 80 columns and 24 rows, 0 x 0 pixels, without modes */
	bool no_pty; /* no terminal: the shell reads its commands from three plain streams */
	const struct nacre_variable *env; /* sent before the shell starts */
	size_t n_env;
	/* n_env of them: which variables the server would not take. NULL: it is not asked for an answer, as most
	 * clients do. A refused variable is a line of the log, and never a failure. */
	bool *env_refused;
	bool combine_stderr; /* as nacre_channel_set_combine_stderr */
	int timeout_ms; /* of each read, write and wait on the channel; 0: one hour, -1: none */
};

/* Starts the user's login shell, in a terminal. options: NULL for a vt100 and no variables.
 *
 * Returns NACRE_OK
 *         NACRE_E_CHANNEL_REFUSED  the server opened no session
 *         NACRE_E_REQUEST_REFUSED  it opened one, but gave no terminal, or no shell; the message says which
 *         and as nacre_client_open_channel. */
NACRE_API int nacre_client_invoke_shell(
    nacre_client *client, const struct nacre_shell_options *options, nacre_channel **channel) NACRE_CHECK;

/* --- the same step by step, for who wants to go on where one is refused --- */

/* Opens a session in which nothing runs yet: environment, terminal and streams may be set up before one of the last
 * three starts what it is for. As nacre_client_open_channel. */
NACRE_API int nacre_client_open_session(nacre_client *client, nacre_channel **channel) NACRE_CHECK;
/* Sets a variable for what will run. wants_reply: wait for the server's word; else whether it was taken nobody hears.
 * NACRE_E_REQUEST_REFUSED leaves the channel usable: so it is for all that follow. */
NACRE_API int nacre_channel_set_environment_variable(
    nacre_channel *channel, const char *name, const char *value, bool wants_reply);
/* Asks for a terminal, and waits for the answer. pty: NULL for a vt100 of 80 x 24. */
NACRE_API int nacre_channel_get_pty(nacre_channel *channel, const struct nacre_pty *pty);
/* Starts the login shell, a command, or a subsystem, and waits for the answer. One of them, once. */
NACRE_API int nacre_channel_invoke_shell(nacre_channel *channel);
NACRE_API int nacre_channel_exec_command(nacre_channel *channel, const char *command);
NACRE_API int nacre_channel_invoke_subsystem(nacre_channel *channel, const char *name);

/* --- a terminal that is there --- */

/* Tells the size of our window (RFC 4254 6.7): columns and rows (0: 80 and 24), pixels (0: unknown). There is no answer
 * to it: a server without a terminal for this channel passes over it. */
NACRE_API int nacre_channel_resize_pty(
    nacre_channel *channel, uint32_t columns, uint32_t rows, uint32_t width_px, uint32_t height_px);
/* Sends a break (RFC 4335) and waits whether it was served. length_ms: 0 lets the server choose. */
NACRE_API int nacre_channel_send_break(nacre_channel *channel, uint32_t length_ms);
/* Sends a signal to what runs (RFC 4254 6.9). name: without "SIG": "INT", "TERM". There is no answer; OpenSSH's server
 * serves it from 8.1 on, for a few names. */
NACRE_API int nacre_channel_send_signal(nacre_channel *channel, const char *name);
/* What the server has last said about flow control (RFC 4254 6.8): 1, the client may stop and start the output itself
 * by control-S and control-Q; 0, it may not; -1, the server has said nothing. */
NACRE_API int nacre_channel_flow_control(const nacre_channel *channel);

/* --- how it ended --- */

/* Would nacre_channel_recv_exit_status answer at once? Looks at nothing but what has arrived. */
NACRE_API bool nacre_channel_exit_status_ready(const nacre_channel *channel);
/* nacre_channel_wait_exit with a time of its own. timeout_ms: -1 for no limit, 0 to not wait at all: NACRE_E_AGAIN
 * where it has not ended. A signal's name, core dump and message are in *exit too (RFC 4254 6.10). */
NACRE_API int nacre_channel_recv_exit_status(nacre_channel *channel, int timeout_ms, struct nacre_exit *exit);

/* --- streams --- */

/* Puts standard error into standard output, in the order in which both arrive (on: true), from the next byte on. Set it
 * before the command starts, or what came before stays on its own stream. */
NACRE_API int nacre_channel_set_combine_stderr(nacre_channel *channel, bool on);
/* Are there bytes that a read would give at once? The end of a stream is none: see nacre_channel_ready for that. */
NACRE_API bool nacre_channel_recv_ready(const nacre_channel *channel);
NACRE_API bool nacre_channel_recv_stderr_ready(const nacre_channel *channel);
/* Would a write take a byte at once? */
NACRE_API bool nacre_channel_send_ready(const nacre_channel *channel);
/* Has the server closed the channel, or is the connection over? */
NACRE_API bool nacre_channel_is_closed(const nacre_channel *channel);
/* Has the server sent the end of both streams? */
NACRE_API bool nacre_channel_eof_received(const nacre_channel *channel);
/* Half a close: nacre_channel_shutdown_write is nacre_channel_send_eof. After nacre_channel_shutdown_read both streams
 * are at their end: what has arrived and what will is dropped, and does not stop the server; the exit status still
 * comes. */
NACRE_API int nacre_channel_shutdown_read(nacre_channel *channel);
NACRE_API int nacre_channel_shutdown_write(nacre_channel *channel);

#ifdef __cplusplus
}
#endif
#endif
