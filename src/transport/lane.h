/* lane: one direction's packets. Knows: framing, padding, sequence numbers, counters. Must not know: messages, why keys
 * change. Serves RFC 4253 6 (packets), 6.4 (sequence numbers), 9 and RFC 4344 3 (when keys grow old). */
#ifndef TRANSPORT_LANE_H
#define TRANSPORT_LANE_H

#include "failure.h"
#include "inbox.h"
#include "landing.h"
#include "pad.h"
#include "suite.h"

struct lane {
	struct suite suite;
	uint32_t seq;           /* of the next packet */
	bool seq_wrapped;       /* since the connection began, or since strict kex last set it to 0 */
	uint64_t packets, bytes; /* under these keys */
	uint64_t earlier_packets, earlier_bytes; /* under the keys before */
	bool has_length;        /* in: `length` of the packet at hand is known */
	uint32_t length;
	bool is_doomed;         /* in: the packet at hand is refused, which is said when the longest one would have come */
	size_t wasted;          /* in: bytes of the doomed packet that went through the MAC */
};

void lane_init(struct lane *lane);
void lane_wipe(struct lane *lane);

/* Out: how long a packet with a payload of n bytes is on the wire, and where in it the payload stands. */
#define LANE_PAYLOAD_OFFSET 5
size_t lane_packet_len(const struct lane *lane, size_t payload_n);
/* Out: frames the payload that stands at pkt + LANE_PAYLOAD_OFFSET, by writing around it, and protects the packet: to
 * out, which is pkt for in place, else apart from it, and then only where suite_can_move. */
int lane_seal(struct lane *lane, struct pad *pad, uint8_t *pkt, size_t payload_n, uint8_t *out) NACRE_CHECK;

/* In: 1: *payload is the next packet's, where it stood or at the landing, and *used bytes can be taken off the inbox
 * when it is done with; 0: more bytes are needed; or an error, kept in *failure. */
int lane_open(struct lane *lane, struct inbox *in, const struct landing *landing, struct slice *payload, size_t *used,
    struct failure *failure) NACRE_CHECK;

/* New keys: the counters under them start at 0; with strict kex the sequence number too. */
void lane_rekeyed(struct lane *lane, bool strict);

/* Have these keys done their share? The limits of the options, and the cipher's own. */
bool lane_is_worn(const struct lane *lane, uint64_t max_bytes, uint64_t max_packets);
/* Must nothing more be sent or taken under these keys? */
bool lane_is_spent(const struct lane *lane);

#endif
