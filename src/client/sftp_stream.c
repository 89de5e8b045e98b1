/* sftp_stream: a file of the server's to and from where the caller likes, and from one of its places to another. Knows:
 * one block after the other; the file's own calls keep many requests under way. Must not know: local files. Serves
 * draft-ietf-secsh-filexfer-02 6.3, 6.4; filexfer-extensions-00 7. */
#include "clock.h"
#include "sftp_file.h"

#define BLOCK ((size_t)256 << 10)
#define TELL_US 200000

/* One file that passes through. */
struct stream {
	struct nacre_sftp *s;
	const struct nacre_sftp_transfer *options; /* NULL: none */
	const char *name;
	uint64_t done, total;
	int64_t began_us, told_us;
	uint8_t *block;
};

static int
stream_tell(struct stream *st, bool at_end)
{
	const struct nacre_sftp_transfer *o = st->options;
	struct nacre_sftp_progress p = {.name = st->name, .files_total = 1, .files_done = at_end, .remaining_ms = -1};
	int64_t now = clock_us();
	int rc;

	if (o == NULL || o->progress == NULL || (!at_end && now - st->told_us < TELL_US))
		return NACRE_OK;
	st->told_us = now;
	p.done = st->done;
	p.total = st->total > st->done ? st->total : st->done;
	if (now > st->began_us)
		p.bytes_per_s = (uint64_t)((double)st->done * 1e6 / (double)(now - st->began_us));
	if (p.bytes_per_s > 0)
		p.remaining_ms = (int64_t)((double)(p.total - p.done) * 1e3 / (double)p.bytes_per_s);
	st->s->ch->client->in_callback++;
	rc = o->progress(o->progress_ctx, &p);
	st->s->ch->client->in_callback--;
	return rc == 0 ? NACRE_OK : sftp_fail(st->s, NACRE_E_CANCELLED, st->name, "the transfer was cancelled");
}

/* Of the options only these have a meaning for bytes that come or go one after the other. */
static bool
are_good(const struct nacre_sftp_transfer *o)
{
	return o == NULL || (o->size == sizeof(*o) && !o->resume && !o->atomic && !o->preserve && o->bytes_per_s == 0);
}

static int
stream_begin(struct stream *st, struct nacre_sftp *s, const char *name, const struct nacre_sftp_transfer *options)
{
	*st = (struct stream){.s = s, .options = options, .name = name};
	if (!are_good(options))
		return sftp_fail(s, NACRE_E_ARGUMENT, name, "of the options only progress and fsync count here");
	st->began_us = st->told_us = clock_us();
	if ((st->block = mem_raw(s->env, BLOCK)) == NULL)
		return sftp_fail(s, NACRE_E_NOMEM, name, "out of memory");
	return NACRE_OK;
}

static int
stream_end(struct stream *st, int rc)
{
	mem_free(st->s->env, st->block, BLOCK);
	if (rc == NACRE_OK)
		rc = stream_tell(st, true);
	return rc;
}

/* What is said of a file that is closed after a failure must not take the failure's place. */
static int
close_after(struct nacre_sftp *s, nacre_sftp_file *file, int rc)
{
	struct failure kept;
	int closed;

	if (rc == NACRE_OK)
		return nacre_sftp_file_close(file);
	kept = s->failure;
	s->failure = (struct failure){.code = 0};
	closed = nacre_sftp_file_close(file);
	(void)closed;
	failure_clear(&s->failure, s->env);
	s->failure = kept;
	return rc;
}

static int
caller_ended(struct stream *st)
{
	return sftp_fail(st->s, NACRE_E_CANCELLED, st->name, "the caller ended the transfer");
}

static int
drain(struct stream *st, nacre_sftp_file *file, nacre_sftp_sink_fn *sink, void *ctx)
{
	struct nacre_sftp_attrs attrs;
	int64_t n;
	int rc;

	if ((rc = nacre_sftp_fstat(file, &attrs)) != NACRE_OK)
		return rc;
	st->total = (attrs.flags & NACRE_SFTP_ATTR_SIZE) != 0 ? attrs.size : 0;
	if ((rc = nacre_sftp_prefetch(file)) != NACRE_OK)
		return rc;
	while ((n = nacre_sftp_read(file, st->block, BLOCK)) > 0) {
		st->done += (uint64_t)n;
		if (sink(ctx, st->block, (size_t)n) != 0)
			return caller_ended(st);
		if ((rc = stream_tell(st, false)) != NACRE_OK)
			return rc;
	}
	if (n == 0 && st->done < st->total)
		return sftp_fail(st->s, NACRE_E_SFTP_MISMATCH, st->name, "the file ended before its size");
	return (int)n;
}

int
nacre_sftp_getfo(
    nacre_sftp *s, const char *remote, nacre_sftp_sink_fn *sink, void *ctx, const struct nacre_sftp_transfer *options)
{
	struct stream st;
	nacre_sftp_file *file;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK)
		return rc;
	if (sink == NULL)
		return sftp_fail(s, NACRE_E_ARGUMENT, remote, "nobody takes the bytes");
	if ((rc = stream_begin(&st, s, remote, options)) != NACRE_OK)
		return rc;
	if ((rc = nacre_sftp_open(s, remote, "r", &file)) == NACRE_OK)
		rc = close_after(s, file, drain(&st, file, sink, ctx));
	return stream_end(&st, rc);
}

/* The server's size is looked at when all was answered: what a full disk cut is known here. */
static int
verify_size(struct stream *st, nacre_sftp_file *file)
{
	struct nacre_sftp_attrs attrs;
	bool fsync = st->options != NULL && st->options->fsync;
	int rc = fsync ? nacre_sftp_fsync(file) : NACRE_OK;

	if (rc != NACRE_OK || (rc = nacre_sftp_fstat(file, &attrs)) != NACRE_OK)
		return rc;
	if ((attrs.flags & NACRE_SFTP_ATTR_SIZE) != 0 && attrs.size != st->done)
		return sftp_fail(st->s, NACRE_E_SFTP_MISMATCH, st->name, "the server's file has another size");
	return NACRE_OK;
}

static int
pour(struct stream *st, nacre_sftp_file *file, nacre_sftp_source_fn *source, void *ctx)
{
	int64_t n, written;
	int rc;

	while ((n = source(ctx, st->block, BLOCK)) > 0) {
		if ((uint64_t)n > BLOCK)
			return caller_ended(st);
		if ((written = nacre_sftp_write(file, st->block, (size_t)n)) < 0)
			return (int)written;
		st->done += (uint64_t)n;
		if ((rc = stream_tell(st, false)) != NACRE_OK)
			return rc;
	}
	return n < 0 ? caller_ended(st) : verify_size(st, file);
}

int
nacre_sftp_putfo(nacre_sftp *s, nacre_sftp_source_fn *source, void *ctx, uint64_t size, const char *remote,
    const struct nacre_sftp_transfer *options)
{
	struct stream st;
	nacre_sftp_file *file;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK)
		return rc;
	if (source == NULL)
		return sftp_fail(s, NACRE_E_ARGUMENT, remote, "nobody gives bytes");
	if ((rc = stream_begin(&st, s, remote, options)) != NACRE_OK)
		return rc;
	st.total = size;
	if ((rc = nacre_sftp_open(s, remote, "w", &file)) == NACRE_OK)
		rc = close_after(s, file, pour(&st, file, source, ctx));
	return stream_end(&st, rc);
}

static int
copy_through_us(struct stream *st, nacre_sftp_file *from, nacre_sftp_file *to)
{
	int64_t n, written;
	int rc;

	if ((rc = nacre_sftp_prefetch(from)) != NACRE_OK)
		return rc;
	while ((n = nacre_sftp_read(from, st->block, BLOCK)) > 0) {
		if ((written = nacre_sftp_write(to, st->block, (size_t)n)) < 0)
			return (int)written;
		st->done += (uint64_t)n;
		if ((rc = stream_tell(st, false)) != NACRE_OK)
			return rc;
	}
	return (int)n;
}

/* The target is cut to the source's size at the end, not emptied at the beginning: where both are one file by another
 * name, nothing of it is lost. */
static int
copy_bytes(struct stream *st, nacre_sftp_file *from, nacre_sftp_file *to, struct nacre_sftp_attrs *attrs)
{
	int rc = nacre_sftp_fstat(from, attrs);

	if (rc != NACRE_OK)
		return rc;
	st->total = attrs->size;
	if (nacre_sftp_can(st->s, NACRE_SFTP_CAN_COPY_DATA) && nacre_sftp_copy_data(from, 0, 0, to, 0) == NACRE_OK)
		st->done = attrs->size;
	else
		rc = copy_through_us(st, from, to);
	if (rc == NACRE_OK)
		rc = nacre_sftp_ftruncate(to, st->done);
	return rc == NACRE_OK ? verify_size(st, to) : rc;
}

static int
copy_attrs(nacre_sftp_file *to, const struct nacre_sftp_attrs *of)
{
	struct nacre_sftp_attrs attrs = *of;

	attrs.flags &= NACRE_SFTP_ATTR_PERMISSIONS | NACRE_SFTP_ATTR_ACMODTIME;
	attrs.permissions &= 0777;
	return nacre_sftp_fsetstat(to, &attrs);
}

static int
copy_into(struct stream *st, nacre_sftp_file *from, const char *target, bool preserve)
{
	struct nacre_sftp_attrs attrs;
	nacre_sftp_file *to;
	int rc;

	if ((rc = sftp_open_keeping(st->s, target, &to)) != NACRE_OK)
		return rc;
	if ((rc = copy_bytes(st, from, to, &attrs)) == NACRE_OK && preserve)
		rc = copy_attrs(to, &attrs);
	return close_after(st->s, to, rc);
}

int
nacre_sftp_copy(nacre_sftp *s, const char *from, const char *to, const struct nacre_sftp_transfer *options)
{
	struct nacre_sftp_transfer own = {.size = sizeof(own)};
	struct stream st;
	nacre_sftp_file *file;
	int rc = sftp_enter(s);

	if (rc != NACRE_OK)
		return rc;
	if (options != NULL && options->size == sizeof(own))
		own = *options;
	own.preserve = false; /* is done here */
	if ((rc = stream_begin(&st, s, from, &own)) != NACRE_OK)
		return rc;
	if ((rc = nacre_sftp_open(s, from, "r", &file)) == NACRE_OK)
		rc = close_after(s, file, copy_into(&st, file, to, options != NULL && options->preserve));
	return stream_end(&st, rc);
}
