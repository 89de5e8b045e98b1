/* send: the staging area, and its way into packets. Knows: what the peer granted. Must not know: who writes. RFC 4254 5.2. */
#include "mux_internal.h"

static size_t
min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int
send_data(struct mux *mux, struct channel *ch, size_t n)
{
	struct slice data = slice_of(ch->stage + ch->stage_start, n);
	struct msg_channel_extended_data extended = {.recipient = ch->remote_id, .data_type = 1, .data = data};
	struct msg_channel_data plain = {.recipient = ch->remote_id, .data = data};

	ch->stage_start += n;
	ch->tx_window -= (uint32_t)n; /* cannot wrap: n is at most tx_window */
	if (ch->stage_stream == NACRE_STDERR)
		return msg_send(mux->setup.outbox, MSG_channel_extended_data, &extended);
	return msg_send(mux->setup.outbox, MSG_channel_data, &plain);
}

static void
tell_writable(struct mux *mux, struct channel *ch)
{
	struct nacre_event writable = {.type = NACRE_EVENT_CHANNEL_WRITABLE, .channel = ch->id};

	if (!ch->stage_starved || channel_staged(ch) == STAGE_LEN)
		return;
	ch->stage_starved = false;
	(void)mux_push(mux, &writable, false);
}

int
channel_flush(struct mux *mux, struct channel *ch)
{
	struct outbox *out = mux->setup.outbox;
	size_t n;
	int r;

	while (channel_staged(ch) > 0 && ch->tx == HALF_OPEN && out->room(out->ctx) > 0) {
		n = min_size(min_size(channel_staged(ch), ch->tx_packet_max), ch->tx_window);
		if (n == 0)
			break;
		if ((r = send_data(mux, ch, n)) != 0)
			return r;
	}
	if (channel_staged(ch) == 0 && !ch->stage_held)
		ch->stage_start = ch->stage_end = 0;
	if (!ch->released)
		tell_writable(mux, ch);
	return 0;
}

int
channel_on_window_adjust(struct mux *mux, struct slice payload)
{
	struct msg_channel_window_adjust msg;
	struct channel *ch;
	int r;

	if (msg_parse(MSG_channel_window_adjust, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_window_adjust: malformed");
	if ((ch = mux_find(mux, msg.recipient)) == NULL || ch->state != CHANNEL_OPEN)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_window_adjust: unknown channel");
	if (msg.bytes > UINT32_MAX - ch->tx_window)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_window_adjust: the window grows past 2^32-1");
	ch->tx_window += msg.bytes;
	if ((r = channel_flush(mux, ch)) != 0)
		return r;
	return channel_settle(mux, &ch);
}

static bool
may_write(const struct channel *ch)
{
	return ch != NULL && !ch->released && ch->state == CHANNEL_OPEN && ch->tx == HALF_OPEN && !ch->eof_wanted &&
	       ch->rx != HALF_CLOSED;
}

/* What is staged moves to the front where nobody holds the area. */
static void
make_room(struct channel *ch)
{
	size_t n = channel_staged(ch);

	if (ch->stage_start == 0 || ch->stage_held)
		return;
	memmove(ch->stage, ch->stage + ch->stage_start, n);
	ch->stage_start = 0;
	ch->stage_end = n;
}

uint8_t *
mux_write_space(struct mux *mux, uint32_t channel, enum nacre_stream stream, size_t *n)
{
	struct channel *ch = mux_find(mux, channel);

	*n = 0;
	if (!may_write(ch) || (unsigned)stream > NACRE_STDERR)
		return NULL;
	if (ch->stage == NULL && (ch->stage = mem_new(mux->setup.env, STAGE_LEN)) == NULL)
		return NULL;
	make_room(ch);
	if (ch->stage_end == STAGE_LEN || (channel_staged(ch) > 0 && ch->stage_stream != stream)) {
		ch->stage_starved = true;
		return NULL;
	}
	ch->stage_held = true;
	ch->stage_stream = stream;
	*n = STAGE_LEN - ch->stage_end;
	return ch->stage + ch->stage_end;
}

int
mux_commit(struct mux *mux, uint32_t channel, enum nacre_stream stream, size_t n)
{
	struct channel *ch = mux_find(mux, channel);

	if (ch == NULL || ch->released || !ch->stage_held || ch->stage_stream != stream || n > STAGE_LEN - ch->stage_end)
		return NACRE_E_MISUSE;
	ch->stage_held = false;
	if (!may_write(ch))
		return NACRE_E_CHANNEL_CLOSED;
	ch->stage_end += n;
	return channel_flush(mux, ch);
}

bool
mux_flushed(const struct mux *mux, uint32_t channel)
{
	const struct channel *ch = mux_find(mux, channel);

	return ch == NULL || channel_staged(ch) == 0;
}
