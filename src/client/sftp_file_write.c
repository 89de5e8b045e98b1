/* sftp_file_write: bytes into a file, many requests at once. Knows: which are not answered. Must not know: local files.
 * Serves draft-ietf-secsh-filexfer-02 6.4. */
#include "sftp_file.h"

static void
written_remove(struct sftp_block *block)
{
	struct sftp_block **at = &block->file->written;

	while (*at != block)
		at = &(*at)->next;
	*at = block->next;
	block->file->written_n -= block->n;
	block_free(block);
}

static void
on_written(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_block *block = ctx;

	sftp_result_keep(&block->file->write_result, answer);
	written_remove(block);
}

static void
fill(void *ctx, size_t at, uint8_t *p, size_t n)
{
	const struct sftp_block *block = ctx;

	memcpy(p, block->bytes + at, n);
}

/* A WRITE that has not left in full takes the session with it: nobody will have its bytes. */
void
file_drop_written(struct nacre_sftp_file *f)
{
	struct sftp_block *block;

	while ((block = f->written) != NULL) {
		sftp_client_abandon(&f->sftp->engine, block->id);
		if (f->written == block)
			written_remove(block);
	}
}

static bool
is_answered(void *arg)
{
	return ((const struct nacre_sftp_file *)arg)->written == NULL;
}

static bool
has_room(void *arg)
{
	return ((const struct nacre_sftp_file *)arg)->written_n < FILE_AHEAD_MAX;
}

int
file_flush(struct nacre_sftp_file *f)
{
	int rc = is_answered(f) ? NACRE_OK : sftp_wait(f->sftp, is_answered, f);

	return rc == NACRE_OK ? sftp_result_fail(f->sftp, &f->write_result, "write") : rc;
}

static int
write_block(struct nacre_sftp_file *f, const uint8_t *p, size_t n, uint64_t at)
{
	struct sftp_msg_write msg = {.handle = sftp_handle_slice(&f->handle), .offset = at};
	struct sftp_block *block;
	struct sftp_ask ask;
	int rc;

	if (!has_room(f) && (rc = sftp_wait(f->sftp, has_room, f)) != NACRE_OK)
		return rc;
	if ((rc = sftp_result_fail(f->sftp, &f->write_result, "write")) != NACRE_OK)
		return rc;
	if ((block = block_new(f, at, NULL, n)) == NULL)
		return sftp_fail(f->sftp, NACRE_E_NOMEM, NULL, "out of memory");
	memcpy(block->bytes, p, n);
	ask = (struct sftp_ask){
	    .type = SFTP_write, .msg = &msg, .done = on_written, .fill = fill, .fill_len = n, .ctx = block};
	if ((rc = sftp_submit(f->sftp, &ask, &block->id)) != NACRE_OK) {
		block_free(block);
		return rc;
	}
	block->next = f->written;
	f->written = block;
	f->written_n += n;
	return NACRE_OK;
}

static int
write_all(struct nacre_sftp_file *f, const uint8_t *p, size_t n, uint64_t at)
{
	size_t done = 0, k;
	int rc = NACRE_OK;

	while (done < n && rc == NACRE_OK) {
		k = n - done < f->sftp->engine.limits.write ? n - done : f->sftp->engine.limits.write;
		rc = write_block(f, p + done, k, at + done);
		done += rc == NACRE_OK ? k : 0;
	}
	if (rc == NACRE_OK) {
		sftp_send(f->sftp);
		rc = sftp_result_fail(f->sftp, &f->write_result, "write");
	}
	return rc;
}

int64_t
nacre_sftp_pwrite(nacre_sftp_file *f, const void *p, size_t n, uint64_t offset)
{
	int rc = file_enter(f);

	if (rc != NACRE_OK)
		return rc;
	if ((p == NULL && n > 0) || n > INT64_MAX || offset > INT64_MAX - n)
		return sftp_fail(f->sftp, NACRE_E_ARGUMENT, NULL, "write: no bytes, or no such place");
	file_drop_ahead(f);
	rc = sftp_leave(f->sftp, write_all(f, p, n, offset));
	return rc == NACRE_OK ? (int64_t)n : rc;
}

int64_t
nacre_sftp_write(nacre_sftp_file *f, const void *p, size_t n)
{
	int64_t done = nacre_sftp_pwrite(f, p, n, f == NULL ? 0 : f->pos);

	if (done > 0)
		f->pos += (uint64_t)done;
	return done;
}

int
nacre_sftp_flush(nacre_sftp_file *f)
{
	int rc = file_enter(f);

	return rc != NACRE_OK ? rc : sftp_leave(f->sftp, file_flush(f));
}
