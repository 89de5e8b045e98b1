/* operations: our requests that wait for a reply, of one channel or of the connection. Knows: a count sent and a count
 * answered: replies carry no number and come in order, so two counters are the whole queue. Must not know: what was
 * asked. RFC 4254 4, 5.4. */
#ifndef CHANNEL_OPERATIONS_H
#define CHANNEL_OPERATIONS_H

#include <stdbool.h>
#include <stdint.h>

#define OPERATIONS_MAX 64 /* unanswered */

struct operations {
	uint32_t serial; /* unlike that of any other queue of the connection */
	uint32_t sent, answered;
};

static inline bool
operations_is_full(const struct operations *ops)
{
	return ops->sent - ops->answered >= OPERATIONS_MAX;
}

/* Never 0: the counts begin at 1. */
static inline uint64_t
operations_number(const struct operations *ops, uint32_t count)
{
	return (uint64_t)ops->serial << 32 | count;
}

/* The number of the request that has just been sent. */
static inline uint64_t
operations_submit(struct operations *ops)
{
	return operations_number(ops, ++ops->sent);
}

/* A reply came: false where nothing was asked. */
static inline bool
operations_answer(struct operations *ops, uint64_t *operation)
{
	if (ops->sent == ops->answered)
		return false;
	*operation = operations_number(ops, ++ops->answered);
	return true;
}

#endif
