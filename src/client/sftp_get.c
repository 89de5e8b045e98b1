/* sftp_get: a file of the server becomes a local one. Knows: READs in flight, short answers, the end. Must not know:
 * how many may be under way. Serves draft-ietf-secsh-filexfer-02 6.3, 6.4, 6.8. */
#include <errno.h>
#include "sftp_transfer.h"

#define DEFAULT_MODE 0666u

static void
on_data(void *ctx, size_t at, struct slice bytes)
{
	struct sftp_piece *piece = ctx;
	struct sftp_job *job = piece->job;

	(void)at;
	if (job->result.code == 0)
		job_fail_local(
		    job, "cannot be written", transfer_write(job->fd, piece->at + piece->got, bytes.p, bytes.n));
	if (job->result.code != 0 && piece->at + piece->got < job->safe)
		job->safe = piece->at + piece->got;
	job->t->delivered += bytes.n;
	piece->got += bytes.n;
	job->counted += bytes.n;
	job->t->done += bytes.n;
	job->t->in_flight -= bytes.n;
}

static void
on_end(struct sftp_piece *piece)
{
	piece->job->t->in_flight -= piece->n - piece->got;
	piece->job->source_ended = true;
	piece_end(piece, false);
}

static void on_read(void *ctx, const struct sftp_answer *answer);

static int
ask_piece(struct sftp_piece *piece)
{
	struct sftp_job *job = piece->job;
	struct sftp_msg_read msg = {.handle = sftp_handle_slice(&job->handle),
	    .offset = piece->at + piece->got,
	    .len = (uint32_t)(piece->n - piece->got)};
	struct sftp_ask ask = {.type = SFTP_read, .msg = &msg, .done = on_read, .data = on_data, .ctx = piece};

	return sftp_client_submit(&job->t->s->engine, &ask, &piece->id);
}

/* 6.4 allows a short answer anywhere: the rest is asked for at once. */
static void
on_read(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_piece *piece = ctx;
	struct sftp_job *job = piece->job;
	int rc;

	transfer_answered(job->t, piece);
	if (answer->code == 0 && piece->got == piece->n) {
		piece_end(piece, job->result.code == 0);
		return;
	}
	if (answer->code == NACRE_E_SFTP && answer->status == SFTP_EOF) {
		on_end(piece);
		return;
	}
	sftp_result_keep(&job->result, answer);
	if (job->result.code == 0 && (rc = ask_piece(piece)) != 0)
		job_fail(job, rc, nacre_status_text(rc));
	if (job->result.code != 0) {
		job->t->in_flight -= piece->n - piece->got;
		piece_end(piece, false);
	}
}

static bool
is_below(const struct sftp_job *job)
{
	if (job->source_ended)
		return false;
	/* A size of 0 may be that of a file that has none, as in /proc: it is read to its end, one request at a
	 * time. */
	if (job->attrs_known && job->size == 0)
		return job->pieces == NULL;
	return job->next < job->size && (job->size != UINT64_MAX || job->pieces == NULL);
}

void
get_move(struct sftp_job *job)
{
	struct sftp_piece *piece;
	uint64_t left;
	size_t n;
	int rc;

	while (job->result.code == 0 && is_below(job) && transfer_room(job->t) > 0) {
		n = transfer_piece(job->t, job->t->s->engine.limits.read);
		left = job->size > job->next ? job->size - job->next : n;
		n = left < n ? (size_t)left : n;
		if ((piece = piece_new(job, job->next, n)) == NULL)
			return;
		if ((rc = ask_piece(piece)) != 0) {
			piece_end(piece, true);
			if (rc != NACRE_E_AGAIN) /* else it is full, and asked again at the next turn */
				job_fail(job, rc, nacre_status_text(rc));
			return;
		}
		job->next += n;
		transfer_sent(job->t, piece);
	}
}

bool
get_is_whole(struct sftp_job *job)
{
	if (!job->attrs_known)
		return false;
	if (job->size == 0 || job->size == UINT64_MAX)
		return job->source_ended;
	if (job->source_ended && job->safe < job->size) {
		job_fail(job, NACRE_E_SFTP_MISMATCH, "the file ended before its size: it shrank meanwhile");
		return false;
	}
	return job->next >= job->size;
}

/* The local file is touched only when the remote one is open. */
static void
open_local(struct sftp_job *job)
{
	struct transfer_place place = job_place(job, job->local_part != NULL ? job->local_part : job->local);
	enum transfer_how how = job->t->options.resume ? TRANSFER_ONTO : TRANSFER_NEW;

	if (job->local_part != NULL) { /* one that was left there, or a link that somebody has laid for us */
		(void)transfer_remove(&place);
		how = TRANSFER_ONLY_NEW;
	}
	job_fail_local(job, "cannot be opened", transfer_open_write(&place, how, DEFAULT_MODE, &job->fd, &job->st));
	job->touched = job->result.code == 0;
	if (!job->touched || !job->t->options.resume)
		return;
	job->start = job->next = job->st.size;
	job->state = JOB_LOOKING;
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
	job->attrs_known = true;
	job->size = (job->attrs.flags & SFTP_ATTR_SIZE) != 0 ? job->attrs.size : UINT64_MAX;
	if (job->size != UINT64_MAX)
		job->t->total += job->size > job->start ? job->size - job->start : 0;
	if ((job->attrs.flags & SFTP_ATTR_PERMISSIONS) != 0 && (job->attrs.permissions & 0170000) == 0040000)
		job_fail(job, NACRE_E_ARGUMENT, "is a directory");
	if (job->state != JOB_LOOKING || job->result.code != 0)
		return;
	if (job->start > job->size)
		job_fail(job, NACRE_E_SFTP_MISMATCH, "what is there is longer than the source");
	else
		job_compare_tail(job);
}

static void
on_open(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_job *job = ctx;
	struct sftp_msg_fstat msg;
	struct sftp_ask ask = {.type = SFTP_fstat, .msg = &msg, .done = on_stat};

	job->waiting--;
	sftp_result_keep(&job->result, answer);
	if (answer->code != 0)
		return;
	sftp_handle_keep(&job->handle, answer->msg->handle.handle);
	job->opened = true;
	if (job->result.code != 0)
		return;
	job->state = JOB_MOVING;
	open_local(job);
	msg = (struct sftp_msg_fstat){.handle = sftp_handle_slice(&job->handle)};
	job_ask(job, &ask);
}

int
get_open(struct sftp_job *job)
{
	struct sftp_msg_open msg = {
	    .filename = slice_str(job->remote), .pflags = SFTP_PFLAG_READ, .attrs = SLICE_LIT("\0\0\0\0")};
	struct sftp_ask ask = {.type = SFTP_open, .msg = &msg, .done = on_open};

	job_ask(job, &ask);
	return job->result.code;
}

void
get_end(struct sftp_job *job)
{
	uint64_t size = job->source_ended && job->safe != UINT64_MAX ? job->safe : job->next;

	job_fail_local(job, "cannot be ended", transfer_set_size(job->fd, size));
	if (job->t->options.preserve && (job->attrs.flags & SFTP_ATTR_PERMISSIONS) != 0 &&
	    (job->attrs.flags & SFTP_ATTR_ACMODTIME) != 0)
		job_fail_local(job, "cannot be given times and permissions",
		    transfer_set_attrs(job->fd, job->attrs.permissions, job->attrs.atime, job->attrs.mtime));
	if (job->t->options.fsync && job->result.code == 0)
		job_fail_local(job, "cannot be flushed to disk", transfer_sync(job->fd));
	if (job->result.code == 0)
		job_fail_local(job, "cannot be closed", transfer_close(&job->fd));
}

/* What came without a gap stays, to be resumed; of an atomic transfer nothing stays. */
void
get_undo(struct sftp_job *job)
{
	struct transfer_place part = job_place(job, job->local_part);
	struct sftp_msg_close msg = {.handle = sftp_handle_slice(&job->handle)};
	struct sftp_ask ask = {.type = SFTP_close, .msg = &msg};
	uint64_t safe = job->safe < job->next ? job->safe : job->next;

	if (job->fd >= 0 && job->local_part == NULL && job->next > job->start && safe >= job->start)
		(void)transfer_set_size(job->fd, safe);
	if (job->touched && job->local_part != NULL)
		(void)transfer_remove(&part);
	if (job->opened && job->t->s->engine.state == SFTP_CLIENT_READY)
		job_ask(job, &ask);
	job->opened = false;
}
