/* request: channel requests, ours and the peer's. Knows: the two that tell a command's end, and those that only ask
 * whether we are there. Must not know: the others' payloads. RFC 4254 5.4, 6.10. */
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
	struct channel *ch = slots_held(mux, channel);
	struct msg_channel_request msg = {.request = name, .want_reply = operation != NULL, .tail = payload};
	int r;

	if (operation != NULL)
		*operation = 0;
	if (ch == NULL)
		return NACRE_E_MISUSE;
	if (name.n == 0 || name.n > MUX_NAME_MAX || payload.n > MUX_PAYLOAD_MAX)
		return NACRE_E_ARGUMENT;
	if (ch->tx == TX_CLOSED)
		return NACRE_E_CHANNEL_CLOSED;
	if (operation != NULL && operations_is_full(&ch->operations))
		return NACRE_E_AGAIN;
	msg.recipient = ch->peer;
	if ((r = mux_send(mux, MSG_channel_request, &msg)) != 0)
		return r;
	if (operation != NULL)
		*operation = operations_submit(&ch->operations);
	return 0;
}

/* A reply that nobody asked for means nothing. */
static int
take_reply(struct mux *mux, struct channel *ch, bool ok)
{
	struct nacre_event event = {.type = NACRE_EVENT_CHANNEL_REPLY, .channel = ch->number, .ok = ok};

	if (!operations_answer(&ch->operations, &event.operation))
		return 0;
	if (ch->owner == OWNER_HOLDS)
		mux_push(mux, &event, false);
	return 0;
}

int
request_on_success(struct mux *mux, struct channel *ch, const union msg_any *any)
{
	(void)any;
	return take_reply(mux, ch, true);
}

int
request_on_failure(struct mux *mux, struct channel *ch, const union msg_any *any)
{
	(void)any;
	return take_reply(mux, ch, false);
}

static int
read_tail(struct mux *mux, enum msg_id id, struct slice tail, void *out)
{
	const char *field;

	if (msg_parse_field(id, tail, out, &field) == 0)
		return 0;
	return mux_fail(mux, NACRE_E_FORMAT, "%s: %s is malformed", msg_rows[id].name, field);
}

static int
read_exit_status(struct mux *mux, struct slice tail, struct nacre_exit *out)
{
	struct msg_channel_request_exit_status msg;
	int r;

	if ((r = read_tail(mux, MSG_channel_request_exit_status, tail, &msg)) != 0)
		return r;
	*out = (struct nacre_exit){.kind = NACRE_EXIT_STATUS, .status = msg.status};
	return 0;
}

static int
read_exit_signal(struct mux *mux, struct slice tail, struct nacre_exit *out)
{
	struct msg_channel_request_exit_signal msg;
	int r;

	if ((r = read_tail(mux, MSG_channel_request_exit_signal, tail, &msg)) != 0)
		return r;
	*out = (struct nacre_exit){.kind = NACRE_EXIT_SIGNAL, .core_dumped = msg.core_dumped};
	text_escape(out->signal, sizeof(out->signal), msg.name, false);
	text_escape(out->message, sizeof(out->message), msg.message, false);
	return 0;
}

/* The requests that this floor understands itself. */
static const struct exit_row {
	enum msg_id id;
	int (*read)(struct mux *mux, struct slice tail, struct nacre_exit *out);
} exit_rows[] = {
    {MSG_channel_request_exit_status, read_exit_status},
    {MSG_channel_request_exit_signal, read_exit_signal},
};

/* RFC 4254 6.10: a server tells them. From a client they are requests like any other that nobody knows. */
static const struct exit_row *
find_exit_row(const struct mux *mux, struct slice name)
{
	enum msg_from peer = mux->setup.role == NACRE_CLIENT ? FROM_SERVER : FROM_CLIENT;
	enum msg_id id = msg_find_tail(MSG_channel_request, name);
	size_t i;

	for (i = 0; i < sizeof(exit_rows) / sizeof(exit_rows[0]); i++)
		if (exit_rows[i].id == id && (msg_rows[id].from & peer) != 0)
			return &exit_rows[i];
	return NULL;
}

/* A command ends once: the first word counts. */
static int
take_exit(struct mux *mux, struct channel *ch, const struct exit_row *row, struct slice tail)
{
	struct nacre_event event = {.type = NACRE_EVENT_CHANNEL_EXIT, .channel = ch->number, .exit = &mux->exit};
	struct nacre_exit exit;
	int r;

	if ((r = row->read(mux, tail, &exit)) != 0 || ch->exit_told)
		return r;
	ch->exit_told = true;
	mux->exit = exit;
	mux_push(mux, &event, false);
	return 0;
}

static uint64_t
ask_owner(struct mux *mux, const struct channel *ch, const struct msg_channel_request *msg)
{
	struct nacre_event event = {
	    .type = NACRE_EVENT_CHANNEL_REQUEST,
	    .channel = ch->number,
	    .name = bytes_of(msg->request),
	    .data = bytes_of(msg->tail),
	};

	return mux_push(mux, &event, msg->want_reply);
}

/* A request that wants a reply gets its place in the queue first: where there is none, nobody is asked. `known` is the
 * answer that needs no asking, or ANSWER_OPEN. */
static int
take_question(struct mux *mux, struct channel *ch, const struct msg_channel_request *msg, enum answer known)
{
	int r = questions_admit(&ch->questions, mux->setup.env);

	if (r == NACRE_E_NOMEM)
		return mux_fail(mux, r, "no memory for a channel's requests");
	if (r == 0)
		questions_add(&ch->questions, known == ANSWER_OPEN ? ask_owner(mux, ch, msg) : 0, known);
	return replies_release(mux, ch);
}

int
request_on_request(struct mux *mux, struct channel *ch, const union msg_any *any)
{
	const struct msg_channel_request *msg = &any->channel_request;
	const struct exit_row *row = find_exit_row(mux, msg->request);
	enum answer known = ANSWER_OPEN;
	int r;

	if (ch->tx == TX_CLOSED)
		return 0; /* our CLOSE crossed it */
	if (ch->owner == OWNER_GONE || request_is_probe(msg->request))
		known = ANSWER_NO;
	else if (row != NULL)
		known = ANSWER_YES;
	if (known == ANSWER_YES && (r = take_exit(mux, ch, row, msg->tail)) != 0)
		return r;
	if (msg->want_reply)
		return take_question(mux, ch, msg, known);
	if (known == ANSWER_OPEN)
		ask_owner(mux, ch, msg);
	return 0;
}
