/* sftp_file_read: bytes out of a file: at once, and ahead of those who read on. Knows: short answers and the end. Must
 * not know: local files. Serves draft-ietf-secsh-filexfer-02 6.4. */
#include "sftp_file.h"

#define AHEAD_FIRST ((size_t)64 << 10)

static void
on_data(void *ctx, size_t at, struct slice bytes)
{
	struct sftp_block *block = ctx;

	(void)at; /* the pieces of one reply come in order */
	memcpy(block->bytes + block->got, bytes.p, bytes.n);
	block->got += bytes.n;
}

static void
on_read(void *ctx, const struct sftp_answer *answer)
{
	struct sftp_block *block = ctx;

	block->busy = false;
	if (answer->code == NACRE_E_SFTP && answer->status == SFTP_EOF)
		block->ended = true;
	else
		sftp_result_keep(&block->result, answer);
}

/* Everything that it lacks: after a short answer (6.4 allows them) the rest. */
static int
block_ask(struct sftp_block *block)
{
	struct nacre_sftp_file *f = block->file;
	struct sftp_msg_read msg = {.handle = sftp_handle_slice(&f->handle),
	    .offset = block->at + block->got,
	    .len = (uint32_t)(block->n - block->got)};
	struct sftp_ask ask = {.type = SFTP_read, .msg = &msg, .done = on_read, .data = on_data, .ctx = block};
	int rc = sftp_client_submit(&f->sftp->engine, &ask, &block->id);

	block->busy = rc == 0;
	return rc;
}

static bool
block_is_over(const struct sftp_block *block)
{
	return !block->busy && (block->got == block->n || block->ended || block->result.code != 0);
}

struct gather {
	struct nacre_sftp_file *f;
	struct nacre_sftp_chunk *chunks;
	size_t n_chunks, chunk; /* the one that is asked for now */
	size_t asked; /* of it */
	struct sftp_block *blocks; /* under way */
	int rc; /* of asking */
	struct sftp_result result;
};

/* A file that ends within a chunk ends it at the first block that is not full. */
static void
gather_finish(struct gather *g, struct sftp_block *block)
{
	size_t i, at;

	if (g->result.code == 0)
		g->result = block->result;
	for (i = 0; i < g->n_chunks && block->got < block->n; i++) {
		if (block->bytes < (uint8_t *)g->chunks[i].p ||
		    block->bytes >= (uint8_t *)g->chunks[i].p + g->chunks[i].n)
			continue;
		at = (size_t)(block->bytes - (uint8_t *)g->chunks[i].p) + block->got;
		if (at < g->chunks[i].got)
			g->chunks[i].got = at;
	}
	block_free(block);
}

static void
gather_reap(struct gather *g)
{
	struct sftp_block **at = &g->blocks, *block;

	while ((block = *at) != NULL) {
		if (!block->busy && !block_is_over(block) && g->rc == 0)
			g->rc = block_ask(block) == NACRE_E_AGAIN ? 0 : g->rc; /* asked again at the next turn */
		if (!block_is_over(block) && (block->busy || g->rc == 0)) {
			at = &block->next;
			continue;
		}
		*at = block->next;
		gather_finish(g, block);
	}
}

static bool
gather_ask(struct gather *g)
{
	struct nacre_sftp_chunk *chunk = &g->chunks[g->chunk];
	size_t n = chunk->n - g->asked;
	struct sftp_block *block;

	if (n > g->f->sftp->engine.limits.read)
		n = g->f->sftp->engine.limits.read;
	block = block_new(g->f, chunk->offset + g->asked, (uint8_t *)chunk->p + g->asked, n);
	if (block == NULL) {
		g->rc = NACRE_E_NOMEM;
		return false;
	}
	if ((g->rc = block_ask(block)) != 0) {
		g->rc = g->rc == NACRE_E_AGAIN ? 0 : g->rc;
		block_free(block);
		return false;
	}
	block->next = g->blocks;
	g->blocks = block;
	g->asked += n;
	return true;
}

static bool
gather_has_more(struct gather *g)
{
	while (g->chunk < g->n_chunks && g->asked == g->chunks[g->chunk].n) {
		g->chunk++;
		g->asked = 0;
	}
	return g->chunk < g->n_chunks && g->rc == 0 && g->result.code == 0;
}

static bool
is_gathered(void *arg)
{
	struct gather *g = arg;

	gather_reap(g);
	while (gather_has_more(g) && gather_ask(g))
		;
	return g->blocks == NULL && !gather_has_more(g);
}

static int
gather_run(struct gather *g)
{
	struct nacre_sftp *s = g->f->sftp;
	struct sftp_block *block;
	int rc = file_flush(g->f);

	if (rc == NACRE_OK && !is_gathered(g))
		rc = sftp_wait(s, is_gathered, g);
	while ((block = g->blocks) != NULL) { /* after a silence */
		g->blocks = block->next;
		if (block->busy)
			sftp_client_abandon(&s->engine, block->id);
		block_free(block);
	}
	if (rc == NACRE_OK && g->rc != 0)
		rc = sftp_fail(s, g->rc, NULL, "read: %s", nacre_status_text(g->rc));
	return rc == NACRE_OK ? sftp_result_fail(s, &g->result, "read") : rc;
}

int
nacre_sftp_readv(nacre_sftp_file *f, struct nacre_sftp_chunk *chunks, size_t n)
{
	struct gather g = {.f = f, .chunks = chunks, .n_chunks = n};
	int rc = file_enter(f);

	if (rc != NACRE_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (chunks[i].p == NULL && chunks[i].n > 0)
			return sftp_fail(f->sftp, NACRE_E_ARGUMENT, NULL, "readv: a chunk has no room");
		chunks[i].got = chunks[i].n;
	}
	return sftp_leave(f->sftp, gather_run(&g));
}

int64_t
nacre_sftp_pread(nacre_sftp_file *f, void *p, size_t n, uint64_t offset)
{
	struct nacre_sftp_chunk chunk = {.offset = offset, .p = p, .n = n};
	int rc = nacre_sftp_readv(f, &chunk, 1);

	return rc == NACRE_OK ? (int64_t)chunk.got : rc;
}

static void
ahead_drop_first(struct nacre_sftp_file *f)
{
	struct sftp_block *block = f->ahead;

	if ((f->ahead = block->next) == NULL)
		f->ahead_last = NULL;
	if (block->busy)
		sftp_client_abandon(&f->sftp->engine, block->id);
	f->ahead_n -= block->n;
	f->used = 0;
	block_free(block);
}

void
file_drop_ahead(struct nacre_sftp_file *f)
{
	while (f->ahead != NULL)
		ahead_drop_first(f);
	f->ahead_want = 0;
	f->expected = UINT64_MAX;
}

static bool
ahead_has_ended(const struct nacre_sftp_file *f)
{
	return f->ahead_last != NULL && (f->ahead_last->ended || f->ahead_last->result.code != 0);
}

/* Asks until as much is under way or here as is wanted. 0, or why not; AGAIN is none. */
static int
ahead_fill(struct nacre_sftp_file *f)
{
	size_t n = f->sftp->engine.limits.read;
	struct sftp_block *block;
	int rc;

	for (block = f->ahead; block != NULL; block = block->next) {
		if (!block->busy && !block_is_over(block) && (rc = block_ask(block)) != 0)
			return rc == NACRE_E_AGAIN ? 0 : rc;
	}
	while (f->ahead_n < f->ahead_want && !ahead_has_ended(f)) {
		uint64_t at = f->ahead_last == NULL ? f->pos : f->ahead_last->at + f->ahead_last->n;

		if ((block = block_new(f, at, NULL, n < f->ahead_want ? n : f->ahead_want)) == NULL)
			return NACRE_E_NOMEM;
		if ((rc = block_ask(block)) != 0) {
			block_free(block);
			return rc == NACRE_E_AGAIN ? 0 : rc;
		}
		if (f->ahead_last == NULL)
			f->ahead = block;
		else
			f->ahead_last->next = block;
		f->ahead_last = block;
		f->ahead_n += block->n;
	}
	return 0;
}

/* A read that begins where the last one ended doubles what is fetched ahead; any other begins anew. */
static void
ahead_follow(struct nacre_sftp_file *f, size_t n)
{
	if (f->ahead != NULL && f->ahead->at + f->used != f->pos)
		file_drop_ahead(f);
	if (f->pos == f->expected)
		f->ahead_want = f->ahead_want * 2 < AHEAD_FIRST ? AHEAD_FIRST : f->ahead_want * 2;
	if (f->ahead_want < n)
		f->ahead_want = n;
	if (f->ahead_want > FILE_AHEAD_MAX)
		f->ahead_want = FILE_AHEAD_MAX;
}

struct ahead_read {
	struct nacre_sftp_file *f;
	uint8_t *p;
	size_t n, done;
	bool ended;
	int rc;
	struct sftp_result result;
};

/* Copies what the first block has; true where it is used up, or wholly known. */
static bool
ahead_take(struct ahead_read *read)
{
	struct nacre_sftp_file *f = read->f;
	struct sftp_block *block = f->ahead;
	size_t n = block->got - f->used;

	if (n > read->n - read->done)
		n = read->n - read->done;
	memcpy(read->p + read->done, block->bytes + f->used, n);
	f->used += n;
	f->pos += n;
	read->done += n;
	if (f->used < block->got || !block_is_over(block))
		return false;
	read->ended = block->ended;
	read->result = block->result;
	if (f->used < block->n) /* the end, or an error: what was asked behind it is not wanted */
		file_drop_ahead(f);
	else
		ahead_drop_first(f);
	return true;
}

static bool
is_read(void *arg)
{
	struct ahead_read *read = arg;
	struct nacre_sftp_file *f = read->f;

	for (;;) {
		if (read->done == read->n || read->ended || read->result.code != 0 || read->rc != 0)
			return true;
		if ((read->rc = ahead_fill(f)) != 0)
			continue;
		if (f->ahead == NULL || !ahead_take(read))
			return read->done == read->n;
	}
}

/* Bytes that came before an error are told first; the error comes again with the next read. */
int64_t
nacre_sftp_read(nacre_sftp_file *f, void *p, size_t n)
{
	struct ahead_read read = {.f = f, .p = p, .n = n};
	int rc = file_enter_flushed(f);

	if (rc != NACRE_OK)
		return rc;
	if (p == NULL && n > 0)
		return sftp_leave(f->sftp, sftp_fail(f->sftp, NACRE_E_ARGUMENT, NULL, "read: no room"));
	ahead_follow(f, n);
	if (!is_read(&read))
		rc = sftp_wait(f->sftp, is_read, &read);
	else if (sftp_client_has_output(&f->sftp->engine))
		sftp_send(f->sftp);
	f->expected = f->pos;
	if (rc == NACRE_OK && read.rc != 0)
		rc = sftp_fail(f->sftp, read.rc, NULL, "read: %s", nacre_status_text(read.rc));
	if (rc == NACRE_OK && read.done == 0)
		rc = sftp_result_fail(f->sftp, &read.result, "read");
	rc = sftp_leave(f->sftp, rc);
	return rc == NACRE_OK ? (int64_t)read.done : rc;
}

int
nacre_sftp_prefetch(nacre_sftp_file *f)
{
	int rc = file_enter_flushed(f);

	if (rc != NACRE_OK)
		return rc;
	ahead_follow(f, FILE_AHEAD_MAX);
	f->expected = f->pos;
	if ((rc = ahead_fill(f)) == 0)
		sftp_send(f->sftp);
	else
		rc = sftp_fail(f->sftp, rc, NULL, "prefetch: %s", nacre_status_text(rc));
	return sftp_leave(f->sftp, rc);
}
