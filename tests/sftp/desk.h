/* desk: the client's engine on a desk, without a server: what it said is looked at, and a server's words are put
 * together by the table. */
#ifndef TESTS_SFTP_DESK_H
#define TESTS_SFTP_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "sftp_client.h"
#include "sftp_list.h"
#include "test_env.h"

struct desk {
	struct test_env t;
	struct sftp_client s;
	struct buf in; /* what the server says */
	uint8_t sent[4096]; /* what the client said since it was last looked at */
	size_t n_sent;
};

/* What came of one request. */
struct told {
	unsigned times;
	int code;
	uint32_t status, id;
	enum sftp_id kind;
	char text[64];
	uint8_t bytes[512];
	size_t n;
};

/* What requests are given: their answer into a struct told, and payloads of letters. */
void desk_told(void *ctx, const struct sftp_answer *answer);
void desk_fill(void *ctx, size_t at, uint8_t *p, size_t n);
/* What the server is to say. say_any: a reply of any row with the least that it can hold. */
void desk_say(struct desk *d, enum sftp_id id, const void *msg);
void desk_say_status(struct desk *d, uint32_t id, uint32_t code, const char *text);
void desk_say_data(struct desk *d, uint32_t id, const void *p, size_t n);
void desk_say_version(struct desk *d, uint32_t version, const char *extension, const char *data);
void desk_say_any(struct desk *d, enum sftp_id kind, uint32_t id);
/* The client hears it, in pieces of `step` bytes. */
int desk_hear(struct desk *d, size_t step);
/* ready: with VERSION behind it. take: what the client says into `sent`. */
void desk_open(struct desk *d);
void desk_take(struct desk *d);
void desk_ready(struct desk *d);
void desk_close(struct desk *d);
/* Each returns the request's id. */
uint32_t desk_ask(struct desk *d, enum sftp_id type, const void *msg, struct told *told);
uint32_t desk_ask_stat(struct desk *d, struct told *told);
uint32_t desk_ask_read(struct desk *d, uint32_t n, struct told *told);
uint32_t desk_ask_any(struct desk *d, enum sftp_id type, struct told *told);

#endif
