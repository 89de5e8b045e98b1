/* sftp_transfer: how much may be under way, and what is told of it. Knows: rates and round trips. Must not know: what
 * the files are. Serves draft-ietf-secsh-filexfer-02 6.4. */
#include <stdio.h>
#include "clock.h"
#include "sftp_transfer.h"

#define TELL_US 200000
#define PIECE_MIN 1024
#define PACE_MS 20 /* how often a limited transfer looks at its allowance */
#define PATIENCE_MS 2000 /* how long a server may be silent after a cancel */

void
transfer_init(struct sftp_transfer *t, struct nacre_sftp *s)
{
	*t = (struct sftp_transfer){.s = s, .window = TRANSFER_WINDOW_FIRST, .began_us = clock_us()};
	t->told_us = t->began_us;
}

int
transfer_options(struct sftp_transfer *t, const struct nacre_sftp_transfer *given)
{
	int rc = client_options(t->s->ch->client, &t->options, sizeof(t->options), given);

	if (rc != NACRE_OK)
		return sftp_fail(t->s, rc, NULL, "options.size is not set to the struct's size");
	if (t->options.resume && t->options.atomic)
		return sftp_fail(t->s, NACRE_E_ARGUMENT, NULL, "a transfer cannot be both resumed and atomic");
	return NACRE_OK;
}

/* With a limit, what the time since the beginning allows, and a tenth of a second ahead. */
static bool
is_paced(struct sftp_transfer *t)
{
	double allowed = (double)t->options.bytes_per_s * ((double)(clock_us() - t->began_us) / 1e6 + 0.1);

	if (t->options.bytes_per_s == 0 || (double)t->asked < allowed)
		return false;
	t->s->wake = clock_sooner(t->s->wake, nacre_clock_ms() + PACE_MS);
	return true;
}

size_t
transfer_room(struct sftp_transfer *t)
{
	if (t->cancelled || t->in_flight >= t->window || is_paced(t))
		return 0;
	return t->window - t->in_flight;
}

/* With a limit, a tenth of a second's worth: a large request would come as one burst. */
size_t
transfer_piece(const struct sftp_transfer *t, size_t most)
{
	uint64_t paced = t->options.bytes_per_s / 10;

	if (t->options.bytes_per_s == 0 || paced >= most)
		return most;
	return paced < PIECE_MIN ? (PIECE_MIN < most ? PIECE_MIN : most) : (size_t)paced;
}

void
transfer_sent(struct sftp_transfer *t, struct sftp_piece *piece)
{
	piece->sent_us = clock_us();
	piece->delivered = t->delivered;
	t->in_flight += piece->n - piece->got;
	t->asked += piece->n - piece->got;
}

/* What was delivered while one request was under way, by the least round trip, is what the path holds: twice that is
 * asked for, so that the estimate can grow with the path. */
void
transfer_answered(struct sftp_transfer *t, const struct sftp_piece *piece)
{
	int64_t took = clock_us() - piece->sent_us;
	double rate, target;

	if (took <= 0)
		took = 1;
	if (t->rtt_us == 0 || took < t->rtt_us)
		t->rtt_us = took;
	rate = (double)(t->delivered - piece->delivered) / (double)took;
	target = 2.0 * rate * (double)t->rtt_us;
	if (target > (double)t->window)
		t->window = target > (double)TRANSFER_WINDOW_MAX ? TRANSFER_WINDOW_MAX : (size_t)target;
}

static void
tell(struct sftp_transfer *t, const char *name)
{
	struct nacre_client *c = t->s->ch->client;
	int64_t took = clock_us() - t->began_us;
	struct nacre_sftp_progress p = {.name = name,
	    .done = t->done,
	    .total = t->total,
	    .files_done = t->files_done,
	    .files_total = t->files_total,
	    .remaining_ms = -1};

	if (took > 0)
		p.bytes_per_s = (uint64_t)((double)t->done * 1e6 / (double)took);
	if (p.bytes_per_s > 0 && t->total >= t->done)
		p.remaining_ms = (int64_t)((double)(t->total - t->done) * 1e3 / (double)p.bytes_per_s);
	c->in_callback++;
	if (t->options.progress(t->options.progress_ctx, &p) != 0)
		t->cancelled = true;
	c->in_callback--;
}

/* Also while nothing arrives: so a person can cancel a transfer that stands still. */
static void
tell_sometimes(struct sftp_transfer *t)
{
	int64_t now = clock_us();

	if (t->options.progress == NULL || t->jobs == NULL || t->cancelled)
		return;
	t->s->wake = nacre_clock_ms() + TELL_US / 1000;
	if (now - t->told_us < TELL_US)
		return;
	t->told_us = now;
	tell(t, t->jobs->put ? t->jobs->local : t->jobs->remote);
}

static void
keep_failure(struct sftp_transfer *t, const struct sftp_job *job)
{
	if (job->result.code == 0 || t->result.code != 0)
		return;
	t->result = job->result;
	t->failed = mem_str(t->s->env, slice_str(job->put ? job->local : job->remote));
}

static void
reap(struct sftp_transfer *t)
{
	struct sftp_job **at = &t->jobs, *job;

	while ((job = *at) != NULL) {
		if (job->state != JOB_OVER) {
			at = &job->link;
			continue;
		}
		*at = job->link;
		t->n_jobs--;
		t->files_done++;
		keep_failure(t, job);
		job_free(job);
	}
}

/* What is under way is to be answered, so that the target is left in order; but nobody waits for a dead server. */
static void
lose_patience(struct sftp_transfer *t)
{
	int64_t now = nacre_clock_ms();

	if (!t->cancelled)
		return;
	if (t->patience == 0 || t->s->moved != t->moved) {
		t->moved = t->s->moved;
		t->patience = now + PATIENCE_MS;
	}
	t->s->wake = t->patience;
	t->given_up = now >= t->patience;
}

static void
transfer_step(void *ctx)
{
	struct sftp_transfer *t = ctx;

	t->s->wake = -1;
	stripe_take(t);
	tell_sometimes(t);
	lose_patience(t);
	for (struct sftp_job *job = t->jobs; job != NULL; job = job->link) {
		if (t->cancelled)
			job_fail(job, NACRE_E_CANCELLED, "the transfer was cancelled");
		job_step(job);
	}
	reap(t);
	stripe_push(t);
}

struct jobs_wait {
	struct sftp_transfer *t;
	unsigned n;
};

static bool
are_few(void *arg)
{
	const struct jobs_wait *wait = arg;

	return wait->t->n_jobs < wait->n || wait->t->given_up;
}

int
transfer_wait(struct sftp_transfer *t, unsigned n)
{
	struct jobs_wait wait = {.t = t, .n = n};
	int rc = NACRE_OK;

	t->s->step = transfer_step;
	t->s->step_ctx = t;
	transfer_step(t);
	if (!are_few(&wait))
		rc = sftp_wait(t->s, are_few, &wait);
	return rc;
}

/* limits@openssh.com: each job has a handle, and the caller may have some, too. */
int
transfer_wait_room(struct sftp_transfer *t)
{
	uint64_t handles = t->s->engine.limits.handles;
	unsigned most = TRANSFER_JOBS_MAX;

	if (handles > 0 && handles < 2 * TRANSFER_JOBS_MAX)
		most = handles < 2 ? 1 : (unsigned)handles / 2;
	return transfer_wait(t, most);
}

/* What a silence has left over. The session goes with it: late answers would find nobody. */
static void
drop_jobs(struct sftp_transfer *t)
{
	struct sftp_job *job;

	if (t->jobs != NULL)
		sftp_client_end(&t->s->engine, NACRE_E_CANCELLED, "a transfer was given up");
	while ((job = t->jobs) != NULL) {
		t->jobs = job->link;
		t->n_jobs--;
		keep_failure(t, job);
		job_free(job);
	}
}

int
transfer_finish(struct sftp_transfer *t, int rc)
{
	struct nacre_sftp *s = t->s;
	int waited = t->n_jobs == 0 ? NACRE_OK : transfer_wait(t, 1);

	if (rc == NACRE_OK)
		rc = waited;
	s->step = NULL;
	s->wake = -1;
	drop_jobs(t);
	stripe_end(t);
	if (rc == NACRE_OK && t->options.progress != NULL && !t->cancelled && t->result.code == 0)
		tell(t, "");
	if (rc == NACRE_OK && t->cancelled && t->result.code == 0)
		rc = sftp_fail(s, NACRE_E_CANCELLED, NULL, "the transfer was cancelled");
	if (rc == NACRE_OK && t->result.code != 0)
		rc = sftp_fail_answer(s, "transfer", t->failed, t->result.code, t->result.status,
		    slice_of(t->result.text, t->result.text_len));
	mem_free_str(s->env, t->failed);
	return rc;
}

static int
one_file(struct nacre_sftp *s, bool put, const char *remote, const char *local, const struct nacre_sftp_transfer *given)
{
	struct sftp_transfer t;
	struct slice whole;
	bool stripes;
	int rc;

	transfer_init(&t, s);
	if ((rc = transfer_options(&t, given)) != NACRE_OK)
		return rc;
	if (local == NULL)
		return sftp_fail(s, NACRE_E_ARGUMENT, NULL, "there is no local path");
	stripes = put && t.options.channels > 1;
	if (stripes && t.options.resume)
		return sftp_fail(s, NACRE_E_ARGUMENT, NULL, "a transfer over several channels cannot be resumed");
	if ((rc = sftp_path(s, 0, remote, &whole)) != NACRE_OK)
		return rc;
	buf_reset(&s->paths[1]);
	buf_put_slice(&s->paths[1], whole);
	buf_put_u8(&s->paths[1], '\0');
	if (s->paths[1].bad != 0)
		return sftp_fail(s, NACRE_E_NOMEM, remote, "out of memory");
	t.options.atomic = t.options.atomic || stripes;
	rc = job_start(&t, put, (const char *)s->paths[1].p, TRANSFER_HERE, local, false, UINT64_MAX);
	if (rc == NACRE_OK && stripes && t.jobs->result.code == 0 && t.jobs->size >= TRANSFER_STRIPE_MIN)
		stripe_begin(&t, t.options.channels - 1);
	return transfer_finish(&t, rc);
}

int
nacre_sftp_get(nacre_sftp *s, const char *remote, const char *local, const struct nacre_sftp_transfer *options)
{
	int rc = sftp_enter(s);

	return rc != NACRE_OK ? rc : sftp_leave(s, one_file(s, false, remote, local, options));
}

int
nacre_sftp_put(nacre_sftp *s, const char *local, const char *remote, const struct nacre_sftp_transfer *options)
{
	int rc = sftp_enter(s);

	return rc != NACRE_OK ? rc : sftp_leave(s, one_file(s, true, remote, local, options));
}
