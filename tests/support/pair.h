/* pair: a client and a server joined in memory, with virtual time. Bytes cross in pieces of a chosen size; questions are
 * answered by policy; every event is counted and the last of each type is kept. */
#ifndef TESTS_PAIR_H
#define TESTS_PAIR_H

#include "test_env.h"
#include <nacre/channel.h>
#include <nacre/conn.h>

#define PAIR_EVENTS 32

struct pair_side {
	struct test_env *te;
	nacre_conn *conn;
	unsigned seen[PAIR_EVENTS];          /* by event type */
	struct nacre_event last[PAIR_EVENTS]; /* pointers in it are stale */
	uint32_t channel;                    /* the last one opened */
	char text[256];                      /* data of the last event, cut */
};

enum pair_auth { PAIR_NONE, PAIR_PASSWORD, PAIR_PUBLICKEY, PAIR_PROBE };

struct pair {
	struct pair_side client, server;
	int64_t now_ms;
	size_t in_max, out_max;  /* bytes moved at a time; 0: all that there is */
	/* policy */
	int host_key_error;      /* the client's answer to HOST_KEY */
	enum pair_auth auth;
	const char *user, *password;
	const nacre_key *user_key;
	bool stop_auth_after_refusal;
	bool hold_auth;          /* AUTH questions are left open */
	bool hold_server;        /* the server's questions are left open */
	bool echo;               /* the server sends back what it gets */
	bool exec_exits;         /* the server answers exec with 7 and closes */
	/* a tap: may change what crosses from the client (to_server) or the server */
	void (*tap)(struct pair *p, bool to_server, uint8_t *bytes, size_t n);
	void *tap_ctx;
	/* after each event, before the policy */
	void (*hook)(struct pair *p, struct pair_side *side, const struct nacre_event *ev);
	void *hook_ctx;
	uint64_t received_by_server, received_by_client; /* channel bytes */
	uint8_t server_hash[32], client_hash[32];
};

/* Options may be NULL for the defaults; role, time and (for the server) keys are filled in. 0 or the error. */
int pair_init(struct pair *p, struct test_env *client_env, struct test_env *server_env,
    const struct nacre_conn_options *client, const struct nacre_conn_options *server, const nacre_key *const *host_keys,
    size_t n_host_keys);
void pair_free(struct pair *p);

/* Moves bytes and takes events once each way; true where anything happened. */
bool pair_turn(struct pair *p);
/* Until nothing happens any more. */
void pair_run(struct pair *p);
/* Only events, no bytes. */
bool pair_events(struct pair *p, struct pair_side *side);
/* Moves at most n bytes from one side's output to the other's input (no events); how many. */
size_t pair_move(struct pair *p, bool to_server, size_t n);
/* Lets time pass, then runs. */
void pair_pass(struct pair *p, int64_t ms);

/* Runs until the client is authenticated; false where it came to nothing. */
bool pair_login(struct pair *p);
/* Opens a session channel from the client; its number. */
uint32_t pair_open(struct pair *p);

int pair_error(const struct pair_side *side);

#endif
