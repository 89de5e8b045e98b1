/* open: how a channel comes to be, from either side. Knows: OPEN and its two answers. Must not know: channel types.
 * RFC 4254 5.1. */
#include "mux_internal.h"

#define REASON_RESOURCE_SHORTAGE 4
#define REFUSAL_TEXT_MAX 1024

static int
send_refusal(struct mux *mux, uint32_t peer, uint32_t reason, struct slice text)
{
	struct msg_channel_open_failure msg = {
	    .recipient = peer,
	    .reason = reason,
	    .description = slice_of(text.p, text.n < REFUSAL_TEXT_MAX ? text.n : REFUSAL_TEXT_MAX),
	};

	return mux_send(mux, MSG_channel_open_failure, &msg);
}

static int
send_open(struct mux *mux, const struct channel *ch, struct slice type, struct slice payload)
{
	struct msg_channel_open msg = {
	    .type = type,
	    .sender = ch->number,
	    .window = ch->rx_window,
	    .max_packet = CHANNEL_PACKET_MAX,
	    .tail = payload,
	};

	return mux_send(mux, MSG_channel_open, &msg);
}

int
mux_open(struct mux *mux, struct slice type, struct slice payload, uint32_t *channel)
{
	struct channel *ch;
	int r;

	*channel = UINT32_MAX;
	if (type.n == 0 || type.n > MUX_NAME_MAX || payload.n > MUX_PAYLOAD_MAX)
		return NACRE_E_ARGUMENT;
	if ((r = slots_add(mux, LIFE_OPENING, &ch)) != 0)
		return r;
	if ((r = send_open(mux, ch, type, payload)) != 0) {
		slots_remove(mux, ch);
		return r;
	}
	*channel = ch->number;
	return 0;
}

/* What the peer said of itself, in OPEN or in CONFIRMATION. A packet size of 0 could never carry a byte: whoever went
 * on would wait for ever. A window of 0 can grow. */
static int
check_peer(struct mux *mux, const char *name, uint32_t sender, uint32_t max_packet)
{
	if (max_packet == 0)
		return mux_fail(mux, NACRE_E_PROTOCOL, "%s: max_packet is 0", name);
	if (slots_peer_uses(mux, sender))
		return mux_fail(mux, NACRE_E_PROTOCOL, "%s: sender %lu is in use", name, (unsigned long)sender);
	return 0;
}

static void
take_peer(struct channel *ch, uint32_t sender, uint32_t window, uint32_t max_packet)
{
	ch->peer = sender;
	ch->tx_window = window;
	ch->tx_packet_max = max_packet < CHANNEL_PACKET_MAX ? max_packet : CHANNEL_PACKET_MAX;
}

static void
ask_open(struct mux *mux, struct channel *ch, const struct msg_channel_open *msg)
{
	struct nacre_event event = {
	    .type = NACRE_EVENT_CHANNEL_OPEN,
	    .channel = ch->number,
	    .name = bytes_of(msg->type),
	    .data = bytes_of(msg->tail),
	};

	ch->open_token = mux_push(mux, &event, true);
}

int
open_on_open(struct mux *mux, struct channel *unused, const union msg_any *any)
{
	const struct msg_channel_open *msg = &any->channel_open;
	struct channel *ch;
	int r;

	(void)unused;
	if ((r = check_peer(mux, "channel_open", msg->sender, msg->max_packet)) != 0)
		return r;
	if (slots_add(mux, LIFE_ASKED, &ch) != 0)
		return send_refusal(mux, msg->sender, REASON_RESOURCE_SHORTAGE, SLICE_LIT("too many channels"));
	take_peer(ch, msg->sender, msg->window, msg->max_packet);
	ask_open(mux, ch, msg);
	return 0;
}

/* RFC 4254 5.1: the owner may have closed it while the answer was under way. */
int
open_on_confirmation(struct mux *mux, struct channel *ch, const union msg_any *any)
{
	const struct msg_channel_open_confirmation *msg = &any->channel_open_confirmation;
	struct nacre_event event = {
	    .type = NACRE_EVENT_CHANNEL_OPENED, .channel = ch->number, .data = bytes_of(msg->tail)};
	int r;

	if ((r = check_peer(mux, "channel_open_confirmation", msg->sender, msg->max_packet)) != 0)
		return r;
	take_peer(ch, msg->sender, msg->window, msg->max_packet);
	channel_set_life(mux, ch, LIFE_OPEN);
	if (ch->owner == OWNER_GONE)
		return send_pump(mux, ch);
	mux_push(mux, &event, false);
	return 0;
}

int
open_on_failure(struct mux *mux, struct channel *ch, const union msg_any *any)
{
	const struct msg_channel_open_failure *msg = &any->channel_open_failure;
	struct nacre_event event = {
	    .type = NACRE_EVENT_CHANNEL_REFUSED,
	    .channel = ch->number,
	    .reason = msg->reason,
	    .data = bytes_of(msg->description),
	};

	if (ch->owner == OWNER_HOLDS)
		mux_push(mux, &event, false);
	slots_remove(mux, ch);
	return 0;
}

static struct channel *
find_asked(const struct mux *mux, uint64_t token)
{
	size_t i;

	for (i = 0; i < mux->slots_cap; i++)
		if (mux->slots[i] != NULL && mux->slots[i]->life == LIFE_ASKED && mux->slots[i]->open_token == token)
			return mux->slots[i];
	return NULL;
}

static int
accept_open(struct mux *mux, struct channel *ch)
{
	struct msg_channel_open_confirmation msg = {
	    .recipient = ch->peer,
	    .sender = ch->number,
	    .window = ch->rx_window,
	    .max_packet = CHANNEL_PACKET_MAX,
	};

	channel_set_life(mux, ch, LIFE_OPEN);
	return mux_send(mux, MSG_channel_open_confirmation, &msg);
}

int
mux_answer_open(struct mux *mux, uint64_t token, uint32_t reason, const char *text)
{
	struct channel *ch = find_asked(mux, token);
	uint32_t peer;

	if (ch == NULL)
		return NACRE_E_MISUSE;
	if (reason == 0)
		return accept_open(mux, ch);
	peer = ch->peer;
	slots_remove(mux, ch);
	return send_refusal(mux, peer, reason, slice_str(text));
}
