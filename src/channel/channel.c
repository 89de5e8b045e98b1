/* channel: its life, from OPEN to both CLOSEs. Knows: numbers and halves. Must not know: data, requests. RFC 4254 5.1, 5.3. */
#include "mux_internal.h"

enum { REASON_PROHIBITED = 1, REASON_SHORTAGE = 4 };

static int
grow_slots(struct mux *mux)
{
	uint32_t n = mux->n_slots == 0 ? SLOTS_FIRST : mux->n_slots * 2;
	struct channel **slots = mem_new(mux->setup.env, n * sizeof(*slots));

	if (slots == NULL)
		return NACRE_E_NOMEM;
	if (mux->n_slots > 0)
		memcpy(slots, mux->slots, mux->n_slots * sizeof(*slots));
	mem_free(mux->setup.env, mux->slots, mux->n_slots * sizeof(*slots));
	mux->slots = slots;
	mux->n_slots = n;
	return 0;
}

/* The lowest number that is free. */
static int
find_slot(struct mux *mux, uint32_t *id)
{
	for (*id = 0; *id < mux->n_slots; (*id)++)
		if (mux->slots[*id] == NULL)
			return 0;
	return grow_slots(mux);
}

int
channel_new(struct mux *mux, struct channel **out)
{
	struct channel *ch;
	uint32_t id;
	int r;

	*out = NULL;
	if (mux->n_channels >= mux->setup.channels_max)
		return NACRE_E_LIMIT;
	if ((r = find_slot(mux, &id)) != 0)
		return r;
	if ((ch = mem_new(mux->setup.env, sizeof(*ch))) == NULL)
		return NACRE_E_NOMEM;
	ch->id = id;
	ch->rx_window = ch->rx_window_full = mux->setup.window;
	mux->slots[id] = ch;
	mux->n_channels++;
	*out = ch;
	return 0;
}

void
channel_free(struct mux *mux, struct channel *ch)
{
	stream_free(&ch->in[0], &mux->pool);
	stream_free(&ch->in[1], &mux->pool);
	mem_wipe_free(mux->setup.env, ch->stage, STAGE_LEN);
	replies_free(&ch->ours, mux->setup.env);
	replies_free(&ch->theirs, mux->setup.env);
	mux->slots[ch->id] = NULL;
	mux->n_channels--;
	mem_free(mux->setup.env, ch, sizeof(*ch));
}

int
mux_open(struct mux *mux, struct slice type, struct slice payload, uint32_t *channel)
{
	struct msg_channel_open msg;
	struct channel *ch;
	int r;

	*channel = UINT32_MAX;
	if ((r = channel_new(mux, &ch)) != 0)
		return r;
	ch->state = CHANNEL_OPENING;
	msg = (struct msg_channel_open){.type = type, .sender = ch->id, .window = ch->rx_window, .max_packet = PACKET_MAX,
		.tail = payload};
	if ((r = msg_send(mux->setup.outbox, MSG_channel_open, &msg)) != 0) {
		channel_free(mux, ch);
		return r;
	}
	*channel = ch->id;
	return 0;
}

static int
refuse_open(struct mux *mux, uint32_t recipient, uint32_t reason, const char *text)
{
	struct msg_channel_open_failure msg = {.recipient = recipient, .reason = reason, .description = slice_str(text)};

	return msg_send(mux->setup.outbox, MSG_channel_open_failure, &msg);
}

static void
set_remote(struct channel *ch, uint32_t remote_id, uint32_t window, uint32_t max_packet)
{
	ch->remote_id = remote_id;
	ch->tx_window = window;
	ch->tx_packet_max = max_packet < PACKET_MAX ? max_packet : PACKET_MAX;
}

int
channel_on_open(struct mux *mux, struct slice payload)
{
	struct msg_channel_open msg;
	struct nacre_event ask = {.type = NACRE_EVENT_CHANNEL_OPEN};
	struct channel *ch;
	int r;

	if (msg_parse(MSG_channel_open, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_open: malformed");
	if (msg.max_packet == 0)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_open: max_packet is 0");
	if ((r = channel_new(mux, &ch)) == NACRE_E_LIMIT)
		return refuse_open(mux, msg.sender, REASON_SHORTAGE, "too many channels");
	if (r != 0)
		return mux_fail(mux, r, "channel_open: no memory");
	ch->state = CHANNEL_ASKED;
	set_remote(ch, msg.sender, msg.window, msg.max_packet);
	ask.channel = ch->id;
	ask.name = bytes_of(msg.type);
	ask.data = bytes_of(msg.tail);
	ch->token = mux_push(mux, &ask, true);
	return 0;
}

static struct channel *
find_asked(const struct mux *mux, uint64_t token)
{
	uint32_t i;

	for (i = 0; i < mux->n_slots; i++)
		if (mux->slots[i] != NULL && mux->slots[i]->state == CHANNEL_ASKED && mux->slots[i]->token == token)
			return mux->slots[i];
	return NULL;
}

int
mux_answer_open(struct mux *mux, uint64_t token, uint32_t reason, const char *text)
{
	struct channel *ch = find_asked(mux, token);
	struct msg_channel_open_confirmation msg;
	uint32_t remote;

	if (ch == NULL)
		return NACRE_E_MISUSE;
	if (reason != 0) {
		remote = ch->remote_id;
		channel_free(mux, ch);
		return refuse_open(mux, remote, reason, text);
	}
	ch->state = CHANNEL_OPEN;
	msg = (struct msg_channel_open_confirmation){.recipient = ch->remote_id, .sender = ch->id, .window = ch->rx_window,
		.max_packet = PACKET_MAX};
	return msg_send(mux->setup.outbox, MSG_channel_open_confirmation, &msg);
}

int
channel_on_confirmation(struct mux *mux, struct slice payload)
{
	struct msg_channel_open_confirmation msg;
	struct nacre_event opened = {.type = NACRE_EVENT_CHANNEL_OPENED};
	struct channel *ch;

	if (msg_parse(MSG_channel_open_confirmation, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_open_confirmation: malformed");
	if ((ch = mux_find(mux, msg.recipient)) == NULL || ch->state != CHANNEL_OPENING)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_open_confirmation: no channel waits for it");
	if (msg.max_packet == 0)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_open_confirmation: max_packet is 0");
	ch->state = CHANNEL_OPEN;
	set_remote(ch, msg.sender, msg.window, msg.max_packet);
	if (ch->released) /* given back while it was opening */
		return channel_settle(mux, &ch);
	opened.channel = ch->id;
	opened.data = bytes_of(msg.tail);
	(void)mux_push(mux, &opened, false);
	return 0;
}

int
channel_on_open_failure(struct mux *mux, struct slice payload)
{
	struct msg_channel_open_failure msg;
	struct nacre_event refused = {.type = NACRE_EVENT_CHANNEL_REFUSED};
	struct channel *ch;
	bool released;

	if (msg_parse(MSG_channel_open_failure, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_open_failure: malformed");
	if ((ch = mux_find(mux, msg.recipient)) == NULL || ch->state != CHANNEL_OPENING)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_open_failure: no channel waits for it");
	refused.channel = ch->id;
	refused.reason = msg.reason;
	refused.data = bytes_of(msg.description);
	released = ch->released;
	channel_free(mux, ch);
	if (!released)
		(void)mux_push(mux, &refused, false);
	return 0;
}

int
channel_on_eof(struct mux *mux, struct slice payload)
{
	struct nacre_event eof = {.type = NACRE_EVENT_CHANNEL_EOF};
	struct msg_channel_eof msg;
	struct channel *ch;

	if (msg_parse(MSG_channel_eof, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_eof: malformed");
	if ((ch = mux_find(mux, msg.recipient)) == NULL || ch->state != CHANNEL_OPEN)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_eof: unknown channel");
	if (ch->rx != HALF_OPEN)
		return 0;
	ch->rx = HALF_EOF;
	eof.channel = ch->id;
	if (!ch->released)
		(void)mux_push(mux, &eof, false);
	return 0;
}

/* RFC 4254 5.3: CLOSE is answered by CLOSE; what we still had to say has nobody to hear it. */
int
channel_on_close(struct mux *mux, struct slice payload)
{
	struct nacre_event closed = {.type = NACRE_EVENT_CHANNEL_CLOSED};
	struct msg_channel_close msg;
	struct channel *ch;

	if (msg_parse(MSG_channel_close, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_close: malformed");
	if ((ch = mux_find(mux, msg.recipient)) == NULL || ch->state != CHANNEL_OPEN)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_close: unknown channel");
	if (ch->rx == HALF_CLOSED)
		return 0;
	ch->rx = HALF_CLOSED;
	ch->stage_start = ch->stage_end = 0;
	ch->close_wanted = true;
	closed.channel = ch->id;
	if (!ch->released)
		(void)mux_push(mux, &closed, false);
	return channel_settle(mux, &ch);
}

static int
send_eof(struct mux *mux, struct channel *ch)
{
	struct msg_channel_eof msg = {.recipient = ch->remote_id};

	ch->tx = HALF_EOF;
	return msg_send(mux->setup.outbox, MSG_channel_eof, &msg);
}

static int
send_close(struct mux *mux, struct channel *ch)
{
	struct msg_channel_close msg = {.recipient = ch->remote_id};

	ch->tx = HALF_CLOSED;
	return msg_send(mux->setup.outbox, MSG_channel_close, &msg);
}

int
channel_settle(struct mux *mux, struct channel **chp)
{
	struct channel *ch = *chp;
	int r;

	if (ch->state != CHANNEL_OPEN || channel_staged(ch) > 0)
		return 0;
	if (ch->eof_wanted && !ch->close_wanted && ch->tx == HALF_OPEN && (r = send_eof(mux, ch)) != 0)
		return r;
	if (ch->close_wanted && ch->tx == HALF_OPEN && ch->eof_wanted && (r = send_eof(mux, ch)) != 0)
		return r;
	if (ch->close_wanted && ch->tx != HALF_CLOSED && (r = send_close(mux, ch)) != 0)
		return r;
	if (ch->released && ch->rx == HALF_CLOSED && ch->tx == HALF_CLOSED) {
		channel_free(mux, ch);
		*chp = NULL;
	}
	return 0;
}

int
mux_eof(struct mux *mux, uint32_t channel)
{
	struct channel *ch = mux_find(mux, channel);

	if (ch == NULL || ch->released || ch->state != CHANNEL_OPEN)
		return NACRE_E_MISUSE;
	ch->eof_wanted = true;
	return channel_settle(mux, &ch);
}

int
mux_close(struct mux *mux, uint32_t channel)
{
	struct channel *ch = mux_find(mux, channel);

	if (ch == NULL || ch->released || ch->state == CHANNEL_ASKED)
		return NACRE_E_MISUSE;
	ch->released = true;
	ch->close_wanted = true;
	ch->stage_held = false;
	stream_free(&ch->in[0], &mux->pool);
	stream_free(&ch->in[1], &mux->pool);
	return channel_settle(mux, &ch);
}
