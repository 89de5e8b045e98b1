/* slots: the table of channels, by our number. Knows: which numbers are free, and the limit. Must not know: messages.
 * RFC 4254 5.1. */
#include "mux_internal.h"

#define SLOTS_FIRST 4

/* After both CLOSEs the peer may use its number again, whether or not our owner has let go. */
static bool
lives_at_peer(const struct channel *ch)
{
	return ch->life != LIFE_OPENING && (ch->rx != RX_CLOSED || ch->tx != TX_CLOSED);
}

bool
slots_peer_uses(const struct mux *mux, uint32_t peer)
{
	size_t i;

	for (i = 0; i < mux->slots_cap; i++)
		if (mux->slots[i] != NULL && mux->slots[i]->peer == peer && lives_at_peer(mux->slots[i]))
			return true;
	return false;
}

static int
slots_grow(struct mux *mux)
{
	size_t cap = mux->slots_cap == 0 ? SLOTS_FIRST : mux->slots_cap * 2;
	struct channel **slots = mem_new(mux->setup.env, cap * sizeof(struct channel *));

	if (slots == NULL)
		return NACRE_E_NOMEM;
	if (mux->slots_cap > 0)
		memcpy(slots, mux->slots, mux->slots_cap * sizeof(struct channel *));
	mem_free(mux->setup.env, mux->slots, mux->slots_cap * sizeof(struct channel *));
	mux->slots = slots;
	mux->slots_cap = cap;
	return 0;
}

static int
find_free(struct mux *mux, uint32_t *number)
{
	uint32_t i = mux->lowest_free;

	while (i < mux->slots_cap && mux->slots[i] != NULL)
		i++;
	mux->lowest_free = *number = i;
	return i < mux->slots_cap ? 0 : slots_grow(mux);
}

int
slots_add(struct mux *mux, enum channel_life life, struct channel **out)
{
	struct channel *ch;
	uint32_t number;
	int r;

	*out = NULL;
	if (mux->n_channels >= mux->setup.channels_max)
		return NACRE_E_LIMIT;
	if ((r = find_free(mux, &number)) != 0)
		return r;
	if ((ch = mem_new(mux->setup.env, sizeof(*ch))) == NULL)
		return NACRE_E_NOMEM;
	ch->number = number;
	ch->life = life;
	ch->rx_window = ch->rx_size = mux->setup.window;
	ch->operations.serial = ++mux->last_serial;
	mux->slots[number] = ch;
	mux->n_channels++;
	*out = ch;
	return 0;
}

void
slots_remove(struct mux *mux, struct channel *ch)
{
	receive_drop(mux, ch);
	stage_free(&ch->stage, mux->setup.env);
	questions_free(&ch->questions, mux->setup.env);
	mux->slots[ch->number] = NULL;
	mux->n_channels--;
	if (ch->number < mux->lowest_free)
		mux->lowest_free = ch->number;
	mem_free(mux->setup.env, ch, sizeof(*ch));
}
