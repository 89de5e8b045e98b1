/* peer: a scripted server on the other end of a socket, run by a thread of its own. It is made of the core's server
 * role, waits for nothing but its socket, and ends when the client closes. */
#ifndef TESTS_CLIENT_PEER_H
#define TESTS_CLIENT_PEER_H

#include <pthread.h>
#include <nacre/nacre.h>

#define PEER_CHANNELS 8
#define PEER_HOST_KEYS 8

/* Where the peer falls silent: its socket stays open, and nothing is answered any more. */
enum peer_stall { STALL_NEVER, STALL_IDENT, STALL_KEX, STALL_AUTH, STALL_OPEN, STALL_EXEC, STALL_GLOBAL };

/* How it answers whatever it is shown; but a probe is answered by what is true. */
enum peer_whim { WHIM_NONE, WHIM_REFUSES, WHIM_PARTIAL, WHIM_TAKES_NO_SIGNATURE };

/* What the peer asks in keyboard-interactive, round by round: a row with another number begins the next round. */
struct peer_prompt {
	unsigned round; /* from 0 */
	const char *text, *answer; /* text NULL: a round without prompts */
	bool echo;
};

struct peer;

struct peer_script {
	const nacre_key *host_key;
	/* More of them; told to the client where there are any. */
	const nacre_key *const *more_host_keys;
	size_t n_more_host_keys;
	/* Sees every event first; true: it was dealt with. NULL: nobody does. */
	bool (*hook)(struct peer *peer, const struct nacre_event *ev);
	void *hook_ctx;
	const nacre_key *user_key; /* accepted; NULL: none is */
	const nacre_key *user_key2; /* accepted too */
	const char *password; /* accepted; NULL: none is */
	bool none_is_enough;
	bool both_needed; /* a key and a password, in any order */
	const char *methods; /* said to be allowed; NULL: the default */
	const char *chain; /* methods that are all needed, in this order; NULL: any one */
	bool any_order; /* of chain */
	const struct peer_prompt *dialog; /* n_dialog of them; 0: keyboard-interactive is accepted without a question */
	size_t n_dialog;
	enum peer_whim whim;
	const char *says; /* what every refusal and half of an acceptance names, whatever is offered; NULL: what is true */
	const char *expired; /* a password that must be changed into `password` */
	const char *banner;
	const char *ciphers;
	enum peer_stall stall;
	const int *behind; /* a socket that "direct-tcpip" is joined with, the peer's from then on; NULL: that is refused */
	uint32_t refuse_open; /* RFC 4254 5.1's reason; 0: sessions are opened */
	bool refuse_exec, refuse_pty, refuse_shell;
	const char *refuse_env; /* this variable is not taken; NULL: all are */
};

struct peer_channel {
	bool used, running, ended, eof;
	uint32_t number;
	char command[128];
	size_t left[2]; /* bytes that are still to be written, by stream */
	bool joined; /* with script.behind */
};

struct peer {
	struct peer_script script;
	int fd; /* the peer's end; closed by its thread */
	int client_fd; /* for options.sock */
	pthread_t thread;
	bool joined;
	nacre_conn *conn;
	struct peer_channel channels[PEER_CHANNELS];
	bool vanish, silent, deaf;
	/* What it saw; read after peer_join. */
	char auth[256]; /* "publickey? publickey password": ? is a probe */
	char requests[512]; /* channel and global requests, by name */
	char env[128];
	char terminal[512]; /* "vt100 80x24 0x0 1", what it was told of terminals and signals, one line each */
	unsigned flights; /* times that bytes came after the peer had answered */
	bool answered;
	bool key_done, password_done;
	bool dialog_wrong;
	unsigned done; /* of script.chain, by position */
	bool channel_was_refused; /* the client's answer to "open" */
	int error;
};

/* The two ends of a socketpair, or with `fd` >= 0 a socket that is connected already. */
void peer_start(struct peer *peer, const struct peer_script *script);
void peer_start_on(struct peer *peer, const struct peer_script *script, int fd);
/* A socket on 127.0.0.1 that listens, and whose queue holds next to nothing; the caller's to close. */
int peer_silent_listener(unsigned *port);
/* peer_join.c: moves bytes between a joined channel and the socket behind. False: the socket has ended. */
bool peer_move(struct peer *peer, struct peer_channel *ch);
/* peer_auth.c: answers AUTH_REQUEST. */
void peer_on_auth(struct peer *peer, const struct nacre_event *ev);
/* Waits for its end: the client must have closed. */
void peer_join(struct peer *peer);

#endif
