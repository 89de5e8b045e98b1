/* stage: what most tests of the client begin with: keys made once, a directory for files, a client whose peer it
 * trusts. */
#ifndef TESTS_CLIENT_STAGE_H
#define TESTS_CLIENT_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "peer.h"
#include "test_env.h"

#define STAGE_PATH_MAX 256
#define STAGE_LOG_MAX 4096

enum { STAGE_HOST, STAGE_HOST_OTHER, STAGE_USER, STAGE_USER_2, STAGE_USER_3, STAGE_KEYS };

struct stage {
	struct test_env env; /* the client's */
	nacre_client *client;
	struct peer peer;
	struct peer_script script; /* accepts the user key and the password "secret" */
	struct nacre_connect_options options; /* user "diver" and the user key */
	char log[STAGE_LOG_MAX]; /* "W nacre.transport message\n" ... */
};

extern nacre_key *stage_keys[STAGE_KEYS];
extern char stage_dir[STAGE_PATH_MAX];

/* cmocka group fixtures. */
int stage_setup(void **state);
int stage_teardown(void **state);

/* A client that knows the host "reef" by its key; the peer is not started. */
void stage_init(struct stage *s);
/* Frees the client, joins the peer, and asserts that the client gave all its memory back. */
void stage_end(struct stage *s);
/* Starts a peer and connects to it as "reef". */
int stage_connect(struct stage *s);
/* stage_init, stage_connect, and success. */
void stage_open(struct stage *s);
/* Closes the client and waits for the peer's end, so that what it saw can be read. */
void stage_close(struct stage *s);

/* The last failure. */
struct nacre_error stage_error(const struct stage *s);
#define assert_failed(s, expected)                                                                                     \
	do {                                                                                                           \
		assert_string_equal(nacre_status_name(stage_error(s).code), nacre_status_name(expected));              \
	} while (0)

/* A file in stage_dir with these bytes and mode; the path lives until the next call but one. */
const char *stage_file(const char *name, const char *text, size_t n, unsigned mode);
const char *stage_path(const char *name);
/* A private key's file, mode 0600. */
const char *stage_key_file(const char *name, const nacre_key *key);
/* "reef ssh-ed25519 AAAA...\n" with any prefix before the name ("@revoked "), into out. */
void stage_line(char *out, size_t cap, const char *prefix, const char *host, const nacre_key *key);
/* The whole of a file, NUL-terminated, "" where there is none. */
void stage_slurp(const char *path, char *out, size_t cap);

#endif
