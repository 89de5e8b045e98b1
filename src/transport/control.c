/* control: see control.h. Knows: five small messages. Must not know: the exchange's inside. RFC 4253 11. */
#include "control.h"
#include "exchange.h"
#include "bounds.h"
#include "sender.h"
#include "text.h"

#define FAREWELL_MAX 1024 /* a longer text is cut: it must not be what the farewell fails for */

int
control_on_disconnect(struct transport *t, struct slice payload)
{
	struct msg_disconnect msg;
	char shown[160];

	if (msg_parse(MSG_disconnect, payload, &msg) != 0)
		return exchange_fail(t, NACRE_E_FORMAT, "disconnect: malformed");
	text_escape(shown, sizeof(shown), msg.description, false);
	failure_set(t->setup.failure, NACRE_E_DISCONNECTED, NACRE_ORIGIN_PEER, "disconnect: reason %lu: %s",
	    (unsigned long)msg.reason, shown);
	failure_add_peer(t->setup.failure, t->setup.env, msg.reason, msg.description);
	t->disconnected = true; /* nothing is sent to a peer that has left */
	return NACRE_E_DISCONNECTED;
}

int
control_on_ignore(struct transport *t, struct slice payload)
{
	struct msg_ignore msg;

	return msg_parse(MSG_ignore, payload, &msg) == 0 ? 0 : exchange_fail(t, NACRE_E_FORMAT, "ignore: malformed");
}

int
control_on_debug(struct transport *t, struct slice payload)
{
	struct msg_debug msg;

	/* Its text is in the trace; it is never shown unasked. */
	return msg_parse(MSG_debug, payload, &msg) == 0 ? 0 : exchange_fail(t, NACRE_E_FORMAT, "debug: malformed");
}

int
control_on_unimplemented(struct transport *t, struct slice payload)
{
	struct msg_unimplemented msg;

	if (msg_parse(MSG_unimplemented, payload, &msg) != 0)
		return exchange_fail(t, NACRE_E_FORMAT, "unimplemented: malformed");
	if (t->exchange != NULL && t->exchange->state == EXCHANGE_PROPOSED && msg.sequence == t->exchange->kexinit_seq)
		return exchange_fail(t, NACRE_E_KEX, "unimplemented: the peer refuses a key exchange");
	return 0;
}

int
control_send_unimplemented(struct transport *t)
{
	struct outbox direct = sender_direct(t);
	struct msg_unimplemented msg = {.sequence = t->in.seq - 1};

	return msg_send(&direct, MSG_unimplemented, &msg);
}

/* Never queued: a peer that pings during our exchange, or faster than it reads, gets no answer (CVE-2025-26466). */
int
control_on_ping(struct transport *t, struct slice payload)
{
	struct msg_ping ping;
	struct msg_pong pong;

	if (msg_parse(MSG_ping, payload, &ping) != 0)
		return exchange_fail(t, NACRE_E_FORMAT, "ping: malformed");
	if (t->outbox.room(t->outbox.ctx) < ping.data.n || ping.data.n > LIMIT_PAYLOAD_OUT - 5)
		return 0;
	pong = (struct msg_pong){.data = ping.data};
	return msg_send(&t->outbox, MSG_pong, &pong);
}

bool
transport_takes_asked(const struct transport *t, size_t n)
{
	if (t->out_closed)
		return t->held.n + n <= LIMIT_HELD_ASKED;
	return t->outq.n < LIMIT_OUTPUT_ASKED;
}

int
transport_send_ignore(struct transport *t, size_t n)
{
	struct msg_ignore msg;
	struct buf data;
	uint8_t *p;
	int r;

	if (n > 32768)
		return NACRE_E_ARGUMENT;
	if (!transport_is_keyed(t) || t->disconnected)
		return NACRE_E_MISUSE;
	if (t->out_closed || !transport_takes_asked(t, n))
		return NACRE_E_AGAIN;
	buf_init(&data, t->setup.env, 32768);
	if (n > 0 && (p = buf_reserve(&data, n)) != NULL && (r = mem_random(t->setup.env, p, n)) == 0)
		data.n = n;
	msg = (struct msg_ignore){.data = buf_slice(&data)};
	r = data.n == n ? msg_send(&t->outbox, MSG_ignore, &msg) : NACRE_E_NOMEM;
	buf_free(&data);
	return r;
}

void
transport_disconnect(struct transport *t, uint32_t reason, struct slice text)
{
	struct outbox direct = sender_direct(t);
	struct msg_disconnect msg = {.reason = reason};

	if (t->disconnected)
		return;
	msg.description = slice_of(text.p, text.n < FAREWELL_MAX ? text.n : FAREWELL_MAX);
	/* RFC 4253 7.1 allows it at any time. Where it cannot be sent, nothing can. */
	if (msg_send(&direct, MSG_disconnect, &msg) != 0)
		t->out_packet = NULL;
	t->disconnected = true;
}
