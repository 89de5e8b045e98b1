/* mux: see mux.h. Knows: which channel has which number, and who handles which message. Must not know: how. RFC 4254. */
#include "mux_internal.h"

int
mux_fail(struct mux *mux, int code, const char *text)
{
	return failure_set(mux->setup.failure, code, failure_origin(code), "%s", text);
}

uint64_t
mux_push(struct mux *mux, const struct nacre_event *event, bool is_question)
{
	return mux->setup.sink->push(mux->setup.sink->ctx, event, is_question);
}

int
mux_new(const struct mux_setup *setup, struct mux **out)
{
	struct mux *mux = mem_new(setup->env, sizeof(*mux));

	*out = mux;
	if (mux == NULL)
		return NACRE_E_NOMEM;
	mux->setup = *setup;
	pool_init(&mux->pool, setup->env);
	return 0;
}

void
mux_free(struct mux *mux)
{
	uint32_t i;

	if (mux == NULL)
		return;
	for (i = 0; i < mux->n_slots; i++)
		if (mux->slots[i] != NULL)
			channel_free(mux, mux->slots[i]);
	pool_trim(&mux->pool);
	replies_free(&mux->ours, mux->setup.env);
	replies_free(&mux->theirs, mux->setup.env);
	mem_free(mux->setup.env, mux->slots, mux->n_slots * sizeof(*mux->slots));
	mem_free(mux->setup.env, mux, sizeof(*mux));
}

struct channel *
mux_find(const struct mux *mux, uint32_t id)
{
	return id < mux->n_slots ? mux->slots[id] : NULL;
}

typedef int handler_fn(struct mux *mux, struct slice payload);

static const struct {
	uint8_t number;
	handler_fn *handle;
} handlers[] = {
	{NUM_channel_data, channel_on_data},
	{NUM_channel_extended_data, channel_on_extended_data},
	{NUM_channel_window_adjust, channel_on_window_adjust},
	{NUM_global_request, global_on_request},
	{NUM_request_success, global_on_success},
	{NUM_request_failure, global_on_failure},
	{NUM_channel_open, channel_on_open},
	{NUM_channel_open_confirmation, channel_on_confirmation},
	{NUM_channel_open_failure, channel_on_open_failure},
	{NUM_channel_eof, channel_on_eof},
	{NUM_channel_close, channel_on_close},
	{NUM_channel_request, channel_on_request},
	{NUM_channel_success, channel_on_success},
	{NUM_channel_failure, channel_on_failure},
};

int
mux_packet(struct mux *mux, struct slice payload)
{
	size_t i;

	for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (payload.n > 0 && handlers[i].number == payload.p[0])
			return handlers[i].handle(mux, payload);
	return mux_fail(mux, NACRE_E_PROTOCOL, "a message that is none of the connection protocol");
}

int
mux_flush(struct mux *mux)
{
	struct channel *ch;
	uint32_t i;
	int r;

	for (i = 0; i < mux->n_slots; i++) {
		if ((ch = mux->slots[i]) == NULL || ch->state != CHANNEL_OPEN)
			continue;
		if ((r = channel_flush(mux, ch)) != 0 || (r = channel_settle(mux, &ch)) != 0)
			return r;
	}
	return 0;
}

static void
trim_channel(struct mux *mux, struct channel *ch)
{
	int s;

	if (channel_staged(ch) == 0 && !ch->stage_held && ch->stage != NULL) {
		mem_wipe_free(mux->setup.env, ch->stage, STAGE_LEN);
		ch->stage = NULL;
		ch->stage_start = ch->stage_end = 0;
	}
	for (s = 0; s < 2; s++)
		if (ch->in[s].n == 0)
			stream_free(&ch->in[s], &mux->pool);
	replies_trim(&ch->ours, mux->setup.env);
	replies_trim(&ch->theirs, mux->setup.env);
}

void
mux_trim(struct mux *mux)
{
	uint32_t i;

	for (i = 0; i < mux->n_slots; i++)
		if (mux->slots[i] != NULL)
			trim_channel(mux, mux->slots[i]);
	pool_trim(&mux->pool);
	replies_trim(&mux->ours, mux->setup.env);
	replies_trim(&mux->theirs, mux->setup.env);
}
