/* request: channel requests, both ways. Knows: their order, and how a command ends. Must not know: what they ask for.
 * RFC 4254 5.4, 6.10. */
#include "mux_internal.h"
#include "text.h"

bool
request_is_probe(struct slice name)
{
	return slice_is(name, "keepalive@openssh.com") || slice_is(name, "winadj@putty.projects.tartarus.org");
}

int
mux_request(struct mux *mux, uint32_t channel, struct slice name, struct slice payload, uint64_t *operation)
{
	struct channel *ch = mux_find(mux, channel);
	struct msg_channel_request msg;
	struct reply wait = {.verdict = REPLY_OPEN};
	int r;

	if (ch == NULL || ch->released || ch->state != CHANNEL_OPEN)
		return NACRE_E_MISUSE;
	if (ch->tx == HALF_CLOSED)
		return NACRE_E_CHANNEL_CLOSED;
	msg = (struct msg_channel_request){.recipient = ch->remote_id, .request = name, .want_reply = operation != NULL,
		.tail = payload};
	if (operation == NULL)
		return msg_send(mux->setup.outbox, MSG_channel_request, &msg);
	wait.number = mux->last_operation + 1;
	if ((r = replies_put(&ch->ours, mux->setup.env, wait)) != 0)
		return r;
	if ((r = msg_send(mux->setup.outbox, MSG_channel_request, &msg)) != 0) {
		replies_undo(&ch->ours);
		return r;
	}
	*operation = ++mux->last_operation;
	return 0;
}

/* RFC 4254 5.4: nobody asked for it: nothing happens. */
static int
take_reply(struct mux *mux, uint32_t recipient, bool ok)
{
	struct nacre_event event = {.type = NACRE_EVENT_CHANNEL_REPLY, .channel = recipient, .ok = ok};
	struct channel *ch = mux_find(mux, recipient);
	struct reply reply;

	if (ch == NULL || ch->state != CHANNEL_OPEN)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_success or channel_failure: unknown channel");
	if (!replies_take(&ch->ours, &reply) || ch->released)
		return 0;
	event.operation = reply.number;
	(void)mux_push(mux, &event, false);
	return 0;
}

int
channel_on_success(struct mux *mux, struct slice payload)
{
	struct msg_channel_success msg;

	if (msg_parse(MSG_channel_success, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_success: malformed");
	return take_reply(mux, msg.recipient, true);
}

int
channel_on_failure(struct mux *mux, struct slice payload)
{
	struct msg_channel_failure msg;

	if (msg_parse(MSG_channel_failure, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_failure: malformed");
	return take_reply(mux, msg.recipient, false);
}

static int
send_reply(struct mux *mux, const struct channel *ch, bool ok)
{
	struct msg_channel_success yes = {.recipient = ch->remote_id};
	struct msg_channel_failure no = {.recipient = ch->remote_id};

	if (ch->tx == HALF_CLOSED)
		return 0;
	return ok ? msg_send(mux->setup.outbox, MSG_channel_success, &yes) : msg_send(mux->setup.outbox, MSG_channel_failure, &no);
}

/* Replies leave in the order of the requests: an answer waits for those before it. */
static int
send_answered(struct mux *mux, struct channel *ch)
{
	struct reply reply;
	int r;

	while (replies_take_answered(&ch->theirs, &reply))
		if ((r = send_reply(mux, ch, reply.verdict == REPLY_YES)) != 0)
			return r;
	return 0;
}

/* Answers in turn without asking anybody. */
static int
answer_at_once(struct mux *mux, struct channel *ch, bool want_reply, bool ok)
{
	struct reply reply = {.verdict = ok ? REPLY_YES : REPLY_NO};

	if (!want_reply)
		return 0;
	if (replies_put(&ch->theirs, mux->setup.env, reply) != 0)
		return mux_fail(mux, NACRE_E_LIMIT, "channel_request: too many unanswered requests");
	return send_answered(mux, ch);
}

static int
parse_exit(struct mux *mux, struct channel *ch, const struct msg_channel_request *msg)
{
	struct msg_channel_request_exit_status status;
	struct msg_channel_request_exit_signal sig;

	ch->exit = (struct nacre_exit){.kind = NACRE_EXIT_STATUS};
	if (slice_is(msg->request, "exit-status")) {
		if (msg_parse(MSG_channel_request_exit_status, msg->tail, &status) != 0)
			return mux_fail(mux, NACRE_E_FORMAT, "exit-status: malformed");
		ch->exit.status = status.status;
		return 0;
	}
	if (msg_parse(MSG_channel_request_exit_signal, msg->tail, &sig) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "exit-signal: malformed");
	ch->exit.kind = NACRE_EXIT_SIGNAL;
	ch->exit.core_dumped = sig.core_dumped;
	text_escape(ch->exit.signal, sizeof(ch->exit.signal), sig.name, false);
	text_escape(ch->exit.message, sizeof(ch->exit.message), sig.message, false);
	return 0;
}

static int
take_exit(struct mux *mux, struct channel *ch, const struct msg_channel_request *msg)
{
	struct nacre_event event = {.type = NACRE_EVENT_CHANNEL_EXIT, .channel = ch->id, .exit = &ch->exit};
	int r = parse_exit(mux, ch, msg);

	if (r != 0)
		return r;
	(void)mux_push(mux, &event, false);
	return answer_at_once(mux, ch, msg->want_reply, true);
}

static int
ask(struct mux *mux, struct channel *ch, const struct msg_channel_request *msg)
{
	struct nacre_event event = {.type = NACRE_EVENT_CHANNEL_REQUEST, .channel = ch->id, .name = bytes_of(msg->request),
		.data = bytes_of(msg->tail)};
	struct reply reply = {.verdict = REPLY_OPEN};

	if (!msg->want_reply) {
		(void)mux_push(mux, &event, false);
		return 0;
	}
	if (replies_put(&ch->theirs, mux->setup.env, reply) != 0)
		return mux_fail(mux, NACRE_E_LIMIT, "channel_request: too many unanswered requests");
	replies_name_last(&ch->theirs, mux_push(mux, &event, true));
	return 0;
}

int
channel_on_request(struct mux *mux, struct slice payload)
{
	struct msg_channel_request msg;
	struct channel *ch;

	if (msg_parse(MSG_channel_request, payload, &msg) != 0)
		return mux_fail(mux, NACRE_E_FORMAT, "channel_request: malformed");
	if ((ch = mux_find(mux, msg.recipient)) == NULL || ch->state != CHANNEL_OPEN)
		return mux_fail(mux, NACRE_E_PROTOCOL, "channel_request: unknown channel");
	if (ch->rx == HALF_CLOSED)
		return 0;
	if (ch->released || request_is_probe(msg.request))
		return answer_at_once(mux, ch, msg.want_reply, false);
	if (slice_is(msg.request, "exit-status") || slice_is(msg.request, "exit-signal"))
		return take_exit(mux, ch, &msg);
	return ask(mux, ch, &msg);
}

int
mux_answer_request(struct mux *mux, uint64_t token, bool ok)
{
	uint32_t i;

	if (token == 0)
		return NACRE_E_MISUSE;
	for (i = 0; i < mux->n_slots; i++)
		if (mux->slots[i] != NULL && replies_answer(&mux->slots[i]->theirs, token, ok))
			return send_answered(mux, mux->slots[i]);
	return NACRE_E_MISUSE;
}
