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

		if (t->lanes[i].state != LANE_READY)
			continue;
		t->lanes[i].job = job;
		t->lanes[i].state = LANE_OPENING;
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

static void
come_channel(struct sftp_lane *lane)
{
	struct nacre_channel *ch = lane->s->ch;

	if (ch->state == CHANNEL_OPENING)
		return;
	lane->state = LANE_OVER;
	if (ch->state == CHANNEL_OPEN &&
	    nacre_conn_channel_subsystem(ch->client->conn, ch->number, "sftp", &ch->operation) == NACRE_OK)
		lane->state = LANE_SUBSYSTEM;
}

static void
come_subsystem(struct sftp_lane *lane)
{
	struct nacre_channel *ch = lane->s->ch;

	if (!ch->replied && !ch->closed)
		return;
	lane->state = LANE_OVER;
	if (ch->replied && ch->reply_ok && sftp_client_init(&lane->s->engine, lane->s->env) == 0)
		lane->state = LANE_VERSION;
}

static void
come_version(struct sftp_lane *lane)
{
	if (lane->s->engine.state == SFTP_CLIENT_READY)
		lane->state = LANE_READY;
	if (lane->s->engine.state == SFTP_CLIENT_FAILED)
		lane->state = LANE_OVER;
}

static void (*const comings[])(struct sftp_lane *lane) = {
    [LANE_CHANNEL] = come_channel,
    [LANE_SUBSYSTEM] = come_subsystem,
    [LANE_VERSION] = come_version,
};

/* The bytes go over what is there meanwhile. */
static void
lane_come(struct sftp_lane *lane)
{
	if ((size_t)lane->state < sizeof(comings) / sizeof(comings[0]))
		comings[lane->state](lane);
}

/* What moves there moves the transfer: the session that waits is not silent then. */
static void
lanes_turn(struct sftp_transfer *t, void (*turn)(struct nacre_sftp *s))
{
	for (unsigned i = 0; i < t->n_lanes; i++) {
		struct nacre_sftp *s = t->lanes[i].s;
		uint64_t before = s->moved;

		if (t->lanes[i].state >= LANE_VERSION)
			turn(s);
		t->s->moved += s->moved - before;
		lane_come(&t->lanes[i]);
	}
}

void
stripe_take(struct sftp_transfer *t)
{
	lanes_turn(t, sftp_take);
}

void
stripe_push(struct sftp_transfer *t)
{
	lanes_turn(t, sftp_push);
}

/* As many as the connection lets us ask for; the server says which of them come. */
void
stripe_begin(struct sftp_transfer *t, unsigned n)
{
	while (t->n_lanes < n && t->n_lanes < TRANSFER_LANES_MAX) {
		struct nacre_sftp *s = sftp_new(t->s->ch->client);

		if (s == NULL)
			return;
		if (channel_ask(t->s->ch->client, "session", NULL, 0, &s->ch) != NACRE_OK) {
			sftp_destroy(s);
			return;
		}
		t->lanes[t->n_lanes++] = (struct sftp_lane){.s = s};
	}
}

void
stripe_end(struct sftp_transfer *t)
{
	while (t->n_lanes > 0)
		sftp_destroy(t->lanes[--t->n_lanes].s);
}
