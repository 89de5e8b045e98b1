/* sftp_job: one file of a transfer, from OPEN to CLOSE. Knows: the order of the steps. Must not know: which way the
 * bytes go. Serves draft-ietf-secsh-filexfer-02 6.3, 6.4, 6.8, 6.9. */
#include <stdio.h>
#include "sftp_transfer.h"

#define PART ".nacre-part"

void
job_fail(struct sftp_job *job, int code, const char *text)
{
	struct sftp_answer answer = {.code = code, .text = slice_str(text)};

	sftp_result_keep(&job->result, &answer);
}

void
job_fail_local(struct sftp_job *job, const char *what, int error)
{
	char text[FAILURE_TEXT_MAX];

	if (error == 0)
		return;
	(void)snprintf(text, sizeof(text), "%s: %s: %s", job->local, what, strerror(error));
	job_fail(job, NACRE_E_FILE, text);
}

struct transfer_place
job_place(const struct sftp_job *job, const char *name)
{
	return (struct transfer_place){.dir = job->dir, .name = name, .strict = job->strict};
}

static void
on_counted(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_job *job = ctx;

	job->waiting--;
	sftp_result_keep(&job->result, answer);
}

void
job_ask(struct sftp_job *job, struct sftp_ask *ask)
{
	int rc;

	if (ask->done == NULL)
		ask->done = on_counted;
	ask->ctx = job;
	if ((rc = sftp_client_submit(&job->t->s->engine, ask, NULL)) == 0)
		job->waiting++;
	else
		job_fail(job, rc, nacre_status_text(rc));
}

struct sftp_piece *
piece_new(struct sftp_job *job, uint64_t at, size_t n)
{
	struct sftp_piece *piece = mem_new(job->t->s->env, sizeof(*piece));

	if (piece == NULL) {
		job_fail(job, NACRE_E_NOMEM, "out of memory");
		return NULL;
	}
	*piece = (struct sftp_piece){.job = job, .at = at, .n = n, .next = job->pieces};
	if (job->pieces != NULL)
		job->pieces->prev = piece;
	job->pieces = piece;
	return piece;
}

struct sftp_client *
piece_engine(const struct sftp_piece *piece)
{
	return piece->lane != NULL ? &piece->lane->s->engine : &piece->job->t->s->engine;
}

void
piece_end(struct sftp_piece *piece, bool whole)
{
	struct sftp_job *job = piece->job;

	if (!whole && piece->at + piece->got < job->safe)
		job->safe = piece->at + piece->got;
	if (piece->next != NULL)
		piece->next->prev = piece->prev;
	if (piece->prev != NULL)
		piece->prev->next = piece->next;
	else
		job->pieces = piece->next;
	mem_free(job->t->s->env, piece, sizeof(*piece));
}

static void
on_tail(void *ctx, size_t at, struct slice bytes)
{
	struct sftp_job *job = ctx;

	(void)at;
	memcpy(job->tail[1] + job->tail_got, bytes.p, bytes.n);
	job->tail_got += bytes.n;
}

static void
on_tail_read(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_job *job = ctx;

	job->waiting--;
	sftp_result_keep(&job->result, answer);
	if (job->result.code == 0 &&
	    (job->tail_got != job->tail_n || memcmp(job->tail[0], job->tail[1], job->tail_n) != 0))
		job_fail(job, NACRE_E_SFTP_MISMATCH, "what is there is not the beginning of the source");
}

/* A short answer counts as a difference: the beginning that is compared is there on both sides, or the files differ. */
void
job_compare_tail(struct sftp_job *job)
{
	struct sftp_msg_read msg = {.handle = sftp_handle_slice(&job->handle)};
	struct sftp_ask ask = {.type = SFTP_read, .msg = &msg, .done = on_tail_read, .data = on_tail};
	size_t got;

	job->tail_n = job->start < TRANSFER_TAIL ? (size_t)job->start : TRANSFER_TAIL;
	if (job->tail_n == 0)
		return;
	job->tail[0] = mem_raw(job->t->s->env, TRANSFER_TAIL);
	job->tail[1] = mem_raw(job->t->s->env, TRANSFER_TAIL);
	if (job->tail[0] == NULL || job->tail[1] == NULL) {
		job_fail(job, NACRE_E_NOMEM, "out of memory");
		return;
	}
	job_fail_local(
	    job, "cannot be read", transfer_read(job->fd, job->start - job->tail_n, job->tail[0], job->tail_n, &got));
	msg.offset = job->start - job->tail_n;
	msg.len = (uint32_t)job->tail_n;
	job_ask(job, &ask);
}

static void
begin_end(struct sftp_job *job)
{
	job->state = JOB_ENDING;
	if (job->put)
		put_end(job);
	else
		get_end(job);
}

static void
close_handle(struct sftp_job *job)
{
	struct sftp_msg_close msg = {.handle = sftp_handle_slice(&job->handle)};
	struct sftp_ask ask = {.type = SFTP_close, .msg = &msg};

	stripe_part(job);
	if (job->opened)
		job_ask(job, &ask);
	job->opened = false;
	job->state = JOB_CLOSING;
}

/* SFTP 3's rename replaces nothing: a refusal means, most often, that the old file is in the way. */
static void
on_renamed(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_job *job = ctx;

	job->waiting--;
	if (answer->code == NACRE_E_SFTP && job->replaced == REPLACE_NOT_TRIED)
		job->replaced = REPLACE_WANTED;
	else
		sftp_result_keep(&job->result, answer);
	/* The old file is gone: the new one stays under the name that it has. */
	if (answer->code != 0 && job->replaced == REPLACE_RENAMED)
		job->touched = false;
}

static void
rename_plainly(struct sftp_job *job)
{
	struct sftp_msg_rename msg = {.oldpath = slice_str(job->remote_part), .newpath = slice_str(job->remote)};
	struct sftp_ask ask = {.type = SFTP_rename, .msg = &msg, .done = on_renamed};

	job_ask(job, &ask);
}

static void
remove_old(struct sftp_job *job)
{
	struct sftp_msg_remove msg = {.filename = slice_str(job->remote)};
	struct sftp_ask ask = {.type = SFTP_remove, .msg = &msg};

	job->replaced = REPLACE_REMOVED;
	job_ask(job, &ask);
}

static void
rename_part(struct sftp_job *job)
{
	struct sftp_ext_posix_rename posix = {
	    .oldpath = slice_str(job->remote_part), .newpath = slice_str(job->remote)};
	struct sftp_ask ask = {.type = SFTP_extended, .ext = SFTP_EXT_posix_rename, .msg = &posix};

	job->state = JOB_RENAMING;
	if (sftp_client_can(&job->t->s->engine, SFTP_EXT_posix_rename))
		job_ask(job, &ask);
	else
		rename_plainly(job);
}

static void
begin_undo(struct sftp_job *job)
{
	job->state = JOB_UNDOING;
	if (job->put)
		put_undo(job);
	else
		get_undo(job);
}

static void
after_close(struct sftp_job *job)
{
	struct transfer_place part, target;

	if (job->put && job->remote_part != NULL) {
		rename_part(job);
		return;
	}
	job->state = JOB_OVER;
	if (job->put || job->local_part == NULL)
		return;
	part = job_place(job, job->local_part);
	target = job_place(job, job->local);
	job_fail_local(job, "cannot be put in place", transfer_rename(&part, &target));
}

static void
step_looking(struct sftp_job *job)
{
	if (job->waiting == 0 && job->result.code == 0)
		job->state = JOB_MOVING;
}

static void
step_moving(struct sftp_job *job)
{
	if (job->put)
		put_move(job);
	else
		get_move(job);
	if (job->pieces == NULL && job->waiting == 0 && job->result.code == 0 &&
	    (job->put ? job->next == job->size : get_is_whole(job)))
		begin_end(job);
}

static void
step_ending(struct sftp_job *job)
{
	if (job->waiting == 0)
		close_handle(job);
}

static void
step_closing(struct sftp_job *job)
{
	if (job->waiting == 0)
		after_close(job);
}

static void
step_renaming(struct sftp_job *job)
{
	if (job->waiting > 0)
		return;
	if (job->replaced == REPLACE_WANTED) {
		remove_old(job);
	} else if (job->replaced == REPLACE_REMOVED) {
		job->replaced = REPLACE_RENAMED;
		rename_plainly(job);
	} else {
		job->state = JOB_OVER;
	}
}

static void
step_undoing(struct sftp_job *job)
{
	if (job->waiting == 0)
		job->state = JOB_OVER;
}

static void (*const steps[])(struct sftp_job *job) = {
    [JOB_LOOKING] = step_looking,
    [JOB_MOVING] = step_moving,
    [JOB_ENDING] = step_ending,
    [JOB_CLOSING] = step_closing,
    [JOB_RENAMING] = step_renaming,
    [JOB_UNDOING] = step_undoing,
};

/* A failed job asks for nothing new; when everything under way was answered it undoes what must not stay. */
void
job_step(struct sftp_job *job)
{
	enum job_state was;

	do {
		was = job->state;
		if (job->result.code != 0 && was != JOB_UNDOING && was != JOB_OVER) {
			if (job->pieces == NULL && job->waiting == 0)
				begin_undo(job);
		} else if (was != JOB_OVER && steps[was] != NULL) {
			steps[was](job);
		}
	} while (job->state != was && job->state != JOB_OVER);
}

static void
drop_pieces(struct sftp_job *job)
{
	while (job->pieces != NULL) {
		sftp_client_abandon(piece_engine(job->pieces), job->pieces->id);
		if (job->pieces != NULL)
			piece_end(job->pieces, false);
	}
}

/* A job that ends by the session's end leaves its local half resumable, as any failed one does. */
void
job_free(struct sftp_job *job)
{
	const struct nacre_env *env = job->t->s->env;
	int dir = job->dir;

	drop_pieces(job);
	if (job->state != JOB_OVER && !job->put)
		get_undo(job);
	(void)transfer_close(&job->fd);
	if (dir != TRANSFER_HERE)
		(void)transfer_close(&dir);
	mem_free_str(env, job->remote);
	mem_free_str(env, job->remote_part);
	mem_free_str(env, job->local);
	mem_free_str(env, job->local_part);
	mem_free(env, job->tail[0], TRANSFER_TAIL);
	mem_free(env, job->tail[1], TRANSFER_TAIL);
	mem_free(env, job, sizeof(*job));
}

static char *
part_name(const struct nacre_env *env, const char *name)
{
	size_t n = strlen(name);
	char *out = mem_new(env, n + sizeof(PART));

	if (out != NULL) {
		memcpy(out, name, n);
		memcpy(out + n, PART, sizeof(PART));
	}
	return out;
}

static bool
job_names(struct sftp_job *job, const char *remote, const char *local)
{
	const struct nacre_env *env = job->t->s->env;

	job->remote = mem_str(env, slice_str(remote));
	job->local = mem_str(env, slice_str(local));
	if (job->remote == NULL || job->local == NULL)
		return false;
	if (job->t->options.atomic && job->put)
		return (job->remote_part = part_name(env, remote)) != NULL;
	if (job->t->options.atomic)
		return (job->local_part = part_name(env, local)) != NULL;
	return true;
}

int
job_start(
    struct sftp_transfer *t, bool put, const char *remote, int dir, const char *local, bool strict, uint64_t size_hint)
{
	struct sftp_job *job = mem_new(t->s->env, sizeof(*job));

	if (job == NULL) {
		if (dir != TRANSFER_HERE)
			(void)transfer_close(&dir);
		return sftp_fail(t->s, NACRE_E_NOMEM, remote, "out of memory");
	}
	*job = (struct sftp_job){
	    .t = t, .put = put, .dir = dir, .strict = strict, .fd = -1, .size = size_hint, .safe = UINT64_MAX};
	job->link = t->jobs;
	t->jobs = job;
	t->n_jobs++;
	t->files_total++;
	if (!job_names(job, remote, local))
		job_fail(job, NACRE_E_NOMEM, "out of memory");
	else if (put)
		(void)put_open(job);
	else
		(void)get_open(job);
	return NACRE_OK;
}
