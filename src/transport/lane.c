/* lane: see lane.h. Knows: bytes of one packet. Must not know: messages. RFC 4253 6. */
#include "lane.h"
#include "buf.h"
#include "bounds.h"

#define PAD_MIN 4
#define PACKETS_MAX (UINT64_C(1) << 31) /* RFC 4344 3.1: well before the sequence number comes round */

void
lane_init(struct lane *lane)
{
	*lane = (struct lane){.seq = 0};
	suite_init_null(&lane->suite);
}

void
lane_wipe(struct lane *lane)
{
	suite_wipe(&lane->suite);
	lane_init(lane);
}

/* RFC 4253 6: packet_length || padding_length || payload || padding is a multiple of the block, with at least 4 bytes
 * of padding; where packet_length stands apart (AEAD, -etm) it is not part of the sum. */
static size_t
padding_len(const struct lane *lane, size_t payload_n)
{
	size_t block = suite_block_len(&lane->suite);
	size_t head = suite_length_is_apart(&lane->suite) ? 1 : LANE_PAYLOAD_OFFSET;
	size_t pad = block - (head + payload_n) % block;

	return pad < PAD_MIN ? pad + block : pad;
}

size_t
lane_packet_len(const struct lane *lane, size_t payload_n)
{
	return LANE_PAYLOAD_OFFSET + payload_n + padding_len(lane, payload_n) + suite_tag_len(&lane->suite);
}

static void
count(struct lane *lane, size_t wire_n)
{
	if (++lane->seq == 0)
		lane->seq_wrapped = true;
	lane->packets++;
	lane->bytes += wire_n;
}

int
lane_seal(struct lane *lane, struct pad *pad, uint8_t *pkt, size_t payload_n, uint8_t *out)
{
	size_t pad_n = padding_len(lane, payload_n);
	size_t n = LANE_PAYLOAD_OFFSET + payload_n + pad_n;
	int r;

	put_be32(pkt, (uint32_t)(n - 4));
	pkt[4] = (uint8_t)pad_n;
	pad_bytes(pad, pkt + LANE_PAYLOAD_OFFSET + payload_n, pad_n);
	r = out == pkt ? suite_seal(&lane->suite, lane->seq, pkt, n)
		       : suite_seal_from(&lane->suite, lane->seq, pkt, n, out);
	if (r != 0)
		return r;
	count(lane, n + suite_tag_len(&lane->suite));
	return 0;
}

static bool
length_is_plausible(const struct lane *lane)
{
	size_t block = suite_block_len(&lane->suite);
	size_t sum = suite_length_is_apart(&lane->suite) ? lane->length : (size_t)lane->length + 4;

	return lane->length <= LIMIT_PACKET && sum >= block && lane->length >= 1 + PAD_MIN && sum % block == 0;
}

/* CBC with packet_length inside (CVE-2008-5161): who changes a packet would learn from the answer, or from how many
 * bytes it takes to get one, what the first block decrypts to. So every such packet is read on as if it were the
 * longest, and refused like one whose MAC is wrong. OpenSSH does the same. */
static void
doom(struct lane *lane, size_t wasted)
{
	lane->is_doomed = true;
	lane->has_length = true;
	lane->length = LIMIT_PACKET;
	lane->wasted = wasted;
}

/* The bounds are checked before a single byte more is waited for. */
static int
check_length(const struct lane *lane, struct failure *failure)
{
	size_t block = suite_block_len(&lane->suite);
	size_t sum = suite_length_is_apart(&lane->suite) ? lane->length : (size_t)lane->length + 4;

	if (lane->length > LIMIT_PACKET)
		return failure_set(failure, NACRE_E_PACKET, NACRE_ORIGIN_PROTOCOL, "packet: packet_length %lu is over %d",
		    (unsigned long)lane->length, LIMIT_PACKET);
	if (sum < block || lane->length < 1 + PAD_MIN)
		return failure_set(failure, NACRE_E_PACKET, NACRE_ORIGIN_PROTOCOL, "packet: packet_length %lu is too small",
		    (unsigned long)lane->length);
	if (sum % block != 0)
		return failure_set(failure, NACRE_E_PACKET, NACRE_ORIGIN_PROTOCOL,
		    "packet: packet_length %lu is not a multiple of %zu", (unsigned long)lane->length, block);
	return 0;
}

static int
read_length(struct lane *lane, struct inbox *in, struct failure *failure)
{
	int r = suite_open_length(&lane->suite, lane->seq, inbox_bytes(in), &lane->length);

	if (r != 0)
		return failure_set(failure, r, NACRE_ORIGIN_CRYPTO, "packet: packet_length cannot be decrypted");
	if (suite_hides_faults(&lane->suite) && !length_is_plausible(lane))
		doom(lane, 0);
	else if ((r = check_length(lane, failure)) != 0)
		return r;
	lane->has_length = true;
	return 0;
}

/* body: what packet_length counts, decrypted. */
static int
find_payload(const uint8_t *body, uint32_t length, struct slice *payload, struct failure *failure)
{
	size_t pad_n = body[0];

	if (pad_n < PAD_MIN || pad_n + 1 > length)
		return failure_set(failure, NACRE_E_PACKET, NACRE_ORIGIN_PROTOCOL, "packet: padding_length %zu in a packet of %lu",
		    pad_n, (unsigned long)length);
	*payload = slice_of(body + 1, length - 1 - pad_n);
	if (payload->n == 0)
		return failure_set(failure, NACRE_E_PACKET, NACRE_ORIGIN_PROTOCOL, "packet: the payload is empty");
	return 0;
}

/* Decrypts the packet to the landing, where it is large enough to be worth it, or in place. */
static int
open_packet(struct lane *lane, uint8_t *pkt, const struct landing *landing, const uint8_t **body)
{
	size_t n = (size_t)lane->length + 4; /* cannot wrap: length is at most LIMIT_PACKET */
	uint8_t *out = NULL;

	if (lane->length >= LANDING_LEAST && landing->take != NULL && suite_can_move(&lane->suite))
		out = landing->take(landing->ctx, lane->length);
	*body = out != NULL ? out : pkt + 4;
	return out != NULL ? suite_open_to(&lane->suite, lane->seq, pkt, n, out) : suite_open(&lane->suite, lane->seq, pkt, n);
}

static int
refuse(struct failure *failure, int code)
{
	return failure_set(failure, code, NACRE_ORIGIN_CRYPTO, "packet: %s",
	    code == NACRE_E_MAC ? "the integrity check failed" : "cannot be decrypted");
}

/* Nothing comes back from here but the refusal, or 0 until enough bytes have come. */
static int
open_doomed(struct lane *lane, const struct inbox *in, struct failure *failure)
{
	size_t n = (size_t)LIMIT_PACKET + 4;

	if (inbox_len(in) < n + suite_tag_len(&lane->suite))
		return 0;
	suite_waste(&lane->suite, lane->seq, inbox_bytes(in) + lane->wasted, n - lane->wasted);
	return refuse(failure, NACRE_E_MAC);
}

int
lane_open(struct lane *lane, struct inbox *in, const struct landing *landing, struct slice *payload, size_t *used,
    struct failure *failure)
{
	const uint8_t *body;
	int r;

	if (!lane->has_length) {
		if (inbox_len(in) < suite_head_len(&lane->suite))
			return 0;
		if ((r = read_length(lane, in, failure)) != 0)
			return r;
	}
	if (lane->is_doomed)
		return open_doomed(lane, in, failure);
	*used = (size_t)lane->length + 4 + suite_tag_len(&lane->suite);
	if (inbox_len(in) < *used)
		return 0;
	lane->has_length = false;
	r = open_packet(lane, inbox_bytes(in), landing, &body);
	if (r == NACRE_E_MAC && suite_hides_faults(&lane->suite)) {
		doom(lane, (size_t)lane->length + 4);
		return open_doomed(lane, in, failure);
	}
	if (r != 0)
		return refuse(failure, r);
	if ((r = find_payload(body, lane->length, payload, failure)) != 0)
		return r;
	count(lane, *used);
	return 1;
}

void
lane_rekeyed(struct lane *lane, bool strict)
{
	lane->earlier_packets += lane->packets;
	lane->earlier_bytes += lane->bytes;
	lane->packets = 0;
	lane->bytes = 0;
	if (strict) {
		lane->seq = 0;
		lane->seq_wrapped = false;
	}
}

/* RFC 4344 3.2: 2^(L/4) blocks for a block of L bits. */
static uint64_t
cipher_bytes_max(const struct lane *lane)
{
	const struct cipher *cipher = lane->suite.cipher;

	if (cipher == NULL || cipher->rekey_blocks_log2 == 0)
		return UINT64_MAX;
	return (uint64_t)cipher->block_len << cipher->rekey_blocks_log2;
}

bool
lane_is_worn(const struct lane *lane, uint64_t max_bytes, uint64_t max_packets)
{
	return lane->bytes >= max_bytes || lane->packets >= max_packets || lane->bytes >= cipher_bytes_max(lane) ||
	       lane->packets >= PACKETS_MAX;
}

bool
lane_is_spent(const struct lane *lane)
{
	return lane->packets >= UINT64_C(0xffffffff) || lane->bytes / 2 >= cipher_bytes_max(lane) / 2 + (UINT64_C(1) << 30);
}
