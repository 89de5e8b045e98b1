/* receive: data that arrives, and the window that is given back for it. Knows: what we granted. Must not know: who reads.
 * RFC 4254 5.2. */
#include "mux_internal.h"

static int
send_adjust(struct mux *mux, struct channel *ch, uint32_t bytes)
{
	struct msg_channel_window_adjust msg = {.recipient = ch->remote_id, .bytes = bytes};

	ch->rx_window += bytes; /* cannot wrap: never beyond rx_window_full */
	ch->rx_owed = 0;
	return msg_send(mux->setup.outbox, MSG_channel_window_adjust, &msg);
}

/* A peer that has used most of the window up before we gave it back could send faster: it gets twice as much. */
static uint32_t
growth(const struct mux *mux, struct channel *ch)
{
	uint32_t full = ch->rx_window_full, more;

	if (ch->rx_window >= full / 4 || full >= mux->setup.window_max)
		return 0;
	more = full <= mux->setup.window_max - full ? full : mux->setup.window_max - full;
	ch->rx_window_full += more;
	return more;
}

/* The window goes back in large steps: half of it at a time. */
static int
give_credit(struct mux *mux, struct channel *ch, size_t n)
{
	ch->rx_owed += (uint32_t)n; /* cannot wrap: the peer sent no more than rx_window_full */
	if (ch->rx != HALF_OPEN || ch->tx == HALF_CLOSED || ch->rx_owed < ch->rx_window_full / 2)
		return 0;
	return send_adjust(mux, ch, ch->rx_owed + growth(mux, ch));
}

static int
check_data(struct mux *mux, struct channel *ch, size_t n)
{
	if (ch->rx == HALF_EOF)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_data: after EOF");
	if (n > PACKET_MAX)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_data: longer than max_packet");
	if (n > ch->rx_window)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_data: beyond the window");
	ch->rx_window -= (uint32_t)n; /* cannot wrap: checked above */
	return 0;
}

static int
store(struct mux *mux, struct channel *ch, enum nacre_stream stream, struct slice data)
{
	struct nacre_event told = {.type = NACRE_EVENT_CHANNEL_DATA, .channel = ch->id, .stream = stream};

	if (data.n == 0)
		return 0;
	if (stream_put(&ch->in[stream], &mux->pool, data) != 0)
		return mux_fail(mux, NACRE_E_NOMEM, "channel_data: no memory");
	if (ch->told[stream])
		return 0;
	ch->told[stream] = true;
	(void)mux_push(mux, &told, false);
	return 0;
}

/* Data for a channel that its owner gave back is counted and dropped: the peer may not know yet. */
static int
take(struct mux *mux, uint32_t recipient, int stream, struct slice data)
{
	struct channel *ch = mux_find(mux, recipient);
	int r;

	if (ch == NULL || ch->state != CHANNEL_OPEN)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_data: unknown channel");
	if (ch->rx == HALF_CLOSED)
		return 0;
	if ((r = check_data(mux, ch, data.n)) != 0)
		return r;
	if (ch->released || stream < 0)
		return give_credit(mux, ch, data.n);
	return store(mux, ch, (enum nacre_stream)stream, data);
}

int
channel_on_data(struct mux *mux, struct slice payload)
{
	struct msg_channel_data msg;

	if (msg_parse(MSG_channel_data, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_data: malformed");
	return take(mux, msg.recipient, NACRE_STDOUT, msg.data);
}

int
channel_on_extended_data(struct mux *mux, struct slice payload)
{
	struct msg_channel_extended_data msg;

	if (msg_parse(MSG_channel_extended_data, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_extended_data: malformed");
	/* RFC 4254 5.2: type 1 is stderr. Others are dropped, and their window comes back. */
	return take(mux, msg.recipient, msg.data_type == 1 ? NACRE_STDERR : -1, msg.data);
}

struct slice
mux_peek(struct mux *mux, uint32_t channel, enum nacre_stream stream)
{
	struct channel *ch = mux_find(mux, channel);

	if (ch == NULL || ch->released || (unsigned)stream > NACRE_STDERR)
		return SLICE_NONE;
	return stream_peek(&ch->in[stream]);
}

int
mux_consume(struct mux *mux, uint32_t channel, enum nacre_stream stream, size_t n)
{
	struct channel *ch = mux_find(mux, channel);

	if (ch == NULL || ch->released || (unsigned)stream > NACRE_STDERR)
		return NACRE_E_MISUSE;
	if (!stream_consume(&ch->in[stream], &mux->pool, n))
		return NACRE_E_MISUSE;
	if (ch->in[stream].n == 0)
		ch->told[stream] = false;
	return give_credit(mux, ch, n);
}
