/* global: global requests, both ways. Knows: their order. Must not know: what they ask for. RFC 4254 4. */
#include "mux_internal.h"

int
mux_global_request(struct mux *mux, struct slice name, struct slice payload, uint64_t *operation)
{
	struct msg_global_request msg = {.request = name, .want_reply = operation != NULL, .tail = payload};
	struct reply wait = {.number = mux->last_operation + 1, .verdict = REPLY_OPEN};
	int r;

	if (operation == NULL)
		return msg_send(mux->setup.outbox, MSG_global_request, &msg);
	if ((r = replies_put(&mux->ours, mux->setup.env, wait)) != 0)
		return r;
	if ((r = msg_send(mux->setup.outbox, MSG_global_request, &msg)) != 0) {
		replies_undo(&mux->ours);
		return r;
	}
	*operation = ++mux->last_operation;
	return 0;
}

static void
take_reply(struct mux *mux, bool ok, struct slice data)
{
	struct nacre_event event = {.type = NACRE_EVENT_GLOBAL_REPLY, .ok = ok, .data = bytes_of(data)};
	struct reply reply;

	if (!replies_take(&mux->ours, &reply))
		return; /* nobody asked for it (CVE-2026-39830) */
	event.operation = reply.number;
	(void)mux_push(mux, &event, false);
}

int
global_on_success(struct mux *mux, struct slice payload)
{
	struct msg_request_success msg;

	if (msg_parse(MSG_request_success, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "request_success: malformed");
	take_reply(mux, true, msg.data);
	return 0;
}

int
global_on_failure(struct mux *mux, struct slice payload)
{
	struct msg_request_failure msg;

	if (msg_parse(MSG_request_failure, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "request_failure: malformed");
	take_reply(mux, false, SLICE_NONE);
	return 0;
}

static int
send_reply(struct mux *mux, bool ok, struct slice data)
{
	struct msg_request_success yes = {.data = data};
	struct msg_request_failure no = {0};

	return ok ? msg_send(mux->setup.outbox, MSG_request_success, &yes) : msg_send(mux->setup.outbox, MSG_request_failure, &no);
}

static int
send_answered(struct mux *mux)
{
	struct reply reply;
	int r;

	while (replies_take_answered(&mux->theirs, &reply))
		if ((r = send_reply(mux, reply.verdict == REPLY_YES, SLICE_NONE)) != 0)
			return r;
	return 0;
}

static int
put_theirs(struct mux *mux, enum reply_verdict verdict)
{
	struct reply reply = {.verdict = verdict};

	if (replies_put(&mux->theirs, mux->setup.env, reply) != 0)
		return mux_fail(mux, NACRE_E_LIMIT, "global_request: too many unanswered requests");
	return 0;
}

int
global_on_request(struct mux *mux, struct slice payload)
{
	struct nacre_event event = {.type = NACRE_EVENT_GLOBAL_REQUEST};
	struct msg_global_request msg;
	int r;

	if (msg_parse(MSG_global_request, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "global_request: malformed");
	if (msg.want_reply && request_is_probe(msg.request)) {
		r = put_theirs(mux, REPLY_NO);
		return r != 0 ? r : send_answered(mux);
	}
	event.name = bytes_of(msg.request);
	event.data = bytes_of(msg.tail);
	if (!msg.want_reply) {
		(void)mux_push(mux, &event, false);
		return 0;
	}
	if ((r = put_theirs(mux, REPLY_OPEN)) != 0)
		return r;
	replies_name_last(&mux->theirs, mux_push(mux, &event, true));
	return 0;
}

/* A success with data (RFC 4254 7.1: the port) can only be sent in its turn: an answer with data out of turn is refused. */
int
mux_answer_global(struct mux *mux, uint64_t token, bool ok, struct slice data)
{
	struct reply reply;

	if (token == 0)
		return NACRE_E_MISUSE;
	if (ok && data.n > 0) {
		if (mux->theirs.n == 0 || mux->theirs.at[mux->theirs.first].number != token)
			return NACRE_E_MISUSE;
		(void)replies_take(&mux->theirs, &reply);
		return send_reply(mux, true, data) != 0 ? mux->setup.failure->code : send_answered(mux);
	}
	return replies_answer(&mux->theirs, token, ok) ? send_answered(mux) : NACRE_E_MISUSE;
}
