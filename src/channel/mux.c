/* mux: see mux.h. Knows: which message goes to whom, and in which life its channel must be. Must not know: what the
 * handlers do. RFC 4254 4, 5. */
#include "mux_internal.h"

enum target {
	TARGET_MUX, /* names no channel */
	TARGET_OPENING, /* a channel that we are opening */
	TARGET_OPEN, /* a channel that both sides know */
	TARGET_ANY /* a reply: one that nobody asked for is ignored, whatever it names */
};

struct route {
	enum msg_id id;
	enum target target;
	mux_handler *on;
};

#define ROUTE_FIRST NUM_global_request
#define ROUTE(id, to, handler) [NUM_##id - ROUTE_FIRST] = {MSG_##id, TARGET_##to, handler}

static const struct route routes[] = {
    ROUTE(global_request, MUX, global_on_request),
    ROUTE(request_success, MUX, global_on_success),
    ROUTE(request_failure, MUX, global_on_failure),
    ROUTE(channel_open, MUX, open_on_open),
    ROUTE(channel_open_confirmation, OPENING, open_on_confirmation),
    ROUTE(channel_open_failure, OPENING, open_on_failure),
    ROUTE(channel_window_adjust, OPEN, send_on_window_adjust),
    ROUTE(channel_data, OPEN, receive_on_data),
    ROUTE(channel_extended_data, OPEN, receive_on_extended_data),
    ROUTE(channel_eof, OPEN, receive_on_eof),
    ROUTE(channel_close, OPEN, close_on_close),
    ROUTE(channel_request, OPEN, request_on_request),
    ROUTE(channel_success, ANY, request_on_success),
    ROUTE(channel_failure, ANY, request_on_failure),
};

#define N_ROUTES (sizeof(routes) / sizeof(routes[0]))

int
mux_new(const struct mux_setup *setup, struct mux **out)
{
	struct mux *mux = mem_new(setup->env, sizeof(*mux));

	*out = mux;
	if (mux == NULL)
		return NACRE_E_NOMEM;
	mux->setup = *setup;
	mux->pool.env = setup->env;
	return 0;
}

static void
drop_landing(struct mux *mux)
{
	if (mux->landing != NULL)
		chunk_give(&mux->pool, mux->landing);
	mux->landing = NULL;
}

void
mux_free(struct mux *mux)
{
	size_t i;

	if (mux == NULL)
		return;
	for (i = 0; i < mux->slots_cap; i++)
		if (mux->slots[i] != NULL)
			slots_remove(mux, mux->slots[i]);
	mem_free(mux->setup.env, mux->slots, mux->slots_cap * sizeof(struct channel *));
	questions_free(&mux->questions, mux->setup.env);
	drop_landing(mux);
	chunk_pool_trim(&mux->pool);
	mem_free(mux->setup.env, mux, sizeof(*mux));
}

static const struct route *
find_route(struct slice payload)
{
	size_t i = payload.n == 0 || payload.p[0] < ROUTE_FIRST ? N_ROUTES : (size_t)payload.p[0] - ROUTE_FIRST;

	return i < N_ROUTES && routes[i].on != NULL ? &routes[i] : NULL;
}

/* Each message of a channel begins with its number and the recipient: any of their structs may be looked through. */
static struct channel *
find_recipient(const struct mux *mux, const union msg_any *msg)
{
	return slots_find(mux, msg->channel_eof.recipient);
}

static int
hand_to_channel(struct mux *mux, const struct route *route, const union msg_any *msg)
{
	enum channel_life life = route->target == TARGET_OPENING ? LIFE_OPENING : LIFE_OPEN;
	struct channel *ch = find_recipient(mux, msg);

	if (ch == NULL || ch->life != life) {
		if (route->target == TARGET_ANY)
			return 0;
		return mux_fail(mux, ch == NULL ? NACRE_E_PROTOCOL : NACRE_E_ORDER, "%s: %s %lu",
		    msg_rows[route->id].name, ch == NULL ? "unknown channel" : "not the time for channel",
		    (unsigned long)msg->channel_eof.recipient);
	}
	/* The peer has sent CLOSE: what it sends after it means nothing (RFC 4254 5.3). */
	if (ch->rx == RX_CLOSED)
		return 0;
	return route->on(mux, ch, msg);
}

int
mux_packet(struct mux *mux, struct slice payload)
{
	const struct route *route = find_route(payload);
	const char *field;
	union msg_any msg MEM_SET_LATER; /* by the parse */

	if (route == NULL)
		return mux_fail(mux, NACRE_E_ORDER, "message %u does not belong to the connection protocol",
		    payload.n == 0 ? 0U : payload.p[0]);
	if (msg_parse_field(route->id, payload, &msg, &field) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "%s: %s is malformed", msg_rows[route->id].name, field);
	if (route->target == TARGET_MUX)
		return route->on(mux, NULL, &msg);
	return hand_to_channel(mux, route, &msg);
}

/* One channel's turn. Afterwards it may be gone. */
static int
flush_channel(struct mux *mux, struct channel *ch)
{
	int r = replies_release(mux, ch);

	return r != 0 ? r : send_pump(mux, ch);
}

/* The channel that found no room goes first the next time: none starves behind another. */
int
mux_flush(struct mux *mux)
{
	size_t i, at = mux->flush_from;
	int r;

	if (mux->output == OUTPUT_CLEAR || mux_is_over(mux))
		return 0;
	mux->output = OUTPUT_CLEAR;
	if ((r = replies_release(mux, NULL)) != 0)
		return r;
	for (i = 0; i < mux->slots_cap && mux->output == OUTPUT_CLEAR; i++) {
		at = (mux->flush_from + i) % mux->slots_cap;
		if (mux->slots[at] != NULL && (r = flush_channel(mux, mux->slots[at])) != 0)
			return r;
	}
	mux->flush_from = at;
	return 0;
}

void
mux_relieve(struct mux *mux)
{
	chunk_pool_trim(&mux->pool);
}

void
mux_trim(struct mux *mux)
{
	const struct nacre_env *env = mux->setup.env;
	size_t i;

	for (i = 0; i < mux->slots_cap; i++) {
		if (mux->slots[i] == NULL)
			continue;
		stage_trim(&mux->slots[i]->stage, env);
		questions_trim(&mux->slots[i]->questions, env);
	}
	questions_trim(&mux->questions, env);
	drop_landing(mux);
	chunk_pool_trim(&mux->pool);
	if (mux->n_channels > 0)
		return;
	mem_free(env, mux->slots, mux->slots_cap * sizeof(struct channel *));
	mux->slots = NULL;
	mux->slots_cap = mux->flush_from = mux->lowest_free = 0;
}
