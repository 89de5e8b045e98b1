/* puppet: see puppet.h. */
#include "puppet.h"
#include "bounds.h"

#include <stdlib.h>

void
puppet_send(nacre_conn *c, const void *payload, size_t n)
{
	struct outbox direct = sender_direct(&c->transport);
	int r;
	uint8_t *p = direct.reserve(direct.ctx, n, &r);

	if (p == NULL)
		abort();
	memcpy(p, payload, n);
	if (direct.commit(direct.ctx) != 0)
		abort();
}

void
puppet_send_number(nacre_conn *c, uint8_t number)
{
	puppet_send(c, &number, 1);
}

/* The first KEXINIT stands in the exchange, and in clear in the output: both must say the same. */
static void
change_both(nacre_conn *c, size_t at, const void *bytes, size_t n)
{
	struct buf *ours = &c->transport.exchange->ours;
	struct slice out = outq_peek(&c->transport.outq);
	size_t i;

	memcpy(ours->p + at, bytes, n);
	for (i = 0; i + 17 <= out.n; i++)
		if (memcmp(out.p + i, ours->p, 17) == 0) /* number and cookie */
			break;
	if (i + 17 > out.n)
		abort();
	memcpy((uint8_t *)(uintptr_t)out.p + i + at, bytes, n);
}

void
puppet_claim_guess(nacre_conn *c)
{
	static const uint8_t yes = 1;

	change_both(c, c->transport.exchange->ours.n - 5, &yes, 1);
}

void
puppet_rename(nacre_conn *c, const char *old, const char *new)
{
	struct buf *ours = &c->transport.exchange->ours;
	size_t n = strlen(old), i;

	for (i = 0; i + n <= ours->n; i++)
		if (memcmp(ours->p + i, old, n) == 0)
			change_both(c, i, new, n);
}

void
puppet_rekey_with_guess(nacre_conn *c)
{
	struct transport *t = &c->transport;
	struct outq kept = t->outq;
	struct lane lane = t->out;
	struct exchange *x;

	/* A first try makes the exchange; its packet is forgotten, and the changed payload takes its place. */
	outq_init(&t->outq, kept.env);
	if (exchange_start(t) != 0)
		abort();
	outq_free(&t->outq);
	t->outq = kept;
	suite_wipe(&t->out.suite);
	t->out = lane;
	x = t->exchange;
	x->ours.p[x->ours.n - 5] = 1;
	puppet_send(c, x->ours.p, x->ours.n);
}
