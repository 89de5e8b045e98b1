/* zip: see zip.h. Knows: zlib. Must not know: packets. RFC 1950; RFC 4253 6.2. */
#define ZLIB_CONST
#include "zip.h"

#include <zlib.h>

#define FIRST_ROOM 16384 /* unpacked bytes at first; doubled as they fill up */
#define LEVEL 6

struct zip {
	const struct nacre_env *env;
	bool out;
	z_stream z;
};

/* zlib gives a block back without its size: it stands before the block. */
union head {
	size_t n;
	_Alignas(16) uint8_t room[16];
};

static voidpf
take_memory(voidpf env, uInt items, uInt size)
{
	size_t n = sizeof(union head) + (size_t)items * size; /* cannot wrap: zlib asks for some 64 KiB at a time */
	union head *head = mem_new(env, n);

	if (head == NULL)
		return Z_NULL;
	head->n = n;
	return head + 1;
}

/* The window holds what was sent: it is wiped. */
static void
give_memory(voidpf env, voidpf p)
{
	union head *head = (union head *)p - 1;

	mem_wipe_free(env, head, head->n);
}

static int
status(int r)
{
	return r == Z_OK ? 0 : r == Z_MEM_ERROR ? NACRE_E_NOMEM : NACRE_E_FORMAT;
}

/* zlib's hooks take a pointer that is not const. The environment is only read behind it. */
static voidpf
env_of(const struct nacre_env *env)
{
	union {
		const void *in;
		void *out;
	} u = {.in = env};

	return u.out;
}

int
zip_new(const struct nacre_env *env, bool out, struct zip **zip)
{
	struct zip *s = mem_new(env, sizeof(*s));
	int r;

	*zip = NULL;
	if (s == NULL)
		return NACRE_E_NOMEM;
	s->env = env;
	s->out = out;
	s->z.zalloc = take_memory;
	s->z.zfree = give_memory;
	s->z.opaque = env_of(env);
	r = out ? deflateInit(&s->z, LEVEL) : inflateInit(&s->z);
	if (r != Z_OK) {
		mem_free(env, s, sizeof(*s));
		return r == Z_MEM_ERROR ? NACRE_E_NOMEM : NACRE_E_CRYPTO;
	}
	*zip = s;
	return 0;
}

void
zip_free(struct zip *zip)
{
	if (zip == NULL)
		return;
	(void)(zip->out ? deflateEnd(&zip->z) : inflateEnd(&zip->z));
	mem_wipe_free(zip->env, zip, sizeof(*zip));
}

int
zip_pack(struct zip *zip, struct slice in, uint8_t *out, size_t cap, size_t *n)
{
	z_stream *z = &zip->z;
	int r;

	*n = 0;
	z->next_in = in.p;
	z->avail_in = (uInt)in.n;
	z->next_out = out;
	z->avail_out = (uInt)cap;
	r = deflate(z, Z_PARTIAL_FLUSH);
	/* A flush is whole only where room is left behind it. */
	if (r != Z_OK || z->avail_in != 0 || z->avail_out == 0)
		return NACRE_E_LIMIT;
	*n = cap - z->avail_out;
	return 0;
}

/* The buffer's memory grows by doubling, and stays for the packets that follow. */
static int
make_room(struct buf *out, size_t *room)
{
	size_t left = out->max - out->n, wanted = out->cap == 0 ? FIRST_ROOM : out->cap;

	*room = out->cap - out->n;
	if (*room > 0)
		return 0;
	if (left == 0)
		return NACRE_E_LIMIT;
	*room = wanted < left ? wanted : left;
	return buf_reserve(out, *room) == NULL ? out->bad : 0;
}

static int
unpack_some(struct zip *zip, struct buf *out)
{
	z_stream *z = &zip->z;
	size_t room;
	int r = make_room(out, &room);

	if (r != 0)
		return r;
	z->next_out = out->p + out->n;
	z->avail_out = (uInt)room;
	r = inflate(z, Z_SYNC_FLUSH);
	out->n += room - z->avail_out;
	/* No progress: all was unpacked, and it filled the room to its last byte. */
	return r == Z_BUF_ERROR ? 0 : status(r);
}

int
zip_unpack(struct zip *zip, struct slice in, struct buf *out)
{
	z_stream *z = &zip->z;
	int r;

	z->next_in = in.p;
	z->avail_in = (uInt)in.n;
	do
		r = unpack_some(zip, out);
	while (r == 0 && z->avail_out == 0);
	if (r != 0)
		return r;
	return z->avail_in == 0 ? 0 : NACRE_E_FORMAT;
}
