/* end: one end's multiplexer over memory: messages that it sent can be taken, or carried to another end; messages of a
 * peer can be put; every event is kept, with its data copied. */
#ifndef TESTS_CHANNEL_END_H
#define TESTS_CHANNEL_END_H

#include "mux.h"
#include "test_env.h"

#define END_EVENTS 4096

struct end_event {
	struct nacre_event event; /* its pointers are stale */
	uint8_t name[64], data[256];
	size_t name_len, data_len;
	struct nacre_exit exit;
};

struct end {
	struct test_env te;
	struct mux_setup setup;
	struct outbox outbox;
	struct sink sink;
	struct failure failure;
	struct mux *mux;

	uint8_t *queue; /* length, payload, length, payload */
	size_t queue_from, queue_to, queue_cap;
	size_t reserved;
	size_t room; /* what outbox.room says; bulk data takes from it */
	uint64_t sent; /* messages */
	int outbox_error; /* reserve fails with it */

	struct end_event events[END_EVENTS];
	size_t event_from, event_to;
	uint64_t last_token;
};

/* window and window_max 0: 2 MiB and 16 MiB; channels_max 0: 1024. */
void end_init(struct end *e, enum nacre_role role, uint32_t window, uint32_t window_max, unsigned channels_max);
/* Also proves that nothing was leaked. */
void end_free(struct end *e);

/* A message of the peer arrives; mux_packet's result. */
int end_put(struct end *e, enum msg_id id, const void *msg);
int end_put_bytes(struct end *e, const void *p, size_t n);
/* The next message that was sent is of that id: parsed into out. Its slices live until the next end_take or end_carry.
 */
void end_take(struct end *e, enum msg_id id, void *out);
bool end_is_silent(const struct end *e);
/* Takes all that was sent. */
void end_hush(struct end *e);
/* Carries one message over to the other end: false where there is none. */
bool end_carry(struct end *from, struct end *to);
void end_carry_all(struct end *a, struct end *b);

/* The next event is of that type. Lives until END_EVENTS more were pushed. */
const struct end_event *end_event(struct end *e, enum nacre_event_type type);
bool end_is_quiet(const struct end *e);
void end_forget_events(struct end *e);

/* A channel that the end opened, and that the peer confirmed as its number `peer`. */
uint32_t end_open(struct end *e, uint32_t peer, uint32_t window, uint32_t max_packet);
/* The same between two ends; the numbers of both. */
void end_open_pair(struct end *a, struct end *b, uint32_t *at_a, uint32_t *at_b);
/* write_space and commit of up to n bytes; how many. */
size_t end_write(struct end *e, uint32_t channel, enum nacre_stream stream, const void *p, size_t n);
int end_data(struct end *e, uint32_t channel, const void *p, size_t n);
int end_consume_all(struct end *e, uint32_t channel, enum nacre_stream stream);
/* The end has failed with that code, and its text says so. */
void end_assert_failed(const struct end *e, int code, const char *text);

#endif
