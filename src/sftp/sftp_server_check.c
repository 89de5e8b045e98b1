/* sftp_server_check: digests of an open file, for check-file. Knows: hashes by their names there. Must not know: where
 * the bytes lie. filexfer-extensions-00 3. */
#include "hash.h"
#include "sftp_server.h"

#define BLOCK_MIN 256 /* filexfer-extensions-00 3: of the client's blocks */

static const struct {
	const char *name;
	enum hash_id id;
} algorithms[] = {
    {"sha256", HASH_SHA256},
    {"sha512", HASH_SHA512},
    {"sha384", HASH_SHA384},
    {"sha1", HASH_SHA1},
    {"md5", HASH_MD5},
};

#define N_ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

/* What is to be read, and what was made of it. */
struct check {
	const struct serve_call *c;
	enum hash_id id;
	uint64_t at, left; /* left UINT64_MAX: to the end */
	bool ended;
	struct buf hashes;
};

void
serve_check_names(struct buf *b)
{
	for (size_t i = 0; i < N_ALGORITHMS; i++)
		buf_put_name(b, 0, slice_str(algorithms[i].name));
}

/* The client's order decides. N_ALGORITHMS where we have none of them. */
static size_t
choose(struct slice list)
{
	struct slice name;
	size_t i;

	while (slice_next_name(&list, &name))
		for (i = 0; i < N_ALGORITHMS; i++)
			if (slice_is(name, algorithms[i].name))
				return i;
	return N_ALGORITHMS;
}

/* One block of the client's: n bytes, UINT64_MAX for all that are left. *got tells whether there was a byte. */
static int
hash_block(struct check *k, uint64_t n, bool *got)
{
	uint8_t *room = k->c->server->path[0], digest[HASH_MAX_LEN];
	struct hash h;
	size_t read;
	int status = NACRE_SFTP_OK, r = hash_init(&h, k->id);

	*got = false;
	n = n < k->left ? n : k->left;
	while (r == 0 && status == NACRE_SFTP_OK && n > 0 && !k->ended) {
		size_t want = n < sizeof(k->c->server->path[0]) ? (size_t)n : sizeof(k->c->server->path[0]);

		read = 0;
		status = k->c->handler->pread(k->c->ctx, k->c->handle[0]->file, k->at, room, want, &read);
		k->ended = read == 0;
		*got = *got || read > 0;
		k->at += read;
		n -= n == UINT64_MAX ? 0 : read;
		k->left -= k->left == UINT64_MAX ? 0 : read;
		r = hash_update(&h, slice_of(room, read));
	}
	if (r == 0 && status == NACRE_SFTP_OK && (r = hash_final(&h, digest)) == 0)
		buf_put(&k->hashes, digest, hash_len(k->id));
	hash_wipe(&h);
	return status != NACRE_SFTP_OK ? status : r != 0 ? NACRE_SFTP_FAILURE : NACRE_SFTP_OK;
}

/* A block behind the end of the file has no digest; the one over everything always has. */
static int
hash_blocks(struct check *k, uint32_t block_size)
{
	size_t before;
	bool got = true;
	int status = NACRE_SFTP_OK;

	if (block_size == 0)
		return hash_block(k, UINT64_MAX, &got);
	while (status == NACRE_SFTP_OK && k->left > 0 && !k->ended && k->hashes.bad == 0) {
		before = k->hashes.n;
		if ((status = hash_block(k, block_size, &got)) == NACRE_SFTP_OK && !got)
			k->hashes.n = before;
	}
	return status;
}

static int
reply_hashes(const struct check *k, const char *name)
{
	struct nacre_sftp_server *s = k->c->server;
	struct sftp_request *request = request_find(k->c->r);

	sftp_extension_put(&s->out, SFTP_EXT_check_file_reply,
	    &(struct sftp_ext_check_file_reply){.id = k->c->ask->ext.check_file.id,
		.extension = SLICE_LIT("check-file"),
		.algorithm = slice_str(name),
		.hashes = buf_slice(&k->hashes)});
	request_end(s, request);
	return NACRE_SFTP_LATER;
}

int
serve_check_file(const struct serve_call *c)
{
	const struct sftp_ext_check_file *ext = &c->ask->ext.check_file;
	size_t algorithm = choose(ext->algorithms);
	struct check k = {.c = c, .at = ext->offset, .left = ext->length == 0 ? UINT64_MAX : ext->length};
	int status;

	if ((c->handle[0]->flags & NACRE_SFTP_READ) == 0)
		return NACRE_SFTP_PERMISSION_DENIED;
	if (algorithm == N_ALGORITHMS || (ext->block_size != 0 && ext->block_size < BLOCK_MIN) ||
	    ext->offset > INT64_MAX || ext->length > INT64_MAX - ext->offset)
		return NACRE_SFTP_FAILURE;
	k.id = algorithms[algorithm].id;
	buf_init(&k.hashes, c->server->env, SFTP_SERVER_HASHES_MAX);
	status = hash_blocks(&k, ext->block_size);
	if (status == NACRE_SFTP_OK && k.hashes.bad != 0)
		status = NACRE_SFTP_FAILURE; /* too many blocks for one answer */
	if (status == NACRE_SFTP_OK)
		status = reply_hashes(&k, algorithms[algorithm].name);
	buf_free(&k.hashes);
	return status;
}
