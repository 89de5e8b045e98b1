/* replies: answers to the peer's requests, out in the order in which it asked. Knows: the messages that say yes and no.
 * Must not know: what was asked. RFC 4254 4, 5.4. */
#include "mux_internal.h"

static struct questions *
questions_of(struct mux *mux, struct channel *ch)
{
	return ch == NULL ? &mux->questions : &ch->questions;
}

static int
send_global_reply(struct mux *mux, enum answer answer, struct slice data)
{
	struct msg_request_success yes = {.data = data};
	struct msg_request_failure no = {0};

	if (answer == ANSWER_YES)
		return mux_send(mux, MSG_request_success, &yes);
	return mux_send(mux, MSG_request_failure, &no);
}

static int
send_channel_reply(struct mux *mux, const struct channel *ch, enum answer answer)
{
	struct msg_channel_success yes = {.recipient = ch->peer};
	struct msg_channel_failure no = {.recipient = ch->peer};

	/* RFC 4254 5.3: nothing follows our CLOSE, and nobody waits for it. */
	if (ch->tx == TX_CLOSED)
		return 0;
	if (answer == ANSWER_YES)
		return mux_send(mux, MSG_channel_success, &yes);
	return mux_send(mux, MSG_channel_failure, &no);
}

static int
send_reply(struct mux *mux, const struct channel *ch, enum answer answer, struct slice data)
{
	return ch == NULL ? send_global_reply(mux, answer, data) : send_channel_reply(mux, ch, answer);
}

/* A peer may pile up as many refusals as it likes while one question is open. They leave as the output has room. */
static int
release_overdue(struct mux *mux, struct channel *ch)
{
	struct questions *q = questions_of(mux, ch);
	int r = 0;

	while (r == 0 && q->overdue > 0 && q->n == 0) {
		if (mux_room(mux) == 0) {
			mux->output = OUTPUT_SHORT;
			break;
		}
		q->overdue--;
		r = send_reply(mux, ch, ANSWER_NO, SLICE_NONE);
	}
	return r;
}

int
replies_release(struct mux *mux, struct channel *ch)
{
	struct questions *q = questions_of(mux, ch);
	struct question *first;
	int r = 0;

	while (r == 0 && (first = questions_ready(q)) != NULL) {
		r = send_reply(mux, ch, first->answer, slice_of(first->data, first->data_len));
		questions_pop(q, mux->setup.env);
	}
	return r != 0 ? r : release_overdue(mux, ch);
}

static struct channel *
find_asking_channel(const struct mux *mux, uint64_t token)
{
	size_t i;

	for (i = 0; i < mux->slots_cap; i++)
		if (mux->slots[i] != NULL && questions_find(&mux->slots[i]->questions, token) != NULL)
			return mux->slots[i];
	return NULL;
}

int
mux_answer_request(struct mux *mux, uint64_t token, bool ok)
{
	struct channel *ch = find_asking_channel(mux, token);

	if (ch == NULL)
		return NACRE_E_MISUSE;
	questions_find(&ch->questions, token)->answer = ok ? ANSWER_YES : ANSWER_NO;
	return replies_release(mux, ch);
}

/* An answer that is not yet due keeps its own copy of the data. */
static int
keep_data(struct mux *mux, struct question *question, struct slice data)
{
	if (data.n == 0)
		return 0;
	if ((question->data = mem_new(mux->setup.env, data.n)) == NULL)
		return NACRE_E_NOMEM;
	memcpy(question->data, data.p, data.n);
	question->data_len = data.n;
	return 0;
}

int
mux_answer_global(struct mux *mux, uint64_t token, bool ok, struct slice data)
{
	struct question *question = questions_find(&mux->questions, token);

	if (question == NULL)
		return NACRE_E_MISUSE;
	if (data.n > MUX_PAYLOAD_MAX)
		return NACRE_E_ARGUMENT;
	if (ok && keep_data(mux, question, data) != 0)
		return NACRE_E_NOMEM;
	question->answer = ok ? ANSWER_YES : ANSWER_NO;
	return replies_release(mux, NULL);
}
