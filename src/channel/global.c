/* global: requests that name no channel, ours and the peer's. Knows: their order. Must not know: what they ask for.
 * RFC 4254 4. */
#include "mux_internal.h"

int
mux_global_request(struct mux *mux, struct slice name, struct slice payload, uint64_t *operation)
{
	struct msg_global_request msg = {.request = name, .want_reply = operation != NULL, .tail = payload};
	int r;

	if (operation != NULL)
		*operation = 0;
	if (name.n == 0 || name.n > MUX_NAME_MAX || payload.n > MUX_PAYLOAD_MAX)
		return NACRE_E_ARGUMENT;
	if (operation != NULL && operations_is_full(&mux->operations))
		return NACRE_E_AGAIN;
	if ((r = mux_send(mux, MSG_global_request, &msg)) != 0)
		return r;
	if (operation != NULL)
		*operation = operations_submit(&mux->operations);
	return 0;
}

/* A reply that nobody asked for means nothing. */
static int
take_reply(struct mux *mux, bool ok, struct slice data)
{
	struct nacre_event event = {.type = NACRE_EVENT_GLOBAL_REPLY, .ok = ok, .data = bytes_of(data)};

	if (operations_answer(&mux->operations, &event.operation))
		mux_push(mux, &event, false);
	return 0;
}

int
global_on_success(struct mux *mux, struct channel *unused, const union msg_any *any)
{
	(void)unused;
	return take_reply(mux, true, any->request_success.data);
}

int
global_on_failure(struct mux *mux, struct channel *unused, const union msg_any *any)
{
	(void)unused;
	(void)any;
	return take_reply(mux, false, SLICE_NONE);
}

static uint64_t
ask_owner(struct mux *mux, const struct msg_global_request *msg)
{
	struct nacre_event event = {
	    .type = NACRE_EVENT_GLOBAL_REQUEST, .name = bytes_of(msg->request), .data = bytes_of(msg->tail)};

	return mux_push(mux, &event, msg->want_reply);
}

/* A sign of life is given without bothering anybody; a refusal is one. */
static int
take_question(struct mux *mux, const struct msg_global_request *msg)
{
	int r = questions_admit(&mux->questions, mux->setup.env);

	if (r == NACRE_E_NOMEM)
		return mux_fail(mux, r, "no memory for global requests");
	if (r == 0 && request_is_probe(msg->request))
		questions_add(&mux->questions, 0, ANSWER_NO);
	else if (r == 0)
		questions_add(&mux->questions, ask_owner(mux, msg), ANSWER_OPEN);
	return replies_release(mux, NULL);
}

int
global_on_request(struct mux *mux, struct channel *unused, const union msg_any *any)
{
	const struct msg_global_request *msg = &any->global_request;

	(void)unused;
	if (msg->want_reply)
		return take_question(mux, msg);
	if (!request_is_probe(msg->request))
		ask_owner(mux, msg);
	return 0;
}
