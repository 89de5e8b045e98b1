/* send: data that leaves, and the window that the peer granted for it. Knows: what may be sent now. Must not know: what
 * the data is. RFC 4254 5.2, 5.3. */
#include "mux_internal.h"

#define EXTENDED_STDERR 1 /* RFC 4254 5.2: SSH_EXTENDED_DATA_STDERR */

static int
send_data(struct mux *mux, const struct channel *ch, uint8_t *p, size_t n)
{
	struct slice data = slice_of(p, n);
	struct msg_channel_data out = {.recipient = ch->peer, .data = data};
	struct msg_channel_extended_data err = {.recipient = ch->peer, .data_type = EXTENDED_STDERR, .data = data};

	if (ch->stage.stream == NACRE_STDOUT)
		return msg_send_from(mux->setup.outbox, MSG_channel_data, &out, p);
	return msg_send_from(mux->setup.outbox, MSG_channel_extended_data, &err, p);
}

/* The next packet's bytes. As long as the output has any room a packet is not cut for its sake: a small packet costs
 * more than the few bytes beyond the mark. */
static uint8_t *
next_data(struct mux *mux, const struct channel *ch, size_t *n)
{
	uint8_t *p = stage_peek(&ch->stage, n);

	if (*n > ch->tx_packet_max)
		*n = ch->tx_packet_max;
	if (*n > ch->tx_window)
		*n = ch->tx_window;
	if (*n == 0)
		return NULL;
	if (mux_room(mux) > 0)
		return p;
	mux->output = OUTPUT_SHORT;
	return NULL;
}

static int
send_staged(struct mux *mux, struct channel *ch)
{
	uint8_t *p;
	size_t n;
	int r;

	while ((p = next_data(mux, ch, &n)) != NULL) {
		if ((r = send_data(mux, ch, p, n)) != 0)
			return r;
		ch->tx_window -= (uint32_t)n; /* cannot wrap: next_data cut it */
		stage_consume(&ch->stage, n);
	}
	return 0;
}

static int
send_eof(struct mux *mux, struct channel *ch)
{
	struct msg_channel_eof msg = {.recipient = ch->peer};

	channel_set_tx(mux, ch, TX_EOF);
	return mux_send(mux, MSG_channel_eof, &msg);
}

int
send_close(struct mux *mux, struct channel *ch)
{
	struct msg_channel_close msg = {.recipient = ch->peer};

	channel_set_tx(mux, ch, TX_CLOSED);
	return mux_send(mux, MSG_channel_close, &msg);
}

/* Told at half of the area, so that a slow window does not wake its writer for every byte. */
static void
tell_writable(struct mux *mux, struct channel *ch)
{
	if (ch->want != WANT_ROOM || ch->tx != TX_OPEN || ch->stage.n > STAGE_SIZE / 2)
		return;
	if (ch->stage.n > 0 && ch->stage.stream != ch->wanted)
		return;
	ch->want = WANT_NOTHING;
	mux_tell(mux, ch, NACRE_EVENT_CHANNEL_WRITABLE);
}

/* RFC 4254 5.3: EOF and CLOSE consume no window, but never overtake data. */
static int
send_ending(struct mux *mux, struct channel *ch)
{
	int r;

	if (ch->stage.n > 0)
		return 0;
	if (ch->tx == TX_EOF_DUE && (r = send_eof(mux, ch)) != 0)
		return r;
	return ch->owner == OWNER_GONE ? send_close(mux, ch) : 0;
}

int
send_pump(struct mux *mux, struct channel *ch)
{
	int r = 0;

	if (ch->life != LIFE_OPEN)
		return 0;
	if (ch->tx != TX_CLOSED && (r = send_staged(mux, ch)) == 0) {
		tell_writable(mux, ch);
		r = send_ending(mux, ch);
	}
	if (r == 0)
		channel_end(mux, ch);
	return r;
}

/* RFC 4254 5.2: a window may be increased up to 2^32 - 1 bytes. */
int
send_on_window_adjust(struct mux *mux, struct channel *ch, const union msg_any *any)
{
	uint32_t bytes = any->channel_window_adjust.bytes;

	if (bytes > UINT32_MAX - ch->tx_window)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_window_adjust: the window passes 2^32 - 1");
	ch->tx_window += bytes;
	return send_pump(mux, ch);
}

/* While the other stream waits for the staged bytes to leave, none may join them: else it could wait for ever. */
static bool
must_yield(const struct channel *ch, enum nacre_stream stream)
{
	return ch->want == WANT_ROOM && ch->wanted != stream && ch->stage.n > 0;
}

uint8_t *
mux_write_space(struct mux *mux, uint32_t channel, enum nacre_stream stream, size_t *n)
{
	struct channel *ch = slots_held(mux, channel);
	uint8_t *space;
	int error;

	*n = 0;
	if (ch == NULL || ch->tx != TX_OPEN || (unsigned)stream >= CHANNEL_STREAMS || must_yield(ch, stream))
		return NULL;
	if ((space = stage_lend(&ch->stage, mux->setup.env, stream, n, &error)) != NULL)
		return space;
	if (error != 0)
		(void)mux_fail(mux, error, "no memory for a staging area");
	ch->want = WANT_ROOM;
	ch->wanted = stream;
	return NULL;
}

int
mux_commit(struct mux *mux, uint32_t channel, enum nacre_stream stream, size_t n)
{
	struct channel *ch = slots_held(mux, channel);
	int r;

	if (ch == NULL || (r = stage_commit(&ch->stage, stream, n)) != 0)
		return NACRE_E_MISUSE;
	if (ch->tx == TX_CLOSED) {
		stage_drop(&ch->stage); /* the peer closed it while the area was lent */
		return NACRE_E_CHANNEL_CLOSED;
	}
	return send_pump(mux, ch);
}

bool
mux_flushed(const struct mux *mux, uint32_t channel)
{
	const struct channel *ch = slots_find(mux, channel);

	return ch == NULL || ch->stage.n == 0;
}
