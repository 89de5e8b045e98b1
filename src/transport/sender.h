/* sender: the way out, inside transport. Knows: the outgoing lane, what is held back during an exchange. Must not know:
 * what the messages are for. RFC 4253 6, 7.1. */
#ifndef TRANSPORT_SENDER_H
#define TRANSPORT_SENDER_H

#include "transport.h"

/* Fills in t->outbox for the layers above. */
void sender_init(struct transport *t);
/* An outbox for the exchange itself and for messages 1-4, which pass at any time. */
struct outbox sender_direct(struct transport *t);
/* Queues raw bytes in front of all packets: the identification. */
int sender_raw(struct transport *t, struct slice bytes) NACRE_CHECK;
/* Our NEWKEYS is out: what was held leaves. */
int sender_release(struct transport *t) NACRE_CHECK;

/* One line of the trace for a packet. */
void trace_packet_told(const struct transport *t, enum nacre_trace_kind kind, uint32_t seq, struct slice payload);
/* Costs nothing where nobody listens. */
static inline void
trace_packet(const struct transport *t, enum nacre_trace_kind kind, uint32_t seq, struct slice payload)
{
	if (t->setup.env->trace != NULL)
		trace_packet_told(t, kind, seq, payload);
}

/* One line for a move of a state machine. */
void trace_state(const struct transport *t, const char *machine, const char *from, const char *to);

#endif
