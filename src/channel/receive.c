/* receive: data that arrives, and the window that we grant for it. Knows: what the peer may still send. Must not know:
 * what the data is. RFC 4254 5.2, 5.3. */
#include "mux_internal.h"

#define EXTENDED_STDERR 1 /* RFC 4254 5.2: SSH_EXTENDED_DATA_STDERR */

static uint32_t
owed(const struct channel *ch)
{
	return ch->rx_size - ch->rx_window - ch->rx_unread; /* cannot wrap: see struct channel */
}

/* Windows are given back in large steps: at half of it, or at a quarter where the reader has caught up (so that the
 * peer seldom comes to a stop). A step of 0 is possible only with windows of a few bytes. */
static bool
is_credit_due(const struct channel *ch, uint32_t bytes)
{
	uint32_t step = ch->rx_unread == 0 ? ch->rx_size / 4 : ch->rx_size / 2;

	return bytes > 0 && bytes >= step && ch->life == LIFE_OPEN && ch->rx == RX_OPEN && ch->tx != TX_CLOSED;
}

/* A reader that keeps up with a peer that sends a lot is offered twice the window; it costs memory only if the reader
 * stops. One that lags behind gets no more to lag behind with. */
static uint32_t
growth(const struct mux *mux, struct channel *ch)
{
	uint32_t left = mux->setup.window_max > ch->rx_size ? mux->setup.window_max - ch->rx_size : 0;

	if (ch->rx_unread > 0 || ch->rx_since_growth < ch->rx_size)
		return 0;
	ch->rx_since_growth = 0;
	return left < ch->rx_size ? left : ch->rx_size;
}

int
receive_credit(struct mux *mux, struct channel *ch)
{
	struct msg_channel_window_adjust msg = {.recipient = ch->peer};
	uint32_t more;

	if (mux_is_over(mux) || !is_credit_due(ch, owed(ch)))
		return 0;
	msg.bytes = owed(ch);
	more = growth(mux, ch);
	ch->rx_size += more;
	msg.bytes += more;
	ch->rx_window += msg.bytes; /* cannot wrap: at most rx_size, which is at most window_max */
	return mux_send(mux, MSG_channel_window_adjust, &msg);
}

void
receive_drop(struct mux *mux, struct channel *ch)
{
	size_t i;

	for (i = 0; i < CHANNEL_STREAMS; i++)
		stream_drop(&ch->streams[i], &mux->pool);
	ch->rx_unread = 0;
}

static void
renew_landing(struct mux *mux, enum chunk_kind kind)
{
	if (mux->landing != NULL)
		chunk_give(&mux->pool, mux->landing);
	mux->landing = chunk_take(&mux->pool, kind);
}

uint8_t *
mux_landing(struct mux *mux, size_t n)
{
	enum chunk_kind kind = chunk_kind_for(n);

	if (kind == CHUNK_KINDS)
		return NULL;
	if (mux->landing == NULL || mux->landing->kind != kind)
		renew_landing(mux, kind);
	return mux->landing == NULL ? NULL : mux->landing->bytes;
}

/* Data that landed in a chunk of its own stays there. */
static int
keep(struct mux *mux, struct stream *stream, struct slice data)
{
	if (!chunk_holds(mux->landing, data))
		return stream_store(stream, &mux->pool, data);
	stream_adopt(stream, mux->landing, data);
	mux->landing = NULL;
	return 0;
}

/* Once, until all of it was read. */
static void
announce(struct mux *mux, struct channel *ch, enum nacre_stream stream)
{
	struct nacre_event event = {.type = NACRE_EVENT_CHANNEL_DATA, .channel = ch->number, .stream = stream};

	ch->announced[stream] = true;
	mux_push(mux, &event, false);
}

static int
store(struct mux *mux, struct channel *ch, enum nacre_stream stream, struct slice data)
{
	if (keep(mux, &ch->streams[stream], data) != 0)
		return mux_fail(mux, NACRE_E_NOMEM, "no memory for a channel's data");
	ch->rx_unread += (uint32_t)data.n;
	if (!ch->announced[stream])
		announce(mux, ch, stream);
	return 0;
}

/* RFC 4254 5.2: the peer may not exceed the window or the packet size that we granted; both streams share the
 * window. */
static int
admit(struct mux *mux, struct channel *ch, const char *name, struct slice data)
{
	if (ch->rx != RX_OPEN)
		return mux_fail(mux, NACRE_E_ORDER, "%s: after EOF", name);
	if (data.n > CHANNEL_PACKET_MAX)
		return mux_fail(mux, NACRE_E_PROTOCOL, "%s: beyond the packet size", name);
	if (data.n > ch->rx_window)
		return mux_fail(mux, NACRE_E_PROTOCOL, "%s: beyond the window", name);
	ch->rx_window -= (uint32_t)data.n; /* cannot wrap: checked above */
	ch->rx_since_growth += data.n;
	return 0;
}

static bool
is_read(const struct channel *ch)
{
	return ch->owner == OWNER_HOLDS && ch->reader != READER_NONE;
}

/* Bytes that nobody will read are as good as consumed: the peer must not stop on their account. */
int
receive_on_data(struct mux *mux, struct channel *ch, const union msg_any *any)
{
	struct slice data = any->channel_data.data;
	int r;

	if ((r = admit(mux, ch, "channel_data", data)) != 0)
		return r;
	if (data.n == 0 || !is_read(ch))
		return receive_credit(mux, ch);
	return store(mux, ch, NACRE_STDOUT, data);
}

int
receive_on_extended_data(struct mux *mux, struct channel *ch, const union msg_any *any)
{
	const struct msg_channel_extended_data *msg = &any->channel_extended_data;
	int r;

	if ((r = admit(mux, ch, "channel_extended_data", msg->data)) != 0)
		return r;
	if (msg->data.n == 0 || !is_read(ch) || msg->data_type != EXTENDED_STDERR)
		return receive_credit(mux, ch);
	return store(mux, ch, ch->reader == READER_COMBINED ? NACRE_STDOUT : NACRE_STDERR, msg->data);
}

int
receive_on_eof(struct mux *mux, struct channel *ch, const union msg_any *any)
{
	(void)any;
	if (ch->rx != RX_OPEN)
		return 0;
	channel_set_rx(mux, ch, RX_EOF);
	if (ch->owner == OWNER_HOLDS)
		mux_tell(mux, ch, NACRE_EVENT_CHANNEL_EOF);
	return 0;
}

struct slice
mux_peek(struct mux *mux, uint32_t channel, enum nacre_stream stream)
{
	struct channel *ch = slots_held(mux, channel);

	if (ch == NULL || (unsigned)stream >= CHANNEL_STREAMS)
		return SLICE_NONE;
	return stream_peek(&ch->streams[stream]);
}

static int
consume(struct mux *mux, struct channel *ch, enum nacre_stream stream, size_t n)
{
	stream_consume(&ch->streams[stream], &mux->pool, n);
	ch->rx_unread -= (uint32_t)n; /* cannot wrap: it counts what the streams hold */
	ch->announced[stream] = !stream_is_empty(&ch->streams[stream]);
	/* Less than a quarter is never due: most packets end here. */
	return owed(ch) < ch->rx_size / 4 ? 0 : receive_credit(mux, ch);
}

int
mux_consume(struct mux *mux, uint32_t channel, enum nacre_stream stream, size_t n)
{
	struct channel *ch = slots_held(mux, channel);

	if (ch == NULL || (unsigned)stream >= CHANNEL_STREAMS || n > stream_peek(&ch->streams[stream]).n)
		return NACRE_E_MISUSE;
	return n == 0 ? 0 : consume(mux, ch, stream, n);
}

size_t
mux_read(struct mux *mux, uint32_t channel, enum nacre_stream stream, uint8_t *p, size_t n)
{
	struct channel *ch = slots_held(mux, channel);
	struct slice there;

	if (ch == NULL || (unsigned)stream >= CHANNEL_STREAMS)
		return 0;
	there = stream_peek(&ch->streams[stream]);
	if (n > there.n)
		n = there.n;
	if (n == 0)
		return 0;
	memcpy(p, there.p, n);
	(void)consume(mux, ch, stream, n); /* a failure is the connection's own, and the bytes were read */
	return n;
}

int
mux_combine(struct mux *mux, uint32_t channel, bool on)
{
	struct channel *ch = slots_held(mux, channel);

	if (ch == NULL || ch->reader == READER_NONE)
		return NACRE_E_MISUSE;
	ch->reader = on ? READER_COMBINED : READER_BOTH;
	return 0;
}

int
mux_shutdown_read(struct mux *mux, uint32_t channel)
{
	struct channel *ch = slots_held(mux, channel);

	if (ch == NULL)
		return NACRE_E_MISUSE;
	ch->reader = READER_NONE;
	receive_drop(mux, ch);
	ch->announced[NACRE_STDOUT] = ch->announced[NACRE_STDERR] = false;
	return receive_credit(mux, ch);
}
