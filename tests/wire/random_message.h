/* random_message: any row's struct filled from the seed, and compared. For tests that hold for every row alike. */
#ifndef TESTS_RANDOM_MESSAGE_H
#define TESTS_RANDOM_MESSAGE_H

#include "message.h"
#include "test_env.h"

#define MESSAGE_MAX 1024 /* no random payload is longer */

/* The bytes that a random message's slices point at. */
struct message_store {
	uint8_t bytes[MESSAGE_MAX];
	size_t used;
};

void message_random(struct test_env *t, enum msg_id id, union msg_any *out, struct message_store *store);
bool message_equal(enum msg_id id, const union msg_any *a, const union msg_any *b);
/* The bytes of the first k fields, with the number for a message. */
size_t message_prefix(enum msg_id id, const union msg_any *msg, size_t k);

#endif
