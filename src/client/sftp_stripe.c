/* sftp_stripe: one file over several channels of the connection, where a server's window for one of them is all that is
 * under way. Knows: sessions beside the transfer's own, and each one's handle of the file. Must not know: what is
 * written. Serves RFC 4254 5.2; draft-ietf-secsh-filexfer-02 6.3. */
#include "sftp_transfer.h"

/* The lane with the fewest bytes under way: NULL is the transfer's own session. */
struct sftp_lane *
stripe_choose(struct sftp_transfer *t)
{
	struct sftp_lane *best = NULL;
	size_t least = t->in_flight;

	for (unsigned i = 0; i < t->n_lanes; i++)
		least -= t->lanes[i].in_flight;
	for (unsigned i = 0; i < t->n_lanes; i++) {
		if (t->lanes[i].state != LANE_OPEN || t->lanes[i].in_flight >= least)
			continue;
		best = &t->lanes[i];
		least = best->in_flight;
	}
	return best;
}

static void
on_lane_open(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_lane *lane = ctx;

	lane->job->waiting--;
	lane->state = LANE_OVER; /* a server that refuses costs speed, not the transfer */
	if (answer->code != 0)
		return;
	sftp_handle_keep(&lane->handle, answer->msg->handle.handle);
	lane->state = LANE_OPEN;
}

static void
lane_ask(struct sftp_lane *lane, struct sftp_ask *ask)
{
	ask->ctx = lane;
	if (sftp_client_submit(&lane->s->engine, ask, NULL) == 0)
		lane->job->waiting++;
	else
		lane->state = LANE_OVER;
}

void
stripe_join(struct sftp_job *job)
{
	struct sftp_msg_open msg = {.filename = slice_str(job->remote_part != NULL ? job->remote_part : job->remote),
	    .pflags = SFTP_PFLAG_WRITE,
	    .attrs = SLICE_LIT("\0\0\0\0")};
	struct sftp_transfer *t = job->t;

	for (unsigned i = 0; i < t->n_lanes; i++) {
		struct sftp_ask ask = {.type = SFTP_open, .msg = &msg, .done = on_lane_open};

		if (t->lanes[i].state != LANE_NEW)
			continue;
		t->lanes[i].job = job;
		t->lanes[i].state = LANE_ASKED;
		lane_ask(&t->lanes[i], &ask);
	}
}

static void
on_lane_closed(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_lane *lane = ctx;

	lane->job->waiting--;
	sftp_result_keep(&lane->job->result, answer);
}

void
stripe_part(struct sftp_job *job)
{
	for (unsigned i = 0; i < job->t->n_lanes; i++) {
		struct sftp_lane *lane = &job->t->lanes[i];
		struct sftp_msg_close msg = {.handle = sftp_handle_slice(&lane->handle)};
		struct sftp_ask ask = {.type = SFTP_close, .msg = &msg, .done = on_lane_closed};

		if (lane->state != LANE_OPEN)
			continue;
		lane->state = LANE_OVER;
		lane_ask(lane, &ask);
	}
}

/* What moves there moves the transfer: the session that waits is not silent then. */
void
stripe_take(struct sftp_transfer *t)
{
	for (unsigned i = 0; i < t->n_lanes; i++) {
		uint64_t before = t->lanes[i].s->moved;

		sftp_take(t->lanes[i].s);
		t->s->moved += t->lanes[i].s->moved - before;
	}
}

void
stripe_push(struct sftp_transfer *t)
{
	for (unsigned i = 0; i < t->n_lanes; i++) {
		uint64_t before = t->lanes[i].s->moved;

		sftp_push(t->lanes[i].s);
		t->s->moved += t->lanes[i].s->moved - before;
	}
}

/* As many as the server lets us have. */
void
stripe_begin(struct sftp_transfer *t, unsigned n)
{
	struct nacre_sftp *s;

	while (t->n_lanes < n && t->n_lanes < TRANSFER_LANES_MAX &&
	       nacre_client_open_sftp(t->s->ch->client, &s) == NACRE_OK)
		t->lanes[t->n_lanes++] = (struct sftp_lane){.s = s};
}

void
stripe_end(struct sftp_transfer *t)
{
	while (t->n_lanes > 0)
		nacre_sftp_close(t->lanes[--t->n_lanes].s);
}
