/* sftp_put: a local file becomes one of the server. Knows: WRITEs in flight, holes, what a failure leaves. Must not
 * know: how many may be under way. Serves draft-ietf-secsh-filexfer-02 6.3, 6.4, 6.9; OpenSSH PROTOCOL 4.6. */
#include <errno.h>
#include "sftp_transfer.h"

#define MODE_BITS 0777u

/* Bytes that are not there any more have to be something: zeros, and the file is cut before them at the end. */
static void
fill(void *ctx, size_t at, uint8_t *p, size_t n)
{
	struct sftp_piece *piece = ctx;
	struct sftp_job *job = piece->job;
	size_t got = 0;

	job_fail_local(job, "cannot be read", transfer_read(job->fd, piece->at + at, p, n, &got));
	if (got == n)
		return;
	memset(p + got, 0, n - got);
	job_fail(job, NACRE_E_SFTP_MISMATCH, "the file ended before its size: it shrank meanwhile");
	if (piece->at + at + got < job->safe)
		job->safe = piece->at + at + got;
}

static void
on_written(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_piece *piece = ctx;
	struct sftp_job *job = piece->job;

	sftp_result_keep(&job->result, answer);
	job->t->in_flight -= piece->n;
	if (piece->lane != NULL)
		piece->lane->in_flight -= piece->n;
	if (answer->code == 0) {
		job->counted += piece->n;
		job->t->done += piece->n;
		job->t->delivered += piece->n;
		transfer_answered(job->t, piece);
	}
	piece_end(piece, answer->code == 0);
}

static int
send_piece(struct sftp_job *job, size_t n)
{
	struct sftp_lane *lane = stripe_choose(job->t);
	struct sftp_msg_write msg = {
	    .handle = sftp_handle_slice(lane != NULL ? &lane->handle : &job->handle), .offset = job->next};
	struct sftp_piece *piece = piece_new(job, job->next, n);
	struct sftp_ask ask = {
	    .type = SFTP_write, .msg = &msg, .done = on_written, .fill = fill, .fill_len = n, .ctx = piece};
	int rc;

	if (piece == NULL)
		return NACRE_E_NOMEM;
	piece->lane = lane;
	if ((rc = sftp_client_submit(piece_engine(piece), &ask, &piece->id)) != 0) {
		piece_end(piece, true);
		if (rc == NACRE_E_AGAIN)
			return rc;
		if (lane == NULL)
			job_fail(job, rc, nacre_status_text(rc));
		else
			lane->state = LANE_OVER; /* the channel is gone: the others go on */
		return 0;
	}
	if (lane != NULL)
		lane->in_flight += n;
	job->next += n;
	transfer_sent(job->t, piece);
	return 0;
}

/* A hole is passed over: the server's file has one there, too, since nothing was ever written. */
static void
skip_hole(struct sftp_job *job)
{
	uint64_t from = job->next;

	if (job->next < job->data_end || job->next >= job->size)
		return;
	job->next = transfer_next_data(job->fd, job->next, job->size);
	job->data_end = job->next < job->size ? transfer_data_end(job->fd, job->next, job->size) : job->size;
	if (job->data_end <= job->next)
		job->data_end = job->size;
	job->t->done += job->next - from;
}

void
put_move(struct sftp_job *job)
{
	size_t most = transfer_piece(job->t, job->t->s->engine.limits.write);
	uint64_t left;

	stripe_join(job);
	for (;;) {
		skip_hole(job);
		left = job->data_end - job->next;
		if (job->result.code != 0 || job->next >= job->size || transfer_room(job->t) == 0)
			return;
		if (send_piece(job, left < most ? (size_t)left : most) != 0)
			return; /* full: at the next turn */
	}
}

static void
on_stat(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_job *job = ctx;
	struct reader r;

	job->waiting--;
	sftp_result_keep(&job->result, answer);
	if (answer->code != 0)
		return;
	r = reader_of(answer->msg->attrs.attrs);
	sftp_attrs_read(&r, &job->attrs);
	job->attrs_known = (job->attrs.flags & SFTP_ATTR_SIZE) != 0;
	if (job->state != JOB_LOOKING)
		return;
	if (!job->attrs_known || job->attrs.size > job->size) {
		job_fail(job, NACRE_E_SFTP_MISMATCH, "what is there is longer than the source");
		return;
	}
	job->start = job->next = job->attrs.size;
	job->t->total -= job->start; /* cannot wrap: put_open added the whole size */
	job_compare_tail(job);
}

static void
ask_stat(struct sftp_job *job)
{
	struct sftp_msg_fstat msg = {.handle = sftp_handle_slice(&job->handle)};
	struct sftp_ask ask = {.type = SFTP_fstat, .msg = &msg, .done = on_stat};

	job_ask(job, &ask);
}

static int ask_open(struct sftp_job *job);

static void
on_part_removed(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_job *job = ctx;

	(void)answer; /* opening it says what is wrong */
	job->waiting--;
	if (job->result.code == 0)
		(void)ask_open(job);
}

/* A part that was left there, or that somebody has laid for us: it is not written through. */
static void
remove_part(struct sftp_job *job)
{
	struct sftp_msg_remove msg = {.filename = slice_str(job->remote_part)};
	struct sftp_ask ask = {.type = SFTP_remove, .msg = &msg, .done = on_part_removed};

	job->part_removed = true;
	job_ask(job, &ask);
}

static void
on_open(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_job *job = ctx;

	job->waiting--;
	if (answer->code == NACRE_E_SFTP && job->remote_part != NULL && !job->part_removed && job->result.code == 0) {
		remove_part(job);
		return;
	}
	sftp_result_keep(&job->result, answer);
	if (answer->code != 0)
		return;
	sftp_handle_keep(&job->handle, answer->msg->handle.handle);
	job->opened = job->touched = true;
	job->state = job->t->options.resume ? JOB_LOOKING : JOB_MOVING;
	if (job->state == JOB_LOOKING && job->result.code == 0)
		ask_stat(job);
}

static int
ask_open(struct sftp_job *job)
{
	struct nacre_sftp_attrs mode = {.flags = NACRE_SFTP_ATTR_PERMISSIONS, .permissions = job->st.mode & MODE_BITS};
	struct sftp_msg_open msg = {.filename = slice_str(job->remote_part != NULL ? job->remote_part : job->remote),
	    .pflags = SFTP_PFLAG_WRITE | SFTP_PFLAG_CREAT};
	struct sftp_ask ask = {.type = SFTP_open, .msg = &msg, .done = on_open};

	if (job->remote_part != NULL)
		msg.pflags |= SFTP_PFLAG_EXCL;
	else
		msg.pflags |= job->t->options.resume ? SFTP_PFLAG_READ : SFTP_PFLAG_TRUNC;
	msg.attrs = sftp_attrs_in(&job->t->s->paths[0], &mode);
	job_ask(job, &ask);
	return job->result.code;
}

int
put_open(struct sftp_job *job)
{
	struct transfer_place place = job_place(job, job->local);

	job_fail_local(job, "cannot be opened", transfer_open_read(&place, &job->fd, &job->st));
	if (job->result.code != 0)
		return job->result.code;
	job->size = job->st.size;
	job->t->total += job->size;
	return ask_open(job);
}

static void
on_size(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_job *job = ctx;

	on_stat(ctx, answer);
	if (job->result.code == 0 && job->attrs_known && job->attrs.size != job->size)
		job_fail(job, NACRE_E_SFTP_MISMATCH, "the server has another number of bytes than were sent");
}

/* The file's end may be a hole, which no WRITE made: the size is set. Times last, after everything that changes
 * them. */
static void
ask_attrs(struct sftp_job *job)
{
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_SIZE, .size = job->size};
	struct sftp_msg_fsetstat msg = {.handle = sftp_handle_slice(&job->handle)};
	struct sftp_ask ask = {.type = SFTP_fsetstat, .msg = &msg};

	if (transfer_data_end(job->fd, job->size > 0 ? job->size - 1 : 0, job->size) != job->size) {
		msg.attrs = sftp_attrs_in(&job->t->s->paths[0], &attrs);
		job_ask(job, &ask);
	}
	if (!job->t->options.preserve)
		return;
	attrs = (struct nacre_sftp_attrs){.flags = NACRE_SFTP_ATTR_PERMISSIONS | NACRE_SFTP_ATTR_ACMODTIME,
	    .permissions = job->st.mode & MODE_BITS,
	    .atime = job->st.atime,
	    .mtime = job->st.mtime};
	msg.attrs = sftp_attrs_in(&job->t->s->paths[0], &attrs);
	ask.done = NULL;
	job_ask(job, &ask);
}

void
put_end(struct sftp_job *job)
{
	struct sftp_ext_fsync fsync_msg = {.handle = sftp_handle_slice(&job->handle)};
	struct sftp_ask sync = {.type = SFTP_extended, .ext = SFTP_EXT_fsync, .msg = &fsync_msg};
	struct sftp_msg_fstat stat_msg = {.handle = sftp_handle_slice(&job->handle)};
	struct sftp_ask size = {.type = SFTP_fstat, .msg = &stat_msg, .done = on_size};

	ask_attrs(job);
	if (job->t->options.fsync && !sftp_client_can(&job->t->s->engine, SFTP_EXT_fsync))
		job_fail(job, NACRE_E_UNSUPPORTED, "the server has no fsync@openssh.com");
	else if (job->t->options.fsync)
		job_ask(job, &sync);
	job_ask(job, &size);
}

/* What came without a gap stays, to be resumed; of an atomic transfer nothing stays, and what we wrote nothing to is
 * not cut. Answers do not matter any more. */
void
put_undo(struct sftp_job *job)
{
	uint64_t safe = job->safe < job->next ? job->safe : job->next;
	struct nacre_sftp_attrs attrs = {.flags = NACRE_SFTP_ATTR_SIZE, .size = safe};
	struct sftp_msg_fsetstat cut = {.handle = sftp_handle_slice(&job->handle)};
	struct sftp_msg_close close_msg = {.handle = cut.handle};
	struct sftp_msg_remove gone = {.filename = slice_str(job->remote_part)};
	struct sftp_ask ask = {.type = SFTP_fsetstat, .msg = &cut};

	if (job->t->s->engine.state != SFTP_CLIENT_READY)
		return;
	cut.attrs = sftp_attrs_in(&job->t->s->paths[0], &attrs);
	if (job->opened && job->remote_part == NULL && job->next > job->start && safe >= job->start)
		job_ask(job, &ask);
	ask = (struct sftp_ask){.type = SFTP_close, .msg = &close_msg};
	if (job->opened)
		job_ask(job, &ask);
	ask = (struct sftp_ask){.type = SFTP_remove, .msg = &gone};
	if (job->touched && job->remote_part != NULL)
		job_ask(job, &ask);
	job->opened = false;
}
