/* channel: one channel's state: a vector of small enums, two windows, and what waits in either direction. Knows: which
 * moves there are, and what each one frees. Must not know: requests' meanings. RFC 4254 5. */
#ifndef CHANNEL_CHANNEL_H
#define CHANNEL_CHANNEL_H

#include "operations.h"
#include "questions.h"
#include "stage.h"
#include "stream.h"

#define CHANNEL_STREAMS 2
/* RFC 4253 6.1: data of one packet that every peer must take. We grant it, and send no more even where we may. */
#define CHANNEL_PACKET_MAX 32768

enum channel_life {
	LIFE_ASKED, /* the peer opens it; the owner has not answered */
	LIFE_OPENING, /* we open it; the peer has not answered */
	LIFE_OPEN /* both numbers are known */
};
enum channel_rx { RX_OPEN, RX_EOF, RX_CLOSED }; /* what the peer has sent */
enum channel_tx { TX_OPEN, TX_EOF_DUE, TX_EOF, TX_CLOSED }; /* what we have sent, or owe behind the staged bytes */
enum channel_owner { OWNER_HOLDS, OWNER_GONE }; /* gone: CLOSE is due behind the staged bytes */
enum channel_reader {
	READER_BOTH,
	READER_COMBINED,
	READER_NONE
}; /* what the owner reads: both streams apart, as one, no more */
enum channel_want { WANT_NOTHING, WANT_ROOM }; /* write_space gave none: CHANNEL_WRITABLE is due */

struct channel {
	uint32_t number, peer; /* ours; the peer's, from LIFE_OPEN (or LIFE_ASKED) on */
	enum channel_life life;
	enum channel_rx rx;
	enum channel_tx tx;
	enum channel_owner owner;
	enum channel_reader reader;
	enum channel_want want;
	enum nacre_stream wanted; /* the stream that write_space had no room for */
	uint64_t open_token; /* in LIFE_ASKED */
	bool exit_told;

	/* rx_window + rx_unread + what was consumed and not yet given back = rx_size */
	uint32_t rx_window; /* the peer may still send so much */
	uint32_t rx_size;
	uint32_t rx_unread;
	uint64_t rx_since_growth; /* bytes that came since the window last grew */
	struct stream streams[CHANNEL_STREAMS];
	bool announced[CHANNEL_STREAMS]; /* CHANNEL_DATA was given, and not all was consumed since */

	uint32_t tx_window, tx_packet_max;
	struct stage stage;

	struct operations operations; /* our requests */
	struct questions questions; /* the peer's */
};

#endif
