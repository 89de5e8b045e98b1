/* ring: events between the floors and their owner. Knows: an order. Must not know: what events mean, but that a
 * question is worthless once the connection is over. */
#include "conn_internal.h"

void
ring_init(struct nacre_conn *c)
{
	c->ring = (struct ring){.cap = RING_INLINE};
	c->ring.events = c->ring.inline_events;
}

void
ring_free(struct nacre_conn *c)
{
	if (c->ring.events != c->ring.inline_events)
		mem_free(&c->env, c->ring.events, c->ring.cap * sizeof(struct nacre_event));
	ring_init(c);
}

static bool
grow(struct nacre_conn *c)
{
	struct ring *r = &c->ring;
	size_t cap = r->cap * 4, i;
	struct nacre_event *events;

	if (cap > RING_MAX)
		return false;
	if ((events = mem_new(&c->env, cap * sizeof(*events))) == NULL)
		return false;
	for (i = 0; i < r->n; i++)
		events[i] = r->events[(r->first + i) % r->cap];
	if (r->events != r->inline_events)
		mem_free(&c->env, r->events, r->cap * sizeof(*events));
	r->events = events;
	r->first = 0;
	r->cap = cap;
	return true;
}

bool
ring_push(struct nacre_conn *c, const struct nacre_event *event)
{
	struct ring *r = &c->ring;

	if (r->n == r->cap && !grow(c))
		return false;
	r->events[(r->first + r->n) % r->cap] = *event;
	r->n++;
	return true;
}

bool
ring_pop(struct nacre_conn *c, struct nacre_event *event)
{
	struct ring *r = &c->ring;

	if (r->n == 0)
		return false;
	*event = r->events[r->first];
	r->first = (r->first + 1) % r->cap;
	r->n--;
	if (r->n == 0 && r->events != r->inline_events)
		ring_free(c);
	return true;
}

void
ring_drop_questions(struct nacre_conn *c)
{
	size_t left = c->ring.n;
	struct nacre_event event;

	while (left-- > 0 && ring_pop(c, &event))
		if (event.token == 0)
			(void)ring_push(c, &event); /* cannot fail: one was just taken */
}
