/* end: see end.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "end.h"

static uint8_t *
reserve(void *ctx, size_t n, int *error)
{
	struct end *e = ctx;

	if (e->outbox_error != 0) {
		*error = failure_set(&e->failure, e->outbox_error, NACRE_ORIGIN_RESOURCE, "no output");
		return NULL;
	}
	if (e->queue_to + n + 4 > e->queue_cap) {
		e->queue_cap = (e->queue_to + n + 4) * 2;
		e->queue = realloc(e->queue, e->queue_cap);
		assert_non_null(e->queue);
	}
	e->reserved = n;
	return e->queue + e->queue_to + 4;
}

static int
commit(void *ctx)
{
	struct end *e = ctx;
	uint8_t *p = e->queue + e->queue_to;
	size_t used = p[4] == NUM_channel_data || p[4] == NUM_channel_extended_data ? e->reserved : 0;

	put_be32(p, (uint32_t)e->reserved);
	e->queue_to += 4 + e->reserved;
	e->room -= used < e->room ? used : e->room;
	e->sent++;
	return 0;
}

/* As rough as it may be: what stands around the payload is written over. */
static int
send_from(void *ctx, uint8_t *payload, size_t n)
{
	struct end *e = ctx;
	int r;
	uint8_t *p = reserve(e, n, &r);

	if (p == NULL)
		return r;
	memcpy(p, payload, n);
	memset(payload - (OUTBOX_MARGIN - 13), 0xee, OUTBOX_MARGIN - 13); /* the message's own fields stand in the rest */
	memset(payload + n, 0xee, OUTBOX_MARGIN);
	return commit(e);
}

static size_t
room(void *ctx)
{
	const struct end *e = ctx;

	return e->room;
}

static size_t
copy(uint8_t *out, size_t cap, struct nacre_bytes in)
{
	size_t n = in.n < cap ? in.n : cap;

	if (n > 0)
		memcpy(out, in.p, n);
	return n;
}

static uint64_t
push(void *ctx, const struct nacre_event *event, bool is_question)
{
	struct end *e = ctx;
	struct end_event *at = &e->events[e->event_to++ % END_EVENTS];

	at->event = *event;
	at->event.token = is_question ? ++e->last_token : 0;
	at->name_len = copy(at->name, sizeof(at->name), event->name);
	at->data_len = copy(at->data, sizeof(at->data), event->data);
	at->exit = event->exit == NULL ? (struct nacre_exit){.kind = NACRE_EXIT_NONE} : *event->exit;
	return at->event.token;
}

void
end_init(struct end *e, enum nacre_role role, uint32_t window, uint32_t window_max, unsigned channels_max)
{
	memset(e, 0, sizeof(*e));
	test_env_init(&e->te, 1);
	e->outbox = (struct outbox){e, reserve, commit, room, send_from};
	e->sink = (struct sink){e, push};
	e->room = SIZE_MAX / 2;
	e->setup = (struct mux_setup){
	    .env = &e->te.env,
	    .outbox = &e->outbox,
	    .sink = &e->sink,
	    .failure = &e->failure,
	    .role = role,
	    .window = window == 0 ? (uint32_t)2 << 20 : window,
	    .window_max = window_max == 0 ? (uint32_t)16 << 20 : window_max,
	    .channels_max = channels_max == 0 ? 1024 : channels_max,
	};
	assert_int_equal(mux_new(&e->setup, &e->mux), 0);
}

void
end_free(struct end *e)
{
	mux_free(e->mux);
	failure_clear(&e->failure, &e->te.env);
	free(e->queue);
	assert_int_equal(e->te.live_blocks, 0);
	assert_int_equal(e->te.wrong_sizes, 0);
}

int
end_put_bytes(struct end *e, const void *p, size_t n)
{
	/* A block of exactly that size, so that a read past its end is seen. */
	uint8_t *copied = malloc(n == 0 ? 1 : n);
	int r;

	assert_non_null(copied);
	if (n > 0)
		memcpy(copied, p, n);
	r = mux_packet(e->mux, slice_of(copied, n));
	free(copied);
	return r;
}

int
end_put(struct end *e, enum msg_id id, const void *msg)
{
	size_t n = msg_size(id, msg);
	uint8_t *payload = malloc(n);
	int r;

	assert_non_null(payload);
	msg_write(id, msg, payload);
	r = mux_packet(e->mux, slice_of(payload, n));
	free(payload);
	return r;
}

static struct slice
next_sent(struct end *e)
{
	struct slice payload;

	if (e->queue_from == e->queue_to)
		return SLICE_NONE;
	payload = slice_of(e->queue + e->queue_from + 4, get_be32(e->queue + e->queue_from));
	e->queue_from += 4 + payload.n;
	if (e->queue_from == e->queue_to)
		e->queue_from = e->queue_to = 0;
	return payload;
}

void
end_take(struct end *e, enum msg_id id, void *out)
{
	struct slice payload = next_sent(e);

	assert_true(payload.n > 0);
	assert_int_equal(payload.p[0], msg_rows[id].number);
	assert_int_equal(msg_parse(id, payload, out), 0);
}

bool
end_is_silent(const struct end *e)
{
	return e->queue_from == e->queue_to;
}

void
end_hush(struct end *e)
{
	e->queue_from = e->queue_to = 0;
}

bool
end_carry(struct end *from, struct end *to)
{
	struct slice payload = next_sent(from);

	if (payload.n == 0)
		return false;
	assert_int_equal(mux_packet(to->mux, payload), 0);
	return true;
}

void
end_carry_all(struct end *a, struct end *b)
{
	bool moved = true;

	while (moved) {
		moved = false;
		while (end_carry(a, b))
			moved = true;
		while (end_carry(b, a))
			moved = true;
	}
}

const struct end_event *
end_event(struct end *e, enum nacre_event_type type)
{
	const struct end_event *at = &e->events[e->event_from % END_EVENTS];

	assert_true(e->event_from < e->event_to);
	assert_int_equal(at->event.type, type);
	e->event_from++;
	return at;
}

bool
end_is_quiet(const struct end *e)
{
	return e->event_from == e->event_to;
}

void
end_forget_events(struct end *e)
{
	e->event_from = e->event_to;
}

uint32_t
end_open(struct end *e, uint32_t peer, uint32_t window, uint32_t max_packet)
{
	struct msg_channel_open_confirmation confirm = {.sender = peer, .window = window, .max_packet = max_packet};
	struct msg_channel_open open;

	assert_int_equal(mux_open(e->mux, SLICE_LIT("session"), SLICE_NONE, &confirm.recipient), 0);
	end_take(e, MSG_channel_open, &open);
	assert_int_equal(open.sender, confirm.recipient);
	assert_int_equal(end_put(e, MSG_channel_open_confirmation, &confirm), 0);
	end_event(e, NACRE_EVENT_CHANNEL_OPENED);
	return confirm.recipient;
}

void
end_open_pair(struct end *a, struct end *b, uint32_t *at_a, uint32_t *at_b)
{
	const struct end_event *ev;

	assert_int_equal(mux_open(a->mux, SLICE_LIT("session"), SLICE_NONE, at_a), 0);
	end_carry_all(a, b);
	ev = end_event(b, NACRE_EVENT_CHANNEL_OPEN);
	*at_b = ev->event.channel;
	assert_int_equal(mux_answer_open(b->mux, ev->event.token, 0, NULL), 0);
	end_carry_all(a, b);
	end_event(a, NACRE_EVENT_CHANNEL_OPENED);
}

size_t
end_write(struct end *e, uint32_t channel, enum nacre_stream stream, const void *p, size_t n)
{
	size_t there;
	uint8_t *space = mux_write_space(e->mux, channel, stream, &there);

	if (space == NULL)
		return 0;
	if (n > there)
		n = there;
	memcpy(space, p, n);
	assert_int_equal(mux_commit(e->mux, channel, stream, n), 0);
	return n;
}

int
end_data(struct end *e, uint32_t channel, const void *p, size_t n)
{
	struct msg_channel_data msg = {.recipient = channel, .data = slice_of(p, n)};

	return end_put(e, MSG_channel_data, &msg);
}

int
end_consume_all(struct end *e, uint32_t channel, enum nacre_stream stream)
{
	size_t n;
	int r = 0;

	while (r == 0 && (n = mux_peek(e->mux, channel, stream).n) > 0)
		r = mux_consume(e->mux, channel, stream, n);
	return r;
}

void
end_assert_failed(const struct end *e, int code, const char *text)
{
	assert_int_equal(e->failure.code, code);
	assert_string_equal(e->failure.text, text);
}
