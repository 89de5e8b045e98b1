/* reef: a client of ours on a server of ours, which serves a file system in memory from a thread of its own. */
#ifndef TESTS_SERVER_REEF_H
#define TESTS_SERVER_REEF_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <nacre/nacre.h>
#include <cmocka.h>
#include "test_env.h"

struct reef {
	struct test_env client_env, server_env;
	nacre_sftp_memory *memory;
	struct nacre_sftp_handler handler; /* the memory's, changed as a test likes before reef_begin */
	void (*link)(void *ctx, int ends[2]); /* gives the client's and the server's socket; NULL: a pair of them */
	void *link_ctx;
	nacre_server *server;
	nacre_key *host_key;
	pthread_t thread;
	unsigned sessions; /* of SFTP that the server began; read it when the client is gone */
	nacre_client *client;
	nacre_sftp *sftp;
};

void reef_init(struct reef *r);
/* Starts the server, connects, and opens SFTP. */
void reef_begin(struct reef *r);
/* Ends the client and the server; the files stay, for another reef_begin. */
void reef_hang_up(struct reef *r);
/* Ends all of it, and asserts that both gave their memory back. */
void reef_end(struct reef *r);

/* The last failure of the session. */
struct nacre_sftp_error reef_error(const struct reef *r);
#define assert_done(r, rc)                                                                                             \
	do {                                                                                                           \
		int got_ = (rc);                                                                                       \
		if (got_ != NACRE_OK)                                                                                  \
			fail_msg("%s: %s", #rc, reef_error(r).error.message);                                          \
	} while (0)

/* A file with this content, and whether a file has just this content. */
void reef_put(struct reef *r, const char *path, const void *p, size_t n);
bool reef_holds(struct reef *r, const char *path, const void *p, size_t n);
bool reef_is_there(struct reef *r, const char *path);

#endif
