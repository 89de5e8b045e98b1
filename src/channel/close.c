/* close: how a channel ends, from either side. Knows: EOF and CLOSE, and that a channel belongs to its owner until it
 * lets go. Must not know: what was carried. RFC 4254 5.3. */
#include "mux_internal.h"

int
mux_eof(struct mux *mux, uint32_t channel)
{
	struct channel *ch = slots_held(mux, channel);

	if (ch == NULL)
		return NACRE_E_MISUSE;
	if (ch->tx != TX_OPEN)
		return 0;
	ch->stage.lent = 0; /* what was lent and not committed is not sent any more */
	channel_set_tx(mux, ch, TX_EOF_DUE);
	return send_pump(mux, ch);
}

/* What is staged still leaves, and CLOSE behind it: the owner had been told that it was taken. Until then the peer must
 * be able to go on, so what it sends is dropped and its window given back. */
static int
let_go(struct mux *mux, struct channel *ch)
{
	int r;

	questions_refuse(&ch->questions);
	if ((r = replies_release(mux, ch)) != 0)
		return r;
	if (ch->stage.n > 0 && (r = receive_credit(mux, ch)) != 0)
		return r;
	return send_pump(mux, ch);
}

int
mux_close(struct mux *mux, uint32_t channel)
{
	struct channel *ch = slots_find(mux, channel);

	if (ch == NULL || ch->owner == OWNER_GONE || ch->life == LIFE_ASKED)
		return NACRE_E_MISUSE;
	channel_set_owner(mux, ch, OWNER_GONE);
	receive_drop(mux, ch);
	ch->stage.lent = 0;
	if (mux_is_over(mux)) {
		slots_remove(mux, ch);
		return 0;
	}
	/* Its number at the peer is not known yet: the confirmation brings it, and then CLOSE leaves. */
	if (ch->life == LIFE_OPENING)
		return 0;
	return let_go(mux, ch);
}

/* RFC 4254 5.3: CLOSE is answered at once, unless it crossed ours; staged bytes have nobody to go to. */
int
close_on_close(struct mux *mux, struct channel *ch, const union msg_any *any)
{
	int r;

	(void)any;
	channel_set_rx(mux, ch, RX_CLOSED);
	stage_drop(&ch->stage);
	if (ch->tx != TX_CLOSED && (r = send_close(mux, ch)) != 0)
		return r;
	if (!channel_end(mux, ch) && ch->owner == OWNER_HOLDS)
		mux_tell(mux, ch, NACRE_EVENT_CHANNEL_CLOSED);
	return 0;
}
