/* channel: see channel.h. Knows: each machine's states by name. Must not know: messages. RFC 4254 5. */
#include "mux_internal.h"

#include <stdio.h>

static const char *const life_names[] = {[LIFE_ASKED] = "asked", [LIFE_OPENING] = "opening", [LIFE_OPEN] = "open"};
static const char *const rx_names[] = {[RX_OPEN] = "open", [RX_EOF] = "eof", [RX_CLOSED] = "closed"};
static const char *const tx_names[] = {
    [TX_OPEN] = "open",
    [TX_EOF_DUE] = "eof due",
    [TX_EOF] = "eof",
    [TX_CLOSED] = "closed",
};
static const char *const owner_names[] = {[OWNER_HOLDS] = "holds", [OWNER_GONE] = "gone"};

static void
trace_move(const struct mux *mux, const struct channel *ch, const char *machine, const char *from, const char *to)
{
	const struct nacre_env *env = mux->setup.env;
	struct nacre_trace line = {.kind = NACRE_TRACE_STATE, .name = "channel", .clause = ""};
	char text[96];

	if (env->trace == NULL)
		return;
	snprintf(text, sizeof(text), "channel=%lu %s: %s -> %s", (unsigned long)ch->number, machine, from, to);
	line.text = text;
	env->trace(env->ctx, &line);
}

void
channel_set_life(struct mux *mux, struct channel *ch, enum channel_life to)
{
	trace_move(mux, ch, "life", life_names[ch->life], life_names[to]);
	ch->life = to;
}

void
channel_set_rx(struct mux *mux, struct channel *ch, enum channel_rx to)
{
	trace_move(mux, ch, "rx", rx_names[ch->rx], rx_names[to]);
	ch->rx = to;
}

void
channel_set_tx(struct mux *mux, struct channel *ch, enum channel_tx to)
{
	trace_move(mux, ch, "tx", tx_names[ch->tx], tx_names[to]);
	ch->tx = to;
}

void
channel_set_owner(struct mux *mux, struct channel *ch, enum channel_owner to)
{
	trace_move(mux, ch, "owner", owner_names[ch->owner], owner_names[to]);
	ch->owner = to;
}

bool
channel_end(struct mux *mux, struct channel *ch)
{
	if (ch->rx != RX_CLOSED || ch->tx != TX_CLOSED || ch->owner != OWNER_GONE)
		return false;
	slots_remove(mux, ch);
	return true;
}
