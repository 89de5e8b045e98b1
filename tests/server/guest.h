/* guest: a client without opinions, joined with a server by a socketpair, both in the test's thread. It keeps what its
 * channels bring, and can be told to write, or to read nothing. */
#ifndef TESTS_SERVER_GUEST_H
#define TESTS_SERVER_GUEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <nacre/channel.h>
#include <nacre/server.h>
#include "test_env.h"

#define GUEST_KEEP 4096
#define GUEST_CHANNELS 8
#define GUEST_LOG 8192

enum guest_auth { GUEST_PASSWORD, GUEST_KEY, GUEST_PROBE, GUEST_NONE };

/* What one channel of the client has seen. */
struct guest_channel {
	uint32_t number;
	bool opened, refused, eof, exited, closed;
	uint32_t reason;
	struct nacre_exit exit;
	bool exit_after_eof;
	unsigned yes, no; /* replies */
	char text[2][GUEST_KEEP]; /* the beginning of each stream, NUL-terminated */
	uint64_t got[2], sum[2]; /* bytes, and a sum over them and their places */
	bool deaf; /* reads nothing */
	uint64_t to_send, sent; /* bytes of a pattern */
	uint64_t sent_sum;
	bool eof_after; /* EOF behind the last of them */
	bool eof_sent;
};

struct guest {
	struct test_env server_env, client_env;
	struct nacre_server_options options; /* for guest_start */
	struct nacre_conn_options connection;
	nacre_server *server;
	nacre_conn *conn;
	int fd;
	/* the client's credentials */
	enum guest_auth auth;
	const char *user, *password;
	const nacre_key *key;
	/* what happened */
	bool authenticated, closed, refused;
	char methods[128], banner[128];
	struct guest_channel channels[GUEST_CHANNELS];
	unsigned n_channels;
	unsigned asked; /* calls of the server's callbacks */
	char log[GUEST_LOG]; /* the server's, a line each */
};

extern nacre_key *guest_host_key, *guest_user_key, *guest_other_key;

/* cmocka group fixtures: the keys. */
int guest_setup(void **state);
int guest_teardown(void **state);

/* Zeroes and fills in: a server that knows "diver" by the password "pearl" and by guest_user_key, with the builtin
 * commands; a client that comes as that. Change options before guest_start. */
void guest_init(struct guest *g);
/* Makes the server, and a client on a socketpair. */
void guest_start(struct guest *g);
/* The client's half alone, on a socket of its own; the server must be there. */
void guest_join(struct guest *g, int fd);
/* Runs both until the client is authenticated, or the connection is over. */
void guest_login(struct guest *g);
/* init, start, login, and success. */
void guest_open(struct guest *g);
/* Frees both; both environments must have everything back. */
void guest_end(struct guest *g);

/* Runs both until done() is true or both are idle for good (a minute): false then. */
bool guest_until(struct guest *g, bool (*done)(const struct guest *g));
/* One turn of each; the server waits at most wait_ms. */
void guest_turn(struct guest *g, int wait_ms);

/* Opens a session and waits for the answer. */
struct guest_channel *guest_session(struct guest *g);
/* Sends exec and does not wait. */
void guest_exec(struct guest *g, struct guest_channel *ch, const char *command);
/* Opens a session, runs a command with `input` bytes of pattern and EOF behind it, waits until the channel is closed.
 */
struct guest_channel *guest_run(struct guest *g, const char *command, uint64_t input);
/* Waits until the last channel is closed, or has this many replies. */
void guest_wait_closed(struct guest *g);
void guest_wait_replies(struct guest *g, unsigned n);

#endif
