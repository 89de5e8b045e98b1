/* compress: see compress.h. Knows: rows, buffers, when a stream is made. Must not know: zlib (zip.c). RFC 4253 6.2. */
#include "compress.h"
#include "bounds.h"

const struct compression compression_table[] = {
    {.name = "none"},
#ifdef NACRE_ZLIB
    {.name = "zlib@openssh.com", .packs = true, .is_delayed = true},
    {.name = "zlib", .legacy = true, .packs = true},
#endif
    {.name = NULL},
};

const struct compression *
compression_find(struct slice name)
{
	const struct compression *row;

	for (row = compression_table; row->name != NULL; row++)
		if (slice_is(name, row->name))
			return row;
	return NULL;
}

bool
compression_is_left_out(struct slice name)
{
	return compression_find(name) == NULL && (slice_is(name, "zlib") || slice_is(name, "zlib@openssh.com"));
}

void
compress_init(struct compress *c, const struct nacre_env *env, bool out)
{
	*c = (struct compress){.env = env, .out = out};
	buf_init(&c->plain, env, LIMIT_PACKET);
}

void
compress_free(struct compress *c)
{
	zip_free(c->zip);
	buf_free(&c->plain);
	compress_init(c, c->env, c->out);
}

void
compress_switch(struct compress *c, const struct compression *row)
{
	zip_free(c->zip);
	c->zip = NULL;
	c->row = row;
}

void
compress_trim(struct compress *c)
{
	buf_free(&c->plain);
}

static int
need_zip(struct compress *c)
{
	return c->zip != NULL ? 0 : zip_new(c->env, c->out, &c->zip);
}

/* Bytes that do not pack stand in stored blocks with a few bytes each; the flush, and what the last packet's flush left
 * open, need some more. */
size_t
compress_bound(size_t n)
{
	return n + n / 64 + 128;
}

int
compress_pack(struct compress *c, struct slice payload, uint8_t *packed, size_t *n)
{
	int r = need_zip(c);

	*n = 0;
	return r != 0 ? r : zip_pack(c->zip, payload, packed, compress_bound(payload.n), n);
}

int
compress_unpack(struct compress *c, struct slice packed, struct slice *payload)
{
	int r = need_zip(c);

	*payload = SLICE_NONE;
	buf_reset(&c->plain);
	if (r == 0)
		r = zip_unpack(c->zip, packed, &c->plain);
	if (r == 0)
		*payload = buf_slice(&c->plain);
	return r;
}
