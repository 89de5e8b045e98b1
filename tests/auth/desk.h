/* desk: one machine of src/auth on a test bench: its outbox is an array of messages, its sink an array of events.
 * Helpers build what the other side would send, and read what this side sent. */
#ifndef TESTS_AUTH_DESK_H
#define TESTS_AUTH_DESK_H

#include "auth_internal.h"
#include "test_env.h"

#define DESK_MESSAGES 64
#define DESK_MESSAGE_MAX 20480
#define DESK_EVENTS 128
#define DESK_METHODS "publickey,password"
#define DESK_ALGORITHMS "ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256"

/* A slice for tables: SLICE_LIT is no constant. */
#define BYTES(s)                                                                                                       \
	{                                                                                                              \
		(const uint8_t *)(s), sizeof(s) - 1                                                                    \
	}

struct desk {
	struct test_env te;
	struct auth_setup setup;
	struct failure failure;
	struct outbox outbox;
	struct sink sink;

	uint8_t sent[DESK_MESSAGES][DESK_MESSAGE_MAX];
	size_t sent_n[DESK_MESSAGES];
	size_t n_sent, n_read; /* messages; n_read: taken by desk_take */
	int outbox_error;      /* what reserve refuses with; 0: it does not */

	struct nacre_event events[DESK_EVENTS];
	size_t n_events, n_taken;
	uint64_t last_token;

	struct auth_client client;
	struct auth_server server;
	bool is_client;
};

extern const struct slice desk_session_id;

/* On the heap; freed with desk_free, which also checks that no memory is left. */
struct desk *desk_client(const char *algorithms);
/* methods and algorithms: NULL for the desk's own. Started; tries_max is 6. */
struct desk *desk_server(const char *methods, const char *algorithms);
/* A server that has accepted the service. */
struct desk *desk_server_open(const char *methods, const char *algorithms);
void desk_free(struct desk *d);

/* The next message that was sent; empty where there is none. */
struct slice desk_take(struct desk *d);
/* ... which must be of this kind: parsed into out. */
void desk_take_as(struct desk *d, enum msg_id id, void *out);
void desk_sent_nothing(struct desk *d);
/* The next event, which must be of this type. */
struct nacre_event desk_event(struct desk *d, enum nacre_event_type type);
void desk_no_event(struct desk *d);

/* Gives the machine a message. */
int desk_give(struct desk *d, struct slice payload) NACRE_CHECK;
int desk_give_msg(struct desk *d, enum msg_id id, const void *msg) NACRE_CHECK;
int desk_give_number(struct desk *d, uint8_t number) NACRE_CHECK;

/* What a server says to a client. */
int desk_accept_service(struct desk *d) NACRE_CHECK;
int desk_give_failure(struct desk *d, const char *methods, bool partial) NACRE_CHECK;
int desk_give_banner(struct desk *d, struct slice text) NACRE_CHECK;
int desk_give_pk_ok(struct desk *d, const char *algorithm, struct slice blob) NACRE_CHECK;

/* What a client says to a server. The tail is the method's own part. */
struct desk_request {
	const char *user, *service, *method; /* service NULL: ssh-connection */
	struct slice tail;
	struct slice user_bytes; /* instead of user, where n is not 0 */
};
int desk_request(struct desk *d, const struct desk_request *request) NACRE_CHECK;
int desk_give_none(struct desk *d, const char *user) NACRE_CHECK;
int desk_give_password(struct desk *d, const char *user, struct slice password) NACRE_CHECK;
int desk_give_kbdint(struct desk *d, const char *user) NACRE_CHECK;
int desk_give_probe(struct desk *d, const char *user, const char *algorithm, struct slice blob) NACRE_CHECK;
/* Signed by `key` as the protocol says. The payload is built in *out, which the caller frees. */
void desk_build_signed(struct buf *out, const nacre_key *key, const char *algorithm, const char *user);
int desk_give_signed(struct desk *d, const nacre_key *key, const char *algorithm, const char *user) NACRE_CHECK;

/* Keys, made once by desk_keys_make. */
enum { DESK_ED25519, DESK_ED25519_OTHER, DESK_P256, DESK_RSA, DESK_KEYS };
extern nacre_key *desk_key[DESK_KEYS];    /* with their private halves */
extern nacre_key *desk_public[DESK_KEYS]; /* without */
extern struct test_env desk_keys_env;
int desk_keys_make(void **state);
int desk_keys_free(void **state);

bool desk_is(struct nacre_bytes bytes, const char *s);

#endif
